"""The command about the copyright policy."""

from __future__ import annotations

import typer

from datasummary.cli_options import (
    DEFAULT_PROJECT,
    Json,
    ProjectFile,
    Quiet,
    load,
    open_points,
    print_json,
    say,
    say_lines,
)

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command(
        "policy",
        epilog="""Examples:

\b
  datasummary policy
  datasummary policy --json | jq .open""",
    )(policy)


def policy(project: ProjectFile = DEFAULT_PROJECT, as_json: Json = False, quiet: Quiet = False) -> None:
    """Write the copyright policy, a public summary of it, and a feed of changes."""
    from datasummary.documents.copyright_policy import copyright_policy

    result = copyright_policy(load(project))
    if as_json:
        print_json(
            {
                "files": [str(path) for path in result.paths],
                "draft": result.draft,
                "open": [{"asked": item.asked, "key": item.key} for item in result.open],
                "changes": list(result.changes),
                "filtered": list(result.filtered),
            }
        )
        return
    if quiet:
        return
    if result.open:
        say(f"This is a draft: {open_points(len(result.open))}.")
        say_lines(f"  {item.key}: {item.asked}" for item in result.open)
        say("")
    if result.changes:
        say("New in the feed:")
        say_lines(f"  {change}" for change in result.changes)
        say("")
    if result.filtered:
        say(f"Trained on what a filter wrote, by its receipt: {', '.join(result.filtered)}.\n")
    say("Written:")
    say_lines(f"  {path}" for path in result.paths)
    say(f"Open {result.paths[0]} first; {result.paths[2]} is for the public.")
