"""A document made of blocks as Markdown, its figures as tables (GitHub Flavored Markdown)."""

from __future__ import annotations

from collections.abc import Iterator

from datasummary.documents.blocks import Block, Document, Figures, Points, Words
from datasummary.render.figure_cells import STANDINGS, is_number, shown_row
from datasummary.render.footer import DISCLAIMER
from datasummary.render.markdown_page import cell, escaped, line
from datasummary.translation import speaking, t

__all__ = ["report_markdown"]


def report_markdown(document: Document) -> str:
    """Return the document; all of its words are escaped."""
    with speaking(document.language):
        return "\n\n".join(block for block in _blocks(document) if block) + "\n"


def _blocks(document: Document) -> Iterator[str]:
    yield f"# {line(document.title)}"
    yield line(document.subtitle)
    yield f"**{line(', '.join(document.models))}** · {line(document.provider)} · {document.date.isoformat()}"
    for section in document.sections:
        yield f"## {line(section.heading)}"
        for block in section.blocks:
            yield from _block(block)
    yield "---"
    yield escaped(t(DISCLAIMER))


def _block(block: Block) -> Iterator[str]:
    match block:
        case Words():
            yield escaped(block.text)
        case Points():
            yield f"**{t(STANDINGS[block.standing])}**"
            yield "\n".join(f"- {escaped(item)}".replace("\n", "\n  ") for item in block.items)
        case Figures():
            yield f"### {line(block.title)}"
            yield _table(block)
            yield escaped(block.note or "")


def _table(figures: Figures) -> str:
    head = [column.label for column in figures.columns]
    rules = ["---:" if is_number(column) else "---" for column in figures.columns]
    rows = [shown_row(figures, row) for row in figures.rows]
    lines = [list(map(cell, head)), rules, *(list(map(cell, row)) for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
