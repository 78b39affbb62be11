"""Words as the PDF's templates take them: as data, with addresses as links, and only characters that its fonts show.

The fonts are those that come with Typst, which stops at a character that none of them has. What they show is listed
in ``templates/pdf-glyphs.txt``: first the characters of the serif font in both of its weights, among them marks that
combine with a letter before them; then those that only the other fonts have. A mark needs the font of its letter.
Last are the broad characters: they count as two and as three units, all others as one, which is 0.62 of the size of
the type.

A line is a list of runs, each a text or ``{"whole": [piece, …], "link": address or absent}``. Pieces are never broken;
a line may end between two of them. A name or address is one piece where it fits on a line, and no line ends with a
hyphen, which programs that read the text out again would drop.

>>> PdfWords().line("See a-b.example or 漢.")
['See ', {'whole': ['a-b.example']}, ' or ⟨U+6F22⟩.']
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from datasummary.render.docx_links import link_target
from datasummary.render.links import split_links

__all__ = ["CELL", "COLUMN", "LINE", "Line", "PdfWords", "breadth", "broad_characters", "shown_characters"]

Line = list[Any]

CELL = 26
"""How many units fit in a cell of a table."""
COLUMN = 20
"""How many units fit in a column of names."""

LINE = 60
"""How many units fit on a line."""

_SPACES = re.compile(r"[^\S\u00a0\u202f]+")
_ENDS_OF_PARTS = frozenset("/?&=_@:;,.⟩")
_PARAGRAPHS = re.compile(r"\n[^\S\n]*\n\s*")
_HYPHENS = frozenset("-\u2010")
_NARROW_SPACE = "\u202f"


@cache
def shown_characters() -> tuple[frozenset[str], frozenset[str]]:
    """Return the characters of the serif font, and those that the other fonts show beside."""
    return _listed("serif"), _listed("others")


@cache
def broad_characters() -> tuple[frozenset[str], frozenset[str]]:
    """Return the characters that are broader than one unit, and those that are broader than two."""
    return _listed("broad"), _listed("broadest")


def breadth(text: str) -> int:
    """Return how many units a text takes at most, in the bolder weight."""
    broad, broadest = broad_characters()
    return sum(0 if _is_mark(sign) else 3 if sign in broadest else 2 if sign in broad else 1 for sign in text)


def _listed(heading: str) -> frozenset[str]:
    text = files("datasummary.render").joinpath("templates", "pdf-glyphs.txt").read_text("utf-8")
    ranges = text.partition(f"# {heading}\n")[2].partition("#")[0]
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

    def line(self, text: str, longest: int = LINE) -> Line:
        """Return a text as one line of runs, its white space made single spaces."""
        return self.inside(_SPACES.sub(" ", text).strip(), longest)

    def unlinked(self, text: str, longest: int = LINE) -> Line:
        """Return a text as a line without links, as heads of tables and pages must be; a dash where there is none."""
        line: Line = []
        self._add_words(line, self.plain(_SPACES.sub(" ", text).strip()), longest)
        return line or ["–"]

    def paragraphs(self, text: str, longest: int = LINE) -> list[list[Line]]:
        """Return paragraphs, parted by blank lines, as lists of lines."""
        parts = [part.split("\n") for part in _PARAGRAPHS.split(text) if part.strip()]
        found = [[self.line(line, longest) for line in lines] for lines in parts]
        return [[line for line in lines if line] for lines in found]

    def inside(self, text: str, longest: int = LINE) -> Line:
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
            if breadth(word) > longest or not _HYPHENS.isdisjoint(word):
                line.append({"whole": list(_pieces(word, longest))})
            elif word and line and isinstance(line[-1], str):
                line[-1] += word
            elif word:
                line.append(word)


def _unseen(sign: str, category: str) -> bool:
    """Whether a character only steers how others are shown: joiners, selectors of variants, soft hyphens."""
    return category in ("Cc", "Cf") or "\ufe00" <= sign <= "\ufe0f" or "\U000e0100" <= sign <= "\U000e01ef"


def _is_mark(sign: str) -> bool:
    return unicodedata.category(sign)[0] == "M"


def _pieces(word: str, longest: int) -> Iterator[str]:
    """Part a word that is too long for a line: after signs that part an address, before hyphens, else anywhere."""
    if breadth(word) <= longest:
        yield word
        return
    for part in _parted(word, _ends_part):
        if breadth(part) <= longest:
            yield part
        else:
            yield from _parted(part, lambda piece, sign: _is_enough(piece, sign, longest))


def _parted(word: str, ends: Callable[[str, str], bool]) -> Iterator[str]:
    """Part a word where ``ends`` says so of what is before a sign and that sign, but never before a mark."""
    piece = ""
    for sign in word:
        if piece and not _is_mark(sign) and ends(piece, sign):
            yield piece
            piece = ""
        piece += sign
    if piece:
        yield piece


def _ends_part(piece: str, sign: str) -> bool:
    if sign in _HYPHENS:
        return piece[-1] not in _HYPHENS
    return piece[-1] in _ENDS_OF_PARTS and sign not in _ENDS_OF_PARTS


def _is_enough(piece: str, sign: str, longest: int) -> bool:
    """Whether a piece of what fits on no line is a good one: a sixth of a line, so that lines become full."""
    if piece[-1] in _HYPHENS:
        return breadth(piece + sign) > longest
    return breadth(piece) >= longest // 6
