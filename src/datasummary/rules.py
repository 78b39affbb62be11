"""Path rules as data: what a host's statements say of a path, for one path and for billions.

The statements that hold for one crawler form a list in order of priority; the first whose pattern matches a path
speaks, and where none does, nobody speaks. A host has a few such lists, for several crawlers and protocols. The same
lists are read in two ways with the same answer: by :func:`spoken`, exactly, for one path, and by
:func:`spoken_in_bulk`, an expression that DuckDB and Spark work out for all rows at once.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import pyarrow as pa

from datasummary.paths import Pattern, path_pattern
from datasummary.protocols.signals import Says

__all__ = [
    "BULK_RULES",
    "WEIGHTS",
    "PathRule",
    "RuleList",
    "TakenApart",
    "fits_bulk",
    "for_bulk",
    "in_bulk",
    "masked",
    "simplified",
    "speaks_everywhere",
    "spoken",
    "spoken_in_bulk",
    "spoken_of",
    "taken_apart",
]

MOST_INNER_STARS = 2
MOST_PATTERNS_WITH_SO_MANY = 32
"""Bounds on what the bulk pass compares: its cost for a pattern grows with path length to the power of inner stars."""

_SPECIAL = "%_\\"
_MASKS = "\x01\x02\x03"
_TO_MASKS = str.maketrans(_SPECIAL, _MASKS)
_EVERY_PATH = frozenset({"", "/", "*", "/*"})

WEIGHTS: dict[Says, int] = {"yes": -1, "silent": 0, "unclear": 1, "no": 2}
"""What is said, as the bulk pass writes it: of several statements the highest stands, but for a yes beside a no."""

BEGINNING = 4
"""Signs of a path by which a host's rules are sorted: most of them can be passed over at once."""
MOST_COPIES = 10_000

RULE = pa.struct([("first", pa.string()), ("wild", pa.string()), ("says", pa.int8())])
BULK_RULES = pa.list_(pa.list_(RULE))
"""Arrow type of a host's lists. Of a rule, ``first`` is how the path must begin, and ``wild`` a LIKE pattern for the
whole path, or null where ``first`` says all."""


class PathRule(NamedTuple):
    """What is said of the paths that match a pattern."""

    pattern: str
    """Pattern in form, or, if ``literal``, the path itself."""
    says: Says
    literal: bool = False

    @property
    def everywhere(self) -> bool:
        """Whether it matches every path."""
        return not self.literal and self.pattern in _EVERY_PATH

    def matches(self, path: str) -> bool:
        return path == self.pattern if self.literal else self.taken_apart.matches(path)

    @property
    def taken_apart(self) -> Pattern:
        return Pattern((self.pattern,), anchored=True) if self.literal else path_pattern(self.pattern)


RuleList = tuple[PathRule, ...]
"""Rules in order of priority: the first that matches speaks."""

TakenApart = dict[str, list[list[tuple[Pattern, Says]]]]
"""A host's lists by the first signs of a path, see :func:`taken_apart`."""


def simplified(rules: Iterable[PathRule]) -> RuleList:
    """Leave out rules that never speak, or whose silence is what comes without them anyway."""
    kept: list[PathRule] = []
    for rule in rules:
        kept.append(rule)
        if rule.everywhere:
            break
    while kept and kept[-1].says == "silent":
        kept.pop()
    return tuple(kept)


def speaks_everywhere(rules: RuleList, says: Says) -> bool:
    """Tell whether a simplified list says this of every path."""
    return bool(rules) and rules[-1].everywhere and all(rule.says == says for rule in rules)


def spoken(lists: Iterable[RuleList], path: str) -> set[Says]:
    """Give all that is said of a path, by whichever list.

    >>> spoken([(PathRule("/a/b", "silent"), PathRule("/a", "no"))], "/a/c")
    {'no'}
    """
    return spoken_of(taken_apart(tuple(lists)), path)


def taken_apart(lists: Sequence[RuleList]) -> TakenApart:
    """Sort a host's rules by the beginning of the paths that they may match.

    There is an entry for each beginning (:data:`BEGINNING` signs) that rules name; the one under ``""`` is for every
    other path.
    """
    made = [[(rule.taken_apart, rule.says) for rule in rules] for rules in lists]
    firsts = [[pattern.pieces[0][:BEGINNING] for pattern, _ in rules] for rules in made]
    named = [first for first in dict.fromkeys(itertools.chain(*firsts)) if len(first) == BEGINNING]
    short = [[place for place, first in enumerate(each) if len(first) < BEGINNING] for each in firsts]
    if sum(map(len, short)) * len(named) > MOST_COPIES:
        return {"": made}
    sorted_out = {"": [[rules[place] for place in places] for rules, places in zip(made, short, strict=True)]}
    for beginning in named:
        sorted_out[beginning] = [[] for _ in made]
    for rules, first, places, number in zip(made, firsts, short, itertools.count()):
        own: dict[str, list[int]] = {}
        for place, begins in enumerate(first):
            own.setdefault(begins, []).append(place)
        for beginning in named:
            also = [place for place in places if beginning.startswith(first[place])]
            chosen = sorted(also + own.get(beginning, []))
            sorted_out[beginning][number] = [rules[place] for place in chosen]
    return sorted_out


def spoken_of(rules: TakenApart, path: str) -> set[Says]:
    """Give what :func:`spoken` gives, from lists taken apart before."""
    found: set[Says] = set()
    for each in rules.get(path[:BEGINNING]) or rules[""]:
        for pattern, says in each:
            if pattern.matches(path):
                found.add(says)
                break
    found.discard("silent")
    return found


def fits_bulk(lists: Iterable[RuleList]) -> bool:
    """Tell whether the bulk pass may compare these lists; others go through :func:`spoken`."""
    costly = 0
    for rules in lists:
        for rule in rules:
            if rule.literal:
                continue
            inner = len(re.findall(r"\*+(?!\*|$)", rule.pattern))
            if inner > MOST_INNER_STARS or not _is_plain(rule.pattern):
                return False
            costly += inner == MOST_INNER_STARS
    return costly <= MOST_PATTERNS_WITH_SO_MANY


def _is_plain(pattern: str) -> bool:
    return pattern.isascii() and pattern.isprintable()


def for_bulk(rules: TakenApart) -> dict[str, list[list[dict[str, Any]]]]:
    """Give rules as :data:`BULK_RULES` by the beginnings of masked paths, each list closed by a rule without a word."""
    return {
        beginning.translate(_TO_MASKS): [[*(in_bulk(*rule) for rule in each), _SILENCE] for each in lists]
        for beginning, lists in rules.items()
    }


def in_bulk(pattern: Pattern, says: Says) -> dict[str, Any]:
    """Give one rule as the bulk pass reads it: ``first``, ``wild``, ``says``."""
    masks = [piece.translate(_TO_MASKS) for piece in pattern.pieces]
    wild = None
    if len(masks) > 1 or pattern.anchored:
        wild = "%".join(masks) + ("" if pattern.anchored else "%")
    return {"first": masks[0], "wild": wild, "says": WEIGHTS[says]}


_SILENCE: dict[str, Any] = {"first": "", "wild": None, "says": WEIGHTS["silent"]}


def masked(path: Any) -> Any:
    """Give the Ibis expression of a path in which signs that LIKE takes for its own are others that no path holds."""
    return path.translate(_SPECIAL, _MASKS)


def spoken_in_bulk(rules: Any, path: Any) -> Any:
    """Give the Ibis expression of all that is said of a path: an array of :data:`WEIGHTS`, one for each list.

    ``rules`` is a column of type :data:`BULK_RULES`, ``path`` a masked column without control characters.
    """

    def speaks(rule: Any) -> Any:
        return path.startswith(rule["first"]) & (rule["wild"].isnull() | path.like(rule["wild"]))

    return rules.map(lambda each: each.filter(speaks)[0]["says"])
