"""Projects whose ``out/public`` is complete, with a list of names of any length, for tests of the site."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from copyright_projects import DECLARED, SITES
from summary_inventory import complete_project

from datasummary import copyright_policy
from datasummary.documents.fields import DomainList, Field, SummaryDocument
from datasummary.documents.summary import build_summary
from datasummary.project import Project
from datasummary.render.domains_csv import domains_csv
from datasummary.render.html_page import html_page
from datasummary.render.json_documents import summary_json
from datasummary.render.markdown_page import markdown_page

BASE = "https://acme.example/training/"
NAMES = ("site000001.example", "xn--bcher-kva.example", "big.co.uk", "__proto__.example", "news.example.org")


def site_project(folder: Path, names: tuple[str, ...] = NAMES, **keys: Any) -> Project:
    """Write a project whose summary and copyright policy are complete, and both into ``out/public``."""
    places = {
        "published_at": f"{BASE}public-summary.html",
        "versions_at": f"{BASE}versions/",
        "announced_at": f"{BASE}feed.atom",
    }
    project = complete_project(folder)
    project = edited(project, summary=places, copyright=DECLARED, illegal_content=SITES)
    project = edited(project, **keys) if keys else project
    copyright_policy(project)
    write_public(project, names)
    return project


def edited(project: Project, **keys: Any) -> Project:
    """Set keys of the project file's parts, and load it."""
    content = yaml.safe_load(project.path.read_text("utf-8"))
    for part, values in keys.items():
        content[part] = {**content.get(part, {}), **values} if isinstance(values, dict) else values
    project.path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")
    return Project.load(project.path)


def next_version(project: Project, version: str, date: str, names: tuple[str, ...]) -> Project:
    """Raise version and date, and write the summary with these names, and the policy."""
    later = edited(project, summary={"version": version, "date": date})
    copyright_policy(later)
    write_public(later, names)
    return later


def write_public(project: Project, names: tuple[str, ...]) -> None:
    """Write the forms of the summary into ``out/public``, with these names on the list."""
    document = _with_names(build_summary(project), names)
    assert document.domains
    public = project.out / "public"
    public.mkdir(parents=True, exist_ok=True)
    (public / "public-summary.html").write_text(html_page(document), "utf-8")
    (public / "public-summary.md").write_text(markdown_page(document), "utf-8")
    (public / "public-summary.json").write_text(summary_json(document), "utf-8")
    (public / "top-domains.csv").write_text(domains_csv(document.domains), "utf-8", newline="")


def _with_names(document: SummaryDocument, names: tuple[str, ...]) -> SummaryDocument:
    listed = document.domains
    assert listed
    value = DomainList(listed.share, 10 * len(names), len(names), names, (), listed.method)
    form = (
        replace(part, value=value) if isinstance(part, Field) and part.id == "2.3.h" else part for part in document.form
    )
    return replace(document, form=tuple(form))


def files_of(folder: Path) -> dict[str, bytes]:
    """Return all files in a folder by their path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
