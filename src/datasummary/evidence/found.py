"""What readers of evidence hand over: captures to keep, and what is wrong with a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from datasummary.evidence.captures import Capture

__all__ = ["Found", "Trouble"]


class Found(NamedTuple):
    """A capture found in a file, and how it is to be kept."""

    row: int
    """Row or record of the file, from 1."""
    capture: Capture
    block: bytes | None = None
    """The HTTP response, head and body, as it came or as it was written from a table; ``None`` without a status."""
    removed: tuple[str, ...] = ()
    """Codings that are off the block's body already, whatever its head says."""
    same_as: Capture | None = None
    """The capture that holds the body, where this one is a revisit."""
    fields: Mapping[str, str] | None = None
    """Further WARC fields."""


class Trouble(NamedTuple):
    """What is wrong with a place in a file."""

    place: str
    what: str
