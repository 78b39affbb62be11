"""Makes PDF files with Typst: PDF/A-3a, for keeping, and PDF/UA-1, for reading aloud, both at once.

The templates ``templates/*.typ`` lay out data that they get as JSON: no word of a document is ever part of a source
text, so none can be markup. Fonts are those that come with Typst, so that the bytes are the same on every machine.
"""

from __future__ import annotations

import datetime as dt
import json
from functools import cache
from importlib.resources import files
from typing import Any

import typst

from datasummary.render.footer import DISCLAIMER
from datasummary.render.pdf_words import PdfWords
from datasummary.translation import spoken, t

__all__ = ["made_pdf"]

_STANDARDS = ["a-3a", "ua-1"]
_SHARED = "page.typ"


def made_pdf(
    template: str,
    content: dict[str, Any],
    words: PdfWords,
    *,
    title: str,
    subject: str,
    provider: str,
    date: dt.date,
    running: str,
    attached: str | None = None,
) -> bytes:
    """Return a PDF file, in the language that is spoken.

    ``content`` is what ``templates/<template>.typ`` lays out, its words turned into lines by ``words``; ``running``
    stands at the foot of each page, ``attached`` is the text of a file that the template attaches.
    """
    data: dict[str, Any] = {
        "language": spoken(),
        "title": words.plain(title).strip() or "–",
        "subject": words.plain(subject),
        "provider": words.plain(provider),
        "date": [date.year, date.month, date.day],
        "running": words.unlinked(running),
        "colon": t("{label}: {words}", label="", words=""),
        "pages": t("Page {page} of {pages}", page="{page}", pages="{pages}"),
        "content": content,
        "disclaimer": words.line(t(DISCLAIMER)),
    }
    data["lost"] = _told(words)
    made = _compiler().compile(
        {"main.typ": _template(f"{template}.typ"), _SHARED: _template(_SHARED)},  # type: ignore[type-var]
        format="pdf",
        pdf_standards=_STANDARDS,  # type: ignore[arg-type]
        timestamp=int(dt.datetime.combine(date, dt.time(), dt.UTC).timestamp()),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False), "attached": attached or ""},
    )
    if not isinstance(made, bytes):
        raise TypeError("Typst gave no single file")
    return made


def _told(words: PdfWords) -> list[Any] | None:
    """A note on the characters that stand as numbers."""
    if not words.lost:
        return None
    return words.line(
        t(
            "The fonts of this file lack some characters, which stand as their Unicode numbers: {numbers}. "
            "The other forms of this document show them.",
            numbers=", ".join(f"U+{ord(sign):04X}" for sign in sorted(words.lost)),
        )
    )


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(ignore_system_fonts=True, font_paths=typst.Fonts(include_system_fonts=False))


@cache
def _template(name: str) -> bytes:
    return files("datasummary.render").joinpath("templates", name).read_bytes()
