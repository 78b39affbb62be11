"""Whether a text shard is whole, and where exactly it is broken.

Engines do not notice every cut in a compressed file, and the line numbers in their messages are not always the true
ones. Both are settled here, by reading the shard once more.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from datasummary.errors import DataError
from datasummary.manifests.layouts import Layout, Readable, decompressed
from datasummary.manifests.shards import open_shard

__all__ = ["LONGEST_LINE", "BrokenLineError", "check_compressed", "find_broken_line", "numbered_lines", "parse_object"]

LONGEST_LINE = 32 << 20
"""Bytes of the longest line that is read; what goes on longer is no line of a manifest."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
READ_BYTES = 1 << 20

_JSON = json.JSONDecoder(parse_int=str, parse_float=str)


class BrokenLineError(Exception):
    """A line that breaks its format. The message begins with the line's number."""


def check_compressed(layout: Layout) -> None:
    """Read a gzip or zstd shard to its end, keeping nothing.

    Raises :class:`~datasummary.errors.DataError` naming the file where the stream is cut short, is followed by bytes
    that belong to no stream, or fails its checksum. A cut exactly between two gzip members or zstd frames leaves a
    whole stream, and cannot be known. Does nothing for shards that are not compressed.
    """
    if layout.compression == "none":
        return
    try:
        with open_shard(layout.shard) as raw, decompressed(raw, layout.compression) as stream:
            while stream.read(READ_BYTES):
                pass
    except OSError as error:
        raise DataError(
            f"{layout.shard.name}: the {layout.compression} stream is cut short or damaged ({error}). Copy or write it "
            f"again, or leave it out with --skip-bad-files, which counts it"
        ) from error


def find_broken_line(layout: Layout) -> str | None:
    """Look for the first broken line of a CSV, TSV or JSON Lines shard, slowly and exactly.

    The message names the line as editors count it, from 1 and ending at line feeds; of a CSV row that goes over
    several lines, the first. Positions within a line are counted from 1 too, in bytes or characters as the message
    says. ``None`` where nothing is broken.
    """
    try:
        if layout.format == "jsonl":
            _check_json(layout)
        else:
            _check_csv(layout, "\t" if layout.format == "tsv" else ",")
    except BrokenLineError as error:
        return str(error)
    return None


def numbered_lines(layout: Layout) -> Iterator[tuple[int, bytes]]:
    """Give the lines of a text shard, with the line feeds that end them, and their numbers from 1.

    Raises :class:`BrokenLineError` at a line of over 32 MiB, and where the shard cannot be read on.
    """
    number = 0
    try:
        with open_shard(layout.shard) as raw, decompressed(raw, layout.compression) as stream:
            lines = io.BufferedReader(Readable(stream), READ_BYTES)
            while line := lines.readline(LONGEST_LINE + 1):
                number += 1
                if len(line) > LONGEST_LINE:
                    raise BrokenLineError(f"line {number}: longer than {LONGEST_LINE >> 20} MiB")
                yield number, line
    except OSError as error:
        raise BrokenLineError(f"after line {number}: the file cannot be read on ({error})") from error


def parse_object(text: bytes) -> dict[str, Any]:
    """Parse one JSON object. Numbers stay text, spelled as they are; ``NaN`` and ``Infinity`` pass, as in DuckDB.

    Raises :class:`ValueError` with a message that says what is wrong, without the line.
    """
    if text.startswith(BYTE_ORDER_MARK):
        raise ValueError("it begins with a byte order mark, which JSON does not allow")
    try:
        row = _JSON.decode(_decoded(text))
    except json.JSONDecodeError as error:
        raise ValueError(f"not valid JSON ({error.msg}, character {error.pos + 1})") from None
    except RecursionError:
        raise ValueError("not valid JSON (nested too deeply)") from None
    if not isinstance(row, dict):
        raise ValueError("not a JSON object")
    if b"\\u" in text:
        try:
            json.dumps(row, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise ValueError("not valid JSON (half of a surrogate pair stands alone)") from None
    return row


def _check_json(layout: Layout) -> None:
    for number, line in numbered_lines(layout):
        if line.strip():
            try:
                parse_object(line)
            except ValueError as error:
                raise BrokenLineError(f"line {number}: {error}") from None


def _check_csv(layout: Layout, delimiter: str) -> None:
    # The limit on fields belongs to the csv module as a whole; its default, 128 KiB, is less than one long URL.
    limit = csv.field_size_limit(LONGEST_LINE)
    rows = csv.reader(_text(layout), delimiter=delimiter, strict=True)
    start = 1
    try:
        columns = len(next(rows, []))
        start = rows.line_num + 1
        for row in rows:
            # A blank line comes as an empty row; engines pass over it.
            if row and len(row) != columns:
                raise BrokenLineError(f"line {start}: {_count(len(row))}, the header has {columns}")
            start = rows.line_num + 1
    except csv.Error as error:
        raise BrokenLineError(f"line {start}: {_in_plain_words(error)}") from None
    finally:
        csv.field_size_limit(limit)


def _text(layout: Layout) -> Iterator[str]:
    for number, line in numbered_lines(layout):
        try:
            yield _decoded(line.removeprefix(BYTE_ORDER_MARK) if number == 1 else line)
        except ValueError as error:
            raise BrokenLineError(f"line {number}: {error}") from None


def _decoded(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        raise ValueError(f"not valid UTF-8 (byte 0x{line[error.start]:02x} at position {error.start + 1})") from None


def _count(columns: int) -> str:
    return "1 column" if columns == 1 else f"{columns} columns"


def _in_plain_words(error: csv.Error) -> str:
    text = str(error)
    if text.startswith("unexpected end of data"):
        return "a quoted field begins in this row and never ends"
    if text.startswith("field larger than"):
        return f"a field is longer than {LONGEST_LINE >> 20} MiB; most likely its closing quote is missing"
    if text.startswith("new-line character"):
        return "a carriage return stands alone outside quotes"
    if "expected after" in text:
        return "a quoted field goes on after its closing quote; a quote inside a field is written twice"
    return text
