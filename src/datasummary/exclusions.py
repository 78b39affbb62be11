"""What a filter leaves out of a source, as a table of hosts and path patterns that is small enough to ship.

The table says by itself which documents to leave out: neither the evidence nor the policy is needed to apply it. An
engine joins with it (``docs/filter.md`` has the query); where there is none, one address is asked at a time:

>>> exclusions = Exclusions.load("out/internal/exclusions/web.parquet")  # doctest: +SKIP
>>> exclusions.leaves_out("https://www.example.com/news/1")  # doctest: +SKIP
True
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from os import PathLike
from typing import Any, NamedTuple, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from datasummary.domains import parse_authority
from datasummary.errors import DataError
from datasummary.manifests.dates import EARLIEST
from datasummary.paths import Pattern, address_form, path_of, path_pattern

__all__ = ["ABOUT", "EXCLUSIONS", "NO_HOST", "RECEIPT", "Exclusions", "authority_in"]

EXCLUSIONS = pa.schema(
    [
        pa.field("host", pa.string(), nullable=False),
        ("since", pa.date32()),
        ("until", pa.date32()),
        pa.field("list", pa.int32(), nullable=False),
        pa.field("priority", pa.int32(), nullable=False),
        pa.field("pattern", pa.string(), nullable=False),
        pa.field("literal", pa.bool_(), nullable=False),
        ("first", pa.string()),
        ("wild", pa.string()),
        pa.field("decides", pa.int8(), nullable=False),
    ]
)
"""A row for each path rule of a host of which something is left out, by host, ``until``, list and priority.

======== ==================================================================================================
host     host in lower-case A-labels, with its port where that is not 80 or 443; empty: documents without a host
since    first day of the documents' dates for which the rule holds; null: from ever, and documents without a date
until    the day before which they lie; null: forever
list     of each list of a host the first rule, by ``priority``, whose pattern matches the path decides
pattern  robots.txt pattern of paths (RFC 9309, 2.2.3); empty: every path
literal  whether ``pattern`` is the path itself, signs and all
first    how the path must begin, and …
wild     … a LIKE pattern for all of it (null: ``first`` says all), both with ``%``, ``_`` and ``\\`` replaced by
         U+0001, U+0002 and U+0003; ``first`` is null where patterns are not fit for LIKE, for all rows of that host
decides  0: nothing. Of what a document's lists decide the greatest number stands: an odd one leaves the document out,
         an even one lets it stay in
======== ==================================================================================================
"""

ABOUT = b"datasummary"
"""Key of the file's metadata under which stands, as JSON, by which policy it was made, and for which source."""

RECEIPT = "receipt.json"
"""Name of the file beside the tables, and beside manifests that a filter wrote, that says what it left out."""

NO_HOST = ""
"""In place of a host: documents without one."""

_WEB = re.compile(r"[\x00-\x20]*[Hh][Tt][Tt][Pp][Ss]?:[/\\][/\\]([^/?#\\]*)")

_Rules = tuple[tuple[Pattern, int], ...]


class _During(NamedTuple):
    """A host's lists of rules for documents of some days."""

    since: dt.date | None
    until: dt.date | None
    lists: tuple[_Rules, ...]

    def holds(self, date: dt.date | None) -> bool:
        if date is None:
            return self.since is None
        return (self.since is None or self.since <= date) and (self.until is None or date < self.until)

    def leaves_out(self, path: str) -> bool:
        greatest = 0
        for rules in self.lists:
            for pattern, decides in rules:
                if pattern.matches(path):
                    greatest = max(greatest, decides)
                    break
        return greatest % 2 == 1


_EVERYTHING = (_During(None, None, (((path_pattern(""), 1),),)),)


@dataclass(frozen=True)
class Exclusions:
    """A source's exclusions, held in memory."""

    about: dict[str, Any]
    """``source``, ``policy`` (name, version, fingerprint, as of when), ``datasummary`` (its version), ``last_date``."""
    last_date: dt.date
    """Later dates count as none, like those before 1990."""
    _hosts: Mapping[str, tuple[_During, ...]]

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Read the table of a source.

        Raises :class:`~datasummary.errors.DataError` where the file is no such table.
        """
        try:
            table = pq.read_table(path, partitioning=None)
        except FileNotFoundError:
            raise DataError(f"{path}: there is no such file; datasummary filter writes it") from None
        except (OSError, pa.ArrowException) as error:
            raise DataError(f"{path}: cannot be read: {error}; have datasummary filter write it again") from error
        try:
            about = json.loads((table.schema.metadata or {})[ABOUT])
            last_date = dt.date.fromisoformat(about["last_date"])
            table = table.cast(EXCLUSIONS)
        except (KeyError, TypeError, ValueError):
            raise DataError(f"{path}: is no table of exclusions; name one that datasummary filter wrote") from None
        return cls(about, last_date, dict(_by_host(table)))

    def leaves_out(self, url: str | None, date: dt.date | None = None) -> bool:
        """Tell whether a document with this address is left out.

        ``date`` is the day on which it was collected: where the policy judges at documents' dates, and only there, it
        matters. Of a document with two addresses, its own and that of its page, ask for both: it is left out if either
        is. Never raises, whatever the address; takes at most its length times that of the host's patterns.
        """
        periods = self._hosts.get(authority_in(url or "") or NO_HOST)
        if periods is None:
            return False
        if periods is _EVERYTHING:
            return True
        if date and not EARLIEST <= date <= self.last_date:
            date = None
        during = next((each for each in periods if each.holds(date)), None)
        return during is not None and during.leaves_out(path_of(address_form(url or "")).partition("\0")[0])


def authority_in(url: str) -> str | None:
    """Give the host of a web address, ``host`` or ``host:port``, by which exclusions and evidence are filed.

    Lower-case A-labels, as browsers form them (WHATWG URL standard); ports 80 and 443 are left out. ``None`` where
    the address is not http or https, or names no host.

    >>> authority_in("HTTPS://user@Www.Bücher.example:443/a")
    'www.xn--bcher-kva.example'
    """
    web = _WEB.match(url)
    host, port, _ = parse_authority(web[1]) if web else (None, None, None)
    return host if host is None or port is None else f"{host}:{port}"


def _by_host(table: pa.Table) -> Iterator[tuple[str, tuple[_During, ...]]]:
    order = [(name, "ascending") for name in ("host", "list", "priority")]
    columns = table.select(["host", "since", "until", "list", "pattern", "literal", "decides"]).take(
        pc.sort_indices(table, sort_keys=order)
    )
    rows = zip(*(column.to_pylist() for column in columns.columns), strict=True)
    for host, its_rows in itertools.groupby(rows, key=lambda row: row[0]):
        lists: dict[tuple[Any, Any], dict[int, list[tuple[Pattern, int]]]] = {}
        only = []
        for _, since, until, number, pattern, literal, decides in its_rows:
            taken_apart = Pattern((pattern,), anchored=True) if literal else path_pattern(pattern)
            lists.setdefault((since, until), {}).setdefault(number, []).append((taken_apart, decides))
            only.append((since, until, pattern, literal, decides))
        if only == [(None, None, "", False, 1)]:
            yield host, _EVERYTHING
        else:
            yield host, tuple(_During(*days, tuple(map(tuple, each.values()))) for days, each in lists.items())
