"""What changed from one kept version to the next, in sentences and in names."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from datasummary.comparing import compare
from datasummary.documents.changes import sentences
from datasummary.site.reading import Edition, Published
from datasummary.translation import speaking, t

__all__ = ["NAMES_SHOWN", "Step", "history"]

NAMES_SHOWN = 500
"""How many domain names that came or went a page lists; the CSV files of both versions hold all."""


@dataclass(frozen=True)
class Step:
    """One version, told against the one before."""

    edition: Edition
    since: str | None
    """The version before; None for the first that is kept."""
    sentences: tuple[str, ...]
    """At least one."""
    added: tuple[str, ...] = ()
    """All domain names that are new on the list, by rank."""
    removed: tuple[str, ...] = ()


def history(site: Published) -> tuple[Step, ...]:
    """Return the kept versions with what changed, the latest first."""
    with speaking(site.language):
        first = site.editions[0]
        steps = [Step(first, None, (t("This is the first version that is published here."),))]
        for before, after in pairwise(site.editions):
            found = compare(before.content, after.content)
            names = found.domains
            steps.append(
                Step(
                    after,
                    before.kept.version,
                    sentences(found),
                    names.added if names else (),
                    names.removed if names else (),
                )
            )
    return tuple(reversed(steps))
