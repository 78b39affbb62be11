"""The inventory: what each source holds, by domain, by language and month.

Scanning goes source by source. Shards that a finished batch covers are not read again; the rest is planned into pieces
of work, each counted and kept. From the batches follow the tables in ``out/internal`` (:mod:`datasummary.merging`).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from dataclasses import dataclass, field
from typing import Any, Literal

from datasummary.errors import DataError, DatasummaryError, Interrupted, ProjectError, WorkspaceError
from datasummary.manifests.plan import ROWS_PER_BATCH, LeftOut, Piece, plan
from datasummary.manifests.shards import Shard, list_shards
from datasummary.merging import write_tables
from datasummary.progress import ScanProgress
from datasummary.project import Project
from datasummary.sources import Source
from datasummary.tables import Inventory
from datasummary.workspace import Workspace, fingerprint

__all__ = ["Coverage", "Role", "coverage", "merge", "scan", "scan_part"]

SCAN_VERSION = 1
"""Counted up when the same shards would be counted otherwise, so that kept results are not mixed."""

Role = Literal["used", "scraped"]


@dataclass
class Coverage:
    """Which batches hold a source's shards, and which shards none holds."""

    source: Source
    role: Role
    workspace: Workspace
    shards: list[Shard]
    batches: dict[str, dict[str, Any]] = field(default_factory=dict)
    todo: list[Shard] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    """Batches of which a shard changed since."""
    left_out: list[LeftOut] = field(default_factory=list)

    @property
    def config(self) -> str:
        """What a batch's results depend on besides its shards."""
        measures = [(measure.unit, measure.size) for measure in self.source.measures]
        where = {name: str(condition) for name, condition in self.source.where.items()}
        columns = self.source.columns.model_dump()
        return fingerprint([SCAN_VERSION, columns, where, measures, self.source.format])


def coverage(source: Source, role: Role, until: dt.date) -> Coverage:
    """Compare a source's shards, as they are now, with the batches that were kept.

    A batch counts if it was made the same way, all its shards are as they were, and no date in it lies between the
    date up to which it counted and ``until``.
    """
    workspace = Workspace(source.home)
    shards = list_shards(source.manifests if role == "used" else source.scraped, source.home)
    found = Coverage(source, role, workspace, shards)
    wanted = {shard.name: shard for shard in shards}
    covered: set[str] = set()
    for name, record in workspace.batches().items():
        if record["config"] != found.config or not _holds_until(record, until):
            continue
        names = [shard["name"] for shard in record["shards"]]
        if not all(member in wanted for member in names) or covered & set(names):
            continue
        if all(_same(wanted[shard["name"]], shard) for shard in record["shards"]):
            found.batches[name] = record
            covered.update(names)
        else:
            found.stale.append(name)
    found.todo = [shard for shard in shards if shard.name not in covered]
    return found


def _same(shard: Shard, recorded: dict[str, Any]) -> bool:
    return shard.identity == [recorded["name"], recorded["bytes"], recorded["etag"] or recorded["modified"]]


def _holds_until(record: dict[str, Any], until: dt.date) -> bool:
    latest, beyond = record["latest"], record["beyond"]
    return (latest is None or latest <= str(until)) and (beyond is None or beyond > str(until))


def roles(project: Project) -> list[tuple[Source, Role]]:
    """List the manifests to scan: of each source what was used, then what was scraped."""
    pairs: list[tuple[Source, Role]] = []
    for source in project.sources:
        if source.manifests:
            pairs.append((source, "used"))
        if source.scraped:
            pairs.append((source, "scraped"))
    return pairs


def scan(
    project: Project,
    *,
    engine: str = "duckdb",
    threads: int | None = None,
    memory_limit: str | None = None,
    skip_bad_files: bool = False,
    quiet: bool = True,
    rows_per_batch: int = ROWS_PER_BATCH,
) -> Inventory:
    """Scan a project's manifests and write its inventory.

    Only shards that are new or changed are read. ``engine`` is ``duckdb`` or ``spark``; ``memory_limit`` such as
    ``4GB``. ``skip_bad_files`` leaves out shards that cannot be read, and counts them. ``rows_per_batch`` is the size
    of the pieces whose results are kept, in rows.

    Raises :class:`~datasummary.errors.DataError` naming the shard at fault; finished batches stay.
    """
    progress = ScanProgress(quiet)
    with contextlib.ExitStack() as stack:
        stack.enter_context(_interruptible())
        for home in sorted({source.home for source in project.sources} | {project.home}):
            stack.enter_context(Workspace(home).locked())
        found = []
        for source, role in roles(project):
            part = coverage(source, role, project.summary.date)
            _fill(part, project, (engine, threads, memory_limit), skip_bad_files, progress, rows_per_batch)
            found.append(part)
        if any(part.todo for part in found):
            progress.say("Working out hosts and domains.")
        return write_tables(project, found, threads=threads, memory_limit=memory_limit)


@contextlib.contextmanager
def _interruptible() -> Any:
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted("stopped; the same command goes on where it was") from None


def _fill(
    part: Coverage,
    project: Project,
    settings: tuple[str, int | None, str | None],
    skip_bad_files: bool,
    progress: ScanProgress,
    rows_per_batch: int,
) -> None:
    """Count the shards that no batch covers."""
    for name in part.stale:
        part.workspace.drop(name)
    if not part.todo:
        return
    pieces, part.left_out = plan(part.source, part.todo, skip_bad_files, rows_per_batch, bool(part.batches))
    if not pieces:
        return
    from datasummary.engines import connect

    name, threads, memory_limit = settings
    engine = connect(name, threads=threads, memory_limit=memory_limit, temporary=part.workspace.temporary)
    try:
        if hasattr(engine, "progress"):
            engine.progress = progress.share
        _show_choice(part, pieces, engine, progress)
        progress.begin(part.source.name, pieces)
        for piece in pieces:
            progress.piece(piece)
            _count(part, piece, engine, project.summary.date, skip_bad_files, progress)
    finally:
        progress.end()
        engine.close()


def _count(
    part: Coverage, piece: Piece, engine: Any, until: dt.date, skip_bad_files: bool, progress: ScanProgress
) -> None:
    """Count one piece and keep its batch; where a shard is bad, without it or not at all."""
    from datasummary.counting import check_shards, count_batch, find_bad_shards, record

    measures = part.source.measures
    bad = check_shards(piece)
    while piece.layouts:
        if bad and not skip_bad_files:
            raise DataError("\n".join(item.problem for item in bad))
        part.left_out += bad
        piece = piece.without({item.shard for item in bad})
        if not piece.layouts:
            return
        name = fingerprint([part.config, str(until), [shard.identity for shard in piece.shards]])
        try:
            with part.workspace.new_batch(name) as folder:
                result = count_batch(engine, piece, measures, until, folder)
                text = record(part.config, piece, until, result)
                (folder / "batch.json").write_text(text, "utf-8")
        except (Interrupted, AssertionError, ProjectError, WorkspaceError):
            raise
        except Exception as error:
            bad = find_bad_shards(engine, piece, measures, error)
            continue
        part.batches[name] = json.loads(text)
        progress.finished(piece, sum(result["rows"]))
        return


def _show_choice(part: Coverage, pieces: list[Piece], engine: Any, progress: ScanProgress) -> None:
    """Show which column was taken for what, and the first rows as they are read."""
    if progress.quiet:
        return
    from datasummary.manifests.canonical import as_read

    first = pieces[0]
    progress.say(f"{part.source.name}: {len(part.todo):,} of {len(part.shards):,} shards to read. Columns, first rows:")
    try:
        table = as_read(engine.read(first.layouts[:1], first.mapping.columns), first.mapping, engine)
        sample = engine.fetch(table.limit(3))
    except Exception:
        return
    for role, path in first.mapping.roles():
        values = ["(null)" if value is None else str(value)[:60] for value in sample.column(role).to_pylist()]
        progress.say(f"  {role:<9} {path!s:<16} {'  |  '.join(values)}", cut=True)


def scan_part(
    project: Project,
    part: tuple[int, int],
    into: str,
    *,
    engine: str = "duckdb",
    threads: int | None = None,
    memory_limit: str | None = None,
    quiet: bool = True,
    rows_per_batch: int = ROWS_PER_BATCH,
) -> int:
    """Scan one of several parts of every source, here or on any other machine, for :func:`merge` to bring together.

    ``part`` is ``(i, n)``, i from 1 to n. ``into`` is a folder or an address that fsspec understands. Returns how many
    shards the part holds. A part that was scanned before is not scanned again.
    """
    from datasummary.parts import send_part

    number, of = part
    if not 1 <= number <= of:
        raise DatasummaryError(f"--part {number}/{of}: give i/n with i from 1 to n, for instance 2/8")
    progress = ScanProgress(quiet)
    sent = []
    with _interruptible(), contextlib.ExitStack() as stack:
        for home in sorted({source.home for source in project.sources} | {project.home}):
            stack.enter_context(Workspace(home).locked())
        for source, role in roles(project):
            whole = coverage(source, role, project.summary.date)
            mine = {shard.name for shard in whole.shards[number - 1 :: of]}
            share = Coverage(source, role, whole.workspace, [s for s in whole.shards if s.name in mine])
            _cover_again(share, whole, mine)
            _fill(share, project, (engine, threads, memory_limit), False, progress, rows_per_batch)
            sent.append(share)
        send_part(sent, number, of, into)
    return sum(len(share.shards) for share in sent)


def _cover_again(share: Coverage, whole: Coverage, mine: set[str]) -> None:
    """Keep of a source's batches those that lie wholly within a part."""
    covered: set[str] = set()
    for name, record in whole.batches.items():
        names = {shard["name"] for shard in record["shards"]}
        if names <= mine:
            share.batches[name] = record
            covered |= names
    share.todo = [shard for shard in share.shards if shard.name not in covered]


def merge(project: Project, address: str) -> int:
    """Take in the parts that :func:`scan_part` left at an address; the next scan finds them done.

    Returns the number of batches taken in. Raises :class:`~datasummary.errors.DataError` where a part is absent.
    """
    from datasummary.parts import receive_parts

    homes = {source.name: source.home for source in project.sources}
    with contextlib.ExitStack() as stack:
        for home in sorted(set(homes.values())):
            stack.enter_context(Workspace(home).locked())
        return receive_parts(address, homes)
