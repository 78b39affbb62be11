"""From the manifests of an AI model's training data to the documents that EU law asks its provider to publish.

>>> import datasummary
>>> project = datasummary.Project.load("datasummary.yaml")  # doctest: +SKIP
>>> inventory = datasummary.scan(project)  # doctest: +SKIP
>>> inventory.domains.df().head()  # doctest: +SKIP
>>> datasummary.summary(project).paths  # doctest: +SKIP

The functions are named as the commands: :func:`init`, :func:`schema`, :func:`scan`, :func:`summary`, :func:`run`,
:func:`status`, :func:`accept`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

__all__ = [
    "DataError",
    "DatasummaryError",
    "Interrupted",
    "Inventory",
    "Project",
    "ProjectError",
    "Status",
    "SummaryResult",
    "WorkspaceError",
    "accept",
    "init",
    "merge",
    "run",
    "scan",
    "scan_part",
    "schema",
    "status",
    "summary",
]

_HOMES = {
    "DataError": "errors",
    "DatasummaryError": "errors",
    "Interrupted": "errors",
    "Inventory": "tables",
    "Project": "project",
    "ProjectError": "errors",
    "Status": "status",
    "SummaryResult": "documents.summary",
    "WorkspaceError": "errors",
    "accept": "documents.acceptance",
    "init": "example",
    "merge": "inventory",
    "run": "runs",
    "scan": "inventory",
    "scan_part": "inventory",
    "schema": "runs",
    "status": "status",
    "summary": "runs",
}

if TYPE_CHECKING:
    from datasummary.documents.acceptance import accept
    from datasummary.documents.summary import SummaryResult
    from datasummary.errors import DataError, DatasummaryError, Interrupted, ProjectError, WorkspaceError
    from datasummary.example import init
    from datasummary.inventory import merge, scan, scan_part
    from datasummary.project import Project
    from datasummary.runs import run, schema, summary
    from datasummary.status import Status, status
    from datasummary.tables import Inventory


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: quick commands load neither Ibis nor pandas."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"datasummary.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
