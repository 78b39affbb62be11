"""What a field of a document can say, and where it came from.

A value is plain data: words, a yes or no, ticked boxes, entries, size ranges, or the list of domains. How it looks is
the renderers' work. All words are cleaned here, once: control characters and marks that reverse the direction of
reading are dropped, since no form of a document can hold them safely.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from datasummary.documents.template import FIELDS, Heading
from datasummary.documents.words import clean
from datasummary.sources import Modality
from datasummary.translation import t

__all__ = [
    "About",
    "Checkboxes",
    "DomainList",
    "Entry",
    "Field",
    "Listing",
    "OpenPoint",
    "Origin",
    "Prose",
    "SizeRow",
    "Sizes",
    "SummaryDocument",
    "Value",
    "YesNo",
    "answered",
    "clean",
    "fingerprint",
    "not_applicable",
    "unanswered",
]

Origin = Literal["computed", "declared", "accepted", "not_applicable", "justified_gap", "missing"]


def fingerprint(text: str) -> str:
    """Return the SHA-256 of a text, by which a provider accepts it."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Prose:
    """Words; blank lines part paragraphs."""

    text: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", clean(self.text))


@dataclass(frozen=True)
class YesNo:
    """A question with two boxes."""

    answer: bool


@dataclass(frozen=True)
class Checkboxes:
    """A box for each modality of the form; those selected are ticked, in the form's order."""

    selected: tuple[Modality, ...]


@dataclass(frozen=True)
class Entry:
    """One item of a list: a name, words about it, a link, named details."""

    name: str | None = None
    text: str | None = None
    link: str | None = None
    details: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        for key in ("name", "text", "link"):
            value = getattr(self, key)
            object.__setattr__(self, key, clean(value) if value is not None else None)
        object.__setattr__(self, "details", tuple((clean(name), clean(text)) for name, text in self.details))


@dataclass(frozen=True)
class Listing:
    """A list, with words that introduce it and words that close it."""

    items: tuple[Entry, ...]
    text: str | None = None
    closing: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", clean(self.text) if self.text else None)
        object.__setattr__(self, "closing", clean(self.closing) if self.closing else None)


@dataclass(frozen=True)
class SizeRow:
    """The size of one modality: a range of the form, or an approximate size where the form has or allows none."""

    modality: Modality
    range: str | None
    """The form's words for the range, in English; None where it is open or an approximate size stands."""
    approximate: str | None = None
    estimated: bool = False


@dataclass(frozen=True)
class Sizes:
    """Sizes of all modalities, in the form's order."""

    rows: tuple[SizeRow, ...]


@dataclass(frozen=True)
class DomainList:
    """The most relevant domains, by rank."""

    share: str
    """Share of all domains that the list must hold, in words of the form: ``10 %``."""
    total: int
    """Distinct domains with used content, N."""
    required: int
    """How many names the rule asks for, k."""
    names: tuple[str, ...]
    """Names by rank; their number may exceed k by the rule's last step."""
    sizes: tuple[tuple[str, tuple[str, ...]], ...]
    """Columns of sizes by name of the column, parallel to ``names``; empty unless the project asks for sizes."""
    method: str


Value = Prose | YesNo | Checkboxes | Listing | Sizes | DomainList


@dataclass(frozen=True)
class OpenPoint:
    """Something that is still to be stated."""

    public: str
    """In words that may stand in the draft."""
    advice: str
    """For the provider alone: what to write where. May name sources."""


@dataclass(frozen=True)
class Field:
    """One answered, or open, question of a document."""

    id: str
    label: str
    value: Value | None
    """None where nothing is known."""
    origin: Origin
    computed_from: tuple[str, ...] = ()
    """Names of sources and settings it rests on. Internal."""
    comment: str | None = None
    """Words that stand beside the value."""
    open: tuple[OpenPoint, ...] = ()
    proposed: str | None = None
    """A text built from the facts that only the provider can vouch for."""

    def add(self, comment: str | None) -> Field:
        """Return the field with further words beside its value."""
        words = clean(comment or "")
        return replace(self, comment="\n\n".join(filter(None, (self.comment, words)))) if words else self


class Named(Protocol):
    """A source, as far as provenance is concerned."""

    @property
    def name(self) -> str: ...


@dataclass(frozen=True)
class About:
    """Where the document's other versions are, and what changed since the one before."""

    all_versions: str | None = None
    """Page with links to all versions."""
    announcements: str | None = None
    """Where changes will be announced."""
    since: str | None = None
    """The version that the changes are told from; None for a first version."""
    changes: tuple[str, ...] = ()
    """Sentences."""


@dataclass(frozen=True)
class SummaryDocument:
    """The public summary as data."""

    title: str
    subtitle: str
    models: tuple[str, ...]
    provider: str
    version: str
    date: str
    published_at: str | None
    form: tuple[Heading | Field, ...]
    """Headings and fields in the form's order."""
    language: str = "en"
    """Code of the language that it is written in, one of :data:`datasummary.translation.LANGUAGES`."""
    about: About = About()

    @property
    def fields(self) -> dict[str, Field]:
        """The fields by id."""
        return {part.id: part for part in self.form if isinstance(part, Field)}

    @property
    def draft(self) -> bool:
        """Whether anything that must be stated is still open."""
        return any(field.open for field in self.fields.values())

    @property
    def domains(self) -> DomainList | None:
        """The list of field 2.3.h."""
        value = self.fields["2.3.h"].value
        return value if isinstance(value, DomainList) else None


def answered(
    field_id: str,
    value: Value | str,
    *,
    origin: Origin = "declared",
    sources: Iterable[Named | str] = (),
    open: Iterable[OpenPoint] = (),  # noqa: A002 - the field's own name
    comment: str | None = None,
) -> Field:
    """Return a field with an answer, its label in the language that is spoken.

    ``sources`` are sources or names of settings that it rests on.
    """
    return Field(
        id=field_id,
        label=t(FIELDS[field_id].label),
        value=Prose(value) if isinstance(value, str) else value,
        origin=origin,
        computed_from=tuple(dict.fromkeys(s if isinstance(s, str) else f"sources.{s.name}" for s in sources)),
        comment=clean(comment) if comment else None,
        open=tuple(dict.fromkeys(open)),
    )


def not_applicable(field_id: str, reason: str, *, sources: Iterable[Named | str] = ()) -> Field:
    """Return a field that says explicitly that it does not apply, and why: a clause that begins in lower case."""
    return answered(field_id, t("Not applicable: {reason}", reason=reason), origin="not_applicable", sources=sources)


def unanswered(
    field_id: str,
    public: str | None = None,
    advice: str | None = None,
    *,
    proposed: str | None = None,
    sources: Iterable[Named | str] = (),
) -> Field:
    """Return a field that is open, marked so in the draft.

    What is open defaults to all of it, the advice to the template's.
    """
    field = answered(field_id, "", origin="missing", sources=sources)
    point = OpenPoint(public or t("to be stated by the provider"), advice or FIELDS[field_id].advice)
    return replace(field, value=None, open=(point,), proposed=clean(proposed) if proposed else None)
