"""Metrics of section 1.3: the training data as a whole."""

from __future__ import annotations

import re

from datasummary.documents.template import MODALITY_LABELS
from datasummary.languages import EU_OFFICIAL
from datasummary.quality.checks import (
    Finding,
    decides,
    fails,
    holds,
    is_not_applicable,
    not_applicable,
    not_checked,
    says_nothing,
    shown,
)
from datasummary.quality.judging import judged
from datasummary.quality.reading import Summary
from datasummary.quality.statements import affirmed, clauses, lacks, no_name, told
from datasummary.quality.values import modalities_in
from datasummary.quality.vocabulary import language_codes, months, names_places, speaks_of

__all__: list[str] = []

_UNIT_OF_TEXT = re.compile(
    r"token|jeton|word|mots?\b|byte|octet|character|caracter|\b[kmgtp]i?[bo]\b|document|page", re.I
)


@decides("F1.3.a.1")
def modalities(summary: Summary) -> Finding:
    ticked = summary["1.3.a"].ticked
    return holds(f"{len(ticked)} ticked") if ticked else fails("no box is ticked")


@decides("F1.3.b.1")
def one_size_each(summary: Summary) -> Finding:
    boxes, answer = summary["1.3.a"], summary["1.3.b"]
    if not boxes.stated:
        return fails("1.3.a is open, so it cannot be told which sizes are asked for")
    ticked = boxes.ticked or frozenset()
    for modality in (m for m in MODALITY_LABELS if m != "other"):
        label = MODALITY_LABELS[modality]
        rows = [row for row in answer.sizes if row.modality == modality]
        if (modality in ticked) != bool(rows):
            return fails(f"{label} is {'' if modality in ticked else 'not '}ticked, and has {len(rows) or 'no'} size")
        if len(rows) > 1:
            return fails(f"{label} has {len(rows)} sizes")
        if rows and rows[0].range and rows[0].approximate:
            return fails(f"{label} has a range and an approximate size")
        if rows and rows[0].range and rows[0].place is None:
            return fails(f"{label} has no range of the form: {shown(rows[0].range)}")
        if rows and not rows[0].range and not rows[0].approximate:
            return fails(f"{label} has no size")
        if rows and rows[0].approximate and modality != "text":
            return fails(f"{label} has an approximate size, which the form allows for text alone")
    return holds("exactly one size for each modality ticked")


@decides("F1.3.b.2")
def text_unit(summary: Summary) -> Finding:
    sizes = [row.approximate for row in summary["1.3.b"].sizes if row.modality == "text" and row.approximate]
    if not sizes:
        return not_applicable("no approximate size of text is given")
    if re.search(r"\d", sizes[0]) and _UNIT_OF_TEXT.search(sizes[0]):
        return holds(shown(sizes[0]))
    return fails(f"no number with a unit of text in {shown(sizes[0])}")


@decides("F1.3.b.4")
def other_named(summary: Summary) -> Finding:
    rows = [row.approximate or row.range for row in summary["1.3.b"].sizes if row.modality == "other"]
    if not rows:
        return not_applicable("there is no size of Other")
    words = re.findall(r"[^\W\d_]{3,}", rows[0])
    return holds(shown(rows[0])) if len(words) > 2 else fails(f"{shown(rows[0])} does not say what it is")


@decides("F1.3.b.5")
def other_unit(summary: Summary) -> Finding:
    rows = [row.approximate or row.range for row in summary["1.3.b"].sizes if row.modality == "other"]
    if not rows:
        return not_applicable("there is no size of Other")
    if re.search(r"\d[\d\s.,]{0,3}[^\W\d_]{2}", rows[0]):
        return holds(shown(rows[0]))
    return fails(f"no number with a unit in {shown(rows[0])}")


@decides("F1.3.c.1")
def content_types(summary: Summary) -> Finding:
    answer = summary["1.3.c"]
    named = answer.words and not no_name(answer.words)
    return holds(shown(answer.words)) if named else fails(f"no type of content is named in {shown(answer.words)}")


@decides("F1.3.c.2")
def all_content_types(summary: Summary) -> Finding:
    boxes, answer = summary["1.3.a"], summary["1.3.c"]
    if not boxes.stated:
        return fails("1.3.a is open, so it cannot be told which types are asked for")
    told = {m for item in answer.items if item.answers for m in modalities_in(item.name)}
    told |= {m for line in answer.text.splitlines() for m in modalities_in(line.partition(":")[0])}
    if absent := [MODALITY_LABELS[m] for m in sorted((boxes.ticked or frozenset()) - told)]:
        return fails(f"no types of content for {', '.join(absent)}")
    return holds("types of content for each modality")


@decides("F1.3.c.3")
def no_goals(summary: Summary) -> Finding:
    text = summary["1.3.c"].words
    goals = [part for part in clauses(text) if speaks_of("goals", part)]
    return fails(f"it speaks of goals: {shown(goals[0])}") if goals else holds("types alone")


@decides("F1.3.d.1")
def latest(summary: Summary) -> Finding:
    text = summary["1.3.d"].words
    if months(text) or re.search(r"\b(19|20)\d\d\b", text):
        return holds(shown(text))
    return fails(f"no date in {shown(text)}")


@decides("F1.3.d.2")
def exact_latest(summary: Summary) -> Finding:
    text = summary["1.3.d"].words
    return holds(shown(text)) if months(text) else fails(f"no month in {shown(text)}")


@decides("F1.3.d.3")
def latest_format(summary: Summary) -> Finding:
    text = summary["1.3.d"].words
    found = months(text)
    if not found:
        return not_applicable("no exact date is given")
    return holds("MM/YYYY") if found[0][1] else fails(f"not MM/YYYY: {shown(text)}")


@decides("F1.3.d.5")
def goes_on(summary: Summary) -> Finding:
    text = summary["1.3.d"].words
    said = [part for part in clauses(affirmed(text)) if speaks_of("further training", part)]
    if said:
        return holds(shown(said[0], 90))
    return fails("nothing says whether training goes on with new or dynamic data")


@decides("F1.3.e.1")
def languages(summary: Summary) -> Finding:
    answer = summary["1.3.e"]
    if language_codes(answer.words) or speaks_of("languages", answer.words):
        return holds(shown(answer.words))
    return fails(f"nothing about languages in {shown(answer.words)}")


@decides("F1.3.e.2")
def exact_languages(summary: Summary) -> Finding:
    covered = "\n".join(part for part in clauses(summary["1.3.e"].words) if not lacks(part))
    if codes := language_codes(affirmed(covered)):
        return holds(f"{len(codes)} languages are named")
    if language_codes(covered):
        return not_checked(f"whether languages are named or kept back is a question for people: {shown(covered)}")
    return fails("no language is named as covered")


@decides("F1.3.e.3")
def union_languages(summary: Summary) -> Finding:
    text = summary["1.3.e"].words
    if speaks_of("European Union", text):
        return holds("it says which of them are official languages of the Union")
    among = len(set(language_codes(text)) & set(EU_OFFICIAL))
    return fails(f"nothing says which are official languages of the Union ({among} are named)")


def _spoken(metric: str, field_id: str, what: str, words: str) -> None:
    """Register a metric that asks whether a field speaks of something."""

    @decides(metric)
    def spoken(summary: Summary) -> Finding:
        text = summary[field_id].words
        if what == "regions" and names_places(affirmed(text)):
            return holds(f"it speaks of {words}")
        return judged(told(what, text), words, text)


_spoken("F1.3.f.1", "1.3.f", "regions", "countries or regions")
_spoken("F1.3.f.2", "1.3.f", "people", "groups of people")
_spoken("F1.3.g.1", "1.3.g", "compression", "compression")
_spoken("F1.3.g.2", "1.3.g", "tokeniser", "the tokeniser")


@decides("F1.3.g.3")
def sampling(summary: Summary) -> Finding:
    answer = summary["1.3.g"]
    how = told("sampling", answer.words)
    if how != "silent" and not says_nothing(answer):
        return judged(how, "sampling", answer.words)
    boxes = summary["1.3.a"]
    if boxes.stated and not is_not_applicable(boxes) and not (boxes.ticked or frozenset()) & {"audio", "video"}:
        return not_applicable("there is neither audio nor video")
    return fails("there is audio or video, and nothing on sampling rates")
