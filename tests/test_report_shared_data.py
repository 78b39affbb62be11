"""Real sites: what the report counts of them equals SQL run by hand on the verdicts."""

import datetime as dt
import re
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from report_projects import CRAWLED, FORBIDDEN, by_hand, written_by_the_tool
from scan_projects import write_project
from test_audit_shared_data import C4
from test_trends import ANSWERED, BY_POLICY, DAYS

from datasummary.auditing import audit
from datasummary.documents.compliance import build_report, host_index
from datasummary.documents.policy_rules import protocol_title
from datasummary.evidence.intake import collect
from datasummary.inventory import scan

pytestmark = pytest.mark.xdist_group("report-shared-data")  # one worker makes what all look at


def by_verdict(document, id_):
    keys = ("verdict", "hosts", "documents", "size", "reserved_documents", "reserved_size")
    return sorted(tuple(row[key] for key in keys) for row in document.figures()[id_].records())


BY_HAND = """
SELECT replace(verdict, '_', ' '), count(DISTINCT host), sum(documents)::BIGINT, sum(size)::BIGINT,
    sum(reserved_documents)::BIGINT, sum(reserved_size)::BIGINT
FROM verdicts WHERE part = 'document' GROUP BY verdict ORDER BY 1
"""


# --- the most used sites of C4, by robots.txt of 2019


@pytest.fixture(scope="module")
def c4(tmp_path_factory, shared_data):
    source = C4 | {"manifests": [str(shared_data / "c4-head-domains.parquet")]}
    project = write_project(tmp_path_factory.mktemp("c4"), source)
    scan(project)
    collect(project, [shared_data / "robots-2019.parquet"], captured="2019-06-30")
    audit(project)
    return project, build_report(project)


def test_c4_by_verdict(c4):
    project, document = c4
    found = by_verdict(document, "verdicts-third-party-text-tokens")
    assert found == by_hand(project, BY_HAND)
    assert sum(row[2] for row in found) == 13_501
    assert [row[1] for row in found] == [22, 326, 4, 13_149]


def test_c4_by_protocol(c4):
    project, document = c4
    rows = by_hand(
        project,
        "SELECT protocol, count(DISTINCT v.host), sum(reserved_documents)::BIGINT, sum(reserved_size)::BIGINT "
        "FROM (SELECT DISTINCT host, protocol FROM signals WHERE says = 'no' AND role = 'counted') "
        "JOIN verdicts v USING (host) GROUP BY protocol",
    )
    found = document.figures()["protocols-third-party-text-tokens"].rows
    assert [(row[0], *row[2:]) for row in found] == [(protocol_title(name), *counts) for name, *counts in rows]
    assert rows[0][:3] == ("robots-txt", 330, 5)


def test_c4_what_is_unknown_and_why(c4):
    project, document = c4
    (none,) = by_hand(project, "SELECT count(*), sum(size)::BIGINT FROM verdicts WHERE len(evidence) = 0")
    found = {row["reason"]: row for row in document.figures()["unknown-third-party"].records()}
    assert (found["no evidence: nobody asked"]["hosts"], found["no evidence: nobody asked"]["size"]) == none
    ((unknown,),) = by_hand(project, "SELECT sum(unknown_documents)::BIGINT FROM verdicts")
    assert sum(row["documents"] for row in found.values()) == unknown


def test_c4_dispositions_of_hosts_with_a_signal(c4):
    project, document = c4
    rows = document.figures()["dispositions-third-party"].records()
    ((hosts, left_out),) = by_hand(
        project,
        "SELECT count(DISTINCT host), sum(left_out_documents)::BIGINT FROM verdicts "
        "WHERE verdict IN ('reserved', 'partly_reserved', 'review')",
    )
    assert (sum(row["hosts"] for row in rows), sum(row["left_out_documents"] for row in rows)) == (hosts, left_out)


def test_c4_is_no_crawl_of_the_providers_and_shows_no_trend(c4):
    document = c4[1]
    assert [id_ for id_ in document.figures() if id_.startswith("opt-outs")] == []
    assert "verdicts-crawled-text-tokens" not in document.figures()


def test_c4_hosts_are_all_there(c4):
    project, _ = c4
    hosts = host_index(project)
    assert (len(hosts.rows), hosts.total) == (13_501, 13_501)
    assert sum(row.size for row in hosts.rows) == by_hand(project, "SELECT sum(size)::BIGINT FROM verdicts")[0][0]


# --- a hundred news sites, captured six times


@pytest.fixture(scope="module")
def news(tmp_path_factory, shared_data):
    home = tmp_path_factory.mktemp("news")
    hosts = sorted(set(pq.read_table(shared_data / "news-robots-2025.parquet")["host"].to_pylist()))
    (home / "data").mkdir()
    urls = [f"https://{host}/{path}" for host in hosts for path in ("", "news/1", "search?q=a")]
    pq.write_table(pa.table({"url": urls}), home / "data/0.parquet")
    project = write_project(home, CRAWLED | {"collectors": ["CCBot"]})
    scan(project)
    collect(project, [shared_data / "news-robots-2025.parquet"])
    audit(project)
    return project, build_report(project)


def test_news_sites_by_verdict(news):
    project, document = news
    assert by_verdict(document, "verdicts-crawled-text-documents") == by_hand(project, BY_HAND)


def test_news_sites_over_six_captures(news):
    (trend,) = [each for id_, each in news[1].figures().items() if id_.startswith("opt-outs")]
    reserved, partly = BY_POLICY["machine-readable"]
    assert trend.bars == ("reserved", "partly_reserved")
    assert [
        (row["day"], row["hosts"], row["answered"], row["reserved"], row["partly_reserved"]) for row in trend.records()
    ] == [
        (dt.date.fromisoformat(day), 100, *counts)
        for day, *counts in zip(DAYS, ANSWERED, reserved, partly, strict=True)
    ]


def test_news_sites_change_from_one_audit_to_the_next(news):
    project, _ = news
    audit(project, as_of=DAYS[0])
    audit(project)
    document = build_report(project)
    changed = {(row["earlier"], row["verdict"]): row["hosts"] for row in document.figures()["changes"].records()}
    first, last = (
        by_hand(other, "SELECT host, replace(verdict, '_', ' ') FROM verdicts ORDER BY host")
        for other in (earlier(project), project)
    )
    wanted = {}
    for (_, then), (_, now) in zip(first, last, strict=True):
        if then != now:
            wanted[then, now] = wanted.get((then, now), 0) + 1
    assert changed == wanted


def earlier(project):
    """The same project as it was audited on the first day, beside it."""
    home = project.home.with_name("earlier")
    shutil.copytree(project.home, home)
    other = type(project).load(home / project.path.name)
    audit(other, as_of=DAYS[0])
    return other


def test_what_is_said_of_real_sites_is_no_confession_and_no_certificate(c4, news):
    for _, document in (c4, news):
        assert re.findall(FORBIDDEN, written_by_the_tool(document), re.IGNORECASE) == []
