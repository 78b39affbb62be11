"""Metrics of section 3: reservations of rights, illegal content, other information."""

from __future__ import annotations

import re

from datasummary.quality.check_datasets import question_answered, something_said
from datasummary.quality.checks import (
    Finding,
    decides,
    fails,
    holds,
    not_applicable,
    not_checked,
    says_nothing,
    shown,
)
from datasummary.quality.judging import judged
from datasummary.quality.reading import Summary
from datasummary.quality.statements import affirmed, clauses, told
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
    answer = summary["3.1.b"]
    listed = [item for item in answer.items if speaks_of("reservations", item.name) or "protocol" in plain(item.name)]
    if any(speaks_of("robots.txt", affirmed(item.answers)) for item in listed):
        return holds("robots.txt is among the protocols observed")
    return judged(told("robots.txt", answer.words, by="conduct"), "robots.txt", answer.words)


@decides("F3.1.b.2")
def datasets_of_others(summary: Summary) -> Finding:
    answer = summary["3.1.b"]
    labelled = [item for item in answer.items if re.search(r"third part|tiers", plain(item.name))]
    if any(affirmed(item.answers) for item in labelled):
        return holds("it speaks of the datasets of others")
    loose = [item.words for item in answer.items if not item.name]
    text = "\n".join([answer.text, *loose])
    how = told("datasets of others", text, by="reservations")
    if how in {"said", "refused"}:
        return judged(how, "reservations in datasets of others", text)
    if how == "vague" and speaks_of("opt-outs", affirmed(text)):
        return judged(how, "reservations in datasets of others", text)
    if all(summary[question].yes is False for question in ("2.1.a", "2.2.1.a", "2.2.2.a")):
        return not_applicable("no datasets of others were used")
    return fails("nothing on reservations in datasets of others")


@decides("F3.1.b.3")
def later_requests(summary: Summary) -> Finding:
    answer = summary["3.1.b"]
    text = "\n".join([answer.text, *(item.answers for item in answer.items)])
    how = told("requests", text)
    if how == "silent":
        how = told("reservations", text, by="kept up to date")
    if how in {"said", "refused"}:
        return judged(how, "requests, or of looking again", text)
    return fails("nothing on requests of rightsholders, or on looking for reservations again")


@decides("F3.1.c.1")
def policy(summary: Summary) -> Finding:
    answer = summary["3.1.c"]
    if says_nothing(answer):
        return not_applicable(f"it says {shown(answer.text)}")
    if answer.links:
        return holds(shown(answer.words))
    how = told("policy", answer.words)
    if how == "refused":
        return not_applicable(f"the policy is not public: {shown(answer.words)}")
    if how == "said":
        return holds(shown(answer.words))
    return fails(f"no policy in {shown(answer.words)}")


@decides("F3.2.a.1")
def removal(summary: Summary) -> Finding:
    words = summary["3.2.a"].words
    said = affirmed(words)
    if not speaks_of("removing", said):
        return fails(f"no measure is named in {shown(words)}")
    if not speaks_of("illegal", said):
        return not_checked(f"whether it is about illegal content is a question for people: {shown(words)}")
    return holds(shown(words))


@decides("F3.2.a.4")
def removal_alone(summary: Summary) -> Finding:
    text = "\n".join([summary["3.2.a"].text, *(item.answers for item in summary["3.2.a"].items)])
    spoken = [part for part in clauses(text) if speaks_of("quality", part) or speaks_of("capability", part)]
    selecting = [part for part in spoken if speaks_of("selecting", part) and not speaks_of("illegal", part)]
    if selecting:
        return fails(f"it speaks of selection for quality or capability, which belongs in 3.3.a: {shown(selecting[0])}")
    if spoken:
        return not_checked(f"whether this is about illegal content is a question for people: {shown(spoken[0])}")
    return holds("no selection for quality in it")
