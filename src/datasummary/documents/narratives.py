"""What the provider adds to the computed fields: narratives, justified gaps, accepted texts.

A narrative stands instead of what would be computed, or beside it with ``{append: …}``. Where it contradicts what was
computed, in a yes or no or in a month, nobody can say which is right, and the run stops.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

from datasummary.documents.fields import Field, Listing, OpenPoint, Prose, YesNo, clean, fingerprint
from datasummary.documents.template import FIELDS
from datasummary.errors import ProjectError
from datasummary.project import Narrative, Project
from datasummary.translation import t

__all__ = ["APPLICABLE_FROM", "with_words"]

APPLICABLE_FROM = dt.date(2025, 8, 2)
"""Models placed on the market before may state gaps in what cannot be found out, and justify them (notice, 33)."""

_MONTH = re.compile(r"(?<![\d/])(0[1-9]|1[0-2])/(\d{4})(?!\d)")
_DATED = ("1.3.d", "2.3.e")


def with_words(project: Project, field: Field) -> Field:
    """Return a field with the provider's narrative, gap or acceptance for it.

    Raises :class:`~datasummary.errors.ProjectError` where they contradict what is computed, or one another.
    """
    field = _accepted(project, field)
    narrative = project.narratives.get(field.id)
    if narrative is not None:
        text = clean(narrative.append if isinstance(narrative, Narrative) else narrative)
        _check_months(project, field, text)
        field = _told(project, field, text, beside=isinstance(narrative, Narrative))
    if field.id in project.gaps:
        field = _with_gap(project, field, project.gaps[field.id])
    return field


def _accepted(project: Project, field: Field) -> Field:
    if field.id not in project.accepted or (field.proposed is None and field.origin != "not_applicable"):
        return field
    if field.proposed is not None and project.accepted[field.id] == fingerprint(field.proposed):
        return replace(field, value=Prose(field.proposed), origin="accepted", open=())
    advice = f"the facts changed since a text was accepted; read the new one and `datasummary accept {field.id}`"
    if field.proposed is None:
        advice = f"the facts that the accepted text rested on are gone; remove {field.id} from accepted"
    points = field.open or (OpenPoint(t("to be confirmed by the provider"), advice),)
    return replace(field, open=tuple(replace(point, advice=advice) for point in points))


def _told(project: Project, field: Field, text: str, *, beside: bool) -> Field:
    source = (*field.computed_from, f"narratives.{field.id}")
    if FIELDS[field.id].kind == "yes_no":
        return replace(_answer(project, field, text), computed_from=source)
    says_nothing = field.origin == "not_applicable" and FIELDS[field.id].kind == "optional"
    if beside and not says_nothing:
        return replace(field.add(text), computed_from=source)
    return replace(
        field, value=Prose(text), origin="declared", computed_from=source[-1:], open=(), comment=None, proposed=None
    )


def _answer(project: Project, field: Field, text: str) -> Field:
    """A yes or no with words: they answer what is open, and stand beside what is computed."""
    said, words = _yes_or_no(text)
    if isinstance(field.value, YesNo):
        if said is not None and said != field.value.answer:
            computed = "Yes" if field.value.answer else "No"
            raise ProjectError(
                f"{project.path}: narratives.{field.id} begins with “{text[:40]}”, "
                f"but the sources say {computed}; correct one"
            )
        return field.add(words)
    if said is None:
        return field.add(text)
    return replace(field, value=YesNo(said), origin="declared", open=()).add(words)


def _yes_or_no(text: str) -> tuple[bool | None, str]:
    """Part a text into the yes or no that it begins with, in English or in the language spoken, and the words after."""
    answers = {"yes": True, "no": False, t("Yes").casefold(): True, t("No").casefold(): False}
    first = "|".join(re.escape(word) for word in answers)
    match = re.match(rf"\s*({first})\b(?!-\w)[\s.,:;–—-]*", text, re.IGNORECASE)
    return (answers[match.group(1).casefold()], text[match.end() :]) if match else (None, text)


def _check_months(project: Project, field: Field, text: str) -> None:
    if field.id not in _DATED or field.value is None:
        return
    computed = set(_months(_words(field)))
    for written in _months(text):
        if computed and written not in computed:
            raise ProjectError(
                f"{project.path}: narratives.{field.id} says {written}, but the sources say "
                f"{' to '.join(sorted(computed, key=lambda m: (m[3:], m)))}; correct one"
            )


def _words(field: Field) -> str:
    if isinstance(field.value, Prose):
        return field.value.text
    if isinstance(field.value, Listing):
        return "\n".join([field.value.text or "", *(entry.text or "" for entry in field.value.items)])
    return ""


def _months(text: str) -> list[str]:
    return [f"{number}/{year}" for number, year in _MONTH.findall(text)]


def _with_gap(project: Project, field: Field, reason: str) -> Field:
    if project.model.placed_on_market >= APPLICABLE_FROM:
        raise ProjectError(
            f"{project.path}: gaps.{field.id}: only for models placed on the market before {APPLICABLE_FROM:%d/%m/%Y}; "
            f"this one is dated {project.model.placed_on_market:%d/%m/%Y}. State the information and remove the gap"
        )
    if not field.open:
        raise ProjectError(f"{project.path}: gaps.{field.id}: the field is complete, so there is no gap; remove it")
    gap = t(
        "This information could not be obtained despite best efforts. Justification: {reason}", reason=clean(reason)
    )
    source = (*field.computed_from, f"gaps.{field.id}")
    if field.value is None:
        return replace(field, value=Prose(gap), origin="justified_gap", open=(), computed_from=source)
    return replace(field.add(gap), open=(), computed_from=source)
