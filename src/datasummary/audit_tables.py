"""The audit's tables, as Parquet files in ``out/internal``, from what was found by host and by document.

For every source and modality, documents and size over the rows of part ``document`` of ``verdicts`` equal those of the
inventory; documents without a host have a row with a null host.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from datasummary.hosts import SourceHosts
from datasummary.tables import ROWS_PER_GROUP, unit_of, write_table
from datasummary.verdicts import DOCUMENT_VERDICTS, Verdict, rank

__all__ = ["HOST_VERDICTS", "Counted", "source_totals", "write_audit_tables"]

HOST_VERDICTS = pa.schema(
    [
        ("ground", pa.int32()),
        ("authority", pa.string()),
        ("verdict", pa.string()),
        ("base", pa.int8()),
        ("left_out", pa.bool_()),
        ("settled", pa.bool_()),
        ("override", pa.string()),
        ("protocols", pa.list_(pa.string())),
        ("first_captured", pa.timestamp("us", "UTC")),
        ("last_captured", pa.timestamp("us", "UTC")),
        ("evidence", pa.list_(pa.string())),
    ]
)
"""What was found for a host on a ground; ``base`` and ``left_out`` are those of its documents where it is settled."""

_GROUPS: tuple[tuple[str, Verdict], ...] = (
    ("reserved", "reserved"),
    ("review", "review"),
    ("refused", "access_refused"),
    ("unknown", "unknown"),
)
_COUNTED = ("reserved", "review", "refused", "unknown", "left_out")


@dataclass(frozen=True)
class Counted:
    """A source whose documents are counted: ``table`` has ``origin, verdict, left_out, documents, size_…``."""

    hosts: SourceHosts
    ground: int
    default: Verdict
    """Verdict of hosts of which nothing was found."""
    table: str
    assets: tuple[str, str] | None = None
    """For sources with assets: the table counted by the asset's authority, and the one with the assets' hosts."""


def _size_type(wide: bool) -> pa.DataType:
    return pa.decimal128(38, 0) if wide else pa.int64()


def _verdict_schema(wide: bool) -> pa.Schema:
    text = ("source", "part", "host", "domain", "modality", "unit", "verdict", "override")
    counted = [(f"{name}_{what}", what) for name in ("", *_COUNTED) for what in ("documents", "size")]
    return pa.schema(
        [
            *((name, pa.string()) for name in text),
            ("protocols", pa.list_(pa.string())),
            ("first_captured", pa.timestamp("us", "UTC")),
            ("last_captured", pa.timestamp("us", "UTC")),
            *((name.strip("_"), pa.int64() if what == "documents" else _size_type(wide)) for name, what in counted),
            ("evidence", pa.list_(pa.string())),
        ]
    )


def _domain_schema(wide: bool) -> pa.Schema:
    counted = ("documents", "size", "reserved_documents", "reserved_size", "left_out_documents", "left_out_size")
    return pa.schema(
        [
            *((name, pa.string()) for name in ("source", "part", "domain", "modality", "unit")),
            ("hosts", pa.int64()),
            ("reserved_hosts", pa.int64()),
            *((name, _size_type(wide) if name.endswith("size") else pa.int64()) for name in counted),
        ]
    )


def write_audit_tables(
    connection: duckdb.DuckDBPyConnection, sources: list[Counted], by_document: bool, folder: Path
) -> None:
    """Write ``verdicts.parquet`` and ``domain-verdicts.parquet``.

    ``host_verdicts`` stands on the connection, as :data:`HOST_VERDICTS`. ``by_document`` says that a host's verdict
    follows from those of its documents, which are judged at their own dates.
    """
    queries = [
        (f"verdicts_{place}_{number}_{part}", _verdicts(counted, number, part, by_document))
        for place, counted in enumerate(sources)
        for number in range(len(counted.hosts.source.measures))
        for part in (("document", "asset") if counted.assets else ("document",))
    ]
    for name, query in queries:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")
    largest = max(
        (connection.sql(f"SELECT coalesce(sum(size), 0)::HUGEINT FROM {name}").fetchall()[0][0] for name, _ in queries),
        default=0,
    )
    wide = largest >= 2**63
    write_table(
        folder / "verdicts.parquet",
        _verdict_schema(wide),
        _pieces(connection, [f"FROM {name} ORDER BY size DESC, host" for name, _ in queries], _verdict_schema(wide)),
    )
    write_table(
        folder / "domain-verdicts.parquet",
        _domain_schema(wide),
        _pieces(connection, [_domains(name) for name, _ in queries], _domain_schema(wide)),
    )


def _pieces(connection: duckdb.DuckDBPyConnection, queries: list[str], schema: pa.Schema) -> Iterator[pa.Table]:
    for query in queries:
        for batch in connection.sql(query).to_arrow_reader(ROWS_PER_GROUP):
            yield pa.Table.from_arrays([batch.column(field.name).cast(field.type) for field in schema], schema=schema)


def _verdicts(counted: Counted, number: int, part: str, by_document: bool) -> str:
    """Build the query for one source, measure and part: a row a host."""
    measure = counted.hosts.source.measures[number]
    table, hosts = (counted.table, counted.hosts.table) if part == "document" else (counted.assets or ("", ""))
    sums = [f"sum(c.documents)::BIGINT AS documents, sum(c.size_{number})::HUGEINT AS size"]
    for name, its in _GROUPS:
        sums.append(_where(name, f"c.verdict = {rank(its)}", number))
    sums.append(_where("left_out", "c.left_out", number))
    by_counts = " ".join(f"WHEN {name}_documents > 0 THEN '{its}'" for name, its in _GROUPS if name != "reserved")
    of_documents = (
        f"CASE WHEN reserved_documents = documents THEN 'reserved' WHEN reserved_documents > 0 THEN 'partly_reserved' "
        f"{by_counts} ELSE 'no_reservation_found' END"
    )
    stated = f"coalesce(v.verdict, '{counted.default}')"
    verdict = f"CASE WHEN coalesce(v.settled, true) THEN {stated} ELSE {of_documents} END" if by_document else stated
    return (
        f"SELECT {_text(counted.hosts.source.name)} AS source, '{part}' AS part, t.host, t.domain, "
        f"'{measure.modality}' AS modality, '{unit_of(measure)}' AS unit, {verdict} AS verdict, v.override, "
        f"coalesce(v.protocols, []) AS protocols, v.first_captured, v.last_captured, "
        f"t.* EXCLUDE (host, domain), coalesce(v.evidence, []) AS evidence FROM ("
        f"SELECT h.authority AS host, any_value(h.domain) AS domain, {', '.join(sums)} "
        f"FROM {table} c LEFT JOIN {hosts} h ON h.origin = c.origin GROUP BY h.authority) t "
        f"LEFT JOIN host_verdicts v ON v.ground = {counted.ground} AND v.authority = t.host"
    )


def _where(name: str, condition: str, number: int) -> str:
    return (
        f"coalesce(sum(c.documents) FILTER ({condition}), 0)::BIGINT AS {name}_documents, "
        f"coalesce(sum(c.size_{number}) FILTER ({condition}), 0)::HUGEINT AS {name}_size"
    )


def _domains(verdicts: str) -> str:
    sums = ", ".join(
        f"sum({name})::HUGEINT AS {name}"
        for name in (
            "documents",
            "size",
            "reserved_documents",
            "reserved_size",
            "left_out_documents",
            "left_out_size",
        )
    )
    return (
        f"SELECT source, part, domain, modality, unit, count(*) AS hosts, "
        f"count(*) FILTER (verdict IN ('reserved', 'partly_reserved')) AS reserved_hosts, {sums} "
        f"FROM {verdicts} WHERE domain IS NOT NULL GROUP BY source, part, domain, modality, unit "
        f"ORDER BY size DESC, domain"
    )


def source_totals(verdicts: Path) -> list[dict[str, object]]:
    """Sum the verdicts of documents' hosts: a row for each source, modality and verdict, in the order of the file."""
    counted = ", ".join(
        f"sum({name})::HUGEINT AS {name}"
        for name in ("documents", "size", "reserved_documents", "reserved_size", "left_out_documents", "left_out_size")
    )
    order = ", ".join(f"'{verdict}'" for verdict in ("reserved", "partly_reserved", *reversed(DOCUMENT_VERDICTS[:-1])))
    with duckdb.connect() as connection:
        rows = connection.read_parquet(str(verdicts), file_row_number=True).query(
            "verdicts",
            f"SELECT source, modality, unit, verdict, count(host) AS hosts, {counted} FROM verdicts "
            f"WHERE part = 'document' GROUP BY source, modality, unit, verdict "
            f"ORDER BY min(min(file_row_number)) OVER (PARTITION BY source, modality), "
            f"list_position([{order}], verdict)",
        )
        names = rows.columns
        return [dict(zip(names, row, strict=True)) for row in rows.fetchall()]


def _text(value: str) -> str:
    """Write a source's name, whose signs the project file restricts, as SQL text."""
    return "'" + value.replace("'", "''") + "'"
