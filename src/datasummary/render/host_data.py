"""The table of hosts as data inside a page: columns, dictionary-coded, so that 100,000 rows take a few megabytes.

A column is either ``{"values": [...], "codes": ...}``, the place of a value for each row, or numbers. Codes are a list,
or a text with a sign of :data:`SIGNS` for each row where those suffice. Documents stand as differences from row to row,
since rows come by documents; what is reserved stands as ``-1`` where it is all of the host. Names of hosts stand in one
text, a line each, since nearly all differ; a domain is told by how many labels of its host it has.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import pairwise
from typing import Any

from datasummary.documents.host_index import HostIndex, HostRow, Statement

__all__ = ["MILLISECONDS", "SIGNS", "host_data", "plainly"]

SIGNS = string.digits + string.ascii_uppercase + string.ascii_lowercase
"""What a place below 62 is written as."""

MILLISECONDS = "milliseconds"
"""The unit of sizes that people read as hours."""

_EXACT = 2**53
"""From here on JavaScript's numbers are not exact; larger ones stand as text."""
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)

_STATEMENT: dict[str, Callable[[Statement], str | None]] = {
    "host": lambda said: plainly(said.host),
    "role": lambda said: said.role,
    "addressee": lambda said: said.addressee,
    "protocol": lambda said: said.protocol,
    "says": lambda said: said.says,
    "place": lambda said: plainly(said.place),
    "quote": lambda said: "\n".join(map(plainly, said.quote.splitlines())),
    "url": lambda said: plainly(said.url),
    "captured": lambda said: f"{said.captured:%Y-%m-%d %H:%M:%S}" if said.captured else None,
    "capture": lambda said: plainly(said.capture),
    "sha256": lambda said: plainly(said.sha256),
}


def plainly(text: str) -> str:
    """Return a stranger's text on one line, with signs that have no look of their own as their numbers: ``⟨U+202E⟩``.

    Among them are control characters and those that turn the direction of reading.
    """
    return _HIDDEN.sub(lambda found: f"⟨U+{ord(found.group()):04X}⟩", text)


def host_data(index: HostIndex) -> dict[str, Any]:
    """Return the rows and statements; times are in UTC, days and seconds as in ISO 8601."""
    rows, statements = index.rows, index.statements
    labels, others = _domains(rows)
    return {
        "signs": SIGNS,
        "hosts": "\n".join(plainly(row.host or "") for row in rows),
        "labels": labels,
        "otherDomains": others,
        "coded": {
            "source": _coded(plainly(row.source) for row in rows),
            "group": _coded(row.group for row in rows),
            "modality": _coded(row.modality for row in rows),
            "unit": _coded(row.unit for row in rows),
            "verdict": _coded(row.verdict for row in rows),
            "disposition": _coded(plainly(row.disposition) for row in rows),
            "protocols": _coded(row.protocols for row in rows),
            "first": _coded(row.first_captured and row.first_captured.date().isoformat() for row in rows),
            "last": _coded(row.last_captured and row.last_captured.date().isoformat() for row in rows),
        },
        "numbers": {
            "documents": [now - before for before, now in pairwise([0, *(row.documents for row in rows)])],
            "size": [_exact(row.size) for row in rows],
            "reservedDocuments": [_part(row.reserved_documents, row.documents) for row in rows],
            "reservedSize": [_part(row.reserved_size, row.size) for row in rows],
            "leftOutDocuments": [row.left_out_documents for row in rows],
        },
        "statements": {name: _coded(map(of, statements)) for name, of in _STATEMENT.items()},
    }


def _coded(values: Iterable[Hashable]) -> dict[str, Any]:
    places: dict[Hashable, int] = {}
    codes = [places.setdefault(value, len(places)) for value in values]
    signs = "".join(SIGNS[code] for code in codes) if len(places) <= len(SIGNS) else None
    return {"values": list(places), "codes": codes if signs is None else signs}


def _exact(number: int) -> int | str:
    return number if number < _EXACT else str(number)


def _part(number: int, whole: int) -> int | str:
    return -1 if number == whole else _exact(number)


def _domains(rows: Sequence[HostRow]) -> tuple[list[int], dict[int, str]]:
    """Tell for each row how many labels at the end of its host, without the port, are the domain; 0 where it has none.

    The second part holds, by row, domains that are no part of their host.
    """
    labels, others = [], {}
    for place, row in enumerate(rows):
        count = row.domain.count(".") + 1 if row.domain else 0
        name = (row.host or "").partition(":")[0]
        if row.domain and ".".join(name.split(".")[-count:]) != row.domain:
            others[place] = plainly(row.domain)
        labels.append(count)
    return labels, others
