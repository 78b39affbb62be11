"""Addresses as the targets of links in DOCX: word processors refuse whole documents for one that is malformed."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

import idna

__all__ = ["link_target"]

_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?", re.IGNORECASE)
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_LONGEST = 2083
"""Word takes no longer ones."""


def link_target(address: str) -> str | None:
    """Return an address (http or https) in ASCII, or None where nothing that every reader takes can be made of it.

    >>> link_target("https://bücher.example/a b|c"), link_target("https://a.example:x/")
    ('https://xn--bcher-kva.example/a%20b%7Cc', None)
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
        if not host.isascii():
            host = idna.encode(host, uts46=True).decode()
    except (ValueError, UnicodeError):
        return None
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or not _HOST.fullmatch(host):
        return None
    target = f"{parts.scheme}://{host}{'' if port is None else f':{port}'}{_quoted(parts.path)}"
    if parts.query:
        target += f"?{_quoted(parts.query)}"
    if parts.fragment:
        target += f"#{_quoted(parts.fragment)}"
    return target if len(target) <= _LONGEST else None


def _quoted(part: str) -> str:
    return quote(_LONE_PERCENT.sub("%25", part), safe="/%!$&'()*+,:;=@~?")
