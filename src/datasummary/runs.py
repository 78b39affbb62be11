"""Whole steps: the summary from a current inventory, and everything in one go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from datasummary.errors import DataError
from datasummary.project import Project

if TYPE_CHECKING:
    from datasummary.documents.summary import SummaryResult

__all__ = ["collect_on_run", "require_current", "run", "schema", "summary"]


def schema(which: Literal["project", "summary"] = "project") -> dict[str, Any]:
    """Give the JSON Schema of the project file, for editors, or of ``public-summary.json``."""
    if which == "summary":
        from datasummary.documents.summary_schema import summary_schema

        return summary_schema()
    from datasummary.projectfile import project_schema

    return project_schema()


def summary(project: Project) -> SummaryResult:
    """Write the public summary from the project file and the inventory.

    Raises :class:`~datasummary.errors.DataError` where the inventory is not that of the manifests as they are now, so
    that no figure is published that no longer holds.
    """
    require_current(project)
    return _write(project)


def require_current(project: Project) -> None:
    """Raise :class:`~datasummary.errors.DataError` where the inventory is not that of the manifests as they are now."""
    from datasummary.project_status import status

    found = status(project)
    if any(source.shards for source in found.sources) and not found.current:
        left_out = _left_out(project)
        behind = [f"{item.source}: {item.note}" for item in found.sources if item.state != "declared" and item.note]
        if not left_out or len(behind) > len(left_out):
            what = "; ".join(behind) or "the project file changed since"
            raise DataError(
                f"the inventory is {found.inventory} ({what}); run datasummary scan first, or datasummary run"
            )


def run(project: Project, *, skip_bad_files: bool = False, **settings: Any) -> SummaryResult:
    """Scan what is new, collect if the project file says so, judge it by the evidence, then write the summary.

    ``settings`` are those of :func:`datasummary.audit`: ``engine``, ``threads``, ``memory_limit``, ``quiet``.
    """
    from datasummary.auditing import audit_project
    from datasummary.inventory import scan

    scan(project, skip_bad_files=skip_bad_files, **settings)
    collect_on_run(project, quiet=settings.get("quiet", True))
    audit_project(project, **settings)
    return _write(project)


def collect_on_run(project: Project, *, quiet: bool) -> None:
    """Visit the hosts of the inventory, if the project file asks for it with every run; else nothing is fetched."""
    if project.collect and project.collect.on_run:
        from datasummary.collecting import collect_web

        collect_web(project, quiet=quiet)


def _write(project: Project) -> SummaryResult:
    from datasummary.documents.summary import write_summary

    return write_summary(project)


def _left_out(project: Project) -> set[str]:
    """Name the sources of which the last scan left shards out."""
    from datasummary.tables import Inventory

    try:
        inputs = Inventory(project.out / "internal").inputs.arrow().to_pylist()
    except FileNotFoundError:
        return set()
    return {row["source"] for row in inputs if row["problem"]}
