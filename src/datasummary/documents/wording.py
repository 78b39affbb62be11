"""Small pieces of text that several fields share: months, periods, numbers, lists of names."""

from __future__ import annotations

from collections.abc import Iterable

from datasummary.documents.inventory import UNKNOWN_LANGUAGE, InventoryView, Period, declared_codes
from datasummary.documents.template import MODALITY_LABELS
from datasummary.sources import MODALITIES, Modality, Source, Unit
from datasummary.translation import message, spoken, t

__all__ = [
    "CONDUCT",
    "MODALITY_WORDS",
    "UNIT_WORDS",
    "content_types",
    "decimal",
    "distinct",
    "joined",
    "languages_in",
    "modalities_of",
    "month",
    "names_of",
    "span",
    "union",
]

CONDUCT = {
    "robots_txt": message("robots.txt"),
    "captchas": message("Captchas"),
    "passwords": message("Password-protected sites"),
    "paywalls": message("Paywalls"),
    "other_protocols": message("Protocols other than robots.txt"),
}
"""What field 2.3.d asks about a crawler, by key of its ``respects``."""

MODALITY_WORDS: dict[Modality, str] = {
    "text": message("text"),
    "image": message("image"),
    "video": message("video"),
    "audio": message("audio"),
    "other": message("other"),
}
"""The modalities within a sentence."""

UNIT_WORDS: dict[Unit, str] = {
    "tokens": message("tokens"),
    "bytes": message("bytes"),
    "characters": message("characters"),
    "documents": message("documents"),
    "images": message("images"),
    "hours": message("hours"),
}
"""The units within a sentence."""


def month(text: str) -> str:
    """Return a month as the form writes it.

    >>> month("2025-03")
    '03/2025'
    """
    year, number = text.split("-")
    return f"{number}/{year}"


def span(period: Period) -> str | None:
    """Return a period as the form writes it, ``MM/YYYY to MM/YYYY``; None where nothing is known about it."""
    if period.first is None and period.last is None:
        return t("not known") if period.unknown else None
    if period.first is None or period.last is None:
        known = {"month": month(period.first or period.last or "")}
        return t("{month} to not known", **known) if period.first else t("not known to {month}", **known)
    return t("{first_month} to {last_month}", first_month=month(period.first), last_month=month(period.last))


def decimal(number: str) -> str:
    """Return a number that is written with a point with the decimal mark of the language that is spoken."""
    from babel.numbers import get_decimal_symbol

    return number.replace(".", get_decimal_symbol(spoken()))


def union(periods: Iterable[Period]) -> Period:
    """Return the period from the first to the last month of several."""
    parts = list(periods)
    return Period(
        min((part.first for part in parts if part.first), default=None),
        max((part.last for part in parts if part.last), default=None),
        any(part.unknown for part in parts),
    )


def distinct(texts: Iterable[str]) -> list[str]:
    """Return texts in their order, each once, whatever its case."""
    found: dict[str, str] = {}
    for text in texts:
        found.setdefault(text.casefold(), text)
    return list(found.values())


def joined(texts: Iterable[str]) -> str:
    """Return different texts as one: sentences a line each, short answers parted by semicolons."""
    parts = distinct(texts)
    return ("\n" if any(part.endswith(".") for part in parts) else t("; ")).join(parts)


def content_types(sources: Iterable[Source], modality: Modality) -> list[str]:
    """Return the types of content of one modality: those of the measure, where it names its own, else the source's."""
    return distinct(
        kind
        for source in sources
        for measure in source.measures
        if measure.modality == modality
        for kind in measure.content_types or source.content_types
    )


def modalities_of(sources: Iterable[Source]) -> tuple[Modality, ...]:
    """Return the modalities of sources, in the form's order."""
    found = {measure.modality for source in sources for measure in source.measures}
    return tuple(modality for modality in MODALITIES if modality in found)


def names_of(modalities: Iterable[Modality]) -> str:
    """Return modalities by their names in the form, in the language that is spoken."""
    return ", ".join(t(MODALITY_LABELS[modality]) for modality in modalities)


def languages_in(sources: Iterable[Source], inventory: InventoryView) -> str | None:
    """Return the languages of sources by name: those with at least 1 % of a source's documents, or those declared."""
    from datasummary.languages import name

    codes: list[str] = []
    for source in sources:
        found = inventory.language_documents(source)
        documents = sum(found.values())
        seen = [code for code, n in found.items() if n * 100 >= documents and code not in (UNKNOWN_LANGUAGE, "zxx")]
        codes += sorted(seen, key=lambda code, found=found: (-found[code], code)) or declared_codes(source)  # type: ignore[misc]
    return ", ".join(dict.fromkeys(name(code, spoken()) for code in codes)) or None
