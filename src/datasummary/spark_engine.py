"""Spark as the engine, for manifests that outgrow one machine. Its answers leave as Arrow."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from datasummary.engines import FILE
from datasummary.errors import ProjectError
from datasummary.manifests.layouts import FORMATS_IN_PLACE, Layout, decompressed
from datasummary.manifests.shards import open_shard

__all__ = ["SparkEngine"]


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def get_json_object(text: str, path: str) -> str:  # type: ignore[empty-body]
    """Declare Spark's function."""


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

    def small(self, table: pa.Table, name: str = "small") -> ibis.Table:
        self.session.createDataFrame(table).createOrReplaceTempView(name)
        return self.backend.table(name)

    def in_python(
        self, table: ibis.Table, answer: Callable[[pa.RecordBatch], pa.RecordBatch], schema: pa.Schema
    ) -> pa.Table:
        from pyspark.sql.pandas.types import from_arrow_schema

        def answers(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            return map(answer, batches)

        rows = self.session.sql(str(self.backend.compile(table)))
        return rows.mapInArrow(answers, from_arrow_schema(schema)).toArrow().cast(schema)

    def close(self) -> None:
        for frame in self._kept:
            frame.unpersist()
        self._kept.clear()


def _hadoop(path: str) -> str:
    return "".join(f"\\{sign}" if sign in "*?[]{}\\" else sign for sign in path)


def _partition_base(layout: Layout) -> str:
    return layout.shard.path.split(f"/{layout.shard.partitions[0]}=", 1)[0]


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
