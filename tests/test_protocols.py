"""All registered protocols: their names, and that they take whatever evidence there is."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasummary.evidence.captures import Capture, Kind
from datasummary.paths import pattern_form
from datasummary.protocols import BUILT_IN, protocols, read_signals
from datasummary.protocols.signals import QUOTE_LENGTH

WORDS = [
    "User-agent: *\n", "User-agent: GPTBot\n", "Disallow: /a*b$\n", "Content-Usage: /a train-ai=n\n", "License: /l\n",
    "Content-Signal: ai-train=no\n", "# Art. 4 (3) reserves\n", '<meta name="robots" content="noai">',
    '[{"location": "/", "tdm-reservation": 1}]', '<rsl xmlns="https://rslstandard.org/rsl"><content url="/">',
    '<license><prohibits type="usage">all</prohibits></license>', "</content></rsl>", "<!--", "\0", "\xff", "\r\n", "é",
]  # fmt: skip
FIELDS = ["Content-Type", "Content-Usage", "Content-Signal", "X-Robots-Tag", "tdm-reservation", "tdm-policy", "Link"]

captures = st.builds(
    Capture,
    url=st.sampled_from(["https://www.example.com/a", "http://[", "", "https://www.example.com/robots.txt"]),
    captured=st.none(),
    status=st.sampled_from([None, 200, 301, 403, 404, 500]),
    headers=st.lists(st.tuples(st.sampled_from(FIELDS), st.text() | st.sampled_from(WORDS))).map(tuple),
    body=st.binary() | st.lists(st.sampled_from(WORDS)).map(lambda words: "".join(words).encode("latin-1")),
    problem=st.sampled_from([None, "truncated", "timeout"]),
    kind=st.sampled_from(get_args(Kind)),
)


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_module_goes_by_the_name_it_is_registered_under(name: str) -> None:
    protocol = protocols()[name]
    assert name == protocol.NAME
    assert protocol.TITLE
    assert set(get_args(Kind)) >= protocol.KINDS


@given(captures)
def test_no_capture_raises_and_every_signal_is_fit_to_be_kept(capture: Capture) -> None:
    for signal in read_signals(capture):
        assert len(signal.quote) <= QUOTE_LENGTH
        assert signal.quote.isprintable()
        assert signal.pattern is None or signal.pattern == pattern_form(signal.pattern.encode())
        assert signal.address is None or signal.address.lower().startswith(("http://", "https://"))


@given(captures)
def test_a_protocol_reads_only_the_kinds_that_it_names(capture: Capture) -> None:
    for protocol in protocols().values():
        assert capture.kind in protocol.KINDS or not protocol.read(capture)
