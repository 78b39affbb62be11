"""One process of a collection: it owns the hosts whose hash falls to it, and makes every request to them.

Its main thread drives the visits, keeps turns, writes evidence and notes; a pool of threads waits for the network. A
visit that needs something of another process's host asks that process, which makes the request in the host's turn and
hands back the answer. A request is only begun once all that ended before it is written and noted, so no more than one
for each thread is lost when the process is killed.
"""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import queue
import signal
import threading
import time
import traceback
from collections import Counter, deque
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NamedTuple

from datasummary.errors import DatasummaryError
from datasummary.evidence.archive import Archive
from datasummary.evidence.captures import Capture, kind_of
from datasummary.evidence.fetch import Busy, Fetched, Fetcher, tls_context
from datasummary.evidence.guard import Guard, HostList
from datasummary.evidence.journal import Journal, Note, explained_journal
from datasummary.evidence.keeping import ROLLED_AT, Keeper
from datasummary.evidence.manners import Connections, Turns, bucket_of
from datasummary.evidence.resolving import Resolve, Resolver, system_addresses
from datasummary.evidence.settings import Collecting
from datasummary.evidence.visits import Answer, Ask, Final, Visit

__all__ = ["Orders", "Report", "work"]

ACTIVE = 2_000
"""Sites that a process visits at once; most of them wait for their next turn."""
WAIT = 0.05
GRACE = 5.0
"""Seconds that requests under way are given when the collection is stopped."""
REPORT_EVERY = 0.5


@dataclass(frozen=True)
class Orders:
    """What all processes of a collection are told."""

    settings: Collecting
    evidence: Path
    """Root of the archive."""
    journal: Path
    prefix: str
    """How the names of this start's WARC files begin."""
    began: float
    """When this start began; what may have been asked just before it is not known. Seconds since 1970."""
    processes: int
    threads: int
    max_age: float
    """Seconds for which what was fetched is not fetched again."""
    allow_private: bool = False
    do_not_contact: tuple[str, ...] = ()
    resolve: Resolve = system_addresses
    authority: str | None = None
    """File with the certificate authorities that are trusted; the usual ones where not given."""
    delay: float = 1.0
    """Least seconds between requests to a host. Tests alone set another than the settings'."""
    rolled_at: int = ROLLED_AT


class Report(NamedTuple):
    """What a process tells of its work since it last did."""

    process: int
    counts: dict[str, int]
    """Requests, bytes, and final states and problems by name."""
    finished: bool = False
    """Whether all its own visits have ended; it goes on serving others."""
    error: Exception | None = None


class _Own(NamedTuple):
    """A visit of this process, which waits for an answer."""

    authority: str
    steps: Generator[Ask, Answer, Final]


class _Peer(NamedTuple):
    """A process that waits for an answer."""

    process: int
    ticket: int


_Waiting = _Own | _Peer


@dataclass
class _Contacts:
    """What a host has served in this collection, and when it was first asked."""

    requests: int
    bytes: int
    since: float = field(default_factory=time.monotonic)


def work(
    number: int,
    orders: Orders,
    connections: Connections,
    inboxes: list[Any],
    reports: Any,
) -> None:
    """Run a process of a collection until it is told to stop. Errors are reported, not raised."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if parent := multiprocessing.parent_process():
        threading.Thread(target=_end_with, args=[parent], daemon=True).start()
    try:
        with (orders.journal.parent / "processes").open("ab") as held:
            fcntl.flock(held, fcntl.LOCK_SH)
            _Worker(number, orders, connections, inboxes, reports).run()
    except DatasummaryError as error:
        reports.put(Report(number, {}, error=error))
    except Exception as error:
        text = f"{error}, in process {number} of the collection:\n{traceback.format_exc()}"
        reports.put(Report(number, {}, error=RuntimeError(text)))


def _end_with(parent: BaseProcess) -> None:
    """End this process when the one that started it is gone; whatever it was at is done again."""
    parent.join()
    os._exit(1)


class _Worker:
    def __init__(self, number: int, orders: Orders, connections: Connections, inboxes: list[Any], reports: Any) -> None:
        self.number, self.orders, self.inboxes, self.reports = number, orders, inboxes, reports
        settings = orders.settings
        self.journal = Journal(orders.journal)
        self.collection_began = self.journal.began
        made = {"description": "evidence collected from the web", "http-header-user-agent": settings.user_agent}
        made |= {"robots": "obey", "datasummary-settings": settings.model_dump_json()}
        self.keeper = Keeper(Archive(orders.evidence), f"{orders.prefix}-{number}", made, orders.rolled_at)
        self.turns: Turns[tuple[Ask, Note | None]] = Turns(orders.delay)
        self.fetcher = Fetcher(
            Guard(allow_private=orders.allow_private, do_not_contact=HostList(orders.do_not_contact)),
            Resolver(orders.resolve, threads=max(8, orders.threads // 2)),
            settings.limits,
            settings.user_agent,
            slots=connections,
            context=tls_context(orders.authority),
        )
        self.tasks: queue.SimpleQueue[tuple[Ask, Note | None] | None] = queue.SimpleQueue()
        self.events: queue.SimpleQueue[tuple[Any, ...]] = queue.SimpleQueue()
        self.free = orders.threads
        self.visits = 0
        self.rank = -1
        self.is_done_starting = self.is_reported_finished = self.is_stopping = False
        self.waiting: dict[tuple[str, int], list[_Waiting]] = {}
        self.tickets: dict[int, _Own] = {}
        self.ticket = 0
        self.contacts: dict[str, _Contacts] = {}
        self.ready: deque[tuple[_Waiting, Answer]] = deque()
        self.outgoing: list[tuple[int, tuple[Any, ...]]] = []
        self.notes: dict[tuple[str, int], tuple[Note, Answer]] = {}
        self.waits: list[tuple[str, float]] = []
        self.finals: list[tuple[str, str, float, str]] = []
        self.counts: Counter[str] = Counter()
        self.reported = self.unparked = time.monotonic()
        self.is_parked = False

    def run(self) -> None:
        import_module("pandas")  # pyarrow would import it at the first index, while all requests wait
        for _ in range(self.orders.threads):
            threading.Thread(target=self._fetch, daemon=True).start()
        threading.Thread(target=self._listen, daemon=True).start()
        try:
            while not self.is_stopping:
                self._start_visits()
                self._settle()
                self._send()
                self._report()
                for event in self._events():
                    self._take(event)
            until = time.monotonic() + GRACE
            while self.free < self.orders.threads and time.monotonic() < until:
                for event in self._events():
                    self._take(event)
            self._settle()
        finally:
            self.keeper.close()
            self._report(force=True)
            self.journal.close()

    # Threads

    def _fetch(self) -> None:
        limits = self.orders.settings.limits
        while task := self.tasks.get():
            ask, earlier = task
            headers: dict[str, str] = {}
            try:
                if earlier and earlier.status == 200 and not earlier.problem:
                    headers = _conditions(self.keeper.answer(earlier).capture)
                limit = limits.page_bytes if ask.is_page else limits.file_bytes
                result: Any = self.fetcher.fetch(ask.target, method=ask.method, body_limit=limit, headers=headers)
            except Exception as error:
                result = error
            self.events.put(("fetched", ask, earlier, result))

    def _listen(self) -> None:
        while True:
            told = self.inboxes[self.number].get()
            self.events.put(told)
            if told[0] == "stop":
                return

    # Events

    def _events(self) -> list[tuple[Any, ...]]:
        """Wait for what comes next, and give all that has come."""
        if time.monotonic() - self.unparked > WAIT:
            self.unparked = time.monotonic()
            self.is_parked = self.turns.unpark_some()
        wait = min(WAIT if self.is_parked else REPORT_EVERY, self.turns.seconds_left() if self.free else REPORT_EVERY)
        found = []
        try:
            found.append(self.events.get(timeout=max(0.0005, wait)))
            while len(found) < 2 * self.orders.threads:
                found.append(self.events.get_nowait())
        except queue.Empty:
            pass
        return found

    def _take(self, event: tuple[Any, ...]) -> None:
        match event:
            case ("fetched", ask, earlier, result):
                self._take_fetched(ask, earlier, result)
            case ("ask", process, ticket, ask):
                self._ask(ask, _Peer(process, ticket))
            case ("answer", ticket, answer):
                self.ready.append((self.tickets.pop(ticket), answer))
            case ("stop",):
                self.is_stopping = True

    def _take_fetched(self, ask: Ask, earlier: Note | None, result: Fetched | Exception) -> None:
        host = ask.target.host
        self.free += 1
        if isinstance(result, Busy):
            self.turns.park(host, (ask, earlier), result.address)
            self.is_parked = True
            return
        if isinstance(result, Exception):
            raise result
        note, answer = self.keeper.keep(ask, result, earlier)
        self.notes[ask.key] = (note, answer)
        self.counts["requests"] += 1
        self.counts["bytes"] += note.bytes
        if note.problem:
            self.counts[f"problem {note.problem}"] += 1
        wait = answer.wait
        if wait is not None:
            self.waits.append((host, note.ended + wait))
        served = self.contacts[host]
        served.requests, served.bytes = served.requests + 1, served.bytes + note.bytes
        self.turns.done(host, (wait or 0.0) if result.contacted else None)
        if result.contacted:
            self.turns.unpark(result.address)
        self.ready += [(waiting, answer) for waiting in self.waiting.pop(ask.key)]

    def _settle(self) -> None:
        """Hand answers to those who wait for them, then note all that has happened, as one."""
        while self.ready:
            waiting, answer = self.ready.popleft()
            if isinstance(waiting, _Peer):
                self.outgoing.append((waiting.process, ("answer", waiting.ticket, answer)))
            else:
                self._step(waiting, answer)
        if self.notes or self.finals or self.waits:
            with explained_journal(self.orders.journal):
                self.journal.commit((note for note, _ in self.notes.values()), self.waits, self.finals)
            self.notes, self.waits, self.finals = {}, [], []
        self.keeper.tick()
        for host in self.turns.forget():
            del self.contacts[host]

    def _step(self, own: _Own, answer: Answer | None) -> None:
        try:
            ask = next(own.steps) if answer is None else own.steps.send(answer)
        except StopIteration as stop:
            final: Final = stop.value
            self.finals.append((final.state, final.detail, time.time(), own.authority))
            self.counts[f"state {final.state}"] += 1
            self.visits -= 1
            return
        self._ask(ask, own)

    def _send(self) -> None:
        """Send what is noted to other processes, and begin the requests whose turn it is."""
        for process, message in self.outgoing:
            self.inboxes[process].put(message)
        self.outgoing.clear()
        for _, task in self.turns.next_jobs(self.free):
            self.free -= 1
            self.tasks.put(task)

    # Asking

    def _start_visits(self) -> None:
        while self.visits < ACTIVE and not self.is_done_starting:
            found = self.journal.to_do(self.number, self.orders.processes, self.rank, 256)
            self.is_done_starting = not found
            for rank, authority in found:
                self.rank = rank
                self.visits += 1
                pages = self.journal.pages_of(authority) if self.orders.settings.pages else []
                self._step(_Own(authority, Visit(authority, self.orders.settings, pages).run()), None)

    def _ask(self, ask: Ask, waiting: _Waiting) -> None:
        host = ask.target.host
        owner = bucket_of(host) % self.orders.processes
        if owner != self.number and isinstance(waiting, _Own):
            self.ticket += 1
            self.tickets[self.ticket] = waiting
            self.outgoing.append((owner, ("ask", self.number, self.ticket, ask)))
            return
        if ask.key in self.waiting:
            self.waiting[ask.key].append(waiting)
            return
        if ask.key in self.notes:
            self.ready.append((waiting, self.notes[ask.key][1]))
            return
        note = self.journal.note(*ask.key)
        if note and note.asked >= min(self.collection_began, time.time() - self.orders.max_age):
            self.ready.append((waiting, self.keeper.answer(note)))
            return
        self._meet(host)
        self.turns.lengthen(host, ask.delay)
        if reason := self._held_back(host):
            now = datetime.now(UTC)
            capture = Capture(ask.target.url, now, None, problem=reason, kind=kind_of(ask.target.url))
            self.ready.append((waiting, Answer(capture, now.timestamp())))
            return
        self.waiting[ask.key] = [waiting]
        self.turns.add(host, (ask, note if ask.attempt == 1 else None))

    def _meet(self, host: str) -> None:
        """Take up a host whose last request may have been made before this start, or by nobody."""
        if self.turns.knows(host):
            return
        last, not_before, requests, size = self.journal.host(host)
        to_monotonic = time.monotonic() - time.time()
        last = max(last, self.orders.began)
        self.turns.meet(host, max(last + self.orders.delay, not_before) + to_monotonic)
        self.contacts[host] = _Contacts(requests, size)

    def _held_back(self, host: str) -> str:
        limits = self.orders.settings.limits
        served = self.contacts[host]
        if served.requests >= limits.requests_per_host or served.bytes >= limits.bytes_per_host:
            return "out of budget"
        spent = time.monotonic() - served.since
        if spent + self.turns.starts_in(host) > limits.seconds_per_host:
            return "asked to wait" if self.turns.starts_in(host) > limits.seconds_per_host else "out of budget"
        return ""

    def _report(self, *, force: bool = False) -> None:
        is_finished = self.is_done_starting and not self.visits
        if is_finished and not self.is_reported_finished:
            self.is_reported_finished = force = True
        now = time.monotonic()
        if force or (now - self.reported > REPORT_EVERY and self.counts):
            self.reported = now
            self.reports.put(Report(self.number, dict(self.counts), is_finished))
            self.counts.clear()


def _conditions(capture: Capture) -> dict[str, str]:
    """Give the fields that ask for an answer only if it differs from an earlier one (RFC 9110, 13.1)."""
    tags, dates = capture.header("etag"), capture.header("last-modified")
    conditions = {}
    if tags and tags[0].isascii() and tags[0].isprintable():
        conditions["If-None-Match"] = tags[0]
    if dates and dates[0].isascii() and dates[0].isprintable():
        conditions["If-Modified-Since"] = dates[0]
    return conditions
