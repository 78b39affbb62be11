"""The command that grades a public summary."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from datasummary.cli_options import Json, Quiet, load, print_json, say, show_table

__all__ = ["UNDER_THE_MARK", "register"]

UNDER_THE_MARK = 4
"""Exit status where a score is under what ``--fail-under`` asks for."""


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command(
        "check",
        epilog="""Examples:

\b
  datasummary check out/public/public-summary.json
  datasummary check out/public/public-summary.json --project datasummary.yaml --online
  datasummary check theirs.json --questions | less
  datasummary check theirs.json --all > grades.txt
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
    everything: Annotated[bool, typer.Option("--all", help="List what holds and what does not apply, too.")] = False,
    questions: Annotated[bool, typer.Option("--questions", help="List what is for people to decide.")] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Grade a public summary by the 242 published quality metrics."""
    from datasummary.quality.grading import check as look

    found = look(file, load(project) if project else None, online)
    if as_json:
        print_json(found.as_json())
    elif not quiet:
        from datasummary.quality.tables import tables

        for table in tables(found, everything=everything, questions=questions):
            show_table(table)
    if fail_under is not None and not found.reaches(fail_under):
        if not (quiet or as_json):
            say(f"\nUnder {fail_under:g} %.")
        raise typer.Exit(UNDER_THE_MARK)
