"""Figures on reservations: content by verdict and by protocol, the largest hosts and domains, what became of them.

Documents and sizes are added up within one group, modality and unit alone: the images and the captions of a source are
the same documents, and tokens and bytes do not add up.
"""

from __future__ import annotations

from collections.abc import Iterator

from datasummary.documents.blocks import Figures
from datasummary.documents.compliance_data import VERDICTS, Cut, ReportData, column, in_hours, link, slug, words
from datasummary.documents.compliance_dispositions import LABELS, disposition_text
from datasummary.documents.host_index import Group
from datasummary.protocols import protocols

__all__ = [
    "by_protocol",
    "by_protocol_and_verdict",
    "by_verdict",
    "dispositions",
    "largest_domains",
    "largest_hosts",
]

LARGEST_DOMAINS = 20
LARGEST_HOSTS = 10

_OF_CUT = "grp = ? AND modality = ? AND unit = ?"
_SHARE_NOTE = (
    "Size counts whole hosts. Of a partly reserved host only the columns on reserved content count what lies at "
    "reserved paths."
)


_HOST_COLUMNS = (
    column("host", "Host"),
    column("source", "Source"),
    column("documents", "Documents", "count"),
    column("unit", "Unit"),
    column("size", "Size", "size"),
    column("reserved_documents", "Reserved documents", "count"),
    column("disposition", "What became of it"),
)


def _order(names: tuple[str, ...] | dict[str, str], of: str) -> str:
    return f"list_position([{', '.join(repr(name) for name in names)}], {of})"


def _drawn(data: ReportData, cut: Cut, size: str, documents: str) -> str:
    """Name the column to draw: sizes, or documents where no size was counted."""
    total = data.value(f"SELECT coalesce(sum(size), 0)::HUGEINT FROM hosts WHERE {_OF_CUT}", cut.values)
    return size if total else documents


def by_verdict(data: ReportData, group: Group) -> Iterator[Figures]:
    """Count hosts, documents and sizes by verdict of the host, a table for each group, modality and unit."""
    for cut in data.cuts_of(group):
        drawn = _drawn(data, cut, "size", "documents")
        found = data.figures(
            f"verdicts-{cut.slug}",
            f"By verdict: {cut.title}",
            (
                column("verdict", "Verdict"),
                column("unit", "Unit"),
                column("hosts", "Hosts", "count"),
                column("documents", "Documents", "count"),
                column("size", "Size", "size"),
                column("share", "Share", "share"),
                column("reserved_documents", "Reserved documents", "count"),
                column("reserved_size", "Reserved size", "size"),
                column("left_out_documents", "Documents the policy leaves out", "count"),
            ),
            f"SELECT replace(verdict, '_', ' '), unit, count(DISTINCT host), sum(documents)::BIGINT, "
            f"sum(size)::HUGEINT, (sum({drawn}) / nullif(sum(sum({drawn})) OVER (), 0))::DOUBLE, "
            f"sum(reserved_documents)::BIGINT, sum(reserved_size)::HUGEINT, sum(left_out_documents)::BIGINT, "
            f"verdict, grp, modality, unit "
            f"FROM hosts WHERE {_OF_CUT} GROUP BY verdict, grp, modality, unit ORDER BY {_order(VERDICTS, 'verdict')}",
            cut.values,
            links=("verdict", "group", "modality", "unit"),
            bars=(drawn,),
            alt=f"A bar for each verdict, as long as the {drawn} of its hosts: {cut.title}.",
            note=f"The share is of {drawn}. {_SHARE_NOTE}",
        )
        yield from [found] if found else []


def by_protocol(data: ReportData, group: Group) -> Iterator[Figures]:
    """Count reserved content by the protocols in which hosts reserve it."""
    for cut in data.cuts_of(group):
        drawn = _drawn(data, cut, "reserved_size", "reserved_documents")
        found = data.figures(
            f"protocols-{cut.slug}",
            f"By protocol: {cut.title}",
            (
                column("protocol", "Protocol"),
                column("unit", "Unit"),
                column("hosts", "Hosts", "count"),
                column("reserved_documents", "Reserved documents", "count"),
                column("reserved_size", "Reserved size", "size"),
            ),
            f"SELECT protocol, unit, count(DISTINCT host), sum(reserved_documents)::BIGINT, "
            f"sum(reserved_size)::HUGEINT, protocol, grp, modality, unit "
            f"FROM (SELECT source, host, protocol FROM speaking WHERE says = 'no') JOIN hosts USING (source, host) "
            f"WHERE {_OF_CUT} GROUP BY protocol, grp, modality, unit "
            f"ORDER BY sum({drawn}) DESC, sum(documents) DESC, protocol",
            cut.values,
            links=("protocols", "group", "modality", "unit"),
            bars=(drawn,),
            alt=f"A bar for each protocol, as long as the reserved content of the hosts that use it: {cut.title}.",
            note="Reserved content of the hosts that say no in a protocol that the policy counts. A host that uses two "
            "protocols stands in both rows, so that rows do not add up. The hosts behind a row are listed as those of "
            "which the protocol was looked at; who said what stands in signals.csv.",
        )
        yield from [found] if found else []


def by_protocol_and_verdict(data: ReportData, group: Group) -> Figures | None:
    """Count hosts by protocol, verdict and modality, with words for people apart."""
    titles = ", ".join("(?, ?)" for _ in protocols())
    return data.figures(
        f"protocols-by-verdict-{slug(group)}",
        "By protocol and verdict",
        (
            column("protocol", "Protocol"),
            column("says", "Says"),
            column("modality", "Modality"),
            column("verdict", "Verdict"),
            column("unit", "Unit"),
            column("hosts", "Hosts", "count"),
            column("documents", "Documents", "count"),
            column("reserved_documents", "Reserved documents", "count"),
            column("reserved_size", "Reserved size", "size"),
        ),
        f"WITH titles(protocol, title) AS (VALUES {titles}) "
        f"SELECT coalesce(any_value(title), protocol), if(says = 'no', 'no', 'words for people'), "
        f"modality, replace(verdict, '_', ' '), unit, count(DISTINCT host), "
        f"sum(documents)::BIGINT, sum(reserved_documents)::BIGINT, sum(reserved_size)::HUGEINT, "
        f"protocol, verdict, grp, modality, unit "
        f"FROM speaking JOIN hosts USING (source, host) LEFT JOIN titles USING (protocol) WHERE grp = ? "
        f"GROUP BY protocol, says, grp, modality, unit, verdict "
        f"ORDER BY modality, unit, protocol, says, {_order(VERDICTS, 'verdict')}",
        [*(text for name, protocol in protocols().items() for text in (name, protocol.TITLE)), group],
        links=("protocols", "verdict", "group", "modality", "unit"),
        note="Signals that the policy counts, those included that a contract or a legal basis sets aside. Rows overlap "
        "where a host uses several protocols.",
    )


def dispositions(data: ReportData, group: Group) -> Figures | None:
    """Count what became of the content of hosts where there is a signal."""
    labels = ", ".join("(?, ?)" for _ in LABELS)
    return data.figures(
        f"dispositions-{slug(group)}",
        "What became of content where there is a signal",
        (
            column("disposition", "Disposition"),
            column("hosts", "Hosts", "count"),
            column("documents", "Documents", "count"),
            column("reserved_documents", "Reserved documents", "count"),
            column("left_out_documents", "Documents the policy leaves out", "count"),
            column("retained_documents", "Documents that stay in", "count"),
        ),
        f"WITH labels(disposition, label) AS (VALUES {labels}) "
        f"SELECT label, count(DISTINCT host), sum(documents)::BIGINT, "
        f"sum(reserved_documents)::BIGINT, sum(left_out_documents)::BIGINT, "
        f"sum(documents - left_out_documents)::BIGINT, label, grp "
        f"FROM hosts JOIN labels USING (disposition) WHERE main AND grp = ? GROUP BY disposition, label, grp "
        f"ORDER BY {_order(LABELS, 'disposition')}",
        [*(text for item in LABELS.items() for text in item), group],
        links=("disposition", "group"),
        note="Each document counts once, by the first modality of its source.",
    )


def largest_hosts(data: ReportData, group: Group) -> Iterator[Figures]:
    """List the largest hosts of each verdict, by documents."""
    for verdict in VERDICTS:
        rows = data.rows(
            "SELECT coalesce(host, '(no host)'), source, documents, unit, "
            "size::HUGEINT, reserved_documents, disposition, override, left_out_documents, open_documents, host "
            "FROM hosts WHERE main AND grp = ? AND verdict = ? ORDER BY documents DESC, source, host LIMIT ?",
            [group, verdict, LARGEST_HOSTS],
        )
        if not rows:
            continue
        told = [
            disposition_text(
                row[6],
                receipt=data.receipt,
                override=row[7],
                documents=row[2],
                left_out=row[8],
                open_documents=row[9],
            )
            for row in rows
        ]
        yield Figures(
            f"largest-{slug(verdict)}-{slug(group)}",
            f"Largest hosts: {words(verdict)}",
            _HOST_COLUMNS,
            in_hours(_HOST_COLUMNS, [(*row[:6], text or None) for row, text in zip(rows, told, strict=True)]),
            links=tuple(link(host=row[10], source=row[1], verdict=verdict) for row in rows),
        )


def largest_domains(data: ReportData, group: Group) -> Iterator[Figures]:
    """List the registrable domains with the most reserved content."""
    for cut in data.cuts_of(group):
        drawn = _drawn(data, cut, "reserved_size", "reserved_documents")
        found = data.figures(
            f"domains-{cut.slug}",
            f"Largest affected domains: {cut.title}",
            (
                column("domain", "Domain"),
                column("unit", "Unit"),
                column("hosts", "Hosts", "count"),
                column("reserved_hosts", "Hosts reserved or partly reserved", "count"),
                column("reserved_documents", "Reserved documents", "count"),
                column("reserved_size", "Reserved size", "size"),
                column("left_out_documents", "Documents the policy leaves out", "count"),
            ),
            f"SELECT domain, unit, sum(hosts)::BIGINT, sum(reserved_hosts)::BIGINT, sum(reserved_documents)::BIGINT, "
            f"sum(reserved_size)::HUGEINT, sum(left_out_documents)::BIGINT, domain, grp, modality, unit "
            f"FROM domain_verdicts JOIN source_facts USING (source) "
            f"WHERE part = 'document' AND {_OF_CUT} GROUP BY domain, grp, modality, unit "
            f"HAVING sum(reserved_documents) > 0 ORDER BY sum({drawn}) DESC, domain LIMIT ?",
            [*cut.values, LARGEST_DOMAINS],
            links=("domain", "group", "modality", "unit"),
            bars=(drawn,),
            alt=f"A bar for each of the domains with most reserved content: {cut.title}.",
            note=f"At most {LARGEST_DOMAINS}. A host that is in two sources counts in each.",
        )
        yield from [found] if found else []
