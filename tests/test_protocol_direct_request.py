"""Requests that rightsholders sent."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protocol_captures import page, said

from datasummary.evidence.captures import Capture
from datasummary.protocols.direct_request import NAME, read


def request(body: bytes) -> Capture:
    return Capture("https://example.com/", None, None, body=body, kind="request")


def of(url_pattern: str | None = None, date: str | None = "2025-05-01", reference: str | None = "letter 17") -> Capture:
    asked = {"domain": "example.com", "url_pattern": url_pattern, "date": date, "reference": reference}
    return request(json.dumps(asked).encode())


def test_a_request_for_a_domain_says_no_to_every_use_of_every_path() -> None:
    (signal,) = read(of())
    assert (signal.protocol, signal.says, signal.use, signal.agents, signal.pattern) == (NAME, "no", "all", ("*",), "")
    assert (signal.place, signal.quote) == ("request of 2025-05-01", "letter 17")


@pytest.mark.parametrize(
    ("wanted", "pattern"),
    [
        ("https://example.com/photos/*", "/photos/*"),
        ("example.com/photos/*.jpg$", "/photos/*.jpg$"),
        ("/photos/", "/photos/"),
        ("*.jpg", "/*.jpg"),
        ("https://example.com", "/"),
        ("/caf\u00e9", "/caf%C3%A9"),
    ],
)
def test_a_pattern_of_addresses_is_one_of_paths(wanted: str, pattern: str) -> None:
    assert read(of(wanted))[0].pattern == pattern


def test_paths_that_the_pattern_leaves_out_are_not_asked_for() -> None:
    signals = read(of("https://example.com/photos/*"))
    assert [said(signals, path) for path in ("/photos/1", "/texts/1")] == ["no", "nothing"]


def test_a_request_without_date_and_reference_is_one() -> None:
    (signal,) = read(of(date=None, reference=None))
    assert (signal.says, signal.place, signal.quote) == ("no", "request without a date", "")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"[" * 100_000])
def test_a_request_that_cannot_be_read_is_for_people(body: bytes) -> None:
    assert [signal.says for signal in read(request(body))] == ["unclear"]


def test_only_requests_are_read() -> None:
    assert read(page(of().body)) == []


@given(st.text(), st.binary())
def test_no_request_raises(text: str, octets: bytes) -> None:
    assert len(read(of(text, text, text))) == 1
    assert len(read(request(octets))) == 1
