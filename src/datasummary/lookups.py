"""Whether content of a site is in the training data: the answer for a rightsholder who asks, with what it rests on.

There are three answers: ``found``; ``not_found``, in those of the sources that carry addresses; ``cannot_tell``, and
why. They rest on what the scan kept, on the audit where one stands, and on the archive of evidence, so that neither a
manifest is read nor a lock is taken: a look-up answers while a collection runs.

>>> for answer in lookup(project, ["example.com", "https://news.example.com/1"]):  # doctest: +SKIP
...     print(answer.name.words, answer.answer, answer.why)
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from datasummary.evidence.captures import authority_of
from datasummary.lookup_inventory import Counted, LookupInventory, Searched
from datasummary.lookup_names import Name, read_name
from datasummary.lookup_signals import HostSignals, SignalReader, evidence_of
from datasummary.policy import Policy, load_policy
from datasummary.project import Project

__all__ = ["HOSTS_SHOWN", "Answer", "AnswerKind", "FoundHost", "FoundSource", "PathVerdict", "lookup"]

AnswerKind = Literal["found", "not_found", "cannot_tell"]

HOSTS_SHOWN = 20
"""Hosts of an answer that are listed, with what they signalled: the one asked for, then the largest."""

NAMES_AT_ONCE = 500


@dataclass(frozen=True)
class FoundSource:
    """What a source holds of a name, in one modality."""

    source: str
    category: str
    role: Literal["used", "scraped"]
    """Whether it stands in what the model trains on, or in what was scraped."""
    part: Literal["document", "asset"]
    """Whether documents stand on these hosts, or assets (images, say) of documents that stand elsewhere."""
    modality: str
    unit: str
    """Hours are counted in milliseconds."""
    hosts: int
    documents: int
    size: int
    first_date: dt.date | None
    """First and last day on which it was collected; ``None`` where no date is known."""
    last_date: dt.date | None
    verdicts: dict[str, int] = field(default_factory=dict)
    """Hosts by verdict of the audit; empty where no audit stands."""
    reserved_documents: int = 0
    left_out_documents: int = 0
    """Documents that the policy leaves out; they are counted above, too."""
    left_out_size: int = 0
    exclusion: str = ""
    """What a filter has done about them, as far as its receipt shows; empty where nothing is left out."""
    decisions: tuple[str, ...] = ()
    """What the audit names as deciding beside the signals: contracts, lists, a legal basis."""


@dataclass(frozen=True)
class FoundHost:
    """A host on which content was found."""

    host: str
    """With its port where that is no default one."""
    sources: tuple[str, ...]
    documents: int
    signals: tuple[HostSignals, ...]


@dataclass(frozen=True)
class PathVerdict:
    """What ``explain`` says of an address that was asked for, in sources that are judged alike."""

    sources: tuple[str, ...]
    verdict: str
    left_out: bool


@dataclass(frozen=True)
class Answer:
    """The answer about one name."""

    name: Name
    answer: AnswerKind
    why: str
    """In words: for ``not_found`` where was looked, for ``cannot_tell`` what stands in the way."""
    notes: tuple[str, ...] = ()
    """What must be known to read the answer right."""
    on_the_name: bool = False
    """Whether content that is used was found on the host itself, or on it with ``www.``, and not only below it."""
    sources: tuple[FoundSource, ...] = ()
    hosts: tuple[FoundHost, ...] = ()
    """At most :data:`HOSTS_SHOWN`."""
    hosts_found: int = 0
    elsewhere: tuple[str, ...] = ()
    """Where nothing was found: other hosts of the same registrable domain on which there is content, at most ten."""
    listed: tuple[str, ...] = ()
    """Lists of infringing sites, in the policy, that name the host, one above it or one that was found."""
    path: tuple[PathVerdict, ...] = ()
    searched: Searched = field(default_factory=Searched)
    date: dt.date = dt.date.min
    """Date of the records, ``summary.date``."""

    @property
    def scraped_only(self) -> bool:
        """Whether content was scraped, and none of it stands in what the model trains on."""
        return self.answer != "found" and any(each.role == "scraped" for each in self.sources)


def lookup(
    project: Project, names: Iterable[str], *, signals: bool = True, say: Callable[[str], None] = lambda _: None
) -> list[Answer]:
    """Answer, for each name in turn, whether content of it is in the project's training data.

    A name is a domain, a host or an address. Each stands for its host and all hosts below it. Without
    ``signals`` the archive of evidence is left alone. ``say`` is told when the hosts have to be sorted first, once
    after each scan and each audit.

    Raises :class:`~datasummary.errors.ProjectError` where the policy is at fault, and
    :class:`~datasummary.errors.DataError` where what a scan or a collection kept is damaged.
    """
    read = [read_name(text, private_suffixes=project.domain_level == "private_suffix") for text in names]
    policy = load_policy(project.policy, project.home)
    with LookupInventory(project, say) as inventory:
        found = inventory.below({name.host for name in read if name.host})
        answering = _Answering(project, policy, inventory, found, signals)
        return [
            answer
            for start in range(0, len(read), NAMES_AT_ONCE)
            for answer in answering.answers(read[start : start + NAMES_AT_ONCE])
        ]


class _Answering:
    """Puts answers together from what was counted by host."""

    def __init__(
        self,
        project: Project,
        policy: Policy,
        inventory: LookupInventory,
        found: dict[str, list[Counted]],
        signals: bool,
    ) -> None:
        self.project = project
        self.policy = policy
        self.inventory = inventory
        self.searched = inventory.searched
        self.found = found
        self.with_signals = signals
        self.lists = [(f"{each.name} as at {each.as_at}", frozenset(each.hosts)) for each in policy.site_lists]
        self.categories = {source.name: source.category for source in project.sources}

    def answers(self, names: Sequence[Name]) -> Iterator[Answer]:
        hosts = {name: _hosts(self.found.get(name.host or "", []), name) for name in names}
        wanted = {host for its in hosts.values() for host in list(its)[:HOSTS_SHOWN]}
        signals = SignalReader(self.project, self.policy, wanted) if wanted and self.with_signals else None
        for name in names:
            yield self._answer(name, hosts[name], signals)

    def _answer(self, name: Name, hosts: dict[str, list[Counted]], signals: SignalReader | None) -> Answer:
        if name.host is None:
            return Answer(name, "cannot_tell", name.problem, searched=self.searched, date=self.project.summary.date)
        rows = self.found.get(name.host, [])
        kind, why = self._verdict(rows)
        used = {host: its for host, its in hosts.items() if any(row.role == "used" for row in its)}
        elsewhere = () if kind == "found" else self._elsewhere(name)
        return Answer(
            name,
            kind,
            why,
            tuple(self._notes(name, used, elsewhere, kind)),
            _on(name, used),
            tuple(self._sources(rows)),
            tuple(_host(host, hosts[host], signals) for host in list(hosts)[:HOSTS_SHOWN]),
            len(hosts),
            elsewhere,
            tuple(self._listed(name.host, hosts)),
            tuple(self._path(name)),
            self.searched,
            self.project.summary.date,
        )

    def _verdict(self, rows: list[Counted]) -> tuple[AnswerKind, str]:
        looked_in = self.searched
        if any(row.role == "used" for row in rows):
            return "found", ""
        where = f"the {looked_in.with_addresses_in_words} that carry addresses"
        if looked_in.open:
            begins = f"nothing was found in {where}, but " if looked_in.with_addresses else ""
            return "cannot_tell", begins + "; ".join(f"{source}: {why}" for source, why in looked_in.open)
        if not looked_in.with_addresses:
            return "cannot_tell", f"none of the {looked_in.total} sources carries addresses"
        return "not_found", f"not found in {where}"

    def _notes(
        self, name: Name, used: dict[str, list[Counted]], elsewhere: tuple[str, ...], kind: AnswerKind
    ) -> Iterator[str]:
        if name.url:
            yield (
                "Single addresses are not looked up in the inventory: the answer is about the host and all below it."
            )
        if used and not _on(name, used):
            yield f"Content was found on hosts below {name.words} only."
        if elsewhere:
            yield f"Content was found on other hosts of {name.domain}, none of them {name.words} or below it."
        if kind == "found" and self.searched.open:
            begins = "There may be more: "
            yield begins + "; ".join(f"{source}: {why}" for source, why in self.searched.open)
        without = sum(self.searched.without_host.values())
        if without and kind != "found":
            yield f"In the sources that carry addresses, {without:,} documents have none."
        if not self.inventory.audit and used:
            yield "No audit stands for this inventory: verdicts and exclusions are not shown. Run datasummary audit."
        elif self.inventory.audit and used:
            policy = self.inventory.audit["policy"]
            if policy["fingerprint"] != self.policy.fingerprint:
                yield (
                    f"Verdicts and exclusions are those of an audit under policy {policy['name']} "
                    f"{policy['version']}; what was signalled is read under {self.policy.name} {self.policy.version}."
                )

    def _sources(self, rows: list[Counted]) -> Iterator[FoundSource]:
        groups: dict[tuple[str, str, str, str], list[Counted]] = defaultdict(list)
        for row in rows:
            groups[row.source, row.role, row.part, row.modality].append(row)
        order = {source.name: place for place, source in enumerate(self.project.sources)}
        for (source, role, part, modality), its in sorted(
            groups.items(), key=lambda item: (order[item[0][0]], item[0][1] != "used", item[0][2:])
        ):
            verdicts: dict[str, int] = defaultdict(int)
            for row in its:
                if row.verdict:
                    verdicts[row.verdict] += 1
            left_out = sum(row.left_out_documents for row in its)
            yield FoundSource(
                source,
                self.categories[source],
                role,  # type: ignore[arg-type]
                part,  # type: ignore[arg-type]
                modality,
                its[0].unit,
                len({row.host for row in its}),
                sum(row.documents for row in its),
                sum(row.size for row in its),
                min((row.first_date for row in its if row.first_date), default=None),
                max((row.last_date for row in its if row.last_date), default=None),
                dict(sorted(verdicts.items(), key=lambda item: (-item[1], item[0]))),
                sum(row.reserved_documents for row in its),
                left_out,
                sum(row.left_out_size for row in its),
                self.inventory.exclusion(source) if left_out else "",
                tuple(sorted({row.override for row in its if row.override})),
            )

    def _elsewhere(self, name: Name) -> tuple[str, ...]:
        if name.domain is None or name.domain == name.host or self.found.get(name.host or ""):
            return ()
        return self.inventory.others(name.domain)

    def _listed(self, host: str, hosts: dict[str, Any]) -> Iterator[str]:
        names = {name for each in (host, *hosts) for name in _upwards(each)}
        for title, members in self.lists:
            for name in sorted(names & members):
                yield f"{name} is on the list {title}"

    def _path(self, name: Name) -> Iterator[PathVerdict]:
        if not (name.url and self.with_signals):
            return
        from datasummary.explaining import explain  # which brings Ibis

        host = authority_of(name.url) or ""
        holding = {row.source for row in self.found.get(name.host or "", ()) if row.host == host}
        archive = evidence_of(self.project, [host]).archive
        for each in explain(self.project, name.url, archive=archive).verdicts:
            sources = tuple(source for source in each.sources if source in holding or not holding)
            if sources:
                yield PathVerdict(sources, each.verdict, each.left_out)


def _hosts(rows: list[Counted], name: Name) -> dict[str, list[Counted]]:
    """Sort rows by host: the one that was asked for, the same with ``www.``, then the largest."""
    by_host: dict[str, list[Counted]] = defaultdict(list)
    for row in rows:
        by_host[row.host].append(row)
    first = (name.host, f"www.{name.host}")
    order = sorted(
        by_host, key=lambda host: (first.index(host) if host in first else 2, -_documents(by_host[host]), host)
    )
    return {host: by_host[host] for host in order}


def _on(name: Name, hosts: Iterable[str]) -> bool:
    return not {name.host, f"www.{name.host}"}.isdisjoint(map(_bare, hosts))


def _documents(rows: list[Counted]) -> int:
    """Count documents that are used, each once though it has several modalities."""
    by_source: dict[tuple[str, str], int] = {}
    for row in rows:
        if row.role == "used":
            by_source[row.source, row.part] = max(by_source.get((row.source, row.part), 0), row.documents)
    return sum(by_source.values())


def _host(host: str, rows: list[Counted], signals: SignalReader | None) -> FoundHost:
    collected: dict[str, dt.date | None] = {}
    for row in rows:
        known = collected.get(row.source)
        collected[row.source] = max(filter(None, (known, row.last_date)), default=None)
    found = signals.of_host(host, collected) if signals else ()
    return FoundHost(host, tuple(collected), _documents(rows), found)


def _upwards(host: str) -> Iterator[str]:
    name = _bare(host)
    while name:
        yield name
        name = name.partition(".")[2]


def _bare(host: str) -> str:
    """Give a host without its port."""
    return host if host.endswith("]") else host.rpartition(":")[0] or host
