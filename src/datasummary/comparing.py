"""What differs between two public summaries, read from their JSON forms.

Either may be this program's or written by hand to the schema that ``datasummary schema summary`` prints. A list of
domains that is not inside the JSON is read from the ``top-domains.csv`` beside it.

>>> found = diff("versions/1.0/public-summary.json", "public-summary.json")  # doctest: +SKIP
>>> found.domains.added, found.sentences()  # doctest: +SKIP
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from datasummary.documents.template import FIELDS
from datasummary.documents.words import clean
from datasummary.errors import DataError
from datasummary.summary_files import domains_beside, summary_text

__all__ = [
    "AnswerChange",
    "Diff",
    "DomainChange",
    "Edition",
    "FieldChange",
    "NameChange",
    "TextChange",
    "compare",
    "diff",
]

_NAMED = ("2.1.c", "2.2.2.c", "2.3.b", "2.5.c")
"""Fields whose entries are sources: large public datasets, private datasets, crawlers, generators."""
_SHORT = 160
_LEAD = 40
_VERSION = re.compile(r"^version\s+", re.IGNORECASE)


@dataclass(frozen=True)
class Edition:
    """One of the two summaries."""

    version: str
    date: str
    """As field 0.b says it."""
    models: tuple[str, ...]


@dataclass(frozen=True)
class FieldChange:
    """A field whose content differs."""

    id: str
    label: str
    before: str
    """What it said, in short, from a little before the first difference; empty where it said nothing. Equal to
    ``after`` where only the list of domains or the name of a detail differs."""
    after: str


@dataclass(frozen=True)
class NameChange:
    """Names that came or went: of models, sources, or languages. ``id`` is the field that holds them."""

    id: str
    label: str
    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True)
class TextChange:
    """Something named, of which another thing is said: the size of a modality, the share of a language."""

    name: str
    before: str | None
    """None where nothing was said."""
    after: str | None


@dataclass(frozen=True)
class AnswerChange:
    """A question with Yes and No whose answer turned."""

    id: str
    label: str
    before: str | None
    """None where it was open."""
    after: str | None


@dataclass(frozen=True)
class DomainChange:
    """What became of the list of domains (field 2.3.h)."""

    before: int
    """How many names the list held."""
    after: int
    added: tuple[str, ...]
    """By their rank in the later list."""
    removed: tuple[str, ...]
    """By their rank in the earlier list."""
    reordered: bool
    """Whether names that stand in both have another order."""


@dataclass(frozen=True)
class Diff:
    """What differs. All is in the order of the form; ``fields`` names every field that differs."""

    before: Edition
    after: Edition
    models: NameChange | None
    fields: tuple[FieldChange, ...]
    sources: tuple[NameChange, ...]
    answers: tuple[AnswerChange, ...]
    sizes: tuple[TextChange, ...]
    languages: NameChange | None
    language_shares: tuple[TextChange, ...]
    """Languages that both name, with another share."""
    domains: DomainChange | None

    def sentences(self) -> tuple[str, ...]:
        """Tell the differences in words, in the language that is spoken."""
        from datasummary.documents.changes import sentences

        return sentences(self)

    def to_json(self) -> dict[str, Any]:
        """Give everything as plain data, with the sentences."""
        return {**asdict(self), "sentences": self.sentences()}


def diff(a: str | Path, b: str | Path) -> Diff:
    """Compare two files ``public-summary.json``, the earlier first.

    Raises :class:`~datasummary.errors.DataError` where a file is no summary.
    """
    return compare(_read(Path(a)), _read(Path(b)))


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> Diff:
    """Compare two summaries as the JSON files hold them, with their lists of domains inside, the earlier first."""
    old, new = before["fields"], after["fields"]
    editions = _edition(before), _edition(after)
    return Diff(
        *editions,
        models=_names("1.2.a", new, editions[0].models, editions[1].models),
        fields=tuple(_fields(old, new)),
        sources=tuple(filter(None, (_names(id_, new, _entries(old, id_), _entries(new, id_)) for id_ in _NAMED))),
        answers=tuple(_answers(old, new)),
        sizes=tuple(_texts(_sizes(old), _sizes(new))),
        languages=_names("1.3.e", new, _shares(old), _shares(new)),
        language_shares=tuple(
            change for change in _texts(_shares(old), _shares(new)) if None not in (change.before, change.after)
        ),
        domains=_domains(_list_of_domains(old), _list_of_domains(new)),
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(summary_text(path))
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: is no JSON ({error}); name a public-summary.json") from None
    fields = content.get("fields") if isinstance(content, dict) else None
    if not isinstance(fields, dict) or not fields.keys() & FIELDS.keys():
        raise DataError(
            f"{path}: is no public summary: no fields such as 1.1.a are in it; see `datasummary schema summary`"
        )
    for id_, field in fields.items():
        if not isinstance(field, dict) or "value" not in field:
            raise DataError(f"{path}: fields.{clean(id_)}: must be an object with label and value")
    value = fields.get("2.3.h", {}).get("value")
    if not isinstance(value, dict) or "domains" not in value:
        if names := domains_beside(path):
            listed = value if isinstance(value, dict) else {"method": _text(value)}
            fields["2.3.h"] = {**fields.get("2.3.h", {}), "value": {**listed, "domains": list(names)}}
    elif not isinstance(value["domains"], list) or not all(isinstance(name, str) for name in value["domains"]):
        raise DataError(f"{path}: fields.2.3.h: domains must be a list of names")
    return content  # type: ignore[no-any-return]


def _edition(summary: Mapping[str, Any]) -> Edition:
    fields = summary["fields"]
    stated = next(iter(_items(fields, "0.a")), None)
    version = _text(stated.get("name") or stated) if isinstance(stated, dict) else _text(_value(fields, "0.a"))
    named = summary.get("models")
    models = tuple(map(_text, named)) if isinstance(named, list) else tuple(_entries(fields, "1.2.a"))
    return Edition(_VERSION.sub("", version), _text(_value(fields, "0.b")), models)


def _fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[FieldChange]:
    for id_ in FIELDS:
        before, after = old.get(id_) or {}, new.get(id_) or {}
        parts = ("value", "comment", "to_be_stated")
        if any((before.get(part) or None) != (after.get(part) or None) for part in parts):
            said = [" ".join(filter(None, (_text(field.get(part)) for part in parts))) for field in (before, after)]
            yield FieldChange(id_, _label(id_, new), *_excerpts(*said))


def _excerpts(before: str, after: str) -> tuple[str, str]:
    """Two texts in short, from a little before where they part."""
    common = next((n for n, (x, y) in enumerate(zip(before, after, strict=False)) if x != y), None)
    start = min(len(before), len(after)) if common is None else common
    start = max(0, start - _LEAD) if max(len(before), len(after)) > _SHORT else 0
    return tuple(  # type: ignore[return-value]
        ("… " if start and text else "") + text[start : start + _SHORT] + (" …" if len(text) > start + _SHORT else "")
        for text in (before, after)
    )


def _names(id_: str, fields: Mapping[str, Any], before: Iterable[str], after: Iterable[str]) -> NameChange | None:
    old, new = dict.fromkeys(before), dict.fromkeys(after)
    added = tuple(name for name in new if name not in old)
    removed = tuple(name for name in old if name not in new)
    return NameChange(id_, _label(id_, fields), added, removed) if added or removed else None


def _answers(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[AnswerChange]:
    for id_, field in FIELDS.items():
        if field.kind == "yes_no":
            before, after = (_answer(_value(fields, id_)) for fields in (old, new))
            if before != after:
                yield AnswerChange(id_, _label(id_, new), before, after)


def _answer(value: Any) -> str | None:
    return _text(value["answer"]) or None if isinstance(value, dict) and "answer" in value else _text(value) or None


def _texts(old: Mapping[str, str], new: Mapping[str, str]) -> Iterable[TextChange]:
    for name in {**old, **new}:
        if old.get(name) != new.get(name):
            yield TextChange(name, old.get(name), new.get(name))


def _sizes(fields: Mapping[str, Any]) -> dict[str, str]:
    rows = _value(fields, "1.3.b")
    return {
        _text(row.get("modality")): ", ".join(filter(None, (_text(row.get(k)) for k in ("range", "approximate_size"))))
        for row in (rows if isinstance(rows, list) else ())
        if isinstance(row, dict)
    }


def _shares(fields: Mapping[str, Any]) -> dict[str, str]:
    return {
        _text(item["name"]): _text(item.get("text"))
        for item in _items(fields, "1.3.e")
        if isinstance(item, dict) and item.get("name")
    }


def _list_of_domains(fields: Mapping[str, Any]) -> list[str]:
    value = _value(fields, "2.3.h")
    listed = value.get("domains") if isinstance(value, dict) else None
    return [clean(name) for name in listed] if isinstance(listed, list) else []


def _domains(before: list[str], after: list[str]) -> DomainChange | None:
    if before == after:
        return None
    old, new = dict.fromkeys(before), dict.fromkeys(after)
    return DomainChange(
        before=len(before),
        after=len(after),
        added=tuple(name for name in new if name not in old),
        removed=tuple(name for name in old if name not in new),
        reordered=[name for name in old if name in new] != [name for name in new if name in old],
    )


def _entries(fields: Mapping[str, Any], id_: str) -> list[str]:
    """What the entries of a field are called: their names, else what they say."""
    items = _items(fields, id_)
    return [_text(item.get("name") or item) if isinstance(item, dict) else _text(item) for item in items]


def _items(fields: Mapping[str, Any], id_: str) -> list[Any]:
    value = _value(fields, id_)
    items = value.get("items") if isinstance(value, dict) else None
    return items if isinstance(items, list) else []


def _value(fields: Mapping[str, Any], id_: str) -> Any:
    return (fields.get(id_) or {}).get("value")


def _label(id_: str, fields: Mapping[str, Any]) -> str:
    label = (fields.get(id_) or {}).get("label")
    return clean(label if isinstance(label, str) else FIELDS[id_].label)


def _text(value: Any) -> str:
    """A value on one line, the list of domains left out."""
    match value:
        case None | False:
            return ""
        case dict():
            ticked = [name for name, answer in value.items() if answer is True]
            words = (_text(part) for name, part in value.items() if name != "domains" and part is not True)
            return " · ".join(filter(None, (*map(_text, ticked), *words)))
        case list():
            return " · ".join(filter(None, map(_text, value)))
        case _:
            return " ".join(clean(str(value)).split())
