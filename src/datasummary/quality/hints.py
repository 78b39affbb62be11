"""Hints: what graders find fault with, and a program can only suspect. They do not count.

Loose words, links in place of answers, general contacts, loose dates, and content that belongs in another field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from datasummary.documents.template import FIELD_IDS, FIELDS, MODALITY_LABELS
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
    r"\b((?:may(?: also)?|might|could|can) (?:include|contain|comprise)|(?:including|but) not limited to|not limited to"
    r"|among others|and so on|and (?:many )?(?:more|others)\b|etc\b\.?|such as those"
    r"|(?:various|several|numerous|diverse|certain|many) (?:\w+ )?(?:sources|datasets|kinds|types|languages)"
    r"|an? (?:\w+ )?(?:variety|range|mix|mixture|array|spectrum|selection) of|from time to time"
    r"|as (?:needed|appropriate)|(?:reasonable|appropriate) steps"
    r"|where(?:ver)? (?:possible|appropriate|feasible|practicable|applicable|necessary)"
    r"|(?:industry|market|common|standard|current|best) (?:industry )?practices?|industry[- ](?:standards?|leading)"
    r"|state[- ]of[- ]the[- ]art (?:measures|methods|techniques)|we take [^.\n]{1,60} seriously"
    r"|peu(?:t|vent)(?: aussi| egalement)? (?:inclure|contenir|comprendre)|entre autres|et ainsi de suite"
    r"|sans s'y limiter|de temps (?:a autre|en temps)|(?:un large eventail|une grande variete|une large gamme"
    r"|un ensemble varie|une multitude) d|(?:divers(?:es)?|differente?s|nombreu(?:x|ses)|plusieurs) (?:sources|donnees"
    r"|types|langues|jeux|domaines)|dans la mesure du possible|le cas echeant|si necessaire|au besoin"
    r"|(?:pratiques?|usages?|normes?) (?:du secteur|de l'industrie|du marche|courantes?)|bonnes pratiques"
    r"|mesures (?:appropriees|raisonnables))"
)
_LOOSE_DATE = re.compile(
    r"\b((?:early|mid|late|end of|beginning of|around|circa|approximately|spring|summer|autumn|fall|winter)[ -]+"
    r"(?:of )?(?:19|20)\d{2}|q[1-4] (?:19|20)\d{2}|recently|to date|until now|up to now|recemment"
    r"|a ce jour|jusqu'a present"
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
_KEYS = frozenset({"value", "comment", "items", "text", "closing", "name", "link", "answer", "method"})
"""Keys of the schema, which tell a reader less than the labels of details do."""
_LENGTH = 60


def hints_of(summary: Summary) -> Iterator[Hint]:
    """Yield hints in the form's order."""
    for field_id in FIELD_IDS:
        answer = summary[field_id]
        for point in answer.to_be_stated:
            yield Hint(field_id, "marked as still open", point[:_LENGTH])
        for label, words in summary.placeholders(field_id):
            under = f"{label}: " if label not in _KEYS else ""
            yield Hint(field_id, "a placeholder, which counts as no answer", f"{under}{words}"[:_LENGTH])
        if not answer.stated or is_not_applicable(answer) or says_nothing(answer):
            continue
        yield from _words(field_id, answer)
        yield from _answers(field_id, answer)
        if answered_no(summary, field_id):
            yield Hint(field_id, "it says something, though the question before is answered with No", _start(answer))


def _words(field_id: str, answer: Answer) -> Iterator[Hint]:
    said = URL.sub(" ", answer.words)
    text = _Plain(said)
    if loose := _LOOSE.search(text.letters):
        yield Hint(field_id, "loose words: say what it is, not what it may be", text.around(loose))
    if field_id in _DATED and (loose := _LOOSE_DATE.search(text.letters)):
        yield Hint(field_id, "a loose date: name the month", text.around(loose))
    pattern, where = _OUT_OF_PLACE.get(field_id, ("", ""))
    if pattern and (found := re.search(pattern, text.letters)):
        yield Hint(field_id, f"this may stand in the wrong field: {where}", text.around(found))


def _answers(field_id: str, answer: Answer) -> Iterator[Hint]:
    if field_id in {"1.1.a", "1.1.b"} and (general := generic_contact(answer)):
        yield Hint(field_id, "a general contact: name one that answers for this", general[:_LENGTH])
    if FIELDS[field_id].kind == "text" and field_id not in {"0.a", "1.1.a", "1.1.b", "1.2.a", "1.2.b", "3.1.c"}:
        pointing = [item for item in answer.entries if item.links and not URL.sub("", item.words).strip(" .:")]
        if pointing:
            yield Hint(field_id, "a link in place of an answer: say it here", pointing[0].links[0][:_LENGTH])


def _start(answer: Answer) -> str:
    ticked = ", ".join(MODALITY_LABELS[modality] for modality in sorted(answer.ticked or ()))
    return " ".join((answer.words or ticked).split())[:_LENGTH]


class _Plain:
    """A text in plain letters, each of which knows its place in the text as it was written."""

    def __init__(self, text: str) -> None:
        self._text = text
        letters = [(letter, place) for place, sign in enumerate(text) for letter in plain(sign)]
        self.letters = "".join(letter for letter, _ in letters)
        self._places = [place for _, place in letters]

    def around(self, match: re.Match[str]) -> str:
        """Give what was found as it was written, with the whole words around it."""
        start, end = self._places[match.start()], self._places[match.end() - 1] + 1
        before = self._text[max(0, start - 24) : start]
        after = self._text[end : end + 28]
        if start > 24:
            before = "… " + before.partition(" ")[2]
        if end + 28 < len(self._text):
            after = after.rpartition(" ")[0] + " …"
        return " ".join(f"{before}{self._text[start:end]}{after}".split())
