"""What differs between two public summaries, read from their JSON forms.

Either may be this program's or written by hand to the schema that ``datasummary schema summary`` prints. A list of
domains that is not inside the JSON is read from the ``top-domains.csv`` beside it. Where the two are in different
languages, what the form's words mean is compared, and names, links, dates and counts; other texts are not.

>>> found = diff("versions/1.0/public-summary.json", "public-summary.json")  # doctest: +SKIP
>>> found.domains.added, found.sentences()  # doctest: +SKIP
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from datasummary.documents.template import FIELDS
from datasummary.documents.words import clean
from datasummary.errors import DataError
from datasummary.field_contents import Content, content, domains_of, entries, in_words, label, language_of
from datasummary.quality.vocabulary import FULL_DATE
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
_SIDES: tuple[Literal["before", "after"], ...] = ("before", "after")
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
    language: str | None
    """Code of its language; None where it cannot be told."""


@dataclass(frozen=True)
class FieldChange:
    """A field whose content differs."""

    id: str
    label: str
    before: str
    """What it said, in short, from a little before the first difference; empty where it said nothing. Equal to
    ``after`` where only the list of domains or the name of a detail differs."""
    after: str
    opened: bool = False
    """Whether something became open."""
    closed: bool = False
    """Whether nothing is open any longer."""
    reworded: bool = True
    """Whether both say something, and not the same."""


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
    domains_unread: tuple[Literal["before", "after"], ...] = ()
    """Which of the two speaks of a list of domains that is not there, or not whole; then no names are compared."""
    uncompared: tuple[str, ...] = ()
    """Ids of fields whose texts are in different languages, and otherwise differ in nothing."""

    @property
    def translated(self) -> bool:
        """Whether the two are in different languages."""
        return _foreign(self.before, self.after)

    @property
    def later_first(self) -> bool:
        """Whether the first is of a later date than the second."""
        dates = [FULL_DATE.fullmatch(edition.date) for edition in (self.before, self.after)]
        earlier, later = (date.group(3, 2, 1) if date else ("",) for date in dates)
        return earlier > later > ("",)

    def sentences(self) -> tuple[str, ...]:
        """Tell the differences in words, in the language that is spoken."""
        from datasummary.documents.changes import sentences

        return sentences(self)

    def to_json(self) -> dict[str, Any]:
        """Give everything as plain data, with the sentences."""
        return {
            **asdict(self),
            "translated": self.translated,
            "later_first": self.later_first,
            "sentences": self.sentences(),
        }


def diff(a: str | Path, b: str | Path) -> Diff:
    """Compare two files ``public-summary.json``, the earlier first.

    Raises :class:`~datasummary.errors.DataError` where a file is no summary.
    """
    return compare(_read(Path(a)), _read(Path(b)))


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> Diff:
    """Compare two summaries as the JSON files hold them, with their lists of domains inside, the earlier first.

    The form's words in the answer are in the language that is spoken.
    """
    old, new = before["fields"], after["fields"]
    editions = _edition(before), _edition(after)
    foreign = _foreign(*editions)
    read = {id_: (content(id_, old.get(id_) or {}), content(id_, new.get(id_) or {})) for id_ in FIELDS}
    lists = domains_of(old.get("2.3.h") or {}), domains_of(new.get("2.3.h") or {})
    domains = _domains(*lists)
    other_facts = [id_ for id_, (a, b) in read.items() if a.facts != b.facts or (id_ == "2.3.h" and domains)]
    other_words = [id_ for id_, (a, b) in read.items() if a.whole != b.whole or id_ in other_facts]
    differing = other_facts if foreign else other_words
    languages, shares = read["1.3.e"][0].languages, read["1.3.e"][1].languages
    return Diff(
        *editions,
        models=_names("1.2.a", editions[0].models, editions[1].models),
        fields=tuple(_field(id_, *read[id_]) for id_ in differing),
        sources=tuple(filter(None, (_sources(id_, old, new, named_only=foreign) for id_ in _NAMED))),
        answers=tuple(_answers(read, foreign=foreign)),
        sizes=tuple(_sizes(*read["1.3.b"], foreign=foreign)),
        languages=_names("1.3.e", languages, shares),
        language_shares=tuple(
            TextChange(name, languages[name], share)
            for name, share in shares.items()
            if languages.get(name, share) != share
        ),
        domains=domains,
        domains_unread=tuple(side for side, names in zip(_SIDES, lists, strict=True) if names is None),
        uncompared=tuple(id_ for id_ in other_words if id_ not in differing),
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
            listed = value if isinstance(value, dict) else {"method": in_words(value)}
            fields["2.3.h"] = {**fields.get("2.3.h", {}), "value": {**listed, "domains": list(names)}}
    elif not isinstance(value["domains"], list) or not all(isinstance(name, str) for name in value["domains"]):
        raise DataError(f"{path}: fields.2.3.h: domains must be a list of names")
    return content  # type: ignore[no-any-return]


def _edition(summary: Mapping[str, Any]) -> Edition:
    fields = summary["fields"]
    version = next(iter(entries(_value(fields, "0.a"))), "") or in_words(_value(fields, "0.a"))
    named = summary.get("models")
    models = tuple(map(in_words, named)) if isinstance(named, list) else tuple(entries(_value(fields, "1.2.a")))
    return Edition(_VERSION.sub("", version), in_words(_value(fields, "0.b")), models, language_of(summary))


def _foreign(before: Edition, after: Edition) -> bool:
    return None not in (before.language, after.language) and before.language != after.language


def _field(id_: str, before: Content, after: Content) -> FieldChange:
    return FieldChange(
        id_,
        label(id_),
        *_excerpts(before.words, after.words),
        opened=after.open and not before.open,
        closed=before.open and not after.open,
        reworded=None not in (before.said, after.said) and before.said != after.said,
    )


def _excerpts(before: str, after: str) -> tuple[str, str]:
    """Two texts in short, from a little before where they part."""
    common = next((n for n, (x, y) in enumerate(zip(before, after, strict=False)) if x != y), None)
    start = min(len(before), len(after)) if common is None else common
    start = max(0, start - _LEAD) if max(len(before), len(after)) > _SHORT else 0
    return tuple(  # type: ignore[return-value]
        ("… " if start and text else "") + text[start : start + _SHORT] + (" …" if len(text) > start + _SHORT else "")
        for text in (before, after)
    )


def _names(id_: str, before: Iterable[str], after: Iterable[str]) -> NameChange | None:
    old, new = dict.fromkeys(before), dict.fromkeys(after)
    added = tuple(name for name in new if name not in old)
    removed = tuple(name for name in old if name not in new)
    return NameChange(id_, label(id_), added, removed) if added or removed else None


def _sources(id_: str, old: Mapping[str, Any], new: Mapping[str, Any], *, named_only: bool) -> NameChange | None:
    return _names(id_, *(entries(_value(fields, id_), named_only=named_only) for fields in (old, new)))


def _answers(read: Mapping[str, tuple[Content, Content]], *, foreign: bool) -> Iterable[AnswerChange]:
    for id_, (before, after) in read.items():
        if before.answer != after.answer and not (foreign and before.facts == after.facts):
            yield AnswerChange(id_, label(id_), before.answer, after.answer)


def _sizes(old: Content, new: Content, *, foreign: bool) -> Iterable[TextChange]:
    for name in {**old.sizes, **new.sizes}:
        before, after = old.sizes.get(name), new.sizes.get(name)
        if before and after and (before.meaning == after.meaning if foreign else before.words == after.words):
            continue
        yield TextChange(name, before.words if before else None, after.words if after else None)


def _domains(before: list[str] | None, after: list[str] | None) -> DomainChange | None:
    if before is None or after is None or before == after:
        return None
    old, new = dict.fromkeys(before), dict.fromkeys(after)
    return DomainChange(
        before=len(before),
        after=len(after),
        added=tuple(name for name in new if name not in old),
        removed=tuple(name for name in old if name not in new),
        reordered=[name for name in old if name in new] != [name for name in new if name in old],
    )


def _value(fields: Mapping[str, Any], id_: str) -> Any:
    return (fields.get(id_) or {}).get("value")
