"""Requests that rightsholders sent directly, from a CSV file: who asks, for which domain or addresses, and when."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

from datasummary.domains import parse_authority
from datasummary.errors import DataError
from datasummary.evidence.captures import Capture
from datasummary.evidence.found import Found
from datasummary.evidence.moments import parse_moment

__all__ = ["read_requests"]

COLUMNS = ("domain", "url_pattern", "date", "reference")
_HOST_AND_PATH = re.compile(r"(?:https?://)?([^/*?#\s]+)(?:[/?].*)?", re.IGNORECASE)


def read_requests(path: Path, name: str) -> Iterator[Found]:
    """Read the requests in a CSV file with the columns ``domain`` or ``url_pattern``, ``date`` and ``reference``.

    A pattern is an address that may hold ``*`` (``https://example.com/news/*``, ``example.com/news/``), or, beside a
    domain, a path (``/news/``, ``*.jpg``). Raises :class:`~datasummary.errors.DataError` naming line and field.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.reader(lines, strict=True)
            header = [cell.strip().lower() for cell in next(rows, [])]
            absent = {"date", "reference"} - set(header)
            if not {"domain", "url_pattern"} & set(header):
                absent.add("domain")
            if absent:
                raise DataError(
                    f"{name}: line 1: there is no column {' or '.join(sorted(absent))}; requests are a CSV file with "
                    f"the columns domain or url_pattern (or both), date, reference"
                )
            start = rows.line_num + 1
            for row in rows:
                if any(cell.strip() for cell in row):
                    if len(row) != len(header):
                        raise DataError(
                            f"{name}: line {start}: {len(row)} cells, the header has {len(header)}; mend the line"
                        )
                    cells = {key: cell.strip() for key, cell in zip(header, row, strict=True) if key in COLUMNS}
                    yield Found(start, _request(cells, f"{name}: line {start}"))
                start = rows.line_num + 1
    except (csv.Error, UnicodeDecodeError) as error:
        raise DataError(f"{name}: cannot be read as CSV in UTF-8 ({error}); save it so") from error
    except OSError as error:
        raise DataError(f"{name}: cannot be read ({error.strerror}); check the path") from error


def _request(cells: dict[str, str], place: str) -> Capture:
    domain, pattern = cells.get("domain", ""), cells.get("url_pattern", "")
    named = _host(domain.removeprefix("*."))
    if domain and named is None:
        raise DataError(f"{place}: domain: {domain[:80]!r} is no domain; write for instance example.com")
    host = named
    if pattern and not pattern.startswith(("/", "*")):
        match = _HOST_AND_PATH.fullmatch(pattern)
        host = _host(match[1]) if match else None
        if host is None:
            raise DataError(
                f"{place}: url_pattern: {pattern[:80]!r} is no address; write for instance https://example.com/news/*, "
                f"or the host in domain and the path here"
            )
        if named and host != named and not host.endswith(f".{named}"):
            raise DataError(
                f"{place}: url_pattern: {pattern[:80]!r} lies on {host}, the domain is {named}; mend one of them"
            )
    if host is None:
        raise DataError(f"{place}: domain: there is none; write for instance example.com")
    captured = parse_moment(cells["date"])
    if captured is None:
        raise DataError(f"{place}: date: {cells['date'][:80]!r} is no date; write for instance 2025-03-31")
    said = {column: cells.get(column, "") for column in COLUMNS}
    body = json.dumps(said, ensure_ascii=False).encode()
    return Capture(f"https://{host}/", captured, None, body=body, kind="request")


def _host(text: str) -> str | None:
    match = _HOST_AND_PATH.fullmatch(text)
    if match is None:
        return None
    authority = parse_authority(match[1])
    return authority.host if authority.host and "." in authority.host else None
