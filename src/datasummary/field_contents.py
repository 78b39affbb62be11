"""What the fields of a public summary say, by meaning: the form's words, in any language of documents, become those of
the language that is spoken. What a provider wrote stays as written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from datasummary.documents.template import FIELDS, MODALITY_LABELS
from datasummary.documents.wording import decimal
from datasummary.documents.words import clean
from datasummary.languages import UNDETERMINED, name, normalise
from datasummary.quality.values import Answer, answer_of
from datasummary.quality.vocabulary import FULL_DATE, months
from datasummary.translation import LANGUAGES, message, respoken, speaking, spoken, t

__all__ = ["Content", "Size", "content", "domains_of", "entries", "in_words", "label", "language_of"]

_PARTS = ("value", "comment", "to_be_stated")
_PERCENT = re.compile(r"(\d+)(?:[.,](\d+))?\s*%")
_POINTS_TO_A_LIST = re.compile(r"https?://|\.csv\b", re.IGNORECASE)
_OWN_WORDS = ("answer", "closing", "items", "link", "method", "name", "text")
"""Keys of the schema whose content needs no label beside it."""
_LABELLED = {
    "share": message("Share of all domain names"),
    "domains_total": message("Domain names in all"),
    "required": message("Names that the rule asks for"),
    "listed": message("Names listed"),
    "file": message("File"),
}


@dataclass(frozen=True)
class Size:
    """The size of one modality."""

    words: str
    meaning: int | bool
    """Which range of the form it is, in whatever language; where it is none, whether anything is said."""


@dataclass(frozen=True)
class Content:
    """What stands in one field."""

    whole: Any
    """All of it but the list of domains, to be compared with a text in the same language."""
    facts: Any
    """What means the same in every language: answers, boxes, ranges, counts, names, links, dates, what is open."""
    words: str
    """All of it on one line, but for the list of domains."""
    said: Any
    """The whole without what is open; None where nothing is said."""
    open: bool
    answer: str | None
    """The answer to a question with Yes and No."""
    sizes: Mapping[str, Size]
    """By modality."""
    languages: Mapping[str, str]
    """Shares by name of the language."""


def content(id_: str, raw: Mapping[str, Any]) -> Content:
    """Read what stands under a field's id."""
    answer = answer_of(FIELDS[id_], raw)
    said = tuple(_meant(raw.get(part)) or None for part in _PARTS[:2])
    if answer.yes is not None or answer.ticked is not None:
        said = ((answer.yes, answer.ticked, answer.text), said[1])
    languages = dict(_languages(answer)) if id_ == "1.3.e" else {}
    return Content(
        whole=(said, _meant(raw.get("to_be_stated")) or None),
        facts=_facts(answer, languages),
        words=" ".join(filter(None, (in_words(raw.get(part)) for part in _PARTS))),
        said=said if any(said) else None,
        open=bool(answer.to_be_stated),
        answer=_answer(answer, raw) if FIELDS[id_].kind == "yes_no" else None,
        sizes={t(MODALITY_LABELS[size.modality]): _size(size) for size in answer.sizes},
        languages=languages,
    )


def label(id_: str) -> str:
    """Return the form's label of a field."""
    return t(FIELDS[id_].label)


def language_of(summary: Mapping[str, Any]) -> str | None:
    """Return the code of the language that a summary says it is in, or its labels are in."""
    stated = summary.get("language")
    code = normalise(stated) if isinstance(stated, str) else UNDETERMINED
    if code != UNDETERMINED:
        return code
    found = {raw.get("label") for raw in summary["fields"].values() if isinstance(raw.get("label"), str)}
    first, second = sorted(LANGUAGES, key=lambda language: -len(found & _labels(language)))[:2]
    return first if len(found & _labels(first)) > len(found & _labels(second)) else None


def domains_of(raw: Mapping[str, Any]) -> list[str] | None:
    """Return the names of the list in field 2.3.h; None where it speaks of a list that is not there, or not whole."""
    value = raw.get("value")
    if not isinstance(value, dict):
        return None if isinstance(value, str) and _POINTS_TO_A_LIST.search(value) else []
    listed = value.get("domains")
    names = [clean(each) for each in listed if isinstance(each, str)] if isinstance(listed, list) else []
    counts = [value.get(key) for key in ("listed", "required")]
    expected = counts[0] if isinstance(counts[0], int) else 0
    if len(names) < expected or (not names and (value.get("file") or counts[1])):
        return None
    return names


def entries(value: Any, *, named_only: bool = False) -> list[str]:
    """Return what the entries of a field are called: their names, else, where these will do, what they say."""
    items = value.get("items") if isinstance(value, dict) else None
    found = []
    for item in items if isinstance(items, list) else ():
        own = item.get("name") if isinstance(item, dict) else None
        if own or not named_only:
            found.append(in_words(own or item))
    return found


def in_words(value: Any) -> str:
    """Return a value on one line, with labels where it needs them, the list of domains left out."""
    match value:
        case None | False:
            return ""
        case True:
            return t("Yes")
        case {"modality": modality, **rest}:
            words = ", ".join(filter(None, (in_words(rest.get(key)) for key in ("range", "approximate_size"))))
            size = t("{size} (estimated)", size=words) if words and rest.get("estimated") is True else words
            return _labelled(in_words(modality), size)
        case dict():
            return " · ".join(filter(None, (_part(clean(str(key)), part) for key, part in value.items())))
        case list():
            return " · ".join(filter(None, map(in_words, value)))
        case _:
            return " ".join(respoken(clean(str(value))).split())


def _part(key: str, part: Any) -> str:
    if key == "domains" or part is None or part is False:
        return ""
    if part is True:
        return respoken(key)
    if key in _OWN_WORDS:
        return in_words(part)
    if key == "details" and isinstance(part, dict):
        return in_words([_labelled(respoken(clean(str(each))), in_words(words)) for each, words in part.items()])
    if key in _LABELLED:
        number = f"{part:,}".replace(",", "\u00a0") if isinstance(part, int) else part
        return _labelled(t(_LABELLED[key]), in_words(number))
    return _labelled(respoken(key), in_words(part))


def _labelled(own: str, words: str) -> str:
    return t("{name}: {words}", name=own, words=words) if own and words else own or words


def _meant(value: Any) -> Any:
    match value:
        case dict():
            return {respoken(str(key)): _meant(part) for key, part in value.items() if key != "domains"}
        case list():
            return [_meant(part) for part in value]
        case str():
            return respoken(value)
        case _:
            return value


def _facts(answer: Answer, languages: Mapping[str, str]) -> tuple[Any, ...]:
    return (
        answer.stated,
        bool(answer.to_be_stated),
        answer.yes,
        answer.ticked,
        {(size.modality, size.place) for size in answer.sizes},
        answer.required,
        answer.total,
        any(answer.text.startswith(words) for words in _does_not_apply()),
        languages or {respoken(item.name) for item in answer.items},
        set(answer.links),
        {month for month, _ in months(answer.words)},
        {date[0] for date in FULL_DATE.finditer(answer.words)},
    )


def _answer(answer: Answer, raw: Mapping[str, Any]) -> str | None:
    if answer.yes is None:
        return in_words(raw.get("value")) or None
    return t("Yes") if answer.yes else t("No")


def _size(size: Any) -> Size:
    words = ", ".join(filter(None, (respoken(size.range), respoken(size.approximate))))
    return Size(words, bool(words) if size.place is None else size.place)


def _languages(answer: Answer) -> Iterable[tuple[str, str]]:
    for item in answer.items:
        if item.name:
            share = _PERCENT.fullmatch(item.text)
            number = decimal(".".join(filter(None, share.groups()))) if share else ""
            yield _language(item.name), t("{number} %", number=number) if share else respoken(item.text)


def _language(written: str) -> str:
    """The name of a language where it stands at the beginning, by a capital."""
    code = _codes().get(written.casefold())
    shown = name(code, spoken()) if code else respoken(written)
    return shown[:1].upper() + shown[1:]


@cache
def _codes() -> Mapping[str, str]:
    from babel import Locale

    return {own.casefold(): code for language in LANGUAGES for code, own in Locale.parse(language).languages.items()}


@cache
def _labels(language: str) -> frozenset[str]:
    with speaking(language):
        return frozenset(map(label, FIELDS))


@cache
def _does_not_apply() -> tuple[str, ...]:
    found = []
    for language in LANGUAGES:
        with speaking(language):
            found.append(t("Not applicable: {reason}", reason="").strip())
    return tuple(found)
