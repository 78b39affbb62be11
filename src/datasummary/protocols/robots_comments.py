"""Prose in the comments of a robots.txt that reserves rights or forbids mining: words for people, never a verdict.

Publishers write above their rules that text and data mining, or the training of AI, is reserved, or that nobody may
collect their content by machine. Whether such words are machine-readable in the sense of Article 4(3) of Directive (EU)
2019/790 is before the courts, so a person reads them. A block of comment lines counts if it names the law of mining; or
mining or AI, together with a refusal or with whom to ask; or automated collection, together with a refusal. The text
that explains ``Content-Signal`` lines does not count: those lines speak for themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from datasummary.evidence.captures import Capture, Kind
from datasummary.protocols.robots import RobotsFile
from datasummary.protocols.signals import Signal, shortened
from datasummary.translation import message

__all__ = ["KINDS", "NAME", "TITLE", "read"]

NAME = "robots-comments"
TITLE = message("words in the comments of robots.txt")
KINDS: frozenset[Kind] = frozenset({"robots-txt"})


def _any_of(*choices: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(choices)})", re.IGNORECASE)


_LAW = _any_of(
    r"2019/790",
    r"art(?:\.|icle|ikel|icolo|ículo)? ?4\b.{0,40}(?:directive|DSM|copyright)",
    r"44b (?:Abs\S* ?\d? )?(?:UrhG|Urheberrecht)",
    r"L\.? ?122-5-3",
    r"Nutzungsvorbehalt",
    r"(?:text (?:and|&) data mining|TDM)[ -](?:opt|reservation)",
)
_MINING = _any_of(
    r"te?xt[es]{0,2}[ -]{1,2}(?:and|&|und|en|et|e|y)[ -]data[ -]?mining",
    r"data[ -]?min(?:e|ing)\b",
    r"fouille (?:de |des |du |d['’])(?:textes?|données)",
    r"(?:minería|mineração|estrazione) (?:de|di) (?:textos?|dat[oi]s?|dados|testo)",
    r"machine[ -]learning",
    r"(?:apprentissage|aprendizaje|apprendimento) (?:automatique|automático|automatico|machine)",
    r"maschinelle[ns]? Lernen",
    r"artificial intelligence",
    r"intelligence artificielle",
    r"intelig[eê]ncia artificial",
    r"intelligenza artificiale",
    r"künstliche[nr]? intelligenz",
    r"kunstmatige intelligentie",
    r"(?:large )?language models?\b",
    r"modèles? (?:de|linguistiques?)(?: langage)?\b",
    r"(?-i:TDM|LLMs?|AI|KI|IA|GenAI)\b",
)
_COLLECTION = _any_of(
    r"(?:automated|automatisierte[nrs]?|automatische[nrs]?|automatiques?|geautomatiseerde)\b",
    r"scrap",
    r"harvest",
    r"bulk download",
    r"crawl(?:ing|en|er notre)\b",
    r"use of robots\b",
    r"robots d['’]indexation",
    r"(?:systematic|mass)[a-z]* (?:download|copy|collect|extract)",
)
_REFUSAL = _any_of(
    r"prohibited|prohibition",
    r"forbid",
    r"(?:not|never) (?:be )?(?:permit|allow|authori[sz]ed|acceptable|us(?:e|ed)\b)",
    r"not .{0,40}\b(?:consent|agree)",
    r"(?:express|explicit|written|prior)[a-z]* .{0,30}(?:permission|consent|authori[sz]ation|licen[cs]e)",
    r"without .{0,40}(?:permission|consent|authori[sz]ation|licen[cs]e)",
    r"reserv(?:e|es|ed|ation|ations|ado|ada)\b",
    r"opt(?:s|ed|ing)?[ -]out",
    r"interdi(?:t|te|ts|sons|cti)",
    r"réserv",
    r"conditionnée? à",
    r"untersagt|verboten|vorbeh(?:a|ä)lt|nicht (?:gestattet|erlaubt|zulässig)",
    r"niet toegestaan|verboden|voorbehouden",
    r"prohibid|proibid|riservat|vietat",
)
_REQUEST = _any_of(
    r"contact",
    r"licen[cs]",
    r"permission",
    r"autori[sz]",
    r"kontakt|Lizenz|Zustimmung|Genehmigung|Erlaubnis|Einwilligung",
    r"toestemming",
)
_COMMENTED_OUT = re.compile(r"\s*(?:(?:dis)?allow|user-?agent|sitemap|crawl-delay)\s*:", re.IGNORECASE)
_EXPLAINS_SIGNALS = re.compile(r"content[ -]signals?\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?] ")
_LONGEST_BLOCK = 20_000


def read(capture: Capture) -> list[Signal]:
    """Give one signal a block of comment lines that reserves rights in prose, in several languages."""
    if capture.kind != "robots-txt" or capture.outcome != "answered" or b"#" not in capture.body:
        return []
    return [signal for block in _blocks(RobotsFile.parse(capture.body).comments) for signal in _of_block(block)]


def _blocks(comments: Iterable[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    """Gather comments on lines that follow each other."""
    block: list[tuple[int, str]] = []
    for line, text in comments:
        if block and line != block[-1][0] + 1:
            yield block
            block = []
        block.append((line, text))
    if block:
        yield block


def _of_block(block: list[tuple[int, str]]) -> Iterator[Signal]:
    prose = " ".join(" ".join(text for _, text in block if not _COMMENTED_OUT.match(text)).split())[:_LONGEST_BLOCK]
    found = _speaks(prose)
    if not found or _EXPLAINS_SIGNALS.search(prose):
        return
    first, last = block[0][0], block[-1][0]
    place = f"line {first}" if first == last else f"lines {first} to {last}"
    yield Signal(NAME, "unclear", "tdm", place, shortened(_sentence(prose, found.start())), note="prose in a comment")


def _speaks(prose: str) -> re.Match[str] | None:
    """Find the words by which a block counts, or ``None``."""
    law = _LAW.search(prose)
    if law:
        return law
    mining = _MINING.search(prose)
    if mining and (_REFUSAL.search(prose) or _REQUEST.search(prose)):
        return mining
    collection = _COLLECTION.search(prose)
    return collection if collection and _REFUSAL.search(prose) else None


def _sentence(prose: str, place: int) -> str:
    """Give the text from the beginning of the sentence at a place."""
    return prose[max((end.end() for end in _SENTENCE_END.finditer(prose, 0, place)), default=0) :]
