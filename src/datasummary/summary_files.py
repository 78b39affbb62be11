"""Files of a public summary as they are found: their text, and the list of domains that lies beside a JSON form.

They may be a stranger's. The list is read alike by all who read it: with or without a line that names the columns, in
any order of columns, parted by commas, semicolons or tabs.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

from datasummary.documents.words import clean
from datasummary.errors import DataError
from datasummary.render.json_documents import DOMAINS_FILE

__all__ = ["domains_beside", "summary_text"]

_LARGEST = 256 << 20
"""Bytes of a summary, and of a list beside it, that are read."""
_HEADING = "domain"


def summary_text(path: Path) -> str:
    """Read a file in UTF-8.

    Raises :class:`~datasummary.errors.DataError` where it is not there, is too large, or cannot be read.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise DataError(f"{path}: over {_LARGEST >> 20} MiB, which no summary is; is it the right file?")
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise DataError(f"{path}: no such file; `datasummary summary` writes out/public/public-summary.json") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 ({error.reason} at byte {error.start}); save it as UTF-8") from None
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read ({error})") from None


def domains_beside(path: Path) -> tuple[str, ...]:
    """Read the names of ``top-domains.csv`` in the folder of a JSON form, by rank; none where there is no such file.

    Raises :class:`~datasummary.errors.DataError` where the file holds lines but no column of names.
    """
    beside = path.with_name(DOMAINS_FILE)
    if not beside.is_file():
        return ()
    lines = summary_text(beside).splitlines()
    first = next(filter(None, map(str.strip, lines)), "")
    try:
        rows = [row for row in csv.reader(lines, delimiter=max(",;\t", key=first.count)) if any(row)]
    except csv.Error as error:
        raise DataError(f"{beside}: is no CSV ({error})") from None
    if not rows:
        return ()
    head = [cell.strip().lower() for cell in rows[0]]
    column = head.index(_HEADING) if _HEADING in head else _column_of_names(rows[0])
    if column is None:
        raise DataError(f"{beside}: has no column named domain; its first line must name the columns")
    body = rows[1:] if _HEADING in head else rows
    names = (clean(row[column]).removeprefix("'") for row in body if len(row) > column)
    return tuple(filter(None, names))


def _column_of_names(row: list[str]) -> int | None:
    """Tell which column of a list without a heading holds the names: one with a letter and a dot, unlike a number."""
    return next((place for place, cell in enumerate(row) if "." in cell and re.search(r"[^\W\d_]", cell)), None)
