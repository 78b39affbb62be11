"""Metrics of section 3: reservations of rights, illegal content, other information."""

from __future__ import annotations

import re

from datasummary.quality.check_datasets import question_answered, something_said
from datasummary.quality.checks import Finding, decides, fails, holds, not_applicable, says_nothing, shown
from datasummary.quality.reading import Summary
from datasummary.quality.vocabulary import plain, speaks_of

__all__: list[str] = []

_PROTOCOLS = {
    "TDM Reservation Protocol": r"\btdm(rep)?\b",
    "X-Robots-Tag": r"x-robots",
    "ai.txt": r"(?<!\w)ai\.txt",
    "RSL": r"\brsl\b",
    "AIPREF": r"\baipref\b",
    "Content Signals": r"content.signal",
}

question_answered("F3.1.a.1", "3.1.a")
something_said("F3.3.a.1", "3.3.a")


@decides("F3.1")
def agrees(summary: Summary) -> Finding:
    measures, crawlers = summary["3.1.b"], summary["2.3.d"]
    if not measures.stated:
        return fails("3.1.b is open, so that section 2.3 cannot be compared with it")
    told, conduct = plain(measures.words), plain(crawlers.words)
    for protocol, pattern in _PROTOCOLS.items():
        if re.search(pattern, conduct) and not re.search(pattern, told):
            return fails(f"2.3.d names {protocol}, and 3.1.b does not")
    return holds("3.1.b names the protocols that 2.3.d names")


@decides("F3.1.b.1")
def robots(summary: Summary) -> Finding:
    words = summary["3.1.b"].words
    return holds("it speaks of robots.txt") if speaks_of("robots.txt", words) else fails("nothing on robots.txt")


@decides("F3.1.b.2")
def datasets_of_others(summary: Summary) -> Finding:
    answer = summary["3.1.b"]
    labelled = [item for item in answer.items if re.search(r"third part|tiers", plain(item.name))]
    if any(item.answers for item in labelled):
        return holds("it speaks of the datasets of others")
    loose = [item.words for item in answer.items if not item.name]
    told = "\n".join([answer.text, *loose]) if answer.items else answer.text
    if speaks_of("datasets of others", told) and speaks_of("reservations", told):
        return holds("it speaks of the datasets of others")
    if all(summary[question].yes is False for question in ("2.1.a", "2.2.1.a", "2.2.2.a")):
        return not_applicable("no datasets of others were used")
    return fails("nothing on reservations in datasets of others")


@decides("F3.1.b.3")
def later_requests(summary: Summary) -> Finding:
    answer = summary["3.1.b"]
    told = "\n".join([answer.text, *(item.answers for item in answer.items)])
    if speaks_of("requests", told):
        return holds("it speaks of requests, or of looking again")
    return fails("nothing on requests of rightsholders, or on looking for reservations again")


@decides("F3.1.c.1")
def policy(summary: Summary) -> Finding:
    answer = summary["3.1.c"]
    if says_nothing(answer):
        return not_applicable(f"it says {shown(answer.text)}")
    if answer.links or speaks_of("policy", answer.words):
        return holds(shown(answer.words))
    return fails(f"no policy in {shown(answer.words)}")


@decides("F3.2.a.1")
def removal(summary: Summary) -> Finding:
    words = summary["3.2.a"].words
    return holds(shown(words)) if len(words.split()) > 4 else fails(f"no measure in {shown(words)}")


@decides("F3.2.a.4")
def removal_alone(summary: Summary) -> Finding:
    text = "\n".join([summary["3.2.a"].text, *(item.answers for item in summary["3.2.a"].items)])
    if speaks_of("selection for quality", text):
        return fails("it speaks of selection for quality or capability, which belongs in 3.3.a")
    return holds("no selection for quality in it")
