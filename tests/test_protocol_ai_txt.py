"""ai.txt: patterns of file types and paths; other formats of that name reserve nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protocol_captures import file, page, said

from datasummary.protocols.ai_txt import NAME, read
from datasummary.protocols.signals import Signal

SPAWNING = """# Spawning AI
# Prevent datasets from using the following file types

User-Agent: *
Disallow: *.txt
Disallow: *.jpg
Allow: *.png
Disallow: /
Disallow: *
"""
"""As Spawning's generator writes it, for a site that keeps back its text and images."""


def of_file(text: str | bytes) -> list[Signal]:
    return read(file("/ai.txt", text))


@pytest.mark.parametrize(
    ("path", "says"),
    [("/a/photo.jpg", "no"), ("/photo.jpg?size=2", "no"), ("/art.png", "yes"), ("/page.html", "no"), ("/", "no")],
)
def test_the_file_of_the_generator_says_what_its_lines_say(path: str, says: str) -> None:
    assert said(of_file(SPAWNING), path) == says


def test_a_pattern_of_a_file_type_matches_anywhere_in_the_path() -> None:
    first = of_file(SPAWNING)[0]
    assert (first.protocol, first.says, first.use, first.pattern) == (NAME, "no", "train-ai", "/*.txt")
    assert (first.place, first.quote) == ("line 5", "Disallow: *.txt")


def test_a_named_crawler_has_its_own_rules() -> None:
    signals = of_file(
        "User-agent: *\nDisallow: /\n\nUser-agent: GoodBot\nAllow: /\n\nUser-agent: QuietBot\nDisallow:\n"
    )
    assert [said(signals, agent=agent) for agent in ("GoodBot", "QuietBot", "OtherBot")] == ["yes", "silent", "no"]


def test_of_equal_patterns_the_one_that_allows_speaks() -> None:
    assert said(of_file("User-agent: *\nDisallow: /a\nAllow: /a\n"), "/a") == "yes"


def test_a_pattern_without_a_slash_or_star_is_taken_as_an_ending_and_noted() -> None:
    (signal,) = of_file("User-agent: *\nDisallow: .mp3\n")
    assert (signal.pattern, signal.note) == ("/*.mp3", "the pattern begins with neither / nor *")


@pytest.mark.parametrize(
    "text",
    [
        "# AI policy\n\nWe do not permit training on our articles. Write to rights@example.com.\n",
        "Site: example.com\nTopics: cooking\nTraining: not permitted\n",
        "User-agent: *\nPolicy: no training\n",
    ],
)
def test_prose_and_other_formats_are_recorded_and_reserve_nothing(text: str) -> None:
    (signal,) = of_file(text)
    assert signal.says == "silent"
    assert signal.note


def test_rules_that_are_addressed_to_nobody_are_for_people() -> None:
    (signal,) = of_file("# images\nDisallow: *.jpg\n")
    assert (signal.says, signal.place, signal.quote) == ("unclear", "line 2", "Disallow: *.jpg")


def test_a_page_in_place_of_the_file_and_an_absent_file_have_no_signals() -> None:
    assert of_file("<!DOCTYPE html><p>Disallow: /") == []
    assert read(file("/ai.txt", SPAWNING, status=404)) == []
    assert of_file(" \n") == []
    assert read(page(SPAWNING)) == []


@given(st.binary())
def test_no_file_raises(octets: bytes) -> None:
    of_file(octets)
    of_file(b"User-agent: *\nDisallow: " + octets)
