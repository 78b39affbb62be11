"""The public summary, its provenance, and the JSON Schema of the former, as JSON."""

from __future__ import annotations

import json
from typing import Any

from datasummary import __version__
from datasummary.documents.about import status
from datasummary.documents.fields import (
    Checkboxes,
    DomainList,
    Entry,
    Field,
    Listing,
    Prose,
    Sizes,
    SummaryDocument,
    Value,
    YesNo,
)
from datasummary.documents.template import MODALITY_LABELS
from datasummary.render.footer import DISCLAIMER
from datasummary.translation import speaking, t

__all__ = ["DOMAINS_FILE", "generator", "provenance_json", "summary_json"]

DOMAINS_FILE = "top-domains.csv"


def generator() -> dict[str, str]:
    """Return name and version of the program; no time, so that the same input gives the same bytes."""
    return {"name": "datasummary", "version": __version__}


def summary_json(document: SummaryDocument) -> str:
    """Return the summary; ``summary_schema`` in :mod:`datasummary.documents.summary_schema` describes it."""
    with speaking(document.language):
        return _dumped(
            {
                "template": {"title": document.title, "subtitle": document.subtitle},
                "language": document.language,
                "generated_by": generator(),
                "status": "draft" if document.draft else "complete",
                "models": list(document.models),
                "about": _about(document),
                "fields": {field.id: _field(field) for field in document.fields.values()},
                "disclaimer": t(DISCLAIMER),
            }
        )


def provenance_json(provenance: dict[str, Any]) -> str:
    """Return what each field rests on. For the provider alone."""
    return _dumped({"generated_by": generator(), **provenance})


def _about(document: SummaryDocument) -> dict[str, Any]:
    day, month, year = document.date.split("/")
    return _known(
        version=document.version,
        date=f"{year}-{month}-{day}",
        status=status(document),
        authoritative_copy=document.published_at,
        all_versions=document.about.all_versions,
        announcements=document.about.announcements,
        since=document.about.since,
        changes=list(document.about.changes) or None,
    )


def _dumped(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _field(field: Field) -> dict[str, Any]:
    content: dict[str, Any] = {"label": field.label, "value": None if field.value is None else _value(field.value)}
    if field.comment:
        content["comment"] = field.comment
    if field.open:
        content["to_be_stated"] = list(dict.fromkeys(point.public for point in field.open))
    return content


def _value(value: Value) -> Any:
    match value:
        case Prose():
            return value.text
        case YesNo():
            return {"answer": t("Yes") if value.answer else t("No")}
        case Checkboxes():
            return {t(label): modality in value.selected for modality, label in MODALITY_LABELS.items()}
        case Sizes():
            return [
                _known(
                    modality=t(MODALITY_LABELS[row.modality]),
                    range=t(row.range) if row.range else None,
                    approximate_size=row.approximate,
                    estimated=row.estimated,
                )
                for row in value.rows
            ]
        case Listing():
            return _known(text=value.text, items=[_entry(entry) for entry in value.items], closing=value.closing)
        case DomainList():
            return {
                "share": value.share,
                "domains_total": value.total,
                "required": value.required,
                "listed": len(value.names),
                "file": DOMAINS_FILE,
                "method": value.method,
                "domains": list(value.names),
            }


def _entry(entry: Entry) -> dict[str, Any]:
    return _known(name=entry.name, text=entry.text, link=entry.link, details=dict(entry.details) or None)


def _known(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}
