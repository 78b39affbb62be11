"""The hosts of the inventory, sorted so that a name's own are found at once: ``com.example``, then what is below it.

A scan leaves hosts in the order in which it met them, an audit by size. The first look-up after either writes them
again, sorted by the host read backwards (``moc.elpmaxe.swen``), batch by batch, into ``.datasummary/lookup/``; later
ones read some thousand rows of it. Where nothing can be written, the sorted copy is made in a temporary folder.
"""

from __future__ import annotations

import bisect
import contextlib
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from datasummary.domains import parse_origins
from datasummary.errors import DataError, WorkspaceError
from datasummary.hosts import AUTHORITY
from datasummary.inventory import Coverage
from datasummary.project import Project
from datasummary.workspace import Workspace, fingerprint, write_atomically

__all__ = ["HostTable", "HostTables", "audit_facts"]

LOOKUP_VERSION = 1
"""Counted up when tables are sorted or cut otherwise."""

ROWS_PER_GROUP = 16_384

_YOUNG_SECONDS = 3600

_DOCUMENTS = b"documents"
"""Key of the files' metadata: how many documents the rows count."""

Row = dict[str, Any]

_OF_VERDICTS = (
    "source, part, host AS authority, modality, unit, verdict, override, documents, size, "
    "reserved_documents, reserved_size, review_documents, left_out_documents, left_out_size"
)


class HostTable:
    """A table sorted by ``key``, the host of each row read backwards."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = pq.ParquetFile(path)
        metadata = self._file.metadata
        self.rows: int = metadata.num_rows
        self.documents = int(metadata.metadata[_DOCUMENTS])
        """Documents over all rows."""
        stats = [metadata.row_group(number).column(0).statistics for number in range(metadata.num_row_groups)]
        self._ends = [(str(each.min), str(each.max)) for each in stats]

    def below(self, hosts: Iterable[str]) -> Iterator[tuple[str, Row]]:
        """Give, for each of these hosts, the rows of the host itself and of every host below it."""
        wanted = {host: host[::-1] for host in hosts}
        for number, (first, last) in enumerate(self._ends):
            here = {host: low for host, low in wanted.items() if low <= last and low + "/" > first}
            if not here:
                continue
            table = self._file.read_row_group(number)
            keys = table.column("key").to_pylist()
            for host, low in here.items():
                start, end = bisect.bisect_left(keys, low), bisect.bisect_left(keys, low + "/")
                for key, row in zip(keys[start:end], table.slice(start, end - start).to_pylist(), strict=True):
                    if key == low or key.startswith(low + "."):
                        yield host, row


class HostTables:
    """Makes and keeps sorted tables of a project's hosts."""

    def __init__(self, project: Project, say: Callable[[str], None] = lambda _: None) -> None:
        """``say`` is told when hosts have to be sorted first, which takes a while."""
        self._folder = Workspace(project.home).root / "lookup" / project.path.stem
        self._say = say
        self._said = False
        self._open = contextlib.ExitStack()
        self._used: set[str] = set()

    def __enter__(self) -> HostTables:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def batch(self, part: Coverage, name: str) -> HostTable:
        """Give the hosts of a batch: ``key, authority, documents, size_…, first_date, last_date``."""
        origins = part.workspace.batch(name) / "origins.parquet"
        try:
            measures = _measures(origins)
        except (OSError, pa.ArrowException) as error:
            raise _damaged(origins, error) from error
        sizes = "".join(f", sum(size_{number})::DECIMAL(38,0) AS size_{number}" for number in measures)

        def query(connection: duckdb.DuckDBPyConnection) -> str:
            return (
                f"SELECT reverse(host) AS key, {AUTHORITY} AS authority, "
                f"sum(documents)::BIGINT AS documents{sizes}, min(first_date) AS first_date, "
                f"max(last_date) AS last_date FROM ({parse_origins(connection, str(origins))}) "
                f"WHERE host IS NOT NULL GROUP BY host, port ORDER BY key, authority"
            )

        return self._table(f"hosts-{fingerprint([LOOKUP_VERSION, name])}", origins, query)

    def verdicts(self, folder: Path, facts: Row) -> HostTable:
        """Give the rows of an audit's ``verdicts.parquet`` that have a host; ``facts`` are those of ``audit.json``."""

        def query(connection: duckdb.DuckDBPyConnection) -> str:
            connection.read_parquet(str(folder / "verdicts.parquet")).create_view("verdicts")
            bare = "if(contains(host, ']'), regexp_extract(host, '^[^\\]]*\\]'), split_part(host, ':', 1))"
            return (
                f"SELECT reverse({bare}) AS key, {_OF_VERDICTS} FROM verdicts WHERE host IS NOT NULL "
                f"ORDER BY key, source, part, modality, authority"
            )

        state = [LOOKUP_VERSION, facts["state"], facts["bytes"]]
        return self._table(f"verdicts-{fingerprint(state)}", folder / "verdicts.parquet", query)

    def remove_others(self) -> None:
        """Remove the tables of batches and audits that are no more; young ones another look-up may have just made."""
        before = time.time() - _YOUNG_SECONDS
        with contextlib.suppress(OSError):
            for path in self._folder.glob("*.parquet"):
                if path.stem not in self._used and path.stat().st_mtime < before:
                    path.unlink(missing_ok=True)

    def _table(self, name: str, of: Path, query: Callable[[duckdb.DuckDBPyConnection], str]) -> HostTable:
        path = self._folder / f"{name}.parquet"
        self._used.add(path.stem)
        with contextlib.suppress(OSError, KeyError, TypeError, pa.ArrowException):
            return HostTable(path)
        if not self._said:
            self._say("Sorting the hosts of the inventory; this is done once after each scan and each audit.")
            self._said = True
        try:
            write_atomically(path, lambda aside: _write(query, aside))
        except WorkspaceError:
            path = Path(self._open.enter_context(tempfile.TemporaryDirectory())) / path.name
            _write(query, path)
        except (duckdb.Error, pa.ArrowException) as error:
            raise _damaged(of, error) from error
        return HostTable(path)


def _write(query: Callable[[duckdb.DuckDBPyConnection], str], path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute("SET temp_directory = ?", [str(path.with_name(f"{path.name}.tmp"))])
        reader = connection.sql(query(connection)).to_arrow_reader(8 * ROWS_PER_GROUP)
        documents = 0
        with pq.ParquetWriter(path, reader.schema, compression="zstd") as writer:
            for batch in reader:
                writer.write_table(pa.Table.from_batches([batch]), ROWS_PER_GROUP)
                documents += pc.sum(batch.column("documents")).as_py() or 0
            writer.add_key_value_metadata({_DOCUMENTS: str(documents).encode()})


def _damaged(path: Path, error: Exception) -> DataError:
    line = str(error).partition("\n")[0]
    return DataError(f"{path}: cannot be read ({line}); if a scan or an audit is running, ask again, else run it again")


def _measures(origins: Path) -> list[int]:
    names = pq.read_schema(origins).names
    return [number for number in range(len(names)) if f"size_{number}" in names]


def audit_facts(project: Project, documents: dict[str, int]) -> Row | None:
    """Give what ``audit.json`` says, where its tables stand and count the inventory that there is now.

    ``documents`` are those of each source by the scan. ``None`` where there is no such audit.
    """
    folder = project.out / "internal"
    try:
        facts: Row = json.loads((folder / "audit.json").read_text("utf-8"))
        if (folder / "verdicts.parquet").stat().st_size != facts["bytes"]["verdicts"]:
            return None
        counted: dict[tuple[str, str], int] = defaultdict(int)
        for row in facts["totals"]:
            counted[row["source"], row["modality"]] += row["documents"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    by_source = {source: count for (source, _), count in counted.items()}
    return facts if by_source == {name: count for name, count in documents.items() if count} else None
