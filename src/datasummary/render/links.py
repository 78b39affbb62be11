"""Finds the addresses in running text."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["split_links"]

_PAIR = r"\([^\s<>\"()]*\)"
_LINK = re.compile(rf"https?://(?:{_PAIR}|(?!{_PAIR})[^\s<>\"])*(?:{_PAIR}|[^\s<>\".,;:!?)\]}}'”’])")


def split_links(text: str) -> Iterator[tuple[str, bool]]:
    """Yield a text in pieces, each with whether it is an address (http or https).

    >>> list(split_links("(See https://a.example/x_(y).)"))
    [('(See ', False), ('https://a.example/x_(y)', True), ('.)', False)]
    """
    end = 0
    for link in _LINK.finditer(text):
        yield text[end : link.start()], False
        yield link.group(), True
        end = link.end()
    yield text[end:], False
