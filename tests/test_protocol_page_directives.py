"""noai, noimageai and noml in X-Robots-Tag and meta robots."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protocol_captures import MODERATE, SITE, page, robots, said

from datasummary.evidence.captures import Capture
from datasummary.protocols.page_directives import NAME, read


def tag(*values: str) -> Capture:
    """An image, sent with these fields."""
    return page(b"\x89PNG", *(("X-Robots-Tag", value) for value in values), media_type="image/png")


def meta(content: str, name: str = "robots") -> Capture:
    return page(f'<html><head>\n<meta name="{name}" content="{content}">\n</head></html>')


def found(capture: Capture) -> list[tuple[str, str]]:
    return [(" ".join(signal.agents), signal.use) for signal in read(capture)]


def test_the_elements_of_deviantarts_notice_say_no_to_training() -> None:
    capture = page('<head>\n<meta name="robots" content="noimageai">\n<meta name="robots" content="noai">\n</head>')
    assert found(capture) == [("*", "train-image"), ("*", "train-ai")]
    signal = read(capture)[1]
    assert (signal.protocol, signal.says, signal.pattern) == (NAME, "no", None)
    assert (signal.place, signal.quote) == ("meta robots, line 3", '<meta name="robots" content="noai">')


def test_the_fields_of_deviantarts_notice_say_no_to_training() -> None:
    assert found(tag("noimageai", "noai")) == [("*", "train-image"), ("*", "train-ai")]
    assert read(tag("noai"))[0].place == "header x-robots-tag"


@pytest.mark.parametrize("content", ["noai, noimageai", "NoAI,NoImageAI", "noindex, noai;noimageai", "noai noimageai"])
def test_several_in_one_value_are_found_in_any_case_and_separated_as_in_the_wild(content: str) -> None:
    assert found(meta(content)) == [("*", "train-ai"), ("*", "train-image")]
    assert found(tag(content)) == [("*", "train-ai"), ("*", "train-image")]


def test_noml_is_about_training() -> None:
    assert found(tag("noml")) == [("*", "train-ai")]


@pytest.mark.parametrize(
    "content", ["noindex", "none", "noindex, nofollow, noarchive", "all", "max-image-preview:large"]
)
def test_directives_of_search_engines_are_not_about_training(content: str) -> None:
    assert found(meta(content)) == found(tag(content)) == []


def test_a_named_crawler_is_the_addressee() -> None:
    assert found(tag("GPTBot: noai")) == [("GPTBot", "train-ai")]
    assert found(tag("GPTBot:noai")) == [("GPTBot", "train-ai")]
    assert found(meta("noai", "GPTBot")) == [("GPTBot", "train-ai")]


def test_a_name_holds_until_the_next_one_and_for_its_field_alone() -> None:
    capture = tag("BadBot: noindex, noai, CCBot: noimageai", "noml")
    assert found(capture) == [("BadBot", "train-ai"), ("CCBot", "train-image"), ("* BadBot CCBot", "train-ai")]


def test_what_everyone_is_told_also_holds_for_those_who_are_named() -> None:
    signals = read(tag("noai", "GPTBot: noimageai"))
    assert said(signals, agent="GPTBot", use="train-ai") == "no"
    assert said(signals, agent="OtherBot", use="train-image") == "nothing"


@pytest.mark.parametrize(
    "value",
    [
        "unavailable_after: 25 Jun 2030 15:00:00 PST, noai",
        "unavailable_after: Tue, 25-Jun-30 15:00:00 GMT, noai",
        "unavailable_after:2030-06-25T15:00:00Z, noai",
        "max-snippet: 20, noai",
        "max-image-preview:large, noai",
        "something:else, noai",
    ],
)
def test_a_colon_does_not_make_a_crawler(value: str) -> None:
    assert found(tag(value)) == [("*", "train-ai")]


def test_robots_and_the_star_are_everyone() -> None:
    assert found(tag("*: noai")) == found(tag("robots: noai")) == [("*", "train-ai")]


@pytest.mark.parametrize(
    ("name", "content"),
    [("keywords", "noai, art"), ("description", "noai is a directive"), ("og:title", "noai"), ("GPTBot", "why noai")],
)
def test_words_about_the_directives_are_none(name: str, content: str) -> None:
    assert found(meta(content, name)) == []


def test_what_stands_in_comments_scripts_and_other_attributes_is_no_element() -> None:
    hidden = '<meta name="robots" content="noai">'
    html = f"<!-- {hidden} --><script>'{hidden}'</script><title>{hidden}</title><p title='{hidden}'>{{}}</p>"
    assert found(page(html)) == []
    assert found(page(html.format(hidden))) == [("*", "train-ai")]


def test_only_pages_that_were_given_are_read() -> None:
    capture = tag("noai")
    assert read(Capture(f"{SITE}/robots.txt", None, 200, capture.headers, b"", kind="robots-txt")) == []
    assert read(Capture(capture.url, None, 404, capture.headers)) == []
    assert read(Capture(capture.url, None, 403, capture.headers)) == []
    assert read(robots("noai")) == []


def test_a_page_in_no_html_type_has_no_elements() -> None:
    body = '<meta name="robots" content="noai">'
    assert read(page(body, media_type="text/plain")) == []
    assert len(read(page(body, media_type=""))) == 1


def test_repeated_statements_are_one_signal_where_it_stands_first() -> None:
    signals = read(page('<meta name="robots" content="noai">\n' * 3, ("X-Robots-Tag", "noai")))
    assert [signal.place for signal in signals] == ["header x-robots-tag"]


@given(st.text(), st.binary())
def test_no_value_raises(text: str, octets: bytes) -> None:
    read(tag(text))
    read(page(b"<meta name=robots content=noai " + octets))


@pytest.mark.parametrize("unit", ["noai,", "a: noai,", "noai: ", " ", ":", "\r\n ", "a"])
def test_a_megabyte_of_fields_is_read_in_moderate_time(unit: str) -> None:
    begin = time.perf_counter()
    read(tag(unit * (1_000_000 // len(unit))))
    assert time.perf_counter() - begin < MODERATE


def test_a_megabyte_of_meta_elements_is_read_in_moderate_time() -> None:
    begin = time.perf_counter()
    assert len(read(page('<meta name="robots" content="noai">' * 40_000))) == 1
    assert time.perf_counter() - begin < MODERATE
