"""The archive of evidence: WARC files, and an index of what was seen where, when and with which status.

``.datasummary/evidence/`` holds segments, each a WARC file of its own (``NAME.warc.gz``) and the index of its captures
(``index/NAME.parquet``). A segment is written by :class:`~datasummary.evidence.segments.SegmentWriter`; what no index
names is not there. Nothing is ever overwritten: several captures of one address stand side by side. Readers need no
lock, they see each segment as its writer last completed it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from datasummary.errors import DataError
from datasummary.evidence.captures import DIGEST_DIFFERS, Capture
from datasummary.evidence.records import unpack
from datasummary.workspace import Workspace, explained, held

if TYPE_CHECKING:
    from datasummary.project import Project

__all__ = ["INDEX_SCHEMA", "Archive"]

INDEX_SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("url", pa.string()),
        ("authority", pa.string()),
        ("kind", pa.string()),
        ("captured", pa.timestamp("us", "UTC")),
        ("status", pa.int16()),
        ("outcome", pa.string()),
        ("target", pa.string()),
        ("content_type", pa.string()),
        ("problem", pa.string()),
        ("sha256", pa.string()),
        ("bytes", pa.int64()),
        ("input", pa.string()),
        ("row", pa.int64()),
        ("refers_to", pa.string()),
        ("warc", pa.string()),
        ("offset", pa.int64()),
        ("length", pa.int64()),
    ]
)
"""Columns of the index.

``authority`` is the host, with its port where that is no default one; ``captured`` is in UTC, null where it is not
known; ``status`` is null where there was no answer; ``target`` is where it redirects to; ``sha256`` and ``bytes`` are
of the body without codings; ``input`` and ``row`` say which file it was taken from (null: the web) and which of its
rows or records it was, from 1; ``refers_to`` is the id of the capture that holds the body, null where this one does;
``warc``, ``offset`` and ``length`` say where its record lies.
"""

ORDER = [("authority", "ascending"), ("captured", "ascending"), ("url", "ascending"), ("id", "ascending")]
OPEN_FILES = 64
ROWS_AT_ONCE = 4096


class Archive:
    """A project's evidence.

    >>> archive = Archive.of(project)  # doctest: +SKIP
    >>> rows = archive.index()  # doctest: +SKIP
    >>> for capture in archive.captures(rows):  # doctest: +SKIP
    ...     print(capture.url, capture.captured, capture.outcome)
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def of(cls, project: Project) -> Archive:
        """Give the archive in a project's workspace."""
        return cls(Workspace(project.home).root / "evidence")

    def warc(self, segment: str) -> Path:
        """Place of a segment's WARC file."""
        return self.root / f"{segment}.warc.gz"

    def index_file(self, segment: str) -> Path:
        """Place of a segment's index."""
        return self.root / "index" / f"{segment}.parquet"

    def segments(self) -> list[str]:
        """Names of the segments that have an index, sorted."""
        return sorted(file.stem for file in (self.root / "index").glob("[!.]*.parquet"))

    def index(self, columns: list[str] | None = None) -> pa.Table:
        """Read the index of all segments: a row for each capture, by :data:`INDEX_SCHEMA`.

        Rows are sorted by authority, time (unknown ones last), address and id, so that the order does not depend on
        what was collected first. A capture that two segments hold stands in it once. ``columns`` leaves out others.
        """
        wanted = {name for name, _ in ORDER}.union(columns or INDEX_SCHEMA.names)
        schema = pa.schema([field for field in INDEX_SCHEMA if field.name in wanted])
        parts = [schema.empty_table(), *(self._read(name, schema) for name in self.segments())]
        table = pa.concat_tables(parts).sort_by(ORDER)
        ids = table.column("id").combine_chunks()
        if len(ids) > 1:
            again = pc.equal(ids[1:], ids[:-1])
            if pc.any(again).as_py():
                table = table.filter(pa.concat_arrays([pa.array([True]), pc.invert(again)]))
        return table.select(columns) if columns else table

    def ids(self) -> set[str]:
        """Read the ids of all captures."""
        only = pa.schema([INDEX_SCHEMA.field("id")])
        return {name for segment in self.segments() for name in self._read(segment, only).column("id").to_pylist()}

    def _read(self, segment: str, schema: pa.Schema) -> pa.Table:
        import pyarrow.parquet as pq

        path = self.index_file(segment)
        try:
            return pq.read_table(path, columns=schema.names).cast(schema)
        except (OSError, ValueError, KeyError, pa.ArrowException) as error:
            raise DataError(
                f"{path}: cannot be read ({error}); remove it and {self.warc(segment).name}, then take that evidence "
                f"in again"
            ) from error

    def captures(self, rows: pa.Table) -> Iterator[Capture]:
        """Read the captures that rows of the index name, in their order.

        Each body is compared with the SHA-256 in the index; one that differs comes with the problem ``digest
        differs``. Raises :class:`~datasummary.errors.DataError` where a WARC file is gone or no longer holds the
        record. Sorted by ``warc`` and ``offset``, rows are read fastest from disks that are not in memory.
        """
        places: pa.Table | None = None
        with contextlib.closing(_Files(self)) as files:
            for batch in rows.select(_NEEDED).to_batches(max_chunksize=ROWS_AT_ONCE):
                referred = batch.column("refers_to").drop_null()
                if len(referred) and places is None:
                    places = self.index(["id", "warc", "offset", "length"])
                originals = _places(places, referred) if places is not None and len(referred) else {}
                for warc, offset, length, sha256, refers_to in zip(
                    *(column.to_pylist() for column in batch.columns), strict=True
                ):
                    original = None
                    if refers_to is not None and refers_to in originals:
                        original = files.capture(*originals[refers_to], None)
                    capture = files.capture(warc, offset, length, original)
                    if hashlib.sha256(capture.body).hexdigest() != sha256:
                        capture = replace(capture, problem=DIGEST_DIFFERS)
                    yield capture

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the archive while files are taken in; a second one at the same time is told so.

        What a killed one left half-written is removed.
        """
        with explained(self.root):
            (self.root / "index").mkdir(parents=True, exist_ok=True)
        with held(self.root, "evidence is already being taken in here"):
            with explained(self.root):
                for left in self.root.glob(".*.part"):
                    shutil.rmtree(left) if left.is_dir() else left.unlink()
            yield


_NEEDED = ["warc", "offset", "length", "sha256", "refers_to"]


def _places(index: pa.Table, names: pa.Array) -> dict[str, tuple[str, int, int]]:
    found = index.filter(pc.is_in(index.column("id"), names)).to_pydict()
    return {name: (warc, offset, length) for name, warc, offset, length in zip(*found.values(), strict=True)}


class _Files:
    """Open WARC files, the latest used ones."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._open: OrderedDict[str, Any] = OrderedDict()

    def close(self) -> None:
        while self._open:
            self._open.popitem()[1].close()

    def capture(self, warc: str, offset: int, length: int, original: Capture | None) -> Capture:
        path = self._archive.root / warc
        try:
            return unpack(os.pread(self._file(warc), length, offset), original)
        except FileNotFoundError:
            raise DataError(
                f"{path}: is gone, and with it the evidence that the index names; put it back, or remove its index in "
                f"{self._archive.root / 'index'}"
            ) from None
        except (OSError, ValueError, KeyError, zlib.error) as error:
            raise DataError(
                f"{path}: there is no whole record at byte {offset} ({error}); the file was changed. Put the original "
                f"back, or remove it and its index in {self._archive.root / 'index'}"
            ) from error

    def _file(self, warc: str) -> int:
        if warc in self._open:
            self._open.move_to_end(warc)
        else:
            if len(self._open) >= OPEN_FILES:
                self._open.popitem(last=False)[1].close()
            self._open[warc] = (self._archive.root / warc).open("rb")
        return int(self._open[warc].fileno())
