"""The public summary as PDF, in the layout of the Commission's form; the list of domains is appended and attached."""

from __future__ import annotations

import datetime as dt
from typing import Any

from datasummary.documents.about import about_entries
from datasummary.documents.fields import (
    Checkboxes,
    DomainList,
    Entry,
    Field,
    Listing,
    Prose,
    SizeRow,
    Sizes,
    SummaryDocument,
    Value,
    YesNo,
)
from datasummary.documents.template import MODALITY_LABELS, SIZE_RANGES, Heading
from datasummary.render.footer import DRAFT
from datasummary.render.json_documents import DOMAINS_FILE
from datasummary.render.listed_names import grouped, names_appended
from datasummary.render.pdf_words import COLUMN, LINE, Line, PdfWords
from datasummary.render.typst_source import made_pdf
from datasummary.translation import speaking, t

__all__ = ["summary_pdf"]

_COMPACT_FROM = 4
_COMPACT_WORDS = 32


def summary_pdf(document: SummaryDocument, domains_csv: str | None) -> bytes:
    """Return the summary as a PDF file, to which the list of domains as CSV is attached. The same gives the same bytes.

    Without ``domains_csv`` nothing is attached, as where there is no list.
    """
    with speaking(document.language):
        words = PdfWords()
        models = ", ".join(document.models)
        title = t("Public summary of training content: {models}", models=models)
        return made_pdf(
            "summary",
            _content(document, words, attached=domains_csv is not None),
            words,
            title=t("Draft: {title}", title=title) if document.draft else title,
            subject=f"{document.title}, {document.subtitle}",
            provider=document.provider,
            date=dt.datetime.strptime(document.date, "%d/%m/%Y").date(),
            running=t("Version {version} of {date}", version=document.version, date=document.date),
            attached=domains_csv,
        )


def _content(document: SummaryDocument, words: PdfWords, *, attached: bool) -> dict[str, Any]:
    return {
        "title": words.unlinked(document.title),
        "subtitle": words.line(document.subtitle),
        "provider": words.line(document.provider),
        "models": words.line(", ".join(document.models)),
        "draft": words.line(t(DRAFT)) if document.draft else None,
        "about": [_about(entry, words) for entry in about_entries(document)],
        "words": {
            "open": words.line(t("Open:")),
            "appendix": words.unlinked(t("Appendix: most relevant domain names crawled")),
        },
        "form": [
            {"kind": "heading", "level": part.level, "text": words.unlinked(part.text)}
            if isinstance(part, Heading)
            else _field(part, words)
            for part in document.form
        ],
        "domains": _domains(document.domains, words) if document.domains else None,
        "attached": attached,
    }


def _about(entry: Entry, words: PdfWords) -> tuple[Line, list[Line]]:
    told = (entry.text or entry.link or "").split("\n")
    return words.line(entry.name or ""), [words.line(text) for text in told]


def _field(field: Field, words: PdfWords) -> dict[str, Any]:
    return {
        "kind": "field",
        "id": field.id,
        "label": words.line(field.label),
        "value": None if field.value is None else _value(field, field.value, words),
        "comment": words.paragraphs(field.comment or ""),
        "open": [words.line(what) for what in dict.fromkeys(point.public for point in field.open)],
    }


def _value(field: Field, value: Value, words: PdfWords) -> dict[str, Any]:
    match value:
        case Prose():
            quiet = field.origin == "not_applicable"
            return {"kind": "prose", "paragraphs": words.paragraphs(value.text), "quiet": quiet}
        case YesNo():
            return _boxes({t("Yes"): value.answer, t("No"): not value.answer}, words)
        case Checkboxes():
            return _boxes({t(label): key in value.selected for key, label in MODALITY_LABELS.items()}, words)
        case Sizes():
            return {"kind": "sizes", "rows": [_size(row, words) for row in value.rows]}
        case Listing():
            style = _style(value)
            longest = COLUMN if style == "compact" else LINE
            return {
                "kind": "listing",
                "style": style,
                "text": words.paragraphs(value.text or ""),
                "items": [_entry(entry, words, longest) for entry in value.items],
                "closing": words.paragraphs(value.closing or ""),
            }
        case DomainList():
            return {"kind": "domains", "method": words.paragraphs(value.method), **_domains(value, words)}


def _boxes(options: dict[str, bool], words: PdfWords) -> dict[str, Any]:
    return {"kind": "boxes", "options": [(words.line(label), ticked) for label, ticked in options.items()]}


def _size(row: SizeRow, words: PdfWords) -> dict[str, Any]:
    labels = SIZE_RANGES[row.modality].labels if row.modality in SIZE_RANGES else ()
    approximate = t("Approximate size: {size}", size=row.approximate) if row.approximate else None
    return {
        "modality": words.line(t(MODALITY_LABELS[row.modality])),
        "options": [
            (words.line(_estimated(t(label), row) if label == row.range else t(label)), label == row.range)
            for label in labels
        ],
        "approximate": words.line(_estimated(approximate, row)) if approximate else None,
    }


def _estimated(size: str, row: SizeRow) -> str:
    return t("{size} (estimated)", size=size) if row.estimated else size


def _style(listing: Listing) -> str:
    """How a list reads best: in columns of name and figure, as names and words about them, as short points, in full."""
    plain = all(not entry.link and not entry.details for entry in listing.items)
    if plain and all(entry.name and not entry.text for entry in listing.items):
        return "short"
    if not plain or not all(entry.name and entry.text for entry in listing.items):
        return "full"
    lengths = [len(f"{entry.name}{entry.text}") for entry in listing.items]
    return "compact" if len(lengths) >= _COMPACT_FROM and max(lengths) <= _COMPACT_WORDS else "rows"


def _entry(entry: Entry, words: PdfWords, longest: int) -> dict[str, Any]:
    return {
        "name": words.line(entry.name, longest) if entry.name else None,
        "text": words.paragraphs(entry.text or "", longest),
        "link": words.line(entry.link) if entry.link else None,
        "details": [
            (words.line(name), [words.line(line) for line in text.split("\n")]) for name, text in entry.details
        ],
    }


def _domains(domains: DomainList, words: PdfWords) -> dict[str, Any]:
    """What is told of the list, and the names of the appendix."""
    names, count = names_appended(domains), len(domains.names)
    whole, first = len(names) == count, grouped(len(names))
    counted = t(
        "{file} holds the whole list: {listed} of {all} domain names, by rank.",
        file=DOMAINS_FILE,
        listed=grouped(count),
        all=grouped(domains.total),
    )
    return {
        "counted": words.line(counted),
        "where": words.line(
            t("They stand in the appendix to this document, too.")
            if whole
            else t("The first {count} stand in the appendix to this document.", count=first)
        ),
        "first": words.line(t("The first {count} follow.", count=first)) if not whole else None,
        "names": [words.unlinked(name, COLUMN) for name in names],
        "file": DOMAINS_FILE,
        "description": t("The most relevant domain names crawled, by rank"),
    }
