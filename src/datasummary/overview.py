"""Tables for the terminal: the inventory at a glance, and what is done."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from rich.table import Table
from rich.text import Text

from datasummary.manifests.canonical import MILLISECONDS_PER_HOUR
from datasummary.project_status import Status
from datasummary.tables import Inventory

if TYPE_CHECKING:
    from datasummary.explaining import Explanation, SourceVerdict

__all__ = [
    "audit_table",
    "comparison_table",
    "explanation_lines",
    "filter_table",
    "remarks",
    "sample_table",
    "sources_table",
    "status_table",
]


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
        table.add_column(
            heading.removeprefix(">"),
            justify="right" if right else "left",
            no_wrap=right or heading == "source",
            min_width=len("  no reservation found") if heading == "verdict" else None,
        )
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


def audit_table(totals: list[dict[str, Any]]) -> Table:
    """Show what each source holds by verdict of the host."""
    table = _table("verdict", ">hosts", ">documents", ">size", ">reserved")
    before = None
    for row in totals:
        key = (row["source"], row["modality"])
        if key != before:
            table.add_row(Text(f"{row['source']}, {row['modality']}", style="bold", no_wrap=True))
        table.add_row(
            Text("  ").append_text(_words(row["verdict"])),
            f"{row['hosts']:,}",
            f"{row['documents']:,}",
            _size(row["size"], row["unit"]),
            f"{row['reserved_documents']:,}",
        )
        before = key
    return table


def filter_table(receipt: dict[str, Any]) -> Table:
    """Show what a filter leaves out of each source."""
    table = _table("source", "modality", ">documents", ">left out", ">kept", ">size kept")
    for source in receipt["sources"]:
        for row in source["measures"]:
            table.add_row(
                Text(source["source"]),
                row["modality"],
                f"{row['before']['documents']:,}",
                f"{row['left_out']['documents']:,}",
                f"{row['after']['documents']:,}",
                _size(row["after"]["size"], row["unit"]),
            )
    return table


def comparison_table(rows: pa.Table, one: str, other: str) -> Table:
    """Show how the verdicts of two policies, by name, meet."""
    table = _table("source", one, other, ">hosts", ">documents", ">size")
    for row in rows.to_pylist():
        table.add_row(
            Text(row["source"]),
            _words(row["verdict"]),
            _words(row["other_verdict"]),
            f"{row['hosts']:,}",
            f"{row['documents']:,}",
            _size(row["size"], row["unit"]),
        )
    return table


def sample_table(rows: pa.Table) -> Table:
    """Show the verdicts of hosts that were drawn."""
    table = _table("source", "host", "verdict", ">documents")
    for row in rows.to_pylist():
        table.add_row(Text(row["source"]), Text(row["host"]), _words(row["verdict"]), f"{row['documents']:,}")
    return table


def _words(verdict: str) -> Text:
    return Text(verdict.replace("_", " "), no_wrap=True)


def explanation_lines(found: Explanation) -> Iterator[str]:
    """Tell, line by line, why an address has its verdict."""
    yield found.url
    yield f"Read under policy {found.policy.name} {found.policy.version}" + (
        f", as of {found.day}" if found.day else ""
    )
    yield ""
    yield f"Evidence of {found.host}:" if found.captures else f"There is no evidence of {found.host}."
    for seen in found.captures:
        when = f"{seen.captured:%Y-%m-%d %H:%M}" if seen.captured else "at an unknown time"
        yield f"  {when}  {seen.outcome:<10}  {seen.url}  (sha256 {seen.sha256[:12]}…)"
    for item in found.verdicts:
        yield ""
        yield f"In {', '.join(item.sources)}: {item.verdict.replace('_', ' ')}" + _fate(item)
        for bearing in item.bearings:
            signal = bearing.signal
            mark = {"speaks": "→", "outranked": "·"}.get(bearing.role, "×")
            yield f"  {mark} {signal.protocol}, {signal.place}: {signal.quote}"
            to = ", ".join(signal.agents[:6]) + (" …" if len(signal.agents) > 6 else "")
            note = f"; {signal.note}" if signal.note else ""
            yield f"      says {signal.says} to {signal.use}, to {to} ({bearing.addressee}); {bearing.role}{note}"
        if not item.bearings:
            yield "  No statement bears on it."


def _fate(item: SourceVerdict) -> str:
    why = f" ({item.why})" if item.why else ""
    return (", left out by a filter" if item.left_out else ", not left out by a filter") + why
