"""Why an address has its verdict: every statement that bears on it, in order, and the ones that speak."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from datasummary.errors import ProjectError
from datasummary.evidence.archive import Archive
from datasummary.evidence.captures import authority_of
from datasummary.evidence.sites import Evidence, Read, Seen
from datasummary.judging import Grounds, HostJudge, grounds_of
from datasummary.policy import CountedAgents, Policy, load_policy
from datasummary.project import Project
from datasummary.protocols.signals import Signal
from datasummary.rules import PathRule
from datasummary.standings import UNDATED, Standings
from datasummary.verdicts import Verdict, Weigher, judged_path, pools

__all__ = ["Bearing", "Explanation", "SourceVerdict", "explain"]

Role = Literal["speaks", "outranked", "not counted"]


@dataclass(frozen=True)
class Bearing:
    """A statement whose pattern matches the address."""

    signal: Signal
    seen: Seen
    role: Role
    """``speaks``: of the statements that hold for a crawler that counts, it has the highest priority; ``outranked``:
    another one has; ``not counted``: its addressee, its use or its protocol is none that the policy counts."""
    addressee: str
    """Who it is addressed to: ``own``, ``collector``, ``ai_training``, ``named``, ``everyone`` or ``others``."""


@dataclass(frozen=True)
class SourceVerdict:
    """The verdict of an address in one or more sources, which are judged alike."""

    sources: tuple[str, ...]
    verdict: Verdict
    left_out: bool
    why: str
    """What decides beside or in place of the statements: a licence, a list, a legal basis; else empty."""
    bearings: tuple[Bearing, ...]


@dataclass(frozen=True)
class Explanation:
    """What is known of an address."""

    url: str
    host: str
    path: str
    policy: Policy
    day: dt.date | None
    captures: tuple[Seen, ...]
    """The captures of the host that hold on that day."""
    verdicts: tuple[SourceVerdict, ...]


def explain(
    project: Project,
    url: str,
    *,
    policy: str | None = None,
    as_of: str | None = None,
    date: dt.date | None = None,
    archive: Archive | None = None,
) -> Explanation:
    """Explain the verdict of an address, for each of the project's sources.

    ``date`` is the document's own, where the policy judges at documents' dates. ``archive`` is the project's, or an
    excerpt from it that holds the host's captures. Raises
    :class:`~datasummary.errors.ProjectError` where the address is none.
    """
    host = authority_of(url if "://" in url else f"https://{url}")
    if host is None:
        raise ProjectError(f"{url}: this is no web address; give one such as https://example.com/page")
    address = url if "://" in url else f"https://{url}"
    chosen = load_policy(policy or project.policy, project.home)
    if as_of is not None:
        from datasummary.auditing import policy_as_of  # which brings Ibis

        chosen = policy_as_of(chosen, as_of)
    site = Evidence(archive or Archive.of(project)).site(host)
    judge = HostJudge(chosen, project)
    day = chosen.as_of.date if chosen.as_of.rule == "date" else date
    if chosen.as_of.rule == "document" and day is None:
        day = UNDATED
    reads = site.at(day if chosen.as_of.rule != "latest" else None) if site else []
    alike: dict[Grounds, list[str]] = {}
    for source in project.sources:
        alike.setdefault(grounds_of(chosen, source, project), []).append(source.name)
    verdicts = []
    for grounds, names in alike.items():
        judged = judge.judge(host, site, grounds)
        standing = next(each.standing for each in judged.periods if each.since <= (day or UNDATED) < each.until)
        verdict, left_out = Standings(chosen, {host: judged.periods}, standing).exactly(host, address, day)
        bearings = tuple(_bearings(chosen, grounds, reads, address))
        why = standing.dropped or standing.kept
        verdicts.append(SourceVerdict(tuple(names), verdict, left_out, why, bearings))
    return Explanation(
        address,
        host,
        judged_path(address),
        chosen,
        None if day == UNDATED else day,
        tuple(read.asked for read in reads),
        tuple(verdicts),
    )


def _bearings(policy: Policy, grounds: Grounds, reads: list[Read], url: str) -> Iterator[Bearing]:
    weigher = Weigher(policy, CountedAgents(grounds.everyone, dict(grounds.names)), grounds.images)
    path = judged_path(url)
    for pool in pools(reads):
        matching = [place for place, (signal, read) in enumerate(pool) if _matches(signal, read, path)]
        told = _by_audience(policy, weigher, pool, set(matching))
        for place in matching:
            signal, read = pool[place]
            role, addressee = told.get(place, ("not counted", "others"))
            if signal.says != "silent" or role == "speaks" or signal.note:
                yield Bearing(signal, read.seen, role, addressee)


def _by_audience(
    policy: Policy, weigher: Weigher, pool: list[tuple[Signal, Read]], matching: set[int]
) -> dict[int, tuple[Role, str]]:
    """Tell of each matching statement that holds for a crawler that counts whether it speaks to any of them."""
    rule = policy.protocols.get(pool[0][0].protocol)
    counts = bool(rule and rule.counts)
    told: dict[int, tuple[Role, str]] = {}
    for places, addressee in weigher.audiences(pool).items():
        spoken: set[str] = set()
        for place in sorted(matching & set(places), key=lambda place: -pool[place][0].priority):
            use = pool[place][0].use
            role: Role = "outranked" if use in spoken else "speaks"
            if not counts or use not in weigher.uses:
                role = "not counted"
            spoken.add(use)
            if place not in told or told[place][0] != "speaks":
                told[place] = (role, addressee)
    return told


def _matches(signal: Signal, read: Read, path: str) -> bool:
    if signal.pattern is None:
        return judged_path(read.asked.url) == path
    return PathRule(signal.pattern, signal.says).matches(path)
