"""A document made of blocks as PDF: figures as tables, with their bars above them."""

from __future__ import annotations

from typing import Any

from datasummary.documents.blocks import Block, Cell, Column, Document, Figures, Points, Words
from datasummary.render.bars import picture
from datasummary.render.figure_cells import STANDINGS, is_number, shown, shown_row
from datasummary.render.pdf_words import CELL, PdfWords
from datasummary.render.typst_source import made_pdf
from datasummary.translation import speaking, t

__all__ = ["report_pdf"]

_SHEET = 105
"""How many signs fit beside each other on a page in portrait."""
_ROW_KEPT = 900
"""A row of so many signs is never broken by the end of a page."""


def report_pdf(document: Document) -> bytes:
    """Return the document as a PDF file. The same document gives the same bytes."""
    with speaking(document.language):
        words = PdfWords()
        models = ", ".join(document.models)
        content = {
            "title": words.line(document.title),
            "subtitle": words.line(document.subtitle),
            "provider": words.line(document.provider),
            "parties": words.line(f"{models} · {document.date.isoformat()}"),
            "sections": [
                {"heading": words.line(section.heading), "blocks": [_block(block, words) for block in section.blocks]}
                for section in document.sections
            ],
        }
        return made_pdf(
            "report",
            content,
            words,
            title=f"{document.title}: {models}",
            subject=document.subtitle,
            provider=document.provider,
            date=document.date,
            running=f"{document.title}, {document.date.isoformat()}",
        )


def _block(block: Block, words: PdfWords) -> dict[str, Any]:
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
            return {
                "kind": "figures",
                "title": words.line(block.title),
                "broad": _broad(block),
                "columns": [
                    {"label": words.line(column.label, CELL), "numeric": is_number(column)} for column in block.columns
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
        "alt": words.plain(figures.alt or figures.title) or t("Bars"),
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


def _broad(figures: Figures) -> bool:
    """Whether the columns do not fit beside each other in portrait, numbers being left whole."""
    breadth = 0
    for place, column in enumerate(figures.columns):
        cells = [shown(row[place], column.kind) for row in figures.rows]
        pieces = [min(len(word), CELL) for text in (column.label, *cells) for word in text.split()]
        numbers = [len(cell) for cell in cells] if is_number(column) else []
        breadth += max([*pieces, *numbers], default=0) + 1
    return breadth > _SHEET
