"""Taking one file into the archive: what it holds, what is wrong with it, and whether it is there already."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import hashlib
import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from datasummary.errors import DataError
from datasummary.evidence.archive import Archive
from datasummary.evidence.captures import authority_of
from datasummary.evidence.direct_requests import read_requests
from datasummary.evidence.found import Found, Trouble
from datasummary.evidence.moments import parse_moment
from datasummary.evidence.revisits import Originals
from datasummary.evidence.segments import SegmentWriter
from datasummary.evidence.tables import read_table
from datasummary.evidence.warc_captures import reachable, read_warc
from datasummary.manifests.layouts import COMPRESSION_MAGIC, Layout, read_layout
from datasummary.manifests.shards import Shard, open_shard
from datasummary.progress import console
from datasummary.project import Project
from datasummary.workspace import explained, fingerprint

__all__ = ["InputFile", "Problem", "Taker"]

INTAKE_VERSION = 1
"""Counted up when the same file would be taken in otherwise."""
FORMATS = frozenset({"warc", "parquet", "csv", "tsv", "jsonl"})
READ_BYTES = 1 << 20
PLACES_SHOWN = 5
MOST_PROBLEMS = 1_000

_UNFIT_FOR_NAME = re.compile(r"[^A-Za-z0-9]+")

Read = Callable[[Originals, "Counter[str]"], Iterator[Found | Trouble]]


@dataclass(frozen=True)
class Problem:
    """Something wrong with a file, and how often."""

    what: str
    count: int = 1
    places: tuple[str, ...] = ()
    """The first places where it is so."""

    def __str__(self) -> str:
        places = ", ".join(place for place in self.places if place)
        more = f" and {self.count - len(self.places):,} more" if self.count > len(self.places) and places else ""
        return f"{places}{more}: {self.what}" if places else self.what


@dataclass(frozen=True)
class InputFile:
    """What became of one file."""

    path: str
    state: Literal["taken in", "there already", "unreadable"]
    captures: int = 0
    """Captures that it added."""
    there_already: int = 0
    """Captures in it that the archive held before."""
    passed_over: dict[str, int] = field(default_factory=dict)
    """WARC records that are no captures, by type."""
    problems: tuple[Problem, ...] = ()
    segment: str | None = None


class Taker:
    """Takes files into an archive that is locked.

    ``undated`` is when rows were captured that do not say it; ``wanted`` the authorities to be kept, all where it is
    ``None``.
    """

    def __init__(
        self,
        archive: Archive,
        project: Project,
        undated: dt.datetime | None,
        wanted: frozenset[str] | None,
        quiet: bool,
    ) -> None:
        self._archive = archive
        self._home = project.home
        self._date = dt.datetime.combine(project.summary.date, dt.time(), dt.UTC)
        self._undated = undated
        self._wanted = wanted
        self._quiet = quiet
        self._known = archive.ids()

    def file(self, shard: Shard) -> InputFile:
        """Take in a WARC file or a table."""
        name = self._name(shard)
        try:
            layout = _layout(shard)
            if layout.format not in FORMATS:
                raise DataError(
                    f"this is {layout.format}; evidence is read from WARC, Parquet, CSV, TSV and JSON Lines, convert it"
                )
            with self._here(layout) as local:
                if layout.format == "warc":
                    made = {"description": "Taken from a WARC file; HTTP messages are copied byte for byte"}
                    return self._take(shard, local, made, functools.partial(self._read_warc, local))
                made = {"description": "Taken from a table; HTTP heads are written from it, they are no copies"}
                if self._undated:
                    made["datasummary-captured"] = f"{self._undated.isoformat()}, told by who took it in"
                return self._take(shard, local, made, functools.partial(self._read_table, local))
        except DataError as error:
            said = str(error).removeprefix(f"{shard.name}: ")
            return InputFile(name, "unreadable", problems=(Problem(said),))

    def requests(self, shard: Shard) -> InputFile:
        """Take in a file of requests; raises :class:`~datasummary.errors.DataError` where one is wrong."""
        layout = Layout(shard, "csv", "none", pa.schema([]))
        made = {"description": "Taken from a table of requests that rightsholders sent"}
        return self._take(shard, layout, made, lambda *_: read_requests(Path(shard.path), self._name(shard)))

    def _name(self, shard: Shard) -> str:
        """Name a file as the archive records it: relative to the project where it lies there."""
        path, home = Path(shard.path), self._home.absolute()
        inside = not shard.remote and path.is_relative_to(home)
        name = path.relative_to(home).as_posix() if inside else shard.path
        return os.fsencode(name).decode("utf-8", "replace")

    @contextlib.contextmanager
    def _here(self, layout: Layout) -> Iterator[Layout]:
        """Have a remote file here while it is taken in: it is read more than once."""
        shard = layout.shard
        if not shard.remote:
            yield layout
            return
        folder = self._archive.root / ".remote.part"
        copy = folder / PurePosixPath(shard.path).name
        try:
            with explained(folder), open_shard(shard) as raw:
                folder.mkdir(exist_ok=True)
                with copy.open("wb") as file:
                    shutil.copyfileobj(raw, file, READ_BYTES)
            yield replace(layout, shard=replace(shard, path=str(copy)))
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _take(self, shard: Shard, layout: Layout, made: dict[str, str], read: Read) -> InputFile:
        name, path = self._name(shard), Path(layout.shard.path)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if self._wanted is not None:
            made["datasummary-kept"] = (
                f"hosts of the inventory ({fingerprint(sorted(self._wanted))}), and what they redirect to"
            )
        content = fingerprint([INTAKE_VERSION, digest, made])[:16]
        for before in self._archive.segments():
            if before.endswith(f"-{content}"):
                rows = pq.read_metadata(self._archive.index_file(before)).num_rows
                return InputFile(name, "there already", there_already=rows, segment=before)
        stem = _UNFIT_FOR_NAME.sub("-", path.name.partition(".")[0])[:60].strip("-")
        segment = f"{stem or 'evidence'}-{content}"
        made |= {
            "datasummary-input": name,
            "datasummary-input-bytes": str(path.stat().st_size),
            "datasummary-input-sha256": digest,
        }
        date = parse_moment(shard.modified[:19]) or self._date
        troubles = _Troubles()
        passed_over: Counter[str] = Counter()
        found = 0
        with SegmentWriter(self._archive, segment, made, date, aside=True, known=self._known) as writer:
            originals = Originals(self._archive, writer)
            for item in read(originals, passed_over):
                if isinstance(item, Trouble):
                    troubles.add(item)
                    continue
                found += 1
                self._add(writer, originals, item, name)
            if not found and troubles:
                writer.abandon()
        if not found and troubles:
            return InputFile(name, "unreadable", passed_over=dict(sorted(passed_over.items())), problems=troubles.all())
        return InputFile(
            name,
            "taken in",
            captures=writer.rows,
            there_already=found - writer.rows,
            passed_over=dict(sorted(passed_over.items())),
            problems=troubles.all(),
            segment=segment,
        )

    @staticmethod
    def _add(writer: SegmentWriter, originals: Originals, item: Found, name: str) -> None:
        offset = writer.size
        writer.add(
            item.capture,
            item.block,
            removed=item.removed,
            same_as=item.same_as,
            fields=item.fields,
            origin=(name, item.row),
        )
        if writer.size > offset:
            originals.remember(item, offset, writer.size - offset)

    def _read_warc(self, layout: Layout, originals: Originals, passed_over: Counter[str]) -> Iterator[Found | Trouble]:
        wanted = None if self._wanted is None else self._wanted.__contains__
        with self._opened(Path(layout.shard.path)) as raw:
            yield from read_warc(raw, layout.compression, originals.find, passed_over, wanted)

    def _opened(self, path: Path) -> Any:
        """Open a file so that a terminal shows how far it is read."""
        where = console()
        if self._quiet or not where.is_terminal:
            return path.open("rb")
        import rich.progress

        return rich.progress.open(path, "rb", description=path.name, console=where, transient=True)

    def _read_table(self, layout: Layout, *_: Any) -> Iterator[Found | Trouble]:
        if self._wanted is None:
            yield from read_table(layout, self._undated)
            return
        authorities: set[str] = set()
        targets: dict[str, set[str]] = {}
        for item in read_table(layout, self._undated):
            if isinstance(item, Found):
                authority, target = authority_of(item.capture.url), authority_of(item.capture.target or "")
                if authority:
                    authorities.add(authority)
                    targets.setdefault(authority, set()).update({target} if target else ())
        chosen = reachable(authorities & self._wanted, targets)
        for item in read_table(layout, self._undated):
            if isinstance(item, Trouble) or authority_of(item.capture.url) in chosen:
                yield item


def _layout(shard: Shard) -> Layout:
    """Read a file's layout. One of JSON Lines is not judged by its first lines: each is read for itself."""
    if shard.format != "jsonl":
        return read_layout(shard)
    try:
        with open_shard(shard) as raw:
            head = raw.read(8)
    except OSError as error:
        raise DataError(f"cannot be read: {error}; check the path") from error
    compression = next((name for magic, name in COMPRESSION_MAGIC.items() if head.startswith(magic)), "none")
    return Layout(shard, "jsonl", compression, pa.schema([]))


class _Troubles:
    """What is wrong with a file: each thing once, with its count and first places."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[int, list[str]]] = {}

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, trouble: Trouble) -> None:
        what = trouble.what
        if what not in self._found and len(self._found) >= MOST_PROBLEMS:
            what = "other problems"
        count, places = self._found.get(what, (0, []))
        self._found[what] = (count + 1, places if count >= PLACES_SHOWN else [*places, trouble.place])

    def all(self) -> tuple[Problem, ...]:
        return tuple(Problem(what, count, tuple(places)) for what, (count, places) in self._found.items())
