"""Metrics of section 2.3: what was crawled, by whom, when and where."""

from __future__ import annotations

import re

from datasummary.quality.check_datasets import boxes_ticked, question_answered
from datasummary.quality.checks import (
    Finding,
    decides,
    fails,
    holds,
    is_not_applicable,
    not_applicable,
    not_checked,
    shown,
)
from datasummary.quality.judging import each, judged
from datasummary.quality.reading import Summary
from datasummary.quality.statements import Told, affirmed, clauses, more_than_named, no_name, refuses, told
from datasummary.quality.values import Answer, Item
from datasummary.quality.vocabulary import URL, language_codes, months, names_places, plain, speaks_of

__all__: list[str] = []

_GENERIC_CRAWLER = re.compile(
    r"^(our|the|a|an|own|notre|nos|le|les|un|des|internal|proprietary|in-house|several|various|web|custom)?\s*"
    r"((web|own|internal|proprietary|in-house|custom|propre)\s+)?(crawlers?|robots?|bots?|spiders?|scrapers?|agents?)"
    r"( internes?| propres?)?$"
)
_DOMAIN = re.compile(r"(?!-)[a-z0-9\u00a1-\uffff_-]{1,63}(?:\.(?!-)[a-z0-9\u00a1-\uffff_-]{1,63})+")
_ANY_DOMAIN = re.compile(
    r"(?<![@\w.-])(?:[a-z0-9-]{1,63}\.){1,6}(?!(?:txt|csv|tsv|json|html?|xml|zip|gz|pdf)\b)[a-z]{2,63}(?![\w@.])"
)
_LIST_FILE = re.compile(r"\.(csv|tsv|txt|json|jsonl|xlsx|ods|parquet)(\.(gz|zip|bz2|xz|zst))?(?=$|[?#])", re.IGNORECASE)
LONGEST_CRAWLER = 60
"""Characters of a crawler's name; what is longer is a description."""


question_answered("F2.3.a.1", "2.3.a")
boxes_ticked("F2.3.g.1", "2.3.g")


@decides("F2.3.1")
def agrees(summary: Summary) -> Finding:
    question, names = summary["2.3.a"], summary["2.3.b"]
    for answer in (question, names):
        if not answer.stated:
            return fails(f"{answer.id} is open, so that the section cannot be compared with itself")
    named = not is_not_applicable(names)
    if question.yes and not named:
        return fails("2.3.a is Yes, and 2.3.b names no crawler")
    if question.yes is False and named:
        return fails(f"2.3.a is No, and 2.3.b names {shown(names.words)}")
    return holds("crawlers are named" if question.yes else "no crawlers, and none named")


@decides("F2.3.b.1")
def names_alone(summary: Summary) -> Finding:
    for name in summary["2.3.b"].names:
        if len(name) > LONGEST_CRAWLER:
            return fails(f"a description in place of a name: {shown(name)}")
        if more_than_named(name):
            return fails(f"not names alone: {shown(name)}")
    for item in summary["2.3.b"].items:
        if len(item.answers) > 2 * LONGEST_CRAWLER:
            return fails(f"a description beside the name: {shown(item.answers)}")
    return holds("names alone")


@decides("F2.3.b.2")
def identifying(summary: Summary) -> Finding:
    names = summary["2.3.b"].names
    vague = [name for name in names if _GENERIC_CRAWLER.match(plain(name).strip()) or no_name(name)]
    if vague or not names:
        return fails(f"{shown(vague[0])} could be any crawler: name each" if vague else "no crawler is named")
    return holds(shown(", ".join(names)))


@decides("F2.3.b.5")
def structured(summary: Summary) -> Finding:
    answer = summary["2.3.b"]
    if answer.items and all(item.name for item in answer.items):
        return holds("a list")
    if len(answer.text) <= LONGEST_CRAWLER or all(len(name) <= LONGEST_CRAWLER for name in answer.names):
        return holds("a name a line")
    return fails(f"running text: {shown(answer.words)}")


@decides("F2.3.c.1")
def purposes(summary: Summary) -> Finding:
    words = summary["2.3.c"].words
    return holds(shown(words)) if len(words.split()) > 2 else fails(f"no purpose in {shown(words)}")


def _for_each_crawler(metric: str, field_id: str, what: str) -> None:
    """Register a metric that asks whether a field says something of each crawler in 2.3.b."""

    @decides(metric)
    def check(summary: Summary) -> Finding:
        crawlers, answer = summary["2.3.b"], summary[field_id]
        if is_not_applicable(crawlers):
            return not_applicable("no crawler is named in 2.3.b")
        if not crawlers.stated:
            return fails("2.3.b is open, so it cannot be told which crawlers are meant")
        names = crawlers.names
        if unnamed := [name for name in names if more_than_named(name)]:
            return fails(f"2.3.b names no more than {shown(unnamed[0])}, so the {what} of each cannot be told")
        if len(names) < 2:
            return holds("there is one crawler")
        absent = [name for name in names if plain(name) not in plain(answer.words)]
        return fails(f"no {what} of {shown(absent[0])}") if absent else holds(f"{what} of each crawler")


_for_each_crawler("F2.3.c.2", "2.3.c", "purpose")
_for_each_crawler("F2.3.e.2", "2.3.e", "period")


@decides("F2.3.d.1")
def behaviour(summary: Summary) -> Finding:
    words = summary["2.3.d"].words
    return holds(shown(words)) if len(affirmed(words).split()) > 3 else fails(f"no description in {shown(words)}")


def _behaviour(metric: str, what: str, words: str) -> None:
    """Register a metric that asks whether 2.3.d says something of each crawler that it describes."""

    @decides(metric)
    def check(summary: Summary) -> Finding:
        answer = summary["2.3.d"]
        of_all = told(what, answer.text, by="conduct")
        if of_all == "said" or not answer.items:
            return judged(of_all, words, answer.text)
        return each(answer.items, lambda item: _conduct(item, what), f"word on {words}")


def _conduct(item: Item, what: str) -> Told:
    for label, text in item.details:
        if speaks_of(what, label) and not (what == "robots.txt" and speaks_of("other protocols", label)):
            return "said" if affirmed(text) else "refused"
    return told(what, item.answers, by="conduct")


_behaviour("F2.3.d.2", "captchas", "captchas")
_behaviour("F2.3.d.3", "passwords", "passwords")
_behaviour("F2.3.d.4", "paywalls", "paywalls")
_behaviour("F2.3.d.5", "robots.txt", "robots.txt")
_behaviour("F2.3.d.6", "other protocols", "other protocols")


@decides("F2.3.e.1")
def period(summary: Summary) -> Finding:
    words = summary["2.3.e"].words
    if months(words) or re.search(r"\b(19|20)\d\d\b", words) or speaks_of("not known", words):
        return holds(shown(words))
    return fails(f"no date in {shown(words)}")


@decides("F2.3.e.3")
def exact_period(summary: Summary) -> Finding:
    for part in _periods(summary):
        if len(months(part)) < 2 and not speaks_of("not known", part):
            return fails(f"not exact from month to month: {shown(part)}")
    return holds("from month to month")


@decides("F2.3.e.4")
def period_format(summary: Summary) -> Finding:
    found = [(part, proper) for part in _periods(summary) for _, proper in months(part)]
    if not found:
        return not_applicable("no exact date is given")
    wrong = [part for part, proper in found if not proper]
    return fails(f"not MM/YYYY: {shown(wrong[0])}") if wrong else holds("MM/YYYY")


def _periods(summary: Summary) -> list[str]:
    answer = summary["2.3.e"]
    return [item.answers or item.words for item in answer.items] or [answer.text]


def _content(metric: str, label: str, what: str, words: str) -> None:
    """Register a metric that asks whether 2.3.f says something on a point: under a label, or in its words."""

    @decides(metric)
    def check(summary: Summary) -> Finding:
        answer = summary["2.3.f"]
        labelled = [item for item in answer.items if re.search(label, plain(item.name))]
        if any(affirmed(item.answers) for item in labelled):
            return holds(f"it speaks of {words}")
        if labelled:
            return fails(f"it declines to tell of {words}, or leaves them open: {shown(labelled[0].words)}")
        loose = "\n".join(item.words for item in answer.items if not item.name)
        text = f"{answer.text}\n{loose}"
        said = affirmed(text)
        if (what == "languages" and language_codes(said)) or (what == "regions" and names_places(said)):
            return holds(f"it speaks of {words}")
        return judged(told(what, text), words, text)


_content("F2.3.f.1", r"geogra|region|countr|pays", "regions", "countries or regions")
_content("F2.3.f.2", r"^lang|linguist", "languages", "languages")
_content("F2.3.f.3", r"demogra|people|population|public", "people", "groups of people")
_content("F2.3.f.4", r"sites?\b", "sites", "types of sites")
_content("F2.3.f.5", r"conten|descri", "types of content", "types of content")


@decides("F2.3.h.1")
def enough_domains(summary: Summary) -> Finding:
    answer, names = summary["2.3.h"], summary.domains
    distinct = len({name.lower() for name in names})
    if not names:
        linked = _linked_list(answer)
        if linked.result == "holds":
            return not_checked(f"how many names the linked list holds is not seen here: {shown(answer.links[0])}")
        return linked
    least = answer.required
    if answer.total is not None:
        least = max(least or 0, min(-(-answer.total * 5 // 100), 1000))
    if least is None:
        return not_checked(f"{distinct} domains; of how many is not said, so it cannot be told whether they are enough")
    if distinct < least:
        return fails(f"{distinct} domains are listed, and {least} must be")
    return holds(f"{distinct} domains are listed, {least} must be")


@decides("F2.3.h.3")
def list_at_hand(summary: Summary) -> Finding:
    if summary["2.3.h"].domains:
        return holds("the list is in the document")
    if summary.listed_beside:
        return holds("the list is in a file beside the document")
    answer = summary["2.3.h"]
    linked = _linked_list(answer)
    if linked.result == "not_checked" and speaks_of("download", answer.words):
        return holds(f"it says where the list can be downloaded: {shown(answer.links[0])}")
    return linked


def _linked_list(answer: Answer) -> Finding:
    """Judge a list that is only linked: open to everybody, kept back, or not to be told from another link."""
    if not answer.links:
        return fails("no list, neither in the document nor beside it")
    if refuses(answer.words) or speaks_of("access kept back", URL.sub(" ", answer.words)):
        return fails(f"the list is not open to everybody: {shown(answer.words)}")
    if any(_LIST_FILE.search(link) for link in answer.links):
        return holds(f"a list to download: {shown(answer.links[0])}")
    return not_checked(f"whether the list stands at the link is a question for people: {shown(answer.links[0])}")


@decides("F2.3.h.4")
def list_readable(summary: Summary) -> Finding:
    names = summary.domains
    if not names:
        return _linked_list(summary["2.3.h"])
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return fails(f"{shown(name)} is listed twice")
        seen.add(name)
        if not _DOMAIN.fullmatch(name) or name.startswith("www."):
            return fails(f"no plain domain name: {shown(name)}")
    return holds("plain domain names, each once")


@decides("F2.3.i.1")
def more_domains(summary: Summary) -> Finding:
    answer = summary["2.3.i"]
    linked = _linked(answer, "more domains", "further domains")
    if linked.result == "holds":
        return linked
    if not summary["2.3.h"].stated:
        return fails("2.3.h is open, so it cannot be told which domains go beyond it")
    listed = set(summary.domains)
    said = URL.sub(" ", affirmed(answer.words).lower())
    named = {name for name in _ANY_DOMAIN.findall(said) if name not in listed}
    return holds(f"{len(named)} further domains are named") if named else linked


@decides("F2.3.i.2")
def single_works(summary: Summary) -> Finding:
    return _linked(summary["2.3.i"], "works", "addresses of works")


def _linked(answer: Answer, what: str, words: str) -> Finding:
    """Tell whether something is linked: spoken of, not declined, with a link in what is left."""
    spoken = [clause for clause in clauses(answer.words) if speaks_of(what, URL.sub(" ", clause))]
    if spoken and all(refuses(clause) for clause in spoken):
        return fails(f"it declines to give {words}: {shown(spoken[0])}")
    if not spoken or not answer.links:
        return fails(f"no {words} are given or linked")
    if all(speaks_of("access kept back", URL.sub(" ", clause)) for clause in spoken):
        return fails(f"{words} are not open to everybody: {shown(spoken[0])}")
    return holds(f"{words} are linked")
