"""When something was captured, from any usual way of writing it."""

from __future__ import annotations

import datetime as dt
import email.utils
import re
from typing import Any

from datasummary.manifests.dates import parse_day

__all__ = ["moment_of", "parse_moment", "since_1970"]

_DIGITS = re.compile(r"\d{14}")
_SINCE_1970 = re.compile(r"(\d{9,19})(?:\.\d*)?")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_SECONDS_AT_MOST = 1_157_407 * 86_400
"""Numbers above are milli-, micro- or nanoseconds, as :func:`~datasummary.manifests.dates.parse_day` reads them."""


def parse_moment(text: str) -> dt.datetime | None:
    """Read a moment, in UTC, or ``None`` where the text is none. A day alone means its beginning.

    ISO 8601, digits as in CDX, HTTP's form, or seconds, milli-, micro- or nanoseconds since 1970. Without a zone it is
    UTC.
    """
    text = text.strip()
    if _DIGITS.fullmatch(text):
        text = f"{text[:8]}T{text[8:]}"
    elif since := _SINCE_1970.fullmatch(text):
        number, unit = int(since[1]), 1
        while number // unit >= _SECONDS_AT_MOST:
            unit *= 1_000
        return since_1970(number * 1_000_000 // unit)
    try:
        return moment_of(dt.datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        pass
    try:
        return moment_of(email.utils.parsedate_to_datetime(text))
    except (ValueError, OverflowError, IndexError, TypeError):
        day = parse_day(text)
        return moment_of(day) if day else None


def moment_of(value: Any) -> dt.datetime | None:
    """Read a moment from what a table holds: a date, a time, a number or a text."""
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day, tzinfo=dt.UTC)
    return None if value is None else parse_moment(str(value))


def since_1970(microseconds: int) -> dt.datetime | None:
    """Give the moment so long after 1970, or ``None`` where no calendar reaches."""
    try:
        return _EPOCH + dt.timedelta(microseconds=microseconds)
    except OverflowError:
        return None
