"""Content Signals: Content-Signal in robots.txt and in a header field."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protocol_captures import MODERATE, page, robots, said

from datasummary.protocols.content_signals import NAME, read

POLICY = """# ai-train: training or fine-tuning AI models.

User-Agent: *
Content-Signal: ai-train=no, search=yes, ai-input=yes
Allow: /
"""
"""The example of contentsignals.org."""


def of_line(value: str) -> str:
    return said(read(robots(f"User-agent: *\nContent-Signal: {value}\nAllow: /\n")), use="train-ai")


def test_the_example_of_the_policy_says_no_to_training_and_yes_to_the_rest() -> None:
    signals = read(robots(POLICY))
    assert [(s.use, s.says, s.place) for s in signals] == [
        ("train-ai", "no", "line 4"),
        ("search", "yes", "line 4"),
        ("ai-input", "yes", "line 4"),
    ]
    assert {signal.protocol for signal in signals} == {NAME}
    assert signals[0].quote == "Content-Signal: ai-train=no, search=yes, ai-input=yes"


def test_a_managed_file_in_the_wild_with_use_and_no_blanks_says_no() -> None:
    managed = (
        "User-agent: *\nContent-Signal: search=yes,ai-train=no,use=reference\nAllow: /\n\n"
        "User-agent: CCBot\nDisallow: /\n\nUser-agent: GPTBot\nDisallow: /\n"
    )
    signals = read(robots(managed))
    assert said(signals, use="train-ai") == "no"
    assert said(signals, agent="CCBot", use="train-ai") == "silent"


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("ai-train=yes", "yes"),
        ("AI-Train=NO", "no"),
        ("ai-train = no", "no"),
        ("search=yes", "silent"),
        ("use=full", "silent"),
        ("use=reference", "unclear"),
        ("use=immediate, search=yes", "unclear"),
        ("ai-train=yes, use=reference", "unclear"),
        ("ai-train=no, use=full", "no"),
        ("ai-train=yes, ai-train=no", "no"),
    ],
)
def test_what_a_line_says_on_training(value: str, says: str) -> None:
    assert of_line(value) == says


@pytest.mark.parametrize("value", ["search=yes ai-train=no", "search=yes; ai-train=no", 'ai-train="no"'])
def test_other_separators_and_quotes_are_taken_where_they_are_plain(value: str) -> None:
    assert of_line(value) == "no"


def test_other_separators_are_noted() -> None:
    signals = read(robots("User-agent: *\nContent-Signal: search=yes ai-train=no\n"))
    assert {signal.note for signal in signals} == {"not separated by commas"}


@pytest.mark.parametrize("value", ["ai-train=disallow", "ai-train=n", "train-ai=no", "no-train", "ai-training: no"])
def test_words_on_training_that_are_not_defined_are_for_people(value: str) -> None:
    assert of_line(value) == "unclear"


def test_an_absent_key_neither_grants_nor_restricts() -> None:
    signals = read(robots("User-agent: *\nContent-Signal: search=yes, ai-input=no\n"))
    assert [(s.use, s.says) for s in signals] == [("search", "yes"), ("ai-input", "no"), ("train-ai", "silent")]


def test_a_group_without_a_line_takes_the_place_of_everyones() -> None:
    signals = read(robots(POLICY + "\nUser-agent: A\nUser-agent: B\nDisallow: /x\n"))
    assert [said(signals, agent=agent, use="train-ai") for agent in "ABC"] == ["silent", "silent", "no"]


def test_a_line_before_any_user_agent_is_for_people() -> None:
    signals = read(robots("Content-Signal: ai-train=no\n\nUser-agent: *\nAllow: /\n"))
    assert said(signals) == "unclear"
    assert "before any User-agent line" in signals[0].note


def test_a_yes_in_a_group_does_not_outweigh_a_no_before_all_groups() -> None:
    text = "Content-Signal: ai-train=no\nUser-agent: *\nContent-Signal: ai-train=yes\nAllow: /\n"
    assert said(read(robots(text))) == "unclear"


def test_header_fields_hold_for_their_page_alone() -> None:
    signals = read(page("", ("Content-Signal", "search=yes"), ("Content-Signal", "ai-train=no")))
    assert [(s.use, s.says, s.pattern) for s in signals] == [("search", "yes", None), ("train-ai", "no", None)]


def test_a_line_that_is_not_understood_at_all_is_recorded() -> None:
    signals = read(robots("User-agent: *\nContent-Signal: none\n"))
    assert [(s.says, s.note) for s in signals] == [("silent", "not all of it is key=value")]


@given(st.text(), st.binary())
def test_no_value_raises(text: str, octets: bytes) -> None:
    read(page("", ("Content-Signal", text)))
    read(robots(b"User-agent: *\nContent-Signal: " + octets))


@pytest.mark.parametrize("unit", ["a", "ai-train=no,", "=", " ", "a b", "ai-train", "ai-train ="])
def test_a_megabyte_is_read_in_moderate_time(unit: str) -> None:
    begin = time.perf_counter()
    assert len(read(page("", ("Content-Signal", unit * (1_000_000 // len(unit)))))) <= 2
    assert time.perf_counter() - begin < MODERATE
