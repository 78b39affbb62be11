"""Hints: what graders find fault with, and a program can only suspect. They do not count.

Loose words, links in place of answers, general contacts, loose dates, and content that belongs in another field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from datasummary.documents.template import FIELD_IDS, FIELDS
from datasummary.quality.checks import answered_no, is_not_applicable, says_nothing
from datasummary.quality.contacts import generic_contact
from datasummary.quality.reading import Summary
from datasummary.quality.values import Answer
from datasummary.quality.vocabulary import URL, plain

__all__ = ["Hint", "hints_of"]


@dataclass(frozen=True)
class Hint:
    """A suspicion about a field."""

    field: str
    what: str
    """What is suspected, and what to do."""
    words: str
    """The words that raised it."""


_LOOSE = re.compile(
    r"\b((?:may(?: also)?|might|could|can) (?:include|contain|comprise)|not limited to|among others|and so on|etc\b\.?"
    r"|various (?:sources|datasets|kinds|types)|a (?:wide )?(?:variety|range) of|many (?:sources|languages)"
    r"|where (?:possible|appropriate|feasible)|best practices|industry standards?"
    r"|peu(?:t|vent)(?: aussi)? (?:inclure|contenir|comprendre)|entre autres|divers(?:es)? (?:sources|donnees|types)"
    r"|dans la mesure du possible|bonnes pratiques)"
)
_LOOSE_DATE = re.compile(
    r"\b((?:early|mid|late|end of|beginning of|around|circa|approximately|spring|summer|autumn|fall|winter)[ -]+"
    r"(?:of )?(?:19|20)\d{2}|q[1-4] (?:19|20)\d{2}|recently|recemment"
    r"|(?:debut|fin|milieu|courant|printemps|ete|automne|hiver) (?:de )?(?:19|20)\d{2})\b"
)
_DATED = ("0.b", "1.2.c", "1.3.d", "2.1.d", "2.2.2.e", "2.3.e")
_OUT_OF_PLACE: dict[str, tuple[str, str]] = {
    "1.3.c": (r"in order to|to improve|capabilit|ameliorer|afin de", "what content is for is not asked here"),
    "1.3.e": (r"\btokeni[sz]er|robots\.txt|demograph", "it belongs in 1.3.g, 2.3.d or 1.3.f"),
    "1.3.f": (r"\btokeni[sz]er|robots\.txt|\bblocklist", "it belongs in 1.3.g, 3.1.b or 3.2.a"),
    "1.3.g": (r"copyright|robots\.txt|illegal|opt-?out", "it belongs in section 3"),
    "2.1.c": (r"robots\.txt|opt-?out|illegal content", "it belongs in section 3"),
    "2.3.c": (r"robots\.txt|captcha|paywall", "it belongs in 2.3.d"),
    "2.3.d": (r"\b(?:to train|for training|purpose)", "purposes belong in 2.3.c"),
    "2.3.f": (r"robots\.txt|captcha|paywall", "it belongs in 2.3.d"),
    "2.4.c": (r"crawl|synthetic", "it belongs in 2.3 or 2.5"),
    "3.1.b": (r"child|terror|malware|pornograph", "it belongs in 3.2.a"),
    "3.2.a": (r"\bqualit|benchmark|capabilit|deduplicat|dedoublon", "selection for quality belongs in 3.3.a"),
}
_LENGTH = 60


def hints_of(summary: Summary) -> Iterator[Hint]:
    """Yield hints in the form's order."""
    for field_id in FIELD_IDS:
        answer = summary[field_id]
        for point in answer.to_be_stated:
            yield Hint(field_id, "marked as still open", point[:_LENGTH])
        if not answer.stated or is_not_applicable(answer) or says_nothing(answer):
            continue
        yield from _words(field_id, answer)
        yield from _answers(field_id, answer)
        if answered_no(summary, field_id):
            yield Hint(field_id, "it says something, though the question before is answered with No", _start(answer))


def _words(field_id: str, answer: Answer) -> Iterator[Hint]:
    text = plain(URL.sub(" ", answer.words))
    if loose := _LOOSE.search(text):
        yield Hint(field_id, "loose words: say what it is, not what it may be", _around(text, loose))
    if field_id in _DATED and (loose := _LOOSE_DATE.search(text)):
        yield Hint(field_id, "a loose date: name the month", _around(text, loose))
    pattern, where = _OUT_OF_PLACE.get(field_id, ("", ""))
    if pattern and (found := re.search(pattern, text)):
        yield Hint(field_id, f"this may stand in the wrong field: {where}", _around(text, found))


def _answers(field_id: str, answer: Answer) -> Iterator[Hint]:
    if field_id in {"1.1.a", "1.1.b"} and (general := generic_contact(answer)):
        yield Hint(field_id, "a general contact: name one that answers for this", general[:_LENGTH])
    if FIELDS[field_id].kind == "text" and field_id not in {"0.a", "1.1.a", "1.1.b", "1.2.a", "1.2.b", "3.1.c"}:
        pointing = [item for item in answer.entries if item.links and not URL.sub("", item.words).strip(" .:")]
        if pointing:
            yield Hint(field_id, "a link in place of an answer: say it here", pointing[0].links[0][:_LENGTH])


def _start(answer: Answer) -> str:
    return " ".join(answer.words.split())[:_LENGTH]


def _around(text: str, match: re.Match[str]) -> str:
    return " ".join(text[max(0, match.start() - 20) : match.end() + 25].split())
