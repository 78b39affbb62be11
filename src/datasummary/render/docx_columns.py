"""How the columns of a table in DOCX share the breadth of a page."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from datasummary.documents.blocks import Column
from datasummary.render.docx_document import TEXT_WIDTH, breadth
from datasummary.render.figure_cells import is_number
from datasummary.render.growing import grown

__all__ = ["APART", "after_numbers", "column_widths"]

APART = 1.5
"""How much further, in millimetres, words stand from the numbers to their left."""

_HEAD = 1.1
"""How much broader the bold words of a table's head are."""
_PADDING = 2.1
_LONGEST_WORD = 28
"""Signs of a longer word, such as an address, may stand on several lines."""
_LONGEST_LINE = 90.0
"""A column that holds longer lines is no broader for them, in millimetres."""


def after_numbers(columns: Sequence[Column]) -> list[bool]:
    """Tell for each column whether it holds words, and the one before it numbers."""
    return [False, *(is_number(before) and not is_number(column) for before, column in pairwise(columns))]


def column_widths(columns: Sequence[Column], rows: Sequence[Sequence[str]], points: float) -> list[float] | None:
    """Return widths in millimetres, each at least that of a longest word; None where the page is too narrow.

    What is left goes to columns whose lines would break, then to those whose head would.
    """
    widths, lined, headed = [], [], []
    for place, (column, apart) in enumerate(zip(columns, after_numbers(columns), strict=True)):
        cells = [row[place] for row in rows]
        words = cells if is_number(column) else [word[:_LONGEST_WORD] for cell in cells for word in cell.split()]
        heads = [_HEAD * breadth(word, points) for word in column.label.split()]
        head = _HEAD * breadth(column.label, points)
        around = _PADDING + APART * apart
        widths.append(around + max([*heads, *(breadth(word, points) for word in words)], default=0))
        lines = max((breadth(cell, points) for cell in cells), default=0)
        lined.append(max(widths[-1], around + min(max(lines, head / 2), _LONGEST_LINE)))
        headed.append(max(lined[-1], around + min(head, _LONGEST_LINE)))
    if sum(widths) > TEXT_WIDTH:
        return None
    return grown(widths, TEXT_WIDTH, lined, headed)
