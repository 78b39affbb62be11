"""Captures for the tests of protocols, and what the signals in them come to for one crawler and one path."""

from __future__ import annotations

from collections.abc import Iterable

from datasummary.evidence.captures import Capture, kind_of
from datasummary.paths import path_pattern
from datasummary.protocols.robots import names
from datasummary.protocols.signals import Signal

SITE = "https://www.example.com"
MODERATE = 20.0
"""Seconds in which a megabyte must be read: far more than it takes, on a busy machine too, and far less than it would
take if time grew with the square of its length."""


def robots(text: str | bytes) -> Capture:
    """A robots.txt of the site."""
    return file("/robots.txt", text)


def file(path: str, text: str | bytes, status: int | None = 200) -> Capture:
    """A file of the site, of the kind that its path says."""
    body = text.encode() if isinstance(text, str) else text
    return Capture(SITE + path, None, status, body=body, kind=kind_of(path))


def page(
    html: str | bytes = b"",
    *fields: tuple[str, str],
    path: str = "/articles/1",
    status: int | None = 200,
    media_type: str = "text/html; charset=utf-8",
) -> Capture:
    """A page of the site, with header fields beside its media type."""
    body = html.encode() if isinstance(html, str) else html
    return Capture(SITE + path, None, status, (("Content-Type", media_type), *fields), body)


def said(signals: Iterable[Signal], path: str = "/articles/1", agent: str = "SomeBot", use: str = "") -> str:
    """What the signals of one capture say to a crawler of a path: those that name it, or else those for everyone."""
    about = [signal for signal in signals if not use or signal.use == use]
    named = [signal for signal in about if any(names(value, agent) for value in signal.agents)]
    heard = named or [signal for signal in about if "*" in signal.agents]
    matching = [s for s in heard if s.pattern is None or path_pattern(s.pattern).matches(path)]
    return max(matching, key=lambda signal: signal.priority).says if matching else "nothing"
