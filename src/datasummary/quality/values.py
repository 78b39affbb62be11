"""The answer to a field, in whatever language: words, items, yes or no, boxes, sizes, domains."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from datasummary.documents.template import MODALITY_LABELS, TemplateField
from datasummary.documents.words import clean
from datasummary.quality.ranges import range_in
from datasummary.quality.vocabulary import FULL_DATE, URL, plain
from datasummary.sources import MODALITIES, Modality

__all__ = ["Answer", "Item", "Size", "answer_of", "modalities_in"]

_MODALITY_WORDS: dict[Modality, str] = {
    "text": r"textes?|texts?",
    "image": r"images?",
    "video": r"videos?",
    "audio": r"audio",
    "other": r"other|autres?",
}
_YES = re.compile(r"(yes|oui)\b")
_NO = re.compile(r"(no|non)\b")
_SEPARATORS = re.compile(r"[,;/&\n]|\band\b|\bet\b")
_SIZE_LABEL = re.compile(
    r"(?:^|(?<=[\n.;,]))\s*(text|texte|images?|vid[eé]os?|audio|other|autres?)\s*:\s*", re.IGNORECASE
)
DEEPEST = 6
"""Levels of a value that are read."""


@dataclass(frozen=True)
class Item:
    """One entry of a list."""

    name: str = ""
    text: str = ""
    link: str = ""
    details: tuple[tuple[str, str], ...] = ()

    @property
    def words(self) -> str:
        """All that it says, but for its link."""
        details = (f"{name}: {text}" for name, text in self.details)
        return "\n".join(filter(None, (self.name, self.text, *details)))

    @property
    def answers(self) -> str:
        """All that it says, without name, link and the labels of its details."""
        return "\n".join(filter(None, (self.text, *(text for _, text in self.details))))

    @property
    def links(self) -> tuple[str, ...]:
        """The addresses in its link and in its words."""
        own = [self.link] if URL.match(self.link) else []
        return tuple(dict.fromkeys((*own, *URL.findall(self.words))))

    def detail(self, pattern: str) -> str:
        """Give the details whose label matches a pattern, in plain letters."""
        return "\n".join(text for name, text in self.details if re.search(pattern, plain(name)))


@dataclass(frozen=True)
class Size:
    """A row of field 1.3.b."""

    modality: Modality
    place: int | None
    """Which of the form's three ranges: 0, 1, 2; None where none is ticked."""
    approximate: str
    range: str
    """The range in the document's words."""


@dataclass(frozen=True)
class Answer:
    """What stands in a field."""

    id: str
    text: str = ""
    """Words that introduce or make up the answer, closing words, and words beside the value."""
    items: tuple[Item, ...] = ()
    yes: bool | None = None
    """The answer to a question with Yes and No."""
    ticked: frozenset[Modality] | None = None
    """Boxes ticked; None where there are no boxes."""
    sizes: tuple[Size, ...] = ()
    domains: tuple[str, ...] = ()
    required: int | None = None
    """How many domains the list says it must hold."""
    total: int | None = None
    """How many domains the list was chosen from."""
    to_be_stated: tuple[str, ...] = ()
    """What a draft marks as still open."""
    stated: bool = False
    """Whether the value says anything; words beside an absent value do not count."""

    @property
    def words(self) -> str:
        """All that the field says."""
        return "\n".join(filter(None, (self.text, *(item.words for item in self.items))))

    @property
    def links(self) -> tuple[str, ...]:
        """All addresses in the field."""
        found = (*URL.findall(self.text), *(link for item in self.items for link in item.links))
        return tuple(dict.fromkeys(found))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the items; of a text without items its lines."""
        return tuple(item.name for item in self.items if item.name) or tuple(
            line.strip(" -•*\t") for line in self.text.splitlines() if line.strip(" -•*\t")
        )

    @property
    def entries(self) -> tuple[Item, ...]:
        """The items; of a text without items its paragraphs."""
        if self.items:
            return self.items
        return tuple(Item(text=part.strip()) for part in re.split(r"\n\s*\n", self.text) if part.strip())

    @property
    def dates(self) -> tuple[str, ...]:
        """Full dates in it, as they are written."""
        return tuple(match[0] for match in FULL_DATE.finditer(self.words))


def answer_of(field: TemplateField, raw: Mapping[str, Any]) -> Answer:
    """Read the object under a field's id: its ``value``, ``comment`` and ``to_be_stated``."""
    value = raw.get("value")
    comment = _words(raw.get("comment"))
    open_points = raw.get("to_be_stated")
    points = tuple(filter(None, map(_words, open_points))) if isinstance(open_points, list) else ()
    given: dict[str, Any] = {}
    text: list[str] = []
    items: tuple[Item, ...] = ()
    if isinstance(value, dict) and isinstance(value.get("items"), list):
        items = tuple(filter(None, map(_item, value["items"])))
        text = [_words(value.get("text")), _words(value.get("closing"))]
    elif field.kind == "yes_no":
        given, text = _yes_no(value)
    elif field.kind == "checkboxes":
        given, text = _boxes(value)
    elif field.kind == "sizes" and isinstance(value, list):
        given = {"sizes": tuple(filter(None, map(_size, value[:1000])))}
    elif field.kind == "sizes":
        given, text = {"sizes": _sizes_in(_words(value))}, [_words(value)]
    elif field.kind == "domains" and not isinstance(value, dict):
        given, text = _names_in(_words(value))
    elif field.kind == "domains" and isinstance(value, dict):
        given, text = _domains(value), [_words(value.get("method"))]
    else:
        text = [_words(value)]
    own = bool(items or any(text) or any(content not in (None, (), frozenset()) for content in given.values()))
    if not own:
        return Answer(field.id, to_be_stated=points)
    words = "\n\n".join(filter(None, (*text, comment)))
    return Answer(field.id, words, items, to_be_stated=points, stated=True, **given)


def modalities_in(text: str) -> frozenset[Modality]:
    """Give the modalities that a short list names, and none where it holds anything else: ``Text, Image``."""
    found: set[Modality] = set()
    parts = [part.strip() for part in _SEPARATORS.split(plain(text).strip(" .")) if part.strip()]
    for part in parts:
        fitting = [m for m in MODALITIES if _is_modality(m, part)]
        if not fitting:
            return frozenset()
        found.update(fitting)
    return frozenset(found)


def _is_modality(modality: Modality, text: str) -> bool:
    word = plain(text).strip()
    return word == plain(MODALITY_LABELS[modality]) or bool(re.fullmatch(_MODALITY_WORDS[modality], word))


def _yes_no(value: Any) -> tuple[dict[str, Any], list[str]]:
    said = value.get("answer") if isinstance(value, dict) else value
    if isinstance(said, bool):
        return {"yes": said}, []
    text = _words(said)
    start = plain(text)
    if _YES.match(start):
        return {"yes": True}, [text] if len(start) > 4 else []
    if _NO.match(start):
        return {"yes": False}, [text] if len(start) > 4 else []
    return {}, [text]


def _boxes(value: Any) -> tuple[dict[str, Any], list[str]]:
    if isinstance(value, dict):
        ticked = {m for label, on in value.items() if on is True for m in MODALITIES if _is_modality(m, str(label))}
        return {"ticked": frozenset(ticked)}, []
    text = _words(value)
    named = modalities_in(text)
    return ({"ticked": named}, []) if named else ({}, [text])


def _size(value: Any) -> Size | None:
    if not isinstance(value, dict):
        return None
    label = _words(value.get("modality"))
    modality = next((m for m in MODALITIES if _is_modality(m, label)), None)
    if modality is None:
        return None
    words = _words(value.get("range"))
    return Size(modality, range_in(modality, words), _words(value.get("approximate_size")), words)


def _sizes_in(text: str) -> tuple[Size, ...]:
    """Read sizes that stand in a text, each behind its modality: ``Audio: less than 10 000 hours``."""
    parts = _SIZE_LABEL.split(text)
    found = []
    for label, words in zip(parts[1::2], parts[2::2], strict=True):
        modality = next(m for m in MODALITIES if _is_modality(m, label))
        size = words.strip(" .;,\n")
        place = range_in(modality, size)
        found.append(Size(modality, place, "" if place is not None else size, size if place is not None else ""))
    return tuple(found)


def _names_in(text: str) -> tuple[dict[str, Any], list[str]]:
    """Read a list of domains that stands in a text, a name a line; what is no such line stays words."""
    lines = [re.sub(r"^\d{1,4}[.)]?(?:\s+|$)", "", line.strip(" -•*\t")) for line in re.split(r"[\n,;]", text)]
    names = [line for line in lines if re.fullmatch(r"[^\s@:/]{1,253}\.[^\s@:/.]{2,63}", line)]
    if len(names) * 2 <= len(list(filter(None, lines))):
        return {}, [text]
    return {"domains": tuple(names)}, [line for line in lines if line and line not in names]


def _domains(value: Mapping[str, Any]) -> dict[str, Any]:
    names = value.get("domains")
    listed = tuple(filter(None, (_words(n) for n in names if isinstance(n, str)))) if isinstance(names, list) else ()
    return {"domains": listed, "required": _count(value.get("required")), "total": _count(value.get("domains_total"))}


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _item(value: Any) -> Item | None:
    if isinstance(value, str):
        item = Item(text=clean(value))
    elif isinstance(value, dict):
        raw = value.get("details")
        details = ((clean(str(k)), _words(v)) for k, v in raw.items()) if isinstance(raw, dict) else ()
        item = Item(
            _words(value.get("name")),
            _words(value.get("text")),
            _words(value.get("link")),
            tuple((name, text) for name, text in details if text),
        )
    else:
        return None
    return item if item.words or item.link else None


def _words(value: Any) -> str:
    """Give all words of a value that should be a text."""
    return clean("\n".join(_strings(value, DEEPEST)))


def _strings(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield str(value)
    elif depth and isinstance(value, (list, dict)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part, depth - 1)
