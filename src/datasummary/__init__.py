"""From the manifests of an AI model's training data to the documents that EU law asks its provider to publish.

>>> import datasummary
>>> project = datasummary.Project.load("datasummary.yaml")  # doctest: +SKIP
>>> inventory = datasummary.scan(project)  # doctest: +SKIP
>>> inventory.domains.df().head()  # doctest: +SKIP
>>> datasummary.summary(project).paths  # doctest: +SKIP

The functions are named as the commands: :func:`init`, :func:`schema`, :func:`scan`, :func:`summary`, :func:`run`,
:func:`status`, :func:`accept`, :func:`collect`, :func:`audit`, :func:`explain`, :func:`filter`, :func:`lookup`;
the command ``policy`` is :func:`copyright_policy`, ``complaints`` a module of its own (:mod:`datasummary.complaints`).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

__all__ = [
    "Answer",
    "Audit",
    "DataError",
    "DatasummaryError",
    "Interrupted",
    "Inventory",
    "Project",
    "ProjectError",
    "ReportResult",
    "Status",
    "SummaryResult",
    "WorkspaceError",
    "accept",
    "audit",
    "collect",
    "collect_web",
    "compare_policies",
    "copyright_policy",
    "explain",
    "filter",
    "init",
    "lookup",
    "merge",
    "report",
    "run",
    "sample_hosts",
    "scan",
    "scan_part",
    "schema",
    "status",
    "summary",
]

_HOMES = {
    "Answer": "lookups",
    "Audit": "auditing",
    "DataError": "errors",
    "DatasummaryError": "errors",
    "Interrupted": "errors",
    "Inventory": "tables",
    "Project": "project",
    "ProjectError": "errors",
    "ReportResult": "reporting",
    "Status": "project_status",
    "SummaryResult": "documents.summary",
    "WorkspaceError": "errors",
    "accept": "documents.acceptance",
    "audit": "auditing",
    "collect": "evidence.intake",
    "collect_web": "collecting",
    "compare_policies": "auditing",
    "copyright_policy": "documents.copyright_policy",
    "explain": "explaining",
    "filter": "filtering",
    "init": "example",
    "lookup": "lookups",
    "merge": "inventory",
    "report": "reporting",
    "run": "runs",
    "sample_hosts": "auditing",
    "scan": "inventory",
    "scan_part": "inventory",
    "schema": "runs",
    "status": "project_status",
    "summary": "runs",
}

_NAMES = {"filter": "filter_manifests"}
"""Functions that bear another name at home, where it would hide a builtin."""

if TYPE_CHECKING:
    from datasummary.auditing import Audit, audit, compare_policies, sample_hosts
    from datasummary.collecting import collect_web
    from datasummary.documents.acceptance import accept
    from datasummary.documents.copyright_policy import copyright_policy
    from datasummary.documents.summary import SummaryResult
    from datasummary.errors import DataError, DatasummaryError, Interrupted, ProjectError, WorkspaceError
    from datasummary.evidence.intake import collect
    from datasummary.example import init
    from datasummary.explaining import explain
    from datasummary.filtering import filter_manifests as filter  # noqa: A004, a command's name
    from datasummary.inventory import merge, scan, scan_part
    from datasummary.lookups import Answer, lookup
    from datasummary.project import Project
    from datasummary.project_status import Status, status
    from datasummary.reporting import ReportResult, report
    from datasummary.runs import run, schema, summary
    from datasummary.tables import Inventory


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: quick commands load neither Ibis nor pandas."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"datasummary.{_HOMES[name]}"), _NAMES.get(name, name))
    globals()[name] = value
    return value
