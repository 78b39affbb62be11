"""Google's own parser and ours, asked the same: the answer, and the line that decided."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jwm.robotstxt.googlebot import RobotsMatcher

from benchmarks.robots import AGENTS, FILES, bodies, compare_with_google
from datasummary.protocols.robots import RobotsFile

KEYS = (
    *("User-agent", "USERAGENT", "user agent", "User-agents", "User_agent", "user\x0bagent"),
    *("Disallow", "DISALLOW", "dissallow", "dissalow", "disalow", "diasllow", "disallaw", "disallows", "dis allow"),
    *(
        "Allow",
        "allow",
        "ALLOWED",
        "a llow",
        "Disallow Allow",
        "Sitemap",
        "site-map",
        "Crawl-delay",
        "License",
        "é",
        "",
    ),
)
SEPARATORS = (":", ": ", " : ", "\t:\t", " ", " \t", "\x0b", ":\x0c", "::", ": #", "", ":\x00", ":\xa0", ":\x1c")
NAMES = ("a", "A", "ab", "a-b", "*", "* a", "*a", "*\x0b", "a/1.0", "a b", "a,b", "1a", "", "é", "K", "a\x00b", "a\x1c")
AGENT_NAMES = ("a", "a", "A", "ab", "*", "", "a1", "a/1.0", "k", "\u212a", "é", "unnamed")
PIECES = ("/", "a", "b", "ab", "%AA", "%2F", "%E9", "%C3%A9", "?", "index.htm", "index.html", "$", "*")
ODD = ("\x00", "\x0b", "\x1c", " ", ";", "#", "://", "é", "\u212a", "%aa", "%2f", "%", "%%", "**", "$$", ".")
ENDS = ("\n", "\n", "\r", "\r\n", "\n\r", "\r\r\n", " \n", "\x0b\n", "\x85\n", "\u2028\n", "\n# é\n", "\x00\n")
STARTS = ("", "", "\ufeff", "\udcef", "\udcef\udcbb", "\udcef\udcef\udcbb\udcbf", "\x00", "\r", "Disallow: /\n")
URLS = ("", "/", "a", "//a/b", "https://a.example", "a.example/a?b", "https://a.example?a", "/a;b#c", "https://a#/b")


@st.composite
def patterns(draw: st.DrawFn, path: str) -> str:
    """The beginning of a path, with something in it taken away, added or made wild."""
    pattern = path[: draw(st.integers(0, len(path)))]
    for _ in range(draw(st.integers(0, 2))):
        start = draw(st.integers(0, len(pattern)))
        end = draw(st.integers(start, len(pattern)))
        pattern = pattern[:start] + draw(st.sampled_from(("", "*", "**", "$", *PIECES, *ODD))) + pattern[end:]
    return pattern + draw(st.sampled_from(("", "", "$", "*")))


@st.composite
def questions(draw: st.DrawFn) -> tuple[bytes, str, str]:
    """A file, a crawler and an address, made so that the file often has a word to say on both."""
    agent = draw(st.sampled_from(AGENT_NAMES))
    path = "/" + "".join(draw(st.lists(st.sampled_from(PIECES) | st.sampled_from(PIECES + ODD), max_size=6)))
    if draw(st.integers(0, 20)) == 0:
        path += "a" * draw(st.integers(16_640, 16_670)) + draw(st.sampled_from(("", "b")))
    text = draw(st.sampled_from(STARTS))
    for _ in range(draw(st.integers(1, 8))):
        kind = draw(st.integers(0, 9))
        if kind < 3:
            line = "User-agent: " + draw(st.sampled_from((agent, "*")) | st.sampled_from(NAMES))
        elif kind < 7:
            line = draw(st.sampled_from(("Disallow: ", "Allow: ", "disallow "))) + draw(patterns(path))
        else:
            value = draw(st.sampled_from(NAMES) | patterns(path))
            line = draw(st.sampled_from(KEYS)) + draw(st.sampled_from(SEPARATORS)) + value
        text += line + draw(st.sampled_from(ENDS))
    url = draw(st.sampled_from((path, "https://a.example" + path)) | st.sampled_from(URLS))
    return text.encode("utf-8", "surrogateescape"), agent, url


def google(body: bytes, agent: str, url: str) -> tuple[bool, int]:
    matcher = RobotsMatcher()
    octets = (text.encode("utf-8", "surrogateescape") for text in (agent, url))
    return matcher.OneAgentAllowedByRobots(body, *octets), matcher.matching_line()


@settings(max_examples=1000)
@given(questions())
@example((b"User-agent: *\nDisallow: /" + b"a" * 16_652 + b"b", "a", "/" + "a" * 16_652))
@example((b"User-agent: *\nDisallow: /" + b"a" * 16_651 + b"b", "a", "/" + "a" * 16_652))
@example((b"User-agent: K\nDisallow: /", "\u212a", "/"))
@example((b"User-agent: *\nDisallow: /*b", "a", "/\x00b"))
@example((b"User-agent: *\ndisallow /a\x0bb", "a", "/a\x0bb"))
def test_any_file_is_answered_as_google_answers_it(question: tuple[bytes, str, str]) -> None:
    body, agent, url = question
    theirs, line = google(body, agent, url)
    allowed, rule, _ = RobotsFile.parse(body).decide(agent, url)
    assert allowed == theirs
    assert rule is None or rule.line == line


@given(st.binary(max_size=200), st.text(max_size=3), st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_any_octets_are_answered_as_google_answers_them(body: bytes, agent: str, url: str) -> None:
    if agent.isascii():
        assert RobotsFile.parse(body).allows(agent, url) == google(body, agent, url)[0]


@pytest.fixture(scope="module")
def sample(shared_data: Path) -> list[tuple[str, bytes]]:
    """One real file in thirty, without the few that are very long."""

    def chosen() -> Iterator[tuple[str, bytes]]:
        for number, (host, body) in enumerate(bodies(FILES)):
            if number % 30 == 0 and len(body) < 100_000:
                yield host, body

    return list(chosen())


def test_a_sample_of_real_files_is_answered_as_google_answers_them(sample: list[tuple[str, bytes]]) -> None:
    found = compare_with_google(sample, paths=16)
    assert found.apart == ()
    assert found.questions == len(sample) * len(AGENTS) * 16 > 40_000
    assert 0.1 < found.refused / found.questions < 0.9


def test_the_comparison_names_every_question_that_is_answered_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datasummary.protocols.robots_lines.LONGEST_LINE", len("Disallow: /"))
    found = compare_with_google([("a.example", b"User-agent: GPTBot\nDisallow: /private\n")], ["GPTBot", "CCBot"], 40)
    assert found.questions == 80
    assert 0 < len(found.apart) <= 40
    assert all(line.startswith("a.example: 'GPTBot'") for line in found.apart)
