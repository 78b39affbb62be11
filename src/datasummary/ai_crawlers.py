"""The AI crawlers that are known by name: who runs them, what for, and which of them collect for training.

The list ships as ``policies/ai-crawlers.yaml``, with its source and a basis for every judgement.
"""

from __future__ import annotations

import functools
from importlib.resources import files
from typing import Literal

import yaml

from datasummary.sources import Link, Part, Text

__all__ = ["AiCrawler", "AiCrawlers", "load_ai_crawlers"]

Function = Literal[
    "training", "training_and_search", "search", "assistant", "agent", "data_provider", "archive", "other", "unknown"
]


class AiCrawler(Part):
    """A crawler, or a name that a site can address in its place."""

    name: Text
    """As sites write it in robots.txt; capitals make no difference."""
    operator: Text | None = None
    """Who runs it, where that is known."""
    link: Link | None = None
    """Where more is written about it."""
    function: Function
    """What it is for. ``assistant``: it fetches what a user's question calls for; ``agent``: it acts for a user;
    ``data_provider``: it collects for others to whom data is sold or handed on."""
    collects_for_training: Literal["yes", "no", "unclear"]
    """Whether what it collects trains models."""
    basis: Text
    """What that rests on, in one line."""


class AiCrawlers(Part):
    """The list, and where its facts come from."""

    source: Text
    """Who collected the facts."""
    link: Link
    """Where they stand."""
    licence: Text
    """Under which licence."""
    copied: Text
    """Which copy was judged, and when."""
    crawlers: list[AiCrawler]
    """The crawlers, by name."""


@functools.cache
def load_ai_crawlers() -> tuple[AiCrawler, ...]:
    """Give the AI crawlers that ship with datasummary, by name."""
    text = files("datasummary").joinpath("policies", "ai-crawlers.yaml").read_text("utf-8")
    data = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506, both are safe
    return tuple(AiCrawlers.model_validate(data).crawlers)
