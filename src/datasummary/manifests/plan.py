"""Which shards are read together.

Shards whose columns are alike go into one batch, as many as make a good piece of work: kept per file, results cost
three times what they cost in batches, since a site's rows stand in many shards; kept in one piece, a killed run would
begin anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from datasummary.errors import DataError
from datasummary.manifests.columns import Mapping, find, map_columns, no_such_column
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
    source: Source,
    shards: list[Shard],
    skip_bad_files: bool,
    rows_per_batch: int = ROWS_PER_BATCH,
    kept: bool = False,
) -> tuple[list[Piece], list[LeftOut]]:
    """Group a source's shards into pieces of work of about ``rows_per_batch`` rows.

    Each shard is read by its own columns, so that it counts the same whatever it is read with. One that cannot be read
    raises its :class:`~datasummary.errors.DataError`, all of them named at once, unless ``skip_bad_files``: then they
    come back as left out. ``kept`` says that other shards of the source were counted before.
    """
    bad: list[LeftOut] = []
    groups: dict[tuple[object, ...], list[Layout]] = {}
    mappings: dict[tuple[object, ...], Mapping] = {}
    unmapped: list[str] = []
    for shard, layout in zip(shards, read_layouts(shards, source.format), strict=True):
        if isinstance(layout, DataError):
            bad.append(LeftOut(shard, str(layout)))
            continue
        try:
            mapping = map_columns(source, layout.schema, layout.shard.partitions, text=layout.format == "jsonl")
        except DataError as error:
            unmapped.append(str(error))
            bad.append(LeftOut(shard, f"{shard.name}: {error}"))
            continue
        key = _alike(layout, mapping)
        mappings[key] = mapping
        groups.setdefault(key, []).append(layout)
    if unmapped and not groups and not kept:
        raise DataError(unmapped[0])
    if bad and not skip_bad_files:
        raise DataError("\n".join(item.problem for item in bad))
    if groups and not kept:
        _require_declared(source, [layout for group in groups.values() for layout in group])
    pieces = [Piece(packed, mappings[key]) for key, group in groups.items() for packed in _pack(group, rows_per_batch)]
    return pieces, bad


def _alike(layout: Layout, mapping: Mapping) -> tuple[object, ...]:
    """Give what layouts that can be read as one have in common."""
    if layout.format in {"csv", "tsv"}:
        columns: tuple[object, ...] = tuple(layout.schema.names)
    elif layout.format == "jsonl":
        columns = ()
    else:
        present = sorted(mapping.columns & set(layout.schema.names))
        columns = tuple((name, str(layout.schema.field(name).type)) for name in present)
    found = tuple(mapping.roles())
    return (layout.format, layout.compression, layout.shard.partitions, found, columns)


def _require_declared(source: Source, layouts: list[Layout]) -> None:
    """A shard may lack its language or date, but a column that none of them has is a mistake in the project file."""
    for role in ("language", "date"):
        name = getattr(source.columns, role)
        if name and not any(
            find(name, layout.schema, layout.format == "jsonl") or name in layout.shard.partitions for layout in layouts
        ):
            raise no_such_column(source, f"columns.{role}", name, layouts[0].schema)


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
