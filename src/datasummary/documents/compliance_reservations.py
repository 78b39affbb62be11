"""What the report says on reservations of rights: Measure 1.3 for what was crawled, and other sources apart from it."""

from __future__ import annotations

from collections.abc import Iterator

from datasummary.documents import audit_words
from datasummary.documents.blocks import Block, Figures, Section, Words
from datasummary.documents.compliance_changes import as_of_words, changes
from datasummary.documents.compliance_data import (
    ReportData,
    column,
    documents_counted,
    group_name,
    hosts_counted,
    in_words,
    link,
    slug,
)
from datasummary.documents.compliance_dispositions import WAITING, filter_note
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
from datasummary.documents.policy_rules import policy_words, protocol_title
from datasummary.translation import t, tn
from datasummary.writing import labelled, number

__all__ = ["captured", "other_sources_section", "reservations_section", "waiting"]


def captured(data: ReportData) -> str:
    """Say of how many hosts evidence was looked at, and from when."""
    hosts, seen, first, last = data.rows(
        "SELECT count(DISTINCT host), count(DISTINCT host) FILTER (len(evidence) > 0), min(first_captured)::DATE, "
        "max(last_captured)::DATE FROM verdicts WHERE part = 'document'"
    )[0]
    if not seen:
        return t("No evidence of the inventory's {hosts} was looked at.", hosts=hosts_counted(hosts))
    if not first:
        return t(
            "Evidence of {seen} of {hosts} was looked at, captured at times that are not known.",
            seen=number(seen),
            hosts=hosts_counted(hosts),
        )
    return t(
        "Evidence of {seen} of {hosts} was looked at, captured {first} to {last}.",
        seen=number(seen),
        hosts=hosts_counted(hosts),
        first=first,
        last=last,
    )


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
    return t(
        "{group}: a decision is pending on {documents} of {hosts} with a reservation signal or words for people.",
        group=group_name(group),
        documents=documents_counted(pending),
        hosts=hosts_counted(hosts),
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
        blocks += points("not_applicable", [t(NOT_CRAWLED)])
    blocks.append(_protocols(data))
    blocks += _figures(data, "crawled")
    blocks += [Words(t("Since the last audit, all sources together:")), *changes(data)]
    problems = [figures for figures in (reader_remarks(data), capture_problems(data)) if figures]
    if problems:
        blocks += [Words(t("How the evidence could be read, all sources together:")), *problems]
    return Section("measure-1-3", heading("1.3"), tuple(blocks))


def other_sources_section(data: ReportData) -> Section | None:
    """Report on the sources that the Code's measures on crawling do not cover; None where there are none."""
    if not data.of_group("third_party"):
        return None
    blocks: list[Block] = [
        Words(
            t(
                "Datasets that others compiled, and content that was not crawled. The Code's measures on crawling do "
                "not cover them; the general law does. What the sites in them signal is shown all the same, apart from "
                "what was crawled."
            )
        ),
        *points("shown", [*_signals(data, "third_party"), *_proofs(data, "third_party")]),
        *points("open", _open_of_group(data, "third_party")),
        *_figures(data, "third_party"),
    ]
    if told := data.project.copyright.measures.third_party_datasets:
        blocks[2:2] = points("declared", [labelled(t("Datasets obtained from others"), told)])
    return Section("other-sources", group_name("third_party"), tuple(blocks))


def _read(data: ReportData) -> Iterator[str]:
    policy = data.facts["policy"]
    read = t(
        "Signals were read under policy {name} version {version}, as of {as_of}.",
        name=policy["name"],
        version=policy["version"],
        as_of=as_of_words(policy["as_of"]),
    )
    limits = t("That says what sites signal, and nothing of what a crawler did.")
    yield f"{read} {captured(data)} {limits}"


def _signals(data: ReportData, group: Group) -> Iterator[str]:
    hosts, reserved, partly, review, unknown = data.rows(
        "SELECT count(DISTINCT host), count(DISTINCT host) FILTER (verdict = 'reserved'), "
        "count(DISTINCT host) FILTER (verdict = 'partly_reserved'), count(DISTINCT host) FILTER (verdict = 'review'), "
        "count(DISTINCT host) FILTER (verdict IN ('unknown', 'access_refused')) FROM hosts WHERE grp = ?",
        [group],
    )[0]
    if hosts:
        yield t(
            "{group}: of {hosts}, {reserved} are reserved, {partly} are partly reserved, and {review} are for people "
            "to review. {unknown} are unknown or refused access, which is neither a reservation nor leave.",
            group=group_name(group),
            hosts=hosts_counted(hosts),
            reserved=number(reserved),
            partly=number(partly),
            review=number(review),
            unknown=number(unknown),
        )


def _proofs(data: ReportData, group: Group) -> Iterator[str]:
    for source in data.of_group(group):
        if proof := data.proofs.get(source.name):
            policy = proof.policy
            yield tn(
                "{source}: its {number} manifest came out of a filter, byte for byte as its receipt of {written} says, "
                "so that what policy {name} version {version} then left out is not in them.",
                "{source}: its {number} manifests came out of a filter, byte for byte as its receipt of {written} "
                "says, so that what policy {name} version {version} then left out is not in them.",
                proof.files,
                source=source.name,
                number=number(proof.files),
                written=proof.written_at,
                name=policy["name"],
                version=policy["version"],
            )


def _declared(data: ReportData) -> list[str]:
    said = data.project.copyright
    told = [labelled(t("Protocols that are followed"), ", ".join(said.protocols))] if said.protocols else []
    titles = {
        "before_collection": t("Before collection"),
        "during_collection": t("During collection"),
        "after_collection": t("After collection, before training"),
    }
    told += [labelled(title, text) for name, title in titles.items() if (text := getattr(said.measures, name))]
    if said.feed_link:
        told.append(t("Changes are told in a feed at {link}", link=said.feed_link))
    return told


def _open(data: ReportData) -> Iterator[str]:
    for source in data.project.sources_of("crawled"):
        if not source.crawlers:
            yield t("Which crawlers collected the source {source} is not stated (crawlers).", source=source.name)
    if not data.project.copyright.protocols:
        yield t("Which protocols are followed is not stated (copyright.protocols).")
    if data.project.copyright.feed_link is None:
        yield t("How rightsholders are notified of changes is not stated (copyright.feed_link).")


def _open_of_group(data: ReportData, group: Group) -> Iterator[str]:
    if told := waiting(data, group):
        yield told
    if data.receipt and not data.receipt_fits:
        policy = data.receipt["policy"]
        yield t(
            "The last filter, of {written} under policy {name} version {version}, was not run on this audit; run "
            "datasummary filter again.",
            written=data.receipt["written_at"],
            name=policy["name"],
            version=policy["version"],
        )


def _crawlers(data: ReportData) -> list[Figures]:
    rows = [
        (crawler.name, crawler.operator, crawler.purpose, source.name, respects.robots_txt, respects.other_protocols)
        for source in data.project.sources_of("crawled")
        for crawler in source.crawlers
        for respects in (crawler.respects,)
    ]
    columns = (
        column("crawler", t("Crawler")),
        column("operator", t("Run by, if not the provider")),
        column("purpose", t("What for")),
        column("source", t("Source")),
        column("robots_txt", t("At robots.txt")),
        column("other_protocols", t("Other protocols")),
    )
    return [Figures("crawlers", t("Crawlers"), columns, tuple(rows), note=t("As declared."))] if rows else []


def _protocols(data: ReportData) -> Figures:
    answers = {True: t("yes"), False: t("no")}
    rows = tuple(
        (
            protocol_title(name),
            audit_words.standing(rule.standing),
            answers[rule.counts],
            answers[rule.required],
            policy_words(rule.reason),
        )
        for name, rule in data.policy.protocols.items()
    )
    columns = (
        column("protocol", t("Protocol")),
        column("standing", t("Standing")),
        column("counts", t("Counts")),
        column("required", t("Must be known")),
        column("reason", t("Why")),
    )
    note = t("Of protocols that do not count, signals are reported and decide nothing.")
    return Figures("policy-protocols", t("Protocols under the policy"), columns, rows, note=note)


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
            t("filtered manifests") if "outputs" in part else t("table to filter by"),
            *(measure[of]["documents"] for of in ("before", "left_out", "after")),
            measure["unit"],
            *(measure[of]["size"] for of in ("before", "left_out", "after")),
        )
        for part, measure in measures
    ]
    columns = (
        column("source", t("Source")),
        column("modality", t("Modality")),
        column("written", t("What was written")),
        column("documents_before", t("Documents before"), "count"),
        column("documents_left_out", t("Left out"), "count"),
        column("documents_after", t("After"), "count"),
        column("unit", t("Unit")),
        column("size_before", t("Size before"), "size"),
        column("size_left_out", t("Size left out"), "size"),
        column("size_after", t("Size after"), "size"),
    )
    return Figures(
        f"filter-{slug(group)}",
        t("Before and after the filter"),
        columns,
        in_words(columns, rows),
        links=tuple(link(source=part["source"], modality=measure["modality"]) for part, measure in measures),
        note=filter_note(data.receipt),
    )
