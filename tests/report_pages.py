"""A report by hand, with hosts that say hostile things, for tests of its forms."""

import datetime as dt
import hashlib
from typing import Any

from datasummary.documents.blocks import Column, Document, Figures, Points, Section, Words
from datasummary.documents.host_index import HostIndex, HostRow, Statement

UTC = dt.UTC
SCRIPT_HOST = "<script>alert(1)</script>.example"
MARKUP = """<!-- --></script><img src=x onerror="alert('quote')"> & &amp; **bold** | `code`"""
QUOTED_URL = """https://b.example/"'><b>?q=<i>&x=1"""
VERDICTS = ("reserved", "partly_reserved", "review", "access_refused", "unknown", "no_reservation_found")


def host_row(number: int = 0, **known: Any) -> HostRow:
    """Give a row of the table of hosts; the numbers of each differ."""
    documents = known.pop("documents", 1_000_000 // (number + 1) + max(250 - number, 1))
    verdict = known.pop("verdict", VERDICTS[number % len(VERDICTS)])
    reserved = {"reserved": documents, "partly_reserved": documents // 2}.get(verdict, 0)
    row: dict[str, Any] = {
        "source": "crawl", "group": "crawled", "host": f"www.site{number:06}.example", "domain": f"site{number:06}.example",
        "modality": "text", "unit": "tokens", "verdict": verdict, "disposition": "",
        "documents": documents, "size": 7 * documents, "reserved_documents": reserved, "reserved_size": 7 * reserved,
        "left_out_documents": 0, "protocols": ("robots-txt", "tdmrep"),
        "first_captured": dt.datetime(2025, 1, 1 + number % 28, tzinfo=UTC),
        "last_captured": dt.datetime(2026, 1, 1 + number % 28, tzinfo=UTC),
    }  # fmt: skip
    return HostRow(**row | known)


def statement(host: str, **known: Any) -> Statement:
    """Give a statement of a host's robots.txt."""
    said: dict[str, Any] = {
        "host": host, "role": "counted", "addressee": "everyone", "protocol": "robots-txt", "says": "no", "place": "line 2",
        "quote": "Disallow: /", "url": f"https://{host}/robots.txt", "captured": dt.datetime(2026, 1, 9, 6, 17, 48, tzinfo=UTC),
        "capture": "urn:uuid:1", "sha256": hashlib.sha256(host.encode()).hexdigest(),
    }  # fmt: skip
    return Statement(**said | known)


def host_index(count: int) -> HostIndex:
    """Give so many rows: first some with statements, then rows of other kinds, then many alike."""
    special = [
        host_row(0, host=SCRIPT_HOST, domain=None, verdict="reserved", documents=3_000_000,
                 disposition="removed by the filter (receipt of 2026-02-01)"),
        host_row(1, host="it's;rm -rf.example:8080", domain=None, verdict="review", documents=2_500_000,
                 disposition="decision pending: for people to settle"),
        host_row(2, host="pod.example", domain="pod.example", source="podcasts", modality="audio", unit="milliseconds",
                 documents=2_400_000, size=5_400_000, reserved_size=0, verdict="partly_reserved"),
        host_row(3, host=None, domain=None, source="chats", group="third_party", verdict="unknown", documents=2_300_000,
                 protocols=(), first_captured=None, last_captured=None),
        host_row(4, host="huge.example", domain="huge.example", documents=2_200_000, size=2**60 + 1, verdict="reserved"),
    ]  # fmt: skip
    rows = [*special, *(host_row(number) for number in range(len(special), count))][:count]
    statements = (
        statement(SCRIPT_HOST, quote=MARKUP, url=QUOTED_URL, place="line 1"),
        statement(SCRIPT_HOST, protocol="tdmrep", says="yes", role="not counted", addressee="own", captured=None),
        statement("it's;rm -rf.example:8080", says="unclear", quote="# No use by machines\u202eplease"),
    )
    return HostIndex(tuple(rows), count, statements)


def figures(**known: Any) -> Figures:
    """Give figures by verdict, drawn as bars."""
    table: dict[str, Any] = {
        "id": "verdicts",
        "title": "By verdict",
        "columns": (
            Column("verdict", "Verdict"), Column("unit", "Unit"), Column("hosts", "Hosts", "count"),
            Column("size", "Size", "size"), Column("share", "Share", "share"), Column("day", "Last day", "day"),
        ),
        "rows": (
            ("reserved", "tokens", 1_234, 75_000_000, 0.75, dt.date(2026, 1, 9)),
            ("review", "tokens", 0, 0, 0.0, None),
            ("unknown", "tokens", 12, 25_000_000, 0.25, dt.date(2026, 1, 8)),
        ),
        "bars": ("size",),
        "alt": "A bar for each verdict, as long as the size of its hosts.",
        "links": ("verdict=reserved&group=crawled", None, "verdict=unknown"),
        "note": "Size counts whole hosts.",
    }  # fmt: skip
    return Figures(**table | known)


def stacked() -> Figures:
    """Give figures of which two columns are drawn."""
    return Figures(
        "opt-outs", "Opt-outs over time",
        (Column("day", "By", "day"), Column("reserved", "Reserved", "count"), Column("partly", "Partly reserved", "count")),
        ((dt.date(2025, 1, 1), 10, 30), (dt.date(2026, 1, 1), 30, 50)),
        bars=("reserved", "partly"), alt="For each day how many hosts were reserved and how many partly.",
        links=("verdict=reserved", "host=pod.example&source=podcasts"),
    )  # fmt: skip


def wide() -> Figures:
    """Give figures of many columns and large numbers."""
    columns = tuple(Column(f"n{number}", f"Number {number} of many", "count") for number in range(10))
    row = ("Crawled by or for the provider", *(10**15 + number for number in range(10)))
    return Figures("wide", "Much at once", (Column("group", "Group"), *columns), (row,))


def document(*blocks: Any) -> Document:
    """Give a report with a point of each standing, and figures; or with these blocks."""
    said = Section(
        "measure-1-1", "Measure 1.1: Have a copyright policy",
        (
            Words("Asked, in short: one document.\n\nAnd people who answer for it."),
            Points("shown", ("Signals were read under policy machine-readable version 1.0.",)),
            Points("declared", ("See https://acme.example/copyright for it.", "The head of data answers for it.")),
            Points("open", ("Who answers for it is not stated.",)),
            Points("not_applicable", ("No crawler was run.",)),
        ),
    )  # fmt: skip
    shown = Section("measure-1-3", "Measure 1.3: Find reservations", blocks or (figures(), stacked(), wide()))
    return Document(
        "Copyright report on training data", "Findings, and no certificate.", "Acme AI SAS", ("acme-7b-v1",),
        dt.date(2026, 3, 1), (said, shown),
    )  # fmt: skip
