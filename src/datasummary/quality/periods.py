"""Periods as documents write them: from a month or year to another one, in English or French."""

from __future__ import annotations

import re

from datasummary.quality.vocabulary import months, plain

__all__ = ["reversed_period", "without_dates"]

_NAMES = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december|janvier|fevrier|mars"
    r"|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre)"
)
_YEAR = r"(?:19|20)\d{2}"
_DATE = rf"(?:\d{{1,2}}/\d{{2}}/{_YEAR}|\d{{2}}/{_YEAR}|{_YEAR}-\d{{2}}(?:-\d{{2}})?|{_NAMES} {_YEAR}|{_YEAR})"
_PERIOD = re.compile(
    rf"(?<![\d/-])({_DATE})(?:\s?-\s?| (?:to|until|through|till|a|au|jusqu'a|jusqu'en|jusqu'au) )({_DATE})(?![\d/-])"
    rf"|\b(?:between|entre) ({_DATE}) (?:and|et) ({_DATE})(?![\d/-])"
)
_ANY_DATE = re.compile(rf"(?<![\d/-])(?!{_YEAR} [^\W\d_]{{2}}(?<!to)){_DATE}(?![\d/-])")
"""A year before a word may be a number of something: 2000 hours."""


def reversed_period(text: str) -> str:
    """Give the first period of a text that ends before it begins; empty where there is none.

    >>> reversed_period("01/2026 to 06/2024"), reversed_period("06/2024 to 01/2026")
    ('01/2026 to 06/2024', '')
    """
    for found in _PERIOD.finditer(plain(text)):
        begins, ends = (_when(date) for date in (found[1] or found[3], found[2] or found[4]))
        length = min(len(begins), len(ends))
        if ends[:length] < begins[:length]:
            return found[0]
    return ""


def without_dates(text: str) -> str:
    """Return a text in plain letters without its dates and years.

    >>> without_dates("from 01/1995 to 2024: 3 GB")
    'from  to : 3 gb'
    """
    return _ANY_DATE.sub("", plain(text))


def _when(date: str) -> str:
    """Give a month as ``2025-03``, a year as ``2025``."""
    found = months(date)
    return found[0][0] if found else date[-4:]
