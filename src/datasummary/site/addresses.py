"""Where the site will stand: the address before every file of it."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit, urlunsplit

from datasummary.errors import ProjectError

__all__ = ["base_address", "path_in_address"]

_PAGE = re.compile(r"\.[a-z0-9]{2,5}$", re.IGNORECASE)


def base_address(url: str | None, authoritative_copy: str | None) -> str:
    """Return the address of the site's folder, with ``/`` at its end.

    It is ``url``, else the folder of the authoritative copy: what ends in a file's name stands in a folder, anything
    else is one. Raises :class:`~datasummary.errors.ProjectError` where neither is there, or it is no address.

    >>> base_address(None, "https://acme.example/ai/public-summary.html")
    'https://acme.example/ai/'
    >>> base_address("https://acme.example/ai", None)
    'https://acme.example/ai/'
    """
    given = url or authoritative_copy
    if not given:
        raise ProjectError(
            "the feed, the sitemap and what search engines read need the address at which the site will stand; give "
            "--url https://…/, or set summary.published_at in the project file and write the summary again"
        )
    try:
        parts = urlsplit(given)
        known = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        known = False
    if not known or "@" in parts.netloc or re.search(r"[\s<>\"\\^`{|}\x00-\x1f]", given):
        raise ProjectError(f"{given}: is no address for a site; write one such as --url https://example.com/summary/")
    if url and (parts.query or parts.fragment):
        raise ProjectError(f"--url {url}: a folder's address has neither ? nor #; leave them out")
    path = parts.path or "/"
    if not path.endswith("/"):
        folder, _, last = path.rpartition("/")
        path = f"{folder}/" if _PAGE.search(last) else f"{path}/"
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def path_in_address(path: str) -> str:
    """Return a file's path as addresses write it; a page of a folder is the folder."""
    if path == "index.html" or path.endswith("/index.html"):
        path = path.removesuffix("index.html")
    return quote(path)
