"""The command that writes the compliance report."""

from __future__ import annotations

import typer

from datasummary.cli_options import (
    DEFAULT_PROJECT,
    Engine,
    EngineName,
    Json,
    MemoryLimit,
    ProjectFile,
    Quiet,
    Threads,
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
        epilog="""Examples:

\b
  datasummary report
  datasummary report --json | jq .open"""
    )(report)


def report(
    project: ProjectFile = DEFAULT_PROJECT,
    engine: Engine = EngineName.duckdb,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write the copyright-compliance report from the audit, which is made first where something changed."""
    from datasummary.reporting import report as write

    result = write(
        load(project), engine=engine.value, threads=threads, memory_limit=memory_limit, quiet=quiet or as_json
    )
    if as_json:
        open_ = [{"section": section, "what": what} for section, what in result.open]
        print_json({"files": [str(path) for path in result.paths], "open": open_})
    elif not quiet:
        if result.open:
            say(f"{open_points(len(result.open))}:")
            say_lines(f"  {section}  {what}" for section, what in result.open)
        say("\nWritten:")
        say_lines(f"  {path}" for path in result.paths)
        say(f"Open {result.paths[0]} first.")
