"""Which rows of a shard are to be left out, with what tells whether the rows at hand are the ones that were judged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["LeftOut", "require_alike"]


@dataclass(frozen=True)
class LeftOut:
    """Rows of a shard, counted from 0."""

    places: npt.NDArray[np.int64]
    """Where they stand, in order."""
    lengths: npt.NDArray[np.int32]
    """Characters of their addresses, -1 where there is none: enough to notice rows that are counted otherwise."""

    def __len__(self) -> int:
        return len(self.places)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return zip(self.places.tolist(), self.lengths.tolist(), strict=True)

    def between(self, start: int, until: int) -> LeftOut:
        """Give those from one row up to and without another, counted from the first of these."""
        first, last = np.searchsorted(self.places, [start, until])
        return LeftOut(self.places[first:last] - start, self.lengths[first:last])


def require_alike(place: int, judged: int, found: int) -> None:
    """Raise :class:`ValueError` where the address of a row is not as long as the one that was judged."""
    if judged != found:
        raise ValueError(
            f"row {place + 1} has an address of {found} characters, and the one that was judged has {judged}"
        )
