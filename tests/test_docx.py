"""The documents as DOCX: what the data says stands in them, in a form that word processors take apart and edit."""

import dataclasses
import datetime as dt
import io
import json
import re
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from copyright_projects import declared_project, write_custom_policy
from docx.oxml.ns import qn
from docx_files import opened, paragraphs, plain, said
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from report_pages import document as report_by_hand
from summary_inventory import complete_project, write_project

from datasummary.documents.blocks import Column, Document, Figures, Points, Words
from datasummary.documents.copyright_policy import CopyrightPolicy, build_copyright_policy
from datasummary.documents.fields import DomainList, Entry, Listing, Prose, SummaryDocument, answered
from datasummary.documents.summary import build_summary
from datasummary.documents.template import Heading
from datasummary.render.figure_cells import shown_row
from datasummary.render.footer import DISCLAIMER, DRAFT
from datasummary.render.json_documents import DOMAINS_FILE, summary_json
from datasummary.render.policy_docx import policy_docx
from datasummary.render.policy_markdown import policy_body
from datasummary.render.report_docx import report_docx
from datasummary.render.summary_docx import summary_docx

HOSTILE = [
    "<w:t>&amp;</w:t> \"'>", "]]><!-- --> <?xml?>", "a\tb\nc", "{{ 7 }}{x}%s", "= 1 + 1", "\u202eevil\u0007",
    "מסמך ציבורי · ملخص عام", "公开摘要と要約", "👩‍🚀🏳️‍🌈 e\u0301", "w" * 400, "https://a.example/a b|c", "see https://[::1/x and https://ü.example/é?q=<i>.",
    "https://u:p@a.example:99999/", "a\n\nb", "\U0010fffd\u2028\x85",
]  # fmt: skip
_FIELD = answered("1.1.a", "")
TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=40))


@pytest.fixture(scope="module")
def complete(tmp_path_factory: pytest.TempPathFactory) -> SummaryDocument:
    return build_summary(complete_project(tmp_path_factory.mktemp("complete")))


@pytest.fixture(scope="module")
def draft(tmp_path_factory: pytest.TempPathFactory) -> SummaryDocument:
    return build_summary(write_project(tmp_path_factory.mktemp("draft")))


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> list[CopyrightPolicy]:
    """The full one and its public summary, with open points."""
    folder = tmp_path_factory.mktemp("policy")
    project = declared_project(
        folder, policy=write_custom_policy(folder), copyright={"complaints": "Within *four*\n\nweeks."}
    )
    return [build_copyright_policy(project, public=public) for public in (False, True)]


def leaves(value: Any) -> Iterator[str]:
    """All words of a JSON value, keys of answers that are named included."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from leaves(each)
            if key == "details":
                yield from each
    elif isinstance(value, list):
        for each in value:
            yield from leaves(each)
    elif isinstance(value, str):
        yield value


def values(document: SummaryDocument) -> list[str]:
    """What the JSON form says and a reader must find."""
    record = json.loads(summary_json(document))
    about = {key: value for key, value in record["about"].items() if key != "date"}
    asked = [record["template"], record["models"], about, record["fields"], record["disclaimer"]]
    return list(map(plain, leaves(asked)))


def with_domains(document: SummaryDocument, names: list[str]) -> SummaryDocument:
    field = document.fields["2.3.h"]
    assert isinstance(field.value, DomainList)
    value = dataclasses.replace(field.value, names=tuple(names), total=10 * len(names))
    return with_value(document, "2.3.h", value)


def with_value(document: SummaryDocument, field_id: str, value: Any) -> SummaryDocument:
    form = tuple(
        dataclasses.replace(part, value=value) if not isinstance(part, Heading) and part.id == field_id else part
        for part in document.form
    )
    return dataclasses.replace(document, form=form)


def appended(document: SummaryDocument) -> list[tuple[str, str]]:
    """The rows of the appendix."""
    tables = [
        table for table in opened(summary_docx(document)).tables if table.style and table.style.name == "Domain Table"
    ]
    rows = [[tc.xpath("string()") for tc in tr.tc_lst] for table in tables for tr in table._tbl.tr_lst]
    return [(rank, name) for rank, name in rows]


# --- The summary


def test_the_headings_are_the_forms_own_at_their_levels(complete: SummaryDocument) -> None:
    found = [
        (paragraph.text, int(paragraph.style.name[-1]))
        for paragraph in paragraphs(opened(summary_docx(complete)))
        if paragraph.style and re.fullmatch(r"Heading [1-9]", paragraph.style.name or "")
    ]
    expected = [(part.text, part.level) for part in complete.form if isinstance(part, Heading)]
    assert found == [*expected, ("Appendix: most relevant domain names crawled", 1)]


def test_each_field_is_a_row_with_its_id_its_label_and_an_answer(complete: SummaryDocument) -> None:
    rows = [[cell.text for cell in row.cells] for table in opened(summary_docx(complete)).tables for row in table.rows]
    answers = {left.split("\n")[0]: (left, right) for left, right in rows}
    for field in complete.fields.values():
        left, right = answers[field.id]
        assert left == f"{field.id}\n{field.label}"
        assert right.strip()


@pytest.mark.parametrize("name", ["complete", "draft"])
def test_every_value_of_the_json_form_stands_in_it(name: str, request: pytest.FixtureRequest) -> None:
    document = request.getfixturevalue(name)
    text = said(opened(summary_docx(document)))
    assert [value for value in values(document) if value not in text] == []


def test_boxes_are_ticked_as_answered(complete: SummaryDocument) -> None:
    text = said(opened(summary_docx(complete)))
    record = json.loads(summary_json(complete))["fields"]
    asked = record["2.4.d"]["label"]
    ticks = [f"{'☒' if ticked else '☐'} {name}" for name, ticked in record["2.4.d"]["value"].items()]
    assert f"2.4.d {asked} {' '.join(ticks)}" in text
    assert f"2.1.a {record['2.1.a']['label']} ☒ Yes ☐ No" in text
    for row in record["1.3.b"]["value"]:
        assert "range" not in row or f"☒ {row['range']}" in text
    assert text.count("☒") == sum(
        sum(value.values()) if label.issubset({"Text", "Image", "Video", "Audio", "Other"}) else "answer" in value
        for value in (each["value"] for each in record.values())
        if isinstance(value, dict) and (label := set(value))
    ) + sum("range" in row for row in record["1.3.b"]["value"])


def test_a_draft_says_so_and_marks_what_is_open(draft: SummaryDocument, complete: SummaryDocument) -> None:
    file = opened(summary_docx(draft))
    styles = {paragraph.style.name: paragraph.text for paragraph in paragraphs(file) if paragraph.style}
    assert styles["Draft Notice"] == DRAFT
    assert styles["Open Point"].startswith("Open: ")
    assert file.core_properties.title.startswith("Draft: ")
    assert DRAFT not in said(opened(summary_docx(complete)))
    assert "Open:" not in said(opened(summary_docx(complete)))


def test_the_properties_tell_title_provider_language_and_the_documents_date(complete: SummaryDocument) -> None:
    told = opened(summary_docx(complete)).core_properties
    assert told.title == f"Public summary of training content: {', '.join(complete.models)}"
    assert told.author == complete.provider
    assert told.subject == f"{complete.title}, {complete.subtitle}"
    assert told.language == "en-GB"
    assert told.created == told.modified == dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def test_a_title_that_is_too_long_for_a_property_is_cut_there_alone(complete: SummaryDocument) -> None:
    file = opened(summary_docx(dataclasses.replace(complete, models=("m" * 300,))))
    assert len(file.core_properties.title) == 255
    assert "m" * 300 in said(file)


def test_the_styles_name_the_language_for_spelling(complete: SummaryDocument) -> None:
    styles = opened(summary_docx(dataclasses.replace(complete, language="fr"))).styles.element
    assert {lang.get(qn("w:val")) for lang in styles.iter(qn("w:lang"))} == {"fr-FR"}


def test_links_lead_where_they_say(complete: SummaryDocument) -> None:
    file = opened(summary_docx(complete))
    links = [link for paragraph in paragraphs(file) for link in paragraph.hyperlinks]
    anchors = {mark.get(qn("w:name")) for mark in file.element.body.iter(qn("w:bookmarkStart"))}
    assert {link.fragment for link in links if not link.address} == anchors == {"appendix"}
    outside = {link.text: link.address for link in links if link.address}
    assert outside.pop(DOMAINS_FILE) == DOMAINS_FILE
    assert complete.published_at in outside
    assert all(text == address for text, address in outside.items())


def test_a_row_that_would_fill_a_page_may_split(complete: SummaryDocument) -> None:
    long = with_value(complete, "2.1.d", Prose("One of many sentences. " * 400))
    rows = [row for table in opened(summary_docx(long)).tables for row in table._tbl.tr_lst]
    split = [row.xpath("string()")[:5] for row in rows if not row.xpath("w:trPr/w:cantSplit")]
    assert split == ["2.1.d"]


def test_the_appendix_holds_the_whole_list_by_rank(complete: SummaryDocument) -> None:
    assert complete.domains
    assert appended(complete) == [
        ("Rank", "Domain name"), *((str(rank), name) for rank, name in enumerate(complete.domains.names, 1))
    ]  # fmt: skip


def test_of_more_than_5000_names_the_first_thousand_stand_in_the_appendix(complete: SummaryDocument) -> None:
    names = [f"site{number}.example" for number in range(5_001)]
    assert [name for _, name in appended(with_domains(complete, names[:5_000]))[1:]] == names[:5_000]
    many = with_domains(complete, names)
    assert [name for _, name in appended(many)[1:]] == names[:1_000]
    text = said(opened(summary_docx(many)))
    assert f"{DOMAINS_FILE} holds the whole list: 5 001 of 50 010 domain names, by rank." in text
    assert "The first 1 000 follow." in text


def test_without_names_there_is_no_appendix(complete: SummaryDocument) -> None:
    none = with_domains(complete, [])
    assert appended(none) == []
    assert "ppendix" not in said(opened(summary_docx(none)))


def test_a_long_name_stays_on_one_line_by_narrower_letters(complete: SummaryDocument) -> None:
    file = opened(summary_docx(with_domains(complete, ["short.example", f"{'long-' * 12}name.example"])))
    scales = {
        paragraph.text[:5]: [scale.get(qn("w:val")) for scale in paragraph._p.iter(qn("w:w"))]
        for paragraph in paragraphs(file)
        if paragraph.style and paragraph.style.name == "Domain Name"
    }
    assert scales["short"] == []
    assert 40 < int(scales["long-"][0]) < 90


# --- The report and the policy


def test_a_report_holds_all_of_its_sections_points_and_figures() -> None:
    document = report_by_hand()
    text = said(opened(report_docx(document)))
    for section in document.sections:
        assert section.heading in text
        for block in section.blocks:
            match block:
                case Words():
                    assert plain(block.text) in text
                case Points():
                    assert all(plain(item) in text for item in block.items)
                case Figures():
                    labels = [column.label for column in block.columns]
                    cells = [cell for row in block.rows for cell in shown_row(block, row)]
                    assert [cell for cell in [block.title, block.note or "", *labels, *cells] if cell not in text] == []
    assert text.endswith(DISCLAIMER)
    for standing in ("Shown by the data", "Declared by the provider", "Open:", "Does not apply"):
        assert standing in text


def test_a_report_names_its_subject_and_what_is_open_in_its_language() -> None:
    french = dataclasses.replace(report_by_hand(), language="fr")
    file = opened(report_docx(french))
    assert file.core_properties.subject == french.subtitle
    leads = [
        paragraph.text for paragraph in paragraphs(file) if paragraph.style and paragraph.style.name == "Open Point"
    ]
    assert leads == ["En suspens\u00a0: Who answers for it is not stated."]


@pytest.mark.parametrize("public", [False, True])
def test_a_policy_says_what_its_markdown_says(policies: list[CopyrightPolicy], public: bool) -> None:
    policy = policies[public]
    file = opened(policy_docx(policy))
    shown = MarkdownIt("commonmark", {"html": False}).parse(policy_body(policy))
    lines = [
        plain("".join("\n" if child.type == "softbreak" else child.content for child in token.children or ()))
        for token in shown
        if token.type == "inline"
    ]
    found = [plain(paragraph.text) for paragraph in paragraphs(file)]
    assert found[-len(lines) - 1 :] == [*lines, DISCLAIMER]
    styles = {paragraph.style.name for paragraph in paragraphs(file) if paragraph.style}
    assert {"Heading 1", "Heading 2", "List Bullet", "Open Point", "Draft Notice"} <= styles
    assert "Within *four*" in said(file)


# --- All of them


def made(name: str, request: pytest.FixtureRequest) -> bytes:
    if name == "summary":
        return summary_docx(request.getfixturevalue("complete"))
    if name == "report":
        return report_docx(report_by_hand())
    return policy_docx(request.getfixturevalue("policies")[1])


@pytest.mark.parametrize("name", ["summary", "report", "policy"])
def test_the_same_document_gives_the_same_bytes(name: str, request: pytest.FixtureRequest) -> None:
    content = made(name, request)
    assert content == made(name, request)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("name", ["summary", "report", "policy"])
def test_every_style_that_is_used_is_there(name: str, request: pytest.FixtureRequest) -> None:
    file = opened(made(name, request))
    known = {style.style_id for style in file.styles}
    kinds = ("w:pStyle", "w:rStyle", "w:tblStyle")
    used = {element.get(qn("w:val")) for kind in kinds for element in file.element.body.iter(qn(kind))}
    assert used <= known


@settings(max_examples=15)
@given(st.lists(TEXTS, min_size=6, max_size=6))
def test_whatever_words_a_summary_holds_they_stand_in_it_as_they_are(texts: list[str]) -> None:
    document = SummaryDocument("Title", "Subtitle", (texts[0],), texts[1], "1", "01/03/2026", None, ())
    prose, entry = Prose(texts[2]), Entry(texts[3], texts[4], details=((texts[5], texts[0]),))
    labelled = [
        ("1.1.a", prose),
        ("2.1.d", Listing((entry,))),
        ("2.3.h", DomainList("10 %", 9, 1, (texts[3],), (), texts[4])),
    ]
    form = tuple(dataclasses.replace(_FIELD, id=field_id, value=value) for field_id, value in labelled)
    file = opened(summary_docx(dataclasses.replace(document, form=form)))
    text = said(file)
    for words in (prose.text, entry.name, entry.text, *entry.details[0]):
        assert plain(words or "") in text
    for link in (link for paragraph in paragraphs(file) for link in paragraph.hyperlinks if link.url):
        assert link.address.isascii()


@settings(max_examples=15)
@given(st.lists(TEXTS, min_size=4, max_size=4))
def test_whatever_words_a_report_holds_they_stand_in_it_as_they_are(texts: list[str]) -> None:
    words, points = Words(texts[0]), Points("declared", (texts[1],))
    table = Figures("f", texts[2], (Column("a", texts[3]), Column("b", "Number", "count")), ((texts[0], 7),))
    document: Document = report_by_hand(words, points, table)
    text = said(opened(report_docx(document)))
    for each in (words.text, *points.items, table.title, str(table.rows[0][0])):
        assert plain(each) in text


@pytest.mark.needs("libreoffice-writer-nogui")
def test_libreoffice_loses_no_value(complete: SummaryDocument, tmp_path: Path) -> None:
    (tmp_path / "summary.docx").write_bytes(summary_docx(complete))
    command = ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless"]
    command += ["--convert-to", "txt:Text (encoded):UTF8", "--outdir", str(tmp_path), str(tmp_path / "summary.docx")]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    text = plain((tmp_path / "summary.txt").read_text("utf-8-sig"))
    assert [value for value in values(complete) if value not in text] == []
