"""Collecting for a project: by the command, with ``run``, and for the example, in processes that may not leave loopback.

Each process gets a ``sitecustomize`` module that notes every name it looks up and every address off loopback that it
would connect to, and refuses both. Processes that a collection starts get it too, which a patch in this one would not
reach.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest
import web
from conftest import ROOT
from scan_projects import write_project, write_shard

import datasummary
from datasummary.evidence.archive import Archive
from datasummary.project import Project

COMMAND = Path(sys.executable).with_name("datasummary")
WHO: dict[str, Any] = {
    "agent": "TestBot",
    "contact": "bot@acme.example",
    "limits": {"connect_seconds": 1, "first_byte_seconds": 1, "total_seconds": 2},
}
RECORDER = """
import os, socket, sys

def hook(event, arguments):
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"} and isinstance(arguments[1], tuple):
        name = arguments[1][0]
    elif event in {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}:
        name = arguments[0]
    else:
        return
    if name.startswith("127.") or name == "::1":
        return
    with open(os.environ["CONTACTED"], "a") as file:
        file.write(f"{name}\\n")
    raise socket.gaierror(socket.EAI_NONAME, "nobody is contacted in tests")

sys.addaudithook(hook)
"""


class Shell:
    """Runs commands that may not leave loopback, and knows whom they wanted to contact."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        (folder / "sitecustomize.py").write_text(RECORDER)
        self._log = folder / "contacted"
        self._environment = {**os.environ, "PYTHONPATH": str(folder), "CONTACTED": str(self._log), "NO_COLOR": "1"}

    def python(self, *words: object, status: int = 0) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *map(str, words)]
        done = subprocess.run(command, capture_output=True, text=True, env=self._environment)
        assert done.returncode == status, done.stderr
        return done

    def run(self, project: Project, *words: object, status: int = 0) -> subprocess.CompletedProcess[str]:
        return self.python(COMMAND, *words, "--project", project.path, status=status)

    def contacted(self) -> set[str]:
        return set(self._log.read_text().split()) if self._log.exists() else set()


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "shell")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[web.Web]:
    with web.served(tmp_path_factory.mktemp("web")) as running:
        yield running


def scanned(home: Path, rows: int = 40, **keys: Any) -> Project:
    write_shard(home / "data/0.parquet", 0, rows=rows)
    project = write_project(home, **keys)
    datasummary.scan(project)
    return project


def hosts_file(home: Path, served: web.Web, count: int) -> Path:
    path = home / "hosts.txt"
    path.write_text("".join(f"127.0.0.{place}:{served.names.plain}\n" for place in range(1, count + 1)))
    return path


def test_the_recorder_sees_every_process_and_lets_loopback_alone_through(shell: Shell, served: web.Web) -> None:
    program = f"""
import multiprocessing, socket
socket.create_connection(("127.0.0.1", {served.names.plain})).close()
for ask in (socket.create_connection, lambda address: socket.socket().connect(address)):
    for address in (("a.example", 80), ("93.184.215.14", 80)):
        try:
            ask(address)
        except OSError:
            continue
        raise SystemExit("got through")
if __name__ == "__main__":
    multiprocessing.get_context("spawn").Process(target=socket.gethostbyname, args=["b.example"]).start()
"""
    shell.python("-c", program)
    assert shell.contacted() == {"a.example", "93.184.215.14", "b.example"}


def test_a_dry_run_prints_the_plan_and_contacts_nobody(tmp_path: Path, shell: Shell) -> None:
    project = scanned(tmp_path / "project", collect=WHO)
    done = shell.run(project, "collect", "--dry-run")
    assert re.search(r"^(\d+) hosts, \1 of them to visit now\.$", done.stderr, re.MULTILINE)
    assert "At most" in done.stderr
    assert "Estimated time:" in done.stderr
    plan = json.loads(shell.run(project, "collect", "--dry-run", "--json").stdout)["plan"]
    assert f"{plan['hosts']} hosts," in done.stderr
    assert plan["requests"] == 4 * plan["hosts"] > 0
    assert shell.contacted() == set()
    assert not (project.home / ".datasummary/evidence").exists()


@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_without_an_agent_nothing_is_collected_and_the_message_says_what_to_add(
    tmp_path: Path, shell: Shell, more: tuple[str, ...]
) -> None:
    project = write_project(tmp_path / "project")
    done = shell.run(project, "collect", *more, status=2)
    assert f"{project.path}: there is no collect:" in done.stderr
    assert "collect: {agent: AcmeBot, contact: https://acme.example/bot}" in done.stderr
    assert shell.contacted() == set()


def test_without_an_inventory_the_message_says_to_scan_or_to_name_hosts(tmp_path: Path, shell: Shell) -> None:
    write_shard(tmp_path / "project/data/0.parquet", 0)
    done = shell.run(write_project(tmp_path / "project", collect=WHO), "collect", status=3)
    assert "run datasummary scan first, or name hosts with --hosts FILE" in done.stderr
    assert shell.contacted() == set()


def test_hosts_of_a_file_are_visited_and_their_answers_kept(tmp_path: Path, shell: Shell, served: web.Web) -> None:
    project = write_project(tmp_path / "project", collect=WHO)
    file = hosts_file(project.home, served, 3)
    done = shell.run(project, "collect", "--hosts", file, "--allow-private", "--processes", 1)
    assert re.search(r"^ +3 collected: robots\.txt was read", done.stderr, re.MULTILINE)
    assert shell.contacted() == set()
    archive = Archive.of(project)
    index = archive.index()
    answers = index.filter(pc.equal(index.column("status"), 200))
    assert set(answers.column("authority").to_pylist()) == set(file.read_text().split())
    assert {capture.body for capture in archive.captures(answers)} == {web.robots_of(127)}

    again = shell.run(project, "collect", "--hosts", file, "--allow-private", "--json")
    assert json.loads(again.stdout)["requests"] == 0


def test_private_addresses_are_not_contacted_unless_the_command_says_so(
    tmp_path: Path, shell: Shell, served: web.Web
) -> None:
    project = write_project(tmp_path / "project", collect=WHO)
    before = len(served.hits())
    done = shell.run(project, "collect", "--hosts", hosts_file(project.home, served, 2), "--json", "--processes", 1)
    sites = json.loads(done.stdout)["sites"]
    assert {state: count for state, count in sites.items() if count} == {"forbidden": 2}
    assert len(served.hits()) == before


@pytest.mark.parametrize("collect", [None, WHO, {**WHO, "on_run": False}, {**WHO, "on_run": True}])
def test_run_goes_to_the_network_only_where_the_project_file_says_on_run(
    tmp_path: Path, shell: Shell, collect: dict[str, Any] | None
) -> None:
    project = scanned(tmp_path / "project", rows=8, **({"collect": collect} if collect else {}))
    shell.run(project, "run")
    asked = bool(collect and collect.get("on_run"))
    assert any(name.startswith("www.site") for name in shell.contacted()) == asked
    assert bool(shell.contacted()) == asked
    assert (project.home / ".datasummary/collect").exists() == asked


def test_the_example_collects_from_sites_of_its_own_what_the_audit_reads(tmp_path: Path, shell: Shell) -> None:
    datasummary.init(tmp_path / "demo", example=True)
    project = Project.load(tmp_path / "demo/datasummary.yaml")
    datasummary.scan(project)
    done = shell.python(ROOT / "pipelines/example/collect.py", project.path)
    (collected,) = re.findall(r"^ +(\d+) collected: ", done.stdout, re.MULTILINE)
    assert int(collected) > 300
    assert shell.contacted() == set()

    found = json.loads(shell.run(project, "audit", "--json").stdout)
    assert found["evidence"]["hosts"] >= int(collected)
    assert {"reserved", "no_reservation_found"} <= {row["verdict"] for row in found["totals"]}
