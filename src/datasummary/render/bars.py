"""The picture of a report's figures: a bar for each row, its parts as long as the numbers of the columns drawn."""

from __future__ import annotations

from dataclasses import dataclass

from datasummary.documents.blocks import Cell, Column, Figures
from datasummary.render.figure_cells import UNIT, row_names, shown

__all__ = ["Bar", "Part", "Picture", "picture"]

_VISIBLE = 0.3
"""A part that is not nothing is at least so long, in percent."""


@dataclass(frozen=True)
class Part:
    """A part of a bar, in percent of the widest bar there can be."""

    start: str
    width: str
    series: int
    """Which of the columns drawn, from 1."""


@dataclass(frozen=True)
class Bar:
    """A row of the figures."""

    label: str
    parts: tuple[Part, ...]
    values: tuple[str, ...]
    """The numbers drawn, as they read in the table."""


@dataclass(frozen=True)
class Picture:
    """The bars of figures; those of one unit can be compared."""

    series: tuple[str, ...]
    """Labels of the columns drawn."""
    bars: tuple[Bar, ...]


def picture(figures: Figures) -> Picture | None:
    """Draw figures; None where nothing is to be drawn, or all of it is nothing."""
    drawn = [(place, column) for place, column in enumerate(figures.columns) if column.key in figures.bars]
    totals = [sum(_length(row[place]) for place, _ in drawn) for row in figures.rows]
    if not any(totals):
        return None
    scales = _scales(figures, drawn, totals)
    bars = [
        Bar(label, _parts(row, drawn, scale), tuple(shown(row[place], column.kind) for place, column in drawn))
        for label, row, scale in zip(row_names(figures), figures.rows, scales, strict=True)
    ]
    return Picture(tuple(column.label for _, column in drawn), tuple(bars))


def _length(cell: Cell) -> float:
    return max(cell, 0) if isinstance(cell, int | float) else 0


def _scales(figures: Figures, drawn: list[tuple[int, Column]], totals: list[float]) -> list[float]:
    """Give what fills the width, for each row: all, of shares; else the largest total among rows of the same unit."""
    if all(column.kind == "share" for _, column in drawn):
        return [max(1, *totals)] * len(totals)
    sized = any(column.kind == "size" for _, column in drawn)
    units = [record.get(UNIT) if sized else None for record in figures.records()]
    largest: dict[Cell, float] = {}
    for unit, total in zip(units, totals, strict=True):
        largest[unit] = max(total, largest.get(unit, 0))
    return [largest[unit] for unit in units]


def _parts(row: tuple[Cell, ...], drawn: list[tuple[int, Column]], scale: float) -> tuple[Part, ...]:
    parts, start = [], 0.0
    for series, (place, _) in enumerate(drawn, 1):
        if length := _length(row[place]):
            width = max(100 * length / scale, _VISIBLE)
            parts.append(Part(f"{start:.2f}%", f"{width:.2f}%", series))
            start += width
    return tuple(parts)
