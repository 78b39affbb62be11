"""Addresses as the targets of links in DOCX: word processors refuse whole documents for one that is malformed."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

import idna

__all__ = ["link_target"]

_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?", re.IGNORECASE)
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
    path = quote(parts.path, safe="/%!$&'()*+,:;=@~")
    query = "?" + quote(parts.query, safe="/%!$&'()*+,:;=@~?") if parts.query else ""
    fragment = "#" + quote(parts.fragment, safe="/%!$&'()*+,:;=@~?") if parts.fragment else ""
    target = f"{parts.scheme}://{host}{f':{port}' if port is not None else ''}{path}{query}{fragment}"
    return target if len(target) <= _LONGEST else None
