"""What is done, stale or still to do in a project."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from datasummary.errors import DataError
from datasummary.inventory import Coverage, coverage, roles
from datasummary.merging import stands
from datasummary.project import Project
from datasummary.reporting import report_state

__all__ = ["SourceStatus", "Status", "status"]

State = Literal["done", "partly", "to scan", "stale", "unreadable", "declared"]


@dataclass(frozen=True)
class SourceStatus:
    """How far the scan of a source is."""

    source: str
    role: str
    state: State
    shards: int
    scanned: int
    """Shards whose results are kept and still hold."""
    rows: int
    note: str
    """What is to be done, if anything."""


@dataclass(frozen=True)
class Status:
    """A project's state."""

    sources: tuple[SourceStatus, ...]
    inventory: Literal["current", "stale", "absent"]
    audit: Literal["current", "stale", "absent"]
    report: Literal["written", "older than the audit", "absent"]
    summary: Literal["written", "older than the inventory", "absent"]
    files: tuple[Path, ...]
    """The files in ``out/public``, those of kept versions not among them."""

    @property
    def current(self) -> bool:
        """Whether everything is scanned and the tables say what the manifests hold now."""
        return self.inventory == "current"


def status(project: Project) -> Status:
    """Compare a project's manifests with what has been scanned. Reads no manifest, only lists files."""
    sources: list[SourceStatus] = []
    parts: list[Coverage] = []
    for source, role in roles(project):
        try:
            part = coverage(source, role, project.summary.date)
        except DataError as error:
            sources.append(SourceStatus(source.name, role, "unreadable", 0, 0, 0, str(error)))
            continue
        parts.append(part)
        sources.append(_of(part))
    scanned = {item.source for item in sources}
    sources += [
        SourceStatus(source.name, "used", "declared", 0, 0, 0, "")
        for source in project.sources
        if source.name not in scanned
    ]
    from datasummary.auditing import audit_state  # which asks for this module's answer before it judges

    internal, public = project.out / "internal", project.out / "public"
    inventory: Literal["current", "stale", "absent"] = "absent"
    if (internal / "inventory.json").exists():
        whole = all(item.state in {"done", "declared"} for item in sources)
        inventory = "current" if whole and stands(project, parts) else "stale"
    files = tuple(sorted(path for path in public.iterdir() if path.is_file())) if public.is_dir() else ()
    return Status(
        tuple(sources), inventory, audit_state(project), report_state(project), _summary(internal, public), files
    )


def _of(part: Coverage) -> SourceStatus:
    done = len(part.shards) - len(part.todo)
    rows = sum(shard["rows"] for record in part.batches.values() for shard in record["shards"])
    state: State
    if not part.todo:
        state, note = "done", ""
    elif part.stale:
        state, note = "stale", f"{len(part.todo):,} shards are new or changed; run datasummary scan"
    else:
        state = "partly" if done else "to scan"
        note = f"{len(part.todo):,} shards to read; run datasummary scan"
    return SourceStatus(part.source.name, part.role, state, len(part.shards), done, rows, note)


def _summary(internal: Path, public: Path) -> Literal["written", "older than the inventory", "absent"]:
    try:
        written = (public / "public-summary.json").stat().st_mtime_ns
    except OSError:
        return "absent"
    try:
        counted = (internal / "inventory.json").stat().st_mtime_ns
    except OSError:
        return "written"
    return "written" if written >= counted else "older than the inventory"
