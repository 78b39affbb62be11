"""Findings from what a text says of something, one text or each entry of a list."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from datasummary.quality.checks import Finding, fails, holds, not_checked, shown
from datasummary.quality.statements import Told
from datasummary.quality.values import Item

__all__ = ["each", "judged"]


def judged(how: Told, what: str, text: str) -> Finding:
    """Give the finding for what a text says of something; what it only mentions is for people to judge."""
    if how == "said":
        return holds(f"it speaks of {what}")
    if how == "refused":
        return fails(f"it declines to tell of {what}: {shown(text)}")
    if how == "vague":
        return not_checked(f"it mentions {what}; whether it says enough is a question for people: {shown(text)}")
    return fails(f"nothing on {what}")


def each(items: Iterable[Item], how: Callable[[Item], Told], what: str) -> Finding:
    """Say that a metric holds where each entry says something, and name the entry that says least."""
    entries = [(how(item), item) for item in items]
    for least in ("silent", "refused", "vague"):
        for said, item in entries:
            if said == least:
                name = shown(item.name or item.words)
                if said == "vague":
                    return not_checked(f"{name} only mentions it; people must judge the {what}")
                return fails(f"no {what} of {name}" + (", which declines to tell" if said == "refused" else ""))
    return holds(f"{what} of each") if entries else fails("nothing is listed")
