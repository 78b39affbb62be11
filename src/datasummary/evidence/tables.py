"""Evidence that comes as a table: a row for each capture, in Parquet, CSV, TSV or JSON Lines.

Columns: ``host`` or ``url``, ``body``, and where they are known ``status``, ``headers`` and ``captured``. A row with a
host alone is that host's robots.txt.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pyarrow as pa

from datasummary.errors import DataError
from datasummary.evidence.captures import Capture, authority_of, kind_of
from datasummary.evidence.found import Found, Trouble
from datasummary.evidence.messages import build_head, parse_head, plain_body
from datasummary.evidence.moments import moment_of, since_1970
from datasummary.manifests.checks import LONGEST_LINE, BrokenLineError, numbered_lines, parse_object
from datasummary.manifests.layouts import Layout
from datasummary.manifests.shards import open_shard

__all__ = ["NO_BODY", "read_headers", "read_table"]

COLUMNS = ("url", "host", "body", "status", "headers", "captured")
ROWS_AT_ONCE = 256
NO_BODY = "no body"
BYTE_ORDER_MARK = "\ufeff"

_REMOVED = ("transfer",)
"""No table keeps the framing of a transfer."""

Row = dict[str, Any]
Headers = tuple[tuple[str, str], ...]


def read_table(layout: Layout, captured: dt.datetime | None) -> Iterator[Found | Trouble]:
    """Read the captures in a table, with what is wrong in it.

    ``captured`` is when rows were captured that do not say it. Raises :class:`~datasummary.errors.DataError` where the
    table lacks the columns.
    """
    names = _columns(layout)
    for number, row in _rows(layout, names):
        if isinstance(row, Trouble):
            yield row
        else:
            yield from _found(number, f"{_unit(layout)} {number:,}", row, captured)


def _columns(layout: Layout) -> dict[str, str]:
    """Find the table's own spelling of each column. Lines of JSON have each their own."""
    if layout.format == "jsonl":
        return {}
    spelled = {name.strip().lower(): name for name in reversed(layout.schema.names)}
    found = {name: spelled[name] for name in COLUMNS if name in spelled}
    if "body" not in found or not ({"url", "host"} & found.keys()):
        raise DataError(
            f"{layout.shard.name}: evidence needs the columns body, and host or url; this table has "
            f"{', '.join(layout.schema.names) or 'none'}. Rename its columns, or write such a table"
        )
    body = layout.schema.field(found["body"]).type
    if pa.types.is_nested(body) or pa.types.is_integer(body):
        raise DataError(
            f"{layout.shard.name}: the column {found['body']} is of type {body}; give the body as text or bytes"
        )
    return found


def _rows(layout: Layout, names: dict[str, str]) -> Iterator[tuple[int, Row | Trouble]]:
    number = 0
    try:
        for number, row in _READERS.get(layout.format, _text_rows)(layout, names):
            yield number, row
    except (OSError, ValueError, OverflowError, BrokenLineError, csv.Error, pa.ArrowException) as error:
        place = f"after {_unit(layout)} {number:,}" if number else ""
        yield number, Trouble(place, f"the table cannot be read on ({error}); nothing after it is read")


def _unit(layout: Layout) -> str:
    return "row" if layout.format == "parquet" else "line"


def _parquet_rows(layout: Layout, names: dict[str, str]) -> Iterator[tuple[int, Row | Trouble]]:
    import pyarrow.parquet as pq

    with open_shard(layout.shard) as raw, pq.ParquetFile(raw) as file:
        # A batch would reach from one row group into the next, and be lost with it.
        groups = range(file.num_row_groups)
        wanted = list(names.values())
        batches = (batch for group in groups for batch in file.iter_batches(ROWS_AT_ONCE, [group], wanted))
        yield from _batch_rows(batches, names)


def _batch_rows(batches: Iterable[pa.RecordBatch], names: dict[str, str]) -> Iterator[tuple[int, Row | Trouble]]:
    number = 0
    for batch in batches:
        columns = [_values(batch.column(name)) for name in names.values()]
        for values in zip(*columns, strict=True):
            number += 1
            yield number, dict(zip(names, values, strict=True))


def _values(column: pa.Array) -> list[Any]:
    if not pa.types.is_timestamp(column.type):
        return list(column.to_pylist())
    # A time beyond Python's years would raise; here it is merely no date.
    numbers = column.cast(pa.timestamp("us", column.type.tz), safe=False).cast(pa.int64()).to_pylist()
    return [None if number is None else since_1970(number) or "beyond any calendar" for number in numbers]


def _text_rows(layout: Layout, names: dict[str, str]) -> Iterator[tuple[int, Row | Trouble]]:
    """Read CSV and TSV; a row's number is the line it begins in. Bytes that are no UTF-8 stay what they are."""
    lines = (line.decode("utf-8", "surrogateescape") for _, line in numbered_lines(layout))
    limit = csv.field_size_limit(LONGEST_LINE)
    try:
        rows = csv.reader(lines, delimiter="\t" if layout.format == "tsv" else ",", strict=True)
        header = [name.removeprefix(BYTE_ORDER_MARK) for name in next(rows, [])]
        places = {role: header.index(name) for role, name in names.items()}
        start = rows.line_num + 1
        for row in rows:
            if row and len(row) != len(header):
                yield start, Trouble(f"line {start:,}", "a row with more or fewer cells than the header")
            elif row:
                yield start, {role: row[place] for role, place in places.items()}
            start = rows.line_num + 1
    finally:
        csv.field_size_limit(limit)


def _json_rows(layout: Layout, _: dict[str, str]) -> Iterator[tuple[int, Row | Trouble]]:
    for number, line in numbered_lines(layout):
        if line.strip():
            try:
                row = parse_object(line)
            except ValueError as error:
                yield number, Trouble(f"line {number:,}", str(error))
                continue
            cells = {name.strip().lower(): value for name, value in row.items()}
            if "body" in cells or cells.get("status") is not None:
                yield number, cells
            else:
                yield number, Trouble(f"line {number:,}", "neither a body nor a status; the line is left out")


_READERS: dict[str, Callable[[Layout, dict[str, str]], Iterator[tuple[int, Row | Trouble]]]] = {
    "parquet": _parquet_rows,
    "jsonl": _json_rows,
}


def _found(number: int, place: str, row: Row, undated: dt.datetime | None) -> Iterator[Found | Trouble]:
    url = _address(row)
    if url is None:
        yield Trouble(place, "no host, and no address of one that begins with http:// or https://; the row is left out")
        return
    status, headers, problem = _answer(row)
    if problem:
        yield Trouble(place, f"{problem}; the capture counts as failed")
    captured = undated
    if said := row.get("captured"):
        captured = moment_of(said)
        if captured is None:
            yield Trouble(place, "captured is no date; the capture counts as undated")
    body = b"" if row.get("body") is None else row["body"]
    raw = body.encode("utf-8", "surrogateescape") if isinstance(body, str) else body
    if not isinstance(raw, bytes):
        yield Trouble(place, "the body is neither text nor bytes; the row is left out")
        return
    if not raw and status is None:
        problem = problem or NO_BODY
    block = head = None
    if status is not None:
        block = build_head(status, headers)
        head = parse_head(block)
        block += raw
    fields = head.headers if head else headers
    plain, broken = plain_body(fields, raw, _REMOVED)
    capture = Capture(url, captured, status, fields, plain, problem or broken, kind=kind_of(url))
    yield Found(number, capture, block, _REMOVED if capture.header("transfer-encoding") else ())


def _answer(row: Row) -> tuple[int | None, Headers, str | None]:
    """Read status and header fields, and what is wrong with them."""
    status, problem = None, None
    headers: Headers = ()
    try:
        headers, status = read_headers(row.get("headers"))
    except (ValueError, RecursionError):
        problem = "headers unreadable"
    if text := _text(row.get("status")).removesuffix(".0"):
        status = int(text) if text.isascii() and text.isdigit() and len(text) == 3 else None
        if status is None or status < 100:
            return None, headers, "status unreadable"
    return status, headers, problem


def _address(row: Row) -> str | None:
    url = _text(row.get("url"))
    if not url:
        host = _text(row.get("host"))
        url = f"https://{authority_of(f'https://{host}/') or ''}/robots.txt" if _is_bare(host) else ""
    return url if authority_of(url) else None


def _is_bare(host: str) -> bool:
    return bool(host) and not any(sign in host for sign in "/?#@\\ ")


def _text(value: Any) -> str:
    if value is None:
        return ""
    raw = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogateescape")
    try:
        return raw.decode().strip()
    except UnicodeDecodeError:
        return raw.decode("latin-1").strip()


def read_headers(value: Any) -> tuple[Headers, int | None]:
    """Read header fields from what a table holds, with the status where that stands among them.

    An object or struct (values may be lists), a list of pairs or of objects with ``name`` or ``key`` and ``value``, any
    of these as JSON text, or the head as it was sent, with or without its first line. Raises :class:`ValueError`.
    """
    if value is None or isinstance(value, (str, bytes)):
        text = _text(value)
        if text[:1] in {"{", "["}:
            return read_headers(json.loads(text))
        return _raw_headers(text) if text else ((), None)
    if isinstance(value, dict):
        return tuple(_pairs(value.items())), None
    if isinstance(value, list):
        return tuple(_pairs(_pair(item) for item in value)), None
    raise ValueError("neither an object, nor a list, nor a text")


def _raw_headers(text: str) -> tuple[Headers, int | None]:
    raw = text.encode("utf-8", "replace")
    head = parse_head((raw if raw.startswith(b"HTTP/") else b"HTTP/1.1 ???\r\n" + raw) + b"\r\n\r\n")
    if head is None or not (head.headers or head.status):
        raise ValueError("no header field in it")
    return head.headers, head.status


def _pair(item: Any) -> tuple[Any, Any]:
    if isinstance(item, dict):
        return item.get("name", item.get("key")), item.get("value")
    if isinstance(item, str):
        name, colon, value = item.partition(":")
        return (name, value) if colon else (None, None)
    if isinstance(item, (list, tuple)) and len(item) == 2:
        return item[0], item[1]
    raise ValueError("a header field that is no pair of name and value")


def _pairs(items: Iterable[tuple[Any, Any]]) -> Iterator[tuple[str, str]]:
    for name, value in items:
        if not _text(name):
            raise ValueError("a header field without a name")
        for one in value if isinstance(value, list) else [value]:
            if one is not None:
                yield _text(name), _text(one)
