"""The list of domain names as the page of the search reads it: inside the page, or in parts that it fetches.

Parts are files ``domains/0a3.json``, each an object of names and ranks. A name's part follows from its CRC-32, so
that all are of about one size and one fetch answers for a name. ``domains.js`` reckons the same.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence

from datasummary.render.html_page import NAMES_INSIDE

__all__ = ["NAMES_INSIDE", "parts_of"]

_NAMES_IN_A_PART = 8192


def parts_of(names: Sequence[str]) -> dict[str, bytes]:
    """Return the parts by name of the file; their number is a power of two.

    >>> parts_of(["a.example", "b.example"])
    {'000.json': b'{"a.example":1,"b.example":2}\\n'}
    """
    count = 1
    while count * _NAMES_IN_A_PART < len(names):
        count *= 2
    parts: list[dict[str, int]] = [{} for _ in range(count)]
    for rank, name in enumerate(names, 1):
        parts[zlib.crc32(name.encode()) % count][name] = rank
    return {
        f"{number:03x}.json": json.dumps(part, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
        + b"\n"
        for number, part in enumerate(parts)
    }
