"""How the sites of the small web behave: what a site answers by its kind and number, to the byte.

:data:`ANSWERS` are whole answers to any path, :data:`STREAMS` what is sent for robots.txt piece by piece.
"""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable

ROBOTS = "/robots.txt"
TDMREP = "/.well-known/tdmrep.json"
AI_TXT = "/ai.txt"


def robots_of(number: int) -> bytes:
    """Give the robots.txt of a healthy site; what it forbids and asks for depends on the number."""
    lines = [f"# site {number}", "User-agent: *", "Disallow: /private/"]
    if number % 3 == 1:
        lines.append("Disallow: /ai.txt")
    if number % 5 == 2:
        lines.append("Disallow: /.well-known/")
    if number % 50 == 7:
        lines.append("Crawl-delay: 2")
    if number % 7 == 3:
        lines += ["User-agent: TestBot", "Disallow: /"]
    return "\n".join(lines).encode() + b"\n"


def allowed(number: int, path: str) -> bool:
    """Whether a healthy site lets TestBot have a path: robots.txt in words of its own, not by any parser."""
    if path == ROBOTS:
        return True
    if number % 7 == 3:
        return False
    if path == AI_TXT:
        return number % 3 != 1
    if path == TDMREP:
        return number % 5 != 2
    return not path.startswith("/private/")


def tdmrep_of(number: int) -> bytes:
    return json.dumps([{"location": "/", "tdm-reservation": number % 2}]).encode()


def ai_txt_of(number: int) -> bytes:
    return f"User-Agent: *\nDisallow: *.jpg\n# {number}\n".encode()


def page_of(number: int) -> bytes:
    return f"<!doctype html><html><head><title>{number}</title></head><body>{'word ' * 200}</body></html>".encode()


Body = tuple[int, dict[str, str], bytes]


def healthy(number: int, path: str) -> Body:
    if path == ROBOTS:
        return 200, {"Content-Type": "text/plain", "ETag": f'"r{number}"'}, robots_of(number)
    if path == TDMREP:
        return (200, {"Content-Type": "application/json"}, tdmrep_of(number)) if number % 4 else (404, {}, b"none")
    if path == AI_TXT:
        return (200, {"Content-Type": "text/plain"}, ai_txt_of(number)) if number % 6 == 0 else (404, {}, b"none")
    if path.startswith("/page"):
        return 200, {"Content-Type": "text/html", "X-Robots-Tag": "noai"}, page_of(number)
    return 404, {}, b"none"


def only_robots(status: int, body: bytes = b"", **headers: str) -> Callable[[int, str], Body]:
    fields = {name.replace("_", "-"): value for name, value in headers.items()}

    def answer(number: int, path: str) -> Body:
        return (status, fields, body) if path == ROBOTS else healthy(number, path)

    return answer


def to_other_host(number: int, path: str) -> Body:
    return 301, {"Location": f"http://ok-{number}.example{path}"}, b""


def loop(number: int, path: str) -> Body:
    return 302, {"Location": f"http://loop-{number}.example{path}?{number}"}, b""


_ASKED: set[tuple[int, str]] = set()


def soon(number: int, path: str) -> Body:
    """Ask to come back in two seconds, the first time."""
    if (number, path) in _ASKED or path != ROBOTS:
        return healthy(number, path)
    _ASKED.add((number, path))
    return (503 if number % 2 else 429), {"Retry-After": "2"}, b""


def licensed(number: int, path: str) -> Body:
    if path == ROBOTS:
        return 200, {}, f"User-agent: *\nDisallow:\nLicense: http://ok-{number}.example/page/licence.xml\n".encode()
    return healthy(number, path)


def gzipped(number: int, path: str) -> Body:
    status, headers, body = healthy(number, path)
    return status, {**headers, "Content-Encoding": "gzip"}, gzip.compress(body, mtime=0)


BOMB = gzip.compress(bytes(100 << 20), 9, mtime=0)
ANSWERS: dict[str, Callable[[int, str], Body]] = {
    "ok": healthy,
    "tls": healthy,
    "six": healthy,
    "expired": healthy,
    "wrongname": healthy,
    "selfsigned": healthy,
    "gzip": gzipped,
    "gzipbomb": only_robots(200, BOMB, Content_Encoding="gzip"),
    "s401": only_robots(401),
    "s403": only_robots(403),
    "s404": only_robots(404),
    "s410": only_robots(410),
    "s429": only_robots(429),
    "s429later": only_robots(429, Retry_After="86400"),
    "s500": only_robots(500),
    "s503": only_robots(503),
    "html": only_robots(200, b"<!DOCTYPE html><html><body>Welcome</body></html>", Content_Type="text/html"),
    "longlength": only_robots(200, b"User-agent: *\n", Content_Length="500"),
    "shortlength": only_robots(200, b"User-agent: *\nDisallow: /\n", Content_Length="13"),
    "toprivate": only_robots(302, Location="http://127.0.0.99:65000/robots.txt"),
    "toftp": only_robots(302, Location="ftp://ftp.example/robots.txt"),
    "tofile": only_robots(302, Location="file:///etc/passwd"),
    "tojunk": only_robots(302, Location="http://[::1"),
    "toother": to_other_host,
    "loop": loop,
    "soon": soon,
    "licensed": licensed,
}


async def silent(number: int) -> AsyncIterator[bytes]:
    await asyncio.sleep(120)
    yield b""


async def drip(number: int) -> AsyncIterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
    for _ in range(1000):
        await asyncio.sleep(1)
        yield b"#"


async def dripping_head(number: int) -> AsyncIterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n"
    for place in range(1000):
        await asyncio.sleep(0.5)
        yield f"X-{place}: 1\r\n".encode()


async def endless(number: int) -> AsyncIterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n\r\n"
    while True:
        yield b"# more of the same, and nothing else in all of this line\n" * 1000


async def endless_chunks(number: int) -> AsyncIterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    while True:
        yield b"10000\r\n" + b"#" * 0x10000 + b"\r\n"


async def big(number: int) -> AsyncIterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Length: 20000000\r\n\r\nUser-agent: *\nDisallow: /private/\n"
    for _ in range(2000):
        yield b"# one of very many lines that are nothing but comments\n" * 200


async def big_head(number: int) -> AsyncIterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n"
    for place in range(1000):
        yield f"X-{place}: {'a' * 1000}\r\n".encode()
    yield b"\r\nUser-agent: *\n"


async def reset(number: int) -> AsyncIterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nUser-agent: *\nDis"
    await asyncio.sleep(0.05)


async def chunk_junk(number: int) -> AsyncIterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nUser-agent: *\r\n0\r\n\r\n"


async def chunked(number: int) -> AsyncIterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    body = robots_of(number)
    for start in range(0, len(body), 10):
        part = body[start : start + 10]
        yield f"{len(part):x};x=1\r\n".encode() + part + b"\r\n"
    yield b"0\r\nTrailer: 1\r\n\r\n"


async def reason(number: int) -> AsyncIterator[bytes]:
    body = robots_of(number)
    yield f"HTTP/1.1 200 très bien\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


async def no_http(number: int) -> AsyncIterator[bytes]:
    yield b"220 mail.example ESMTP\r\n"


async def interim(number: int) -> AsyncIterator[bytes]:
    body = robots_of(number)
    yield b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    yield f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


async def brotli_bomb(number: int) -> AsyncIterator[bytes]:
    import brotli  # type: ignore[import-untyped]

    body = brotli.compress(bytes(100 << 20), quality=5)
    yield f"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


STREAMS: dict[str, Callable[[int], AsyncIterator[bytes]]] = {
    "silent": silent,
    "drip": drip,
    "drippinghead": dripping_head,
    "endless": endless,
    "endlesschunks": endless_chunks,
    "big": big,
    "bighead": big_head,
    "reset": reset,
    "chunkjunk": chunk_junk,
    "chunked": chunked,
    "reason": reason,
    "nohttp": no_http,
    "interim": interim,
    "brbomb": brotli_bomb,
}
"""Behaviours that write their answer to robots.txt byte by byte."""

FAULTS = sorted({*ANSWERS, *STREAMS, "nodns", "refused"} - {"ok", "tls", "gzip", "chunked", "reason", "interim", "six"})
"""Behaviours of sites that something is wrong with."""
