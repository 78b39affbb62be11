"""The table of signals behind an audit's verdicts, written host by host."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from datasummary.judging import JudgedHost
from datasummary.workspace import explained

__all__ = ["SIGNALS", "SignalWriter"]

SIGNALS = pa.schema(
    [
        ("sources", pa.list_(pa.string())),
        ("host", pa.string()),
        ("role", pa.string()),
        ("addressee", pa.string()),
        ("protocol", pa.string()),
        ("use", pa.string()),
        ("says", pa.string()),
        ("agents", pa.list_(pa.string())),
        ("pattern", pa.string()),
        ("place", pa.string()),
        ("quote", pa.string()),
        ("address", pa.string()),
        ("note", pa.string()),
        ("capture", pa.string()),
        ("url", pa.string()),
        ("captured", pa.timestamp("us", "UTC")),
    ]
)
"""A row for each statement in a capture that was looked at and is addressed to a crawler that counts, or to everyone.

``role`` is ``counted``, ``overruled`` or ``not counted``; ``pattern`` is null where it holds for the captured address
alone; ``capture`` is the id in the archive.
"""

ROWS_PER_GROUP = 100_000


class SignalWriter:
    """Writes the table aside, and puts it in its place when all went well."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._aside = path.with_name(f".{path.name}.{os.getpid()}.part")
        self._columns: list[list[Any]] = [[] for _ in SIGNALS]
        with explained(path.parent):
            self._writer = pq.ParquetWriter(self._aside, SIGNALS, compression="zstd")

    def add(self, sources: list[str], host: str, judged: JudgedHost) -> None:
        """Add the signals of a host, each once, whatever the days on which it held."""
        weighed = dict.fromkeys(item for judgement in judged.judgements for item in judgement.weighed)
        for item in weighed:
            signal, seen = item.signal, item.seen
            row = (
                sources,
                host,
                item.role,
                item.addressee,
                signal.protocol,
                signal.use,
                signal.says,
                list(signal.agents),
                signal.pattern,
                signal.place,
                signal.quote,
                signal.address,
                signal.note or None,
                seen.id,
                seen.url,
                seen.captured,
            )
            for column, value in zip(self._columns, row, strict=True):
                column.append(value)
        if len(self._columns[0]) >= ROWS_PER_GROUP:
            self._flush()

    def _flush(self) -> None:
        arrays = [pa.array(column, field.type) for column, field in zip(self._columns, SIGNALS, strict=True)]
        with explained(self.path.parent):
            self._writer.write_table(pa.Table.from_arrays(arrays, schema=SIGNALS))
        self._columns = [[] for _ in SIGNALS]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._flush()
        self._writer.close()
        if kind is None:
            self._aside.replace(self.path)
        else:
            self._aside.unlink(missing_ok=True)
