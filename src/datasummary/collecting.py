"""Collecting evidence from the web for a project: the hosts of its inventory, by the settings of its project file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from datasummary.errors import DataError, ProjectError
from datasummary.evidence.fetch import PROBLEMS
from datasummary.evidence.live import CollectResult, Plan, collect_live, hosts_in
from datasummary.evidence.visits import STATES
from datasummary.project import Project

__all__ = ["collect_web", "plan_lines", "result_lines"]

DETAILS_SHOWN = 10


def collect_web(
    project: Project, *, hosts: Path | None = None, dry_run: bool = False, **settings: Any
) -> CollectResult:
    """Visit the hosts of the inventory, those with most documents first, or those in a file, and keep what they say.

    ``settings`` are those of :func:`~datasummary.evidence.live.collect_live`.

    Raises :class:`~datasummary.errors.ProjectError` where the project file has no ``collect``: nothing goes to the
    network without a name and a contact.
    """
    if project.collect is None:
        raise ProjectError(
            f"{project.path}: there is no collect: to say who asks; add, for instance,\n"
            f"collect: {{agent: AcmeBot, contact: https://acme.example/bot}}"
        )
    wanted = hosts_in(hosts) if hosts else _inventory(project)
    pages: Iterator[tuple[str, str]] = iter(())
    if project.collect.pages and not dry_run:
        from datasummary.evidence.sampling import sample_pages

        pages = sample_pages(project, project.collect.pages)
    return collect_live(project, project.collect, wanted, pages=pages, dry_run=dry_run, **settings)


def _inventory(project: Project) -> list[str]:
    from datasummary.hosts import inventory_hosts

    found = inventory_hosts(project)
    if not found:
        raise DataError("the inventory has no hosts; run datasummary scan first, or name hosts with --hosts FILE")
    return found


def plan_lines(plan: Plan) -> Iterator[str]:
    """Say in lines of text what a collection is going to do."""
    yield f"{plan.hosts:,} hosts, {plan.to_visit:,} of them to visit now."
    if plan.left_alone:
        yield f"{plan.left_alone:,} more are on the list of hosts to be left alone."
    yield f"At most {plan.requests:,} requests, redirects and documents that sites name not counted."
    yield f"Estimated time: {_time(plan.seconds)}, with answers in half a second."


def result_lines(result: CollectResult) -> Iterator[str]:
    """Say in lines of text what came of a collection."""
    yield f"{result.requests:,} requests, {result.bytes / 1e6:,.1f} MB, {_time(result.seconds)}."
    for state, meaning in STATES.items():
        if result.sites.get(state):
            yield f"  {result.sites[state]:>9,} {state}: {meaning}"
    if result.to_do:
        yield f"  {result.to_do:>9,} still to visit; the same command goes on"
    if result.details:
        yield "What was in the way:"
    for detail, count in list(result.details.items())[:DETAILS_SHOWN]:
        yield f"  {count:>9,} {_explained(detail)}"


def _explained(detail: str) -> str:
    if detail in PROBLEMS:
        return f"{detail}: {PROBLEMS[detail]}"
    return f"status {detail}" if detail.isdigit() else detail


def _time(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:,.0f} seconds"
    return f"{seconds / 60:,.0f} minutes" if seconds < 7200 else f"{seconds / 3600:,.1f} hours"
