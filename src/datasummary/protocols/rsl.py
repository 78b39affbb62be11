"""RSL 1.0, Really Simple Licensing: licences for AI uses, named in robots.txt or a page, or standing in it.

A mere mention of a licence (a ``License`` line, a ``Link`` field, a ``link`` element) says nothing of training by
itself, so it is unclear on all uses by AI; its address lets the document be read in its place. What a document says of
training is the matter of :mod:`datasummary.protocols.rsl_document`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from datasummary.evidence.captures import Capture, Kind, authority_of
from datasummary.paths import path_of, pattern_form
from datasummary.protocols.html_head import RSL_TYPE
from datasummary.protocols.pages import absolute_address, elements, field_values, is_page, joined
from datasummary.protocols.robots import RobotsFile
from datasummary.protocols.rsl_document import Content, Ruling, is_document, read_document, ruling
from datasummary.protocols.signals import Signal, shortened

__all__ = ["KINDS", "MOST_NAMED", "NAME", "TITLE", "read"]

NAME = "rsl"
TITLE = "Really Simple Licensing (RSL)"
KINDS: frozenset[Kind] = frozenset({"robots-txt", "page"})

MOST_NAMED = 100
"""How many different licences a capture may name; more are one mention without an address."""

_LINK = re.compile(r"""<([^<>]*+)>((?:\s*+;\s*+[^\s=;,"<>]++(?:\s*+=\s*+(?:"[^"]*+"|[^\s;,"<>]*+))?+)*+)""")
_PARAMETER = re.compile(r""";\s*+([^\s=;,"<>]++)(?:\s*+=\s*+(?:"([^"]*+)"|([^\s;,"<>]*+)))?""")
_SPECIFIC = 5
"""Priority of one octet of a pattern: above the rank of a ruling."""


class _Scope(NamedTuple):
    pattern: str | None
    site: str | None
    problem: str = ""


def read(capture: Capture) -> list[Signal]:
    """Give the licences that a capture names, and what those that stand in it say."""
    if capture.kind == "robots-txt":
        return list(_distinct(_in_robots(capture))) if b"license" in capture.body.lower() else []
    if not is_page(capture):
        return []
    signals = list(_distinct(_in_page(capture)))
    if is_document(capture.body):
        return signals + list(_of_document(capture, capture.body))
    for script in elements(capture, "script"):
        body = script.text.encode("utf-8", "replace")
        if is_document(body):
            signals += _of_document(capture, body, script.line)
    return signals


def _in_robots(capture: Capture) -> Iterator[Signal]:
    if capture.outcome != "answered":
        return
    file = RobotsFile.parse(capture.body)
    for line in file.everywhere:
        if line.key == "license":
            yield _named(capture, line.value, "", f"line {line.line}", f"License: {line.value}")


def _in_page(capture: Capture) -> Iterator[Signal]:
    value = joined(field_values(capture, "link"))
    for target, parameters in _LINK.findall(value):
        found: dict[str, str] = {}
        for name, quoted, bare in _PARAMETER.findall(parameters):
            found.setdefault(name.lower(), quoted or bare)
        if _is_license(found):
            yield _named(capture, target, None, "header link", f"Link: <{target}>{parameters}")
    for element in elements(capture, "link"):
        if _is_license(element.attributes):
            target = element.attributes.get("href", "")
            quote = f'<link rel="license" type="{RSL_TYPE}" href="{target}">'
            yield _named(capture, target, None, f"link, line {element.line}", quote)


def _is_license(parameters: dict[str, str]) -> bool:
    media_type = parameters.get("type", "").partition(";")[0].strip().lower()
    return media_type == RSL_TYPE and "license" in parameters.get("rel", "").lower().split()


def _named(capture: Capture, target: str, pattern: str | None, place: str, quote: str) -> Signal:
    note = "names a licence document"
    target = target.strip()
    address = absolute_address(capture, target) if target.startswith("/") or "://" in target else None
    if address is None:
        note += ", but not by an address"
    return Signal(
        NAME,
        "unclear",
        "ai-all",
        place,
        shortened(quote),
        pattern=pattern,
        priority=-1,
        address=address,
        note=note,
    )


def _distinct(signals: Iterable[Signal]) -> Iterator[Signal]:
    seen: set[str | None] = set()
    for signal in signals:
        if signal.address in seen:
            continue
        if len(seen) == MOST_NAMED:
            yield replace(signal, address=None, note=f"names more than {MOST_NAMED} licence documents")
            return
        seen.add(signal.address)
        yield signal


def _of_document(capture: Capture, body: bytes, first_line: int | None = None) -> Iterator[Signal]:
    """Give what a document says, or, with its first line, one that stands in the script of a page."""
    document = read_document(body)
    begin, offset = (f"script, line {first_line}", first_line - 1) if first_line else ("document", 0)
    for number, content in enumerate(document.contents, 1):
        scope = _scope_in_page(capture, content.url) if first_line else _scope(content.url)
        for where, line, found in _rulings(content):
            says = found.says
            if (scope.problem and says in {"no", "yes"}) or (document.problem and says == "yes"):
                says = "unclear"
            yield Signal(
                NAME,
                says,
                "train-ai",
                f"{begin}, content {number}, {where}line {line + offset}",
                shortened(found.quote),
                pattern=scope.pattern,
                priority=_SPECIFIC * len(scope.pattern or "") + found.rank,
                site=scope.site,
                address=absolute_address(capture, found.address) if found.address else None,
                note="; ".join(filter(None, (found.note, scope.problem, document.deviation))),
            )
    if document.is_feed or (document.contents and not document.problem):
        return
    note = f"cannot be read to its end: {document.problem}" if document.problem else "no content in it"
    pattern = None if first_line else ""
    yield Signal(NAME, "unclear", "ai-all", begin, shortened(body.lstrip()), pattern=pattern, priority=-1, note=note)


def _rulings(content: Content) -> Iterator[tuple[str, int, Ruling]]:
    for number, license_ in enumerate(content.licenses, 1):
        yield f"license {number}, ", license_.line, ruling(content, license_)
    if not content.licenses:
        quote = f'<content url="{content.url}">'
        yield "", content.line, Ruling("unclear", 0, quote, "no license in it", content.terms or None)


def _scope(url: str) -> _Scope:
    """Tell which addresses a content is: of the site that names the document, or of the site in its ``url``."""
    if not url:
        return _Scope("", None, "no url: it holds for whatever names it")
    if "://" in url:
        site = authority_of(url)
        if site is None or "*" in site:
            return _Scope("", None, "its url names no one host")
        path = path_of(url)
    elif url[0] in "/*":
        site, path = None, url if url.startswith("/") else f"/{url}"
    else:
        return _Scope("", None, "its url is neither an address nor a path")
    return _Scope(pattern_form(path.encode("utf-8", "surrogatepass")), site)


def _scope_in_page(capture: Capture, url: str) -> _Scope:
    """Tell the same of a licence in a page: an empty ``url`` is that page (RSL 1.0, 4.6.2), which may be a copy."""
    scope = _scope(url)
    if not url or (scope.site and scope.site != authority_of(capture.url)):
        return _Scope(None, None)
    return scope
