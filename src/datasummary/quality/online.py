"""What the network decides: whether links open, and lead where they say.

Addresses stand in a document of a stranger. Each is requested once, by the fetcher that collects evidence, whose guard
lets no request through to a loopback, private or other address that is not public, not after a redirect either.
"""

from __future__ import annotations

import html
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urljoin

from datasummary.documents.template import FIELD_IDS
from datasummary.evidence.fetch import Busy, Fetched, Fetcher
from datasummary.evidence.guard import Forbidden, Guard, Target, target_of
from datasummary.evidence.messages import parse_head, plain_body
from datasummary.evidence.resolving import Resolver
from datasummary.evidence.settings import Collecting, Limits
from datasummary.quality.check_document import earlier_versions, own_place
from datasummary.quality.checks import Finding, fails, holds, is_not_applicable, not_applicable, shown
from datasummary.quality.hints import Hint
from datasummary.quality.reading import Summary
from datasummary.quality.values import Item
from datasummary.quality.vocabulary import plain

__all__ = ["Links", "Opened", "link_hints", "over_the_network"]

MOST_LINKS = 500
"""Addresses that are requested for one document."""
AT_ONCE = 8
PAGE_BYTES = 1 << 20
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LIMITS = Limits(connect_seconds=10, first_byte_seconds=15, total_seconds=30)


@dataclass(frozen=True)
class Opened:
    """What came of a link."""

    problem: str = ""
    """Why it does not open; empty where it does."""
    page: str = ""
    """The beginning of the page, as text."""


class _Slots:
    """Two connections to one address at most."""

    def __init__(self) -> None:
        self._held: Counter[str] = Counter()
        self._lock = threading.Lock()

    def take(self, address: str) -> bool:
        with self._lock:
            if self._held[address] >= 2:
                return False
            self._held[address] += 1
            return True

    def give(self, address: str) -> None:
        with self._lock:
            self._held[address] -= 1


class Links:
    """Opens links, each once."""

    def __init__(
        self, collecting: Collecting | None = None, *, guard: Guard | None = None, resolver: Resolver | None = None
    ) -> None:
        from datasummary import __version__

        agent = collecting.user_agent if collecting else f"datasummary-check/{__version__}"
        self._fetcher = Fetcher(guard or Guard(), resolver or Resolver(), _LIMITS, agent, slots=_Slots())
        self._opened: dict[str, Opened] = {}

    def open_all(self, links: list[str]) -> None:
        """Request the links that were not yet."""
        new = [link for link in dict.fromkeys(links) if link not in self._opened]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            self._opened.update(zip(new, pool.map(self._request, new), strict=True))

    def __getitem__(self, link: str) -> Opened:
        """Give what came of a link."""
        if link not in self._opened:
            self._opened[link] = self._request(link)
        return self._opened[link]

    def _request(self, link: str) -> Opened:
        for _ in range(_LIMITS.redirects + 1):
            try:
                target = target_of(link)
                fetched = self._patiently(target)
            except Forbidden as no:
                return Opened(no.problem)
            except Busy:
                return Opened("too many links to one address")
            head = parse_head(fetched.response)
            if head is None or head.status is None:
                return Opened(fetched.problem or "not HTTP")
            location = next((value for name, value in head.headers if name.lower() == "location"), None)
            if head.status in _REDIRECTS and location:
                link = urljoin(target.url, location)
                continue
            if not 200 <= head.status < 300:
                return Opened(f"answered with status {head.status}")
            body, _ = plain_body(head.headers, fetched.response[head.length :])
            return Opened(page=html.unescape(body.decode("utf-8", "replace")))
        return Opened("too many redirects")

    def _patiently(self, target: Target) -> Fetched:
        """Request, waiting a while for a connection where the address has none to spare."""
        for _ in range(int(_LIMITS.total_seconds * 2)):
            try:
                return self._fetcher.fetch(target, body_limit=PAGE_BYTES)
            except Busy:
                time.sleep(0.5)
        return self._fetcher.fetch(target, body_limit=PAGE_BYTES)


def over_the_network(summary: Summary, links: Links) -> dict[str, Finding]:
    """Answer the metrics that the network decides."""
    links.open_all(list(dict.fromkeys(link for _, link in _all_links(summary)))[:MOST_LINKS])
    place = own_place(summary)
    return {
        "D3": _all_open([place] if place else [], links, "the authoritative copy"),
        "D12": _led_to(summary, links),
        "D27": _all_open([item.link for item in earlier_versions(summary) if item.link], links, "earlier versions"),
        "F1.2.a.4": _models(summary, links),
        "F1.2.b.5": _all_open(_links_of(summary, "1.2.b"), links, "dependencies"),
        "F2.1.c.4": _datasets(summary, links),
    }


def link_hints(summary: Summary, links: Links) -> Iterator[Hint]:
    """Yield a hint for each link of a field that does not open."""
    for field_id, link in list(dict.fromkeys(_all_links(summary)))[:MOST_LINKS]:
        if problem := links[link].problem:
            yield Hint(field_id, f"a link that does not open: {problem}", link[:120])


def _all_links(summary: Summary) -> Iterator[tuple[str, str]]:
    for key in ("authoritative_copy", "all_versions", "announcements"):
        if link := summary.about(key):
            yield "document", link
    for field_id in FIELD_IDS:
        for link in summary[field_id].links:
            yield field_id, link


def _links_of(summary: Summary, field_id: str) -> list[str]:
    return [] if is_not_applicable(summary[field_id]) else list(summary[field_id].links)


def _all_open(addresses: list[str], links: Links, what: str) -> Finding:
    if not addresses:
        return not_applicable(f"no links to {what}")
    for link in addresses:
        if problem := links[link].problem:
            return fails(f"{shown(link)}: {problem}")
    return holds(f"{len(addresses)} open")


def _led_to(summary: Summary, links: Links) -> Finding:
    """Whether each model's own page names the address of the document."""
    place = own_place(summary)
    pages = [item.link for item in summary["1.2.a"].items if item.link]
    if not pages or not place:
        return not_applicable("no page of the model, or no address of the document, is named")
    for page in pages:
        opened = links[page]
        if opened.problem:
            return fails(f"{shown(page)}: {opened.problem}")
        path = place.partition("://")[2].partition("/")[2]
        if place not in opened.page and (not path or f"/{path}" not in opened.page):
            return fails(f"{shown(page)} does not link to {shown(place)}")
    return holds("the model's page links to the document")


def _models(summary: Summary, links: Links) -> Finding:
    return _names_on_pages(summary["1.2.a"].items, links)


def _datasets(summary: Summary, links: Links) -> Finding:
    return _names_on_pages(() if is_not_applicable(summary["2.1.c"]) else summary["2.1.c"].items, links)


def _names_on_pages(items: tuple[Item, ...], links: Links) -> Finding:
    """Whether each item's link opens a page that bears its name, or most of its words."""
    linked = [(item, link) for item in items for link in item.links[:1]]
    if not linked:
        return not_applicable("no links are given")
    for item, link in linked:
        opened = links[link]
        if opened.problem:
            return fails(f"{shown(link)}: {opened.problem}")
        words = set(re.findall(r"\w{3,}", plain(item.name)))
        text = plain(opened.page)
        if words and sum(word in text for word in words) * 2 < len(words):
            return fails(f"{shown(link)} does not speak of {shown(item.name)}")
    return holds(f"{len(linked)} pages bear the names")
