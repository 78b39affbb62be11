"""Where the site will stand: the address before every file of it, and which addresses lead to one."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import PurePosixPath
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from datasummary.domains import parse_authority
from datasummary.errors import ProjectError

__all__ = ["ascii_address", "base_address", "leads_to", "path_in_address"]

_PORTS = {"http": 80, "https": 443}
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PAGE = re.compile(r"\.[a-z0-9]{2,5}$", re.IGNORECASE)


def base_address(url: str | None, authoritative_copy: str | None) -> str:
    """Return the address of the site's folder, with ``/`` at its end.

    It is ``url``, else the folder of the authoritative copy: what ends in a file's name stands in a folder, anything
    else is one. Raises :class:`~datasummary.errors.ProjectError` where neither is there, or it is no address.

    >>> base_address(None, "https://acme.example/ai/public-summary.html")
    'https://acme.example/ai/'
    >>> base_address("https://bücher.example/ä", None)
    'https://xn--bcher-kva.example/%C3%A4/'
    """
    given = url or authoritative_copy
    if not given:
        raise ProjectError(
            "the feed, the sitemap and what search engines read need the address at which the site will stand; give "
            "--url https://…/, or set summary.published_at in the project file and write the summary again"
        )
    address = ascii_address(given)
    if address is None or re.search(r"[\s<>\"\\^`{|}\x00-\x1f]", given):
        raise ProjectError(f"{given}: is no address for a site; write one such as --url https://example.com/summary/")
    parts = urlsplit(address)
    if url and (parts.query or parts.fragment):
        raise ProjectError(f"--url {url}: a folder's address has neither ? nor #; leave them out")
    path = parts.path or "/"
    if any(unquote(step) in {".", ".."} for step in path.split("/")):
        raise ProjectError(f"{given}: has . or .. for a folder; write the address that this leads to")
    if not path.endswith("/"):
        folder, _, last = path.rpartition("/")
        path = f"{folder}/" if _PAGE.search(last) else f"{path}/"
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def ascii_address(address: str) -> str | None:
    """Return an address (http or https) as programs read it; None where it is none, or names a user.

    The host is in lower case and with ``xn--``, the scheme's own port is left out, and what may not stand in an address
    is percent-encoded.
    """
    try:
        parts = urlsplit(address)
        port, rest = parts.port, [_quoted(part) for part in (parts.path, parts.query, parts.fragment)]
    except ValueError:
        return None
    host = parse_authority(parts.netloc).host
    if parts.scheme not in _PORTS or host is None or port == 0 or "@" in parts.netloc:
        return None
    authority = host if port in (None, _PORTS[parts.scheme]) else f"{host}:{port}"
    return urlunsplit((parts.scheme, authority, *rest))


def leads_to(address: str, base: str, files: Collection[str]) -> bool:
    """Tell whether an address leads to one of the files of a site; hosts add what ends a page's name, or a folder's."""
    whole = (ascii_address(address) or "").partition("#")[0].partition("?")[0]
    if not f"{whole}/".startswith(base):
        return False
    path = unquote(whole[len(base) :])
    return any(name in files for name in (path, f"{path}.html", str(PurePosixPath(path, "index.html"))))


def _quoted(part: str) -> str:
    return quote(_LONE_PERCENT.sub("%25", part), safe="/%!$&'()*+,:;=@~?")


def path_in_address(path: str) -> str:
    """Return a file's path as addresses write it; a page of a folder is the folder."""
    if path == "index.html" or path.endswith("/index.html"):
        path = path.removesuffix("index.html")
    return quote(path)
