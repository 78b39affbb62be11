"""A report's forms: whatever strangers wrote stays text, and every figure reads the same in each of them."""

import base64
import datetime as dt
import hashlib
import itertools
import json
import re
from collections import Counter
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from report_pages import MARKUP, SCRIPT_HOST, document, figures, host_index, host_row, stacked, statement

from datasummary.documents.blocks import Column, Document, Figures, Points, Section, Words
from datasummary.documents.fields import clean
from datasummary.documents.host_index import HostIndex
from datasummary.render.bars import picture
from datasummary.render.host_data import SIGNS, host_data, plainly
from datasummary.render.report_html import report_html
from datasummary.render.report_json import report_json
from datasummary.render.report_markdown import report_markdown

VOID = {"meta", "link", "input", "br", "hr", "img", "wbr"}
NO_HOSTS = HostIndex((), 0, ())
HOSTILE = [
    MARKUP, SCRIPT_HOST, "a | b \\| c \\", "<!--", "]]>", "# heading #", "- item", "1. item", "~~~", "```", "***", "&lt;", "+ x",
    "=HYPERLINK(1)", "https://a.example/a|b\\|c d", "see https://a.example/_x_*y*.", "[a](javascript:alert(1))", "a\n\n# b\n| c |",
    "{{ 7 * 7 }}{% raw %}", "==", "---", "\ttabbed", "C#", "\\#", "<https://x>", "![x](y)", "|", "a\n===", "x  \ny",
]  # fmt: skip
TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=30), st.text("|\\`*_[]<>#&~-+=.)1 \n", max_size=12)).map(
    clean
)


class Page(HTMLParser):
    """Elements of a page in order: tag, attributes, and all words within."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str], list[str]]] = []
        self._open: list[tuple[str, dict[str, str], list[str]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = (tag, {name: value or "" for name, value in attrs}, [])
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}, []))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        for _, _, words in self._open:
            words.append(data)

    def texts(self, tag: str, **wanted: str) -> list[str]:
        """Words of the elements of a tag with these attributes."""
        return [
            one_line("".join(words))
            for name, attributes, words in self.elements
            if name == tag and wanted.items() <= attributes.items()
        ]

    def tables(self) -> list[list[list[tuple[str, str | None]]]]:
        """Rows of each table: for each cell its words and what a program reads in it."""
        found: list[list[list[tuple[str, str | None]]]] = []
        for tag, attributes, words in self.elements:
            if tag == "table":
                found.append([])
            elif tag == "tr":
                found[-1].append([])
            elif tag in ("th", "td"):
                found[-1][-1].append((words, None))  # type: ignore[arg-type]
            elif tag in ("data", "time") and found:
                held = attributes["value" if tag == "data" else "datetime"]
                found[-1][-1][-1] = (found[-1][-1][-1][0], held)
        return [[[(one_line("".join(words)), held) for words, held in row] for row in table] for table in found]


def one_line(text: str) -> str:
    return " ".join(text.split())


def rendered(markdown: str) -> Page:
    parser = MarkdownIt("commonmark").enable("table")
    parser.normalizeLinkText = lambda link: link  # type: ignore[method-assign]
    return Page(parser.render(markdown))


def wording(text: str) -> Document:
    """A report with a text in every place for texts."""
    table = Figures("cells", text, (Column("a", text), Column("b", "B", "count")), ((text, 1),), alt=text, note=text)
    section = Section("words", text, (Words(text), Points("open", (text,)), table))
    return Document(text, text, text, (text,), dt.date(2026, 3, 1), (section,))


@given(TEXTS)
def test_any_text_in_a_document_is_text_in_the_page(text: str) -> None:
    page, plain = (Page(report_html(wording(each), NO_HOSTS)) for each in (text, "plain"))
    words = one_line(text)
    assert page.texts("h1") == [words]
    assert page.texts("h2") == [words, "Hosts"]
    assert page.texts("h3") == [words]
    assert page.texts("th", scope="col")[:2] == [words, "B"]
    assert page.texts("th", scope="row") == [words]
    assert page.texts("li")[-1] == words
    assert [one_line(a["aria-label"]) for _, a, _ in page.elements if "aria-label" in a] == [
        one_line(a["aria-label"]).replace("plain", words) for _, a, _ in plain.elements if "aria-label" in a
    ]
    more = Counter(tag for tag, _, _ in page.elements) - Counter(tag for tag, _, _ in plain.elements)
    assert set(more) <= {"a", "br", "p", "wbr"}
    assert {name for _, attributes, _ in page.elements for name in attributes} <= {
        name for _, attributes, _ in plain.elements for name in attributes
    } | {"rel"}


@given(TEXTS)
def test_any_text_in_a_document_is_text_in_markdown(text: str) -> None:
    page, plain = (rendered(report_markdown(wording(each))) for each in (text or "–", "plain"))
    words = one_line(text or "–")
    assert page.texts("h1") == [words]
    assert page.texts("h2") == [words]
    assert page.texts("h3") == [words]
    assert page.texts("th") == [words, "B"]
    assert page.texts("td") == [words, "1"]
    assert page.texts("li") == [words]
    more = Counter(tag for tag, _, _ in page.elements) - Counter(tag for tag, _, _ in plain.elements)
    assert set(more) <= {"a", "br", "p"}


@given(TEXTS)
def test_any_text_in_a_document_is_text_in_json(text: str) -> None:
    content = json.loads(report_json(wording(text)))
    (section,) = content["sections"]
    words, points, table = section["blocks"]
    assert (content["title"], section["heading"], words["text"], points["items"]) == (text, text, text, [text])
    assert table["rows"] == [{"a": text, "b": 1}]


@given(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=40)), st.text(max_size=20))
def test_whatever_a_host_says_stays_text_inside_the_page(quote: str, host: str) -> None:
    hosts = HostIndex((host_row(host=host, source=quote, domain=None),), 1, (statement(host, quote=quote, url=quote),))
    text = report_html(document(), hosts)
    page, plain = Page(text), Page(report_html(document(), HostIndex((host_row(),), 1, ())))
    assert [tag for tag, _, _ in page.elements if tag != "wbr"] == [tag for tag, _, _ in plain.elements if tag != "wbr"]
    (data,) = ("".join(words) for tag, a, words in page.elements if a.get("id") == "host-data")
    content = json.loads(data)
    assert content["hosts"] == plainly(host)
    assert content["statements"]["url"]["values"] == [plainly(quote)]
    assert content["statements"]["quote"]["values"] == ["\n".join(map(plainly, quote.splitlines()))]
    assert text.encode()  # no surrogate is left that a file could not hold


def test_what_turns_the_direction_of_reading_or_cannot_be_seen_is_named() -> None:
    assert plainly("a\u202eb\x00c\ud800 é") == "a⟨U+202E⟩b⟨U+0000⟩c⟨U+D800⟩ é"


NUMBERS = st.integers(0, 2**60)
SHARES = st.floats(0, 1)
HOURS = st.integers(0, 10**12).map(lambda milliseconds: round(milliseconds / 3_600_000, 3))
DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1))


def value_of(text: str, kind: str) -> Any:
    """Read a cell as a reader does."""
    if text == "–":
        return None
    if kind not in ("count", "size"):
        return text
    number = float(text.replace(",", "")) if "." in text else int(text.replace(",", ""))
    assert text == f"{number:,}"  # in groups of three
    return number


def assert_reads(text: str, held: Any, kind: str) -> None:
    """The words of a cell say what the JSON holds."""
    if kind == "share" and held is not None:
        number = float(text.strip("<>%")) / 100
        if text.startswith("<"):
            assert 0 < held < number
        elif text.startswith(">"):
            assert number < held < 1
        else:
            assert abs(number - held) <= 0.000501
            assert (number in (0, 1)) == (held in (0, 1))
    else:
        assert value_of(text, kind) == held


@given(
    st.lists(
        st.tuples(NUMBERS, st.one_of(NUMBERS, HOURS), SHARES, st.none() | DAYS, st.none() | NUMBERS),
        min_size=1,
        max_size=5,
    )
)
def test_every_figure_reads_back_out_of_html_and_markdown_as_the_json_has_it(rows: list[tuple[Any, ...]]) -> None:
    columns = (
        Column("name", "Name"), Column("count", "Count", "count"), Column("size", "Size", "size"),
        Column("share", "Share", "share"), Column("day", "Day", "day"), Column("perhaps", "Perhaps", "count"),
    )  # fmt: skip
    named = tuple((f"row {number}", *row) for number, row in enumerate(rows))
    report = document(Figures("all", "All", columns, named, bars=("count", "perhaps")), figures(), stacked())
    tables = [b for s in json.loads(report_json(report))["sections"] for b in s["blocks"] if b["type"] == "figures"]
    in_html = Page(report_html(report, NO_HOSTS)).tables()[:-1]  # the last is that of hosts
    in_markdown = rendered(report_markdown(report)).tables()
    assert len(tables) == len(in_html) == len(in_markdown) == 3
    for table, html, markdown in zip(tables, in_html, in_markdown, strict=True):
        kinds = [column["kind"] for column in table["columns"]]
        assert (
            [cell for cell, _ in html[0]] == [cell for cell, _ in markdown[0]] == [c["label"] for c in table["columns"]]
        )
        assert len(html) == len(markdown) == len(table["rows"]) + 1
        for record, html_row, markdown_row in zip(table["rows"], html[1:], markdown[1:], strict=True):
            for held, kind, (text, machine), (plain, _) in zip(
                record.values(), kinds, html_row, markdown_row, strict=True
            ):
                assert_reads(text, held, kind)
                assert_reads(plain, held, kind)
                if isinstance(held, int | float):
                    assert machine is not None
                    assert type(held)(machine) == held
                elif kind == "day":
                    assert machine == held


def test_json_holds_whole_numbers_shares_and_days() -> None:
    content = json.loads(report_json(document()))
    assert list(content) == [
        "generated_by",
        "title",
        "subtitle",
        "provider",
        "models",
        "date",
        "sections",
        "disclaimer",
    ]
    assert content["date"] == "2026-03-01"
    assert content["sections"][1]["blocks"][0]["rows"][0] == {
        "verdict": "reserved", "unit": "tokens", "hosts": 1234, "size": 75_000_000, "share": 0.75, "day": "2026-01-09",
    }  # fmt: skip
    assert [block["type"] for block in content["sections"][0]["blocks"]] == ["words", *["points"] * 4]


@pytest.mark.parametrize("form", ["html", "markdown"])
def test_points_say_in_words_what_stands_behind_them(form: str) -> None:
    page = Page(report_html(document(), NO_HOSTS)) if form == "html" else rendered(report_markdown(document()))
    standings = page.texts("p", **({"class": "standing"} if form == "html" else {}))
    wanted = ["Shown by the data", "Declared by the provider", "Open", "Does not apply"]
    assert [each for each in standings if each in wanted] == wanted


def test_a_bar_is_as_long_as_its_number_and_its_parts_follow_each_other() -> None:
    drawn = picture(stacked())
    assert drawn is not None
    assert drawn.series == ("Reserved", "Partly reserved")
    assert [(part.start, part.width) for part in drawn.bars[0].parts] == [("0.00%", "12.50%"), ("12.50%", "37.50%")]
    assert [(part.start, part.width) for part in drawn.bars[1].parts] == [("0.00%", "37.50%"), ("37.50%", "62.50%")]
    assert [bar.values for bar in drawn.bars] == [("10", "30"), ("30", "50")]
    assert [bar.label for bar in drawn.bars] == ["2025-01-01", "2026-01-01"]


def test_a_host_stands_on_one_line_and_a_longer_one_breaks_at_its_dots() -> None:
    short, long = "www.logokikaza-example.com", "www.a-longer-name-than-that.example"
    table = figures(rows=tuple((host, "tokens", 1, 1, 0.1, None) for host in (short, long)), links=())
    page = report_html(document(table), host_index(1))
    assert f'<th scope="row" class="whole">{short}</th>' in page
    assert '<th scope="row" class="long">www.<wbr>a-longer-name-than-that.<wbr>example</th>' in page


def test_shares_fill_their_part_of_the_whole_and_nothing_has_no_bar() -> None:
    drawn = picture(figures(bars=("share",)))
    assert drawn is not None
    assert [[part.width for part in bar.parts] for bar in drawn.bars] == [["75.00%"], [], ["25.00%"]]
    assert picture(figures(bars=("hosts",), rows=(("reserved", "tokens", 0, 0, 0.0, None),))) is None
    assert picture(figures(bars=())) is None


def test_bars_compare_sizes_of_one_unit_only() -> None:
    rows = (("a", "tokens", 1, 1000, 0.5, None), ("b", "hours", 1, 10, 0.5, None), ("c", "hours", 1, 5, 0.5, None))
    drawn = picture(figures(rows=rows))
    assert drawn is not None
    assert [bar.parts[0].width for bar in drawn.bars] == ["100.00%", "100.00%", "50.00%"]


def test_rows_alike_in_their_first_cell_are_told_apart_in_the_picture() -> None:
    columns = (Column("group", "Group"), Column("modality", "Modality"), Column("n", "N", "count"))
    drawn = picture(Figures("x", "X", columns, (("crawled", "text", 1), ("crawled", "image", 2)), bars=("n",)))
    assert drawn is not None
    assert [bar.label for bar in drawn.bars] == ["crawled · text", "crawled · image"]


def test_a_picture_has_words_for_those_who_do_not_see_it_and_a_legend_where_colours_differ() -> None:
    page = Page(report_html(document(), NO_HOSTS))
    pictures = [attributes["aria-label"] for _, attributes, _ in page.elements if attributes.get("role") == "img"]
    assert pictures == [figures().alt, stacked().alt]
    assert page.texts("p", **{"class": "legend"}) == ["Reserved Partly reserved"]


def test_the_page_allows_only_its_own_style_and_script() -> None:
    text = report_html(document(), host_index(5))
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', text)
    for tag in ("style", "script"):
        (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src &#39;sha256-{digest}&#39;" in policy
    page = Page(text)
    assert not [a for _, a, _ in page.elements if "style" in a or any(name.startswith("on") for name in a)]
    assert not [a["src"] for _, a, _ in page.elements if "src" in a]
    assert text.count("default-src &#39;none&#39;") == 1


def test_rows_lead_to_the_hosts_behind_them() -> None:
    page = Page(report_html(document(), NO_HOSTS))
    linked = [(a["data-hosts"], a["href"]) for _, a, _ in page.elements if "data-hosts" in a]
    assert linked[:2] == [("verdict=reserved&group=crawled", "#hosts"), ("verdict=unknown", "#hosts")]


def test_the_first_hundred_hosts_stand_in_the_page_itself_and_it_says_where_all_are() -> None:
    hosts = host_index(150)
    text = report_html(document(), HostIndex(hosts.rows, 5_000, hosts.statements))
    page = Page(text)
    table = page.tables()[-1]
    assert len(table) == 101
    assert [cell for cell, _ in table[1]] == [SCRIPT_HOST, "crawl", "text", "reserved", "3,000,000", "3,000,000", "21,000,000 tokens"]  # fmt: skip
    assert [cell for cell, _ in table[3]][-1] == "1.5 hours"
    assert table[4][0][0] == "(no host)"
    words = one_line(" ".join(page.texts("p")))
    assert "This page holds the 150 with most documents of 5,000 rows. The first 100 stand here." in words
    assert {"verdicts.csv", "signals.csv"} <= {a.get("href") for _, a, _ in page.elements}


HOST_NAMES = st.from_regex(r"\A[a-z0-9-]{1,5}(\.[a-z0-9-]{1,5}){0,3}(:[0-9]{2,4})?\Z")


@given(st.lists(st.tuples(st.none() | HOST_NAMES, st.none() | HOST_NAMES, st.booleans(), NUMBERS, NUMBERS), max_size=5))
def test_hosts_and_domains_come_out_as_they_went_in(
    given_rows: list[tuple[str | None, str | None, bool, int, int]],
) -> None:
    rows = []
    for host, domain, within, documents, size in given_rows:
        if within and host:
            domain = ".".join(host.partition(":")[0].split(".")[-2:])
        rows.append(host_row(host=host, domain=domain, documents=documents, size=size, reserved_size=size // 2))
    data = json.loads(json.dumps(host_data(HostIndex(tuple(rows), len(rows), ()))))
    hosts = data["hosts"].split("\n") if rows else []
    assert hosts == [row.host or "" for row in rows]
    for place, (row, labels) in enumerate(itertools.zip_longest(rows, data["labels"])):
        name = hosts[place].partition(":")[0]
        domain = data["otherDomains"].get(str(place)) or ".".join(name.split(".")[-labels:]) if labels else None
        assert domain == row.domain
    numbers = data["numbers"]
    assert [int(size) for size in numbers["size"]] == [row.size for row in rows]
    assert all(size < 2**53 for size in numbers["size"] if not isinstance(size, str))
    assert list(itertools.accumulate(numbers["documents"])) == [row.documents for row in rows]
    whole = [
        size if part == -1 else int(part) for part, size in zip(numbers["reservedSize"], numbers["size"], strict=True)
    ]
    assert [int(size) for size in whole] == [row.reserved_size for row in rows]


@pytest.mark.parametrize("count", [3, 62, 63, 200])
def test_values_are_found_by_their_places_few_or_many(count: int) -> None:
    rows = tuple(host_row(number, source=f"source {number % count}") for number in range(250))
    column = host_data(HostIndex(rows, 250, ()))["coded"]["source"]
    places = map(SIGNS.index, column["codes"]) if isinstance(column["codes"], str) else column["codes"]
    assert [column["values"][place] for place in places] == [row.source for row in rows]
    assert isinstance(column["codes"], str) == (count <= 62)


def test_nothing_to_show_still_makes_a_page() -> None:
    text = report_html(Document("T", "S", "P", ("m",), dt.date(2026, 3, 1), ()), NO_HOSTS)
    assert Page(text).tables() == [[[(label, None) for label in ("Host", "Source", "Modality", "Verdict", "Documents", "Reserved documents", "Size")]]]  # fmt: skip


def test_the_pages_own_words_are_honest() -> None:
    never = r"\b(?:compliant|violat\w*|honou?red|consent\w*|not used|missing|infringing)\b"
    assert not re.findall(never, report_html(document(), NO_HOSTS) + report_markdown(document()), re.IGNORECASE)


def test_the_same_report_gives_the_same_bytes() -> None:
    assert report_html(document(), host_index(20)) == report_html(document(), host_index(20))
