"""Projects with a copyright policy: what is declared, crawled, and decided by host."""

from pathlib import Path
from typing import Any

from published import text_of
from summary_inventory import write_project

from datasummary.project import Project

DECLARED: dict[str, Any] = {
    "code_of_practice_signatory": True,
    "responsible": "Ann Counsel and the head of data.",
    "lawful_access": "Only what a page shows to everyone is read.",
    "output_safeguards": "Long repetitions are cut.",
    "acceptable_use": "The terms rule out such uses.",
    "contact": "rights@acme.example",
    "complaints": "Answered within four weeks.",
    "feed_link": "https://acme.example/crawlers.atom",
}
RESPECTS = {
    "robots_txt": "Read before each visit.",
    "captchas": "Not solved.",
    "passwords": "None are entered.",
    "paywalls": "Not circumvented.",
    "other_protocols": "TDMRep is read.",
}
CRAWLERS: list[dict[str, Any]] = [
    {"name": "AcmeBot", "purpose": "Collects pages.", "respects": RESPECTS},
    {"name": "FeedBot", "purpose": "Collects feeds.", "operator": "Feeds Ltd", "respects": RESPECTS},
]
SITES = {"infringing_sites": "Sites on the watch list were not visited."}
CUSTOM = """\
name: acme
version: "2.1"
description: Ours, with secret-partner.example under contract.
extends: machine-readable
protocols:
  tdmrep: {standing: community_report, counts: false, reason: Reported alone.}
  ai-txt: {standing: industry_practice, counts: true, required: true, reason: We *insist* on <it>.}
uses: [train-ai]
addressees: {ai_training: false, named: [OtherBot]}
blocks: root
as_of: {rule: date, date: 2025-01-31}
findings: {contradiction: review, refusal: reserved}
leave_out: [reserved, unknown]
reported_only: [licence]
overrides:
  licensed:
    - {hosts: [secret-partner.example], contract: "SECRET-2024/17", from: 2024-01-01, until: 2026-12-31}
  excluded:
    - {hosts: [asked.example], decided: 2025-05-01, reason: "SECRET letter"}
  infringing_sites:
    - {file: secret-lists/sites.txt, name: "Piracy watch list", as_at: 2025-01-31}
"""


def declared_project(folder: Path, *, crawlers: list[dict[str, Any]] = CRAWLERS, **keys: Any) -> Project:
    """Write a project that declares all that the measures ask for; ``keys`` stand beside or instead."""
    sources = keys.pop("sources", None) or [
        {
            "name": "secret-crawl",
            "category": "crawled",
            "modality": "text",
            "size": 1000,
            "contract": "SECRET-1",
            "collectors": ["CCBot"],
            "crawlers": crawlers,
        },
        {
            "name": "secret-purchase",
            "category": "third_party",
            "modality": "text",
            "size": 7,
            "collectors": ["SecretCollector"],
        },
    ]
    return write_project(folder, sources=sources, **{"copyright": DECLARED, "illegal_content": SITES, **keys})


def write_custom_policy(folder: Path, text: str = CUSTOM) -> str:
    """Write a policy of the project's own with its list of sites; gives its path."""
    (folder / "secret-lists").mkdir(parents=True, exist_ok=True)
    (folder / "secret-lists" / "sites.txt").write_text("bad.example\nlocalhost\nworse.example\n", "utf-8")
    (folder / "acme.yaml").write_text(text, "utf-8")
    return "acme.yaml"


def public_text(project: Project) -> str:
    """Give all that stands in ``out/public``."""
    return "\n".join(text_of(path) for path in sorted((project.out / "public").iterdir()))
