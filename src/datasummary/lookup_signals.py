"""What a site signalled when its content was collected, and what it signalled last.

Both are read from the archive of evidence, under the project's policy, as an audit as of those days would read them.
Decisions by host, contracts and legal bases are left aside here: they change what is done, not what was said.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from datasummary.evidence.archive import Archive
from datasummary.evidence.excerpt import Excerpt
from datasummary.evidence.sites import Evidence, Site
from datasummary.policy import Policy
from datasummary.project import Project
from datasummary.sources import Source
from datasummary.verdicts import Judgement, Verdict, judge

__all__ = ["HostSignals", "Moment", "SignalReader", "Statement", "evidence_of"]

MOST_STATEMENTS = 10


@dataclass(frozen=True)
class Statement:
    """Something that a site said to a crawler that counts, or to everyone."""

    protocol: str
    says: str
    use: str
    addressee: str
    place: str
    quote: str
    url: str
    captured: dt.datetime | None
    capture: str
    """Id of the record in the archive."""


@dataclass(frozen=True)
class Moment:
    """What a site signalled by a day."""

    day: dt.date | None
    """The day; ``None``: as seen last."""
    verdict: Verdict
    captures: int
    """How many captures were looked at; where there is none, the verdict is no finding."""
    protocols: tuple[str, ...]
    """Those whose evidence was looked at, whatever it said."""
    first_captured: dt.datetime | None
    last_captured: dt.datetime | None
    statements: tuple[Statement, ...]
    """Those that count, at most ten."""


@dataclass(frozen=True)
class HostSignals:
    """What a host signalled, for sources that are judged alike and whose content was collected up to the same day."""

    sources: tuple[str, ...]
    then: Moment | None
    """By the last day on which its content was collected; ``None`` where no date is known."""
    now: Moment

    @property
    def changed(self) -> bool:
        """Whether it was looked at both times, and found otherwise the second time."""
        return self.then is not None and self.then.captures > 0 and self.then.verdict != self.now.verdict


def evidence_of(project: Project, hosts: Iterable[str]) -> Evidence:
    """Give the evidence of some hosts (``host`` or ``host:port``), with the licence documents that they name."""
    archive, names = Archive.of(project), sorted(set(hosts))
    found = Evidence(Excerpt(archive, names))
    licences = {address for site in found.sites(names, all_days=True) for address in _licences(site)}
    return Evidence(Excerpt(archive, names, licences)) if licences else found


class SignalReader:
    """Reads what some hosts signalled."""

    def __init__(self, project: Project, policy: Policy, hosts: Iterable[str]) -> None:
        """Read what the archive's index says of these hosts (``host`` or ``host:port``)."""
        self._project = project
        self._policy = policy
        names = sorted(set(hosts))
        self._sites = {site.authority: site for site in evidence_of(project, names).sites(names, all_days=True)}

    def of_host(self, host: str, collected: dict[str, dt.date | None]) -> tuple[HostSignals, ...]:
        """Tell what a host signalled; ``collected`` is the last day of its content in each source that holds some."""
        alike: dict[tuple[object, ...], list[Source]] = {}
        for source in self._project.sources:
            if source.name in collected:
                counted = self._policy.counted_agents(source, self._project)
                key = (counted.everyone, tuple(counted.names.items()), _images(source), collected[source.name])
                alike.setdefault(key, []).append(source)
        return tuple(self._signals(host, sources, collected[sources[0].name]) for sources in alike.values())

    def _signals(self, host: str, sources: list[Source], day: dt.date | None) -> HostSignals:
        site = self._sites.get(host)
        counted = self._policy.counted_agents(sources[0], self._project)

        def at(when: dt.date | None) -> Moment:
            return _moment(when, judge(site, self._policy, counted, day=when, images=_images(sources[0])))

        return HostSignals(tuple(source.name for source in sources), at(day) if day else None, at(None))


def _moment(day: dt.date | None, found: Judgement) -> Moment:
    times = [seen.captured for seen in found.seen if seen.captured]
    statements = dict.fromkeys(
        Statement(
            item.signal.protocol,
            item.signal.says,
            item.signal.use,
            item.addressee,
            item.signal.place,
            item.signal.quote,
            item.seen.url,
            item.seen.captured,
            item.seen.id,
        )
        for item in found.weighed
        if item.role != "not counted" and item.signal.says != "silent"
    )
    graver_first = sorted(statements, key=lambda each: ("no", "unclear", "yes").index(each.says))
    return Moment(
        day,
        found.verdict,
        len(found.seen),
        found.protocols,
        min(times, default=None),
        max(times, default=None),
        tuple(graver_first[:MOST_STATEMENTS]),
    )


def _images(source: Source) -> bool:
    return any(measure.modality == "image" for measure in source.measures)


def _licences(site: Site) -> Iterator[str]:
    """Give the addresses of licence documents that a site has ever named."""
    for captures in site.slots.values():
        for seen in captures:
            for signal in site.evidence.read(seen).signals:
                if signal.address and signal.says == "unclear":
                    yield signal.address
