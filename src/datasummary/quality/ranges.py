"""Which of the form's three ranges of size some words mean, in English or French, however their numbers are written.

>>> range_in("text", "from 1 billion to 10 trillion tokens"), range_in("audio", "moins de 10.000 heures")
(1, 0)
>>> range_in("text", "about 5 trillion tokens"), range_in("text", "Less than 1 million images")
(None, None)
"""

from __future__ import annotations

import re

from datasummary.documents.template import SIZE_RANGES
from datasummary.quality.vocabulary import plain
from datasummary.sources import Modality

__all__ = ["range_in"]

_QUANTITY = re.compile(r"(\d{1,3}(?:[\s.,']\d{3})+|\d+)\s*(thousand|mille|million|milliard|billion|trillion)?")
_FRENCH = re.compile(r"\b(?:moins|plus|jetons?|heures?|milliards?|de|a)\b")
_MAGNITUDES = {"thousand": 3, "mille": 3, "million": 6, "milliard": 9, "billion": 9, "trillion": 12}
_LONG_SCALE = {**_MAGNITUDES, "billion": 12, "trillion": 18}
_LESS = re.compile(r"\b(?:less|under|below|moins)\b|<")
_MORE = re.compile(r"\b(?:more|over|above|plus)\b|>")
_UNITS = {"tokens": r"tokens?|jetons?", "images": r"images?", "hours": r"hours?|heures?"}


def range_in(modality: Modality, words: str) -> int | None:
    """Tell which range of field 1.3.b is meant: 0, 1 or 2; None where it is none of the form's for the modality."""
    if modality == "other":
        return None
    ranges, text = SIZE_RANGES[modality], plain(words)
    if any(re.search(rf"\b(?:{unit})\b", text) for name, unit in _UNITS.items() if name != ranges.unit):
        return None
    magnitudes = _LONG_SCALE if _FRENCH.search(text) else _MAGNITUDES
    bounds = tuple(
        int(re.sub(r"\D", "", number)) * 10 ** magnitudes.get(magnitude, 0)
        for number, magnitude in _QUANTITY.findall(text)
    )
    less, more = bool(_LESS.search(text)), bool(_MORE.search(text))
    meant = {(ranges.bounds[:1], True, False): 0, (ranges.bounds, False, False): 1, (ranges.bounds[1:], False, True): 2}
    return meant.get((bounds, less, more))
