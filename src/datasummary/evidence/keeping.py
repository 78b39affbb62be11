"""What a process of a collection brings home: written to its own WARC files, and read back from there."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping

from datasummary.errors import DataError
from datasummary.evidence.archive import Archive
from datasummary.evidence.captures import Capture, kind_of
from datasummary.evidence.fetch import Fetched
from datasummary.evidence.journal import Note
from datasummary.evidence.messages import Head, parse_head, plain_body
from datasummary.evidence.records import capture_of, revisited
from datasummary.evidence.segments import SegmentWriter
from datasummary.evidence.visits import Answer, Ask
from datasummary.evidence.warc import WarcReader

__all__ = ["ROLLED_AT", "Keeper"]

ROLLED_AT = 64 << 20
"""Bytes after which a new WARC file is begun."""
INDEXED_EVERY = 10.0
"""Seconds after which readers see what was collected."""


class Keeper:
    """Writes one process's evidence. ``made`` is what the first record of each file says."""

    def __init__(self, archive: Archive, prefix: str, made: Mapping[str, str], rolled_at: int = ROLLED_AT) -> None:
        self._archive = archive
        self._prefix = prefix
        self._made = made
        self._rolled_at = rolled_at
        self._segment: SegmentWriter | None = None
        self._number = 0
        self._indexed = time.monotonic()

    def keep(self, ask: Ask, fetched: Fetched, earlier: Note | None) -> tuple[Note, Answer]:
        """Write what a request brought; when this returns, it outlives the process.

        ``earlier`` is what is noted of the same request in an earlier collection, for answers that say it still holds.
        """
        segment = self._writable()
        offset = segment.size
        head = parse_head(fetched.response) if fetched.response else None
        capture = _capture(ask, fetched, head)
        block: bytes | None = fetched.response or None
        original: Capture | None = None
        if earlier and head and head.status == 304:
            original = self.read(earlier.body_file or earlier.file, earlier.body_offset or earlier.offset)
            capture, block = revisited(capture, original), fetched.response[: head.length]
        fields = {"WARC-IP-Address": fetched.address} if fetched.address else {}
        segment.add(capture, block, request=fetched.request or None, same_as=original, fields=fields)
        size = len(fetched.response)
        key, attempt = ask.key
        what = (ask.target.host, fetched.asked, fetched.ended, capture.status, capture.problem, size)
        note = Note(key, attempt, *what, segment.name, offset)
        if original and earlier:
            place = earlier.body_file or earlier.file, earlier.body_offset or earlier.offset
            note = note._replace(body_file=place[0], body_offset=place[1])
        return note, Answer(capture, fetched.ended)

    def answer(self, note: Note) -> Answer:
        """Give what is kept of a request."""
        original = self.read(note.body_file, note.body_offset) if note.body_file else None
        return Answer(self.read(note.file, note.offset, original), note.ended)

    def read(self, segment: str, offset: int, original: Capture | None = None) -> Capture:
        """Read a capture back by its place."""
        path = self._archive.warc(segment)
        try:
            with path.open("rb") as raw:
                return capture_of(next(WarcReader(raw, "gzip").at(iter([(1, offset)]))), original)
        except (OSError, ValueError, KeyError, StopIteration) as error:
            raise DataError(
                f"{path}: there is no whole record at byte {offset} ({error}); put the original file back, or remove "
                f"{self._archive.root.parent / 'collect'}, and everything is fetched anew"
            ) from error

    def tick(self) -> None:
        """Bring the index up to date from time to time, and begin a new file where the last one is full."""
        if self._segment and self._segment.size >= self._rolled_at:
            self._segment.close()
            self._segment = None
        elif self._segment and time.monotonic() - self._indexed > INDEXED_EVERY:
            self._segment.flush()
            self._indexed = time.monotonic()

    def close(self) -> None:
        """Complete the last file."""
        if self._segment:
            self._segment.close()
            self._segment = None

    def _writable(self) -> SegmentWriter:
        if self._segment is None:
            self._number += 1
            name = f"{self._prefix}-{self._number:05}"
            self._segment = SegmentWriter(self._archive, name, self._made, dt.datetime.now(dt.UTC))
            self._indexed = time.monotonic()
        return self._segment


def _capture(ask: Ask, fetched: Fetched, head: Head | None) -> Capture:
    captured = dt.datetime.fromtimestamp(fetched.asked, dt.UTC)
    url = fetched.url
    if head is None:
        return Capture(url, captured, None, problem=fetched.problem or "not HTTP", kind=kind_of(url))
    body, broken = plain_body(head.headers, fetched.response[head.length :])
    return Capture(url, captured, head.status, head.headers, body, fetched.problem or broken, kind=kind_of(url))
