"""One request, bounded in every way, to an address that the guard has checked.

``requests`` sends it, through an adapter whose connections go to the numeric addresses that were checked and to nothing
else: no proxy, no cookie, no redirect, no connection kept.
"""

from __future__ import annotations

import contextlib
import http.client
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import HTTPError, InvalidChunkLength

from datasummary.evidence.connections import Exchange, PlainPool, Slots, TlsPool
from datasummary.evidence.guard import Forbidden, Guard, Target
from datasummary.evidence.messages import CUT_SHORT, TRUNCATED
from datasummary.evidence.resolving import Resolver
from datasummary.evidence.settings import Limits

__all__ = ["PROBLEMS", "Busy", "Fetched", "Fetcher", "tls_context"]

ADDRESSES_TRIED = 3
"""Addresses of a host that are tried for one request."""

PROBLEMS = {
    "bad address": "the address is none",
    "forbidden scheme": "neither http nor https",
    "forbidden port": "a port that is not contacted",
    "forbidden address": "a loopback, private or other address that is not public",
    "do not contact": "on the list of hosts that are left alone",
    "name not resolved": "no such name, or its name servers failed",
    "name lookup timed out": "the name servers did not answer in time",
    "connection refused": "nothing listens there",
    "host unreachable": "no way to the address",
    "connect timeout": "no connection in time",
    "connection reset": "the connection was broken off before an answer",
    "certificate": "the certificate is expired, for another name, or of an unknown authority",
    "TLS failure": "no encrypted connection could be agreed on",
    "no answer in time": "the header of the answer did not come in time",
    "too slow": "the body did not come in time",
    "not HTTP": "what came is no HTTP answer",
    "header too large": "the header of the answer is over the limit",
    "broken chunks": "the body breaks its own transfer coding",
    CUT_SHORT: "the connection ended before the body did",
    TRUNCATED: "the body is over the limit; its beginning was kept",
}
"""Why a request brought no answer, or not all of it: the words that evidence and summaries use, and what they mean."""


class Busy(Exception):  # noqa: N818, it is no failure
    """The address has as many connections as it may; nothing was contacted."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


@dataclass(frozen=True, slots=True)
class Fetched:
    """What one request brought back, as bytes."""

    url: str
    method: str
    address: str
    """Numeric address that was connected to; empty where none was."""
    asked: float
    """When it began, seconds since 1970."""
    ended: float
    request: bytes = b""
    """Head of the request as it was sent."""
    response: bytes = b""
    """The answer as it came: head and body, codings and all; empty where none came."""
    problem: str | None = None
    """One of :data:`PROBLEMS`, or ``None`` where all came."""

    @property
    def contacted(self) -> bool:
        """Whether anything was sent to the host."""
        return bool(self.address)


class _Request(requests.PreparedRequest):
    """A request as it is sent; requests would rewrite the address that was checked, and add fields of its own."""

    def __init__(self, method: str, target: Target, headers: Mapping[str, str], exchange: Exchange) -> None:
        super().__init__()
        self.method, self.url = method, target.url
        self.headers = CaseInsensitiveDict(headers)
        self.target, self.exchange = target, exchange


class _Adapter(HTTPAdapter):
    """Sends requests over connections of their own, to the addresses that their exchange holds."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(pool_connections=1, pool_maxsize=1)

    def get_connection_with_tls_context(self, request: Any, *_: Any, **__: Any) -> HTTPConnectionPool:
        target: Target = request.target
        if target.scheme == "http":
            return PlainPool(target.host, target.port, exchange=request.exchange)
        return TlsPool(target.host, target.port, exchange=request.exchange, ssl_context=self._context)

    def cert_verify(self, *_: Any) -> None:
        """Leave the connection as it is: its TLS context verifies."""


def tls_context(authority: str | None = None) -> ssl.SSLContext:
    """Make the context that verifies certificates and names, against the usual authorities or those in a file."""
    return ssl.create_default_context(cafile=authority or DEFAULT_CA_BUNDLE_PATH)


class Fetcher:
    """Sends requests. May be used by many threads at once."""

    def __init__(
        self,
        guard: Guard,
        resolver: Resolver,
        limits: Limits,
        user_agent: str,
        *,
        slots: Slots,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._guard, self._resolver, self._limits = guard, resolver, limits
        self._headers = {"User-Agent": user_agent, "Accept": "*/*", "Accept-Encoding": "gzip", "Connection": "close"}
        self._adapter = _Adapter(context or tls_context())
        self._slots = slots

    def fetch(
        self,
        target: Target,
        *,
        method: str = "GET",
        body_limit: int = 1 << 19,
        headers: Mapping[str, str] | None = None,
    ) -> Fetched:
        """Send one request and read the answer, up to ``body_limit`` bytes of body on the wire.

        Never raises for what a host does; :class:`Busy` where its address has no connection to spare.
        """
        asked = time.time()
        try:
            self._guard.check(target)
            places = self._resolver.addresses(target.host, target.port, self._limits.connect_seconds)
            places = self._guard.permitted(places)
        except Forbidden as no:
            return Fetched(target.url, method, "", asked, time.time(), problem=no.problem)
        exchange = Exchange(places[:ADDRESSES_TRIED], self._slots, self._limits, body_limit)
        if not exchange.held:
            raise Busy(places[0][0])
        asked = time.time()
        try:
            self._send(_Request(method, target, {**self._headers, **(headers or {})}, exchange), exchange)
        finally:
            exchange.release()
        ended = time.time()
        sent, answer = bytes(exchange.sent), exchange.answer()
        return Fetched(target.url, method, exchange.address, asked, ended, sent, answer, exchange.problem)

    def _send(self, request: _Request, exchange: Exchange) -> None:
        response: requests.Response | None = None
        try:
            response = self._adapter.send(request, stream=True, timeout=self._limits.total_seconds)
            for _ in response.raw.stream(65_536, decode_content=False):
                pass
        except (requests.RequestException, HTTPError, http.client.HTTPException, OSError, ValueError) as error:
            exchange.problem = exchange.problem or _problem(error, exchange)
        finally:
            with contextlib.suppress(Exception):
                if response is not None:
                    response.raw.close()


def _problem(error: BaseException, exchange: Exchange) -> str:
    """Say in one word what an exception means, from what lies at its root."""
    causes = list(_causes(error))
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return "certificate"
    if not exchange.sent and any(isinstance(cause, ssl.SSLError) for cause in causes):
        return "TLS failure"
    if exchange.head_end is not None:
        if any(isinstance(cause, InvalidChunkLength) for cause in causes):
            return "broken chunks"
        return CUT_SHORT
    if any(isinstance(cause, TimeoutError) for cause in causes):
        return "no answer in time"
    if any(isinstance(cause, http.client.LineTooLong) or "headers" in str(cause) for cause in causes[-1:]):
        return "header too large"
    if not exchange.sent:
        return "TLS failure"
    return "not HTTP" if exchange.received else "connection reset"


def _causes(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting and len(found) < 20:
        one = waiting.pop()
        if isinstance(one, BaseException) and one not in found:
            found.append(one)
            waiting += [one.__cause__, one.__context__, getattr(one, "reason", None)]
            waiting += [part for part in one.args if isinstance(part, BaseException)]
    return found
