"""The engines that read manifests: DuckDB here, Spark where manifests outgrow one machine.

The only place that knows which is which. What they are asked comes as Ibis expressions, the same for both, and their
answers leave as Parquet files of the same columns.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import ibis
import pyarrow as pa

from datasummary.errors import ProjectError
from datasummary.manifests.layouts import Layout

__all__ = ["FILE", "Engine", "connect"]

FILE = "datasummary_file"
"""Column with the path of the shard that a row stands in, where rows per file have to be counted."""


class Engine(Protocol):
    """What the scan asks of an engine."""

    name: str

    def read(self, layouts: list[Layout], columns: frozenset[str]) -> ibis.Table:
        """Read shards of one layout: the wanted columns, and :data:`FILE` for all formats but Parquet."""

    def keep(self, table: ibis.Table) -> ibis.Table:
        """Work a table out once, to be asked several times."""

    def json_text(self, column: ibis.Value, keys: tuple[str, ...]) -> ibis.Value:
        """Text at a place in JSON that is held as text; null where it is no JSON or the place is not there."""

    def write(self, table: ibis.Table, path: Path) -> None:
        """Write a table as one Parquet file."""

    def fetch(self, table: ibis.Table) -> pa.Table:
        """Bring a small table home."""

    def small(self, table: pa.Table, name: str = "small") -> ibis.Table:
        """Hand a small table to the engine, to be joined with; one of the same name takes its place."""

    def in_python(
        self, table: ibis.Table, answer: Callable[[pa.RecordBatch], pa.RecordBatch], schema: pa.Schema
    ) -> pa.Table:
        """Have a function answer a table's rows in Arrow batches, on Spark where the rows are, and bring it home."""

    def close(self) -> None:
        """Let go of what it holds."""


def connect(
    name: str, *, threads: int | None = None, memory_limit: str | None = None, temporary: Path | None = None
) -> Engine:
    """Start an engine, ``duckdb`` or ``spark``.

    ``threads`` and ``memory_limit`` (for instance ``4GB``) are DuckDB's, and Spark's where it runs on this machine;
    ``temporary`` is a folder to which DuckDB moves what does not fit into memory.
    """
    if name == "duckdb":
        from datasummary.duckdb_engine import DuckDBEngine

        return DuckDBEngine(threads, memory_limit, temporary)
    if name == "spark":
        from datasummary.spark_engine import SparkEngine

        return SparkEngine(threads, memory_limit)
    raise ProjectError(f"there is no engine {name}; choose duckdb or spark")
