"""Directives of a page against AI: ``noai``, ``noimageai`` and ``noml`` in X-Robots-Tag and in meta robots.

They stand beside the directives of search engines (``noindex`` and the like), which are not about training and give no
signal. No standard defines them; they came with DeviantArt's notice of November 2022 and have spread since.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace

from datasummary.evidence.captures import Capture, Kind
from datasummary.protocols.pages import elements, field_values
from datasummary.protocols.signals import Signal, Use, shortened
from datasummary.translation import message

__all__ = ["KINDS", "NAME", "TITLE", "read"]

NAME = "page-directives"
TITLE = message("X-Robots-Tag and meta robots")
KINDS: frozenset[Kind] = frozenset({"page"})

_RESERVES: dict[str, Use] = {"noai": "train-ai", "noml": "train-ai", "noimageai": "train-image"}
_OTHERS = frozenset({
    "all", "index", "follow", "noindex", "nofollow", "none", "noarchive", "nocache", "nosnippet", "noimageindex",
    "notranslate", "noodp", "noydir", "indexifembedded", "nositelinkssearchbox",
})  # fmt: skip
_WITH_VALUE = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
"""Directives that are followed by a colon, as the name of a crawler is."""
_WORD = re.compile(r"[^\s,;]+")
_CRAWLER = re.compile(r"[A-Za-z][\w-]*")
_NO_CRAWLERS = frozenset({"keywords", "description", "author", "news_keywords", "title"})
_MENTIONED = re.compile("noai|noimageai|noml", re.IGNORECASE)


def read(capture: Capture) -> list[Signal]:
    """Give the signals of a page, for its own address: one for each directive and crawler, where it stands first.

    What is addressed to everyone also holds for the crawlers that are named beside it: directives add up.
    """
    found: dict[tuple[str, Use], Signal] = {}
    for agent, use, place, quote in itertools.chain(_in_fields(capture), _in_elements(capture)):
        if (agent.lower(), use) not in found:
            found[agent.lower(), use] = Signal(NAME, "no", use, place, quote, agents=(agent,), pattern=None)
    named = tuple(dict.fromkeys(signal.agents[0] for signal in found.values() if signal.agents != ("*",)))
    return [replace(signal, agents=("*", *named)) if signal.agents == ("*",) else signal for signal in found.values()]


def _in_fields(capture: Capture) -> Iterator[tuple[str, Use, str, str]]:
    for value in field_values(capture, "x-robots-tag"):
        if _MENTIONED.search(value):
            quote = shortened(value)
            for agent, use in _directives(value):
                yield agent, use, "header x-robots-tag", quote


def _in_elements(capture: Capture) -> Iterator[tuple[str, Use, str, str]]:
    for element in elements(capture, "meta"):
        name = element.attributes.get("name", "").strip()
        content = element.attributes.get("content", "")
        if not _CRAWLER.fullmatch(name) or name.lower() in _NO_CRAWLERS or not _MENTIONED.search(content):
            continue
        agent = "*" if name.lower() == "robots" else shortened(name)
        words = _WORD.findall(content.lower())
        if agent != "*" and not _is_directive(words[0]):
            continue
        quote = shortened(f'<meta name="{name}" content="{content}">')
        for word in words:
            if word in _RESERVES:
                yield agent, _RESERVES[word], f"meta {shortened(name)}, line {element.line}", quote


def _directives(value: str) -> Iterator[tuple[str, Use]]:
    """Take one X-Robots-Tag field apart: directives, each after the last crawler name that stands before it.

    A word with a colon is a crawler's name only where a directive follows it: dates and directives with a value have
    colons too.
    """
    agent = "*"
    words = _WORD.findall(value)
    for number, word in enumerate(words):
        head, colon, tail = word.partition(":")
        if colon and head.lower() not in _WITH_VALUE:
            follows = tail or (words[number + 1] if number + 1 < len(words) else "")
            if head and _is_directive(follows.lower()):
                agent = "*" if head.lower() in {"*", "robots"} else shortened(head)
            word = tail
        if word.lower() in _RESERVES:
            yield agent, _RESERVES[word.lower()]


def _is_directive(word: str) -> bool:
    return word in _RESERVES or word in _OTHERS or word.partition(":")[0] in _WITH_VALUE
