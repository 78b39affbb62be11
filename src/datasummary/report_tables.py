"""The audit's tables as CSV, for spreadsheets: streamed, so that millions of rows take no memory to speak of."""

from __future__ import annotations

from pathlib import Path

import duckdb

from datasummary.errors import DataError
from datasummary.workspace import write_atomically

__all__ = ["write_csv"]

_FORMULA = r"^(\s*[=+\-@＝＋－＠]|[\t\r])"
"""How a cell begins that a spreadsheet takes for a formula."""


def write_csv(table: Path, target: Path) -> None:
    """Write a Parquet table as CSV, its rows and columns in their order.

    Lists are joined by ``; ``, times are in UTC, ISO 8601. Text that begins as a formula gets an apostrophe before it.
    The file is replaced whole or not at all. Raises :class:`~datasummary.errors.DataError` where the table cannot be
    read.
    """
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        try:
            rows = connection.read_parquet(str(table))
        except duckdb.Error as error:
            raise DataError(f"{table}: cannot be read ({error}); run datasummary audit again") from None
        cells = [_cell(name, str(kind)) for name, kind in zip(rows.columns, rows.types, strict=True)]
        selected = rows.project(", ".join(cells))
        write_atomically(target, lambda aside: selected.write_csv(str(aside), header=True))


def _cell(name: str, kind: str) -> str:
    text = f'"{name}"'
    if kind.endswith("[]"):
        text = f"array_to_string({text}, '; ')"
    elif kind.startswith("TIMESTAMP"):
        return f"strftime({text}, '%Y-%m-%dT%H:%M:%SZ') AS \"{name}\""
    elif kind != "VARCHAR":
        return text
    return f"CASE WHEN regexp_matches({text}, '{_FORMULA}') THEN '''' || {text} ELSE {text} END AS \"{name}\""
