"""What protocols read in a captured page: the header fields of its answer, and elements of its HTML."""

from __future__ import annotations

import functools
import re
from urllib.parse import urljoin

from datasummary.evidence.captures import DIGEST_DIFFERS, Capture
from datasummary.protocols.html_head import Element, read_elements

__all__ = ["LONGEST_ADDRESS", "absolute_address", "elements", "field_values", "is_page", "joined"]

LONGEST_ADDRESS = 8192
"""Longest address that is taken for one, in characters."""

_FOLD = re.compile(r"\r?\n[ \t]+")
_HTML = frozenset({"text/html", "application/xhtml+xml"})


def is_page(capture: Capture) -> bool:
    """Whether a capture is content of a site: a page, an image and the like, and no error and no refusal in its place.

    Evidence without a status counts, also where only its header fields were kept.
    """
    if capture.kind != "page" or capture.problem == DIGEST_DIFFERS or capture.outcome == "refused":
        return False
    return capture.status is None or 200 <= capture.status < 300


def field_values(capture: Capture, name: str) -> list[str]:
    """Give the values of a header field of a page, in order; folded lines are joined (RFC 9112, 5.2)."""
    if not is_page(capture):
        return []
    return [_FOLD.sub(" ", value).strip() for value in capture.header(name)]


def joined(values: list[str]) -> str:
    """Join repeated header fields into the one value that they stand for (RFC 9110, 5.3)."""
    return ", ".join(value for value in values if value)


def absolute_address(capture: Capture, text: str) -> str | None:
    """Make an address that a capture names absolute; ``None`` where it is none of http or https, or endless."""
    if len(text) > LONGEST_ADDRESS:
        return None
    try:
        address = urljoin(capture.url, text.strip())
    except ValueError:
        return None
    return address if address.lower().startswith(("http://", "https://")) else None


def elements(capture: Capture, name: str) -> list[Element]:
    """Give the elements of one name in the first part of an HTML page; none where a capture is no HTML."""
    if not is_page(capture) or not _is_html(capture):
        return []
    return [
        element
        for element in _read(capture.body, capture.content_type == "application/xhtml+xml")
        if element.name == name
    ]


def _is_html(capture: Capture) -> bool:
    return capture.content_type in _HTML or (not capture.content_type and b"<" in capture.body[:1024])


@functools.lru_cache(maxsize=4)
def _read(body: bytes, is_xml: bool) -> tuple[Element, ...]:
    """Read a page once for all protocols that ask for it one after the other."""
    return tuple(read_elements(body, is_xml=is_xml))
