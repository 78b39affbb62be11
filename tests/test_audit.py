"""The audit of whole manifests: every document judged as one by one, every total kept, nothing read twice."""

import datetime as dt
import itertools
import json
import pkgutil
import random
from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from audit_projects import capture, robots, write_evidence
from scan_projects import WEB, make_unreadable, write_project, write_shard

import datasummary
from datasummary.auditing import audit, compare_policies, sample_hosts
from datasummary.domains import parse_authority
from datasummary.errors import DataError, ProjectError, WorkspaceError
from datasummary.evidence.archive import Archive
from datasummary.evidence.captures import authority_of
from datasummary.evidence.sites import Evidence
from datasummary.inventory import scan
from datasummary.judging import HostJudge, grounds_of
from datasummary.policy import load_policy
from datasummary.urlpass import UrlPass
from datasummary.verdicts import DOCUMENT_VERDICTS, rank
from datasummary.workspace import held

HOSTS = [f"{name}.example.{tld}" for name in ("a", "b", "c", "d", "e", "f", "www") for tld in ("com", "org")]
FILES = [
    ["User-agent: *", "Disallow: /news", "Allow: /news/free", "Disallow: /*?session="],
    ["User-agent: GPTBot", "Disallow: /", "", "User-agent: *", "Disallow: /*.pdf$"],
    ["User-agent: *", "Disallow: /a*b*c*d", "Disallow: /%7Ejoe", "Disallow: /ü"],
    ["User-agent: *", "Disallow: /", "Allow: /index.html"],
    ["User-agent: *", "Content-Signal: ai-train=no", "Disallow: /_private%/"],
    ["# Text and data mining reserved, Art. 4 of Directive (EU) 2019/790", "User-agent: *", "Disallow: /x"],
    ["User-agent: *", "Disallow:"],
]
PATHS = [
    "", "/", "/news", "/news/1", "/news/free/2", "/a?session=1", "/x.pdf", "/x.pdf?y", "/a1b2c3d4", "/abc", "/~joe", "/%7ejoe",
    "/%7Ejoe", "/ü/1", "/%c3%bc/1", "/%C3%BC/1", "/_private%/a", "/Xprivate%/a", "/x#frag", "?session=2", "#x/news", "/news\\1",
    "/index.html", "/" + "n" * 2100, "/a b", "//news", "/x\\", "/a?b=_%",
]  # fmt: skip
SPELLINGS = [
    "https://{}{}",
    "http://{}{}",
    "HTTPS://{}{}",
    "https://{}:443{}",
    "https://u:p@{}{}",
    "  https://{}{}",
    "https://{}.{}",
]


def captures():
    """Evidence of most hosts, over three days."""
    rng = random.Random(7)
    for host in HOSTS[:-2]:
        for day in ("2024-03-01", "2024-09-01", "2025-03-01"):
            if rng.random() < 0.8:
                status = rng.choice([200] * 8 + [403, 500])
                yield robots(host, *rng.choice(FILES), captured=day, status=status)
    yield capture(f"https://{HOSTS[0]}/abc", "<html>", headers=(("X-Robots-Tag", "noai"),), captured="2024-03-01")
    yield robots("cdn.example.net", "User-agent: *", "Disallow: /private", captured="2024-03-01")


def rows(seed, count=200):
    rng = random.Random(seed)
    for _ in range(count):
        host = rng.choice(HOSTS)
        host = host.upper() if rng.random() < 0.1 else host
        url = rng.choice(SPELLINGS if rng.random() < 0.3 else SPELLINGS[:2]).format(host, rng.choice(PATHS))
        if rng.random() < 0.05:
            url = rng.choice([None, "", "mailto:x@a.example.com", "/relative", "https://10.0.0.1/x", "https://"])
        day = rng.choice(["2024-01-15", "2024-03-01", "2024-06-30", "2024-10-01", "2025-12-31", None, "yesterday"])
        yield {"url": url, "token_count": rng.choice([None, -1, *range(1, 50)]), "date": day, "language": "en"}


def write_rows(path, made):
    path.parent.mkdir(parents=True, exist_ok=True)
    schema = pa.schema(
        [("url", pa.string()), ("token_count", pa.int64()), ("date", pa.string()), ("language", pa.string())]
    )
    extra = [pa.field(name, pa.string()) for name in ("page_url",) if name in made[0]]
    for field in extra:
        schema = schema.append(field)
    pq.write_table(pa.Table.from_pylist(made, schema=schema), path)


@pytest.fixture
def project(tmp_path):
    project = write_project(tmp_path, {**WEB, "legal_basis": "tdm_exception"})
    for seed in range(3):
        write_rows(tmp_path / f"data/{seed}.parquet", list(rows(seed)))
    write_evidence(project, captures())
    scan(project, rows_per_batch=500)
    return project


def one_by_one(project, policy, made):
    """Documents by host and verdict, each row judged alone."""
    judge = HostJudge(policy, project)
    grounds = grounds_of(policy, project.sources[0], project)
    evidence = Evidence(Archive.of(project))
    default = judge.judge("", None, grounds).periods[0].standing
    memory = {}
    counts = Counter()

    def of(url, date):
        text = (url or "").strip()
        raw = text.split("://", 1)[1] if "://" in text else ""
        origin = raw.split("/")[0].split("?")[0].split("#")[0].split("\\")[0]
        web = text.lower().startswith(("http://", "https://"))
        authority = parse_authority(origin) if web else None
        host = authority_of(f"https://{origin}") if authority and authority.host else None
        if host not in memory:
            found = judge.judge(host, evidence.site(host), grounds) if host else None
            memory[host] = UrlPass(policy, dict.fromkeys([host], found.periods) if found else {}, default)
        return host, memory[host].exactly(host or "", url, date)

    for row in made:
        day = None
        if policy.as_of.rule == "document" and row["date"] and row["date"][:2] == "20":
            day = dt.date.fromisoformat(row["date"])
        host, (verdict, left_out) = of(row["page_url"] if "page_url" in row else row["url"], day)
        if "page_url" in row and row["url"] is not None:
            _, (other, also_out) = of(row["url"], day)
            verdict, left_out = max(verdict, other, key=rank), left_out or also_out
        counts[host, verdict] += 1
        counts[host, "left_out"] += left_out
    return counts


def in_bulk(found):
    """The same counts, from the table."""
    counts = Counter()
    for row in found.verdicts.arrow().to_pylist():
        if row["part"] != "document":
            continue
        rest = row["documents"]
        for name, verdict in (
            ("reserved", "reserved"),
            ("review", "review"),
            ("refused", "access_refused"),
            ("unknown", "unknown"),
        ):
            counts[row["host"], verdict] += row[f"{name}_documents"]
            rest -= row[f"{name}_documents"]
        counts[row["host"], "no_reservation_found"] += rest
        counts[row["host"], "left_out"] += row["left_out_documents"]
    return counts


POLICIES = [
    ("machine-readable", None),
    ("machine-readable", "document"),
    ("strict", "document"),
    ("apertus-2025", None),
    ("strict", "ever"),
]


@pytest.mark.parametrize(("name", "as_of"), POLICIES)
def test_every_document_is_judged_in_bulk_as_it_is_one_by_one(project, name, as_of):
    found = audit(project, policy=name, as_of=as_of)
    made = list(itertools.chain.from_iterable(rows(seed) for seed in range(3)))
    assert +in_bulk(found) == +one_by_one(project, found.policy, made)


def test_documents_and_sizes_are_those_of_the_inventory(project):
    (inventory,) = pq.read_table(project.out / "internal" / "sources.parquet").to_pylist()
    for name in ("machine-readable", "own-crawler", "robots-only", "strict", "apertus-2025"):
        verdicts = audit(project, policy=name).df()
        assert (verdicts.documents.sum(), verdicts["size"].sum()) == (inventory["documents"], inventory["size"])
        totals = audit(project, policy=name).facts()["totals"]
        assert sum(row["documents"] for row in totals) == inventory["documents"]


def test_a_host_is_reserved_or_partly_by_its_documents_where_each_is_judged_at_its_date(project):
    for row in audit(project, as_of="document").verdicts.arrow().to_pylist():
        if row["host"] and row["evidence"]:
            assert (row["verdict"] == "reserved") == (row["reserved_documents"] == row["documents"])
            assert (row["verdict"] == "partly_reserved") == (0 < row["reserved_documents"] < row["documents"])


def test_domains_sum_their_hosts(project):
    found = audit(project)
    verdicts, domains = found.df(), found.domains.df()
    hosts = verdicts[verdicts.domain.notna()].groupby("domain")
    assert (
        dict(zip(domains.domain, domains.reserved_documents, strict=True)) == hosts.reserved_documents.sum().to_dict()
    )
    assert dict(zip(domains.domain, domains.hosts, strict=True)) == hosts.host.count().to_dict()


def test_every_signal_behind_a_verdict_names_its_capture_and_place(project):
    signals = audit(project).signals.arrow().to_pylist()
    known = set(Archive.of(project).index(["id"]).column("id").to_pylist())
    assert {row["capture"] for row in signals} <= known
    assert all(row["place"] and row["role"] in {"counted", "overruled", "not counted"} for row in signals)
    assert {row["protocol"] for row in signals} >= {
        "robots-txt",
        "robots-comments",
        "content-signals",
        "page-directives",
    }


def test_nothing_is_read_again_where_nothing_changed(project):
    first = audit(project)
    before = {file.name: file.stat().st_mtime_ns for file in first.folder.glob("*verdicts.parquet")}
    for shard in (project.home / "data").iterdir():
        make_unreadable(shard)
    audit(project)
    assert {file.name: file.stat().st_mtime_ns for file in first.folder.glob("*verdicts.parquet")} == before
    (first.folder / "audit.json").unlink()
    verdicts = first.verdicts.path.read_bytes()
    audit(project)
    assert first.verdicts.path.read_bytes() == verdicts


def test_new_evidence_changes_the_verdict_and_reads_only_what_it_must(project):
    assert audit(project).df().set_index("host").loc[HOSTS[-1]].verdict == "unknown"
    write_evidence(project, [robots(HOSTS[-1], "User-agent: *", "Disallow: /", captured="2025-05-01")], "later")
    for shard in (project.home / "data").iterdir():
        make_unreadable(shard)
    assert audit(project).df().set_index("host").loc[HOSTS[-1]].verdict == "reserved"


def test_the_bytes_are_the_same_on_any_number_of_threads(project):
    found = audit(project, threads=1)
    tables = [found.verdicts.path, found.domains.path, found.signals.path]
    before = [path.read_bytes() for path in tables]
    for kept in (project.home / ".datasummary" / "audit").glob("*.parquet"):
        kept.unlink()
    (found.folder / "audit.json").unlink()
    audit(project, threads=3)
    assert [path.read_bytes() for path in tables] == before


@pytest.mark.needs("default-jre-headless")
def test_spark_gives_the_same_rows(project):
    expected = {name: audit(project, as_of=name).verdicts.path.read_bytes() for name in ("latest", "document")}
    for kept in (project.home / ".datasummary" / "audit").glob("*.parquet"):
        kept.unlink()
    for name, verdicts in expected.items():
        assert audit(project, as_of=name, engine="spark").verdicts.path.read_bytes() == verdicts


def test_an_audit_wants_a_current_scan(tmp_path):
    project = write_project(tmp_path)
    write_shard(tmp_path / "data/0.parquet", 0)
    with pytest.raises(DataError, match="datasummary scan"):
        audit(project)


def test_a_time_that_is_none_is_refused(project):
    with pytest.raises(ProjectError, match="latest, ever or document"):
        audit(project, as_of="yesterday")


# --- a page and an asset


@pytest.fixture
def pictures(tmp_path):
    images = {
        "name": "pictures",
        "category": "crawled",
        "modality": "image",
        "manifests": ["data"],
        "legal_basis": "tdm_exception",
    }
    project = write_project(tmp_path, images)
    for seed in range(2):
        rng = random.Random(seed)
        made = [
            {
                **row,
                "page_url": row["url"],
                "url": rng.choice(
                    [f"https://cdn.example.net/{rng.choice(['private', 'public'])}/1.jpg", row["url"], None]
                ),
            }
            for row in rows(seed)
        ]
        write_rows(tmp_path / f"data/{seed}.parquet", made)
    write_evidence(project, captures())
    scan(project)
    return project


@pytest.mark.parametrize("as_of", ["latest", "document"])
def test_the_host_of_the_page_and_that_of_the_asset_are_both_judged_and_either_reserves(pictures, as_of):
    found = audit(pictures, as_of=as_of)
    made = list(
        itertools.chain.from_iterable(
            pq.read_table(pictures.home / f"data/{seed}.parquet").to_pylist() for seed in range(2)
        )
    )
    assert +in_bulk(found) == +one_by_one(pictures, found.policy, made)
    cdn = [row for row in found.verdicts.arrow().to_pylist() if row["host"] == "cdn.example.net"]
    assert [row["part"] for row in cdn] == ["asset"]
    assert cdn[0]["documents"] == sum(row["url"] is not None and "cdn.example.net" in row["url"] for row in made)


# --- a first look, and two policies side by side


def test_a_sample_is_the_same_each_time_and_writes_nothing(project):
    drawn = sample_hosts(project, 5)
    assert drawn.num_rows == 5
    assert drawn.equals(sample_hosts(project, 5))
    assert not (project.out / "internal" / "verdicts.parquet").exists()
    verdicts = audit(project).df().set_index("host")
    for row in drawn.to_pylist():
        assert verdicts.loc[row["host"]].verdict == row["verdict"]
        assert verdicts.loc[row["host"]].documents == row["documents"]


def test_a_second_audit_at_once_is_told_so_and_what_a_killed_one_spilled_is_removed(project):
    spilled = project.home / ".datasummary/audit/tmp/left-over"
    spilled.mkdir(parents=True)
    with held(project.home / ".datasummary/audit", ""), pytest.raises(WorkspaceError, match="already running here"):
        audit(project)
    assert spilled.exists()
    audit(project)
    assert not spilled.exists()


def test_two_policies_are_compared_host_by_host(project):
    table = compare_policies(project, "strict").to_pylist()
    one, other = audit(project).df(), audit(project, policy="strict").df()
    both = one.merge(other, on=["source", "modality", "unit", "host"], suffixes=("", "_other"))
    expected = Counter(zip(both.verdict, both.verdict_other, strict=True))
    assert {
        (row["verdict"], row["other_verdict"]): row["hosts"]
        + (row["verdict"] == "unknown" and row["other_verdict"] == "reserved")
        for row in table
    } == expected


def test_the_facts_are_plain_json(project):
    text = (audit(project).folder / "audit.json").read_text("utf-8")
    assert {row["verdict"] for row in json.loads(text)["totals"]} <= {*DOCUMENT_VERDICTS, "partly_reserved"}
    assert json.loads(text)["policy"]["fingerprint"] == load_policy("machine-readable", project.home).fingerprint


def test_functions_bear_the_names_of_the_commands_whatever_was_imported_before():
    names = [
        "audit",
        "collect",
        "compare_policies",
        "explain",
        "filter",
        "init",
        "run",
        "sample_hosts",
        "scan",
        "schema",
        "status",
        "summary",
    ]
    modules = [module.name for module in pkgutil.iter_modules(datasummary.__path__)]
    assert sorted(set(names) & set(modules)) == []
    assert all(callable(getattr(datasummary, name)) for name in names)
