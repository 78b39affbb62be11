"""What may be contacted at all. The addresses come from strangers: manifests, redirects, name servers.

A URL is first brought into one form, so that what is checked, what robots.txt is asked about and what is requested are
the same. Its host's numeric addresses are checked after resolution, and the connection goes to one that was checked.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from typing import NamedTuple

from datasummary.domains import parse_authority
from datasummary.paths import address_form

__all__ = ["LONGEST_URL", "Forbidden", "Guard", "HostList", "Target", "is_public", "target_of"]

LONGEST_URL = 8192
"""Longest address that is requested, in characters."""

BLOCKED_PORTS = frozenset(
    {1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080}
)
"""Ports above 1023 that the Fetch standard blocks ("bad port"): they speak something else than HTTP."""

_DEFAULT_PORT = {"http": 80, "https": 443}
_LOCAL_NAMES = (
    "localhost",
    "local",
    "localdomain",
    "internal",
    "intranet",
    "lan",
    "home.arpa",
    "invalid",
    "onion",
    "alt",
)
_NOT_PUBLIC_V4 = [
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT, and a cloud's metadata (100.100.100.200)
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # a cloud's metadata and wire server
        "169.254.0.0/16",  # link-local, metadata (169.254.169.254)
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments, a cloud's metadata (192.0.0.192)
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # automatic multicast tunnelling
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
]
_PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")
"""All of IPv6 that is global unicast; mapped, compatible, translated, local and multicast addresses lie outside."""
_NOT_PUBLIC_V6 = [
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments, Teredo
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: holds an IPv4 address
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
]
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_AUTHORITY_END = re.compile(r"[/?#\\]")
_TO_ENCODE = re.compile(r"[\x00-\x20\"<>`{}|\\^\x7f]")
_LINE_BREAKS = re.compile(r"[\t\r\n]")
_DOT = re.compile(r"%2e", re.IGNORECASE)


class Forbidden(Exception):  # noqa: N818, it is an answer of the guard, not a failure of it
    """An address that is not contacted. ``problem`` says why, in one word of :mod:`datasummary.evidence.fetch`."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class Target(NamedTuple):
    """An address taken apart, in the form in which it is requested."""

    scheme: str
    host: str
    """Lower-case A-labels, or a numeric address; IPv6 in brackets."""
    port: int
    path: str
    """Path and query."""

    @property
    def authority(self) -> str:
        """Host, with the port where it is neither 80 nor 443: what evidence is filed under."""
        return self.host if self.port in {80, 443} else f"{self.host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host, and port where it is not the scheme's own."""
        port = "" if self.port == _DEFAULT_PORT[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}"

    @property
    def url(self) -> str:
        """The whole address."""
        return self.origin + self.path


def target_of(url: str) -> Target:
    """Take an absolute address apart, as a browser would (WHATWG URL standard), without user name and fragment.

    Raises :class:`Forbidden` where the scheme is not http or https, the port neither 80, 443 nor one above 1023 that
    the Fetch standard lets pass, or the address none at all.

    >>> target_of("HTTP://user@EXAMPLE.com:80/a/%2e./b c#top").url
    'http://example.com/b%20c'
    """
    url = _LINE_BREAKS.sub("", url.strip())
    scheme = _SCHEME.match(url)
    if not scheme or len(url) > LONGEST_URL:
        raise Forbidden("bad address")
    name = scheme[1].lower()
    if name not in _DEFAULT_PORT:
        raise Forbidden("forbidden scheme")
    rest = url[scheme.end() :].lstrip("/\\")
    cut = _AUTHORITY_END.search(rest)
    raw = rest[: cut.start()] if cut else rest
    authority = parse_authority(raw)
    if authority.host is None:
        raise Forbidden("bad address")
    port = authority.port if authority.port is not None else _written_port(raw) or _DEFAULT_PORT[name]
    if port not in {80, 443} and (port < 1024 or port in BLOCKED_PORTS):
        raise Forbidden("forbidden port")
    return Target(name, authority.host, port, _path(rest[cut.start() :] if cut else ""))


def _written_port(raw: str) -> int | None:
    """Read the port, 80 or 443, that stands in an authority."""
    digits = raw.rpartition("@")[2].rpartition("]")[2].rpartition(":")[2].lstrip("0")
    return int(digits) if digits in {"80", "443"} and ":" in raw else None


def _path(text: str) -> str:
    path, mark, query = text.partition("#")[0].partition("?")
    segments: list[str] = []
    *inner, last = path.replace("\\", "/").removeprefix("/").split("/")
    for segment in [*inner, last]:
        plain = _DOT.sub(".", segment)
        if plain == "..":
            del segments[-1:]
        elif plain != ".":
            segments.append(segment)
    if _DOT.sub(".", last) in {".", ".."}:
        segments.append("")
    return _TO_ENCODE.sub(lambda sign: f"%{ord(sign[0]):02X}", address_form("/" + "/".join(segments) + mark + query))


def is_public(address: str) -> bool:
    """Tell whether a numeric address belongs to the public internet.

    Loopback, private, link-local, carrier-grade, multicast, documentation, reserved and metadata addresses do not, nor
    IPv6 addresses that hold or map an IPv4 one (IANA's registries of special-purpose addresses).
    """
    try:
        number = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(number, ipaddress.IPv4Address):
        return not any(number in network for network in _NOT_PUBLIC_V4)
    return not number.scope_id and number in _PUBLIC_V6 and not any(number in network for network in _NOT_PUBLIC_V6)


class HostList:
    """Hosts that are left alone; each stands for the hosts below it, too."""

    def __init__(self, hosts: Iterable[str] = ()) -> None:
        self.hosts = frozenset(host.lower().strip(".") for host in hosts)

    def __contains__(self, host: str) -> bool:
        if not self.hosts:
            return False
        labels = host.lower().split(".")
        return any(".".join(labels[place:]) in self.hosts for place in range(len(labels)))


class Guard:
    """Says what may be contacted, in this collection."""

    def __init__(self, *, allow_private: bool = False, do_not_contact: HostList | None = None) -> None:
        self.allow_private = allow_private
        self.do_not_contact = do_not_contact or HostList()

    def check(self, target: Target) -> None:
        """Raise :class:`Forbidden` where the host must not even be looked up."""
        if target.host in self.do_not_contact:
            raise Forbidden("do not contact")
        if self.allow_private:
            return
        literal = target.host.strip("[]")
        if ":" in literal or literal.replace(".", "").isdigit():
            if not is_public(literal):
                raise Forbidden("forbidden address")
        elif "." not in target.host or target.host.endswith(_LOCAL_NAMES):
            raise Forbidden("forbidden address")

    def permitted(self, addresses: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
        """Keep the numeric addresses (and ports) that may be connected to.

        Raises :class:`Forbidden` where none is left.
        """
        found = [place for place in addresses if self.allow_private or is_public(place[0])]
        if not found:
            raise Forbidden("forbidden address")
        return found
