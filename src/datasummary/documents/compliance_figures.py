"""Figures on reservations: content by verdict and by protocol, the largest hosts and domains, what became of them.

Documents and sizes are added up within one group, modality and unit alone: the images and the captions of a source are
the same documents, and tokens and bytes do not add up.
"""

from __future__ import annotations

from collections.abc import Iterator

from datasummary.documents import audit_words
from datasummary.documents.blocks import Column, Figures
from datasummary.documents.compliance_data import VERDICTS, Cut, ReportData, column, in_words, link, slug
from datasummary.documents.compliance_dispositions import LABELS, disposition_text, filter_note
from datasummary.documents.host_index import Group
from datasummary.documents.policy_rules import protocol_title
from datasummary.protocols import protocols
from datasummary.translation import t

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


def _host_columns() -> tuple[Column, ...]:
    return (
        column("host", t("Host")),
        column("source", t("Source")),
        column("documents", t("Documents"), "count"),
        column("unit", t("Unit")),
        column("size", t("Size"), "size"),
        column("reserved_documents", t("Reserved documents"), "count"),
        column("disposition", t("What became of it")),
    )


def _order(names: tuple[str, ...] | dict[str, str], of: str) -> str:
    return f"list_position([{', '.join(repr(name) for name in names)}], {of})"


def _drawn(data: ReportData, cut: Cut, size: str, documents: str) -> str:
    """Name the column to draw: sizes, or documents where no size was counted."""
    total = data.value(f"SELECT coalesce(sum(size), 0)::HUGEINT FROM hosts WHERE {_OF_CUT}", cut.values)
    return size if total else documents


def by_verdict(data: ReportData, group: Group) -> Iterator[Figures]:
    """Count hosts, documents and sizes by verdict of the host, a table for each group, modality and unit."""
    whole = t(
        "Size counts whole hosts. Of a partly reserved host only the columns on reserved content count what lies at "
        "reserved paths."
    )
    for cut in data.cuts_of(group):
        drawn = _drawn(data, cut, "size", "documents")
        share = t("The share is of size.") if drawn == "size" else t("The share is of documents.")
        found = data.figures(
            f"verdicts-{cut.slug}",
            t("By verdict: {content}", content=cut.title),
            (
                column("verdict", t("Verdict")),
                column("unit", t("Unit")),
                column("hosts", t("Hosts"), "count"),
                column("documents", t("Documents"), "count"),
                column("size", t("Size"), "size"),
                column("share", t("Share"), "share"),
                column("reserved_documents", t("Reserved documents"), "count"),
                column("reserved_size", t("Reserved size"), "size"),
                column("left_out_documents", t("Documents the policy leaves out"), "count"),
            ),
            f"SELECT verdict, unit, count(DISTINCT host), sum(documents)::BIGINT, "
            f"sum(size)::HUGEINT, (sum({drawn}) / nullif(sum(sum({drawn})) OVER (), 0))::DOUBLE, "
            f"sum(reserved_documents)::BIGINT, sum(reserved_size)::HUGEINT, sum(left_out_documents)::BIGINT, "
            f"verdict, grp, modality, unit "
            f"FROM hosts WHERE {_OF_CUT} GROUP BY verdict, grp, modality, unit ORDER BY {_order(VERDICTS, 'verdict')}",
            cut.values,
            links=("verdict", "group", "modality", "unit"),
            bars=(drawn,),
            alt=t("A bar for each verdict, as long as the size of its hosts: {content}.", content=cut.title)
            if drawn == "size"
            else t("A bar for each verdict, as long as the documents of its hosts: {content}.", content=cut.title),
            note=f"{share} {whole}",
        )
        yield from [found] if found else []


def _titles() -> tuple[str, list[str]]:
    """Places for the protocols and their titles in a VALUES list, and what stands in them."""
    names = [text for name in protocols() for text in (name, protocol_title(name))]
    return ", ".join("(?, ?)" for _ in protocols()), names


def by_protocol(data: ReportData, group: Group) -> Iterator[Figures]:
    """Count reserved content by the protocols in which hosts reserve it."""
    titles, names = _titles()
    for cut in data.cuts_of(group):
        drawn = _drawn(data, cut, "reserved_size", "reserved_documents")
        found = data.figures(
            f"protocols-{cut.slug}",
            t("By protocol: {content}", content=cut.title),
            (
                column("protocol", t("Protocol")),
                column("unit", t("Unit")),
                column("hosts", t("Hosts"), "count"),
                column("reserved_documents", t("Reserved documents"), "count"),
                column("reserved_size", t("Reserved size"), "size"),
            ),
            f"WITH titles(protocol, title) AS (VALUES {titles}) "
            f"SELECT coalesce(any_value(title), protocol), unit, count(DISTINCT host), "
            f"sum(reserved_documents)::BIGINT, sum(reserved_size)::HUGEINT, protocol, grp, modality, unit "
            f"FROM (SELECT source, host, protocol FROM speaking WHERE says = 'no') JOIN hosts USING (source, host) "
            f"LEFT JOIN titles USING (protocol) "
            f"WHERE {_OF_CUT} GROUP BY protocol, grp, modality, unit "
            f"ORDER BY sum({drawn}) DESC, sum(documents) DESC, protocol",
            [*names, *cut.values],
            links=("protocols", "group", "modality", "unit"),
            bars=(drawn,),
            alt=t(
                "A bar for each protocol, as long as the reserved content of the hosts that use it: {content}.",
                content=cut.title,
            ),
            note=t(
                "Reserved content of the hosts that say no in a protocol that the policy counts. A host that uses two "
                "protocols stands in both rows, so that rows do not add up. The hosts behind a row are listed as those "
                "of which the protocol was looked at; who said what stands in signals.csv."
            ),
        )
        yield from [found] if found else []


def by_protocol_and_verdict(data: ReportData, group: Group) -> Figures | None:
    """Count hosts by protocol, verdict and modality, with words for people apart."""
    titles, names = _titles()
    return data.figures(
        f"protocols-by-verdict-{slug(group)}",
        t("By protocol and verdict"),
        (
            column("protocol", t("Protocol")),
            column("says", t("Says")),
            column("modality", t("Modality")),
            column("verdict", t("Verdict")),
            column("unit", t("Unit")),
            column("hosts", t("Hosts"), "count"),
            column("documents", t("Documents"), "count"),
            column("reserved_documents", t("Reserved documents"), "count"),
            column("reserved_size", t("Reserved size"), "size"),
        ),
        f"WITH titles(protocol, title) AS (VALUES {titles}) "
        f"SELECT coalesce(any_value(title), protocol), if(says = 'no', ?, ?), "
        f"modality, verdict, unit, count(DISTINCT host), "
        f"sum(documents)::BIGINT, sum(reserved_documents)::BIGINT, sum(reserved_size)::HUGEINT, "
        f"protocol, verdict, grp, modality, unit "
        f"FROM speaking JOIN hosts USING (source, host) LEFT JOIN titles USING (protocol) WHERE grp = ? "
        f"GROUP BY protocol, says, grp, modality, unit, verdict "
        f"ORDER BY modality, unit, protocol, says, {_order(VERDICTS, 'verdict')}",
        [
            *names,
            t("no"),
            t("words for people"),
            group,
        ],
        links=("protocols", "verdict", "group", "modality", "unit"),
        note=t(
            "Signals that the policy counts, those included that a contract or a legal basis sets aside. Rows overlap "
            "where a host uses several protocols."
        ),
    )


def dispositions(data: ReportData, group: Group) -> Figures | None:
    """Count what became of the content of hosts where there is a signal."""
    labels = ", ".join("(?, ?)" for _ in LABELS)
    return data.figures(
        f"dispositions-{slug(group)}",
        t("What became of content where there is a signal"),
        (
            column("disposition", t("Disposition")),
            column("hosts", t("Hosts"), "count"),
            column("documents", t("Documents"), "count"),
            column("reserved_documents", t("Reserved documents"), "count"),
            column("left_out_documents", t("Documents the policy leaves out"), "count"),
            column("retained_documents", t("Documents that stay in"), "count"),
        ),
        f"WITH labels(disposition, label) AS (VALUES {labels}) "
        f"SELECT label, count(DISTINCT host), sum(documents)::BIGINT, "
        f"sum(reserved_documents)::BIGINT, sum(left_out_documents)::BIGINT, "
        f"sum(documents - left_out_documents)::BIGINT, label, grp "
        f"FROM hosts JOIN labels USING (disposition) WHERE main AND grp = ? GROUP BY disposition, label, grp "
        f"ORDER BY {_order(LABELS, 'disposition')}",
        [*(text for kind, label in LABELS.items() for text in (kind, t(label))), group],
        links=("disposition", "group"),
        note=t("Each document counts once, by the first modality of its source."),
    )


def largest_hosts(data: ReportData, group: Group) -> Iterator[Figures]:
    """List the largest hosts of each verdict, by documents."""
    columns = _host_columns()
    for verdict in VERDICTS:
        rows = data.rows(
            "SELECT coalesce(host, ?), source, documents, unit, "
            "size::HUGEINT, reserved_documents, disposition, override, left_out_documents, open_documents, host "
            "FROM hosts WHERE main AND grp = ? AND verdict = ? ORDER BY documents DESC, source, host LIMIT ?",
            [t("(no host)"), group, verdict, LARGEST_HOSTS],
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
                brief=True,
            )
            for row in rows
        ]
        yield Figures(
            f"largest-{slug(verdict)}-{slug(group)}",
            t("Largest hosts: {verdict}", verdict=audit_words.verdict(verdict)),
            columns,
            in_words(columns, [(*row[:6], text or None) for row, text in zip(rows, told, strict=True)]),
            links=tuple(link(host=row[10], source=row[1], verdict=verdict) for row in rows),
            note=filter_note(data.receipt if data.receipt_fits else None) if any(row[8] for row in rows) else None,
        )


def largest_domains(data: ReportData, group: Group) -> Iterator[Figures]:
    """List the registrable domains with the most reserved content."""
    for cut in data.cuts_of(group):
        drawn = _drawn(data, cut, "reserved_size", "reserved_documents")
        found = data.figures(
            f"domains-{cut.slug}",
            t("Largest affected domains: {content}", content=cut.title),
            (
                column("domain", t("Domain")),
                column("unit", t("Unit")),
                column("hosts", t("Hosts"), "count"),
                column("reserved_hosts", t("Hosts reserved or partly reserved"), "count"),
                column("reserved_documents", t("Reserved documents"), "count"),
                column("reserved_size", t("Reserved size"), "size"),
                column("left_out_documents", t("Documents the policy leaves out"), "count"),
            ),
            f"SELECT domain, unit, sum(hosts)::BIGINT, sum(reserved_hosts)::BIGINT, sum(reserved_documents)::BIGINT, "
            f"sum(reserved_size)::HUGEINT, sum(left_out_documents)::BIGINT, domain, grp, modality, unit "
            f"FROM domain_verdicts JOIN source_facts USING (source) "
            f"WHERE part = 'document' AND {_OF_CUT} GROUP BY domain, grp, modality, unit "
            f"HAVING sum(reserved_documents) > 0 ORDER BY sum({drawn}) DESC, domain LIMIT ?",
            [*cut.values, LARGEST_DOMAINS],
            links=("domain", "group", "modality", "unit"),
            bars=(drawn,),
            alt=t("A bar for each of the domains with most reserved content: {content}.", content=cut.title),
            note=t("At most {most}. A host that is in two sources counts in each.", most=LARGEST_DOMAINS),
        )
        yield from [found] if found else []
