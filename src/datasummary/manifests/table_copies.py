"""Copies of Parquet and Arrow IPC shards without some of their rows.

Schema, metadata, row groups or batches (less what is left out) and compression are those of the original.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from datasummary.manifests.columns import ColumnPath
from datasummary.manifests.layouts import Layout
from datasummary.manifests.leaving import LeftOut, require_alike
from datasummary.manifests.shards import open_shard

__all__ = ["copy_arrow", "copy_parquet"]

CODECS = {"UNCOMPRESSED": "none"} | {name: name.lower() for name in ("SNAPPY", "GZIP", "BROTLI", "LZ4", "ZSTD")}
"""Parquet's compressions, as they are named in files and to the writer."""

IPC_CODECS = ("lz4", "zstd")
"""Arrow's compressions, as they are numbered in files."""


def copy_parquet(layout: Layout, left_out: LeftOut, address: ColumnPath | None, target: Path) -> int:
    """Copy a Parquet file without some rows, row group by row group, and give how many rows it has.

    Raises :class:`ValueError` where the rows to leave out are not those that were judged, and where the file is one
    that cannot be written in the same way.
    """
    rows = 0
    with open_shard(layout.shard) as raw, pq.ParquetFile(raw) as file:
        with pq.ParquetWriter(target, file.schema_arrow, **_as_before(file)) as writer:
            for number in range(file.num_row_groups):
                group = file.read_row_group(number)
                kept = group.filter(_kept(group, rows, left_out, address))
                if kept.num_rows:
                    writer.write_table(kept, row_group_size=kept.num_rows)
                rows += group.num_rows
        if not pq.read_schema(target).equals(file.schema_arrow, check_metadata=True):
            raise ValueError("its columns are of a kind that cannot be written as they were")
    return rows


def _as_before(file: pq.ParquetFile) -> dict[str, Any]:
    """Give the writer's settings by which a file was written, as far as it shows them."""
    described = file.metadata
    settings: dict[str, Any] = {
        "version": "1.0" if described.format_version == "1.0" else "2.6",
        "store_schema": b"ARROW:schema" in (described.metadata or {}),
        "use_compliant_nested_type": False,  # names inside lists stay as the schema has them
    }
    if not described.num_row_groups:
        return settings
    group = described.row_group(0)
    columns = [group.column(number) for number in range(group.num_columns)]
    unknown = {column.compression for column in columns} - CODECS.keys()
    if unknown:
        raise ValueError(f"its compression ({', '.join(sorted(unknown))}) can be read and not written")
    return settings | {
        "compression": {column.path_in_schema: CODECS[column.compression] for column in columns},
        "use_dictionary": [column.path_in_schema for column in columns if column.has_dictionary_page],
        "write_statistics": [column.path_in_schema for column in columns if column.is_stats_set],
        "use_deprecated_int96_timestamps": any(column.physical_type == "INT96" for column in columns),
        "store_decimal_as_integer": any(
            described.schema.column(number).logical_type.type == "DECIMAL"
            and column.physical_type in {"INT32", "INT64"}
            for number, column in enumerate(columns)
        ),
        "sorting_columns": group.sorting_columns or None,
    }


def copy_arrow(layout: Layout, left_out: LeftOut, address: ColumnPath | None, target: Path) -> int:
    """Copy an Arrow IPC file or stream without some rows, batch by batch, and give how many rows it has.

    Raises :class:`ValueError` where the rows to leave out are not those that were judged.
    """
    rows = 0
    with open_shard(layout.shard) as raw:
        is_file = raw.read(6) == b"ARROW1"
        raw.seek(8 if is_file else 0)
        options = pa.ipc.IpcWriteOptions(compression=_codec(raw))
        raw.seek(0)
        with pa.ipc.open_file(raw) if is_file else pa.ipc.open_stream(raw) as reader:
            make = pa.ipc.new_file if is_file else pa.ipc.new_stream
            with pa.OSFile(str(target), "wb") as sink, make(sink, reader.schema, options=options) as writer:
                for batch, metadata in _batches(reader):
                    kept = batch.filter(_kept(batch, rows, left_out, address))
                    if kept.num_rows:
                        writer.write_batch(kept, custom_metadata=metadata)
                    rows += batch.num_rows
    return rows


def _batches(reader: Any) -> Iterator[tuple[pa.RecordBatch, Any]]:
    if isinstance(reader, pa.RecordBatchReader):
        yield from reader.iter_batches_with_custom_metadata()
    else:
        for number in range(reader.num_record_batches):
            yield reader.get_batch_with_custom_metadata(number)


def _codec(raw: Any) -> str | None:
    """Tell by which codec the first batch of an Arrow stream is compressed, ``lz4``, ``zstd`` or none."""
    for message in pa.ipc.MessageReader.open_stream(raw):
        if message.type == "record batch":
            return _codec_in(message.metadata.to_pybytes())
    return None


def _codec_in(header: bytes) -> str | None:
    """Read the codec from the header of a batch: a flatbuffer, as the Arrow format describes it (``Message.fbs``)."""

    def integer(place: int, size: int = 4) -> int:
        return int.from_bytes(header[place : place + size], "little")

    def field(table: int, number: int) -> int:
        """Give the place of a table's field, or 0 where the table has none."""
        slots = table - int.from_bytes(header[table : table + 4], "little", signed=True)
        slot = 4 + 2 * number
        offset = integer(slots + slot, 2) if slot < integer(slots, 2) else 0
        return table + offset if offset else 0

    def inner(table: int, number: int) -> int:
        place = field(table, number)
        return place + integer(place) if place else 0

    batch = inner(integer(0), 2)
    compression = inner(batch, 3) if batch else 0
    if not compression:
        return None
    codec = field(compression, 0)
    return IPC_CODECS[header[codec] if codec else 0]


def _kept(rows: pa.Table | pa.RecordBatch, start: int, left_out: LeftOut, address: ColumnPath | None) -> pa.Array:
    """Give which of some rows stay, of which the first is at ``start`` in the file."""
    leaving = left_out.between(start, start + rows.num_rows)
    column = _texts(rows, address)
    if column is not None and len(leaving):
        found = pc.fill_null(pc.utf8_length(column.take(pa.array(leaving.places)).cast(pa.string())), -1)
        for (place, judged), length in zip(leaving, found.to_pylist(), strict=True):
            require_alike(start + place, judged, length)
    kept = np.ones(rows.num_rows, np.bool_)
    kept[leaving.places] = False
    return pa.array(kept)


def _texts(rows: pa.Table | pa.RecordBatch, address: ColumnPath | None) -> Any:
    """Give the addresses of rows, or ``None`` where they are no text as it stands."""
    if address is None or address.json or address.column not in rows.schema.names:
        return None
    column = rows.column(address.column)
    for name in address.fields:
        column = pc.struct_field(column, name)
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    return column if is_text else None
