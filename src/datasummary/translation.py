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
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

__all__ = ["LANGUAGES", "message", "respoken", "speaking", "spoken", "t", "tn"]

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


def respoken(text: str) -> str:
    """Return a text in the language that is spoken where the whole of it is ours, in whatever language; else as it is.

    >>> respoken("Oui"), respoken("Oui, mais")
    ('Yes', 'Oui, mais')
    """
    english = _originals().get(" ".join(text.split()))
    return t(english) if english else text


def message(text: str) -> str:
    """Mark a constant as words to be translated where they are used, by ``t(CONSTANT)``. Returns it as it is."""
    return text


@cache
def _originals() -> dict[str, str]:
    """English by the text in any language, of what has no places to be filled."""
    entries = [entry for language in LANGUAGES if language != "en" for entry in _read(language)]
    whole = {str(entry.string): str(entry.id) for entry in entries if entry.id and "{" not in entry.id}
    return {" ".join(text.split()): english for text, english in (whole | {own: own for own in whole.values()}).items()}


@cache
def _catalogue(language: str) -> NullTranslations:
    if language == "en":
        return NullTranslations()
    from babel.messages.mofile import write_mo

    compiled = io.BytesIO()
    write_mo(compiled, _read(language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def _read(language: str) -> Catalog:
    from babel.messages.pofile import read_po

    with _CATALOGUES.joinpath(f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)
