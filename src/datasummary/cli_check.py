"""The command that grades a public summary."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from datasummary.cli_options import Json, Quiet, load, print_json, print_table, say, say_lines

if TYPE_CHECKING:
    from rich.table import Table

    from datasummary.quality.grading import Grade, Graded, Score

__all__ = ["UNDER_THE_MARK", "register"]

UNDER_THE_MARK = 4
"""Exit status where a score is under what ``--fail-under`` asks for."""

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
_UNCHECKED = {
    "document": "the document says too little to tell",
    "manifests": "the manifests decide: give --project",
    "network": "the network decides: give --online",
    "people": "people decide: --questions lists what to ask",
}


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command(
        "check",
        epilog="""Examples:

\b
  datasummary check out/public/public-summary.json
  datasummary check out/public/public-summary.json --project datasummary.yaml --online
  datasummary check theirs.json --questions
  datasummary check out/public/public-summary.json --fail-under 95    (status 4 where a score is lower)
  datasummary check out/public/public-summary.json --json | jq .scores""",
    )(check)


def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A public-summary.json, yours or anybody's.")],
    project: Annotated[
        Path | None,
        typer.Option("--project", metavar="FILE", help="Compute anew what its manifests decide, and compare."),
    ] = None,
    online: Annotated[bool, typer.Option("--online", help="Request the links. Without it, nothing is.")] = False,
    fail_under: Annotated[
        float | None,
        typer.Option(min=0, max=100, metavar="PERCENT", help="End with status 4 where either score is lower."),
    ] = None,
    questions: Annotated[bool, typer.Option("--questions", help="List what only people can decide.")] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Grade a public summary by the 242 published quality metrics."""
    from datasummary.quality.grading import check as look

    found = look(file, load(project) if project else None, online)
    if as_json:
        print_json(found.as_json())
    elif not quiet:
        _show(found, questions)
    if fail_under is not None and not found.reaches(fail_under):
        if not (quiet or as_json):
            say(f"\nUnder {fail_under:g} %.")
        raise typer.Exit(UNDER_THE_MARK)


def _show(found: Grade, questions: bool) -> None:
    for section, heading in _HEADINGS.items():
        results = [result for result in found.results if result.metric.section == section]
        if failed := sorted((r for r in results if r.result == "fails"), key=lambda r: -r.metric.weight):
            print_table(_failures(heading, failed))
    if found.hints:
        say("\nHints, which do not count:")
        say_lines(f"  {hint.field}  {hint.what} ({_safe(hint.words)})" for hint in found.hints)
    if questions:
        say("\nQuestions for people:")
        say_lines(_questions(found))
    print_table(_sections(found))
    print_table(_totals(found))
    say_lines(_not_checked(found))


def _failures(heading: str, failed: list[Graded]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(f"{heading}: what to mend"), title_justify="left", expand=True, show_lines=True)
    table.add_column("metric", no_wrap=True)
    table.add_column("weight", justify="right")
    table.add_column("asked", ratio=3)
    table.add_column("found", ratio=3)
    table.add_column("how to mend it", ratio=3)
    for result in failed:
        metric = result.metric
        cells = (metric.id, str(metric.weight), metric.asks, result.found, result.mend)
        table.add_row(*(Text(_safe(cell)) for cell in cells))
    return table


def _sections(found: Grade) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(title="By section, in weight", title_justify="left")
    table.add_column("section")
    for name in ("holds", "fails", "does not apply", "not checked"):
        table.add_column(name, justify="right")
    for section, heading in _HEADINGS.items():
        weights = dict.fromkeys(("holds", "fails", "not_applicable", "not_checked"), 0)
        for result in found.results:
            if result.metric.section == section:
                weights[result.result] += result.metric.weight
        table.add_row(Text(heading), *map(str, weights.values()))
    return table


def _totals(found: Grade) -> Table:
    from rich.table import Table

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


def _questions(found: Grade) -> Iterator[str]:
    for result in found.questions:
        metric = result.metric
        yield f"  {metric.id} ({metric.field}, weight {metric.weight}): {metric.asks}"


def _safe(text: str) -> str:
    """Show control characters, which could steer a terminal, by their escapes."""
    return "".join(sign if sign.isprintable() or sign == "\n" else ascii(sign)[1:-1] for sign in text)
