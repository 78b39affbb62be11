"""How not to be a nuisance: one request to a host at a time, pauses between them, few connections to an address.

Turns are kept per process, since each host belongs to one process by its hash. Connections to an address are counted
in a table that all processes share.
"""

from __future__ import annotations

import email.utils
import heapq
import itertools
import multiprocessing
import time
import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.context import SpawnContext
from typing import Generic, TypeVar

from protego import Protego

__all__ = ["CONNECTIONS_PER_ADDRESS", "Connections", "Turns", "bucket_of", "delay_asked", "retry_after"]

CONNECTIONS_PER_ADDRESS = 8
"""Connections to one address at once, over all processes."""
LONGEST_DELAY = 86_400.0
_ADDRESSES = 1 << 16
_LOCKS = 64
_MANY_HOSTS = 10_000

Job = TypeVar("Job")


def bucket_of(host: str) -> int:
    """Give the number by which a host belongs to a process: process ``bucket % processes``."""
    return zlib.crc32(host.encode("utf-8", "surrogateescape"))


def delay_asked(robots: bytes, agent: str) -> float:
    """Give the seconds between requests that a robots.txt asks of a crawler: Crawl-delay or Request-rate, or 0."""
    small = robots.lower()
    if b"crawl-delay" not in small and b"request-rate" not in small:
        return 0.0
    file = Protego.parse(robots.decode("utf-8", "replace"))
    rate = file.request_rate(agent)
    per_request = rate.seconds / rate.requests if rate and rate.requests else 0.0
    return min(max(file.crawl_delay(agent) or 0.0, per_request, 0.0), LONGEST_DELAY)


def retry_after(values: list[str], now: float) -> float | None:
    """Read a Retry-After field (RFC 9110, 10.2.3), a number of seconds or a date: seconds from ``now`` on, or ``None``.

    ``now`` is in seconds since 1970.
    """
    text = values[0].strip() if values else ""
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), 366 * 86_400.0)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


class Connections:
    """Counts connections to addresses over all processes, in shared memory.

    Two addresses that share a place in the table share its connections: fewer than allowed, never more.
    """

    def __init__(self, context: SpawnContext | None = None) -> None:
        context = context or multiprocessing.get_context("spawn")
        self._counts = context.RawArray("B", _ADDRESSES)
        self._locks = [context.Lock() for _ in range(_LOCKS)]

    def take(self, address: str) -> bool:
        """Take a connection to an address, if there is one to have."""
        place = zlib.crc32(address.encode()) % _ADDRESSES
        with self._locks[place % _LOCKS]:
            if self._counts[place] >= CONNECTIONS_PER_ADDRESS:
                return False
            self._counts[place] += 1
            return True

    def give(self, address: str) -> None:
        """Give it back."""
        place = zlib.crc32(address.encode()) % _ADDRESSES
        with self._locks[place % _LOCKS]:
            self._counts[place] -= 1


@dataclass(slots=True)
class _Host(Generic[Job]):
    next: float
    """Not before this time, of the monotonic clock."""
    delay: float
    jobs: deque[Job] = field(default_factory=deque)
    busy: bool = False


class Turns(Generic[Job]):
    """Whose turn it is: jobs by host, one at a time, each host's pauses kept. Times are of the monotonic clock."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._hosts: dict[str, _Host[Job]] = {}
        self._due: list[tuple[float, int, str]] = []
        self._parked: dict[str, deque[str]] = {}
        self._count = itertools.count()
        self._many = _MANY_HOSTS

    def __len__(self) -> int:
        return len(self._hosts)

    def knows(self, host: str) -> bool:
        """Whether the host's pauses are known here; if not, :meth:`meet` it first."""
        return host in self._hosts

    def meet(self, host: str, not_before: float) -> None:
        """Take up a host that must not be asked before a time."""
        self._hosts[host] = _Host(not_before, self._delay)

    def lengthen(self, host: str, delay: float) -> None:
        """Keep at least this pause, in seconds, from the host's last request on."""
        known = self._hosts[host]
        if delay > known.delay:
            known.next += delay - known.delay
            known.delay = delay

    def starts_in(self, host: str) -> float:
        """Seconds until a further job of the host would begin, those before it counted as taking no time."""
        known = self._hosts[host]
        ahead = len(known.jobs) + known.busy
        return max(0.0, known.next - time.monotonic()) + ahead * known.delay

    def add(self, host: str, job: Job) -> None:
        """Queue a job for a host that is known."""
        known = self._hosts[host]
        known.jobs.append(job)
        if not known.busy and len(known.jobs) == 1:
            self._push(host)

    def next_jobs(self, most: int) -> Iterator[tuple[str, Job]]:
        """Give jobs whose turn it is now, at most so many; each host is busy until it is :meth:`done`."""
        now = time.monotonic()
        while most > 0 and self._due and self._due[0][0] <= now:
            _, _, host = heapq.heappop(self._due)
            known = self._hosts[host]
            if known.next > now:
                self._push(host)
                continue
            known.busy = True
            most -= 1
            yield host, known.jobs.popleft()

    def seconds_left(self) -> float:
        """Seconds until the next turn; some where there is none."""
        return max(0.0, self._due[0][0] - time.monotonic()) if self._due else 60.0

    def done(self, host: str, pause: float | None) -> None:
        """End a host's turn. ``pause`` is how long the host asks to be left alone beyond its usual pause.

        ``None`` where it was not contacted at all, so that no pause is due.
        """
        known = self._hosts[host]
        known.busy = False
        if pause is not None:
            known.next = time.monotonic() + max(known.delay, pause)
        if known.jobs:
            self._push(host)

    def park(self, host: str, job: Job, address: str) -> None:
        """Put a job back that found no connection to its address free."""
        known = self._hosts[host]
        known.jobs.appendleft(job)
        self._parked.setdefault(address, deque()).append(host)

    def unpark(self, address: str) -> None:
        """Let one of the hosts try again that wait for a connection to this address."""
        waiting = self._parked.get(address)
        if waiting:
            host = waiting.popleft()
            self._hosts[host].busy = False
            self._push(host)
            if not waiting:
                del self._parked[address]

    def unpark_some(self) -> bool:
        """Let one host for each such address try again; says whether any waits."""
        for address in list(self._parked):
            self.unpark(address)
        return bool(self._parked)

    def forget(self) -> list[str]:
        """Drop the hosts that have nothing to do and whose pause is over, once many are known; give their names."""
        if len(self._hosts) < self._many:
            return []
        now = time.monotonic()
        idle = [host for host, known in self._hosts.items() if not known.busy and not known.jobs and known.next < now]
        for host in idle:
            del self._hosts[host]
        self._many = max(_MANY_HOSTS, 2 * len(self._hosts))
        return idle

    def _push(self, host: str) -> None:
        heapq.heappush(self._due, (self._hosts[host].next, next(self._count), host))
