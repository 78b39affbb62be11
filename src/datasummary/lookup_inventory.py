"""What a look-up searches: the hosts that the scan counted, source by source, and what the audit made of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from datasummary.errors import DataError
from datasummary.inventory import Coverage, Role, coverage, roles
from datasummary.lookup_hosts import HostTable, HostTables, audit_facts
from datasummary.project import Project
from datasummary.sources import Source
from datasummary.tables import unit_of

__all__ = ["Counted", "LookupInventory", "Searched"]

OTHERS_SHOWN = 10


@dataclass(frozen=True)
class Searched:
    """Where was looked."""

    total: int = 0
    """Sources of the project."""
    with_addresses: tuple[str, ...] = ()
    """Those with manifests in which addresses were found."""
    without_addresses: tuple[str, ...] = ()
    """Those without manifests, or with manifests that carry no addresses."""
    open: tuple[tuple[str, str], ...] = ()
    """Those that could not be looked through, or not wholly, and why."""
    without_host: dict[str, int] = field(default_factory=dict)
    """Documents without an address that names a host, by source; those of sources that carry addresses."""

    @property
    def with_addresses_in_words(self) -> str:
        """``5 of 12 sources``."""
        return f"{len(self.with_addresses)} of {self.total} sources"


@dataclass(slots=True)
class Counted:
    """What one source holds of one host, in one modality."""

    source: str
    role: Role
    part: str
    host: str
    modality: str
    unit: str
    documents: int
    size: int
    first_date: dt.date | None = None
    last_date: dt.date | None = None
    verdict: str | None = None
    override: str | None = None
    reserved_documents: int = 0
    left_out_documents: int = 0
    left_out_size: int = 0


class LookupInventory:
    """A project's hosts, open to be searched."""

    def __init__(self, project: Project, say: Callable[[str], None]) -> None:
        """Sort hosts where that has not been done since the last scan or audit, of which ``say`` is told."""
        self._project = project
        self._tables = HostTables(project, say)
        self._parts: list[tuple[Coverage, list[HostTable]]] = []
        self.audit: dict[str, Any] | None = None
        """What ``audit.json`` says of the audit that stands, if one does."""
        self._verdicts: HostTable | None = None
        self._receipt: dict[str, Any] | None = None
        self.searched = Searched()

    def __enter__(self) -> LookupInventory:
        self._tables.__enter__()
        problems: dict[str, list[str]] = {source.name: [] for source in self._project.sources}
        documents: dict[str, int] = {}
        for source, role in roles(self._project):
            part = self._part(source, role, problems[source.name])
            if part and role == "used":
                documents[source.name] = sum(record["documents"] for record in part.batches.values())
        self.audit = audit_facts(self._project, documents)
        if self.audit:
            self._verdicts = self._tables.verdicts(self._project.out / "internal", self.audit)
        self.searched = self._searched(problems, documents)
        self._tables.remove_others()
        return self

    def __exit__(self, *_: object) -> None:
        self._tables.__exit__()

    def _part(self, source: Source, role: Role, problems: list[str]) -> Coverage | None:
        try:
            part = coverage(source, role, self._project.summary.date)
        except (DataError, OSError) as error:
            problems.append(f"its manifests cannot be listed ({error})")
            return None
        tables = [self._tables.batch(part, name) for name in sorted(part.batches)]
        self._parts.append((part, tables))
        if part.todo:
            what = "manifests" if role == "used" else "lists of what was scraped"
            problems.append(
                f"{len(part.todo):,} of {len(part.shards):,} {what} are not scanned as they are now; run datasummary "
                f"scan"
            )
        return part

    def _searched(self, problems: dict[str, list[str]], documents: dict[str, int]) -> Searched:
        rows: dict[str, int] = {}
        without_host: dict[str, int] = {}
        for part, tables in self._parts:
            name = part.source.name
            if part.role != "used":
                continue
            rows[name] = sum(table.rows for table in tables)
            with_host = sum(table.documents for table in tables)
            if rows[name] and documents[name] > with_host:
                without_host[name] = documents[name] - with_host
            if not self.audit and _has_assets(part):
                problems[name].append("hosts of assets are known only after datasummary audit")
        names = [source.name for source in self._project.sources]
        return Searched(
            len(names),
            tuple(name for name in names if rows.get(name)),
            tuple(name for name in names if not rows.get(name) and not problems[name]),
            tuple((name, "; ".join(problems[name])) for name in names if problems[name]),
            without_host,
        )

    def below(self, hosts: Iterable[str]) -> dict[str, list[Counted]]:
        """Give, by each of these hosts, what was counted of it and of every host below it."""
        wanted = sorted(set(hosts))
        found: dict[str, dict[tuple[str, ...], Counted]] = {host: {} for host in wanted}
        for part, tables in self._parts:
            for table in tables:
                for host, row in table.below(wanted):
                    for counted in _counted(part, row):
                        _add(found[host], counted)
        for host, row in self._verdicts.below(wanted) if self._verdicts else ():
            _judge(found[host], row)
        return {host: list(its.values()) for host, its in found.items()}

    def others(self, domain: str) -> tuple[str, ...]:
        """Give hosts of a registrable domain on which content that is used was found, the largest first; at most 10."""
        rows = [row for row in self.below([domain])[domain] if row.role == "used"]
        hosts = dict.fromkeys(row.host for row in sorted(rows, key=lambda row: (-row.documents, row.host)))
        return tuple(hosts)[:OTHERS_SHOWN]

    def exclusion(self, source: str) -> str:
        """Tell what a filter has done about what the policy leaves out of a source, as far as its receipt shows."""
        if self._receipt is None:
            from datasummary.receipts import filter_receipt, fits

            receipt = filter_receipt(self._project)
            self._receipt = receipt if receipt and self.audit and fits(receipt, self.audit) else {}
        part = next((each for each in self._receipt.get("sources", ()) if each["source"] == source), None)
        if part is None:
            return "to be left out by the policy; no filter has been run on this audit"
        when = f"receipt of {self._receipt['written_at']}"
        if "outputs" in part:
            return f"left out of the manifests that a filter has written ({when})"
        return f"on the filter's list ({when}); that manifests were filtered by it is not shown"


def _has_assets(part: Coverage) -> bool:
    return any({"url", "page_url"} <= record["columns"].keys() for record in part.batches.values())


def _counted(part: Coverage, row: dict[str, Any]) -> Iterator[Counted]:
    for number, measure in enumerate(part.source.measures):
        yield Counted(
            part.source.name,
            part.role,
            "document",
            row["authority"],
            measure.modality,
            unit_of(measure),
            row["documents"],
            int(row[f"size_{number}"]),
            row["first_date"],
            row["last_date"],
        )


def _add(found: dict[tuple[str, ...], Counted], counted: Counted) -> None:
    """Add what another batch counted of the same host."""
    key = (counted.source, counted.role, counted.part, counted.host, counted.modality)
    known = found.setdefault(key, counted)
    if known is not counted:
        known.documents += counted.documents
        known.size += counted.size
        known.first_date = min(filter(None, (known.first_date, counted.first_date)), default=None)
        known.last_date = max(filter(None, (known.last_date, counted.last_date)), default=None)


def _judge(found: dict[tuple[str, ...], Counted], row: dict[str, Any]) -> None:
    """Add what the audit says of a host; those of assets are counted by the audit alone."""
    key = (row["source"], "used", row["part"], row["authority"], row["modality"])
    if key not in found:
        found[key] = Counted(
            row["source"],
            "used",
            row["part"],
            row["authority"],
            row["modality"],
            row["unit"],
            row["documents"],
            int(row["size"]),
        )
    counted = found[key]
    counted.verdict = row["verdict"]
    counted.override = row["override"]
    counted.reserved_documents = row["reserved_documents"]
    counted.left_out_documents = row["left_out_documents"]
    counted.left_out_size = int(row["left_out_size"])
