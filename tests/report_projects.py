"""Small projects whose report is plain to foresee, and the tables read by hand."""

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from audit_projects import write_evidence
from scan_projects import WEB, write_project

from datasummary.documents.blocks import Document, Points, Section, Words
from datasummary.evidence.captures import Capture
from datasummary.inventory import scan
from datasummary.project import Project

CRAWLED = WEB | {"unit": "documents", "legal_basis": "tdm_exception"}
RESERVED = ("User-agent: *", "Disallow: /")
PARTLY = ("User-agent: *", "Disallow: /no")
FORBIDDEN = r"\b(?:compliant|violat\w*|honou?red|consent\w*|not used|missing)\b|infringing(?![ _]site)"
OPEN = ("User-agent: *", "Disallow:")


def write_manifest(path: Path, **documents: list[str]) -> None:
    """Write a manifest of so many addresses: ``example_com=["/a", "/b"]`` names a host, with ``_`` for its dots."""
    urls = [f"https://{host.replace('_', '.')}{path}" for host, paths in documents.items() for path in paths]
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({"url": urls}), path)


def reported(
    home: Path, documents: dict[str, list[str]], captures: list[Capture], *, overrides: dict[str, Any] | None = None,
    policy: dict[str, Any] | None = None, source: dict[str, Any] | None = None, **keys: Any,
) -> Project:  # fmt: skip
    """Write a project with one source and evidence, and scan it; with overrides, under a policy of its own."""
    write_manifest(home / "data/0.parquet", **documents)
    if overrides or policy:
        own = {"name": "own", "version": "1", "description": "For a test.", "extends": "machine-readable"}
        own |= policy or {}
        (home / "own.yaml").write_text(yaml.safe_dump(own | ({"overrides": overrides} if overrides else {})), "utf-8")
        keys["policy"] = "own.yaml"
    project = write_project(home, CRAWLED | (source or {}), **keys)
    write_evidence(project, captures)
    scan(project)
    return project


def by_hand(project: Project, query: str, *values: object) -> list[tuple[Any, ...]]:
    """Run SQL on the audit's tables: ``verdicts``, ``signals``."""
    with duckdb.connect() as connection:
        for name in ("verdicts", "signals"):
            connection.read_parquet(str(project.out / f"internal/{name}.parquet")).create_view(name)
        return connection.execute(query, list(values)).fetchall()


def section(document: Document, id_: str) -> Section:
    """Give a section."""
    return next(each for each in document.sections if each.id == id_)


def stated(document: Document, standing: str, id_: str | None = None) -> str:
    """Give all statements of one standing, one a line; of one section, if it is named."""
    sections = document.sections if id_ is None else [section(document, id_)]
    return "\n".join(
        item
        for each in sections
        for block in each.blocks
        if isinstance(block, Points) and block.standing == standing
        for item in block.items
    )


def written_by_the_tool(document: Document) -> str:
    """Give headings, words, statements shown and open, and what stands around figures: no words of the provider's."""
    texts = [document.title, document.subtitle]
    for each in document.sections:
        texts.append(each.heading)
        for block in each.blocks:
            if isinstance(block, Words):
                texts.append(block.text)
            elif isinstance(block, Points):
                texts += block.items if block.standing != "declared" else ()
            else:
                texts += [block.title, block.alt, block.note or "", *(column.label for column in block.columns)]
                if block.id not in {"access", "crawlers", "policy-protocols"}:
                    texts += [cell for row in block.rows for cell in row if isinstance(cell, str)]
    return "\n".join(texts)
