"""Filtered manifests are written where they belong, and nowhere else."""

import subprocess
from pathlib import Path, PurePosixPath

import fsspec
import pyarrow.parquet as pq
import pytest
from filter_projects import FREE, OUT, contents, filterable, filtered
from scan_projects import WEB, write_project, write_shards
from test_audit import write_rows

from datasummary.destinations import destinations
from datasummary.errors import DataError, ProjectError, WorkspaceError
from datasummary.filtering import filter_manifests
from datasummary.manifests.shards import Shard


def test_shards_from_outside_the_project_keep_their_names_below_the_folder(tmp_path: Path) -> None:
    write_rows(tmp_path / "far/x/a.parquet", [{"url": f"{OUT}/1", "token_count": 1, "date": None}])
    write_rows(tmp_path / "home/far.parquet", [{"url": f"{FREE}/1", "token_count": 1, "date": None}])
    with fsspec.open("memory://bucket/deep/a.parquet", "wb") as file:
        file.write((tmp_path / "far/x/a.parquet").read_bytes())
    manifests = ["far.parquet", str(tmp_path / "far"), "memory://bucket/deep/*.parquet"]
    filtered(filterable(tmp_path / "home", WEB | {"manifests": manifests}), tmp_path / "clean")
    absolute = str(tmp_path).strip("/")
    found = {
        path: pq.read_metadata(tmp_path / "clean/web" / path).num_rows for path in contents(tmp_path / "clean/web")
    }
    assert found == {"far.parquet": 1, f"{absolute}/far/x/a.parquet": 0, "memory/bucket/deep/a.parquet": 0}


def test_no_name_leads_out_of_the_folder_and_no_two_to_one_place(tmp_path: Path) -> None:
    names = ["data/a.parquet", "/data/a.parquet", "s3://data/../../a", "s3/data/a", "s3://data//./a", "/../../a"]
    source = write_project(tmp_path).sources[0]
    found = destinations(source, [Shard(name, name, 0, "") for name in names])
    assert sorted(found) == sorted(names)
    assert len(set(found.values())) == len(names)
    assert found["data/a.parquet"] == PurePosixPath("web/data/a.parquet")
    assert found["s3://data/../../a"] == PurePosixPath("web/s3/data/%2E%2E/%2E%2E/a")
    assert not any(".." in path.parts or path.is_absolute() for path in found.values())


# --- refused


@pytest.mark.parametrize(
    ("manifests", "folder"),
    [
        (["data"], "data"),
        (["data"], "data/clean"),
        (["data/*.parquet"], "data/clean"),
        (["data/**/*.parquet"], "data/deep/clean"),
        (["**/*.parquet"], "clean"),
        (["d*/*.parquet"], "done"),
        (["data/shard-00.parquet"], "data"),
        (["data"], "link/clean"),
        (["data"], "."),
        (["data"], ".."),
        (["data/*.parquet"], "."),
        (["../far/deep/*.parquet", "data"], "../far"),
        (["../far/deep", "data"], "../far"),
        (["data"], "out"),
        (["data"], ".datasummary/filtered"),
    ],
)
def test_a_folder_that_manifests_are_read_from_is_refused(tmp_path: Path, manifests: list[str], folder: str) -> None:
    home = tmp_path / "home"
    write_shards(home, 2)
    write_shards(tmp_path / "far", 1)
    (tmp_path / "far/data").rename(tmp_path / "far/deep")
    (home / "link").symlink_to("data")
    project = filterable(home, WEB | {"manifests": manifests})
    before = contents(tmp_path)
    with pytest.raises(ProjectError, match="choose"):
        filtered(project, home / folder)
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    ("manifests", "folder"), [(["*.csv"], "clean"), (["*/*.csv"], "../clean"), (["a.csv"], "clean/a.csv")]
)
def test_a_folder_beside_the_manifests_is_not(tmp_path: Path, manifests: list[str], folder: str) -> None:
    for name in ("a.csv", "data/b.csv"):
        (tmp_path / "home" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "home" / name).write_text(f"url\n{OUT}/1\n")
    project = filterable(tmp_path / "home", WEB | {"unit": "documents", "manifests": manifests})
    filtered(project, tmp_path / "home" / folder)
    assert set(contents(tmp_path / "home" / folder).values()) == {b"url\n"}


def test_what_stands_in_the_way_is_named_and_left_alone(tmp_path: Path) -> None:
    write_shards(tmp_path, 2)
    project = filterable(tmp_path)
    other = tmp_path / "clean/web/data/shard-01.parquet"
    other.parent.mkdir(parents=True)
    other.write_text("mine")
    with pytest.raises(ProjectError, match=r"clean/web/data/shard-01\.parquet exists, and was not written by"):
        filtered(project, tmp_path / "clean")
    assert contents(tmp_path / "clean") == {"web/data/shard-01.parquet": b"mine"}
    other.unlink()
    (tmp_path / "clean/receipt.json").write_text("{}")
    with pytest.raises(ProjectError, match=r"receipt\.json exists"):
        filtered(project, tmp_path / "clean")
    (tmp_path / "file").write_text("")
    with pytest.raises(ProjectError, match="file: is a file; name a folder"):
        filtered(project, tmp_path / "file")
    for remote in ("s3://bucket/clean", Path("s3://bucket/clean")):
        with pytest.raises(ProjectError, match="name a folder on this machine"):
            filter_manifests(project, write=remote)


def test_spark_does_not_write_and_says_what_does(tmp_path: Path) -> None:
    write_shards(tmp_path, 1)
    project = filterable(tmp_path)
    with pytest.raises(ProjectError, match="--write needs DuckDB, and the engine is spark"):
        filtered(project, tmp_path / "clean", engine="spark")
    assert not (tmp_path / "clean").exists()


def test_before_a_scan_a_scan_is_asked_for(tmp_path: Path) -> None:
    write_shards(tmp_path, 1)
    with pytest.raises(DataError, match="run datasummary scan first"):
        filter_manifests(write_project(tmp_path))


@pytest.mark.needs("mount")
def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    write_shards(tmp_path / "home", 1)
    project = filterable(tmp_path / "home")
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(disk)], check=True)
    try:
        with pytest.raises(WorkspaceError, match=r"disk.*cannot be written to"):
            filtered(project, disk / "clean")
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


@pytest.mark.needs("mount")
def test_a_full_disk_is_named_and_with_more_room_the_filter_goes_on(tmp_path: Path) -> None:
    write_shards(tmp_path / "home", 8, rows=3000)
    project = filterable(tmp_path / "home")
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(disk)], check=True)
    try:
        with pytest.raises(WorkspaceError, match="the disk is full; make room"):
            filtered(project, disk / "clean")
        whole = {path: (disk / "clean" / path).stat().st_mtime_ns for path in contents(disk / "clean")}
        assert 0 < len(whole) < 8
        subprocess.run(["mount", "-o", "remount,size=8m", str(disk)], check=True)
        filtered(project, disk / "clean")
        filtered(project, tmp_path / "clean")
        assert contents(disk / "clean") == contents(tmp_path / "clean")
        assert {path: (disk / "clean" / path).stat().st_mtime_ns for path in whole} == whole
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)
