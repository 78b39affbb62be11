"""What changed since the last audit: hosts that reserved since, hosts that withdrew, hosts that came and went."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from datasummary.documents.blocks import Block, Figures, Points
from datasummary.documents.compliance_data import VERDICTS, ReportData, column, number

__all__ = ["as_of_words", "changes"]

MOST_HOSTS = 20

_RESERVES = "('reserved', 'partly_reserved')"
_BOTH = """
CREATE OR REPLACE TEMP TABLE both_audits AS
SELECT source, host, now.grp, coalesce(now.documents, earlier.documents) AS documents,
    earlier.verdict AS earlier, now.verdict AS verdict
FROM (SELECT * FROM previous SEMI JOIN (SELECT source, main AS modality FROM source_facts) USING (source, modality))
    AS earlier
FULL JOIN (SELECT * FROM hosts WHERE main) AS now USING (source, host)
WHERE host IS NOT NULL
"""


def as_of_words(rule: dict[str, str]) -> str:
    """Say as of when a policy judges."""
    told = {
        "latest": "the latest capture of each site",
        "ever": "any capture of a site, whatever its day",
        "document": "each document's own date",
    }
    return told.get(rule["rule"]) or rule["date"]


def changes(data: ReportData) -> Iterator[Block]:
    """Compare the audit with the one before."""
    if data.previous is None:
        yield Points("not_applicable", ("No earlier audit of this project is kept, so there is nothing to compare.",))
        return
    data.connection.read_parquet(str(data.previous.verdicts)).create_view("previous", replace=True)
    data.connection.execute(_BOTH)
    known = "earlier IS NOT NULL AND verdict IS NOT NULL"
    since = number(data.value(f"SELECT count(*) FROM both_audits WHERE {known} AND {_since()}"), "host")
    withdrew = number(data.value(f"SELECT count(*) FROM both_audits WHERE {_withdrew()}"), "host")
    other = data.value(
        f"SELECT count(*) FROM both_audits WHERE earlier IN {_RESERVES} AND verdict IN "
        f"('review', 'access_refused', 'unknown')"
    )
    shown = [
        f"The earlier audit looked at evidence {_captured(data.previous.evidence)}, this one at evidence "
        f"{_captured(data.facts['evidence'])}.",
        f"Reserved since: {since}, counted by source, of which no reservation was known then.",
        f"Withdrawn since: {withdrew} that reserved then, and of which no reservation is found now.",
    ]
    if other:
        shown.append(
            f"Left open since: {number(other, 'host')} that reserved then; by the evidence of now they are under "
            f"review, refused or unknown, which is no withdrawal."
        )
    yield Points("shown", tuple(shown))
    if note := _policy_changed(data.previous.policy, data.facts["policy"]):
        yield Points("open", (note,))
    yield from filter(None, (_transitions(data), _hosts(data, "since"), _hosts(data, "withdrew")))


def _since() -> str:
    return f"earlier NOT IN {_RESERVES} AND verdict IN {_RESERVES}"


def _withdrew() -> str:
    return f"earlier IN {_RESERVES} AND verdict = 'no_reservation_found'"


def _captured(evidence: dict[str, Any]) -> str:
    hosts = number(evidence["hosts"], "host")
    if not evidence["first_captured"]:
        return f"of {hosts}, captured at times that are not known" if evidence["hosts"] else "of no host"
    return f"of {hosts}, captured {evidence['first_captured']} to {evidence['last_captured']}"


def _policy_changed(before: dict[str, Any], now: dict[str, Any]) -> str | None:
    if before["fingerprint"] == now["fingerprint"]:
        return None
    return (
        f"The policy changed: the earlier audit was read under {before['name']} version {before['version']}, as of "
        f"{as_of_words(before['as_of'])}, this one under {now['name']} version {now['version']}, as of "
        f"{as_of_words(now['as_of'])}. Differences below may come from the policy and not from the sites."
    )


def _transitions(data: ReportData) -> Figures | None:
    names = [*VERDICTS]
    return data.figures(
        "changes",
        "Hosts by their verdict then and now",
        (
            column("earlier", "Then"),
            column("verdict", "Now"),
            column("hosts", "Hosts", "count"),
            column("documents", "Documents", "count"),
        ),
        "SELECT coalesce(replace(earlier, '_', ' '), 'not in the inventory'), "
        "coalesce(replace(verdict, '_', ' '), 'no longer in the inventory'), count(*), sum(documents)::BIGINT "
        "FROM both_audits WHERE earlier IS DISTINCT FROM verdict GROUP BY earlier, verdict "
        "ORDER BY coalesce(list_position(?, earlier), 99), coalesce(list_position(?, verdict), 99)",
        [names, names],
        note="Hosts whose verdict differs, counted by source; documents as now, or as then where a host is gone.",
    )


def _hosts(data: ReportData, which: str) -> Figures | None:
    title, condition = {
        "since": ("Largest hosts that reserved since", f"earlier IS NOT NULL AND {_since()}"),
        "withdrew": ("Largest hosts that withdrew a reservation", _withdrew()),
    }[which]
    return data.figures(
        f"changes-{which}",
        title,
        (
            column("host", "Host"),
            column("source", "Source"),
            column("earlier", "Then"),
            column("verdict", "Now"),
            column("documents", "Documents", "count"),
        ),
        f"SELECT host, source, replace(earlier, '_', ' '), replace(verdict, '_', ' '), documents, host, source "
        f"FROM both_audits WHERE {condition} ORDER BY documents DESC, source, host LIMIT ?",
        [MOST_HOSTS],
        links=("host", "source"),
        note=f"At most {MOST_HOSTS}.",
    )
