"""Links of the DOCX documents: addresses that every word processor takes, or none."""

import re
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasummary.render.docx_links import link_target


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("https://a.example/x?y=1&z=%20#top", "https://a.example/x?y=1&z=%20#top"),
        ("https://bücher.example/é", "https://xn--bcher-kva.example/%C3%A9"),
        ("https://a.example/a|b\\c{d}", "https://a.example/a%7Cb%5Cc%7Bd%7D"),
        ("https://a.example/100%", "https://a.example/100%25"),
        ("https://a.example:8443/", "https://a.example:8443/"),
        ("https://a.example:99999/", None),
        ("https://[::1/", None),
        ("https://user@a.example/", None),
        ("https://a b.example/", None),
        ("https:///x", None),
        ("javascript:alert(1)", None),
        ("https://a.example/" + "x" * 3000, None),
    ],
)
def test_a_link_is_made_only_of_an_address_that_every_word_processor_takes(address: str, target: str | None) -> None:
    assert link_target(address) == target


@given(st.text(max_size=30))
def test_no_text_becomes_a_malformed_link(text: str) -> None:
    if target := link_target(f"https://{text}"):
        assert re.fullmatch(r"https://[A-Za-z0-9._-]+(:\d+)?([/?#]([!-~])*)?", target)
        assert urlsplit(target).hostname
