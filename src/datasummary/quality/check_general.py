"""Metrics of section 1: provider, model, and the training data as a whole."""

from __future__ import annotations

import re

from datasummary.documents.template import FIELDS, MODALITY_LABELS
from datasummary.languages import EU_OFFICIAL
from datasummary.quality.checks import (
    Finding,
    decides,
    fails,
    holds,
    is_not_applicable,
    not_applicable,
    says_nothing,
    shown,
)
from datasummary.quality.contacts import address_given, contact_given, generic_contact
from datasummary.quality.reading import Summary
from datasummary.quality.values import modalities_in
from datasummary.quality.vocabulary import language_codes, months, speaks_of
from datasummary.sources import Modality

__all__: list[str] = []

_SECTIONS: dict[str, tuple[str, ...]] = {
    "2.1.b": ("2.1.a",),
    "2.2.1.b": ("2.2.1.a",),
    "2.2.2.b": ("2.2.2.a",),
    "2.3.g": (),
    "2.4.d": ("2.4.a", "2.4.b"),
    "2.5.b": ("2.5.a",),
}
"""Boxes of the sections, and the questions that they hang on; under a No they are the section's own contradiction."""
_LEGAL_FORM = re.compile(
    r"\b(inc|ltd|llc|llp|plc|corp|corporation|gmbh|ag|se|sa|sas|sarl|srl|spa|s\.p\.a|bv|b\.v|nv|oy|oyj|ab|as|a/s|aps|kk"
    r"|limited|company|co|foundation|stiftung|association|university|universite|universitat|institute?|e\.v|sl|s\.l"
    r"|sp\. ?z ?o\.?o|d\.?o\.?o|kft|laborator(?:y|ies)|centre|center|gie|scop|ou)\b",
    re.IGNORECASE,
)
_UNIT_OF_TEXT = re.compile(
    r"token|jeton|word|mots?\b|byte|octet|character|caracter|\b[kmgtp]i?[bo]\b|document|page", re.I
)


@decides("F1.1")
def consistent(summary: Summary) -> Finding:
    boxes, latest, updated = summary["1.3.a"], summary["1.3.d"], summary["0.b"]
    for answer in (boxes, latest, updated):
        if not answer.stated:
            return fails(
                f"{answer.id} is open, so that other sections cannot be compared with it",
                f"answer {answer.id}",
                FIELDS[answer.id].advice,
            )
    ticked = boxes.ticked or frozenset()
    explained: set[Modality] = set()
    for field_id, questions in _SECTIONS.items():
        own = summary[field_id].ticked or frozenset()
        answers = {summary[question].yes for question in questions}
        if answers != {False} and own - ticked:
            label = MODALITY_LABELS[min(own - ticked)]
            return fails(
                f"{field_id} ticks {label}, and 1.3.a does not",
                f"tick {label} in 1.3.a too, with its size in 1.3.b, or untick it in {field_id}",
                "set modality of the sources",
            )
        if not questions or True in answers:
            explained |= own
    if lone := _unexplained(summary, ticked - explained):
        label = MODALITY_LABELS[lone]
        return fails(
            f"1.3.a ticks {label}, and no section of sources does",
            f"tick {label} in the section of the sources that hold it, 2.1.b to 2.5.b, or untick it in 1.3.a",
            "set modality of the sources",
        )
    last = max((month for month, _ in months(latest.words)), default=None)
    crawled = max((month for month, _ in months(summary["2.3.e"].words)), default=None)
    if last and crawled and crawled > last:
        return fails(
            f"2.3.e goes on to {crawled}, after the latest date in 1.3.d, {last}",
            f"write {crawled[5:]}/{crawled[:4]} in 1.3.d, or an earlier end in 2.3.e",
            "set last_date of the crawled sources",
        )
    written = max((month for month, _ in months(updated.words)), default=None)
    if last and written and last > written:
        return fails(
            f"1.3.d names {last}, after the last update, {written}",
            "write the day on which the document was last changed in 0.b, or an earlier month in 1.3.d",
            "set summary.date",
        )
    models = {item.name for item in summary["1.2.a"].items if item.name}
    if summary.models and models and models != set(summary.models):
        strange = sorted(models ^ set(summary.models))
        return fails(
            f"the models in 1.2.a are not those at the head of the document: {shown(', '.join(strange))}",
            'name the same models in 1.2.a and in "models"',
            "set model.names",
        )
    return holds("modalities, dates and models agree between the sections")


def _unexplained(summary: Summary, modalities: frozenset[Modality]) -> Modality | None:
    """Give a modality that only section 2.6 could hold, unless that section says that it does, or leaves it open."""
    other = summary["2.6.b"]
    told = [modalities_in(text) for item in other.items for _, text in item.details]
    if summary["2.6.a"].yes and not any(told):
        return None
    return next((m for m in sorted(modalities) if not any(m in found for found in told)), None)


def _who(field_id: str, metrics: tuple[str, str, str, str]) -> None:
    """Register the four metrics that are asked alike of the provider and of its representative."""

    @decides(metrics[0])
    def is_named(summary: Summary) -> Finding:
        answer = summary[field_id]
        name = _name(summary, field_id)
        return holds(shown(name)) if name else fails(f"no name in {shown(answer.words)}")

    @decides(metrics[1])
    def is_traceable(summary: Summary) -> Finding:
        name, words = _name(summary, field_id), summary[field_id].words
        if not name:
            return fails("no name is given")
        if _LEGAL_FORM.search(name) or address_given(words):
            return holds(f"{shown(name)}, with legal form, address or site")
        return fails(f"{shown(name)} has no legal form, and neither an address nor a site beside it")

    @decides(metrics[2])
    def is_reachable(summary: Summary) -> Finding:
        answer = summary[field_id]
        contact = contact_given(answer)
        return (
            holds(shown(contact)) if contact else fails(f"no address, mail, page or telephone in {shown(answer.words)}")
        )

    @decides(metrics[3])
    def is_specific(summary: Summary) -> Finding:
        answer = summary[field_id]
        if not contact_given(answer):
            return fails("no contact details are given")
        generic = generic_contact(answer)
        return fails(f"a general contact: {shown(generic)}") if generic else holds("no general inbox")


def _name(summary: Summary, field_id: str) -> str:
    answer = summary[field_id]
    if answer.items:
        return next((item.name for item in answer.items if item.name), "")
    first = re.split(r"[\n,;:]", answer.text)[0].strip()
    return "" if "@" in first or "://" in first else first


_who("1.1.a", ("F1.1.a.1", "F1.1.a.2", "F1.1.a.3", "F1.1.a.4"))
_who("1.1.b", ("F1.1.b.1", "F1.1.b.2", "F1.1.b.3", "F1.1.b.4"))


@decides("F1.2.a.1")
def model_names(summary: Summary) -> Finding:
    names = summary["1.2.a"].names
    return holds(f"{len(names)} named: {shown(', '.join(names))}") if names else fails("no model is named")


@decides("F1.2.a.2")
def model_versions(summary: Summary) -> Finding:
    names = summary["1.2.a"].names
    if not names or len(set(names)) < len(names):
        return fails("a model is named twice" if names else "no model is named")
    vague = [name for name in names if not re.search(r"\d", name)]
    return fails(f"no version in {shown(vague[0])}") if vague else holds("each name bears a version")


@decides("F1.2.a.3")
def model_links(summary: Summary) -> Finding:
    answer = summary["1.2.a"]
    without = [item for item in answer.items if not item.links]
    if answer.items and without:
        return fails(f"no link for {shown(without[0].words)}")
    return holds(f"{len(answer.links)} links") if answer.links else fails("no link to documentation")


@decides("F1.2.b.1")
def dependencies(summary: Summary) -> Finding:
    names = summary["1.2.b"].names
    return holds(shown(", ".join(names))) if names else fails("no model is named")


@decides("F1.2.b.2")
def dependencies_clear(summary: Summary) -> Finding:
    answer, models = summary["1.2.b"], summary["1.2.a"].names
    if len(answer.items) < 2 or len(models) < 2:
        return holds("one model on one side, so there is no doubt which is meant")
    if all(any(model in item.words for model in models) for item in answer.items):
        return holds("each names the model that was made from it")
    return fails(f"{len(models)} models and {len(answer.items)} bases, and nothing says which belongs to which")


@decides("F1.2.b.4")
def dependency_summaries(summary: Summary) -> Finding:
    answer = summary["1.2.b"]
    for item in answer.entries:
        if not item.links and not speaks_of("no summary", f"{item.words}\n{answer.text}"):
            return fails(f"{shown(item.words)} has no link to a summary, and nothing says that there is none")
    return holds("each has a link, or it is said that there is no summary")


@decides("F1.2.c.1")
def placed(summary: Summary) -> Finding:
    text = summary["1.2.c"].words
    return holds(shown(text)) if re.search(r"(19|20)\d\d|\d/\d", text) else fails(f"no date in {shown(text)}")


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
    return holds(shown(answer.words)) if answer.words else fails("no type of content is named")


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
    return fails(f"it speaks of goals: {shown(text)}") if speaks_of("goals", text) else holds("types alone")


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
    if speaks_of("further training", text):
        return holds(shown(text, 90))
    return fails("nothing says whether training goes on with new or dynamic data")


@decides("F1.3.e.1")
def languages(summary: Summary) -> Finding:
    answer = summary["1.3.e"]
    if language_codes(answer.words) or speaks_of("languages", answer.words):
        return holds(shown(answer.words))
    return fails(f"nothing about languages in {shown(answer.words)}")


@decides("F1.3.e.2")
def exact_languages(summary: Summary) -> Finding:
    codes = language_codes(summary["1.3.e"].words)
    return holds(f"{len(codes)} languages are named") if codes else fails("no language is named")


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
        return (
            holds(f"it speaks of {words}") if speaks_of(what, summary[field_id].words) else fails(f"nothing on {words}")
        )


_spoken("F1.3.f.1", "1.3.f", "regions", "countries or regions")
_spoken("F1.3.f.2", "1.3.f", "people", "groups of people")
_spoken("F1.3.g.1", "1.3.g", "compression", "compression")
_spoken("F1.3.g.2", "1.3.g", "tokeniser", "the tokeniser")


@decides("F1.3.g.3")
def sampling(summary: Summary) -> Finding:
    answer = summary["1.3.g"]
    if not says_nothing(answer) and speaks_of("sampling", answer.words):
        return holds("it speaks of sampling")
    boxes = summary["1.3.a"]
    if boxes.stated and not is_not_applicable(boxes) and not (boxes.ticked or frozenset()) & {"audio", "video"}:
        return not_applicable("there is neither audio nor video")
    return fails("there is audio or video, and nothing on sampling rates")
