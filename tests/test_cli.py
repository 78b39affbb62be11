"""The commands as they are typed: what they print where, and the status they end with."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from scan_projects import write_project, write_shard

COMMAND = str(Path(sys.executable).with_name("datasummary"))
COMMANDS = ("init", "schema", "scan", "summary", "run", "status", "accept")


def datasummary(*words: object, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([COMMAND, *map(str, words)], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for seed in range(3):
        write_shard(tmp_path / f"data/part-{seed}.parquet", seed)
    write_project(tmp_path)
    return tmp_path


def test_help_lists_every_command_and_each_ends_with_an_example() -> None:
    listed = datasummary("--help").stdout
    for command in COMMANDS:
        assert f"\n  {command} " in listed
        assert f"datasummary {command}" in datasummary(command, "--help").stdout.split("Example", 1)[1]


def test_without_a_project_file_it_says_how_to_get_one(tmp_path: Path) -> None:
    done = datasummary("scan", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "datasummary.yaml" in done.stderr
    assert "datasummary init" in done.stderr


def test_a_wrong_option_is_a_usage_error(project: Path) -> None:
    assert datasummary("scan", "--thread", folder=project).returncode == 2
    done = datasummary("scan", "--part", "4/3", "--into", "parts", folder=project)
    assert done.returncode == 2
    assert "i from 1 to n" in done.stderr
    assert datasummary("scan", "--part", "1/3", folder=project).returncode == 2
    assert datasummary("scan", "--memory-limit", "lots", folder=project).returncode == 2


def test_bad_input_data_ends_with_status_3_and_names_the_file(project: Path) -> None:
    (project / "data/part-1.parquet").write_bytes(b"PAR1")
    done = datasummary("scan", folder=project)
    assert done.returncode == 3
    assert "data/part-1.parquet" in done.stderr
    assert "Traceback" not in done.stderr
    assert datasummary("scan", "--skip-bad-files", folder=project).returncode == 0


def test_json_is_one_document_on_standard_output_and_nothing_else(project: Path) -> None:
    schema = json.loads(datasummary("schema", "summary").stdout)
    assert schema["$schema"].startswith("https://json-schema.org/")
    scanned = datasummary("scan", "--json", folder=project)
    assert json.loads(scanned.stdout)["sources"][0]["documents"] == 1500
    assert scanned.stderr == ""
    assert json.loads(datasummary("run", "--json", folder=project).stdout)["draft"] is True
    state = json.loads(datasummary("status", "--json", folder=project).stdout)
    assert (state["inventory"], state["summary"]) == ("current", "written")
    made = json.loads(datasummary("init", "new", "--json", folder=project).stdout)
    assert Path(project, made["files"][0]).exists()


def test_quiet_says_nothing_where_nothing_is_wrong(project: Path) -> None:
    for command in ("scan", "summary", "run", "status"):
        done = datasummary(command, "--quiet", folder=project)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_status_follows_the_manifests(project: Path) -> None:
    def inventory() -> str:
        return str(json.loads(datasummary("status", "--json", folder=project).stdout)["inventory"])

    assert inventory() == "absent"
    datasummary("scan", folder=project)
    assert inventory() == "current"
    write_shard(project / "data/part-3.parquet", 3)
    assert inventory() == "stale"


def test_a_summary_of_a_stale_inventory_is_refused(project: Path) -> None:
    assert datasummary("summary", folder=project).returncode == 3
    datasummary("scan", folder=project)
    assert datasummary("summary", folder=project).returncode == 0
    write_shard(project / "data/part-3.parquet", 3)
    done = datasummary("summary", folder=project)
    assert done.returncode == 3
    assert "run datasummary scan first" in done.stderr


def test_a_summary_says_when_shards_were_left_out(project: Path) -> None:
    (project / "data/part-1.parquet").write_bytes(b"PAR1")
    assert datasummary("run", "--skip-bad-files", folder=project).returncode == 0
    assert datasummary("summary", folder=project).returncode == 0
    assert "unreadable and left out of all figures" in (project / "out/public/public-summary.md").read_text()


def test_parts_scanned_apart_are_merged(project: Path) -> None:
    for number in (1, 2):
        done = datasummary("scan", "--part", f"{number}/2", "--into", project / "parts", folder=project)
        assert done.returncode == 0
    done = datasummary("scan", "--merge", project / "parts", folder=project)
    assert done.returncode == 0
    assert "1,500" in done.stderr


def test_ctrl_c_during_a_query_on_the_main_thread_ends_with_status_130_too() -> None:
    script = """
import signal, duckdb
from datasummary import cli
def endless():
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    duckdb.sql("SELECT sum(sqrt(i)) FROM range(1_000_000_000_000) numbers(i)").fetchall()
signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))
cli.app = endless
cli.main()
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (130, "datasummary: stopped; the same command goes on where it was\n")


def test_ctrl_c_ends_with_status_130_and_the_same_command_goes_on(project: Path) -> None:
    for seed in range(4, 12):
        write_shard(project / f"data/part-{seed}.csv", seed, rows=20_000)
    running = subprocess.Popen([COMMAND, "scan"], cwd=project, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not list((project / ".datasummary").glob("tmp/*")) and running.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(running.pid, signal.SIGINT)
    said = running.communicate(timeout=60)[1]
    assert running.returncode == 130, said
    assert "the same command goes on where it was" in said
    assert datasummary("scan", "--quiet", folder=project).returncode == 0
