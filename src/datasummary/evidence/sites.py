"""Evidence by site: which captures hold for a host at a time, and what is said in them.

A site's evidence lies in slots: its robots.txt, its other well-known files, each of its pages. In every slot the last
capture not after a day holds on that day. A redirect holds with what it leads to, over five hops and across hosts
(RFC 9309, 2.3.1.2), and a licence document that a site names is read in that site's context.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import duckdb
import numpy as np
import pyarrow as pa

from datasummary.evidence.archive import Archive
from datasummary.protocols import read_signals
from datasummary.protocols.signals import Signal

__all__ = ["Evidence", "Read", "Seen", "Site"]

MOST_HOPS = 5
HOSTS_AT_ONCE = 2_000
REMEMBERED = 200_000
"""Distinct files whose signals are kept in memory: many sites serve the same one."""


class Seen(NamedTuple):
    """A capture as the index knows it."""

    place: int
    """Row of the index."""
    id: str
    url: str
    authority: str
    kind: str
    captured: dt.datetime | None
    outcome: str
    target: str | None
    sha256: str


@dataclass(frozen=True, slots=True)
class Read:
    """A capture that holds for a site, and the signals in it."""

    seen: Seen
    signals: tuple[Signal, ...]
    asked: Seen
    """The capture of the site itself; another one where that redirected."""


@dataclass(frozen=True)
class Site:
    """All evidence of one authority."""

    authority: str
    slots: dict[str, list[Seen]]
    """Captures by slot, the earliest first; those without a time before all others."""
    evidence: Evidence

    @property
    def days(self) -> list[dt.date]:
        """Days on which what holds may change, in order."""
        found = {seen.captured.date() for captures in self.slots.values() for seen in captures if seen.captured}
        return sorted(found)

    def without_dates(self) -> Site | None:
        """Give what was seen at a time that nobody noted, or ``None`` where there is no such capture."""
        slots = {slot: [seen for seen in captures if not seen.captured] for slot, captures in self.slots.items()}
        found = {slot: captures for slot, captures in slots.items() if captures}
        return replace(self, slots=found) if found else None

    def at(self, day: dt.date | None) -> list[Read]:
        """Give what holds on a day; with ``None``, what was seen last, whenever that was."""
        held = [seen for slot, captures in self.slots.items() for seen in _holding(slot, captures, day)]
        reads = [self.evidence.read(seen) for seen in held]
        return [part for read in reads for part in self._with_documents(read)]

    def _with_documents(self, read: Read) -> Iterator[Read]:
        """Follow a read capture with the licence documents it names, each in place of the mere mention of it."""
        signals, documents = [], []
        for signal in read.signals:
            document = self.evidence.document(signal, read.seen) if signal.says == "unclear" else None
            if document:
                documents.append(Read(document.seen, tuple(self._of_this_site(document.signals)), read.seen))
                signal = replace(signal, says="silent", note=f"{signal.note}; read as {document.seen.id}".strip("; "))
            signals.append(signal)
        yield replace(read, signals=tuple(self._of_this_site(signals)))
        yield from documents

    def _of_this_site(self, signals: Iterable[Signal]) -> Iterator[Signal]:
        return (signal for signal in signals if signal.site in {None, self.authority})


def _holding(slot: str, captures: list[Seen], day: dt.date | None) -> list[Seen]:
    known = captures
    if day is not None:
        known = [seen for seen in captures if seen.captured and seen.captured.date() <= day]
    return known if slot.startswith("request ") else known[-1:]


class Evidence:
    """The captures of an archive, by site."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        index = archive.index()
        self._index = index.append_column("place", pa.array(np.arange(index.num_rows)))
        self._connection = duckdb.connect()
        self._connection.register("index_arrow", self._index)
        self._connection.execute(f"CREATE TABLE captures AS SELECT {', '.join(Seen._fields)} FROM index_arrow")
        self._hops = self._find_hops()
        self._requests = self._find_requests()
        self._by_digest: dict[tuple[str, str], tuple[Signal, ...]] = {}
        self._by_place: dict[int, tuple[Signal, ...]] = {}
        self._documents: dict[str, list[Seen]] = {}

    def sites(
        self, hosts: Iterable[str] | None = None, *, day: dt.date | None = None, all_days: bool = False
    ) -> Iterator[Site]:
        """Give the sites that have evidence, by name: of these hosts, or of all.

        What :meth:`Site.at` will be asked for is read ahead: a ``day``, what was seen last, or, with ``all_days``,
        everything. Memory holds the captures of some thousand hosts.
        """
        names = self.known(hosts)
        for start in range(0, len(names), HOSTS_AT_ONCE):
            sites = list(self._grouped(names[start : start + HOSTS_AT_ONCE]))
            wanted = [
                seen
                for site in sites
                for slot, captures in site.slots.items()
                for seen in (captures if all_days else _holding(slot, captures, day))
            ]
            self._read_ahead(wanted)
            yield from sites
            self._by_place.clear()

    def site(self, host: str) -> Site | None:
        """Give one site, or ``None`` where there is no evidence of it."""
        return next(self._grouped(self.known([host])), None)

    def known(self, hosts: Iterable[str] | pa.ChunkedArray | None = None) -> list[str]:
        """List the hosts, of these or of all, of which there is evidence, sorted."""
        if hosts is None:
            rows = self._connection.execute(
                "SELECT DISTINCT authority FROM captures WHERE authority IS NOT NULL ORDER BY authority"
            )
            return [name for (name,) in rows.fetchall()]
        names = hosts if isinstance(hosts, pa.ChunkedArray) else pa.array(set(hosts), pa.string())
        asked = pa.table({"authority": names})
        self._connection.register("asked", asked)
        known = self._connection.execute(
            "SELECT DISTINCT authority FROM asked SEMI JOIN captures USING (authority)"
        ).fetchall()
        found = {name for (name,) in known}
        if self._requests:
            found |= {name for name in asked.column(0).to_pylist() if any(self._requests_for(name))}
        return sorted(found)

    def _grouped(self, names: list[str]) -> Iterator[Site]:
        self._connection.register("asked", pa.table({"authority": pa.array(names, pa.string())}))
        rows = self._seen(
            f"SELECT {', '.join(Seen._fields)} FROM captures SEMI JOIN asked USING (authority) WHERE kind <> 'request' "
            f"ORDER BY authority, captured NULLS FIRST, starts_with(url, 'https:'), url, place"
        )
        by_name = {name: list(group) for name, group in itertools.groupby(rows, lambda seen: seen.authority)}
        for name in names:
            slots: dict[str, list[Seen]] = {}
            for seen in by_name.get(name, ()):
                slots.setdefault(seen.url.split("://", 1)[-1] if seen.kind == "page" else seen.kind, []).append(seen)
            slots |= {f"request {seen.place}": [seen] for seen in self._requests_for(name)}
            if slots:
                yield Site(name, slots, self)

    def _find_hops(self) -> dict[int, Seen]:
        """For each redirect the capture of its target that is nearest in time."""
        target = ", ".join(f"t.{name}" for name in Seen._fields)
        query = (
            f"SELECT c.place AS hop, {target} FROM captures c JOIN captures t ON t.url = c.target "
            f"WHERE c.outcome = 'redirected' AND t.place <> c.place QUALIFY row_number() OVER (PARTITION BY c.place "
            f"ORDER BY abs(epoch(t.captured) - epoch(c.captured)) NULLS LAST, t.place) = 1"
        )
        places = self._connection.execute(f"SELECT hop FROM ({query}) ORDER BY hop").fetchall()
        targets = self._seen(f"SELECT * EXCLUDE (hop) FROM ({query}) ORDER BY hop")
        return {place: seen for (place,), seen in zip(places, targets, strict=True)}

    def _seen(self, query: str, values: list[str] | None = None) -> list[Seen]:
        rows = self._connection.execute(query, values).to_arrow_table()
        return [Seen(*row) for row in zip(*(column.to_pylist() for column in rows.columns), strict=True)]

    def _find_requests(self) -> dict[str, list[Seen]]:
        found: dict[str, list[Seen]] = {}
        query = f"SELECT {', '.join(Seen._fields)} FROM captures WHERE kind = 'request' ORDER BY captured, place"
        for seen in self._seen(query):
            found.setdefault(seen.authority, []).append(seen)
        return found

    def _requests_for(self, host: str) -> Iterator[Seen]:
        """Requests for a host, or for a domain that it belongs to."""
        name = host.partition(":")[0]
        while name and self._requests:
            yield from self._requests.get(name, ())
            name = name.partition(".")[2]

    def read(self, asked: Seen) -> Read:
        """Give a capture with its signals, or, where it redirects, that of the target."""
        seen = asked
        for _ in range(MOST_HOPS):
            if seen.outcome != "redirected" or seen.place not in self._hops:
                break
            seen = self._hops[seen.place]
        if seen.place not in self._by_place:
            self._read_ahead([seen])
        return Read(seen, self._by_place[seen.place], asked)

    def document(self, signal: Signal, named_in: Seen) -> Read | None:
        """Give the licence document that a signal names, as captured nearest in time, if it says anything."""
        if not signal.address:
            return None
        if signal.address not in self._documents:
            query = f"SELECT {', '.join(Seen._fields)} FROM captures WHERE url = ? ORDER BY place"
            self._documents[signal.address] = self._seen(query, [signal.address])
        captures = self._documents[signal.address]
        if not captures:
            return None
        read = self.read(min(captures, key=lambda seen: _apart(seen, named_in)))
        return read if any(found.protocol == signal.protocol for found in read.signals) else None

    def _read_ahead(self, wanted: list[Seen]) -> None:
        targets = [self._hops[seen.place] for seen in wanted if seen.place in self._hops]
        unread: list[Seen] = []
        for seen in [*wanted, *targets]:
            kept = self._by_digest.get((seen.kind, seen.sha256)) if seen.outcome == "answered" else ()
            if kept is None:
                unread.append(seen)
            else:
                self._by_place[seen.place] = kept
        rows = self._index.take(pa.array([seen.place for seen in unread], pa.int64()))
        for seen, capture in zip(unread, self.archive.captures(rows), strict=True):
            signals = tuple(read_signals(capture))
            self._by_place[seen.place] = signals
            if seen.kind != "page" and not any(signal.address or signal.site for signal in signals):
                if len(self._by_digest) >= REMEMBERED:
                    self._by_digest.clear()
                self._by_digest[seen.kind, seen.sha256] = signals


def _apart(one: Seen, other: Seen) -> float:
    if one.captured is None or other.captured is None:
        return float("inf")
    return abs((one.captured - other.captured).total_seconds())
