"""Writes the inventory's tables as a scan leaves them, for tests of the documents that read them."""

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from datasummary.project import Project

DOMAINS = pa.schema(
    [
        ("source", pa.string()),
        ("modality", pa.string()),
        ("domain", pa.string()),
        ("documents", pa.int64()),
        ("size", pa.decimal128(38, 0)),
        ("unit", pa.string()),
        ("first_date", pa.date32()),
        ("last_date", pa.date32()),
    ]
)
SOURCES = pa.schema(
    [
        ("source", pa.string()),
        ("role", pa.string()),
        ("modality", pa.string()),
        ("unit", pa.string()),
        ("files", pa.int64()),
        ("rows", pa.int64()),
        ("documents", pa.int64()),
        ("size", pa.int64()),
        ("bad_sizes", pa.int64()),
        ("first_date", pa.date32()),
        ("last_date", pa.date32()),
        ("no_date", pa.int64()),
        ("bad_dates", pa.int64()),
        ("dates_out_of_range", pa.int64()),
        ("domains", pa.int64()),
    ]
)
TOTALS = pa.schema(
    [
        ("source", pa.string()),
        ("role", pa.string()),
        ("modality", pa.string()),
        ("unit", pa.string()),
        ("language", pa.string()),
        ("month", pa.date32()),
        ("documents", pa.int64()),
        ("size", pa.int64()),
        ("bad_sizes", pa.int64()),
    ]
)
INPUTS = pa.schema([("source", pa.string()), ("path", pa.string()), ("problem", pa.string())])
BASE: dict[str, Any] = {
    "provider": {"name": "Acme AI SAS", "contact": "transparency@acme.example", "established_in": "FR"},
    "model": {
        "names": [{"name": "acme-7b-v1", "link": "https://acme.example/acme-7b-v1"}],
        "placed_on_market": "2026-03-01",
    },
    "summary": {"version": "1.0", "date": "2026-03-01"},
}


def write_project(folder: Path, *, sources: list[dict[str, Any]] = [], **keys: Any) -> Project:  # noqa: B006
    """Write ``datasummary.yaml``: the least there can be, with these keys and sources beside or instead."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "datasummary.yaml"
    path.write_text(yaml.safe_dump({**BASE, **keys, "sources": sources}, allow_unicode=True, sort_keys=False), "utf-8")
    return Project.load(path)


class Scan:
    """The tables of a scan, row by row."""

    def __init__(self) -> None:
        self.domains: list[dict[str, Any]] = []
        self.scraped: list[dict[str, Any]] = []
        self.sources: list[dict[str, Any]] = []
        self.totals: list[dict[str, Any]] = []
        self.inputs: list[dict[str, Any]] = []

    def add(
        self,
        source: str,
        modality: str = "text",
        unit: str = "tokens",
        *,
        domains: dict[str, int] = {},  # noqa: B006
        scraped: dict[str, int] = {},  # noqa: B006
        size: int | None = None,
        languages: dict[str, int] = {},  # noqa: B006
        first: str | None = None,
        last: str | None = None,
    ) -> "Scan":
        """Add one modality of one source. ``languages`` gives sizes by code; a document has ten units."""
        total = sum(domains.values()) if size is None else size
        key = {"source": source, "modality": modality, "unit": unit}
        dates = {
            "first_date": dt.date.fromisoformat(first) if first else None,
            "last_date": dt.date.fromisoformat(last) if last else None,
        }
        self.domains += [{**key, "domain": name, "documents": 1, "size": n, **dates} for name, n in domains.items()]
        self.scraped += [{**key, "domain": name, "documents": 1, "size": n, **dates} for name, n in scraped.items()]
        row = {**key, "role": "used", "files": 1, "rows": 1, "documents": 1, "size": total, "bad_sizes": 0, **dates}
        self.sources.append({**row, "no_date": 0, "bad_dates": 0, "dates_out_of_range": 0, "domains": len(domains)})
        for language, part in (languages or {"und": total}).items():
            entry = {**key, "role": "used", "language": language, "month": None, "bad_sizes": 0}
            self.totals.append({**entry, "documents": max(1, part // 10), "size": part})
        return self

    def write(self, project: Project) -> None:
        folder = project.out / "internal"
        folder.mkdir(parents=True, exist_ok=True)
        tables = {
            "domains": (self.domains, DOMAINS),
            "sources": (self.sources, SOURCES),
            "totals": (self.totals, TOTALS),
            "inputs": (self.inputs, INPUTS),
        }
        if self.scraped:
            tables["scraped-domains"] = (self.scraped, DOMAINS)
        for name, (rows, schema) in tables.items():
            pq.write_table(pa.Table.from_pylist(rows, schema=schema), folder / f"{name}.parquet")


def complete_project(folder: Path, *, domains: int = 30) -> Project:
    """Write a scanned project in which every one of the 53 fields has content."""
    conduct = {
        "robots_txt": "Fetched before every crawl and followed.",
        "captchas": "Pages behind a captcha are left alone.",
        "passwords": "Sites that ask for a password are not entered.",
        "paywalls": "Pages behind a paywall are left out.",
        "other_protocols": "TDMRep and the noai meta tags are read and followed.",
    }
    public = {"category": "public", "modality": "text", "nature": "Web pages, in part protected by copyright"}
    private = {"category": "third_party", "modality": "image", "size": 2_000_000, "nature": "Photographs"}
    sources: list[dict[str, Any]] = [
        {
            "name": "CANARY-crawl",
            "category": "crawled",
            "modality": "text",
            "manifests": ["CANARY-path"],
            "columns": {"size": "n", "language": "l", "date": "d"},
            "tokenizer": "acme-bpe-64k",
            "contract": "CANARY-crawl-contract",
            "content_types": ["press", "forum posts"],
            "crawlers": [
                {"name": "AcmeBot/2.1", "purpose": "Collects public pages for training.", "respects": conduct}
            ],
            "content": {
                "types_of_sites": ["news sites", "forums"],
                "geography": "Mostly European sites",
                "demographics": "Adults who write in public",
            },
        },
        {
            **public,
            "name": "CANARY-large",
            "title": "Common Pages",
            "version": "2024-10",
            "link": "https://pages.example/2024-10",
            "size": 1_234_567_891_011,
            "selection": "Pages in official EU languages, by language identification.",
            "languages": ["en", "fr"],
            "last_date": "2024-10",
        },
        {
            **public,
            "name": "CANARY-small",
            "title": "Old Letters",
            "size": 1_000_003,
            "description": "Letters of the nineteenth century.",
            "languages": ["mt"],
            "first_date": "not known",
            "last_date": "not known",
        },
        {
            "name": "CANARY-licensed",
            "category": "licensed",
            "modality": "image",
            "size": 7_654_321,
            "contract": "CANARY-contract",
            "content_types": ["photography"],
            "last_date": "2025-01",
        },
        {
            **private,
            "name": "CANARY-known",
            "title": "Acme Stock",
            "version": "3",
            "link": "https://stock.example",
            "publicly_known": True,
            "first_date": "2023-01",
            "last_date": "2023-06",
        },
        {
            **private,
            "name": "CANARY-secret",
            "title": "CANARY title of a dataset that nobody knows of",
            "version": "CANARY-version",
            "link": "https://canary.example/",
            "description": "Photographs of tools, from one database.",
            "last_date": "2023-02",
        },
        {
            "name": "CANARY-chats",
            "category": "user_data",
            "modality": "text",
            "size": 5_000_017,
            "user_data_from": "model",
            "services": ["Acme Chat, the public assistant"],
            "languages": ["en"],
            "last_date": "2025-06",
        },
        {
            "name": "CANARY-forum",
            "category": "user_data",
            "modality": "text",
            "size": 5_000_019,
            "user_data_from": "other_service",
            "services": ["Acme Forum"],
            "languages": ["en"],
            "last_date": "2025-06",
        },
        {
            "name": "CANARY-synthetic",
            "category": "synthetic",
            "modality": "text",
            "size": 5_000_023,
            "languages": ["en"],
            "last_date": "2025-07",
            "generators": [
                {"name": "Big-1", "on_market": True, "provider": "Other Ltd", "link": "https://other.example/summary"},
                {"name": "inner-2", "on_market": False, "description": "Our own model, trained on licensed text."},
            ],
        },
        {
            "name": "CANARY-offline",
            "category": "other",
            "modality": "audio",
            "size": 12_345,
            "description": "Radio archives, digitised by us.",
            "content_types": ["radio"],
            "languages": ["de"],
            "last_date": "2022-12",
        },
    ]
    project = write_project(
        folder,
        sources=sources,
        provider={
            "name": "Acme AI Inc.",
            "contact": "Training data office, data@acme.example",
            "established_in": "US",
            "authorised_representative": {"name": "Acme Europe SAS", "contact": "rep@acme.example"},
            "sme": {"value": False, "basis": "CANARY-basis"},
        },
        model={
            "names": [{"name": "acme-7b-v1", "link": "https://acme.example/acme-7b-v1"}],
            "placed_on_market": "2026-03-01",
            "based_on": [{"name": "open-base-7b", "link": "https://o.example", "summary": "https://o.example/summary"}],
            "training_continues": {"value": False},
            "characteristics": {"National and regional": "Two thirds of the text comes from European sites."},
        },
        summary={
            "version": "1.1",
            "date": "2026-03-01",
            "published_at": "https://acme.example/summary",
            "previous": [{"version": "1.0", "date": "2025-12-01", "link": "https://acme.example/summary-1.0"}],
        },
        copyright={
            "code_of_practice_signatory": True,
            "protocols": ["robots.txt (RFC 9309)", "TDMRep"],
            "measures": {
                "before_collection": "Sites with a reservation are taken from the list of sites to visit.",
                "during_collection": "Signals are read again at each visit.",
                "third_party_datasets": "Their removal lists are applied each month.",
            },
            "policy_link": "https://acme.example/copyright",
        },
        illegal_content={
            "blocklists": "Lists of national hotlines.",
            "classifiers": "A classifier for abuse material.",
        },
        narratives={
            "2.1.e": "Both sets were deduplicated.",
            "2.3.i": "More domains are named on request.",
            "2.4.e": "Users may opt out in their settings.",
            "2.5.e": "Prompts were written by our staff.",
            "2.6.c": "The archives were transcribed.",
            "3.3.a": "Personal data was masked.",
        },
    )
    sizes = {f"site{n:06}.example": 10_000_019 + domains - n for n in range(domains)}
    languages = {"en": 700_001, "fr": 200_003, "und": 99_996}
    scan = Scan().add("CANARY-crawl", domains=sizes, languages=languages, first="2024-01-05", last="2025-10-09")
    scan.write(project)
    return project
