"""Tables for the terminal: the inventory at a glance, and what is done."""

from __future__ import annotations

import itertools
from typing import Any

from rich.table import Table
from rich.text import Text

from datasummary.manifests.canonical import MILLISECONDS_PER_HOUR
from datasummary.status import Status
from datasummary.tables import Inventory

__all__ = ["remarks", "sources_table", "status_table"]


def sources_table(inventory: Inventory) -> Table:
    """Show each source's documents, size, domains and dates."""
    table = _table("source", ">documents", ">size", ">domains", "dates")
    rows = inventory.sources.arrow().to_pylist()
    for _, group in itertools.groupby(rows, key=lambda row: (row["source"], row["role"])):
        for number, row in enumerate(group):
            name = row["source"] + (" (scraped)" if row["role"] == "scraped" else "")
            table.add_row(
                Text(name if number == 0 else ""),
                f"{row['documents']:,}" if number == 0 else "",
                _size(row["size"], row["unit"]),
                f"{row['domains']:,}" if number == 0 else "",
                _dates(row) if number == 0 else "",
            )
    return table


def status_table(found: Status) -> Table:
    """Show how far each source is."""
    table = _table("source", "state", ">shards", ">rows", "to do")
    for item in found.sources:
        name = item.source + (" (scraped)" if item.role == "scraped" else "")
        shards = f"{item.scanned:,} of {item.shards:,}" if item.shards else ""
        table.add_row(Text(name), item.state, shards, f"{item.rows:,}" if item.rows else "", Text(item.note))
    return table


def _table(*headings: str) -> Table:
    table = Table(box=None, show_edge=False, pad_edge=False, header_style="bold")
    for heading in headings:
        right = heading.startswith(">")
        table.add_column(heading.removeprefix(">"), justify="right" if right else "left", no_wrap=heading == "source")
    return table


def _size(size: int, unit: str) -> str:
    if unit == "milliseconds":
        return f"{int(size) / MILLISECONDS_PER_HOUR:,.1f} hours"
    return f"{int(size):,} {unit}"


def _dates(row: dict[str, Any]) -> str:
    if row["first_date"] is None:
        return "none"
    return f"{row['first_date']:%m/%Y} to {row['last_date']:%m/%Y}"


def remarks(inventory: Inventory) -> list[str]:
    """Say in a line per source what could not be counted as it should."""
    lines = []
    rows = inventory.sources.arrow().to_pylist()
    for (source, _), group in itertools.groupby(rows, key=lambda row: (row["source"], row["role"])):
        measured = list(group)
        row = measured[0]
        counts = [
            (row["left_out"], "shards left out"),
            (row["rows"] - row["documents"], "rows excluded by where"),
            (row["unattributed"], "documents without a domain"),
            *((each["bad_sizes"], f"bad sizes ({each['modality']})") for each in measured),
            (row["bad_dates"], "bad dates"),
            (row["dates_out_of_range"], "dates out of range"),
        ]
        told = [f"{count:,} {what}" for count, what in counts if count]
        if told:
            lines.append(f"{source}: {', '.join(told)}")
    return lines
