"""Reading WARC files (ISO 28500) that may be cut, damaged or written by anybody.

Records are read as long as what was read is whole. What is not is reported with the record's number and place; where
each record is a gzip member of its own, as it should be, reading goes on with the next member. Without members a
wrong length leaves no safe place to go on: a page can contain what looks like a record.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import re
import zlib
from collections import deque
from collections.abc import Iterator
from typing import IO, Any, NamedTuple

from datasummary.manifests.layouts import decompressed

__all__ = ["Fault", "Record", "WarcReader", "digest_holds", "parse_fields"]

LARGEST_BLOCK = 16 << 20
"""Bytes of a record's block that are kept; the rest of a longer one is passed over."""
LARGEST_FIELDS = 1 << 20
READ_BYTES = 1 << 18
STEP = 1 << 14
UNPACKED_STEP = 1 << 20
PROBE = 512

_VERSION = re.compile(rb"WARC/[0-9]+\.[0-9]+[ \t]*\r?\n")
_GZIP_START = b"\x1f\x8b\x08"
_ONCE = frozenset({"content-length", "warc-type", "warc-target-uri", "warc-record-id", "warc-date"})
_DIGESTS = frozenset({"md5", "sha1", "sha256", "sha384", "sha512"})


class Record(NamedTuple):
    """One WARC record."""

    number: int
    """From 1, in the order of the file."""
    offset: int
    """Byte of the file at which it begins; where it begins within a compressed stream, byte of the unpacked stream."""
    fields: dict[str, str]
    """Named fields, names in lower case."""
    block: bytes
    size: int
    """Bytes of the block as declared; more than ``block`` has where it is longer than :data:`LARGEST_BLOCK`."""


class Fault(NamedTuple):
    """A record, or what should be one, that cannot be read."""

    number: int
    offset: int
    in_stream: bool
    """Whether ``offset`` is a byte of the unpacked stream, not of the file."""
    problem: str

    @property
    def place(self) -> str:
        """Where it begins, for people."""
        return f"record {self.number} at byte {self.offset}{' of the unpacked stream' if self.in_stream else ''}"


class WarcReader:
    """The records of a WARC file, plain, in gzip members, or in one gzip or zstd stream.

    Iterating gives a :class:`Record` for each whole one and a :class:`Fault` for each place that cannot be read.
    Memory holds one record. ``offset`` is where to begin: 0, or where a record does.
    """

    def __init__(self, raw: IO[bytes], compression: str, offset: int = 0) -> None:
        self._raw = raw
        self._source = _Unpacked(raw, compression, offset)
        self._compression = compression
        self.seekable = compression == "none"
        """Whether each record so far can be read by itself at its offset."""

    def __iter__(self) -> Iterator[Record | Fault]:
        source = self._source
        number = 0
        self.seekable = self._compression in {"none", "gzip"}
        while True:
            begins = source.skip_blank_lines()
            if not begins and not source.fault:
                return
            number += 1
            offset, in_stream = source.place()
            self.seekable = self.seekable and not in_stream
            try:
                if not begins:
                    raise ValueError(source.fault)
                record = self._record(number, offset)
            except ValueError as error:
                more = source.to_next_member()
                yield Fault(number, offset, in_stream, f"{error}{'' if more else '; nothing after it is read'}")
                if not more:
                    return
                continue
            yield record

    def at(self, places: Iterator[tuple[int, int]]) -> Iterator[Record]:
        """Read the records that begin at these numbers and offsets, each of which was whole before."""
        for number, offset in places:
            self._source = _Unpacked(self._raw, self._compression, offset)
            yield self._record(number, offset)

    def _record(self, number: int, offset: int) -> Record:
        source = self._source
        end = source.end_of_fields()
        fields = parse_fields(source.peek(end))
        size = _length(fields)
        kept = min(size, LARGEST_BLOCK)
        if not source.need(end + kept):
            raise ValueError(source.ended(f"the record has fewer bytes than the {size:,} it declares"))
        block = source.peek(end + kept, end)
        if size > kept:
            source.drop(end + kept)
            source.pass_over(size - kept)
            end = kept = 0
        source.need(end + kept + 4)
        after = source.peek(end + kept + 4, end + kept)
        ends = 4 if after == b"\r\n\r\n" else 2 if after[:2] == b"\n\n" else 0
        if not ends:
            raise ValueError(
                f"no empty line follows the {size:,} bytes that it declares"
                if len(after) == 4
                else source.ended("the record has no end")
            )
        source.complete(end + kept + ends)
        source.drop(end + kept + ends)
        return Record(number, offset, fields, block, size)


def parse_fields(raw: bytes) -> dict[str, str]:
    """Read a record's version and named fields; raises :class:`ValueError` where they break the format."""
    lines = raw.decode(errors="replace").split("\n")
    if not _VERSION.fullmatch(raw[: raw.find(b"\n") + 1]):
        raise ValueError(f"a record begins with WARC/ and a version, not with {raw[:40]!r}")
    fields: dict[str, str] = {}
    name = ""
    for line in lines[1:]:
        if line[:1] in {" ", "\t"} and name:
            fields[name] += f" {line.strip()}"
            continue
        name, colon, value = line.partition(":")
        name = name.strip().lower()
        if not colon or " " in name:
            if line in {"", "\r"}:
                continue
            raise ValueError(f"its header has a line that is no field: {line[:40]!r}")
        if name in fields and name in _ONCE:
            raise ValueError(f"its header has {name} twice")
        fields[name] = value.strip()
    if not fields.get("warc-type"):
        raise ValueError("it has no WARC-Type")
    return fields


def _length(fields: dict[str, str]) -> int:
    text = fields.get("content-length", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise ValueError(f"its Content-Length is no number of bytes: {text[:40]!r}")
    return int(text)


def digest_holds(declared: str | None, content: bytes) -> bool | None:
    """Compare a labelled digest, ``sha1:…`` in base 32 or hex, with bytes; ``None`` where it cannot be known."""
    algorithm, colon, value = (declared or "").partition(":")
    algorithm = algorithm.strip().lower().replace("-", "")
    if not colon or algorithm not in _DIGESTS:
        return None
    value = value.strip()
    found = hashlib.new(algorithm, content, usedforsecurity=False).digest()
    if len(value) == 2 * len(found):
        return value.lower() == found.hex()
    return value.upper().rstrip("=") == base64.b32encode(found).decode().rstrip("=")


class _Unpacked:
    """The unpacked bytes of a file from the current record on, and where its gzip members begin."""

    def __init__(self, raw: IO[bytes], compression: str, offset: int = 0) -> None:
        self.fault = ""
        """Why the bytes end before the file should."""
        self._raw = raw
        self._compression = compression
        self._buffer = bytearray()
        self._start = 0
        """Where in the buffer the current record begins."""
        self._base = offset if compression == "none" else 0
        """Place of the buffer in the unpacked stream."""
        self._members: deque[tuple[int, int]] = deque()
        """Where members begin, in the unpacked stream and in the file, from the current one on."""
        self._one_each = False
        """Whether the record before was a member of its own."""
        self._stream: Any = None
        if offset:
            raw.seek(offset)
        if compression == "gzip":
            self._chunk, self._at, self._chunk_base = b"", 0, offset
        elif compression != "none":
            self._stream = decompressed(raw, compression)

    def place(self) -> tuple[int, bool]:
        """Give the byte at which the current record begins, and whether that is a byte of the unpacked stream."""
        here = self._base + self._start
        if self._compression != "gzip":
            return here, self._compression != "none"
        self.need(1)
        first = here == 0
        while len(self._members) > 1 and self._members[1][0] <= here:
            self._members.popleft()
        begins_member = bool(self._members) and self._members[0][0] == here
        self._one_each = begins_member and not first
        return (self._members[0][1], False) if begins_member else (here, True)

    def skip_blank_lines(self) -> bool:
        """Go to the next record; ``False`` where there is none."""
        self._one_each = False
        while self.need(1):
            if self._buffer[self._start] not in b"\r\n":
                return True
            self.drop(1)
        return False

    def end_of_fields(self) -> int:
        """Count the bytes of the current record up to its block."""
        searched = 0
        while True:
            size = len(self._buffer) - self._start
            if size >= 5 and not self._buffer.startswith(b"WARC/", self._start):
                raise ValueError(f"a record begins with WARC/ and a version, not with {self.peek(40)!r}")
            line_end = self._buffer.find(b"\n", self._start)
            # Some writers end lines with a line feed alone.
            empty_line = b"\r\n\r\n" if line_end < 1 or self._buffer[line_end - 1] == 13 else b"\n\n"
            found = self._buffer.find(empty_line, self._start + max(searched - 3, 0))
            if found != -1:
                return found + len(empty_line) - self._start
            if size > LARGEST_FIELDS:
                raise ValueError(f"its header is longer than {LARGEST_FIELDS >> 20} MiB")
            searched = size
            if not self.need(size + 1):
                raise ValueError(self.ended("the file ends inside its header"))

    def need(self, count: int) -> bool:
        """Have this many bytes of the current record at hand; ``False`` where its member or the file ends before."""
        while len(self._buffer) - self._start < count:
            if not self._more():
                return False
            if self._one_each and len(self._members) > 1:
                break
        if self._one_each and len(self._members) > 1:
            return self._members[1][0] - self._base - self._start >= count
        return True

    def peek(self, end: int, begin: int = 0) -> bytes:
        """Copy bytes of the current record, as far as they are at hand."""
        return bytes(memoryview(self._buffer)[self._start + begin : self._start + end])

    def drop(self, count: int) -> None:
        """Go on by bytes that are at hand."""
        self._start += count
        if self._start >= UNPACKED_STEP:
            del self._buffer[: self._start]
            self._base += self._start
            self._start = 0

    def pass_over(self, count: int) -> None:
        """Go on by bytes that need not be at hand."""
        while count:
            step = min(count, UNPACKED_STEP)
            if not self.need(step):
                raise ValueError(self.ended("the record has fewer bytes than it declares"))
            self.drop(step)
            count -= step

    def complete(self, count: int) -> None:
        """Where these bytes of the current record are the last of a member, see that its checksum holds."""
        while self._compression == "gzip" and self._stream is not None and len(self._buffer) - self._start <= count:
            if not self._more():
                raise ValueError(self.ended("the file cannot be read on"))

    def ended(self, otherwise: str) -> str:
        """Say why there are no more bytes."""
        return self.fault or otherwise

    def to_next_member(self) -> bool:
        """Go to the next gzip member that begins with a record, past whatever is broken."""
        if self._compression != "gzip":
            return False
        here = self._base + self._start
        while True:
            while self._members and self._members[0][0] <= here:
                self._members.popleft()
            if self._members:
                here = self._members[0][0]
                self.drop(here - self._base - self._start)
                self._one_each = False
                if self.need(5) and self.peek(5) == b"WARC/":
                    return True
                continue
            self.drop(len(self._buffer) - self._start)
            here = self._base + self._start - 1
            if not self._more() and not (self.fault and self._find_member()):
                return False

    def _more(self) -> bool:
        """Add to the buffer; ``False`` where nothing more can be had."""
        if self.fault:
            return False
        if self._compression == "gzip":
            return self._more_of_members()
        try:
            data = self._raw.read(READ_BYTES) if self._stream is None else self._stream.read(READ_BYTES)
        except OSError as error:
            self.fault = f"the file cannot be read on ({error})"
            return False
        self._buffer += data
        return bool(data)

    def _more_of_members(self) -> bool:
        if not self._more_raw(1):
            if self._stream is not None:
                self.fault = "the file ends inside a gzip member: it is cut short"
            return False
        if self._stream is None:
            if self._chunk[self._at] == 0:
                self._at += 1
                return True
            self._stream = zlib.decompressobj(31)
            self._members.append((self._base + len(self._buffer), self._chunk_base + self._at))
        piece = memoryview(self._chunk)[self._at : self._at + STEP]
        try:
            self._buffer += self._stream.decompress(piece, UNPACKED_STEP)
        except zlib.error as error:
            self.fault = f"the gzip stream is damaged near byte {self._chunk_base + self._at} ({error})"
            return False
        if self._stream.eof:
            self._at += len(piece) - len(self._stream.unused_data)
            self._stream = None
        else:
            self._at += len(piece) - len(self._stream.unconsumed_tail)
        return True

    def _more_raw(self, count: int) -> bool:
        """Have this many bytes of the file at hand."""
        while len(self._chunk) - self._at < count:
            try:
                data = self._raw.read(READ_BYTES)
            except OSError as error:
                self.fault = f"the file cannot be read on ({error})"
                return False
            if not data:
                return False
            self._chunk_base += self._at
            self._chunk, self._at = self._chunk[self._at :] + data, 0
        return True

    def _find_member(self) -> bool:
        """Look beyond what is damaged for a gzip member that holds a record."""
        self._at += 1
        while True:
            found = self._chunk.find(_GZIP_START, self._at)
            self._at = found if found != -1 else max(self._at, len(self._chunk) - len(_GZIP_START) + 1)
            if not self._more_raw(PROBE if found != -1 else len(_GZIP_START)) and found == -1:
                return False
            if found == -1:
                continue
            with contextlib.suppress(zlib.error):
                if zlib.decompressobj(31).decompress(self._chunk[self._at : self._at + PROBE], 5) == b"WARC/":
                    self.fault, self._stream = "", None
                    return True
            self._at += 1
