"""A document made of blocks as DOCX, its figures as tables that fit the page.

Figures with more columns than a page has room for are set row by row, a line for each column.
"""

from __future__ import annotations

from collections.abc import Iterator

from datasummary.documents.blocks import Block, Document, Figures, Points, Words
from datasummary.render.docx_document import TEXT_WIDTH, DocxDocument, breadth, paragraph, run
from datasummary.render.figure_cells import STANDINGS, is_number, shown_row
from datasummary.render.footer import DISCLAIMER
from datasummary.translation import speaking, t

__all__ = ["report_docx"]

_SIZES = (("Table", 8.0), ("Small", 7.0))
"""First words of the styles of a table, and the size of their letters in points; the largest first."""
_HEAD = 1.05
"""How much broader the bold words of a table's head are."""
_PADDING = 2.4
_LONGEST_WORD = 20
"""Signs of a longer word, such as a host, may stand on several lines."""
_LONGEST_LINE = 90.0
"""A column that holds longer lines is no broader for them, in millimetres."""
_RECORD_WIDTHS = (60.0, TEXT_WIDTH - 60.0)


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
        for section in document.sections:
            file.heading(section.heading, 1)
            for block in section.blocks:
                if isinstance(block, Figures):
                    file.heading(block.title, 2)
                file.add(*_block(file, block))
        file.add(file.text(t(DISCLAIMER), "Disclaimer"))
        return file.content()


def _block(file: DocxDocument, block: Block) -> Iterator[str]:
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
            yield _table(file, block)
            yield file.prose(block.note or "", "Note")


def _table(file: DocxDocument, figures: Figures) -> str:
    rows = [shown_row(figures, row) for row in figures.rows]
    for size, points in _SIZES:
        if widths := _widths(figures, rows, points):
            kinds = ["Number" if is_number(column) else "Text" for column in figures.columns]
            head = [
                file.text(column.label, f"{size}Head{kind.removesuffix('Text')}")
                for column, kind in zip(figures.columns, kinds, strict=True)
            ]
            cells = [[file.text(cell, f"{size}{kind}") for cell, kind in zip(row, kinds, strict=True)] for row in rows]
            return file.table("FiguresTable", widths, head, cells, figures.title)
    return _records(file, figures, rows)


def _widths(figures: Figures, rows: list[list[str]], points: float) -> list[float] | None:
    """Share the page among the columns, each as broad as its longest word; None where the page is too narrow."""
    least, wished = [], []
    for place, column in enumerate(figures.columns):
        cells = [row[place] for row in rows]
        words = cells if is_number(column) else [word[:_LONGEST_WORD] for cell in cells for word in cell.split()]
        heads = [_HEAD * breadth(word, points) for word in column.label.split()]
        least.append(_PADDING + max([*heads, *(breadth(word, points) for word in words)], default=0))
        lines = [min(breadth(cell, points), _LONGEST_LINE) for cell in cells]
        wished.append(max(least[-1], _PADDING + max([*lines, _HEAD * breadth(column.label, points) / 2], default=0)))
    if (spare := TEXT_WIDTH - sum(least)) < 0:
        return None
    more = [wish - floor for wish, floor in zip(wished, least, strict=True)]
    share = min(1.0, spare / sum(more)) if sum(more) else 0.0
    return [floor + share * extra for floor, extra in zip(least, more, strict=True)]


def _records(file: DocxDocument, figures: Figures, rows: list[list[str]]) -> str:
    first, *others = figures.columns
    lines: list[tuple[str, ...]] = []
    for row in rows:
        lines.append((paragraph(run(row[0], "Strong"), "TableText"),))
        lines += [
            (file.text(column.label, "TableText"), file.text(cell, "TableText"))
            for column, cell in zip(others, row[1:], strict=True)
        ]
    return file.table("FiguresTable", _RECORD_WIDTHS, [file.text(first.label, "TableHead")], lines, figures.title)
