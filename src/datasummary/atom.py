"""Atom feeds (RFC 4287) whose entries are lists of changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

__all__ = ["atom_entry", "atom_feed"]


def atom_entry(
    id_: str, title: str, day: str, changes: Iterable[str], link: str | None = None, *, language: str | None = None
) -> str:
    """Return an entry of a day (ISO 8601), with its changes as a list; its language where that is not the feed's."""
    items = "".join(f"<li>{escape(change)}</li>" for change in changes)
    page = f'<link rel="alternate" href={quoteattr(link)}/>\n' if link else ""
    spoken = f" xml:lang={quoteattr(language)}" if language else ""
    return (
        f"<entry{spoken}>\n<id>{escape(id_)}</id>\n<title>{escape(title)}</title>\n<updated>{day}T00:00:00Z</updated>\n{page}"
        f'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><ul>{items}</ul></div></content>\n</entry>\n'
    )


def atom_feed(
    id_: str,
    title: str,
    author: str,
    entries: Sequence[tuple[str, str]],
    links: Mapping[str, str | None],
    language: str = "en",
) -> str:
    """Return a feed of entries, given as pairs of their time and their XML, the latest first.

    ``links`` are addresses by relation (``self``, ``alternate``); those that are None are left out.
    """
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang={quoteattr(language)}>',
        f"<id>{escape(id_)}</id>",
        f"<title>{escape(title)}</title>",
        f"<updated>{max(updated for updated, _ in entries)}</updated>",
        f"<author><name>{escape(author)}</name></author>",
        *(f'<link rel="{rel}" href={quoteattr(address)}/>' for rel, address in links.items() if address),
        "<generator>datasummary</generator>",
    ]
    return "\n".join(lines) + "\n" + "".join(xml for _, xml in entries) + "</feed>\n"
