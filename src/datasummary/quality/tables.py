"""A grade as tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.table import Table
from rich.text import Text

from datasummary.documents.template import FIELDS
from datasummary.quality.grading import Grade, Graded, Score

__all__ = ["tables"]

_HEADINGS = {
    "document": "The document as a whole",
    "0": "Version and date",
    "1": "1. General information",
    "2.1": "2.1. Publicly available datasets",
    "2.2": "2.2. Private datasets of third parties",
    "2.3": "2.3. Data crawled and scraped",
    "2.4": "2.4. User data",
    "2.5": "2.5. Synthetic data",
    "2.6": "2.6. Other sources",
    "3": "3. Data processing",
}
_RESULTS = {"holds": "holds", "fails": "fails", "not_applicable": "does not apply", "not_checked": "not checked"}
_UNCHECKED = {
    "document": "the document says too little to tell",
    "manifests": "the manifests decide: give --project",
    "network": "the network decides: give --online",
    "people": "people decide: --questions lists what to ask",
}


def tables(found: Grade, *, everything: bool = False, questions: bool = False) -> Iterator[Table | Text]:
    """Give what fails by section, the hints, the sums and the scores; also all results and the questions, if asked."""
    for section, heading in _HEADINGS.items():
        results = [result for result in found.results if result.metric.section == section]
        if everything:
            yield _results(heading, results)
        if failed := sorted((r for r in results if r.result == "fails"), key=lambda r: -r.metric.weight):
            yield _failures(heading, failed)
    if found.hints:
        rows = ((hint.field, Text(f"{hint.what}: “{_safe(hint.words)}”")) for hint in found.hints)
        yield _listed("Hints, which do not count", ("field", "what graders may find fault with"), rows)
    if questions:
        yield _listed("Questions for people", ("metric", "weight", "field, and question"), _questions(found))
    yield _sections(found)
    yield _totals(found)
    yield Text("\n".join(_not_checked(found)))


def _listed(title: str, columns: Iterable[str], rows: Iterable[tuple[str | Text, ...]]) -> Table:
    """A table whose last column takes what the others leave."""
    table = Table(title=Text(title), title_justify="left", expand=True, show_lines=True)
    *narrow, last = columns
    for column in narrow:
        table.add_column(column, justify="right" if column == "weight" else "left", no_wrap=True)
    table.add_column(last, ratio=1, overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def _results(heading: str, results: list[Graded]) -> Table:
    rows = (
        (r.metric.id, str(r.metric.weight), _RESULTS[r.result], Text(f"{r.metric.asks}\n{_safe(r.found)}"))
        for r in results
    )
    return _listed(f"{heading}: all metrics", ("metric", "weight", "result", "asked, and found"), rows)


def _failures(heading: str, failed: list[Graded]) -> Table:
    table = Table(title=Text(f"{heading}: what to mend"), title_justify="left", expand=True, show_lines=True)
    table.add_column("metric", no_wrap=True)
    table.add_column("weight", justify="right")
    table.add_column("asked, and found", ratio=3, overflow="fold")
    table.add_column("how to mend it", ratio=2, overflow="fold")
    for result in failed:
        metric = result.metric
        told = Text.assemble(_safe(metric.asks), "\n", (_safe(result.found), "bold"))
        table.add_row(metric.id, str(metric.weight), told, Text(result.mend))
    return table


def _sections(found: Grade) -> Table:
    table = Table(title="By section, in weight", title_justify="left")
    table.add_column("section")
    for name in _RESULTS.values():
        table.add_column(name, justify="right")
    for section, heading in _HEADINGS.items():
        weights = dict.fromkeys(_RESULTS, 0)
        for result in found.results:
            if result.metric.section == section:
                weights[result.result] += result.metric.weight
        table.add_row(Text(heading), *map(str, weights.values()))
    return table


def _totals(found: Grade) -> Table:
    table = Table(title="Scores", title_justify="left")
    table.add_column("")
    table.add_column("score", justify="right")
    for name in ("held", "checked", "does not apply", "not checked", "in all"):
        table.add_column(name, justify="right")
    for group, score in found.scores.items():
        table.add_row(group, _percent(score), *map(str, _numbers(score)))
    return table


def _numbers(score: Score) -> tuple[int, ...]:
    return score.held, score.checked, score.not_applicable, score.not_checked, score.whole


def _percent(score: Score) -> str:
    """Round down, so that 100 % means that nothing fails."""
    return f"{int(score.score * 1000) / 10:.1f} %" if score.checked else "–"


def _not_checked(found: Grade) -> Iterator[str]:
    for decider, score in found.by_decider.items():
        if score.not_checked:
            yield f"Not checked, {score.not_checked} of the weight: {_UNCHECKED[decider]}."


def _questions(found: Grade) -> Iterator[tuple[str | Text, ...]]:
    for result in found.questions:
        metric = result.metric
        field = f"{metric.field} {FIELDS[metric.field].label}" if metric.field in FIELDS else _HEADINGS[metric.section]
        yield metric.id, str(metric.weight), Text.assemble((field, "dim"), "\n", metric.asks)


def _safe(text: str) -> str:
    """Show control characters, which could steer a terminal, by their escapes."""
    return "".join(sign if sign.isprintable() or sign == "\n" else ascii(sign)[1:-1] for sign in text)
