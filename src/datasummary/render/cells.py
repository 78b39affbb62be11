"""Cells of CSV files in which strangers' words stand: a spreadsheet must take them for text, never for a formula."""

from __future__ import annotations

import re

__all__ = ["neutral"]

_FORMULA = re.compile(r"[\s\x00-\x1f\ufeff]*[=+\-@＝＋－＠]|[\t\r]")


def neutral(text: str) -> str:
    """Return a text as a cell that a spreadsheet does not work out: what begins as a formula gets an apostrophe.

    White space and control characters before the sign are passed over, as spreadsheets do, and signs in full width
    count as the plain ones. A text that begins with a tab or a carriage return gets the apostrophe, too.

    >>> neutral("=HYPERLINK(1)"), neutral(" @SUM(1)"), neutral("example.com")
    ("'=HYPERLINK(1)", "' @SUM(1)", 'example.com')
    """
    return f"'{text}" if _FORMULA.match(text) else text
