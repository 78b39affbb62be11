"""What stands for hosts over time, and the verdict of single addresses that follows: the exact reader."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from datasummary.policy import Policy
from datasummary.rules import TakenApart, spoken_of, taken_apart
from datasummary.verdicts import Standing, Verdict, judged_path, settle

__all__ = ["UNDATED", "During", "Standings"]

UNDATED = dt.date.min
"""The day on which documents without a date are judged; nothing was ever captured then."""

MOST_READERS = 20_000
"""Hosts whose rules are held taken apart; some 10 KB each."""


class During(NamedTuple):
    """What stands for a host on the days from ``since`` up to and without ``until``."""

    standing: Standing
    since: dt.date = dt.date.min
    until: dt.date = dt.date.max


class Standings:
    """Judges addresses one by one, by what stands for their host."""

    def __init__(self, policy: Policy, standings: Mapping[str, Sequence[During]], default: Standing) -> None:
        """Take what stands for each raw authority, in the spelling of the manifest, and for all others."""
        self.contradiction: Verdict = policy.findings.contradiction
        self.left_out: frozenset[Verdict] = frozenset(policy.leave_out)
        self.standings = standings
        self.default = default
        self._readers: dict[int, TakenApart] = {}

    def exactly(self, origin: str, address: str | None, date: dt.date | None) -> tuple[Verdict, bool]:
        """Judge one address of a raw authority: its verdict, and whether it is left out."""
        day = date or UNDATED
        standing = next(
            (each.standing for each in self.standings.get(origin, ()) if each.since <= day < each.until), self.default
        )
        said = spoken_of(self._read(standing), judged_path(address or "")) if standing.lists else set()
        verdict = settle(self.contradiction, standing.base, said)
        return verdict, bool(standing.dropped) or (not standing.kept and verdict in self.left_out)

    def _read(self, standing: Standing) -> TakenApart:
        key = id(standing.lists)  # the standing, and with it this tuple, lives as long as the pass
        if key not in self._readers:
            if len(self._readers) == MOST_READERS:
                self._readers.clear()
            self._readers[key] = taken_apart(standing.lists)
        return self._readers[key]
