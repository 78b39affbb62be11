"""Whether content of a site is in the training data: found, not found, or cannot tell, and from what that follows."""

import csv
import datetime as dt
import io
import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from audit_projects import capture, request, robots, write_evidence
from lookup_projects import CHATS, SOURCES, WEB, copy_of, make_audited, make_project, write_rows
from scan_projects import write_project

from datasummary.auditing import audit
from datasummary.domains import registrable_domains
from datasummary.errors import DataError, ProjectError
from datasummary.evidence.archive import Archive
from datasummary.evidence.excerpt import Excerpt
from datasummary.evidence.sites import Evidence
from datasummary.explaining import explain
from datasummary.filtering import filter_manifests
from datasummary.inventory import scan
from datasummary.lookup_names import LONGEST_NAME, names_in, read_name
from datasummary.lookup_signals import evidence_of
from datasummary.lookups import HOSTS_SHOWN, Answer, lookup
from datasummary.project import Project
from datasummary.render.answers import COLUMNS, answer_lines, answer_record, answers_csv

pytestmark = pytest.mark.xdist_group("lookup")  # one worker makes what all look at

COMMAND = Path(sys.executable).with_name("datasummary")
HOSTILE = [
    "<script>alert(1)</script>.example",
    "=cmd()|'/C calc'!A0",
    '"quoted".com',
    "a\x00b\x1b[31m.com",
    "\u202emoc.elpmaxe",
    "\ud800.com",
    "x" * 10_000_000,
    "a." * 200 + "com",
    "",
    "http://",
    "://",
    "http://[::1",
    "com",
    "localhost",
    "ftp://example.com/",
    "javascript:alert(1)",
    "exa mple.com",
    "-",
]


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Project:
    return make_audited(tmp_path_factory.mktemp("project"))


def one(project: Project, name: str, **more) -> Answer:
    (answer,) = lookup(project, [name], **more)
    return answer


def text(answer: Answer) -> str:
    return "\n".join(answer_lines(answer))


# The three answers


def test_a_domain_covers_all_its_hosts_and_says_which(project):
    answer = one(project, "example.com")
    assert answer.answer == "found"
    assert [host.host for host in answer.hosts] == ["example.com", "www.example.com", "news.example.com"]
    web, wiki = answer.sources
    assert (web.source, web.hosts, web.documents, web.size, web.unit) == ("web", 3, 3, 60, "tokens")
    assert (web.first_date, web.last_date) == (dt.date(2025, 3, 1), dt.date(2025, 5, 1))
    assert (wiki.source, wiki.hosts, wiki.documents, wiki.size) == ("wiki", 1, 1, 4)


def test_names_that_merely_look_alike_are_other_sites(project):
    hosts = {host.host for host in one(project, "example.com").hosts}
    assert not hosts & {"notexample.com", "example.com.evil.org"}


def test_a_host_asks_for_itself_and_what_is_below_it(project):
    answer = one(project, "news.example.com")
    assert answer.answer == "found"
    assert [host.host for host in answer.hosts] == ["news.example.com"]


def test_an_absent_domain_is_not_found_in_the_sources_that_carry_addresses(project):
    answer = one(project, "absent.com")
    assert (answer.answer, answer.why) == ("not_found", "not found in the 2 of 4 sources that carry addresses")
    assert answer.searched.with_addresses == ("web", "wiki")
    assert answer.searched.without_addresses == ("chats", "press-secret")
    assert answer.searched.without_host == {"web": 1}
    assert not answer.sources
    assert not answer.hosts


def test_a_domain_found_only_below_its_name_says_so(project):
    answer = one(project, "only-below.org")
    assert answer.answer == "found"
    assert not answer.on_the_name
    assert "Content was found on hosts below only-below.org only." in answer.notes


def test_a_host_of_which_only_others_of_its_domain_are_there_says_so(project):
    answer = one(project, "shop.example.com")
    assert answer.answer == "not_found"
    assert answer.elsewhere == ("example.com", "news.example.com", "www.example.com")
    assert "Content was found on other hosts of example.com, none of them shop.example.com or below it." in answer.notes
    assert not one(project, "absent.com").elsewhere


def test_nothing_scanned_cannot_be_told(tmp_path):
    answer = one(make_project(tmp_path), "example.com")
    assert answer.answer == "cannot_tell"
    assert "web: 1 of 1 manifests are not scanned as they are now; run datasummary scan" in answer.why


def test_a_new_shard_makes_not_found_into_cannot_tell_and_leaves_found(project, tmp_path):
    project = copy_of(project, tmp_path)
    write_rows(tmp_path / "web/1.parquet", [("https://later.com/", 1, "2025-07-01")])
    absent, there = lookup(project, ["later.com", "example.com"])
    assert absent.answer == "cannot_tell"
    assert "nothing was found in the 2 of 4 sources that carry addresses, but web: 1 of 2" in absent.why
    assert there.answer == "found"
    assert any(note.startswith("There may be more: web: 1 of 2 manifests") for note in there.notes)


def test_manifests_that_cannot_be_listed_are_named(project, tmp_path):
    project = copy_of(project, tmp_path)
    shutil.rmtree(tmp_path / "wiki")
    answer = one(project, "absent.com")
    assert answer.answer == "cannot_tell"
    assert "wiki: its manifests cannot be listed (wiki: no file matches" in answer.why


def test_without_a_source_that_carries_addresses_nothing_can_be_told(tmp_path):
    write_rows(tmp_path / "chats/0.parquet", CHATS)
    project = write_project(tmp_path, SOURCES[2])
    scan(project)
    answer = one(project, "example.com")
    assert (answer.answer, answer.why) == ("cannot_tell", "none of the 1 sources carries addresses")


def test_what_was_scraped_and_is_not_used_is_not_found_and_said_to_be_scraped(tmp_path):
    write_rows(tmp_path / "web/0.parquet", [("https://kept.com/", 1, "2025-01-01")])
    write_rows(tmp_path / "raw/0.parquet", [("https://kept.com/", 1, "2025-01-01"), ("https://cut.com/", 2, None)])
    project = write_project(tmp_path, SOURCES[0] | {"scraped": ["raw"]})
    scan(project)
    answer = one(project, "cut.com")
    assert answer.answer == "not_found"
    assert answer.scraped_only
    assert [(found.source, found.role, found.documents) for found in answer.sources] == [("web", "scraped", 1)]
    assert not one(project, "kept.com").scraped_only


def test_hosts_of_assets_are_found_once_an_audit_counted_them_and_before_that_cannot_be_told(tmp_path):
    rows = [
        ("https://img.cdn.net/1.png", 1, "https://page.org/1"),
        ("https://img.cdn.net/2.png", 1, "https://page.org/2"),
    ]
    import pyarrow as pa
    import pyarrow.parquet as pq

    (tmp_path / "img").mkdir()
    columns = [list(column) for column in zip(*rows, strict=True)]
    pq.write_table(pa.table(columns, names=["url", "n", "page_url"]), tmp_path / "img/0.parquet")
    source = {
        "name": "images",
        "category": "crawled",
        "modality": "image",
        "unit": "images",
        "manifests": ["img"],
        "columns": {"url": "url", "page_url": "page_url"},
    }
    project = write_project(tmp_path, source)
    scan(project)
    before = one(project, "cdn.net")
    assert (before.answer, "datasummary audit" in before.why) == ("cannot_tell", True)
    assert one(project, "page.org").answer == "found"
    audit(project)
    after = one(project, "cdn.net")
    assert after.answer == "found"
    assert [(found.part, found.documents) for found in after.sources] == [("asset", 2)]


def test_sizes_and_documents_of_all_hosts_add_up_to_the_inventory(project):
    names = {read_name(url).host for url, _, _ in WEB if url}
    tops = [name for name in names if not any(name != other and name.endswith(f".{other}") for other in names)]
    found = [source for answer in lookup(project, tops) for source in answer.sources if source.source == "web"]
    with_host = [(url, size) for url, size, _ in WEB if url]
    assert sum(source.documents for source in found) == len(with_host)
    assert sum(source.size for source in found) == sum(size for _, size in with_host)


def test_a_source_in_several_batches_is_added_up(tmp_path):
    write_rows(tmp_path / "web/0.parquet", [("https://a.com/", 1, "2025-01-01")] * 3)
    write_rows(tmp_path / "web/1.parquet", [("https://a.com/", 2, "2025-02-01"), ("https://b.a.com/", 5, None)])
    project = write_project(tmp_path, SOURCES[0])
    scan(project, rows_per_batch=2)
    assert len(list((tmp_path / ".datasummary/scan").iterdir())) == 2
    (found,) = one(project, "a.com").sources
    assert (found.documents, found.size, found.hosts) == (5, 10, 2)
    assert (found.first_date, found.last_date) == (dt.date(2025, 1, 1), dt.date(2025, 2, 1))


def test_a_million_rows_of_one_name_list_the_largest_hosts_and_count_all(tmp_path):
    rows = [(f"https://h{number}.a.com/", number, "2025-01-01") for number in range(500)]
    write_rows(tmp_path / "web/0.parquet", [*rows, ("https://h7.a.com/2", 1, "2025-01-01")])
    project = write_project(tmp_path, SOURCES[0])
    scan(project)
    answer = one(project, "a.com")
    assert answer.hosts_found == 500
    assert len(answer.hosts) == HOSTS_SHOWN
    assert answer.hosts[0].host == "h7.a.com"


# Names


@pytest.mark.parametrize(
    "name",
    [
        "EXAMPLE.com",
        "example.com.",
        "www.example.com",
        "WWW.Example.Com.",
        " example.com\n",
        "http://example.com",
        "https://user@example.com:443/",
        "//example.com/",
        "*.example.com",
        "example.com/",
        "https://example.com/a?b#c",
        "ｅｘａｍｐｌｅ.com",
    ],
)
def test_spellings_of_a_name_are_one(name):
    assert read_name(name).host == "example.com"


@pytest.mark.parametrize("name", ["bücher.de", "BÜCHER.de", "xn--bcher-kva.de", "www.bücher.de", "b%C3%BCcher.de"])
def test_international_names_are_found_in_either_spelling(project, name):
    answer = one(project, name)
    assert answer.answer == "found"
    assert answer.name.words == "bücher.de (xn--bcher-kva.de)"


def test_ports_and_addresses_are_found_under_their_host(project):
    assert [host.host for host in one(project, "shop.co.uk").hosts] == ["shop.co.uk:8080"]
    assert one(project, "shop.co.uk").on_the_name
    assert one(project, "192.0.2.7").answer == "found"
    assert one(project, "192.0.2.70").answer == "not_found"
    assert one(project, "0.2.7").answer != "found"


@pytest.mark.parametrize("name", ["co.uk", "com", "www.com", "www.co.uk"])
def test_a_public_suffix_is_nobodys_site(name):
    found = read_name(name)
    if name.startswith("www."):
        assert found.host == name
    else:
        assert found.host is None


def test_www_is_a_name_of_its_own_where_nothing_is_left_without_it():
    assert read_name("www.co.uk").host == "www.co.uk"
    assert read_name("www.news.example.com").host == "news.example.com"


def test_the_registrable_domain_is_that_of_the_inventory():
    names = ["a.b.example.co.uk", "x.github.io", "example.com", "a.kawasaki.jp", "a.city.kawasaki.jp", "b.bücher.de"]
    found = [read_name(name) for name in names]
    assert [each.domain for each in found] == registrable_domains([each.host for each in found]).to_pylist()


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_name_is_answered_and_shown_as_text(project, name):
    answer = one(project, name)
    assert answer.answer == "cannot_tell"
    assert answer.why
    assert len(answer.name.asked) <= 200
    shown = text(answer) + json.dumps(answer_record(answer), ensure_ascii=False, default=str)
    assert "\x1b" not in shown
    assert "\x00" not in shown
    assert "\u202e" not in shown
    shown.encode()
    for row in csv.reader(io.StringIO(answers_csv([answer]), newline="")):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)


def test_names_come_one_a_line_from_a_file_whatever_is_in_it(tmp_path):
    path = tmp_path / "names.txt"
    path.write_bytes(b"\xef\xbb\xbfexample.com\r\n\r\n# a comment\n\xff\xfe.com\n" + b"y" * 10_000_000 + b"\nlast.org")
    names = list(names_in(path))
    assert (names[0], names[-1]) == ("example.com", "last.org")
    assert len(names) == 4
    assert read_name(names[1]).host is None
    assert LONGEST_NAME < len(names[2]) < 100_000
    with pytest.raises(ProjectError, match=r"--file .*none\.txt: cannot be read"):
        list(names_in(tmp_path / "none.txt"))


# What was signalled, then and now


def test_a_site_that_reserved_since_shows_both_moments(project):
    answer = one(project, "reserved-since.de")
    (signals,) = answer.hosts[0].signals
    assert signals.then.day == dt.date(2025, 6, 1)
    assert (signals.then.verdict, signals.then.last_captured.date()) == ("no_reservation_found", dt.date(2025, 2, 1))
    assert (signals.now.verdict, signals.now.last_captured.date()) == ("reserved", dt.date(2025, 9, 1))
    assert [(each.protocol, each.place, each.quote) for each in signals.now.statements] == [
        ("robots-txt", "line 3", "Disallow: /")
    ]
    assert signals.changed
    shown = text(answer)
    assert "when collected, by 2025-06-01: no reservation found, captured 2025-02-01 (robots-txt" in shown
    assert "as seen last: reserved, captured 2025-09-01" in shown


def test_a_site_of_which_nothing_was_captured_is_not_examined(project):
    shown = text(one(project, "wiki.org"))
    assert "  wiki.org, for wiki\n    not examined: nothing was captured" in shown
    assert "no reservation found" not in shown
    (signals,) = one(project, "wiki.org").hosts[0].signals
    assert (signals.now.verdict, signals.now.protocols, signals.changed) == ("unknown", (), False)


def test_a_site_that_was_captured_later_than_its_content_was_not_examined_then(project):
    (signals,) = next(each.signals for each in one(project, "example.com").hosts if each.host == "example.com")[1:]
    assert signals.sources == ("wiki",)
    assert (signals.then.captures, signals.now.captures, signals.changed) == (0, 1, False)
    assert "when collected, by 2024-01-02: not examined: nothing was captured by then" in text(
        one(project, "example.com")
    )


def test_content_without_a_date_has_no_then(project):
    answer = one(project, "undated.org")
    assert answer.hosts[0].signals[0].then is None
    assert "no date of collection is known" in text(answer)


def test_what_was_signalled_is_what_explain_finds_as_of_that_day(project):
    asked = 0
    for answer in lookup(project, ["example.com", "reserved-since.de", "always-reserved.fr", "shop.co.uk"]):
        for host in answer.hosts:
            for signals in host.signals:
                for moment in filter(None, (signals.then, signals.now)):
                    as_of = str(moment.day) if moment.day else "latest"
                    url = f"https://{host.host}/private/1"
                    explained = explain(project, url, as_of=as_of).verdicts
                    verdict = next(each.verdict for each in explained if set(signals.sources) <= set(each.sources))
                    assert verdict == ("reserved" if moment.verdict == "partly_reserved" else moment.verdict)
                    asked += 1
    assert asked == 14


def test_an_excerpt_of_the_archive_reads_a_host_as_the_whole_archive_does(tmp_path):
    project = write_project(tmp_path)
    rng = random.Random(6)
    licence = '<rsl xmlns="https://rslstandard.org/rsl"><content url="/"><license><prohibits type="usage">ai-train</prohibits></license></content></rsl>'
    captures = [
        robots("a.com", "License: https://lic.org/rsl.xml", "User-agent: *", "Allow: /"),
        capture("https://lic.org/rsl.xml", licence, headers=(("Content-Type", "application/rsl+xml"),)),
        robots("b.com", status=301, headers=(("Location", "https://c.org/robots.txt"),)),
        robots("c.org", status=302, headers=(("Location", "https://d.net/robots.txt"),)),
        robots("d.net", "User-agent: *", "Disallow: /x"),
        request("a.com"),
        *(robots(f"h{number}.org", f"# {number}", "User-agent: *", f"Disallow: /{number}") for number in range(30)),
    ]
    rng.shuffle(captures)
    write_evidence(project, captures)
    write_evidence(project, captures[:5], "again")
    archive = Archive.of(project)
    whole = Evidence(archive)
    for host in ("a.com", "www.a.com", "b.com", "h3.org", "nobody.org"):
        part = Evidence(Excerpt(archive, [host], ["https://lic.org/rsl.xml"]))
        one, other = whole.site(host), part.site(host)
        assert (one is None) == (other is None)
        if one and other:
            reads = [[(read.seen.id, read.signals) for read in site.at(None)] for site in (one, other)]
            assert reads[0] == reads[1]
            assert reads[0]
    assert [host for host in ("a.com", "b.com") if whole.site(host) is None] == []
    explained = [
        explain(project, "https://a.com/", archive=each.archive) for each in (whole, evidence_of(project, ["a.com"]))
    ]
    assert explained[0].verdicts == explained[1].verdicts
    assert any(bearing.signal.protocol == "rsl" for bearing in explained[0].verdicts[0].bearings)


# What was decided


def test_verdicts_and_what_the_policy_leaves_out_are_shown(project):
    (found,) = one(project, "always-reserved.fr").sources
    assert found.verdicts == {"reserved": 1}
    assert (found.reserved_documents, found.left_out_documents, found.left_out_size) == (1, 1, 11)
    assert found.exclusion == "to be left out by the policy; no filter has been run on this audit"


def test_a_filter_is_told_by_its_receipt(project, tmp_path):
    project = copy_of(project, tmp_path)
    filter_manifests(project)
    (found,) = one(project, "always-reserved.fr").sources
    assert found.exclusion.startswith("on the filter's list (receipt of 2")
    filter_manifests(project, write=tmp_path / "clean")
    (found,) = one(project, "always-reserved.fr").sources
    assert found.exclusion.startswith("left out of the manifests that a filter has written (receipt of 2")


def test_lists_of_infringing_sites_are_named_for_hosts_on_them_and_below(project):
    for name in ("pirate.net", "dl.pirate.net", "a.dl.pirate.net"):
        assert one(project, name).listed == ("dl.pirate.net is on the list Watch list as at 2025-01-31",)
    assert one(project, "elsewhere.net").listed
    assert not one(project, "example.com").listed
    (found,) = one(project, "pirate.net").sources
    assert found.decisions == ("on the list Watch list as at 2025-01-31",)
    assert found.left_out_documents == 1


def test_contracts_are_shown_beside_what_was_signalled(project):
    answer = one(project, "licensed.org")
    (found,) = answer.sources
    assert found.decisions == ("contract C-17",)
    assert found.left_out_documents == 0
    assert answer.hosts[0].signals[0].now.verdict == "reserved"


def test_an_audit_of_another_inventory_is_not_shown(project, tmp_path):
    project = copy_of(project, tmp_path)
    write_rows(tmp_path / "web/1.parquet", [("https://always-reserved.fr/n", 1, "2025-07-01")])
    scan(project)
    answer = one(project, "always-reserved.fr")
    assert answer.sources[0].documents == 2
    assert answer.sources[0].verdicts == {}
    assert any(note.startswith("No audit stands for this inventory") for note in answer.notes)


def test_an_address_is_answered_for_its_host_with_what_explain_says_of_the_path(project):
    answer = one(project, "https://example.com/private/1")
    assert answer.answer == "found"
    assert answer.notes[0].startswith("Single addresses are not looked up in the inventory")
    explained = explain(project, "https://example.com/private/1")
    wanted = {source: (each.verdict, each.left_out) for each in explained.verdicts for source in each.sources}
    found = {source: (each.verdict, each.left_out) for each in answer.path for source in each.sources}
    assert found == {source: wanted[source] for source in ("web", "wiki")}
    assert "reserved, left out by a filter" in text(answer)
    assert not one(project, "https://example.com/").path


# Where and how it is kept


def test_hosts_are_sorted_once_and_the_answer_is_the_same_without_a_place_to_keep_them(project, tmp_path):
    project = copy_of(project, tmp_path)
    told: list[str] = []
    first = one(project, "example.com", say=told.append)
    again = one(project, "example.com", say=told.append)
    assert len(told) == 1
    assert again == first
    kept = tmp_path / ".datasummary/lookup"
    shutil.rmtree(kept)
    kept.write_text("in the way", "utf-8")
    assert one(project, "example.com") == first


def test_a_damaged_sorted_table_is_made_again_and_a_damaged_batch_is_named(project, tmp_path):
    project = copy_of(project, tmp_path)
    first = one(project, "example.com")
    for path in (tmp_path / ".datasummary/lookup").rglob("*.parquet"):
        path.write_bytes(b"PAR1 no more")
    assert one(project, "example.com") == first
    shutil.rmtree(tmp_path / ".datasummary/lookup")
    for path in (tmp_path / ".datasummary/scan").glob("*/origins.parquet"):
        path.write_bytes(b"PAR1 no more")
    with pytest.raises(DataError, match=r"origins\.parquet: cannot be read"):
        one(project, "example.com")


def test_it_answers_while_evidence_is_taken_in_and_a_scan_and_an_audit_hold_the_workspace(project, tmp_path):
    from datasummary.workspace import Workspace, held

    project = copy_of(project, tmp_path)
    with (
        Archive.of(project).locked(),
        Workspace(project.home).locked(),
        held(tmp_path / ".datasummary/audit", "busy"),
    ):
        assert one(project, "reserved-since.de").answer == "found"


# The command


def run(home: Path, *words: str | Path, status: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [COMMAND, "lookup", *words, "--project", home / "datasummary.yaml"],
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1"},
    )
    assert done.returncode == status, done.stderr
    return done


def test_the_command_answers_ten_names_as_text_json_and_csv(project, tmp_path):
    names = [
        "example.com",
        "news.example.com",
        "absent.com",
        "only-below.org",
        "reserved-since.de",
        "pirate.net",
        "bücher.de",
        "wiki.org",
        "https://shop.co.uk:8080/x",
        "co.uk",
    ]
    file = tmp_path / "names.txt"
    file.write_text("\n".join(names), "utf-8")
    found = json.loads(run(project.home, "--file", file, "--json").stdout)["answers"]
    assert [each["asked"] for each in found] == names
    assert [each["answer"] for each in found] == [
        *("found", "found", "not_found", "found", "found", "found", "found", "found", "found", "cannot_tell")
    ]
    assert found[4]["hosts"][0]["signals"][0]["changed"] is True
    rows = list(csv.DictReader(io.StringIO(run(project.home, "--file", file, "--csv").stdout, newline="")))
    assert tuple(rows[0]) == COLUMNS
    by_name = {row["asked"]: row for row in rows}
    assert (by_name["reserved-since.de"]["signalled_then"], by_name["reserved-since.de"]["signalled_now"]) == (
        "no_reservation_found 1",
        "reserved 1",
    )
    assert by_name["absent.com"]["source"] == ""
    shown = run(project.home, *names)
    assert shown.stdout.count(": found\n") == 8
    assert (
        "co.uk: cannot tell\n  Co.uk is a public suffix" in shown.stdout or "co.uk is a public suffix" in shown.stdout
    )


def test_the_command_says_what_is_wrong_with_it(project, tmp_path):
    assert "name what to look up" in run(project.home, status=2).stderr
    assert "do not go together" in run(project.home, "a.com", "--csv", "--json", status=2).stderr
    assert "cannot be read" in run(project.home, "--file", tmp_path / "none", status=2).stderr


def test_the_function_stands_in_the_package_whatever_was_imported_before(project):
    import datasummary

    assert [answer.answer for answer in datasummary.lookup(project, ["example.com"])] == ["found"]
