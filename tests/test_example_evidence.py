"""The example's evidence: taken in whole, with every protocol, every outcome, and sites that change what they say."""

from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import idna
import pytest
from conftest import ROOT
from example_rows import read

import datasummary
from datasummary.ai_crawlers import load_ai_crawlers
from datasummary.evidence.archive import Archive
from datasummary.evidence.sites import Evidence
from datasummary.judging import grounds_of
from datasummary.policy import load_policy
from datasummary.protocols import protocols, read_signals
from datasummary.trends import addressed_to, opt_outs_over_time

pytestmark = pytest.mark.xdist_group("example-evidence")  # one worker makes what all look at

ROUNDS = ["2024-06", "2024-10", "2025-02", "2025-06", "2025-10", "2026-01"]
POLICY = load_policy("machine-readable", Path())


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("example")
    datasummary.init(folder, example=True)
    return datasummary.Project.load(folder / "datasummary.yaml")


@pytest.fixture(scope="module")
def rows(project):
    return read(project.home / "evidence" / "captures.parquet")


@pytest.fixture(scope="module")
def intake(project):
    folder = project.home / "evidence"
    return datasummary.collect(project, [folder / "captures.parquet"], requests=folder / "requests.csv")


@pytest.fixture(scope="module")
def archive(project, intake):
    return Archive.of(project)


@pytest.fixture(scope="module")
def verdicts(project, archive):
    grounds = grounds_of(POLICY, project.sources[0], project)
    return opt_outs_over_time(Evidence(archive), POLICY, grounds).to_pylist()


def readme():
    return " ".join((ROOT / "pipelines" / "example" / "README.md").read_text(encoding="utf-8").split())


def host_of(url):
    host = (urlsplit(url).hostname or "").rstrip(".")
    return host if host.isascii() else idna.encode(host, uts46=True).decode()


def test_it_is_small(project):
    assert sum(path.stat().st_size for path in (project.home / "evidence").iterdir()) < 300_000


def test_all_of_it_is_taken_in_without_a_remark(intake, rows):
    assert [file.problems for file in intake.files] == [(), ()]
    assert sum(file.captures for file in intake.files) == len(rows) + 3


def test_each_host_was_asked_for_its_robots_txt_in_five_or_six_rounds(rows):
    rounds = {}
    for row in rows:
        if row["url"].endswith("/robots.txt"):
            rounds.setdefault(host_of(row["url"]), []).append(f"{row['captured']:%Y-%m}")
    assert len(rounds) == 1_493
    for months in rounds.values():
        assert len(months) in {5, 6}
        assert months == [month for month in ROUNDS if month in months]


def test_its_hosts_are_plainly_fictional_and_nearly_all_stand_in_the_manifests(project, rows):
    named = {host_of(row["url"]) for row in rows}
    assert all("example" in host or idna.decode(host).split(".")[-2].endswith("-пример") for host in named)
    in_manifests = {"minutes.example"}
    for path, columns in [
        ("web/*", ["url"]),
        ("images/*", ["url", "page_url"]),
        ("audio/*", ["episode"]),
        ("public/*.parquet", ["url"]),
    ]:
        for file in (project.home / "data").glob(path):
            for row in read(file):
                for address in (row[column] for column in columns):
                    if isinstance(address, str) and " " not in address and address.lower().startswith("http"):
                        in_manifests.add(host_of(address))
    assert len(named - in_manifests) < 0.05 * len(named)


def test_pages_and_images_that_were_captured_stand_in_the_manifests(project, rows):
    files = [*(project.home / "data" / "web").iterdir(), *(project.home / "data" / "images").iterdir()]
    addresses = {row["url"] for file in files for row in read(file)}
    captured = {row["url"] for row in rows if not row["url"].endswith((".txt", "/tdmrep.json", "/licence.xml"))}
    assert len(captured) > 200
    assert captured <= addresses


def test_every_outcome_occurs(archive):
    index = archive.index(["kind", "outcome", "status"]).to_pylist()
    robots = [row for row in index if row["kind"] == "robots-txt"]
    assert {row["outcome"] for row in robots} == {"answered", "absent", "refused", "failed", "redirected"}
    assert {row["status"] for row in robots if row["outcome"] == "refused"} == {401, 403, 429}
    assert {row["status"] for row in robots if row["outcome"] == "failed"} == {None, 200, 503}


def test_every_protocol_occurs_and_says_no_or_asks_people_to_read(archive):
    said = Counter()
    for capture in archive.captures(archive.index()):
        for signal in read_signals(capture):
            said[signal.protocol, signal.says] += 1
    assert {protocol for protocol, says in said if says == "no"} == set(protocols()) - {"robots-comments"}
    assert said["robots-comments", "unclear"] > 0


def test_protocols_stand_in_each_place_where_they_may(archive):
    places = {
        (signal.protocol, signal.place.partition(",")[0].rstrip("0123456789 "))
        for capture in archive.captures(archive.index())
        for signal in read_signals(capture)
        if signal.says == "no"
    }
    assert places >= {
        ("tdmrep", "item"),
        ("tdmrep", "header tdm-reservation"),
        ("page-directives", "header x-robots-tag"),
        ("page-directives", "meta robots"),
        ("aipref", "line"),
        ("aipref", "header content-usage"),
        ("content-signals", "line"),
        ("rsl", "document"),
        ("ai-txt", "line"),
    }


def test_newer_protocols_appear_late_in_2025_and_not_before(archive):
    first = {}
    for capture in archive.captures(archive.index()):
        for signal in read_signals(capture):
            if signal.says == "no":
                first[signal.protocol] = min(first.get(signal.protocol, capture.captured), capture.captured)
    months = {protocol: f"{moment:%Y-%m}" for protocol, moment in first.items()}
    assert [months[name] for name in ("content-signals", "aipref", "rsl")] == ["2025-10"] * 3
    assert [months[name] for name in ("robots-txt", "tdmrep", "ai-txt", "page-directives")] == ["2024-06"] * 4


def test_the_share_of_hosts_that_name_ai_crawlers_grows_from_round_to_round(archive):
    training = [crawler.name for crawler in load_ai_crawlers() if crawler.collects_for_training == "yes"]
    table = opt_outs_over_time(Evidence(archive), POLICY, addressed_to(*training)).to_pylist()
    answered = [row for row in table if row["answered"]]
    shares = []
    for month in ROUNDS:
        named = [bool(row["by_name"]) for row in answered if f"{row['day']:%Y-%m}" == month]
        shares.append(sum(named) / len(named))
    assert shares == sorted(shares)
    assert f"{100 * shares[0]:.0f} % of the hosts that answer in June 2024, {100 * shares[-1]:.0f} % in" in readme()


def test_every_verdict_occurs(verdicts):
    assert {row["verdict"] for row in verdicts} == {
        "reserved",
        "partly_reserved",
        "review",
        "access_refused",
        "unknown",
        "no_reservation_found",
    }


def test_a_handful_of_hosts_withdraw_a_reservation_and_many_begin_one(verdicts):
    answered = {}
    for row in verdicts:
        if row["answered"]:
            answered.setdefault(row["host"], []).append(row["verdict"] == "reserved")
    changes = Counter((said[0], said[-1]) for said in answered.values())
    assert 5 <= changes[True, False] <= 20
    assert changes[False, True] > 200


def test_three_rightsholders_sent_requests_about_a_domain_some_addresses_and_a_host(archive):
    index = archive.index()
    requests = [capture for capture in archive.captures(index) if capture.kind == "request"]
    assert len({capture.url for capture in requests}) == 3
    signals = [signal for capture in requests for signal in read_signals(capture)]
    assert sorted(signal.pattern for signal in signals) == ["", "", "/recipe-*"]


def test_the_readme_of_the_example_says_how_much_evidence_there_is(intake, rows):
    assert f"{len(rows):,} captures of {intake.facts()['hosts']:,} hosts" in readme()
