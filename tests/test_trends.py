"""What sites said over time: by whom they address, under a policy, at each capture; and the news sites' figures."""

import csv
import datetime as dt
import json
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import datasummary
from datasummary.evidence.archive import Archive
from datasummary.evidence.sites import Evidence
from datasummary.judging import grounds_of
from datasummary.policy import SHIPPED, load_policy
from datasummary.trends import OPT_OUTS, addressed_to, opt_outs_over_time

pytestmark = pytest.mark.xdist_group("trends")  # one worker makes what all look at

PROJECT = """
provider: {name: Acme, contact: ai-act@acme.example, established_in: FR}
model: {names: [{name: acme-v1}], placed_on_market: 2026-03-01}
summary: {version: "1.0", date: 2026-03-01}
sources:
  - {name: crawl, category: crawled, modality: text, manifests: none.parquet, collectors: [CCBot]}
"""
ROBOTS = "https://site.example/robots.txt"
OPEN = "User-agent: *\nDisallow:\n"
NO_GPTBOT = "User-agent: GPTBot\nDisallow: /\n"
MARCH, JUNE = "2025-03-01", "2025-06-01"


def project_in(folder):
    folder.mkdir(exist_ok=True)
    (folder / "datasummary.yaml").write_text(PROJECT)
    return datasummary.Project.load(folder / "datasummary.yaml")


@pytest.fixture
def said(tmp_path):
    """Takes captures in and gives the table's rows: ``said([(url, day, status, body, headers)…], policy, agents)``."""

    def give(captures, *agents, policy="machine-readable"):
        project = project_in(tmp_path / "project")
        with (tmp_path / "captures.csv").open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["url", "captured", "status", "body", "headers"])
            rows.writerows([*capture, *[""] * (5 - len(capture))] for capture in captures)
        datasummary.collect(project, [tmp_path / "captures.csv"])
        evidence = Evidence(Archive.of(project))
        return opt_outs_over_time(evidence, load_policy(policy, tmp_path), addressed_to(*agents)).to_pylist()

    return give


def test_there_is_a_row_for_each_host_and_each_day_on_which_its_robots_txt_was_captured(said):
    other = "https://other.example/robots.txt"
    rows = said([(ROBOTS, JUNE, 200, OPEN), (other, MARCH, 200, OPEN), (ROBOTS, MARCH, 200, OPEN)], "*")
    assert [(row["host"], str(row["day"])) for row in rows] == [
        ("other.example", MARCH),
        ("site.example", MARCH),
        ("site.example", JUNE),
    ]


def test_a_reservation_begins_with_the_capture_that_shows_it_and_ends_with_the_one_that_does_not(said):
    captures = [(ROBOTS, MARCH, 200, OPEN), (ROBOTS, "2025-04-01", 200, NO_GPTBOT), (ROBOTS, JUNE, 200, OPEN)]
    rows = said(captures, "GPTBot")
    assert [row["verdict"] for row in rows] == ["no_reservation_found", "reserved", "no_reservation_found"]
    assert [row["by_name"] for row in rows] == [[], ["robots-txt"], []]


def test_what_is_said_to_a_crawler_by_name_is_not_said_to_everyone(said):
    (row,) = said([(ROBOTS, MARCH, 200, NO_GPTBOT)], "*")
    assert (row["verdict"], row["by_name"], row["to_everyone"]) == ("no_reservation_found", [], [])


def test_what_is_said_to_everyone_binds_a_crawler_without_naming_it(said):
    (row,) = said([(ROBOTS, MARCH, 200, "User-agent: *\nDisallow: /\n")], "GPTBot")
    assert (row["verdict"], row["by_name"], row["to_everyone"]) == ("reserved", [], ["robots-txt"])


def test_another_crawlers_reservation_is_not_counted(said):
    (row,) = said([(ROBOTS, MARCH, 200, NO_GPTBOT)], "CCBot")
    assert (row["verdict"], row["by_name"]) == ("no_reservation_found", [])


def test_a_reserved_section_is_addressed_by_name_and_leaves_the_host_partly_reserved(said):
    (row,) = said([(ROBOTS, MARCH, 200, "User-agent: GPTBot\nDisallow: /news/\n")], "GPTBot")
    assert (row["verdict"], row["by_name"]) == ("partly_reserved", ["robots-txt"])


@pytest.mark.parametrize(
    ("status", "body", "answered", "verdict"),
    [
        (200, OPEN, True, "no_reservation_found"),
        (404, "", True, "no_reservation_found"),
        (403, "", False, "access_refused"),
        (503, "", False, "unknown"),
        (200, "<!doctype html><title>Welcome</title>", False, "unknown"),
        ("", "", False, "unknown"),
    ],
)
def test_a_host_answers_with_a_file_or_by_saying_that_there_is_none(said, status, body, answered, verdict):
    (row,) = said([(ROBOTS, MARCH, status, body)], "*")
    assert (row["answered"], row["verdict"]) == (answered, verdict)


def test_a_host_that_redirects_is_answered_for_by_the_target(said):
    location = json.dumps({"Location": "https://www.site.example/robots.txt"})
    captures = [(ROBOTS, MARCH, 301, "", location), ("https://www.site.example/robots.txt", MARCH, 200, NO_GPTBOT)]
    bare, www = said(captures, "GPTBot")
    assert bare["host"] == "site.example"
    assert (bare["answered"], bare["verdict"], bare["by_name"]) == (True, "reserved", ["robots-txt"])
    assert www["verdict"] == "reserved"


def test_a_redirect_that_leads_nowhere_is_no_answer(said):
    location = json.dumps({"Location": "https://gone.example/robots.txt"})
    (row,) = said([(ROBOTS, MARCH, 301, "", location)], "*")
    assert not row["answered"]


def test_header_fields_that_change_while_the_page_stays_the_same_are_seen(said):
    page, html = "https://site.example/a", json.dumps({"Content-Type": "text/html"})
    tagged = json.dumps({"Content-Type": "text/html", "X-Robots-Tag": "noai"})
    captures = [(ROBOTS, day, 200, OPEN) for day in (MARCH, JUNE)]
    captures += [(page, MARCH, 200, "<p>text</p>", html), (page, JUNE, 200, "<p>text</p>", tagged)]
    assert [row["to_everyone"] for row in said(captures, "*")] == [[], ["page-directives"]]


def test_words_for_people_are_listed_apart(said):
    body = f"# Text and data mining rights reserved, Art. 4 of Directive (EU) 2019/790.\n{OPEN}"
    (row,) = said([(ROBOTS, MARCH, 200, body)], "*")
    assert (row["verdict"], row["to_people"], row["to_everyone"]) == ("review", ["robots-comments"], [])


def test_protocols_that_a_policy_leaves_out_are_not_listed(said):
    body = "User-agent: *\nContent-Signal: ai-train=no\nDisallow: /admin\n"
    (counting,) = said([(ROBOTS, MARCH, 200, body)], "*")
    (leaving,) = said([(ROBOTS, MARCH, 200, body)], "*", policy="robots-only")
    assert (counting["verdict"], counting["to_everyone"]) == ("reserved", ["content-signals", "robots-txt"])
    assert (leaving["verdict"], leaving["to_everyone"]) == ("partly_reserved", ["robots-txt"])


def test_a_policy_for_a_fixed_day_is_applied_as_of_each_capture(said):
    rows = said([(ROBOTS, MARCH, 200, OPEN), (ROBOTS, JUNE, 200, NO_GPTBOT)], "GPTBot", policy="apertus-2025")
    assert [row["verdict"] for row in rows] == ["no_reservation_found", "reserved"]


def test_an_archive_without_evidence_gives_an_empty_table(tmp_path):
    evidence = Evidence(Archive.of(project_in(tmp_path / "project")))
    table = opt_outs_over_time(evidence, load_policy("strict", tmp_path), addressed_to("*"))
    assert (table.schema, table.num_rows) == (OPT_OUTS, 0)


# --- the news sites of 2025

DAYS = ["2025-02-14", "2025-03-29", "2025-04-10", "2025-05-05", "2025-06-19", "2025-07-09"]
ANSWERED = [95, 94, 93, 93, 83, 94]
NAMED = {
    # crawler: sites that close some path to it by name, and those that close every path
    "GPTBot": ([51, 53, 53, 53, 47, 53], [49, 51, 51, 51, 45, 51]),
    "CCBot": ([45, 43, 43, 44, 41, 45], [44, 42, 42, 43, 40, 44]),
    "ClaudeBot": ([34, 32, 32, 33, 32, 36], [33, 31, 31, 32, 31, 35]),
    "Google-Extended": ([35, 32, 34, 35, 34, 38], [34, 31, 32, 33, 34, 36]),
}
BY_POLICY = {
    # policy: sites reserved, and partly reserved, for a source that Common Crawl collected
    "machine-readable": ([55, 56, 56, 56, 50, 56], [34, 32, 32, 32, 28, 30]),
    "own-crawler": ([44, 42, 42, 43, 40, 44], [44, 45, 45, 44, 38, 42]),
    "robots-only": ([55, 56, 56, 56, 50, 56], [34, 32, 32, 32, 28, 30]),
    "strict": ([60, 62, 63, 63, 67, 62], [34, 32, 32, 32, 28, 30]),
    "apertus-2025": ([55, 56, 56, 56, 51, 57], [0, 0, 0, 0, 0, 0]),
}


@pytest.fixture(scope="module")
def news(tmp_path_factory, shared_data):
    project = project_in(tmp_path_factory.mktemp("news"))
    datasummary.collect(project, [shared_data / "news-robots-2025.parquet"])
    return project, Evidence(Archive.of(project))


def each_day(rows, holds):
    return [sum(map(holds, (row for row in rows if row["day"] == dt.date.fromisoformat(day)))) for day in DAYS]


@pytest.mark.parametrize("agent", NAMED)
def test_so_many_news_sites_address_a_reservation_to_a_crawler(news, agent):
    rows = opt_outs_over_time(news[1], load_policy("machine-readable", Path()), addressed_to(agent)).to_pylist()
    assert each_day(rows, lambda row: row["answered"]) == ANSWERED
    assert each_day(rows, lambda row: bool(row["by_name"])) == NAMED[agent][0]
    assert each_day(rows, lambda row: bool(row["by_name"]) and row["verdict"] == "reserved") == NAMED[agent][1]


def closes(body, agent):
    """A plain loop over the lines: whether a group that names the crawler has a Disallow with a path."""
    agents, in_rules, closed = [], False, False
    for line in body.decode("utf-8-sig", "replace").splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if colon and key == "user-agent":
            agents = [] if in_rules else agents
            agents.append(re.match("[A-Za-z_-]*", value)[0].lower())
            in_rules = False
        elif colon and key in {"allow", "disallow"}:
            in_rules = True
            closed |= key == "disallow" and bool(value) and agent.lower() in agents
    return closed


@pytest.mark.parametrize("agent", NAMED)
def test_a_plain_loop_over_the_news_sites_files_finds_the_same(shared_data, agent):
    rows = pq.read_table(shared_data / "news-robots-2025.parquet").rename_columns({"captured": "day"}).to_pylist()
    assert each_day(rows, lambda row: closes(row["body"], agent)) == NAMED[agent][0]


@pytest.mark.parametrize("name", SHIPPED)
def test_so_many_news_sites_are_reserved_under_each_policy(news, name):
    project, evidence = news
    policy = load_policy(name, Path())
    rows = opt_outs_over_time(evidence, policy, grounds_of(policy, project.sources[0], project)).to_pylist()
    for verdict, counts in zip(("reserved", "partly_reserved"), BY_POLICY[name], strict=True):
        assert each_day(rows, lambda row, verdict=verdict: row["verdict"] == verdict) == counts
