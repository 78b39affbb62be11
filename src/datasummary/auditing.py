"""The audit: what the sites of the inventory reserve, under a policy, by host and by document.

Hosts are judged from the evidence (:mod:`datasummary.judging`). Where all documents of a host fare alike, the counts of
the scan suffice; the others are judged address by address over the manifests (:mod:`datasummary.urlpass`), batch by
batch, and each batch's result is kept, so that a stopped audit goes on where it was.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb
import pyarrow as pa

from datasummary import __version__
from datasummary.audit_run import AuditRun
from datasummary.audit_tables import source_totals, write_audit_tables
from datasummary.errors import ProjectError
from datasummary.evidence.archive import Archive
from datasummary.hosts import scanned_sources
from datasummary.judging import grounds_of
from datasummary.policy import AsOf, Policy, load_policy
from datasummary.previous_audit import keep_audit
from datasummary.project import Project
from datasummary.protocols import protocols
from datasummary.runs import require_current
from datasummary.tables import Table
from datasummary.workspace import explained, fingerprint, write_atomically

__all__ = ["Audit", "audit", "audit_state", "compare_policies", "policy_as_of", "run_audit", "sample_hosts"]

AUDIT_VERSION = 1
"""Counted up when the same evidence would be judged otherwise, so that kept results are not mixed."""


@dataclass(frozen=True)
class Audit:
    """What an audit found, as tables in ``out/internal``."""

    folder: Path
    policy: Policy

    @property
    def verdicts(self) -> Table:
        """A row for each source, host and modality; see ``docs/audit.md`` for the columns."""
        return Table(self.folder / "verdicts.parquet")

    @property
    def domains(self) -> Table:
        """The same by source, registrable domain and modality."""
        return Table(self.folder / "domain-verdicts.parquet")

    @property
    def signals(self) -> Table:
        """The signals behind the verdicts, those that counted, were overruled, or did not count."""
        return Table(self.folder / "signals.parquet")

    def facts(self) -> dict[str, Any]:
        """Give what ``audit.json`` says: the policy, the evidence, and totals by source and verdict."""
        note: dict[str, Any] = json.loads((self.folder / "audit.json").read_text("utf-8"))
        return note

    def arrow(self) -> pa.Table:
        """Read the verdicts as an Arrow table."""
        return self.verdicts.arrow()

    def df(self) -> Any:
        """Read the verdicts as a pandas DataFrame."""
        return self.verdicts.df()


def policy_as_of(policy: Policy, when: str | None) -> Policy:
    """Give a policy that judges as of another time: ``latest``, ``ever``, ``document``, or a day.

    Raises :class:`~datasummary.errors.ProjectError` where it is none of these.
    """
    if when is None:
        return policy
    if when in {"latest", "ever", "document"}:
        return policy.judging_as_of(AsOf(rule=when))
    try:
        return policy.judging_as_of(AsOf(rule="date", date=dt.date.fromisoformat(when)))
    except ValueError:
        raise ProjectError(f"--as-of {when}: give a day such as 2025-01-31, or latest, ever or document") from None


def audit(
    project: Project,
    *,
    policy: str | None = None,
    as_of: str | None = None,
    engine: str = "duckdb",
    threads: int | None = None,
    memory_limit: str | None = None,
    quiet: bool = True,
) -> Audit:
    """Judge the hosts and documents of a project's inventory by its evidence, and write what was found.

    ``policy`` is a shipped name or a path, by default the project's; ``as_of`` a time in place of the policy's:
    ``latest``, ``ever``, ``document`` or a day. Nothing is read where nothing changed.

    Raises :class:`~datasummary.errors.DataError` where a scan is due.
    """
    chosen = policy_as_of(load_policy(policy or project.policy, project.home), as_of)
    return run_audit(project, chosen, project.out / "internal", (engine, threads, memory_limit), quiet)


def audit_project(project: Project, **settings: Any) -> Audit | None:
    """Audit a project, if it has evidence; ``settings`` are those of :func:`audit`."""
    return audit(project, **settings) if Archive.of(project).segments() else None


def run_audit(
    project: Project, policy: Policy, folder: Path, settings: tuple[str, int | None, str | None], quiet: bool
) -> Audit:
    """Audit under a policy into a folder, unless its tables stand there already and nothing they rest on changed."""
    require_current(project)
    archive = Archive.of(project)
    found = Audit(folder, policy)
    rests_on = _rests_on(project, policy, archive)
    state = _state(project, rests_on)
    if _stands(folder, state):
        return found
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with contextlib.closing(AuditRun(project, policy, archive, settings, quiet)) as run:
        _give_way(folder, rests_on)
        run.judge_hosts(folder / "signals.parquet")
        sources = run.count_documents()
        write_audit_tables(run.connection, sources, policy.as_of.rule == "document", folder)
        run.verify(folder / "verdicts.parquet")
        note = {
            "state": state,
            "rests_on": rests_on,
            "policy": {
                "name": policy.name,
                "version": policy.version,
                "fingerprint": policy.fingerprint,
                "as_of": policy.as_of.model_dump(mode="json", exclude_none=True),
            },
            "evidence": run.evidence_facts(),
            "bytes": _sizes(folder),
            "totals": source_totals(folder / "verdicts.parquet"),
        }
        text = json.dumps(note, indent=1, default=_plain)
        write_atomically(folder / "audit.json", lambda path: path.write_text(text, "utf-8"))
    return found


def compare_policies(
    project: Project,
    policy: str,
    *,
    to: str | None = None,
    as_of: str | None = None,
    engine: str = "duckdb",
    threads: int | None = None,
    memory_limit: str | None = None,
    quiet: bool = True,
) -> pa.Table:
    """Compare the verdicts of two policies: ``to``, by default the project's, and another.

    Returns ``source, modality, unit, verdict, other_verdict, hosts, documents, size`` and ``left_out_documents,
    other_left_out_documents``, a row for each pair of verdicts that hosts have. The tables of the project's own policy
    are written as by :func:`audit`; those of the other stay in the workspace.
    """
    settings = (engine, threads, memory_limit)
    one = audit(project, policy=to, as_of=as_of, engine=engine, threads=threads, memory_limit=memory_limit, quiet=quiet)
    other = policy_as_of(load_policy(policy, project.home), as_of)
    aside = Archive.of(project).root.with_name("audit") / other.fingerprint[:24]
    second = run_audit(project, other, aside, settings, quiet)
    with duckdb.connect() as connection:
        for name, found in (("one", one), ("other", second)):
            connection.read_parquet(str(found.verdicts.path)).create_view(name)
        return connection.sql(
            "SELECT source, modality, unit, one.verdict AS verdict, other.verdict AS other_verdict, "
            "count(one.host) AS hosts, "
            "sum(one.documents)::BIGINT AS documents, sum(one.size)::DECIMAL(38,0) AS size, "
            "sum(one.left_out_documents)::BIGINT AS left_out_documents, "
            "sum(other.left_out_documents)::BIGINT AS other_left_out_documents "
            "FROM one JOIN other USING (source, modality, unit) "
            "WHERE one.part = 'document' AND other.part = 'document' AND one.host IS NOT DISTINCT FROM other.host "
            "GROUP BY ALL ORDER BY source, modality, documents DESC, verdict, other_verdict"
        ).to_arrow_table()


def sample_hosts(project: Project, number: int, *, policy: str | None = None, as_of: str | None = None) -> pa.Table:
    """Judge a few hosts for a first look: no manifest is read, and nothing is written.

    The hosts are drawn by a digest of their names, the same ones each time. Returns ``source, host, domain, verdict,
    protocols, documents``, the largest first; hosts that reserve some paths are not looked at document by document.
    """
    require_current(project)
    chosen = policy_as_of(load_policy(policy or project.policy, project.home), as_of)
    archive = Archive.of(project)
    with contextlib.closing(AuditRun(project, chosen, archive, ("duckdb", None, None), True, sample=number)) as run:
        run.judge_hosts(None)
        return run.sampled()


def audit_state(project: Project) -> Literal["current", "stale", "absent"]:
    """Tell whether an audit under the project's own policy stands, and rests on the inventory and evidence of now."""
    folder = project.out / "internal"
    if not (folder / "audit.json").exists():
        return "absent"
    if not (folder / "inventory.json").exists():
        return "stale"
    policy = load_policy(project.policy, project.home)
    state = _state(project, _rests_on(project, policy, Archive.of(project)))
    return "current" if _stands(folder, state) else "stale"


def _state(project: Project, rests_on: str) -> str:
    return fingerprint([rests_on, __version__, str(project.summary.date)])


def _rests_on(project: Project, policy: Policy, archive: Archive) -> str:
    """Digest what the verdicts follow from: where it is the same, two audits find the same."""
    inventory = json.loads((project.out / "internal" / "inventory.json").read_text("utf-8"))["state"]
    grounds = [grounds_of(policy, part.source, project) for part in scanned_sources(project)]
    return fingerprint(
        [
            AUDIT_VERSION,
            inventory,
            policy.fingerprint,
            sorted(protocols()),
            [(name, archive.index_file(name).stat().st_size) for name in archive.segments()],
            grounds,
            str(project.summary.date) if policy.override_days else "",
        ]
    )


def _give_way(folder: Path, rests_on: str) -> None:
    """Void the audit that stands in a folder; one that may have found otherwise is kept in short first."""
    with contextlib.suppress(OSError, ValueError, KeyError):
        note = json.loads((folder / "audit.json").read_text("utf-8"))
        if note["bytes"] == _sizes(folder) and note["rests_on"] != rests_on:
            keep_audit(folder, note)
    with explained(folder):
        (folder / "audit.json").unlink(missing_ok=True)


def _sizes(folder: Path) -> dict[str, int]:
    return {name: (folder / f"{name}.parquet").stat().st_size for name in ("verdicts", "domain-verdicts", "signals")}


def _stands(folder: Path, state: str) -> bool:
    try:
        note = json.loads((folder / "audit.json").read_text("utf-8"))
        return bool(note["state"] == state and note["bytes"] == _sizes(folder))
    except (OSError, ValueError, KeyError):
        return False


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else int(str(value))
