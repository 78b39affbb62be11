"""What speaks against a metric that holds by its own check: another part of the document, or the answer itself.

A period that ends before it begins, a count that is not that of the list, a crawler that the list of crawlers lacks.
Each compares only what is stated; where one side is open, the metric fails for that.
"""

from __future__ import annotations

import re

from datasummary.documents.top_domains import CAP_SME
from datasummary.languages import EU_OFFICIAL
from datasummary.public_suffixes import public_suffix
from datasummary.quality.checks import Finding, fails, is_not_applicable, overturns, shown
from datasummary.quality.periods import reversed_period, without_dates
from datasummary.quality.reading import Summary
from datasummary.quality.values import Answer, Item
from datasummary.quality.vocabulary import language_codes, plain, speaks_of

__all__: list[str] = []

_SHARE = re.compile(r"(\d{1,3}(?:[.,]\d{1,3})?)\s*%")
MOST_CRAWLERS = 200
"""Crawlers that are compared between fields; no document names as many in earnest."""

_CRAWLER = re.compile(
    r"(?!robots?$|(?:web|feed|rss|sub)-?\w+$)"
    r"[a-z0-9][\w.-]*(?:bot|spider|crawler|fetcher|scraper|reader|harvester)s?(?:-\w+)?(?:/[\d.]+)?"
)
"""A single word that can hardly be anything but a crawler's name."""

_OFFICIAL = r"(?:official (?:eu |union |european )?languages?|langues? officielles?)"
_OFFICIAL_LIST = re.compile(rf"{_OFFICIAL}[^:.;\n]{{0,80}}:([^.;\n]+)")
_OFFICIAL_SUBJECT = re.compile(
    rf"(?:^|[.;\n] ?)([^.:;()\n]+?) (?:is|are|est|sont) (?:all |both |toutes |une? |the |les |des |an )*{_OFFICIAL}"
)
_EXCEPT = re.compile(
    r"\b(?:not|no|non|none|unofficial|except|besides|other than|but|sauf|hormis|pas|aucune?|outre|mais)\b"
)
_HOSTS = re.compile(r"host ?names?|noms? d'hotes?")
"""What a list says that does not hold domains, but names of hosts."""


@overturns("F2.3.h.1")
def counts_agree(summary: Summary) -> Finding | None:
    value = summary.raw("2.3.h").get("value")
    if not isinstance(value, dict) or not summary.domains:
        return None
    answer, names = summary["2.3.h"], len(summary.domains)
    share = _SHARE.search(value["share"]) if isinstance(value.get("share"), str) else None
    if share and answer.total is not None:
        thousandths = round(float(share[1].replace(",", ".")) * 1000)
        least = answer.total * thousandths // 100_000
        least = min(least, CAP_SME) if thousandths <= 5000 else least
        if answer.required is not None and answer.required < least:
            return fails(
                f"{share[0]} of {answer.total} domains are {least}, and it says that {answer.required} are required",
                f'in 2.3.h, set "required" to {least} and list as many names, or correct "share" and "domains_total"',
                "leave the field computed",
            )
        if len(set(summary.domains)) < least:
            return fails(
                f"{share[0]} of {answer.total} domains are {least}, and {names} are listed",
                f'in 2.3.h, list {least} names under "domains"',
            )
    total = value.get("domains_total")
    if isinstance(total, int) and total < names:
        return fails(
            f"it says that there are {total} domains in all, and lists {names}",
            'in 2.3.h, set "domains_total" to the number of all domains crawled',
        )
    listed = value.get("listed")
    if isinstance(listed, int) and not isinstance(listed, bool) and listed != names:
        return fails(
            f"it says that {listed} are listed, and there are {names}",
            'in 2.3.h, set "listed" to the number of names',
        )
    return None


@overturns("F2.3.h.4")
def names_are_domains(summary: Summary) -> Finding | None:
    """Where the public suffix list knows the ending, a name is the suffix and one label, by either part of the list."""
    if _HOSTS.search(plain(summary["2.3.h"].text)):
        return None
    for name in summary.domains:
        endings = {public_suffix(name), public_suffix(name, private=True)} - {""}
        wanted = [_below(name, ending) for ending in endings]
        if wanted and name not in wanted:
            right = max(wanted, key=len)
            what = f"stands below the domain {shown(right)}" if right else "is a public suffix, not a domain"
            return fails(
                f"{shown(name)} {what}",
                f"in 2.3.h, write {right or 'the name registered below it'} in its place, once",
                "set domain_level: registrable",
            )
    return None


def _below(name: str, ending: str) -> str:
    """Give the part of a name that is an ending and one label; empty where the name is the ending itself."""
    labels, length = name.split("."), ending.count(".") + 2
    return ".".join(labels[-length:]) if len(labels) >= length else ""


def _told_of(answer: Answer, crawlers: tuple[str, ...]) -> str:
    """Give all passages that say more than names of crawlers: entries, and lines up to where the next one is named."""
    names = re.compile("|".join(re.escape(plain(name)) for name in sorted(crawlers, key=len, reverse=True)))
    passages = [""]
    for line in plain(answer.text).split("\n"):
        if names.search(line):
            passages.append(line)
        else:
            passages[-1] += f"\n{line}"
    passages += [plain(item.words) for item in answer.items]
    return "\n".join(passage for passage in passages if re.search(r"\w{2}", names.sub(" ", passage)))


def _each_crawler(metric: str, field_id: str, what: str, write: str) -> None:
    @overturns(metric)
    def against(summary: Summary) -> Finding | None:
        answer, names = summary[field_id], summary["2.3.b"].names
        if is_not_applicable(summary["2.3.b"]) or not 0 < len(names) <= MOST_CRAWLERS:
            return None
        named, told = plain(answer.words), _told_of(answer, names)
        silent = [name for name in names if plain(name) in named and plain(name) not in told]
        return fails(f"the name of {shown(silent[0])} stands there, and no {what}", write) if silent else None


_each_crawler(
    "F2.3.c.2",
    "2.3.c",
    "purpose",
    "in 2.3.c, write beside each crawler's name what it collects and for what",
)
_each_crawler(
    "F2.3.e.2",
    "2.3.e",
    "period",
    "in 2.3.e, write beside each crawler's name 01/2024 to 06/2025",
)


@overturns("F2.3.1")
def crawlers_known(summary: Summary) -> Finding | None:
    """The fields after the list of crawlers speak of those in the list."""
    names = [plain(name) for name in summary["2.3.b"].names]
    if summary["2.3.a"].yes is not True:
        return None
    for field_id in ("2.3.c", "2.3.d", "2.3.e"):
        answer = summary[field_id]
        if not answer.stated:
            return fails(f"{field_id} is open, so that the section cannot be compared with itself")
        for label in [item.name for item in answer.items] + [
            line.partition(":")[0] for line in answer.text.split("\n")
        ]:
            said = plain(label).strip(" -•*")
            if (
                len(names) <= MOST_CRAWLERS
                and _CRAWLER.fullmatch(said)
                and not any(said in name or name in said for name in names)
            ):
                return fails(
                    f"{field_id} speaks of {shown(label.strip())}, and 2.3.b does not name it",
                    f"add the crawler to 2.3.b, or take it out of {field_id}",
                )
    return None


@overturns("F1.3.e.3")
def languages_are_official(summary: Summary) -> Finding | None:
    text = plain(summary["1.3.e"].words)
    claims = [found[1] for found in _OFFICIAL_LIST.finditer(text)]
    claims += [found[1] for found in _OFFICIAL_SUBJECT.finditer(text) if _only_languages(found[1])]
    for claim in claims:
        if not _EXCEPT.search(claim):
            strange = [code for code in language_codes(claim) if code not in EU_OFFICIAL]
            if strange:
                return fails(
                    f"not an official language of the Union, and said to be one: {shown(claim.strip())}",
                    "in 1.3.e, name as official only languages of Regulation No 1 of 1958 (24 of them)",
                    "leave the field computed",
                )
    return None


def _only_languages(text: str) -> bool:
    words = [word for word in re.findall(r"[^\W\d_]+", text) if word not in {"and", "et", "le", "la", "l", "les"}]
    return bool(words) and len(language_codes(text)) == len(words)


@overturns("F2.1.1")
def listed_once(summary: Summary) -> Finding | None:
    known = {_same(item) for item in summary["2.1.c"].items if item.name}
    twice = next((item.name for item in summary["2.1.d"].items if item.name and _same(item) in known), "")
    if not twice:
        return None
    return fails(
        f"{shown(twice)} stands in 2.1.c and in 2.1.d, which is for datasets that 2.1.c does not list",
        "take it out of 2.1.d if it exceeds 3 % of the public data of a modality, else out of 2.1.c",
        "leave both fields computed",
    )


def _same(item: Item) -> str:
    return " ".join(re.findall(r"\w+", plain(item.name)))


def _in_order(metric: str, field_id: str) -> None:
    @overturns(metric)
    def against(summary: Summary) -> Finding | None:
        for item in (*summary[field_id].items, Item(text=summary[field_id].text)):
            if wrong := reversed_period(item.words):
                return fails(
                    f"a period that ends before it begins: {shown(wrong)}",
                    f"in {field_id}, write the earlier date first",
                )
        return None


_in_order("F2.1.d.6", "2.1.d")
_in_order("F2.2.2.e.1", "2.2.2.e")
_in_order("F2.3.e.3", "2.3.e")


def _more_than_dates(metric: str, field_id: str) -> None:
    @overturns(metric)
    def against(summary: Summary) -> Finding | None:
        if speaks_of("size", without_dates(summary[field_id].words)):
            return None
        return fails(f"dates and no size in {shown(summary[field_id].words)}")


_more_than_dates("F2.1.e.1", "2.1.e")
_more_than_dates("F2.2.2.e.2", "2.2.2.e")


def _nature_stated(metric: str, field_id: str) -> None:
    @overturns(metric)
    def against(summary: Summary) -> Finding | None:
        held = next((words for label, words in summary.placeholders(field_id) if "nature" in plain(label)), "")
        return fails(f"a placeholder in place of the nature: {shown(held)}") if held else None


_nature_stated("F2.1.d.4", "2.1.d")
_nature_stated("F2.2.2.d.4", "2.2.2.d")
