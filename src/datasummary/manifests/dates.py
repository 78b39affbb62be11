"""What day a manifest's date means.

Manifests write dates as ISO 8601, as digits (``20240518``, as in CDX), as HTTP does (``Sat, 18 May 2024 …``), or as
seconds, milliseconds, micro- or nanoseconds since 1970. The scan groups by a short text; each distinct one is read
here.
"""

from __future__ import annotations

import datetime as dt
import re

__all__ = ["EARLIEST", "needs_more", "parse_day"]

EARLIEST = dt.date(1990, 1, 1)
"""Dates before the web are counted, and kept out of computed dates."""

_EPOCH = dt.date(1970, 1, 1)
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_NAMES, 1)}
_ISO = re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?!\d)")
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{6})?")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_HTTP = re.compile(r"(?:[a-z]{3,9},? +)?(\d{1,2}) ([a-z]{3})[a-z]* (\d{4})(?!\d)", re.IGNORECASE)
_SINCE_1970 = re.compile(r"(\d{9,19})(?:\.\d*)?")


def parse_day(text: str | None) -> dt.date | None:
    """Read the day that a text begins with, or ``None`` where it is none. A month alone means its first day."""
    given = (text or "").strip()
    if given.startswith("d") and re.fullmatch(r"d-?\d{1,7}", given):
        return _after_1970(int(given[1:]))
    if iso := _ISO.match(given):
        return _date(iso[1], iso[3], iso[4])
    if digits := _DIGITS.fullmatch(given):
        return _date(digits[1], digits[2], digits[3])
    if month := _MONTH.fullmatch(given):
        return _date(month[1], month[2], "1")
    if http := _HTTP.match(given):
        return _date(http[3], str(_MONTHS.get(http[2].lower(), 0)), http[1])
    if since := _SINCE_1970.fullmatch(given):
        number, unit = int(since[1]), 86_400
        while number // unit >= 1_157_407:
            unit *= 1_000
        return _after_1970(number // unit)
    return None


def needs_more(text: object) -> bool:
    """Tell whether ten characters of a date may mean another day than all of it: digits alone, or parted by blanks."""
    return isinstance(text, str) and (" " in text or (len(text) == 10 and text.isdigit()))


def _date(year: str, month: str, day: str) -> dt.date | None:
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


def _after_1970(days: int) -> dt.date | None:
    try:
        return _EPOCH + dt.timedelta(days=days)
    except OverflowError:
        return None
