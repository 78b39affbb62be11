"""Real crawls, scanned, against a plain loop: every row through tldextract, one after the other."""

import csv
import math
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pandas as pd
import pytest
import tldextract
from scan_projects import write_project

from datasummary.documents.summary import write_summary
from datasummary.inventory import scan

C4 = {"file": "c4-head-domains.parquet", "modality": "text", "size": "tokens", "unit": "tokens", "domains": 12_534}
LAION = {"file": "laion-1k.parquet", "modality": "image", "size": None, "unit": "images", "domains": 520}
SME = {"value": True, "basis": "9 staff"}


def plain_loop(file: Path, size: str | None) -> tuple[Counter[str], Counter[str], int]:
    """Size and documents by registrable domain, and the documents that have none."""
    extract = tldextract.TLDExtract(suffix_list_urls=())
    sizes: Counter[str] = Counter()
    documents: Counter[str] = Counter()
    without = 0
    for row in pd.read_parquet(file).to_dict("records"):
        domain = extract(urlsplit(row["url"]).netloc).top_domain_under_public_suffix.lower()
        if not domain:
            without += 1
            continue
        sizes[domain] += row[size] if size else 1
        documents[domain] += 1
    return sizes, documents, without


def source(data: dict[str, Any], folder: Path) -> dict[str, Any]:
    columns = {"columns": {"size": data["size"]}} if data["size"] else {}
    return {
        "name": Path(data["file"]).stem,
        "category": "crawled",
        "modality": data["modality"],
        "manifests": [str(folder / data["file"])],
    } | columns


def listed(csv_file: Path) -> list[str]:
    with csv_file.open(newline="") as lines:
        return [row["domain"] for row in csv.DictReader(lines)]


@pytest.mark.parametrize("data", [C4, LAION], ids=["c4", "laion"])
def test_domains_equal_those_of_a_plain_loop_name_by_name_and_size_by_size(
    tmp_path: Path, shared_data: Path, data: dict[str, Any]
) -> None:
    sizes, documents, without = plain_loop(shared_data / data["file"], data["size"])
    inventory = scan(write_project(tmp_path, source(data, shared_data)))
    found = inventory.domains.df()
    assert len(found) == data["domains"] == len(sizes)
    assert dict(zip(found.domain, found["size"], strict=True)) == sizes
    assert dict(zip(found.domain, found.documents, strict=True)) == documents
    assert found.domain.tolist() == sorted(sizes, key=lambda name: (-sizes[name], name))
    assert set(found.unit) == {data["unit"]}
    assert inventory.unattributed.df().documents.sum() == without
    (total,) = inventory.sources.arrow().to_pylist()
    rows = pd.read_parquet(shared_data / data["file"])
    assert total["documents"] == len(rows)
    assert total["size"] == (rows[data["size"]].sum() if data["size"] else len(rows))


@pytest.mark.parametrize(
    ("data", "sme", "count"), [(C4, False, 1254), (C4, True, 627), (LAION, False, 52), (LAION, True, 26)]
)
def test_the_summary_lists_the_first_tenth_of_the_domains_or_twentieth_for_an_sme(
    tmp_path: Path, shared_data: Path, data: dict[str, Any], sme: bool, count: int
) -> None:
    provider = {"name": "Acme AI SAS", "contact": "transparency@acme.example", "established_in": "FR"}
    if sme:
        provider |= {"sme": SME}
    project = write_project(tmp_path, source(data, shared_data), provider=provider)
    scan(project)
    result = write_summary(project)
    sizes, _, _ = plain_loop(shared_data / data["file"], data["size"])
    assert count == math.ceil(len(sizes) * (5 if sme else 10) / 100)
    assert listed(project.out / "public" / "top-domains.csv") == sorted(sizes, key=lambda n: (-sizes[n], n))[:count]
    assert (result.domains_total, result.domains_listed) == (data["domains"], count)


def test_text_and_images_of_both_crawls_together_list_a_tenth_of_all_domains(tmp_path: Path, shared_data: Path) -> None:
    project = write_project(tmp_path, source(C4, shared_data), source(LAION, shared_data))
    scan(project)
    result = write_summary(project)
    names: set[str] = set()
    for data in (C4, LAION):
        names |= plain_loop(shared_data / data["file"], data["size"])[0].keys()
    assert result.domains_total == len(names)
    assert result.domains_required == math.ceil(len(names) / 10)
    found = listed(project.out / "public" / "top-domains.csv")
    assert len(found) == len(set(found)) >= math.ceil(len(names) / 10)
    assert set(found) <= names
