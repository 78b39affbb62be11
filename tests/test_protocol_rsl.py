"""RSL: where licences are named, and what their documents say of training."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protocol_captures import MODERATE, SITE, file, page, robots, said

from datasummary.evidence.captures import Capture
from datasummary.protocols.rsl import MOST_NAMED, NAME, read
from datasummary.protocols.rsl_document import DEEPEST, LARGEST
from datasummary.protocols.signals import Signal

SEARCH_ONLY = """<rsl xmlns="https://rslstandard.org/rsl">
  <content url="/">
    <license>
      <prohibits type="usage">ai-all</prohibits>
    </license>
  </content>
</rsl>
"""
"""RSL 1.0, section 1.1: search only, no use by AI."""
SPECIFIC = """<rsl xmlns="https://rslstandard.org/rsl">
  <content url="/"><license><permits type="usage">all</permits></license></content>
  <content url="/articles/"><license><prohibits type="usage">ai-train</prohibits></license></content>
</rsl>
"""
"""RSL 1.0, section 3.1.2: the narrower scope prevails."""
OLDER = """<?xml version="1.0" encoding="UTF-8"?>
<rsl xmlns="https://rslstandard.org/rsl">
  <content url="/">
    <license>
      <prohibits type="usage">train-ai,train-genai</prohibits>
      <payment type="free"/>
    </license>
  </content>
</rsl>
"""
"""As a WordPress plugin writes it: tokens and commas from before RSL 1.0."""


def document(inside: str, url: str = "/", attributes: str = "") -> str:
    content = f'<content url="{url}"{attributes}>{inside}</content>'
    return f'<rsl xmlns="https://rslstandard.org/rsl">{content}</rsl>'


def of(xml: str | bytes, media_type: str = "application/rsl+xml") -> list[Signal]:
    return read(page(xml, path="/license.xml", media_type=media_type))


def of_license(inside: str) -> Signal:
    (signal,) = of(document(f"<license>{inside}</license>"))
    return signal


def test_the_example_of_search_only_says_no() -> None:
    (signal,) = of(SEARCH_ONLY)
    assert (signal.protocol, signal.says, signal.use, signal.pattern, signal.site) == (
        NAME,
        "no",
        "train-ai",
        "/",
        None,
    )
    assert signal.place == "document, content 1, license 1, line 3"
    assert signal.quote == '<prohibits type="usage">ai-all</prohibits>'


def test_the_example_of_a_narrower_scope_says_no_there_and_yes_elsewhere() -> None:
    signals = of(SPECIFIC)
    assert [said(signals, path) for path in ("/articles/1", "/videos/1")] == ["no", "yes"]


def test_tokens_and_commas_from_before_rsl_1_0_are_read_and_noted() -> None:
    (signal,) = of(OLDER, "text/xml")
    assert (signal.says, signal.note) == ("no", "train-ai is no token of RSL 1.0, read as ai-train")


@pytest.mark.parametrize(
    ("inside", "says"),
    [
        ('<permits type="usage">all</permits>', "yes"),
        ('<permits type="usage">ai-train</permits><payment type="free"/>', "yes"),
        ('<permits type="usage">search ai-all</permits>', "yes"),
        ('<prohibits type="usage">all</prohibits>', "no"),
        ('<prohibits type="usage">search</prohibits>', "silent"),
        ('<permits type="usage">search, ai-input</permits>', "no"),
        ('<permits type="usage">some:training</permits>', "no"),
        ('<permits type="usage"></permits>', "unclear"),
        ('<permits type="usage">ai-train</permits><prohibits type="usage">all</prohibits>', "no"),
        ('<permits type="usage">ai-train</permits><payment type="training"/>', "no"),
        ('<permits type="usage">ai-train</permits><payment type="attribution"/>', "no"),
        ('<permits type="usage">all</permits><payment><amount currency="USD">5</amount></payment>', "no"),
        ('<permits type="usage">all</permits><payment><custom>/ask</custom></payment>', "no"),
        ('<permits type="usage">all</permits><payment><standard>https://x.org/l</standard></payment>', "unclear"),
        ('<permits type="usage">all</permits><payment type="free"><custom>/t</custom></payment>', "yes"),
        ('<payment type="subscription"/>', "no"),
        ('<payment type="free"/>', "silent"),
        ('<permits type="usage">all</permits><permits type="user">non-commercial</permits>', "unclear"),
        ('<permits type="usage">all</permits><prohibits type="geo">EU</prohibits>', "unclear"),
        ('<permits type="usage">all</permits><reporting type="telemetry" profile="https://p.example/"/>', "unclear"),
        ("", "silent"),
    ],
)
def test_what_a_licence_says_of_training(inside: str, says: str) -> None:
    assert of_license(inside).says == says


def test_terms_are_quoted_with_the_address_to_ask_at() -> None:
    signal = of_license(
        '<permits type="usage">ai-train</permits><payment type="subscription"><custom>/ask</custom></payment>'
    )
    assert signal.quote == '<permits type="usage">ai-train</permits> <payment type="subscription">'
    assert (signal.note, signal.address) == ("only on terms: payment of type subscription", f"{SITE}/ask")


def test_a_licence_that_must_be_got_from_a_server_is_for_people() -> None:
    inside = '<license><permits type="usage">all</permits></license>'
    (signal,) = of(document(inside, attributes=' server="https://olp.example.com"'))
    assert (signal.says, signal.note) == ("unclear", "permits training, but a licence must be got from its server")


PAID = '<license><permits type="usage">ai-train</permits><payment type="training"/></license>'
FREE = '<license><permits type="usage">ai-train</permits><payment type="free"/></license>'
SOME = '<license><permits type="usage">all</permits><permits type="user">education</permits></license>'
SEARCH = '<license><permits type="usage">search</permits></license>'
NEVER = '<license><prohibits type="usage">ai-train</prohibits></license>'


@pytest.mark.parametrize(
    ("licenses", "says"),
    [
        ([PAID, FREE], "yes"),
        ([SEARCH, FREE], "yes"),
        ([SEARCH, PAID], "no"),
        ([PAID, SOME], "unclear"),
        ([FREE, NEVER], "no"),
        ([SOME, NEVER], "no"),
    ],
)
def test_licences_are_alternatives_and_a_prohibition_outweighs_them(licenses: list[str], says: str) -> None:
    assert said(of(document("".join(licenses)))) == says
    assert said(of(document("".join(licenses[::-1])))) == says


def test_a_content_without_a_licence_as_seen_in_the_wild_is_for_people() -> None:
    (signal,) = of(document("<terms>https://creativecommons.org/licenses/by-sa/4.0/</terms>"))
    assert (signal.says, signal.note) == ("unclear", "no license in it")
    assert signal.address == "https://creativecommons.org/licenses/by-sa/4.0/"


@pytest.mark.parametrize(
    ("url", "site", "pattern"),
    [
        ("/images/*.jpg$", None, "/images/*.jpg$"),
        ("*.pdf", None, "/*.pdf"),
        ("https://example.org/news/*", "example.org", "/news/*"),
        ("https://www.example.com", "www.example.com", "/"),
        ("https://example.org:8080/a", "example.org:8080", "/a"),
    ],
)
def test_a_url_is_a_path_of_the_site_that_names_the_document_or_names_its_own(
    url: str, site: str, pattern: str
) -> None:
    (signal,) = of(document(NEVER, url))
    assert (signal.says, signal.site, signal.pattern) == ("no", site, pattern)


@pytest.mark.parametrize("url", ["", "https://*.example.com/", "images/", "ftp://example.com/", "https://"])
def test_a_scope_that_cannot_be_told_is_for_people(url: str) -> None:
    (signal,) = of(document(NEVER, url))
    assert (signal.says, signal.pattern, signal.site) == ("unclear", "", None)


@pytest.mark.parametrize(
    "xml",
    [
        SEARCH_ONLY.replace("https://", "http://"),
        SEARCH_ONLY.replace("org/rsl", "org/rsl/"),
        SEARCH_ONLY.replace(' xmlns="https://rslstandard.org/rsl"', ""),
        SEARCH_ONLY.replace("<rsl xmlns=", "<rsl:rsl xmlns:rsl=").replace("</rsl>", "</rsl:rsl>"),
    ],
)
def test_a_namespace_in_another_spelling_is_taken_and_noted(xml: str) -> None:
    (signal,) = of(xml)
    assert signal.says == "no"
    assert "namespace" in signal.note


def test_a_document_is_known_by_its_namespace_whatever_its_media_type() -> None:
    assert [of(SEARCH_ONLY, kind)[0].says for kind in ("text/html", "text/plain", "")] == ["no"] * 3
    assert said(of(SEARCH_ONLY.encode("utf-16"))) == "no"
    assert said(of(b"\xef\xbb\xbf\n" + SEARCH_ONLY.encode())) == "no"


def test_extensions_of_other_namespaces_are_ignored_with_what_stands_in_them() -> None:
    inside = f'<x:more xmlns:x="https://x.example/">{NEVER}</x:more>{FREE}'
    assert said(of(document(inside))) == "yes"


def test_elements_inside_a_list_of_uses_do_not_hide_it() -> None:
    for inner in ('<x:y xmlns:x="https://x.example/">z</x:y>', "<note/>", "<!-- z -->"):
        assert of_license(f'<prohibits type="usage">search {inner} ai-train</prohibits>').says == "no"


def test_of_repeated_lists_every_one_counts() -> None:
    two = '<{0} type="usage">search</{0}><{0} type="usage">ai-train</{0}>'
    assert of_license(two.format("prohibits")).says == "no"
    assert of_license(two.format("permits")).says == "yes"


def test_items_of_a_feed_carry_licences() -> None:
    item = '<item><rsl:content url="/a"><rsl:license><rsl:prohibits type="usage">ai-train</rsl:prohibits></rsl:license></rsl:content></item>'
    feed = '<rss xmlns:rsl="https://rslstandard.org/rsl" version="2.0"><channel><title>News</title>{}</channel></rss>'
    assert said(of(feed.format(item), "application/rss+xml"), "/a") == "no"
    assert of(feed.format(""), "application/rss+xml") == []


def test_other_files_that_mention_rsl_are_no_documents() -> None:
    assert of("We publish <rsl xmlns='https://rslstandard.org/rsl'>", "text/markdown") == []
    assert of("<!DOCTYPE html><p>https://rslstandard.org/rsl", "text/html") == []


def test_a_licence_line_of_robots_txt_names_a_document() -> None:
    text = "User-agent: *\nAllow: /\n\nLicense: https://www.example.com/license.xml\n"
    (signal,) = read(robots(text))
    assert (signal.says, signal.use, signal.pattern, signal.place) == ("unclear", "ai-all", "", "line 4")
    assert signal.address == "https://www.example.com/license.xml"
    assert signal.note == "names a licence document"


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("/license.xml", f"{SITE}/license.xml"),
        ("CC BY 4.0", None),
        ("http://[", None),
        ("javascript://alert(1)", None),
        (f"/{'a' * 9000}", None),
    ],
)
def test_a_licence_line_without_an_absolute_address(value: str, address: str | None) -> None:
    (signal,) = read(robots(f"License: {value}\nUser-agent: *\nDisallow:\n"))
    assert (signal.says, signal.address) == ("unclear", address)


LINK = '<https://example.com/license.xml>; rel="license"; type="application/rsl+xml"'


@pytest.mark.parametrize(
    "value",
    [
        LINK,
        "<https://example.com/license.xml>;type=application/rsl+xml;REL=LICENSE",
        '<https://example.com/a,b>; rel=next, <https://example.com/license.xml>; rel="other license"; type="application/rsl+xml"; title="a, <b>"',
    ],
)
def test_a_link_field_names_a_document_for_its_page_alone(value: str) -> None:
    (signal,) = read(page("", ("Link", value), media_type="application/pdf"))
    assert (signal.says, signal.address, signal.pattern) == ("unclear", "https://example.com/license.xml", None)


def test_other_links_are_no_licences_of_rsl() -> None:
    other = "<https://creativecommons.org/licenses/by/4.0/>; rel=license"
    html = '<link rel="license" href="/l"><link rel="alternate" type="application/rsl+xml" href="/l">'
    assert read(page(html, ("Link", other))) == []


def test_a_link_element_names_a_document_for_its_page_alone() -> None:
    html = '<head>\n<link rel="license" type="application/rsl+xml" href="/license.xml?a=1&amp;b=2"></head>'
    (signal,) = read(page(html))
    assert (signal.place, signal.pattern, signal.address) == ("link, line 2", None, f"{SITE}/license.xml?a=1&b=2")


def inline(url: str) -> str:
    return f'<html>\n<script type="application/rsl+xml">\n{document(NEVER, url)}</script></html>'


def test_a_licence_in_a_page_with_an_empty_url_is_for_that_page() -> None:
    (signal,) = read(page(inline("")))
    assert (signal.says, signal.pattern, signal.site) == ("no", None, None)
    assert signal.place == "script, line 2, content 1, license 1, line 3"


def test_a_licence_in_a_copy_names_the_original_and_holds_for_the_copy() -> None:
    (signal,) = read(page(inline("https://publisher.example.org/articles/123")))
    assert (signal.says, signal.pattern, signal.site) == ("no", None, None)


def test_a_licence_in_a_page_with_a_path_is_for_that_path() -> None:
    assert read(page(inline("/")))[0].pattern == "/"
    assert read(page(inline(f"{SITE}/a/")))[0].pattern == "/a/"


BOMB = (
    '<!DOCTYPE rsl [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>' + document("<terms>&c;</terms>" + FREE)
)
EXTERNAL = '<!DOCTYPE rsl [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + document("<terms>&a;</terms>" + FREE)


@pytest.mark.parametrize(
    ("xml", "why"),
    [
        (BOMB, "declares an entity"),
        (EXTERNAL, "declares an entity"),
        ('<!DOCTYPE rsl [<!ENTITY % a "b">]>' + SEARCH_ONLY, "declares an entity"),
        (document("<license>" * 100_000), "nested deeper"),
        (document("<x>" * (DEEPEST + 1) + "</x>" * (DEEPEST + 1)), "nested deeper"),
        (document(FREE)[:-6], "no well-formed XML"),
        (document(FREE) + "<", "no well-formed XML"),
        ('<?xml version="1.0" encoding="klingon"?>' + SEARCH_ONLY, "no well-formed XML"),
        (document(FREE) + " " * LARGEST, "larger than"),
        ('<rsl xmlns="https://rslstandard.org/rsl"/>', "no content in it"),
    ],
)
def test_a_document_that_cannot_be_read_is_for_people_and_permits_nothing(xml: str, why: str) -> None:
    signals = of(xml)
    assert "yes" not in {signal.says for signal in signals}
    assert signals[-1].says == "unclear"
    assert why in signals[-1].note


def test_a_prohibition_before_the_break_stands() -> None:
    assert said(of(SEARCH_ONLY[:-8]), use="train-ai") == "no"


def test_more_licences_than_a_site_can_need_are_cut_short_with_a_note() -> None:
    signals = read(robots("".join(f"License: https://example.com/{number}.xml\n" for number in range(20_000))))
    assert len(signals) == MOST_NAMED + 1
    assert "more than 100" in signals[-1].note
    assert len(read(robots("License: https://example.com/license.xml\n" * 20_000))) == 1


def test_only_answers_are_read() -> None:
    assert read(page(SEARCH_ONLY, status=404)) == []
    assert read(file("/robots.txt", "License: /a.xml", status=500)) == []
    assert read(Capture(f"{SITE}/", None, 200, (), SEARCH_ONLY.encode(), kind="request")) == []


@given(st.binary(), st.text())
def test_nothing_raises(octets: bytes, text: str) -> None:
    of(b'<rsl xmlns="https://rslstandard.org/rsl">' + octets)
    of(document(NEVER, "{}").encode().replace(b"{}", octets))
    read(page(octets, ("Link", text), ("Link", f"<{text}>; rel=license; type=application/rsl+xml")))
    read(robots(b"License: " + octets))


UNITS = ["<", "<a>", "<a>;", "<a>; a=b", '<a>; a="', "<a>; rel=license; type=application/rsl+xml,", "; ", ","]


@pytest.mark.parametrize("unit", UNITS)
def test_a_megabyte_of_links_is_read_in_moderate_time(unit: str) -> None:
    begin = time.perf_counter()
    read(page("", ("Link", unit * (1_000_000 // len(unit)))))
    assert time.perf_counter() - begin < MODERATE


def test_a_megabyte_of_licences_is_read_in_moderate_time() -> None:
    begin = time.perf_counter()
    assert len(of(document(NEVER * 14_000))) == 14_000
    assert len(of(document("<license>" + "<permits type='usage'>a</permits>" * 30_000 + "</license>"))) == 1
    of(document("<license " + " ".join(f'a{number}=""' for number in range(100_000)) + "/>"))
    of(document("".join(f'<a xmlns:n{number}="u{number}"/>' for number in range(30_000))))
    assert time.perf_counter() - begin < MODERATE
