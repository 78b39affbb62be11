"""Content Signals (contentsignals.org): ``Content-Signal`` lines in robots.txt, and the header field of that name.

By the policy's own text a no is an express reservation of rights under Article 4 of Directive (EU) 2019/790, and a use
that is not mentioned is neither granted nor restricted. ``use=`` came later and says how far content may be consumed:
``immediate`` (nothing is kept), ``reference`` (indexed, excerpted, linked to) or ``full``. The first two are narrower
than training without saying no to it, so that they are for people to read where nothing says no outright.
"""

from __future__ import annotations

import re

from datasummary.evidence.captures import Capture, Kind
from datasummary.protocols.pages import field_values, joined
from datasummary.protocols.robots import Directive
from datasummary.protocols.robots_groups import RANK, usage_signals
from datasummary.protocols.signals import Says, Signal, Use, shortened

__all__ = ["KINDS", "NAME", "TITLE", "read"]

NAME = "content-signals"
TITLE = "Content Signals"
KINDS: frozenset[Kind] = frozenset({"robots-txt", "page"})

_USES: dict[str, Use] = {"ai-train": "train-ai", "ai-input": "ai-input", "search": "search"}
_SAYS: dict[str, Says] = {"yes": "yes", "no": "no"}
_NARROWER = frozenset({"immediate", "reference"})
_PAIR = re.compile(r"""(?<![\w-])([A-Za-z-]++)\s*+=\s*+["']?([\w-]++)["']?""")


def read(capture: Capture) -> list[Signal]:
    """Give the signals in a robots.txt file, or in the Content-Signal field of a page.

    Keys are taken in any case. Of contradicting statements of a group the most restrictive speaks.
    """
    value = joined(field_values(capture, "content-signal"))
    if value:
        return _signals(value, None, "header content-signal", value)
    return usage_signals(capture, "content-signal", _read_line)


def _read_line(line: Directive) -> list[Signal]:
    return _signals(line.value, "", f"line {line.line}", f"Content-Signal: {line.value}")


def _signals(value: str, pattern: str | None, place: str, quote: str) -> list[Signal]:
    odd = _oddity(value)
    statements = dict.fromkeys(_statement(key.lower(), setting.lower()) for key, setting in _PAIR.findall(value))
    if odd and not statements:
        statements["train-ai", "unclear" if "train" in value.lower() else "silent", ""] = None
    return [
        Signal(
            NAME,
            says,
            use,
            place,
            shortened(quote),
            pattern=pattern,
            priority=RANK[says],
            note="; ".join(filter(None, (note, odd))),
        )
        for use, says, note in statements
    ]


def _statement(key: str, setting: str) -> tuple[Use, Says, str]:
    if key in _USES:
        says = _SAYS.get(setting)
        return (_USES[key], says, "") if says else (_USES[key], "unclear", f"{key} is neither yes nor no")
    if key == "use" and setting in _NARROWER:
        return "train-ai", "unclear", f"use={setting} is narrower than training"
    known = shortened(f"use={setting}" if key == "use" else key)
    return "train-ai", "unclear" if "train" in key else "silent", f"{known} says nothing on training that is defined"


def _oddity(value: str) -> str:
    if _PAIR.sub("", value).strip(" \t,;|"):
        return "not all of it is key=value"
    return "not separated by commas" if value.count("=") > value.count(",") + 1 else ""
