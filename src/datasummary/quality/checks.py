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
    "OVERTURNED_BY",
    "Finding",
    "Result",
    "answered_no",
    "decide",
    "decided_where_asked",
    "decides",
    "every",
    "fails",
    "holds",
    "is_not_applicable",
    "not_applicable",
    "not_checked",
    "overturns",
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
    write: str = ""
    """What to write in the document, where the metric's own advice does not fit."""
    project: str = ""
    """What to do in the project file, where the metric's own advice does not fit."""


def holds(found: str) -> Finding:
    """Say that a metric holds."""
    return Finding("holds", found)


def fails(found: str, write: str = "", project: str = "") -> Finding:
    """Say that a metric fails, and how to mend it where the metric's own advice does not fit."""
    return Finding("fails", found, write, project)


def not_applicable(found: str) -> Finding:
    """Say that a metric does not apply to this summary."""
    return Finding("not_applicable", found)


def not_checked(found: str) -> Finding:
    """Say that nothing here can tell."""
    return Finding("not_checked", found)


Check = Callable[[Summary], Finding]
CHECKS: dict[str, Check] = {}
"""What the document alone decides, by metric."""
OVERTURNED_BY: dict[str, Callable[[Summary], Finding | None]] = {}
"""What makes a metric fail that its check lets hold: something else in the document speaks against it."""


def decides(*ids: str) -> Callable[[Check], Check]:
    """Register a check for metrics that the document alone decides."""

    def register(check: Check) -> Check:
        for metric in ids:
            if METRICS[metric].decided_by != "document" or metric in CHECKS:
                raise ValueError(f"{metric} is decided by {METRICS[metric].decided_by}, or by two checks")
            CHECKS[metric] = check
        return check

    return register


def overturns(*ids: str) -> Callable[[Callable[[Summary], Finding | None]], Callable[[Summary], Finding | None]]:
    """Register what speaks against metrics that hold by their own checks."""

    def register(against: Callable[[Summary], Finding | None]) -> Callable[[Summary], Finding | None]:
        for metric in ids:
            if METRICS[metric].decided_by != "document" or metric in OVERTURNED_BY:
                raise ValueError(f"{metric} is decided by {METRICS[metric].decided_by}, or overturned twice")
            OVERTURNED_BY[metric] = against
        return against

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
_SECRECY = re.compile(
    r"(?<!\bno )(?<!\bnot )(?<!\bwithout )(?<!\baucune )(?<!\baucun )(?<!\bsans )"
    r"(?:\bconfiden[ct]i\w+|\bsecre(?:ts?|cy)\b|\bnda\b|\bnon-disclosure\b|\bundisclosed\b|\bnon divulgu\w+"
    r"|\b(?:commercial|business|competitive|strategic|security)(?:ly)? (?:\w+ )?(?:reasons?|sensitiv\w+)"
    r"|\braisons? (?:\w+ )?(?:commerciales?|concurrentielles?|strategiques?|de securite|de concurrence))"
    r"|(?:\bnot|\bcannot|n't) (?:be )?(?:publicly )?(?:disclos|reveal)\w*"
    r"|\bne (?:pouvons |peut |peuvent |souhaitons |voulons |sont |est )?(?:pas |le |la |les )*(?:divulg|revel)\w*"
)
_WITHHELD = re.compile(
    r"\W*(?:(?:this|it|the|all|is|are|strictly|ces?|cette|informations?|est|sont|strictement) ?)*"
    r"(?:confidential|secret|undisclosed|withheld|not disclosed|confidentiel(?:le)?s?|non divulguee?s?)\W*"
)
"""What an answer is that says nothing but that there is none."""
_NOT_PUBLIC = re.compile(r"\b(?:publicly known|public knowledge|publiquement connu|connue?s? (?:du|au) public|notoire)")
"""What is not public is not asked for in 2.2.2.c and 3.1.c: known datasets, and a policy where it is public."""


def decide(metric: Metric, summary: Summary) -> Finding:
    """Answer a metric that the document alone decides."""
    found = (metric.field in FIELDS and _by_standing(summary, metric.field)) or CHECKS[metric.id](summary)
    if found.result == "holds" and metric.id in OVERTURNED_BY:
        found = OVERTURNED_BY[metric.id](summary) or found
    if found.result == "fails" and metric.field in FIELDS and _gap_justified(summary, metric.field):
        return not_applicable("a gap is stated and justified")
    return found


def decided_where_asked(metric: Metric, summary: Summary, finding: Finding) -> Finding:
    """Let a finding count only where the field is asked for: under a No, nothing gains and nothing loses.

    Where the question before is open, nothing gains either, so that a question left open is never worth more than a No.
    What the manifests find wrong stays wrong under a No, which they may show to be wrong itself.
    """
    before = _asked_before(summary, metric.field)
    if not before or finding.result not in {"holds", "fails"} or "yes" in before:
        return finding
    if all(answer == "no" for answer in before):
        if finding.result == "fails" and metric.decided_by == "manifests":
            return finding
        return not_applicable("not asked: the question before is answered with No")
    if finding.result == "holds":
        return not_checked("the question before is neither Yes nor No, so it cannot be told whether this is asked for")
    return finding


def answered_no(summary: Summary, field_id: str) -> bool:
    """Tell whether a field is not asked for, since the questions before it are all answered with No."""
    before = _asked_before(summary, field_id)
    return bool(before) and all(answer == "no" for answer in before)


def _asked_before(summary: Summary, field_id: str) -> list[Literal["yes", "no", "open"]]:
    """Give the answers to the questions before a field; none where it is asked of everybody."""
    if field_id == "2.3.i":
        listed = summary["2.3.h"]
        return ["no" if is_not_applicable(listed) else "yes" if listed.stated else "open"]
    answers = (summary[question].yes for question in _QUESTIONS.get(field_id, ()))
    return ["open" if yes is None else "yes" if yes else "no" for yes in answers]


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
    if _WITHHELD.fullmatch(plain(answer.words)):
        return fails(f"it is withheld: {shown(answer.words)}", f"answer {field_id}: secrecy is no answer")
    if field_id not in _MAY_BE_A_LINK and _is_link_alone(answer):
        return fails(
            f"a link stands in place of an answer: {shown(answer.links[0])}",
            f"say in {field_id} itself what the link leads to",
        )
    return None


def _explicitly_not(summary: Summary, answer: Answer) -> Finding:
    said = shown(answer.text)
    if answer.id not in _MAY_NOT_APPLY:
        return fails(
            f"the form asks this of everybody, and it says {said}", f"answer {answer.id}: the form asks it of everybody"
        )
    questions = _QUESTIONS.get(answer.id, ("2.3.a",) if answer.id.startswith("2.3.") else ())
    asked = [question for question in questions if summary[question].yes is not False]
    kind = FIELDS[answer.id].kind
    if asked and (kind in {"checkboxes", "domains"} or answer.id in {"2.3.b", "2.3.c", "2.3.d", "2.3.e", "2.3.f"}):
        return fails(
            f"{asked[0]} is not answered with No, and this says {said}",
            f"answer {answer.id}, or answer {asked[0]} with No if that is so",
        )
    reason = _REASON.sub("", plain(answer.text))
    if _SECRECY.search(reason) and answer.id != "3.1.c" and not _NOT_PUBLIC.search(reason):
        return fails(
            f"secrecy is no ground on which the form may go unanswered: {said}",
            f"answer {answer.id}, or say in it what makes the question not apply",
        )
    if len(reason) < 10:
        return fails(
            f"it says {said} without a reason", f'in {answer.id}, write after "Not applicable:" why it does not apply'
        )
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


def _gap_justified(summary: Summary, field_id: str) -> bool:
    """Tell whether a field of a model placed before the duties applied says which efforts were in vain."""
    dates = FULL_DATE.findall(summary["1.2.c"].words)
    before = bool(dates) and dates[0][::-1] < (
        f"{APPLICABLE_FROM:%Y}",
        f"{APPLICABLE_FROM:%m}",
        f"{APPLICABLE_FROM:%d}",
    )
    return before and speaks_of("gap", summary[field_id].text)
