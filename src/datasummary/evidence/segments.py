"""Writing evidence: one WARC file and the index of its captures.

A file that is taken in is written aside and appears whole (``aside=True``). A collection from the web that lasts for
days writes in place: each capture is in the file when :meth:`SegmentWriter.add` returns, and in the index from the
next :meth:`SegmentWriter.flush`. Where it was killed between the two, :func:`repair_segment` indexes what is whole and
cuts off what is not.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import itertools
import os
from collections.abc import Collection, Mapping
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from datasummary.evidence.archive import INDEX_SCHEMA, Archive
from datasummary.evidence.captures import Capture, authority_of
from datasummary.evidence.records import capture_of, pack, pack_info, unpack
from datasummary.evidence.warc import Fault, Record, WarcReader
from datasummary.workspace import explained, write_atomically

__all__ = ["SegmentWriter", "repair_segment"]

CAPTURE_TYPES = frozenset({"response", "resource", "revisit"})
ROWS_PER_BATCH = 10_000
BUFFER = 1 << 20

_EMPTY = hashlib.sha256(b"").hexdigest()


class SegmentWriter:
    """A new segment of an archive.

    ``made`` says in the file's first record how it was made: the settings of a collection, or the file it was taken
    from. ``date`` is the date of that record, and of captures that have none. With ``aside``, neither file appears
    before :meth:`close`; left by an exception, the segment is given up then. ``known`` are ids of captures that are
    not to be written again; those that are written are added to it.

    >>> with SegmentWriter(archive, "collect-1", {"robots": "obey"}, now) as segment:  # doctest: +SKIP
    ...     segment.add(capture, block, removed=("transfer",), request=request)
    """

    def __init__(
        self,
        archive: Archive,
        name: str,
        made: Mapping[str, str],
        date: dt.datetime,
        *,
        aside: bool = False,
        known: set[str] | None = None,
    ) -> None:
        self.archive = archive
        self.name = name
        self.rows = 0
        self._aside = aside
        self._known = known
        self._date = date
        self._path = archive.warc(name)
        self._written = self._path.with_name(f".{self._path.name}.part") if aside else self._path
        self._pending: list[tuple[Any, ...]] = []
        self._batches: list[pa.RecordBatch] = []
        with explained(archive.root):
            (archive.root / "index").mkdir(parents=True, exist_ok=True)
            # Unbuffered in place: what was added outlives the process.
            self._file = self._written.open("wb" if aside else "xb", buffering=BUFFER if aside else 0)
        self.size = 0
        """Bytes written to the WARC file."""
        try:
            self._write(pack_info(self._path.name, date, made))
        except BaseException:
            self.abandon()
            raise

    def add(
        self,
        capture: Capture,
        block: bytes | None = None,
        *,
        removed: Collection[str] = (),
        request: bytes | None = None,
        same_as: Capture | None = None,
        fields: Mapping[str, str] | None = None,
        origin: tuple[str, int] | None = None,
    ) -> str:
        """Write a capture and give its id.

        ``block`` is the HTTP response, head and body, as it came, ``removed`` the codings (``transfer``, ``content``)
        that were off its body already; without it a head is written from the capture. ``request`` is the request as
        it was sent. ``fields`` are further WARC fields, such as ``WARC-IP-Address``.

        ``same_as`` makes it a revisit: the capture of this archive whose body it shares, because the answer was 304
        or the body the same again. ``capture`` is then what holds now (after a 304 with the older status, see
        :func:`~datasummary.evidence.records.revisited`), ``block`` the head of the new answer alone.

        ``origin`` names the file it was taken from and its row there.
        """
        packed = pack(
            capture, self._date, block=block, removed=removed, request=request, same_as=same_as, fields=fields
        )
        if self._known is not None:
            if packed.id in self._known:
                return packed.id
            self._known.add(packed.id)
        offset = self.size
        self._write(packed.data)
        self.rows += 1
        refers_to = (same_as.body_id or same_as.id) if same_as else None
        row = _row(capture, packed.id, refers_to, origin or (None, self.rows))
        self._pending.append((*row, self._path.name, offset, packed.length))
        if len(self._pending) >= ROWS_PER_BATCH:
            self._batch()
        return packed.id

    def read(self, offset: int, length: int) -> Capture:
        """Read back a capture that was added."""
        self._file.flush()
        with self._written.open("rb") as file:
            return unpack(os.pread(file.fileno(), length, offset))

    def flush(self) -> None:
        """Bring the index up to what was added; readers see it from now on. Not for a segment written aside."""
        self._batch()
        with explained(self.archive.root):
            self._file.flush()
            os.fsync(self._file.fileno())
        _write_index(self.archive, self.name, pa.Table.from_batches(self._batches, INDEX_SCHEMA))

    def close(self) -> None:
        """Complete the segment; where that fails, one that is written aside is given up."""
        if self._file.closed:
            return
        try:
            if self._aside:
                with explained(self.archive.root):
                    self._file.flush()
                    os.fsync(self._file.fileno())
                    self._written.replace(self._path)
            self.flush()
        except BaseException:
            self.abandon()
            raise
        self._file.close()

    def abandon(self) -> None:
        """Give up a segment that is written aside; what stands in place stays."""
        with contextlib.suppress(OSError):
            self._file.close()
        if self._aside:
            self._written.unlink(missing_ok=True)
            if not self.archive.index_file(self.name).exists():
                self._path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None or not self._aside:
            self.close()
        else:
            self.abandon()

    def _write(self, data: bytes) -> None:
        with explained(self.archive.root):
            view = memoryview(data)
            try:
                while view:
                    view = view[self._file.write(view) :]
            except OSError:
                # Half a record would put all that follow it out of place.
                with contextlib.suppress(OSError):
                    os.ftruncate(self._file.fileno(), self.size)
                    self._file.seek(self.size)
                raise
        self.size += len(data)

    def _batch(self) -> None:
        if self._pending:
            self._batches.append(_in_columns(self._pending))
            self._pending = []


def _in_columns(rows: list[tuple[Any, ...]]) -> pa.RecordBatch:
    columns = zip(zip(*rows, strict=True), INDEX_SCHEMA, strict=True)
    return pa.RecordBatch.from_arrays([pa.array(values, field.type) for values, field in columns], schema=INDEX_SCHEMA)


def _write_index(archive: Archive, segment: str, table: pa.Table) -> None:
    write_atomically(archive.index_file(segment), lambda path: pq.write_table(table, path, compression="zstd"))


def _row(capture: Capture, name: str, refers_to: str | None, origin: tuple[str | None, int]) -> tuple[Any, ...]:
    return (
        name,
        capture.url,
        authority_of(capture.url),
        capture.kind,
        capture.captured,
        capture.status,
        capture.outcome,
        capture.target,
        capture.content_type or None,
        capture.problem,
        hashlib.sha256(capture.body).hexdigest() if capture.body else _EMPTY,
        len(capture.body),
        *origin,
        refers_to,
    )


def repair_segment(archive: Archive, name: str) -> int:
    """Index what a killed writer left whole in its file, cut off what it did not complete; give the captures it found.

    The segment must not be open for writing. Nothing is done where the index names all there is.
    """
    path = archive.warc(name)
    index_file = archive.index_file(name)
    known = pq.read_table(index_file) if index_file.exists() else INDEX_SCHEMA.empty_table()
    ends = pc.max(pc.add(known.column("offset"), known.column("length"))).as_py() or 0
    with explained(archive.root), path.open("r+b") as raw:
        items = list(WarcReader(raw, "gzip", ends))
        size = path.stat().st_size
        if items and isinstance(items[-1], Fault):
            size = items.pop().offset
            raw.truncate(size)
            os.fsync(raw.fileno())
    rows: list[tuple[Any, ...]] = []
    for record, after in itertools.pairwise([*items, None]):
        if isinstance(record, Record) and record.fields["warc-type"] in CAPTURE_TYPES:
            original = _original(archive, record)
            capture = capture_of(record, original)
            number = known.num_rows + len(rows) + 1
            refers_to = (original.body_id or original.id) if original else None
            end = after.offset if after else size
            rows.append(
                (*_row(capture, capture.id, refers_to, (None, number)), path.name, record.offset, end - record.offset)
            )
    if rows:
        _write_index(archive, name, pa.concat_tables([known, pa.Table.from_batches([_in_columns(rows)])]))
    elif not known.num_rows:
        path.unlink()
    return len(rows)


def _original(archive: Archive, record: Record) -> Capture | None:
    name = record.fields.get("warc-refers-to", "")[1:-1]
    if not name:
        return None
    index = archive.index()
    return next(archive.captures(index.filter(pc.equal(index.column("id"), name))), None)
