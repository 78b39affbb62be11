"""A document made of blocks as PDF: figures as tables, with their bars above them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from datasummary.documents.blocks import Block, Cell, Column, Document, Figures, Points, Words
from datasummary.render.bars import picture
from datasummary.render.figure_cells import STANDINGS, alike_figures, is_number, shown, shown_row
from datasummary.render.growing import grown
from datasummary.render.pdf_words import CELL, PdfWords, breadth
from datasummary.render.typst_source import made_pdf
from datasummary.translation import speaking, t

__all__ = ["report_pdf"]

_SHEET, _SHEET_ACROSS = 115, 175
"""How many signs fit beside each other on a page, upright and across."""
_SMALL_FROM, _SMALL = 7, 1.13
"""From so many columns on the type is smaller, so that more signs fit."""
_GAP = 2.7
_LONG_CELL = 60
_ROW_KEPT = 900
"""A row of so many signs is never broken by the end of a page."""

Widths = tuple[list[float], list[float], list[float]]
"""What columns need, what their lines would fill, and their heads too."""


def report_pdf(document: Document) -> bytes:
    """Return the document as a PDF file. The same document gives the same bytes."""
    with speaking(document.language):
        words = PdfWords()
        widths = {columns: _widths(alike) for columns, alike in alike_figures(document).items()}
        models = ", ".join(document.models)
        content = {
            "title": words.unlinked(document.title),
            "subtitle": words.line(document.subtitle),
            "provider": words.line(document.provider),
            "parties": words.line(f"{models} · {document.date.isoformat()}"),
            "sections": [
                {
                    "heading": words.unlinked(section.heading),
                    "blocks": [_block(block, words, widths) for block in section.blocks],
                }
                for section in document.sections
            ],
        }
        return made_pdf(
            "report",
            content,
            words,
            title=t("{title}: {models}", title=document.title, models=models),
            subject=document.subtitle,
            provider=document.provider,
            date=document.date,
            running=f"{document.title}, {document.date.isoformat()}",
        )


def _block(block: Block, words: PdfWords, widths: Mapping[tuple[Column, ...], Widths]) -> dict[str, Any]:
    match block:
        case Words():
            return {"kind": "words", "paragraphs": words.paragraphs(block.text)}
        case Points():
            return {
                "kind": "points",
                "standing": block.standing,
                "label": words.line(t(STANDINGS[block.standing])),
                "items": [[words.line(line) for line in item.split("\n")] for item in block.items],
            }
        case Figures():
            small = len(block.columns) >= _SMALL_FROM
            broad = sum(widths[block.columns][0]) > _SHEET * (_SMALL if small else 1)
            sheet = (_SHEET_ACROSS if broad else _SHEET) * (_SMALL if small else 1)
            return {
                "kind": "figures",
                "title": words.unlinked(block.title),
                "broad": broad,
                "small": small,
                "shares": _shares(widths[block.columns], sheet),
                "columns": [
                    {"label": words.unlinked(column.label, CELL), "numeric": is_number(column)}
                    for column in block.columns
                ],
                "rows": [_row(block, row, words) for row in block.rows],
                "drawn": _drawn(block, words),
                "note": words.paragraphs(block.note or ""),
            }


def _row(figures: Figures, row: tuple[Cell, ...], words: PdfWords) -> dict[str, Any]:
    cells = shown_row(figures, row)
    lines = [_cell(text, column, words) for text, column in zip(cells, figures.columns, strict=True)]
    return {"cells": lines, "kept": sum(map(len, cells)) <= _ROW_KEPT}


def _cell(text: str, column: Column, words: PdfWords) -> list[Any]:
    """A cell; numbers and days are one piece."""
    whole = is_number(column) or column.kind == "day"
    return [{"whole": [words.plain(text)]}] if whole else words.line(text, CELL)


def _drawn(figures: Figures, words: PdfWords) -> dict[str, Any] | None:
    drawn = picture(figures)
    if drawn is None:
        return None
    return {
        "alt": words.plain(figures.alt or figures.title).strip() or "–",
        "series": [words.line(label) for label in drawn.series],
        "bars": [
            {
                "label": words.line(bar.label, CELL),
                "parts": [
                    {"start": _percent(part.start), "width": _percent(part.width), "series": part.series}
                    for part in bar.parts
                ],
                "values": words.line(" + ".join(bar.values)),
            }
            for bar in drawn.bars
        ],
    }


def _percent(length: str) -> float:
    return float(length.removesuffix("%"))


def _widths(alike: Sequence[Figures]) -> Widths:
    """How many units each column of figures with the same columns needs, its lines would fill, and its head, too."""
    least, lined, headed = [], [], []
    for place, column in enumerate(alike[0].columns):
        cells = [shown(row[place], column.kind) for figures in alike for row in figures.rows]
        pieces = [min(breadth(word), CELL) for text in (column.label, *cells) for word in text.split()]
        numbers = [len(cell) for cell in cells] if is_number(column) else []
        least.append(max([*pieces, *numbers], default=0) + _GAP)
        lines = max((len(cell) for cell in cells), default=0)
        lined.append(max(least[-1], min(max(lines, len(column.label) / 2), _LONG_CELL) + _GAP))
        headed.append(max(lined[-1], min(len(column.label), _LONG_CELL) + _GAP))
    return least, lined, headed


def _shares(widths: Widths, sheet: float) -> list[float] | None:
    """Which share of the width each column gets; None where all of them fit as they are."""
    least, lined, headed = widths
    if sum(headed) <= sheet:
        return None
    return [round(width, 2) for width in grown(least, sheet, lined, headed)]
