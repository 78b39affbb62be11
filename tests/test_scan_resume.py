"""A scan reads nothing twice, wherever and however often it was stopped, and ends with the same bytes."""

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from scan_projects import (
    WEB,
    batches,
    inventory_bytes,
    leftovers,
    make_unreadable,
    write_project,
    write_shard,
    write_shards,
)

from datasummary.errors import DataError, DatasummaryError
from datasummary.inventory import merge, scan, scan_part
from datasummary.project import Project

ROWS = 600
"""Rows a batch in these tests: most shards make one of their own."""

LAUNCHER = """
import os, signal, sys
from pathlib import Path

import datasummary
import datasummary.counting, datasummary.domains, datasummary.projectfile, ibis.backends.duckdb, pandas, tldextract
from datasummary.inventory import scan
from datasummary.project import Project

here = str(Path(datasummary.__file__).parent)
events = 0

def watch(frame, event, argument):
    global events
    if event in ("call", "return") and frame.f_code.co_filename.startswith(places):
        events += 1
        if events == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

for line in sys.stdin:
    path, fatal, only, rows = eval(line)
    places = tuple(here + place for place in only)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        sys.setprofile(watch)
        scan(Project.load(path), rows_per_batch=rows)
        sys.setprofile(None)
        os.write(writing, str(events).encode())
        os._exit(0)
    os.close(writing)
    counted = os.read(reading, 100).decode()
    os.close(reading)
    print(os.waitpid(child, 0)[1], counted or 0, flush=True)
"""
"""Scans in processes of their own, each of which may kill itself at its n-th entry into, or return from, a function
of datasummary's: moments as good as random, but the same in every run. The launcher imports once for all of them."""


COUNTING = ("/counting.py", "/engines.py", "/workspace.py")
TABLES = ("/tables.py",)


class Scans:
    """Scans in processes of their own."""

    def __init__(self) -> None:
        self.launcher = subprocess.Popen(
            [sys.executable, "-c", LAUNCHER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def _scan(self, home: Path, fatal: int, only: tuple[str, ...]) -> tuple[int, int]:
        assert self.launcher.stdin
        assert self.launcher.stdout
        self.launcher.stdin.write(f"{(str(home / 'datasummary.yaml'), fatal, only, ROWS)!r}\n")
        self.launcher.stdin.flush()
        status, events = self.launcher.stdout.readline().split()
        return int(status), int(events)

    def whole(self, home: Path, only: tuple[str, ...] = COUNTING) -> int:
        """Scan to the end; give the number of moments at which it might have been killed."""
        status, events = self._scan(home, 0, only)
        assert status == 0
        return events

    def killed(self, home: Path, at: int, only: tuple[str, ...] = COUNTING) -> None:
        """Scan until the n-th moment and no further."""
        assert self._scan(home, at, only)[0] == signal.SIGKILL


@pytest.fixture(scope="module")
def scans() -> Iterator[Scans]:
    started = Scans()
    yield started
    started.launcher.communicate(timeout=60)


def twin(home: Path, name: str) -> Project:
    """Copy a project with its manifests, times included, but without results, as it would lie on another machine."""
    copy = home.with_name(name)
    shutil.copytree(home, copy, ignore=shutil.ignore_patterns(".datasummary", "out"))
    return Project.load(copy / "datasummary.yaml")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    write_shards(tmp_path / "home", 6)
    write_project(tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def expected(home: Path) -> dict[str, bytes]:
    """What an undisturbed scan of the same manifests writes."""
    project = twin(home, "undisturbed")
    scan(project)
    return inventory_bytes(project)


def scanned_shards(home: Path) -> set[str]:
    return {name for names, _ in batches(home).values() for name in names}


# Killed and resumed


def test_a_scan_killed_five_times_at_random_ends_like_an_undisturbed_one(home: Path, scans: Scans) -> None:
    undisturbed = twin(home, "undisturbed")
    moments = scans.whole(undisturbed.home)
    rng = random.Random(1)
    for _ in range(5):
        scans.killed(home, rng.randrange(moments // 12, moments // 4))
        finished = batches(home)
        for shard in scanned_shards(home):
            make_unreadable(home / shard)
    assert 0 < len(finished) < len(batches(undisturbed.home))
    scans.whole(home)
    assert {name: batches(home)[name] for name in finished} == finished
    assert inventory_bytes(Project.load(home / "datasummary.yaml")) == inventory_bytes(undisturbed)
    assert leftovers(home) == []


def test_a_scan_killed_five_times_while_it_writes_its_tables_ends_like_an_undisturbed_one(
    home: Path, scans: Scans, expected: dict[str, bytes]
) -> None:
    project = Project.load(home / "datasummary.yaml")
    scan(project, rows_per_batch=ROWS)
    shutil.rmtree(project.out)
    for shard in scanned_shards(home):
        make_unreadable(home / shard)
    moments = scans.whole(home, only=TABLES)
    shutil.rmtree(project.out)
    rng = random.Random(3)
    for _ in range(5):
        scans.killed(home, rng.randrange(1, moments), TABLES)
    scans.whole(home)
    assert inventory_bytes(project) == expected
    assert leftovers(home) == []


def test_a_second_run_with_nothing_new_reads_nothing_and_leaves_every_file_as_it_is(home: Path) -> None:
    project = Project.load(home / "datasummary.yaml")
    scan(project, rows_per_batch=ROWS)
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*") if path.is_file() and path.name != "lock"}
    for shard in scanned_shards(home):
        make_unreadable(home / shard)
    scan(project, rows_per_batch=ROWS)
    assert before == {path: path.stat().st_mtime_ns for path in before}
    assert leftovers(home) == []


def test_tables_that_were_damaged_or_removed_are_written_again_without_reading_a_shard(
    home: Path, expected: dict[str, bytes]
) -> None:
    project = Project.load(home / "datasummary.yaml")
    scan(project, rows_per_batch=ROWS)
    for shard in scanned_shards(home):
        make_unreadable(home / shard)
    (project.out / "internal" / "domains.parquet").write_bytes(b"PAR1")
    (project.out / "internal" / "totals.parquet").unlink()
    scan(project, rows_per_batch=ROWS)
    assert inventory_bytes(project) == expected


# Shards that come, change and go


def test_of_an_appended_shard_and_six_old_ones_only_the_appended_one_is_read(home: Path) -> None:
    project = Project.load(home / "datasummary.yaml")
    scan(project, rows_per_batch=3 * ROWS)
    finished = batches(home)
    write_shard(home / "data" / "shard-05b.parquet", 99)
    undisturbed = twin(home, "undisturbed")
    scan(undisturbed)
    for shard in scanned_shards(home):
        make_unreadable(home / shard)
    scan(project, rows_per_batch=3 * ROWS)
    added = batches(home).keys() - finished.keys()
    assert [batches(home)[name][0] for name in added] == [{"data/shard-05b.parquet"}]
    assert {name: batches(home)[name] for name in finished} == finished
    assert inventory_bytes(project) == inventory_bytes(undisturbed)


@pytest.mark.parametrize("how", ["content", "time"])
def test_a_changed_shard_has_only_its_own_batch_read_again(home: Path, how: str) -> None:
    project = Project.load(home / "datasummary.yaml")
    scan(project, rows_per_batch=3 * ROWS)
    finished = batches(home)
    changed = home / "data" / "shard-02.parquet"
    if how == "content":
        write_shard(changed, 77, rows=450)
    else:
        os.utime(changed, ns=(1, 1_700_000_000_000_000_001))
    undisturbed = twin(home, "undisturbed")
    scan(undisturbed)
    same = {name: found for name, found in finished.items() if "data/shard-02.parquet" not in found[0]}
    assert 0 < len(same) < len(finished)
    for names, _ in same.values():
        for shard in names:
            make_unreadable(home / shard)
    scan(project, rows_per_batch=3 * ROWS)
    assert {name: batches(home)[name] for name in same} == same
    assert inventory_bytes(project) == inventory_bytes(undisturbed)


def test_a_removed_shard_is_counted_no_more_and_other_batches_stay(home: Path) -> None:
    project = Project.load(home / "datasummary.yaml")
    scan(project, rows_per_batch=3 * ROWS)
    finished = batches(home)
    (home / "data" / "shard-02.parquet").unlink()
    undisturbed = twin(home, "undisturbed")
    scan(undisturbed)
    for names, _ in finished.values():
        if "data/shard-02.parquet" not in names:
            for shard in names:
                make_unreadable(home / shard)
    scan(project, rows_per_batch=3 * ROWS)
    assert inventory_bytes(project) == inventory_bytes(undisturbed)


def test_a_shard_that_comes_back_as_it_was_needs_no_reading(home: Path, expected: dict[str, bytes]) -> None:
    project = Project.load(home / "datasummary.yaml")
    scan(project, rows_per_batch=ROWS)
    shard = home / "data" / "shard-02.parquet"
    shard.rename(home / "elsewhere")
    scan(project, rows_per_batch=ROWS)
    (home / "elsewhere").rename(shard)
    for name in scanned_shards(home):
        make_unreadable(home / name)
    scan(project, rows_per_batch=ROWS)
    assert inventory_bytes(project) == expected


# Columns that are recognised by their names


def write_columns(path: Path, **columns: list[Any]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"url": ["https://a.example/"], "token_count": [5]}, {"url": ["https://b.example/"], "tokens": [7]}),
        ({"url": ["https://a.example/"], "tokens": [5]}, {"url": ["https://b.example/"], "token_count": [7]}),
        (
            {"url": ["https://a.example/"], "tokens": [5], "lang": ["fr"]},
            {"url": ["https://b.example/"], "tokens": [7], "language": ["en"]},
        ),
    ],
)
def test_an_appended_shard_with_other_column_names_ends_as_if_all_had_been_read_at_once(
    tmp_path: Path, old: dict[str, list[Any]], new: dict[str, list[Any]]
) -> None:
    web = WEB | {"manifests": ["data/*.parquet"]}
    project = write_project(tmp_path / "home", web)
    write_columns(tmp_path / "home" / "data" / "1.parquet", **old)
    scan(project)
    write_columns(tmp_path / "home" / "data" / "2.parquet", **new)
    at_once = twin(tmp_path / "home", "at-once")

    def outcome(project: Project) -> str | dict[str, bytes]:
        try:
            scan(project)
        except DataError as error:
            return str(error)
        return inventory_bytes(project)

    assert outcome(project) == outcome(at_once)


def test_a_shard_left_out_for_want_of_a_column_is_left_out_again_by_the_next_run(tmp_path: Path) -> None:
    home = tmp_path / "home"
    project = write_project(home, WEB | {"manifests": ["data/*.parquet"]})
    write_columns(home / "data" / "1.parquet", url=["https://a.example/"], token_count=[5])
    write_columns(home / "data" / "2.parquet", address=["https://a.example/"], token_count=[5])
    scan(project, skip_bad_files=True)
    before = inventory_bytes(project)
    scan(project, skip_bad_files=True)
    assert inventory_bytes(project) == before


# Parts


@pytest.mark.parametrize("rows", [ROWS, 10**6])
def test_three_parts_scanned_apart_and_merged_give_the_same_bytes_and_leave_nothing_to_read(
    home: Path, expected: dict[str, bytes], tmp_path: Path, rows: int
) -> None:
    shards = 0
    for number in (2, 3, 1):
        machine = twin(home, f"machine-{number}")
        shards += scan_part(machine, (number, 3), str(tmp_path / "parts"), rows_per_batch=rows)
    assert shards == 6
    project = Project.load(home / "datasummary.yaml")
    taken = merge(project, str(tmp_path / "parts"))
    assert taken == len(batches(home)) > 0
    for shard in (home / "data").iterdir():
        make_unreadable(shard)
    scan(project)
    assert inventory_bytes(project) == expected
    assert merge(project, str(tmp_path / "parts")) == 0
    assert leftovers(home) == []


def test_parts_travel_through_any_place_that_fsspec_reaches(home: Path, expected: dict[str, bytes]) -> None:
    import fsspec

    project = Project.load(home / "datasummary.yaml")
    try:
        for number in (1, 2):
            scan_part(twin(home, f"machine-{number}"), (number, 2), "memory://parts/one")
        merge(project, "memory://parts/one")
    finally:
        fsspec.filesystem("memory").rm("/parts", recursive=True)
    for shard in (home / "data").iterdir():
        make_unreadable(shard)
    scan(project)
    assert inventory_bytes(project) == expected


def test_a_part_that_was_scanned_is_not_scanned_again(home: Path, tmp_path: Path) -> None:
    project = Project.load(home / "datasummary.yaml")
    into = str(tmp_path / "parts")
    scan_part(project, (1, 3), into, rows_per_batch=ROWS)
    for shard in scanned_shards(home):
        make_unreadable(home / shard)
    scan_part(project, (1, 3), into, rows_per_batch=ROWS)
    assert len(scanned_shards(home)) == 2


def test_more_parts_than_shards_leave_some_parts_empty_and_still_merge(tmp_path: Path) -> None:
    home = tmp_path / "home"
    write_shards(home, 2)
    project = write_project(home)
    for number in range(1, 5):
        scan_part(project, (number, 4), str(tmp_path / "parts"))
    fresh = twin(home, "fresh")
    assert merge(fresh, str(tmp_path / "parts")) == 2


def test_an_absent_part_is_named_and_nothing_is_taken_in(home: Path, tmp_path: Path) -> None:
    for number in (1, 4):
        scan_part(Project.load(home / "datasummary.yaml"), (number, 4), str(tmp_path / "parts"))
    fresh = twin(home, "fresh")
    with pytest.raises(DataError, match=r"part 2, 3 of 4 is absent; scan it"):
        merge(fresh, str(tmp_path / "parts"))
    assert batches(fresh.home) == {}


def test_parts_of_two_divisions_in_one_place_are_refused(home: Path, tmp_path: Path) -> None:
    project = Project.load(home / "datasummary.yaml")
    for part in ((1, 2), (2, 2), (1, 3)):
        scan_part(project, part, str(tmp_path / "parts"))
    with pytest.raises(DataError, match=r"several divisions \(\[2, 3\]\)"):
        merge(project, str(tmp_path / "parts"))


def test_a_place_without_parts_says_how_to_write_them(home: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no parts here; write them with datasummary scan --part i/n --into"):
        merge(Project.load(home / "datasummary.yaml"), str(tmp_path / "nowhere"))


@pytest.mark.parametrize("part", [(0, 3), (4, 3), (-1, 3), (1, 0)])
def test_a_part_beyond_its_division_is_refused(home: Path, part: tuple[int, int], tmp_path: Path) -> None:
    with pytest.raises(DatasummaryError, match="i from 1 to n"):
        scan_part(Project.load(home / "datasummary.yaml"), part, str(tmp_path / "parts"))


@pytest.mark.parametrize(
    "note",
    [
        "",
        "[1]",
        '{"part": 1}',
        '{"part": 1, "of": 1, "batches": {"web": ["../../../escaped"]}}',
        '{"part": 1, "of": 1, "batches": {"web": ["0123456789abcdef01234567"]}}',
    ],
)
def test_a_note_that_is_cut_short_or_points_elsewhere_is_an_error_that_names_it(
    home: Path, tmp_path: Path, note: str
) -> None:
    parts = tmp_path / "parts"
    parts.mkdir()
    (parts / "part-1-of-1.json").write_text(note, "utf-8")
    with pytest.raises(DataError, match="part-1-of-1"):
        merge(Project.load(home / "datasummary.yaml"), str(parts))
    assert not list(tmp_path.rglob("*escaped*"))
    assert batches(home) == {}


def test_a_part_of_which_a_file_was_lost_is_refused_and_leaves_no_half_batch(home: Path, tmp_path: Path) -> None:
    scan_part(twin(home, "machine"), (1, 1), str(tmp_path / "parts"), rows_per_batch=ROWS)
    next((tmp_path / "parts").glob("*/totals.parquet")).unlink()
    with pytest.raises(DataError, match=r"part-1-of-1.*totals\.parquet"):
        merge(Project.load(home / "datasummary.yaml"), str(tmp_path / "parts"))
    assert leftovers(home) == []


def test_parts_of_other_manifests_are_not_counted_as_these(home: Path, tmp_path: Path) -> None:
    machine = twin(home, "machine")
    write_shard(machine.home / "data" / "shard-00.parquet", 1234)
    scan_part(machine, (1, 1), str(tmp_path / "parts"), rows_per_batch=ROWS)
    undisturbed = twin(home, "undisturbed")
    scan(undisturbed)
    project = Project.load(home / "datasummary.yaml")
    merge(project, str(tmp_path / "parts"))
    scan(project, rows_per_batch=ROWS)
    assert inventory_bytes(project) == inventory_bytes(undisturbed)


# What makes results void, and what does not


def dated(home: Path, date: str) -> Project:
    return write_project(home, summary={"version": "1.0", "date": date})


@pytest.mark.parametrize(
    ("date", "read_again"),
    [("2030-01-01", 0), ("2025-12-29", 0), ("2021-06-30", 6)],
)
def test_another_summary_date_has_shards_read_again_only_if_rows_lie_between(
    home: Path, date: str, read_again: int
) -> None:
    scan(Project.load(home / "datasummary.yaml"))
    before = batches(home)
    project = dated(home, date)
    undisturbed = twin(home, "undisturbed")
    scan(undisturbed)
    if not read_again:
        for shard in scanned_shards(home):
            make_unreadable(home / shard)
    scan(project)
    assert sum(len(names) for name, (names, _) in batches(home).items() if name not in before) == read_again
    assert inventory_bytes(project) == inventory_bytes(undisturbed)


def test_a_date_moved_there_and_back_reads_the_shards_once_for_each(home: Path, expected: dict[str, bytes]) -> None:
    scan(Project.load(home / "datasummary.yaml"))
    scan(dated(home, "2021-06-30"))
    for shard in scanned_shards(home):
        make_unreadable(home / shard)
    project = dated(home, "2026-03-01")
    scan(project)
    assert inventory_bytes(project) == expected


@pytest.mark.parametrize(
    "change",
    [
        {"columns": {"date": "language"}},
        {"where": {"language": "en"}},
        {"unit": "documents"},
        {"unit": "bytes", "columns": {"size": "token_count"}},
    ],
    ids=str,
)
def test_what_is_counted_otherwise_is_read_again(home: Path, change: dict[str, Any]) -> None:
    scan(Project.load(home / "datasummary.yaml"))
    project = write_project(home, WEB | change)
    undisturbed = twin(home, "undisturbed")
    scan(undisturbed)
    scan(project)
    assert sum(len(names) for names, _ in batches(home).values()) == 12
    assert inventory_bytes(project) == inventory_bytes(undisturbed)


@pytest.mark.parametrize(
    "change",
    [
        {"title": "A crawl"},
        {"name": "renamed"},
        {"tokenizer": "bpe"},
        {"manifests": ["data/shard-0?.*", "data/*.parquet", "data"]},
    ],
    ids=str,
)
def test_what_counts_nothing_otherwise_is_not_read_again(home: Path, change: dict[str, Any]) -> None:
    scan(Project.load(home / "datasummary.yaml"))
    project = write_project(home, WEB | change)
    undisturbed = twin(home, "undisturbed")
    scan(undisturbed)
    for shard in scanned_shards(home):
        make_unreadable(home / shard)
    scan(project)
    assert inventory_bytes(project) == inventory_bytes(undisturbed)


def test_the_domain_level_changes_the_tables_without_reading_a_shard(home: Path) -> None:
    scan(Project.load(home / "datasummary.yaml"))
    project = write_project(home, domain_level="host")
    for shard in scanned_shards(home):
        make_unreadable(home / shard)
    domains = scan(project).domains.df()
    assert domains.domain.str.startswith("www.site").all()


OWN = {"name": "licensed", "category": "licensed", "modality": "text", "size": 1}


def test_a_source_that_three_models_share_is_scanned_once_and_counts_the_same_in_each(tmp_path: Path) -> None:
    write_shards(tmp_path / "catalogue", 4)
    (tmp_path / "catalogue" / "sources.yaml").write_text(yaml.safe_dump({"sources": [WEB]}), "utf-8")
    written = []
    for number in range(3):
        home = tmp_path / f"model-{number}"
        project = write_project(home, OWN, catalogue=["../catalogue/sources.yaml"])
        scan(project)
        written.append(inventory_bytes(project))
        for shard in scanned_shards(tmp_path / "catalogue"):
            make_unreadable(tmp_path / "catalogue" / shard)
    assert written[0] == written[1] == written[2]
    assert sum(len(names) for names, _ in batches(tmp_path / "catalogue").values()) == 4


# The same bytes


@pytest.mark.parametrize(("threads", "rows"), [(1, 1), (2, 1700), (1, 10**9), (5, 10**9)])
def test_threads_and_the_size_of_batches_change_no_byte(
    home: Path, expected: dict[str, bytes], threads: int, rows: int
) -> None:
    project = Project.load(home / "datasummary.yaml")
    scan(project, threads=threads, rows_per_batch=rows)
    assert inventory_bytes(project) == expected
