"""The compliance report: what the data shows, what is declared and what is open, by the Code's copyright measures.

>>> document = build_report(project)  # doctest: +SKIP
>>> [section.id for section in document.sections]  # doctest: +SKIP
['overview', 'measure-1-1', 'measure-1-2', 'measure-1-3', 'measure-1-4', 'measure-1-5', 'other-sources']
"""

from __future__ import annotations

from datasummary.documents.blocks import Cell, Document, Figures, Points, Section, Standing, Words
from datasummary.documents.compliance_data import GROUPS, ReportData, column, group_name, in_words, link, report_data
from datasummary.documents.compliance_hosts import hosts_behind
from datasummary.documents.compliance_measures import (
    access_section,
    complaints_section,
    outputs_section,
    points,
    policy_section,
)
from datasummary.documents.compliance_reservations import (
    captured,
    other_sources_section,
    reservations_section,
    waiting,
)
from datasummary.documents.copyright_measures import CHAPTER, MEASURES
from datasummary.documents.fields import clean
from datasummary.documents.host_index import HostIndex
from datasummary.project import Project
from datasummary.translation import message, speaking, t

__all__ = ["build_report", "host_index", "report_of"]

TITLE = message("Copyright report on training data")


def build_report(project: Project) -> Document:
    """Return the report on a project's audit as data.

    Raises :class:`~datasummary.errors.DataError` where there is no audit under the project's policy.
    """
    with report_data(project) as data:
        return report_of(data)


def host_index(project: Project) -> HostIndex:
    """Return the hosts behind the report's figures; raises what :func:`build_report` raises."""
    with report_data(project) as data:
        return hosts_behind(data)


def report_of(data: ReportData) -> Document:
    """Build the report on an audit that is open, in the project's language."""
    with speaking(data.project.language):
        return _report_of(data)


def _report_of(data: ReportData) -> Document:
    measures = [
        policy_section(data),
        access_section(data),
        reservations_section(data),
        outputs_section(data),
        complaints_section(data),
    ]
    others = other_sources_section(data)
    project = data.project
    return Document(
        title=t(TITLE),
        subtitle=t(
            "By the measures of the {chapter}. Findings for the provider's own use, and no certificate.",
            chapter=t(CHAPTER),
        ),
        provider=clean(project.provider.name),
        models=tuple(clean(model.name) for model in project.model.names),
        date=project.summary.date,
        sections=(_overview(data, measures), *measures, *([others] if others else [])),
        language=project.language,
    )


def _overview(data: ReportData, measures: list[Section]) -> Section:
    policy = data.facts["policy"]
    read = t(
        "Reservation signals were read under policy {name} version {version}.",
        name=policy["name"],
        version=policy["version"],
    )
    shown = [f"{read} {captured(data)}"]
    pending = [told for group in GROUPS if (told := waiting(data, group))]
    standing = data.project.copyright.code_of_practice_signatory
    yardstick = (
        t("The report goes through the five measures that the provider has undertaken to follow.")
        if standing
        else t(
            "For a provider who has not signed it, the Code is used as a yardstick: it is voluntary, while Article "
            "53(1)(c) of the AI Act, on a policy to follow Union copyright law, binds every provider."
        )
    )
    sources = t(
        "Each statement says where it comes from: shown by the data, declared by the provider, open, or not applicable."
    )
    return Section(
        "overview",
        t("At a glance"),
        (
            Words(f"{yardstick} {sources}"),
            *points("shown", shown),
            _signed(standing),
            *points("open", pending),
            *_at_a_glance(data),
            _by_measure(measures),
        ),
    )


def _signed(standing: bool | None) -> Points:
    """Say whether the provider is a signatory."""
    if standing is None:
        wanted = t("Whether the provider signed the copyright chapter is not stated (code_of_practice_signatory).")
        return Points("open", (wanted,))
    if standing:
        return Points("declared", (t("The provider has signed the copyright chapter of the Code of Practice."),))
    return Points("declared", (t("The provider has not signed the copyright chapter of the Code of Practice."),))


def _at_a_glance(data: ReportData) -> list[Figures]:
    columns = (
        column("group", t("Content")),
        column("modality", t("Modality")),
        column("hosts", t("Hosts"), "count"),
        column("documents", t("Documents"), "count"),
        column("unit", t("Unit")),
        column("size", t("Size"), "size"),
        column("reserved", t("Reserved"), "share"),
        column("review", t("For review"), "share"),
        column("unknown", t("Unknown or refused"), "share"),
        column("no_reservation_found", t("No reservation found"), "share"),
        column("left_out", t("Left out by the policy"), "share"),
    )
    rows = [
        (group_name(cut.group), cut.modality, *row[:2], cut.unit, *row[2:])
        for cut in data.cuts
        for row in data.rows(
            "SELECT count(DISTINCT host), sum(documents)::BIGINT, sum(size)::HUGEINT, "
            "(sum(reserved_documents) / sum(documents))::DOUBLE, (sum(review_documents) / sum(documents))::DOUBLE, "
            "(sum(unknown_documents + refused_documents) / sum(documents))::DOUBLE, "
            "(sum(documents - reserved_documents - review_documents - unknown_documents - refused_documents) "
            "/ sum(documents))::DOUBLE, (sum(left_out_documents) / sum(documents))::DOUBLE "
            "FROM hosts WHERE grp = ? AND modality = ? AND unit = ?",
            cut.values,
        )
    ]
    if not rows:
        return []
    figures = Figures(
        "overview",
        t("Content by finding"),
        columns,
        in_words(columns, rows),
        bars=("reserved", "unknown"),
        alt=t(
            "For each kind of content two bars: the share of documents that is reserved, and the share of which the "
            "evidence tells nothing."
        ),
        links=tuple(link(group=cut.group, modality=cut.modality, unit=cut.unit) for cut in data.cuts),
        note=t("Shares are of documents, each by what is found for its own address."),
    )
    return [figures]


def _by_measure(sections: list[Section]) -> Figures:
    standings: tuple[Standing, ...] = ("shown", "declared", "open", "not_applicable")
    rows: list[tuple[Cell, ...]] = []
    for measure, section in zip(MEASURES.values(), sections, strict=True):
        counted = dict.fromkeys(standings, 0)
        for block in section.blocks:
            if isinstance(block, Points):
                counted[block.standing] += len(block.items)
        rows.append((measure.id, t(measure.title), *counted.values()))
    columns = (
        column("measure", t("Measure")),
        column("title", t("What it is about")),
        column("shown", t("Shown by the data"), "count"),
        column("declared", t("Declared"), "count"),
        column("open", t("Open"), "count"),
        column("not_applicable", t("Not applicable"), "count"),
    )
    note = t("How many statements of each kind.")
    return Figures("measures", t("Statements by measure"), columns, tuple(rows), note=note)
