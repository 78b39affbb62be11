"""Checks by metric id, and what a field's standing decides before its checks are asked.

A check reads the summary and says whether its metric holds, fails or does not apply, and what was found. It is total:
it may be asked of any summary whatever. An open field is worth least: every metric that needs it fails, so that taking
an answer away never mends anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from datasummary.documents.narratives import APPLICABLE_FROM
from datasummary.documents.template import FIELDS
from datasummary.quality.metrics import METRICS, Metric
from datasummary.quality.reading import Summary
from datasummary.quality.values import Answer, Item
from datasummary.quality.vocabulary import FULL_DATE, URL, plain, speaks_of

__all__ = [
    "CHECKS",
    "Finding",
    "Result",
    "answered_no",
    "decide",
    "decides",
    "every",
    "fails",
    "holds",
    "is_not_applicable",
    "not_applicable",
    "not_checked",
    "says_nothing",
    "shown",
]

Result = Literal["holds", "fails", "not_applicable", "not_checked"]


@dataclass(frozen=True)
class Finding:
    """The answer to one metric."""

    result: Result
    found: str
    """What was found, for a reader."""


def holds(found: str) -> Finding:
    """Say that a metric holds."""
    return Finding("holds", found)


def fails(found: str) -> Finding:
    """Say that a metric fails."""
    return Finding("fails", found)


def not_applicable(found: str) -> Finding:
    """Say that a metric does not apply to this summary."""
    return Finding("not_applicable", found)


def not_checked(found: str) -> Finding:
    """Say that nothing here can tell."""
    return Finding("not_checked", found)


Check = Callable[[Summary], Finding]
CHECKS: dict[str, Check] = {}
"""What the document alone decides, by metric."""


def decides(*ids: str) -> Callable[[Check], Check]:
    """Register a check for metrics that the document alone decides."""

    def register(check: Check) -> Check:
        for metric in ids:
            if METRICS[metric].decided_by != "document" or metric in CHECKS:
                raise ValueError(f"{metric} is decided by {METRICS[metric].decided_by}, or by two checks")
            CHECKS[metric] = check
        return check

    return register


_QUESTIONS: dict[str, tuple[str, ...]] = {
    **{f"2.1.{letter}": ("2.1.a",) for letter in "bcde"},
    "2.2.1.b": ("2.2.1.a",),
    **{f"2.2.2.{letter}": ("2.2.2.a",) for letter in "bcde"},
    **{f"2.3.{letter}": ("2.3.a",) for letter in "bcd"},
    **{f"2.4.{letter}": ("2.4.a", "2.4.b") for letter in "cde"},
    **{f"2.5.{letter}": ("2.5.a",) for letter in "bcde"},
    **{f"2.6.{letter}": ("2.6.a",) for letter in "bc"},
}
"""Fields that are asked only where one of these questions is answered with Yes."""

_MAY_NOT_APPLY = frozenset(
    {"1.1.b", "1.2.b", "1.3.e", "1.3.g", "2.3.e", "2.3.f", "2.3.g", "2.3.h", "2.3.i", "3.1.c", "3.3.a", *_QUESTIONS}
)
"""Fields for which the form allows that they do not apply."""

_MAY_BE_A_LINK = frozenset({"0.a", "2.3.h", "2.3.i", "3.1.c"})
"""Fields that the form lets be answered by a link."""

_NAMES = frozenset({"1.1.a", "1.1.b", "1.2.a", "1.2.b", "2.1.c", "2.2.2.c", "2.3.b", "2.4.c", "2.5.c"})
"""Fields that a single name can answer."""

_POINTS_AWAY = re.compile(
    r"\b(see|refer|available|details?|found|described|information|consult|voir|cf|disponible|page)\b"
)
_REASON = re.compile(r"^\W*(?:not applicable|n/?a|sans objet|non applicable|ne s'applique pas|does not apply)\W*")


def decide(metric: Metric, summary: Summary) -> Finding:
    """Answer a metric that the document alone decides."""
    if metric.field not in FIELDS:
        return CHECKS[metric.id](summary)
    found = _by_standing(summary, metric.field) or CHECKS[metric.id](summary)
    if found.result == "fails" and answered_no(summary, metric.field):
        return not_applicable("not asked: the question before is answered with No")
    if found.result == "fails" and _placed_before(summary) and speaks_of("gap", summary[metric.field].text):
        return not_applicable("a gap is stated and justified")
    return found


def answered_no(summary: Summary, field_id: str) -> bool:
    """Tell whether a field is not asked for, since the questions before it are all answered with No."""
    if field_id == "2.3.i":
        return is_not_applicable(summary["2.3.h"])
    questions = _QUESTIONS.get(field_id, ())
    return bool(questions) and all(summary[question].yes is False for question in questions)


def is_not_applicable(answer: Answer) -> bool:
    """Tell whether a field says explicitly that it does not apply."""
    return bool(answer.text) and not answer.items and speaks_of("not_applicable", answer.text)


def says_nothing(answer: Answer) -> bool:
    """Tell whether an optional field says that there is nothing to add: ``No additional comments.``"""
    short = len(answer.words) < 60 and not re.search(r"\d", answer.words)
    optional = FIELDS[answer.id].kind == "optional" or answer.id == "1.3.g"
    return optional and short and not answer.items and speaks_of("nothing", answer.text)


def every(items: Iterable[Item], has: Callable[[Item], object], what: str) -> Finding:
    """Say that a metric holds where each item has something, and name the first that does not."""
    entries = list(items)
    for item in entries:
        if not has(item):
            return fails(f"no {what} of {shown(item.name or item.words)}")
    return holds(f"{what} of each") if entries else fails("nothing is listed")


def shown(text: str, length: int = 60) -> str:
    """Return the beginning of a text, in quotes, on one line."""
    line = " ".join(text.split())
    return f"“{line if len(line) <= length else line[: length - 1].rstrip() + '…'}”"


def _by_standing(summary: Summary, field_id: str) -> Finding | None:
    """Answer every metric of a field that is open, does not apply, or is nothing but a link."""
    answer = summary[field_id]
    if not answer.stated:
        return fails("nothing is stated")
    if is_not_applicable(answer):
        return _explicitly_not(summary, answer)
    if field_id not in _MAY_BE_A_LINK and _is_link_alone(answer):
        return fails(f"a link stands in place of an answer: {shown(answer.links[0])}")
    return None


def _explicitly_not(summary: Summary, answer: Answer) -> Finding:
    said = shown(answer.text)
    if answer.id not in _MAY_NOT_APPLY:
        return fails(f"the form asks this of everybody, and it says {said}")
    questions = _QUESTIONS.get(answer.id, ("2.3.a",) if answer.id.startswith("2.3.") else ())
    asked = [question for question in questions if summary[question].yes is not False]
    kind = FIELDS[answer.id].kind
    if asked and (kind in {"checkboxes", "domains"} or answer.id in {"2.3.b", "2.3.c", "2.3.d", "2.3.e", "2.3.f"}):
        return fails(f"{asked[0]} is not answered with No, and this says {said}")
    if len(_REASON.sub("", plain(answer.text))) < 10:
        return fails(f"it says {said} without a reason")
    return not_applicable(said)


def _is_link_alone(answer: Answer) -> bool:
    """Tell whether nothing is left without the addresses but a few words that point at them."""
    if not answer.links or any(item.name for item in answer.items):
        return False
    rest = plain(URL.sub(" ", answer.words))
    words = len(re.findall(r"\w{2,}", rest))
    if _POINTS_AWAY.search(rest):
        return words < 8
    return words < (1 if answer.id in _NAMES else 3)


def _placed_before(summary: Summary) -> bool:
    dates = FULL_DATE.findall(summary["1.2.c"].words)
    return bool(dates) and dates[0][::-1] < (
        f"{APPLICABLE_FROM:%Y}",
        f"{APPLICABLE_FROM:%m}",
        f"{APPLICABLE_FROM:%d}",
    )
