"""The commands about opt-outs, as a shell meets them."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from audit_projects import robots, write_evidence
from scan_projects import WEB, write_project, write_shard

COMMAND = Path(sys.executable).with_name("datasummary")


def run(home, *words, status=0):
    done = subprocess.run(
        [COMMAND, *words, "--project", home / "datasummary.yaml"],
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1"},
    )
    assert done.returncode == status, done.stderr
    return done


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("project")
    project = write_project(home, {**WEB, "legal_basis": "tdm_exception"})
    write_shard(home / "data/0.parquet", 0)
    hosts = [f"www.site{number}.co.uk" for number in range(20)]
    write_evidence(project, [robots(host, "User-agent: GPTBot", "Disallow: /") for host in hosts[:10]])
    write_evidence(project, [robots(host, "User-agent: *", "Disallow: /1") for host in hosts[10:]], "more")
    run(home, "scan", "--quiet")
    return home


def test_audit_shows_hosts_documents_and_size_by_verdict(home):
    done = run(home, "audit")
    assert done.stdout == ""
    assert re.search(r"web, text *\n +reserved +\d+ +\d+ +[\d,]+ tokens +\d+\n", done.stderr)
    assert re.search(r"\n +partly reserved +\d+ ", done.stderr)
    assert re.search(r"\n +unknown +\d+ ", done.stderr)
    assert "Policy machine-readable" in done.stderr


def test_audit_gives_one_json_document(home):
    found = json.loads(run(home, "audit", "--json").stdout)
    assert {row["verdict"] for row in found["totals"]} == {"reserved", "partly_reserved", "unknown"}
    assert found["policy"]["name"] == "machine-readable"
    assert found["evidence"]["hosts"] == sum(row["hosts"] for row in found["totals"] if row["verdict"] != "unknown")


def test_a_sample_and_a_comparison_give_json_too(home):
    assert len(json.loads(run(home, "audit", "--sample", "3", "--json").stdout)["sample"]) == 3
    pairs = json.loads(run(home, "audit", "--compare", "strict", "--json").stdout)["comparison"]
    assert ("unknown", "reserved") in {(row["verdict"], row["other_verdict"]) for row in pairs}


def test_explain_shows_the_line_that_decided_and_the_verdict(home):
    text = run(home, "explain", "https://www.site3.co.uk/a").stdout
    assert "In web: reserved, left out by a filter" in text
    assert "→ robots-txt, line 2: Disallow: /" in text
    (verdict,) = json.loads(run(home, "explain", "www.site3.co.uk", "--json").stdout)["verdicts"]
    assert [(each["role"], each["place"], each["addressee"]) for each in verdict["statements"]] == [
        ("speaks", "line 2", "ai_training")
    ]


def test_explain_tells_a_reserved_path_from_others(home):
    assert "In web: reserved" in run(home, "explain", "https://www.site15.co.uk/1234").stdout
    assert "In web: no reservation found" in run(home, "explain", "https://www.site15.co.uk/2").stdout
    assert "There is no evidence of nobody.example." in run(home, "explain", "https://nobody.example/").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("audit", "--policy", "machine-redable"), "machine-readable"),
        (("audit", "--as-of", "soon"), "latest, ever or document"),
        (("audit", "--sample", "3", "--compare", "strict"), "do not go together"),
        (("explain", "mailto:x"), "no web address"),
        (("explain", "https://a.example/", "--date", "May"), "a day such as"),
    ],
)
def test_what_is_wrong_with_a_call_is_said_with_status_2(home, words, said):
    assert said in run(home, *words, status=2).stderr


def test_status_tells_whether_the_audit_stands(home):
    run(home, "audit", "--quiet")
    assert "Audit: current." in run(home, "status").stdout
    assert json.loads(run(home, "status", "--json").stdout)["audit"] == "current"
