"""Requests that rightsholders sent directly, by letter or e-mail, and that were taken into the evidence.

They follow no protocol of the web: Article 4(3) of Directive (EU) 2019/790 asks for "an appropriate manner", of which
machine-readable means are one example.
"""

from __future__ import annotations

import json

from datasummary.evidence.captures import Capture, Kind
from datasummary.paths import path_of, pattern_form
from datasummary.protocols.signals import Signal, shortened
from datasummary.translation import message

__all__ = ["KINDS", "NAME", "TITLE", "read"]

NAME = "direct-request"
TITLE = message("Request sent by a rightsholder")
KINDS: frozenset[Kind] = frozenset({"request"})


def read(capture: Capture) -> list[Signal]:
    """Give the one signal of a request: no to every use, of a whole domain or of the addresses that a pattern names."""
    if capture.kind != "request":
        return []
    try:
        request = json.loads(capture.body)
        if not isinstance(request, dict):
            raise TypeError
        wanted, date, reference = (str(request.get(name) or "") for name in ("url_pattern", "date", "reference"))
        pattern = _pattern(wanted) if wanted else ""
    except (ValueError, TypeError, RecursionError):
        return [Signal(NAME, "unclear", "all", "request", shortened(capture.body), note="the request cannot be read")]
    place = f"request of {shortened(date)}" if date else "request without a date"
    return [Signal(NAME, "no", "all", place, shortened(reference), pattern=pattern, priority=len(pattern))]


def _pattern(wanted: str) -> str:
    path = f"/{wanted}" if wanted.startswith("*") else path_of(wanted)
    return pattern_form(path.encode("utf-8", "surrogateescape"))
