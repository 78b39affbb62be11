"""How the columns of a table share the room that is left."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["grown"]


def grown(widths: Sequence[float], room: float, *goals: Sequence[float]) -> list[float]:
    """Let columns grow to each of their goals in turn, all by the same part of the way where room is short.

    >>> grown([10, 20], 50, [30, 20], [30, 40]), grown([10, 20], 36, [20, 30])
    ([30.0, 20.0], [13.0, 23.0])
    """
    found = [float(width) for width in widths]
    for goal in goals:
        more = [wish - width for wish, width in zip(goal, found, strict=True)]
        share = min(1.0, max(room - sum(found), 0) / sum(more)) if sum(more) > 0 else 0.0
        found = [width + share * extra for width, extra in zip(found, more, strict=True)]
    return found
