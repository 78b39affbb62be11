"""The cells of a report's figures as people read them, alike in HTML and Markdown.

Counts and sizes stand as they are, in groups of three; shares to a tenth of a percent; all as the language that is
spoken writes numbers.

>>> shown(1234567, "count"), shown(1.5, "size"), shown(0.1234, "share"), shown(None, "text")
('1,234,567', '1.5', '12.3%', '–')
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence

from datasummary.documents.blocks import Cell, Column, Document, Figures, Kind
from datasummary.translation import message, t
from datasummary.writing import number, percent

__all__ = ["STANDINGS", "UNIT", "alike_figures", "is_number", "row_names", "shown", "shown_row"]

STANDINGS = {
    "shown": message("Shown by the data"),
    "declared": message("Declared by the provider"),
    "open": message("Open"),
    "not_applicable": message("Does not apply"),
}
"""What stands before points of each standing."""

UNIT = "unit"
"""Key of the column that names the unit of a row's sizes."""

_NOTHING = "–"
_CLOSEST = 0.001


def alike_figures(document: Document) -> Mapping[tuple[Column, ...], Sequence[Figures]]:
    """Return all figures of a document by their columns: those of the same columns get the same layout."""
    found = defaultdict(list)
    for figures in document.figures().values():
        found[figures.columns].append(figures)
    return found


def is_number(column: Column) -> bool:
    """Tell whether a column holds numbers, which stand below each other by their last digits."""
    return column.kind in ("count", "size", "share")


def shown_row(figures: Figures, row: tuple[Cell, ...]) -> list[str]:
    """Return the cells of a row."""
    return [shown(cell, column.kind) for column, cell in zip(figures.columns, row, strict=True)]


def row_names(figures: Figures) -> list[str]:
    """Name rows by their first cell; where that does not tell them apart, by all their words."""
    first = [shown(row[0], figures.columns[0].kind) for row in figures.rows]
    if len(set(first)) == len(first):
        return first
    told = [n for n, column in enumerate(figures.columns) if not is_number(column) and column.key != UNIT]
    return [
        " · ".join(shown(row[n], figures.columns[n].kind) for n in told if row[n] is not None) for row in figures.rows
    ]


def shown(cell: Cell, kind: Kind) -> str:
    """Return a cell. A share that is next to nothing or next to all never reads 0% or 100%."""
    if cell is None:
        return _NOTHING
    if isinstance(cell, dt.date):
        return cell.isoformat()
    if isinstance(cell, str):
        return cell
    return _percent(cell) if kind == "share" else number(cell)


def _percent(share: float) -> str:
    if 0 < share < _CLOSEST:
        return t("<0.1%")
    if 1 - _CLOSEST < share < 1:
        return t(">99.9%")
    return percent(100 * share)
