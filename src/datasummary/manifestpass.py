"""Passes over a source's manifests after the scan: counts by raw authority, judged or not, batch by batch.

The batches are those of the scan. Each one's result is kept under a fingerprint of what it depends on, so that a
stopped pass goes on where it was, and one with nothing new reads no manifest.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from datasummary.counting import find_bad_shards, read_days, with_dates
from datasummary.engines import Engine
from datasummary.errors import DataError, DatasummaryError
from datasummary.hosts import SourceHosts
from datasummary.manifests.canonical import canonical
from datasummary.manifests.dates import needs_more
from datasummary.manifests.plan import Piece, plan
from datasummary.progress import ScanProgress
from datasummary.urlpass import UrlPass
from datasummary.workspace import fingerprint, write_atomically

__all__ = ["ManifestPass", "with_document_dates"]

PASS_VERSION = 1
"""Counted up when the same rows would be counted otherwise, so that kept results are not mixed."""


class ManifestPass:
    """Reads a source's scanned shards again, by one engine."""

    def __init__(
        self,
        hosts: SourceHosts,
        until: dt.date,
        kept: Path,
        engine: Callable[[], Engine],
        progress: ScanProgress,
    ) -> None:
        """Take a source, the summary's date, the folder for kept results, and how to come by an engine."""
        self.part = hosts.part
        self.until = until
        self.kept = kept
        self.engine = engine
        self.progress = progress
        self.with_assets = hosts.has_assets

    def pairs(self) -> list[Path]:
        """Count documents by the authorities of page and asset: ``origin, asset_origin, documents, size_…``."""
        return self._each_batch("pairs", lambda engine, rows: self._counted(engine, rows, self._origins))

    def judged(self, judge: UrlPass, state: str, dated: bool) -> list[Path]:
        """Count documents by authority, ``verdict`` (a rank) and ``left_out``.

        ``state`` is the fingerprint of what the verdicts rest on; ``dated`` says that documents' dates matter.
        """
        return self._each_batch(state, lambda engine, rows: self._judge(engine, rows, judge, dated))

    @property
    def _origins(self) -> list[str]:
        return ["origin", "asset_origin"] if self.with_assets else ["origin"]

    def _each_batch(self, state: str, count: Callable[[Engine, ibis.Table], pa.Table]) -> list[Path]:
        found, todo = [], []
        for name in sorted(self.part.batches):
            path = self.kept / f"{fingerprint([PASS_VERSION, name, state])}.parquet"
            found.append(path)
            if not path.exists():
                todo.append((name, path))
        if not todo:
            return found
        engine = self.engine()
        planned = [(piece, path) for name, path in todo for piece in self._pieces(name)]
        self.progress.begin(self.part.source.name, [piece for piece, _ in planned])
        try:
            for _, path in todo:
                tables = [self._of_piece(engine, piece, count) for piece, home in planned if home == path]
                counted = functools.partial(pq.write_table, pa.concat_tables(tables), compression="zstd")
                write_atomically(path, counted)
        finally:
            self.progress.end()
        return found

    def _pieces(self, batch: str) -> list[Piece]:
        names = {shard["name"] for shard in self.part.batches[batch]["shards"]}
        shards = [shard for shard in self.part.shards if shard.name in names]
        return plan(self.part.source, shards, skip_bad_files=False, kept=True)[0]

    def _of_piece(self, engine: Engine, piece: Piece, count: Callable[[Engine, ibis.Table], pa.Table]) -> pa.Table:
        measures = self.part.source.measures
        self.progress.piece(piece)
        try:
            table = engine.read(piece.layouts, piece.mapping.columns)
            rows = canonical(table, piece.mapping, measures, engine, addresses=True)
            if self.with_assets and "asset_origin" not in rows.columns:
                rows = rows.mutate(asset_origin=ibis.null("string"), asset=ibis.null("string"))
            counted = count(engine, rows)
        except (DatasummaryError, AssertionError):
            raise
        except Exception as error:
            bad = find_bad_shards(engine, piece, measures, error)
            raise DataError("\n".join(item.problem for item in bad)) from error
        self.progress.finished(piece, sum(layout.shard.rows or 0 for layout in piece.layouts))
        return counted

    def _counted(self, engine: Engine, rows: ibis.Table, by: list[str]) -> pa.Table:
        sums: dict[str, ibis.Value] = {"documents": rows.count()}
        for number in range(len(self.part.source.measures)):
            size = rows[f"size_{number}"].sum().cast("decimal(38, 0)")
            sums[f"size_{number}"] = ibis.coalesce(size, ibis.literal(0, "decimal(38, 0)"))
        return engine.fetch(rows.group_by(*by).agg(**sums))

    def _judge(self, engine: Engine, rows: ibis.Table, judge: UrlPass, dated: bool) -> pa.Table:
        rows = with_document_dates(engine, rows, self.until) if dated else rows.mutate(date=ibis.null("date"))
        sizes = [f"size_{number}" for number in range(len(self.part.source.measures))]
        addresses = ["address", "asset"] if self.with_assets else ["address"]
        rows = rows.select(*self._origins, *addresses, "date", *sizes)
        judged = judge.judged(engine, rows, all_rows=self.with_assets)
        by = [*self._origins, "verdict", "left_out"]
        in_bulk = self._counted(engine, judged, [*by, "by_reader"])
        one_by_one = in_bulk.column("by_reader")
        in_bulk = in_bulk.filter(pa.compute.invert(one_by_one)).drop_columns(["by_reader"])
        if not pa.compute.any(one_by_one).as_py():
            return in_bulk
        left = judge.for_reader(engine, rows, all_rows=self.with_assets)
        answers = pa.schema([in_bulk.schema.field(name) for name in (*by, "documents", *sizes)])

        def answer(batch: pa.RecordBatch) -> pa.RecordBatch:
            told = pa.Table.from_batches([judge.exactly_in_batch(batch)])
            summed = told.group_by(by).aggregate([([], "count_all"), *((size, "sum") for size in sizes)])
            named = summed.rename_columns([*by, "documents", *sizes]) if summed.num_columns == len(answers) else summed
            return named.cast(answers).combine_chunks().to_batches()[0]

        exact = engine.in_python(left, answer, answers)
        return pa.concat_tables([in_bulk, exact])


def with_document_dates(engine: Engine, rows: ibis.Table, until: dt.date) -> ibis.Table:
    """Add ``date`` to canonical rows; null where there is none, or none from 1990 to ``until``."""
    days = engine.fetch(rows.select("day").distinct()).column("day")
    if any(needs_more(value) for value in days.to_pylist()):
        rows = rows.mutate(day=rows["day_text"])
        days = engine.fetch(rows.select("day").distinct()).column("day")
    rows = with_dates(engine, rows, read_days(days), until)
    return rows.mutate(date=rows["date"].cast("date"))
