"""Names to numeric addresses, with a time limit: the system's resolver has none of its own.

A lookup runs in a thread of its own pool. One that hangs holds its thread until the system gives up; whoever waits for
it goes on after the limit, and when all threads hang, lookups fail for want of one.
"""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from datasummary.evidence.guard import Forbidden

__all__ = ["Resolve", "Resolver", "system_addresses"]

Resolve = Callable[[str, int], list[tuple[str, int]]]
"""From a host name and a port to numeric addresses and ports. Raises :class:`OSError` where there are none."""

_KEPT = 20_000


def system_addresses(host: str, port: int) -> list[tuple[str, int]]:
    """Ask the system. The final dot keeps it from trying the name below local domains."""
    found = socket.getaddrinfo(f"{host}.", port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys((str(place[0]), int(place[1])) for *_, place in found))


class _Lookup:
    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self.done = threading.Event()
        self.addresses: list[tuple[str, int]] = []


class Resolver:
    """Looks names up, at most ``threads`` at once, and keeps answers for ``keep`` seconds."""

    def __init__(self, resolve: Resolve = system_addresses, threads: int = 16, keep: float = 60.0) -> None:
        self._resolve = resolve
        self._keep = keep
        self._known: OrderedDict[tuple[str, int], tuple[float, list[tuple[str, int]]]] = OrderedDict()
        self._lock = threading.Lock()
        self._waiting: queue.SimpleQueue[_Lookup] = queue.SimpleQueue()
        for _ in range(threads):
            threading.Thread(target=self._serve, daemon=True).start()

    def addresses(self, host: str, port: int, seconds: float) -> list[tuple[str, int]]:
        """Give a host's addresses, IPv4 first.

        Raises :class:`~datasummary.evidence.guard.Forbidden` with ``name not resolved`` or, after ``seconds``,
        ``name lookup timed out``.
        """
        literal = host.strip("[]")
        if ":" in literal or literal.replace(".", "").isdigit():
            return [(literal, port)]
        with self._lock:
            until, known = self._known.get((host, port), (0.0, []))
        if until > time.monotonic():
            return known
        lookup = _Lookup(host, port)
        self._waiting.put(lookup)
        if not lookup.done.wait(seconds):
            raise Forbidden("name lookup timed out")
        if not lookup.addresses:
            raise Forbidden("name not resolved")
        found = sorted(lookup.addresses, key=lambda place: ":" in place[0])
        with self._lock:
            self._known[host, port] = (time.monotonic() + self._keep, found)
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return found

    def _serve(self) -> None:
        while True:
            lookup = self._waiting.get()
            try:
                lookup.addresses = self._resolve(lookup.host, lookup.port)
            except (OSError, UnicodeError):
                lookup.addresses = []
            lookup.done.set()
