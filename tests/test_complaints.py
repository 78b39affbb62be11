"""The register of complaints loses nothing: additions at once, killed half-way, or of hostile words."""

import csv
import datetime as dt
import io
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from scan_projects import write_project

from datasummary import complaints
from datasummary.errors import DataError, ProjectError, WorkspaceError
from datasummary.project import Project
from datasummary.render.complaints_csv import complaints_csv

COMMAND = Path(sys.executable).with_name("datasummary")
DAY = dt.date(2026, 2, 10)


@pytest.fixture
def project(tmp_path) -> Project:
    return write_project(tmp_path)


def add(project: Project, **more) -> complaints.Complaint:
    return complaints.add(project, **({"sender": "Press", "about": "Articles", "received": DAY} | more))


def test_facts_are_added_one_a_line_and_none_is_changed(project):
    add(project, due=dt.date(2026, 2, 20), names=["example.com"])
    before = complaints.register_file(project).read_bytes()
    add(project, sender="Other")
    complaints.close(project, 1, on=dt.date(2026, 2, 15), outcome="left out")
    after = complaints.register_file(project).read_bytes()
    assert after.startswith(before)
    assert [json.loads(line)["fact"] for line in after.splitlines()] == ["added", "added", "closed"]
    first, second = complaints.list(project)
    assert (first.number, first.closed, first.outcome) == (1, dt.date(2026, 2, 15), "left out")
    assert (second.number, second.sender, second.closed) == (2, "Other", None)


def test_counts_are_those_of_the_register_and_overdue_as_at_a_day(project):
    assert complaints.counts(project) == {"received": 0, "open": 0, "closed": 0, "overdue": 0}
    add(project, due=dt.date(2026, 2, 20))
    add(project, due=dt.date(2026, 3, 1))
    add(project)
    add(project, due=dt.date(2026, 2, 11))
    complaints.close(project, 4, on=dt.date(2026, 2, 28), outcome="answered")
    assert complaints.counts(project) == {"received": 4, "open": 3, "closed": 1, "overdue": 1}
    assert complaints.counts(project, dt.date(2026, 2, 20))["overdue"] == 0
    assert complaints.counts(project, dt.date(2026, 3, 2))["overdue"] == 2


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"due": dt.date(2026, 2, 9)}, "due: 2026-02-09 is before 2026-02-10"),
        ({"sender": " \x00 "}, "from: is empty"),
        ({"about": "x" * 10_000_000}, "about: has 10,000,000 characters, the register takes 10,000"),
        ({"names": [""]}, "names: is empty"),
    ],
)
def test_what_is_wrong_is_not_added(project, more, said):
    with pytest.raises(ProjectError, match=said):
        add(project, **more)
    assert not complaints.register_file(project).exists()


def test_only_an_open_complaint_can_be_closed_and_not_before_it_came(project):
    with pytest.raises(ProjectError, match="there are no complaints yet"):
        complaints.close(project, 1, on=DAY, outcome="x")
    add(project)
    for number in (0, 2, -1):
        with pytest.raises(ProjectError, match=f"there is no complaint {number}"):
            complaints.close(project, number, on=DAY, outcome="x")
    with pytest.raises(ProjectError, match="was received on 2026-02-10, after 2026-02-09"):
        complaints.close(project, 1, on=dt.date(2026, 2, 9), outcome="x")
    complaints.close(project, 1, on=DAY, outcome="x")
    with pytest.raises(ProjectError, match="complaint 1 was closed on 2026-02-10"):
        complaints.close(project, 1, on=DAY, outcome="y")


HOSTILE = ["=cmd()|' /C calc'!A0", "+1", "-1", "@SUM(1)", "\t=1", "<script>alert(1)</script>", '"; DROP', "a\nb\r\nc,d"]


def test_hostile_words_are_kept_as_words(project):
    for words in HOSTILE:
        add(project, sender=words, about=words, names=[words])
    found = complaints.list(project)
    assert len(found) == len(HOSTILE)
    assert found[-1].about == "a\nb\nc,d"
    rows = list(csv.reader(io.StringIO(complaints_csv(found, DAY), newline="")))
    assert len(rows) == len(HOSTILE) + 1
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    add(project, about="\x1b[31m\u202eabc")
    assert complaints.list(project)[-1].about == "[31mabc"


def test_additions_at_once_all_stand_each_with_a_number_of_its_own(project):
    script = (
        "import datetime as dt, sys, datasummary\n"
        "from datasummary import complaints\n"
        "project = datasummary.Project.load(sys.argv[1])\n"
        "for place in range(25):\n"
        "    complaints.add(project, sender=sys.argv[2], about=str(place) * 500, received=dt.date(2026, 2, 10))\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", script, project.path, f"writer {n}"]) for n in range(3)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda place: add(project, sender="thread", about=str(place)), range(25)))
    assert [process.wait() for process in running] == [0, 0, 0]
    found = complaints.read_register(project)
    assert found.problems == ()
    assert [each.number for each in found.complaints] == list(range(1, 101))
    for writer in ("writer 0", "writer 1", "writer 2", "thread"):
        assert sum(each.sender == writer for each in found.complaints) == 25


def test_killed_at_any_moment_what_was_told_to_be_added_stands(project):
    script = (
        "import datetime as dt, sys, datasummary\n"
        "from datasummary import complaints\n"
        "project = datasummary.Project.load(sys.argv[1])\n"
        "while True:\n"
        "    added = complaints.add(project, sender='x', about='y' * 9000, received=dt.date(2026, 2, 10))\n"
        "    print(added.number, flush=True)\n"
    )
    told = 0
    for wait in (0.0, 0.013, 0.031):
        command = [sys.executable, "-c", script, project.path]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            process.stdout.readline()
            time.sleep(wait)
            process.send_signal(signal.SIGKILL)
            rest = process.stdout.read().split("\n")
        told = max([told, *(int(number) for number in rest[:-1] if number)])
    found = complaints.read_register(project)
    assert len(found.complaints) >= told > 0
    assert add(project).number == len(found.complaints) + 1


@pytest.mark.parametrize("cut", range(1, 120, 7))
def test_a_cut_last_line_is_named_and_what_comes_after_it_stands(project, cut):
    add(project)
    add(project, about="cut off")
    path = complaints.register_file(project)
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    register = complaints.read_register(project)
    if cut == 1:  # the end of the line alone: the fact is whole
        assert (len(register.complaints), register.problems) == (2, ())
    else:
        assert len(register.complaints) == 1
        assert len(register.problems) == 1
        assert f"{path}: line 2 was cut when it was written" in register.problems[0]
    after = add(project, about="again")
    assert after.number == len(register.complaints) + 1
    later = complaints.read_register(project)
    assert later.problems == register.problems
    assert later.complaints == (*register.complaints, after)
    assert path.read_bytes().startswith(whole[:-cut])


@pytest.mark.parametrize(
    "line",
    [
        '{"fact": "closed", "number": 9, "on": "2026-02-11", "outcome": "x"}',
        '{"fact": "added", "number": 7, "received": "2026-02-11", "due": null, "from": "x", "about": "y", "names": []}',
        '{"fact": "added", "number": 2, "received": "soon", "due": null, "from": "x", "about": "y", "names": []}',
        '{"fact": "removed", "number": 1}',
        '["added"]',
        "7",
    ],
)
def test_a_line_that_somebody_else_wrote_is_named(project, line):
    add(project)
    with complaints.register_file(project).open("a") as file:
        file.write(f"{line}\n")
    with pytest.raises(DataError, match=r"complaints\.jsonl: line 2 states no fact"):
        complaints.counts(project)
    with pytest.raises(DataError, match="line 2 states no fact"):
        add(project)


def test_a_disk_that_takes_half_a_line_leaves_the_register_as_it_was(project, monkeypatch):
    add(project)
    before = complaints.register_file(project).read_bytes()
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: real(descriptor, data[:10]) if len(data) > 99 else full())

    def full() -> int:
        raise OSError(28, "No space left on device")

    with pytest.raises(WorkspaceError, match="the disk is full"):
        add(project)
    assert complaints.register_file(project).read_bytes() == before


def test_the_same_register_gives_the_same_csv(project):
    add(project, due=dt.date(2026, 2, 20), names=["example.com", "example.org"])
    found = complaints.list(project)
    text = complaints_csv(found, dt.date(2026, 3, 1))
    assert text == complaints_csv(found, dt.date(2026, 3, 1))
    assert text.splitlines()[1] == "1,2026-02-10,2026-02-20,Press,Articles,example.com example.org,overdue,,"


def run(project: Project, *words: str, status: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [COMMAND, "complaints", *words, "--project", project.path], capture_output=True, text=True, check=False
    )
    assert done.returncode == status, done.stderr
    return done


def test_the_commands_add_list_and_close(project):
    words = ["add", "--from", "Press", "--about", "Articles", "--received", "2026-02-10", "--due", "2026-02-20"]
    added = run(project, *words, "--name", "example.com", "--json")
    assert json.loads(added.stdout)["number"] == 1
    assert run(project, "list").stdout == (
        "1  overdue  received 2026-02-10, due 2026-02-20  Press: Articles\n   example.com\n"
        "received 1, open 1, closed 0, overdue 1 as at 2026-03-01\n"
    )
    found = json.loads(run(project, "list", "--json", "--on", "2026-02-20").stdout)
    assert (found["counts"]["overdue"], found["complaints"][0]["state"]) == (0, "open")
    run(project, "close", "1", "--on", "2026-02-21", "--outcome", "answered")
    assert run(project, "list", "--open", "--csv").stdout.splitlines() == [
        "number,received,due,from,about,names,state,closed,outcome"
    ]
    assert (
        "there is no complaint 2" in run(project, "close", "2", "--on", "2026-02-21", "--outcome", "x", status=2).stderr
    )
    assert "give a day such as" in run(project, "list", "--on", "soon", status=2).stderr
