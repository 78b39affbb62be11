"""The hosts behind the report's figures: the largest with what became of them, and what the largest of them said."""

from __future__ import annotations

from datasummary.documents.audit_words import place
from datasummary.documents.compliance_data import ReportData
from datasummary.documents.compliance_dispositions import disposition_text
from datasummary.documents.host_index import HostIndex, HostRow, Statement
from datasummary.translation import speaking

__all__ = ["MOST_ROWS", "hosts_behind"]

MOST_ROWS = 100_000
QUOTED_HOSTS = 1_000
STATEMENTS_PER_HOST = 10
"""A robots.txt may hold thousands of lines; ``explain`` shows all."""


def hosts_behind(data: ReportData) -> HostIndex:
    """Give the largest hosts of an audit, and statements of the largest that say something.

    What became of a host, and where a statement stands, is told in the project's language.
    """
    with speaking(data.project.language):
        return _hosts_behind(data)


def _hosts_behind(data: ReportData) -> HostIndex:
    rows = data.rows(
        "SELECT source, grp, host, domain, modality, unit, verdict, documents, size::HUGEINT, reserved_documents, "
        "reserved_size::HUGEINT, left_out_documents, protocols, first_captured, last_captured, disposition, "
        "override, open_documents FROM hosts ORDER BY documents DESC, source, host NULLS FIRST, modality LIMIT ?",
        [MOST_ROWS],
    )
    return HostIndex(
        rows=tuple(
            HostRow(
                source=row[0],
                group=row[1],
                host=row[2],
                domain=row[3],
                modality=row[4],
                unit=row[5],
                verdict=row[6],
                disposition=disposition_text(
                    row[15],
                    receipt=data.receipt,
                    override=row[16],
                    documents=row[7],
                    left_out=row[11],
                    open_documents=row[17],
                ),
                documents=row[7],
                size=row[8],
                reserved_documents=row[9],
                reserved_size=row[10],
                left_out_documents=row[11],
                protocols=tuple(row[12] or ()),
                first_captured=row[13],
                last_captured=row[14],
            )
            for row in rows
        ),
        total=data.value("SELECT count(*) FROM hosts"),
        statements=_statements(data),
    )


def _statements(data: ReportData) -> tuple[Statement, ...]:
    rows = data.rows(
        _STATEMENTS.format(captures=data.captures()),
        [QUOTED_HOSTS, STATEMENTS_PER_HOST],
    )
    told = [(*row[:5], place(row[5]), *row[6:]) for row in rows]
    return tuple(Statement(*row) for row in told)


_STATEMENTS = """
WITH largest AS (
    SELECT host, sum(documents) AS documents FROM hosts
    WHERE main AND host IN (SELECT host FROM signals WHERE says <> 'silent')
    GROUP BY host ORDER BY documents DESC, host LIMIT ?
), said AS (
    SELECT DISTINCT s.host, role, addressee, protocol, says, place, quote, url, captured, capture, l.documents
    FROM signals s JOIN largest l USING (host)
), chosen AS (
    SELECT *, row_number() OVER (
        PARTITION BY host
        ORDER BY list_position(['counted', 'overruled', 'not counted'], role),
            list_position(['no', 'unclear', 'yes', 'silent'], says), protocol, captured DESC NULLS LAST,
            len(place), place, addressee, url, capture, quote) AS number
    FROM said QUALIFY number <= ?
), digests AS (
    SELECT id, any_value(sha256) AS sha256 FROM {captures} WHERE id IN (SELECT capture FROM chosen) GROUP BY id
)
SELECT host, role, addressee, protocol, says, place, quote, url, captured, capture, coalesce(sha256, '')
FROM chosen LEFT JOIN digests ON id = capture ORDER BY documents DESC, host, number
"""
