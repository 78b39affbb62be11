"""The differences between two public summaries, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from datasummary.languages import name
from datasummary.translation import message, spoken, t, tn

if TYPE_CHECKING:
    from datasummary.comparing import Diff, DomainChange, FieldChange, NameChange, TextChange

__all__ = ["sentences", "short_sentences"]

_NAMED = {
    "1.2.a": message("Models (1.2.a)"),
    "2.1.c": message("Large public datasets (2.1.c)"),
    "2.2.2.c": message("Private datasets from third parties (2.2.2.c)"),
    "2.3.b": message("Crawlers (2.3.b)"),
    "2.5.c": message("Models that generated data (2.5.c)"),
    "1.3.e": message("Languages (1.3.e)"),
}
"""What the entries of a field are."""
_UNREAD = {
    ("before",): message(
        "Domain names (2.3.h) are not compared: the earlier document's list is not there, or not whole."
    ),
    ("after",): message("Domain names (2.3.h) are not compared: the later document's list is not there, or not whole."),
    ("before", "after"): message("Domain names (2.3.h) are not compared: neither document's list is there and whole."),
}
_NAMES = 5
"""How many names a sentence holds."""
_WORDS = 80
"""The longest answer, in characters, that a sentence quotes."""
_LABEL = 60
"""The longest label, in characters, that stands beside the id of a field whose text is not quoted."""
_MOST = 10
"""How many sentences a document tells its changes in."""


def sentences(diff: Diff) -> tuple[str, ...]:
    """Tell all differences: models, sources, sizes, domains, answers, languages, then the other fields."""
    told = tuple(_sentences(diff))
    if not diff.translated:
        return told or (t("Nothing differs but version and date."),)
    languages = [name(edition.language or "", spoken()) for edition in (diff.before, diff.after)]
    first = t(
        "The two documents are in different languages ({before}, then {after}); texts in different languages are not "
        "compared.",
        before=languages[0],
        after=languages[1],
    )
    return first, *(told or (t("Nothing that is compared differs but version and date."),))


def short_sentences(diff: Diff) -> tuple[str, ...]:
    """Tell the differences in ten sentences at most; the last says how many more there are."""
    told = sentences(diff)
    if len(told) <= _MOST:
        return told
    rest = len(told) - _MOST + 1
    return (*told[: _MOST - 1], tn("{count} more change.", "{count} more changes.", rest))


def _sentences(diff: Diff) -> Iterator[str]:
    told = {"0.a", "0.b", *(answer.id for answer in diff.answers)}
    for names in (diff.models, *diff.sources):
        if names:
            told.add(names.id)
            yield _came_and_went(names)
    for size in diff.sizes:
        told.add("1.3.b")
        yield _size(size)
    if diff.domains:
        told.add("2.3.h")
        yield from _domains(diff.domains)
    if diff.domains_unread:
        yield t(_UNREAD[diff.domains_unread])
    for answer in diff.answers:
        yield t(
            "{label} ({field}) Now: {after}; before: {before}.",
            field=answer.id,
            label=answer.label,
            after=answer.after or t("open"),
            before=answer.before or t("open"),
        )
    if diff.languages:
        told.add("1.3.e")
        yield _came_and_went(diff.languages)
    if diff.language_shares:
        told.add("1.3.e")
        yield _shares(diff.language_shares)
    yield from _open([field for field in diff.fields if field.id not in told])
    told.update(field.id for field in diff.fields if (field.opened or field.closed) and not field.reworded)
    yield from _others([field for field in diff.fields if field.id not in told], translated=diff.translated)


def _came_and_went(change: NameChange) -> str:
    what, added, removed = t(_NAMED[change.id]), _few(change.added), _few(change.removed)
    if not removed:
        return t("{what} newly named: {added}.", what=what, added=added)
    if not added:
        return t("{what} no longer named: {removed}.", what=what, removed=removed)
    return t("{what} newly named: {added}; no longer named: {removed}.", what=what, added=added, removed=removed)


def _size(change: TextChange) -> str:
    if change.before is None:
        return t(
            "Size of the training data (1.3.b), {modality}: {after}; before, none was stated.",
            modality=change.name,
            after=change.after,
        )
    if change.after is None:
        return t(
            "Size of the training data (1.3.b), {modality}: none is stated; before: {before}.",
            modality=change.name,
            before=change.before,
        )
    return t(
        "Size of the training data (1.3.b), {modality}: {after}; before: {before}.",
        modality=change.name,
        after=change.after or t("open"),
        before=change.before or t("open"),
    )


def _shares(changes: tuple[TextChange, ...]) -> str:
    parts = [
        t("{language} {after} (before: {before})", language=change.name, after=change.after, before=change.before)
        for change in changes
    ]
    return t("Languages with another share (1.3.e): {names}.", names=_few(parts))


def _domains(change: DomainChange) -> Iterator[str]:
    if change.before != change.after:
        yield t(
            "The list of domain names (2.3.h) holds {after} names; before, it held {before}.",
            after=_number(change.after),
            before=_number(change.before),
        )
    if change.added:
        yield tn(
            "{count} domain name is new on the list: {names}.",
            "{number} domain names are new on the list: {names}.",
            len(change.added),
            number=_number(len(change.added)),
            names=_few(change.added),
        )
    if change.removed:
        yield tn(
            "{count} domain name is no longer on the list: {names}.",
            "{number} domain names are no longer on the list: {names}.",
            len(change.removed),
            number=_number(len(change.removed)),
            names=_few(change.removed),
        )
    if change.reordered:
        yield t("Domain names that stand in both lists have another order.")


def _open(fields: list[FieldChange]) -> Iterator[str]:
    if opened := [field for field in fields if field.opened]:
        yield t("Now open: {fields}.", fields=_titles(opened))
    if closed := [field for field in fields if field.closed]:
        yield t("No longer open: {fields}.", fields=_titles(closed))


def _others(fields: list[FieldChange], *, translated: bool) -> Iterator[str]:
    told = [
        field
        for field in fields
        if field.before != field.after
        and max(map(len, (field.before, field.after))) <= _WORDS
        and not (translated and field.reworded)
    ]
    for field in told:
        yield t(
            "{label} ({field}): {after}; before: {before}.",
            field=field.id,
            label=_name(field),
            after=field.after.rstrip(".") or t("nothing stated"),
            before=field.before.rstrip(".") or t("nothing stated"),
        )
    rest = [field for field in fields if field not in told]
    if rest and translated:
        yield t(
            "Dates, names, links or numbers, or whether it applies, also differ in: {fields}.", fields=_titles(rest)
        )
    elif rest:
        yield tn(
            "The text of another field changed: {fields}.",
            "The texts of {count} other fields changed: {fields}.",
            len(rest),
            fields=_titles(rest),
        )


def _name(field: FieldChange) -> str:
    """The label without its colon, before which some languages put a space."""
    return field.label.rstrip(": \u00a0\u202f")


def _titles(fields: list[FieldChange]) -> str:
    return t("; ").join(map(_title, fields))


def _title(field: FieldChange) -> str:
    label = _name(field)
    return f"{label} ({field.id})" if len(label) <= _LABEL else field.id


def _few(names: tuple[str, ...] | list[str]) -> str:
    first, rest = ", ".join(names[:_NAMES]), len(names) - _NAMES
    if rest <= 0:
        return first
    return tn("{names} and {count} more", "{names} and {number} more", rest, names=first, number=_number(rest))


def _number(number: int) -> str:
    return f"{number:,}".replace(",", "\u00a0")
