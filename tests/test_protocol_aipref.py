"""AIPREF: Content-Usage in robots.txt and in a header field."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protocol_captures import MODERATE, page, robots, said

from datasummary.protocols.aipref import NAME, read

DRAFT = """User-Agent: *
Allow: /
Disallow: /never/
Content-Usage: / train-ai=n
Content-Usage: /ai-ok/ train-ai=y

User-Agent: ExampleBot
Allow: /
Content-Usage: / train-ai=y
"""
"""The example of draft-ietf-aipref-attach, section "Example"."""


@pytest.mark.parametrize(
    ("path", "agent", "says"),
    [("/test", "SomeBot", "no"), ("/ai-ok/test", "SomeBot", "yes"), ("/test", "ExampleBot", "yes")],
)
def test_the_example_of_the_draft_says_what_its_table_says(path: str, agent: str, says: str) -> None:
    assert said(read(robots(DRAFT)), path, agent) == says


def test_a_signal_names_its_line_and_quotes_it() -> None:
    signal = read(robots(DRAFT))[0]
    assert (signal.protocol, signal.use, signal.says, signal.place) == (NAME, "train-ai", "no", "line 4")
    assert (signal.quote, signal.pattern, signal.agents) == ("Content-Usage: / train-ai=n", "/", ("*",))


def test_the_header_field_of_the_draft_holds_for_its_page_alone() -> None:
    (signal,) = read(page("This is some content.", ("Content-Usage", "train-ai=n"), media_type="text/plain"))
    assert (signal.says, signal.pattern, signal.place) == ("no", None, "header content-usage")


def test_a_line_without_a_path_as_sites_write_it_holds_for_every_path() -> None:
    assert said(read(robots("User-agent: *\nContent-Usage: train-ai=n, search=y\n")), "/any", use="train-ai") == "no"


def test_of_equal_paths_the_most_restrictive_speaks_in_either_order() -> None:
    for lines in ("train-ai=n\nContent-Usage: / train-ai=y", "train-ai=y\nContent-Usage: / train-ai=n"):
        assert said(read(robots(f"User-agent: *\nContent-Usage: / {lines}\n"))) == "no"


def test_a_line_without_a_path_weighs_as_much_as_one_for_the_root() -> None:
    assert said(read(robots("User-agent: *\nContent-Usage: train-ai=n\nContent-Usage: / train-ai=y\n"))) == "no"


def test_a_longer_path_that_says_nothing_on_training_leaves_it_unknown() -> None:
    signals = read(robots("User-agent: *\nContent-Usage: / train-ai=n\nContent-Usage: /open/ search=y\n"))
    assert said(signals, "/open/a", use="train-ai") == "silent"
    assert said(signals, "/a", use="train-ai") == "no"


def test_search_is_recorded_as_search() -> None:
    signals = read(robots("User-agent: *\nContent-Usage: train-ai=y, search=n\n"))
    assert [(signal.use, signal.says) for signal in signals] == [("train-ai", "yes"), ("search", "no")]


@pytest.mark.parametrize(
    "value",
    [
        'train-ai=y, train-ai, search=n, search="n"',  # the vocabulary's own example of duplicates
        "Train-AI=n",
        "train-ai=N",
        'train-ai="n"',
        "train-ai=(n)",
        "train-ai=no",
        "train-ai=?0",
        "train-ai",
        "train-ai=n,",
        "train-ai=n search=y",
        "train-genai=n",
        "train-ai=n; über",
        "",
    ],
)
def test_what_is_not_y_or_n_in_a_dictionary_is_unknown_and_said_to_be(value: str) -> None:
    signals = [s for s in read(robots(f"User-agent: *\nContent-Usage: {value}\n")) if s.use == "train-ai"]
    assert [signal.says for signal in signals] == ["silent"]
    assert signals[0].note


def test_parameters_are_ignored_and_the_last_of_equal_keys_counts() -> None:
    assert said(read(robots("User-agent: *\nContent-Usage: / train-ai;allow=n, train-ai=y\n"))) == "yes"


def test_a_group_that_says_nothing_takes_the_place_of_everyones_for_its_crawler() -> None:
    signals = read(robots("User-agent: *\nContent-Usage: train-ai=n\nAllow: /\n\nUser-agent: OwnBot\nAllow: /\n"))
    assert said(signals, agent="OwnBot") == "silent"
    assert said(signals, agent="OtherBot") == "no"
    assert signals[-1].place == "line 5"


def test_two_groups_of_one_crawler_are_heard_together() -> None:
    text = "User-agent: A\nContent-Usage: train-ai=n\nAllow: /\n\nUser-agent: A\nDisallow: /x\n"
    assert said(read(robots(text)), agent="A") == "no"


def test_a_line_before_any_user_agent_is_for_people() -> None:
    assert said(read(robots("Content-Usage: train-ai=n\nUser-agent: *\nAllow: /\n"))) == "unclear"
    assert said(read(robots("Content-Usage: train-ai=y\nUser-agent: *\nAllow: /\n"))) == "silent"


def test_repeated_and_folded_fields_are_one_dictionary() -> None:
    capture = page("", ("Content-Usage", "train-ai=y,\r\n search=y"), ("content-usage", "train-ai=n"))
    assert said(read(capture), use="train-ai") == "no"


def test_a_file_without_such_lines_has_no_signals() -> None:
    assert read(robots("User-agent: *\nDisallow: /\n# Content-Usage: train-ai=n\n")) == []


def test_only_answers_are_heard() -> None:
    field = ("Content-Usage", "train-ai=n")
    assert read(page("", field, status=404)) == []
    assert read(page("", field, status=403)) == []
    assert len(read(page("", field, status=None))) == 1


def test_paths_are_compared_in_the_form_of_robots_txt() -> None:
    signals = read(robots("User-agent: *\nContent-Usage: /caf%c3%a9/é\ttrain-ai=n\n"))
    assert signals[0].pattern == "/caf%C3%A9/%C3%A9"


PATHS = ("", "/", "/a", "/a/b", "/a/b/", "/x")
PREFERENCES = {"train-ai=n": "no", "train-ai=y": "yes", "train-ai=?": "silent", "search=n": "silent"}


@given(st.lists(st.tuples(st.sampled_from(PATHS), st.sampled_from(sorted(PREFERENCES)))), st.sampled_from(PATHS[1:]))
def test_the_longest_path_speaks_and_of_equal_ones_the_most_restrictive(
    rules: list[tuple[str, str]], path: str
) -> None:
    lines = [f"Content-Usage: {start} {preference}\n" for start, preference in rules]
    matching = [(len(start or "/"), PREFERENCES[preference]) for start, preference in rules if path.startswith(start)]
    longest = [says for length, says in matching if length == max(matching)[0]]
    wanted = next((says for says in ("no", "yes", "silent") if says in longest), "nothing")
    assert said(read(robots("User-agent: *\n" + "".join(lines))), path, use="train-ai") == wanted


@given(st.text(), st.binary())
def test_no_value_raises(text: str, octets: bytes) -> None:
    read(page("", ("Content-Usage", text)))
    read(robots(b"User-agent: *\nContent-Usage: / " + octets))


@pytest.mark.parametrize("value", ["a=@" + "9" * 15, "a=" + "9" * 15, "a=%" + '"%ff"', "a=:" + "A" * 99 + ":"])
def test_numbers_dates_and_octets_of_the_dictionary_do_no_harm(value: str) -> None:
    assert said(read(page("", ("Content-Usage", f"{value}, train-ai=n")))) in {"no", "silent"}


def test_a_megabyte_is_read_in_moderate_time() -> None:
    begin = time.perf_counter()
    read(page("", ("Content-Usage", ", ".join(f"k{number}=n" for number in range(150_000)))))
    read(robots("User-agent: *\n" + "Content-Usage: / train-ai=n\n" * 30_000))
    assert time.perf_counter() - begin < MODERATE
