"""How much of the list of domains the documents themselves hold; the CSV file always has all of it."""

from __future__ import annotations

from datasummary.documents.fields import DomainList

__all__ = ["NAMES_SHOWN", "grouped", "names_appended"]

NAMES_SHOWN = 1000
"""How many domains stand as rows in a page, and in the appendix where the list is too long for it."""

_NAMES_WHOLE = 5_000
"""The longest list that an appendix holds whole."""


def names_appended(domains: DomainList) -> tuple[str, ...]:
    """Return the names that stand in the appendix of DOCX and PDF, by rank."""
    return domains.names if len(domains.names) <= _NAMES_WHOLE else domains.names[:NAMES_SHOWN]


def grouped(number: int) -> str:
    """Return a number whose thousands are parted by narrow no-break spaces.

    >>> grouped(12345) == "12\\u202f345"
    True
    """
    return f"{number:,}".replace(",", "\u202f")
