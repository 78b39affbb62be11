"""What the report says on policy, lawful access, outputs and complaints: Measures 1.1, 1.2, 1.4 and 1.5."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from datasummary.documents.blocks import Block, Figures, Points, Section, Standing, Words
from datasummary.documents.compliance_changes import as_of_words
from datasummary.documents.compliance_data import ReportData, column, documents_counted, hosts_counted
from datasummary.documents.copyright_measures import MEASURES
from datasummary.documents.policy_rules import policy_words
from datasummary.translation import message, t, tn
from datasummary.writing import labelled, listed, number

__all__ = ["access_section", "asked", "complaints_section", "heading", "outputs_section", "points", "policy_section"]

NOT_CRAWLED = message(
    "No source is declared as crawled by or for the provider, so the question does not arise. Datasets that others "
    "compiled are not covered by the Code's measures on crawling; the general law is. They stand in a section of "
    "their own."
)
MOST_LISTED = 20

_Answers = tuple[tuple[str | None, str, str], ...]


def heading(measure: str) -> str:
    """Give the heading of a measure's section."""
    return t("Measure {measure}: {title}", measure=measure, title=t(MEASURES[measure].title))


def asked(measure: str) -> Words:
    """Say in short what a measure asks."""
    return Words(t("Asked, in short: {asks}.", asks=listed(map(t, MEASURES[measure].asks))))


def points(standing: Standing, items: Iterable[str]) -> list[Block]:
    """Give statements of one standing, if there are any."""
    stated = tuple(items)
    return [Points(standing, stated)] if stated else []


def _declared(answers: _Answers) -> list[Block]:
    """Give what the project file answers, and what it leaves open; an answer, its heading, and what is open without."""
    stated = [labelled(title, answer) for answer, title, _ in answers if answer is not None]
    return [*points("declared", stated), *points("open", [wanted for answer, _, wanted in answers if answer is None])]


def policy_section(data: ReportData) -> Section:
    """Report on Measure 1.1."""
    policy, said = data.policy, data.project.copyright
    shown = [
        t(
            "Reservations are read under the crawler policy {name} version {version} (fingerprint {fingerprint}…), as "
            "of {as_of}. {description}",
            name=policy.name,
            version=policy.version,
            fingerprint=policy.fingerprint[:12],
            as_of=as_of_words(data.facts["policy"]["as_of"]),
            description=policy_words(policy.description),
        )
    ]
    answers: _Answers = (
        (
            said.responsible,
            t("Answers for the copyright policy"),
            t("Who answers for the copyright policy is not stated (copyright.responsible)."),
        ),
        (
            said.policy_link,
            t("The copyright policy, or a summary of it, stands at"),
            t(
                "Where the copyright policy or a summary of it stands is not stated (copyright.policy_link); a public "
                "summary is encouraged."
            ),
        ),
    )
    return Section("measure-1-1", heading("1.1"), (asked("1.1"), *points("shown", shown), *_declared(answers)))


def access_section(data: ReportData) -> Section:
    """Report on Measure 1.2."""
    lists = _site_lists(data)
    crawled = data.project.sources_of("crawled")
    if not crawled:
        blocks: list[Block] = [asked("1.2"), Points("not_applicable", (t(NOT_CRAWLED),)), *lists]
        return Section("measure-1-2", heading("1.2"), tuple(blocks))
    answers: _Answers = (
        (
            data.project.copyright.lawful_access,
            t("Paywalls and logins"),
            t("What is done at paywalls and logins is not stated (copyright.lawful_access)."),
        ),
        (
            data.project.illegal_content.infringing_sites,
            t("Sites left out"),
            t("Whether sites were left out at the time of crawling is not stated (illegal_content.infringing_sites)."),
        ),
    )
    without = [
        crawler.name
        for source in crawled
        for crawler in source.crawlers
        if crawler.respects.paywalls is None or crawler.respects.passwords is None
    ]
    open_ = [
        t("What the crawler {name} does at paywalls and logins is not stated (crawlers.respects).", name=name)
        for name in dict.fromkeys(without)
    ]
    if not lists:
        open_.append(t("No list of infringing sites is part of the policy (overrides.infringing_sites)."))
    blocks = [
        asked("1.2"),
        *points("shown", _refusals(data)),
        *_declared(answers),
        *points("open", open_),
        *_conduct(data),
        *lists,
    ]
    return Section("measure-1-2", heading("1.2"), tuple(blocks))


def _refusals(data: ReportData) -> list[str]:
    hosts, documents = data.rows(
        "SELECT count(DISTINCT host), coalesce(sum(documents), 0)::BIGINT FROM hosts "
        "WHERE grp = 'crawled' AND main AND verdict = 'access_refused'"
    )[0]
    if not hosts:
        return []
    return [
        t(
            "{hosts} of crawled sources refused access when the evidence was collected; {documents} of those sources "
            "are theirs. The evidence does not show how a document was reached when it was crawled.",
            hosts=hosts_counted(hosts),
            documents=documents_counted(documents),
        )
    ]


def _conduct(data: ReportData) -> list[Figures]:
    stated = dict.fromkeys(
        (crawler.name, crawler.respects) for source in data.project.sources_of("crawled") for crawler in source.crawlers
    )
    rows = tuple((name, respects.paywalls, respects.passwords, respects.captchas) for name, respects in stated)
    columns = (
        column("crawler", t("Crawler")),
        column("paywalls", t("At paywalls")),
        column("passwords", t("At logins")),
        column("captchas", t("At captchas")),
    )
    note = t("As declared in the project file.")
    return [Figures("access", t("What crawlers do at closed doors"), columns, rows, note=note)] if rows else []


def _site_lists(data: ReportData) -> list[Figures]:
    """Hold the policy's lists of infringing sites against the inventory: a host stands on one with a name above it."""
    lists = data.policy.site_lists
    if not lists:
        return []
    names = [(place, host) for place, sites in enumerate(lists) for host in sites.hosts]
    data.connection.register(
        "named", pa.table({"list": [n[0] for n in names], "name": pa.array([n[1] for n in names], pa.string())})
    )
    data.connection.execute(_ON_LISTS)
    counted = {
        row[0]: row[1:]
        for row in data.rows(
            "SELECT list, count(DISTINCT host) FILTER (grp = 'crawled'), "
            "coalesce(sum(documents) FILTER (grp = 'crawled'), 0)::BIGINT, "
            "count(DISTINCT host) FILTER (grp <> 'crawled'), "
            "coalesce(sum(documents) FILTER (grp <> 'crawled'), 0)::BIGINT, "
            "sum(documents - left_out_documents)::BIGINT FROM on_lists JOIN hosts USING (host) WHERE main GROUP BY list"
        )
    }
    figures = Figures(
        "site-lists",
        t("Lists of infringing sites of the policy"),
        (
            column("list", t("List")),
            column("as_at", t("As at"), "day"),
            column("entries", t("Entries"), "count"),
            column("passed_over", t("Lines that name no host"), "count"),
            column("crawled_hosts", t("Crawled hosts on it"), "count"),
            column("crawled_documents", t("Crawled documents"), "count"),
            column("other_hosts", t("Hosts of other sources on it"), "count"),
            column("other_documents", t("Their documents"), "count"),
            column("retained_documents", t("Documents that stay in"), "count"),
        ),
        tuple(
            (sites.name, sites.as_at, len(sites.hosts), len(sites.passed_over), *counted.get(place, (0, 0, 0, 0, 0)))
            for place, sites in enumerate(lists)
        ),
        note=t(
            "A host stands on a list that names it or a host above it. Lists are held against the inventory as they "
            "stood on their day; the measure speaks of the time of crawling."
        ),
    )
    largest = data.figures(
        "listed-hosts",
        t("Largest hosts on lists of infringing sites"),
        (
            column("host", t("Host")),
            column("source", t("Source")),
            column("documents", t("Documents"), "count"),
            column("left_out_documents", t("Documents the policy leaves out"), "count"),
        ),
        "SELECT host, source, documents, left_out_documents, host, source FROM hosts "
        "WHERE main AND host IN (SELECT host FROM on_lists) ORDER BY documents DESC, source, host LIMIT ?",
        [MOST_LISTED],
        links=("host", "source"),
        note=t("At most {most}.", most=MOST_LISTED),
    )
    return [figures, *([largest] if largest else [])]


_ON_LISTS = """
CREATE OR REPLACE TEMP TABLE on_lists AS
WITH labels AS (
    SELECT host, string_split(regexp_replace(host, ':[0-9]+$', ''), '.') AS parts
    FROM (SELECT DISTINCT host FROM hosts WHERE host IS NOT NULL)
), above AS (
    SELECT host, array_to_string(parts[place:], '.') AS name FROM labels, unnest(range(1, len(parts) + 1)) AS t(place)
)
SELECT DISTINCT list, host FROM above JOIN named USING (name)
"""


def outputs_section(data: ReportData) -> Section:
    """Report on Measure 1.4, on which the manifests say nothing."""
    said = data.project.copyright
    answers: _Answers = (
        (
            said.output_safeguards,
            t("Safeguards"),
            t(
                "What keeps the model from reproducing what it was trained on is not stated "
                "(copyright.output_safeguards)."
            ),
        ),
        (
            said.acceptable_use,
            t("Terms of use"),
            t(
                "Where the terms of use or the documentation rule out uses against copyright is not stated "
                "(copyright.acceptable_use)."
            ),
        ),
    )
    about = Words(t("Nothing in the manifests or the evidence bears on this measure. What stands here is declared."))
    return Section("measure-1-4", heading("1.4"), (asked("1.4"), about, *_declared(answers)))


def complaints_section(data: ReportData) -> Section:
    """Report on Measure 1.5."""
    from datasummary.complaints import counts, read_register

    said = data.project.copyright
    answers: _Answers = (
        (
            said.contact,
            t("Point of contact"),
            t("No point of contact for rightsholders is stated (copyright.contact)."),
        ),
        (
            said.complaints,
            t("Complaints"),
            t("How complaints are received and handled is not stated (copyright.complaints)."),
        ),
    )
    found = counts(data.project)
    names = {
        "received": t("Received"),
        "open": t("Open"),
        "closed": t("Closed"),
        "overdue": t("Open past their deadline"),
    }
    register = Figures(
        "complaints",
        t("Complaints in the register"),
        (column("state", t("State")), column("complaints", t("Complaints"), "count")),
        tuple((title, found[name]) for name, title in names.items()),
        note=t("As of {day}.", day=data.project.summary.date),
    )
    overdue = [_overdue(found["overdue"])] if found["overdue"] else []
    unread = read_register(data.project).problems
    blocks = (asked("1.5"), *_declared(answers), *points("open", [*overdue, *unread]), register)
    return Section("measure-1-5", heading("1.5"), blocks)


def _overdue(count: int) -> str:
    return tn(
        "{number} complaint past the deadline set for it.",
        "{number} complaints past the deadline set for it.",
        count,
        number=number(count),
    )
