"""A filter that was stopped goes on where it was, and writes nothing twice."""

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from audit_projects import robots, write_evidence
from filter_projects import FREE, OUT, contents, filterable, filtered, is_left_out
from scan_projects import leftovers, write_shards
from test_audit import write_rows

from datasummary.inventory import scan
from datasummary.project import Project

LAUNCHER = """
import os, signal, sys
from pathlib import Path

import datasummary
import datasummary.filtering, ibis.backends.duckdb, pandas, tldextract
from datasummary.project import Project

here = str(Path(datasummary.__file__).parent)
places = tuple(here + place for place in ("/rewriting.py", "/workspace.py", "/rowpass.py", "/filtering.py", "/manifests/t"))
events = 0

def watch(frame, event, argument):
    global events
    if event in ("call", "return") and frame.f_code.co_filename.startswith(places):
        events += 1
        if events == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

for line in sys.stdin:
    path, folder, fatal = eval(line)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        sys.setprofile(watch)
        datasummary.filtering.filter_manifests(Project.load(path), write=folder)
        sys.setprofile(None)
        os.write(writing, str(events).encode())
        os._exit(0)
    os.close(writing)
    counted = os.read(reading, 100).decode()
    os.close(reading)
    print(os.waitpid(child, 0)[1], counted or 0, flush=True)
"""
"""Filters in processes of their own, each of which may kill itself at a moment that is the same in every run."""


class Filters:
    """Filters in processes of their own."""

    def __init__(self) -> None:
        self.launcher = subprocess.Popen(
            [sys.executable, "-c", LAUNCHER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, project: Project, folder: Path, fatal: int = 0) -> tuple[int, int]:
        assert self.launcher.stdin
        assert self.launcher.stdout
        self.launcher.stdin.write(f"{(str(project.home / 'datasummary.yaml'), str(folder), fatal)!r}\n")
        self.launcher.stdin.flush()
        status, events = self.launcher.stdout.readline().split()
        return int(status), int(events)


@pytest.fixture(scope="module")
def filters() -> Iterator[Filters]:
    started = Filters()
    yield started
    started.launcher.communicate(timeout=60)


def test_a_filter_killed_at_any_moment_goes_on_and_ends_like_an_undisturbed_one(
    tmp_path: Path, filters: Filters
) -> None:
    home = tmp_path / "home"
    write_shards(home, 6)
    (home / "data/z.jsonl").write_text(json.dumps({"url": f"{OUT}/1", "token_count": 1}) + "\n")
    project = filterable(home)
    evidence = [
        robots(f"www.site{n}.{tld}", "User-agent: *", "Disallow: /1")
        for n in range(0, 60, 3)
        for tld in ("co.uk", "org")
    ]
    write_evidence(project, evidence, "more")
    expected_receipt = filtered(project, tmp_path / "undisturbed").receipt
    expected = contents(tmp_path / "undisturbed")
    status, events = filters.run(project, tmp_path / "counted")
    assert status == 0
    assert contents(tmp_path / "counted") == expected
    rng = random.Random(2)
    for moment in sorted(rng.sample(range(1, events), 4)):
        folder = tmp_path / f"at-{moment}"
        assert filters.run(project, folder, moment)[0] == signal.SIGKILL
        whole = {path: (folder / path).stat().st_mtime_ns for path in contents(folder) if not path.endswith(".part")}
        assert {path: expected[path] for path in whole} == {path: (folder / path).read_bytes() for path in whole}
        receipt = filtered(project, folder).receipt
        assert contents(folder) == expected
        assert {path: (folder / path).stat().st_mtime_ns for path in whole} == whole
        assert {**receipt, "written_at": ""} == {**expected_receipt, "written_at": ""}
    assert leftovers(home) == []


def test_a_second_run_opens_no_shard_and_a_changed_one_alone_is_written(tmp_path: Path) -> None:
    shards = write_shards(tmp_path, 4)
    project = filterable(tmp_path)
    filtered(project, tmp_path / "clean")
    times = {path: (tmp_path / "clean" / path).stat().st_mtime_ns for path in contents(tmp_path / "clean")}
    for shard in shards:
        os.rename(shard, shard.with_suffix(".aside"))  # noqa: PTH104
        status = shard.with_suffix(".aside").stat()
        shard.write_bytes(bytes(status.st_size))
        os.utime(shard, ns=(status.st_atime_ns, status.st_mtime_ns))
    filtered(project, tmp_path / "clean")
    for shard in shards:
        os.replace(shard.with_suffix(".aside"), shard)  # noqa: PTH105
    write_rows(shards[1], [{"url": f"{FREE}/2", "token_count": 1, "date": None}])
    scan(project)
    filtered(project, tmp_path / "clean")
    after = {path: (tmp_path / "clean" / path).stat().st_mtime_ns for path in times}
    assert [path for path in times if after[path] != times[path]] == ["web/data/shard-01.parquet"]


def test_a_written_shard_that_was_changed_is_written_again(tmp_path: Path) -> None:
    write_shards(tmp_path, 2)
    project = filterable(tmp_path)
    filtered(project, tmp_path / "clean")
    first = contents(tmp_path / "clean")
    (tmp_path / "clean/web/data/shard-00.parquet").write_bytes(b"not it")
    (tmp_path / "clean/web/data/shard-01.parquet").unlink()
    filtered(project, tmp_path / "clean")
    assert contents(tmp_path / "clean") == first


def test_another_policy_writes_over_what_the_first_one_wrote(tmp_path: Path) -> None:
    write_rows(
        tmp_path / "data/a.parquet", [{"url": u, "token_count": 1, "date": None} for u in (f"{OUT}/", f"{FREE}/", None)]
    )
    project = filterable(tmp_path)
    filtered(project, tmp_path / "clean")
    found = pq.read_table(tmp_path / "clean/web/data/a.parquet").column("url").to_pylist()
    assert found == [f"{FREE}/", None]
    filtered(project, tmp_path / "clean", policy="strict")
    found = pq.read_table(tmp_path / "clean/web/data/a.parquet").column("url").to_pylist()
    assert found == [f"{FREE}/"]
    assert not is_left_out(found[0])


def test_while_shards_are_written_no_older_receipt_speaks_for_them(tmp_path: Path, filters: Filters) -> None:
    write_shards(tmp_path / "home", 3)
    project = filterable(tmp_path / "home")
    filtered(project, tmp_path / "clean")
    assert (tmp_path / "clean/receipt.json").exists()
    path = tmp_path / "clean/web/data/shard-02.parquet"
    path.unlink()
    events = filters.run(project, tmp_path / "clean")[1]
    path.unlink()
    assert filters.run(project, tmp_path / "clean", events - 10)[0] == signal.SIGKILL
    assert path.exists()
    assert not (tmp_path / "clean/receipt.json").exists()
