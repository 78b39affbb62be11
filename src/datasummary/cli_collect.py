"""The command that brings evidence into a project's archive."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from datasummary.cli_options import (
    DEFAULT_PROJECT,
    Json,
    ProjectFile,
    Quiet,
    load,
    print_json,
    say,
    say_lines,
)
from datasummary.errors import ProjectError

if TYPE_CHECKING:
    from datasummary.evidence.intake import Intake
    from datasummary.project import Project

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command(
        epilog="""Examples:

\b
  datasummary collect --dry-run                         (the plan of visits; contacts nobody)
  datasummary collect --hosts hosts.txt --max-age 30
  datasummary collect --from robots.warc.gz --inventory-only
  datasummary collect --from robots.parquet --captured 2019-06-30
  datasummary collect --requests requests.csv"""
    )(collect)


def collect(
    from_: Annotated[
        list[str] | None,
        typer.Option("--from", metavar="FILE…", help="WARC files, and tables with host or url, and body."),
    ] = None,
    more: Annotated[list[str] | None, typer.Argument(metavar="", hidden=True)] = None,
    requests: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Requests of rightsholders: CSV with domain, date, reference.")
    ] = None,
    captured: Annotated[
        str | None, typer.Option(metavar="DATE", help="When the rows of tables were captured that do not say so.")
    ] = None,
    inventory_only: Annotated[
        bool, typer.Option("--inventory-only", help="Keep only hosts of the inventory, and what they redirect to.")
    ] = False,
    hosts: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Visit these hosts, one a line, not those of the inventory.")
    ] = None,
    max_age: Annotated[
        float | None, typer.Option(min=0, metavar="DAYS", help="Fetch again what is older; a day by default.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan of visits, and contact nobody.")] = False,
    processes: Annotated[int | None, typer.Option(min=1, metavar="N", help="Processes; one a core by default.")] = None,
    threads: Annotated[int, typer.Option(min=1, metavar="N", help="Threads in each process.")] = 32,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Also contact loopback and private addresses.")
    ] = False,
    project: ProjectFile = DEFAULT_PROJECT,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Visit the hosts of the inventory and keep what they say; or, with --from, take it in from files.

    Sites are visited only with an agent and a contact in the project file (collect:), and always politely.
    """
    if more and not from_:
        raise ProjectError(f"{more[0]}: say --from before the files to collect from")
    if not (from_ or requests):
        settings = {"max_age": max_age, "processes": processes, "threads": threads, "allow_private": allow_private}
        _visit(load(project), hosts, dry_run, as_json, quiet, settings)
        return
    from datasummary.evidence.intake import collect as take_in

    taken = take_in(
        load(project),
        [*(from_ or []), *(more or [])],
        requests=requests,
        captured=captured,
        inventory_only=inventory_only,
        quiet=quiet or as_json,
    )
    if as_json:
        print_json(taken.facts())
    elif not quiet:
        _show(taken)


def _visit(
    project: Project, hosts: Path | None, dry_run: bool, as_json: bool, quiet: bool, settings: dict[str, Any]
) -> None:
    from datasummary.collecting import collect_web, plan_lines, result_lines

    result = collect_web(project, hosts=hosts, dry_run=dry_run, quiet=quiet or as_json, **settings)
    if as_json:
        print_json(dataclasses.asdict(result))
    elif not quiet:
        say_lines(plan_lines(result.plan) if dry_run else result_lines(result))


def _show(taken: Intake) -> None:
    for file in taken.files:
        held = f", {file.there_already:,} there already" if file.there_already else ""
        said = (
            file.state
            if file.state == "unreadable"
            else f"{file.captures:,} new {'capture' if file.captures == 1 else 'captures'}{held}"
        )
        say(f"{file.path}: {said}")
        say_lines(f"  {problem}" for problem in file.problems)
    facts = taken.facts()
    for kind, rows in itertools.groupby(facts["captures"], key=lambda row: row["kind"]):
        say(f"{kind}: " + ", ".join(f"{row['captures']:,} {row['outcome']}" for row in rows))
    if facts["first_captured"]:
        days = dict.fromkeys(str(facts[name])[:10] for name in ("first_captured", "last_captured"))
        say(f"{facts['hosts']:,} hosts, captured {' to '.join(days)}")
    if facts["undated"]:
        has = "capture has" if facts["undated"] == 1 else "captures have"
        say(f"{facts['undated']:,} {has} no date; --captured DATE says when, for tables that do not")
    say(f"The evidence is in {taken.folder}. Next: datasummary audit")
