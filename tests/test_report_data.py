"""What the compliance report says: figures that anyone can count again, and words that claim no more than is shown."""

import datetime as dt
import re

import pytest
from audit_projects import capture, robots
from conftest import copy_of_example
from report_projects import (
    FORBIDDEN,
    RESERVED,
    by_hand,
    reported,
    section,
    stated,
    written_by_the_tool,
)
from scan_projects import write_project

import datasummary
from datasummary.auditing import audit
from datasummary.documents.compliance import build_report, host_index
from datasummary.documents.compliance_dispositions import LABELS
from datasummary.documents.policy_rules import protocol_title
from datasummary.errors import DataError
from datasummary.inventory import scan

pytestmark = pytest.mark.xdist_group("report-data")  # one worker makes what all look at

SECTIONS = ["overview", "measure-1-1", "measure-1-2", "measure-1-3", "measure-1-4", "measure-1-5"]


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    return copy_of_example(tmp_path_factory, tmp_path_factory.mktemp("example"), audited=True)


@pytest.fixture(scope="module")
def document(example):
    return build_report(example)


@pytest.fixture(scope="module")
def hosts(example):
    return host_index(example)


def figures(project):
    return build_report(project).figures()


# --- the example, counted again by hand


CUTS = [
    ("crawled", "text", "tokens", ["web-crawl-2025", "image-crawl-2025"]),
    ("crawled", "image", "images", ["image-crawl-2025"]),
    ("third-party", "text", "tokens", ["open-encyclopaedia", "town-minutes", "assistant-chats"]),
]


@pytest.mark.parametrize(("group", "modality", "unit", "sources"), CUTS)
def test_hosts_documents_and_sizes_by_verdict_are_those_of_the_verdicts(
    example, document, group, modality, unit, sources
):
    rows = by_hand(
        example,
        "SELECT replace(verdict, '_', ' '), unit, count(DISTINCT host), sum(documents)::BIGINT, sum(size)::BIGINT, "
        "sum(reserved_documents)::BIGINT, sum(reserved_size)::BIGINT, sum(left_out_documents)::BIGINT FROM verdicts "
        "WHERE part = 'document' AND list_contains(?, source) AND modality = ? GROUP BY verdict, unit",
        sources,
        modality,
    )
    found = document.figures()[f"verdicts-{group}-{modality}-{unit}"]
    assert sorted((*row[:5], *row[6:]) for row in found.rows) == sorted(rows)
    assert sum(row[5] for row in found.rows) == pytest.approx(1)


def test_milliseconds_are_shown_as_hours(example, document):
    rows = by_hand(
        example,
        "SELECT replace(verdict, '_', ' '), sum(size) FROM verdicts WHERE modality = 'audio' GROUP BY verdict",
    )
    found = document.figures()["verdicts-crawled-audio-hours"]
    assert {row[0]: row[4] for row in found.rows} == {name: round(size / 3_600_000, 3) for name, size in rows}
    assert {row[1] for row in found.rows} == {"hours"}
    for figures in document.figures().values():
        assert "milliseconds" not in {cell for row in figures.rows for cell in row}


def test_reserved_content_by_protocol_is_that_of_the_hosts_that_say_no_in_it(example, document):
    signals = by_hand(
        example,
        "SELECT DISTINCT unnest(sources), host, protocol FROM signals "
        "WHERE says = 'no' AND role IN ('counted', 'overruled')",
    )
    reserved = {
        (source, host): (documents, size)
        for source, host, documents, size in by_hand(
            example,
            "SELECT source, host, reserved_documents, reserved_size FROM verdicts WHERE part = 'document' "
            "AND modality = 'text' AND source IN ('web-crawl-2025', 'image-crawl-2025')",
        )
    }
    wanted = {}
    for source, host, protocol in signals:
        if (source, host) in reserved:
            names, documents, size = wanted.setdefault(protocol, (set(), [], []))
            names.add(host)
            documents.append(reserved[source, host][0])
            size.append(reserved[source, host][1])
    found = document.figures()["protocols-crawled-text-tokens"]
    assert {row[0]: row[2:] for row in found.rows} == {
        protocol_title(name): (len(names), sum(documents), sum(size))
        for name, (names, documents, size) in wanted.items()
    }


def test_every_document_unknown_or_refused_has_a_reason(example, document):
    wanted = by_hand(
        example,
        "SELECT modality, unit, sum(unknown_documents)::BIGINT, sum(refused_documents)::BIGINT FROM verdicts WHERE "
        "part = 'document' AND source NOT IN ('open-encyclopaedia', 'town-minutes', 'assistant-chats') "
        "AND modality <> 'audio' GROUP BY ALL",
    )
    found = {}
    for row in document.figures()["unknown-crawled"].records():
        key = (row["modality"], row["unit"], row["finding"])
        found[key] = found.get(key, 0) + row["documents"]
    for modality, unit, unknown, refused in wanted:
        assert found[modality, unit, "unknown"] == unknown
        assert found[modality, unit, "access refused"] == refused


def test_shares_at_a_glance_are_those_of_documents(example, document):
    row = document.figures()["overview"].records()[0]
    ((reserved, unknown, documents),) = by_hand(
        example,
        "SELECT sum(reserved_documents), sum(unknown_documents + refused_documents), sum(documents) FROM verdicts "
        "WHERE part = 'document' AND modality = 'text' AND source IN ('web-crawl-2025', 'image-crawl-2025')",
    )
    assert (row["documents"], row["reserved"], row["unknown"]) == (documents, reserved / documents, unknown / documents)
    assert sum(row[name] for name in ("reserved", "review", "unknown", "no_reservation_found")) == pytest.approx(1)


def test_the_largest_domains_are_those_with_most_reserved_content(example, document):
    rows = by_hand(
        example,
        "SELECT domain, sum(reserved_size)::BIGINT AS size FROM verdicts WHERE part = 'document' AND domain IS NOT NULL "
        "AND modality = 'text' AND source IN ('web-crawl-2025', 'image-crawl-2025') GROUP BY domain "
        "ORDER BY size DESC, domain LIMIT 20",
    )
    found = document.figures()["domains-crawled-text-tokens"]
    assert [(row["domain"], row["reserved_size"]) for row in found.records()] == rows


def test_crawled_sources_and_others_stand_apart(document, hosts):
    crawled = {row.source for row in hosts.rows if row.group == "crawled"}
    assert crawled == {"web-crawl-2025", "image-crawl-2025", "podcasts-2025"}
    for id_, group in (("measure-1-3", "crawled"), ("other-sources", "third_party")):
        links = [link for block in section(document, id_).blocks for link in getattr(block, "links", ()) if link]
        assert {group} == {match[1] for link in links for match in re.finditer("group=([a-z_]+)", link)}
    assert "do not cover them" in section(document, "other-sources").blocks[0].text


def test_the_sections_are_the_measures_in_their_order(document):
    assert [each.id for each in document.sections] == [*SECTIONS, "other-sources"]
    ids = [block.id for each in document.sections for block in each.blocks if hasattr(block, "columns")]
    assert len(ids) == len(set(ids))
    for each in document.figures().values():
        assert {len(row) for row in each.rows} == {len(each.columns)}
        assert not each.links or len(each.links) == len(each.rows)
        assert set(each.bars) <= {column.key for column in each.columns if column.kind in {"count", "size", "share"}}
        assert bool(each.alt) == bool(each.bars)


def test_the_measures_table_counts_the_statements_of_each_section(document):
    for row in document.figures()["measures"].records():
        id_ = f"measure-{row['measure'].replace('.', '-')}"
        for standing in ("shown", "declared", "open", "not_applicable"):
            assert row[standing] == len(stated(document, standing, id_).splitlines())


def test_the_same_audit_gives_the_same_report(example, document, hosts):
    assert build_report(example) == document
    assert host_index(example) == hosts


def test_the_tool_makes_findings_and_no_confessions_or_certificates(example, document):
    assert re.findall(FORBIDDEN, written_by_the_tool(document), re.IGNORECASE) == []


# --- the hosts behind the figures


def test_hosts_are_the_rows_of_the_verdicts_the_largest_first(example, hosts):
    rows = by_hand(
        example,
        "SELECT source, host, modality, documents, size::BIGINT, verdict FROM verdicts WHERE part = 'document' "
        "ORDER BY documents DESC, source, host NULLS FIRST, modality",
    )
    found = [(row.source, row.host, row.modality, row.documents, row.size, row.verdict) for row in hosts.rows]
    assert found == rows
    assert hosts.total == len(rows)


def test_every_host_with_a_signal_shows_what_became_of_it(hosts):
    for row in hosts.rows:
        if row.verdict in {"reserved", "partly_reserved", "review"} or row.reserved_documents:
            assert row.disposition.startswith(tuple(LABELS.values()))
        else:
            assert row.disposition == ""


def test_statements_carry_quote_time_and_digest_of_the_capture(example, hosts):
    signals = set(by_hand(example, "SELECT host, protocol, says, place, quote, url, capture FROM signals"))
    archive = datasummary.evidence.archive.Archive.of(example)
    digests = dict(zip(*(archive.index().column(name).to_pylist() for name in ("id", "sha256")), strict=True))
    assert len({each.host for each in hosts.statements}) == 1_000
    for each in hosts.statements:
        assert (each.host, each.protocol, each.says, each.place, each.quote, each.url, each.capture) in signals
        assert each.sha256 == digests[each.capture]


def test_a_link_names_columns_of_the_table_of_hosts(document, hosts):
    known = set(type(hosts.rows[0]).__dataclass_fields__)
    links = [link for each in document.figures().values() for link in each.links if link]
    assert {pair.partition("=")[0] for link in links for pair in link.split("&")} <= known


# --- why a host is unknown


HTML = "<!doctype html><title>Welcome</title>"
REASONS = {
    "no evidence: nobody asked": [],
    "server failure (status 5xx)": [{"status": 503}],
    "no answer": [{"status": None, "problem": "timeout"}],
    "HTML in place of the file": [{"body": HTML}],
    "a redirect to what was not captured": [
        {"status": 301, "headers": (("Location", "https://b.example/robots.txt"),)}
    ],
    "refused with status 403": [{"status": 403}],
    "refused: a page that asks the visitor to prove something": [{"body": "<html><title>Just a moment...</title>"}],
    "an answer that is not whole or cannot be read": [{"body": "User-agent", "problem": "cut short"}],
}


def test_the_reason_is_what_came_of_asking_for_robots_txt(tmp_path):
    captures = [
        capture(f"https://host{number}.example/robots.txt", **asked)
        for number, each in enumerate(REASONS.values())
        for asked in each
    ]
    documents = {f"host{number}_example": ["/"] * (number + 1) for number in range(len(REASONS))}
    project = reported(tmp_path, documents, captures)
    audit(project)
    found = {row["reason"]: row for row in figures(project)["unknown-crawled"].records()}
    assert {name: (row["hosts"], row["documents"]) for name, row in found.items()} == {
        name: (1, number + 1) for number, name in enumerate(REASONS)
    }
    for name, row in found.items():
        assert row["finding"] == ("access refused" if name.startswith("refused") else "unknown")


def test_the_latest_capture_gives_the_reason(tmp_path):
    address = "https://a.example.com/robots.txt"
    captures = [capture(address, status=503, captured="2025-06-02"), capture(address, body=HTML, captured="2025-06-01")]
    project = reported(tmp_path, {"a_example_com": ["/"]}, captures)
    audit(project)
    (row,) = figures(project)["unknown-crawled"].records()
    assert row["reason"] == "server failure (status 5xx)"


def test_evidence_of_pages_alone_leaves_robots_txt_open(tmp_path):
    page = capture("https://a.example.com/x", body="<p>", headers=(("Content-Type", "text/html"),))
    project = reported(tmp_path, {"a_example_com": ["/"]}, [page])
    audit(project)
    (row,) = figures(project)["unknown-crawled"].records()
    assert row["reason"] == "the required file was not captured"


def test_a_capture_after_the_day_judged_is_no_reason_to_say_that_nobody_asked(tmp_path):
    late = robots("a.example.com", *RESERVED, captured="2025-06-01")
    policy = {"as_of": {"rule": "date", "date": dt.date(2025, 1, 31)}}
    project = reported(tmp_path, {"a_example_com": ["/"]}, [late], policy=policy)
    audit(project)
    (row,) = figures(project)["unknown-crawled"].records()
    assert row["reason"] == "no capture by the day judged"


# --- lists of infringing sites


def test_a_list_covers_hosts_below_the_names_on_it_and_no_others(tmp_path):
    documents = {
        "bad_example": ["/"], "www_bad_example": ["/a", "/b"], "notbad_example": ["/"], "bad_example_com": ["/"],
        "good_example": ["/"],
    }  # fmt: skip
    tmp_path.mkdir(exist_ok=True)
    (tmp_path / "sites.txt").write_text("# a list\n0.0.0.0 bad.example\nlocalhost\nother.example\n")
    lists = {"infringing_sites": [{"file": "sites.txt", "name": "=Watch <list>", "as_at": dt.date(2025, 1, 31)}]}
    project = reported(tmp_path, documents, [], overrides=lists)
    audit(project)
    found = figures(project)
    (row,) = found["site-lists"].records()
    assert row == {
        "list": "=Watch <list>",
        "as_at": dt.date(2025, 1, 31),
        "entries": 2,
        "passed_over": 1,
        "crawled_hosts": 2,
        "crawled_documents": 3,
        "other_hosts": 0,
        "other_documents": 0,
        "retained_documents": 0,
    }
    assert [row[0] for row in found["listed-hosts"].rows] == ["www.bad.example", "bad.example"]


# --- what is declared, and what is open


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """A project that declares as little as it can."""
    home = tmp_path_factory.mktemp("bare")
    project = reported(home, {"a_example_com": ["/"]}, [])
    audit(project)
    return project


DECLARED = {
    "measure-1-1": ["responsible", "policy_link"],
    "measure-1-2": ["lawful_access"],
    "measure-1-3": ["feed_link"],
    "measure-1-4": ["output_safeguards", "acceptable_use"],
    "measure-1-5": ["contact", "complaints"],
}


@pytest.mark.parametrize("id_", DECLARED)
def test_what_the_project_file_does_not_say_is_open_and_what_it_says_is_declared(bare, id_):
    document = build_report(bare)
    for key in DECLARED[id_]:
        assert f"(copyright.{key})" in stated(document, "open", id_)
    answers = {key: f"https://acme.example/{key}" for keys in DECLARED.values() for key in keys}
    told = build_report(with_keys(bare, copyright=answers))
    for key in DECLARED[id_]:
        assert f"https://acme.example/{key}" in stated(told, "declared", id_)
        assert f"(copyright.{key})" not in stated(told, "open", id_)


def test_a_line_of_the_complaints_register_that_was_cut_is_named(bare):
    register = bare.home / "complaints.jsonl"
    register.write_text('{"fact": "add')
    try:
        assert "complaints.jsonl: line 1 was cut" in stated(build_report(bare), "open", "measure-1-5")
    finally:
        register.unlink()


def with_keys(project, **keys):
    """The same project and audit, with other statements in its file."""
    text = {"copyright": keys["copyright"]}
    return project.model_copy(update={"copyright": type(project.copyright).model_validate(text["copyright"])})


@pytest.mark.parametrize(
    ("signed", "standing", "said"),
    [
        (True, "declared", "has signed"),
        (False, "declared", "has not signed"),
        (None, "open", "is not stated"),
    ],
)
def test_the_code_is_a_yardstick_for_those_who_have_not_signed_it(bare, signed, standing, said):
    document = build_report(with_keys(bare, copyright={"code_of_practice_signatory": signed}))
    assert said in stated(document, standing, "overview")
    assert ("used as a yardstick" in document.sections[0].blocks[0].text) == (signed is not True)


def test_where_nothing_was_crawled_the_measures_on_crawling_do_not_apply(tmp_path):
    project = reported(
        tmp_path, {"a_example_com": ["/"]}, [robots("a.example.com", *RESERVED)], source={"category": "public"}
    )
    audit(project)
    document = build_report(project)
    for id_ in ("measure-1-2", "measure-1-3"):
        assert "not covered by the Code's measures on crawling" in stated(document, "not_applicable", id_)
        assert stated(document, "open", id_) == ""
    assert "verdicts-crawled-text-documents" not in document.figures()
    assert "verdicts-third-party-text-documents" in document.figures()


def test_a_project_without_manifests_has_a_report_without_figures_on_hosts(tmp_path):
    source = {"name": "press", "category": "licensed", "modality": "text", "size": 5}
    project = write_project(tmp_path, source)
    scan(project)
    audit(project)
    document = build_report(project)
    assert [each.id for each in document.sections] == SECTIONS
    assert host_index(project).rows == ()


def test_no_audit_is_an_error_that_says_what_to_do(tmp_path):
    project = reported(tmp_path, {"a_example_com": ["/"]}, [])
    with pytest.raises(DataError, match="run datasummary audit first"):
        build_report(project)


def test_an_audit_under_another_policy_is_not_reported_on(tmp_path):
    project = reported(tmp_path, {"a_example_com": ["/"]}, [])
    audit(project, as_of="ever")
    with pytest.raises(DataError, match="another policy than the project's"):
        build_report(project)


def test_a_table_that_was_cut_is_an_error_that_says_what_to_do(tmp_path):
    project = reported(tmp_path, {"a_example_com": ["/"]}, [])
    audit(project)
    (project.out / "internal/signals.parquet").write_bytes(b"PAR1")
    with pytest.raises(DataError, match="run datasummary audit again"):
        build_report(project)


# --- strangers' words


def test_markup_in_a_robots_txt_is_text(tmp_path):
    captures = [robots("a.example.com", "User-agent: *", "Disallow: /<script>alert(1)</script>", "Disallow: /")]
    project = reported(tmp_path, {"a_example_com": ["/"]}, captures)
    audit(project)
    assert "Disallow: /<script>alert(1)</script>" in {each.quote for each in host_index(project).statements}
