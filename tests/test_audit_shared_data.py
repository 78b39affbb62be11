"""Real sites: the most used ones of C4 judged by what they said in 2019, and the bulk pass on their real rules."""

import re

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from scan_projects import write_project

from benchmarks.robots import bodies
from benchmarks.verdicts import agreement
from datasummary.auditing import audit
from datasummary.evidence.intake import collect
from datasummary.inventory import scan
from datasummary.policy import load_policy

C4 = {
    "name": "c4",
    "category": "public",
    "modality": "text",
    "collectors": ["CCBot"],
    "columns": {"url": "url", "size": "tokens"},
}
UNKNOWN = (13_149, 18_025_383_126, 0)
HOSTS_TOKENS_RESERVED = {
    "machine-readable": {
        "reserved": (4, 143_842_804, 4),
        "partly_reserved": (326, 2_548_040_439, 1),
        "unknown": UNKNOWN,
        "no_reservation_found": (22, 141_334_356, 0),
    },
    "own-crawler": {
        "reserved": (1, 13_228_006, 1),
        "partly_reserved": (329, 2_678_655_237, 1),
        "unknown": UNKNOWN,
        "no_reservation_found": (22, 141_334_356, 0),
    },
    "robots-only": {
        "reserved": (4, 143_842_804, 4),
        "partly_reserved": (326, 2_548_040_439, 1),
        "unknown": UNKNOWN,
        "no_reservation_found": (22, 141_334_356, 0),
    },
    "strict": {
        "reserved": (13_153, 18_169_225_930, 13_153),
        "partly_reserved": (326, 2_548_040_439, 1),
        "no_reservation_found": (22, 141_334_356, 0),
    },
    "apertus-2025": {
        "reserved": (2, 27_297_366, 2),
        "unknown": UNKNOWN,
        "no_reservation_found": (350, 2_805_920_233, 0),
    },
}


@pytest.fixture(scope="module")
def project(tmp_path_factory, shared_data):
    source = C4 | {"manifests": [str(shared_data / "c4-head-domains.parquet")]}
    project = write_project(tmp_path_factory.mktemp("c4"), source)
    scan(project)
    collect(project, [shared_data / "robots-2019.parquet"], captured="2019-06-30")
    return project


@pytest.mark.parametrize("policy", HOSTS_TOKENS_RESERVED)
def test_c4_judged_by_robots_txt_of_2019(project, policy):
    totals = audit(project, policy=policy).facts()["totals"]
    manifest = pq.read_table(project.sources[0].manifests[0])
    assert sum(row["documents"] for row in totals) == manifest.num_rows == 13_501
    assert sum(row["size"] for row in totals) == pc.sum(manifest.column("tokens")).as_py()
    found = {row["verdict"]: (row["hosts"], row["size"], row["reserved_documents"]) for row in totals}
    assert found == HOSTS_TOKENS_RESERVED[policy]


@pytest.mark.parametrize("name", ["apertus-2025", "own-crawler", "machine-readable"])
def test_the_hosts_reserved_are_those_that_googles_parser_says_are(project, shared_data, name):
    from jwm.robotstxt.googlebot import RobotsMatcher

    policy = load_policy(name, project.home)
    counted = policy.counted_agents(project.sources[0], project)
    agents = [agent.encode() for agent in counted.names if re.fullmatch("[A-Za-z_-]+", agent)] + [b"whom-nobody-names"]
    hosts = set(audit(project, policy=name).df().host.dropna())
    paths = ["/"] if policy.blocks == "root" else ["/", "/a", "/index.html", "/z/y?x=1"]
    blocked = {
        host
        for host, body in bodies([shared_data / "robots-2019.parquet"])
        if host in hosts
        and any(
            not any(
                RobotsMatcher().OneAgentAllowedByRobots(body, agent, f"https://{host}{path}".encode()) for path in paths
            )
            for agent in agents
        )
    }
    verdicts = audit(project, policy=name).df()
    reserved = set(verdicts[verdicts.verdict == "reserved"].host)
    assert reserved <= blocked
    open_somewhere = blocked - reserved  # GitHub opens a few paths that were not asked for
    assert open_somewhere == (set() if policy.blocks == "root" else {"github.com"})


def test_the_bulk_pass_and_the_single_reader_agree_on_real_rules(shared_data):
    files = dict(bodies([shared_data / "robots-2019.parquet", shared_data / "news-robots-2025.parquet"]))
    found = agreement(files, 20_000)
    assert found["apart"] == []
    assert found["disagreements"] == 0
    assert 2_000 < found["reserved"] < 18_000
    assert found["sites left to the single reader"] > 0
