"""Reply letters as Markdown, in English and French, from templates; whatever one prints is shown as it stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Literal

from babel.dates import format_date
from babel.lists import format_list
from jinja2 import Environment, PackageLoader, StrictUndefined

from datasummary.documents.letters import build_letter
from datasummary.lookups import Answer
from datasummary.project import Project
from datasummary.render.markdown_page import escaped

__all__ = ["letter_text"]


def letter_text(project: Project, answers: Iterable[Answer], language: Literal["en", "fr"] = "en") -> str:
    """Return the letter that gives these answers (at least one) as Markdown.

    Its date is left open; that of the records is ``summary.date``. It leaves room for recipient, name and signature.
    """
    environment = Environment(
        loader=PackageLoader("datasummary", "render/templates"),
        autoescape=False,  # noqa: S701 - Markdown is no HTML: finalize escapes every value
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["linked"] = lambda text: _Markdown(escaped(text).replace("\n", " "))
    environment.filters["written"] = lambda text: _Markdown(text.strip())
    letter = build_letter(project, answers)
    locale = "en_GB" if language == "en" else "fr"
    return environment.get_template(f"letter.{language}.md.j2").render(
        letter=letter,
        single=letter.entries[0] if len(letter.entries) == 1 else None,
        models=format_list(letter.models, locale=locale),
        date=_day(letter.date, locale),
        listed=lambda texts: format_list(list(texts), locale=locale),
    )


class _Markdown(str):
    """Text that is Markdown already."""


def _shown(value: object) -> str:
    """Show a value as it stands; addresses in names that strangers gave become no links."""
    if isinstance(value, _Markdown):
        return value
    text = str(value).replace("\n", " ")
    inner = text.lstrip(" ")
    return text[: len(text) - len(inner)] + "\\://".join(map(escaped, inner.split("://")))


def _day(day: dt.date, locale: str) -> str:
    text = format_date(day, format="long", locale=locale)
    return f"1er{text[1:]}" if locale == "fr" and day.day == 1 else text
