"""The published site: what is kept, nothing of the provider's alone, refused while it is not fit to be published."""

import hashlib
import json
import os
import re
import shutil
import struct
import zlib
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from site_projects import BASE, NAMES, edited, files_of, next_version, site_project, write_public
from typer.testing import CliRunner

import datasummary
from datasummary.cli import app
from datasummary.errors import ProjectError, WorkspaceError
from datasummary.project import Project
from datasummary.site import publishing
from datasummary.site.domain_search import parts_of
from datasummary.site.folder import MANIFEST

ATOM = "{http://www.w3.org/2005/Atom}"
LATER = (*NAMES[1:], *(f"new{number}.example" for number in range(600)))
OWN_PAGES = ("index.html", "domains.html", "changes.html", "versions/index.html")
NEVER = ("compliant", "violation", "infringing", "honoured", "consent", "not used", "missing")


class Page(HTMLParser):
    """Links, ids, words and embedded data of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self._inside = ""
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags.append((tag, found))
        self._inside = tag
        if tag == "a":
            self.links.append(found["href"])

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside not in ("style", "script") and data.strip():
            self.words.append(data.strip())

    @property
    def text(self) -> str:
        return " ".join(self.words)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project that was published once; not to be changed."""
    project = site_project(tmp_path_factory.mktemp("first") / "project")
    datasummary.publish(project, project.home / "site")
    return project


@pytest.fixture(scope="module")
def second(first: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The same with a second version; not to be changed."""
    project = copy_of(first, tmp_path_factory.mktemp("second"))
    datasummary.publish(next_version(project, "1.2", "2026-06-01", LATER), project.home / "site")
    return Project.load(project.path)


def copy_of(project: Project, folder: Path) -> Project:
    shutil.copytree(project.home, folder / "project")
    return Project.load(folder / "project" / project.path.name)


@pytest.fixture
def project(first: Project, tmp_path: Path) -> Project:
    """A copy that a test may change."""
    return copy_of(first, tmp_path)


def test_every_form_stands_as_it_was_kept(second: Project) -> None:
    site, kept = files_of(second.home / "site"), files_of(second.out / "public" / "versions")
    assert {name.removeprefix("versions/"): site[name] for name in site if name.startswith("versions/")}.keys() == {
        *kept,
        "index.html",
    }
    assert all(site[f"versions/{name}"] == content for name, content in kept.items())
    assert all(site[name.removeprefix("1.2/")] == content for name, content in kept.items() if name.startswith("1.2/"))


def test_the_checksums_are_those_of_the_files(second: Project) -> None:
    site = files_of(second.home / "site")
    sums = dict(reversed(line.split("  ")) for line in site["SHA256SUMS"].decode().splitlines())
    assert sums.keys() == site.keys() - {"SHA256SUMS", MANIFEST}
    assert all(hashlib.sha256(site[name]).hexdigest() == digest for name, digest in sums.items())
    data = next(
        json.loads(found)
        for found in re.findall(r'<script type="application/ld\+json">(.*?)</script>', site["index.html"].decode())
    )
    encodings = {each["name"]: each for each in [*data["encoding"], data["hasPart"]["distribution"]]}
    assert {name: each["sha256"] for name, each in encodings.items()} == {name: sums[name] for name in encodings}
    assert encodings["top-domains.csv"]["contentUrl"] == f"{BASE}top-domains.csv"
    assert (data["version"], data["dateModified"], data["publisher"]["name"]) == ("1.2", "2026-06-01", "Acme AI Inc.")


def test_the_same_files_give_the_same_bytes_and_a_rerun_writes_nothing(second: Project, tmp_path: Path) -> None:
    folder = second.home / "site"
    times = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST}
    again = datasummary.publish(second, folder)
    datasummary.publish(second, tmp_path / "other")
    assert files_of(folder) == files_of(tmp_path / "other")
    assert {path: path.stat().st_mtime_ns for path in times} == times
    assert not again.new_version
    assert again.hints == ()


def test_all_links_of_the_pages_lead_to_files_of_the_site(second: Project) -> None:
    folder = second.home / "site"
    for name in OWN_PAGES:
        for link in Page(folder / name).links:
            path, _, anchor = link.partition("#")
            if link.startswith(("https://", "mailto:")):
                continue
            target = (folder / name).parent / path if path else folder / name
            assert target.is_file(), (name, link)
            assert not anchor or f'id="{anchor}"' in target.read_text("utf-8"), (name, link)


def test_the_versions_page_marks_the_latest_and_says_which_are_outdated(second: Project) -> None:
    text = Page(second.home / "site/versions/index.html").text
    latest, outdated = text.index("Version 1.2 Latest"), text.index("Version 1.1 Outdated")
    assert latest < outdated < text.index("This version is outdated: the latest is version 1.2.")
    assert "Earlier versions that stand elsewhere" in text
    assert "https://acme.example/summary-1.0" in text


def test_changes_are_told_on_the_page_and_in_the_feed(second: Project) -> None:
    folder = second.home / "site"
    feed = ET.fromstring((folder / "feed.atom").read_text("utf-8"))
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == [
        "Version 1.2 of the public summary",
        "Version 1.1 of the public summary",
    ]
    assert feed.findtext(f"{ATOM}updated") == "2026-06-01T00:00:00Z"
    told = "".join(entries[0].itertext())
    text = Page(folder / "changes.html").text
    assert "600 domain names are new on the list" in told
    assert "600 domain names are new on the list" in text
    assert "new499.example" in text
    assert "new500.example" not in text
    assert "These are the first 500" in text


def test_an_entry_of_the_feed_never_changes(first: Project, second: Project) -> None:
    before, after = ((each.home / "site/feed.atom").read_text("utf-8") for each in (first, second))
    assert before[before.index("<entry>") :] in after


def test_the_overview_names_whom_rightsholders_can_reach(second: Project) -> None:
    text = Page(second.home / "site/index.html").text
    for words in ("rights@acme.example", "Answered within four weeks.", "data@acme.example", "rep@acme.example"):
        assert words in text


def test_nothing_internal_and_no_dishonest_word_is_in_the_site(second: Project) -> None:
    for name, content in files_of(second.home / "site").items():
        assert b"CANARY" not in content
        if name in OWN_PAGES:
            words = Page(second.home / "site" / name).text.lower()
            assert not [word for word in NEVER if word in words], name


def test_only_the_public_folder_is_read(project: Project, tmp_path: Path) -> None:
    shutil.rmtree(project.out / "internal")
    datasummary.publish(project, tmp_path / "site")
    assert files_of(tmp_path / "site") == files_of(project.home / "site")


HOSTILE = """</script><script>alert(1)</script><img src=x onerror="alert('x')"> & **b** [l](javascript:alert(1))"""


def test_what_the_provider_wrote_is_text_everywhere(tmp_path: Path) -> None:
    project = site_project(
        tmp_path / "project",
        provider={"name": f"Acme {HOSTILE}", "contact": HOSTILE},
        model={"names": [{"name": f"m {HOSTILE}"}]},
        summary={"version": '1.1 "><script>alert(2)</script>'},
    )
    result = datasummary.publish(project, tmp_path / "site")
    scripts = {"domains.html": 3, "index.html": 1}  # of which one runs
    for name in OWN_PAGES:
        page = Page(tmp_path / "site" / name)
        assert [tag for tag, _ in page.tags].count("script") == scripts.get(name, 0)
        assert "img" not in {tag for tag, _ in page.tags}
        assert f"Acme {HOSTILE}" in page.text
        assert not [link for link in page.links if link.startswith("javascript:")]
    for name in ("feed.atom", "sitemap.xml", "badge.svg"):
        ET.parse(tmp_path / "site" / name)
    assert "<script>" not in result.model_card.replace("\\<script\\>", "")
    assert "[l](javascript" not in result.model_card


def test_the_page_allows_its_own_style_and_script_and_no_request(second: Project) -> None:
    for name in OWN_PAGES:
        metas = [attrs for tag, attrs in Page(second.home / "site" / name).tags if tag == "meta"]
        policy = next(each["content"] for each in metas if each.get("http-equiv") == "Content-Security-Policy")
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert ("script-src" in policy) == (name == "domains.html")
        assert "unsafe" not in policy
        assert "connect-src" not in policy


def test_the_picture_and_the_badge_are_pictures(second: Project) -> None:
    picture = (second.home / "site/preview.png").read_bytes()
    assert struct.unpack(">II", picture[16:24]) == (1200, 630)
    badge = (second.home / "site/badge.svg").read_text("utf-8")
    assert "summary 1.2" in badge
    metas = [attrs for tag, attrs in Page(second.home / "site/index.html").tags if tag == "meta"]
    tags = {attrs.get("property", ""): attrs for attrs in metas}
    assert tags["og:image"]["content"] == f"{BASE}preview.png"
    assert tags["og:url"]["content"] == BASE


def test_the_model_card_names_all_and_lies_in_the_public_folder(second: Project) -> None:
    card = (second.out / "public/model-card.md").read_text("utf-8")
    assert card.startswith(f"[![Public summary of training content, version 1.2]({BASE}badge.svg)]({BASE})\n")
    for words in (
        f"<{BASE}>",
        "Version 1.2 of 01/06/2026",
        f"<{BASE}copyright-policy-summary.html>",
        "data@acme.example",
    ):
        assert words in card
    assert "---" not in card


def test_the_words_are_in_the_language_of_the_summary(project: Project, tmp_path: Path) -> None:
    french = edited(project, language="fr", summary={"version": "2.0", "date": "2026-07-01"})
    datasummary.copyright_policy(french)
    write_public(french, NAMES)
    datasummary.publish(french, tmp_path / "site")
    assert all('<html lang="fr">' in (tmp_path / "site" / name).read_text("utf-8") for name in OWN_PAGES)
    text = " ".join(Page(tmp_path / "site" / name).text for name in ("domains.html", "versions/index.html"))
    assert "Vérifier un nom de domaine" in text
    assert not re.findall(r"\b(?:[Tt]he|[Vv]ersions? of|is on|names?|which|files?)\b", text.replace("SHA256SUMS", ""))
    assert 'xml:lang="fr"' in (tmp_path / "site/feed.atom").read_text("utf-8")


@pytest.mark.parametrize("stale", ["summary", "policy"])
def test_a_site_in_two_languages_is_refused_with_the_command_that_mends_it(project: Project, stale: str) -> None:
    later = edited(project, summary={"version": "1.2", "date": "2026-06-01"})
    french = edited(later, language="fr")
    write_public(later if stale == "summary" else french, NAMES)
    datasummary.copyright_policy(french if stale == "summary" else edited(french, language="en"))
    french = edited(french, language="fr")
    with pytest.raises(ProjectError, match=f"has one language.*“fr”: datasummary {stale}$"):
        datasummary.publish(french, project.home / "site")


def test_without_a_copyright_policy_the_page_points_to_the_summary(tmp_path: Path) -> None:
    project = site_project(tmp_path / "project")
    for path in (project.out / "public").glob("c*"):
        path.unlink()
    result = datasummary.publish(project, tmp_path / "site")
    assert not [name for name in result.files if name.startswith(("copyright", "crawlers"))]
    assert "public-summary.html#section-3.1" in Page(tmp_path / "site/index.html").links
    assert "Copyright policy" not in result.model_card


def test_later_forms_join_the_next_version_only(project: Project) -> None:
    (project.out / "public/public-summary.pdf").write_bytes(b"%PDF-")
    result = datasummary.publish(project, project.home / "site")
    assert "public-summary.pdf" not in result.files
    assert [hint for hint in result.hints if hint.startswith("public-summary.pdf was written after version 1.1")]
    later = next_version(project, "1.2", "2026-06-01", NAMES)
    (project.out / "public/public-summary.pdf").write_bytes(b"%PDF-2")
    datasummary.publish(later, project.home / "site")
    assert (project.home / "site/versions/1.2/public-summary.pdf").read_bytes() == b"%PDF-2"
    assert "sitemap" in (project.home / "site/sitemap.xml").read_text("utf-8")


@pytest.mark.parametrize(
    ("said", "change"),
    [
        ("public-summary.md: is not there", lambda public: (public / "public-summary.md").unlink()),
        ("public-summary.json: is not there", lambda public: (public / "public-summary.json").unlink()),
        ("public-summary.json: is not as this version", lambda public: (public / "public-summary.json").write_text("[]")),
        ("top-domains.csv: is not there", lambda public: (public / "top-domains.csv").unlink()),
        ("top-domains.csv: lists other names", lambda public: (public / "top-domains.csv").write_text("rank,domain\r\n1,a.b\r\n")),
        ("public-summary.html: is older", lambda public: os.utime(public / "public-summary.html", (1, 1))),
        (
            "copyright-policy-summary.html: is a draft",
            lambda public: (public / "copyright-policy-summary.html").write_text('<body class="policy draft">'),
        ),
        (
            "copyright-policy-summary.html: is not of 01/03/2026",
            lambda public: (public / "copyright-policy-summary.html").write_text("<dd>01/01/2025</dd>"),
        ),
        *(
            (f"{name}: is not there, but ", lambda public, name=name: (public / name).unlink())
            for name in (*(f"copyright-policy-summary.{form}" for form in ("html", "md", "docx", "pdf")), "crawlers.atom")
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_does_not_belong_together_is_refused(project: Project, said: str, change: Callable[[Path], Any]) -> None:
    change(project.out / "public")
    before = files_of(project.home / "site")
    with pytest.raises(ProjectError, match=re.escape(said)):
        datasummary.publish(project, project.home / "site")
    assert files_of(project.home / "site") == before


def test_a_draft_is_refused_by_the_names_of_its_open_fields(project: Project, tmp_path: Path) -> None:
    path = project.out / "public/public-summary.json"
    content = json.loads(path.read_text("utf-8"))
    content["status"] = "draft"
    content["fields"]["3.2.a"]["to_be_stated"] = ["how illegal content was removed"]
    path.write_text(json.dumps(content), "utf-8")
    done = CliRunner().invoke(app, ["publish", str(tmp_path / "site"), "--project", str(project.path)])
    assert isinstance(done.exception, ProjectError)
    assert done.exception.exit_code == 2
    assert "Open: 3.2.a how illegal content was removed." in str(done.exception)
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize("name", ["public-summary.html", "top-domains.csv"])
def test_a_kept_file_that_was_altered_stops_it(project: Project, name: str) -> None:
    place = project.out / "public/versions/1.1" / name
    place.write_bytes(place.read_bytes() + b" ")
    with pytest.raises(WorkspaceError, match=re.escape(name)):
        datasummary.publish(project, project.home / "site")


def test_robots_txt_is_written_where_one_is_read(project: Project, tmp_path: Path) -> None:
    datasummary.publish(project, tmp_path / "site", "https://summary.acme.example")
    assert (tmp_path / "site/robots.txt").read_text() == "Sitemap: https://summary.acme.example/sitemap.xml\n"


def test_each_address_in_the_summary_that_is_not_on_the_site_is_noted(project: Project, tmp_path: Path) -> None:
    hints = datasummary.publish(project, tmp_path / "site", "https://summary.acme.example").hints
    for key, named, here in (
        ("published_at", "public-summary.html", "public-summary.html"),
        ("versions_at", "versions/", "versions/"),
        ("announced_at", "feed.atom", "feed.atom"),
    ):
        ends = f": {BASE}{named}; on this site that is https://summary.acme.example/{here} (summary.{key})"
        assert [hint for hint in hints if hint.endswith(ends)], key
    assert len(hints) == 3


def test_each_address_that_the_summary_leaves_out_is_noted(tmp_path: Path) -> None:
    none = {"published_at": None, "versions_at": None, "announced_at": None}
    hints = datasummary.publish(site_project(tmp_path / "project", summary=none), tmp_path / "site", BASE).hints
    assert [hint.partition("; ")[2] for hint in hints] == [
        f"set summary.published_at: {BASE}public-summary.html",
        f"set summary.versions_at: {BASE}versions/",
        f"set summary.announced_at: {BASE}feed.atom",
    ]


def test_addresses_are_written_as_programs_read_them(project: Project, tmp_path: Path) -> None:
    datasummary.publish(project, tmp_path / "site", "https://münchen.example/ä/")
    for name in ("sitemap.xml", "feed.atom", "index.html"):
        text = (tmp_path / "site" / name).read_text("utf-8")
        assert "https://xn--mnchen-3ya.example/%C3%A4/" in text
        assert "münchen" not in text


@given(st.lists(st.text("abcxyz-_.", min_size=1, max_size=20), unique=True, max_size=50))
def test_each_name_is_in_the_part_that_its_checksum_names(names: list[str]) -> None:
    parts = {name: json.loads(content) for name, content in parts_of(names).items()}
    for rank, name in enumerate(names, 1):
        assert parts[f"{zlib.crc32(name.encode()) % len(parts):03x}.json"][name] == rank


def test_a_long_list_is_split_and_its_page_may_fetch_from_the_site_alone(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "NAMES_INSIDE", len(NAMES) - 1)
    result = datasummary.publish(project, tmp_path / "site")
    assert "domains/000.json" in result.files
    page = (tmp_path / "site/domains.html").read_text("utf-8")
    assert "; connect-src 'self'\"" in page.replace("&#39;", "'")
    assert NAMES[0] not in page
    monkeypatch.undo()
    assert datasummary.publish(project, tmp_path / "site").removed == ("domains/000.json",)


def test_the_command_prints_one_document(project: Project, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["publish", str(tmp_path / "site"), "--project", str(project.path), "--json"])
    found = json.loads(done.stdout)
    assert (found["url"], found["version"], found["new_version"], found["removed"]) == (BASE, "1.1", False, [])
    assert found["model_card"] == (project.out / "public/model-card.md").read_text("utf-8")
    shown = CliRunner().invoke(app, ["publish", str(tmp_path / "site"), "--project", str(project.path)])
    assert (shown.exit_code, shown.stdout) == (0, "")
    assert "published as kept" in shown.stderr
    assert found["model_card"] in shown.stderr


def test_nothing_is_kept_where_nothing_can_be_published(tmp_path: Path) -> None:
    project = site_project(tmp_path / "project")
    (tmp_path / "thesis.txt").write_text("mine")
    for folder, url in ((tmp_path, None), (tmp_path / "site", "nowhere")):
        with pytest.raises(ProjectError):
            datasummary.publish(project, folder, url)
    assert not (project.out / "public/versions").exists()
