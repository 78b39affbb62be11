"""A licence document of RSL 1.0 (Really Simple Licensing), read from XML: what each licence says of training AI.

Documents come from strangers: one that declares an entity, is nested deeper than :data:`DEEPEST` or larger than
:data:`LARGEST` is not read to its end. A document is known by its namespace (RSL 1.0, 2.2), alone, in a feed or in the
``script`` of a page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.parsers import expat

from datasummary.protocols.signals import Says, shortened

__all__ = ["DEEPEST", "LARGEST", "Content", "Document", "License", "Ruling", "is_document", "read_document", "ruling"]

LARGEST = 1024 * 1024
"""Largest document that is read, in octets."""
DEEPEST = 100
"""Deepest nesting of elements that is read."""

_NAMESPACE = "https://rslstandard.org/rsl"
_BEGINNING = 8192
_ROOT = re.compile(rb"<(?:[\w.-]+:)?rsl[\s/>]")
_PAGE = re.compile(rb"<(?:!doctype\s+)?(?:html|head|body|script|meta)[\s>]", re.IGNORECASE)
_NO_TEXT = b"\xef\xbb\xbf\xff\xfe \t\r\n"
_SEPARATORS = re.compile(r"[\s,]+")
_TRAINING = frozenset({"all", "ai-all", "ai-train"})
"""Tokens of usage that cover training (RSL 1.0, 3.4.1.1)."""
_OLDER = frozenset({"train-ai", "train-genai"})
"""Such tokens from before RSL 1.0, which guides and plugins still show."""
_LICENSE_PARTS = frozenset({"permits", "prohibits", "payment", "reporting"})
_PAYMENT_PARTS = frozenset({"standard", "custom", "amount", "accepts"})
_WITH_TEXT = _PAYMENT_PARTS | {"permits", "prohibits", "terms"}


@dataclass(slots=True)
class License:
    """One licence: an alternative to the others of its content."""

    line: int
    permits: dict[str, list[str]] = field(default_factory=dict)
    """Text of each ``permits`` by type."""
    prohibits: dict[str, list[str]] = field(default_factory=dict)
    payment: str | None = None
    """Type of the payment, empty where it has none; ``None`` where there is no payment."""
    terms: dict[str, str] = field(default_factory=dict)
    """What stands in the payment: ``standard``, ``custom``, ``amount`` or ``accepts``."""
    reports: bool = False


@dataclass(slots=True)
class Content:
    """What licences are given for."""

    line: int
    url: str
    has_server: bool
    licenses: list[License] = field(default_factory=list)
    terms: str = ""


@dataclass(slots=True)
class Document:
    """All contents, as far as the document could be read, and why not to its end."""

    contents: list[Content] = field(default_factory=list)
    problem: str | None = None
    deviation: str = ""
    is_feed: bool = False
    """Whether it is a feed, or other XML, in which licences stand."""


class Ruling(NamedTuple):
    """What a licence says of training, with the words it says it in."""

    says: Says
    rank: int
    """Order among the licences of one content: the highest decides."""
    quote: str
    note: str
    address: str | None = None


class _RefusedError(Exception):
    """The document declares what is not read."""


def is_document(body: bytes) -> bool:
    """Tell by its beginning whether a body may be such a document: RSL is its root or declared, in no HTML page."""
    beginning = body[:_BEGINNING].replace(b"\0", b"").lstrip(_NO_TEXT)
    declared = b"rslstandard.org/rsl" in beginning or _ROOT.search(beginning)
    return bool(beginning.startswith(b"<") and declared and not _PAGE.search(beginning[:1000]))


def read_document(body: bytes) -> Document:
    """Read a document. Never raises; takes time in proportion to its length."""
    document = Document()
    if len(body) > LARGEST:
        document.problem = f"larger than {LARGEST} bytes"
        return document
    xml = body.lstrip()
    reader = _Reader(document, lines_before=body[: len(body) - len(xml)].count(b"\n"))
    try:
        reader.parser.Parse(xml, True)
    except _RefusedError as refused:
        document.problem = str(refused)
    except (expat.ExpatError, ValueError, LookupError) as error:
        document.problem = f"no well-formed XML: {shortened(str(error))}"
    return document


class _Reader:
    """Gathers a document from the events of expat, which fetches nothing and expands no entity of its own accord."""

    def __init__(self, document: Document, lines_before: int) -> None:
        self.document = document
        self._lines_before = lines_before
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.buffer_text = True
        self.parser.EntityDeclHandler = self._refuse
        self._open: list[str] = []
        self._kind = ""
        self._words: list[str] = []
        self._content: Content | None = None
        self._license: License | None = None

    def _refuse(self, *_: object) -> None:
        raise _RefusedError(f"declares an entity in line {self._line}")

    @property
    def _line(self) -> int:
        return self._lines_before + self.parser.CurrentLineNumber

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local, is_rsl = self._local(name)
        self.document.is_feed |= not (self._open or (is_rsl and local == "rsl"))
        self._open.append(local if is_rsl else "")
        if len(self._open) > DEEPEST:
            raise _RefusedError(f"nested deeper than {DEEPEST} elements")
        if not is_rsl:
            return
        line = self._line
        if local == "content":
            url, server = (attributes.get(name, "").strip() for name in ("url", "server"))
            self._content = Content(line, url, bool(server))
            self.document.contents.append(self._content)
        elif local == "license" and self._content:
            self._license = License(line)
            self._content.licenses.append(self._license)
        elif self._license and local in _LICENSE_PARTS:
            self._kind = attributes.get("type", "").strip().lower()
            if local == "payment":
                self._license.payment = self._kind
            self._license.reports |= local == "reporting"
        if local in _WITH_TEXT:
            self._words = []

    def _text(self, words: str) -> None:
        if self._open[-1]:
            self._words.append(words)

    def _end(self, _: str) -> None:
        local = self._open.pop()
        words = "".join(self._words).strip()
        if local == "content":
            self._content = None
        elif local == "license":
            self._license = None
        elif self._license and local in {"permits", "prohibits"}:
            said = self._license.permits if local == "permits" else self._license.prohibits
            said.setdefault(self._kind, []).append(words)
        elif self._license and local in _PAYMENT_PARTS:
            self._license.terms.setdefault(local, words)
        elif self._content and local == "terms":
            self._content.terms = words

    def _local(self, name: str) -> tuple[str, bool]:
        """Give an element's name without its namespace, and whether it is one of RSL's.

        What stands inside an element of another namespace is an extension, to be ignored, save in a feed.
        """
        namespace, _, local = name.rpartition(" ")
        in_licence = self._open[:1] == ["rsl"]
        if in_licence and "" in self._open:
            return local, False
        if namespace.partition("://")[2].startswith("rslstandard.org/rsl"):
            if namespace != _NAMESPACE:
                self.document.deviation = "the namespace is spelt otherwise"
            return local, True
        if namespace or not (in_licence or (not self._open and local == "rsl")):
            return local, False
        self.document.deviation = "no namespace"
        return local, True


def ruling(content: Content, license_: License) -> Ruling:
    """Tell what one licence says of training.

    A prohibition weighs more than a permission (RSL 1.0, 3.1.1 and 3.6), and a list of permitted uses leaves out all
    others (3.5). Terms other than free are a no without an agreement; users, regions and duties to report narrow a
    licence, so that people must look.
    """
    prohibited, odd = _covers_training(license_.prohibits.get("usage", []))
    if prohibited:
        return Ruling("no", 4, _quoted("prohibits", license_), odd)
    listed = license_.permits.get("usage")
    permitted, odd = _covers_training(listed or [])
    quote = _quoted("permits", license_)
    if listed and any(listed) and not permitted:
        return Ruling("no", 1, quote, "training is not among the permitted uses")
    address = license_.terms.get("custom") or license_.terms.get("standard")
    if license_.payment not in {None, "", "free"}:
        return Ruling("no", 1, quote, f"only on terms: payment of type {shortened(license_.payment or '')}", address)
    if license_.payment != "free" and license_.terms.keys() & {"custom", "amount", "accepts"}:
        return Ruling("no", 1, quote, "only on terms: a payment without a type", address)
    if not permitted:
        says: Says = "unclear" if listed or license_.terms else "silent"
        return Ruling(says, 0, quote, "neither permits nor prohibits training", address)
    limits = _limits(content, license_)
    if limits:
        return Ruling("unclear", 2, quote, f"permits training, but {limits}", address)
    return Ruling("yes", 3, quote, odd, address)


def _limits(content: Content, license_: License) -> str:
    limits = [
        what
        for kind, what in (("user", "only for some users"), ("geo", "only in some regions"))
        if kind in license_.permits or kind in license_.prohibits
    ]
    if content.has_server:
        limits.append("a licence must be got from its server")
    if license_.reports:
        limits.append("its use must be reported")
    if "standard" in license_.terms and license_.payment != "free":
        limits.append("under a licence it names")
    return ", ".join(limits)


def _covers_training(lists: list[str]) -> tuple[bool, str]:
    """Tell whether a token in one of the lists covers training, and what is odd about it."""
    found = {token for tokens in lists for token in _SEPARATORS.split(tokens.lower())}
    if found & _TRAINING:
        return True, ""
    older = sorted(found & _OLDER)
    return bool(older), f"{older[0]} is no token of RSL 1.0, read as ai-train" if older else ""


def _quoted(first: str, license_: License) -> str:
    """Put the licence's own words together, those that decided first."""
    parts = [
        f'<{name} type="{kind}">{words}</{name}>'
        for name, said in (("permits", license_.permits), ("prohibits", license_.prohibits))
        for kind, lists in said.items()
        for words in lists
    ]
    if first == "prohibits":
        parts.reverse()
    if license_.payment is not None:
        parts.append(f'<payment type="{license_.payment}">' if license_.payment else "<payment>")
    return " ".join(parts) or "<license>"
