"""One request to a host at a time, its pauses kept, few connections to an address; all of it counted, not measured."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasummary.evidence.manners import (
    CONNECTIONS_PER_ADDRESS,
    Connections,
    Turns,
    bucket_of,
    delay_asked,
    retry_after,
)

NOW = 1_700_000_000.0


@pytest.mark.parametrize(
    ("robots", "delay"),
    [
        (b"User-agent: *\nCrawl-delay: 5\n", 5.0),
        (b"User-agent: *\nCrawl-delay: 0.5\n", 0.5),
        (b"User-agent: TestBot\nCrawl-delay: 7\n\nUser-agent: *\nCrawl-delay: 5\n", 7.0),
        (b"User-agent: Other\nCrawl-delay: 7\n", 0.0),
        (b"User-agent: *\nRequest-rate: 1/10\n", 10.0),
        (b"User-agent: *\nRequest-rate: 2/1m\n", 30.0),
        (b"User-agent: *\nRequest-rate: 10/5\nCrawl-delay: 3\n", 3.0),
        (b"User-agent: *\nCrawl-delay: soon\n", 0.0),
        (b"User-agent: *\nCrawl-delay: -5\n", 0.0),
        (b"User-agent: *\nCrawl-delay: 1e99\n", 86_400.0),
        (b"User-agent: *\nRequest-rate: 0/0\n", 0.0),
        (b"User-agent: *\nDisallow: /\n", 0.0),
        (b"\xff\xfe\x00crawl-delay", 0.0),
    ],
)
def test_the_pause_is_the_longest_that_robots_txt_asks_of_our_token(robots: bytes, delay: float) -> None:
    assert delay_asked(robots, "TestBot") == delay


@pytest.mark.parametrize("value", ["nan", "inf", "9" * 400, "1e400", "0x10", "٣"])
def test_a_delay_that_is_no_sensible_number_does_no_harm(value: str) -> None:
    assert 0.0 <= delay_asked(f"User-agent: *\nCrawl-delay: {value}\n".encode(), "TestBot") <= 86_400.0


@given(st.binary(max_size=200))
def test_any_bytes_give_a_delay(body: bytes) -> None:
    assert 0.0 <= delay_asked(b"crawl-delay request-rate\n" + body, "TestBot") <= 86_400.0


@pytest.mark.parametrize(
    ("values", "seconds"),
    [
        (["120"], 120.0),
        ([" 0 "], 0.0),
        (["Tue, 14 Nov 2023 22:14:20 GMT"], 60.0),
        (["Tue, 14 Nov 2023 22:00:00 GMT"], 0.0),
        (["soon"], None),
        (["-5"], None),
        (["9" * 50], 366 * 86_400.0),
        ([""], None),
        ([], None),
        (["Fri, 99 Foo 2023 99:99:99 GMT"], None),
    ],
)
def test_retry_after_is_a_number_of_seconds_or_a_date(values: list[str], seconds: float | None) -> None:
    assert retry_after(values, NOW) == seconds


@given(st.text(max_size=40))
def test_any_text_as_retry_after_is_read_or_not(text: str) -> None:
    found = retry_after([text], NOW)
    assert found is None or found >= 0


def test_at_most_eight_connections_to_an_address_are_given_out() -> None:
    connections = Connections()
    assert [connections.take("192.0.2.1") for _ in range(10)] == [True] * CONNECTIONS_PER_ADDRESS + [False] * 2
    assert connections.take("192.0.2.2")
    connections.give("192.0.2.1")
    assert [connections.take("192.0.2.1") for _ in range(2)] == [True, False]


def turns_with(*hosts: str, delay: float = 0.05) -> Turns[int]:
    turns: Turns[int] = Turns(delay)
    for host in hosts:
        turns.meet(host, 0.0)
    return turns


def test_a_host_has_one_request_at_a_time_and_a_pause_after_each() -> None:
    turns = turns_with("a", "b")
    for job in range(3):
        turns.add("a", job)
    turns.add("b", 9)
    assert list(turns.next_jobs(10)) == [("a", 0), ("b", 9)]
    assert list(turns.next_jobs(10)) == []
    turns.done("a", 0.0)
    assert list(turns.next_jobs(10)) == []
    assert 0.0 < turns.seconds_left() <= 0.05
    time.sleep(0.06)
    assert list(turns.next_jobs(10)) == [("a", 1)]


def test_a_longer_pause_counts_from_the_last_request() -> None:
    turns = turns_with("a", delay=0.0)
    turns.add("a", 1)
    list(turns.next_jobs(1))
    turns.done("a", 0.0)
    turns.lengthen("a", 5.0)
    turns.lengthen("a", 2.0)
    turns.add("a", 2)
    assert 4.9 < turns.seconds_left() <= 5.0
    assert list(turns.next_jobs(1)) == []


def test_a_host_that_asks_to_be_left_alone_is() -> None:
    turns = turns_with("a", delay=0.0)
    turns.add("a", 1)
    turns.add("a", 2)
    list(turns.next_jobs(1))
    turns.done("a", 30.0)
    assert turns.seconds_left() > 29
    assert turns.starts_in("a") > 29


def test_where_nothing_was_contacted_no_pause_is_due() -> None:
    turns = turns_with("a", delay=30.0)
    turns.add("a", 1)
    turns.add("a", 2)
    assert list(turns.next_jobs(1)) == [("a", 1)]
    turns.done("a", None)
    assert list(turns.next_jobs(1)) == [("a", 2)]


def test_a_request_that_found_no_connection_waits_for_one_and_keeps_its_place() -> None:
    turns = turns_with("a", "b")
    turns.add("a", 1)
    turns.add("a", 2)
    turns.add("b", 3)
    list(turns.next_jobs(2))
    turns.park("a", 1, "192.0.2.1")
    turns.park("b", 3, "192.0.2.1")
    assert list(turns.next_jobs(2)) == []
    turns.unpark("192.0.2.1")
    assert list(turns.next_jobs(2)) == [("a", 1)]
    assert not turns.unpark_some()
    assert list(turns.next_jobs(2)) == [("b", 3)]


def test_hosts_that_are_done_with_are_forgotten_once_there_are_many() -> None:
    turns = turns_with(*(str(number) for number in range(20_000)), delay=0.0)
    turns.add("7", 1)
    assert len(turns.forget()) == 19_999
    assert turns.knows("7")
    assert turns.forget() == []


def test_a_host_belongs_to_the_same_process_in_every_run() -> None:
    assert bucket_of("www.example.com") == 785_793_723
