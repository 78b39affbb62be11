"""What a robots.txt comes to as signals: its rules for crawlers, its prose for people."""

from __future__ import annotations

import gzip
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protocol_captures import SITE, file, robots, said

from benchmarks.robots import FILES, bodies
from datasummary.evidence.captures import Capture
from datasummary.protocols import robots_comments, robots_txt
from datasummary.protocols.robots import RobotsFile
from datasummary.protocols.signals import Signal

RFC = """User-Agent: *
Disallow: *.gif$
Disallow: /example/
Allow: /publications/

User-Agent: foobot
Disallow:/
Allow:/example/page.html
Allow:/example/allowed.gif

User-Agent: barbot
User-Agent: bazbot
Disallow: /example/page.html

User-Agent: quxbot
"""
"""The example of RFC 9309, section 5.1, "Simple Example"; its last line is the end of the file."""


@pytest.mark.parametrize(
    ("agent", "path", "says"),
    [
        ("otherbot", "/a.gif", "no"),
        ("otherbot", "/publications/", "yes"),
        ("otherbot", "/", "nothing"),
        ("foobot", "/", "no"),
        ("foobot", "/example/page.html", "yes"),
        ("FooBot", "/example/allowed.gif", "yes"),
        ("barbot", "/example/page.html", "no"),
        ("bazbot", "/a.gif", "nothing"),
        ("quxbot", "/example/", "silent"),
    ],
)
def test_the_example_of_the_rfc_says_what_the_rfc_says(agent: str, path: str, says: str) -> None:
    assert said(robots_txt.read(robots(RFC)), path, agent) == says


def test_a_signal_names_its_line_and_quotes_it_as_it_stands() -> None:
    signals = robots_txt.read(
        robots("\ufeff# x\r\nUser-agent: GPTBot/1.0\r\nUser-agent: *\r\n\r\n  DisAllow : /é  # no\r\n")
    )
    assert signals == [
        Signal("robots-txt", "no", "crawl", "line 5", "DisAllow : /é  # no", ("GPTBot/1.0", "*"), "/%C3%A9", 14)
    ]


def test_a_misspelt_line_as_sites_write_it_says_the_same() -> None:
    assert said(robots_txt.read(robots("Useragent: GPTBot\nDissallow /\n")), agent="GPTBot") == "no"


def test_an_empty_value_is_silent_and_sets_everyones_rules_aside() -> None:
    signals = robots_txt.read(robots("User-agent: *\nDisallow: /\nUser-agent: GPTBot\nDisallow:\n"))
    assert [(signal.says, signal.pattern, signal.priority, signal.agents) for signal in signals] == [
        ("no", "/", 2, ("*",)),
        ("silent", "", 0, ("GPTBot",)),
    ]
    assert (said(signals, agent="GPTBot"), said(signals, agent="CCBot")) == ("silent", "no")


def test_an_allowed_index_page_opens_its_folder_in_a_second_signal() -> None:
    signals = robots_txt.read(robots("User-agent: *\nDisallow: /\nAllow: /a/index.html\n"))
    assert [(signal.place, signal.pattern) for signal in signals[1:]] == [
        ("line 3", "/a/index.html"),
        ("line 3", "/a/$"),
    ]
    assert (said(signals, "/a/"), said(signals, "/a/b")) == ("yes", "no")


def test_everyone_with_a_remark_is_everyone_and_names_can_be_stored() -> None:
    (signal,) = robots_txt.read(robots(b"User-agent: * all\nUser-agent: caf\xe9\nDisallow: /\n"))
    assert signal.agents == ("*", "caf\ufffd")
    signal.agents[1].encode()


@pytest.mark.parametrize(
    ("status", "body"),
    [(404, "User-agent: *\nDisallow: /"), (403, "User-agent: *\nDisallow: /"), (503, ""), (200, "<html>Disallow: /")],
)
def test_what_is_no_answer_gives_no_signal(status: int, body: str) -> None:
    assert robots_txt.read(file("/robots.txt", body, status)) == []
    assert robots_comments.read(file("/robots.txt", f"{body}\n# text and data mining is prohibited", status)) == []


def test_other_captures_are_none_of_its_business() -> None:
    assert robots_txt.read(file("/ai.txt", "User-agent: *\nDisallow: /")) == []
    assert robots_comments.read(file("/page", "# text and data mining is prohibited")) == []


def test_a_capture_that_is_cut_off_is_read_and_its_last_rule_left_to_people() -> None:
    cut = replace(robots("User-agent: *\nDisallow: /a\nDisallow: /"), problem="truncated")
    assert [(signal.says, signal.note) for signal in robots_txt.read(cut)] == [
        ("no", "the capture is cut off; what stood further down is not known"),
        ("unclear", "cut off in the middle of the line"),
    ]
    ended = replace(cut, body=b"User-agent: *\nDisallow: /\n")
    assert [signal.says for signal in robots_txt.read(ended)] == ["no"]


@pytest.mark.parametrize(
    "body", ["User-agent: *\nDisallow: /".encode("utf-16"), gzip.compress(b"User-agent: *", mtime=0)]
)
def test_what_cannot_be_read_as_text_is_left_to_people(body: bytes) -> None:
    (signal,) = robots_txt.read(robots(body))
    assert (signal.says, signal.agents, signal.pattern, signal.place) == ("unclear", ("*",), "", "line 1")
    assert signal.note


lines = st.sampled_from(["User-agent: a", "User-agent: b", "User-agent: *"]) | st.sampled_from(
    [
        "Disallow: /",
        "Allow: /a",
        "Disallow: /a*b",
        "Disallow:",
        "Allow: /$",
        "Disallow: /ab$",
        "Allow: /a/index.html",
        "Sitemap: /s",
        "Disallow: /a/",
        "Allow: /a/",
        "Disallow: /%e9",
    ]
)


@given(
    st.lists(lines, max_size=12),
    st.sampled_from(("a", "b", "c")),
    st.sampled_from(("/", "/a", "/a/", "/ab", "/axb", "/%E9")),
)
def test_signals_come_to_what_the_reader_answers(text: list[str], agent: str, path: str) -> None:
    body = "\n".join(text)
    allowed = said(robots_txt.read(robots(body)), path, agent) != "no"
    assert allowed == RobotsFile.parse(body.encode()).allows(agent, path)


def test_signals_of_real_files_come_to_what_the_reader_answers(shared_data: Path) -> None:
    answers: Counter[bool] = Counter()
    for number, (_, body) in enumerate(bodies(FILES)):
        if number % 20 or len(body) > 20_000 or not body:
            continue
        capture = robots(body)
        if capture.outcome != "answered":
            continue
        signals, read = robots_txt.read(capture), RobotsFile.parse(body)
        for agent in ("GPTBot", "CCBot", "Googlebot", "SomeBot"):
            for path in ("/", "/search?q=1", "/a/index.html", "/wp-admin/"):
                allowed = read.allows(agent, SITE + path)
                assert (said(signals, path, agent) != "no") == allowed
                answers[allowed] += 1
    assert min(answers.values()) > 100


def test_a_file_of_many_groups_and_agents_gives_its_signals_in_one_pass() -> None:
    many = b"User-agent: a\n" * 50_000 + b"User-agent: b\nDisallow: /x\n" * 20_000 + b"User-agent: c\n" * 20_000
    signals = robots_txt.read(robots(many))
    assert Counter(signal.says for signal in signals) == {"no": 20_000, "silent": 1}
    assert signals[-1].agents == ("c",)


def test_no_octets_make_a_reader_fail() -> None:
    for body in (bytes(range(256)) * 40, b"#" * 10_000, b"\xff\xfe#\x00", b"# \xe9 text and data mining reserved"):
        robots_txt.read(robots(body))
        robots_comments.read(robots(body))


# The forms are those of publishers' files; the sentences are this test's own.
RESERVING = {
    "directive": "Our text is under a reservation as meant by Article 4(3) of Directive (EU) 2019/790.",
    "mining": "Use for text and data mining\nor to train AI\nis not permitted.",
    "models": "No content may be used to develop large language models (LLMs)\nwithout prior written permission.",
    "contact": "For machine learning with our articles, please contact sales@a.example",
    "robots": "The use of robots or other automated means to collect our pages is strictly prohibited.",
    "French": "La fouille de textes et de données est réservée ; il est interdit d'entraîner une IA.",
    "French, collection": "Il est interdit d'utiliser des robots d'indexation sur ce site.",
    "German": "Die Nutzung für Text und Data Mining im Sinne des § 44b UrhG bleibt vorbehalten.",
    "German, AI": "Das Training von KI mit unseren Inhalten ist untersagt.",
    "Dutch": "Het is niet toegestaan gegevens door middel van screen scraping te vergaren.",
    "Spanish": "Queda prohibida la minería de textos y datos.",
    "Italian": "È vietata l'estrazione di testo e di dati.",
}


def commented(text: str) -> Capture:
    return robots("User-agent: *\nDisallow:\n\n" + "".join(f"# {line}\n" for line in text.split("\n")))


@pytest.mark.parametrize("text", RESERVING.values(), ids=RESERVING)
def test_prose_that_reserves_is_one_signal_for_people_and_no_reservation(text: str) -> None:
    (signal,) = robots_comments.read(commented(text))
    assert (signal.says, signal.use, signal.agents, signal.pattern) == ("unclear", "tdm", ("*",), "")
    last = 4 + text.count("\n")
    assert signal.place == ("line 4" if last == 4 else f"lines 4 to {last}")
    assert signal.quote == text.replace("\n", " ")
    assert robots_txt.read(commented(text))[0].says == "silent"


@pytest.mark.parametrize(
    "text",
    [
        "All rights reserved. (c) 2019 A Example Ltd.",
        "Block AI crawlers",
        "list folders robots are not allowed to index",
        "Other bots not allowed",
        "Crawlers that are kind to the site are welcome; contact webmaster@a.example",
        "Disallow: /machine-learning/\nDisallow: /contact/",
        "Training site directories",
        "J'ai interdit les vieux dossiers",
        "Content signals: ANY RESTRICTION IS AN EXPRESS RESERVATION UNDER ARTICLE 4 OF DIRECTIVE 2019/790",
        "By using this site you agree to its terms: https://a.example/terms",
    ],
)
def test_other_comments_say_nothing(text: str) -> None:
    assert robots_comments.read(commented(text)) == []


def test_each_block_of_comments_is_a_signal_and_its_quote_begins_with_the_sentence() -> None:
    text = "# Welcome to a.example. Data mining\n# is forbidden.\n\nUser-agent: *\nDisallow: /x # AI: not permitted\n"
    assert [(signal.place, signal.quote) for signal in robots_comments.read(robots(text))] == [
        ("lines 1 to 2", "Data mining is forbidden."),
        ("line 5", "AI: not permitted"),
    ]


def test_publishers_that_are_known_to_reserve_in_prose_are_found_and_no_others(shared_data: Path) -> None:
    def hosts(file: Path) -> set[str]:
        return {host for host, body in bodies([file]) if robots_comments.read(robots(body))}

    assert hosts(FILES[1]) == {
        *("aljazeera.com", "aljazeera.net", "lefigaro.fr", "lemonde.fr", "nikkei.com", "nu.nl", "nypost.com"),
        *("nytimes.com", "spiegel.de", "theguardian.com"),
    }
    assert hosts(FILES[0]) == {
        *("arxiv.org", "flightaware.com", "mathworld.wolfram.com", "www.ebay.ca", "www.ebay.co.uk", "www.ebay.com.au"),
        *("www.ebay.ie", "www.facebook.com", "www.invaluable.com", "www.linkedin.com", "www.pnet.co.za"),
        *("www.postcrossing.com", "www.realestate.com.au", "www.traveller.com.au"),
    }


def test_a_block_without_end_is_read_in_one_pass() -> None:
    capture = robots("# data mining of our articles and pictures by machine\n" * 30_000 + "\n# AI: contact us\n")
    assert [signal.place for signal in robots_comments.read(capture)] == ["line 30002"]
