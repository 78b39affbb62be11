"""Connections that go to checked addresses and nowhere else, within a request's time and bytes.

An :class:`Exchange` is one request on its way. urllib3's connections are told by it where to connect, and read through
it: each read from the socket gets what is left of the time, so that a deadline holds for the whole of a wait, and what
has come is kept as it came.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
from typing import Any, Protocol

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from datasummary.evidence.messages import TRUNCATED, parse_head
from datasummary.evidence.settings import Limits

__all__ = ["Exchange", "PlainPool", "Slots", "TlsPool"]


class _Stopped(OSError):  # noqa: N818, the exchange says whether it is an error
    """Raised in a read or connect to end the exchange; the exchange says why."""


class Slots(Protocol):
    """Keeps count of the connections to each address."""

    def take(self, address: str) -> bool:
        """Take a connection to an address, if there is one to have."""

    def give(self, address: str) -> None:
        """Give it back."""


class Exchange:
    """A request on its way: where it may go, what is left of its time and bytes, and what has come."""

    def __init__(self, places: list[tuple[str, int]], slots: Slots, limits: Limits, body_limit: int) -> None:
        self.places = places
        self.slots = slots
        self.held = next((place for place, _ in places if slots.take(place)), "")
        self.limits = limits
        self.body_limit = body_limit
        self.started = time.monotonic()
        self.address = ""
        self.sent = bytearray()
        self.received = bytearray()
        self.head_start = 0
        self.head_end: int | None = None
        self.problem: str | None = None
        self.socket: socket.socket | None = None

    def stop(self, problem: str) -> _Stopped:
        self.problem = self.problem or problem
        return _Stopped(problem)

    def left(self) -> float:
        """Seconds until the deadline of this stage; raises where it has passed."""
        in_head = self.head_end is None
        limit = self.limits.total_seconds
        if in_head:
            limit = min(limit, self.limits.first_byte_seconds)
        left = self.started + limit - time.monotonic()
        if left <= 0:
            raise self.stop("no answer in time" if in_head else "too slow")
        return left

    def connect(self) -> socket.socket:
        """Connect to the first checked address that answers."""
        until = time.monotonic() + self.limits.connect_seconds
        for place, port in self.places:
            left = until - time.monotonic()
            if left <= 0 or not self._hold(place):
                continue
            is_v6 = ":" in place
            connection = socket.socket(socket.AF_INET6 if is_v6 else socket.AF_INET, socket.SOCK_STREAM)
            self.address, self.problem = place, None
            try:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.settimeout(left)
                connection.connect((place, port))
            except OSError as error:
                connection.close()
                self.problem = _connect_problem(error)
                continue
            self.socket = connection
            connection.settimeout(self.left())
            return connection
        raise self.stop("connect timeout")

    def _hold(self, place: str) -> bool:
        """Take one of an address's connections, in exchange for the one that is held."""
        if place == self.held:
            return True
        if (self.held and self.problem is None) or not self.slots.take(place):
            return False
        self.release()
        self.held = place
        return True

    def release(self) -> None:
        """Give the connection back, closed."""
        if self.socket is not None:
            self.socket.close()
        if self.held:
            self.slots.give(self.held)
            self.held = ""

    def receive(self, raw: io.RawIOBase, connection: socket.socket, buffer: memoryview) -> int:
        """Read once from the socket, within the time and the bytes that are left."""
        connection.settimeout(self.left())
        try:
            count = raw.readinto(buffer) or 0
        except TimeoutError:
            raise self.stop("no answer in time" if self.head_end is None else "too slow") from None
        self.received += buffer[:count]
        if self.head_end is None:
            if len(self.received) - self.head_start > self.limits.header_bytes + len(buffer):
                raise self.stop("header too large")
        elif len(self.received) - self.head_end > self.body_limit:
            self.problem = self.problem or TRUNCATED
            raise _Stopped(TRUNCATED)
        return count

    def answer(self) -> bytes:
        """Give the answer as it came, without what a server sent beyond its own Content-Length."""
        block = bytes(self.received[self.head_start :])
        head = parse_head(block)
        if head is None or self.head_end is None:
            return b""
        length = self.head_end - self.head_start
        names = [(name.lower(), value) for name, value in head.headers]
        declared = [value for name, value in names if name == "content-length"]
        if declared and declared[0].isdigit() and not any(name == "transfer-encoding" for name, _ in names):
            return block[: length + min(int(declared[0][:12]), self.body_limit)]
        return block[: length + self.body_limit]


def _connect_problem(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "connect timeout"
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    return "host unreachable"


class _Wire(io.RawIOBase):
    """A socket's bytes, read through an exchange."""

    def __init__(self, raw: io.RawIOBase, connection: socket.socket, exchange: Exchange) -> None:
        self._raw, self._connection, self._exchange = raw, connection, exchange

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._exchange.receive(self._raw, self._connection, memoryview(buffer))

    def tell(self) -> int:
        return len(self._exchange.received)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    """An answer whose bytes go through the exchange, and which notes where its head begins and ends."""

    def __init__(self, exchange: Exchange, sock: socket.socket, method: str | None) -> None:
        super().__init__(sock, method=method)
        self._exchange = exchange
        raw = self.fp.detach()
        self.fp = io.BufferedReader(_Wire(raw, sock, exchange))

    def _read_status(self) -> tuple[str, int, str]:
        self._exchange.head_start = self.fp.tell()
        return super()._read_status()  # type: ignore[misc, no-any-return]

    def begin(self) -> None:
        fp = self.fp
        for _ in range(10):
            super().begin()
            if not 100 <= self.status < 200:
                break
            self.headers = self.msg = None  # type: ignore[assignment]
        else:
            raise http.client.HTTPException("interim answers without end")
        if self._exchange.head_end is None:
            closed = self.fp is None or fp.closed
            self._exchange.head_end = len(self._exchange.received) if closed else fp.tell()
            if self._exchange.head_end - self._exchange.head_start > self._exchange.limits.header_bytes:
                raise self._exchange.stop("header too large")


class _Recorded(HTTPConnection):
    """A connection to a checked address."""

    def __init__(self, *args: Any, exchange: Exchange, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._exchange = exchange
        self.response_class = self._answer  # type: ignore[assignment]

    def _answer(self, sock: socket.socket, debuglevel: int = 0, method: str | None = None) -> _Response:
        return _Response(self._exchange, sock, method)

    def _new_conn(self) -> socket.socket:
        return self._exchange.connect()

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        self.sock.settimeout(self._exchange.left())
        self._exchange.sent += data
        super().send(data)


class _RecordedTls(_Recorded, HTTPSConnection):
    """An encrypted connection to a checked address."""


class PlainPool(HTTPConnectionPool):
    """Makes the connection of one request; given ``exchange``."""

    ConnectionCls = _Recorded


class TlsPool(HTTPSConnectionPool):
    """Makes the encrypted connection of one request; given ``exchange`` and ``ssl_context``."""

    ConnectionCls = _RecordedTls
