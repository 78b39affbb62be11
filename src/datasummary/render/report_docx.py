"""A document made of blocks as DOCX, its figures as tables that fit the page.

Figures with more columns than a page has room for are set row by row, a line for each column.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from datasummary.documents.blocks import Block, Column, Document, Figures, Points, Words
from datasummary.render.docx_columns import APART, after_numbers, column_widths
from datasummary.render.docx_document import TEXT_WIDTH, DocxDocument, kept, paragraph, run
from datasummary.render.figure_cells import STANDINGS, alike_figures, is_number, row_names, shown_row
from datasummary.translation import speaking, t

__all__ = ["report_docx"]

_SIZES = (("Table", 8.0), ("Small", 7.0))
"""First words of the styles of a table, and the size of their letters in points; the largest first."""
_APART = f'<w:ind w:left="{round(APART * 1440 / 25.4)}"/>'
_KEPT_ROWS = 2
"""Of a table, on the page of the note below it."""
_RECORD_WIDTHS = (60.0, TEXT_WIDTH - 60.0)

_Layout = tuple[str, list[float]]
"""First word of the styles, and the widths of the columns."""


def report_docx(document: Document) -> bytes:
    """Return the document as a DOCX file. The same document gives the same bytes."""
    with speaking(document.language):
        models, day = ", ".join(document.models), document.date.isoformat()
        file = DocxDocument(
            t("{title}: {models}", title=document.title, models=models),
            subject=document.subtitle,
            provider=document.provider,
            date=document.date,
            running=f"{document.title} · {day}",
        )
        file.begin(document.title, document.subtitle, models, f"{document.provider} · {day}")
        layouts = {columns: _layout(alike) for columns, alike in alike_figures(document).items()}
        for section in document.sections:
            file.heading(section.heading, 1)
            for block in section.blocks:
                if isinstance(block, Figures):
                    file.heading(block.title, 2)
                file.add(*_block(file, block, layouts))
        file.close()
        return file.content()


def _block(file: DocxDocument, block: Block, layouts: Mapping[tuple[Column, ...], _Layout | None]) -> Iterator[str]:
    match block:
        case Words():
            yield file.prose(block.text)
        case Points(standing="open"):
            lead = t("{label}: {words}", label=t(STANDINGS["open"]), words="").rstrip()
            yield from (file.text(item, "OpenPoint", lead=lead) for item in block.items)
        case Points():
            yield paragraph(run(t(STANDINGS[block.standing])), "Subhead")
            yield from (file.text(item, "ListBullet") for item in block.items)
        case Figures():
            table = _table(file, block, layouts[block.columns])
            yield kept(table, _KEPT_ROWS) if block.note else table
            yield file.prose(block.note or "", "Note")


def _layout(alike: Sequence[Figures]) -> _Layout | None:
    """Return the size of letters and the widths for figures of the same columns; None where the page is too narrow."""
    rows = [shown_row(figures, row) for figures in alike for row in figures.rows]
    for size, points in _SIZES:
        if widths := column_widths(alike[0].columns, rows, points):
            return size, widths
    return None


def _table(file: DocxDocument, figures: Figures, layout: _Layout | None) -> str:
    columns, rows = figures.columns, [shown_row(figures, row) for row in figures.rows]
    if layout is None:
        return _records(file, figures, rows)
    size, widths = layout
    kinds = ["Number" if is_number(column) else "Text" for column in columns]
    apart = [_APART if each else "" for each in after_numbers(columns)]
    head = [
        paragraph(run(column.label), f"{size}Head{kind.removesuffix('Text')}", indent)
        for column, kind, indent in zip(columns, kinds, apart, strict=True)
    ]
    cells = [
        [
            paragraph(file.words(cell), f"{size}{kind}", indent)
            for cell, kind, indent in zip(row, kinds, apart, strict=True)
        ]
        for row in rows
    ]
    return file.table("FiguresTable", widths, head, cells, figures.title)


def _records(file: DocxDocument, figures: Figures, rows: list[list[str]]) -> str:
    """Return a table for each row, with its name as the head, on one page."""
    first, *others = figures.columns
    tables = []
    for name, row in zip(row_names(figures), rows, strict=True):
        head = [file.text(first.label, "TableHead"), file.text(name, "TableHead")]
        lines = [
            (file.text(column.label, "TableText"), file.text(cell, "TableText"))
            for column, cell in zip(others, row[1:], strict=True)
        ]
        title = t("{label}: {words}", label=figures.title, words=name)
        tables.append(file.table("FiguresTable", _RECORD_WIDTHS, head, lines, title, whole=True))
    return "".join(tables)
