"""Published versions: kept whole, never changed, told of in the document; and the reminder that one is due."""

import datetime as dt
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from published import text_of
from summary_inventory import Scan, complete_project, write_project
from typer.testing import CliRunner

from datasummary import Project, keep_version
from datasummary.cli import app
from datasummary.documents.fields import Listing
from datasummary.documents.summary import build_summary, write_summary
from datasummary.documents.summary_schema import summary_schema
from datasummary.errors import ProjectError, WorkspaceError
from datasummary.render.html_page import html_page
from datasummary.render.markdown_page import markdown_page
from datasummary.versions import kept_versions, update_due, version_folder

AT = "https://acme.example/versions/"
NEWS = "https://acme.example/news"


def change(project: Project, **summary: Any) -> Project:
    """Write other keys under ``summary``; None takes one away."""
    content = yaml.safe_load(project.path.read_text("utf-8"))
    content["summary"] = {key: value for key, value in (content["summary"] | summary).items() if value is not None}
    project.path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")
    return Project.load(project.path)


def keep(project: Project) -> Project:
    write_summary(project)
    keep_version(project)
    return project


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(files)}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project of version 1.1, none of its versions kept; 1.0 is named in the project file."""
    return change(complete_project(tmp_path), versions_at=AT, announced_at=NEWS)


@pytest.fixture(scope="module")
def third(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, dict[str, str]]:
    """Two versions kept, a third drafted with other data; and the checksums of the two as they were kept."""
    folder = tmp_path_factory.mktemp("third")
    project = keep(change(complete_project(folder), versions_at=AT, announced_at=NEWS))
    project = keep(change(project, version="2", date="2026-06-01"))
    before = digests(project.out / "public/versions")
    content = yaml.safe_load(project.path.read_text("utf-8"))
    sources = {source["name"]: source for source in content["sources"]}
    sources["CANARY-large"]["title"] = "Common Pages, next"
    sources["CANARY-crawl"]["crawlers"].append(sources["CANARY-crawl"]["crawlers"][0] | {"name": "AcmeImageBot"})
    sources["CANARY-licensed"]["size"] = 2_000_000_000
    content["sources"] = [each for each in content["sources"] if each["name"] != "CANARY-chats"]
    content["model"]["names"].append({"name": "acme-7b-v2"})
    project.path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")
    project = change(project, version="3", date="2026-09-01")
    sizes = {f"other{n}.example": 20_000_000 - n for n in range(2)} | {
        f"site{n:06}.example": 9_000 - n for n in range(48)
    }
    languages = {"en": 600_001, "fi": 399_999}
    scan = Scan().add("CANARY-crawl", domains=sizes, languages=languages, first="2024-01-05", last="2026-07-09")
    scan.write(project)
    write_summary(project)
    return project, before


def test_a_kept_version_holds_every_form_and_its_checksums(project: Project) -> None:
    keep(project)
    public = project.out / "public"
    index = json.loads((public / "versions/versions.json").read_text("utf-8"))
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in public.iterdir() if path.is_file()}
    assert index == {"versions": [{"version": "1.1", "date": "2026-03-01", "folder": "1.1", "files": files}]}
    assert digests(public / "versions/1.1") == files
    assert {"public-summary.html", "public-summary.md", "public-summary.json", "top-domains.csv"} <= files.keys()


def test_a_third_version_leaves_the_two_before_it_as_they_are_and_says_what_changed(third: Any) -> None:
    project, before = third
    document = build_summary(project)
    assert digests(project.out / "public/versions") == before
    assert document.about.since == "2"
    told = "\n".join(document.about.changes)
    assert len(document.about.changes) <= 10
    for words in (
        "Models (1.2.a) newly named: acme-7b-v2.",
        "Was data from user interactions",
        "(2.4.a) Now: No; before: Yes.",
        "The list of domain names (2.3.h) holds 5 names; before, it held 3.",
        "2 domain names are new on the list: other0.example, other1.example.",
        "Large public datasets (2.1.c) newly named: Common Pages, next; no longer named: Common Pages.",
        "Crawlers (2.3.b) newly named: AcmeImageBot.",
        "Size of the training data (1.3.b), Image: More than 1 billion images; before: 1 Million to 1 billion images.",
        "Languages (1.3.e) newly named: Finnish; no longer named: French, Language not identified.",
    ):
        assert words in told


def test_the_document_says_which_version_it_is_and_where_the_others_are(third: Any) -> None:
    project, _ = third
    document = build_summary(project)
    status = (
        "This is version 3 of 01/09/2026. It was the latest version on that date; whether a newer one exists is told at "
        f"{AT}."
    )
    about = json.loads((project.out / "public/public-summary.json").read_text("utf-8"))["about"]
    changes = list(document.about.changes)
    place = "https://acme.example/summary"
    assert about == {
        "version": "3", "date": "2026-09-01", "status": status, "authoritative_copy": place, "all_versions": AT,
        "announcements": NEWS, "since": "2", "changes": changes,
    }  # fmt: skip
    for page in (html_page(document), markdown_page(document)):
        assert page.index("It was the latest version on that date") < page.index(
            "Version of the Summary:", 9000 if "<html" in page else 0
        )
        assert all(link in page for link in (place, AT, NEWS))
        assert "Changes since version 2" in page
    jsonschema.validate(json.loads((project.out / "public/public-summary.json").read_text("utf-8")), summary_schema())


def test_field_0_a_lists_kept_versions_beside_those_of_the_project_file_without_doubles(third: Any) -> None:
    project, _ = third
    value = build_summary(change(project, previous=[
        {"version": "1.0", "date": "2025-12-01", "link": "https://acme.example/summary-1.0"},
        {"version": "1.1", "link": "https://acme.example/elsewhere"},
    ])).fields["0.a"].value  # fmt: skip
    assert isinstance(value, Listing)
    assert [(entry.name, entry.text, entry.link) for entry in value.items] == [
        ("Version 3", "this document", "https://acme.example/summary"),
        ("Version 2", "previous version, 01/06/2026", f"{AT}2/public-summary.html"),
        ("Version 1.1", "previous version, 01/03/2026", "https://acme.example/elsewhere"),
        ("Version 1.0", "previous version, 01/12/2025", "https://acme.example/summary-1.0"),
    ]


@pytest.mark.parametrize("place", ["https://a.example/v", "https://a.example/v/", "https://a.example/v/all.html?x#y"])
def test_links_to_kept_versions_lie_beside_the_page_of_all_versions(project: Project, place: str) -> None:
    document = build_summary(change(keep(project), version="2", versions_at=place, previous=None))
    value = document.fields["0.a"].value
    assert isinstance(value, Listing)
    assert value.items[1].link == "https://a.example/v/1.1/public-summary.html"


def test_a_kept_version_whose_link_nobody_told_leaves_the_field_open(project: Project) -> None:
    document = build_summary(change(keep(project), version="2", versions_at=None, previous=None))
    assert [point.public for point in document.fields["0.a"].open] == ["the link to version 1.1"]
    assert "told at https://acme.example/summary." not in markdown_page(document)
    assert "This is a draft of version 2" in markdown_page(document)


def test_a_previous_version_that_is_not_kept_is_pointed_to(project: Project) -> None:
    about = build_summary(project).about
    assert about.since == "1.0"
    assert about.changes == ("They are not listed here; version 1.0 is at https://acme.example/summary-1.0.",)


def test_a_draft_is_not_kept_and_its_open_fields_are_named(project: Project) -> None:
    content = yaml.safe_load(project.path.read_text("utf-8"))
    del content["illegal_content"]
    project.path.write_text(yaml.safe_dump(content), "utf-8")
    project = Project.load(project.path)
    write_summary(project)
    with pytest.raises(ProjectError, match=r"version 1\.1 is a draft.*open: 3\.2\.a$"):
        keep_version(project)
    assert not (project.out / "public/versions").exists()


def test_what_is_published_is_written_again_only_as_it_is(project: Project) -> None:
    kept = digests(keep(project).out / "public")
    write_summary(project)
    assert keep_version(project).new is False
    assert digests(project.out / "public") == kept
    for changed, told in (
        (change(project, domain_sizes=True), "top-domains.csv"),
        (change(project, domain_sizes=None, date="2026-03-02"), re.escape("02/03/2026 (published: 01/03/2026)")),
        (change(project, date="2026-03-01", announced_at="https://acme.example/other"), "about in public-summary.json"),
    ):
        with pytest.raises(ProjectError, match=rf"raise summary\.version.*{told}"):
            write_summary(changed)
    assert digests(project.out / "public") == kept


def test_another_version_of_the_program_is_no_other_content(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = digests(keep(project).out / "public/versions")
    monkeypatch.setattr("datasummary.render.json_documents.__version__", "99.0")
    write_summary(project)
    assert keep_version(project).new is False
    assert digests(project.out / "public/versions") == kept
    assert "99.0" in (project.out / "public/public-summary.json").read_text("utf-8")


@pytest.mark.parametrize("name", ["public-summary.md", "top-domains.csv"])
def test_an_altered_file_of_an_older_version_is_told_of_loudly(project: Project, name: str) -> None:
    path = keep(project).out / "public/versions/1.1" / name
    project = change(project, version="2")
    write_summary(project)
    path.write_text("other words", "utf-8")
    with pytest.raises(WorkspaceError, match=rf"1\.1/{name}: WAS ALTERED"):
        keep_version(project)
    path.unlink()
    with pytest.raises(WorkspaceError, match=rf"1\.1/{name}: cannot be read"):
        keep_version(project)
    assert [each.version for each in kept_versions(project)] == ["1.1"]


def test_changes_are_not_told_from_an_altered_version(project: Project) -> None:
    path = keep(project).out / "public/versions/1.1/public-summary.json"
    path.write_text("{}", "utf-8")
    with pytest.raises(WorkspaceError, match="WAS ALTERED"):
        build_summary(change(project, version="2"))


def test_only_files_of_the_projects_version_are_kept(project: Project) -> None:
    with pytest.raises(ProjectError, match="write it first"):
        keep_version(project)
    write_summary(project)
    with pytest.raises(ProjectError, match="write it anew"):
        keep_version(change(project, version="2"))


def test_a_later_version_has_no_earlier_date(project: Project) -> None:
    project = change(keep(project), version="2", date="2026-02-01")
    write_summary(project)
    with pytest.raises(ProjectError, match=r"lies before that of version 1\.1"):
        keep_version(project)


def test_a_keep_that_was_killed_is_made_good(project: Project) -> None:
    whole = digests(keep(project).out / "public/versions")
    index = project.out / "public/versions/versions.json"
    index.unlink()
    assert keep_version(project).new
    assert digests(project.out / "public/versions") == whole
    index.unlink()
    (index.parent / "1.1/public-summary.md").write_text("other", "utf-8")
    with pytest.raises(WorkspaceError, match=r"1\.1: is there, but versions\.json does not name it"):
        keep_version(project)


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"versions": [{}]}', '{"versions": 1}', "[" * 100_000, '{"versions": [{"version": "1", "date": "2026-01-01", "files": {"../x": "0"}}]}'],
    ids=range(6),
)  # fmt: skip
def test_an_index_that_is_not_ours_is_named(project: Project, text: str) -> None:
    index = project.out / "public/versions/versions.json"
    index.parent.mkdir(parents=True)
    index.write_text(text, "utf-8")
    with pytest.raises(WorkspaceError, match=r"versions\.json: is not as datasummary wrote it"):
        build_summary(project)


HOSTILE = ["../x", "1/2", "1-2", "1\\2", "..", ".", "versions.json", "index.html", "CON", "1.0-RC", "1.0-rc", "1.", "é", "%2e%2e", "1 2", "1--2", "x" * 300]  # fmt: skip


def test_hostile_names_of_versions_are_kept_apart_and_inside(project: Project) -> None:
    for number, version in enumerate(HOSTILE):
        project = change(project, version=version, previous=None, date=f"2026-04-{number + 1:02}")
        if number < 3:
            keep(project)
    folders = sorted(path.name for path in (project.out / "public/versions").iterdir() if path.is_dir())
    assert folders == sorted(map(version_folder, HOSTILE[:3]))
    assert not (project.out / "public/x").exists()


@given(
    st.lists(
        st.text(max_size=20) | st.sampled_from(HOSTILE) | st.from_regex(r"[0-9a-f-]{1,40}", fullmatch=True), unique=True
    )
)
def test_folders_are_safe_and_distinct_also_where_case_is_ignored(versions: list[str]) -> None:
    folders = [version_folder(version) for version in (*versions, *map(version_folder, versions))]
    assert all(re.fullmatch(r"[0-9a-z][0-9a-z.-]{0,80}", folder) and ".." not in folder for folder in folders)
    distinct = {*versions, *map(version_folder, versions)}
    assert len({version_folder(version).casefold() for version in distinct}) == len(distinct)


def continuing(folder: Path, date: str, *, value: bool = True) -> Project:
    model = {"names": [{"name": "m"}], "placed_on_market": "2020-01-01", "training_continues": {"value": value}}
    return write_project(folder, model=model, summary={"version": "1", "date": date})


def test_an_update_is_due_six_months_after_the_last_where_training_goes_on(tmp_path: Path) -> None:
    project = continuing(tmp_path, "2025-08-31")
    assert update_due(project, dt.date(2026, 2, 27)) is None
    assert "due since 28/02/2026" in str(update_due(project, dt.date(2026, 2, 28)))
    assert update_due(continuing(tmp_path, "2025-08-31", value=False), dt.date(2030, 1, 1)) is None


@pytest.mark.parametrize("command", ["summary", "run", "status"])
def test_commands_say_that_an_update_is_due_and_no_document_does(tmp_path: Path, command: str) -> None:
    project = continuing(tmp_path, "2020-03-01")
    words = [command, "--project", str(project.path)]
    assert "An update of the summary is due since 01/09/2020" in CliRunner().invoke(app, words).output
    assert CliRunner().invoke(app, [*words, "--quiet"]).stderr == ""
    told = CliRunner().invoke(app, [*words, "--json"])
    assert told.stderr == ""
    assert json.loads(told.stdout)["reminder"]
    public = project.out / "public"
    assert [path for path in public.glob("*") if "is due" in text_of(path)] == []


def test_the_command_keeps_and_says_where(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datasummary.runs.require_current", lambda project: None)  # its tables come from no scan
    words = ["summary", "--keep", "--project", str(project.path)]
    folder = project.out / "public/versions/1.1"
    assert f"Version 1.1 is kept in {folder}." in CliRunner().invoke(app, words).stderr
    assert json.loads(CliRunner().invoke(app, [*words, "--json"]).stdout)["kept"] == str(folder)
