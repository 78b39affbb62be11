"""The PDF forms: archivable and accessible, made from any words, saying what the JSON says."""

import datetime as dt
import json
import re
import subprocess
import unicodedata
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import typst
from hypothesis import example, given, settings
from hypothesis import strategies as st
from report_pages import document as report_document
from report_pages import figures, wide
from summary_inventory import complete_project, write_project

from datasummary.documents.blocks import Column, Document, Figures, Points, Section, Words
from datasummary.documents.copyright_policy import build_copyright_policy
from datasummary.documents.fields import DomainList, Entry, Listing, Prose, SummaryDocument
from datasummary.documents.summary import build_summary
from datasummary.render.domains_csv import domains_csv
from datasummary.render.footer import DISCLAIMER
from datasummary.render.json_documents import summary_json
from datasummary.render.pdf_words import PdfWords, breadth, broad_characters, shown_characters
from datasummary.render.policy_pdf import policy_pdf
from datasummary.render.report_json import report_json
from datasummary.render.report_pdf import report_pdf
from datasummary.render.summary_pdf import summary_pdf

pytestmark = pytest.mark.xdist_group("pdf")  # one worker makes what all look at

LONG_NAME = "a-very-long-name-of-a-site-that-is-no-longer-than-sixty-three.xn--bcher-kva.example"
HOSTILE = [
    '#panic("run") $x$ *b* _i_ `c` <a> @b // c /* d */ = h \\ "q"', "漢字 😀 👩‍👩‍👧 العَرَبِيَّة हिन्दी ไทย e\u0301\u0300\u0323 x\u20e0 \ue000 \U000f0000",
    "a" * 5000, "-" * 300, "https://a.example/" + "x-" * 400, "https://bücher.example/漢?q=\"'#[x](y)", "\u0301\u0301a",
    "soft\u00adhyphen zero\u200bwidth no\u00a0break narrow\u202fspace\u2028line\u2029end", "1. item\n- item\n\n\n= x",
]  # fmt: skip


@pytest.fixture(scope="module")
def summary(tmp_path_factory: pytest.TempPathFactory) -> SummaryDocument:
    return build_summary(complete_project(tmp_path_factory.mktemp("pdf-summary")))


@pytest.fixture(scope="module")
def summary_file(summary: SummaryDocument, tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert summary.domains
    return kept(tmp_path_factory, summary_pdf(summary, domains_csv(summary.domains)))


@pytest.fixture(scope="module")
def report_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kept(tmp_path_factory, report_pdf(report_document()))


def kept(factory: pytest.TempPathFactory, content: bytes) -> Path:
    path = factory.mktemp("pdf") / "made.pdf"
    path.write_bytes(content)
    return path


def told(program: str, *arguments: str | Path) -> str:
    return subprocess.run([program, *arguments], capture_output=True, check=True, text=True).stdout


def text_of(path: Path) -> str:
    """The file's words in the order of reading, without white space, which ends of lines change."""
    return solid(told("pdftotext", "-nopgbrk", path, "-"))


def solid(text: str) -> str:
    return re.sub(r"\s+", "", text.replace("\u200b", ""))


def strings(value: Any) -> list[str]:
    """All words in a JSON value."""
    if isinstance(value, dict):
        return [text for part in value.values() for text in strings(part)]
    if isinstance(value, list):
        return [text for part in value for text in strings(part)]
    return [value] if isinstance(value, str) else []


def with_value(summary: SummaryDocument, field_id: str, **changes: Any) -> SummaryDocument:
    """The summary with other content in one field."""
    form = tuple(replace(part, **changes) if getattr(part, "id", None) == field_id else part for part in summary.form)
    return replace(summary, form=form)


def with_names(summary: SummaryDocument, names: tuple[str, ...]) -> SummaryDocument:
    return with_value(summary, "2.3.h", value=DomainList("10 %", 10 * len(names), len(names), names, (), "By size."))


def properties(content: bytes) -> str:
    """What the file says of itself, in its metadata (XMP)."""
    return content[content.index(b"<x:xmpmeta") : content.index(b"</x:xmpmeta")].decode()


@pytest.mark.parametrize("form", ["summary", "report", "policy"])
def test_a_file_claims_both_standards_and_names_title_language_and_day(
    form: str, summary: SummaryDocument, summary_file: Path, report_file: Path, tmp_path: Path
) -> None:
    if form == "policy":
        content = policy_pdf(build_copyright_policy(write_project(tmp_path), public=True))
    else:
        content = (summary_file if form == "summary" else report_file).read_bytes()
    known = properties(content)
    assert "<pdfaid:part>3<" in known
    assert "<pdfaid:conformance>A<" in known
    assert "<pdfuaid:part>1<" in known
    assert "2026-03-01T00:00:00" in known
    assert "acme-7b-v1" in known
    assert "<rdf:li>en</rdf:li>" in known
    assert b"/Lang(en)" in content.replace(b" ", b"")


@pytest.mark.parametrize("form", ["summary", "report", "policy"])
def test_the_same_document_gives_the_same_bytes(
    form: str, summary: SummaryDocument, summary_file: Path, report_file: Path, tmp_path: Path
) -> None:
    if form == "summary":
        assert summary.domains
        assert summary_pdf(summary, domains_csv(summary.domains)) == summary_file.read_bytes()
    elif form == "report":
        assert report_pdf(report_document()) == report_file.read_bytes()
    else:
        policy = build_copyright_policy(write_project(tmp_path), public=False)
        assert policy_pdf(policy) == policy_pdf(policy)


@pytest.mark.needs("poppler-utils")
def test_the_summary_says_each_value_of_the_json_in_the_forms_order(
    summary: SummaryDocument, summary_file: Path
) -> None:
    text, place = text_of(summary_file), 0
    assert "U+" not in text
    for field_id, field in json.loads(summary_json(summary))["fields"].items():
        place = text.index(solid(field_id + field["label"]), place)
        for words in [*strings(field["value"]), field.get("comment", "")]:
            for line in words.splitlines():
                assert text.find(solid(line), place) >= place, (field_id, line)


@pytest.mark.needs("poppler-utils")
def test_the_text_tells_which_boxes_are_ticked(summary_file: Path) -> None:
    text = text_of(summary_file)
    assert "☒Yes☐No" in text
    assert "☒Text☒Image☐Video☒Audio☐Other" in text
    assert "☐Lessthan1billiontokens☒1billionto10trillionstokens☐Morethan10trillionstokens" in text


@pytest.mark.needs("poppler-utils")
def test_the_list_of_domains_is_attached(summary: SummaryDocument, summary_file: Path, tmp_path: Path) -> None:
    assert summary.domains
    assert "top-domains.csv" in told("pdfdetach", "-list", summary_file)
    told("pdfdetach", "-save", "1", "-o", tmp_path / "names.csv", summary_file)
    assert (tmp_path / "names.csv").read_bytes() == domains_csv(summary.domains).encode()
    assert b"/AFRelationship/Data" in summary_file.read_bytes().replace(b" ", b"")
    (tmp_path / "bare.pdf").write_bytes(summary_pdf(summary, None))
    assert "0 embedded" in told("pdfdetach", "-list", tmp_path / "bare.pdf")


@pytest.mark.needs("poppler-utils")
def test_headings_are_bookmarks_without_gaps_and_all_is_tagged(summary_file: Path, report_file: Path) -> None:
    for path, wanted in ((summary_file, ["1. General information", "2.2.1. Datasets"]), (report_file, ["By verdict"])):
        content = path.read_bytes()
        assert b"/Outlines" in content
        structure = told("pdfinfo", "-struct-text", path)
        levels = [int(level) for level in re.findall(r"^\s*H(\d)\b", structure, re.MULTILINE)]
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))
        assert all(heading in structure for heading in wanted)
        assert re.search(r"^Tagged:\s+yes", told("pdfinfo", path), re.MULTILINE)


@pytest.mark.needs("poppler-utils")
def test_five_thousand_names_stand_in_the_appendix_whole_and_in_order(summary: SummaryDocument, tmp_path: Path) -> None:
    names = (LONG_NAME, *(f"{sign * 63}.museum" for sign in "mwa"), *(f"s-{number}.example" for number in range(4996)))
    path = tmp_path / "names.pdf"
    path.write_bytes(summary_pdf(with_names(summary, names), None))
    text, place = text_of(path), 0
    for rank, name in enumerate(names, 1):
        place = text.index(f"{rank}{name}", place) + len(name)


@pytest.mark.needs("poppler-utils")
def test_words_of_the_broadest_letters_stay_inside_the_page_and_long_names_are_not_made_small(
    summary: SummaryDocument, tmp_path: Path
) -> None:
    text = f"{'M' * 80} https://w.example/{'W' * 120}?m={'m' * 70} {'⒨' * 60}"
    listed = Listing(tuple(Entry("W" * 28, "5 %") for _ in range(5)))
    names = tuple(f"{sign * 63}.museum" for sign in "mwa")
    changed = with_value(with_names(replace(worded(summary, text), title="t"), names), "2.3.d", value=listed)
    path = tmp_path / "broad.pdf"
    path.write_bytes(summary_pdf(changed, None))
    pages = told("pdftotext", "-bbox", path, "-").split("<page ")[1:]
    ends = [float(end) for page in pages for end in re.findall(r'xMax="([\d.]+)"', page)]
    assert max(ends) < 539.5  # 210 mm less the margin
    found = re.findall(r'yMin="([\d.]+)" xMax="[\d.]+" yMax="([\d.]+)">\w*(?:mm|ww|aa|museum)', pages[-1])
    assert len(found) >= 9
    assert len({round(float(end) - float(start), 1) for start, end in found}) == 1


@pytest.mark.needs("poppler-utils")
def test_of_more_names_the_first_thousand_stand_in_the_appendix(summary: SummaryDocument, tmp_path: Path) -> None:
    path = tmp_path / "names.pdf"
    path.write_bytes(summary_pdf(with_names(summary, tuple(f"s{number}.example" for number in range(5001))), None))
    text = told("pdftotext", path, "-")
    assert "s999.example" in text
    assert "s1000.example" not in text
    assert "The first 1\u00a0000" in text.replace(" ", "\u00a0").replace("The\u00a0first\u00a0", "The first ")


@pytest.mark.needs("poppler-utils")
def test_a_draft_says_so_and_names_its_open_points(tmp_path: Path) -> None:
    draft = build_summary(write_project(tmp_path))
    assert draft.draft
    (tmp_path / "draft.pdf").write_bytes(summary_pdf(draft, None))
    text = told("pdftotext", tmp_path / "draft.pdf", "-")
    assert "Draft, not for publication" in text
    assert "Open:" in text
    assert re.search(r"^Title:\s+Draft: ", told("pdfinfo", tmp_path / "draft.pdf"), re.MULTILINE)


@pytest.mark.needs("poppler-utils")
def test_the_report_says_each_figure_of_the_json_and_each_statement(report_file: Path) -> None:
    text = text_of(report_file)
    content = json.loads(report_json(report_document()))
    for section in content["sections"]:
        assert solid(section["heading"]) in text
        for block in section["blocks"]:
            for words in [*strings(block.get("items", [])), block.get("title", ""), block.get("note") or ""]:
                assert solid(words) in text
    for figure in ("1,234", "75,000,000", "75.0%", "2026-01-09", "1,000,000,000,000,009"):
        assert figure in text
    assert b"/Alt" in report_file.read_bytes()


@pytest.mark.needs("poppler-utils")
def test_characters_that_no_font_has_stand_as_numbers_and_are_told(summary: SummaryDocument, tmp_path: Path) -> None:
    path = tmp_path / "lost.pdf"
    path.write_bytes(summary_pdf(with_value(summary, "3.3.a", value=Prose("日本 and \ue000.")), None))
    text = text_of(path)
    assert "⟨U+65E5⟩⟨U+672C⟩and⟨U+E000⟩." in text
    assert "U+65E5,U+672C,U+E000" in text


def test_words_are_data_and_never_markup() -> None:
    words = PdfWords()
    assert words.line("#panic() *a*") == ["#panic() *a*"]
    assert words.line("e\u0301 \u00ad\u200b\u200d\u202ex\ufe0f") == ["é x"]
    assert words.lost == set()


@given(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=200), st.text("-./ ⟩\u0301a", max_size=200)))
def test_lines_keep_all_words_and_no_piece_ends_with_a_hyphen(text: str) -> None:
    words = PdfWords()
    line = words.line(text, 20)
    pieces = [piece for run in line if isinstance(run, dict) for piece in run["whole"]]
    assert all(breadth(piece) <= 20 for piece in pieces)
    for run in line:
        if isinstance(run, dict):
            inner = run["whole"][:-1]
            assert all(not piece.endswith("-") or set(piece) == {"-"} for piece in inner)
    joined = "".join(run if isinstance(run, str) else "".join(run["whole"]) for run in line)
    assert solid(joined) == solid(PdfWords().plain(text))
    serif, others = shown_characters()
    assert set(joined) <= serif | others


def worded(summary: SummaryDocument, text: str) -> SummaryDocument:
    """The summary with a text in every kind of place."""
    entry = Entry(text, text, f"https://a.example/{text}", ((text, text),))
    changed = with_value(summary, "2.1.c", value=Listing((entry, entry), text, text), comment=text)
    changed = with_value(changed, "2.1.d", value=Listing((Entry(text),)))
    changed = with_value(changed, "2.3.d", value=Listing(tuple(Entry(text, text) for _ in range(5))))
    changed = with_value(changed, "3.3.a", value=Prose(text))
    return replace(changed, provider=text, models=(text, text), version=text, title=text or "t")


def reported(text: str) -> Document:
    table = Figures(
        "t", text, (Column("a", text), Column("b", text, "count")), ((text, 1), ("y", 2)), ("b",), text, (), text
    )
    section = Section("s", text, (Words(text), Points("open", (text, text)), table))
    return Document(text, text, text, (text,), dt.date(2026, 3, 1), (section,))


@settings(max_examples=8)
@given(st.text(max_size=60))
@example("".join(HOSTILE))
@example("")
def test_files_are_made_whatever_the_words(summary: SummaryDocument, text: str) -> None:
    assert summary_pdf(worded(summary, text), text).startswith(b"%PDF")
    assert report_pdf(reported(text)).startswith(b"%PDF")


@settings(max_examples=4)
@given(st.text(max_size=60))
@example("".join(HOSTILE))
def test_a_policy_is_made_whatever_the_words(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    policy = build_copyright_policy(write_project(tmp_path_factory.mktemp("policy")), public=False)
    statements = {name: replace(each, text=text or None) for name, each in policy.statements.items()}
    assert policy_pdf(replace(policy, provider=text, models=(text,), statements=statements)).startswith(b"%PDF")


def test_the_listed_characters_are_those_that_the_fonts_show() -> None:
    """A newer Typst may bring other fonts: then templates/pdf-glyphs.txt has to follow."""
    serif, others = shown_characters()
    marks = {sign for sign in serif if unicodedata.category(sign)[0] == "M"}
    source = b"""
        #set document(title: "All")
        #set page(width: auto, height: auto)
        #set text(fallback: false, font: ("Libertinus Serif", "New Computer Modern", "DejaVu Sans Mono"))
        #for weight in (400, 600) { for sign in json(bytes(sys.inputs.signs)) { box(text(weight: weight, sign)) } }
    """
    signs = [*sorted((serif - marks) | others), *(letter + mark for mark in sorted(marks) for letter in "xоא")]
    compiler = typst.Compiler(ignore_system_fonts=True, font_paths=typst.Fonts(include_system_fonts=False))
    made = compiler.compile(
        source, format="pdf", pdf_standards=["a-3a", "ua-1"], timestamp=0, sys_inputs={"signs": json.dumps(signs)}
    )
    assert isinstance(made, bytes)
    source = b"""
        #set text(fallback: false, font: ("Libertinus Serif", "New Computer Modern", "DejaVu Sans Mono"), size: 100pt)
        #let width(sign) = calc.max(..(400, 600).map(weight => measure(text(weight: weight, sign)).width.pt()))
        #context [#metadata(json(bytes(sys.inputs.signs)).map(width)) <widths>]
    """
    signs = sorted((serif | others) - marks)
    found = typst.query(
        source, "<widths>", field="value", one=True, sys_inputs={"signs": json.dumps(signs)}, ignore_system_fonts=True
    )
    widths = dict(zip(signs, json.loads(found), strict=True))
    broad, broadest = broad_characters()
    assert broadest == {sign for sign in signs if widths[sign] > 124}
    assert broad == {sign for sign in signs if widths[sign] > 62} - broadest
    assert max(widths.values()) <= 186


@pytest.mark.needs("poppler-utils")
def test_words_of_broad_letters_in_a_table_do_not_touch(tmp_path: Path) -> None:
    words = tuple(letter * 9 for letter in "WMWMWMWM")
    columns = tuple(Column(f"c{place}", word) for place, word in enumerate(words))
    table = Figures("t", "t", columns, (words,) * 3, (), "", (), "")
    path = tmp_path / "table.pdf"
    path.write_bytes(report_pdf(replace(reported("x"), sections=(Section("s", "s", (table,)),))))
    assert len(re.findall(r"\b(?:W{9}|M{9})\b", told("pdftotext", "-layout", path, "-"))) == 8 * 4


@pytest.mark.needs("poppler-utils")
def test_wide_figures_lie_across_the_page_and_at_the_end_the_closing_line_does_so_with_them(tmp_path: Path) -> None:
    content = report_pdf(report_document(figures(), wide()))
    assert len(re.findall(rb"/MediaBox\s*\[\s*0 0 841\.\d+ 595\.\d+\s*\]", content)) == 1
    (tmp_path / "made.pdf").write_bytes(content)
    last = told("pdftotext", "-layout", tmp_path / "made.pdf", "-").removesuffix("\f").split("\f")[-1]
    assert "Much at once" in last
    assert DISCLAIMER in last


@pytest.mark.needs("poppler-utils")
@pytest.mark.parametrize("kind", ["words", "points", "figures"])
def test_what_stands_below_everything_else_is_never_alone_on_a_page(kind: str, tmp_path: Path) -> None:
    many = Words("\n\n".join(f"{number}." for number in range(20)))
    for number in range(2, 26, 3):
        lines = tuple(f"End {line}." for line in range(number))
        block = {
            "words": Words("\n\n".join(lines)),
            "points": Points("shown", lines),
            "figures": figures(rows=tuple((line, "tokens", 1, 1, 0.1, None) for line in lines), links=(), note=None),
        }[kind]
        made = replace(report_document(), sections=(Section("all", "All", (many, block)),))
        (tmp_path / "made.pdf").write_bytes(report_pdf(made))
        last = told("pdftotext", "-layout", tmp_path / "made.pdf", "-").removesuffix("\f").split("\f")[-1]
        assert "End" in last
        assert DISCLAIMER in last
