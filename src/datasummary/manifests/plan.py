"""Which shards are read together.

Shards whose columns are alike go into one batch, as many as make a good piece of work: kept per file, results cost
three times what they cost in batches, since a site's rows stand in many shards; kept in one piece, a killed run would
begin anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pyarrow as pa

from datasummary.errors import DataError
from datasummary.manifests.columns import ColumnPath, Mapping, map_columns
from datasummary.manifests.layouts import Layout, read_layouts
from datasummary.manifests.shards import Shard
from datasummary.sources import Source

__all__ = ["ROWS_PER_BATCH", "LeftOut", "Piece", "plan"]

ROWS_PER_BATCH = 25_000_000
BYTES_PER_ROW = {"parquet": 60, "csv": 120, "tsv": 120, "jsonl": 300, "arrow": 120, "warc": 20_000, "cdxj": 300}
"""What a row weighs where no footer says how many there are; compressed files hold about four times their bytes."""
COMPRESSED = 4


@dataclass(frozen=True)
class LeftOut:
    """A shard that cannot be read."""

    shard: Shard
    problem: str


@dataclass(frozen=True)
class Piece:
    """Shards to be read together, and where they hold what."""

    layouts: list[Layout]
    mapping: Mapping

    @property
    def shards(self) -> list[Shard]:
        return [layout.shard for layout in self.layouts]

    def without(self, bad: set[Shard]) -> Piece:
        return replace(self, layouts=[layout for layout in self.layouts if layout.shard not in bad])


def plan(
    source: Source, shards: list[Shard], skip_bad_files: bool, rows_per_batch: int = ROWS_PER_BATCH
) -> tuple[list[Piece], list[LeftOut]]:
    """Group a source's shards into pieces of work of about ``rows_per_batch`` rows.

    A shard that cannot be read raises its :class:`~datasummary.errors.DataError`, all of them named at once, unless
    ``skip_bad_files``: then they come back as left out.
    """
    layouts: list[Layout] = []
    bad: list[LeftOut] = []
    for shard, layout in zip(shards, read_layouts(shards, source.format), strict=True):
        if isinstance(layout, DataError):
            bad.append(LeftOut(shard, str(layout)))
        else:
            layouts.append(layout)
    pieces: list[Piece] = []
    for group in _alike(source, layouts):
        mapping, good, lacking = _mapping(source, group, layouts)
        bad += lacking
        pieces += [Piece(packed, mapping) for packed in _pack(good, rows_per_batch)]
    if bad and not skip_bad_files:
        raise DataError("\n".join(item.problem for item in bad))
    return pieces, bad


def _alike(source: Source, layouts: list[Layout]) -> list[list[Layout]]:
    """Group layouts that can be read as one: the same format, and the same types in the columns that are needed."""
    needed: dict[tuple[object, ...], frozenset[str]] = {}
    groups: dict[tuple[object, ...], list[Layout]] = {}
    union = _union(layouts)
    for layout in layouts:
        kind = (layout.format, layout.compression, layout.shard.partitions)
        if kind not in needed:
            mapping = map_columns(source, union, layout.shard.partitions, text=layout.format == "jsonl")
            needed[kind] = mapping.columns
        if layout.format in {"csv", "tsv"}:
            signature: tuple[object, ...] = tuple(layout.schema.names)
        elif layout.format == "jsonl":
            signature = ()
        else:
            present = sorted(needed[kind] & set(layout.schema.names))
            signature = tuple((name, str(layout.schema.field(name).type)) for name in present)
        groups.setdefault((*kind, signature), []).append(layout)
    return list(groups.values())


def _union(layouts: list[Layout]) -> pa.Schema:
    fields: dict[str, pa.Field] = {}
    for layout in layouts:
        for field in layout.schema:
            known = fields.get(field.name)
            if known is None:
                fields[field.name] = field.remove_metadata()
            elif known.type != field.type and pa.types.is_struct(known.type) and pa.types.is_struct(field.type):
                both = _union([replace(layout, schema=pa.schema(list(kind))) for kind in (known.type, field.type)])
                fields[field.name] = pa.field(field.name, pa.struct(list(both)))
    return pa.schema(list(fields.values()))


def _mapping(
    source: Source, group: list[Layout], everything: list[Layout]
) -> tuple[Mapping, list[Layout], list[LeftOut]]:
    """Find the columns of a group. One that lacks its address or size is bad; language and date may be absent."""
    first = group[0]
    text = first.format == "jsonl"
    mapping = map_columns(source, _union(everything), first.shard.partitions, text)
    if text:
        return mapping, group, []
    present = {*first.schema.names, *first.shard.partitions}

    def absent(path: ColumnPath | None) -> bool:
        return path is not None and path.column not in present

    essential = [mapping.address, *mapping.sizes, *(path for path, _ in mapping.where)]
    lacking = [str(path) for path in essential if absent(path)]
    if lacking:
        problem = f"has no column {', '.join(lacking)}, which other shards of source {source.name} have"
        return mapping, [], [LeftOut(layout.shard, f"{layout.shard.name}: {problem}") for layout in group]
    return (
        replace(
            mapping,
            url=None if absent(mapping.url) else mapping.url,
            language=None if absent(mapping.language) else mapping.language,
            date=None if absent(mapping.date) else mapping.date,
        ),
        group,
        [],
    )


def _pack(layouts: list[Layout], rows_per_batch: int) -> Iterator[list[Layout]]:
    packed: list[Layout] = []
    weight = 0
    for layout in layouts:
        rows = _rows(layout)
        if packed and weight + rows > rows_per_batch:
            yield packed
            packed, weight = [], 0
        packed.append(layout)
        weight += rows
    if packed:
        yield packed


def _rows(layout: Layout) -> int:
    if layout.shard.rows is not None:
        return layout.shard.rows
    factor = COMPRESSED if layout.compression != "none" else 1
    return layout.shard.bytes * factor // BYTES_PER_ROW[layout.format] + 1
