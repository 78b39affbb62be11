"""From batches to the inventory's tables (:mod:`datasummary.tables`), written when anything they rest on changed."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from datasummary import __version__
from datasummary.domains import REASONS, attribute_origins, suffix_list_date
from datasummary.languages import normalise
from datasummary.manifests.plan import LeftOut
from datasummary.project import Project
from datasummary.sources import Measure
from datasummary.tables import ROWS_PER_GROUP, Inventory, unit_of, write_table
from datasummary.workspace import explained, fingerprint, no_fault_of_the_data, write_atomically

if TYPE_CHECKING:
    from datasummary.inventory import Coverage

__all__ = ["stands", "write_tables"]

_SIZED = {
    "domains": ("source", "modality", "domain", "documents", "size", "unit", "first_date", "last_date"),
    "totals": ("source", "role", "modality", "unit", "language", "month", "documents", "size", "bad_sizes"),
    "unattributed": ("source", "role", "modality", "unit", "reason", "documents", "size"),
}


def write_tables(
    project: Project, parts: list[Coverage], *, threads: int | None = None, memory_limit: str | None = None
) -> Inventory:
    """Write the tables of a project, unless they stand there already and nothing they depend on has changed."""
    folder = project.out / "internal"
    inventory = Inventory(folder)
    if stands(project, parts):
        return inventory
    names = _names(parts)
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "inventory.json").unlink(missing_ok=True)
    try:
        with contextlib.closing(_Merger(project, parts, threads, memory_limit)) as merger:
            for name in names:
                schema, rows = merger.table(name)
                write_table(folder / f"{name}.parquet", schema, rows)
    except duckdb.Error as error:
        no_fault_of_the_data(error)
        raise
    if "scraped-domains" not in names:
        (folder / "scraped-domains.parquet").unlink(missing_ok=True)
    sizes = {name: (folder / f"{name}.parquet").stat().st_size for name in names}
    note = json.dumps({"state": _state(project, parts), "bytes": sizes}, indent=1)
    write_atomically(folder / "inventory.json", lambda path: path.write_text(note, "utf-8"))
    return inventory


def _state(project: Project, parts: list[Coverage]) -> str:
    sources = [
        [
            part.source.name,
            part.role,
            [[measure.modality, measure.unit] for measure in part.source.measures],
            sorted(part.batches),
            [[item.shard.identity, item.problem] for item in part.left_out],
        ]
        for part in parts
    ]
    return fingerprint([__version__, project.domain_level, suffix_list_date(), sources])


def _names(parts: list[Coverage]) -> list[str]:
    scraped = ["scraped-domains"] if any(part.role == "scraped" for part in parts) else []
    return ["domains", "totals", "unattributed", "sources", "inputs", *scraped]


def stands(project: Project, parts: list[Coverage]) -> bool:
    """Tell whether a project's tables are there and made from just these parts."""
    folder = project.out / "internal"
    try:
        note = json.loads((folder / "inventory.json").read_text("utf-8"))
        sizes = {name: (folder / f"{name}.parquet").stat().st_size for name in _names(parts)}
        return bool(note["state"] == _state(project, parts) and note["bytes"] == sizes)
    except (OSError, ValueError, KeyError):
        return False


class _Merger:
    """Brings batches together, source by source, on a DuckDB of its own."""

    def __init__(self, project: Project, parts: list[Coverage], threads: int | None, memory_limit: str | None) -> None:
        self.project = project
        self.parts = parts
        self.connection = duckdb.connect()
        if threads:
            self.connection.execute("SET threads = ?", [threads])
        if memory_limit:
            self.connection.execute("SET memory_limit = ?", [memory_limit])
        if parts:
            self.connection.execute("SET temp_directory = ?", [str(parts[0].workspace.temporary)])
        self.connection.execute("SET preserve_insertion_order = false")
        for place, part in enumerate(parts):
            self._prepare(place, part)

    def close(self) -> None:
        self.connection.close()

    def _prepare(self, place: int, part: Coverage) -> None:
        """Merge a source's batches into the temporary tables ``by_domain_…`` and ``by_month_…``."""
        folders = [part.workspace.batch(name) for name in sorted(part.batches)]
        measures = range(len(part.source.measures))
        sized = [f"{name}_{number}" for number in measures for name in ("size", "bad")]
        if not folders:
            self._empty(place, sized)
            return
        sums = ", ".join(f"sum({name}) AS {name}" for name in ["documents", *sized])
        merged = f"reason, domain, {sums}, min(first_date) AS first_date, max(last_date) AS last_date"
        self.connection.read_parquet([self._domains(folder, merged) for folder in folders]).create_view(
            "kept_now", True
        )
        query = "FROM kept_now" if len(folders) == 1 else f"SELECT {merged} FROM kept_now GROUP BY reason, domain"
        self.connection.execute(f"CREATE TEMP TABLE by_domain_{place} AS {query}")
        totals = [str(folder / "totals.parquet") for folder in folders]
        self.connection.read_parquet(totals).create_view("totals_now", replace=True)
        spelled = self.connection.sql("SELECT DISTINCT language FROM totals_now").to_arrow_table().column(0)
        codes = pa.array([normalise(language) for language in spelled.to_pylist()], pa.string())
        self.connection.register("codes", pa.table({"language": spelled, "code": codes}))
        self.connection.execute(
            f"CREATE TEMP TABLE by_month_{place} AS SELECT code AS language, month, dating, {sums} "
            f"FROM totals_now JOIN codes ON totals_now.language IS NOT DISTINCT FROM codes.language GROUP BY ALL"
        )

    def _domains(self, batch: Path, merged: str) -> str:
        """Work out a batch's domains, and keep them for the next time."""
        level = self.project.domain_level
        kept = batch / f"domains-{level}-{suffix_list_date()}.parquet"
        if not kept.exists():
            attributed = attribute_origins(self.connection, str(batch / "origins.parquet"), level)
            domains = self.connection.sql(f"SELECT {merged} FROM ({attributed}) GROUP BY reason, domain")
            write_atomically(kept, lambda path: domains.write_parquet(str(path), compression="lz4"))
        return str(kept)

    def _empty(self, place: int, sized: list[str]) -> None:
        counts = "".join(f", 0::HUGEINT AS {name}" for name in ["documents", *sized])
        dates = "NULL::DATE AS first_date, NULL::DATE AS last_date"
        self.connection.execute(
            f"CREATE TEMP TABLE by_domain_{place} AS "
            f"SELECT NULL::VARCHAR AS reason, NULL::VARCHAR AS domain{counts}, {dates} LIMIT 0"
        )
        self.connection.execute(
            f"CREATE TEMP TABLE by_month_{place} AS SELECT NULL::VARCHAR AS language, NULL::DATE AS month, "
            f"NULL::VARCHAR AS dating{counts} LIMIT 0"
        )

    def table(self, name: str) -> tuple[pa.Schema, Iterator[pa.Table]]:
        """Give a table's schema and its rows, sorted, piece by piece."""
        if name == "inputs":
            rows = self._inputs()
            return rows.schema, iter([rows])
        if name == "sources":
            rows = self._sources()
            return rows.schema, iter([rows])
        wide = self._largest() >= 2**63
        size = pa.decimal128(38, 0) if wide else pa.int64()
        return _schema(name, size), self._sized(name, size)

    def _largest(self) -> int:
        """Give the largest total of any source: it decides whether sizes fit 64 bits."""
        largest = 0
        for place, part in enumerate(self.parts):
            for number in range(len(part.source.measures)):
                query = f"SELECT coalesce(sum(size_{number}), 0)::HUGEINT FROM by_month_{place}"
                largest = max(largest, int((self.connection.sql(query).fetchone() or (0,))[0]))
        return largest

    def _sized(self, name: str, size: pa.DataType) -> Iterator[pa.Table]:
        for place, part in enumerate(self.parts):
            if name in {"domains", "scraped-domains"} and (part.role == "scraped") != (name == "scraped-domains"):
                continue
            for number, measure in enumerate(part.source.measures):
                sql_size = f"size_{number}::{'BIGINT' if size == pa.int64() else 'DECIMAL(38,0)'}"
                constants = {
                    "source": part.source.name,
                    "role": part.role,
                    "modality": measure.modality,
                    "unit": unit_of(measure),
                }
                yield from self._pieces(_query(name, place, number, sql_size), constants, _schema(name, size))

    def _pieces(self, query: str, constants: dict[str, str], schema: pa.Schema) -> Iterator[pa.Table]:
        reader = self.connection.sql(query).to_arrow_reader(ROWS_PER_GROUP)
        for batch in reader:
            columns = [
                pa.repeat(constants[field.name], batch.num_rows)
                if field.name in constants
                else batch.column(field.name).cast(field.type)
                for field in schema
            ]
            yield pa.Table.from_arrays(columns, schema=schema)

    def _sources(self) -> pa.Table:
        rows = []
        for place, part in enumerate(self.parts):
            for number, measure in enumerate(part.source.measures):
                rows.append(self._source(place, part, number, measure))
        decimal = any(row["size"] >= 2**63 for row in rows)
        size = pa.decimal128(38, 0) if decimal else pa.int64()
        text = ["source", "role", "modality", "unit"]
        counts = ["files", "left_out", "rows", "documents"]
        after = ["bad_sizes", "no_date", "bad_dates", "dates_out_of_range", "domains", "unattributed"]
        schema = pa.schema(
            [(name, pa.string()) for name in text]
            + [(name, pa.int64()) for name in counts]
            + [("size", size)]
            + [(name, pa.int64()) for name in after]
            + [("first_date", pa.date32()), ("last_date", pa.date32())]
        )
        return pa.Table.from_pylist(rows, schema)

    def _source(self, place: int, part: Coverage, number: int, measure: Measure) -> dict[str, Any]:
        def dating(which: str) -> str:
            return f"coalesce(sum(documents) FILTER (dating = '{which}'), 0)::BIGINT"

        totals = self.connection.sql(
            f"SELECT coalesce(sum(documents), 0)::BIGINT, coalesce(sum(size_{number}), 0)::HUGEINT, "
            f"coalesce(sum(bad_{number}), 0)::BIGINT, {dating('no_date')}, {dating('bad_date')}, "
            f"{dating('out_of_range')} FROM by_month_{place}"
        ).fetchone()
        places = self.connection.sql(
            f"SELECT count(domain), coalesce(sum(documents) FILTER (domain IS NULL), 0)::BIGINT, min(first_date), "
            f"max(last_date), coalesce(sum(documents), 0)::BIGINT, coalesce(sum(size_{number}), 0)::HUGEINT "
            f"FROM by_domain_{place}"
        ).fetchone()
        assert totals
        assert places
        if totals[:2] != places[4:]:
            raise AssertionError(f"{part.source.name}: the counts by month and by domain differ: {totals}, {places}")
        shards = [shard for record in part.batches.values() for shard in record["shards"]]
        return {
            "source": part.source.name,
            "role": part.role,
            "modality": measure.modality,
            "unit": unit_of(measure),
            "files": len(shards),
            "left_out": len(part.left_out),
            "rows": sum(shard["rows"] for shard in shards),
            "documents": totals[0],
            "size": totals[1],
            "bad_sizes": totals[2],
            "no_date": totals[3],
            "bad_dates": totals[4],
            "dates_out_of_range": totals[5],
            "domains": places[0],
            "unattributed": places[1],
            "first_date": places[2],
            "last_date": places[3],
        }

    def _inputs(self) -> pa.Table:
        rows = []
        for part in self.parts:
            shards = [(shard, "") for record in part.batches.values() for shard in record["shards"]]
            shards += [(_left_out(item), item.problem) for item in part.left_out]
            for shard, problem in sorted(shards, key=lambda pair: pair[0]["name"]):
                rows.append(
                    {
                        "source": part.source.name,
                        "role": part.role,
                        "path": shard["name"],
                        "bytes": shard["bytes"],
                        "rows": shard["rows"],
                        "modified": shard["modified"] or None,
                        "etag": shard["etag"] or None,
                        "problem": problem or None,
                    }
                )
        schema = pa.schema(
            [
                ("source", pa.string()),
                ("role", pa.string()),
                ("path", pa.string()),
                ("bytes", pa.int64()),
                ("rows", pa.int64()),
                ("modified", pa.string()),
                ("etag", pa.string()),
                ("problem", pa.string()),
            ]
        )
        return pa.Table.from_pylist(rows, schema)


def _left_out(item: LeftOut) -> dict[str, Any]:
    shard = item.shard
    return {"name": shard.name, "bytes": shard.bytes, "rows": None, "modified": shard.modified, "etag": shard.etag}


def _schema(name: str, size: pa.DataType) -> pa.Schema:
    types = {"documents": pa.int64(), "size": size, "bad_sizes": pa.int64()}
    types |= dict.fromkeys(("month", "first_date", "last_date"), pa.date32())
    return pa.schema([(column, types.get(column, pa.string())) for column in _SIZED[name.removeprefix("scraped-")]])


def _query(name: str, place: int, number: int, size: str) -> str:
    if name == "totals":
        return (
            f"SELECT language, month, sum(documents)::BIGINT AS documents, sum({size})::{size.split('::')[1]} AS size, "
            f"sum(bad_{number})::BIGINT AS bad_sizes FROM by_month_{place} GROUP BY language, month "
            f"ORDER BY language, month NULLS LAST"
        )
    if name == "unattributed":
        listed = ", ".join(f"'{reason}'" for reason in REASONS)
        return (
            f"SELECT reason, documents::BIGINT AS documents, {size} AS size FROM by_domain_{place} "
            f"WHERE domain IS NULL ORDER BY list_position([{listed}], reason)"
        )
    return (
        f"SELECT domain, documents::BIGINT AS documents, {size} AS size, first_date, last_date "
        f"FROM by_domain_{place} WHERE domain IS NOT NULL ORDER BY size DESC, domain"
    )
