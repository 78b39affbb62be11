"""The workspace: one scan at a time, whole batches or none, and clear words where the disk does not play along."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from scan_projects import WEB, batches, inventory_bytes, leftovers, make_unreadable, write_project, write_shards

from datasummary.errors import DatasummaryError, WorkspaceError
from datasummary.inventory import merge, scan, scan_part
from datasummary.workspace import Workspace, fingerprint, write_atomically

HOLDER = """
import sys, time
from pathlib import Path
from datasummary.workspace import Workspace
with Workspace(Path(sys.argv[1])).locked():
    (Workspace(Path(sys.argv[1])).temporary / "half").write_text("half a batch")
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the workspace of ``tmp_path``."""
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


# Two at once


def test_a_second_scan_at_the_same_time_is_refused_and_told_who_is_there(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    write_shards(tmp_path, 1)
    project = write_project(tmp_path)
    for attempt in (lambda: scan(project), lambda: scan_part(project, (1, 1), str(tmp_path / "parts"))):
        with pytest.raises(WorkspaceError, match=rf"already running here \(process {holder.pid}\); wait for it"):
            attempt()
    assert (tmp_path / ".datasummary" / "tmp" / "half").exists(), "the second must not touch the first one's work"


def test_what_a_killed_scan_held_and_half_wrote_is_free_and_gone(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    half = tmp_path / ".datasummary" / "tmp" / "half"
    assert half.exists()
    with Workspace(tmp_path).locked():
        assert not half.exists()
        assert (tmp_path / ".datasummary" / "lock").read_text() == f"process {os.getpid()}"


def test_a_workspace_is_free_again_after_a_scan_that_failed(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with pytest.raises(ZeroDivisionError), workspace.locked():
        raise ZeroDivisionError
    with workspace.locked():
        assert list(workspace.temporary.iterdir()) == []


def test_reading_what_is_there_needs_no_lock(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    assert Workspace(tmp_path).batches() == {}
    assert holder.poll() is None


# Whole or not at all


def test_a_batch_whose_making_fails_is_not_there(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with workspace.locked():
        with pytest.raises(ZeroDivisionError), workspace.new_batch("b") as folder:
            (folder / "batch.json").write_text(str(1 // 0))
        assert workspace.batches() == {}
    assert leftovers(tmp_path) == []


def test_a_batch_made_again_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with workspace.locked():
        for number in (1, 2):
            with workspace.new_batch("b") as folder:
                (folder / "batch.json").write_text(f'{{"number": {number}}}')
                (folder / f"only-{number}").touch()
        assert workspace.batches() == {"b": {"number": 2}}
        assert sorted(file.name for file in workspace.batch("b").iterdir()) == ["batch.json", "only-2"]


def test_a_file_is_as_it_was_where_writing_it_fails_midway(tmp_path: Path) -> None:
    file = tmp_path / "table.parquet"
    file.write_text("old")

    def half(path: Path) -> None:
        path.write_text("ne")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_atomically(file, half)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"table.parquet": "old"}
    write_atomically(file, lambda path: path.write_text("new"))
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"table.parquet": "new"}


def test_what_a_killed_process_left_beside_a_file_is_removed_and_a_running_ones_is_not(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    name = "a [1].json"
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left, running = tmp_path / f".{name}.{gone.pid}.part", tmp_path / f".{name}.{holder.pid}.part"
    others = tmp_path / f".b.json.{gone.pid}.part"
    for file in (left, running, others):
        file.touch()
    write_atomically(tmp_path / name, lambda path: path.write_text("{}"))
    assert [file.exists() for file in (left, running, others)] == [False, True, True]


def test_fingerprints_are_equal_exactly_where_values_are() -> None:
    assert fingerprint({"a": 1, "b": [None]}) == fingerprint({"b": [None], "a": 1})
    values = [{"a": 1}, {"a": "1"}, {"a": True}, {"a": None}, {}, [], ["a", "b"], ["ab"], [["a"], "b"]]
    assert len({fingerprint(value) for value in values}) == len(values)


# Disks that are full or read-only


class Disk:
    """A small disk in memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def remount(self, options: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{options}", str(self.folder)], check=True)

    def fill(self, leave: int) -> None:
        """Leave so many bytes free."""
        self.make_room()
        free = os.statvfs(self.folder)
        (self.folder / "filling").write_bytes(bytes(free.f_bavail * free.f_frsize - leave))

    def make_room(self) -> None:
        (self.folder / "filling").unlink(missing_ok=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)], check=True)
    yield Disk(folder)
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


FULL = r"the disk is full; make room, then run the same command again"
READ_ONLY = r"cannot be written to \(Read-only file system\); make it writable, or work in a folder that is"

KIB = 1024


@pytest.mark.needs("mount")
def test_a_full_disk_is_named_wherever_it_fills_up_and_the_same_command_ends_well_after_making_room(
    tmp_path: Path, disk: Disk
) -> None:
    write_shards(tmp_path / "undisturbed", 8, rows=3000)
    undisturbed = write_project(tmp_path / "undisturbed")
    scan(undisturbed, rows_per_batch=3000)
    subprocess.run(["cp", "-a", str(undisturbed.home / "data"), str(disk.folder)], check=True)
    project = write_project(disk.folder)
    said: list[str] = []
    for leave in (0, 4, 8, 12, 16, 20, 24, 32, 40, 48, 64, 80, 96, 112, 128):
        disk.fill(leave * KIB)
        for settings in ({}, {"skip_bad_files": True}):
            try:
                assert scan(project, rows_per_batch=3000, **settings).sources.df().left_out.tolist() == [0]
            except WorkspaceError as error:
                said.append(str(error))
            assert leftovers(disk.folder) == []
    assert len(said) >= 12
    assert [words for words in said if not re.search(FULL, words)] == []
    finished = batches(disk.folder)
    for names, _ in finished.values():
        for shard in names:
            make_unreadable(disk.folder / shard)
    disk.make_room()
    scan(project, rows_per_batch=3000)
    assert {name: batches(disk.folder)[name] for name in finished} == finished
    assert inventory_bytes(project) == inventory_bytes(undisturbed)


@pytest.mark.needs("mount")
def test_a_full_disk_for_the_tables_leaves_the_old_ones_or_none_and_reads_nothing_again(
    tmp_path: Path, disk: Disk
) -> None:
    write_shards(tmp_path, 8, rows=3000)
    project = write_project(tmp_path, output=str(disk.folder / "out"))
    disk.fill(8 * KIB)
    with pytest.raises(WorkspaceError, match=FULL):
        scan(project)
    assert list(disk.folder.rglob("*.part")) == []
    for names, _ in batches(tmp_path).values():
        for shard in names:
            make_unreadable(tmp_path / shard)
    disk.make_room()
    assert scan(project).sources.df().documents.tolist() == [8 * 3000]


@pytest.mark.needs("mount")
def test_a_read_only_output_folder_is_named_and_the_scan_is_kept(tmp_path: Path, disk: Disk) -> None:
    write_shards(tmp_path, 2)
    project = write_project(tmp_path, output=str(disk.folder / "out"))
    disk.remount("ro")
    with pytest.raises(WorkspaceError, match=f"{disk.folder}/out.*{READ_ONLY}"):
        scan(project)
    disk.remount("rw")
    for names, _ in batches(tmp_path).values():
        for shard in names:
            make_unreadable(tmp_path / shard)
    assert scan(project).sources.df().documents.tolist() == [1000]


@pytest.mark.needs("mount")
@pytest.mark.parametrize("scanned_before", [False, True])
def test_a_read_only_workspace_is_named(disk: Disk, scanned_before: bool) -> None:
    write_shards(disk.folder, 2)
    project = write_project(disk.folder)
    if scanned_before:
        scan(project)
    disk.remount("ro")
    with pytest.raises(WorkspaceError, match=rf"{disk.folder}/\.datasummary: {READ_ONLY}"):
        scan(project)


@pytest.mark.needs("mount")
@pytest.mark.parametrize(
    ("prevent", "said"), [(lambda disk: disk.fill(4 * KIB), FULL), (lambda disk: disk.remount("ro"), READ_ONLY)]
)
def test_a_place_for_parts_that_is_full_or_read_only_is_named_and_the_part_is_absent_until_sent_again(
    tmp_path: Path, disk: Disk, prevent: Callable[[Disk], None], said: str
) -> None:
    write_shards(tmp_path, 2, rows=3000)
    project = write_project(tmp_path)
    into = str(disk.folder / "parts")
    (disk.folder / "parts").mkdir()
    prevent(disk)
    with pytest.raises(WorkspaceError, match=f"{into}: {said}"):
        scan_part(project, (1, 1), into)
    with pytest.raises(DatasummaryError, match=r"there are no parts here|not the note of a whole part"):
        merge(project, into)
    disk.remount("rw")
    disk.make_room()
    scan_part(project, (1, 1), into)
    (tmp_path / "other").mkdir()
    assert merge(write_project(tmp_path / "other"), into) == 1


@pytest.mark.needs("mount")
def test_merging_onto_a_full_disk_is_named_and_goes_on_after_making_room(tmp_path: Path, disk: Disk) -> None:
    write_shards(tmp_path, 4, rows=3000)
    into = str(tmp_path / "parts")
    scan_part(write_project(tmp_path), (1, 1), into, rows_per_batch=3000)
    project = write_project(disk.folder)
    disk.fill(24 * KIB)
    with pytest.raises(WorkspaceError, match=FULL):
        merge(project, into)
    assert leftovers(disk.folder) == []
    disk.make_room()
    taken = len(batches(disk.folder))
    assert merge(project, into) == 4 - taken
    assert len(batches(disk.folder)) == 4


@pytest.mark.needs("mount")
def test_a_full_disk_leaves_a_file_as_it_was(disk: Disk) -> None:
    file = disk.folder / "summary.json"
    file.write_text("old")
    disk.fill(8 * KIB)
    with pytest.raises(WorkspaceError, match=FULL):
        write_atomically(file, lambda path: path.write_bytes(bytes(64 * KIB)))
    assert file.read_text() == "old"
    assert list(disk.folder.rglob("*.part")) == []


def test_a_folder_of_results_that_is_a_file_is_named(tmp_path: Path) -> None:
    write_shards(tmp_path, 1)
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(WorkspaceError, match=f"{tmp_path}/out"):
        scan(write_project(tmp_path, WEB))
