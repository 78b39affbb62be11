"""The feed says what changed and when, keeps what it said, and tells nothing that is not for the public."""

import json
import re
import uuid
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from copyright_projects import CRAWLERS, CUSTOM, DECLARED, RESPECTS, declared_project, write_custom_policy

from datasummary.documents.copyright_policy import copyright_policy
from datasummary.errors import DataError
from datasummary.feed import FEED, STATE
from datasummary.project import Project

ATOM, XHTML = "{http://www.w3.org/2005/Atom}", "{http://www.w3.org/1999/xhtml}"
LATER = {"version": "1.1", "date": "2026-06-15"}


def feed_of(project: Project) -> ET.Element:
    return ET.fromstring((project.out / "public" / FEED).read_bytes())


def entries(project: Project) -> list[ET.Element]:
    return feed_of(project).findall(f"{ATOM}entry")


def told(entry: ET.Element) -> list[str]:
    return [item.text or "" for item in entry.iter(f"{XHTML}li")]


def changed(home: Path, before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """What the feed tells once a project's keys change."""
    copyright_policy(declared_project(home, **before))
    project = declared_project(home, **{"summary": LATER, **after})
    copyright_policy(project)
    return told(entries(project)[0])


def test_it_is_valid_atom(tmp_path: Path) -> None:
    """RFC 4287, 4.1.1 and 4.1.2: what a feed and an entry must have, each once."""
    project = declared_project(tmp_path)
    copyright_policy(project)
    copyright_policy(declared_project(tmp_path, summary=LATER, crawlers=CRAWLERS[:1]))
    feed = feed_of(project)
    assert feed.tag == f"{ATOM}feed"
    moment = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
    for element in (feed, *entries(project)):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1
        assert uuid.UUID(element.findtext(f"{ATOM}id")).version == 5  # type: ignore[arg-type]
        assert moment.fullmatch(element.findtext(f"{ATOM}updated") or "")
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Acme AI SAS"
    assert [link.attrib for link in feed.findall(f"{ATOM}link")] == [{"rel": "self", "href": DECLARED["feed_link"]}]
    ids = [element.findtext(f"{ATOM}id") for element in (feed, *entries(project))]
    assert len(set(ids)) == 3
    for entry in entries(project):
        content = entry.find(f"{ATOM}content")
        assert content is not None
        assert content.attrib == {"type": "xhtml"}
        assert [child.tag for child in content] == [f"{XHTML}div"]


def test_the_first_entry_says_what_holds_at_publication(tmp_path: Path) -> None:
    project = declared_project(tmp_path)
    copyright_policy(project)
    (entry,) = entries(project)
    words = told(entry)
    assert "Crawlers: AcmeBot, FeedBot." in words
    assert "Crawler policy: machine-readable, version 1.0." in words
    assert any(word.startswith("Protocols that count: robots.txt (RFC 9309); ") for word in words)
    assert entry.findtext(f"{ATOM}updated") == "2026-03-01T00:00:00Z"


def test_a_run_without_changes_leaves_the_bytes(tmp_path: Path) -> None:
    def run(date: str) -> dict[str, bytes]:
        project = declared_project(tmp_path, summary={"version": "1.0", "date": date})
        assert copyright_policy(project).changes == () or date == "2026-03-01"
        return {name: (project.out / place / name).read_bytes() for place, name in files}

    files = [("public", FEED), ("internal", STATE)]
    first = run("2026-03-01")
    assert run("2026-03-01") == first
    assert run("2026-09-01") == first  # another day alone is no change


def test_the_same_history_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        changed(tmp_path / name, {}, {"crawlers": CRAWLERS[:1]})
    places = ("out/public/" + FEED, "out/internal/" + STATE)
    assert [(tmp_path / "a" / p).read_bytes() for p in places] == [(tmp_path / "b" / p).read_bytes() for p in places]


def test_earlier_entries_and_the_feeds_id_are_never_changed(tmp_path: Path) -> None:
    project = declared_project(tmp_path)
    copyright_policy(project)
    first = (project.out / "public" / FEED).read_text("utf-8")
    number = feed_of(project).findtext(f"{ATOM}id")
    other = {"name": "Other SAS", "contact": "x", "established_in": "FR"}
    copyright_policy(declared_project(tmp_path, summary=LATER, provider=other, crawlers=[], copyright={}))
    second = (project.out / "public" / FEED).read_text("utf-8")
    assert first[first.index("<entry>") : first.index("</feed>")] in second
    assert feed_of(project).findtext(f"{ATOM}id") == number
    assert [entry.findtext(f"{ATOM}updated") for entry in entries(project)] == [
        "2026-06-15T00:00:00Z",
        "2026-03-01T00:00:00Z",
    ]
    assert feed_of(project).findtext(f"{ATOM}updated") == "2026-06-15T00:00:00Z"


ROBOTS = {**CRAWLERS[0], "respects": {**RESPECTS, "robots_txt": "Read once an hour."}}
NEW = {"name": "NewBot", "purpose": "Collects pictures."}


@pytest.mark.parametrize(
    ("after", "words"),
    [
        ({"crawlers": [*CRAWLERS, NEW]}, "Crawler added: NewBot (run by: the provider; purpose: Collects pictures.)"),
        ({"crawlers": CRAWLERS[:1]}, "Crawler no longer listed: FeedBot"),
        (
            {"crawlers": [ROBOTS, CRAWLERS[1]]},
            "Crawler AcmeBot, robots.txt: now “Read once an hour.”; before “Read before each visit.”",
        ),
        (
            {"copyright": {**DECLARED, "contact": "new@acme.example"}},
            "Point of contact for rightsholders: now “new@acme.example”; before “rights@acme.example”",
        ),
        (
            {"copyright": {**DECLARED, "code_of_practice_signatory": False}},
            "Copyright chapter of the Code of Practice signed: now “no”; before “yes”",
        ),
        (
            {"policy": "robots-only"},
            "Protocol that counts no longer: TDM Reservation Protocol; what it says is reported",
        ),
        (
            {"policy": "robots-only"},
            "Crawler policy: now “robots-only, version 1.0”; before “machine-readable, version 1.0”",
        ),
        (
            {"policy": "strict"},
            "Verdicts whose documents are left out: now “reserved; under review by people”; before “reserved”",
        ),
        (
            {"policy": "strict"},
            "A required file that the site refuses to give: now “reserved”; before “access refused”",
        ),
        (
            {"policy": "apertus-2025"},
            "As of when content is judged: now “What counts is what a site was last seen to say up to 31/01/2025, for "
            "documents of every date”; before “What counts is what a site was last seen to say, for documents of every "
            "date”",
        ),
    ],
)
def test_it_says_in_words_what_changed(tmp_path: Path, after: dict[str, Any], words: str) -> None:
    assert words in changed(tmp_path, {}, after)


def test_it_tells_of_protocols_that_count_anew_or_otherwise(tmp_path: Path) -> None:
    policy = write_custom_policy(tmp_path)
    assert (
        "Protocol ai.txt: now “a practice of those who use it; a host without its evidence is unknown”; before “a "
        "practice of those who use it; not required”"
    ) in changed(tmp_path, {}, {"policy": policy})
    words = changed(tmp_path, {}, {"policy": "machine-readable", "summary": {"version": "2", "date": "2026-09-01"}})
    assert (
        "Protocol that counts now: TDM Reservation Protocol (a report of a community group, which is no standard; not "
        "required)"
    ) in words


def test_nothing_internal_is_told_nor_any_change_of_it(tmp_path: Path) -> None:
    policy = write_custom_policy(tmp_path)
    project = declared_project(tmp_path, policy=policy)
    copyright_policy(project)
    (tmp_path / "acme.yaml").write_text(CUSTOM.replace("SECRET-2024/17", "SECRET-2025/1").replace("letter", "mail"))
    (tmp_path / "secret-lists" / "sites.txt").write_text("third.example\n")
    moved = {**DECLARED, "responsible": "Bob Secret"}
    assert copyright_policy(declared_project(tmp_path, policy=policy, copyright=moved, summary=LATER)).changes == ()
    for path in ((project.out / "public" / FEED), (project.out / "internal" / STATE)):
        assert not re.search(r"secret|Ann Counsel|asked\.example|bad\.example", path.read_text("utf-8"), re.IGNORECASE)


def test_hostile_words_are_shown_as_text(tmp_path: Path) -> None:
    hostile = "]]></li></ul><script>alert(1)</script>&amp;\x00\x0b\ufffe\"'"
    crawler = {"name": hostile, "purpose": hostile, "respects": {"robots_txt": hostile}}
    words = {key: hostile for key in DECLARED if key not in {"feed_link", "code_of_practice_signatory"}}
    link = "https://acme.example/?a=1&b='%22%3C"
    project = declared_project(
        tmp_path,
        crawlers=[crawler],
        provider={"name": hostile, "contact": "x", "established_in": "FR"},
        copyright={**words, "feed_link": link},
    )
    copyright_policy(project)
    visible = "]]></li></ul><script>alert(1)</script>&amp;\"'"
    feed = feed_of(project)
    assert {element.tag.rpartition("}")[2] for element in feed.iter()} == {
        *("feed", "id", "title", "updated", "author", "name", "link", "generator", "entry", "content"),
        *("div", "ul", "li"),
    }
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == visible
    assert f"Crawlers: {visible}." in told(entries(project)[0])
    assert feed.find(f"{ATOM}link").attrib["href"] == link  # type: ignore[union-attr]


def write_changed(project: Project, **change: Any) -> None:
    path = project.out / "internal" / STATE
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **change}), "utf-8")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda project: (project.out / "internal" / STATE).write_text("{"),
        lambda project: (project.out / "internal" / STATE).write_bytes(b"\xff\xfe"),
        lambda project: (project.out / "internal" / STATE).write_text("[]"),
        lambda project: (project.out / "internal" / STATE).write_text("{}"),
        lambda project: write_changed(project, entries=[]),
        lambda project: write_changed(project, facts={}),
        lambda project: write_changed(project, sha256="0" * 64),
    ],
)
def test_a_state_that_is_broken_or_edited_is_told_and_nothing_is_written(tmp_path: Path, spoil: Any) -> None:
    project = declared_project(tmp_path)
    copyright_policy(project)
    spoil(project)
    before = {path: path.read_bytes() for path in project.out.rglob("*") if path.is_file()}
    with pytest.raises(DataError, match=r"crawlers-feed\.json: is broken, or was changed by hand; put back"):
        copyright_policy(declared_project(tmp_path, summary=LATER, crawlers=[]))
    assert {path: path.read_bytes() for path in project.out.rglob("*") if path.is_file()} == before


def test_a_feed_that_was_edited_or_lost_its_state_is_not_overwritten(tmp_path: Path) -> None:
    project = declared_project(tmp_path)
    copyright_policy(project)
    feed, state = project.out / "public" / FEED, project.out / "internal" / STATE
    whole = feed.read_bytes()
    feed.write_bytes(whole.replace(b"First", b"My own"))
    with pytest.raises(DataError, match=r"crawlers\.atom: was changed by hand since it was written; delete it"):
        copyright_policy(project)
    feed.unlink()
    copyright_policy(project)
    assert feed.read_bytes() == whole
    state.unlink()
    with pytest.raises(DataError, match=r"crawlers-feed\.json: is gone, and without it the feed .* cannot go on"):
        copyright_policy(project)


def test_a_run_that_was_killed_between_feed_and_state_is_made_good_by_the_next(tmp_path: Path) -> None:
    project = declared_project(tmp_path)
    copyright_policy(project)
    state = project.out / "internal" / STATE
    old = state.read_bytes()
    later = declared_project(tmp_path, summary=LATER, crawlers=CRAWLERS[:1])
    copyright_policy(later)
    new = [path.read_bytes() for path in (project.out / "public" / FEED, state)]
    state.write_bytes(old)
    copyright_policy(later)
    assert [path.read_bytes() for path in (project.out / "public" / FEED, state)] == new
