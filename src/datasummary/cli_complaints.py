"""The commands of the register of complaints: complaints add, list and close."""

from __future__ import annotations

import datetime as dt
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from datasummary.cli_options import DEFAULT_PROJECT, Json, ProjectFile, Quiet, load, print_json, say_lines
from datasummary.errors import ProjectError

if TYPE_CHECKING:
    from datasummary.complaints import Complaint

__all__ = ["register"]

Received = Annotated[str, typer.Option(metavar="DAY", help="Day on which it was received, such as 2026-02-10.")]
Due = Annotated[str | None, typer.Option(metavar="DAY", help="Day until which an answer is due.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    commands = typer.Typer(
        name="complaints",
        help="Keep the register of complaints: complaints.jsonl beside the project file.",
        epilog="Begin with: datasummary complaints add --help",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    commands.command(
        "add",
        epilog="""Example:

\b
  datasummary complaints add --from "Example Press" --about "Articles behind our paywall" \\
    --received 2026-02-10 --due 2026-03-10 --name example.com""",
    )(add)
    commands.command(
        "list",
        epilog="""Examples:

\b
  datasummary complaints list --open
  datasummary complaints list --csv > complaints.csv""",
    )(list_)
    commands.command(
        "close",
        epilog="""Example:

\b
  datasummary complaints close 1 --on 2026-02-20 --outcome "Left out from version 2 on; told on the same day" """,
    )(close)
    app.add_typer(commands)


def add(
    sender: Annotated[str, typer.Option("--from", metavar="WHO", help="Who complains.")],
    about: Annotated[str, typer.Option(metavar="TEXT", help="What about, in a few words.")],
    received: Received,
    due: Due = None,
    name: Annotated[
        list[str] | None, typer.Option(metavar="DOMAIN|URL", help="A site that it names; may be repeated.")
    ] = None,
    project: ProjectFile = DEFAULT_PROJECT,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Add a complaint."""
    from datasummary import complaints

    loaded = load(project)
    added = complaints.add(
        loaded,
        sender=sender,
        about=about,
        received=_day("--received", received),
        due=_day("--due", due) if due else None,
        names=name or (),
    )
    _show(complaints.read_register(loaded).problems, added, f"Complaint {added.number} is added.", as_json, quiet)


def list_(
    open_: Annotated[bool, typer.Option("--open", help="Only those that are not closed.")] = False,
    on: Annotated[
        str | None, typer.Option(metavar="DAY", help="Day as at which to tell what is overdue; else summary.date.")
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print them as CSV.")] = False,
    project: ProjectFile = DEFAULT_PROJECT,
    as_json: Json = False,
) -> None:
    """List complaints, and count them."""
    from datasummary import complaints
    from datasummary.render.complaints_csv import complaints_csv, state

    if as_csv and as_json:
        raise ProjectError("--csv and --json do not go together; choose one of them")
    loaded = load(project)
    day = _day("--on", on) if on else loaded.summary.date
    register_ = complaints.read_register(loaded)
    shown = [each for each in register_.complaints if not (open_ and each.closed)]
    say_lines(register_.problems)
    counted = complaints.counts(loaded, day)
    if as_json:
        rows = [{**_record(each), "state": state(each, day)} for each in shown]
        print_json({"as_at": day, "counts": counted, "complaints": rows, "problems": register_.problems})
    elif as_csv:
        sys.stdout.write(complaints_csv(shown, day))
    else:
        for each in shown:
            due = f", due {each.due}" if each.due else ""
            what = " ".join(f"{each.sender}: {each.about}".split())
            print(f"{each.number}  {state(each, day)}  received {each.received}{due}  {what}")
            if each.names:
                print(f"   {', '.join(each.names)}")
            if each.closed:
                print(f"   closed {each.closed}: {' '.join(str(each.outcome).split())}")
        print(", ".join(f"{name} {count:,}" for name, count in counted.items()) + f" as at {day}")


def close(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="The complaint's number.")],
    on: Annotated[str, typer.Option(metavar="DAY", help="Day on which it was closed.")],
    outcome: Annotated[str, typer.Option(metavar="TEXT", help="What was done and answered.")],
    project: ProjectFile = DEFAULT_PROJECT,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Close a complaint."""
    from datasummary import complaints

    loaded = load(project)
    closed = complaints.close(loaded, number, on=_day("--on", on), outcome=outcome)
    _show(complaints.read_register(loaded).problems, closed, f"Complaint {number} is closed.", as_json, quiet)


def _show(problems: tuple[str, ...], complaint: Complaint, told: str, as_json: bool, quiet: bool) -> None:
    say_lines(problems)
    if as_json:
        print_json(_record(complaint))
    elif not quiet:
        say_lines([told])


def _record(complaint: Complaint) -> dict[str, Any]:
    record = dict(vars(complaint))
    return {"number": record.pop("number"), "from": record.pop("sender"), **record}


def _day(option: str, text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ProjectError(f"{option} {text}: give a day such as 2026-02-10") from None
