"""Copies of shards without some of their rows: CSV, TSV, JSON Lines and CDXJ line by line, WARC record by record.

What stays is byte for byte what it was; compressed text is compressed anew. Rows are found as the scan counts them.
"""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from datasummary.evidence.warc import Fault, WarcReader
from datasummary.manifests.checks import BYTE_ORDER_MARK, LONGEST_LINE, READ_BYTES, parse_object
from datasummary.manifests.columns import ColumnPath
from datasummary.manifests.layouts import Layout, Readable, decompressed
from datasummary.manifests.leaving import LeftOut, require_alike
from datasummary.manifests.shards import open_shard

__all__ = ["copy_text", "copy_warc"]

WRITE_BYTES = 1 << 20
PAYLOAD_TYPES = frozenset({"response", "resource", "conversion"})

_Line = tuple[bytes, list[str] | None]
"""A row as it stands, with its cells where it has any, or, with ``None``, what is no row."""


def copy_text(layout: Layout, left_out: LeftOut, address: ColumnPath | None, target: Path) -> int:
    """Copy a text shard without some rows, and give how many rows it has.

    Raises :class:`ValueError` where the rows to leave out are not those that were judged.
    """
    leaving = iter(left_out)
    place, judged = next(leaving, (-1, -1))
    rows = 0
    waiting = bytearray()
    with (
        open_shard(layout.shard) as raw,
        decompressed(raw, layout.compression) as stream,
        _compressed(target, layout.compression) as sink,
    ):
        lines = io.BufferedReader(Readable(stream), READ_BYTES)
        for text, cells in _csv(lines, layout) if layout.format in {"csv", "tsv"} else _lines(lines, layout.format):
            if cells is not None and rows == place:
                found = _length(layout, address, text, cells)
                if found is not None:
                    require_alike(rows, judged, found)
                place, judged = next(leaving, (-1, -1))
            else:
                waiting += text
            rows += cells is not None
            if len(waiting) >= WRITE_BYTES:
                sink.write(bytes(waiting))
                waiting.clear()
        sink.write(bytes(waiting))
    return rows


def _lines(lines: io.BufferedReader[Readable], format_: str) -> Iterator[_Line]:
    no_rows = (b" CDX ", b"!") if format_ == "cdxj" else ()
    for line in lines:
        yield line, None if not line.strip() or line.startswith(no_rows) else []


def _csv(lines: io.BufferedReader[Readable], layout: Layout) -> Iterator[_Line]:
    """Give the header and the rows of a CSV file with the bytes they stand in, of which Latin-1 loses none."""
    mark = BYTE_ORDER_MARK.decode("latin-1")
    taken: list[str] = []

    def text() -> Iterator[str]:
        for line in io.TextIOWrapper(lines, encoding="latin-1", newline=""):
            taken.append(line)
            yield line.removeprefix(mark) if len(taken) == 1 and not header else line

    header: list[str] = []
    limit = csv.field_size_limit(LONGEST_LINE)
    single = len(layout.schema.names) - len(layout.shard.partitions) == 1
    try:
        for cells in csv.reader(text(), delimiter="\t" if layout.format == "tsv" else ",", strict=True):
            # A blank line is a row, of one empty cell, only where there is one column.
            is_row = bool(header) and (bool(cells) or single)
            yield "".join(taken).encode("latin-1"), (cells or [""]) if is_row else None
            header = header or cells
            taken.clear()
        yield "".join(taken).encode("latin-1"), None
    except csv.Error as error:
        raise ValueError(f"its lines are not split as they were when they were counted ({error})") from None
    finally:
        csv.field_size_limit(limit)


def _length(layout: Layout, address: ColumnPath | None, text: bytes, cells: list[str]) -> int | None:
    """Count the characters of a row's address, -1 where it is null; ``None`` where that cannot be told here."""
    if address is None or address.column not in layout.schema.names:
        return None
    if layout.format in {"csv", "tsv"}:
        cell = cells[layout.schema.names.index(address.column)]
        return None if address.json else len(cell.encode("latin-1").decode(errors="replace")) or -1
    value: Any = None
    with contextlib.suppress(ValueError):  # lines such as ``null`` are rows too
        value = parse_object(text[max(text.find(b"{"), 0) :])
    for step in address.steps:
        if isinstance(value, str):
            return None  # JSON inside of text
        value = value.get(step) if isinstance(value, dict) else None
    return len(value) if isinstance(value, str) else -1 if value is None else None


@contextlib.contextmanager
def _compressed(target: Path, compression: str) -> Iterator[Any]:
    with target.open("wb") as file:
        if compression == "gzip":
            with gzip.GzipFile("", "wb", 6, file, mtime=0) as packed:
                yield packed
        elif compression == "zstd":
            with pa.CompressedOutputStream(pa.PythonFile(file, mode="w"), "zstd") as packed:
                yield packed
        else:
            yield file


def copy_warc(layout: Layout, left_out: LeftOut, target: Path) -> int:
    """Copy a WARC file without some of its response, resource and conversion records, and give how many it has.

    Records that are no documents, such as requests, stay in. Raises :class:`ValueError` where the records of a
    compressed file are not gzip members of their own, and where those to leave out are not those that were judged.
    """
    lengths = dict(left_out)
    rows = 0
    starts: list[tuple[int, bool]] = [(0, True)]
    with open_shard(layout.shard) as raw:
        reader = WarcReader(raw, layout.compression)
        for item in reader:
            if isinstance(item, Fault):
                raise ValueError(f"{item.place}: {item.problem}")
            if not reader.seekable:
                raise ValueError("its records are not gzip members of their own, so that none can be taken out")
            is_row = item.fields["warc-type"].lower() in PAYLOAD_TYPES
            leaves = is_row and rows in lengths
            if leaves:
                require_alike(rows, lengths[rows], _length_of_uri(item.fields.get("warc-target-uri")))
            starts.append((item.offset, not leaves))
            rows += is_row
        end = raw.seek(0, io.SEEK_END)
        with target.open("wb") as sink:
            for (start, stays), (until, _) in zip(starts, [*starts[1:], (end, True)], strict=True):
                if stays:
                    _copy_bytes(raw, start, until, sink)
    return rows


def _length_of_uri(uri: str | None) -> int:
    if uri is None:
        return -1
    return len(uri[1:-1] if uri.startswith("<") and uri.endswith(">") else uri)


def _copy_bytes(raw: IO[bytes], start: int, until: int, sink: IO[bytes]) -> None:
    raw.seek(start)
    left = until - start
    while left and (data := raw.read(min(left, READ_BYTES))):
        sink.write(data)
        left -= len(data)
