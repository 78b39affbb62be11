"""The opt-out protocols: a module each, from a capture to signals. Nothing else knows their syntax.

A protocol is a module with these names:

- ``NAME``: as policies and tables call it, such as ``tdmrep``;
- ``TITLE``: as documents call it;
- ``KINDS``: the kinds of captures that it reads (:data:`~datasummary.evidence.captures.Kind`);
- ``read(capture) -> list[Signal]``: the signals in one capture; an empty list for captures that are none of its
  business. It never raises, and takes time in proportion to the body;
- ``PREVAILS`` (optional, default ``False``): whether the statements of all captures of a site form one ordered list,
  so that those with a higher priority set aside others; without it those of each capture count beside each other.

To add one, add its module to :data:`BUILT_IN`, or, from another package, name it in the entry point group
``datasummary.protocols``.
"""

from __future__ import annotations

import functools
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Protocol, cast

from datasummary.errors import ProjectError
from datasummary.evidence.captures import Capture, Kind
from datasummary.protocols.signals import Signal

__all__ = ["BUILT_IN", "OptOutProtocol", "prevails", "protocols", "read_signals"]

BUILT_IN = {
    "robots-txt": "robots_txt",
    "robots-comments": "robots_comments",
    "aipref": "aipref",
    "content-signals": "content_signals",
    "tdmrep": "tdmrep",
    "page-directives": "page_directives",
    "ai-txt": "ai_txt",
    "rsl": "rsl",
    "direct-request": "direct_request",
}
"""Names of the protocols that ship with datasummary, and their modules."""


class OptOutProtocol(Protocol):
    """What a protocol's module offers."""

    NAME: str
    TITLE: str
    KINDS: frozenset[Kind]

    def read(self, capture: Capture) -> list[Signal]:
        """Give the signals in a capture."""


@functools.cache
def protocols() -> dict[str, OptOutProtocol]:
    """Give all registered protocols by name: the built-in ones, then those of other packages by name.

    Raises :class:`~datasummary.errors.ProjectError` where another package's protocol cannot be loaded.
    """
    found: dict[str, Any] = {name: import_module(f"datasummary.protocols.{home}") for name, home in BUILT_IN.items()}
    for point in sorted(entry_points(group="datasummary.protocols"), key=lambda point: point.name):
        try:
            found[point.name] = point.load()
        except Exception as error:
            raise ProjectError(f"the protocol {point.name} ({point.value}) cannot be loaded: {error}") from error
    return cast("dict[str, OptOutProtocol]", found)


def prevails(protocol: OptOutProtocol) -> bool:
    """Tell whether a protocol's statements form one list over all captures of a site."""
    return bool(getattr(protocol, "PREVAILS", False))


def read_signals(capture: Capture) -> list[Signal]:
    """Read a capture by every protocol."""
    return [signal for protocol in protocols().values() for signal in protocol.read(capture)]
