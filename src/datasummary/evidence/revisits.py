"""Finding the capture that a revisit record refers to, for that one holds the body."""

from __future__ import annotations

import datetime as dt
import functools

import pyarrow as pa

from datasummary.evidence.archive import Archive
from datasummary.evidence.captures import Capture
from datasummary.evidence.found import Found
from datasummary.evidence.moments import parse_moment
from datasummary.evidence.segments import SegmentWriter
from datasummary.evidence.warc import Record

__all__ = ["Originals"]


class Originals:
    """The captures of the file that is being taken in, and those of the archive, by what revisit records call them.

    That is a record's id, or an address and a time. Names are kept as their hashes, for there may be millions.
    """

    def __init__(self, archive: Archive, segment: SegmentWriter) -> None:
        self._archive = archive
        self._segment = segment
        self._places: dict[int, tuple[int, int]] = {}

    def remember(self, found: Found, offset: int, length: int) -> None:
        """Note where a capture was written."""
        if found.same_as is None:
            for known in (f"<{found.capture.id}>", _called(found.capture.url, found.capture.captured)):
                if known:
                    self._places.setdefault(hash(known), (offset, length))

    def find(self, record: Record) -> Capture | None:
        """Give the capture that a revisit record refers to, or ``None`` where it is neither here nor in the archive."""
        fields = record.fields
        url = fields.get("warc-refers-to-target-uri") or fields.get("warc-target-uri", "")
        moment = parse_moment(fields.get("warc-refers-to-date", ""))
        names = [name for name in (fields.get("warc-refers-to"), _called(url, moment)) if name]
        for name in names:
            if hash(name) in self._places:
                return self._segment.read(*self._places[hash(name)])
        index, rows = self._index
        places = [rows[hash(name)] for name in names if hash(name) in rows]
        return next(self._archive.captures(index.slice(places[0], 1))) if places else None

    @functools.cached_property
    def _index(self) -> tuple[pa.Table, dict[int, int]]:
        index = self._archive.index()
        rows: dict[int, int] = {}
        for row, (name, url, captured) in enumerate(
            zip(*(index.column(column).to_pylist() for column in ("id", "url", "captured")), strict=True)
        ):
            rows.setdefault(hash(f"<{name}>"), row)
            rows.setdefault(hash(_called(url, captured)), row)
        return index, rows


def _called(url: str, moment: dt.datetime | None) -> str | None:
    return f"{moment:%Y-%m-%dT%H:%M:%S} {url}" if moment else None
