"""Addresses and path patterns, as robots.txt and the protocols that follow it compare them.

An address is first put into one form, once and in every place alike: octets beyond ASCII are percent-encoded, the hex
digits of escapes are upper case, and nothing is decoded. Patterns are put into the same form. RFC 9309 (2.2.2) would
also decode escaped characters that need none; like the parsers in wide use, this does not, so that ``/%62`` and ``/b``
are different paths.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

__all__ = ["LONGEST_IN_SQL", "Pattern", "address_form", "path_of", "path_pattern", "pattern_form"]

LONGEST_IN_SQL = 2048
"""Longest address, in octets, that the bulk pass compares by itself."""

_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_NO_OCTET = re.compile("[\ud800-\udc7f\udd00-\udfff]")
_STRIPPED = "".join(map(chr, range(0x21)))


def address_form(url: str) -> str:
    """Put an address into the form in which it is compared.

    Surrounding blanks and control characters go, octets beyond ASCII (of UTF-8; lone surrogates stand for raw octets,
    others for U+FFFD) are percent-encoded, and escapes are in upper case.

    >>> address_form(" https://example.com/%c3%bcber/é ")
    'https://example.com/%C3%BCber/%C3%A9'
    """
    url = url.strip(_STRIPPED)
    if not url.isascii():
        url = _BEYOND_ASCII.sub(_encoded, url)
    return _ESCAPE.sub(lambda escape: escape[0].upper(), url) if "%" in url else url


def _encoded(match: re.Match[str]) -> str:
    text = _NO_OCTET.sub("\ufffd", match[0])
    return "".join(f"%{octet:02X}" for octet in text.encode("utf-8", "surrogateescape"))


def pattern_form(pattern: bytes) -> str:
    """Put a pattern from a robots.txt file into the form in which it is compared.

    >>> pattern_form(b"/caf\\xc3\\xa9/%e2*$")
    '/caf%C3%A9/%E2*$'
    """
    text = pattern.decode("ascii", "surrogateescape")
    if not text.isascii():
        text = _BEYOND_ASCII.sub(_encoded, text)
    return _ESCAPE.sub(lambda escape: escape[0].upper(), text) if "%" in text else text


def path_of(url: str) -> str:
    """Give path and query of an address, from the first of ``/``, ``?`` and ``;`` after the authority.

    The fragment is left out, and a path without a leading ``/`` gets one. An address without a scheme is taken as it
    stands: ``example.com/a`` has the path ``/a``, and so has ``//example.com/a``.

    >>> path_of("https://example.com?q=1#top")
    '/?q=1'
    """
    start = 2 if url.startswith("//") else 0
    first = _first_of(url, start)
    scheme = url.find("://", start)
    after = scheme + 3 if scheme != -1 and (first == -1 or scheme < first) else start
    begin = _first_of(url, after)
    fragment = url.find("#", start)
    if begin == -1 or -1 < fragment < begin:
        return "/"
    path = url[begin:] if fragment == -1 else url[begin:fragment]
    return path if path.startswith("/") else f"/{path}"


def _first_of(url: str, start: int) -> int:
    places = [place for place in (url.find("/", start), url.find("?", start), url.find(";", start)) if place != -1]
    return min(places, default=-1)


class Pattern(NamedTuple):
    """A path pattern taken apart: literal text between its ``*``, and whether a final ``$`` ties it to the end."""

    pieces: tuple[str, ...]
    """Literal text: the first begins the path, each other one follows a ``*``."""
    anchored: bool

    def matches(self, path: str) -> bool:
        """Whether a path in form matches; takes at most path length times pattern length.

        >>> path_pattern("/*.jpg$").matches("/a/b.jpg")
        True
        """
        first, *others = self.pieces
        if not path.startswith(first):
            return False
        if not others:
            return not self.anchored or len(path) == len(first)
        place = len(first)
        *inner, last = others
        for piece in inner:
            found = path.find(piece, place)
            if found == -1:
                return False
            place = found + len(piece)
        if self.anchored:
            return len(path) - len(last) >= place and path.endswith(last)
        return path.find(last, place) != -1


@functools.lru_cache(maxsize=1 << 16)  # a thousand sites write the same patterns
def path_pattern(text: str) -> Pattern:
    """Take a pattern in form apart: ``*`` is any run of characters, ``$`` at the very end is the end of the path."""
    anchored = text.endswith("$")
    return Pattern(tuple(re.split(r"\*+", text.removesuffix("$") if anchored else text)), anchored)
