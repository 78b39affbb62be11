"""Counting one batch of shards: by raw origin, and by language and month.

A batch is a folder with three files: ``origins.parquet`` (``origin``, ``documents``, ``size_*``,
``bad_*``, ``first_date``, ``last_date``), ``totals.parquet`` (``language``, ``month``, ``dating``, ``documents``,
``size_*``, ``bad_*``) and ``batch.json``, which says what was read and how.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import duckdb
import ibis
import pyarrow as pa

from datasummary.engines import FILE, Engine
from datasummary.errors import DataError, DatasummaryError, WorkspaceError
from datasummary.manifests.canonical import canonical
from datasummary.manifests.checks import check_compressed, find_broken_line
from datasummary.manifests.dates import EARLIEST, needs_more, parse_day
from datasummary.manifests.layouts import Layout
from datasummary.manifests.plan import LeftOut, Piece
from datasummary.sources import Measure
from datasummary.workspace import no_fault_of_the_data

__all__ = ["DATINGS", "count_batch", "find_bad_shards", "read_days", "with_dates"]

DATINGS = ("dated", "no_date", "bad_date", "out_of_range")
"""What became of documents' dates. Out of range: before 1990 or after the summary's date."""


def count_batch(engine: Engine, piece: Piece, measures: list[Measure], until: dt.date, folder: Path) -> dict[str, Any]:
    """Count a piece of work and write its tables into ``folder``.

    ``until`` is the summary's date: later dates count as out of range. Returns what the batch's record says of the
    result: ``rows`` of each shard in order, ``documents``, and ``latest`` and ``beyond``, the last date up to ``until``
    and the first after it, which tell for which other dates the same result holds.
    """
    table = engine.read(piece.layouts, piece.mapping.columns)
    rows = canonical(table, piece.mapping, measures, engine)
    per_shard = rows
    if "file" in rows.columns:
        rows = per_shard = engine.keep(rows)
    by_day = engine.fetch(rows.group_by("language", "day").agg(**_counts(rows, len(measures))))
    if any(needs_more(value) for value in by_day.column("day").unique().to_pylist()):
        rows = rows.mutate(day=rows.day_text)
        by_day = engine.fetch(rows.group_by("language", "day").agg(**_counts(rows, len(measures))))
    days = read_days(by_day.column("day"))
    dated = {text: day for text, day in days.items() if day and EARLIEST <= day <= until}
    rows = with_dates(engine, rows, days, until)
    first, last = rows.date.min().cast("date"), rows.date.max().cast("date")
    origins = rows.group_by("origin").agg(**_counts(rows, len(measures)), first_date=first, last_date=last)
    engine.write(origins, folder / "origins.parquet")
    _write_totals(by_day, days, until, folder / "totals.parquet")
    documents = _verified(folder, len(measures))
    beyond = [day for day in days.values() if day and day > until]
    return {
        "rows": _rows_per_shard(engine, piece, table, per_shard, documents),
        "documents": documents,
        "latest": str(max(dated.values())) if dated else None,
        "beyond": str(min(beyond)) if beyond else None,
    }


def _counts(rows: ibis.Table, measures: int) -> dict[str, ibis.Value]:
    counts: dict[str, ibis.Value] = {"documents": rows.count()}
    for number in range(measures):
        size = rows[f"size_{number}"]
        counts[f"size_{number}"] = ibis.coalesce(size.sum().cast("decimal(38, 0)"), ibis.literal(0, "decimal(38, 0)"))
        counts[f"bad_{number}"] = rows.count() - size.count()
    return counts


def read_days(column: pa.ChunkedArray) -> dict[Any, dt.date | None]:
    """Read each distinct day once."""
    return {
        value: parse_day(value) if isinstance(value, str) else value
        for value in column.unique().to_pylist()
        if value is not None
    }


def with_dates(engine: Engine, rows: ibis.Table, days: dict[Any, dt.date | None], until: dt.date) -> ibis.Table:
    """Add ``date``, null where it is none or out of range: a date, or a text that sorts and reads as one."""
    if rows.day.type().is_date():
        return rows.mutate(date=ibis.cases((rows.day.between(EARLIEST, until), rows.day)))
    first, last = str(EARLIEST), str(until)
    dated = {text: day for text, day in days.items() if day and EARLIEST <= day <= until}
    if all(text == str(day) for text, day in dated.items()):
        between = rows.day.between(first, last)
        none = [text for text in days if first <= text <= last and text not in dated]
        return rows.mutate(date=ibis.cases((between & ~rows.day.isin(none) if none else between, rows.day)))
    known = engine.small(
        pa.table({"known": pa.array(list(dated), pa.string()), "date": pa.array(list(dated.values()), pa.date32())})
    )
    return rows.left_join(known, rows.day == known.known)


def _write_totals(by_day: pa.Table, days: dict[Any, dt.date | None], until: dt.date, path: Path) -> None:
    months: list[dt.date | None] = []
    datings: list[str] = []
    for value in by_day.column("day").to_pylist():
        day = days.get(value)
        if day and EARLIEST <= day <= until:
            months.append(day.replace(day=1))
            datings.append("dated")
        else:
            months.append(None)
            blank = value is None or (isinstance(value, str) and not value.strip())
            datings.append("out_of_range" if day else "no_date" if blank else "bad_date")
    counted = by_day.drop_columns(["day"])
    counted = counted.append_column("month", pa.array(months, pa.date32()))
    counted = counted.append_column("dating", pa.array(datings, pa.string()))
    with duckdb.connect() as connection:
        connection.register("counted", counted)
        sums = ", ".join(
            f"sum({name})::{'DECIMAL(38,0)' if name.startswith('size_') else 'BIGINT'} AS {name}"
            for name in by_day.column_names
            if name not in {"language", "day"}
        )
        connection.sql(f"SELECT language, month, dating, {sums} FROM counted GROUP BY ALL ORDER BY ALL").write_parquet(
            str(path)
        )


def _verified(folder: Path, measures: int) -> int:
    """Check that both tables count the same, and give the documents."""
    columns = ["documents", *(f"{name}_{number}" for number in range(measures) for name in ("size", "bad"))]
    sums = ", ".join(f"coalesce(sum({name}), 0)" for name in columns)
    with duckdb.connect() as connection:
        both = [
            connection.read_parquet(str(folder / name)).aggregate(sums).fetchone()
            for name in ("origins.parquet", "totals.parquet")
        ]
    if both[0] != both[1] or both[0] is None:
        raise AssertionError(f"the counts by origin and by month differ: {both[0]} and {both[1]}")
    return int(both[0][0])


def _rows_per_shard(engine: Engine, piece: Piece, table: ibis.Table, rows: ibis.Table, documents: int) -> list[int]:
    known = [layout.shard.rows for layout in piece.layouts if layout.shard.rows is not None]
    if len(known) == len(piece.layouts):
        if not piece.mapping.where and sum(known) != documents:
            raise AssertionError(f"{documents} documents were counted in {sum(known)} rows")
        return known
    files = table[FILE] if piece.mapping.where else rows["file"]
    source = table if piece.mapping.where else rows
    counted = engine.fetch(source.group_by(path=files).agg(rows=source.count()))
    by_path: dict[str, int] = {}
    for path, count in zip(counted.column("path").to_pylist(), counted.column("rows").to_pylist(), strict=True):
        by_path[_plain(path)] = int(count)
    return [by_path.get(_plain(layout.shard.path), 0) for layout in piece.layouts]


def _plain(path: str) -> str:
    """Reduce an engine's way of writing a path to one: Spark gives ``file:/with%20blanks``."""
    return unquote(re.sub("^file:/+", "/", path))


def check_shards(piece: Piece) -> list[LeftOut]:
    """Look whether compressed text shards are whole, which not every engine notices."""

    def problem(layout: Layout) -> LeftOut | None:
        try:
            check_compressed(layout)
        except DataError as error:
            return LeftOut(layout.shard, str(error))
        return None

    if piece.layouts[0].compression == "none" or piece.layouts[0].format not in {"csv", "tsv", "jsonl"}:
        return []
    with ThreadPoolExecutor(2) as pool:
        return [found for found in pool.map(problem, piece.layouts) if found]


def find_bad_shards(engine: Engine, piece: Piece, measures: list[Measure], error: Exception) -> list[LeftOut]:
    """After an engine failed on a piece, read its shards one by one to name those that are at fault.

    Raises the error in words of its own where the data is not at fault: the disk is full, or memory does not suffice.
    """
    no_fault_of_the_data(error)
    found = []
    for layout in piece.layouts:
        alone = Piece([layout], piece.mapping)
        try:
            rows = canonical(engine.read(alone.layouts, alone.mapping.columns), alone.mapping, measures, engine)
            engine.fetch(rows.agg(**_everything(rows)))
        except DatasummaryError as problem:
            found.append(LeftOut(layout.shard, str(problem)))
        except Exception as problem:
            where = find_broken_line(layout) if layout.format in {"csv", "tsv", "jsonl"} else None
            said = where or _first_line(problem)
            advice = "Mend it, or leave the file out with --skip-bad-files, which counts it"
            found.append(LeftOut(layout.shard, f"{layout.shard.name}: cannot be read: {said}. {advice}"))
    if not found and isinstance(error, (OSError, duckdb.IOException)):
        raise WorkspaceError(f"the scan could not go on: {_first_line(error)}") from error
    if not found:
        raise error
    return found


def _everything(rows: ibis.Table) -> dict[str, ibis.Value]:
    return {name: rows[name].max() for name in rows.columns}


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0].removesuffix(".") if lines else type(error).__name__


def record(config: str, piece: Piece, until: dt.date, result: dict[str, Any]) -> str:
    """Write a batch's record as JSON."""
    shards = [
        {
            "name": shard.name,
            "bytes": shard.bytes,
            "modified": shard.modified,
            "etag": shard.etag,
            "rows": rows,
        }
        for shard, rows in zip(piece.shards, result["rows"], strict=True)
    ]
    columns = {role: str(path) for role, path in piece.mapping.roles()}
    body = {k: result[k] for k in ("documents", "latest", "beyond")}
    return json.dumps({"config": config, "until": str(until), **body, "columns": columns, "shards": shards}, indent=1)
