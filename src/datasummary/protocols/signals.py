"""What a protocol's reader finds: signals, each one statement in one piece of evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["QUOTE_LENGTH", "Says", "Signal", "Use", "shortened"]

Says = Literal["no", "yes", "unclear", "silent"]
"""``no`` and ``yes`` to the use; ``unclear`` is for people to read; ``silent`` states nothing, but takes the place of
a statement of lower priority or of another group."""

Use = Literal["crawl", "train-ai", "train-image", "tdm", "ai-all", "all", "ai-input", "search"]
"""What a statement is about: fetching (robots.txt), training AI, training it on images, text and data mining, every
use by AI, every use, use at the time of an answer, search."""

QUOTE_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Signal:
    """One statement found in a capture.

    Statements of one protocol in one capture that are addressed to the same crawler form an ordered list: of those
    whose pattern matches a path, the one with the highest priority speaks.
    """

    protocol: str
    """Registered name of the protocol, such as ``robots-txt``."""
    says: Says
    use: Use
    place: str
    """Where exactly it stands: ``line 12``, ``header tdm-reservation``, ``item 3``, ``meta robots, line 7``."""
    quote: str
    """What stands there, as text, at most :data:`QUOTE_LENGTH` characters."""
    agents: tuple[str, ...] = ("*",)
    """To whom it is addressed, as the evidence spells it; ``*`` is everyone whom the same capture does not name."""
    pattern: str | None = ""
    """Paths it holds for, as a robots.txt pattern in the form that :mod:`datasummary.paths` gives; empty for all.
    ``None``: for the captured address alone."""
    priority: int = 0
    """The highest decides among those that match the same path; of equal ones the first."""
    site: str | None = None
    """Authority it holds for, where it names another one than that of the capture."""
    address: str | None = None
    """Address of a licence or policy that it names, absolute."""
    note: str = ""
    """How it deviates from its protocol's text, or what was left open; empty where neither."""


def shortened(text: str | bytes) -> str:
    """Cut what is quoted to :data:`QUOTE_LENGTH` characters; control characters show as U+FFFD."""
    if isinstance(text, bytes):
        text = text[: 4 * QUOTE_LENGTH].decode("utf-8", "replace")
    clean = text[: QUOTE_LENGTH + 1].strip()
    if not clean.isprintable():
        clean = "".join(sign if sign.isprintable() else "\ufffd" for sign in clean)
    return clean if len(clean) <= QUOTE_LENGTH else clean[: QUOTE_LENGTH - 1] + "…"
