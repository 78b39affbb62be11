"""Words as the PDF's templates take them: as data, with addresses as links, and only characters that its fonts show.

The fonts are those that come with Typst, which stops at a character that none of them has. What they show is listed
in ``templates/pdf-glyphs.txt``: first the characters of the serif font in both of its weights, among them marks that
combine with a letter before them; then those that only the other fonts have. A mark needs the font of its letter.

A line is a list of runs, each a text or ``{"whole": [piece, …], "link": address or absent}``. Pieces are never broken;
a line may end between two of them. A name or address is one piece where it fits on a line, and no line ends with a
hyphen, which programs that read the text out again would drop.

>>> PdfWords().line("See a-b.example or 漢.")
['See ', {'whole': ['a-b.example']}, ' or ⟨U+6F22⟩.']
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from datasummary.render.docx_links import link_target
from datasummary.render.links import split_links

__all__ = ["CELL", "Line", "PdfWords", "shown_characters"]

Line = list[Any]

CELL = 26
"""The longest piece in a cell of a table."""

_LINE = 60
_SPACES = re.compile(r"[^\S\u00a0\u202f]+")
_PARTS = re.compile(r"[^/?&=_@:;,.⟩]*[/?&=_@:;,.⟩]*")
_PARAGRAPHS = re.compile(r"\n[^\S\n]*\n\s*")
_HYPHENS = frozenset("-\u2010")
_NARROW_SPACE = "\u202f"


@cache
def shown_characters() -> tuple[frozenset[str], frozenset[str]]:
    """Return the characters of the serif font, and those that the other fonts show beside."""
    text = files("datasummary.render").joinpath("templates", "pdf-glyphs.txt").read_text("utf-8")
    serif, others = ("".join(part.splitlines(keepends=True)[1:]) for part in text.split("# ")[1:])
    return _characters(serif), _characters(others)


def _characters(ranges: str) -> frozenset[str]:
    found: set[str] = set()
    for entry in ranges.split():
        first, _, last = entry.partition("-")
        found.update(map(chr, range(int(first, 16), int(last or first, 16) + 1)))
    return frozenset(found)


class PdfWords:
    """Turns a document's words into lines, and remembers which characters could not be shown."""

    def __init__(self) -> None:
        self.lost: set[str] = set()
        """Characters that stand as their numbers."""

    def line(self, text: str, longest: int = _LINE) -> Line:
        """Return a text as one line of runs, its white space made single spaces."""
        return self.inside(_SPACES.sub(" ", text).strip(), longest)

    def unlinked(self, text: str, longest: int = _LINE) -> Line:
        """Return a text as a line without links, as heads of tables and pages must be; a dash where there is none."""
        line: Line = []
        self._add_words(line, self.plain(_SPACES.sub(" ", text).strip()), longest)
        return line or ["–"]

    def paragraphs(self, text: str) -> list[list[Line]]:
        """Return paragraphs, parted by blank lines, as lists of lines."""
        found = [[self.line(line) for line in part.split("\n")] for part in _PARAGRAPHS.split(text) if part.strip()]
        return [[line for line in lines if line] for lines in found]

    def inside(self, text: str, longest: int = _LINE) -> Line:
        """Return a part of a line, which may begin or end with a space."""
        line: Line = []
        for part, is_link in split_links(text):
            if is_link:
                target = link_target(part)
                pieces = list(_pieces(self.plain(part), longest))
                line.append({"whole": pieces, "link": target} if target else {"whole": pieces})
            else:
                self._add_words(line, self.plain(part), longest)
        return line

    def plain(self, text: str) -> str:
        """Return a text of characters that the fonts show; what cannot be seen is left out, spaces are plain ones."""
        serif, others = shown_characters()
        found: list[str] = []
        in_serif = False
        for sign in unicodedata.normalize("NFC", text):
            category = unicodedata.category(sign)
            if sign in serif and (in_serif or category[0] != "M"):
                found.append(sign)
                in_serif = not sign.isspace()
            elif sign in others:
                found.append(sign)
                in_serif = False
            elif sign == _NARROW_SPACE:
                found.append("\u00a0")
            elif sign.isspace() or category[0] == "Z":
                found.append(" ")
                in_serif = False
            elif not _unseen(sign, category):
                self.lost.add(sign)
                found.append(f"⟨U+{ord(sign):04X}⟩")
                in_serif = False
        return "".join(found)

    def _add_words(self, line: Line, text: str, longest: int) -> None:
        for word in re.split(r"( +)", text):
            if len(word) > longest or not _HYPHENS.isdisjoint(word):
                line.append({"whole": list(_pieces(word, longest))})
            elif word and line and isinstance(line[-1], str):
                line[-1] += word
            elif word:
                line.append(word)


def _unseen(sign: str, category: str) -> bool:
    """Whether a character only steers how others are shown: joiners, selectors of variants, soft hyphens."""
    return category in ("Cc", "Cf") or "\ufe00" <= sign <= "\ufe0f" or "\U000e0100" <= sign <= "\U000e01ef"


def _pieces(word: str, longest: int) -> Iterator[str]:
    """Part a word that is too long for a line: after signs that part an address, else anywhere but after a hyphen."""
    piece = ""
    for part in _PARTS.findall(word):
        if piece and len(piece) + len(part) > longest:
            yield piece
            piece = ""
        piece += part
        while len(piece) > longest:
            end = _end(piece, longest)
            yield piece[:end]
            piece = piece[end:]
    if piece:
        yield piece


def _end(piece: str, longest: int) -> int:
    """Where to end a piece: before the last letter that has no hyphen before it and no mark behind it."""
    for end in range(longest, longest // 2, -1):
        if piece[end - 1] not in _HYPHENS and unicodedata.category(piece[end])[0] != "M":
            return end
    return longest
