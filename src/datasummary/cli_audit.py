"""The commands about opt-outs: audit, explain and filter."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
    print_json,
    print_table,
    say,
    say_lines,
)
from datasummary.errors import ProjectError

if TYPE_CHECKING:
    from datasummary.auditing import Audit
    from datasummary.explaining import Explanation

__all__ = ["register", "show_audit"]

PolicyName = Annotated[
    str | None,
    typer.Option("--policy", metavar="NAME|FILE", help="A policy in place of the project's: a shipped name or a file."),
]
AsOfTime = Annotated[
    str | None,
    typer.Option("--as-of", metavar="WHEN", help="A time in place of the policy's: latest, ever, document, or a day."),
]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command(
        epilog="""Examples:

\b
  datasummary audit --sample 200                 (a first look; writes nothing)
  datasummary audit --as-of 2025-01-31
  datasummary audit --compare strict
  datasummary audit --json | jq .totals"""
    )(audit)
    app.command(epilog="Example: datasummary explain https://www.example.com/news/1 --policy strict")(explain)
    app.command(
        "filter",
        epilog="""Examples:

\b
  datasummary filter
  datasummary filter --write clean/""",
    )(filter_)


def audit(
    project: ProjectFile = DEFAULT_PROJECT,
    policy: PolicyName = None,
    as_of: AsOfTime = None,
    sample: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Judge N hosts for a first look, and write nothing.")
    ] = None,
    compare: Annotated[
        str | None, typer.Option(metavar="NAME|FILE", help="Show where another policy's verdicts differ.")
    ] = None,
    engine: Engine = EngineName.duckdb,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Judge every host and document of the inventory by the evidence, under the policy."""
    from datasummary import auditing

    if sample is not None and compare is not None:
        raise ProjectError("--sample and --compare do not go together; leave one of them out")
    loaded = load(project)
    if sample is not None:
        drawn = auditing.sample_hosts(loaded, sample, policy=policy, as_of=as_of)
        if as_json:
            print_json({"sample": drawn.to_pylist()})
        elif not quiet:
            from datasummary.overview import sample_table

            print_table(sample_table(drawn))
        return
    settings: dict[str, Any] = {
        "as_of": as_of,
        "engine": engine.value,
        "threads": threads,
        "memory_limit": memory_limit,
        "quiet": quiet or as_json,
    }
    if compare is not None:
        found = auditing.compare_policies(loaded, compare, to=policy, **settings)
        if as_json:
            print_json({"comparison": found.to_pylist()})
        elif not quiet:
            from datasummary.overview import comparison_table

            print_table(comparison_table(found, policy or loaded.policy, compare))
        return
    show_audit(auditing.audit(loaded, policy=policy, **settings), as_json, quiet)


def explain(
    url: Annotated[str, typer.Argument(metavar="URL", help="An address, or a host.")],
    project: ProjectFile = DEFAULT_PROJECT,
    policy: PolicyName = None,
    as_of: AsOfTime = None,
    date: Annotated[
        str | None,
        typer.Option(metavar="DAY", help="The document's date, where the policy judges at documents' dates."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show every statement that bears on an address, in order, the ones that speak, and the verdict."""
    from datasummary.explaining import explain as find

    try:
        day = dt.date.fromisoformat(date) if date else None
    except ValueError:
        raise ProjectError(f"--date {date}: give a day such as 2025-01-31") from None
    found = find(load(project), url, policy=policy, as_of=as_of, date=day)
    if as_json:
        print_json(_as_json(found))
        return
    from datasummary.overview import explanation_lines

    for line in explanation_lines(found):
        print(line)


def filter_(
    project: ProjectFile = DEFAULT_PROJECT,
    policy: PolicyName = None,
    as_of: AsOfTime = None,
    write: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Also write the manifests without what is left out.")
    ] = None,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write what to leave out, as tables to join with, or the manifests without it; a receipt either way."""
    from datasummary.filtering import filter_manifests

    result = filter_manifests(
        load(project),
        policy=policy,
        as_of=as_of,
        write=write,
        threads=threads,
        memory_limit=memory_limit,
        quiet=quiet or as_json,
    )
    if as_json:
        print_json({"folder": str(result.folder), "files": [str(path) for path in result.paths]} | result.receipt)
    elif not quiet:
        from datasummary.overview import filter_table

        print_table(filter_table(result.receipt))
        say("\nWritten:")
        say_lines(f"  {path}" for path in result.paths)


def show_audit(found: Audit, as_json: bool, quiet: bool) -> None:
    """Show what an audit found, by source and verdict."""
    note = found.facts()
    if as_json:
        print_json({"folder": str(found.folder)} | {key: note[key] for key in ("policy", "evidence", "totals")})
    elif not quiet:
        from datasummary.overview import audit_table

        print_table(audit_table(note["totals"]))
        policy, evidence = note["policy"], note["evidence"]
        say(f"Policy {policy['name']} {policy['version']}, as of {_as_of(policy['as_of'])}.")
        say(
            f"Evidence of {evidence['hosts']:,} hosts was looked at, captured {evidence['first_captured']} to "
            f"{evidence['last_captured']}."
            if evidence["hosts"]
            else "There is no evidence of these hosts yet; take some in with datasummary collect --from FILE."
        )
        say(f"The verdicts are in {found.verdicts.path}; ask datasummary explain URL for one of them.")


def _as_of(rule: dict[str, str]) -> str:
    words = {
        "latest": "the latest capture",
        "ever": "any capture ever",
        "document": "each document's date",
    }
    return words.get(rule["rule"]) or rule["date"]


def _as_json(found: Explanation) -> dict[str, Any]:
    def seen(capture: Any) -> dict[str, Any]:
        return {
            name: getattr(capture, name) for name in ("id", "url", "kind", "captured", "outcome", "target", "sha256")
        }

    def bearing(item: Any) -> dict[str, Any]:
        signal = {name: getattr(item.signal, name) for name in item.signal.__dataclass_fields__}
        return {"role": item.role, "addressee": item.addressee, **signal, "capture": item.seen.id}

    return {
        "url": found.url,
        "host": found.host,
        "path": found.path,
        "policy": {"name": found.policy.name, "version": found.policy.version},
        "date": found.day,
        "captures": [seen(capture) for capture in found.captures],
        "verdicts": [
            {
                "sources": item.sources,
                "verdict": item.verdict,
                "left_out": item.left_out,
                "why": item.why or None,
                "statements": [bearing(each) for each in item.bearings],
            }
            for item in found.verdicts
        ],
    }
