"""The compliance report, written: audited first where something changed, then as HTML, Markdown, JSON, DOCX and PDF.

>>> result = report(project)  # doctest: +SKIP
>>> result.document.figures()["overview"].records()  # doctest: +SKIP
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from datasummary.project import Project

if TYPE_CHECKING:
    from datasummary.documents.blocks import Document

__all__ = ["ReportResult", "report", "report_state"]

NAME = "compliance-report"
_TABLES = ("verdicts", "signals")


@dataclass(frozen=True)
class ReportResult:
    """What was written, and what it says."""

    paths: tuple[Path, ...]
    """The report as html, md, json, docx and pdf, then the tables as CSV, in ``out/internal``."""
    document: Document

    @property
    def open(self) -> tuple[tuple[str, str], ...]:
        """What is open: the id of the section, and what there is to state or to decide."""
        from datasummary.documents.blocks import Points

        return tuple(
            (section.id, item)
            for section in self.document.sections
            for block in section.blocks
            if isinstance(block, Points) and block.standing == "open"
            for item in block.items
        )


def report(
    project: Project,
    *,
    engine: str = "duckdb",
    threads: int | None = None,
    memory_limit: str | None = None,
    quiet: bool = True,
) -> ReportResult:
    """Write the compliance report on a project's audit, which is made first where something changed.

    The settings are those of :func:`datasummary.audit`. Each file is replaced whole or not at all; the same project,
    inventory and evidence give the same bytes.

    Raises :class:`~datasummary.errors.DataError` where a scan is due.
    """
    from datasummary.auditing import audit
    from datasummary.documents.compliance import report_of
    from datasummary.documents.compliance_data import report_data
    from datasummary.documents.compliance_hosts import hosts_behind
    from datasummary.render.files import write_files
    from datasummary.render.report_docx import report_docx
    from datasummary.render.report_html import report_html
    from datasummary.render.report_json import report_json
    from datasummary.render.report_markdown import report_markdown
    from datasummary.render.report_pdf import report_pdf
    from datasummary.report_tables import write_csv

    audit(project, engine=engine, threads=threads, memory_limit=memory_limit, quiet=quiet)
    folder = project.out / "internal"
    with report_data(project, threads=threads, memory_limit=memory_limit) as data:
        document, hosts = report_of(data), hosts_behind(data)
    tables = [folder / f"{name}.csv" for name in _TABLES]
    for table in tables:
        write_csv(table.with_suffix(".parquet"), table)
    contents: dict[Path, str | bytes | None] = {
        folder / f"{NAME}.html": report_html(document, hosts),
        folder / f"{NAME}.md": report_markdown(document),
        folder / f"{NAME}.json": report_json(document),
        folder / f"{NAME}.docx": report_docx(document),
        folder / f"{NAME}.pdf": report_pdf(document),
    }
    write_files(contents)
    return ReportResult((*contents, *tables), document)


def report_state(project: Project) -> Literal["written", "older than the audit", "absent"]:
    """Tell whether a report was written since the audit and the last filter."""
    folder = project.out / "internal"
    try:
        written = (folder / f"{NAME}.json").stat().st_mtime_ns
    except OSError:
        return "absent"
    rests_on = (folder / "audit.json", folder / "exclusions" / "receipt.json")
    times = [path.stat().st_mtime_ns for path in rests_on if path.exists()]
    return "written" if written >= max(times, default=0) else "older than the audit"
