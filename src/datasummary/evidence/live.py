"""Collecting evidence from the live web: the plan, the processes, and what came of it.

Nothing goes to the network but from here, by way of :func:`collect_live`. A collection is started by one process, which
makes no request itself, and carried out by workers (:mod:`datasummary.evidence.worker`). Stopped or killed, it goes on
where it was when it is started again.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import multiprocessing
import os
import queue
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from datasummary.domains import parse_authority
from datasummary.errors import DataError, DatasummaryError, Interrupted, ProjectError, WorkspaceError
from datasummary.evidence.archive import Archive
from datasummary.evidence.collecting_progress import CollectingProgress
from datasummary.evidence.guard import HostList
from datasummary.evidence.journal import Journal, explained_journal
from datasummary.evidence.keeping import ROLLED_AT
from datasummary.evidence.manners import Connections
from datasummary.evidence.resolving import Resolve, system_addresses
from datasummary.evidence.segments import repair_segment
from datasummary.evidence.settings import Collecting
from datasummary.evidence.worker import Orders, Report, work
from datasummary.project import Project
from datasummary.workspace import Workspace, explained

__all__ = ["CollectResult", "Plan", "collect_live", "hosts_in"]

ANSWER_SECONDS = 0.5
"""What an answer is taken to need when time is estimated."""
REQUESTS_PER_SITE = 4
"""robots.txt by https and http, tdmrep.json, ai.txt: what a site is asked for at most, but for redirects."""
TAKEOVER_SECONDS = 10.0


@dataclass(frozen=True)
class Plan:
    """What a collection is going to do."""

    hosts: int
    """Hosts that are wanted."""
    to_visit: int
    """Of these, the ones to visit now: never visited, cut off, or visited longer ago than the maximal age."""
    left_alone: int
    """Hosts on the do-not-contact list, which are not among the others."""
    requests: int
    """Requests at most, but for redirects and documents that sites name."""
    seconds: float
    """Estimated time."""


@dataclass
class CollectResult:
    """What came of a collection."""

    plan: Plan
    sites: dict[str, int] = field(default_factory=dict)
    """Sites by final state (:data:`~datasummary.evidence.visits.STATES`), of all that were ever visited."""
    to_do: int = 0
    """Sites without a final state yet."""
    details: dict[str, int] = field(default_factory=dict)
    """Sites that could not be read to the end, by what was in the way."""
    requests: int = 0
    """Requests made since this start."""
    problems: dict[str, int] = field(default_factory=dict)
    """Of these, the ones without an answer or without all of it, by what went wrong."""
    bytes: int = 0
    """Bytes of answers on the wire since this start."""
    seconds: float = 0.0
    """Time since this start."""
    files: list[Path] = field(default_factory=list)
    """WARC files written since this start."""


def hosts_in(path: Path) -> list[str]:
    """Read a file of hosts, one a line, with a port where it is no default one; ``#`` begins a comment.

    Raises :class:`~datasummary.errors.DataError` naming the line that holds no host.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read ({error})") from error
    found = []
    for number, line in enumerate(lines, 1):
        text = line.partition("#")[0].strip()
        if not text:
            continue
        authority = parse_authority(text)
        if authority.host is None or "/" in text:
            raise DataError(
                f"{path}, line {number}: {text[:100]} is no host; give names alone, such as www.example.com"
            )
        found.append(authority.host if authority.port is None else f"{authority.host}:{authority.port}")
    return found


def collect_live(
    project: Project,
    settings: Collecting,
    hosts: Iterable[str],
    *,
    pages: Iterable[tuple[str, str]] = (),
    dry_run: bool = False,
    allow_private: bool = False,
    max_age: float | None = None,
    processes: int | None = None,
    threads: int = 32,
    quiet: bool = True,
    resolve: Resolve = system_addresses,
    authority: str | None = None,
    delay: float | None = None,
    rolled_at: int = ROLLED_AT,
) -> CollectResult:
    """Visit hosts, the first first, and keep what they say as evidence.

    ``hosts`` are authorities, as :func:`hosts_in` gives them; ``pages`` pairs of an authority and one of the manifest's
    addresses there. ``dry_run`` only plans. ``allow_private`` contacts addresses that are not public, too. ``max_age``
    in days stands in place of the settings'. ``processes`` (one a core where not given) and ``threads`` of each say how
    many requests are made at once. ``resolve``, ``authority`` (a file of certificate authorities), ``delay`` (seconds
    between requests to a host) and ``rolled_at`` (bytes of a WARC file) are for tests on loopback.

    Raises :class:`~datasummary.errors.Interrupted` when stopped; the same call goes on where it was.
    """
    days = settings.max_age if max_age is None else max_age
    number = processes or os.cpu_count() or 1
    alone = _left_alone(project, settings)
    listed = list(dict.fromkeys(hosts))
    wanted = [name for name in listed if name.rpartition("@")[2].split(":")[0] not in alone]
    folder = Workspace(project.home).root / "collect"
    archive = Archive.of(project)
    if dry_run:
        return CollectResult(_plan(folder, listed, wanted, settings, days, number * threads))
    with _held(folder) as journal:
        _mend(archive, journal)
        journal.plan(wanted, days * 86_400, pages)
        result = CollectResult(_plan(folder, listed, wanted, settings, days, number * threads))
        started = dt.datetime.now(dt.UTC)
        orders = Orders(
            settings=settings,
            evidence=archive.root,
            journal=folder / "journal.sqlite3",
            prefix=f"web-{started:%Y%m%dT%H%M%S}{started.microsecond // 1000:03}",
            began=started.timestamp(),
            processes=number,
            threads=threads,
            max_age=days * 86_400,
            allow_private=allow_private,
            do_not_contact=tuple(alone.hosts),
            resolve=resolve,
            authority=authority,
            delay=settings.limits.delay if delay is None else delay,
            rolled_at=rolled_at,
        )
        journal.set("running", orders.prefix)
        try:
            if result.plan.to_visit:
                _Collection(orders, result, CollectingProgress(quiet, journal.counts())).run()
        finally:
            counts = journal.counts()
            result.sites, result.to_do, result.details = counts.by_state, counts.to_do, journal.details()
            result.seconds = time.time() - orders.began
            result.files = sorted(archive.root.glob(f"{orders.prefix}-*.warc.gz"))
        journal.set("running", "")
    return result


def _left_alone(project: Project, settings: Collecting) -> HostList:
    if settings.do_not_contact is None:
        return HostList()
    path = project.home / settings.do_not_contact
    if not path.exists():
        raise ProjectError(f"{path}: the list of hosts to be left alone (collect.do_not_contact) does not exist")
    return HostList(host.partition(":")[0] for host in hosts_in(path))


def _plan(folder: Path, listed: list[str], wanted: list[str], settings: Collecting, days: float, at_once: int) -> Plan:
    path = folder / "journal.sqlite3"
    to_visit = len(wanted)
    if path.exists():
        journal = Journal(path)
        to_visit = journal.due(wanted, days * 86_400)
        journal.close()
    per_site = REQUESTS_PER_SITE + settings.pages
    requests = to_visit * per_site
    by_threads = requests * ANSWER_SECONDS / at_once
    by_turns = (per_site - 1) * (settings.limits.delay + ANSWER_SECONDS) if to_visit else 0.0
    return Plan(len(wanted), to_visit, len(listed) - len(wanted), requests, max(by_threads, by_turns))


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[Journal]:
    """Hold the collection's folder; a second one at the same time is told so.

    The processes of one that was killed end by themselves within a moment, and are waited for.
    """
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("a+b", buffering=0)
    with lock, (folder / "processes").open("ab") as processes:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WorkspaceError(
                f"{folder}: a collection is already running here; wait for it, or stop it first"
            ) from None
        until = time.monotonic() + TAKEOVER_SECONDS
        while True:
            try:
                fcntl.flock(processes, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise WorkspaceError(
                        f"{folder}: processes of an earlier collection are still running; stop them first"
                    ) from None
                time.sleep(0.05)
        fcntl.flock(processes, fcntl.LOCK_UN)
        path = folder / "journal.sqlite3"
        with explained_journal(path), contextlib.closing(Journal(path)) as journal:
            yield journal


def _mend(archive: Archive, journal: Journal) -> None:
    """Repair the files that a killed collection was writing, and take back what is noted of records that are lost."""
    prefix = journal.setting("running")
    if prefix:
        last: dict[str, str] = {}
        for path in sorted(archive.root.glob(f"{prefix}-*.warc.gz")):
            name = path.name.removesuffix(".warc.gz")
            last[name.rpartition("-")[0]] = name
        for name in last.values():
            repair_segment(archive, name)
    for name, offset in journal.files():
        path = archive.warc(name)
        size = path.stat().st_size if path.exists() else 0
        if offset >= size:
            journal.forget(name, size)


class _Collection:
    """The processes of a running collection."""

    def __init__(self, orders: Orders, result: CollectResult, progress: CollectingProgress) -> None:
        self._orders, self._result, self._progress = orders, result, progress
        context = multiprocessing.get_context("spawn")
        self._connections = Connections(context)  # kept, or its lock would be gone before the processes see it
        self._inboxes = [context.SimpleQueue() for _ in range(orders.processes)]
        self._reports: Any = context.SimpleQueue()
        self._processes: list[BaseProcess] = [
            context.Process(
                target=work, args=[number, orders, self._connections, self._inboxes, self._reports], daemon=True
            )
            for number in range(orders.processes)
        ]
        self._received: queue.SimpleQueue[Report] = queue.SimpleQueue()
        self._problems: Counter[str] = Counter()

    def run(self) -> None:
        for process in self._processes:
            process.start()
        threading.Thread(target=self._listen, daemon=True).start()
        try:
            with self._progress:
                self._watch()
        except KeyboardInterrupt:
            self._stop()
            raise Interrupted("stopped; the same command goes on where it was") from None
        finally:
            for process in self._processes:
                process.kill()
                process.join()
            self._result.problems = dict(self._problems.most_common())

    def _watch(self) -> None:
        unfinished = set(range(len(self._processes)))
        while unfinished:
            report = self._next()
            if report is None:
                dead = [process for process in self._processes if not process.is_alive()]
                if dead:
                    raise DatasummaryError(
                        f"a process of the collection ended (exit status {dead[0].exitcode}), perhaps for want of "
                        f"memory; the same command goes on where it was"
                    )
                continue
            self._count(report)
            if report.finished:
                unfinished.discard(report.process)
        self._stop()

    def _stop(self) -> None:
        """Let the processes end what they are at."""
        for inbox in self._inboxes:
            inbox.put(("stop",))
        for process in self._processes:
            process.join(timeout=20)
        while (report := self._next(0.1)) is not None:
            self._count(report)

    def _count(self, report: Report) -> None:
        if report.error:
            raise report.error
        self._result.requests += report.counts.get("requests", 0)
        self._result.bytes += report.counts.get("bytes", 0)
        for name, count in report.counts.items():
            if name.startswith("problem "):
                self._problems[name.removeprefix("problem ")] += count
        self._progress.count(report.counts)

    def _next(self, seconds: float = 0.5) -> Report | None:
        try:
            return self._received.get(timeout=seconds)
        except queue.Empty:
            return None

    def _listen(self) -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                self._received.put(self._reports.get())
