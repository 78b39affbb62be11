"""The public summary as DOCX, in the form's order and words: below each heading a table of questions and answers.

The list of domains stands in an appendix at the end.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import groupby

from datasummary.documents.about import about_entries
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
from datasummary.documents.template import MODALITY_LABELS, SIZE_RANGES, Heading
from datasummary.render.docx_document import PLACES, TEXT_WIDTH, DocxDocument, box, filled, paragraph, run
from datasummary.render.docx_domains import add_appendix, domains_told
from datasummary.render.footer import DRAFT
from datasummary.translation import speaking, t

__all__ = ["summary_docx"]

_FIELD_WIDTHS = (58.0, TEXT_WIDTH - 58.0)
_ABOUT_WIDTHS = (46.0, TEXT_WIDTH - 46.0)
_COMPACT_FROM = 4
_COMPACT_WORDS = 40


def summary_docx(document: SummaryDocument) -> bytes:
    """Return the summary as a DOCX file. The same summary gives the same bytes."""
    with speaking(document.language):
        models = ", ".join(document.models)
        title = t("Public summary of training content: {models}", models=models)
        file = DocxDocument(
            t("Draft: {title}", title=title) if document.draft else title,
            subject=f"{document.title}, {document.subtitle}",
            provider=document.provider,
            date=dt.datetime.strptime(document.date, "%d/%m/%Y").date(),
            running=t("Version {version} of {date}", version=document.version, date=document.date),
        )
        file.begin(document.title, document.subtitle, models, document.provider)
        if document.draft:
            file.add(file.text(t(DRAFT), "DraftNotice"))
        file.add(_about(file, document))
        for are_fields, parts in groupby(document.form, lambda part: isinstance(part, Field)):
            if are_fields:
                file.add(_fields(file, [part for part in parts if isinstance(part, Field)]))
            else:
                for part in parts:
                    if isinstance(part, Heading):
                        file.heading(part.text, part.level)
        file.close()
        if document.domains:
            add_appendix(file, document.domains)
        return file.content()


def _about(file: DocxDocument, document: SummaryDocument) -> str:
    title = t("About this document")
    rows = []
    for entry in about_entries(document):
        lines = (entry.text or entry.link or "").split("\n")
        style = "Normal" if len(lines) == 1 else "ListBullet"
        rows.append((file.text(entry.name or "", "FieldLabel"), "".join(file.text(line, style) for line in lines)))
    return file.table("FormTable", _ABOUT_WIDTHS, [file.text(title, "TableHead")], rows, title)


def _fields(file: DocxDocument, fields: list[Field]) -> str:
    head = [file.text(t("Question"), "TableHead"), file.text(t("Answer"), "TableHead")]
    rows = [
        (file.text(field.id, "FieldNumber") + file.text(field.label, "FieldLabel"), "".join(_answer(file, field)))
        for field in fields
    ]
    first, last = fields[0].id, fields[-1].id
    title = t("Field {id}", id=first) if first == last else t("Fields {first} to {last}", first=first, last=last)
    return file.table("FormTable", _FIELD_WIDTHS, head, rows, title)


def _answer(file: DocxDocument, field: Field) -> Iterator[str]:
    if field.value is not None:
        yield from _value(file, field.value)
    if field.comment:
        yield file.prose(field.comment)
    for what in dict.fromkeys(point.public for point in field.open):
        yield file.text(what, "OpenPoint", lead=t("Open:"))


def _value(file: DocxDocument, value: Value) -> Iterator[str]:
    match value:
        case Prose():
            yield file.prose(value.text)
        case YesNo():
            yield _boxes({t("Yes"): value.answer, t("No"): not value.answer})
        case Checkboxes():
            yield _boxes({t(label): modality in value.selected for modality, label in MODALITY_LABELS.items()})
        case Sizes():
            yield from _sizes(value)
        case Listing():
            yield from _listing(file, value)
        case DomainList():
            yield domains_told(file, value)


def _boxes(options: dict[str, bool]) -> str:
    return paragraph(run("\t").join(box(ticked) + run(label) for label, ticked in options.items()), "CheckBoxes")


def _sizes(sizes: Sizes) -> Iterator[str]:
    for row in sizes.rows:
        yield paragraph(run(t(MODALITY_LABELS[row.modality])), "Subhead")
        for label in SIZE_RANGES[row.modality].labels if row.modality in SIZE_RANGES else ():
            chosen = label == row.range
            words = t("{size} (estimated)", size=t(label)) if chosen and row.estimated else t(label)
            yield paragraph(box(chosen) + run(words), "CheckBoxes")
        if row.approximate:
            words = t("{size} (estimated)", size=row.approximate) if row.estimated else row.approximate
            yield paragraph(run(t("Approximate size: {size}", size=words)))


def _listing(file: DocxDocument, listing: Listing) -> Iterator[str]:
    yield file.prose(listing.text or "")
    compact = len(listing.items) >= _COMPACT_FROM and all(map(_is_short, listing.items))
    for entry in listing.items:
        if compact:
            gap = '<w:spacing w:after="80"/>' if entry is listing.items[-1] else ""
            yield paragraph(run(f"{entry.name}\t{entry.text}"), "CompactList", gap)
        else:
            yield _entry(file, entry)
    yield file.prose(listing.closing or "")


def _is_short(entry: Entry) -> bool:
    """Whether an item is a name and a figure, such as a language and its share."""
    short = bool(entry.name and entry.text) and len(f"{entry.name}{entry.text}") <= _COMPACT_WORDS
    return short and not entry.link and not entry.details and "\n" not in f"{entry.name}{entry.text}"


def _entry(file: DocxDocument, entry: Entry) -> str:
    told = run(" · ").join(file.words(text) for text in (entry.text, entry.link) if text)
    name = run(entry.name or "", "Strong" if told or entry.details else None)
    details = (file.text(t("{name}: {words}", name=name, words=words), "ListBullet2") for name, words in entry.details)
    both = filled(t("{name}: {words}", name=PLACES[0], words=PLACES[1]), name, told) if name and told else name or told
    return paragraph(both, "ListBullet") + "".join(details)
