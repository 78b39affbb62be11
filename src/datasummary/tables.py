"""The inventory's tables, as Parquet files in ``out/internal``.

All sizes are whole numbers in the source's unit, hours as milliseconds. For every source and modality, documents and
size over ``domains`` plus ``unattributed`` equal those of ``sources``; so do those over ``totals``.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from datasummary.sources import Measure
from datasummary.workspace import write_atomically

__all__ = ["ROWS_PER_GROUP", "Inventory", "Table", "unit_of", "write_table"]

ROWS_PER_GROUP = 131_072


@dataclass(frozen=True)
class Table:
    """One of the tables, on disk."""

    path: Path

    def df(self) -> Any:
        """Read it as a pandas DataFrame."""
        return self.arrow().to_pandas()

    def arrow(self) -> pa.Table:
        """Read it as an Arrow table."""
        return pq.read_table(self.path)


@dataclass(frozen=True)
class Inventory:
    """What a scan found, as tables.

    >>> inventory.domains.df().head()  # doctest: +SKIP
    """

    folder: Path

    @property
    def domains(self) -> Table:
        """``source, modality, domain, documents, size, unit, first_date, last_date``: the largest first."""
        return Table(self.folder / "domains.parquet")

    @property
    def scraped_domains(self) -> Table:
        """The same columns, of what was scraped; there only if a source names ``scraped`` manifests."""
        return Table(self.folder / "scraped-domains.parquet")

    @property
    def totals(self) -> Table:
        """``source, role, modality, unit, language, month, documents, size, bad_sizes``."""
        return Table(self.folder / "totals.parquet")

    @property
    def unattributed(self) -> Table:
        """``source, role, modality, unit, reason, documents, size``: what belongs to no domain, and why."""
        return Table(self.folder / "unattributed.parquet")

    @property
    def sources(self) -> Table:
        """A row for each source, role and modality: files, rows, documents, size, what was bad, dates, domains."""
        return Table(self.folder / "sources.parquet")

    @property
    def inputs(self) -> Table:
        """``source, role, path, bytes, rows, modified, etag, problem``: every file; a problem says it was left out."""
        return Table(self.folder / "inputs.parquet")

    def arrow(self) -> pa.Table:
        """Read the overview by source as an Arrow table."""
        return self.sources.arrow()

    def df(self) -> Any:
        """Read the overview by source as a pandas DataFrame."""
        return self.sources.df()


def unit_of(measure: Measure) -> str:
    """Give the unit of a measure's sizes in the tables: hours are counted in milliseconds."""
    return "milliseconds" if measure.unit == "hours" else measure.unit


def write_table(path: Path, schema: pa.Schema, pieces: Iterator[pa.Table]) -> None:
    """Write a table in row groups of a fixed length, so that the same rows give the same bytes."""
    distinct = {"domain", "host", "documents", "size"}
    repeated = [name for name in schema.names if name not in distinct]

    def fill(aside: Path) -> None:
        with (
            ThreadPoolExecutor(1) as ahead,
            pq.ParquetWriter(aside, schema, compression="zstd", use_dictionary=repeated) as writer,
        ):
            waiting = schema.empty_table()
            coming = ahead.submit(next, pieces, None)
            while (piece := coming.result()) is not None:
                coming = ahead.submit(next, pieces, None)
                waiting = pa.concat_tables([waiting, piece])
                while waiting.num_rows >= ROWS_PER_GROUP:
                    writer.write_table(waiting.slice(0, ROWS_PER_GROUP).combine_chunks(), ROWS_PER_GROUP)
                    waiting = waiting.slice(ROWS_PER_GROUP)
            if waiting.num_rows:
                writer.write_table(waiting.combine_chunks(), ROWS_PER_GROUP)

    write_atomically(path, fill)
