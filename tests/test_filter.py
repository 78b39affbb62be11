"""What a filter writes: exclusions, manifests, receipts; nothing twice, nothing where it does not belong."""

import datetime as dt
import hashlib
import json
import random
import shutil
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from audit_projects import robots, write_evidence
from filter_projects import FREE, OUT, SOME, contents, filterable, filtered
from scan_projects import WEB, write_project, write_shards
from test_audit import captures, rows, write_rows
from test_scan_counts import DIRT, HOSTS, PATHS, SCHEMES

import datasummary
from datasummary.auditing import policy_as_of
from datasummary.domains import parse_authority
from datasummary.duckdb_engine import DuckDBEngine
from datasummary.errors import ProjectError
from datasummary.evidence.archive import Archive
from datasummary.evidence.sites import Evidence
from datasummary.exclusions import Exclusions, authority_in
from datasummary.filtering import filter_manifests
from datasummary.inventory import scan
from datasummary.judging import HostJudge, grounds_of
from datasummary.manifests.canonical import canonical
from datasummary.manifests.columns import map_columns
from datasummary.policy import SHIPPED, Policy, load_policy
from datasummary.project import Project
from datasummary.urlpass import UrlPass

POLICY = """
name: doubts
version: "1"
description: A policy of these tests.
extends: machine-readable
leave_out: [{left_out}]
findings: {{contradiction: {contradiction}}}
as_of: {{rule: document}}
overrides:
  licensed:
    - {{hosts: [a.example.com], contract: "1", from: 2024-05-01, until: 2024-12-31}}
  excluded:
    - {{hosts: [b.example.org], decided: 2025-05-01, reason: asked}}
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Dirty addresses of fourteen hosts, of most of which there is evidence of three days."""
    project = write_project(tmp_path / "home", {**WEB, "legal_basis": "tdm_exception"})
    for seed in range(2):
        write_rows(tmp_path / f"home/data/{seed}.parquet", list(rows(seed)))
    write_evidence(project, captures())
    scan(project, rows_per_batch=500)
    return project


def plain_loop(project: Project, policy: Policy, made: list[dict[str, Any]]) -> list[bool]:
    """Judge rows one by one."""
    judge, grounds = HostJudge(policy, project), grounds_of(policy, project.sources[0], project)
    evidence = Evidence(Archive.of(project))
    default = judge.judge("", None, grounds).periods[0].standing
    known: dict[str | None, UrlPass] = {None: UrlPass(policy, {}, default)}

    def leaves_out(url: str | None, date: Any) -> bool:
        host = authority_in(url or "")
        if host not in known:
            known[host] = UrlPass(policy, {host: judge.judge(host, evidence.site(host), grounds).periods}, default)
        return known[host].exactly(host or "", url, date)[1]

    out = []
    for row in made:
        date = dt.date.fromisoformat(row["date"]) if row["date"] and row["date"][:2] == "20" else None
        found = leaves_out(row.get("page_url", row["url"]), date)
        if "page_url" in row and row["url"] is not None:
            found = found or leaves_out(row["url"], date)
        out.append(found)
    return out


ANY_DOUBT = "reserved, review, access_refused, unknown"
POLICIES = [
    *((name, when) for name in SHIPPED for when in (None, "ever", "document", "2024-10-01")),
    *(((left_out, then), None) for left_out in ("reserved", ANY_DOUBT) for then in ("reserved", "review")),
    (("unknown", "reserved"), None),
]


@pytest.mark.parametrize("assets", [False, True])
def test_what_is_written_is_what_a_plain_loop_keeps_under_every_policy(
    project: Project, tmp_path: Path, assets: bool
) -> None:
    made = {seed: list(rows(seed)) for seed in range(2)}
    if assets:
        rng = random.Random(1)
        for seed, its in made.items():
            addresses = ["https://cdn.example.net/private/1", "https://cdn.example.net/a", None, "", its[0]["url"]]
            made[seed] = [row | {"page_url": row["url"], "url": rng.choice(addresses)} for row in its]
            write_rows(project.home / f"data/{seed}.parquet", made[seed])
        scan(project)
    for chosen, when in POLICIES[:: 7 if assets else 3]:
        if isinstance(chosen, tuple):
            left_out, contradiction = chosen
            (project.home / "doubts.yaml").write_text(POLICY.format(left_out=left_out, contradiction=contradiction))
            chosen = "doubts.yaml"
        policy = policy_as_of(load_policy(chosen, project.home), when)
        result = filtered(project, tmp_path / "clean", policy=chosen, as_of=when)
        table = Exclusions.load(result.folder / "web.parquet")
        gone = 0
        for seed, its in made.items():
            expected = plain_loop(project, policy, its)
            gone += sum(expected)
            stays = [row for row, out in zip(its, expected, strict=True) if not out]
            assert pq.read_table(tmp_path / f"clean/web/data/{seed}.parquet").to_pylist() == stays, (chosen, when)
            for row, out in zip(its, expected, strict=True):
                date = dt.date.fromisoformat(row["date"]) if row["date"] and row["date"][:2] == "20" else None
                told = table.leaves_out(row.get("page_url", row["url"]), date)
                if "page_url" in row and row["url"] is not None:
                    told = told or table.leaves_out(row["url"], date)
                assert told == out, (chosen, when, row)
        assert result.receipt["sources"][0]["measures"][0]["left_out"]["documents"] == gone


def test_hosts_are_told_as_the_scan_tells_them(tmp_path: Path) -> None:
    urls = [*DIRT, *("".join(parts) for parts in zip(SCHEMES * 40, HOSTS * 40, PATHS * 40, strict=False))]
    urls += [f"{scheme}{host}/a" for scheme in SCHEMES for host in HOSTS]
    urls = list(dict.fromkeys(urls))
    path = tmp_path / "data/a.parquet"
    path.parent.mkdir()
    pq.write_table(pa.table({"url": pa.array(urls, pa.string())}), path)
    project = write_project(tmp_path, WEB | {"unit": "documents"})
    engine = DuckDBEngine(1, None, None)
    source = project.sources[0]
    mapping = map_columns(source, pa.schema([("url", pa.string())]))
    read = engine.backend.read_parquet(str(path)).mutate(place=ibis.row_number())
    told = engine.fetch(canonical(read, mapping, source.measures, engine, beside=("place",))).sort_by("place")
    engine.close()
    for url, origin in zip(urls, told.column("origin").to_pylist(), strict=True):
        host, port, _ = (None, None, None) if origin.startswith("?") else parse_authority(origin)
        assert authority_in(url or "") == (f"{host}:{port}" if host and port else host), url


# --- exclusions and receipts


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_the_receipt_says_what_was_there_before_and_after(tmp_path: Path) -> None:
    urls = [f"{OUT}/1", f"{SOME}/no", f"{SOME}/yes", None, f"{FREE}/", "https://elsewhere.example.com/"]
    write_rows(tmp_path / "data/a.parquet", [{"url": u, "token_count": n, "date": None} for n, u in enumerate(urls)])
    write_rows(tmp_path / "data/b.parquet", [{"url": f"{FREE}/b", "token_count": 100, "date": None}])
    project = filterable(tmp_path)
    before = dt.datetime.now(dt.UTC).replace(microsecond=0)
    result = filtered(project, tmp_path / "clean")
    receipt = json.loads((tmp_path / "clean/receipt.json").read_text())
    assert receipt == json.loads((result.folder / "receipt.json").read_text()) == result.receipt
    assert before <= dt.datetime.fromisoformat(receipt["written_at"]) <= dt.datetime.now(dt.UTC)
    policy = load_policy("machine-readable", tmp_path)
    assert receipt["policy"] == {
        "name": "machine-readable",
        "version": policy.version,
        "fingerprint": policy.fingerprint,
        "as_of": {"rule": "latest"},
    }
    assert receipt["datasummary"] == datasummary.__version__
    assert receipt["evidence"]["hosts"] == 3
    [source] = receipt["sources"]
    [measure] = source["measures"]
    assert measure["before"] == {"documents": 7, "size": 115}
    assert measure["left_out"] == {"documents": 2, "size": 1}
    assert measure["after"] == {"documents": 5, "size": 114}
    assert {row["verdict"]: row["left_out_documents"] for row in measure["by_verdict"]} == {
        "reserved": 1,
        "partly_reserved": 1,
        "unknown": 0,
        "no_reservation_found": 0,
    }
    assert source["hosts"] == {"left_out": 1, "partly_left_out": 1}
    for name, said in source["exclusions"].items():
        data = (result.folder / name).read_bytes()
        assert said == {"bytes": len(data), "sha256": digest(data)}
    inputs = [
        json.dumps([row[name] for name in ("path", "bytes", "rows", "modified", "etag")], separators=(",", ":"))
        for row in pq.read_table(project.out / "internal/inputs.parquet").to_pylist()
    ]
    assert source["inputs"] == {"files": 2, "sha256": digest("".join(f"{line}\n" for line in inputs).encode())}
    for shard, rows_before, rows_after in zip(source["shards"], (6, 1), (4, 1), strict=True):
        for side, path, count in (
            ("before", tmp_path / shard["name"], rows_before),
            ("after", tmp_path / "clean" / shard["place"], rows_after),
        ):
            data = path.read_bytes()
            assert shard[side] == {"bytes": len(data), "rows": count, "sha256": digest(data)}
    outputs = [
        json.dumps([shard["place"], *shard["after"].values()], separators=(",", ":")) for shard in source["shards"]
    ]
    assert source["outputs"] == {"files": 2, "sha256": digest("".join(f"{line}\n" for line in outputs).encode())}
    assert (tmp_path / "clean/web/data/b.parquet").read_bytes() == (tmp_path / "data/b.parquet").read_bytes()


def test_exclusions_are_small_plain_and_the_same_each_time(tmp_path: Path) -> None:
    urls = [f"{OUT}/1", "https://OUT.example.com:443/2", f"{SOME}/no", "https://müller.example/", f"{FREE}/", None]
    write_rows(tmp_path / "data/a.parquet", [{"url": u, "token_count": n, "date": None} for n, u in enumerate(urls)])
    project = write_project(tmp_path)
    nobody = ["User-agent: *", "Disallow: /"]
    hosts = {
        "out.example.com": nobody,
        "xn--mller-kva.example": nobody,
        "some.example.com": ["User-agent: *", "Disallow: /no"],
    }
    write_evidence(project, [robots(host, *lines) for host, lines in {**hosts, "unread.example.com": nobody}.items()])
    scan(project)
    result = filter_manifests(project)
    assert (result.folder / "web-hosts.txt").read_text() == "out.example.com\nxn--mller-kva.example\n"
    table = pq.read_table(result.folder / "web.parquet")
    assert [(row["host"], row["pattern"], row["decides"]) for row in table.to_pylist()] == [
        ("out.example.com", "", 1),
        ("some.example.com", "/no", 1),
        ("xn--mller-kva.example", "", 1),
    ]
    about = json.loads(table.schema.metadata[b"datasummary"])
    assert (about["source"], about["last_date"], about["policy"]) == ("web", "2026-03-01", result.receipt["policy"])
    first = contents(result.folder)
    shutil.rmtree(result.folder)
    shutil.rmtree(tmp_path / ".datasummary/audit")
    assert contents(filter_manifests(project, threads=1).folder) == first


def test_the_same_again_writes_the_same_receipt_and_another_policy_another(tmp_path: Path) -> None:
    write_shards(tmp_path, 2)
    project = filterable(tmp_path)
    result = filter_manifests(project)
    path = result.folder / "receipt.json"
    first = json.loads(path.read_text())
    path.write_text(json.dumps({**first, "written_at": "2020-01-01T00:00:00Z"}))
    assert filter_manifests(project).receipt["written_at"] == "2020-01-01T00:00:00Z"
    other = filter_manifests(project, policy="strict").receipt
    assert other["written_at"] != "2020-01-01T00:00:00Z"
    assert other["policy"]["name"] == "strict"


def test_where_nothing_is_left_out_the_manifests_are_copied_and_the_receipt_says_so(tmp_path: Path) -> None:
    write_shards(tmp_path, 4)
    project = write_project(tmp_path)
    scan(project)
    result = filtered(project, tmp_path / "clean")
    assert contents(tmp_path / "clean/web/data") == contents(tmp_path / "data")
    assert (result.folder / "web-hosts.txt").read_text() == ""
    assert pq.read_table(result.folder / "web.parquet").num_rows == 0
    [measure] = result.receipt["sources"][0]["measures"]
    assert measure["left_out"] == {"documents": 0, "size": 0}
    assert measure["after"] == measure["before"]


def test_files_of_a_source_that_is_gone_go_too(tmp_path: Path) -> None:
    write_shards(tmp_path, 2)
    filtered(filterable(tmp_path, WEB | {"name": "older"}), tmp_path / "clean")
    project = write_project(tmp_path, WEB)
    scan(project)
    result = filtered(project, tmp_path / "clean")
    assert sorted(path.name for path in result.folder.iterdir()) == ["receipt.json", "web-hosts.txt", "web.parquet"]
    assert {path.split("/")[0] for path in contents(tmp_path / "clean")} == {"web"}


def test_json_lines_of_which_nothing_stays_are_not_written_and_gone_where_they_stood(tmp_path: Path) -> None:
    path = tmp_path / "data/a.jsonl"
    path.parent.mkdir()
    path.write_text(json.dumps({"url": f"{OUT}/1"}) + "\n")
    (tmp_path / "data/b.jsonl").write_text(json.dumps({"url": f"{FREE}/1"}) + "\n")
    project = write_project(tmp_path, WEB | {"unit": "documents"})
    scan(project)
    assert list(filtered(project, tmp_path / "clean").receipt["sources"][0]["shards"][0]["after"]) == [
        "bytes",
        "rows",
        "sha256",
    ]
    project = filterable(tmp_path, WEB | {"unit": "documents"})
    [gone, stays] = filtered(project, tmp_path / "clean").receipt["sources"][0]["shards"]
    assert gone["after"] is None
    assert stays["after"]["rows"] == 1
    assert sorted(contents(tmp_path / "clean")) == ["web/data/b.jsonl"]
    again = filtered(project, tmp_path / "clean").receipt
    assert again["sources"][0]["outputs"]["files"] == 1


def test_a_shard_that_could_not_be_read_is_named_and_not_written(tmp_path: Path) -> None:
    write_shards(tmp_path, 3)
    (tmp_path / "data/broken.parquet").write_bytes(b"PAR1 and no more")
    project = write_project(tmp_path)
    write_evidence(project, [robots("www.site1.co.uk", "User-agent: *", "Disallow: /")])
    scan(project, skip_bad_files=True)
    receipt = filtered(project, tmp_path / "clean").receipt["sources"][0]
    assert receipt["unread"] == ["data/broken.parquet"]
    assert len(receipt["shards"]) == 3
    assert not (tmp_path / "clean/web/data/broken.parquet").exists()
    assert receipt["measures"][0]["left_out"]["documents"] > 0


def test_each_source_is_filtered_on_its_own_ground(tmp_path: Path) -> None:
    write_rows(tmp_path / "data/a.parquet", [{"url": f"{OUT}/1", "token_count": 1, "date": None}])
    licensed = {
        "name": "licensed-2",
        "category": "licensed",
        "modality": "text",
        "manifests": ["data"],
        "legal_basis": "licence",
    }
    result = filtered(filterable(tmp_path, WEB, licensed), tmp_path / "clean")
    assert [source["measures"][0]["left_out"]["documents"] for source in result.receipt["sources"]] == [1, 0]
    assert (result.folder / "licensed-2-hosts.txt").read_text() == ""
    assert pq.read_table(tmp_path / "clean/licensed-2/data/a.parquet").num_rows == 1
    assert pq.read_table(tmp_path / "clean/web/data/a.parquet").num_rows == 0


def test_a_policy_that_cannot_be_written_as_rules_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    write_shards(tmp_path, 1)
    project = filterable(tmp_path)
    (tmp_path / "doubts.yaml").write_text(POLICY.format(left_out="reserved, unknown", contradiction="review"))
    with pytest.raises(
        ProjectError, match=r"leave_out names reserved, unknown and not review, .* add review to leave_out"
    ):
        filter_manifests(project, policy="doubts.yaml")
    assert not (project.out / "internal/exclusions").exists()


def test_the_shipped_table_can_be_joined_without_datasummary(tmp_path: Path) -> None:
    write_rows(
        tmp_path / "data/a.parquet", [{"url": u, "token_count": 1, "date": None} for u in (f"{OUT}/", f"{FREE}/")]
    )
    result = filter_manifests(filterable(tmp_path))
    with duckdb.connect() as connection:
        query = f"SELECT host FROM '{result.folder / 'web.parquet'}' WHERE pattern = '' AND decides = 1"
        assert connection.sql(query).fetchall() == [("out.example.com",)]
