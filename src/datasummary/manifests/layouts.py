"""What columns a shard has, and how many rows, read from its head or footer without reading the rows."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import IO, Any

import pyarrow as pa

from datasummary.errors import DataError
from datasummary.manifests.shards import Shard, open_shard

__all__ = ["CDXJ_SCHEMA", "FORMATS_IN_PLACE", "WARC_SCHEMA", "Layout", "decompressed", "read_layout", "read_layouts"]

FORMATS_IN_PLACE = frozenset({"parquet", "csv", "tsv", "jsonl"})
"""Formats that engines read by themselves. The rest goes through Python in batches."""

WARC_SCHEMA = pa.schema([("url", pa.string()), ("date", pa.string()), ("payload_bytes", pa.int64())])
CDXJ_SCHEMA = pa.schema(
    [
        (name, pa.string())
        for name in ("url", "timestamp", "status", "mime", "digest", "warc_record_length", "languages")
    ]
)
SAMPLE_LINES = 200
MAGIC = {b"PAR1": "parquet", b"ARROW1": "arrow", b"WARC/": "warc"}
COMPRESSION_MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}


@dataclass(frozen=True)
class Layout:
    """A shard, and how it is to be read."""

    shard: Shard
    format: str
    compression: str
    schema: pa.Schema
    """Columns. Those of CSV and JSON Lines are text; nested JSON objects show as structs."""


def read_layouts(shards: list[Shard], declared: str | None) -> Iterator[Layout | DataError]:
    """Read the layout of many shards, eight at a time, in their order; an unreadable one gives its error."""

    def attempt(shard: Shard) -> Layout | DataError:
        try:
            return read_layout(shard, declared)
        except DataError as error:
            return error

    with ThreadPoolExecutor(8) as pool:
        yield from pool.map(attempt, shards)


def read_layout(shard: Shard, declared: str | None = None) -> Layout:
    """Read the layout of one shard.

    ``declared`` is the project file's ``format``; else the name's ending decides, else the first bytes. The shard
    that comes back in the layout knows its rows where a footer tells them. Raises
    :class:`~datasummary.errors.DataError` naming the file.
    """
    try:
        with open_shard(shard) as raw:
            compression, format_ = _kind(shard, raw, declared)
            if format_ == "parquet":
                return _parquet(shard, raw)
            if format_ == "arrow":
                return Layout(shard, format_, "none", _arrow_schema(raw))
            if format_ == "warc":
                return Layout(shard, format_, compression, WARC_SCHEMA)
            if format_ == "cdxj":
                return Layout(shard, format_, compression, CDXJ_SCHEMA)
            with decompressed(raw, compression) as text:
                schema = _json_schema(text) if format_ == "jsonl" else _csv_schema(text, format_)
            return Layout(shard, format_, compression, schema)
    except DataError as error:
        raise DataError(f"{shard.name}: {error}") from None
    except (OSError, pa.ArrowException, EOFError, UnicodeDecodeError) as error:
        raise DataError(f"{shard.name}: cannot be read: {error}. {_advice(shard)}") from error


def decompressed(raw: IO[bytes], compression: str) -> Any:
    """Wrap a file of stored bytes so that reading gives the decompressed ones; a cut stream raises OSError."""
    if compression == "none":
        return raw
    return pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), compression)


def _advice(shard: Shard) -> str:
    if shard.bytes == 0:
        return "The file is empty; write it again, or remove it"
    return "Write it again, or leave it out with --skip-bad-files, which counts it"


def _kind(shard: Shard, raw: IO[bytes], declared: str | None) -> tuple[str, str]:
    head = raw.read(8)
    raw.seek(0)
    compression = next((name for magic, name in COMPRESSION_MAGIC.items() if head.startswith(magic)), "none")
    format_ = declared or shard.format
    if format_ is None:
        format_ = next((name for magic, name in MAGIC.items() if head.startswith(magic)), None)
    if format_ is None:
        raise DataError("its name does not tell the format; add format: parquet, csv, jsonl … to the source")
    if shard.compression != "none" and compression == "none" and shard.bytes and format_ != "parquet":
        raise DataError(f"its name says {shard.compression}, its bytes do not; rename it or write it again")
    return compression, format_


def _parquet(shard: Shard, raw: IO[bytes]) -> Layout:
    import pyarrow.parquet as pq

    with pq.ParquetFile(raw) as file:
        return Layout(replace(shard, rows=file.metadata.num_rows), "parquet", "none", file.schema_arrow)


def _arrow_schema(raw: IO[bytes]) -> pa.Schema:
    is_file = raw.read(6) == b"ARROW1"
    raw.seek(0)
    schema = pa.ipc.open_file(raw).schema if is_file else pa.ipc.open_stream(raw).schema
    return pa.schema([field.with_type(_without_dictionaries(field.type)) for field in schema])


def _without_dictionaries(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return _without_dictionaries(kind.value_type)
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_without_dictionaries(field.type)) for field in kind])
    if pa.types.is_list(kind):
        return pa.list_(_without_dictionaries(kind.value_type))
    return kind


def _csv_schema(text: Any, format_: str) -> pa.Schema:
    lines = io.TextIOWrapper(
        io.BufferedReader(Readable(text)), encoding="utf-8-sig", errors="surrogateescape", newline=""
    )
    try:
        header = next(csv.reader(lines, delimiter="\t" if format_ == "tsv" else ",", strict=True), [])
        ",".join(header).encode()
    except (csv.Error, UnicodeEncodeError) as error:
        raise DataError(f"line 1: no header can be read ({error}); write the names of the columns there") from None
    duplicates = {name for name in header if header.count(name) > 1}
    if duplicates:
        raise DataError(f"the header names {', '.join(sorted(duplicates))} twice; give each column its own name")
    return pa.schema([(name, pa.string()) for name in header])


def _json_schema(text: Any) -> pa.Schema:
    sample: dict[str, Any] = {}
    lines = io.TextIOWrapper(io.BufferedReader(Readable(text)), encoding="utf-8-sig", errors="replace")
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                row = json.loads(line)
            except ValueError as error:
                if number == 1 and line.strip() in {"[", "{"}:
                    raise DataError(
                        "this is one JSON document, not JSON Lines; write one object a line (jq -c '.[]' does it)"
                    ) from None
                raise DataError(f"line {number}: not valid JSON ({error}); mend or remove the line") from None
            if not isinstance(row, dict):
                raise DataError(f"line {number}: not a JSON object; each line must be one")
            _merge(sample, row)
        if number >= SAMPLE_LINES:
            break
    if not sample:
        raise DataError("there is no row in it; remove it, or leave it out with --skip-bad-files, which counts it")
    return pa.schema(_fields(sample))


def _merge(sample: dict[str, Any], row: dict[str, Any]) -> None:
    for key, value in row.items():
        if isinstance(value, dict):
            inner = sample.get(key)
            if not isinstance(inner, dict):
                inner = sample[key] = {}
            _merge(inner, value)
        else:
            sample.setdefault(key, None)


def _fields(sample: dict[str, Any]) -> list[pa.Field]:
    return [
        pa.field(key, pa.struct(_fields(value)) if isinstance(value, dict) else pa.string())
        for key, value in sample.items()
    ]


class Readable(io.RawIOBase):
    """A plain Python file over an Arrow stream, for text wrappers, which ask for more than Arrow files offer."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
