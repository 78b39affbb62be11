"""How the language that is spoken writes numbers, lists and labels.

>>> number(1_234_567), number(0.5), percent(12.34), labelled("Source", "crawl"), listed(["a", "b"])
('1,234,567', '0.5', '12.3%', 'Source: crawl', 'a; b')
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from datasummary.translation import spoken, t

__all__ = ["labelled", "listed", "number", "percent", "symbols"]


def number(value: float) -> str:
    """Return a number in groups of three digits; one with a fraction as short as it reads back."""
    return _spelt(f"{value:,}".removesuffix(".0"))


def percent(value: float) -> str:
    """Return a percentage to a tenth."""
    return t("{number}%", number=_spelt(f"{value:.1f}"))


def labelled(label: str, text: str) -> str:
    """Return a text after its label."""
    return t("{label}: {words}", label=label, words=text)


def listed(items: Iterable[str]) -> str:
    """Return items in one line, parted by semicolons."""
    return t("; ").join(items)


def symbols() -> tuple[str, str]:
    """Return what parts groups of digits, and what stands before a fraction."""
    return _symbols(spoken())


def _spelt(english: str) -> str:
    group, decimal = symbols()
    return english.translate({ord(","): group, ord("."): decimal})


@cache
def _symbols(language: str) -> tuple[str, str]:
    if language == "en":
        return ",", "."
    from babel.numbers import get_decimal_symbol, get_group_symbol

    return get_group_symbol(language), get_decimal_symbol(language)
