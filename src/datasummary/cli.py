"""The commands: parse, call, print.

Exit status: 0 done; 2 usage or project file; 3 input data; 130 interrupted, to be resumed by the same command. 1 only
ever means a bug.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from datasummary import __version__
from datasummary.errors import DatasummaryError, Interrupted, ProjectError

if TYPE_CHECKING:
    from datasummary.documents.summary import SummaryResult
    from datasummary.project import Project
    from datasummary.tables import Inventory

__all__ = ["app", "main"]

app = typer.Typer(
    name="datasummary",
    help="From the manifests of an AI model's training data to the public summary that EU law asks for.",
    epilog="Begin with: datasummary init demo --example && cd demo && datasummary run",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class EngineName(StrEnum):
    """Engines that scan."""

    duckdb = "duckdb"
    spark = "spark"


class SchemaName(StrEnum):
    """Documents that have a schema."""

    project = "project"
    summary = "summary"


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


def _version(value: bool) -> None:
    if value:
        typer.echo(f"datasummary {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command(epilog="Example: datasummary init demo --example")
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write into; made where it does not exist.")],
    example: Annotated[bool, typer.Option("--example", help="A complete project with made-up data.")] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write a commented project file, or a complete example."""
    from datasummary.example import init as write

    paths = write(folder, example=example)
    if as_json:
        _print_json({"files": [str(path) for path in paths]})
    elif not quiet:
        _say(f"{paths[0]} is written" + (f", with data in {len(paths) - 1} files beside it." if example else "."))
        then = "run" if example else "scan"
        _say(f"Next: {'' if example else 'fill it in, then: '}datasummary {then} --project {paths[0]}")


@app.command(epilog="Example: datasummary schema project > datasummary.schema.json")
def schema(
    which: Annotated[SchemaName, typer.Argument(help="Of the project file, or of public-summary.json.")] = (
        SchemaName.project
    ),
) -> None:
    """Print a JSON Schema: editors complete and check the project file by it."""
    from datasummary.runs import schema as give

    _print_json(give(which.value))


@app.command(
    epilog="""Examples:

\b
  datasummary scan --threads 8 --memory-limit 16GB
  datasummary scan --part 17/512 --into s3://bucket/parts    (on any machine)
  datasummary scan --merge s3://bucket/parts"""
)
def scan(
    project: ProjectFile = DEFAULT_PROJECT,
    engine: Engine = EngineName.duckdb,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    skip_bad_files: SkipBadFiles = False,
    part: Annotated[str | None, typer.Option(metavar="I/N", help="Scan only this part of every source.")] = None,
    into: Annotated[str | None, typer.Option(metavar="URI", help="Where a part's results go.")] = None,
    merge: Annotated[str | None, typer.Option(metavar="URI", help="Take in parts that were scanned elsewhere.")] = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Scan the manifests into the inventory. Only what is new or changed is read."""
    from datasummary import inventory as scanning

    loaded = _load(project)
    settings: dict[str, Any] = {
        "engine": engine.value,
        "threads": threads,
        "memory_limit": memory_limit,
        "quiet": quiet or as_json,
    }
    if part or into:
        shards = scanning.scan_part(loaded, _part(part, into), str(into), **settings)
        if as_json:
            _print_json({"part": part, "into": into, "shards": shards})
        elif not quiet:
            _say(f"Part {part}: {shards:,} shards, results in {into}. When all parts are there: scan --merge {into}")
        return
    if merge:
        taken = scanning.merge(loaded, merge)
        if not (quiet or as_json):
            _say(f"{taken:,} batches taken in from {merge}.")
    found = scanning.scan(loaded, skip_bad_files=skip_bad_files, **settings)
    _show_inventory(found, as_json, quiet)


@app.command(epilog="Example: datasummary summary --json | jq .open")
def summary(project: ProjectFile = DEFAULT_PROJECT, as_json: Json = False, quiet: Quiet = False) -> None:
    """Write the public summary of training content from the inventory."""
    from datasummary.runs import summary as write

    _show_summary(write(_load(project)), as_json, quiet)


@app.command(epilog="Example: datasummary run --project demo/datasummary.yaml")
def run(
    project: ProjectFile = DEFAULT_PROJECT,
    engine: Engine = EngineName.duckdb,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    skip_bad_files: SkipBadFiles = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Scan what is new, then write the public summary."""
    from datasummary.documents.summary import write_summary
    from datasummary.inventory import scan as scan_project

    loaded = _load(project)
    found = scan_project(
        loaded,
        engine=engine.value,
        threads=threads,
        memory_limit=memory_limit,
        skip_bad_files=skip_bad_files,
        quiet=quiet or as_json,
    )
    if not as_json:
        _show_inventory(found, as_json=False, quiet=quiet)
    _show_summary(write_summary(loaded), as_json, quiet)


@app.command(epilog="Example: datasummary status --json | jq .inventory")
def status(project: ProjectFile = DEFAULT_PROJECT, as_json: Json = False, quiet: Quiet = False) -> None:
    """Say what is done, stale or still to do. Reads no manifest."""
    from datasummary.status import status as look

    loaded = _load(project)
    found = look(loaded)
    if as_json:
        sources = [vars(item) for item in found.sources]
        files = [str(path) for path in found.files]
        _print_json({"inventory": found.inventory, "summary": found.summary, "sources": sources, "files": files})
    elif not quiet:
        from datasummary.overview import status_table

        _print(status_table(found))
        _say(f"Inventory: {found.inventory}. Public summary: {found.summary}.")
        if found.files:
            _say(f"What may be published lies in {loaded.out / 'public'}.")


@app.command(epilog="Example: datasummary accept 3.1.b")
def accept(
    field: Annotated[str, typer.Argument(help="Field of the summary, such as 3.1.b.")],
    project: ProjectFile = DEFAULT_PROJECT,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Vouch for a text that was proposed for a field. It stands until the facts it rests on change."""
    from datasummary.documents.acceptance import accept as vouch
    from datasummary.documents.summary import proposed_text

    loaded = _load(project)
    text = proposed_text(loaded, field)
    digest = vouch(loaded, field)
    if as_json:
        _print_json({"field": field, "text": text, "sha256": digest})
    elif not quiet:
        _say(text)
        _say(f"\nAccepted for field {field}, noted in {project}. Write it into the summary: datasummary summary")


def main() -> None:
    """Run the command line, turning errors into their exit status."""
    try:
        app()
    except DatasummaryError as error:
        print(f"datasummary: {error}", file=sys.stderr)
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:
        print(f"datasummary: {Interrupted('stopped; the same command goes on where it was')}", file=sys.stderr)
        raise SystemExit(Interrupted.exit_code) from None
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(0) from None


def _load(path: Path) -> Project:
    from datasummary.project import Project

    return Project.load(path)


def _part(part: str | None, into: str | None) -> tuple[int, int]:
    match = re.fullmatch(r"(\d+)/(\d+)", part or "")
    if not match or not into:
        raise ProjectError("--part I/N and --into URI go together, for instance --part 2/8 --into parts")
    return int(match[1]), int(match[2])


def _show_inventory(found: Inventory, as_json: bool, quiet: bool) -> None:
    if as_json:
        _print_json({"folder": str(found.folder), "sources": found.sources.arrow().to_pylist()})
    elif not quiet:
        from datasummary.overview import remarks, sources_table

        if found.sources.arrow().num_rows:
            _print(sources_table(found))
        else:
            _say("No source has manifests; sizes are those that the project file declares.")
        _lines(remarks(found))
        _say(f"The inventory is in {found.folder}.")


def _show_summary(result: SummaryResult, as_json: bool, quiet: bool) -> None:
    if as_json:
        _print_json(
            {
                "files": [str(path) for path in result.paths],
                "draft": result.draft,
                "open": [vars(item) for item in result.open],
                "domains": {
                    "total": result.domains_total,
                    "required": result.domains_required,
                    "listed": result.domains_listed,
                },
            }
        )
        return
    if quiet:
        return
    if result.domains_listed is not None:
        _say(f"{result.domains_listed:,} of {result.domains_total:,} domains are listed as the most relevant ones.")
    if result.open:
        _say(f"\nThis is a draft: {len(result.open)} points are open.")
        _lines(f"  {item.id}  {item.what}: {item.advice}" for item in result.open)
    _say("\nWritten:")
    _lines(f"  {path}" for path in result.paths)
    _say(f"Open {result.paths[0]} first.")


def _lines(lines: Iterable[str]) -> None:
    for line in lines:
        _say(line)


def _say(message: str) -> None:
    print(message, file=sys.stderr)


def _print(table: Any) -> None:
    from datasummary.progress import console

    console().print(table)


def _print_json(value: Any) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False, default=str))
