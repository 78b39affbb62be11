"""A small web on loopback: any number of origins, each of which behaves as its name says.

One process serves them all over real sockets, and notes every request in a log. ``ok-17.example`` is a healthy site,
``silent-3.example`` one that never answers; ``web_sites.py`` lists what there is. Names are resolved
by :class:`LoopbackNames`, which spreads them over 127.0.0.0/8. The listening sockets are bound to the loopback device, so
that nothing from outside can reach them.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import itertools
import json
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from web_sites import AI_TXT, ANSWERS, FAULTS, ROBOTS, STREAMS, TDMREP, allowed, healthy, robots_of

__all__ = [
    "AI_TXT",
    "ANSWERS",
    "FAULTS",
    "ROBOTS",
    "STREAMS",
    "TDMREP",
    "Hit",
    "LoopbackNames",
    "OneServer",
    "Web",
    "allowed",
    "free_port",
    "healthy",
    "hosts",
    "kind_of_host",
    "number_of",
    "robots_of",
    "served",
    "wait_for_port",
]

SO_BINDTODEVICE = 25
TLS_KINDS = frozenset({"tls", "expired", "wrongname", "selfsigned"})


def number_of(host: str) -> int:
    return int(host.partition(".")[0].rpartition("-")[2])


def kind_of_host(host: str) -> str:
    return host.partition(".")[0].rpartition("-")[0]


def address_of(number: int, hosts_per_address: int = 4) -> str:
    place = 256 + number // hosts_per_address
    return f"127.{place >> 16 & 255}.{place >> 8 & 255}.{place & 255}"


@dataclass(frozen=True)
class LoopbackNames:
    """Resolves every name to an address of 127.0.0.0/8, and the default ports to those of the test servers."""

    plain: int
    tls: int
    closed: int
    hosts_per_address: int = 4
    v6: int = 0

    def __call__(self, host: str, port: int) -> list[tuple[str, int]]:
        kind = kind_of_host(host)
        if kind == "nodns":
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        if kind == "dnshang":
            time.sleep(30)
        if kind == "six":
            return [("::1", self.v6 if port == 80 else self.closed)]
        address = address_of(number_of(host), self.hosts_per_address)
        if kind == "refused":
            return [(address, self.closed)]
        if port == 443:
            return [(address, self.tls if kind in TLS_KINDS else self.closed)]
        return [(address, self.plain if port == 80 else port)]


@dataclass(frozen=True)
class OneServer:
    """Resolves every name to one server on loopback."""

    plain: int
    tls: int

    def __call__(self, host: str, port: int) -> list[tuple[str, int]]:
        return [("127.0.0.1", {80: self.plain, 443: self.tls}[port])]


def free_port() -> int:
    with contextlib.closing(socket.socket()) as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def wait_for_port(port: int, seconds: float = 10.0) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


class Hit(NamedTuple):
    """A request as the server saw it."""

    begun: float
    ended: float
    address: str
    host: str
    method: str
    path: str
    agent: str
    conditional: bool


class _Server(asyncio.Protocol):
    def __init__(self, note: Callable[[str], object]) -> None:
        self.note = note
        self.begun = time.time()
        self.data = b""
        self.line = ""
        self.task: asyncio.Task[None] | None = None
        self.writable = asyncio.Event()
        self.writable.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.address = transport.get_extra_info("sockname")[0]

    def pause_writing(self) -> None:
        self.writable.clear()

    def resume_writing(self) -> None:
        self.writable.set()

    def data_received(self, data: bytes) -> None:
        self.data += data
        if b"\r\n\r\n" not in self.data:
            return
        head, *fields = self.data.decode("latin-1").split("\r\n")
        self.data = b""
        method, path, _ = head.split(" ")
        headers = dict(field.lower().partition(": ")[::2] for field in fields if field)
        agent = next((field[12:] for field in fields if field.lower().startswith("user-agent: ")), "")
        host = headers.get("host", "").partition(":")[0]
        conditional = "if-none-match" in headers or "if-modified-since" in headers
        self.line = json.dumps([self.address, host, method, path, agent, conditional])
        kind, number = kind_of_host(host), number_of(host)
        if path == ROBOTS and kind in STREAMS:
            self.task = asyncio.get_running_loop().create_task(self.stream(STREAMS[kind](number)))
            return
        status, more, body = ANSWERS.get(kind, healthy)(number, path)
        if "ETag" in more and headers.get("if-none-match") == more["ETag"].lower():
            status, body = 304, b""
        more = {"Content-Length": str(len(body)), **more, "Connection": "close"}
        text = "".join(f"{name}: {value}\r\n" for name, value in more.items())
        answer = f"HTTP/1.1 {status} X\r\n{text}\r\n".encode("latin-1")
        self.transport.write(answer if method == "HEAD" else answer + body)
        self.transport.close()

    async def stream(self, parts: AsyncIterator[bytes]) -> None:
        async for part in parts:
            await self.writable.wait()
            if self.transport.is_closing():
                return
            self.transport.write(part)
            await asyncio.sleep(0)
        if parts.__name__ == "reset":  # type: ignore[attr-defined]
            self.transport.abort()
        else:
            self.transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        self.writable.set()
        if self.task:
            self.task.cancel()
        if self.line:
            self.note(f"{self.begun:.6f} {time.time():.6f} {self.line}\n")


def _listening(family: socket.AddressFamily, address: str) -> socket.socket:
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE, b"lo\0")
    listening.bind((address, 0))
    listening.listen(4096)
    listening.setblocking(False)
    return listening


async def _serve(certificates: dict[str, str], log: Path) -> None:
    contexts = {}
    for name, path in certificates.items():
        contexts[name] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        contexts[name].load_cert_chain(path)

    def choose(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        connection.context = contexts.get(kind_of_host(name or ""), contexts["tls"])

    loop_ = asyncio.get_running_loop()
    with log.open("a", buffering=1 << 16) as file:
        server = functools.partial(_Server, file.write)
        v4, tls = _listening(socket.AF_INET, "0.0.0.0"), _listening(socket.AF_INET, "0.0.0.0")
        v6 = _listening(socket.AF_INET6, "::1") if socket.has_ipv6 else None
        await loop_.create_server(server, sock=v4)
        if v6:
            await loop_.create_server(server, sock=v6)
        if contexts:
            contexts["tls"].sni_callback = choose
            await loop_.create_server(server, sock=tls, ssl=contexts["tls"])
        ports = [each.getsockname()[1] if each else 0 for each in (v4, tls, v6)]
        print(json.dumps(ports), flush=True)
        while True:
            await asyncio.sleep(0.2)
            file.flush()


@dataclass
class Web:
    """The running web: how its names resolve, where its log is, which authority signs its certificates."""

    names: LoopbackNames
    log: Path
    authority: str

    def hits(self) -> list[Hit]:
        """Give what the server has logged, in the order in which requests ended."""
        time.sleep(0.5)
        lines = (line.split(" ", 2) for line in self.log.read_text().splitlines())
        return [Hit(float(begun), float(ended), *json.loads(rest)) for begun, ended, rest in lines]


@contextlib.contextmanager
def served(folder: Path, hosts_per_address: int = 4, tls_hosts: int = 50) -> Iterator[Web]:
    """Serve the web, from a process of its own."""
    certificates, authority = _certificates(folder, tls_hosts)
    log = folder / "requests.log"
    process = subprocess.Popen(
        [sys.executable, __file__, json.dumps(certificates), str(log)], stdout=subprocess.PIPE, text=True
    )
    closed = socket.socket()
    closed.bind(("127.0.0.1", 0))
    try:
        assert process.stdout
        plain, tls, v6 = json.loads(process.stdout.readline())
        names = LoopbackNames(plain, tls, closed.getsockname()[1], hosts_per_address, v6)
        yield Web(names, log, authority)
    finally:
        closed.close()
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def _certificates(folder: Path, count: int) -> tuple[dict[str, str], str]:
    import datetime as dt

    import trustme

    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "authority.pem")
    now = dt.datetime.now(dt.UTC)
    issued = {
        "tls": authority.issue_cert(*(f"tls-{number}.example" for number in range(count))),
        "expired": authority.issue_cert(
            *(f"expired-{number}.example" for number in range(count)),
            not_before=now - dt.timedelta(days=60),
            not_after=now - dt.timedelta(days=1),
        ),
        "wrongname": authority.issue_cert("somewhere.example"),
        "selfsigned": trustme.CA().issue_cert(*(f"selfsigned-{number}.example" for number in range(count))),
    }
    for name, certificate in issued.items():
        certificate.private_key_and_cert_chain_pem.write_to_path(folder / f"{name}.pem")
    return {name: str(folder / f"{name}.pem") for name in issued}, str(folder / "authority.pem")


def hosts(healthy_ones: int, faulty_ones: int) -> list[str]:
    """Name this many healthy and faulty origins, mixed."""
    faulty = [f"{kind}-{place}.example" for place, kind in zip(range(faulty_ones), itertools.cycle(FAULTS))]
    good = [f"ok-{number}.example" for number in range(healthy_ones)]
    mixed = []
    step = max(1, healthy_ones // max(1, faulty_ones))
    for place, host in enumerate(good):
        mixed.append(host)
        if place % step == 0 and faulty:
            mixed.append(faulty.pop())
    return mixed + faulty


if __name__ == "__main__":
    asyncio.run(_serve(json.loads(sys.argv[1]), Path(sys.argv[2])))
