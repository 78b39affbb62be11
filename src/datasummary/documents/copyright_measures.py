"""The five copyright measures of the Code of Practice, in short and in English; documents translate them.

>>> list(MEASURES), MEASURES["1.3"].crawling
(['1.1', '1.2', '1.3', '1.4', '1.5'], True)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Any, cast

import yaml

__all__ = ["CHAPTER", "MEASURES", "CodeMeasure"]


@dataclass(frozen=True)
class CodeMeasure:
    """A measure of the Code's copyright chapter."""

    id: str
    title: str
    asks: tuple[str, ...]
    crawling: bool
    """Whether it is about crawlers that the provider runs, or that run for it."""


def _read() -> dict[str, Any]:
    text = files("datasummary.documents").joinpath("copyright-measures.yaml").read_text("utf-8")
    return cast("dict[str, Any]", yaml.safe_load(text))


_CODE = _read()

CHAPTER: str = _CODE["chapter"]
"""What the measures belong to."""
MEASURES: Mapping[str, CodeMeasure] = MappingProxyType(
    {
        name: CodeMeasure(name, entry["title"], tuple(entry["asks"]), entry.get("crawling", False))
        for name, entry in _CODE["measures"].items()
    }
)
"""The measures by number, in order."""
