"""Writing the report: from Python, from a shell, again, and after something changed."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from audit_projects import robots, write_evidence
from report_projects import OPEN, PARTLY, RESERVED, reported, write_manifest

import datasummary
from datasummary.errors import DataError, WorkspaceError

COMMAND = Path(sys.executable).with_name("datasummary")
FORMS = [f"compliance-report.{ending}" for ending in ("html", "md", "json", "docx", "pdf")]
FILES = [*FORMS, "verdicts.csv", "signals.csv"]


def written_in(home):
    documents = {"all_example_com": ["/a", "/b"], "some_example_org": ["/no", "/yes"], "free_example_net": ["/"]}
    captures = [
        robots("all.example.com", *RESERVED),
        robots("some.example.org", *PARTLY, "Disallow: /=HYPERLINK(1)"),
        robots("free.example.net", *OPEN),
    ]
    return reported(home, documents, captures)


@pytest.fixture
def project(tmp_path):
    return written_in(tmp_path)


@pytest.fixture(scope="module")
def settled(tmp_path_factory):
    """A project that no test changes."""
    return written_in(tmp_path_factory.mktemp("settled"))


def run(project, *words, status=0):
    done = subprocess.run(
        [COMMAND, *words, "--project", project.path],
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1"},
    )
    assert done.returncode == status, done.stderr
    return done


def contents(project):
    return {name: (project.out / "internal" / name).read_bytes() for name in FILES}


def test_a_report_audits_first_and_writes_five_forms_and_two_tables(settled):
    result = datasummary.report(settled)
    assert [path.name for path in result.paths] == FILES
    assert {path.parent for path in result.paths} == {settled.out / "internal"}
    assert (settled.out / "internal/audit.json").exists()
    written = json.loads(result.paths[2].read_text("utf-8"))
    assert [each["id"] for each in written["sections"]] == [each.id for each in result.document.sections]
    assert not (settled.out / "public").exists()


def test_the_tables_have_every_row_of_the_audits(settled):
    result = datasummary.report(settled)
    for path in result.paths[len(FORMS) :]:
        table = pq.read_table(path.with_suffix(".parquet"))
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert (len(rows), list(rows[0])) == (table.num_rows, table.column_names)
        assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


def test_a_second_report_has_the_same_bytes(settled):
    datasummary.report(settled)
    before = contents(settled)
    datasummary.report(settled, threads=1)
    assert contents(settled) == before


def test_what_cannot_be_written_leaves_the_report_that_stands(project, monkeypatch):
    from datasummary.render import files

    datasummary.report(project)
    before = contents(project)
    write_evidence(project, [robots("free.example.net", *RESERVED, captured="2025-07-01")], "later")

    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(WorkspaceError, match="No space left"):
        datasummary.report(project)
    assert {name: contents(project)[name] for name in FILES[:3]} == {name: before[name] for name in FILES[:3]}


def test_a_report_on_an_inventory_that_no_longer_holds_asks_for_a_scan(project):
    write_manifest(project.home / "data/1.parquet", new_example_com=["/"])
    with pytest.raises(DataError, match="run datasummary scan first"):
        datasummary.report(project)


def test_the_command_names_what_is_open_and_what_to_open_first(settled):
    done = run(settled, "report")
    assert done.stdout == ""
    assert "overview  Crawled by or for the provider: a decision is pending on 3 documents of 2 hosts" in done.stderr
    assert f"Open {settled.out / 'internal/compliance-report.html'} first." in done.stderr.replace("\n", "")


def test_the_command_gives_one_json_document(settled):
    found = json.loads(run(settled, "report", "--json").stdout)
    assert [Path(path).name for path in found["files"]] == FILES
    assert {
        "section": "measure-1-5",
        "what": "No point of contact for rightsholders is stated (copyright.contact).",
    } in (found["open"])


def test_quiet_says_nothing(settled):
    done = run(settled, "report", "--quiet")
    assert (done.stdout, done.stderr) == ("", "")


def test_status_tells_whether_a_report_stands(project):
    assert datasummary.status(project).report == "absent"
    datasummary.report(project)
    assert datasummary.status(project).report == "written"
    assert json.loads(run(project, "status", "--json").stdout)["report"] == "written"
    write_evidence(project, [robots("free.example.net", *RESERVED, captured="2025-07-01")], "later")
    datasummary.audit(project)
    assert "Compliance report: older than the audit." in run(project, "status").stdout.replace("\n", " ")
    datasummary.report(project)
    datasummary.filter(project)
    assert datasummary.status(project).report == "older than the audit"
