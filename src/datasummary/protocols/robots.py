"""The robots.txt reader: what a file says, line by line, and what follows for a crawler and an address.

:meth:`RobotsFile.allows` answers as Google's open-source parser does. That is RFC 9309 and a few things more: it takes
common misspellings and a missing colon, cuts long lines, and reads ``Allow: /index.html`` as allowing ``/`` too.
Nothing in a file raises; what was odd is listed in ``problems``.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from datasummary.paths import Pattern, path_of, path_pattern
from datasummary.protocols.robots_lines import Directive, Group, Rule, read_lines

__all__ = [
    "Decision",
    "Directive",
    "Group",
    "RobotsFile",
    "Rule",
    "index_page_pattern",
    "is_everyone",
    "names",
    "product_token",
]

_TOKEN = re.compile("[A-Za-z_-]*")
_EVERYONE = re.compile(r"\*(?:[ \t\n\v\f\r]|$)")
_SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{0,9})?|\.[0-9]{1,9}")


class Decision(NamedTuple):
    """What a file says on one crawler and one address, and where it says so."""

    allowed: bool
    rule: Rule | None
    """The rule that decided; ``None`` where none with a pattern matches."""
    agents: tuple[int, ...]
    """Lines that name the crawler, or, if there are none, those that name everyone."""


class _Ranked(NamedTuple):
    """A rule's pattern; of those that match a path, the least decides."""

    weight: int
    disallow: bool
    line: int
    pattern: Pattern
    rule: Rule


@dataclass(frozen=True)
class RobotsFile:
    """A robots.txt file, read."""

    groups: tuple[Group, ...]
    """The groups as they stand; those that name the same crawler are not merged."""
    loose: tuple[Directive, ...]
    """Lines with a key before any User-agent line, which belong to no group."""
    everywhere: tuple[Directive, ...]
    """Sitemap, Host and License lines, which hold for the whole file wherever they stand."""
    comments: tuple[tuple[int, str], ...]
    """Line and text of each comment, without its ``#``."""
    problems: tuple[str, ...]
    """What was odd, one sentence a kind: ``line 12: …``, ``lines 3, 4, 7 and 12 more: …``."""

    @classmethod
    def parse(cls, body: bytes) -> RobotsFile:
        """Read a file. Never raises; takes time in proportion to the length of the body."""
        return _read(body)

    def allows(self, agent: str, url: str) -> bool:
        """Tell whether a crawler may fetch an address, as Google's parser answers.

        ``agent`` is a product token, compared whole, whatever its case. ``url`` is an encoded address
        (:func:`~datasummary.paths.address_form`), taken as it stands. Takes at most the address's length times the
        total length of the patterns that hold for the crawler.
        """
        found = self._deciding(agent, url)
        return found is None or not found.disallow

    def decide(self, agent: str, url: str) -> Decision:
        """Tell whether a crawler may fetch an address, by which rule, and by which User-agent lines it is bound.

        The longest pattern wins, counted in octets; of equal ones an allowing rule, then the first (RFC 9309, 2.2.2).
        """
        found = self._deciding(agent, url)
        lines = tuple(line for lines in self._groups_of(agent).values() for line in lines)
        return Decision(found is None or not found.disallow, found.rule if found else None, lines)

    def crawl_delay(self, agent: str) -> float | None:
        """Give the seconds to wait between fetches that a file asks of a crawler, the longest if it asks for several.

        ``None`` where it asks for none, or for no number. Crawl-delay is no part of RFC 9309, and does not bind the
        whole group: it is for the User-agent lines above it, up to another line that is none, as files mean it.
        """
        key = _key(agent)
        return self._delays.get(key if key in self._naming else "*")

    def _deciding(self, agent: str, url: str) -> _Ranked | None:
        path = path_of(url).partition("\0")[0]
        return min(filter(None, (self._first(number, path) for number in self._groups_of(agent))), default=None)

    def _first(self, number: int, path: str) -> _Ranked | None:
        ranked = self._ranked.get(number)
        if ranked is None:
            ranked = self._ranked[number] = sorted(_ranked(self.groups[number]))
        for candidate in ranked:
            if candidate.pattern.matches(path):
                return candidate
        return None

    def _groups_of(self, agent: str) -> dict[int, list[int]]:
        """Give the groups that hold for a crawler: those that name it, or else those for everyone."""
        return self._naming.get(_key(agent)) or self._naming["*"]

    @cached_property
    def _naming(self) -> dict[str, dict[int, list[int]]]:
        """Groups by the product token they name, in lower case, and ``*``: number of the group, lines that name it."""
        naming: defaultdict[str, dict[int, list[int]]] = defaultdict(dict, {"*": {}})
        for number, group in enumerate(self.groups):
            for line, value in group.agents:
                naming[_named(value)].setdefault(number, []).append(line)
        return dict(naming)

    @cached_property
    def _delays(self) -> dict[str, float]:
        """Seconds by product token and ``*``."""
        delays: dict[str, float] = {}
        for values, below in (run for group in self.groups for run in _runs(group)):
            asked = (line.value for line in below if line.key == "crawl-delay" and _SECONDS.fullmatch(line.value))
            seconds = max(map(float, asked), default=None)
            if seconds is not None:
                delays |= {key: max(seconds, delays.get(key, 0.0)) for key in map(_named, values)}
        return delays

    @cached_property
    def _ranked(self) -> dict[int, list[_Ranked]]:
        """Rules by number of their group, in the order in which they decide; filled as they are asked for."""
        return {}


@functools.lru_cache(maxsize=4)
def _read(body: bytes) -> RobotsFile:
    """Keep what was read last: several protocols ask for the same file one after the other."""
    return RobotsFile(*read_lines(body))


def _key(agent: str) -> str:
    """Give a crawler's name as it is looked up; every name is unlike ``*`` that is not made of ASCII."""
    return agent.lower() if agent.isascii() else "*"


def _named(value: str) -> str:
    """Give whom a User-agent line names, as it is looked up."""
    return "*" if is_everyone(value) else product_token(value).lower()


def _runs(group: Group) -> Iterator[tuple[list[str], list[Directive]]]:
    """Give the User-agent lines of a group that follow each other, and the directives up to the next ones."""
    values: list[str] = []
    below: list[Directive] = []
    lines: list[tuple[int, str] | Directive] = [*group.agents, *group.directives]
    for line in sorted(lines, key=lambda line: line[0]):
        if isinstance(line, Directive):
            below.append(line)
            continue
        if below:
            yield values, below
            values, below = [], []
        values.append(line[1])
    yield values, below


def _ranked(group: Group) -> Iterator[_Ranked]:
    for rule in group.rules:
        for pattern in (rule.pattern, index_page_pattern(rule)):
            if pattern:
                yield _Ranked(-len(pattern), not rule.allow, rule.line, path_pattern(pattern), rule)


def index_page_pattern(rule: Rule) -> str | None:
    """Give the second pattern of a rule that allows an index page: the folder itself, as Google's parser has it.

    >>> index_page_pattern(Rule(1, True, "/a/index.html"))
    '/a/$'
    """
    folder, slash, page = rule.pattern.rpartition("/")
    return f"{folder}/$" if rule.allow and slash and page.startswith("index.htm") else None


def product_token(value: str) -> str:
    """Give the product token that a User-agent line names: letters, ``-`` and ``_`` up to the first other character.

    >>> product_token("GPTBot/1.1")
    'GPTBot'
    """
    found = _TOKEN.match(value)
    return found[0] if found else ""


def is_everyone(value: str) -> bool:
    """Tell whether the value of a User-agent line addresses everyone: ``*``, alone or before a blank."""
    return _EVERYONE.match(value) is not None


def names(value: str, agent: str) -> bool:
    """Tell whether an addressee, as a User-agent line spells it, is this crawler: the rule of the audit.

    A crawler is matched by its whole product token, whatever the case. One whose published name is no bare token
    (``AI2Bot``, ``img2dataset``) is matched by the whole value instead; either name is read up to ``/``.

    >>> names("GPTBot/1.1", "gptbot"), names("GPT", "GPTBot"), names("ai2bot", "AI2Bot"), names("AI", "AI2Bot")
    (True, False, True, False)
    """
    name = agent.partition("/")[0].strip().lower()
    if name and product_token(name) == name:
        return product_token(value).lower() == name
    return bool(name) and value.partition("/")[0].strip().lower() == name
