"""The sample of pages: the manifests' own addresses, so many for each host, always the same ones."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import web
from collecting import AGENT, collected
from manifest_files import FORMATS, Row, project_of, write_rows

import datasummary
from datasummary.evidence.guard import LONGEST_URL
from datasummary.evidence.sampling import sample_pages
from datasummary.project import Project

HOSTS = ["a.example", "www.b.example", "c.example:8080"]
PAGES = [f"https://{host}/page/{number}" for host in HOSTS for number in range(30)]
NO_WEB_ADDRESSES: list[str | None] = [
    *(None, "", "no scheme", "/path/alone", "ftp://a.example/page", "mailto:a@a.example", "urn:isbn:0451450523"),
    *("data:text/plain,a", "http://", "http://a..b/page", "http://a.example:22/page", "https://a b.example/"),
]


def rows_of(addresses: list[str | None] | list[str]) -> list[Row]:
    return [(address, 10, "en", "2025-01-01") for address in addresses]


def scanned(home: Path, manifests: str = "data", **more: Any) -> Project:
    columns = {"url": "url", "size": "size", "language": "language", "date": "date"}
    project = project_of(home, {"manifests": [manifests], "unit": "tokens", "columns": columns, **more})
    datasummary.scan(project)
    return project


def sampled(project: Project, count: int) -> dict[str, list[str]]:
    found = defaultdict(list)
    for authority, address in sample_pages(project, count):
        found[authority].append(address)
    return dict(found)


@pytest.mark.parametrize("suffix", FORMATS)
def test_each_host_gets_so_many_of_its_own_addresses_whatever_the_format(tmp_path: Path, suffix: str) -> None:
    write_rows(tmp_path / f"data/one.{suffix}", rows_of(PAGES))
    found = sampled(scanned(tmp_path), 3)
    assert sorted(found) == sorted(HOSTS)
    for host, addresses in found.items():
        assert len(set(addresses)) == 3
        assert set(addresses) <= {page for page in PAGES if page.startswith(f"https://{host}/")}


def test_the_sample_is_the_same_whatever_the_format_and_the_order_of_rows(tmp_path: Path) -> None:
    write_rows(tmp_path / "one/data/one.parquet", rows_of(PAGES))
    write_rows(tmp_path / "other/data/other.jsonl.gz", rows_of(PAGES[::-1]))
    samples = [sampled(scanned(tmp_path / name), 3) for name in ("one", "other")]
    samples.append(sampled(Project.load(tmp_path / "one/datasummary.yaml"), 3))
    one, *others = [{host: set(addresses) for host, addresses in sample.items()} for sample in samples]
    assert others == [one, one]


def test_a_smaller_sample_is_part_of_a_larger_one(tmp_path: Path) -> None:
    write_rows(tmp_path / "data/one.parquet", rows_of(PAGES))
    project = scanned(tmp_path)
    two, five = sampled(project, 2), sampled(project, 5)
    assert all(set(two[host]) < set(five[host]) for host in HOSTS)


def test_a_host_with_fewer_addresses_gives_all_it_has(tmp_path: Path) -> None:
    write_rows(tmp_path / "data/one.parquet", rows_of(PAGES[:2]))
    assert {host: sorted(found) for host, found in sampled(scanned(tmp_path), 5).items()} == {"a.example": PAGES[:2]}


def test_an_address_that_stands_in_many_rows_is_one_of_the_sample_not_all_of_it(tmp_path: Path) -> None:
    write_rows(tmp_path / "data/one.parquet", rows_of(PAGES[:30] * 7))
    assert len(set(sampled(scanned(tmp_path), 3)["a.example"])) == 3


def test_what_is_no_web_address_that_can_be_asked_for_is_not_in_the_sample(tmp_path: Path) -> None:
    longest = f"https://a.example/{'a' * LONGEST_URL}"
    write_rows(tmp_path / "data/one.csv", rows_of([*NO_WEB_ADDRESSES, longest, PAGES[0]]))
    assert sampled(scanned(tmp_path), 20) == {"a.example": [PAGES[0]]}


def test_a_page_of_a_host_that_is_not_visited_is_not_asked_for(tmp_path: Path) -> None:
    pages = ["http://ok-9.example/page", "http://ok-12.example/page", "http://10.0.0.1/page", "http://intranet/page"]
    write_rows(tmp_path / "project/data/one.csv", rows_of(pages))
    project = scanned(tmp_path / "project")
    sample = list(sample_pages(project, 2))
    assert len(sample) == 4
    with web.served(tmp_path) as served:
        settings = AGENT.model_copy(update={"pages": 2})
        collected(
            tmp_path / "collected", served.names, ["ok-9.example"], settings, pages=sample, processes=1, delay=0.0
        )
        asked = {(hit.host, hit.path) for hit in served.hits()}
    assert ("ok-9.example", "/page") in asked
    assert {host for host, _ in asked} == {"ok-9.example"}


def test_addresses_of_one_host_go_together_however_it_is_spelt(tmp_path: Path) -> None:
    spelt = ["https://A.Example/1", "http://a.example:80/2", "https://a.example:443/3", "http://bücher.example/4"]
    write_rows(tmp_path / "data/one.parquet", rows_of(spelt))
    found = sampled(scanned(tmp_path), 5)
    assert sorted(found) == ["a.example", "xn--bcher-kva.example"]
    assert len(found["a.example"]) == 3


def test_manifests_of_several_formats_and_sources_are_all_sampled(tmp_path: Path) -> None:
    for host, suffix in zip(HOSTS, ("parquet", "csv.gz", "jsonl.zst"), strict=True):
        write_rows(tmp_path / f"data/{suffix}/one.{suffix}", rows_of([page for page in PAGES if host in page]))
    columns = {"url": "url", "size": "size", "language": "language", "date": "date"}
    source = {"unit": "tokens", "columns": columns}
    project = project_of(
        tmp_path,
        {"name": "one", "manifests": ["data/parquet", "data/csv.gz"], **source},
        {"name": "two", "manifests": ["data/jsonl.zst"], **source},
    )
    datasummary.scan(project)
    assert {host: len(set(found)) for host, found in sampled(project, 4).items()} == dict.fromkeys(HOSTS, 4)


def test_a_source_that_was_not_scanned_gives_no_addresses(tmp_path: Path) -> None:
    write_rows(tmp_path / "data/one.parquet", rows_of(PAGES))
    project = project_of(tmp_path, {"manifests": ["data"], "unit": "tokens"})
    assert sampled(project, 3) == {}
