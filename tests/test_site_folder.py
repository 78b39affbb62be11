"""The folder of the site: only what this program wrote there is replaced or removed, also after a run was killed."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from site_projects import files_of

from datasummary.errors import ProjectError
from datasummary.site import folder as site_folder
from datasummary.site.folder import MANIFEST, UNFINISHED, write_folder


def test_what_is_made_no_more_is_removed_and_what_others_put_there_stays(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    write_folder(tmp_path, {"a.html": b"a", "d/b.json": b"b", "d/c.json": b"c"})
    (tmp_path / "CNAME").write_text("acme.example")
    (tmp_path / "d/c.json").write_text("changed")
    written = write_folder(tmp_path, {"a.html": b"A"})
    assert (written.removed, written.left) == (("d/b.json",), ("d/c.json",))
    assert files_of(tmp_path).keys() == {"a.html", "d/c.json", "CNAME", MANIFEST}
    assert (tmp_path / "a.html").read_bytes() == b"A"


def test_a_folder_with_other_things_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ProjectError, match="no site that datasummary wrote"):
        write_folder(tmp_path, {"a.html": b"a"})
    with pytest.raises(ProjectError, match="is a file"):
        write_folder(tmp_path / "thesis.txt", {"a.html": b"a"})
    assert files_of(tmp_path) == {"thesis.txt": b"mine"}


def test_somebody_elses_file_is_not_written_over(tmp_path: Path) -> None:
    write_folder(tmp_path, {"a.html": b"a"})
    (tmp_path / "robots.txt").write_text("mine")
    with pytest.raises(ProjectError, match=r"robots\.txt: is in the way"):
        write_folder(tmp_path, {"a.html": b"b", "robots.txt": b"ours"})
    assert (tmp_path / "robots.txt").read_text() == "mine"


@pytest.mark.parametrize("path", ["../victim", "/victim", "d/../../victim", ".", MANIFEST, "d\\..\\victim"])
def test_a_forged_manifest_reaches_nothing_outside(tmp_path: Path, path: str) -> None:
    (tmp_path / "victim").write_text("mine")
    site = tmp_path / "site"
    site.mkdir()
    digest = hashlib.sha256(b"mine").hexdigest()
    (site / MANIFEST).write_text(json.dumps({"files": {path: digest}}))
    with pytest.raises(ProjectError, match="is not as datasummary wrote it"):
        write_folder(site, {"a.html": b"a"})
    assert (tmp_path / "victim").read_text() == "mine"


def test_a_link_to_another_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    write_folder(tmp_path / "site", {"d/a.json": b"a"})
    shutil.rmtree(tmp_path / "site/d")
    (tmp_path / "site/d").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ProjectError, match="is a link"):
        write_folder(tmp_path / "site", {"d/a.json": b"b"})
    assert not files_of(tmp_path / "elsewhere")


def test_a_run_that_was_killed_is_made_good_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    contents = {f"{number}.html": b"x" for number in range(4)}
    real, calls = site_folder.write_files, []

    def killed(files: Any) -> None:
        calls.append(files)
        if len(calls) == 4:
            raise KeyboardInterrupt
        real(files)

    monkeypatch.setattr(site_folder, "write_files", killed)
    with pytest.raises(KeyboardInterrupt):
        write_folder(tmp_path, contents)
    monkeypatch.undo()
    write_folder(tmp_path, {"0.html": b"y"})
    assert files_of(tmp_path).keys() == {"0.html", MANIFEST}


KILLED = """
import os, sys
from pathlib import Path
from datasummary.site.folder import write_folder
left, real = [int(sys.argv[2])], os.fsync
def fsync(handle):
    left[0] -= 1
    left[0] or os._exit(9)
    real(handle)
os.fsync = fsync
write_folder(Path(sys.argv[1]), {"a.html": b"new", "d/b.json": b"new"})
"""


@pytest.mark.parametrize("files", [1, 2, 3, 4])
def test_what_a_killed_run_leaves_is_gone_after_the_next_and_no_other_file(tmp_path: Path, files: int) -> None:
    write_folder(tmp_path, {"a.html": b"a"})
    (tmp_path / ".a.html.original").write_text("mine")
    assert subprocess.run([sys.executable, "-c", KILLED, tmp_path, str(files)], check=False).returncode == 9
    assert (tmp_path / UNFINISHED).is_dir()
    write_folder(tmp_path, {"a.html": b"A"})
    assert files_of(tmp_path).keys() == {"a.html", ".a.html.original", MANIFEST}
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]


def test_a_link_where_files_are_written_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / UNFINISHED).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ProjectError, match="is in the way"):
        write_folder(tmp_path / "site", {"a.html": b"a"})
    assert (tmp_path / "elsewhere").is_dir()
