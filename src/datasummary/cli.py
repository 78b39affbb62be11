"""The commands: parse, call, print.

Exit status: 0 done; 2 usage or project file; 3 input data; 130 interrupted, to be resumed by the same command. 1 only
ever means a bug.
"""

from __future__ import annotations

import re
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from datasummary import __version__
from datasummary.cli_answers import register as register_answers
from datasummary.cli_audit import register
from datasummary.cli_check import register as register_check
from datasummary.cli_collect import register as register_collect
from datasummary.cli_complaints import register as register_complaints
from datasummary.cli_options import (
    DEFAULT_PROJECT,
    Engine,
    EngineName,
    Json,
    MemoryLimit,
    ProjectFile,
    Quiet,
    SkipBadFiles,
    Threads,
    load,
    open_points,
    print_json,
    print_table,
    say,
    say_lines,
    show_table,
)
from datasummary.cli_policy import register as register_policy
from datasummary.cli_publish import register as register_publish
from datasummary.cli_report import register as register_report
from datasummary.cli_versions import register as register_versions
from datasummary.cli_versions import say_kept
from datasummary.errors import DatasummaryError, Interrupted, ProjectError

if TYPE_CHECKING:
    from datasummary.documents.summary import SummaryResult
    from datasummary.project import Project
    from datasummary.tables import Inventory
    from datasummary.versions import Keeping

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


class SchemaName(StrEnum):
    """Documents that have a schema."""

    project = "project"
    summary = "summary"


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
        print_json({"files": [str(path) for path in paths]})
    elif not quiet:
        say(f"{paths[0]} is written" + (f", with data in {len(paths) - 1} files beside it." if example else "."))
        then = "run" if example else "scan"
        say(f"Next: {'' if example else 'fill it in, then: '}datasummary {then} --project {paths[0]}")
        if example:
            say(f"What its sites told crawlers lies in {folder / 'evidence'}, for datasummary collect and audit.")


@app.command(epilog="Example: datasummary schema project > datasummary.schema.json")
def schema(
    which: Annotated[SchemaName, typer.Argument(help="Of the project file, or of public-summary.json.")] = (
        SchemaName.project
    ),
) -> None:
    """Print a JSON Schema: editors complete and check the project file by it."""
    from datasummary.runs import schema as give

    print_json(give(which.value))


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

    loaded = load(project)
    settings: dict[str, Any] = {
        "engine": engine.value,
        "threads": threads,
        "memory_limit": memory_limit,
        "quiet": quiet or as_json,
    }
    if part or into:
        shards = scanning.scan_part(loaded, _part(part, into), str(into), **settings)
        if as_json:
            print_json({"part": part, "into": into, "shards": shards})
        elif not quiet:
            say(f"Part {part}: {shards:,} shards, results in {into}. When all parts are there: scan --merge {into}")
        return
    if merge:
        taken = scanning.merge(loaded, merge)
        if not (quiet or as_json):
            say(f"{taken:,} batches taken in from {merge}.")
    found = scanning.scan(loaded, skip_bad_files=skip_bad_files, **settings)
    _show_inventory(found, as_json, quiet)


@app.command(
    epilog="""Examples:

\b
  datasummary summary --json | jq .open
  datasummary summary --keep"""
)
def summary(
    project: ProjectFile = DEFAULT_PROJECT,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep it as a published version, which never changes; refuses a draft.")
    ] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write the public summary of training content from the inventory."""
    from datasummary.runs import summary as write
    from datasummary.versions import keep_version

    loaded = load(project)
    result = write(loaded)
    _show_summary(loaded, result, as_json, quiet, keep_version(loaded) if keep else None)


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
    """Scan what is new, judge it where there is evidence, then write the public summary."""
    from datasummary.auditing import audit_project
    from datasummary.cli_audit import show_audit
    from datasummary.documents.summary import write_summary
    from datasummary.inventory import scan as scan_project
    from datasummary.runs import collect_on_run

    loaded = load(project)
    settings: dict[str, Any] = {
        "engine": engine.value,
        "threads": threads,
        "memory_limit": memory_limit,
        "quiet": quiet or as_json,
    }
    found = scan_project(loaded, skip_bad_files=skip_bad_files, **settings)
    if not as_json:
        _show_inventory(found, as_json=False, quiet=quiet)
    collect_on_run(loaded, quiet=quiet or as_json)
    judged = audit_project(loaded, **settings)
    if judged and not as_json:
        show_audit(judged, as_json=False, quiet=quiet)
    _show_summary(loaded, write_summary(loaded), as_json, quiet)


@app.command(epilog="Example: datasummary status --json | jq .inventory")
def status(project: ProjectFile = DEFAULT_PROJECT, as_json: Json = False, quiet: Quiet = False) -> None:
    """Say what is done, stale or still to do. Reads no manifest."""
    from datasummary.project_status import status as look
    from datasummary.versions import update_due

    loaded = load(project)
    found = look(loaded)
    reminder = update_due(loaded)
    if as_json:
        sources = [vars(item) for item in found.sources]
        files = [str(path) for path in found.files]
        state = {
            "inventory": found.inventory,
            "audit": found.audit,
            "report": found.report,
            "summary": found.summary,
        }
        print_json({**state, "reminder": reminder, "sources": sources, "files": files})
    elif not quiet:
        from datasummary.overview import status_table

        show_table(status_table(found))
        print(
            f"Inventory: {found.inventory}. Audit: {found.audit}. Compliance report: {found.report}. "
            f"Public summary: {found.summary}."
        )
        if found.files:
            print(f"What may be published lies in {loaded.out / 'public'}.")
        if reminder:
            print(f"\n{reminder}")


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

    loaded = load(project)
    text = proposed_text(loaded, field)
    digest = vouch(loaded, field)
    if as_json:
        print_json({"field": field, "text": text, "sha256": digest})
    elif not quiet:
        say(text)
        say(f"\nAccepted for field {field}, noted in {project}. Write it into the summary: datasummary summary")


register(app)
register_collect(app)
register_report(app)
register_policy(app)
register_publish(app)
register_answers(app)
register_complaints(app)
register_versions(app)
register_check(app)


def main() -> None:
    """Run the command line, turning errors into their exit status."""
    try:
        app()
    except DatasummaryError as error:
        print(f"datasummary: {error}", file=sys.stderr)
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:
        _stopped()
    except RuntimeError as error:
        if str(error) == "Query interrupted":  # so DuckDB reports Ctrl-C during a query on this thread
            _stopped()
        raise
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(0) from None


def _stopped() -> NoReturn:
    print(f"datasummary: {Interrupted('stopped; the same command goes on where it was')}", file=sys.stderr)
    raise SystemExit(Interrupted.exit_code) from None


def _part(part: str | None, into: str | None) -> tuple[int, int]:
    match = re.fullmatch(r"(\d+)/(\d+)", part or "")
    if not match or not into:
        raise ProjectError("--part I/N and --into URI go together, for instance --part 2/8 --into parts")
    return int(match[1]), int(match[2])


def _show_inventory(found: Inventory, as_json: bool, quiet: bool) -> None:
    if as_json:
        print_json({"folder": str(found.folder), "sources": found.sources.arrow().to_pylist()})
    elif not quiet:
        from datasummary.overview import remarks, sources_table

        if found.sources.arrow().num_rows:
            print_table(sources_table(found))
        else:
            say("No source has manifests; sizes are those that the project file declares.")
        say_lines(remarks(found))
        say(f"The inventory is in {found.folder}.")


def _show_summary(
    project: Project, result: SummaryResult, as_json: bool, quiet: bool, keeping: Keeping | None = None
) -> None:
    from datasummary.versions import update_due

    reminder = update_due(project)
    if as_json:
        print_json(
            {
                "files": [str(path) for path in result.paths],
                "draft": result.draft,
                "open": [vars(item) for item in result.open],
                "domains": {
                    "total": result.domains_total,
                    "required": result.domains_required,
                    "listed": result.domains_listed,
                },
                "kept": str(keeping.kept.folder) if keeping else None,
                "reminder": reminder,
            }
        )
        return
    if quiet:
        return
    if result.domains_listed is not None:
        say(f"{result.domains_listed:,} of {result.domains_total:,} domains are listed as the most relevant ones.")
    if result.open:
        say(f"\nThis is a draft: {open_points(len(result.open))}.")
        say_lines(f"  {item.id}  {item.what}: {item.advice}" for item in result.open)
    say("\nWritten:")
    say_lines(f"  {path}" for path in result.paths)
    say(f"Open {result.paths[0]} first.")
    if keeping:
        say_kept(keeping)
    if reminder:
        say(f"\n{reminder}")
