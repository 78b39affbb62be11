"""What changed since the last audit: the earlier one is kept in short, whatever interrupts the next."""

import pyarrow.parquet as pq
import pytest
from audit_projects import robots, write_evidence
from report_projects import CRAWLED, OPEN, PARTLY, RESERVED, reported, stated, write_manifest
from scan_projects import write_project

from datasummary import auditing, previous_audit
from datasummary.audit_run import AuditRun
from datasummary.auditing import audit
from datasummary.documents.compliance import build_report
from datasummary.errors import WorkspaceError
from datasummary.inventory import scan
from datasummary.previous_audit import PREVIOUS
from datasummary.previous_audit import previous_audit as kept
from datasummary.workspace import Workspace, held

HOSTS = ["reserves", "withdraws", "narrows", "fails", "stays"]
FIRST = {"reserves": OPEN, "withdraws": RESERVED, "narrows": RESERVED, "fails": PARTLY, "stays": RESERVED}
LATER = {"reserves": PARTLY, "withdraws": OPEN, "narrows": PARTLY, "stays": RESERVED}


def evidence(said, day):
    return [robots(f"{host}.example", *lines, captured=day) for host, lines in said.items()]


@pytest.fixture
def project(tmp_path):
    documents = {f"{host}_example": ["/no", "/yes"] for host in HOSTS}
    found = reported(tmp_path, documents, evidence(FIRST, "2025-01-01"))
    audit(found)
    return found


def audit_later(project):
    failed = robots("fails.example", captured="2025-06-01", status=503)
    write_evidence(project, [*evidence(LATER, "2025-06-01"), failed], "later")
    return audit(project)


def verdicts(project):
    table = kept(project.out / "internal").verdicts
    return {row["host"]: row["verdict"] for row in pq.read_table(table).to_pylist()}


THEN = {
    "reserves.example": "no_reservation_found",
    "withdraws.example": "reserved",
    "narrows.example": "reserved",
    "fails.example": "partly_reserved",
    "stays.example": "reserved",
}


def test_the_first_audit_has_none_before_it(project):
    assert kept(project.out / "internal") is None
    document = build_report(project)
    assert "No earlier audit of this project is kept" in stated(document, "not_applicable", "measure-1-3")
    assert not [id_ for id_ in document.figures() if id_.startswith("changes")]


def test_hosts_that_reserved_and_that_withdrew_are_named(project):
    audit_later(project)
    document = build_report(project)
    found = document.figures()
    assert {(row["earlier"], row["verdict"], row["hosts"], row["documents"]) for row in found["changes"].records()} == {
        ("reserved", "partly reserved", 1, 2),
        ("reserved", "no reservation found", 1, 2),
        ("partly reserved", "unknown", 1, 2),
        ("no reservation found", "partly reserved", 1, 2),
    }
    assert [row[0] for row in found["changes-since"].rows] == ["reserves.example"]
    assert [row[0] for row in found["changes-withdrew"].rows] == ["withdraws.example"]
    shown = stated(document, "shown", "measure-1-3")
    assert "Reserved since: 1 host, counted" in shown
    assert "Withdrawn since: 1 host that" in shown
    assert "captured 2025-01-01 to 2025-01-01, this one at evidence of 5 hosts, captured 2025-06-01" in shown


def test_a_host_that_can_no_longer_be_asked_has_not_withdrawn(project):
    audit_later(project)
    document = build_report(project)
    assert "fails.example" not in {row[0] for row in document.figures()["changes-withdrew"].rows}
    assert "Left open since: 1 host that" in stated(document, "shown", "measure-1-3")


def test_hosts_that_came_and_went_are_counted_apart(project):
    write_manifest(project.home / "data/0.parquet", stays_example=["/"], new_example=["/"])
    scan(project)
    audit(project)
    found = build_report(project).figures()["changes"].records()
    then_or_now = {(row["earlier"], row["verdict"]): row["hosts"] for row in found}
    assert then_or_now["not in the inventory", "unknown"] == 1
    assert then_or_now["reserved", "no longer in the inventory"] == 2


def test_a_change_of_policy_is_said_before_it_is_taken_for_a_change_of_sites(project):
    strict = write_project(project.home, CRAWLED, policy="strict")
    audit(strict)
    told = stated(build_report(strict), "open", "measure-1-3")
    assert (
        "read under machine-readable version 1.0, as of the latest capture of each site, this one under strict" in told
    )
    assert kept(project.out / "internal").policy["name"] == "machine-readable"


def test_the_same_policy_raises_no_such_question(project):
    audit_later(project)
    assert "policy changed" not in stated(build_report(project), "open")


def test_an_audit_that_can_find_nothing_else_leaves_the_one_before_in_place(project, monkeypatch):
    audit_later(project)
    monkeypatch.setattr(auditing, "__version__", "9")
    assert auditing.audit_state(project) == "stale"
    audit(project)
    later = write_project(project.home, CRAWLED, summary={"version": "1.1", "date": "2026-04-01"})
    scan(later)
    audit(later)
    assert verdicts(project) == THEN


def test_columns_and_rows_are_those_of_documents_hosts(project):
    audit_later(project)
    table = pq.read_table(kept(project.out / "internal").verdicts)
    assert table.schema.equals(PREVIOUS)
    assert table.num_rows == len(HOSTS)


class KilledError(BaseException):
    """Stands for a kill: nothing catches it."""


def killed(*_args, **_settings):
    raise KilledError


@pytest.mark.parametrize("step", ["judge_hosts", "evidence_facts"])
def test_killed_while_it_judges_the_next_run_compares_with_the_last_whole_audit(project, monkeypatch, step):
    with monkeypatch.context() as patched:
        patched.setattr(AuditRun, step, killed)
        with pytest.raises(KilledError):
            audit_later(project)
    assert auditing.audit_state(project) == "absent"
    audit(project)
    assert verdicts(project) == THEN


@pytest.mark.parametrize("step", ["write_table", "_in_short"])
def test_killed_while_the_earlier_audit_is_kept_it_stands_and_is_kept_again(project, monkeypatch, step):
    with monkeypatch.context() as patched:
        patched.setattr(previous_audit, step, killed)
        with pytest.raises(KilledError):
            audit_later(project)
    assert (project.out / "internal/audit.json").exists()
    assert kept(project.out / "internal") is None
    audit(project)
    assert verdicts(project) == THEN


def test_killed_after_it_was_kept_the_earlier_audit_is_kept_once(project, monkeypatch):
    keep = auditing.keep_audit

    def keep_and_die(*args):
        keep(*args)
        raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(auditing, "keep_audit", keep_and_die)
        with pytest.raises(KilledError):
            audit_later(project)
    assert (project.out / "internal/audit.json").exists()
    audit(project)
    assert verdicts(project) == THEN


def test_an_audit_whose_tables_were_damaged_is_not_kept(project):
    audit_later(project)
    (project.out / "internal/verdicts.parquet").write_bytes(b"PAR1")
    write_evidence(project, evidence(FIRST, "2025-07-01"), "third")
    audit(project)
    assert verdicts(project) == THEN


@pytest.mark.parametrize("content", [b"", b"PAR1"])
def test_a_file_that_is_no_kept_audit_counts_as_none(project, content):
    (project.out / "internal/previous-verdicts.parquet").write_bytes(content)
    assert kept(project.out / "internal") is None
    assert "No earlier audit" in stated(build_report(project), "not_applicable")


def test_while_another_audit_runs_the_one_that_stands_is_left_alone(project):
    audited = project.out / "internal/audit.json"
    before = audited.read_bytes()
    running = held(Workspace(project.home).root / "audit", "an audit is already running here")
    with running, pytest.raises(WorkspaceError, match="already running"):
        audit_later(project)
    assert audited.read_bytes() == before
