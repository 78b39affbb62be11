"""What came of a request, by status, body and problem, and to whom an address belongs."""

from __future__ import annotations

import pytest
from evidence_files import MOMENT, ROBOTS

from datasummary.evidence.captures import Capture, Kind, authority_of, kind_of

CHALLENGE = b'<!DOCTYPE html><title>Just a moment...</title><script src="/cdn-cgi/challenge-platform/x.js"></script>'


@pytest.mark.parametrize(
    ("status", "body", "problem", "outcome"),
    [
        (200, ROBOTS, None, "answered"),
        (200, b"", None, "answered"),
        (206, ROBOTS, None, "answered"),
        (None, ROBOTS, None, "answered"),
        (None, b"", None, "failed"),
        (None, b"", "timeout", "failed"),
        (200, ROBOTS, "truncated", "answered"),
        (200, ROBOTS, "cut short", "failed"),
        (200, b"\xef\xbb\xbf <!DOCTYPE html><p>", None, "failed"),
        (200, CHALLENGE, None, "refused"),
        (503, CHALLENGE, None, "refused"),
        (200, b"User-agent: *\nDisallow: /cdn-cgi/challenge-platform/\n", None, "answered"),
        (401, b"", None, "refused"),
        (403, b"", None, "refused"),
        (407, b"", None, "refused"),
        (429, b"", None, "refused"),
        (451, b"", None, "refused"),
        (404, b"<html>", None, "absent"),
        (410, b"", None, "absent"),
        (400, b"", None, "absent"),
        (500, ROBOTS, None, "failed"),
        (999, ROBOTS, None, "failed"),
        (101, b"", None, "failed"),
        (301, b"", None, "failed"),
        (404, b"", "digest differs", "failed"),
        (403, b"", "digest differs", "failed"),
    ],
)
def test_what_came_of_it(status: int | None, body: bytes, problem: str | None, outcome: str) -> None:
    made = Capture("https://example.org/robots.txt", MOMENT, status, (), body, problem, kind="robots-txt")
    assert made.outcome == outcome
    assert made.target is None


def test_markup_is_an_answer_where_a_page_was_asked_for() -> None:
    assert Capture("https://example.org/", MOMENT, 200, body=b"<!doctype html>").outcome == "answered"


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/elsewhere ", "https://example.org/elsewhere"),
        ("//www.example.org/robots.txt", "https://www.example.org/robots.txt"),
        ("https://other.example/", "https://other.example/"),
        ("", "https://example.org/robots.txt"),
        ("https://[broken/", None),
    ],
)
def test_where_it_redirects_to(location: str, target: str | None) -> None:
    made = Capture("https://example.org/robots.txt", MOMENT, 302, (("Location", location),), kind="robots-txt")
    assert (made.outcome, made.target) == ("redirected", target)


@pytest.mark.parametrize(
    ("url", "authority", "kind"),
    [
        ("https://user@WWW.Bücher.example.:443/robots.txt?x", "www.xn--bcher-kva.example", "robots-txt"),
        ("http://example.org:8080/.well-known/tdmrep.json", "example.org:8080", "tdmrep"),
        ("http://example.org:80/ai.txt#x", "example.org", "ai-txt"),
        ("https://[2001:db8::7]:8443/a", "[2001:db8::7]:8443", "page"),
        ("ftp://example.org/robots.txt", None, "robots-txt"),
        ("example.org", None, "page"),
        ("https:///robots.txt", None, "robots-txt"),
        ("https://[x", None, "page"),
    ],
)
def test_to_whom_an_address_belongs_and_what_it_is_for(url: str, authority: str | None, kind: Kind) -> None:
    assert (authority_of(url), kind_of(url)) == (authority, kind)
