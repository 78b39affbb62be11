"""Manifests without the rows that are left out: same formats, schema, order and names.

Kept lines of CSV, TSV, JSON Lines and CDXJ and kept records of WARC stay byte for byte as they were; Parquet and Arrow
files keep their schema, with its metadata, and their row groups or batches, less what is left out. A shard of which
nothing is left out is copied as it is. Each shard is written aside and renamed, and what was written is noted in
``.datasummary/filter``: a run that was stopped goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from datasummary.audit_run import AuditRun
from datasummary.destinations import destinations
from datasummary.duckdb_engine import DuckDBEngine
from datasummary.errors import DataError, ProjectError
from datasummary.exclusions import RECEIPT
from datasummary.hosts import SourceHosts
from datasummary.manifests.columns import ColumnPath
from datasummary.manifests.layouts import Layout
from datasummary.manifests.leaving import LeftOut
from datasummary.manifests.plan import Piece, plan
from datasummary.manifests.shards import Shard, is_unchanged, open_shard
from datasummary.manifests.table_copies import copy_arrow, copy_parquet
from datasummary.manifests.text_copies import copy_text, copy_warc
from datasummary.rowpass import RowPass
from datasummary.workspace import Workspace, explained, fingerprint, write_atomically

__all__ = ["RECEIPT", "Note", "Rewriting"]

REWRITING_VERSION = 1
"""Counted up when the same shard would be written otherwise, so that what was written is not taken for it."""

READ_BYTES = 1 << 20

Note = dict[str, Any]
"""What was done with a shard: ``place``, ``name``, ``before``, ``left_out``, ``after`` (null: not written), and by
which it is known again, ``state`` and ``modified``."""


class Rewriting:
    """Writes a project's manifests into a folder, without what an audit leaves out."""

    def __init__(self, run: AuditRun, folder: Path, engine: DuckDBEngine) -> None:
        """Take an audit whose hosts have been judged.

        Raises :class:`~datasummary.errors.ProjectError` where a file stands in the way that no filter wrote.
        """
        self._run = run
        self._folder = folder
        self._engine = engine
        # Rows are told by their places; formats that come through Python would else be stored in any order.
        engine.connection.execute("SET preserve_insertion_order = true")
        self._notes_folder = Workspace(run.project.home).root / "filter" / fingerprint(str(folder.resolve()))
        self._notes = {note["place"]: note for note in _read_notes(self._notes_folder)}
        self._places = [destinations(hosts.source, _scanned(hosts)) for hosts in run.sources]
        self._wanted = {str(place) for places in self._places for place in places.values()}
        unknown = self._wanted - self._notes.keys()
        for place in sorted(unknown if self._notes else unknown | {RECEIPT}):
            if (folder / place).exists():
                raise ProjectError(
                    f"--write {folder}: {folder / place} exists, and was not written by this project's filter; choose "
                    f"an empty folder, or move the file away"
                )

    def remove_leftovers(self) -> None:
        """Remove what an earlier run wrote and this one does not, so that nobody takes it for filtered."""
        for place in sorted(self._notes.keys() - self._wanted):
            note = self._notes.pop(place)
            with explained(self._folder):
                self._void_receipt()
                if note["after"] and _stands(self._folder / place, note):
                    (self._folder / place).unlink()
                self._note_file(place).unlink()

    def source(self, place: int, exclusions: str) -> list[Note]:
        """Write the shards of a source, and say of each what was there before and after.

        ``exclusions`` is the digest of what is left out. Shards that were written before are not written again. Raises
        :class:`~datasummary.errors.DataError` naming the shard that cannot be written so.
        """
        hosts = self._run.sources[place]
        shards = {shard.name: shard for shard in _scanned(hosts)}
        homes = {name: str(home) for name, home in self._places[place].items()}
        states = {
            name: fingerprint([REWRITING_VERSION, exclusions, hosts.part.config, shard.identity])
            for name, shard in shards.items()
        }
        todo = [shards[name] for name in homes if not self._is_done(homes[name], states[name])]
        if todo:
            rows, counted = RowPass(self._run, place), _rows_counted(hosts)
            whole = plan(hosts.source, todo, skip_bad_files=False, kept=True)[0]
            pieces = [Piece([layout], piece.mapping) for piece in whole for layout in piece.layouts]
            progress = self._run.progress
            with explained(self._folder):
                self._void_receipt()
            progress.begin(hosts.source.name, pieces)
            try:
                for piece in pieces:
                    progress.piece(piece)
                    name = piece.shards[0].name
                    note: Note = {"state": states[name], "place": homes[name], "name": name}
                    self._write(piece, rows, counted[name], note)
                    progress.finished(piece, note["before"]["rows"])
            finally:
                progress.end()
        return [self._notes[home] for home in homes.values()]

    def _void_receipt(self) -> None:
        """Remove the receipt of an earlier run, which no longer says what stands here."""
        (self._folder / RECEIPT).unlink(missing_ok=True)

    def _is_done(self, place: str, state: str) -> bool:
        note = self._notes.get(place)
        return note is not None and note["state"] == state and _stands(self._folder / place, note)

    def _write(self, piece: Piece, rows: RowPass, counted: int, note: Note) -> None:
        layout, shard = piece.layouts[0], piece.shards[0]
        found = rows.nothing if rows.leaves_nothing_out else rows.rows_left_out(self._engine, piece)
        kept = counted - len(found.rows)
        with open_shard(shard) as file:
            digest = _digest(file)
        note["before"] = {"bytes": shard.bytes, "rows": counted, "sha256": digest}
        note["left_out"] = {"documents": len(found.rows), "sizes": list(found.sizes)}
        target = self._folder / note["place"]
        if layout.format == "jsonl" and counted and not kept:
            # A file of JSON Lines without a line has no columns either, so that nothing could read it.
            with explained(self._folder):
                target.unlink(missing_ok=True)
            self._keep(note | {"after": None, "modified": None})
            return

        def fill(aside: Path) -> None:
            if len(found.rows):
                _copy_without(layout, found.rows, piece.mapping.address, counted, aside)
            else:
                _copy(shard, aside)
            if not is_unchanged(shard):
                raise DataError(f"{shard.name}: changed while it was read; run datasummary scan, then this again")
            status = aside.stat()
            with aside.open("rb") as written:
                after = {"bytes": status.st_size, "rows": kept, "sha256": _digest(written)}
            # Noted before it takes its place: whoever finds the note looks whether the file stands there.
            self._keep(note | {"after": after, "modified": status.st_mtime_ns})

        write_atomically(target, fill)

    def _keep(self, note: Note) -> None:
        text = json.dumps(note, indent=1)
        write_atomically(self._note_file(note["place"]), lambda path: path.write_text(text, "utf-8"))
        self._notes[note["place"]] = note

    def _note_file(self, place: str) -> Path:
        return self._notes_folder / f"{fingerprint(place)}.json"


def _scanned(hosts: SourceHosts) -> list[Shard]:
    """List the shards that the scan counted; others could not be read."""
    counted = _rows_counted(hosts)
    return [shard for shard in hosts.part.shards if shard.name in counted]


def _rows_counted(hosts: SourceHosts) -> dict[str, int]:
    return {shard["name"]: shard["rows"] for record in hosts.part.batches.values() for shard in record["shards"]}


def _read_notes(folder: Path) -> Iterator[Note]:
    for file in sorted(folder.glob("*.json")):
        note: Note = json.loads(file.read_text("utf-8"))
        yield note


def _stands(path: Path, note: Note) -> bool:
    """Tell whether what was noted of a place is still so."""
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return note["after"] is None
    return note["after"] is not None and (status.st_size, status.st_mtime_ns) == (
        note["after"]["bytes"],
        note["modified"],
    )


def _copy_without(layout: Layout, left_out: LeftOut, address: ColumnPath | None, counted: int, target: Path) -> None:
    try:
        if layout.format == "parquet":
            rows = copy_parquet(layout, left_out, address, target)
        elif layout.format == "arrow":
            rows = copy_arrow(layout, left_out, address, target)
        elif layout.format == "warc":
            rows = copy_warc(layout, left_out, target)
        else:
            rows = copy_text(layout, left_out, address, target)
        if rows != counted:
            raise ValueError(f"{rows:,} rows were found in it, and {counted:,} were counted")
    except (ValueError, LookupError, EOFError, pa.ArrowException) as error:
        raise DataError(
            f"{layout.shard.name}: cannot be written without what is left out: {error}. Leave its rows out with the "
            f"table in out/internal/exclusions, which datasummary filter writes without --write"
        ) from error


def _copy(shard: Shard, target: Path) -> None:
    with open_shard(shard) as raw, target.open("wb") as sink:
        while data := raw.read(READ_BYTES):
            sink.write(data)


def _digest(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while data := file.read(READ_BYTES):
        digest.update(data)
    return digest.hexdigest()
