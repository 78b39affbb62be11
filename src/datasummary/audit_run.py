"""One run of the audit: hosts judged by their evidence, then the documents of those that are not settled."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from datasummary.audit_tables import HOST_VERDICTS, Counted
from datasummary.domains import attribute_origins
from datasummary.engines import Engine, connect
from datasummary.evidence.archive import Archive
from datasummary.evidence.sites import Evidence
from datasummary.hosts import AUTHORITY, SourceHosts, scanned_sources, source_hosts
from datasummary.judging import Grounds, HostJudge, JudgedHost, grounds_of, judged_sites
from datasummary.manifestpass import ManifestPass
from datasummary.policy import Policy
from datasummary.progress import ScanProgress
from datasummary.project import Project
from datasummary.rules import RuleList
from datasummary.signal_tables import SignalWriter
from datasummary.urlpass import During, UrlPass
from datasummary.verdicts import rank
from datasummary.workspace import Workspace, explained, fingerprint, held

__all__ = ["AuditRun"]

HOSTS_PER_BATCH = 20_000


class AuditRun:
    """Judges a project's inventory under one policy, on a DuckDB of its own."""

    def __init__(
        self,
        project: Project,
        policy: Policy,
        archive: Archive,
        settings: tuple[str, int | None, str | None],
        quiet: bool,
        sample: int | None = None,
    ) -> None:
        """Hold the project's audit folder until it is closed; what a killed run spilled there is removed.

        ``sample`` keeps so many hosts, and judges none by their documents.
        """
        self.project = project
        self.policy = policy
        self.archive = archive
        self.settings = settings
        self.progress = ScanProgress(quiet)
        self.kept = Workspace(project.home).root / "audit"
        self._open = contextlib.ExitStack()
        with explained(self.kept):
            self.kept.mkdir(parents=True, exist_ok=True)
        self._open.enter_context(held(self.kept, "an audit or a filter is already running here"))
        for name in ("tmp", "tmp-engine", "tmp-filter"):
            shutil.rmtree(self.kept / name, ignore_errors=True)
        self.connection = self._open.enter_context(duckdb.connect())
        self.connection.execute("SET preserve_insertion_order = false")
        self.connection.execute("SET TimeZone = 'UTC'")
        if settings[1]:
            self.connection.execute("SET threads = ?", [settings[1]])
        if settings[2]:
            self.connection.execute("SET memory_limit = ?", [settings[2]])
        self.connection.execute("SET temp_directory = ?", [str(self.kept / "tmp")])
        self._engine: Engine | None = None
        self.sources = [
            source_hosts(self.connection, part, project.domain_level, f"hosts_{place}")
            for place, part in enumerate(scanned_sources(project))
        ]
        self.sample = sample
        if sample is not None:
            self._draw(sample)
        self.judge = HostJudge(policy, project)
        by_source = [grounds_of(policy, hosts.source, project) for hosts in self.sources]
        self.grounds: list[Grounds] = list(dict.fromkeys(by_source))
        self.ground_of = [self.grounds.index(grounds) for grounds in by_source]
        self.defaults = [self.judge.judge("", None, grounds) for grounds in self.grounds]
        self.unsettled: list[dict[str, Sequence[During]]] = [{} for _ in self.grounds]
        """For each ground the hosts whose documents are judged one by one, and what stands for them."""
        self.settled: list[dict[str, Sequence[During]]] = [{} for _ in self.grounds]
        """The other hosts of which something was found; kept where documents have a second host, an asset's."""
        self.with_assets = {
            ground for ground, hosts in zip(self.ground_of, self.sources, strict=True) if hosts.has_assets
        }
        self._assets: dict[int, str] = {}
        self._shared: dict[tuple[RuleList, ...], tuple[RuleList, ...]] = {}

    def close(self) -> None:
        self._open.close()

    # --- hosts

    def host_tables(self, place: int) -> list[str]:
        """Name the tables with the hosts of a source's documents and, once they are loaded, of its assets."""
        return [self.sources[place].table, *([self._assets[place]] if place in self._assets else [])]

    def left_out_by_default(self, place: int) -> bool:
        """Whether a source's documents are left out whose host has no evidence, or who have no host."""
        return _leaves_out(self.policy, self.defaults[self.ground_of[place]])

    def _draw(self, number: int) -> None:
        """Keep some hosts, drawn by a digest of their names."""
        union = " UNION ALL ".join(f"SELECT authority FROM {hosts.table}" for hosts in self.sources)
        if union:
            self.connection.execute(
                f"CREATE TEMP TABLE drawn AS SELECT DISTINCT authority FROM ({union}) WHERE authority IS NOT NULL "
                f"ORDER BY md5(authority), authority LIMIT ?",
                [number],
            )
        for hosts in self.sources:
            self.connection.execute(
                f"DELETE FROM {hosts.table} WHERE authority IS NULL OR authority NOT IN (FROM drawn)"
            )

    def judge_hosts(self, signals: Path | None) -> None:
        """Judge all hosts, into the table ``host_verdicts`` and the signals' file, if one is named."""
        for place, hosts in enumerate(self.sources):
            if hosts.has_assets and self.sample is None:
                self._load_assets(place, hosts)
        self.connection.register("no_verdicts", HOST_VERDICTS.empty_table())
        self.connection.execute("CREATE TEMP TABLE host_verdicts AS FROM no_verdicts")
        evidence = Evidence(self.archive)
        known = self._hosts_with_evidence(evidence)
        names = [hosts.source.name for hosts in self.sources]
        rows: list[tuple[Any, ...]] = []
        with SignalWriter(signals) if signals else contextlib.nullcontext() as writer:
            for site in self._watched(judged_sites(evidence, self.judge, known), len(known)):
                places = known[site.authority]
                for ground in sorted({self.ground_of[place] for place in places}):
                    judged = self.judge.judge(site.authority, site, self.grounds[ground])
                    rows.append(self._row(ground, site.authority, judged))
                    if writer:
                        of = [names[place] for place in places if self.ground_of[place] == ground]
                        writer.add(of, site.authority, judged)
                if len(rows) >= HOSTS_PER_BATCH:
                    rows = self._put(rows)
        for ground, host in self._overridden(known):
            rows.append(self._row(ground, host, self.judge.judge(host, None, self.grounds[ground])))
            if len(rows) >= HOSTS_PER_BATCH:
                rows = self._put(rows)
        self._put(rows)

    def _watched(self, sites: Iterable[Any], total: int) -> Iterator[Any]:
        with self.progress.steps("hosts with evidence", total) as step:
            for site in sites:
                yield site
                step()

    def _hosts_with_evidence(self, evidence: Evidence) -> dict[str, list[int]]:
        """Give the places of the sources that hold a host, for each host of which there is evidence."""
        found: dict[str, list[int]] = {}
        for place in range(len(self.sources)):
            tables = self.host_tables(place)
            union = " UNION ".join(f"SELECT authority FROM {table} WHERE authority IS NOT NULL" for table in tables)
            hosts = self.connection.sql(f"SELECT DISTINCT authority FROM ({union})").to_arrow_table()
            for name in evidence.known(hosts.column("authority")):
                found.setdefault(name, []).append(place)
        return found

    def _overridden(self, known: Mapping[str, object]) -> Iterator[tuple[int, str]]:
        """Give the hosts without evidence on which the policy decides something all the same."""
        if not self.policy.has_overrides:
            return
        met: set[tuple[int, str]] = set()
        for place in range(len(self.sources)):
            for table in self.host_tables(place):
                query = f"SELECT DISTINCT authority FROM {table} WHERE authority IS NOT NULL ORDER BY authority"
                for (host,) in self.connection.execute(query).fetchall():
                    key = (self.ground_of[place], host)
                    if host not in known and key not in met and self._decides_on(host):
                        met.add(key)
                        yield key

    def _decides_on(self, host: str) -> bool:
        days = [None, self.project.summary.date, self.policy.as_of.date, *self.policy.override_days]
        return any(self.policy.override_for(host, day) for day in days)

    def _row(self, ground: int, host: str, judged: JudgedHost) -> tuple[Any, ...]:
        settled = judged.settled
        if settled is None:
            self.unsettled[ground][host] = tuple(map(self._sharing, judged.periods))
        elif ground in self.with_assets:
            self.settled[ground][host] = judged.periods
        overrides = dict.fromkeys(
            text for period in judged.periods for text in (period.standing.kept, period.standing.dropped) if text
        )
        seen = {seen.id: seen for judgement in judged.judgements for seen in judgement.seen}
        times = [one.captured for one in seen.values() if one.captured]
        looked_at = dict.fromkeys(name for judgement in judged.judgements for name in judgement.protocols)
        return (
            ground,
            host,
            judged.verdict,
            rank(settled.base) if settled else None,
            _leaves_out(self.policy, judged) if settled else None,
            settled is not None,
            "; ".join(overrides) or None,
            list(looked_at),
            min(times, default=None),
            max(times, default=None),
            list(seen),
        )

    def _sharing(self, during: During) -> During:
        """Hold rules that many hosts have once: whole families of sites serve the same file."""
        lists = self._shared.setdefault(during.standing.lists, during.standing.lists)
        return during._replace(standing=during.standing._replace(lists=lists))

    def _put(self, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        if rows:
            columns = [
                pa.array(values, field.type)
                for values, field in zip(zip(*rows, strict=True), HOST_VERDICTS, strict=True)
            ]
            self.connection.register("some_verdicts", pa.Table.from_arrays(columns, schema=HOST_VERDICTS))
            self.connection.execute("INSERT INTO host_verdicts FROM some_verdicts")
            self.connection.unregister("some_verdicts")
        return []

    # --- documents

    def count_documents(self) -> list[Counted]:
        """Count every source's documents by authority and verdict."""
        return [self._count(place, hosts) for place, hosts in enumerate(self.sources)]

    def _count(self, place: int, hosts: SourceHosts) -> Counted:
        ground = self.ground_of[place]
        default = self.defaults[ground]
        base = default.periods[0].standing.base
        left_out = _leaves_out(self.policy, default)
        sizes = ", ".join(f"size_{number}" for number in range(len(hosts.source.measures)))
        table = f"counted_{place}"
        standings = self._standings(place)
        files = self._judged(place, hosts, standings) if standings or hosts.has_assets else []
        judged = [str(file) for file in files]
        if hosts.has_assets:
            assets = self._assets[place]
            sums = ", ".join(f"sum({size}) AS {size}" for size in ["documents", *sizes.split(", ")])
            self.connection.read_parquet(judged).create_view(f"judged_{place}", replace=True)
            for name, origin in ((table, "origin"), (f"{table}_assets", "asset_origin")):
                self.connection.execute(
                    f"CREATE TEMP TABLE {name} AS SELECT {origin} AS origin, verdict, left_out, {sums} "
                    f"FROM judged_{place} GROUP BY ALL"
                )
            return Counted(hosts, ground, base, table, (f"{table}_assets", assets))
        settled = (
            f"SELECT h.origin, coalesce(v.base, {rank(base)})::TINYINT AS verdict, "
            f"coalesce(v.left_out, {left_out}) AS left_out, h.documents, {sizes} FROM {hosts.table} h "
            f"LEFT JOIN host_verdicts v ON v.ground = {ground} AND v.authority = h.authority "
            f"WHERE coalesce(v.settled, true)"
        )
        query = settled
        if judged:
            self.connection.read_parquet(judged).create_view(f"judged_{place}", replace=True)
            query += f" UNION ALL SELECT origin, verdict, left_out, documents, {sizes} FROM judged_{place}"
        self.connection.execute(f"CREATE TEMP TABLE {table} AS {query}")
        return Counted(hosts, ground, base, table)

    def _standings(self, place: int) -> dict[str, Sequence[During]]:
        """Give what stands for each raw authority whose documents are judged one by one, or, with assets, for all."""
        ground = self.ground_of[place]
        periods, tables = self.unsettled[ground], [self.sources[place].table]
        if place in self._assets:
            periods, tables = self.settled[ground] | periods, [*tables, self._assets[place]]
        found: dict[str, Sequence[During]] = {}
        for table in tables:
            query = f"SELECT origin, authority FROM {table} WHERE authority IS NOT NULL"
            for origin, authority in self.connection.execute(query).fetchall():
                if authority in periods:
                    found[origin] = periods[authority]
        return dict(sorted(found.items()))

    def _judged(self, place: int, hosts: SourceHosts, standings: dict[str, Sequence[During]]) -> list[Path]:
        dated = self.policy.as_of.rule == "document"
        default = self.defaults[self.ground_of[place]].periods[0].standing
        judge = UrlPass(self.policy, standings, default)
        digest = hashlib.sha256()
        for item in standings.items():
            digest.update(repr(item).encode())
        state = [self.policy.findings.contradiction, sorted(self.policy.leave_out), default, dated, digest.hexdigest()]
        return self._pass(hosts).judged(judge, fingerprint(state), dated)

    def _pass(self, hosts: SourceHosts) -> ManifestPass:
        return ManifestPass(hosts, self.project.summary.date, self.kept, self._engine_now, self.progress)

    def _engine_now(self) -> Engine:
        if self._engine is None:
            name, threads, memory_limit = self.settings
            self._engine = connect(name, threads=threads, memory_limit=memory_limit, temporary=self.kept / "tmp-engine")
            self._open.callback(self._engine.close)
            if hasattr(self._engine, "progress"):
                self._engine.progress = self.progress.share
        return self._engine

    def _load_assets(self, place: int, hosts: SourceHosts) -> None:
        """Load the hosts of a source's assets, which the inventory does not hold, into a table of their own."""
        table = f"assets_{place}"
        pairs = [str(file) for file in self._pass(hosts).pairs()]
        origins = self.kept / f"assets-{place}.parquet"
        self.connection.read_parquet(pairs).query(
            "pairs", "SELECT DISTINCT asset_origin AS origin FROM pairs WHERE asset_origin IS NOT NULL"
        ).write_parquet(str(origins))
        attributed = attribute_origins(self.connection, str(origins), self.project.domain_level)
        self.connection.execute(
            f"CREATE TEMP TABLE {table} AS SELECT origin, {AUTHORITY} AS authority, host, domain FROM ({attributed})"
        )
        origins.unlink()
        self._assets[place] = table

    # --- what was found

    def sampled(self) -> pa.Table:
        """Give the verdicts of the hosts that were drawn: ``source, host, domain, verdict, protocols, documents``."""
        parts = [
            f"SELECT '{hosts.source.name}' AS source, h.authority AS host, any_value(h.domain) AS domain, "
            f"coalesce(any_value(v.verdict), '{self.defaults[ground].verdict}') AS verdict, "
            f"coalesce(any_value(v.protocols), []) AS protocols, sum(h.documents)::BIGINT AS documents "
            f"FROM {hosts.table} h LEFT JOIN host_verdicts v ON v.ground = {ground} AND v.authority = h.authority "
            f"GROUP BY h.authority"
            for hosts, ground in zip(self.sources, self.ground_of, strict=True)
        ]
        if not parts:
            return pa.table({"source": [], "host": [], "domain": [], "verdict": [], "protocols": [], "documents": []})
        query = " UNION ALL ".join(parts)
        return self.connection.sql(f"FROM ({query}) ORDER BY documents DESC, source, host").to_arrow_table()

    def verify(self, verdicts: Path) -> None:
        """Check that documents and sizes are those of the inventory, source by source."""
        inventory = pq.read_table(self.project.out / "internal" / "sources.parquet").to_pylist()
        wanted = {
            (row["source"], row["modality"]): (row["documents"], row["size"])
            for row in inventory
            if row["role"] == "used"
        }
        found = self.connection.read_parquet(str(verdicts)).query(
            "verdicts",
            "SELECT source, modality, sum(documents)::BIGINT, sum(size)::HUGEINT FROM verdicts WHERE part = 'document' "
            "GROUP BY ALL",
        )
        counted = {(source, modality): (documents, size) for source, modality, documents, size in found.fetchall()}
        for key, totals in wanted.items():
            if counted.get(key, (0, 0)) != totals:
                raise AssertionError(f"{key}: the audit counts {counted.get(key)}, the inventory {totals}")

    def evidence_facts(self) -> dict[str, Any]:
        """Say how much evidence of the inventory's hosts was looked at, and from when."""
        row = self.connection.sql(
            "SELECT count(DISTINCT authority), min(first_captured)::DATE, max(last_captured)::DATE FROM host_verdicts "
            "WHERE len(evidence) > 0"
        ).fetchone()
        assert row
        return {"hosts": row[0], "first_captured": row[1], "last_captured": row[2]}


def _leaves_out(policy: Policy, judged: JudgedHost) -> bool:
    standing = judged.periods[0].standing
    return bool(standing.dropped) or (not standing.kept and standing.base in policy.leave_out)
