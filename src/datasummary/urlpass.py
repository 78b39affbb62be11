"""Judging addresses one by one, in bulk: which documents of a host are reserved, and which are left out.

Rows are joined with what stands for their host (:class:`~datasummary.verdicts.Standing`), and one expression, the same
on DuckDB and on Spark, gives their verdict. Addresses that it does not compare exactly (beyond ASCII, over 2 KiB, in an
odd spelling, or of a host with costly patterns) go through the reader for single paths, in Arrow batches; the answer is
the same.
"""

from __future__ import annotations

import functools
import operator
import re
from typing import Any

import ibis
import pyarrow as pa

from datasummary.engines import Engine
from datasummary.manifests.canonical import split_part
from datasummary.paths import LONGEST_IN_SQL
from datasummary.rules import (
    BEGINNING,
    BULK_RULES,
    WEIGHTS,
    RuleList,
    fits_bulk,
    for_bulk,
    masked,
    spoken_in_bulk,
)
from datasummary.standings import UNDATED, During, Standings
from datasummary.verdicts import DOCUMENT_VERDICTS, rank

__all__ = ["UNDATED", "During", "UrlPass"]

_PLAIN_ORIGIN = re.compile(r"[A-Za-z0-9._-]+(?::[0-9]+)?")
_ODD = r"[^\x21-\x7e]|%[a-f][0-9A-Fa-f]|%[0-9A-F][a-f]"
"""What the bulk pass does not compare: signs beyond printable ASCII, escapes that are not in upper case."""

_STANDINGS = pa.schema(
    [
        ("id", pa.int32()),
        ("origin", pa.string()),
        ("since", pa.date32()),
        ("until", pa.date32()),
        ("base", pa.int8()),
        ("listed", pa.bool_()),
        ("exact", pa.bool_()),
        ("kept", pa.bool_()),
        ("dropped", pa.bool_()),
    ]
)
_RULES = pa.schema([("id", pa.int32()), ("beginning", pa.string()), ("rules", BULK_RULES)])
_SIDES = ("", "asset_")


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def substring(text: str, place: int) -> str:  # type: ignore[empty-body]
    """Declare a function that both engines have: the rest of a text from a place, counted from 1."""


class UrlPass(Standings):
    """Judges rows by what stands for the host of their address, and of their asset's where they have two."""

    def judged(self, engine: Engine, rows: ibis.Table, *, all_rows: bool) -> ibis.Table:
        """Add ``by_reader``, whether :meth:`exactly` must judge a row, and else ``verdict`` (a rank) and ``left_out``.

        ``rows`` have ``origin``, ``address``, ``date`` (null where there is none), and ``asset_origin`` and ``asset``
        where there are assets. Without ``all_rows``, rows whose origin is not known here are left away.
        """
        asked, sides, by_reader = self._asked(engine, rows, all_rows)
        bulk = engine.small(self._tables[1], "bulk_rules")
        for side in sides:
            for name, beginning in (("own", asked[f"{side}beginning"]), ("other", "")):
                some = bulk.view().rename({f"{side}{name}_{column}": column for column in _RULES.names})
                same = [
                    asked[f"{side}its_id"] == some[f"{side}{name}_id"],
                    some[f"{side}{name}_beginning"] == beginning,
                ]
                asked = asked.left_join(some, same)
        asked = asked.mutate(**{f"{side}found": self._found(asked, side) for side in sides})
        verdicts = [self._verdict(asked, side) for side in sides]
        left_out = [self._leaves_out(asked, side, verdict) for side, verdict in zip(sides, verdicts, strict=True)]
        verdict, out = verdicts[0], left_out[0]
        if len(sides) > 1:
            verdict, out = ibis.greatest(*verdicts), left_out[0] | left_out[1]
        return asked.select(
            *rows.columns,
            by_reader=by_reader,
            verdict=ibis.cases((~by_reader, verdict)),
            left_out=ibis.cases((~by_reader, out)),
        )

    def for_reader(self, engine: Engine, rows: ibis.Table, *, all_rows: bool) -> ibis.Table:
        """Give the rows that :meth:`exactly` must judge, without what :meth:`judged` does for the others."""
        asked, _, by_reader = self._asked(engine, rows, all_rows)
        return asked.filter(by_reader).select(*rows.columns)

    def _asked(self, engine: Engine, rows: ibis.Table, all_rows: bool) -> tuple[ibis.Table, list[str], ibis.Value]:
        """Join rows with what stands for their hosts; give the sides that they have, and which need the reader."""
        sides = [side for side in _SIDES if f"{side}origin" in rows.columns]
        # Worked out before the joins, so that paths are cut once a row, and not once a rule.
        columns = {name: value for side in sides for name, value in self._cut(rows, side).items()}
        asked = rows.mutate(judged_on=rows["date"].fill_null(UNDATED), **columns)
        known = engine.small(self._tables[0], "standings")
        for side in sides:
            standing = known.view().rename({f"{side}its_{name}": name for name in _STANDINGS.names})
            during = [
                asked[f"{side}origin"] == standing[f"{side}its_origin"],
                asked["judged_on"] >= standing[f"{side}its_since"],
                asked["judged_on"] < standing[f"{side}its_until"],
            ]
            asked = asked.join(standing, during, how="left" if all_rows or len(sides) > 1 else "inner")
        asked = asked.mutate(by_reader=functools.reduce(operator.or_, [self._needs_reading(asked, s) for s in sides]))
        return asked, sides, asked["by_reader"]

    def exactly_in_batch(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Judge rows by :meth:`exactly`; ``verdict`` and ``left_out`` come in place of addresses and date."""
        columns = batch.to_pydict()
        verdicts, left_out = [0] * batch.num_rows, [False] * batch.num_rows
        for side in _SIDES:
            if f"{side}origin" not in columns:
                continue
            addresses = columns["asset" if side else "address"]
            for row, asked in enumerate(zip(columns[f"{side}origin"], addresses, columns["date"], strict=True)):
                if side and asked[1] is None:
                    continue
                verdict, out = self.exactly(*asked)
                verdicts[row] = max(verdicts[row], rank(verdict))
                left_out[row] = left_out[row] or out
        kept = [name for name in batch.schema.names if name not in {"address", "asset", "date"}]
        return pa.record_batch(
            [*map(batch.column, kept), pa.array(verdicts, pa.int8()), pa.array(left_out, pa.bool_())],
            names=[*kept, "verdict", "left_out"],
        )

    @functools.cached_property
    def _tables(self) -> tuple[pa.Table, pa.Table]:
        """Give what stands for each origin at a time, and the rules by number and by the paths' beginning."""
        numbers: dict[tuple[RuleList, ...], int] = {}
        bulk: dict[str, list[Any]] = {name: [] for name in _RULES.names}
        columns: dict[str, list[Any]] = {name: [] for name in _STANDINGS.names}
        for origin, periods in self.standings.items():
            plain = _PLAIN_ORIGIN.fullmatch(origin) is not None
            for standing, since, until in periods:
                fits = plain and fits_bulk(standing.lists)
                number = numbers.get(standing.lists)
                if number is None and standing.lists and fits:
                    number = numbers[standing.lists] = len(numbers)
                    for beginning, rules in for_bulk(self._read(standing)).items():
                        for name, value in zip(_RULES.names, (number, beginning, rules), strict=True):
                            bulk[name].append(value)
                row = (
                    number if fits else None,
                    origin,
                    since,
                    until,
                    rank(standing.base),
                    bool(standing.lists),
                    bool(standing.lists) and not fits,
                    bool(standing.kept),
                    bool(standing.dropped),
                )
                for name, value in zip(_STANDINGS.names, row, strict=True):
                    columns[name].append(value)
        return pa.table(columns, schema=_STANDINGS), pa.table(bulk, schema=_RULES)

    def _cut(self, rows: ibis.Table, side: str) -> dict[str, ibis.Value]:
        """Give the path to compare, and whether the address is too odd to be compared in bulk."""
        origin, address = rows[f"{side}origin"], rows["asset" if side else "address"]
        secure = address.startswith("https://")
        rest = split_part(substring(address, ibis.cases((secure, 9), else_=8) + origin.length()), "#", 1)
        path = ibis.cases((rest.startswith("/"), rest), else_=ibis.literal("/") + rest)
        plain = (secure | address.startswith("http://")) & (address.length() <= LONGEST_IN_SQL)
        return {
            f"{side}path": masked(path),
            f"{side}beginning": masked(path).left(BEGINNING),
            f"{side}odd": ~plain | address.re_search(_ODD),
        }

    def _needs_reading(self, rows: ibis.Table, side: str) -> ibis.Value:
        listed = rows[f"{side}its_listed"].fill_null(False)
        return rows[f"{side}its_exact"].fill_null(False) | (listed & rows[f"{side}odd"].fill_null(True))

    def _found(self, rows: ibis.Table, side: str) -> ibis.Value:
        """What the rules say, as the rank of a verdict; null where there are none."""
        rules = ibis.coalesce(rows[f"{side}own_rules"], rows[f"{side}other_rules"])
        said = spoken_in_bulk(rules, rows[f"{side}path"])
        found = said.maxs().cases(
            (WEIGHTS["unclear"], ibis.literal(rank("review"), "int8")),
            (WEIGHTS["no"], ibis.literal(rank("reserved"), "int8")),
            else_=ibis.literal(0, "int8"),
        )
        if self.contradiction == "review":
            both = (said.maxs() == WEIGHTS["no"]) & (said.mins() == WEIGHTS["yes"])
            found = ibis.cases((both, ibis.literal(rank("review"), "int8")), else_=found)
        return found

    def _verdict(self, rows: ibis.Table, side: str) -> ibis.Value:
        base = rows[f"{side}its_base"].fill_null(ibis.literal(rank(self.default.base), "int8"))
        verdict = ibis.greatest(base, rows[f"{side}found"].fill_null(ibis.literal(0, "int8")))
        return ibis.cases((rows["asset"].isnull(), ibis.literal(0, "int8")), else_=verdict) if side else verdict

    def _leaves_out(self, rows: ibis.Table, side: str, verdict: ibis.Value) -> ibis.Value:
        kept = rows[f"{side}its_kept"].fill_null(bool(self.default.kept))
        dropped = rows[f"{side}its_dropped"].fill_null(bool(self.default.dropped))
        ranks = [rank(name) for name in DOCUMENT_VERDICTS if name in self.left_out]
        left_out = dropped | (~kept & verdict.isin(ranks)) if ranks else dropped
        return rows["asset"].notnull() & left_out if side else left_out
