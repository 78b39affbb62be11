"""A reader of the few HTML elements in which protocols stand: ``meta``, ``link`` and inline licences.

It cuts a page into tags as browsers do (HTML standard, 13.2.5), as far as these elements need it, so that what stands
in comments, scripts, titles and attribute values is no element. It takes any bytes, in time in proportion to their
number. Elements count wherever they stand: where the head of a page ends is a guess that browsers make differently.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["FIRST_PART", "RSL_TYPE", "Element", "read_elements"]

FIRST_PART = 1024 * 1024
"""What is read of a page, in octets."""
RSL_TYPE = "application/rsl+xml"
"""Media type of a licence, by which its ``script`` element is known."""

_MARKUP = re.compile(r"<(?:(!--)|([!?/])|([A-Za-z][^\s/>]*))")
_COMMENT_END = re.compile(r"--!?>")
_TAG_END = re.compile(r"""(?:[^=>]++|=\s*+(?:"[^"]*+"|'[^']*+')?+)*+>""")
_ATTRIBUTE = re.compile(r"""([^\s/>=]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>]*+)))?""")
_WANTED = frozenset({"meta", "link", "script"})
_RAW_TEXT = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE)
    for name in ("script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes")
}


class Element(NamedTuple):
    """One element of a page."""

    name: str
    line: int
    attributes: dict[str, str]
    """By name in lower case; of repeated ones the first."""
    text: str
    """What stands in a ``script`` that is a licence; empty for all others."""


def read_elements(body: bytes, *, is_xml: bool = False) -> Iterator[Element]:
    """Give the ``meta`` and ``link`` elements and the inline licences in the first :data:`FIRST_PART` of a page.

    With ``is_xml``, as for ``application/xhtml+xml``, ``<script/>`` is an element without content.
    """
    text = _text(body[:FIRST_PART])
    place, counted, line = 0, 0, 1
    while markup := _MARKUP.search(text, place):
        comment, declaration, tag = markup.groups()
        if comment or declaration:
            end = _COMMENT_END.search(text, markup.end() - 2) if comment else None
            place = end.end() if end else -1 if comment else text.find(">", markup.end()) + 1
            if place <= 0:
                return
            continue
        closed = _TAG_END.match(text, markup.end())
        if not closed:
            return
        name, place = tag.lower(), closed.end()
        content = ""
        if name in _RAW_TEXT and not (is_xml and text[place - 2] == "/"):
            closing = _RAW_TEXT[name].search(text, place)
            end_of_content = closing.start() if closing else len(text)
            content, place = text[place:end_of_content], end_of_content
        if name in _WANTED:
            attributes = _attributes(text[markup.end() : closed.end() - 1])
            if name != "script" or attributes.get("type", "").partition(";")[0].strip().lower() == RSL_TYPE:
                line += text.count("\n", counted, markup.start())
                counted = markup.start()
                yield Element(name, line, attributes, content if name == "script" else "")


def _text(body: bytes) -> str:
    if body[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return body.decode("utf-16", "replace")
    return body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")


def _attributes(inside: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(inside):
        found.setdefault(name.lower(), html.unescape(double or single or bare))
    return found
