"""DuckDB as the engine: reads Parquet, CSV and JSON Lines in place, and all else in batches from Python."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa

from datasummary.engines import FILE
from datasummary.errors import DatasummaryError, Interrupted, ProjectError
from datasummary.manifests.checks import LONGEST_LINE
from datasummary.manifests.layouts import FORMATS_IN_PLACE, Layout
from datasummary.manifests.shards import filesystem

__all__ = ["DuckDBEngine"]


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def json_extract_string(text: str, path: str) -> str:  # type: ignore[empty-body]
    """Declare DuckDB's function."""


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def json_valid(text: str) -> bool:  # type: ignore[empty-body]
    """Declare DuckDB's function."""


class DuckDBEngine:
    """DuckDB in this process."""

    name = "duckdb"

    def __init__(self, threads: int | None, memory_limit: str | None, temporary: Path | None) -> None:
        import duckdb

        try:
            self.backend = ibis.duckdb.connect()
            self.connection: duckdb.DuckDBPyConnection = self.backend.con
            self.connection.execute("SET preserve_insertion_order = false")
            self.connection.execute("SET TimeZone = 'UTC'")
            with contextlib.suppress(duckdb.InvalidInputException):  # a notebook without ipywidgets has no bar
                self.connection.execute("SET enable_progress_bar = true")
                self.connection.execute("SET enable_progress_bar_print = false")
            if threads:
                self.connection.execute("SET threads = ?", [threads])
            if memory_limit:
                self.connection.execute("SET memory_limit = ?", [memory_limit])
            if temporary:
                self.connection.execute("SET temp_directory = ?", [str(temporary)])
        except duckdb.Error as error:
            raise ProjectError(f"DuckDB does not take these settings: {error}") from error

    def read(self, layouts: list[Layout], columns: frozenset[str]) -> ibis.Table:
        first = layouts[0]
        if first.format in FORMATS_IN_PLACE:
            self._reach([layout.shard.path for layout in layouts if layout.shard.remote])
        paths = [_without_globbing(layout.shard.path) for layout in layouts]
        hive = bool(first.shard.partitions)
        compression = first.compression
        if first.format == "parquet":
            relation = self.connection.read_parquet(paths, binary_as_string=True, hive_partitioning=hive)
        elif first.format in {"csv", "tsv"}:
            relation = self.connection.read_csv(
                paths,  # type: ignore[arg-type]
                auto_detect=False,
                header=True,
                columns=dict.fromkeys(first.schema.names, "VARCHAR"),
                sep="\t" if first.format == "tsv" else ",",
                quotechar='"',
                escapechar='"',
                compression=compression,  # type: ignore[arg-type]
                max_line_size=LONGEST_LINE,
                buffer_size=2 * LONGEST_LINE if _has_long_rows(layouts) else None,
                filename=FILE,
                hive_partitioning=hive,
                hive_types_autocast=False,
            )
        elif first.format == "jsonl":
            relation = self.connection.read_json(
                paths,  # type: ignore[arg-type]
                columns={name: "VARCHAR" for name in columns if name not in first.shard.partitions},
                format="newline_delimited",
                compression="uncompressed" if compression == "none" else compression,  # type: ignore[arg-type]
                maximum_object_size=LONGEST_LINE if _has_long_rows(layouts) else None,
                filename=FILE,
                hive_partitioning=hive,
                hive_types_autocast=False,
            )
        else:
            return self._read_batches(layouts, columns)
        relation.create_view("manifest", replace=True)
        return self.backend.table("manifest")

    def _reach(self, addresses: list[str]) -> None:
        """Let DuckDB read remote addresses through fsspec."""
        for address in {address.split("://", 1)[0]: address for address in addresses}.values():
            files = filesystem(address)
            protocols = [files.protocol] if isinstance(files.protocol, str) else files.protocol
            if not set(protocols) & set(self.connection.list_filesystems()):
                self.connection.register_filesystem(files)

    def _read_batches(self, layouts: list[Layout], columns: frozenset[str]) -> ibis.Table:
        from datasummary.manifests.batches import record_batches

        fields = [layouts[0].schema.field(name) for name in sorted(columns)]
        schema = pa.schema([*(field.remove_metadata() for field in fields), pa.field(FILE, pa.string())])

        def rows() -> Iterator[pa.RecordBatch]:
            for layout in layouts:
                for batch in record_batches(layout, columns):
                    arrays = [batch.column(field.name).cast(field.type) for field in fields]
                    file = pa.array([layout.shard.path] * batch.num_rows, pa.string())
                    yield pa.RecordBatch.from_arrays([*arrays, file], schema=schema)

        failure: list[BaseException] = []

        def guarded() -> Iterator[pa.RecordBatch]:
            try:
                yield from rows()
            except DatasummaryError as error:
                failure.append(error)
                raise

        reader = pa.RecordBatchReader.from_batches(schema, guarded())
        self.connection.register("incoming", reader)
        try:
            self.connection.execute("CREATE OR REPLACE TEMP TABLE manifest AS FROM incoming")
        except Exception:
            if failure:
                raise failure[0] from None
            raise
        finally:
            self.connection.unregister("incoming")
        return self.backend.table("manifest")

    def keep(self, table: ibis.Table) -> ibis.Table:
        sql = self.backend.compile(table)
        self._watched(lambda: self.connection.execute(f"CREATE OR REPLACE TEMP TABLE kept AS {sql}"), until=0.7)
        return self.backend.table("kept")

    def json_text(self, column: ibis.Value, keys: tuple[str, ...]) -> ibis.Value:
        path = "$" + "".join('."' + key.replace('"', '\\"') + '"' for key in keys)
        return ibis.cases((json_valid(column), json_extract_string(column, path)))

    def write(self, table: ibis.Table, path: Path) -> None:
        relation = self.connection.sql(str(self.backend.compile(table)))
        self._watched(lambda: relation.write_parquet(str(path), compression="zstd"), until=1.0)

    def fetch(self, table: ibis.Table) -> pa.Table:
        relation = self.connection.sql(str(self.backend.compile(table)))
        answer: pa.Table = self._watched(relation.to_arrow_table)
        return answer

    def small(self, table: pa.Table, name: str = "small") -> ibis.Table:
        self.connection.register("small_arrow", table)
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM small_arrow")
        self.connection.unregister("small_arrow")
        return self.backend.table(name)

    def in_python(
        self, table: ibis.Table, answer: Callable[[pa.RecordBatch], pa.RecordBatch], schema: pa.Schema
    ) -> pa.Table:
        rows = self.connection.sql(str(self.backend.compile(table))).to_arrow_reader()
        try:
            return pa.Table.from_batches((answer(batch) for batch in rows), schema)
        except KeyboardInterrupt:
            raise Interrupted("stopped; the same command goes on where it was") from None

    progress: Callable[[float], None] | None = None
    """Called a few times a second with the share of the piece of work that is done, 0 to 1."""
    _reached = 0.0

    def _watched(self, work: Callable[[], Any], until: float | None = None) -> Any:
        """Run a query in a thread of its own, so that progress shows and Ctrl-C is heard.

        ``until`` is the share of a piece of work that is done when the query is; brief queries have none.
        """
        outcome: dict[str, Any] = {}
        go = threading.Event()

        def run() -> None:
            go.wait()  # stopped before, no query runs on while the process ends
            try:
                outcome["answer"] = work()
            except BaseException as error:
                outcome["error"] = error

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        try:
            go.set()
            while thread.is_alive():
                thread.join(0.1)
                if self.progress and until and thread.is_alive():
                    done = min(max(self.connection.query_progress(), 0.0) / 100, 1.0)
                    self.progress(self._reached + done * (until - self._reached))
        except KeyboardInterrupt:
            self.connection.interrupt()
            thread.join()
            raise Interrupted("stopped; the same command goes on where it was") from None
        if until:
            self._reached = until % 1.0
        if "error" in outcome:
            raise outcome["error"]
        return outcome.get("answer")

    def close(self) -> None:
        self.backend.disconnect()


def _without_globbing(path: str) -> str:
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in path)


def _has_long_rows(layouts: list[Layout]) -> bool:
    """Whether a file is so large that rows beyond DuckDB's usual limits may stand in it."""
    return any(layout.shard.bytes > 2 << 20 or layout.compression != "none" for layout in layouts)
