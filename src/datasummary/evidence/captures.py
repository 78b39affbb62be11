"""One captured answer of a site, as all protocols read it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urljoin, urlsplit

from datasummary.domains import parse_authority

__all__ = ["DIGEST_DIFFERS", "Capture", "Kind", "Outcome", "authority_of", "kind_of"]

Kind = Literal["robots-txt", "tdmrep", "ai-txt", "page", "request"]
"""What a capture is: one of the files that protocols name, any other address, or a request a rightsholder sent."""

Outcome = Literal["answered", "absent", "refused", "failed", "redirected"]

DIGEST_DIFFERS = "digest differs"
"""The problem of evidence that is not what was once captured."""

REFUSALS = frozenset({401, 403, 407, 429, 451})
"""Status codes by which a site refuses access; they are no proof that it reserved nothing."""

_WELL_KNOWN: dict[str, Kind] = {"/robots.txt": "robots-txt", "/.well-known/tdmrep.json": "tdmrep", "/ai.txt": "ai-txt"}
_CHALLENGE = re.compile(
    rb"cf-browser-verification|cf-chl-|challenge-platform|_Incapsula_Resource|px-captcha|captcha-delivery\.com|"
    rb"<title>(?:Just a moment|Attention Required|Access Denied|Are you a robot)",
    re.IGNORECASE,
)
_MARKUP = re.compile(
    rb"^(?:\xef\xbb\xbf)?[\s\x00]*<(?:!doctype|html|head|body|script|title|meta|\?xml|!--|div|p\b|h1\b)", re.I
)


@dataclass(frozen=True, slots=True)
class Capture:
    """What one request brought back.

    ``body`` has transfer and content codings removed. ``status`` is ``None`` where the evidence does not say it.
    """

    url: str
    """Address that was asked for, absolute."""
    captured: dt.datetime | None
    """When, in UTC; ``None`` where the evidence does not say."""
    status: int | None
    headers: tuple[tuple[str, str], ...] = ()
    """Header fields in the order in which they came, repeated ones side by side."""
    body: bytes = b""
    problem: str | None = None
    """Why there is no answer or not all of it: ``timeout``, ``truncated`` …; ``None`` where all came."""
    id: str = ""
    """Name of the record in the archive."""
    kind: Kind = "page"
    body_id: str = ""
    """Name of the record that holds the body, where that is another one: the answer was "not modified"."""

    def header(self, name: str) -> list[str]:
        """Values of all header fields of this name, whatever its case."""
        wanted = name.lower()
        return [value for field, value in self.headers if field.lower() == wanted]

    @property
    def content_type(self) -> str:
        """Media type without parameters, in lower case; empty where there is none."""
        values = self.header("content-type")
        return values[0].partition(";")[0].strip().lower() if values else ""

    @property
    def outcome(self) -> Outcome:
        """What came of the request.

        ``absent`` is 404, 410 and the other 4xx (RFC 9309, 2.3.1.3: no such file); ``refused`` a status in
        :data:`REFUSALS` or a challenge page; ``failed`` 5xx, no answer, part of an answer, or markup in place of a
        file that is none, or evidence that was changed.
        """
        status = self.status
        if self.problem == DIGEST_DIFFERS:
            return "failed"
        if status in REFUSALS or (status in {200, 503} and self._is_challenge):
            return "refused"
        if status is None:
            got = self.body or (self.kind == "page" and self.headers)
            return "answered" if got and not self._is_broken else "failed"
        if 300 <= status < 400:
            return "redirected" if self.header("location") else "failed"
        if 400 <= status < 500:
            return "absent"
        if not 200 <= status < 300:
            return "failed"
        return "failed" if self._is_broken else "answered"

    @property
    def _is_challenge(self) -> bool:
        """Whether it is a page that asks the visitor to prove something, and not a file that mentions such pages."""
        return bool(_MARKUP.match(self.body[:1000]) and _CHALLENGE.search(self.body[:20_000]))

    @property
    def _is_broken(self) -> bool:
        if self.problem and self.problem != "truncated":
            return True
        return self.kind in {"robots-txt", "ai-txt", "tdmrep"} and bool(_MARKUP.match(self.body[:1000]))

    @property
    def target(self) -> str | None:
        """Where it redirects to, absolute; ``None`` where it does not."""
        if self.status is None or not 300 <= self.status < 400 or self.outcome != "redirected":
            return None
        values = self.header("location")
        try:
            return urljoin(self.url, values[0].strip())
        except ValueError:
            return None


def kind_of(url: str) -> Kind:
    """Tell what an address is for, by its path."""
    try:
        return _WELL_KNOWN.get(urlsplit(url).path, "page")
    except ValueError:
        return "page"


def authority_of(url: str) -> str | None:
    """Give the host an address belongs to, ``host`` or ``host:port``, or ``None`` where it has none.

    Port 80 and 443 are left out: evidence for a bare host holds for http and https on their default ports.
    """
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.strip().lower() not in {"http", "https"}:
        return None
    authority = parse_authority(re.split(r"[/?#\\]", rest, maxsplit=1)[0])
    if authority.host is None:
        return None
    return authority.host if authority.port is None else f"{authority.host}:{authority.port}"
