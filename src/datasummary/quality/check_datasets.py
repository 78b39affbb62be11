"""Metrics of sections 2.1 and 2.2: public datasets, and private ones of third parties."""

from __future__ import annotations

import re
from collections.abc import Callable

from datasummary.documents.template import MODALITY_LABELS
from datasummary.quality.checks import (
    Finding,
    decides,
    every,
    fails,
    holds,
    is_not_applicable,
    not_applicable,
    not_checked,
    says_nothing,
    shown,
)
from datasummary.quality.judging import each
from datasummary.quality.reading import Summary
from datasummary.quality.statements import Told, affirmed, clauses, no_name, refuses, told
from datasummary.quality.values import Answer, Item, modalities_in
from datasummary.quality.vocabulary import gives_size, language_codes, months, plain, speaks_of

__all__ = ["agrees", "boxes_ticked", "question_answered", "something_said"]

LONGEST_NAME = 160
"""Characters of a name; what is longer is a description."""

WORDS_OF_A_NAME = 12
"""Words of a name on a line of its own; what is longer may be a description."""

WORDS_OF_A_DESCRIPTION = 8
"""Words that may tell the nature of content without any word that is known for it."""

_VERSION_LABEL = r"version|release|edition|snapshot|date"
_PART_LABEL = r"part|selection|sub|extrait"


def question_answered(metric: str, field_id: str) -> None:
    """Register the metric that asks whether a question has its yes or no."""

    @decides(metric)
    def answered(summary: Summary) -> Finding:
        yes = summary[field_id].yes
        if yes is None:
            return fails(f"neither Yes nor No, but {shown(summary[field_id].words)}")
        return holds("Yes" if yes else "No")


def boxes_ticked(metric: str, field_id: str) -> None:
    """Register the metric that asks whether any box is ticked."""

    @decides(metric)
    def ticked(summary: Summary) -> Finding:
        boxes = summary[field_id].ticked
        return holds(f"{len(boxes)} ticked") if boxes else fails("no box is ticked")


def something_said(metric: str, field_id: str) -> None:
    """Register the metric that asks whether an optional field says anything."""

    @decides(metric)
    def said(summary: Summary) -> Finding:
        answer = summary[field_id]
        return fails(f"it says {shown(answer.text)}") if says_nothing(answer) else holds(shown(answer.words))


def agrees(summary: Summary, questions: tuple[str, ...], boxes: str | None, contents: tuple[str, ...]) -> Finding:
    """Compare a section's questions with what stands under them.

    With a Yes, at least one of the fields that are asked for says something; with a No, none does. Modalities that an
    entry names are among those ticked.
    """
    needed = (*questions, *filter(None, [boxes]), *contents)
    for field_id in needed:
        if not summary[field_id].stated:
            return fails(f"{field_id} is open, so that the section cannot be compared with itself")
    yes = [question for question in questions if summary[question].yes]
    if any(summary[question].yes is None for question in questions) and not yes:
        return fails(f"{questions[0]} is neither Yes nor No")
    given = [f for f in contents if not is_not_applicable(summary[f]) and not says_nothing(summary[f])]
    ticked = summary[boxes].ticked if boxes else None
    if yes:
        if contents and not given:
            return fails(f"{yes[0]} is Yes, and nothing stands under it")
        return _named_boxes(summary, boxes, contents)
    if given:
        return fails(f"{questions[0]} is No, and {given[0]} says {shown(summary[given[0]].words)}")
    return fails(f"{questions[0]} is No, and {boxes} has boxes ticked") if ticked else holds("No, and nothing under it")


def _named_boxes(summary: Summary, boxes: str | None, contents: tuple[str, ...]) -> Finding:
    ticked = (summary[boxes].ticked or frozenset()) if boxes else frozenset(MODALITY_LABELS)
    for field_id in contents:
        for item in summary[field_id].items:
            for _, text in item.details:
                if beyond := modalities_in(text) - ticked:
                    label = MODALITY_LABELS[min(beyond)]
                    return fails(f"{field_id} lists {shown(item.name)} with {label}, which {boxes} does not tick")
    return holds("Yes, with what stands under it")


def _version(item: Item) -> bool:
    named = re.search(r"\d", item.name)
    return bool(named or item.detail(_VERSION_LABEL) or re.search(rf"({_VERSION_LABEL})\W+\w*\d", plain(item.words)))


def _lists_names(answer: Answer, *, with_parts: bool) -> Finding:
    """Tell whether a field is a list of names: a name each, and no more than the form asks for beside it."""
    if vague := [name for name in answer.names if no_name(name)]:
        return fails(f"it names no dataset: {shown(vague[0])}")
    if not answer.items:
        long = [name for name in answer.names if len(name) > LONGEST_NAME]
        if long:
            return fails(f"running text, no list: {shown(long[0])}")
        wordy = [name for name in answer.names if len(name.split()) > WORDS_OF_A_NAME]
        if wordy:
            return not_checked(f"whether this is a name or a description is a question for people: {shown(wordy[0])}")
        return holds(f"{len(answer.names)} named")
    for item in answer.items:
        if not item.name:
            return fails(f"an entry without a name: {shown(item.words)}")
        if len(item.name) > LONGEST_NAME:
            return fails(f"a description in place of a name: {shown(item.name)}")
        if not with_parts and len(item.answers) > 3 * LONGEST_NAME:
            return fails(f"more than a name, version and link: {shown(item.answers)}")
    return holds(f"{len(answer.items)} named")


def _described(metric: str, field_id: str, has: Callable[[Item], object], what: str) -> None:
    @decides(metric)
    def check(summary: Summary) -> Finding:
        return every(summary[field_id].entries, has, what)


def _modality(item: Item) -> bool:
    if any(modalities_in(text) for _, text in item.details):
        return True
    return bool(
        re.search(r"\btextu|\btexts?\b|\btextes?\b|image|photo|video|film|audio|record|enregistr", plain(item.words))
    )


def _nature(item: Item) -> Told:
    if labelled := item.detail("nature") or item.detail("content|contenu"):
        return "said" if affirmed(labelled) else "refused"
    text = item.answers or item.words
    how = told("nature", text)
    if how != "silent":
        return how
    if any(refuses(clause) and re.search(r"content|contenu|nature", plain(clause)) for clause in clauses(text)):
        return "refused"
    return "vague" if len(text.split()) >= WORDS_OF_A_DESCRIPTION else "silent"


def _languages(item: Item) -> bool:
    return bool(item.detail(r"^lang|linguist")) or bool(language_codes(item.words))


def _period(item: Item) -> bool:
    answers = item.answers or item.words
    return bool(months(answers)) or speaks_of("not known", answers) or speaks_of("period", item.detail(r"perio|date"))


def _text_has(metric: str, field_id: str, what: str, words: str) -> None:
    @decides(metric)
    def check(summary: Summary) -> Finding:
        answer = summary[field_id]
        said = affirmed(answer.words)
        given = gives_size(said) if what == "size" else months(said) or speaks_of(what, said)
        if given and not says_nothing(answer):
            return holds(f"it gives {words}")
        return fails(f"no {words} in {shown(answer.words)}")


def _natures(metric: str, field_id: str) -> None:
    @decides(metric)
    def check(summary: Summary) -> Finding:
        return each(summary[field_id].entries, _nature, "nature of the content")


@decides("F2.1.1")
def public_agrees(summary: Summary) -> Finding:
    return agrees(summary, ("2.1.a",), "2.1.b", ("2.1.c", "2.1.d"))


@decides("F2.2.1")
def private_agrees(summary: Summary) -> Finding:
    licensed = agrees(summary, ("2.2.1.a",), "2.2.1.b", ())
    if licensed.result == "fails":
        return licensed
    return agrees(summary, ("2.2.2.a",), "2.2.2.b", ("2.2.2.c", "2.2.2.d"))


for _metric, _field in (("F2.1.a.1", "2.1.a"), ("F2.2.1.a.1", "2.2.1.a"), ("F2.2.2.a.1", "2.2.2.a")):
    question_answered(_metric, _field)
for _metric, _field in (("F2.1.b.1", "2.1.b"), ("F2.2.1.b.1", "2.2.1.b"), ("F2.2.2.b.1", "2.2.2.b")):
    boxes_ticked(_metric, _field)


@decides("F2.1.c.1")
def large_listed(summary: Summary) -> Finding:
    return _lists_names(summary["2.1.c"], with_parts=True)


@decides("F2.1.c.6")
def parts_explained(summary: Summary) -> Finding:
    told = False
    for item in summary["2.1.c"].entries:
        part = item.detail(_PART_LABEL)
        said = part or (item.answers if item.name else "")
        if part or speaks_of("part", said):
            told = True
            if len(re.findall(r"\w{2,}", part or said)) < 4:
                return fails(f"a part of {shown(item.name)} was used: {shown(part or said)}")
    return holds("it is said how the parts were chosen") if told else not_applicable("no dataset was used in part")


@decides("F2.2.2.c.1")
def known_listed(summary: Summary) -> Finding:
    return _lists_names(summary["2.2.2.c"], with_parts=False)


for _metric, _field in (("F2.1.d.1", "2.1.d"), ("F2.2.2.d.1", "2.2.2.d")):
    _described(_metric, _field, lambda item: item.answers or len(item.name) > LONGEST_NAME // 4, "description")

_described("F2.1.c.3", "2.1.c", lambda item: item.links, "link")
_described("F2.1.c.5", "2.1.c", _version, "version")
_described("F2.2.2.c.3", "2.2.2.c", _version, "version")
_described("F2.2.2.c.4", "2.2.2.c", lambda item: item.links, "link")
_described("F2.1.d.3", "2.1.d", _modality, "modality")
_described("F2.1.d.5", "2.1.d", _languages, "languages")
_described("F2.1.d.6", "2.1.d", _period, "period")
_described("F2.2.2.d.3", "2.2.2.d", _modality, "modality")
_described("F2.2.2.d.5", "2.2.2.d", _languages, "languages")

_natures("F2.1.d.4", "2.1.d")
_natures("F2.2.2.d.4", "2.2.2.d")

_text_has("F2.1.e.1", "2.1.e", "size", "size")
_text_has("F2.2.2.e.1", "2.2.2.e", "period", "period")
_text_has("F2.2.2.e.2", "2.2.2.e", "size", "size")
