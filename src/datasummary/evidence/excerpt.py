"""An archive as far as some hosts are concerned, so that a question about one site does not read the index of millions.

It holds the captures of those hosts, what they redirect to, and the records in which their bodies lie; the same
captures, in the same order, as in the whole archive.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from datasummary.evidence.archive import INDEX_SCHEMA, ORDER, Archive
from datasummary.evidence.captures import authority_of
from datasummary.evidence.sites import MOST_HOPS

__all__ = ["Excerpt"]


class Excerpt(Archive):
    """The captures of some hosts, and what is needed to read them."""

    def __init__(self, archive: Archive, hosts: Iterable[str], urls: Iterable[str] = ()) -> None:
        """Read the index for hosts (``host`` or ``host:port``), the names above them, and these addresses.

        Requests of rightsholders are filed under the name they were made for, which may be one above a host. Raises
        :class:`~datasummary.errors.DataError` where an index cannot be read.
        """
        super().__init__(archive.root)
        names = {name for host in hosts for name in _upwards(host)}
        self._table = self._read_for(archive, sorted(names), sorted(set(urls)))

    def index(self, columns: list[str] | None = None) -> pa.Table:
        """Give the rows of the excerpt; as :meth:`Archive.index`."""
        return self._table.select(columns) if columns else self._table

    def _read_for(self, archive: Archive, names: list[str], urls: list[str]) -> pa.Table:
        files = [str(archive.index_file(name)) for name in archive.segments()]
        found = INDEX_SCHEMA.empty_table()
        if not files:
            return found
        try:
            with duckdb.connect() as connection:
                connection.execute("SET TimeZone = 'UTC'")
                connection.read_parquet(files, union_by_name=True).create_view("captures")
                found = _once([found, _rows(connection, "authority", names), _at(connection, urls)])
                tried: set[str] = set()
                for _ in range(MOST_HOPS):
                    tried.update(found.column("url").to_pylist())
                    targets = found.filter(pc.equal(found.column("outcome"), "redirected")).column("target")
                    further = sorted({target for target in targets.to_pylist() if target} - tried)
                    if not further:
                        break
                    found = _once([found, _at(connection, further)])
                    tried.update(further)
                bodies = found.column("refers_to").drop_null().unique().to_pylist()
                return _once([found, _rows(connection, "id", sorted(bodies))])
        except (duckdb.Error, pa.ArrowException):
            return super().index()  # which names the file at fault


def _at(connection: duckdb.DuckDBPyConnection, urls: list[str]) -> pa.Table:
    """Give the captures of addresses; hosts, which are sorted in many indexes, are found before addresses are."""
    hosts = {host for url in urls if (host := authority_of(url))}
    found = _rows(connection, "authority", sorted(hosts))
    return found.filter(pc.is_in(found.column("url"), pa.array(urls, pa.string())))


def _rows(connection: duckdb.DuckDBPyConnection, column: str, values: list[str]) -> pa.Table:
    if not values:
        return INDEX_SCHEMA.empty_table()
    connection.register("wanted", pa.table({column: pa.array(values, pa.string())}))
    query = f"SELECT {', '.join(INDEX_SCHEMA.names)} FROM captures SEMI JOIN wanted USING ({column})"
    return connection.execute(query).to_arrow_table().cast(INDEX_SCHEMA)


def _once(parts: list[pa.Table]) -> pa.Table:
    """Put rows together in the order of the index, each capture once."""
    table = pa.concat_tables(parts).sort_by(ORDER)
    places: dict[str, int] = {}
    for place, name in enumerate(table.column("id").to_pylist()):
        places.setdefault(name, place)
    return table.take(pa.array(places.values(), pa.int64()))


def _upwards(host: str) -> Iterable[str]:
    yield host
    name = host.partition(":")[0]
    while name:
        yield name
        name = name.partition(".")[2]
