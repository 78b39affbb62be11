"""A small sample of the manifests' own addresses on each host, for signals that stand in pages and their headers."""

from __future__ import annotations

from collections.abc import Iterator

import ibis
import ibis.expr.datatypes as dtypes

from datasummary.engines import Engine, connect
from datasummary.evidence.guard import LONGEST_URL, Forbidden, target_of
from datasummary.hosts import scanned_sources
from datasummary.inventory import Coverage
from datasummary.manifests.canonical import canonical
from datasummary.manifests.plan import plan
from datasummary.project import Project
from datasummary.workspace import Workspace

__all__ = ["sample_pages"]


_SOME_BY = ((dtypes.string, dtypes.uint64, dtypes.int64), dtypes.Array(dtypes.string))


@ibis.udf.agg.builtin(name="arg_min", signature=_SOME_BY)  # type: ignore[untyped-decorator]
def some_by(value: str, order: int, count: int) -> list[str]:  # type: ignore[empty-body]
    """Declare DuckDB's function: the values with the smallest order."""


@ibis.udf.scalar.builtin(name="hash", signature=((dtypes.string,), dtypes.uint64))  # type: ignore[untyped-decorator]
def hash_of(value: str) -> int:  # type: ignore[empty-body]
    """Declare DuckDB's function."""


def sample_pages(project: Project, count: int) -> Iterator[tuple[str, str]]:
    """Give so many of the manifests' addresses for each host, and perhaps some more: pairs of authority and address.

    Which ones depends on nothing but the addresses, so that the sample stays the same. Reads all manifests once.
    """
    temporary = Workspace(project.home).temporary
    engine = connect("duckdb", threads=None, memory_limit=None, temporary=temporary)
    try:
        for part in scanned_sources(project):
            yield from _of_source(part, engine, count)
    finally:
        engine.close()


def _of_source(part: Coverage, engine: Engine, count: int) -> Iterator[tuple[str, str]]:
    names = {shard["name"] for record in part.batches.values() for shard in record["shards"]}
    shards = [shard for shard in part.shards if shard.name in names]
    pieces, _ = plan(part.source, shards, skip_bad_files=False, kept=True)
    for piece in pieces:
        table = engine.read(piece.layouts, piece.mapping.columns)
        rows = canonical(table, piece.mapping, part.source.measures, engine, addresses=True)
        rows = rows.filter(rows["address"].length() <= LONGEST_URL, ~rows["origin"].startswith("?"))
        rows = rows.select("origin", "address").distinct()
        chosen = rows.group_by("origin").agg(urls=some_by(rows["address"], hash_of(rows["address"]), count))
        for urls in engine.fetch(chosen.select("urls")).column("urls").to_pylist():
            for url in urls:
                try:
                    target = target_of(url)
                except Forbidden:
                    continue
                yield target.authority, target.url
