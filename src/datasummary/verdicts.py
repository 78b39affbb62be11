"""Signals × policy → verdicts.

A policy decides whose statements count, about which uses, in which protocols. What counts becomes lists of path rules
(:mod:`datasummary.rules`), so that a host that reserves some of its paths can be judged address by address. Refusal and
failure are never taken for leave.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from datasummary.evidence.sites import Read, Seen, Site
from datasummary.paths import address_form, path_of
from datasummary.policy import CountedAgents, Override, Policy
from datasummary.protocols import prevails, protocols
from datasummary.protocols.robots import is_everyone, product_token
from datasummary.protocols.signals import Says, Signal
from datasummary.rules import PathRule, RuleList, simplified, speaks_everywhere, spoken

__all__ = [
    "DOCUMENT_VERDICTS",
    "Judgement",
    "Standing",
    "Verdict",
    "Weighed",
    "Weigher",
    "judge",
    "judged_path",
    "pools",
    "rank",
    "settle",
]

Verdict = Literal["reserved", "partly_reserved", "review", "access_refused", "unknown", "no_reservation_found"]

DOCUMENT_VERDICTS: tuple[Verdict, ...] = ("no_reservation_found", "unknown", "access_refused", "review", "reserved")
"""What a document's verdict may be, the gravest last: of two, the later one stands. Hosts may also be
``partly_reserved``."""

Role = Literal["counted", "overruled", "not counted"]
Addressee = Literal["own", "collector", "ai_training", "named", "everyone"]

FOREVER = (dt.date.min, dt.date.max)


class Standing(NamedTuple):
    """What holds for the documents of a host, on which a bulk pass can decide."""

    base: Verdict
    """Verdict of a path of which no rule speaks."""
    lists: tuple[RuleList, ...] = ()
    kept: str = ""
    """Why its documents stay in whatever the verdict, such as a licence; empty where nothing does."""
    dropped: str = ""
    """Why they are left out whatever the verdict, such as a list of infringing sites; empty where nothing does."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A signal, and what a policy made of it."""

    signal: Signal
    seen: Seen
    role: Role
    """``counted``; ``overruled``: it counts, and another statement or an override prevails; ``not counted``."""
    addressee: Addressee


@dataclass(frozen=True)
class Judgement:
    """What a policy makes of a host's evidence, at one time, for one source."""

    verdict: Verdict
    standing: Standing
    weighed: tuple[Weighed, ...] = ()
    protocols: tuple[str, ...] = ()
    """Those whose evidence was looked at, be there signals in it or not."""
    seen: tuple[Seen, ...] = field(default=(), repr=False)
    """The captures that were looked at."""


def rank(verdict: Verdict) -> int:
    """Give a document's verdict as a number; the higher one stands."""
    return DOCUMENT_VERDICTS.index(verdict)


def judged_path(url: str) -> str:
    """Give the path of an address as it is compared with patterns: in form, without the fragment."""
    return path_of(address_form(url)).partition("\0")[0]


def judge(
    site: Site | None,
    policy: Policy,
    counted: CountedAgents,
    *,
    day: dt.date | None = None,
    images: bool = False,
    override: Override | None = None,
    basis: str = "",
) -> Judgement:
    """Judge a host for one source, by what was seen up to a day, or, with ``None``, by what was seen last.

    ``images`` says that the source holds images, so that reservations for images count. ``override`` is what the policy
    lays down for this host, ``basis`` the source's ground on which reservations are reported and do not decide.
    """
    reads = site.at(day) if site else []
    base = _base(policy, reads)
    weigher = Weigher(policy, counted, images)
    for pool in pools(reads):
        weigher.weigh(pool)
    lists, base = _settled(policy, weigher.lists, base)
    verdict = _verdict(lists, base)
    kept = basis or (override.text if override and override.kind == "licensed" else "")
    dropped = override.text if override and override.kind != "licensed" else ""
    standing = Standing(base, lists, kept, dropped)
    weighed = _with_roles(weigher.weighed, verdict, kept)
    return Judgement(verdict, standing, weighed, _looked_at(reads), tuple(read.seen for read in reads))


def settle(contradiction: Verdict, base: Verdict, said: set[Says]) -> Verdict:
    """Give a document's verdict from what is said of its path."""
    if "no" in said:
        found: Verdict = contradiction if "yes" in said else "reserved"
    else:
        found = "review" if "unclear" in said else "no_reservation_found"
    return max(found, base, key=rank)


def _base(policy: Policy, reads: list[Read]) -> Verdict:
    """Tell what the evidence that must be there leaves open, the gravest of it."""
    found: Verdict = "no_reservation_found"
    for name, rule in policy.protocols.items():
        if not (rule.counts and rule.required):
            continue
        outcomes = {read.seen.outcome for read in reads if read.asked.kind == name}
        if outcomes & {"answered", "absent"}:
            continue
        if "refused" in outcomes:
            found = max(found, policy.findings.refusal, key=rank)
        else:
            found = max(found, policy.findings.failure if outcomes else policy.findings.no_evidence, key=rank)
    return found


def pools(reads: list[Read]) -> Iterator[list[tuple[Signal, Read]]]:
    """Put together the statements that are weighed against each other: of one protocol in one capture, or on a site."""
    sitewide: dict[str, list[tuple[Signal, Read]]] = {}
    for read in reads:
        single: dict[str, list[tuple[Signal, Read]]] = {}
        for signal in read.signals:
            protocol = protocols().get(signal.protocol)
            home = sitewide if protocol and prevails(protocol) else single
            home.setdefault(signal.protocol, []).append((signal, read))
        yield from single.values()
    yield from sitewide.values()


class Weigher:
    """Chooses, of each pool, the statements that hold for the crawlers that count."""

    def __init__(self, policy: Policy, counted: CountedAgents, images: bool) -> None:
        self.policy = policy
        self.counted = counted
        self.by_key = {_key_of(name): addressee for name, addressee in reversed(counted.names.items())}
        self.uses = {use for use in policy.uses if images or use != "train-image"}
        self.lists: dict[RuleList, None] = {}
        self.weighed: list[Weighed] = []

    def weigh(self, pool: list[tuple[Signal, Read]]) -> None:
        rule = self.policy.protocols.get(pool[0][0].protocol)
        counts = bool(rule and rule.counts)
        for places, addressee in self.audiences(pool).items():
            by_use: dict[str, list[tuple[Signal, Read]]] = {}
            for place in places:
                signal, read = pool[place]
                role: Role = "counted" if counts and signal.use in self.uses else "not counted"
                if signal.says != "silent" or signal.note:
                    self.weighed.append(Weighed(signal, read.seen, role, addressee))
                if role == "counted":
                    by_use.setdefault(signal.use, []).append(pool[place])
            for statements in by_use.values():
                rules = simplified(self._rules(statements))
                if rules:
                    self.lists[rules] = None

    def audiences(self, pool: list[tuple[Signal, Read]]) -> dict[tuple[int, ...], Addressee]:
        """Group the counted crawlers by the statements that hold for them: their own, or else everyone's."""
        alike: dict[int, tuple[tuple[str, ...], list[int]]] = {}
        for place, (signal, _) in enumerate(pool):  # statements of one group share their addressees
            alike.setdefault(id(signal.agents), (signal.agents, []))[1].append(place)
        to_everyone: list[int] = []
        by_name: dict[str, list[int]] = {}
        for agents, places in alike.values():
            if any(is_everyone(value) for value in agents):
                to_everyone += places
            for key in {key for value in agents if not is_everyone(value) for key in _keys(value)}:
                by_name.setdefault(key, []).extend(places)
        audiences: dict[tuple[int, ...], Addressee] = {}
        rest = self.counted.everyone
        for key, addressee in self.by_key.items():
            if key in by_name:
                audiences.setdefault(tuple(sorted(by_name[key])), addressee)
            else:
                rest = True
        if rest and to_everyone:
            audiences.setdefault(tuple(sorted(to_everyone)), "everyone")
        return audiences

    def _rules(self, statements: list[tuple[Signal, Read]]) -> Iterator[PathRule]:
        """Put statements in order of priority; with ``blocks: root`` what is said of ``/`` is said of all paths."""
        ordered = sorted(statements, key=lambda pair: -pair[0].priority)
        rules = (
            PathRule(signal.pattern, _said(signal))
            if signal.pattern is not None
            else PathRule(judged_path(read.asked.url), _said(signal), literal=True)
            for signal, read in ordered
        )
        if self.policy.blocks == "path":
            yield from rules
        else:
            yield from (PathRule("", says) for says in spoken([tuple(rules)], "/"))


def _said(signal: Signal) -> Says:
    """Leave to fetch says nothing about training."""
    return "silent" if signal.says == "yes" and signal.use == "crawl" else signal.says


def _keys(value: str) -> set[str]:
    """Give the names that an addressee, as it is spelled, may stand for: see ``protocols.robots.names``."""
    token = product_token(value).casefold()
    return {key for key in (token and f"token {token}", f"value {_whole(value)}") if key}


def _key_of(agent: str) -> str:
    name = _whole(agent)
    return f"token {name}" if product_token(name) == name else f"value {name}"


def _whole(value: str) -> str:
    """Give a name up to ``/``, as crawlers are compared whose name is no bare token."""
    return value.partition("/")[0].strip().casefold()


def _settled(policy: Policy, lists: Iterable[RuleList], base: Verdict) -> tuple[tuple[RuleList, ...], Verdict]:
    """Take what is said of every path into the base."""
    left = tuple(lists)
    if any(speaks_everywhere(rules, "unclear") for rules in left):
        base = max(base, policy.findings.words, key=rank)
        left = tuple(rules for rules in left if not speaks_everywhere(rules, "unclear"))
    if policy.findings.words != "review":
        left = tuple(rules for rules in left if any(rule.says != "unclear" for rule in rules))
    permits = any(rule.says == "yes" for rules in left for rule in rules)
    if any(speaks_everywhere(rules, "no") for rules in left) and not (
        permits and policy.findings.contradiction == "review"
    ):
        return (), "reserved"
    if base == "reserved" or not any(rule.says in {"no", "unclear"} for rules in left for rule in rules):
        return (), base
    return left, base


def _verdict(lists: tuple[RuleList, ...], base: Verdict) -> Verdict:
    if base == "reserved":
        return base
    said = {rule.says for rules in lists for rule in rules}
    if "no" in said:
        return "partly_reserved"
    return max("review", base, key=rank) if "unclear" in said else base


def _with_roles(weighed: list[Weighed], verdict: Verdict, kept: str) -> tuple[Weighed, ...]:
    reserves = verdict in {"reserved", "partly_reserved"}

    def final(item: Weighed) -> Weighed:
        loses = item.signal.says == "yes" if not kept else item.signal.says in {"no", "unclear"}
        if item.role == "counted" and loses and (reserves or kept):
            return Weighed(item.signal, item.seen, "overruled", item.addressee)
        return item

    return tuple(map(final, weighed))


def _looked_at(reads: list[Read]) -> tuple[str, ...]:
    kinds = {read.asked.kind for read in reads if read.seen.outcome in {"answered", "absent"}}
    return tuple(name for name, protocol in protocols().items() if kinds & set(protocol.KINDS))
