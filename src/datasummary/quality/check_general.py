"""Metrics of sections 1.1 and 1.2: provider and model; and whether section 1 agrees with the others."""

from __future__ import annotations

import re
from collections.abc import Callable

from datasummary.documents.template import FIELDS, MODALITY_LABELS
from datasummary.quality.checks import (
    Check,
    Finding,
    decides,
    fails,
    holds,
    not_applicable,
    shown,
)
from datasummary.quality.contacts import address_given, contact_given, generic_contact
from datasummary.quality.reading import Summary
from datasummary.quality.statements import based_on_none, no_name, none_required
from datasummary.quality.values import Answer, modalities_in
from datasummary.quality.vocabulary import months, speaks_of
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


def _asked(metric: str, field_id: str) -> Callable[[Check], Check]:
    """Register a metric on the provider or its representative; the latter may not be required."""

    def register(check: Check) -> Check:
        @decides(metric)
        def asked(summary: Summary) -> Finding:
            answer = summary[field_id]
            if field_id == "1.1.b" and not answer.items and none_required(answer.text):
                return not_applicable(f"no representative is required: {shown(answer.text)}")
            return check(summary)

        return asked

    return register


def _who(field_id: str, metrics: tuple[str, str, str, str]) -> None:
    """Register the four metrics that are asked alike of the provider and of its representative."""

    @_asked(metrics[0], field_id)
    def is_named(summary: Summary) -> Finding:
        answer = summary[field_id]
        name = _name(summary, field_id)
        return holds(shown(name)) if name and not no_name(name) else fails(f"no name in {shown(answer.words)}")

    @_asked(metrics[1], field_id)
    def is_traceable(summary: Summary) -> Finding:
        name, words = _name(summary, field_id), summary[field_id].words
        if not name:
            return fails("no name is given")
        if _LEGAL_FORM.search(name) or address_given(words):
            return holds(f"{shown(name)}, with legal form, address or site")
        return fails(f"{shown(name)} has no legal form, and neither an address nor a site beside it")

    @_asked(metrics[2], field_id)
    def is_reachable(summary: Summary) -> Finding:
        answer = summary[field_id]
        contact = contact_given(answer)
        return (
            holds(shown(contact)) if contact else fails(f"no address, mail, page or telephone in {shown(answer.words)}")
        )

    @_asked(metrics[3], field_id)
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
    names = [name for name in summary["1.2.a"].names if not no_name(name)]
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
    answer = summary["1.2.b"]
    if _no_base(answer):
        return not_applicable(f"no other model was built on: {shown(answer.text)}")
    names = [name for name in answer.names if not no_name(name)]
    return holds(shown(", ".join(names))) if names else fails(f"no model is named in {shown(answer.words)}")


def _no_base(answer: Answer) -> bool:
    """Tell whether a text says that the models were made from no other."""
    return not answer.items and based_on_none(answer.text)


@decides("F1.2.b.2")
def dependencies_clear(summary: Summary) -> Finding:
    answer, models = summary["1.2.b"], summary["1.2.a"].names
    if _no_base(answer):
        return not_applicable("no other model was built on")
    if len(answer.items) < 2 or len(models) < 2:
        return holds("one model on one side, so there is no doubt which is meant")
    if all(any(model in item.words for model in models) for item in answer.items):
        return holds("each names the model that was made from it")
    return fails(f"{len(models)} models and {len(answer.items)} bases, and nothing says which belongs to which")


@decides("F1.2.b.4")
def dependency_summaries(summary: Summary) -> Finding:
    answer = summary["1.2.b"]
    if _no_base(answer):
        return not_applicable("no other model was built on")
    for item in answer.entries:
        if not item.links and not speaks_of("no summary", f"{item.words}\n{answer.text}"):
            return fails(f"{shown(item.words)} has no link to a summary, and nothing says that there is none")
    return holds("each has a link, or it is said that there is no summary")


@decides("F1.2.c.1")
def placed(summary: Summary) -> Finding:
    text = summary["1.2.c"].words
    return holds(shown(text)) if re.search(r"(19|20)\d\d|\d/\d", text) else fails(f"no date in {shown(text)}")
