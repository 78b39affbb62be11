"""The same rows in every format, and what a plain loop over them counts."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
import math
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import tldextract
import yaml

from datasummary.domains import parse_authority
from datasummary.languages import normalise
from datasummary.manifests.dates import parse_day
from datasummary.project import Project

UNTIL = dt.date(2026, 3, 1)
LARGEST = 2**53
COLUMNS = ("url", "size", "language", "date")
FORMATS = (
    "parquet",
    "csv",
    "csv.gz",
    "csv.zst",
    "tsv",
    "jsonl",
    "jsonl.gz",
    "jsonl.zst",
    "arrow",
    "arrows",
)
Row = tuple[str | None, float | None, str | None, str | None]


def project_of(folder: Path, *sources: dict[str, Any], **keys: Any) -> Project:
    """Write a project file with these sources and load it."""
    content = {
        "provider": {"name": "Acme", "contact": "ai@acme.example", "established_in": "FR"},
        "model": {"names": [{"name": "acme-1"}], "placed_on_market": dt.date(2026, 3, 1)},
        "summary": {"version": "1.0", "date": UNTIL},
        "sources": [{"name": "web", "category": "crawled", "modality": "text", **source} for source in sources],
        **keys,
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "datasummary.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    return Project.load(path)


def write_rows(path: Path, rows: Iterable[Row], columns: tuple[str, ...] = COLUMNS) -> Path:
    """Write rows in the format that the file's name tells."""
    rows = list(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    kind = path.name.split(".", 1)[1]
    if kind in {"parquet", "arrow", "arrows"}:
        types = [pa.string(), pa.float64(), pa.string(), pa.string()]
        table = pa.table({name: pa.array([row[i] for row in rows], types[i]) for i, name in enumerate(columns)})
        if kind == "parquet":
            pq.write_table(table, path)
        else:
            maker = pa.ipc.new_file if kind == "arrow" else pa.ipc.new_stream
            with pa.OSFile(str(path), "wb") as sink, maker(sink, table.schema) as writer:
                writer.write_table(table)
        return path
    if kind.startswith("jsonl"):
        clean = [{name: _json_value(value) for name, value in zip(columns, row, strict=True)} for row in rows]
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in clean)
    else:
        from io import StringIO

        buffer = StringIO(newline="")
        writer = csv.writer(buffer, delimiter="\t" if kind == "tsv" else ",", lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(["" if value is None else value for value in row] for row in rows)
        text = buffer.getvalue()
    path.write_bytes(compressed(text.encode(), path.suffix))
    return path


def compressed(data: bytes, suffix: str) -> bytes:
    """Compress by the ending of a file's name."""
    if suffix == ".gz":
        return gzip.compress(data, mtime=0)
    if suffix == ".zst":
        sink = pa.BufferOutputStream()
        with pa.CompressedOutputStream(sink, "zstd") as stream:
            stream.write(data)
        return sink.getvalue().to_pybytes()
    return data


def _json_value(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


@dataclass
class Counted:
    """What a plain loop counts."""

    domains: dict[str, list[Any]] = field(default_factory=dict)
    """By domain: documents, size, first date, last date."""
    reasons: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    totals: dict[tuple[str, dt.date | None], list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0, 0]))
    documents: int = 0
    size: int = 0


@cache
def _extract(private: bool) -> tldextract.TLDExtract:
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=private)


def plain_domain(host: str, private: bool = False) -> str | None:
    """Ask tldextract."""
    return _extract(private)(host).top_domain_under_public_suffix or None


def plain_place(url: str | None) -> tuple[str | None, str | None]:
    """Give an address's registrable domain, or the reason why it has none."""
    text = (url or "").lstrip("".join(map(chr, range(33))))
    if not text:
        return None, "no_url"
    scheme, colon, rest = text.partition(":")
    if not colon or not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme):
        return None, "no_scheme"
    if scheme.lower() not in {"http", "https"}:
        return None, "other_scheme"
    if len(rest) < 2 or set(rest[:2]) - set("/\\"):
        return None, "no_host"
    answer = parse_authority(re.split(r"[/\\?#]", rest[2:], maxsplit=1)[0])
    if answer.reason:
        return None, answer.reason
    domain = plain_domain(answer.host or "")
    return (domain, None) if domain else (None, "no_public_suffix")


def plain_size(value: float | None) -> int | None:
    """Give a row's size as it is added up, or None where it is bad."""
    if value is None or math.isnan(value) or not 0 <= value <= LARGEST:
        return None
    return math.floor(value + 0.5)


def count_plainly(rows: Iterable[Row]) -> Counted:
    """Count rows one by one."""
    counted = Counted()
    for url, raw_size, language, date in rows:
        size = plain_size(raw_size)
        added = size or 0
        counted.documents += 1
        counted.size += added
        day = parse_day(date)
        day = day if day and dt.date(1990, 1, 1) <= day <= UNTIL else None
        total = counted.totals[normalise(language), day.replace(day=1) if day else None]
        total[0] += 1
        total[1] += added
        total[2] += size is None
        domain, reason = plain_place(url)
        if reason:
            counted.reasons[reason][0] += 1
            counted.reasons[reason][1] += added
            continue
        entry = counted.domains.setdefault(str(domain), [0, 0, None, None])
        entry[0] += 1
        entry[1] += added
        if day:
            entry[2] = min(entry[2] or day, day)
            entry[3] = max(entry[3] or day, day)
    return counted
