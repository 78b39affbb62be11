"""AIPREF: usage preferences of the IETF working group, in robots.txt and in a header field.

The drafts are draft-ietf-aipref-attach (where a preference stands) and draft-ietf-aipref-vocab (what it says). A
preference is a dictionary of Structured Fields (RFC 9651), read by http-sf. It speaks only of what may be fetched at
all; whether it may is the matter of robots.txt itself.
"""

from __future__ import annotations

import re

import http_sf

from datasummary.evidence.captures import Capture, Kind
from datasummary.paths import pattern_form
from datasummary.protocols.pages import field_values, joined
from datasummary.protocols.robots import Directive
from datasummary.protocols.robots_groups import RANK, usage_signals
from datasummary.protocols.signals import Says, Signal, Use, shortened
from datasummary.translation import message

__all__ = ["KINDS", "NAME", "TITLE", "read"]

NAME = "aipref"
TITLE = message("AIPREF Content-Usage (IETF drafts)")
KINDS: frozenset[Kind] = frozenset({"robots-txt", "page"})

_USES: tuple[Use, ...] = ("train-ai", "search")
"""Keys of the vocabulary, which are also what this project calls these uses; all other keys are ignored."""
_SAYS: dict[str, Says] = {"y": "yes", "n": "no"}
_BLANK = re.compile("[ \t]")


def read(capture: Capture) -> list[Signal]:
    """Give the preferences in a robots.txt file, or in the Content-Usage field of a page.

    Of the lines of a group the one with the longest matching path speaks; of equal paths the most restrictive
    (draft-ietf-aipref-attach, "Content-Usage Rule Semantics"). What cannot be read as a whole is an unknown preference.
    """
    value = joined(field_values(capture, "content-usage"))
    if value:
        return _signals(value, None, "header content-usage", value)
    return usage_signals(capture, "content-usage", _read_line)


def _read_line(line: Directive) -> list[Signal]:
    path, preference = "", line.value
    if preference.startswith("/"):
        path, _, preference = _cut(preference)
    pattern = pattern_form(path.encode("utf-8", "surrogateescape"))
    return _signals(preference, pattern, f"line {line.line}", f"Content-Usage: {line.value}")


def _cut(value: str) -> tuple[str, str, str]:
    blank = _BLANK.search(value)
    return value.partition(blank[0]) if blank else (value, "", "")


def _signals(preference: str, pattern: str | None, place: str, quote: str) -> list[Signal]:
    stated, note = _preferences(preference)
    base = 4 * len(pattern or "/")
    return [
        Signal(NAME, says, use, place, shortened(quote), pattern=pattern, priority=base + RANK[says], note=note)
        for use in _USES
        if (says := stated.get(use, "silent")) != "silent" or use == "train-ai"
    ]


def _preferences(text: str) -> tuple[dict[Use, Says], str]:
    """Give what is said of each use, and what was odd (draft-ietf-aipref-vocab, "Processing Algorithm")."""
    try:
        found = http_sf.parse(text.encode("ascii"), tltype="dictionary")
    except ValueError as error:
        return {}, f"not a dictionary of Structured Fields, so unknown: {shortened(str(error))}"
    members = found if isinstance(found, dict) else {}
    stated = {use: _says(members[use]) for use in _USES if use in members}
    if "train-ai" not in stated:
        return stated, "no preference for train-ai"
    return stated, "" if stated["train-ai"] != "silent" else "train-ai is neither y nor n, so unknown"


def _says(member: object) -> Says:
    value = member[0] if isinstance(member, tuple) else member
    return _SAYS.get(str(value), "silent") if isinstance(value, http_sf.Token) else "silent"
