"""Judging the hosts of an inventory: evidence × policy, host by host, for each way in which a source is judged.

Sources that count the same crawlers on the same ground are judged alike, so a host is judged once for all of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from datasummary.evidence.sites import Evidence, Site
from datasummary.policy import Addressee, CountedAgents, Policy
from datasummary.project import Project
from datasummary.sources import Source
from datasummary.standings import UNDATED, During
from datasummary.verdicts import Judgement, Standing, Verdict, judge, rank

__all__ = ["Grounds", "HostJudge", "JudgedHost", "grounds_of"]


class Grounds(NamedTuple):
    """On what ground a source is judged."""

    names: tuple[tuple[str, Addressee], ...]
    everyone: bool
    images: bool
    basis: str
    """Why reservations are reported and do not decide; empty where they decide."""


def grounds_of(policy: Policy, source: Source, project: Project) -> Grounds:
    """Give the ground on which a source is judged under a policy."""
    counted = policy.counted_agents(source, project)
    images = any(measure.modality == "image" for measure in source.measures)
    basis = f"legal basis declared: {source.legal_basis}" if policy.reports_only(source) else ""
    return Grounds(tuple(counted.names.items()), counted.everyone, images, basis)


@dataclass(frozen=True)
class JudgedHost:
    """A host's judgement over all days that matter."""

    verdict: Verdict
    periods: tuple[During, ...]
    judgements: tuple[Judgement, ...] = field(repr=False)

    @property
    def settled(self) -> Standing | None:
        """What stands for all its documents alike; ``None`` where each has to be looked at."""
        first = self.periods[0].standing
        return first if len(self.periods) == 1 and not first.lists else None


class HostJudge:
    """Judges hosts under one policy."""

    def __init__(self, policy: Policy, project: Project) -> None:
        self.policy = policy
        self.today = project.summary.date

    def judge(self, host: str, site: Site | None, grounds: Grounds) -> JudgedHost:
        """Judge a host on a ground, as of the days that the policy asks for."""
        rule = self.policy.as_of.rule
        at = self._at(host, site, grounds)
        if rule == "latest":
            return _alike(at(None, self.today))
        if rule == "date":
            day = self.policy.as_of.date
            return _alike(at(day, day))
        days = site.days if site else []
        if rule == "ever":
            found = [at(None, self.today), *(at(day, self.today) for day in days[:-1])]
            if site and (undated := site.without_dates()):
                found.append(self._at(host, undated, grounds)(None, self.today))
            return _alike(_ever(self.policy, found))
        return self._by_document(at, sorted({*days, *self.policy.override_days}))

    def _at(
        self, host: str, site: Site | None, grounds: Grounds
    ) -> Callable[[dt.date | None, dt.date | None], Judgement]:
        counted = CountedAgents(everyone=grounds.everyone, names=dict(grounds.names))

        def at(seen_by: dt.date | None, override_on: dt.date | None) -> Judgement:
            override = self.policy.override_for(host, override_on)
            return judge(
                site,
                self.policy,
                counted,
                day=seen_by,
                images=grounds.images,
                override=override,
                basis=grounds.basis,
            )

        return at

    def _by_document(
        self, at: Callable[[dt.date | None, dt.date | None], Judgement], days: list[dt.date]
    ) -> JudgedHost:
        """Judge each stretch of days between captures; documents without a date as of a day before all of them."""
        starts = [UNDATED, UNDATED + dt.timedelta(days=1), *days]
        ends = [*starts[1:], dt.date.max]
        judgements = [at(UNDATED, None), *(at(day, day) for day in starts[1:])]
        periods: list[During] = []
        for judgement, since, until in zip(judgements, starts, ends, strict=True):
            if periods and periods[-1].standing == judgement.standing:
                periods[-1] = periods[-1]._replace(until=until)
            else:
                periods.append(During(judgement.standing, since, until))
        gravest = max((judgement.standing.base for judgement in judgements), key=rank)
        return JudgedHost(gravest, tuple(periods), tuple(judgements))


def _alike(judgement: Judgement) -> JudgedHost:
    return JudgedHost(judgement.verdict, (During(judgement.standing),), (judgement,))


def _ever(policy: Policy, found: list[Judgement]) -> Judgement:
    """Put together what was ever said: one reservation at any time reserves; what is open is open as seen last."""
    last = found[0]
    whole = any(judgement.verdict == "reserved" for judgement in found)
    lists = () if whole else tuple({rules: None for judgement in found for rules in judgement.standing.lists})
    words = any(judgement.standing.base == "review" for judgement in found)
    base = "reserved" if whole else max(last.standing.base, "review" if words else last.standing.base, key=rank)
    verdicts = [judgement.verdict for judgement in found]
    partly = "partly_reserved" in verdicts
    return replace(
        last,
        verdict="reserved" if whole else "partly_reserved" if partly else base,
        standing=last.standing._replace(base=base, lists=lists),
        weighed=tuple({item: None for judgement in found for item in judgement.weighed}),
        protocols=tuple({name: None for judgement in found for name in judgement.protocols}),
        seen=tuple({seen: None for judgement in found for seen in judgement.seen}),
    )


def judged_sites(evidence: Evidence, judge_: HostJudge, hosts: Iterable[str] | None = None) -> Iterator[Site]:
    """Give the sites of these hosts that have evidence, with what the policy will ask of them read ahead."""
    as_of = judge_.policy.as_of
    return evidence.sites(
        hosts, day=as_of.date if as_of.rule == "date" else None, all_days=as_of.rule in {"document", "ever"}
    )
