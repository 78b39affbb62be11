"""What the compliance report counts: the audit's tables, the receipt and the archive's index, on one DuckDB.

The table ``hosts`` has a row for each source, host and modality of ``verdicts.parquet`` (documents' hosts, not those of
assets), with the group of the source and what became of the host's content. All figures are queries on it, so that a
million hosts take seconds.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import duckdb

from datasummary.documents.audit_words import AS_READ, modality, unit
from datasummary.documents.blocks import Cell, Column, Figures, Kind
from datasummary.documents.compliance_dispositions import DISPOSITION, KEPT_ON_A_BASIS
from datasummary.documents.host_index import Group
from datasummary.documents.inventory import MILLISECONDS_PER_HOUR
from datasummary.errors import DataError
from datasummary.evidence.archive import INDEX_SCHEMA, Archive
from datasummary.policy import Policy, load_policy
from datasummary.previous_audit import PreviousAudit, previous_audit
from datasummary.project import Project
from datasummary.receipts import FilterProof, filter_proofs, filter_receipt, fits
from datasummary.sources import MODALITIES, Source
from datasummary.translation import message, t, tn
from datasummary.workspace import Workspace, explained, held
from datasummary.writing import number

__all__ = [
    "GROUPS",
    "VERDICTS",
    "Cut",
    "ReportData",
    "column",
    "documents_counted",
    "group_name",
    "group_of",
    "hosts_counted",
    "in_words",
    "link",
    "report_data",
    "slug",
]

GROUPS: dict[Group, str] = {
    "crawled": message("Crawled by or for the provider"),
    "third_party": message("Other sources"),
}
"""How documents call the groups of sources: crawled, and what others compiled or the provider did not crawl."""

VERDICTS = ("reserved", "partly_reserved", "review", "access_refused", "unknown", "no_reservation_found")
"""Verdicts of hosts in the order of documents."""

_TABLES = {"verdicts": "verdicts", "domain_verdicts": "domain-verdicts", "signals": "signals"}


def group_of(source: Source) -> Group:
    """Tell whether a source was crawled by or for the provider."""
    return "crawled" if source.category == "crawled" else "third_party"


def group_name(group: Group) -> str:
    """Give a group in words."""
    return t(GROUPS[group])


def slug(name: str) -> str:
    """Give a verdict or a group as it stands in the ids of figures."""
    return name.replace("_", "-")


def hosts_counted(count: int) -> str:
    """Give a number of hosts in words.

    >>> hosts_counted(1), hosts_counted(12_345)
    ('1 host', '12,345 hosts')
    """
    return tn("{number} host", "{number} hosts", count, number=number(count))


def documents_counted(count: int) -> str:
    """Give a number of documents in words."""
    return tn("{number} document", "{number} documents", count, number=number(count))


def column(key: str, label: str, kind: Kind = "text") -> Column:
    """Give a column of figures."""
    return Column(key, label, kind)


def link(**filters: str | None) -> str:
    """Give the hosts behind a row as a query on the page's table of hosts, by the names of its columns.

    >>> link(verdict="reserved", group="crawled", domain=None)
    'verdict=reserved&group=crawled'
    """
    return urlencode({name: value for name, value in filters.items() if value is not None})


def in_words(columns: Sequence[Column], rows: Sequence[tuple[Any, ...]]) -> tuple[tuple[Cell, ...], ...]:
    """Give rows of the tables as documents have them: what stands for a thing by code, such as a verdict, in words.

    Where the tables count milliseconds, there are hours, to the thousandth; ``columns`` name unit and sizes.
    """
    read = [AS_READ.get(each.key) for each in columns]
    return tuple(
        tuple(of(cell) if of and isinstance(cell, str) else cell for of, cell in zip(read, row, strict=True))
        for row in _in_hours(columns, rows)
    )


def _in_hours(columns: Sequence[Column], rows: Sequence[tuple[Any, ...]]) -> tuple[tuple[Cell, ...], ...]:
    units = [place for place, each in enumerate(columns) if each.key == "unit"]
    if not units:
        return tuple(rows)
    sizes = {place for place, each in enumerate(columns) if each.kind == "size"}

    def of_row(row: tuple[Any, ...]) -> tuple[Cell, ...]:
        if row[units[0]] != "milliseconds":
            return row
        cells = (round(cell / MILLISECONDS_PER_HOUR, 3) if place in sizes else cell for place, cell in enumerate(row))
        return tuple("hours" if place == units[0] else cell for place, cell in enumerate(cells))

    return tuple(map(of_row, rows))


@dataclass(frozen=True)
class Cut:
    """Content that can be added up: of one group, one modality and one unit."""

    group: Group
    modality: str
    unit: str

    @property
    def slug(self) -> str:
        """For the ids of figures."""
        return f"{slug(self.group)}-{self.modality}-{self._shown_unit}"

    @property
    def title(self) -> str:
        """For their titles."""
        return t(
            "{group}, {modality} by {unit}",
            group=group_name(self.group).lower(),
            modality=modality(self.modality),
            unit=unit(self._shown_unit),
        )

    @property
    def _shown_unit(self) -> str:
        return "hours" if self.unit == "milliseconds" else self.unit

    @property
    def values(self) -> list[str]:
        """For the parameters of :data:`OF_CUT`."""
        return [self.group, self.modality, self.unit]


class ReportData:
    """A project's audit and what stands beside it, open for queries."""

    def __init__(self, project: Project, connection: duckdb.DuckDBPyConnection) -> None:
        """Read the audit's tables; raises :class:`~datasummary.errors.DataError` where an audit is due."""
        self.project = project
        self.folder = project.out / "internal"
        self.policy: Policy = load_policy(project.policy, project.home)
        self.facts = self._facts()
        self.connection = connection
        self.archive = Archive.of(project)
        self.previous: PreviousAudit | None = previous_audit(self.folder)
        self.receipt: dict[str, Any] | None = filter_receipt(project)
        self.receipt_fits = self.receipt is not None and fits(self.receipt, self.facts)
        self._load()

    def _facts(self) -> dict[str, Any]:
        path = self.folder / "audit.json"
        try:
            facts: dict[str, Any] = json.loads(path.read_text("utf-8"))
            of_policy = facts["policy"]["fingerprint"]
        except (OSError, ValueError, KeyError):
            raise DataError(f"{path}: there is no audit to report on; run datasummary audit first") from None
        if of_policy != self.policy.fingerprint:
            raise DataError(
                f"{path}: the audit was made under another policy than the project's ({self.policy.name} "
                f"{self.policy.version}); run datasummary audit first"
            )
        return facts

    @cached_property
    def proofs(self) -> dict[str, FilterProof]:
        """By source, the receipts whose output its manifests are."""
        return filter_proofs(self.project)

    @property
    def sources(self) -> list[Source]:
        """The sources that were audited: those with manifests."""
        return [source for source in self.project.sources if source.manifests]

    def of_group(self, group: Group) -> list[Source]:
        """Give the audited sources of a group."""
        return [source for source in self.sources if group_of(source) == group]

    def _load(self) -> None:
        con = self.connection
        for name, file in _TABLES.items():
            path = self.folder / f"{file}.parquet"
            try:
                con.read_parquet(str(path)).create_view(name)
            except duckdb.Error as error:
                raise DataError(f"{path}: cannot be read ({error}); run datasummary audit again") from None
        con.execute(
            "CREATE TEMP TABLE source_facts "
            "(source VARCHAR, place INTEGER, grp VARCHAR, main VARCHAR, receipt VARCHAR, assets BOOLEAN)"
        )
        receipts = {part["source"]: part for part in self.receipt["sources"]} if self.receipt_fits else {}  # type: ignore[index]
        for place, source in enumerate(self.sources):
            part = receipts.get(source.name)
            receipt = None if part is None else "written" if "outputs" in part else "listed"
            con.execute(
                "INSERT INTO source_facts SELECT ?, ?, ?, ?, ?, "
                "EXISTS (FROM verdicts WHERE source = ? AND part = 'asset')",
                [source.name, place, group_of(source), source.measures[0].modality, receipt, source.name],
            )
        con.execute(_SPEAKING)
        con.execute(_NOT_COUNTED)
        con.execute(
            f"CREATE TEMP TABLE hosts AS {_HOSTS.format(disposition=DISPOSITION, kept_on_a_basis=KEPT_ON_A_BASIS)}"
        )

    def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run a query; whole numbers of every width come as ``int``."""
        # By way of Arrow: DuckDB itself needs pytz for times.
        found = self.connection.execute(query, list(values)).to_arrow_table()
        columns = [each.to_pylist() for each in found.columns]
        rows = zip(*columns, strict=True)
        return [tuple(int(cell) if isinstance(cell, Decimal) else cell for cell in row) for row in rows]

    def value(self, query: str, values: Sequence[object] = ()) -> Any:
        """Run a query for one value."""
        return self.rows(query, values)[0][0]

    @cached_property
    def cuts(self) -> list[Cut]:
        """The groups, modalities and units that there are, in the order of documents."""
        rows = self.rows("SELECT DISTINCT grp, modality, unit FROM hosts")
        order = (list(GROUPS), list(MODALITIES))
        return [
            Cut(*row) for row in sorted(rows, key=lambda r: (order[0].index(r[0]), order[1].index(r[1]), str(r[2])))
        ]

    def cuts_of(self, group: Group) -> list[Cut]:
        """Give those of a group."""
        return [cut for cut in self.cuts if cut.group == group]

    def captures(self) -> str:
        """Give SQL for the archive's index, a row for each capture; one that two segments hold may come twice."""
        files = [str(self.archive.index_file(name)) for name in self.archive.segments()]
        if not files:
            self.connection.register("no_captures", INDEX_SCHEMA.empty_table())
            return "no_captures"
        self.connection.read_parquet(files).create_view("captures", replace=True)
        return "captures"

    def figures(
        self,
        id_: str,
        title: str,
        columns: Sequence[Column],
        query: str,
        values: Sequence[object] = (),
        *,
        links: Sequence[str] = (),
        **more: Any,
    ) -> Figures | None:
        """Make figures of a query whose first columns are ``columns``; None where it gives no row.

        Each further column, named in ``links``, is a filter on the table of hosts.
        """
        rows = self.rows(query, values)
        width = len(columns)
        table = in_words(columns, [row[:width] for row in rows])
        targets = tuple(link(**dict(zip(links, row[width:], strict=True))) or None for row in rows) if links else ()
        return Figures(id_, title, tuple(columns), table, links=targets, **more) if rows else None


@contextlib.contextmanager
def report_data(
    project: Project, *, threads: int | None = None, memory_limit: str | None = None
) -> Iterator[ReportData]:
    """Open a project's audit for a report; what DuckDB spills goes to the workspace, and is removed.

    Raises :class:`~datasummary.errors.WorkspaceError` where another report is being made.
    """
    folder = Workspace(project.home).root / "report"
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with held(folder, "a report is already being made here"), duckdb.connect() as connection:
        shutil.rmtree(folder / "tmp", ignore_errors=True)
        connection.execute("SET TimeZone = 'UTC'")
        if threads:
            connection.execute("SET threads = ?", [threads])
        if memory_limit:
            connection.execute("SET memory_limit = ?", [memory_limit])
        connection.execute("SET temp_directory = ?", [str(folder / "tmp")])
        yield ReportData(project, connection)


_SPEAKING = """
CREATE TEMP TABLE speaking AS
SELECT DISTINCT unnest(sources) AS source, host, protocol, says
FROM signals
WHERE role IN ('counted', 'overruled') AND says IN ('no', 'unclear')
"""
# A no is overruled by a contract or a legal basis alone; it remains a reservation that was found.

_NOT_COUNTED = """
CREATE TEMP TABLE not_counted AS
SELECT source, host, bool_and("use" = 'train-image') AS of_images
FROM (SELECT unnest(sources) AS source, host, "use" FROM signals
      WHERE role = 'not counted' AND says = 'no' AND "use" NOT IN ('search', 'ai-input'))
GROUP BY source, host
"""
# Search, and use at the time of an answer, are no training.

_HOSTS = """
WITH counted AS (
    SELECT v.* EXCLUDE (part, evidence), s.grp, s.receipt, s.main = v.modality AS main,
        n.host IS NOT NULL AND (v.modality = 'image' OR NOT n.of_images) AS not_counted
    FROM verdicts v
    JOIN source_facts s USING (source)
    LEFT JOIN not_counted n ON n.source = v.source AND n.host = v.host
    WHERE v.part = 'document'
)
SELECT *,
    CASE WHEN {kept_on_a_basis} THEN 0
         ELSE greatest(reserved_documents + review_documents - left_out_documents, 0) END AS open_documents,
    {disposition} AS disposition
FROM counted
"""
