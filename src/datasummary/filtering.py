"""Leaving out what an audit found reserved: small tables to filter by, or the manifests without it.

``exclusions/`` holds, for each source, a table of hosts and path patterns that any engine can join with
(:mod:`datasummary.exclusions`), and a plain list of the hosts that are left out as a whole. With a folder to write to,
the manifests themselves are copied without the rows that are left out (:mod:`datasummary.rewriting`). Either way a
receipt says what was there before and after, and by which policy.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from datasummary import __version__
from datasummary.audit_run import AuditRun
from datasummary.auditing import Audit, policy_as_of, run_audit
from datasummary.destinations import require_apart
from datasummary.duckdb_engine import DuckDBEngine
from datasummary.errors import Interrupted, ProjectError
from datasummary.evidence.archive import Archive
from datasummary.exclusion_tables import WrittenExclusions, require_decidable, write_exclusions
from datasummary.policy import load_policy
from datasummary.project import Project
from datasummary.rewriting import RECEIPT, Note, Rewriting
from datasummary.sources import Source
from datasummary.tables import Inventory, unit_of
from datasummary.workspace import explained, write_atomically

__all__ = ["FilterResult", "filter_manifests"]

_INPUTS = ("path", "bytes", "rows", "modified", "etag")


@dataclass(frozen=True)
class FilterResult:
    """What a filter left out."""

    folder: Path
    """``out/internal/exclusions``."""
    receipt: dict[str, Any]
    """What the receipt says: see ``docs/filter.md``."""
    paths: tuple[Path, ...]
    """The tables, lists and receipts that stand now; the receipt names the manifests."""


def filter_manifests(
    project: Project,
    *,
    policy: str | None = None,
    as_of: str | None = None,
    write: str | Path | None = None,
    engine: str = "duckdb",
    threads: int | None = None,
    memory_limit: str | None = None,
    quiet: bool = True,
) -> FilterResult:
    """Write what a policy leaves out of each source's manifests, and, with ``write``, the manifests without it.

    ``policy`` and ``as_of`` are those of :func:`datasummary.audit`, which runs first where something changed.
    ``write`` is a folder of its own, into which every shard goes under its source and its name; that needs the engine
    ``duckdb``. Shards that stand there from an earlier run and have not changed are not written again.

    Raises :class:`~datasummary.errors.ProjectError` where the folder is one that manifests are read from, or holds
    other files of these names, and :class:`~datasummary.errors.DataError` where a scan is due, or a shard cannot be
    written without what is left out.
    """
    chosen = policy_as_of(load_policy(policy or project.policy, project.home), as_of)
    require_decidable(chosen)
    folder = Path(write).expanduser() if write is not None else None
    if folder is not None:
        require_apart(project, folder)
        if engine != "duckdb":
            raise ProjectError(
                f"--write needs DuckDB, and the engine is {engine}; leave --engine out, or filter with the table in "
                f"out/internal/exclusions on {engine} itself (docs/filter.md has the query)"
            )
    settings = (engine, threads, memory_limit)
    try:
        audit = run_audit(project, chosen, project.out / "internal", settings, quiet)
        with contextlib.closing(AuditRun(project, chosen, Archive.of(project), settings, quiet)) as run:
            run.judge_hosts(None)
            return _filter(run, audit, folder, settings)
    except KeyboardInterrupt:
        raise Interrupted("stopped; the same command goes on where it was") from None


def _filter(
    run: AuditRun, audit: Audit, folder: Path | None, settings: tuple[str, int | None, str | None]
) -> FilterResult:
    exclusions = audit.folder / "exclusions"
    facts = audit.facts()
    about = {
        "datasummary": __version__,
        "policy": facts["policy"],
        "last_date": str(run.project.summary.date),
    }
    with explained(exclusions):
        exclusions.mkdir(parents=True, exist_ok=True)
    written = [write_exclusions(run, place, about, exclusions) for place in range(len(run.sources))]
    files = [path for each in written for path in (each.table, each.hosts)]
    _remove_others(exclusions, [*files, exclusions / RECEIPT])
    inputs = Inventory(audit.folder).inputs.arrow()
    sources = []
    for hosts, each in zip(run.sources, written, strict=True):
        name = hosts.source.name
        read = inputs.filter(pc.and_(pc.equal(inputs["source"], name), pc.equal(inputs["role"], "used"))).to_pylist()
        sources.append(_receipt_of(hosts.source, each, facts["totals"], read))
    receipt = {
        "datasummary": __version__,
        "policy": facts["policy"],
        "evidence": facts["evidence"],
        "sources": sources,
    }
    receipts = [exclusions / RECEIPT]
    if folder is not None:
        _write_manifests(run, folder, settings, sources)
        receipts.append(folder / RECEIPT)
    receipt = _write_receipts(receipt, receipts)
    return FilterResult(exclusions, receipt, (*files, *receipts))


def _remove_others(exclusions: Path, files: Iterable[Path]) -> None:
    """Remove the files of sources that are no longer there."""
    with explained(exclusions):
        for path in exclusions.iterdir():
            if path not in files and path.name.endswith((".parquet", "-hosts.txt")):
                path.unlink()


def _receipt_of(
    source: Source, written: WrittenExclusions, totals: list[dict[str, Any]], read: list[dict[str, Any]]
) -> dict[str, Any]:
    """Say what is left out of a source, by the audit's counts."""
    measures = []
    for measure in source.measures:
        rows = [row for row in totals if (row["source"], row["modality"]) == (source.name, measure.modality)]
        before = {what: sum(row[what] for row in rows) for what in ("documents", "size")}
        left_out = {what: sum(row[f"left_out_{what}"] for row in rows) for what in ("documents", "size")}
        by_verdict = ("verdict", "hosts", "documents", "size", "left_out_documents", "left_out_size")
        measures.append(
            {
                "modality": measure.modality,
                "unit": unit_of(measure),
                "before": before,
                "left_out": left_out,
                "after": {what: before[what] - left_out[what] for what in before},
                "by_verdict": [{name: row[name] for name in by_verdict} for row in rows],
            }
        )
    return {
        "source": source.name,
        "measures": measures,
        "hosts": {"left_out": written.whole, "partly_left_out": written.partly},
        "inputs": {"files": len(read), "sha256": _digest_of_rows([row[name] for name in _INPUTS] for row in read)},
        "unread": [row["path"] for row in read if row["problem"]],
        "exclusions": {path.name: _described(path) for path in (written.table, written.hosts)},
    }


def _digest_of_rows(rows: Iterable[list[Any]]) -> str:
    """Give the SHA-256 of rows as JSON arrays, one a line, in the order of their first values."""
    lines = (
        json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in sorted(rows, key=lambda r: str(r[0]))
    )
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def _described(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _write_manifests(
    run: AuditRun, folder: Path, settings: tuple[str, int | None, str | None], sources: list[dict[str, Any]]
) -> None:
    """Write every source's manifests, check their counts against the audit's, and add them to its receipt."""
    with contextlib.closing(DuckDBEngine(settings[1], settings[2], run.kept / "tmp-filter")) as engine:
        rewriting = Rewriting(run, folder, engine)
        rewriting.remove_leftovers()
        for place, receipt in enumerate(sources):
            table = receipt["exclusions"][f"{receipt['source']}.parquet"]
            notes = rewriting.source(place, table["sha256"])
            _verify(receipt, notes)
            shards = [{name: note[name] for name in ("name", "place", "before", "left_out", "after")} for note in notes]
            receipt["shards"] = shards
            written = [note["after"] for note in notes if note["after"]]
            receipt["outputs"] = {
                "files": len(written),
                "sha256": _digest_of_rows(
                    [note["place"], *(note["after"][what] for what in ("bytes", "rows", "sha256"))]
                    for note in notes
                    if note["after"]
                ),
            }


def _verify(receipt: dict[str, Any], notes: list[Note]) -> None:
    for number, measure in enumerate(receipt["measures"]):
        found = {
            "documents": sum(note["left_out"]["documents"] for note in notes),
            "size": sum(note["left_out"]["sizes"][number] for note in notes),
        }
        if found != measure["left_out"]:
            raise AssertionError(f"{receipt['source']}: {found} was left out, and the audit says {measure['left_out']}")


def _write_receipts(receipt: dict[str, Any], paths: list[Path]) -> dict[str, Any]:
    """Write the receipt, with the time; the one that stands there stays if it says the same."""
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    dated = {"written_at": now.isoformat().replace("+00:00", "Z"), **receipt}
    with contextlib.suppress(OSError, ValueError):
        before = json.loads(paths[-1].read_text("utf-8"))
        if {**before, "written_at": ""} == {**json.loads(json.dumps(dated)), "written_at": ""}:
            dated = before
    text = json.dumps(dated, indent=1, ensure_ascii=False) + "\n"
    for path in paths:
        write_atomically(path, lambda aside: aside.write_text(text, "utf-8"))
    return dated
