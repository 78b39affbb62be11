"""What a policy makes of a host's evidence: one rule a test."""

import datetime as dt
import tempfile
from pathlib import Path

import pytest
from audit_projects import capture, request, robots, write_segment
from hypothesis import given
from hypothesis import strategies as st
from scan_projects import WEB, write_project

from datasummary.evidence.archive import Archive
from datasummary.evidence.sites import Evidence
from datasummary.judging import HostJudge, grounds_of
from datasummary.policy import AsOf, load_policy
from datasummary.protocols.robots import names
from datasummary.urlpass import UrlPass
from datasummary.verdicts import _key_of, _keys

HOST = "site.example.com"
OURS = {**WEB, "crawlers": [{"name": "AcmeBot", "purpose": "training"}], "legal_basis": "tdm_exception"}
DERIVED = {"name": "derived", "category": "public", "modality": "text", "manifests": ["data"], "collectors": ["CCBot"]}
OPEN = robots(HOST, "User-agent: *", "Disallow:")


@pytest.fixture
def project(tmp_path):
    return write_project(tmp_path, OURS)


def judged(project, *captures, policy="machine-readable", source=None, as_of=None, host=HOST, **changes):
    """The judgement of a host by these captures."""
    evidence = Evidence(write_segment(Archive(Path(tempfile.mkdtemp(dir=project.home))), captures))
    chosen = policy if not isinstance(policy, str) else load_policy(policy, project.home)
    chosen = chosen.model_copy(update=changes) if changes else chosen
    chosen = chosen.judging_as_of(as_of) if as_of else chosen
    grounds = grounds_of(chosen, source or project.sources[0], project)
    return chosen, HostJudge(chosen, project).judge(host, evidence.site(host), grounds)


def verdict(project, *captures, **more):
    return judged(project, *captures, **more)[1].verdict


def of_path(project, path, *captures, date=None, **more):
    policy, found = judged(project, *captures, **more)
    judge = UrlPass(policy, {HOST: found.periods}, found.periods[0].standing)
    return judge.exactly(HOST, f"https://{HOST}{path}", date)[0]


# --- the six verdicts


def test_a_host_that_reserves_every_path_is_reserved(project):
    assert verdict(project, robots(HOST, "User-agent: *", "Disallow: /")) == "reserved"


def test_a_host_that_reserves_some_path_is_partly_reserved_and_its_paths_are_told_apart(project):
    file = robots(HOST, "User-agent: *", "Disallow: /news", "Allow: /news/free")
    assert verdict(project, file) == "partly_reserved"
    assert of_path(project, "/news/1", file) == "reserved"
    assert of_path(project, "/news/free/1", file) == "no_reservation_found"
    assert of_path(project, "/", file) == "no_reservation_found"


def test_a_host_with_one_allowed_path_is_not_reserved_as_a_whole(project):
    file = robots(HOST, "User-agent: *", "Disallow: /", "Allow: /free")
    assert verdict(project, file) == "partly_reserved"
    assert of_path(project, "/x", file) == "reserved"


def test_prose_is_for_people_and_never_more_than_review(project):
    file = robots(HOST, "# Text and data mining is reserved under Art. 4 of Directive (EU) 2019/790.", "User-agent: *")
    assert verdict(project, file) == "review"
    assert verdict(project, file, policy="strict") == "review"


@pytest.mark.parametrize("status", [401, 403, 407, 429, 451])
def test_a_refused_robots_txt_is_a_refusal(project, status):
    assert verdict(project, robots(HOST, status=status)) == "access_refused"


def test_a_challenge_page_is_a_refusal(project):
    page = robots(
        HOST, "<!DOCTYPE html><title>Just a moment...</title><script src=/cdn-cgi/challenge-platform/x></script>"
    )
    assert verdict(project, page) == "access_refused"


@pytest.mark.parametrize(
    "file",
    [
        robots(HOST, status=500),
        robots(HOST, status=503),
        robots(HOST, status=None, problem="timeout"),
        robots(HOST, "<!doctype html><html><body>Not here</body></html>"),
    ],
    ids=["500", "503", "timeout", "html"],
)
def test_what_failed_is_unknown(project, file):
    assert verdict(project, file) == "unknown"


def test_a_host_without_evidence_is_unknown(project):
    assert verdict(project, robots("other.example.com", "User-agent: *", "Disallow: /")) == "unknown"


@pytest.mark.parametrize("status", [404, 410, 400, 418])
def test_without_a_robots_txt_no_reservation_is_found_there(project, status):
    assert verdict(project, robots(HOST, status=status)) == "no_reservation_found"


def test_no_reservation_comes_with_the_protocols_that_were_looked_at(project):
    _, found = judged(project, OPEN, capture(f"https://{HOST}/ai.txt", status=404))
    (judgement,) = found.judgements
    assert judgement.verdict == "no_reservation_found"
    assert {"robots-txt", "ai-txt", "content-signals"} <= set(judgement.protocols)
    assert "tdmrep" not in judgement.protocols


def test_a_reservation_elsewhere_stands_beside_a_refused_robots_txt(project):
    tdmrep = capture(f"https://{HOST}/.well-known/tdmrep.json", '[{"location": "/", "tdm-reservation": 1}]')
    assert verdict(project, robots(HOST, status=403), tdmrep) == "reserved"


# --- addressees


@pytest.mark.parametrize(
    ("agent", "machine_readable", "own_crawler"),
    [
        ("*", "reserved", "reserved"),
        ("AcmeBot", "reserved", "reserved"),
        ("acmebot/2.1", "reserved", "reserved"),
        ("GPTBot", "reserved", "no_reservation_found"),
        ("img2dataset", "reserved", "no_reservation_found"),
        ("AI2Bot/1.0", "reserved", "no_reservation_found"),
        ("GPT", "no_reservation_found", "no_reservation_found"),
        ("Googlebot", "no_reservation_found", "no_reservation_found"),
    ],
)
def test_a_policy_says_whose_blocks_count(project, agent, machine_readable, own_crawler):
    file = robots(HOST, f"User-agent: {agent}", "Disallow: /")
    assert verdict(project, file) == machine_readable
    assert verdict(project, file, policy="own-crawler") == own_crawler


def test_the_collector_of_a_source_counts_for_that_source_alone(tmp_path):
    project = write_project(tmp_path, OURS, DERIVED)
    file = robots(HOST, "User-agent: CCBot", "Disallow: /")
    ours, derived = project.sources
    assert verdict(project, file, policy="own-crawler", source=derived) == "reserved"
    assert verdict(project, file, policy="own-crawler", source=ours) == "no_reservation_found"


def test_an_agents_own_group_replaces_everyones_for_that_agent_only(project):
    file = robots(HOST, "User-agent: *", "Disallow: /", "", "User-agent: AcmeBot", "Disallow:")
    no_everyone = load_policy("own-crawler", project.home)
    alone = no_everyone.model_copy(
        update={"addressees": no_everyone.addressees.model_copy(update={"everyone": False, "collector": False})}
    )
    assert verdict(project, file, policy=alone) == "no_reservation_found"
    assert verdict(project, file, policy="own-crawler") == "reserved"


def test_a_crawler_that_no_group_names_is_bound_by_everyones(project):
    alone = load_policy("own-crawler", project.home)
    alone = alone.model_copy(update={"addressees": alone.addressees.model_copy(update={"everyone": False})})
    assert verdict(project, robots(HOST, "User-agent: *", "Disallow: /"), policy=alone) == "reserved"


@given(
    value=st.text("AaBbIi2-_/ .*", max_size=8),
    agent=st.sampled_from(["AI2Bot", "Abi", "ab-i", "a b", "CCBot/2.0", "AI", "Aib/2", "i2"])
    | st.text("Aab2/ -", min_size=1, max_size=5),
)
def test_addressees_are_found_as_the_audits_rule_for_names_says(value, agent):
    assert (_key_of(agent) in _keys(value)) == names(value, agent)


# --- protocols and uses


def test_search_and_answers_are_not_training(project):
    assert (
        verdict(project, robots(HOST, "User-agent: *", "Content-Signal: search=no, ai-input=no"))
        == "no_reservation_found"
    )
    assert verdict(project, robots(HOST, "User-agent: *", "Content-Signal: ai-train=no")) == "reserved"


def test_a_protocol_that_a_policy_does_not_count_is_reported_and_does_not_decide(project):
    file = robots(HOST, "User-agent: *", "Content-Signal: ai-train=no", "Disallow:")
    _, found = judged(project, file, policy="robots-only")
    assert found.verdict == "no_reservation_found"
    assert [(item.signal.protocol, item.role) for item in found.judgements[0].weighed] == [
        ("content-signals", "not counted")
    ]


def test_reservations_for_images_count_where_a_source_holds_images(tmp_path):
    images = {"name": "pictures", "category": "crawled", "modality": "image", "manifests": ["data"]}
    project = write_project(tmp_path, OURS, images)
    page = capture(f"https://{HOST}/a", "<html>", headers=(("X-Robots-Tag", "noimageai"),))
    text, pictures = project.sources
    assert of_path(project, "/a", OPEN, page, source=text) == "no_reservation_found"
    assert of_path(project, "/a", OPEN, page, source=pictures) == "reserved"


def test_what_a_page_says_holds_for_that_page_alone(project):
    page = capture(f"https://{HOST}/a?b", "<html>", headers=(("X-Robots-Tag", "noai"),))
    assert of_path(project, "/a?b", OPEN, page) == "reserved"
    assert of_path(project, "/a", OPEN, page) == "no_reservation_found"


def test_a_page_prevails_over_the_file_in_tdmrep(project):
    file = capture(f"https://{HOST}/.well-known/tdmrep.json", '[{"location": "/", "tdm-reservation": 1}]')
    page = capture(f"https://{HOST}/a", "<html>", headers=(("tdm-reservation", "0"),))
    assert of_path(project, "/a", OPEN, file, page) == "no_reservation_found"
    assert of_path(project, "/b", OPEN, file, page) == "reserved"


def test_a_no_outweighs_a_yes_of_another_protocol_unless_the_policy_wants_people_to_look(project):
    file = robots(HOST, "User-agent: *", "Content-Signal: ai-train=yes", "Content-Usage: train-ai=n")
    assert verdict(project, file) == "reserved"
    policy = load_policy("machine-readable", project.home)
    careful = policy.model_copy(update={"findings": policy.findings.model_copy(update={"contradiction": "review"})})
    assert of_path(project, "/a", file, policy=careful) == "review"


def test_leave_to_crawl_is_no_leave_to_train(project):
    policy = load_policy("machine-readable", project.home)
    careful = policy.model_copy(update={"findings": policy.findings.model_copy(update={"contradiction": "review"})})
    file = robots(HOST, "User-agent: *", "Allow: /", "Content-Usage: train-ai=n")
    assert verdict(project, file, policy=careful) == "reserved"


def test_a_licence_document_that_is_not_there_is_for_people_and_one_that_is_decides(project):
    file = robots(HOST, "License: https://terms.example.org/rsl.xml", "User-agent: *", "Disallow:")
    terms = capture(
        "https://terms.example.org/rsl.xml",
        '<rsl xmlns="https://rslstandard.org/rsl"><content url="/paid"><license>'
        '<prohibits type="usage">ai-train</prohibits></license></content></rsl>',
    )
    assert verdict(project, file) == "review"
    assert verdict(project, file, terms) == "partly_reserved"
    assert of_path(project, "/paid/1", file, terms) == "reserved"


def test_a_request_holds_for_the_domain_and_all_below_it(project):
    assert verdict(project, OPEN, request("example.com")) == "reserved"
    assert verdict(project, OPEN, request("other.com")) == "no_reservation_found"
    assert of_path(project, "/news/1", OPEN, request(HOST, "/news/*")) == "reserved"
    assert of_path(project, "/blog/1", OPEN, request(HOST, "/news/*")) == "no_reservation_found"


# --- redirects


def test_a_redirect_across_hosts_gives_the_targets_answer(project):
    hops = [
        capture(
            f"https://{HOST}/robots.txt",
            status=301,
            headers=(("Location", f"https://www{number}.example.org/robots.txt"),),
        )
        if number == 0
        else capture(
            f"https://www{number - 1}.example.org/robots.txt",
            status=302,
            headers=(("Location", f"https://www{number}.example.org/robots.txt"),),
        )
        for number in range(5)
    ]
    last = capture("https://www4.example.org/robots.txt", "User-agent: *\nDisallow: /")
    assert verdict(project, *hops, last) == "reserved"


def test_a_redirect_to_what_was_not_captured_is_unknown(project):
    hop = capture(f"https://{HOST}/robots.txt", status=301, headers=(("Location", "/elsewhere"),))
    assert verdict(project, hop) == "unknown"


# --- as of when

EARLY = robots(HOST, "User-agent: *", "Disallow:", captured="2025-01-10")
LATER = robots(HOST, "User-agent: *", "Disallow: /", captured="2025-03-10")
AGAIN = robots(HOST, "User-agent: *", "Disallow:", captured="2025-05-10")


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2025-01-09", "unknown"),
        ("2025-01-10", "no_reservation_found"),
        ("2025-03-09", "no_reservation_found"),
        ("2025-03-10", "reserved"),
        ("2025-05-09", "reserved"),
        ("2025-05-10", "no_reservation_found"),
        ("2026-01-01", "no_reservation_found"),
        (None, "unknown"),
    ],
)
def test_at_a_documents_date_the_last_capture_not_after_it_holds(project, day, expected):
    date = dt.date.fromisoformat(day) if day else None
    assert of_path(project, "/a", EARLY, LATER, AGAIN, as_of=AsOf(rule="document"), date=date) == expected
    if date:
        assert of_path(project, "/a", EARLY, LATER, AGAIN, as_of=AsOf(rule="date", date=date)) == expected


def test_the_latest_capture_holds_or_any_that_ever_was(project):
    assert verdict(project, EARLY, LATER, AGAIN, as_of=AsOf(rule="latest")) == "no_reservation_found"
    assert verdict(project, EARLY, LATER, AGAIN, as_of=AsOf(rule="ever")) == "reserved"
    assert verdict(project, EARLY, AGAIN, as_of=AsOf(rule="ever")) == "no_reservation_found"


def test_a_capture_without_a_time_shows_nothing_of_a_day(project):
    undated = robots(HOST, "User-agent: *", "Disallow: /", captured=None)
    assert verdict(project, undated) == "reserved"
    assert verdict(project, undated, AGAIN) == "no_reservation_found"
    assert verdict(project, undated, AGAIN, as_of=AsOf(rule="ever")) == "reserved"
    assert verdict(project, undated, as_of=AsOf(rule="date", date=dt.date(2025, 6, 1))) == "unknown"


# --- what a policy decides beside the signals


def test_apertus_takes_a_site_as_a_whole_by_its_root(project):
    as_of = AsOf(rule="latest")
    root = robots(HOST, "User-agent: GPTBot", "Disallow: /", "Allow: /free")
    below = robots(HOST, "User-agent: GPTBot", "Disallow: /news")
    assert verdict(project, root, policy="apertus-2025", as_of=as_of) == "reserved"
    assert verdict(project, below, policy="apertus-2025", as_of=as_of) == "no_reservation_found"


def test_strict_takes_any_doubt_for_a_reservation(project):
    for doubtful in (robots(HOST, status=403), robots(HOST, status=503), robots("other.example.com", "")):
        assert verdict(project, doubtful, policy="strict") == "reserved"


def written_policy(project, overrides):
    path = project.home / "ours.yaml"
    path.write_text(f"name: ours\nversion: '1'\ndescription: d\nextends: machine-readable\noverrides:\n{overrides}")
    return load_policy("ours.yaml", project.home)


def test_a_licence_keeps_in_what_is_reserved_and_says_by_which_contract(project):
    policy = written_policy(project, "  licensed: [{hosts: [example.com], contract: C-7, from: 2025-01-01}]\n")
    chosen, found = judged(project, LATER, policy=policy)
    assert found.verdict == "reserved"
    assert "C-7" in found.periods[0].standing.kept
    assert UrlPass(chosen, {HOST: found.periods}, found.periods[0].standing).exactly(
        HOST, f"https://{HOST}/", None
    ) == ("reserved", False)
    assert [item.role for item in found.judgements[0].weighed] == ["overruled"]


def test_a_licence_holds_from_its_first_to_its_last_day(project):
    policy = written_policy(
        project, "  licensed: [{hosts: [example.com], contract: C, from: 2025-04-01, until: 2025-04-30}]\n"
    )
    chosen, found = judged(project, LATER, policy=policy, as_of=AsOf(rule="document"))
    judge = UrlPass(chosen, {HOST: found.periods}, found.periods[0].standing)
    out = {
        day: judge.exactly(HOST, f"https://{HOST}/", dt.date.fromisoformat(day))[1]
        for day in ("2025-03-31", "2025-04-01", "2025-04-30", "2025-05-01")
    }
    assert out == {"2025-03-31": True, "2025-04-01": False, "2025-04-30": False, "2025-05-01": True}


def test_an_exclusion_by_decision_leaves_out_what_nobody_reserved(project):
    policy = written_policy(
        project, "  excluded: [{hosts: [example.com], decided: 2025-02-01, reason: asked by phone}]\n"
    )
    chosen, found = judged(project, OPEN, policy=policy)
    assert found.verdict == "no_reservation_found"
    assert UrlPass(chosen, {HOST: found.periods}, found.periods[0].standing).exactly(HOST, f"https://{HOST}/", None)[1]


@pytest.mark.parametrize("basis", ["scientific_research", "licence"])
def test_under_article_3_or_a_licence_reservations_are_reported_and_do_not_decide(tmp_path, basis):
    project = write_project(tmp_path, {**OURS, "legal_basis": basis})
    chosen, found = judged(project, LATER)
    assert found.verdict == "reserved"
    assert basis in found.periods[0].standing.kept
    assert not UrlPass(chosen, {HOST: found.periods}, found.periods[0].standing).exactly(
        HOST, f"https://{HOST}/", None
    )[1]
