"""Metrics of the document as a whole, and of its version and date (fields 0.a and 0.b)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from datasummary.documents.template import FIELD_IDS, FIELDS, SUBTITLE, TITLE
from datasummary.quality.checks import Finding, decides, fails, holds, not_applicable, not_checked, shown
from datasummary.quality.reading import Summary
from datasummary.quality.values import Item
from datasummary.quality.vocabulary import FULL_DATE, plain, speaks_of
from datasummary.translation import LANGUAGES, speaking, t

__all__ = ["date_of", "earlier_versions", "own_place"]

_ISO_DATE = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_VERSION = re.compile(r"\d+(?:[.-]\d+)*")
_DRAFT = re.compile(r"\W*(?:an? |the |un |une )?(?:first |working |premier )?(?:draft|brouillon|projet|ebauche)\W*")
_KINDS = {"yes_no": dict, "checkboxes": dict, "sizes": list, "domains": dict}


def earlier_versions(summary: Summary) -> tuple[Item, ...]:
    """Give the earlier versions that field 0.a lists: all its items but the first."""
    return summary["0.a"].items[1:]


def own_place(summary: Summary) -> str:
    """Give the address of the document's authoritative copy, as it says itself."""
    if place := summary.about("authoritative_copy"):
        return place
    items = summary["0.a"].items
    return items[0].link if items else ""


def date_of(text: str) -> dt.date | None:
    """Read the first full date in a text: DD/MM/YYYY, or as ISO 8601 has it."""
    for day, month, year in [*FULL_DATE.findall(text), *(found[::-1] for found in _ISO_DATE.findall(text))]:
        try:
            return dt.date(int(year), int(month), int(day))
        except ValueError:
            continue
    return None


def _number(text: str) -> str:
    match = _VERSION.search(text)
    return match[0] if match else ""


@decides("D1")
def whole(summary: Summary) -> Finding:
    absent = [field_id for field_id in FIELD_IDS if field_id not in summary.fields]
    if absent:
        return fails(f"{len(absent)} fields are not in the document: {', '.join(absent[:8])}")
    return holds("all 53 fields are in the document")


@decides("D5")
def structure(summary: Summary) -> Finding:
    given = [key for key in summary.fields if key in FIELDS]
    if given != [field_id for field_id in FIELD_IDS if field_id in summary.fields]:
        return fails("the fields are not in the form's order")
    if strange := [key for key in summary.fields if key not in FIELDS]:
        return fails(f"not a field of the form: {shown(', '.join(strange))}")
    stated = summary.content.get("language")
    languages = [stated] if stated in LANGUAGES else list(LANGUAGES)
    for name, words in (("title", TITLE), ("subtitle", SUBTITLE)):
        given_words = summary.template.get(name)
        if given_words is None:
            return fails(f"the {name} of the form is absent")
        if str(given_words) not in _official(words, languages):
            return fails(f"the {name} is not the form's: {shown(str(given_words))}")
    for key in given:
        label = summary.raw(key).get("label")
        if str(label) not in _official(FIELDS[key].label, languages):
            return fails(f"{key} does not bear the form's label, but {shown(str(label))}")
    if isinstance(stated, str) and stated not in LANGUAGES:
        return fails(f"it says that it is in the language {shown(stated)}, and its labels are not")
    return holds("title, order and labels are the form's")


def _official(words: str, languages: Iterable[str]) -> set[str]:
    found = set()
    for language in languages:
        with speaking(language):
            found.add(t(words))
    return found


@decides("D7")
def provenance(summary: Summary) -> Finding:
    if not summary["1.1.a"].stated:
        return fails("1.1.a does not say who issued it")
    if not (summary.models or summary["1.2.a"].stated):
        return fails("no model is named")
    return holds("provider and models are named")


@decides("D9")
def machine_readable(summary: Summary) -> Finding:
    for key in FIELD_IDS:
        entry = summary.fields.get(key)
        if not isinstance(entry, dict) or "value" not in entry:
            if entry is not None:
                return fails(f'{key} is no object with a "value"')
            continue
        value = entry["value"]
        expected = _KINDS.get(FIELDS[key].kind, dict)
        if value is not None and not isinstance(value, (str, expected)):
            return fails(f"{key} has a value of another kind than the schema's")
    return holds("JSON in the shape of the schema")


@decides("D15")
def changes(summary: Summary) -> Finding:
    told = [sentence for sentence in summary.changes if not speaks_of("told elsewhere", sentence)]
    if told:
        return holds(f"{len(told)} sentences tell what changed")
    if summary.changes:
        return fails(f"it does not tell what changed: {shown(summary.changes[0])}")
    if summary["0.a"].stated and not earlier_versions(summary):
        return not_applicable("there is no earlier version")
    return fails("nothing is said of changes since the version before")


@decides("D16")
def status(summary: Summary) -> Finding:
    said = summary.about("status")
    if summary.is_draft or _DRAFT.fullmatch(plain(said)):
        return fails(
            "it calls itself a draft, which is no version to rely on",
            'answer what is open, set "status" to "complete", and say in about.status whether it is the latest version',
            "answer what is open, and write it with `datasummary summary`",
        )
    return holds(shown(said)) if said else fails("nothing says whether it is the latest version")


@decides("D17")
def announcements(summary: Summary) -> Finding:
    said = summary.about("announcements")
    return holds(shown(said)) if said else fails("nothing says where changes will be announced")


@decides("D18")
def authoritative(summary: Summary) -> Finding:
    place = own_place(summary)
    return holds(shown(place)) if place else fails("no link to the authoritative copy")


@decides("D19")
def all_versions(summary: Summary) -> Finding:
    place = summary.about("all_versions")
    return holds(shown(place)) if place else fails("no link to a place with all versions")


@decides("D20")
def same_place(summary: Summary) -> Finding:
    if not summary["0.a"].stated:
        return fails("0.a is open")
    links = [item.link for item in earlier_versions(summary) if item.link]
    if not links:
        return not_applicable("no earlier version is linked")
    own = _host(own_place(summary))
    other = [link for link in links if _host(link) != own]
    if not own:
        return fails("it does not say where it stands itself")
    if other:
        return fails(f"this version stands at {own}, an earlier one at {shown(other[0])}")
    return holds(f"all versions stand at {own}")


def _host(link: str) -> str:
    try:
        return (urlsplit(link).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


@decides("D21")
def timely(summary: Summary) -> Finding:
    for field_id in ("0.a", "0.b", "1.2.c"):
        if not summary[field_id].stated:
            return fails(f"{field_id} is open, so that dates cannot be compared")
    placed, updated = date_of(summary["1.2.c"].words), date_of(summary["0.b"].words)
    if placed is None or updated is None:
        return not_checked("a date cannot be read")
    earlier = [date_of(item.words) for item in earlier_versions(summary)]
    first = min([updated, *(date for date in earlier if date)])
    limit = max(placed, dt.date(2027, 8, 2)) if placed < dt.date(2025, 8, 2) else placed
    if first <= limit:
        return holds(f"there since {first:%d/%m/%Y}, the model since {placed:%d/%m/%Y}")
    if None in earlier:
        return not_checked("an earlier version bears no date")
    return fails(f"the model was placed on the market on {placed:%d/%m/%Y}, the first version is of {first:%d/%m/%Y}")


@decides("D23")
def version(summary: Summary) -> Finding:
    answer = summary["0.a"]
    first = answer.items[0].words if answer.items else answer.text
    number, about = _number(first), _number(summary.about("version"))
    if not number:
        return fails(f"no version number in {shown(answer.words)}")
    years = any(re.match(r"(?:19|20)\d\d", found) for found in (number, about))
    if about and not years and _parts(about) not in {_parts(found) for found in _VERSION.findall(first)}:
        return fails(
            f"it bears two versions: {number[:20]} in 0.a, and {about[:20]} in about.version",
            "write one version in 0.a and in about.version",
        )
    return holds(f"version {number[:20]}")


def _parts(number: str) -> str:
    """Give a number without zeros at the end, so that 1 and 1.0 are one."""
    return re.sub(r"(?:[.-]0+)+$", "", number)


@decides("D24")
def linked_versions(summary: Summary) -> Finding:
    answer = summary["0.a"]
    earlier = earlier_versions(summary)
    if unlinked := [item for item in earlier if not item.link]:
        return fails(f"no link to {shown(unlinked[0].words)}")
    if earlier:
        return holds(f"{len(earlier)} earlier versions are linked")
    if len(answer.links) > 1:
        return holds(f"{len(answer.links)} versions are linked")
    own = answer.items[0].words if answer.items else answer.text
    number = _number(own)
    if summary.about("since") or (number and int(number.split(".")[0].split("-")[0][:9]) > 1):
        return fails(f"version {number[:20]} is not the first, and no earlier one is linked")
    if speaks_of("nothing", answer.text) or re.fullmatch(r"0*1([.-]0+)*|", number) or number.startswith("0"):
        return not_applicable("there is no earlier version")
    return fails(f"version {number[:20]}: no earlier version is linked, and none is said to be absent")


@decides("D25")
def distinct_versions(summary: Summary) -> Finding:
    if not earlier_versions(summary):
        return not_applicable("there is no earlier version")
    numbers = [_number(item.words) for item in summary["0.a"].items]
    if "" in numbers:
        return fails("a version bears no number")
    twice = [number for number in numbers if numbers.count(number) > 1]
    return fails(f"two versions bear the number {twice[0][:20]}") if twice else holds("each has its own number")


@decides("D26")
def ordered_versions(summary: Summary) -> Finding:
    if not earlier_versions(summary):
        return not_applicable("there is no earlier version")
    numbers = [_number(item.words) for item in summary["0.a"].items]
    shapes = {
        (re.sub(r"\d+", "0", number), max(map(len, re.findall(r"\d+", number)), default=0) > 3) for number in numbers
    }
    if len(shapes) > 1:
        return fails(f"the numbers have different formats: {shown(', '.join(numbers))}")
    return holds("all numbers have one format")


@decides("D28")
def updated(summary: Summary) -> Finding:
    text = summary["0.b"].words
    if not re.search(r"(19|20)\d\d|\d/\d", text):
        return fails(f"no date in {shown(text)}")
    own, about = date_of(text), date_of(summary.about("date"))
    if own and about and own != about:
        return fails(
            f"it bears two dates: {own:%d/%m/%Y} in 0.b, and {about:%d/%m/%Y} in about.date",
            f"write one date: in 0.b as {own:%d/%m/%Y}, in about.date as {own:%Y-%m-%d}",
        )
    return holds(shown(text))


@decides("D30")
def date_format(summary: Summary) -> Finding:
    text = summary["0.b"].words
    full = FULL_DATE.search(text)
    if full:
        return holds(shown(text)) if date_of(full[0]) else fails(f"no day of the calendar: {shown(text)}")
    if re.search(r"(?<![\d/])\d\d/\d\d/\d\d(?![\d/])", text):
        return holds(shown(text))
    return fails(f"not DD/MM/YYYY: {shown(text)}")
