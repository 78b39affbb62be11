"""Grades a summary: a result for every metric, a score for each of the two groups, and what was not checked.

>>> graded = check("out/public/public-summary.json")  # doctest: +SKIP
>>> graded.scores["transparency"].score  # doctest: +SKIP
0.98
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from datasummary.quality import (
    check_content,
    check_crawled,
    check_datasets,
    check_document,
    check_general,
    check_other,
    check_processing,
    contradictions,
)
from datasummary.quality.checks import Finding, Result, decide, decided_where_asked, not_checked
from datasummary.quality.hints import Hint, hints_of
from datasummary.quality.metrics import GROUPS, METRICS, DecidedBy, Group, Metric
from datasummary.quality.reading import Summary, read_summary
from datasummary.quality.recomputed import compared, computed_anew

if TYPE_CHECKING:
    from datasummary.project import Project
    from datasummary.quality.online import Links

__all__ = ["Grade", "Graded", "Score", "check", "grade"]

_REGISTERED = (
    check_document,
    check_general,
    check_content,
    check_datasets,
    check_crawled,
    check_other,
    check_processing,
    contradictions,
)
"""Modules whose import registers their checks."""

_NOT_CHECKED = {
    "manifests": "needs the project: --project",
    "network": "needs the network: --online",
    "people": "a question for people",
}


@dataclass(frozen=True)
class Graded:
    """One metric's result."""

    metric: Metric
    result: Result
    found: str
    write: str = ""
    """What to write in the document, where the metric's own advice does not fit what was found."""
    project: str = ""
    """What to do in the project file, likewise."""

    @property
    def mend(self) -> str:
        """What to write in the document, and what to do in the project file; empty unless the metric fails."""
        return self.metric.mend_by(self.write, self.project) if self.result == "fails" else ""


@dataclass(frozen=True)
class Score:
    """How one group of metrics came out, in weight."""

    held: int
    failed: int
    not_applicable: int
    not_checked: int

    @property
    def checked(self) -> int:
        """Weight that was checked and applies."""
        return self.held + self.failed

    @property
    def whole(self) -> int:
        """Weight of all metrics of the group."""
        return self.checked + self.not_applicable + self.not_checked

    @property
    def score(self) -> float:
        """Share of the checked weight that holds, from 0 to 1; 0 where nothing was checked."""
        return self.held / self.checked if self.checked else 0.0


@dataclass(frozen=True)
class Grade:
    """A summary's results."""

    path: str
    results: tuple[Graded, ...]
    """All 242, in the published order."""
    hints: tuple[Hint, ...]
    """What graders find fault with; it does not count."""

    @property
    def scores(self) -> Mapping[Group, Score]:
        """The two grades."""
        return {
            group: _score(r for r in self.results if r.metric.group == group)
            for group in cast("tuple[Group]", tuple(GROUPS))
        }

    @property
    def by_decider(self) -> Mapping[DecidedBy, Score]:
        """The same by who decides."""
        deciders: tuple[DecidedBy, ...] = ("document", "manifests", "network", "people")
        return {decider: _score(r for r in self.results if r.metric.decided_by == decider) for decider in deciders}

    @property
    def failed(self) -> tuple[Graded, ...]:
        """Metrics that fail."""
        return tuple(result for result in self.results if result.result == "fails")

    @property
    def questions(self) -> tuple[Graded, ...]:
        """Metrics that are for people, and those of which the document says too little to tell."""
        return tuple(
            result
            for result in self.results
            if result.metric.decided_by == "people"
            or (result.metric.decided_by == "document" and result.result == "not_checked")
        )

    def reaches(self, percent: float) -> bool:
        """Tell whether both groups reach a percentage."""
        return all(score.score * 100 >= percent for score in self.scores.values())

    def as_json(self) -> dict[str, Any]:
        """Give everything as plain data."""
        return {
            "file": self.path,
            "scores": {group: _numbers(score) for group, score in self.scores.items()},
            "decided_by": {decider: _numbers(score) for decider, score in self.by_decider.items()},
            "metrics": [
                {
                    "id": r.metric.id,
                    "field": r.metric.field,
                    "dimension": r.metric.dimension,
                    "weight": r.metric.weight,
                    "decided_by": r.metric.decided_by,
                    "asks": r.metric.asks,
                    "result": r.result,
                    "found": r.found,
                    "mend": r.mend or None,
                }
                for r in self.results
            ],
            "hints": [vars(hint) for hint in self.hints],
        }


def check(path: str | Path, project: Project | None = None, online: bool = False) -> Grade:
    """Grade a ``public-summary.json``.

    With a project, what its manifests and list of sources decide is computed anew and compared; ``online``, links are
    requested. Raises :class:`~datasummary.errors.DataError` where the file is no summary, or the project's inventory is
    not that of its manifests as they are now.
    """
    from datasummary.quality.online import Links

    links = Links(project.collect if project else None) if online else None
    summary = read_summary(Path(path))
    return grade(summary, anew=computed_anew(project) if project else None, links=links, path=str(path))


def grade(summary: Summary, *, anew: Summary | None = None, links: Links | None = None, path: str = "summary") -> Grade:
    """Grade a summary that was read.

    ``anew`` is the summary that its project gives now; ``links`` requests addresses, and without it nothing is.
    """
    from datasummary.quality.online import link_hints, over_the_network

    decided: dict[str, Finding] = compared(summary, anew) if anew else {}
    hints = list(hints_of(summary))
    if links:
        decided |= over_the_network(summary, links)
        hints += link_hints(summary, links)
    results = []
    for metric in METRICS.values():
        found = decide(metric, summary) if metric.decided_by == "document" else decided.get(metric.id)
        finding = decided_where_asked(metric, summary, found or not_checked(_NOT_CHECKED[metric.decided_by]))
        results.append(Graded(metric, finding.result, finding.found, finding.write, finding.project))
    return Grade(path, tuple(results), tuple(hints))


def _score(results: Iterable[Graded]) -> Score:
    weights: dict[Result, int] = {"holds": 0, "fails": 0, "not_applicable": 0, "not_checked": 0}
    for result in results:
        weights[result.result] += result.metric.weight
    return Score(weights["holds"], weights["fails"], weights["not_applicable"], weights["not_checked"])


def _numbers(score: Score) -> dict[str, Any]:
    return {**vars(score), "checked": score.checked, "weight": score.whole, "score": round(score.score, 4)}
