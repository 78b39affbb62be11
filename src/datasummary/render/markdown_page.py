"""The public summary as Markdown (CommonMark with tables left out: it reads well as plain text, too)."""

from __future__ import annotations

import re
from collections.abc import Iterator

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
from datasummary.render.footer import DISCLAIMER, DRAFT
from datasummary.render.json_documents import DOMAINS_FILE
from datasummary.render.links import split_links
from datasummary.render.listed_names import NAMES_SHOWN, grouped
from datasummary.translation import speaking, t

__all__ = ["cell", "escaped", "line", "markdown_page"]

_SPECIAL = re.compile(r"([\\`*_\[\]<>~|&])")
_BLOCK_START = re.compile(r"^(\d*)([.)](?=\s|$)|[#+=-](?!\d))", re.MULTILINE)
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
_CLOSING = re.compile(r"(?<!\\)#(?=#*$)")
_SPACES = re.compile(r"[^\S\u00a0\u202f]+")
_SPLITS_CELLS = re.compile(r"[|\\]")


def markdown_page(document: SummaryDocument) -> str:
    """Return the summary as Markdown, in the form's order and words."""
    with speaking(document.language):
        return "\n\n".join(block for block in _blocks(document) if block) + "\n"


def _blocks(document: SummaryDocument) -> Iterator[str]:
    yield f"# {escaped(document.title)}"
    yield f"*{escaped(document.subtitle)}*"
    yield f"**{escaped(', '.join(document.models))}** · {escaped(document.provider)}"
    if document.draft:
        yield f"> **{escaped(t(DRAFT))}**"
    yield "\n".join(map(_about, about_entries(document)))
    for part in document.form:
        if isinstance(part, Heading):
            yield f"{'#' * (part.level + 1)} {part.text}"
        else:
            yield from _field(part)
    yield "---"
    yield escaped(t(DISCLAIMER))


def _about(entry: Entry) -> str:
    lines = (entry.text or entry.link or "").split("\n")
    head = t("{name}:", name=escaped(entry.name or ""))
    if len(lines) == 1:
        return f"- **{head}** {escaped(lines[0])}"
    return "\n".join([f"- **{head}**", *(f"  - {escaped(line)}" for line in lines)])


def _field(field: Field) -> Iterator[str]:
    yield f"**{field.id} {escaped(field.label)}**"
    if field.value is not None:
        yield from _value(field.value)
    if field.comment:
        yield escaped(field.comment)
    if field.open:
        mark, points = t("Open:"), dict.fromkeys(point.public for point in field.open)
        yield "\n".join(f"> **{mark}** {escaped(what)}" for what in points).replace("\n", "\n>\n")


def _value(value: Value) -> Iterator[str]:
    match value:
        case Prose():
            yield escaped(value.text)
        case YesNo():
            yield "\n".join([_boxed(t("Yes"), value.answer), _boxed(t("No"), not value.answer)])
        case Checkboxes():
            yield "\n".join(_boxed(t(label), key in value.selected) for key, label in MODALITY_LABELS.items())
        case Sizes():
            yield from _sizes(value)
        case Listing():
            yield escaped(value.text or "")
            yield "\n".join(map(_entry, value.items))
            yield escaped(value.closing or "")
        case DomainList():
            yield from _domains(value)


def _sizes(sizes: Sizes) -> Iterator[str]:
    for row in sizes.rows:
        lines = [f"- {t(MODALITY_LABELS[row.modality])}"]
        ranges = SIZE_RANGES[row.modality].labels if row.modality in SIZE_RANGES else ()
        for label in ranges:
            words = t(label)
            if row.estimated and label == row.range:
                words = t("{size} (estimated)", size=words)
            lines.append("  " + _boxed(words, label == row.range))
        if row.approximate:
            words = t("{size} (estimated)", size=row.approximate) if row.estimated else row.approximate
            lines.append("  - " + t("Approximate size: {size}", size=escaped(words)))
        yield "\n".join(lines)


def _entry(entry: Entry) -> str:
    head = escaped(entry.name or "")
    if head and (entry.text or entry.link or entry.details):
        head = f"**{head}**"
    text = escaped(entry.text or "").replace("\n", "\n  ")
    words = t("{name}: {words}", name=head, words=text) if head and text else head or text
    lines = [f"- {words}"]
    if entry.link:
        lines[0] += f"{' · ' if head or text else ''}{escaped(entry.link)}"
    for name, detail in entry.details:
        words = escaped(detail).replace("\n", "\n    ")
        lines.append("  - " + t("{name}: {words}", name=escaped(name), words=words))
    return "\n".join(lines)


def _domains(domains: DomainList) -> Iterator[str]:
    yield escaped(domains.method)
    count = len(domains.names)
    sentences = [
        t("{listed} of {all} domains are listed.", listed=grouped(count), all=grouped(domains.total)),
        t("All of them, by rank: {file}.", file=f"[{DOMAINS_FILE}]({DOMAINS_FILE})"),
    ]
    if count > NAMES_SHOWN:
        sentences.append(t("The first {count} follow.", count=grouped(NAMES_SHOWN)))
    yield " ".join(sentences)
    yield "\n".join(f"{rank}. {escaped(name)}" for rank, name in enumerate(domains.names[:NAMES_SHOWN], 1))


def _boxed(words: str, ticked: bool) -> str:
    return f"- {'☒' if ticked else '☐'} {words}"


def escaped(text: str) -> str:
    """Return text that Markdown shows as it stands. Addresses become links; nothing else in it is markup."""
    text = _INDENT.sub("", text)
    return "".join(f"<{part}>" if is_link else _plain(part) for part, is_link in split_links(text))


def line(text: str) -> str:
    """Return text as it stands, on one line: also where it ends a heading."""
    return _CLOSING.sub(r"\\#", escaped(_SPACES.sub(" ", text).strip()))


def cell(text: str) -> str:
    """Return text that a table shows as it stands; an address with what would end a cell becomes no link."""
    parts = split_links(_SPACES.sub(" ", text).strip())
    return "".join(
        f"<{part}>" if is_link and not _SPLITS_CELLS.search(part) else _plain(part) for part, is_link in parts
    )


def _plain(text: str) -> str:
    return _BLOCK_START.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", text))
