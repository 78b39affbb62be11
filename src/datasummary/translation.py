"""The words of the documents, in the language that the project file names.

The code holds them in English, as whole sentences with named places; each further language is one file of gettext,
``translations/fr.po``, with a translation of every one. What the provider or anybody else wrote stays as written.

>>> with speaking("fr"):
...     t("There is no previous version.")
'Il n’y a pas de version antérieure.'
>>> tn("{count} file", "{count} files", 2)
'2 files'
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files

__all__ = ["LANGUAGES", "message", "speaking", "spoken", "t", "tn"]

_CATALOGUES = files("datasummary").joinpath("translations")

LANGUAGES: tuple[str, ...] = (
    "en",
    *sorted(entry.name.removesuffix(".po") for entry in _CATALOGUES.iterdir() if entry.name.endswith(".po")),
)
"""Codes (ISO 639-1) of the languages that documents can be written in."""

_spoken: ContextVar[str] = ContextVar("spoken", default="en")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Have :func:`t` and :func:`tn` give words in a language, one of :data:`LANGUAGES`."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def spoken() -> str:
    """Return the code of the language that is spoken; English outside :func:`speaking`."""
    return _spoken.get()


def t(text: str, **values: object) -> str:
    """Return an English text in the language that is spoken, with values in its named places (as in ``str.format``).

    The text must be a literal, or marked as one with :func:`message`, so that translators are given it.
    """
    return _catalogue(spoken()).gettext(text).format(**values) if text else ""


def tn(one: str, many: str, count: int, **values: object) -> str:
    """Return the form for a number of things, which stands at ``{count}``."""
    return _catalogue(spoken()).ngettext(one, many, count).format(count=count, **values)


def message(text: str) -> str:
    """Mark a constant as words to be translated where they are used, by ``t(CONSTANT)``. Returns it as it is."""
    return text


@cache
def _catalogue(language: str) -> NullTranslations:
    if language == "en":
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with _CATALOGUES.joinpath(f"{language}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)
