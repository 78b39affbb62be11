"""Metrics of sections 2.4 to 2.6: user data, synthetic data, other sources."""

from __future__ import annotations

import re

from datasummary.quality.check_datasets import LONGEST_NAME, agrees, boxes_ticked, question_answered, something_said
from datasummary.quality.checks import Finding, decides, every, fails, holds, shown
from datasummary.quality.judging import each
from datasummary.quality.reading import Summary
from datasummary.quality.statements import Told, no_name, told
from datasummary.quality.values import Answer, Item
from datasummary.quality.vocabulary import plain, speaks_of

__all__: list[str] = []

LONGEST_PARAGRAPH = 900
"""Characters after which running text without a list is hard to read."""

_VAGUE_SERVICE = re.compile(
    r"^(our|the|other|various|several|some|nos|les|autres|divers(es)?|certains?|certaines?)?\s*(other )?"
    r"(services?|products?|produits?|apps?|applications?|platforms?|plateformes?)( and .*| et .*)?\.?$"
)
_ONE_SERVICE = re.compile(r"(?<!\w)(?!(?:Our|The|Other|Various|Some|Several|Users?|Nos|Notre|Les?|La|Des?)\b)[A-ZÀ-Þ]")
_SITE = re.compile(r"\b[a-z0-9-]{2,63}(?:\.[a-z0-9-]{2,63}){0,4}\.[a-z]{2,24}\b")

for _metric, _field in (("F2.4.a.1", "2.4.a"), ("F2.4.b.1", "2.4.b"), ("F2.5.a.1", "2.5.a"), ("F2.6.a.1", "2.6.a")):
    question_answered(_metric, _field)
for _metric, _field in (("F2.4.d.1", "2.4.d"), ("F2.5.b.1", "2.5.b")):
    boxes_ticked(_metric, _field)
for _metric, _field in (("F2.4.e.1", "2.4.e"), ("F2.5.e.1", "2.5.e"), ("F2.6.c.1", "2.6.c")):
    something_said(_metric, _field)


@decides("F2.4.1")
def user_data_agrees(summary: Summary) -> Finding:
    return agrees(summary, ("2.4.a", "2.4.b"), "2.4.d", ("2.4.c",))


@decides("F2.5.1")
def synthetic_agrees(summary: Summary) -> Finding:
    return agrees(summary, ("2.5.a",), "2.5.b", ("2.5.c", "2.5.d"))


@decides("F2.6.1")
def others_agree(summary: Summary) -> Finding:
    return agrees(summary, ("2.6.a",), None, ("2.6.b",))


@decides("F2.4.c.2")
def services_named(summary: Summary) -> Finding:
    return every(summary["2.4.c"].entries, _names_a_service, "name")


def _names_a_service(item: Item) -> bool:
    said = (item.name or item.text).strip()
    name = re.split(r"[,:;–(]|\. ", said)[0]
    if _SITE.search(said):
        return True
    return bool(_ONE_SERVICE.search(said)) and not no_name(name) and not _VAGUE_SERVICE.match(plain(name))


def _laid_out(answer: Answer) -> Finding:
    paragraphs = [part for item in answer.entries for part in re.split(r"\n\s*\n", item.words)]
    long = [part for part in paragraphs if len(part) > LONGEST_PARAGRAPH]
    return fails(f"a long block of text: {shown(long[0])}") if long else holds("a list, or short paragraphs")


@decides("F2.4.c.4")
def services_readable(summary: Summary) -> Finding:
    return _laid_out(summary["2.4.c"])


@decides("F2.6.b.4")
def others_readable(summary: Summary) -> Finding:
    return _laid_out(summary["2.6.b"])


@decides("F2.5.c.1")
def generators_named(summary: Summary) -> Finding:
    names = [name for name in summary["2.5.c"].names if not no_name(name)]
    return holds(shown(", ".join(names))) if names else fails(f"no model is named by {shown(summary['2.5.c'].words)}")


@decides("F2.5.c.2")
def generators_unique(summary: Summary) -> Finding:
    names = summary["2.5.c"].names
    vague = [name for name in names if no_name(name) or not re.search(r"\d", name)]
    if not names or len(set(names)) < len(names):
        return fails("a model is named twice" if names else "no model is named")
    return fails(f"no name with a version in {shown(vague[0])}") if vague else holds("each name bears a version")


@decides("F2.5.c.4")
def generators_linked(summary: Summary) -> Finding:
    answer = summary["2.5.c"]
    told = speaks_of("no summary", answer.text)
    return every(
        answer.entries, lambda item: told or item.links or speaks_of("no summary", item.words), "link to the summary"
    )


@decides("F2.5.c.5")
def generators_alone(summary: Summary) -> Finding:
    for item in summary["2.5.c"].entries:
        if not item.name and len(item.text) > LONGEST_NAME:
            return fails(f"running text: {shown(item.text)}")
        if len(item.text) > LONGEST_NAME:
            return fails(f"more than the model and its summary: {shown(item.text)}")
    return holds("models and links alone")


@decides("F2.5.d.1")
def other_models_described(summary: Summary) -> Finding:
    return every(summary["2.5.d"].entries, lambda item: item.answers.strip(), "description")


@decides("F2.5.d.3")
def other_models_trained_on(summary: Summary) -> Finding:
    return each(summary["2.5.d"].entries, _training_data, "description of the training data")


def _training_data(item: Item) -> Told:
    how = told("trained on", item.answers)
    if how != "silent":
        return how
    mentioned = told("training data", item.answers)
    return "vague" if mentioned == "said" else mentioned


@decides("F2.6.b.1")
def others_described(summary: Summary) -> Finding:
    return every(summary["2.6.b"].entries, lambda item: len(item.answers.split()) > 2, "description")
