"""HTTP messages as archives hold them: a head and a body, with the codings the body was sent in.

Bytes come from strangers. Nothing here raises on them, and a body unpacks to at most :data:`LARGEST_BODY` bytes.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection, Iterable
from http import HTTPStatus
from typing import NamedTuple

import pyarrow as pa

__all__ = ["BROKEN_CODING", "CUT_SHORT", "LARGEST_BODY", "TRUNCATED", "Head", "build_head", "parse_head", "plain_body"]

LARGEST_BODY = 5 << 20
"""Bytes of a body that are kept, before and after content codings are removed. RFC 9309 (2.5) asks for 500 KiB."""
LARGEST_HEAD = 1 << 20
"""Bytes of a head that are read."""
MOST_CODINGS = 3
MOST_MEMBERS = 64
STEP = 256
"""Bytes that are unpacked at a time: so near before a break a body is kept."""

TRUNCATED = "truncated"
CUT_SHORT = "cut short"
BROKEN_CODING = "broken content coding"

_STATUS = re.compile(rb"HTTP/[0-9.]+[ \t]+([0-9]{3})(?![0-9])")
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\n]*)?\r?\n")
_NO_FIELD_NAME = re.compile(r"[^!-9;-~]")
_LINE_BREAK = re.compile(r"[\r\n\0]+[ \t]*")
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


class Head(NamedTuple):
    """The head of an HTTP response."""

    status: int | None
    headers: tuple[tuple[str, str], ...]
    length: int
    """Bytes up to the body, the empty line included."""


def parse_head(block: bytes) -> Head | None:
    """Read the head of a response (RFC 9112, 2 to 5), or give ``None`` where the block is no HTTP response.

    Folded lines are joined, lines without a colon left out. Text is UTF-8 or else Latin-1. Of a head without an end,
    and of one past :data:`LARGEST_HEAD`, everything counts as head.
    """
    if not block.startswith(b"HTTP/"):
        return None
    end = block.find(b"\r\n\r\n", 0, LARGEST_HEAD)
    length = end + 4
    if end == -1 or block.find(b"\n\n", 0, end) != -1:
        found = _HEAD_END.search(block, 0, LARGEST_HEAD)
        end, length = (found.start(), found.end()) if found else (min(len(block), LARGEST_HEAD), len(block))
    raw = block[:end]
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    headers: list[tuple[str, str]] = []
    for line in text.split("\n")[1:]:
        name, colon, value = line.partition(":")
        if line[:1] in {" ", "\t"}:
            if headers:
                headers[-1] = (headers[-1][0], f"{headers[-1][1]} {line.strip()}".strip())
        elif colon:
            headers.append((name.strip(), value.strip()))
    status = _STATUS.match(raw)
    return Head(int(status[1]) if status else None, tuple(headers), length)


def build_head(status: int, headers: Iterable[tuple[str, str]]) -> bytes:
    """Write a head from what a library or a table kept of it. It is no copy of the bytes that were sent.

    Line breaks and characters that no field name may hold are taken out, so that no field becomes two.
    """
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    lines = [f"HTTP/1.1 {status:03} {phrase}"]
    for name, value in headers:
        if clean := _NO_FIELD_NAME.sub("", name):
            lines.append(f"{clean}: {_LINE_BREAK.sub(' ', value).strip()}")
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "replace")


def plain_body(
    headers: Iterable[tuple[str, str]], body: bytes, removed: Collection[str] = ()
) -> tuple[bytes, str | None]:
    """Take the codings off a body: give what they hold, and what is wrong with it.

    ``removed`` names the codings that were off already, whatever the head says: ``transfer``, ``content``. Many
    archives keep bodies decoded beside the head as it was sent; what does not begin like its coding is taken so.
    """
    problem = None
    fields = [(name.lower(), value.lower()) for name, value in headers]
    if "transfer" not in removed and _listed(fields, "transfer-encoding")[-1:] == ["chunked"]:
        body, problem = _without_chunks(body)
    if "content" not in removed:
        codings = [coding for coding in _listed(fields, "content-encoding") if coding != "identity"]
        if len(codings) > MOST_CODINGS:
            return body[:LARGEST_BODY], BROKEN_CODING
        for coding in reversed(codings):
            body, said = _decoded(coding, body)
            problem = problem or said
    if len(body) > LARGEST_BODY:
        return body[:LARGEST_BODY], problem or TRUNCATED
    return body, problem


def _listed(fields: Iterable[tuple[str, str]], name: str) -> list[str]:
    values = (part.strip() for field, value in fields if field == name for part in value.split(","))
    return [value for value in values if value]


def _without_chunks(body: bytes) -> tuple[bytes, str | None]:
    """Join the chunks of a body (RFC 9112, 7.1). One that breaks the coding counts as it stands."""
    parts: list[bytes] = []
    place = 0
    while place < len(body):
        size = _CHUNK_SIZE.match(body, place)
        if not size:
            break
        length, place = int(size[1], 16), size.end()
        if length == 0:
            return b"".join(parts), None
        parts.append(body[place : place + length])
        place += length
        if place >= len(body):
            return b"".join(parts), CUT_SHORT
        ends = body[place : place + 2]
        if ends != b"\r\n" and not ends.startswith(b"\n"):
            return body, None
        place += 2 if ends == b"\r\n" else 1
    if parts:
        return b"".join(parts), CUT_SHORT
    return body, None


def _decoded(coding: str, body: bytes) -> tuple[bytes, str | None]:
    if not body:
        return body, None
    if coding in {"gzip", "x-gzip"}:
        return _inflated(body, 31) if body.startswith(_GZIP) else (body, None)
    if coding == "deflate":
        # RFC 9110 (8.4.1.2) means zlib's format, some servers send the bare stream.
        whole = _inflated(body, 15)
        plain = whole if whole[0] else _inflated(body, -15)
        return plain if plain[0] or not _is_text(body) else (body, None)
    if coding == "zstd" and not body.startswith(_ZSTD):
        return body, None
    if coding in {"br", "zstd"}:
        plain = _unpacked(body, "brotli" if coding == "br" else "zstd")
        return (body, None) if coding == "br" and not plain[0] and _is_text(body) else plain
    return body, "unknown content coding"


def _is_text(body: bytes) -> bool:
    """Whether a body that is in no coding reads as text: then it was kept decoded."""
    try:
        return body.decode().isprintable() or b"\n" in body
    except UnicodeDecodeError:
        return False


def _inflated(body: bytes, window: int) -> tuple[bytes, str | None]:
    """Unpack gzip, zlib or bare deflate, up to where it ends, breaks or grows too long."""
    parts: list[bytes] = []
    left = LARGEST_BODY + 1
    for _ in range(MOST_MEMBERS):
        stream = zlib.decompressobj(window)
        try:
            for start in range(0, len(body), STEP):
                part = stream.decompress(body[start : start + STEP], left)
                parts.append(part)
                left -= len(part)
                if stream.eof or left <= 0:
                    break
        except zlib.error:
            return b"".join(parts), BROKEN_CODING
        if not stream.eof:
            return b"".join(parts), None if left <= 0 else BROKEN_CODING
        body = stream.unused_data + body[start + STEP :]
        if window != 31 or not body.startswith(_GZIP):
            return b"".join(parts), None
    return b"".join(parts), BROKEN_CODING


def _unpacked(body: bytes, codec: str) -> tuple[bytes, str | None]:
    """Unpack Brotli or Zstandard. A broken stream is read again in small steps, to come as far as it goes."""
    parts: list[bytes] = []
    for step in (1 << 16, 64):
        parts, left = [], LARGEST_BODY + 1
        try:
            with pa.CompressedInputStream(pa.BufferReader(body), codec) as stream:
                while left > 0 and (part := stream.read(min(left, step))):
                    parts.append(part)
                    left -= len(part)
        except OSError:
            continue
        return b"".join(parts), None
    return b"".join(parts), BROKEN_CODING
