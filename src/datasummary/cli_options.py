"""What the commands share: their options, and how they print.

Progress and messages go to standard error; standard output is for what was asked for.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from datasummary.project import Project

__all__ = [
    "DEFAULT_PROJECT",
    "Engine",
    "EngineName",
    "Json",
    "MemoryLimit",
    "ProjectFile",
    "Quiet",
    "SkipBadFiles",
    "Threads",
    "load",
    "open_points",
    "print_json",
    "print_table",
    "say",
    "say_lines",
    "show_table",
]


class EngineName(StrEnum):
    """Engines that scan."""

    duckdb = "duckdb"
    spark = "spark"


ProjectFile = Annotated[Path, typer.Option("--project", metavar="FILE", help="The project file.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output, nothing else there.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no messages but errors.")]
Threads = Annotated[int | None, typer.Option(min=1, metavar="N", help="Threads; all cores where not given.")]
MemoryLimit = Annotated[
    str | None, typer.Option(metavar="SIZE", help="Memory the engine may take, such as 4GB; what is over goes to disk.")
]
Engine = Annotated[EngineName, typer.Option(help="Where the manifests are read.")]
SkipBadFiles = Annotated[
    bool, typer.Option("--skip-bad-files", help="Leave out shards that cannot be read; every document says how many.")
]
DEFAULT_PROJECT = Path("datasummary.yaml")


def load(path: Path) -> Project:
    """Read the project file."""
    from datasummary.project import Project

    return Project.load(path)


def open_points(count: int) -> str:
    """Return how many points are open, in words."""
    return "1 point is open" if count == 1 else f"{count:,} points are open"


def say_lines(lines: Iterable[str]) -> None:
    """Print lines as messages."""
    for line in lines:
        say(line)


def say(message: str) -> None:
    """Print a message, on standard error."""
    print(message, file=sys.stderr)


def print_table(table: Any) -> None:
    """Print a table for the terminal, on standard error."""
    from datasummary.progress import console

    console().print(table)


def show_table(table: Any) -> None:
    """Print a table that was asked for, on standard output."""
    from datasummary.progress import console

    console(stderr=False).print(table)


def print_json(value: Any) -> None:
    """Print one JSON document on standard output."""
    print(json.dumps(value, indent=2, ensure_ascii=False, default=str))
