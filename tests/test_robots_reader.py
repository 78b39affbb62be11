"""The robots.txt reader: groups, lines, rules and what decides; whatever stands in the file."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego

from benchmarks.robots import FILES, bodies
from datasummary.paths import address_form
from datasummary.protocols.robots import Decision, Directive, RobotsFile, Rule, is_everyone, names, product_token
from datasummary.protocols.robots_lines import LONGEST_FILE, LONGEST_LINE, unreadable

MIB = 1024 * 1024


def parse(*lines: str) -> RobotsFile:
    return RobotsFile.parse("\n".join(lines).encode())


def test_all_published_conformance_cases_are_answered_as_they_say(shared_data: Path) -> None:
    """``allowed`` is what Google's parser answers; ``google`` marks the cases that go beyond the standard."""
    cases = json.loads((shared_data / "robots-conformance.json").read_text())
    wrong = [
        case
        for case in cases
        if RobotsFile.parse(base64.b64decode(case["robots_b64"])).allows(case["ua"], case["url"]) != case["allowed"]
    ]
    assert wrong == []
    assert len(cases) == 146


def test_a_group_for_gpt_says_nothing_about_gptbot() -> None:
    file = parse("User-agent: GPT", "Disallow: /")
    assert file.allows("GPTBot", "https://a.example/")
    assert not file.allows("gpt", "https://a.example/")


def test_groups_for_the_same_crawler_are_merged() -> None:
    file = parse("User-agent: a", "Disallow: /x", "User-agent: b", "Disallow: /y", "User-agent: A", "Disallow: /z")
    assert [file.allows("a", path) for path in ("/x", "/y", "/z")] == [False, True, False]


def test_a_crawlers_own_group_sets_everyones_aside_even_if_it_has_no_rule() -> None:
    file = parse("User-agent: *", "Disallow: /", "User-agent: a")
    assert file.allows("a", "/x")
    assert not file.allows("b", "/x")


@pytest.mark.parametrize("line", ["Crawl-delay: 1", "Sitemap: /s.xml", "Content-Signal: ai-train=no", "Unknown: x", ""])
def test_other_lines_do_not_end_a_list_of_agents(line: str) -> None:
    file = parse("User-agent: a", line, "User-agent: b", "Disallow: /")
    assert not file.allows("a", "/x")
    assert not file.allows("b", "/x")


def test_rules_before_any_agent_hold_for_nobody() -> None:
    file = parse("Disallow: /", "User-agent: a", "Disallow: /x")
    assert file.allows("a", "/y")
    assert file.allows("b", "/y")
    assert file.problems == ("line 1: a rule before any User-agent line, which holds for nobody",)


@pytest.mark.parametrize("key", ["Disallow", "DISALLOW", "dissallow", "dissalow", "disalow", "diasllow", "disallaw"])
@pytest.mark.parametrize("agent_key", ["User-agent", "USER-AGENT", "useragent", "user agent", "User-Agents"])
def test_common_misspellings_are_read_as_what_they_mean(key: str, agent_key: str) -> None:
    file = parse(f"{agent_key}: a", f"{key}: /x")
    assert not file.allows("a", "/x")
    misspelt = (agent_key.lower() != "user-agent") + (key.lower() != "disallow")
    assert sum("misspelt key" in problem for problem in file.problems) == misspelt


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", b"\xef\xbb", b"\xef"])
def test_line_ends_and_byte_order_marks_of_every_kind_are_read(end: str, mark: bytes) -> None:
    file = RobotsFile.parse(mark + end.join(["User-agent: a", "", "Disallow: /x", ""]).encode())
    assert file.decide("a", "/x") == Decision(False, Rule(3, False, "/x"), (1,))
    assert file.problems == ()


def test_a_blank_stands_for_a_missing_colon_between_two_words_alone() -> None:
    file = parse("User-agent a", "Disallow\t/x", "Disallow /y or /z")
    assert [file.allows("a", path) for path in ("/x", "/y")] == [False, True]
    assert file.problems == (
        "lines 1 and 2: a blank in place of the colon",
        "line 3: neither a key with its value nor a comment",
    )


def test_the_longest_pattern_wins_counted_in_octets_and_allow_wins_a_tie() -> None:
    file = parse("User-agent: *", "Disallow: /é", "Allow: /*1234567", "Disallow: /a", "Allow: /a")
    assert file.allows("a", "/a")
    assert file.decide("a", "/%C3%A9x1234567").rule == Rule(3, True, "/*1234567")
    assert parse("User-agent: *", "Disallow: /éé", "Allow: /*1234567").allows("a", "/%C3%A9%C3%A91234567") is False


def test_of_equal_rules_the_first_is_named() -> None:
    file = parse("User-agent: *", "Disallow: /", "User-agent: *", "Disallow: /")
    assert file.decide("a", "/x") == Decision(False, Rule(2, False, "/"), (1, 3))


def test_a_decision_names_the_lines_that_address_the_crawler_and_no_other() -> None:
    file = parse("User-agent: a", "User-agent: b/1.0", "User-agent: *", "Disallow: /x", "User-agent: B", "Allow: /x/y")
    assert file.decide("b", "/x/y") == Decision(True, Rule(6, True, "/x/y"), (2, 5))
    assert file.decide("c", "/x/y") == Decision(False, Rule(4, False, "/x"), (3,))
    assert file.decide("c", "/") == Decision(True, None, (3,))
    assert parse().decide("c", "/") == Decision(True, None, ())


def test_empty_patterns_have_no_effect() -> None:
    file = parse("User-agent: a", "Disallow: /x", "Allow:", "Disallow:")
    assert file.decide("a", "/y") == Decision(True, None, (1,))
    assert not file.allows("a", "/x")
    assert file.groups[0].rules[1:] == (Rule(3, True, ""), Rule(4, False, ""))


def test_an_index_page_that_is_allowed_opens_its_folder() -> None:
    file = parse("User-agent: *", "Disallow: /", "Allow: /a/index.html", "Disallow: /b/index.html")
    answers = {path: file.allows("a", path) for path in ("/a/", "/a/index.html", "/a/x", "/a/index.htm", "/b/")}
    assert answers == {"/a/": True, "/a/index.html": True, "/a/x": False, "/a/index.htm": False, "/b/": False}
    assert file.decide("a", "/a/").rule == Rule(3, True, "/a/index.html")


def test_patterns_are_put_into_form_and_addresses_are_taken_as_they_stand() -> None:
    file = RobotsFile.parse(b"User-agent: *\nDisallow: /%c3%a9\nDisallow: /caf\xe9\nDisallow: /%62\nDisallow: /50%\n")
    assert [rule.pattern for rule in file.groups[0].rules] == ["/%C3%A9", "/caf%E9", "/%62", "/50%"]
    answers = [file.allows("a", url) for url in ("/%C3%A9", "/%c3%a9", "/é", "/caf%E9", "/b", "/%62", "/50%25")]
    assert answers == [False, True, True, False, True, False, False]


@pytest.mark.parametrize(("length", "allowed"), [(LONGEST_LINE, True), (LONGEST_LINE + 1, False)])
def test_a_line_is_cut_where_googles_parser_cuts_it(length: int, allowed: bool) -> None:
    line = "Disallow: /x".ljust(length - 1) + "y"
    file = parse("User-agent: a", line)
    assert len(line) == length
    assert file.allows("a", "/x") is allowed
    assert file.problems == (() if allowed else ("line 2: only the first 16,663 octets of the line are read",))


def test_a_line_ends_at_a_nul_octet() -> None:
    file = RobotsFile.parse(b"User-agent: a\nDisallow: /x\0/y\n\0Disallow: /\n")
    assert file.decide("a", "/x").rule == Rule(2, False, "/x")
    assert file.allows("a", "/z")
    assert file.problems == ("lines 2 and 3: a NUL octet; the rest of the line is not read",)


def test_other_lines_are_kept_where_they_stand() -> None:
    file = parse(
        "License: https://a.example/l.xml",
        "Content-Signal: ai-train=no",
        "User-agent: a # the first",
        "CRAWL-DELAY : 2",
        "Sitemap: /s.xml",
        "Disallow: /x",
        "Content-Usage: /é train-ai=n",
        "# the end",
    )
    assert file.loose == (Directive(2, "content-signal", "ai-train=no"),)
    assert file.everywhere == (Directive(1, "license", "https://a.example/l.xml"), Directive(5, "sitemap", "/s.xml"))
    (group,) = file.groups
    assert group.agents == ((3, "a"),)
    assert group.directives == (Directive(4, "crawl-delay", "2"), Directive(7, "content-usage", "/é train-ai=n"))
    assert file.comments == ((3, " the first"), (8, " the end"))


def test_values_that_are_no_utf8_keep_their_octets() -> None:
    file = RobotsFile.parse(b"User-agent: caf\xe9\nSitemap: /\xe9\nX: \xc3\xa9\n")
    assert file.groups[0].agents == ((1, "caf\udce9"),)
    assert file.everywhere == (Directive(2, "sitemap", "/\udce9"),)
    assert file.groups[0].directives == (Directive(3, "x", "é"),)


@pytest.mark.parametrize(
    ("lines", "delay"),
    [
        (("User-agent: a", "Crawl-delay: 2.5", "Disallow:"), 2.5),
        (("User-agent: *", "Crawl-delay: 3"), 3.0),
        (("User-agent: *", "Crawl-delay: 3", "Disallow:", "User-agent: a", "Disallow: /"), None),
        (("User-agent: a", "Crawl-delay: 2", "Crawl-delay: 10"), 10.0),
        (("User-agent: a", "Crawl-delay: 2", "User-agent: *", "Crawl-delay: 30", "Disallow: /x"), 2.0),
        (("User-agent: b", "Crawl-delay: 2", "User-agent: a", "Disallow: /x"), None),
        (("User-agent: a", "Sitemap: /s.xml", "User-agent: b", "Crawl-delay: 4"), 4.0),
        (("Crawl-delay: 3",), None),
        *(
            ((f"User-agent: a\nCrawl-delay: {value}",), None)
            for value in ("", "ten", "1,5", "-1", "nan", "inf", "1e400", "1_0", "٣", "9" * 400)
        ),
    ],
)
def test_the_crawl_delay_is_that_of_the_group_and_must_be_a_number(lines: tuple[str, ...], delay: float | None) -> None:
    assert parse(*lines).crawl_delay("a") == delay


def test_crawl_delays_of_real_files_are_those_that_protego_reads(shared_data: Path) -> None:
    """Where they part, Protego takes ``bing`` or ``MSN`` for the whole name, or ``bingbot/2.0`` for no bingbot."""
    apart = set()
    asked = 0
    for host, body in bodies(FILES):
        if b"crawl" not in body.lower() or unreadable(body):
            continue
        ours, theirs = RobotsFile.parse(body), Protego.parse(body.decode("utf-8", "replace"))
        for agent in ("*", "bingbot", "msnbot", "Slurp", "CCBot"):
            asked += ours.crawl_delay(agent) is not None
            if ours.crawl_delay(agent) != theirs.crawl_delay(agent):
                apart.add(host)
    assert asked > 1000
    assert apart == {"www.chessgames.com", "www.freepatentsonline.com", "www.nationstates.net", "www.suny.edu"}


@pytest.mark.parametrize(
    ("value", "agent", "named"),
    [
        ("GPTBot", "GPTBot", True),
        ("gptbot/1.1", "GPTBot", True),
        ("GPTBot 1.1 (+https://openai.example)", "GPTBot", True),
        ("GPT", "GPTBot", False),
        ("GPTBot-Image", "GPTBot", False),
        ("ccbot", "CCBot/2.0", True),
        ("AI2Bot", "AI2Bot", True),
        ("ai2bot/1.0", "AI2Bot", True),
        ("AI", "AI2Bot", False),
        ("AI2Bot-Dolma", "AI2Bot", False),
        ("img2dataset", "img2dataset", True),
        ("chatgpt agent", "ChatGPT Agent", True),
        ("ChatGPT", "ChatGPT Agent", False),
        ("iaskspider", "iaskspider/2.0", True),
        ("*", "GPTBot", False),
        ("", "GPTBot", False),
        ("", "", False),
        ("\u212aaK", "kak", False),
    ],
)
def test_an_addressee_names_a_crawler_by_its_whole_token_or_else_its_whole_name(
    value: str, agent: str, named: bool
) -> None:
    assert names(value, agent) is named


def test_everyone_is_a_star_alone_or_before_a_blank() -> None:
    assert [value for value in ("*", "* x", "*\tx", "*x", "", "a*", "a") if is_everyone(value)] == ["*", "* x", "*\tx"]
    assert [product_token(value) for value in ("a-b_c/1", "1a", "*", "é")] == ["a-b_c", "", "", ""]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("User-agent: a\nDisallow: /\n".encode("utf-16"), "UTF-16, UTF-32 or other data, not UTF-8"),
        ("User-agent: a\nDisallow: /\n".encode("utf-16-le"), "UTF-16, UTF-32 or other data, not UTF-8"),
        ("User-agent: a\nDisallow: /\n".encode("utf-32-be"), "UTF-16, UTF-32 or other data, not UTF-8"),
        (gzip.compress(b"User-agent: a\nDisallow: /\n", mtime=0)[:-5], "gzip data, not text"),
        (b"%PDF-1.7\n", "a PDF file, not text"),
        (b"\n <!DOCTYPE html><title>Not found</title>", "markup, not rules"),
    ],
)
def test_what_is_no_text_is_named_and_says_nothing(body: bytes, problem: str) -> None:
    file = RobotsFile.parse(body)
    assert f"line 1: {problem}" in file.problems
    assert file.allows("a", "/")


def test_other_oddities_are_named_with_their_lines() -> None:
    file = parse("User-agent: GPTBot, CCBot", "Disallow: private/", ": x", "/private", *["Disallow: a"] * 5)
    assert file.problems == (
        "line 1: several names in one User-agent line, of which the first alone counts",
        "lines 2, 5, 6 and 3 more: a pattern that begins with neither / nor *, which no path matches",
        "line 3: no key before the colon",
        "line 4: neither a key with its value nor a comment",
    )


def test_a_file_is_read_up_to_its_limit_and_the_rest_is_named() -> None:
    head = b"User-agent: a\nDisallow: /x\n"
    filler = b"# filler\n" * ((LONGEST_FILE - len(head)) // 9)
    file = RobotsFile.parse(head + filler + b"Disallow: /beyond\n" * 3)
    assert LONGEST_FILE >= 500 * 1024
    assert not file.allows("a", "/x")
    assert file.allows("a", "/beyond")
    (problem,) = file.problems
    assert "reading ends here, at 2,097,152 of " in problem


def test_rules_up_to_half_a_mebibyte_and_more_are_read() -> None:
    file = RobotsFile.parse(b"# \n" * (MIB // 3) + b"User-agent: a\r\nDisallow: /x\r\n")
    assert not file.allows("a", "/x")


ALL_RULES = b"User-agent: *\nDisallow: /*?\nAllow: /a$\nCrawl-delay: 1\n"
HOSTILE = {
    "a mebibyte on one line": b"User-agent: a\nDisallow: /x" + b"*a" * (MIB // 2),
    "stars without end": b"User-agent: a\nDisallow: /x" + b"*" * 16_000 + b"\nDisallow: /x",
    "a pattern that backtracks": b"User-agent: a\nDisallow: /x" + b"*a" * 5_000 + b"b$\nDisallow: /x",
    "a hundred thousand groups": b"User-agent:a\nAllow:\n" * 100_000 + b"User-agent:a\nDisallow:/x\n",
    "a hundred thousand agents": b"User-agent: a\n" * 100_000 + b"Disallow: /x\n" * 40_000,
    "distinct agents": b"".join(b"User-agent: %s\n" % base64.b32encode(b"%05d" % n) for n in range(70_000))
    + b"User-agent: a\nDisallow: /x\n",
    "groups of many agents": (b"User-agent: a\n" * 100 + b"Disallow: /x\n" * 20) * 1_000,
    "as many delays": b"User-agent: a\nCrawl-delay: 1\n" * 50_000 + b"Crawl-delay: 1\n" * 20_000 + b"Disallow: /x\n",
    "empty lines": b"User-agent: a\nDisallow: /x\n" + b"\n" * LONGEST_FILE,
    "comments": b"User-agent: a\nDisallow: /x\n" + b"#\n" * MIB,
    "misspelt keys": b"User-agent: a\nDisallow: /x\n" + b"".join(b"disallow%d: /\n" % n for n in range(90_000)),
    "keys": b"User-agent: a\nDisallow: /x\n" + b"".join(b"k%d:\n" % n for n in range(200_000)),
    "blanks": b"User-agent: a\nDisallow: /x\n" + (b" " * 16_000 + b"\n") * 100 + b"\t" * MIB,
    "NUL octets": b"User-agent: a\nDisallow: /x\n" + b"\0\n" * (MIB // 2),
    "CR in a row": b"User-agent: a\rDisallow: /x\r" + b"\r" * MIB,
    "escapes": b"User-agent: a\nDisallow: /x\n" + b"Disallow: /" + b"%c3\xe9" * 4_000 + b"\n" * 100,
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_hostile_files_are_read_to_the_end(body: bytes) -> None:
    """Each of these would take hours if time grew with the square of the file, or with backtracking."""
    file = RobotsFile.parse(body)
    path = "/x" + "a" * 9_000
    assert not file.allows("a", path)
    assert file.allows("b", path)
    assert file.crawl_delay("a") in {None, 1.0}
    assert len(file.problems) < 10
    assert len("".join(file.problems)) < 2_000


@given(st.binary(max_size=300) | st.just(ALL_RULES), st.text(), st.text(st.characters()))
def test_no_file_crawler_or_address_makes_it_fail(body: bytes, agent: str, url: str) -> None:
    file = RobotsFile.parse(body)
    for form in (url, address_form(url)):
        assert file.allows(agent, form) == file.decide(agent, form).allowed
    assert address_form(url).isascii()
    names(agent, url)
    file.crawl_delay(agent)


@pytest.mark.parametrize(
    ("url", "form"),
    [
        ("/\udce9", "/%E9"),
        ("/é", "/%C3%A9"),
        ("/\ud800", "/%EF%BF%BD"),
        ("/%c3%a9%zz%4", "/%C3%A9%zz%4"),
        ("\x1f /a ", "/a"),
    ],
)
def test_addresses_are_put_into_one_form(url: str, form: str) -> None:
    assert address_form(url) == form


def test_reading_again_gives_the_same() -> None:
    body = HOSTILE["keys"][:10_000]
    assert RobotsFile.parse(body) == RobotsFile.parse(body)
