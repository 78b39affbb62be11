"""A project for answers to rightsholders: ten sites, each in another situation."""

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from audit_projects import capture, robots, write_evidence
from scan_projects import write_project

from datasummary.auditing import audit
from datasummary.inventory import scan
from datasummary.project import Project

POLICY = """
extends: machine-readable
name: lookup-test
version: "1"
description: For tests.
overrides:
  infringing_sites:
    - {file: sites.txt, name: Watch list, as_at: 2025-01-31}
  licensed:
    - {hosts: [licensed.org], contract: C-17}
"""

WEB = [
    # address, tokens, day
    ("https://example.com/1", 10, "2025-03-01"),
    ("https://www.example.com/2", 20, "2025-04-01"),
    ("https://News.Example.com/3", 30, "2025-05-01"),
    ("https://blog.only-below.org/", 5, "2025-03-01"),
    ("https://reserved-since.de/", 7, "2025-03-01"),
    ("https://reserved-since.de/2", 7, "2025-06-01"),
    ("https://always-reserved.fr/", 11, "2025-06-01"),
    ("https://dl.pirate.net/film", 13, "2025-06-01"),
    ("https://BÜCHER.de/", 17, "2025-06-01"),
    ("https://shop.co.uk:8080/", 19, "2025-06-01"),
    ("http://192.0.2.7/", 23, "2025-06-01"),
    ("https://licensed.org/", 29, "2025-06-01"),
    ("https://notexample.com/", 31, "2025-06-01"),
    ("https://example.com.evil.org/", 37, "2025-06-01"),
    ("https://undated.org/", 41, None),
    (None, 43, "2025-06-01"),
]
WIKI = [("https://wiki.org/a", 3, "2024-01-01"), ("https://example.com/wiki", 4, "2024-01-02")]
CHATS = [(None, 100, "2025-01-01")]

SOURCES = [
    {"name": "web", "category": "crawled", "modality": "text", "manifests": ["web"], "legal_basis": "tdm_exception"},
    {"name": "wiki", "category": "public", "modality": "text", "manifests": ["wiki"], "legal_basis": "open_licence"},
    {
        "name": "chats",
        "category": "user_data",
        "user_data_from": "model",
        "modality": "text",
        "manifests": ["chats"],
        "legal_basis": "own",
    },
    {
        "name": "press-secret",
        "category": "licensed",
        "measures": [{"modality": "text", "unit": "tokens", "declared": 1000}],
        "legal_basis": "licence",
        "contract": "LIC-9",
    },
]


def write_rows(path: Path, rows: list[tuple[str | None, int, str | None]]) -> None:
    """Write a manifest of addresses, sizes and days."""
    path.parent.mkdir(parents=True, exist_ok=True)
    url, size, date = (list(column) for column in zip(*rows, strict=True))
    types = [pa.string(), pa.int64(), pa.string()]
    columns = [pa.array(values, kind) for values, kind in zip((url, size, date), types, strict=True)]
    pq.write_table(pa.table(columns, names=["url", "token_count", "date"]), path)


def make_project(home: Path, **keys: object) -> Project:
    """Write the project with its manifests and evidence, and nothing done yet."""
    for name, rows in (("web", WEB), ("wiki", WIKI), ("chats", CHATS)):
        write_rows(home / name / "0.parquet", rows)
    (home / "policy.yaml").write_text(POLICY, "utf-8")
    (home / "sites.txt").write_text("dl.pirate.net\nelsewhere.net\n", "utf-8")
    sources = [{key: value for key, value in source.items() if value is not None} for source in SOURCES]
    project = write_project(home, *sources, policy="policy.yaml", **keys)
    closed = ("User-agent: *", "Disallow: /")
    write_evidence(
        project,
        [
            robots("example.com", "User-agent: *", "Disallow: /private/", captured="2025-02-01"),
            robots("reserved-since.de", "User-agent: *", "Allow: /", captured="2025-02-01"),
            robots("reserved-since.de", "# <script>alert(1)</script>", *closed, captured="2025-09-01"),
            robots("always-reserved.fr", *closed, captured="2025-02-01"),
            robots("licensed.org", *closed, captured="2025-02-01"),
            capture("https://shop.co.uk:8080/robots.txt", "User-agent: *\nDisallow: /", captured="2025-02-01"),
        ],
    )
    return project


def make_audited(home: Path, **keys: object) -> Project:
    """Write the project, scan and audit it."""
    project = make_project(home, **keys)
    scan(project)
    audit(project)
    return project


def copy_of(project: Project, home: Path) -> Project:
    """Copy a project with all that was done in it; files keep their times, so that nothing is due."""
    shutil.copytree(project.home, home, dirs_exist_ok=True, ignore=shutil.ignore_patterns("lookup"))
    return Project.load(home / project.path.name)
