"""The public summary of training content: all 53 fields, built from the project and its inventory, and written.

>>> document = build_summary(project)  # doctest: +SKIP
>>> document.fields["2.3.e"].value.text  # doctest: +SKIP
'01/2024 to 03/2025'
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from datasummary.documents.about import about
from datasummary.documents.crawled import crawled_fields
from datasummary.documents.fields import Field, SummaryDocument, clean, fingerprint
from datasummary.documents.general import general_fields
from datasummary.documents.inventory import InventoryView
from datasummary.documents.narratives import with_words
from datasummary.documents.other_sources import other_fields
from datasummary.documents.processing import processing_fields
from datasummary.documents.proposals import Proposals
from datasummary.documents.public_datasets import dataset_fields
from datasummary.documents.template import FORM, SUBTITLE, TITLE, Heading
from datasummary.errors import ProjectError
from datasummary.project import Project
from datasummary.translation import speaking, t
from datasummary.versions import require_unchanged

__all__ = ["OpenField", "SummaryResult", "build_summary", "proposed_text", "write_summary"]


@dataclass(frozen=True)
class OpenField:
    """A field that is not complete, and what to do about it."""

    id: str
    label: str
    what: str
    """What is still to be stated."""
    advice: str
    """What to write in the project file."""


@dataclass(frozen=True)
class SummaryResult:
    """What was written."""

    paths: tuple[Path, ...]
    """The files of ``out/public`` in the order html, md, json, docx, pdf, csv; the provenance file last."""
    open: tuple[OpenField, ...]
    """What is missing before the summary can be published; empty when it is complete."""
    domains_total: int | None
    """Distinct domains with used content; None where no list was computed."""
    domains_required: int | None
    """How many of them the list must hold."""
    domains_listed: int | None

    @property
    def draft(self) -> bool:
        """Whether the documents are marked as a draft."""
        return bool(self.open)


def build_summary(project: Project) -> SummaryDocument:
    """Return the public summary as data.

    Raises :class:`~datasummary.errors.ProjectError` where the project file contradicts itself or the inventory, and
    :class:`~datasummary.errors.DataError` where a source with manifests has not been scanned.
    """
    with speaking(project.language):
        fields = {field.id: with_words(project, field) for field in _fields(project, InventoryView(project))}
        document = SummaryDocument(
            title=t(TITLE),
            subtitle=t(SUBTITLE),
            models=tuple(clean(model.name) for model in project.model.names),
            provider=clean(project.provider.name),
            version=clean(project.summary.version),
            date=f"{project.summary.date:%d/%m/%Y}",
            published_at=project.summary.published_at,
            form=tuple(
                replace(part, text=t(part.text)) if isinstance(part, Heading) else fields[part.id] for part in FORM
            ),
            language=project.language,
        )
        return replace(document, about=about(project, document))


def write_summary(project: Project) -> SummaryResult:
    """Build the summary and write it to ``out/public``, its provenance to ``out/internal``.

    Each file is replaced whole or not at all. The same project and inventory give the same bytes. Raises
    :class:`~datasummary.errors.ProjectError` where the project's version is published (see
    :mod:`datasummary.versions`) and says something else.
    """
    from datasummary.render.domains_csv import domains_csv
    from datasummary.render.files import write_files
    from datasummary.render.html_page import html_page
    from datasummary.render.json_documents import provenance_json, summary_json
    from datasummary.render.markdown_page import markdown_page
    from datasummary.render.summary_docx import summary_docx
    from datasummary.render.summary_pdf import summary_pdf

    document = build_summary(project)
    public = project.out / "public"
    names = domains_csv(document.domains) if document.domains else None
    contents = {
        public / "public-summary.html": html_page(document),
        public / "public-summary.md": markdown_page(document),
        public / "public-summary.json": summary_json(document),
        public / "public-summary.docx": summary_docx(document),
        public / "public-summary.pdf": summary_pdf(document, names),
        public / "top-domains.csv": names,
        project.out / "internal" / "summary-provenance.json": provenance_json(_provenance(project, document)),
    }
    require_unchanged(project, contents)
    write_files(contents)
    domains = document.domains
    return SummaryResult(
        paths=tuple(path for path, content in contents.items() if content is not None),
        open=tuple(
            OpenField(field.id, field.label, point.public, point.advice)
            for field in document.fields.values()
            for point in field.open
        ),
        domains_total=domains.total if domains else None,
        domains_required=domains.required if domains else None,
        domains_listed=len(domains.names) if domains else None,
    )


def proposed_text(project: Project, field_id: str) -> str:
    """Return the text that is proposed for a field, which stands once the provider accepts it.

    Raises :class:`~datasummary.errors.ProjectError` where none is proposed.
    """
    field = build_summary(project).fields.get(field_id)
    if field is None:
        raise ProjectError(f"{field_id}: no field of the summary has this id; they run from 0.a to 3.3.a")
    if field.proposed is None:
        raise ProjectError(f"{field_id}: no text is proposed for this field, so there is nothing to accept")
    return field.proposed


def _fields(project: Project, inventory: InventoryView) -> Iterator[Field]:
    proposals = Proposals(project, inventory)
    yield from general_fields(project, inventory)
    yield from dataset_fields(project, inventory)
    yield from crawled_fields(project, inventory, proposals)
    yield from other_fields(project)
    yield from processing_fields(project, proposals)


def _provenance(project: Project, document: SummaryDocument) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for field in document.fields.values():
        fields[field.id] = {"origin": field.origin, "computed_from": list(field.computed_from)}
        if field.open:
            fields[field.id]["open"] = [{"what": point.public, "advice": point.advice} for point in field.open]
        if field.proposed is not None:
            fields[field.id]["proposed"] = {"text": field.proposed, "sha256": fingerprint(field.proposed)}
    sme = project.provider.sme
    return {
        "fields": fields,
        "sme": {"value": sme.value, "basis": sme.basis} if sme else None,
        "top_domains": {
            "domains_total": document.domains.total,
            "required": document.domains.required,
            "listed": len(document.domains.names),
        }
        if document.domains
        else None,
    }
