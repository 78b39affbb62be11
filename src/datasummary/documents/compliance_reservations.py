"""What the report says on reservations of rights: Measure 1.3 for what was crawled, and other sources apart from it."""

from __future__ import annotations

from collections.abc import Iterator

from datasummary.documents.blocks import Block, Figures, Section, Words
from datasummary.documents.compliance_changes import as_of_words, changes
from datasummary.documents.compliance_data import GROUPS, ReportData, column, in_hours, link, number, slug
from datasummary.documents.compliance_dispositions import WAITING
from datasummary.documents.compliance_evidence import capture_problems, opt_outs, reader_remarks, unknown_and_why
from datasummary.documents.compliance_figures import (
    by_protocol,
    by_protocol_and_verdict,
    by_verdict,
    dispositions,
    largest_domains,
    largest_hosts,
)
from datasummary.documents.compliance_measures import NOT_CRAWLED, asked, heading, points
from datasummary.documents.host_index import Group
from datasummary.protocols import protocols

__all__ = ["captured", "other_sources_section", "reservations_section", "waiting"]


def captured(data: ReportData) -> str:
    """Say of how many hosts evidence was looked at, and from when."""
    hosts, seen, first, last = data.rows(
        "SELECT count(DISTINCT host), count(DISTINCT host) FILTER (len(evidence) > 0), min(first_captured)::DATE, "
        "max(last_captured)::DATE FROM verdicts WHERE part = 'document'"
    )[0]
    if not seen:
        return f"No evidence of the inventory's {number(hosts, 'host')} was looked at."
    when = f"captured {first} to {last}" if first else "captured at times that are not known"
    return f"Evidence of {seen:,} of {number(hosts, 'host')} was looked at, {when}."


def waiting(data: ReportData, group: Group) -> str | None:
    """Say on how many hosts of a group with a signal a decision is pending; None where on none."""
    hosts, pending = data.rows(
        "SELECT count(DISTINCT host), coalesce(sum(open_documents + CASE WHEN starts_with(disposition, 'no_receipt') "
        "THEN left_out_documents ELSE 0 END), 0)::BIGINT FROM hosts WHERE main AND grp = ? "
        "AND (list_contains(?, disposition) OR open_documents > 0)",
        [group, list(WAITING)],
    )[0]
    if not hosts:
        return None
    return (
        f"{GROUPS[group]}: a decision is pending on {number(pending, 'document')} of {number(hosts, 'host')} with a "
        f"reservation signal or words for people."
    )


def reservations_section(data: ReportData) -> Section:
    """Report on Measure 1.3: the sources that were crawled by or for the provider."""
    blocks: list[Block] = [asked("1.3")]
    if data.project.sources_of("crawled"):
        blocks += points("shown", [*_read(data), *_signals(data, "crawled"), *_proofs(data, "crawled")])
        blocks += points("declared", _declared(data))
        blocks += points("open", [*_open(data), *_open_of_group(data, "crawled")])
        blocks += _crawlers(data)
    else:
        blocks += points("not_applicable", [NOT_CRAWLED])
    blocks.append(_protocols(data))
    blocks += _figures(data, "crawled")
    blocks += [Words("Since the last audit, all sources together:"), *changes(data)]
    problems = [figures for figures in (reader_remarks(data), capture_problems(data)) if figures]
    if problems:
        blocks += [Words("How the evidence could be read, all sources together:"), *problems]
    return Section("measure-1-3", heading("1.3"), tuple(blocks))


def other_sources_section(data: ReportData) -> Section | None:
    """Report on the sources that the Code's measures on crawling do not cover; None where there are none."""
    if not data.of_group("third_party"):
        return None
    blocks: list[Block] = [
        Words(
            "Datasets that others compiled, and content that was not crawled. The Code's measures on crawling do not "
            "cover them; the general law does. What the sites in them signal is shown all the same, apart from what "
            "was crawled."
        ),
        *points("shown", [*_signals(data, "third_party"), *_proofs(data, "third_party")]),
        *points("open", _open_of_group(data, "third_party")),
        *_figures(data, "third_party"),
    ]
    if told := data.project.copyright.measures.third_party_datasets:
        blocks[2:2] = points("declared", [f"Datasets obtained from others: {told}"])
    return Section("other-sources", GROUPS["third_party"], tuple(blocks))


def _read(data: ReportData) -> Iterator[str]:
    policy = data.facts["policy"]
    yield (
        f"Signals were read under policy {policy['name']} version {policy['version']}, as of "
        f"{as_of_words(policy['as_of'])}. {captured(data)} That says what sites signal, and nothing of what a crawler "
        f"did."
    )


def _signals(data: ReportData, group: Group) -> Iterator[str]:
    hosts, reserved, partly, review, unknown = data.rows(
        "SELECT count(DISTINCT host), count(DISTINCT host) FILTER (verdict = 'reserved'), "
        "count(DISTINCT host) FILTER (verdict = 'partly_reserved'), count(DISTINCT host) FILTER (verdict = 'review'), "
        "count(DISTINCT host) FILTER (verdict IN ('unknown', 'access_refused')) FROM hosts WHERE grp = ?",
        [group],
    )[0]
    if hosts:
        yield (
            f"{GROUPS[group]}: of {number(hosts, 'host')}, {reserved:,} are reserved, {partly:,} are partly reserved, "
            f"and {review:,} are for people to review. {unknown:,} are unknown or refused access, which is neither a "
            f"reservation nor leave."
        )


def _proofs(data: ReportData, group: Group) -> Iterator[str]:
    for source in data.of_group(group):
        if proof := data.proofs.get(source.name):
            policy = proof.policy
            yield (
                f"{source.name}: its {number(proof.files, 'manifest')} came out of a filter, byte for byte as its "
                f"receipt of {proof.written_at} says, so that what policy {policy['name']} version "
                f"{policy['version']} then left out is not in them."
            )


def _declared(data: ReportData) -> list[str]:
    said = data.project.copyright
    told = [f"Protocols that are followed: {', '.join(said.protocols)}"] if said.protocols else []
    titles = {
        "before_collection": "Before collection",
        "during_collection": "During collection",
        "after_collection": "After collection, before training",
    }
    told += [f"{title}: {text}" for name, title in titles.items() if (text := getattr(said.measures, name))]
    return [*told, *([f"Changes are told in a feed at {said.feed_link}"] if said.feed_link else [])]


def _open(data: ReportData) -> Iterator[str]:
    for source in data.project.sources_of("crawled"):
        if not source.crawlers:
            yield f"Which crawlers collected the source {source.name} is not stated (crawlers)."
    if not data.project.copyright.protocols:
        yield "Which protocols are followed is not stated (copyright.protocols)."
    if data.project.copyright.feed_link is None:
        yield "How rightsholders are notified of changes is not stated (copyright.feed_link)."


def _open_of_group(data: ReportData, group: Group) -> Iterator[str]:
    if told := waiting(data, group):
        yield told
    if data.receipt and not data.receipt_fits:
        policy = data.receipt["policy"]
        yield (
            f"The last filter, of {data.receipt['written_at']} under policy {policy['name']} version "
            f"{policy['version']}, was not run on this audit; run datasummary filter again."
        )


def _crawlers(data: ReportData) -> list[Figures]:
    rows = [
        (crawler.name, crawler.operator, crawler.purpose, source.name, respects.robots_txt, respects.other_protocols)
        for source in data.project.sources_of("crawled")
        for crawler in source.crawlers
        for respects in (crawler.respects,)
    ]
    columns = (
        column("crawler", "Crawler"),
        column("operator", "Run by, if not the provider"),
        column("purpose", "What for"),
        column("source", "Source"),
        column("robots_txt", "At robots.txt"),
        column("other_protocols", "Other protocols"),
    )
    return [Figures("crawlers", "Crawlers", columns, tuple(rows), note="As declared.")] if rows else []


def _protocols(data: ReportData) -> Figures:
    known = protocols()
    rows = tuple(
        (known[name].TITLE, words, "yes" if rule.counts else "no", "yes" if rule.required else "no", rule.reason)
        for name, rule in data.policy.protocols.items()
        for words in (rule.standing.replace("_", " "),)
    )
    columns = (
        column("protocol", "Protocol"),
        column("standing", "Standing"),
        column("counts", "Counts"),
        column("required", "Must be known"),
        column("reason", "Why"),
    )
    note = "Of protocols that do not count, signals are reported and decide nothing."
    return Figures("policy-protocols", "Protocols under the policy", columns, rows, note=note)


def _figures(data: ReportData, group: Group) -> Iterator[Block]:
    yield from by_verdict(data, group)
    yield from by_protocol(data, group)
    tables = (by_protocol_and_verdict(data, group), dispositions(data, group), _filtered(data, group))
    yield from (figures for figures in tables if figures)
    if unknown := unknown_and_why(data, group):
        yield unknown
    yield from opt_outs(data, group)
    yield from largest_domains(data, group)
    yield from largest_hosts(data, group)


def _filtered(data: ReportData, group: Group) -> Figures | None:
    """Show what was there before and after the last filter, by its receipt."""
    if data.receipt is None or not data.receipt_fits:
        return None
    names = {source.name for source in data.of_group(group)}
    parts = [part for part in data.receipt["sources"] if part["source"] in names]
    measures = [(part, measure) for part in parts for measure in part["measures"]]
    rows = [
        (
            part["source"],
            measure["modality"],
            "filtered manifests" if "outputs" in part else "table to filter by",
            *(measure[of]["documents"] for of in ("before", "left_out", "after")),
            measure["unit"],
            *(measure[of]["size"] for of in ("before", "left_out", "after")),
        )
        for part, measure in measures
    ]
    columns = (
        column("source", "Source"),
        column("modality", "Modality"),
        column("written", "What was written"),
        column("documents_before", "Documents before", "count"),
        column("documents_left_out", "Left out", "count"),
        column("documents_after", "After", "count"),
        column("unit", "Unit"),
        column("size_before", "Size before", "size"),
        column("size_left_out", "Size left out", "size"),
        column("size_after", "Size after", "size"),
    )
    policy = data.receipt["policy"]
    return Figures(
        f"filter-{slug(group)}",
        "Before and after the filter",
        columns,
        in_hours(columns, rows),
        links=tuple(link(source=part["source"], modality=measure["modality"]) for part, measure in measures),
        note=f"By the receipt of {data.receipt['written_at']}, policy {policy['name']} version {policy['version']}. "
        f"A table to filter by does not show that anything was filtered; filtered manifests do not show that a model "
        f"was trained on them.",
    )
