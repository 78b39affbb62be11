"""What the manifests and the list of sources decide: the summary is computed anew from the project, and compared.

Lists of crawlers, services, models and known datasets are compared with the project file's sources: a name of theirs
that the document lacks is a defect; whether the sources are all there are, only people know.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING

from datasummary.documents.template import MODALITY_LABELS, SIZE_RANGES
from datasummary.quality.checks import Finding, fails, holds, is_not_applicable, not_applicable, shown
from datasummary.quality.reading import Summary, summary_of
from datasummary.quality.vocabulary import language_codes, months, plain

if TYPE_CHECKING:
    from datasummary.project import Project

__all__ = ["compared", "computed_anew"]

_QUESTIONS = {
    f"F{field_id}.2": field_id
    for field_id in ("2.1.a", "2.2.1.a", "2.2.2.a", "2.3.a", "2.4.a", "2.4.b", "2.5.a", "2.6.a")
}
_BOXES = {
    "F1.3.a.2": "1.3.a",
    **{f"F{field_id}.2": field_id for field_id in ("2.1.b", "2.2.1.b", "2.2.2.b", "2.3.g", "2.4.d", "2.5.b")},
}
_NAMES = {
    "F2.1.c.2": "2.1.c",
    "F2.2.2.c.2": "2.2.2.c",
    "F2.3.b.4": "2.3.b",
    "F2.4.c.3": "2.4.c",
    "F2.5.c.3": "2.5.c",
}
_SHARE = re.compile(r"(\d+(?:[.,]\d+)?)\s*%")


def computed_anew(project: Project) -> Summary:
    """Return the summary that the project gives now; nothing is written.

    Raises :class:`~datasummary.errors.DataError` where the inventory is not that of the manifests as they are now.
    """
    from datasummary.documents.summary import build_summary
    from datasummary.render.json_documents import summary_json
    from datasummary.runs import require_current

    require_current(project)
    return summary_of(json.loads(summary_json(build_summary(project))))


def compared(summary: Summary, anew: Summary) -> dict[str, Finding]:
    """Answer the metrics that the manifests decide, by the summary computed anew."""
    comparisons: dict[str, tuple[str, Callable[[Summary, Summary], Finding]]] = {
        **{metric: (field_id, _same_answer(field_id)) for metric, field_id in _QUESTIONS.items()},
        **{metric: (field_id, _same_boxes(field_id)) for metric, field_id in _BOXES.items()},
        **{metric: (field_id, _all_names(field_id)) for metric, field_id in _NAMES.items()},
        "F1.3.b.3": ("1.3.b", _same_ranges),
        "F1.3.b.6": ("1.3.b", _same_other),
        "F1.3.b.7": ("1.3.b", _other_covered),
        "F1.3.d.4": ("1.3.d", _same_latest),
        "F1.3.e.4": ("1.3.e", _same_languages),
        "F2.3.e.5": ("2.3.e", _same_period),
        "F2.3.h.2": ("2.3.h", _same_domains),
    }
    found = {}
    for metric, (field_id, compare) in comparisons.items():
        if is_not_applicable(anew[field_id]):
            said = is_not_applicable(summary[field_id])
            found[metric] = (
                not_applicable("by the sources this does not apply")
                if said
                else fails(
                    "by the sources this does not apply, and it does not say so",
                    f'in {field_id}, write "Not applicable:" and why',
                )
            )
        elif not summary[field_id].stated:
            found[metric] = fails("nothing is stated")
        else:
            found[metric] = compare(summary, anew)
    return found


def _same_answer(field_id: str) -> Callable[[Summary, Summary], Finding]:
    def compare(summary: Summary, anew: Summary) -> Finding:
        said, right = summary[field_id].yes, anew[field_id].yes
        word = "Yes" if right else "No"
        return holds(f"{word} by the sources") if said is right else fails(f"by the sources it is {word}")

    return compare


def _same_boxes(field_id: str) -> Callable[[Summary, Summary], Finding]:
    def compare(summary: Summary, anew: Summary) -> Finding:
        said, right = summary[field_id].ticked or frozenset(), anew[field_id].ticked or frozenset()
        labels = ", ".join(MODALITY_LABELS[m] for m in MODALITY_LABELS if m in right)
        return holds(f"{labels} by the sources") if said == right else fails(f"by the sources it is {labels}")

    return compare


def _all_names(field_id: str) -> Callable[[Summary, Summary], Finding]:
    def compare(summary: Summary, anew: Summary) -> Finding:
        told = plain(summary[field_id].words)
        absent = [name for name in anew[field_id].names if plain(name) not in told]
        if absent:
            return fails(f"{len(absent)} of the sources' are not there: {shown(', '.join(absent))}")
        return holds(f"all {len(anew[field_id].names)} of the sources' are there")

    return compare


def _same_ranges(summary: Summary, anew: Summary) -> Finding:
    for row in anew["1.3.b"].sizes:
        if row.modality == "other":
            continue
        said = next((size for size in summary["1.3.b"].sizes if size.modality == row.modality), None)
        label = MODALITY_LABELS[row.modality]
        if said is None:
            return fails(f"no size of {label}")
        if row.place is not None and said.place != row.place:
            right = SIZE_RANGES[row.modality].labels[row.place]
            return fails(
                f"{label} is {shown(right)} by the manifests, and it says {shown(said.range or said.approximate)}"
            )
        if row.place is None and _amount(said.approximate) != _amount(row.approximate):
            return fails(f"{label} is {shown(row.approximate)} by the manifests")
    return holds("the ranges that the data falls into")


def _other(summary: Summary) -> str:
    return next((size.approximate for size in summary["1.3.b"].sizes if size.modality == "other"), "")


def _same_other(summary: Summary, anew: Summary) -> Finding:
    said, right = _other(summary), _other(anew)
    if not right and not said:
        return not_applicable("there is no modality Other")
    if _amount(said) == _amount(right):
        return holds(shown(right))
    return fails(f"by the manifests it is {shown(right)}" if right else "by the sources there is no modality Other")


def _other_covered(summary: Summary, anew: Summary) -> Finding:
    right = _other(anew)
    if not right:
        return not_applicable("there is no modality Other")
    return holds(shown(_other(summary))) if _other(summary) else fails(f"nothing on {shown(right)}")


def _amount(text: str) -> Fraction | None:
    """Read the last number of an approximate size, with the word that scales it: ``52 million documents``."""
    scales = {"million": 10**6, "billion": 10**9, "milliard": 10**9, "trillion": 10**12, "billions": 10**9}
    found = re.findall(r"(\d+(?:[ \u00a0\u202f]\d{3})*(?:[.,]\d+)?)\s*([^\W\d_]+)?", text)
    if not found:
        return None
    number, word = found[-1]
    value = Fraction(re.sub(r"\s", "", number).replace(",", "."))
    return value * scales.get(plain(word).rstrip("s"), 1)


def _same_latest(summary: Summary, anew: Summary) -> Finding:
    right = max(month for month, _ in months(anew["1.3.d"].words)) if months(anew["1.3.d"].words) else None
    said = [month for month, _ in months(summary["1.3.d"].words)]
    if right is None:
        return not_applicable("the sources give no date")
    return holds(right) if said and max(said) == right else fails(f"by the sources it is {right}")


def _same_period(summary: Summary, anew: Summary) -> Finding:
    right = sorted(month for month, _ in months(anew["2.3.e"].words))
    said = sorted(month for month, _ in months(summary["2.3.e"].words))
    if not right:
        return not_applicable("the sources give no dates")
    if said and (said[0], said[-1]) == (right[0], right[-1]):
        return holds(f"{right[0]} to {right[-1]}")
    return fails(f"by the sources it is {right[0]} to {right[-1]}")


def _same_languages(summary: Summary, anew: Summary) -> Finding:
    said, right = _shares(summary), _shares(anew)
    codes = set(language_codes(summary["1.3.e"].words))
    if absent := set(language_codes(anew["1.3.e"].words)) - codes:
        return fails(f"{len(absent)} languages of the data are not named: {', '.join(sorted(absent)[:8])}")
    for code, share in right.items():
        if code in said and abs(said[code] - share) > Fraction(1, 10):
            return fails(f"the share of {code} is {float(share):.1f} % by the manifests, not {float(said[code]):.1f} %")
    return holds(f"{len(codes)} languages, with the shares of the data")


def _shares(summary: Summary) -> dict[str, Fraction]:
    found = {}
    for item in summary["1.3.e"].items:
        codes, share = language_codes(item.name), _SHARE.search(item.text)
        if len(codes) == 1 and share:
            found[codes[0]] = Fraction(share[1].replace(",", "."))
    return found


def _same_domains(summary: Summary, anew: Summary) -> Finding:
    said, right = summary.domains, anew.domains
    if said == right:
        return holds(f"{len(right)} domains, by rank")
    if not said:
        return fails("there is no list to compare")
    strange, absent = set(said) - set(right), set(right) - set(said)
    if not strange and not absent:
        return fails("the domains are right, but not in the order of their rank")
    return fails(f"{len(absent)} domains of the data are not listed, {len(strange)} listed ones are not among them")
