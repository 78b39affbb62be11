"""The command that compares versions, and what other commands say of versions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from datasummary.cli_options import Json, Quiet, print_json, say

if TYPE_CHECKING:
    from datasummary.versions import Keeping

__all__ = ["register", "say_kept"]

_Summary = Annotated[Path, typer.Argument(help="A public-summary.json, ours or written by hand.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command(
        "diff",
        epilog="""Examples:

\b
  datasummary diff out/public/versions/1.0/public-summary.json out/public/public-summary.json
  datasummary diff old.json new.json --json | jq .domains.added""",
    )(diff)


def diff(before: _Summary, after: _Summary, as_json: Json = False, quiet: Quiet = False) -> None:
    """Say in words what differs between two public summaries, the earlier first.

    A list of domains that is not inside a file is read from the top-domains.csv beside it.
    """
    from datasummary.comparing import diff as compare

    found = compare(before, after)
    if as_json:
        print_json(found.to_json())
    elif not quiet:
        old, new = found.before, found.after
        print(f"Version {new.version} of {new.date}, against version {old.version} of {old.date}:")
        if found.later_first:
            print("The first file is the later one by its date; the earlier goes first.")
        print(*(f"  {sentence}" for sentence in found.sentences()), sep="\n")
        if found.fields:
            print("\nFields that differ:")
        for field in found.fields:
            print(f"  {field.id}  {field.label}")
            if field.before != field.after:
                print(f"    before: {field.before or '(nothing)'}")
                print(f"    after:  {field.after or '(nothing)'}")
        if found.uncompared:
            print(f"\nTexts in two languages, not compared: {', '.join(found.uncompared)}")


def say_kept(keeping: Keeping) -> None:
    """Tell what became of a version that was to be kept."""
    kept = keeping.kept
    if keeping.new:
        say(f"\nVersion {kept.version} is kept in {kept.folder}. It will never be changed; keep a copy elsewhere, too.")
    else:
        say(f"\nVersion {kept.version} is kept in {kept.folder} already, with the same content; it is left as it is.")
