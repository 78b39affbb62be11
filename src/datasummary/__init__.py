"""From the manifests of an AI model's training data to the documents that EU law asks its provider to publish.

>>> import datasummary
>>> project = datasummary.Project.load("datasummary.yaml")  # doctest: +SKIP
>>> inventory = datasummary.scan(project)  # doctest: +SKIP
>>> inventory.domains.df().head()  # doctest: +SKIP
>>> datasummary.summary(project).paths  # doctest: +SKIP

The functions are named as the commands: :func:`init`, :func:`schema`, :func:`scan`, :func:`summary`, :func:`run`,
:func:`status`, :func:`accept`, :func:`collect`, :func:`audit`, :func:`explain`, :func:`filter`, :func:`lookup`,
:func:`diff`; ``summary --keep`` is :func:`summary`, then :func:`keep_version`; the command ``policy`` is
:func:`copyright_policy`, ``complaints`` a module of its own (:mod:`datasummary.complaints`).
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
    "Diff",
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
    "check",
    "collect",
    "collect_web",
    "compare_policies",
    "copyright_policy",
    "diff",
    "explain",
    "filter",
    "init",
    "keep_version",
    "lookup",
    "merge",
    "publish",
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
    "Diff": "comparing",
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
    "check": "quality.grading",
    "collect": "evidence.intake",
    "collect_web": "collecting",
    "compare_policies": "auditing",
    "copyright_policy": "documents.copyright_policy",
    "diff": "comparing",
    "explain": "explaining",
    "filter": "filtering",
    "init": "example",
    "keep_version": "versions",
    "lookup": "lookups",
    "merge": "inventory",
    "publish": "site.publishing",
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
    from datasummary.comparing import Diff, diff
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
    from datasummary.quality.grading import check
    from datasummary.reporting import ReportResult, report
    from datasummary.runs import run, schema, summary
    from datasummary.site.publishing import publish
    from datasummary.tables import Inventory
    from datasummary.versions import keep_version


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: quick commands load neither Ibis nor pandas."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"datasummary.{_HOMES[name]}"), _NAMES.get(name, name))
    globals()[name] = value
    return value
