"""Which rows of a shard an audit's verdicts leave out: the judgement of whole manifests, told row by row.

Rows are judged as the audit counted them (:mod:`datasummary.urlpass`), on DuckDB, with the places at which they stand.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datasummary.audit_run import AuditRun
from datasummary.counting import find_bad_shards
from datasummary.duckdb_engine import DuckDBEngine
from datasummary.errors import DataError, DatasummaryError
from datasummary.manifestpass import with_document_dates
from datasummary.manifests.canonical import canonical
from datasummary.manifests.leaving import LeftOut
from datasummary.manifests.plan import Piece
from datasummary.urlpass import During, UrlPass
from datasummary.verdicts import Standing

__all__ = ["Found", "RowPass"]

_LEAVES_OUT = (During(Standing("reserved", dropped="left out as a whole")),)
_LETS_STAY = (During(Standing("no_reservation_found", kept="stays as a whole")),)


class Found(NamedTuple):
    """What is left out of a shard."""

    rows: LeftOut
    sizes: tuple[int, ...]
    """Their size, in the unit of each of the source's measures."""


class RowPass:
    """Judges the rows of a source's shards, one shard at a time."""

    def __init__(self, run: AuditRun, place: int) -> None:
        """Take an audit whose hosts have been judged, and the source's place in ``run.sources``."""
        hosts = run.sources[place]
        self._measures = hosts.source.measures
        self._with_assets = hosts.has_assets
        self._until: dt.date = run.project.summary.date
        self._dated = run.policy.as_of.rule == "document"
        self._all_rows = run.left_out_by_default(place)
        standings = dict(_standings(run, place))
        self._judge = UrlPass(run.policy, standings, run.defaults[run.ground_of[place]].periods[0].standing)
        self.leaves_nothing_out = not standings and not self._all_rows
        """Whether there is no need to look at any row."""
        self.nothing = Found(LeftOut(np.empty(0, np.int64), np.empty(0, np.int32)), (0,) * len(self._measures))

    def rows_left_out(self, engine: DuckDBEngine, piece: Piece) -> Found:
        """Find the rows of a piece of one shard that are left out.

        Raises :class:`~datasummary.errors.DataError` naming the shard where it cannot be read.
        """
        try:
            return self._rows_left_out(engine, piece)
        except (DatasummaryError, AssertionError):
            raise
        except Exception as error:
            bad = find_bad_shards(engine, piece, self._measures, error)
            raise DataError("\n".join(item.problem for item in bad)) from error

    def _rows_left_out(self, engine: DuckDBEngine, piece: Piece) -> Found:
        sizes = [f"size_{number}" for number in range(len(self._measures))]
        # A window without an order numbers rows as they are read, and DuckDB keeps them in order up to there.
        numbered = engine.read(piece.layouts, piece.mapping.columns).mutate(place=ibis.row_number())
        rows = canonical(numbered, piece.mapping, self._measures, engine, addresses=True, beside=("place",))
        origins, addresses = ["origin"], ["address"]
        if self._with_assets:
            origins, addresses = [*origins, "asset_origin"], [*addresses, "asset"]
            if "asset" not in rows.columns:
                rows = rows.mutate(asset_origin=ibis.null("string"), asset=ibis.null("string"))
        rows = with_document_dates(engine, rows, self._until) if self._dated else rows.mutate(date=ibis.null("date"))
        rows = rows.mutate(length=rows["address"].length().fill_null(-1).cast("int32"))
        rows = rows.select("place", "length", *origins, *addresses, "date", *sizes)
        judged = self._judge.judged(engine, rows, all_rows=self._all_rows)
        asked = judged.filter(judged["by_reader"] | judged["left_out"]).mutate(
            **{name: ibis.cases((judged["by_reader"], judged[name])) for name in addresses}
        )
        schema = pa.schema(
            [("place", pa.int64()), ("length", pa.int32()), *((name, pa.decimal128(38, 0)) for name in sizes)]
        )

        def answer(batch: pa.RecordBatch) -> pa.RecordBatch:
            by_reader = batch.column("by_reader")
            asked_alone = batch.filter(by_reader).drop_columns(["by_reader", "left_out"])
            told = self._judge.exactly_in_batch(asked_alone)
            parts = [batch.filter(pc.invert(by_reader)), told.filter(told.column("left_out"))]
            found = pa.concat_tables(
                [pa.Table.from_batches([part]).select(schema.names).cast(schema) for part in parts]
            )
            return pa.RecordBatch.from_arrays([column.combine_chunks() for column in found.columns], schema=schema)

        found = engine.in_python(asked.drop("verdict"), answer, schema).sort_by("place")
        left_out = LeftOut(
            found.column("place").to_numpy().astype(np.int64), found.column("length").to_numpy().astype(np.int32)
        )
        return Found(left_out, tuple(int(pc.sum(found.column(name)).as_py() or 0) for name in sizes))


def _standings(run: AuditRun, place: int) -> list[tuple[str, Sequence[During]]]:
    """Give what stands for each raw authority whose documents do not all fare as those of unknown hosts do."""
    ground, default = run.ground_of[place], run.left_out_by_default(place)
    union = " UNION ".join(f"SELECT origin, authority FROM {table}" for table in run.host_tables(place))
    rows = run.connection.sql(
        f"SELECT h.origin, h.authority, v.settled, v.left_out FROM ({union}) h JOIN host_verdicts v "
        f"ON v.ground = {ground} AND v.authority = h.authority "
        f"WHERE NOT v.settled OR v.left_out <> {default} ORDER BY h.origin"
    ).fetchall()
    as_a_whole = _LETS_STAY if default else _LEAVES_OUT
    return [
        (origin, as_a_whole if settled else run.unsettled[ground][authority]) for origin, authority, settled, _ in rows
    ]
