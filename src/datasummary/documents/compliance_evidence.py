"""Figures on the evidence: what is unknown and why, what readers stumbled over, opt-outs over time."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from datasummary.documents.blocks import Figures
from datasummary.documents.compliance_data import ReportData, column, slug
from datasummary.documents.host_index import Group
from datasummary.evidence.sites import Evidence
from datasummary.judging import Grounds, grounds_of
from datasummary.translation import t
from datasummary.trends import OPT_OUTS, opt_outs_over_time
from datasummary.workspace import Workspace, fingerprint, write_atomically
from datasummary.writing import number

__all__ = ["capture_problems", "opt_outs", "reader_remarks", "unknown_and_why"]

MOST_REMARKS = 20
TREND_HOSTS = 5_000
"""Each host is judged on each day of its captures, one by one; more would take minutes."""
MOST_DAYS = 24
"""Up to so many days of captures each has a row, if most hosts were captured on each; else each month has one."""

_NO_PROBLEM = ("prose in a comment", "the group says nothing on training", "a group without a rule")
_NO_PROBLEM_BEGINS = ("read as ", "names a licence document")


def unknown_and_why(data: ReportData, group: Group) -> Figures | None:
    """Count documents whose verdict is unknown or access refused, by what came of asking for the file that is required.

    The reason is that of the host's latest capture which explains the verdict.
    """
    required = [name for name, rule in data.policy.protocols.items() if rule.counts and rule.required]
    by_date = {"document": "no capture by the document's date", "date": "no capture by the day judged"}
    when = by_date.get(data.policy.as_of.rule, "the required file was not captured")
    return data.figures(
        f"unknown-{slug(group)}",
        t("What is unknown or refused, and why"),
        (
            column("finding", t("Finding")),
            column("reason", t("Why")),
            column("modality", t("Modality")),
            column("unit", t("Unit")),
            column("hosts", t("Hosts"), "count"),
            column("documents", t("Documents"), "count"),
            column("size", t("Size"), "size"),
        ),
        _UNKNOWN.format(captures=data.captures()),
        [group, required, when, when],
        links=("verdict", "group", "modality", "unit"),
        note=t(
            "Documents are counted by their own verdicts, so a host may stand here with some of them alone. The hosts "
            "behind a row are listed by verdict, whatever the reason."
        ),
    )


_UNKNOWN = """
WITH open AS (
    SELECT grp, assets, host, modality, unit, evidence, finding.name AS finding, finding.documents AS documents,
        finding.size AS size
    FROM (
        SELECT s.grp, s.assets, v.*, unnest([
            {{'name': 'access_refused', 'documents': refused_documents, 'size': refused_size}},
            {{'name': 'unknown', 'documents': unknown_documents, 'size': unknown_size}}]) AS finding
        FROM verdicts v JOIN source_facts s USING (source)
        WHERE part = 'document' AND grp = ? AND refused_documents + unknown_documents > 0
    ) WHERE finding.documents > 0
), asked AS (
    SELECT DISTINCT host, finding, unnest(evidence) AS id FROM open WHERE host IS NOT NULL
), latest AS (
    SELECT host, finding, outcome, status, kind, problem, list_contains(?, kind) AS required, bytes,
        CASE finding WHEN 'unknown' THEN outcome IN ('failed', 'redirected') ELSE outcome = 'refused' END AS explains
    FROM asked JOIN {captures} USING (id)
    QUALIFY row_number() OVER (
        PARTITION BY host, finding ORDER BY explains DESC, required DESC, captured DESC NULLS LAST, id) = 1
), reasons AS (
    SELECT host, finding, required, CASE
        WHEN NOT explains THEN NULL
        WHEN outcome = 'refused' AND status IN (401, 403, 407, 429, 451) THEN 'refused with status ' || status
        WHEN outcome = 'refused' THEN 'refused: a page that asks the visitor to prove something'
        WHEN outcome = 'redirected' THEN 'a redirect to what was not captured'
        WHEN problem = 'digest differs' THEN 'the evidence was changed since it was captured'
        WHEN status >= 500 THEN 'server failure (status 5xx)'
        WHEN status IS NULL AND bytes = 0 THEN 'no answer'
        WHEN problem IS NOT NULL AND problem <> 'truncated' THEN 'an answer that is not whole or cannot be read'
        WHEN bytes > 0 AND coalesce(status, 200) BETWEEN 200 AND 299 THEN 'HTML in place of the file'
        ELSE 'another failure, with status ' || coalesce(status::VARCHAR, 'not known')
    END AS reason FROM latest
), later AS (
    SELECT DISTINCT authority FROM {captures}
)
SELECT finding, CASE
        WHEN o.host IS NULL THEN 'no web address, or none with a host'
        WHEN r.reason IS NOT NULL THEN r.reason
        WHEN assets AND (finding = 'access_refused' OR r.required) THEN 'by the host of the asset'
        WHEN len(evidence) > 0 THEN ?
        WHEN l.authority IS NOT NULL THEN ?
        ELSE 'no evidence: nobody asked'
    END AS why, modality, unit, count(DISTINCT o.host),
    sum(documents)::BIGINT, sum(size)::HUGEINT, finding, grp, modality, unit
FROM open o LEFT JOIN reasons r USING (host, finding) LEFT JOIN later l ON l.authority = o.host
GROUP BY finding, why, grp, modality, unit
ORDER BY finding DESC, modality, unit, sum(documents) DESC, why
"""


def reader_remarks(data: ReportData) -> Figures | None:
    """Count in how many files a reader met what deviates from its protocol, or left something open."""
    return data.figures(
        "remarks",
        t("Remarks of the readers: parse problems, and what was left open"),
        (
            column("protocol", t("Protocol")),
            column("remark", t("Remark")),
            column("hosts", t("Hosts"), "count"),
            column("statements", t("Statements"), "count"),
            column("example", t("For instance")),
        ),
        "SELECT protocol, remark, count(DISTINCT host), count(*), min(url) FROM ("
        "SELECT DISTINCT protocol, host, url, capture, place, unnest(string_split(note, '; ')) AS remark FROM signals "
        "WHERE note IS NOT NULL) "
        "WHERE NOT list_contains(?, remark) AND NOT list_bool_or(list_transform(?, b -> starts_with(remark, b))) "
        "GROUP BY protocol, remark ORDER BY count(DISTINCT host) DESC, protocol, remark LIMIT ?",
        [list(_NO_PROBLEM), list(_NO_PROBLEM_BEGINS), MOST_REMARKS],
        note=t(
            "At most {most}, the most frequent first. Each stands in signals.csv beside the statement.",
            most=MOST_REMARKS,
        ),
    )


def capture_problems(data: ReportData) -> Figures | None:
    """Count captures of the inventory's hosts that came in part or not at all, by problem."""
    return data.figures(
        "capture-problems",
        t("Captures that came in part, or not at all"),
        (
            column("problem", t("Problem")),
            column("outcome", t("Outcome")),
            column("hosts", t("Hosts"), "count"),
            column("captures", t("Captures"), "count"),
        ),
        f"SELECT coalesce(problem, 'none noted'), outcome, count(DISTINCT authority), count(DISTINCT id) "
        f"FROM {data.captures()} WHERE (problem IS NOT NULL OR outcome = 'failed') "
        f"AND authority IN (SELECT host FROM hosts WHERE host IS NOT NULL) "
        f"GROUP BY problem, outcome ORDER BY count(DISTINCT id) DESC, problem, outcome LIMIT ?",
        [MOST_REMARKS],
    )


def opt_outs(data: ReportData, group: Group) -> Iterator[Figures]:
    """Show how reservations developed, where robots.txt of several days was captured: by day, or by month.

    There are figures for each way in which sources of the group are judged.
    """
    alike: dict[Grounds, list[str]] = {}
    for source in data.of_group(group):
        alike.setdefault(grounds_of(data.policy, source, data.project), []).append(source.name)
    panels = {grounds: _hosts_captured(data, sources) for grounds, sources in alike.items()}
    said = _said(data, panels, slug(group))
    for place, (sources, hosts, table) in enumerate(zip(alike.values(), panels.values(), said, strict=True), 1):
        found = _over_time(data, table, len(hosts), sources, f"opt-outs-{slug(group)}-{place}")
        if len(found.rows) > 1:
            yield found


def _hosts_captured(data: ReportData, sources: list[str]) -> list[str]:
    """Give the largest hosts of sources whose robots.txt was captured, if that was on several days."""
    data.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE captured AS SELECT authority AS host, captured::DATE AS day "
        f"FROM {data.captures()} WHERE kind = 'robots-txt' AND captured IS NOT NULL"
    )
    rows = data.rows(
        "WITH panel AS (SELECT host, sum(documents) AS documents FROM hosts "
        "WHERE main AND host IS NOT NULL AND list_contains(?, source) GROUP BY host) "
        "SELECT host FROM panel WHERE host IN (SELECT host FROM captured) "
        "AND (SELECT count(DISTINCT day) FROM captured SEMI JOIN panel USING (host)) > 1 "
        "ORDER BY documents DESC, host LIMIT ?",
        [sources, TREND_HOSTS],
    )
    return [host for (host,) in rows]


def _over_time(data: ReportData, said: pa.Table, hosts: int, sources: list[str], id_: str) -> Figures:
    data.connection.register("said", said)
    ((days, a_day),) = data.rows("SELECT count(DISTINCT day), count(*) / nullif(count(DISTINCT day), 0) FROM said")
    step = "day" if days <= MOST_DAYS and (a_day or 0) * 2 >= hosts else "month"
    rows = data.rows(
        f"WITH last AS (SELECT *, date_trunc('{step}', day) AS period FROM said "
        "QUALIFY row_number() OVER (PARTITION BY period, host ORDER BY day DESC) = 1) "
        "SELECT max(day), count(*), count(*) FILTER (answered), count(*) FILTER (verdict = 'reserved'), "
        "count(*) FILTER (verdict = 'partly_reserved'), count(*) FILTER (verdict = 'review'), "
        "count(*) FILTER (verdict IN ('unknown', 'access_refused')), count(*) FILTER (len(by_name) > 0) "
        "FROM last GROUP BY period ORDER BY period"
    )
    data.connection.unregister("said")
    return Figures(
        id_,
        t("Opt-outs over time: {sources}", sources=", ".join(sources)),
        (
            column("day", t("Last captured"), "day"),
            column("hosts", t("Hosts captured"), "count"),
            column("answered", t("Answered"), "count"),
            column("reserved", t("Reserved"), "count"),
            column("partly_reserved", t("Partly reserved"), "count"),
            column("review", t("Review"), "count"),
            column("unknown", t("Unknown or refused"), "count"),
            column("by_name", t("Say no to a crawler by name"), "count"),
        ),
        tuple(rows),
        bars=("reserved", "partly_reserved"),
        alt=t("For each day of captures how many hosts were reserved and how many partly reserved.")
        if step == "day"
        else t("For each month of captures how many hosts were reserved and how many partly reserved."),
        note=_over_time_note(step, all_hosts=hosts < TREND_HOSTS),
    )


def _over_time_note(step: str, *, all_hosts: bool) -> str:
    if all_hosts and step == "day":
        hosts = t(
            "Hosts of the inventory whose robots.txt was captured, by their last capture of each day, read under the "
            "policy as it is now; not every host was captured each time."
        )
    elif all_hosts:
        hosts = t(
            "Hosts of the inventory whose robots.txt was captured, by their last capture of each month, read under the "
            "policy as it is now; not every host was captured each time."
        )
    elif step == "day":
        hosts = t(
            "Hosts of the inventory whose robots.txt was captured, the {most} largest of them, by their last capture "
            "of each day, read under the policy as it is now; not every host was captured each time.",
            most=number(TREND_HOSTS),
        )
    else:
        hosts = t(
            "Hosts of the inventory whose robots.txt was captured, the {most} largest of them, by their last capture "
            "of each month, read under the policy as it is now; not every host was captured each time.",
            most=number(TREND_HOSTS),
        )
    aside = t("Contracts and decisions by host are left aside.")
    return f"{hosts} {aside}"


def _said(data: ReportData, panels: dict[Grounds, list[str]], name: str) -> Iterator[pa.Table]:
    """Judge hosts on each day of their captures; what was found is kept until something changes."""
    folder = Workspace(data.project.home).root / "report"
    kept = {
        grounds: folder / f"opt-outs-{name}-{fingerprint([data.facts['state'], grounds, hosts])}.parquet"
        for grounds, hosts in panels.items()
    }
    for left in folder.glob(f"opt-outs-{name}-*.parquet"):
        if left not in kept.values():
            left.unlink()
    evidence: Evidence | None = None
    for grounds, path in kept.items():
        if path.exists():
            yield pq.read_table(path)
        elif not panels[grounds]:
            yield OPT_OUTS.empty_table()
        else:
            evidence = evidence or Evidence(data.archive)
            table = opt_outs_over_time(evidence, data.policy, grounds, panels[grounds])
            write_atomically(path, functools.partial(_write, table))
            yield table


def _write(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, compression="zstd")
