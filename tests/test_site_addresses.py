"""Addresses of the site: one spelling for programs, and which addresses lead to a file of it."""

import pytest

from datasummary.errors import ProjectError
from datasummary.site.addresses import base_address, leads_to


@pytest.mark.parametrize(
    ("url", "copy", "base"),
    [
        ("https://a.example", None, "https://a.example/"),
        ("https://a.example/x", "https://b.example/", "https://a.example/x/"),
        (None, "https://a.example/x/summary.html", "https://a.example/x/"),
        (None, "https://a.example/v1.0/?q=1#f", "https://a.example/v1.0/"),
        (None, "https://a.example/summary", "https://a.example/summary/"),
        ("HTTPS://MÜNCHEN.example:443/ä/%c3/100%", None, "https://xn--mnchen-3ya.example/%C3%A4/%c3/100%25/"),
        (None, "https://bücher.example/ü/ä.html", "https://xn--bcher-kva.example/%C3%BC/"),
        ("http://[::1]:8000/", None, "http://[::1]:8000/"),
    ],
)
def test_the_site_stands_in_a_folder(url: str | None, copy: str | None, base: str) -> None:
    assert base_address(url, copy) == base


@pytest.mark.parametrize(
    "url", ["a.example", "ftp://a.example/", "https://", "https://u:p@a.example/", "https://a.example/?q", 'https://a.example/"', "https://a.example:x/", "https://a..example/", "https://a.example/../x/", "https://a.example/x/%2E%2e", "https://a.example/\udcff"]
)  # fmt: skip
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ProjectError):
        base_address(url, None)


def test_without_an_address_the_error_says_how_to_give_one() -> None:
    with pytest.raises(ProjectError, match=r"--url https://…/, or set summary\.published_at"):
        base_address(None, None)


@pytest.mark.parametrize(
    ("address", "leads"),
    [
        ("https://bücher.example/x", True),
        ("https://xn--bcher-kva.example:443/x/#top", True),
        ("https://bücher.example/x/versions", True),
        ("https://bücher.example/x/a.html?q", True),
        ("https://bücher.example/x/a", True),
        ("https://bücher.example/xy/a.html", False),
        ("https://bücher.example/x/b.html", False),
        ("http://bücher.example/x/a.html", False),
    ],
)
def test_an_address_leads_to_a_file_of_the_site_in_any_spelling(address: str, leads: bool) -> None:
    files = ("index.html", "a.html", "versions/index.html")
    assert leads_to(address, "https://xn--bcher-kva.example/x/", files) == leads
