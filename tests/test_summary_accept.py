"""A proposed text stands once the provider accepts it, and as long as the facts it was built from do not change."""

import hashlib
from pathlib import Path

import pytest
import yaml
from summary_inventory import BASE

from datasummary.documents.acceptance import accept
from datasummary.documents.summary import build_summary, proposed_text
from datasummary.errors import ProjectError
from datasummary.project import Project

TEXT = (
    "# who we are\n"
    + yaml.safe_dump(BASE, sort_keys=False)
    + "copyright:   # the policy of 2025\n  protocols: [robots.txt]   # and no more\n"
)


def project_of(folder: Path, text: str) -> Project:
    path = folder / "datasummary.yaml"
    path.write_bytes(text.encode())
    return Project.load(path)


def test_a_proposed_text_is_open_until_it_is_accepted(tmp_path: Path) -> None:
    project = project_of(tmp_path, TEXT)
    field = build_summary(project).fields["3.1.b"]
    assert (field.origin, field.value) == ("missing", None)
    sha = accept(project, "3.1.b")
    assert sha == hashlib.sha256(proposed_text(project, "3.1.b").encode()).hexdigest()
    field = build_summary(Project.load(project.path)).fields["3.1.b"]
    assert (field.origin, field.open) == ("accepted", ())


def test_changed_facts_void_an_acceptance(tmp_path: Path) -> None:
    project = project_of(tmp_path, TEXT)
    accept(project, "3.1.b")
    changed = project.path.read_text().replace("[robots.txt]", "[robots.txt, TDMRep]")
    field = build_summary(project_of(tmp_path, changed)).fields["3.1.b"]
    assert field.origin == "missing"
    assert "the facts changed" in field.open[0].advice


@pytest.mark.parametrize(
    "tail",
    [
        "",
        "# the end, without a line break",
        "accepted: {}\n",
        "accepted: {}   # none yet\nnarratives: {}\n",
        f'accepted: {{"3.2.a": "{"0" * 64}"}}\n',
        f'accepted:\n    # ours\n    "3.2.a": "{"a" * 64}"  # read by Ann\n',
        f'accepted:\n  "3.1.b": {"b" * 64}  # an older text\n  "3.2.a": "{"c" * 64}"\n',
        f"accepted:\n  3.1.b: '{'d' * 64}'\ndomain_level: registrable\n",
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_project_file_keeps_every_other_byte_of_meaning_and_every_comment(
    tmp_path: Path, tail: str, newline: str
) -> None:
    text = (TEXT + tail).replace("\n", newline)
    project = project_of(tmp_path, text)
    sha = accept(project, "3.1.b")
    after = project.path.read_bytes().decode()
    before = yaml.safe_load(text)
    assert yaml.safe_load(after) == {**before, "accepted": {**(before.get("accepted") or {}), "3.1.b": sha}}
    comments = [line[line.index("#") :].strip() for line in text.splitlines() if "#" in line]
    assert all(comment in after for comment in comments)
    kept = [line for line in text.splitlines() if not line.startswith("accepted") and "3.1.b" not in line]
    assert [line for line in after.splitlines() if line in kept] == kept
    assert after.count("\r\n") == (after.count("\n") if newline == "\r\n" else 0)


def test_accepting_twice_changes_nothing_more(tmp_path: Path) -> None:
    project = project_of(tmp_path, TEXT)
    accept(project, "3.1.b")
    once = project.path.read_bytes()
    accept(Project.load(project.path), "3.1.b")
    assert project.path.read_bytes() == once


def test_a_file_that_cannot_be_edited_safely_stays_and_the_error_says_what_to_write(tmp_path: Path) -> None:
    flow = yaml.safe_dump({**BASE, "copyright": {"protocols": ["robots.txt"]}}, default_flow_style=True)
    project = project_of(tmp_path, flow)
    with pytest.raises(ProjectError, match=r'write this into it by hand, under accepted: "3\.1\.b"'):
        accept(project, "3.1.b")
    assert project.path.read_text() == flow


@pytest.mark.parametrize(
    ("field_id", "words"), [("1.1.a", "no text is proposed"), ("9.9.z", "no field of the summary")]
)
def test_there_must_be_something_to_accept(tmp_path: Path, field_id: str, words: str) -> None:
    with pytest.raises(ProjectError, match=words):
        accept(project_of(tmp_path, TEXT), field_id)
