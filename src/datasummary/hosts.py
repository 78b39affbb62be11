"""The hosts of the inventory: which a source's documents stand on, and how much on each.

A host is an authority without its default port (``example.com``, ``example.com:8080``): the unit for which a site
reserves rights. Sources are read from the batches that a scan kept; no manifest is opened.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from datasummary.domains import attribute_origins
from datasummary.inventory import Coverage, coverage, roles
from datasummary.project import DomainLevel, Project
from datasummary.sources import Source

__all__ = ["AUTHORITY", "SourceHosts", "inventory_hosts", "scanned_sources", "source_hosts"]

AUTHORITY = "host || if(port IS NULL, '', ':' || port)"
"""SQL for the authority of a host and a port, as evidence is filed under it."""


@dataclass(frozen=True)
class SourceHosts:
    """A source whose hosts lie in a table: ``origin``, ``authority``, ``host``, ``domain``, ``documents``, ``size_…``.

    A row is a raw authority as the manifest spells it; ``authority`` is null for documents that have no host.
    """

    part: Coverage
    table: str

    @property
    def source(self) -> Source:
        return self.part.source

    @property
    def has_assets(self) -> bool:
        """Whether a manifest names both a page and an asset, whose hosts are both judged."""
        return any({"url", "page_url"} <= record["columns"].keys() for record in self.part.batches.values())


def scanned_sources(project: Project) -> list[Coverage]:
    """Give the sources that have manifests, with the batches that hold what was used of them."""
    return [coverage(source, role, project.summary.date) for source, role in roles(project) if role == "used"]


def source_hosts(connection: duckdb.DuckDBPyConnection, part: Coverage, level: DomainLevel, table: str) -> SourceHosts:
    """Load a source's hosts into a table of this name."""
    sizes = [f"size_{number}" for number in range(len(part.source.measures))]
    typed = "".join(f", 0::DECIMAL(38,0) AS {size}" for size in sizes)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT ''::VARCHAR AS origin, NULL::VARCHAR AS authority, "
        f"NULL::VARCHAR AS host, NULL::VARCHAR AS domain, 0::BIGINT AS documents{typed} LIMIT 0"
    )
    listed = ", ".join(sizes)
    for name in sorted(part.batches):
        origins = str(part.workspace.batch(name) / "origins.parquet")
        attributed = attribute_origins(connection, origins, level)
        connection.execute(
            f"INSERT INTO {table} SELECT origin, {AUTHORITY}, host, domain, documents, {listed} FROM ({attributed})"
        )
    if len(part.batches) > 1:
        sums = ", ".join(f"sum({name})::{kind} AS {name}" for name, kind in _kinds(sizes))
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT origin, any_value(authority) AS authority, "
            f"any_value(host) AS host, any_value(domain) AS domain, {sums} FROM {table} GROUP BY origin"
        )
    return SourceHosts(part, table)


def _kinds(sizes: list[str]) -> list[tuple[str, str]]:
    return [("documents", "BIGINT"), *((size, "DECIMAL(38,0)") for size in sizes)]


def inventory_hosts(project: Project) -> list[str]:
    """List the hosts that were found in a project's manifests so far, the largest (by documents) first."""
    with duckdb.connect() as connection:
        tables = [
            source_hosts(connection, part, project.domain_level, f"hosts_{place}").table
            for place, part in enumerate(scanned_sources(project))
        ]
        if not tables:
            return []
        union = " UNION ALL ".join(f"SELECT authority, documents FROM {table}" for table in tables)
        rows = connection.sql(
            f"SELECT authority FROM ({union}) WHERE authority IS NOT NULL GROUP BY authority "
            f"ORDER BY sum(documents) DESC, authority"
        )
        return [name for (name,) in rows.fetchall()]
