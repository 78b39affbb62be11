"""Section 2.3 of the form: what was crawled, by whom, when and where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from datasummary.documents.fields import (
    Checkboxes,
    Entry,
    Field,
    Listing,
    OpenPoint,
    YesNo,
    answered,
    not_applicable,
    unanswered,
)
from datasummary.documents.inventory import InventoryView
from datasummary.documents.proposals import Proposals
from datasummary.documents.top_domains import top_domains
from datasummary.documents.wording import (
    CONDUCT,
    content_types,
    distinct,
    joined,
    languages_in,
    modalities_of,
    span,
    union,
)
from datasummary.project import Project
from datasummary.sources import Crawler, Source
from datasummary.translation import message, t

__all__ = ["crawled_fields"]

_ASKED_OF_CONTENT = {
    "types_of_sites": message("types of websites of the crawled content"),
    "geography": message("geography of the crawled content"),
    "languages": message("languages of the crawled content"),
    "demographics": message("demographics of the crawled content"),
}


def crawled_fields(project: Project, inventory: InventoryView, proposals: Proposals) -> Iterator[Field]:
    """Yield the fields 2.3.a to 2.3.i."""
    ids = [f"2.3.{letter}" for letter in "abcdefgh"]
    sources = project.sources_of("crawled")
    if not project.sources:
        yield from (unanswered(field_id) for field_id in ids)
    elif not sources:
        yield answered("2.3.a", YesNo(answer=False), origin="computed", sources=["sources"])
        reason = t("no data crawled or scraped from online sources is part of the training data.")
        yield from (not_applicable(field_id, reason, sources=["sources"]) for field_id in ids[1:])
    else:
        yield from _crawlers(sources, proposals)
        yield _period(sources, inventory)
        yield _content(sources, inventory)
        yield answered("2.3.g", Checkboxes(modalities_of(sources)), origin="computed", sources=sources)
        yield top_domains(project, inventory)
    yield answered("2.3.i", t("No additional comments."), origin="not_applicable")


def _crawlers(sources: list[Source], proposals: Proposals) -> Iterator[Field]:
    crawlers: dict[str, list[Crawler]] = {}
    for source in sources:
        for crawler in source.crawlers:
            crawlers.setdefault(crawler.name, []).append(crawler)
    field = answered("2.3.a", YesNo(bool(crawlers)), origin="computed", sources=sources)
    if any(not source.crawlers for source in sources):
        comment = t("The data was compiled from online sources without a crawler, by API or download.")
        if crawlers:
            comment = t("A part of the data was compiled from online sources without a crawler, by API or download.")
        field = replace(field, comment=comment)
    yield field
    if not crawlers:
        reason = t("the data was compiled from online sources without a crawler, by API or download.")
        yield from (not_applicable(f"2.3.{letter}", reason, sources=sources) for letter in "bcd")
        return
    names = []
    for name, uses in crawlers.items():
        operators = ", ".join(distinct(use.operator for use in uses if use.operator))
        behalf = t("operated on the provider's behalf by {operators}", operators=operators) if operators else None
        names.append(Entry(name, behalf))
    yield answered("2.3.b", Listing(tuple(names)), sources=sources)
    yield _purposes(crawlers, sources)
    yield _behaviour(crawlers, sources, proposals)


def _purposes(crawlers: dict[str, list[Crawler]], sources: list[Source]) -> Field:
    entries, problems = [], []
    for name, uses in crawlers.items():
        if purposes := distinct(use.purpose for use in uses if use.purpose):
            entries.append(Entry(name, "\n\n".join(purposes)))
        else:
            problems.append(OpenPoint(t("the purpose of {name}", name=name), f"set purpose of the crawler {name}"))
    if not entries:
        return unanswered("2.3.c", sources=sources)
    return answered("2.3.c", Listing(tuple(entries)), sources=sources, open=problems)


def _behaviour(crawlers: dict[str, list[Crawler]], sources: list[Source], proposals: Proposals) -> Field:
    """Field 2.3.d: how each crawler behaves, in the provider's own answers. Nobody else can vouch for them.

    Where there are none at all, a text is proposed, if there are facts for one.
    """
    entries, problems = [], []
    for name, uses in crawlers.items():
        details = []
        for key, label in CONDUCT.items():
            answers = distinct(answer for use in uses if (answer := getattr(use.respects, key)))
            if answers:
                details.append((t(label), joined(answers)))
            else:
                public = t("{name}: {words}", name=name, words=t(label))
                point = OpenPoint(public, f"set respects.{key} of the crawler {name}")
                problems.append(point)
        if details:
            entries.append(Entry(name, details=tuple(details)))
    if not entries:
        proposed = proposals.behaviour()
        advice = "set respects of each crawler, or read the proposed text and accept it with `datasummary accept 2.3.d`"
        return unanswered("2.3.d", advice=advice if proposed else None, proposed=proposed, sources=sources)
    return answered("2.3.d", Listing(tuple(entries)), sources=sources, open=problems)


def _period(sources: list[Source], inventory: InventoryView) -> Field:
    periods = {source.name: inventory.period(source) for source in sources}
    whole = span(union(periods.values()))
    if whole is None:
        return unanswered("2.3.e", sources=sources)
    problems = []
    for name, period in periods.items():
        absent = [key for key, date in (("first_date", period.first), ("last_date", period.last)) if not date]
        if absent and not period.unknown:
            advice = f"set {' and '.join(absent)} of the source {name} (a month, or: not known)"
            problems.append(OpenPoint(t("the period in which a part of the data was collected"), advice))
    by_crawler: dict[str, list[Source]] = {}
    for source in sources:
        for crawler in source.crawlers:
            by_crawler.setdefault(crawler.name, []).append(source)
    entries = [
        Entry(name, text)
        for name, concerned in by_crawler.items()
        if (text := span(union(periods[source.name] for source in concerned)))
    ]
    if not by_crawler:
        return answered("2.3.e", whole, origin="computed", sources=sources, open=problems)
    return answered("2.3.e", Listing(tuple(entries), whole), origin="computed", sources=sources, open=problems)


def _content(sources: list[Source], inventory: InventoryView) -> Field:
    """Field 2.3.f: types of sites, geography, languages, demographics, as declared; languages else as scanned."""
    kinds = distinct(kind for source in sources for kind in source.content.types_of_sites)
    languages = distinct(text for source in sources if (text := source.content.languages))
    scanned = languages_in([source for source in sources if source.content.languages is None], inventory)
    linguistic = {"text", "audio", "video"} & set(modalities_of(sources))
    content = ", ".join(distinct(kind for m in modalities_of(sources) for kind in content_types(sources, m)))
    answers = {
        "types_of_sites": (t("Types of websites"), ", ".join(kinds)),
        "content_types": (t("Types of content"), content),
        "geography": (t("Geography"), joined(text for s in sources if (text := s.content.geography))),
        "languages": (t("Languages"), joined([*languages, *filter(None, [scanned])])),
        "demographics": (t("Demographics"), joined(text for s in sources if (text := s.content.demographics))),
        "description": (t("Description"), "\n\n".join(distinct(text for s in sources if (text := s.description)))),
    }
    problems = []
    for key, public in _ASKED_OF_CONTENT.items():
        if not answers[key][1] and (key != "languages" or linguistic):
            advice = f"set content.{key} of a crawled source, such as {sources[0].name}"
            problems.append(OpenPoint(t(public), advice))
    entries = tuple(Entry(label, answer) for label, answer in answers.values() if answer)
    if not entries:
        return unanswered("2.3.f", sources=sources)
    return answered("2.3.f", Listing(entries), sources=sources, open=problems)
