"""The example's evidence: what its fictional sites told crawlers, in six rounds from June 2024 to January 2026.

Most sites keep crawlers off a search page or a login and say no more. A growing share turns AI crawlers away by name,
a few turn everyone away, and from October 2025 on the newer protocols appear. Some sites refuse or fail, some serve a
page in place of robots.txt, some redirect, and a handful withdraw what they said. Files have what real ones have: line
ends of other systems, byte-order marks, keys in lower case, words for people.
"""

# ruff: noqa: S311  -- the seeds are fixed on purpose
from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

__all__ = ["captures", "requests"]

Row = dict[str, Any]
Fields = list[tuple[str, str]]

_ROUNDS = [
    dt.date(2024, 6, 3), dt.date(2024, 10, 7), dt.date(2025, 2, 3),
    dt.date(2025, 6, 2), dt.date(2025, 10, 6), dt.date(2026, 1, 5),
]  # fmt: skip
"""Mondays on which a round of captures begins; it takes until Friday."""

_SHARES = {
    # what a site does: share of the sites that do it, by round
    "names crawlers": (0.06, 0.09, 0.13, 0.17, 0.21, 0.25),
    "turns everyone away": (0.02, 0.02, 0.025, 0.03, 0.03, 0.035),
    "words for people": (0.02, 0.03, 0.04, 0.05, 0.06, 0.07),
    "content signals": (0.0, 0.0, 0.0, 0.0, 0.04, 0.09),
    "content usage": (0.0, 0.0, 0.0, 0.0, 0.01, 0.03),
    "licence": (0.0, 0.0, 0.0, 0.0, 0.01, 0.03),
    "tdmrep": (0.03, 0.04, 0.06, 0.07, 0.09, 0.11),
    "ai.txt": (0.02, 0.03, 0.04, 0.04, 0.05, 0.05),
    "noai": (0.03, 0.04, 0.05, 0.07, 0.09, 0.10),
}
_WITHDRAWN = 0.07
"""Share of what sites began to say that they withdraw in a later round."""

_CRAWLERS = [
    # AI crawler, round from which sites know it, share of them that name it
    ("GPTBot", 0, 0.95), ("CCBot", 0, 0.75), ("Google-Extended", 0, 0.6), ("anthropic-ai", 0, 0.4),
    ("ClaudeBot", 1, 0.7), ("Bytespider", 1, 0.5), ("Applebot-Extended", 2, 0.4), ("Meta-ExternalAgent", 2, 0.35),
    ("PerplexityBot", 2, 0.3), ("AI2Bot", 4, 0.2),
]  # fmt: skip
_CLOSED = [
    ["/admin", "/search"],
    ["/search", "/*?session="],
    ["/admin", "/login", "/*?session="],
    ["/wp-admin/"],
    ["/suche", "/konto/", "/*?session="],
    [""],
]
_PROSE = [
    "Text and data mining rights reserved, Art. 4 of Directive (EU) 2019/790.",
    "Die Nutzung der Inhalte für Text und Data Mining im Sinne von § 44b UrhG ist vorbehalten.",
    "Use of our content to train artificial intelligence needs our written permission.",
]
_LICENCES = [
    '<prohibits type="usage">ai-train</prohibits>',
    '<permits type="usage">search ai-index</permits>',
    '<payment type="subscription"><custom>https://{host}/licensing</custom></payment>',
]


@dataclass(frozen=True)
class _Host:
    """A host, and how it answers."""

    name: str
    number: int
    answers: str
    """``file``, ``absent``, ``refused``, ``markup``, or the host that it redirects to."""
    habits: dict[str, range]
    """The rounds in which it does each of what it does."""
    crawlers: tuple[str, ...] = ()
    """AI crawlers that it names, once it does."""

    def does(self, what: str, round_: int) -> bool:
        return round_ in self.habits.get(what, ())


def captures(domains: list[str], addresses: list[str]) -> Iterator[Row]:
    """Give a row for each capture: ``url``, ``captured``, ``status``, ``headers`` and ``body``.

    ``domains`` are the example's sites, as A-labels, those with most documents first; ``addresses`` are pages and
    images of theirs, some of which are captured too.
    """
    rng = random.Random(2029)
    hosts = {host.name: host for host in _hosts(rng, domains)}
    pages: dict[str, list[str]] = {}
    for address in addresses:
        pages.setdefault(address.split("/")[2], []).append(address)
    for host in hosts.values():
        missed = rng.randrange(1, 4 * len(_ROUNDS))  # one host in four is left out of a round, never of the first
        for round_, monday in enumerate(_ROUNDS):
            if round_ != missed:
                moment = dt.datetime.combine(monday, dt.time(6), dt.UTC) + dt.timedelta(days=rng.randrange(5))
                for url, status, headers, body in _answers(rng, host, round_, pages.get(host.name, [])[:2]):
                    moment += dt.timedelta(seconds=rng.randrange(1, 2_000))
                    yield {"url": url, "captured": moment, "status": status, "headers": _named(headers), "body": body}


def requests(domains: list[str]) -> Iterator[Row]:
    """Give the rows of three requests that rightsholders sent."""
    for domain, pattern, date, reference in [
        (domains[7], "", "2024-11-18", "letter of the publisher, file RH-2024-003"),
        ("", f"https://www.{domains[12]}/recipe-*", "2025-04-02", "e-mail of the author, file RH-2025-001"),
        (f"news.{domains[2]}", "", "2025-12-01", "form on our site, file RH-2025-014"),
    ]:
        yield {"domain": domain, "url_pattern": pattern, "date": date, "reference": reference}


def _hosts(rng: random.Random, domains: list[str]) -> Iterator[_Host]:
    for number, domain in enumerate(domains[:440]):
        main = _host(rng, f"www.{domain}", number)
        moved = main.answers == "file" and rng.random() < 0.6
        yield main
        yield _Host(domain, number, main.name if moved else main.answers, main.habits, main.crawlers)
        yield _host(rng, f"news.{domain}", number, eagerness=1.8)
    for number, domain in enumerate(domains[40:100]):
        yield _host(rng, f"photo.{domain}", number, eagerness=1.3)
    for number, domain in enumerate(domains[100:200]):
        yield _host(rng, f"audio.{domain}", number)
    for number in range(9):
        images = range(3, len(_ROUNDS)) if number % 4 == 0 else range(0)
        yield _Host(f"cdn{number}.pictures-example.com", number, "file" if number % 2 else "absent", {"noai": images})
    for name in ("en.encyclopaedia.example", "de.encyclopaedia.example", "fr.encyclopaedia.example", "minutes.example"):
        yield _Host(name, 0, "file", {})


def _host(rng: random.Random, name: str, number: int, eagerness: float = 1.0) -> _Host:
    answers = rng.choices(["file", "absent", "refused", "markup"], [90, 6, 2.5, 1.5])[0]
    habits = {}
    for what, shares in _SHARES.items():
        place = rng.random() / eagerness
        first = next((round_ for round_, share in enumerate(shares) if place < share), None)
        if first is not None:
            withdrawn = first < len(_ROUNDS) - 1 and rng.random() < _WITHDRAWN
            habits[what] = range(first, rng.randrange(first + 1, len(_ROUNDS)) if withdrawn else len(_ROUNDS))
    if habits.get("turns everyone away") and rng.random() < 0.2:
        answers = "refused"
    crawlers = tuple(crawler for crawler, _, share in _CRAWLERS if rng.random() < share)
    return _Host(name, number, answers, habits, crawlers)


Answer = tuple[str, int | None, Fields, bytes]
"""Address, status, header fields and body."""


def _answers(rng: random.Random, host: _Host, round_: int, pages: list[str]) -> Iterator[Answer]:
    """Give all that is captured of a host in one round."""
    robots = f"https://{host.name}/robots.txt"
    luck = rng.random()
    if luck < 0.008:
        yield robots, None, [], b""  # a timeout
        return
    if luck < 0.016:
        yield robots, 503, [("Content-Type", "text/html"), ("Retry-After", "120")], _page("Service unavailable")
        return
    match host.answers:
        case "file":
            yield robots, 200, [("Content-Type", "text/plain; charset=utf-8")], _robots_txt(host, round_)
        case "absent":
            yield robots, 404, [("Content-Type", "text/html")], _page("Not found")
        case "refused":
            challenge = host.number % 3 == 0
            status = (403, 429, 401)[host.number % 3]
            yield robots, status, [("Content-Type", "text/html")], _page("Just a moment..." if challenge else "Denied")
            return
        case "markup":
            yield robots, 200, [("Content-Type", "text/html")], _page("Welcome")
        case elsewhere:
            yield robots, 301, [("Location", f"https://{elsewhere}/robots.txt")], b""
            return
    yield from _other_files(host, round_)
    for address in pages:
        yield _image(host, address, round_) if address.endswith(".jpg") else _visited(host, address, round_)


def _robots_txt(host: _Host, round_: int) -> bytes:
    lines = [f"# {_PROSE[host.number % len(_PROSE)]}", ""] if host.does("words for people", round_) else []
    everyone = host.does("turns everyone away", round_)
    lines += ["User-agent: *", *(f"Disallow: {path}" for path in (["/"] if everyone else _CLOSED[host.number % 6]))]
    if host.does("content signals", round_):
        lines.append(f"Content-Signal: search=yes, ai-train={'yes' if host.number % 7 == 0 else 'no'}")
    if host.does("content usage", round_):
        lines.append("Content-Usage: /gallery/ train-ai=n" if host.number % 3 == 0 else "Content-Usage: train-ai=n")
    if host.does("names crawlers", round_):
        lines += ["", *_named_groups(host, round_)]
    if host.number % 40 == 3:
        lines += ["", "User-agent: AuroraBot", "Disallow: /" if host.number % 80 == 3 else "Allow: /"]
    if host.does("licence", round_):
        lines += ["", f"License: https://{host.name}/licence.xml"]
    if host.number % 2:
        lines += ["", f"Sitemap: https://{host.name}/sitemap.xml"]
    if host.number % 9 == 4:
        lines = [line.replace("User-agent", "user-agent").replace("Disallow", "disallow") for line in lines]
    text = ("\r\n" if host.number % 5 == 2 else "\n").join([*lines, ""])
    return text.encode("utf-8-sig" if host.number % 31 == 5 else "utf-8")


def _named_groups(host: _Host, round_: int) -> list[str]:
    """Turn AI crawlers away by name: in one group, in a group for each, or from one section alone."""
    known = {crawler for crawler, first, _ in _CRAWLERS if first <= round_}
    named = [crawler for crawler in host.crawlers if crawler in known] or ["GPTBot"]
    closed = "Disallow: /letter-" if host.number % 8 == 6 else "Disallow: /"
    if host.number % 2:
        return [*(f"User-agent: {crawler}" for crawler in named), closed]
    return [line for crawler in named for line in (f"User-agent: {crawler}", closed, "")][:-1]


def _other_files(host: _Host, round_: int) -> Iterator[Answer]:
    """Give what was asked for beside robots.txt: of the larger sites the files of other protocols, and licences."""
    if host.name.startswith("www.") and host.number < 150:
        for what, path, media_type, make in [
            ("tdmrep", "/.well-known/tdmrep.json", "application/json", _tdmrep),
            ("ai.txt", "/ai.txt", "text/plain", _ai_txt),
        ]:
            found = host.does(what, round_)
            answer = (200, media_type, make(host)) if found else (404, "text/html", _page("Not found"))
            yield f"https://{host.name}{path}", answer[0], [("Content-Type", answer[1])], answer[2]
    if host.does("licence", round_):
        terms = _LICENCES[host.number % 3].format(host=host.name)
        document = (
            f'<rsl xmlns="https://rslstandard.org/rsl">\n  <content url="/">\n    <license>\n      {terms}\n'
            "    </license>\n  </content>\n</rsl>\n"
        )
        yield f"https://{host.name}/licence.xml", 200, [("Content-Type", "application/rsl+xml")], document.encode()


def _tdmrep(host: _Host) -> bytes:
    rules: list[Row] = [{"location": "/", "tdm-reservation": 1, "tdm-policy": f"https://{host.name}/tdm-policy.json"}]
    if host.number % 3 == 0:
        rules = [{"location": "/press-*", "tdm-reservation": 0}, {"location": "/", "tdm-reservation": 1}]
    return json.dumps(rules, indent=1).encode()


def _ai_txt(host: _Host) -> bytes:
    closed = ["/"] if host.number % 2 else ["*.jpg", "*.png", "/gallery/"]
    return "\n".join(["User-Agent: *", *(f"Disallow: {path}" for path in closed), ""]).encode()


def _visited(host: _Host, address: str, round_: int) -> Answer:
    """Give a page, which may carry reservations in its header fields or its head."""
    fields, head = [("Content-Type", "text/html; charset=utf-8")], ""
    if host.does("noai", round_):
        if host.number % 2:
            fields.append(("X-Robots-Tag", "noai, noimageai"))
        else:
            head = '<meta name="robots" content="index, noai, noimageai">'
    if host.does("tdmrep", round_):
        fields.append(("TDM-Reservation", "1"))
    if host.does("content usage", round_):
        fields.append(("Content-Usage", "train-ai=n"))
    if host.does("licence", round_):
        head += f'<link rel="license" type="application/rsl+xml" href="https://{host.name}/licence.xml">'
    return address, 200, fields, _page(address.rsplit("/", 1)[1], head)


def _image(host: _Host, address: str, round_: int) -> Answer:
    """Give the header fields of an image, whose content is not kept."""
    fields = [("Content-Type", "image/jpeg")]
    if host.does("noai", round_):
        fields.append(("X-Robots-Tag", "noimageai"))
    return address, 200, fields, b""


def _page(title: str, head: str = "") -> bytes:
    return (
        f"<!doctype html><html><head><title>{title}</title>{head}</head><body><h1>{title}</h1></body></html>".encode()
    )


def _named(fields: Fields) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in fields]
