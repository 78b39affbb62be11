"""Rows of the formats that no engine reads by itself: Arrow IPC, WARC and CDXJ, as Arrow batches."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa

from datasummary.errors import DataError
from datasummary.manifests.checks import BrokenLineError, numbered_lines, parse_object
from datasummary.manifests.layouts import Layout, Readable, decompressed
from datasummary.manifests.shards import open_shard

__all__ = ["record_batches"]

ROWS_PER_BATCH = 1 << 16
WARC_ROWS_PER_BATCH = 1 << 13
CHARACTERS_PER_BATCH = 32 << 20
READ_BYTES = 1 << 20
LONGEST_WARC_HEADER = 16 << 20
LONGEST_HTTP_LINE = 1 << 16
PAYLOAD_TYPES = frozenset({"response", "resource", "conversion"})

END_OF_STREAM = b"\xff\xff\xff\xff\0\0\0\0"

_WARC_VERSION = re.compile(rb"WARC/[0-9]+\.[0-9]+\r?\n")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\n]*)?\r?\n")
_TIMESTAMP = re.compile(rb"[0-9]{4,17}")


def record_batches(layout: Layout, columns: frozenset[str]) -> Iterator[pa.RecordBatch]:
    """Read the wanted top-level columns (at least one) of an Arrow IPC, WARC or CDXJ shard.

    Columns come in the order and with the types of ``layout.schema``. Rows are those of the file: of WARC (ISO 28500)
    one per response, resource and conversion record, with ``payload_bytes`` the bytes of a response's body after the
    HTTP header, transfer coding removed, content coding left as it is; of the other two kinds, of the record's block.
    Memory holds one batch (of an Arrow file, one of its own batches).

    Raises :class:`~datasummary.errors.DataError` naming the file and the record or line that is broken or cut short.
    """
    fields = [field for field in layout.schema if field.name in columns]
    try:
        if layout.format == "arrow":
            yield from _arrow(layout, columns)
            return
        if layout.format == "warc":
            rows, size = _warc(layout), WARC_ROWS_PER_BATCH
        else:
            rows, size = _cdxj(layout), ROWS_PER_BATCH
        yield from _in_batches(rows, size, pa.schema(fields))
    except (OSError, EOFError, ValueError, BrokenLineError, pa.ArrowException) as error:
        raise DataError(
            f"{layout.shard.name}: {error}. Mend or write the file again, or leave it out with --skip-bad-files, "
            f"which counts it"
        ) from error


def _in_batches(rows: Iterable[dict[str, Any]], size: int, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    some: list[dict[str, Any]] = []
    characters = 0
    for row in rows:
        some.append(row)
        characters += sum(len(value) for value in row.values() if isinstance(value, str))
        if len(some) == size or characters >= CHARACTERS_PER_BATCH:
            yield pa.RecordBatch.from_pylist(some, schema=schema)
            some, characters = [], 0
    if some:
        yield pa.RecordBatch.from_pylist(some, schema=schema)


# --- Arrow IPC


def _arrow(layout: Layout, columns: frozenset[str]) -> Iterator[pa.RecordBatch]:
    wanted = [index for index, field in enumerate(layout.schema) if field.name in columns]
    schema = pa.schema([layout.schema.field(index) for index in wanted])
    options = pa.ipc.IpcReadOptions(included_fields=wanted)
    with open_shard(layout.shard) as raw:
        is_file = raw.read(6) == b"ARROW1"
        raw.seek(0)
        for batch in _ipc_file(raw, options) if is_file else _ipc_stream(raw, options):
            # Offsets that point outside their buffers would otherwise be followed.
            batch.validate(full=True)
            for start in range(0, batch.num_rows, ROWS_PER_BATCH):
                part = batch.slice(start, ROWS_PER_BATCH)
                arrays = [array.cast(field.type) for array, field in zip(part.columns, schema, strict=True)]
                yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _ipc_file(raw: Any, options: Any) -> Iterator[pa.RecordBatch]:
    with pa.ipc.open_file(raw, options=options) as reader:
        for number in range(reader.num_record_batches):
            yield reader.get_batch(number)


def _ipc_stream(raw: Any, options: Any) -> Iterator[pa.RecordBatch]:
    with pa.ipc.open_stream(raw, options=options) as reader:
        yield from reader
        end = raw.tell()
    # Arrow takes the end of the file for the end of the stream, and stops reading at the first mark.
    if raw.read(1):
        raise ValueError(f"more bytes follow the end of the Arrow stream at byte {end}; one file holds one stream")
    raw.seek(0)
    mark = END_OF_STREAM if raw.read(4) == END_OF_STREAM[:4] else END_OF_STREAM[4:]
    raw.seek(max(end - len(mark), 0))
    if raw.read(len(mark)) != mark:
        raise ValueError("the Arrow stream has no end mark: its writer was interrupted, or the file is cut short")


# --- WARC


def _warc(layout: Layout) -> Iterator[dict[str, Any]]:
    with open_shard(layout.shard) as raw, decompressed(raw, layout.compression) as stream:
        records = _Bytes(stream)
        number = 0
        while True:
            offset = records.offset
            headers = {}
            try:
                first = records.line(LONGEST_HTTP_LINE)
                if not first:
                    return
                if not first.strip(b"\r\n"):
                    continue
                number += 1
                headers = _warc_header(records, first)
                row = _warc_row(records, headers)
            except (OSError, ValueError) as error:
                uri = headers.get("warc-target-uri", "")[:200]
                stream_name = "file" if layout.compression == "none" else "unpacked stream"
                where = f"record {number} at byte {offset} of the {stream_name}{f' ({uri})' if uri else ''}"
                raise ValueError(f"{where}: {error}") from error
            if row:
                yield row


def _warc_header(records: _Bytes, version: bytes) -> dict[str, str]:
    if not _WARC_VERSION.fullmatch(version):
        raise ValueError(f"a record begins with WARC/ and a version, not with {version[:40]!r}")
    headers: dict[str, str] = {}
    name, left = "", LONGEST_WARC_HEADER
    while line := records.line(left):
        left -= len(line)
        if left <= 0:
            raise ValueError(f"the record's header is longer than {LONGEST_WARC_HEADER >> 20} MiB")
        if line in {b"\r\n", b"\n"}:
            return headers
        if not line.endswith(b"\n"):
            break
        text = line.decode(errors="replace")
        if text[0] in " \t" and name:
            headers[name] += " " + text.strip()
            continue
        name, colon, value = text.partition(":")
        name = name.strip().lower()
        if not colon or " " in name or (name in headers and name in {"content-length", "warc-type", "warc-target-uri"}):
            raise ValueError(f"the record's header has a broken or repeated line: {text[:40]!r}")
        headers[name] = value.strip()
    raise ValueError("the file ends inside the record's header")


def _warc_row(records: _Bytes, headers: dict[str, str]) -> dict[str, Any] | None:
    length, kind = headers.get("content-length", ""), headers.get("warc-type", "")
    if not (length.isascii() and length.isdigit() and len(length) < 19):
        raise ValueError(f"Content-Length is not a number of bytes: {length[:40]!r}")
    if not kind:
        raise ValueError("the record has no WARC-Type")
    if "warc-segment-number" in headers:
        raise ValueError("the record is one of several segments, whose payload spreads over records; join them first")
    block = _Block(records, int(length))
    payload = _http_payload(block) if kind.lower() == "response" else block.left
    block.skip(block.left)
    ends = records.line(2), records.line(2)
    if ends not in {(b"\r\n", b"\r\n"), (b"\n", b"\n")}:
        raise ValueError(
            "the file ends inside the record"
            if not all(ends)
            else f"no two line ends follow the {length} bytes that Content-Length tells"
        )
    if kind.lower() not in PAYLOAD_TYPES:
        return None
    uri = headers.get("warc-target-uri")
    if uri and uri.startswith("<") and uri.endswith(">"):
        uri = uri[1:-1]
    return {"url": uri, "date": headers.get("warc-date"), "payload_bytes": payload}


def _http_payload(block: _Block) -> int:
    """Bytes of the body that an HTTP response carries; of a response of another protocol, its whole block."""
    size = block.left
    if not block.line(LONGEST_HTTP_LINE).startswith(b"HTTP/"):
        return size
    chunked, whole = False, True
    while line := block.line(LONGEST_HTTP_LINE):
        if whole and line in {b"\r\n", b"\n"}:
            break
        name, _, value = line.partition(b":")
        if whole and name.strip().lower() == b"transfer-encoding":
            chunked = value.rpartition(b",")[2].strip().lower() == b"chunked"
        whole = line.endswith(b"\n")
    return _dechunked_bytes(block) if chunked else block.left


def _dechunked_bytes(block: _Block) -> int:
    """Bytes of a body without its chunked coding (RFC 9112, section 7.1).

    Some archives store the body decoded and the header as it was sent: a body that breaks the coding counts as it
    stands. One that the crawler cut short counts as far as it goes.
    """
    stored, payload = block.left, 0
    while block.left:
        size = _CHUNK_SIZE.fullmatch(block.line(LONGEST_HTTP_LINE))
        if not size:
            return payload if payload and not block.left else stored
        chunk = int(size[1], 16)
        if chunk == 0:
            return payload
        got = min(chunk, block.left)
        block.skip(got)
        payload += got
        if block.left and block.line(2) not in {b"\r\n", b"\n"}:
            return stored
    return payload


class _Bytes:
    """A stream of bytes that knows how far it was read."""

    def __init__(self, stream: Any) -> None:
        self._stream = io.BufferedReader(Readable(stream), READ_BYTES)
        self.offset = 0

    def line(self, limit: int) -> bytes:
        """Read a line with its end, or its first ``limit`` bytes."""
        line = self._stream.readline(limit)
        self.offset += len(line)
        return line

    def skip(self, count: int) -> int:
        """Read on by ``count`` bytes; the answer is less only where the stream ends."""
        left = count
        while left and (data := self._stream.read(min(left, READ_BYTES))):
            left -= len(data)
        self.offset += count - left
        return count - left


class _Block:
    """The bytes of one record, which no chunk size or long line leads beyond."""

    def __init__(self, records: _Bytes, length: int) -> None:
        self._records = records
        self._length = length
        self.left = length

    def line(self, limit: int) -> bytes:
        if not self.left:
            return b""
        line = self._records.line(min(limit, self.left))
        if not line:
            self._ended()
        self.left -= len(line)
        return line

    def skip(self, count: int) -> None:
        got = self._records.skip(count)
        self.left -= got
        if got < count:
            self._ended()

    def _ended(self) -> None:
        read = self._length - self.left
        raise ValueError(f"the file ends {read:,} bytes into a record of {self._length:,}")


# --- CDXJ


def _cdxj(layout: Layout) -> Iterator[dict[str, Any]]:
    for number, line in numbered_lines(layout):
        # Header lines: " CDX …" of the older format, "!…" of CDXJ itself.
        if line.startswith((b" CDX ", b"!")) or not line.strip():
            continue
        try:
            yield _cdxj_row(line)
        except ValueError as error:
            raise BrokenLineError(f"line {number}: {error}") from None


def _cdxj_row(line: bytes) -> dict[str, Any]:
    key, _, rest = line.partition(b" ")
    timestamp, _, fields = rest.partition(b" ")
    if not key or not _TIMESTAMP.fullmatch(timestamp) or not fields.lstrip().startswith(b"{"):
        raise ValueError('not CDXJ, which reads: com,example)/path 20240101000000 {"url": …}')
    values = parse_object(fields)
    row = {name: _as_text(value) for name, value in values.items()}
    return row | {"timestamp": timestamp.decode(), "warc_record_length": row.get("length")}


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
