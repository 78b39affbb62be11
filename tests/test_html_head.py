"""The reader of HTML elements: as browsers cut a page, and in time in proportion to it."""

from __future__ import annotations

import html
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protocol_captures import MODERATE

from datasummary.protocols.html_head import FIRST_PART, Element, read_elements


def read(text: str | bytes, *, is_xml: bool = False) -> list[Element]:
    return list(read_elements(text if isinstance(text, bytes) else text.encode(), is_xml=is_xml))


def attributes(text: str) -> dict[str, str]:
    (element,) = read(text)
    return element.attributes


@pytest.mark.parametrize(
    "text",
    [
        '<meta name="a" content="b c">',
        "<META NAME='a' CONTENT='b c'/>",
        '<meta\n\tname = "a"\n content= "b c" >',
        '<meta name=a content="b c">',
        '<meta name="a"content="b c">',
        '<meta name="a" content="b&#32;c" content="other">',
    ],
)
def test_attributes_are_read_in_any_usual_spelling(text: str) -> None:
    assert attributes(text) == {"name": "a", "content": "b c"}


def test_an_attribute_without_a_value_is_empty_and_the_first_of_equal_ones_counts() -> None:
    assert attributes("<link href rel=a rel=b>") == {"href": "", "rel": "a"}


def test_a_sign_greater_in_a_quoted_value_does_not_end_the_tag() -> None:
    assert attributes('<meta content="a > b">') == {"content": "a > b"}


def test_a_stray_quote_does_not_swallow_what_follows() -> None:
    assert len(read('<p it\'s><meta name=a><b c="d""><meta name=b>')) == 2


def test_lines_are_counted() -> None:
    assert [element.line for element in read("\n<meta>\n\n<link>\n<!--\n\n--><meta>")] == [2, 4, 7]


@pytest.mark.parametrize("name", ["script", "style", "title", "textarea", "iframe", "noembed", "noframes", "xmp"])
def test_raw_text_holds_no_elements_up_to_its_end_tag(name: str) -> None:
    assert len(read(f"<{name}><meta></{name}x><meta></{name.upper()} ><meta>")) == 1


def test_comments_and_declarations_hold_no_elements() -> None:
    assert len(read("<!DOCTYPE html><!-- <meta> --><!--> <meta><!---><meta><!-- --!><meta><?php <meta>")) == 3


def test_nothing_is_read_of_what_never_ends() -> None:
    assert [read(start + "<meta>") for start in ("<!--", "<script>", "<title>")] == [[], [], []]
    assert read("<meta name='a' ") == []


def test_a_licence_in_a_script_is_given_with_its_text() -> None:
    elements = read(
        '<script>1</script><script type="application/rsl+xml"><rsl/></script><script type="text/rsl">2</script>'
    )
    assert [(element.name, element.text) for element in elements] == [("script", "<rsl/>")]


def test_an_empty_script_of_xhtml_is_closed() -> None:
    assert len(read("<script src='a'/><meta>", is_xml=True)) == 1
    assert read("<script src='a'/><meta>") == []


def test_utf_16_with_its_mark_is_read() -> None:
    assert read("<meta name=a>".encode("utf-16"))[0].attributes == {"name": "a"}


def test_only_the_first_part_is_read() -> None:
    assert read(b" " * FIRST_PART + b"<meta>") == []


@given(st.binary())
def test_no_octets_raise(octets: bytes) -> None:
    read(octets)


@given(st.text(st.characters(exclude_characters='"\x00', exclude_categories=["Cs"])))
def test_a_quoted_value_comes_back_as_it_was(value: str) -> None:
    assert attributes(f'<meta content="{html.escape(value)}">')["content"] == value


UNITS = [
    "<",
    "<a",
    "<a '",
    '<a b="',
    "<a b='",
    "<a =",
    "<!--",
    "<!-- -->",
    "<title>",
    "<script>",
    "<?",
    "</",
    "<meta ",
    "<meta a='&amp;'>",
    "=",
]


@pytest.mark.parametrize("unit", UNITS)
def test_time_grows_no_faster_than_the_page(unit: str) -> None:
    begin = time.perf_counter()
    read(unit * (FIRST_PART // len(unit)))
    assert time.perf_counter() - begin < MODERATE
