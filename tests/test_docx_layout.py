"""How the DOCX documents lie on their pages: what stays together, and how tables share the breadth."""

import datetime as dt
from pathlib import Path

import pytest
from copyright_projects import declared_project
from docx.oxml.ns import qn
from docx.shared import Mm
from docx_files import opened, paragraphs
from report_pages import document as report_by_hand
from report_pages import figures, wide
from summary_inventory import complete_project

from datasummary.documents.blocks import Column, Figures, Words
from datasummary.documents.copyright_policy import build_copyright_policy
from datasummary.documents.fields import SummaryDocument
from datasummary.documents.summary import build_summary
from datasummary.render.footer import DISCLAIMER
from datasummary.render.policy_docx import policy_docx
from datasummary.render.report_docx import report_docx
from datasummary.render.summary_docx import summary_docx

MANY = tuple(Column(f"c{number}", "Donaudampfschifffahrt", "count") for number in range(30))


@pytest.fixture(scope="module")
def complete(tmp_path_factory: pytest.TempPathFactory) -> SummaryDocument:
    return build_summary(complete_project(tmp_path_factory.mktemp("complete")))


def test_pages_are_a4_and_numbered(complete: SummaryDocument) -> None:
    file = opened(summary_docx(complete))
    for section in file.sections:
        page = section._sectPr.find(qn("w:pgSz"))
        assert (page.get(qn("w:w")), page.get(qn("w:h"))) == ("11906", "16838")
        footer = section.footer._element.xml
        assert 'w:instr="PAGE"' in footer
        assert 'w:instr="NUMPAGES"' in footer


def test_tables_repeat_their_heads_and_keep_rows_whole(complete: SummaryDocument) -> None:
    for table in opened(summary_docx(complete)).tables:
        head, *rows = table._tbl.tr_lst
        assert head.xpath("w:trPr/w:tblHeader")
        assert not any(row.xpath("w:trPr/w:tblHeader") for row in rows)
        assert all(row.xpath("w:trPr/w:cantSplit") for row in [head, *rows])


def test_a_tables_caption_names_the_field_or_the_fields_that_it_holds(complete: SummaryDocument) -> None:
    for table in opened(summary_docx(complete)).tables[1:-1]:
        fields = [row.cells[0].paragraphs[0].text for row in table.rows[1:]]
        [caption] = table._tbl.tblPr.xpath("w:tblCaption/@w:val")
        assert caption == (f"Fields {fields[0]} to {fields[-1]}" if fields[1:] else f"Field {fields[0]}")


def test_figures_fit_the_page_and_too_many_columns_become_lines() -> None:
    broad = Figures("broad", "Broad", MANY, (tuple(range(30)),))
    tables = opened(report_docx(report_by_hand(figures(), wide(), broad))).tables
    assert [len(table._tbl.tblGrid.gridCol_lst) for table in tables] == [6, 2, 2]
    for table in tables:
        assert sum(column.w for column in table._tbl.tblGrid.gridCol_lst) <= Mm(170.1)
    assert len(tables[-1].rows) == 30


def test_what_stands_below_everything_else_is_never_alone_on_a_page(complete: SummaryDocument, tmp_path: Path) -> None:
    policy = build_copyright_policy(declared_project(tmp_path), public=True)
    ends = report_by_hand(figures(note=None)), report_by_hand(figures()), report_by_hand(Words("One.\n\nTwo."))
    for content in (summary_docx(complete), policy_docx(policy), *map(report_docx, ends)):
        every = paragraphs(opened(content))
        place = next(place for place, paragraph in enumerate(every) if paragraph.text == DISCLAIMER)
        before = every[place - 1]
        assert before.paragraph_format.keep_with_next
        if before.style and before.style.name == "After Table":
            assert every[place - 2].paragraph_format.keep_with_next


def test_a_note_is_on_the_page_of_the_last_rows_of_its_table() -> None:
    numbered = figures(rows=tuple(("reserved", "tokens", n, n, 0.1, dt.date(2026, 1, 9)) for n in range(9)), links=())
    [table] = opened(report_docx(report_by_hand(numbered))).tables
    bound = [bool(row.xpath(".//w:keepNext")) for row in table._tbl.tr_lst]
    assert bound == [False] * 8 + [True, True]


def test_rows_as_tables_of_their_own_have_names_that_differ_and_stay_whole() -> None:
    words = Column("content", "Content"), Column("modality", "Modality")
    rows = tuple(("Crawled", modality, *range(30)) for modality in ("text", "image"))
    tables = opened(report_docx(report_by_hand(Figures("broad", "Broad", (*words, *MANY), rows)))).tables
    assert [[cell.text for cell in table.rows[0].cells] for table in tables] == [
        ["Content", "Crawled · text"], ["Content", "Crawled · image"]
    ]  # fmt: skip
    bound = [bool(row.xpath(".//w:keepNext")) for row in tables[0]._tbl.tr_lst]
    assert bound == [True] * 31 + [False]


def test_figures_of_the_same_columns_share_widths_and_letters() -> None:
    longer = figures(id="other", rows=(("no reservation found by anybody", "tokens", 1, 10**15, 0.5, None),), links=())
    one, other = opened(report_docx(report_by_hand(figures(), longer))).tables
    widths = [[column.w for column in table._tbl.tblGrid.gridCol_lst] for table in (one, other)]
    assert widths[0] == widths[1]
    styles = [{style.get(qn("w:val")) for style in table._tbl.iter(qn("w:pStyle"))} for table in (one, other)]
    assert styles[0] == styles[1]
