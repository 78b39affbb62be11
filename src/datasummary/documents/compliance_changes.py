"""What changed since the last audit: hosts that reserved since, hosts that withdrew, hosts that came and went."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from datasummary.documents.blocks import Block, Figures, Points
from datasummary.documents.compliance_data import VERDICTS, ReportData, column, hosts_counted
from datasummary.translation import t

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
        "latest": t("the latest capture of each site"),
        "ever": t("any capture of a site, whatever its day"),
        "document": t("each document's own date"),
    }
    return told.get(rule["rule"]) or rule["date"]


def changes(data: ReportData) -> Iterator[Block]:
    """Compare the audit with the one before."""
    if data.previous is None:
        nothing = t("No earlier audit of this project is kept, so there is nothing to compare.")
        yield Points("not_applicable", (nothing,))
        return
    data.connection.read_parquet(str(data.previous.verdicts)).create_view("previous", replace=True)
    data.connection.execute(_BOTH)
    known = "earlier IS NOT NULL AND verdict IS NOT NULL"
    since = data.value(f"SELECT count(*) FROM both_audits WHERE {known} AND {_since()}")
    withdrew = data.value(f"SELECT count(*) FROM both_audits WHERE {_withdrew()}")
    other = data.value(
        f"SELECT count(*) FROM both_audits WHERE earlier IN {_RESERVES} AND verdict IN "
        f"('review', 'access_refused', 'unknown')"
    )
    shown = [
        t(
            "The earlier audit looked at evidence {earlier}, this one at evidence {now}.",
            earlier=_captured(data.previous.evidence),
            now=_captured(data.facts["evidence"]),
        ),
        t(
            "Reserved since: {hosts}, counted by source, of which no reservation was known then.",
            hosts=hosts_counted(since),
        ),
        t(
            "Withdrawn since: {hosts} that reserved then, and of which no reservation is found now.",
            hosts=hosts_counted(withdrew),
        ),
    ]
    if other:
        shown.append(
            t(
                "Left open since: {hosts} that reserved then; by the evidence of now they are under review, refused or "
                "unknown, which is no withdrawal.",
                hosts=hosts_counted(other),
            )
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
    """Say of what evidence is, to stand inside a sentence."""
    if not evidence["hosts"] and not evidence["first_captured"]:
        return t("of no host")
    hosts = hosts_counted(evidence["hosts"])
    if not evidence["first_captured"]:
        return t("of {hosts}, captured at times that are not known", hosts=hosts)
    return t(
        "of {hosts}, captured {first} to {last}",
        hosts=hosts,
        first=evidence["first_captured"],
        last=evidence["last_captured"],
    )


def _policy_changed(before: dict[str, Any], now: dict[str, Any]) -> str | None:
    if before["fingerprint"] == now["fingerprint"]:
        return None
    return t(
        "The policy changed: the earlier audit was read under {earlier} version {earlier_version}, as of "
        "{earlier_as_of}, this one under {now} version {version}, as of {as_of}. Differences below may come from the "
        "policy and not from the sites.",
        earlier=before["name"],
        earlier_version=before["version"],
        earlier_as_of=as_of_words(before["as_of"]),
        now=now["name"],
        version=now["version"],
        as_of=as_of_words(now["as_of"]),
    )


def _transitions(data: ReportData) -> Figures | None:
    names = [*VERDICTS]
    return data.figures(
        "changes",
        t("Hosts by their verdict then and now"),
        (
            column("earlier", t("Then")),
            column("verdict", t("Now")),
            column("hosts", t("Hosts"), "count"),
            column("documents", t("Documents"), "count"),
        ),
        "SELECT coalesce(earlier, 'not_in_the_inventory'), coalesce(verdict, 'no_longer_in_the_inventory'), "
        "count(*), sum(documents)::BIGINT "
        "FROM both_audits WHERE earlier IS DISTINCT FROM verdict GROUP BY earlier, verdict "
        "ORDER BY coalesce(list_position(?, earlier), 99), coalesce(list_position(?, verdict), 99)",
        [names, names],
        note=t("Hosts whose verdict differs, counted by source; documents as now, or as then where a host is gone."),
    )


def _hosts(data: ReportData, which: str) -> Figures | None:
    title, condition = {
        "since": (t("Largest hosts that reserved since"), f"earlier IS NOT NULL AND {_since()}"),
        "withdrew": (t("Largest hosts that withdrew a reservation"), _withdrew()),
    }[which]
    return data.figures(
        f"changes-{which}",
        title,
        (
            column("host", t("Host")),
            column("source", t("Source")),
            column("earlier", t("Then")),
            column("verdict", t("Now")),
            column("documents", t("Documents"), "count"),
        ),
        f"SELECT host, source, earlier, verdict, documents, host, source "
        f"FROM both_audits WHERE {condition} ORDER BY documents DESC, source, host LIMIT ?",
        [MOST_HOSTS],
        links=("host", "source"),
        note=t("At most {most}.", most=MOST_HOSTS),
    )
