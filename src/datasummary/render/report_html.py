"""A document made of blocks as one self-contained HTML page, with a table of the hosts behind its figures.

Styles, script and the hosts are inside the page; its policy (CSP) lets no request leave. Without a script all figures
and the first hosts are there.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import cache

from jinja2 import Environment
from markupsafe import Markup, escape

from datasummary.documents.audit_words import modality, unit, verdict
from datasummary.documents.blocks import Cell, Column, Document, Figures, Points
from datasummary.documents.host_index import HostIndex, HostRow
from datasummary.documents.inventory import MILLISECONDS_PER_HOUR
from datasummary.render.bars import picture
from datasummary.render.figure_cells import STANDINGS, is_number, shown
from datasummary.render.footer import DISCLAIMER
from datasummary.render.host_data import MILLISECONDS, host_data, plainly
from datasummary.render.json_documents import generator
from datasummary.render.page import assets, embedded_json, page_environment
from datasummary.render.script_words import script_words
from datasummary.translation import speaking, t
from datasummary.writing import number

__all__ = ["HOSTS_SHOWN", "report_html"]

HOSTS_SHOWN = 100
"""How many rows of the table of hosts stand on a page of it, and on paper."""

_LONG_WORD = 26
"""Words of so many signs, such as most hosts, stand on one line."""
_AFTER = re.compile(r"(?<=[./_])(?=.)")
_SHEET = 105
"""How many signs fit beside each other on a sheet of paper, as figures are printed."""
_WIDE_FROM = 7
"""A table of so many columns is set smaller."""


def report_html(document: Document, hosts: HostIndex) -> str:
    """Return the document and its hosts as an HTML page."""
    template = _environment().get_template("report.html.j2")
    with speaking(document.language):
        return template.render(
            assets=assets("report"),
            document=document,
            hosts=hosts,
            hosts_shown=HOSTS_SHOWN,
            data=embedded_json({"words": script_words(), **host_data(hosts)}),
            disclaimer=t(DISCLAIMER),
            generator=generator(),
        )


@cache
def _environment() -> Environment:
    environment = page_environment()
    environment.globals.update(standings=STANDINGS)
    environment.filters.update(
        picture=picture,
        cell=_cell,
        plainly=plainly,
        breakable=_breakable,
        verdict=verdict,
        modality=modality,
        size=_size,
        grouped=number,
    )
    environment.tests.update(
        figures=lambda block: isinstance(block, Figures),
        points=lambda block: isinstance(block, Points),
        numeric=is_number,
        long=_long,
        whole=_whole,
        broad=_broad,
        wide=lambda figures: len(figures.columns) >= _WIDE_FROM,
    )
    return environment


def _cell(cell: Cell, column: Column) -> Markup:
    """A cell with what a program reads in it."""
    text = shown(cell, column.kind)
    if isinstance(cell, int | float):
        return Markup('<data value="{}">{}</data>').format(cell, text)
    if isinstance(cell, dt.date):
        return Markup('<time datetime="{0}">{0}</time>').format(text)
    return _breakable(text)


def _breakable(text: str) -> Markup:
    """A text whose long words, such as hosts, break after a dot or a slash, if they must."""
    return Markup("").join(
        Markup("<wbr>").join(_AFTER.split(part)) if len(part) > _LONG_WORD else escape(part)
        for part in re.split(r"(\s+)", text)
    )


def _long(cell: Cell) -> bool:
    """Whether a cell holds a word that a narrow column has to break, such as a host."""
    return isinstance(cell, str) and any(len(word) > _LONG_WORD for word in cell.split())


def _whole(cell: Cell) -> bool:
    """Whether a cell is one word that stands on one line, its hyphens regardless."""
    return isinstance(cell, str) and len(cell) <= _LONG_WORD and len(cell.split()) == 1


def _broad(figures: Figures) -> bool:
    """Whether the columns do not fit beside each other on a sheet of paper, numbers being left whole."""
    breadth = 0
    for place, column in enumerate(figures.columns):
        cells = [shown(row[place], column.kind) for row in figures.rows]
        words = [min(len(word), _LONG_WORD) for text in (column.label, *cells) for word in text.split()]
        numbers = [len(cell) for cell in cells] if is_number(column) else []
        breadth += max([*words, *numbers], default=0) + 1
    return breadth > _SHEET


def _size(row: HostRow) -> str:
    if row.unit == MILLISECONDS:
        return t("{size} {unit}", size=number(round(row.size / MILLISECONDS_PER_HOUR, 3)), unit=unit("hours"))
    return t("{size} {unit}", size=number(row.size), unit=unit(row.unit))
