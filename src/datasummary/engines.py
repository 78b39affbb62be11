"""The engines that read manifests: DuckDB here, Spark where manifests outgrow one machine.

The only place that knows which is which. What they are asked comes as Ibis expressions, the same for both, and their
answers leave as Parquet files of the same columns.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from datasummary.errors import DatasummaryError, Interrupted, ProjectError
from datasummary.manifests.layouts import FORMATS_IN_PLACE, Layout, decompressed
from datasummary.manifests.shards import filesystem, open_shard

__all__ = ["FILE", "DuckDBEngine", "Engine", "SparkEngine", "connect"]

FILE = "datasummary_file"
"""Column with the path of the shard that a row stands in, where rows per file have to be counted."""

LONGEST_ROW = 32 << 20
"""Bytes of the longest CSV row or JSON line that is read."""


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

    def small(self, table: pa.Table) -> ibis.Table:
        """Hand a small table to the engine, to be joined with."""

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
        return DuckDBEngine(threads, memory_limit, temporary)
    if name == "spark":
        return SparkEngine(threads, memory_limit)
    raise ProjectError(f"there is no engine {name}; choose duckdb or spark")


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def json_extract_string(text: str, path: str) -> str:  # type: ignore[empty-body]
    """Declare DuckDB's function."""


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def json_valid(text: str) -> bool:  # type: ignore[empty-body]
    """Declare DuckDB's function."""


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def get_json_object(text: str, path: str) -> str:  # type: ignore[empty-body]
    """Declare Spark's function."""


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
        for layout in layouts:
            if layout.shard.remote and first.format in FORMATS_IN_PLACE:
                self.connection.register_filesystem(filesystem(layout.shard.path))
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
                max_line_size=LONGEST_ROW,
                buffer_size=2 * LONGEST_ROW if _has_long_rows(layouts) else None,
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
                maximum_object_size=LONGEST_ROW if _has_long_rows(layouts) else None,
                filename=FILE,
                hive_partitioning=hive,
                hive_types_autocast=False,
            )
        else:
            return self._read_batches(layouts, columns)
        relation.create_view("manifest", replace=True)
        return self.backend.table("manifest")

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

    def small(self, table: pa.Table) -> ibis.Table:
        self.connection.register("small_arrow", table)
        self.connection.execute("CREATE OR REPLACE TEMP TABLE small AS FROM small_arrow")
        self.connection.unregister("small_arrow")
        return self.backend.table("small")

    progress: Callable[[float], None] | None = None
    """Called a few times a second with the share of the piece of work that is done, 0 to 1."""
    _reached = 0.0

    def _watched(self, work: Callable[[], Any], until: float | None = None) -> Any:
        """Run a query in a thread of its own, so that progress shows and Ctrl-C is heard.

        ``until`` is the share of a piece of work that is done when the query is; brief queries have none.
        """
        outcome: dict[str, Any] = {}

        def run() -> None:
            try:
                outcome["answer"] = work()
            except BaseException as error:
                outcome["error"] = error

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        try:
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


class SparkEngine:
    """The Spark session that is running, or one on this machine."""

    name = "spark"

    def __init__(self, threads: int | None, memory_limit: str | None) -> None:
        try:
            from pyspark.sql import SparkSession
        except ImportError:
            raise ProjectError(
                "Spark is not installed; pip install 'datasummary[spark]', and Java 17 or newer"
            ) from None
        import os

        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        builder = (
            SparkSession.builder.appName("datasummary")
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.legacy.parquet.nanosAsLong", "true")
            .config("spark.sql.sources.partitionColumnTypeInference.enabled", "false")
        )
        if threads or not {"SPARK_MASTER", "SPARK_REMOTE"} & os.environ.keys():
            builder = builder.master(f"local[{threads or '*'}]")
            builder = builder.config("spark.sql.shuffle.partitions", 2 * (threads or os.cpu_count() or 1))
        if memory_limit:
            builder = builder.config("spark.driver.memory", memory_limit.lower().removesuffix("b"))
        try:
            self.session = builder.getOrCreate()
        except Exception as error:
            raise ProjectError(f"Spark does not start (it needs Java 17 or newer): {error}") from error
        self.session.sparkContext.setLogLevel("ERROR")
        self.backend = ibis.pyspark.connect(self.session)
        self._kept: list[Any] = []

    def read(self, layouts: list[Layout], columns: frozenset[str]) -> ibis.Table:
        from pyspark.sql import functions
        from pyspark.sql.types import StringType, StructField, StructType

        first = layouts[0]
        if first.format not in FORMATS_IN_PLACE:
            raise ProjectError(
                f"{first.shard.name}: Spark does not read {first.format} files; scan this source with --engine duckdb"
            )
        paths = [_hadoop(layout.shard.path) for layout in layouts]
        names = first.schema.names if first.format != "jsonl" else sorted(columns)
        text = StructType([StructField(name, StringType()) for name in names if name not in first.shard.partitions])
        reader = self.session.read.options(mode="FAILFAST", recursiveFileLookup="false")
        if first.shard.partitions:
            reader = reader.option("basePath", _partition_base(first))
        if first.format == "parquet":
            frame = reader.parquet(*paths)
        elif first.compression == "zstd":
            frame = self.session.createDataFrame(_zstd_rows(self.session, layouts, text.names), _with_file(text))
        elif first.format == "jsonl":
            frame = reader.schema(text).json(paths).withColumn(FILE, functions.col("_metadata.file_path"))
        else:
            separator = "\t" if first.format == "tsv" else ","
            frame = (
                reader.options(header=True, sep=separator, quote='"', escape='"', multiLine=True, maxCharsPerColumn=-1)
                .schema(text)
                .csv(paths)
                .withColumn(FILE, functions.col("_metadata.file_path"))
            )
        frame.createOrReplaceTempView("manifest")
        return self.backend.table("manifest")

    def keep(self, table: ibis.Table) -> ibis.Table:
        frame = self.session.sql(str(self.backend.compile(table))).cache()
        self._kept.append(frame)
        frame.createOrReplaceTempView("kept")
        return self.backend.table("kept")

    def json_text(self, column: ibis.Value, keys: tuple[str, ...]) -> ibis.Value:
        return get_json_object(column, "$" + "".join("['" + key + "']" for key in keys))

    def write(self, table: ibis.Table, path: Path) -> None:
        pq.write_table(self.fetch(table), path, compression="zstd")

    def fetch(self, table: ibis.Table) -> pa.Table:
        return self.session.sql(str(self.backend.compile(table))).toArrow()

    def small(self, table: pa.Table) -> ibis.Table:
        self.session.createDataFrame(table).createOrReplaceTempView("small")
        return self.backend.table("small")

    def close(self) -> None:
        for frame in self._kept:
            frame.unpersist()
        self._kept.clear()


def _without_globbing(path: str) -> str:
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in path)


def _hadoop(path: str) -> str:
    return "".join(f"\\{sign}" if sign in "*?[]{}\\" else sign for sign in path)


def _partition_base(layout: Layout) -> str:
    return layout.shard.path.split(f"/{layout.shard.partitions[0]}=", 1)[0]


def _has_long_rows(layouts: list[Layout]) -> bool:
    """Whether a file is so large that rows beyond DuckDB's usual limits may stand in it."""
    return any(layout.shard.bytes > 2 << 20 or layout.compression != "none" for layout in layouts)


def _with_file(text: Any) -> Any:
    from pyspark.sql.types import StringType, StructField, StructType

    return StructType([*text.fields, StructField(FILE, StringType())])


def _zstd_rows(session: Any, layouts: list[Layout], names: list[str]) -> Any:
    """Read zstd files, which Spark's own readers cannot, in Python on the executors: a tuple of texts per row."""

    def rows(layout: Layout) -> Iterator[tuple[str | None, ...]]:
        import csv
        import io
        import json

        from datasummary.manifests.layouts import Readable

        with open_shard(layout.shard) as raw, decompressed(raw, layout.compression) as stream:
            lines = io.TextIOWrapper(io.BufferedReader(Readable(stream)), encoding="utf-8-sig", newline="")
            if layout.format == "jsonl":
                for line in lines:
                    if line.strip():
                        row = json.loads(line)
                        yield (*(_json_as_text(row.get(name)) for name in names), layout.shard.path)
                return
            for cells in csv.DictReader(lines, delimiter="\t" if layout.format == "tsv" else ",", strict=True):
                yield (*(cells[name] or None for name in names), layout.shard.path)

    return session.sparkContext.parallelize(layouts, len(layouts)).flatMap(rows)


def _json_as_text(value: Any) -> str | None:
    import json

    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


@contextlib.contextmanager
def engine(name: str, **settings: Any) -> Iterator[Engine]:
    """Start an engine and close it in the end."""
    started = connect(name, **settings)
    try:
        yield started
    finally:
        started.close()
