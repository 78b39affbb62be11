"""A document as data: sections made of words, points and figures, without layout.

Every renderer shares it, so that a figure in one form of a document equals that in every other. Words are cleaned as
in :mod:`datasummary.documents.fields`: control characters and marks of reading direction are dropped.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from datasummary.documents.fields import clean

__all__ = ["Block", "Column", "Document", "Figures", "Kind", "Points", "Section", "Standing", "Words"]

Kind = Literal["text", "count", "size", "share", "day"]
"""What a column holds: words; a number of things; a size in the unit of the row's column ``unit``; a share from 0 to 1;
a date."""

Standing = Literal["shown", "declared", "open", "not_applicable"]
"""What stands behind a point: the data; the provider's own words in the project file; nothing yet; or that the question
does not arise."""

Cell = str | int | float | dt.date | None


@dataclass(frozen=True)
class Column:
    """A column of figures."""

    key: str
    """Its name in the JSON form."""
    label: str
    kind: Kind = "text"


@dataclass(frozen=True)
class Figures:
    """A table of figures, drawn as bars where ``bars`` names columns."""

    id: str
    """Unique within the document, in lower case with hyphens."""
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    """A tuple for each row, parallel to ``columns``."""
    bars: tuple[str, ...] = ()
    """Keys of columns whose numbers are drawn, side by side as one bar a row."""
    alt: str = ""
    """What the picture shows, in a sentence, for those who do not see it."""
    links: tuple[str | None, ...] = ()
    """For each row the hosts behind it, as a query on the page's table of hosts: ``verdict=reserved&group=crawled``."""
    note: str | None = None
    """What a reader must know to read the figures right."""

    def __post_init__(self) -> None:
        for name in ("title", "alt"):
            object.__setattr__(self, name, clean(getattr(self, name)))
        object.__setattr__(self, "note", clean(self.note) if self.note else None)
        rows = tuple(tuple(clean(cell) if isinstance(cell, str) else cell for cell in row) for row in self.rows)
        object.__setattr__(self, "rows", rows)

    def records(self) -> list[dict[str, Cell]]:
        """Give the rows by the columns' keys."""
        keys = [column.key for column in self.columns]
        return [dict(zip(keys, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class Words:
    """Running text; blank lines part paragraphs."""

    text: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", clean(self.text))


@dataclass(frozen=True)
class Points:
    """Statements of one standing."""

    standing: Standing
    items: tuple[str, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "items", tuple(map(clean, self.items)))


Block = Words | Points | Figures


@dataclass(frozen=True)
class Section:
    """A part of a document under a heading."""

    id: str
    """Unique within the document: ``measure-1-3``."""
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """A document of sections."""

    title: str
    subtitle: str
    provider: str
    models: tuple[str, ...]
    date: dt.date
    """The project's ``summary.date``: the only clock."""
    sections: tuple[Section, ...]
    language: str = "en"
    """Code of the language that it is written in, one of :data:`datasummary.translation.LANGUAGES`."""

    def figures(self) -> dict[str, Figures]:
        """Give all figures by id."""
        blocks = [block for section in self.sections for block in section.blocks]
        return {block.id: block for block in blocks if isinstance(block, Figures)}
