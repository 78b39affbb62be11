"""WARC files made by hand, so that they can be wrong, and projects to take them into."""

from __future__ import annotations

import datetime as dt
import gzip
import uuid
from pathlib import Path

import yaml

from datasummary.evidence.archive import Archive
from datasummary.evidence.captures import Capture
from datasummary.project import Project

DATE = "2025-01-02T03:04:05Z"
MOMENT = dt.datetime(2025, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
ROBOTS = b"User-agent: *\nDisallow: /private\n"


def project_in(folder: Path) -> Project:
    """Write a project file without sources and load it."""
    content = {
        "provider": {"name": "Acme", "contact": "ai@acme.example", "established_in": "FR"},
        "model": {"names": [{"name": "acme-1"}], "placed_on_market": dt.date(2026, 3, 1)},
        "summary": {"version": "1.0", "date": dt.date(2026, 3, 1)},
        "sources": [],
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "datasummary.yaml"
    path.write_text(yaml.safe_dump(content), "utf-8")
    return Project.load(path)


def http(body: bytes = ROBOTS, *headers: str, status: str = "200 OK") -> bytes:
    return "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status}", *headers)).encode() + b"\r\n" + body


def record(block: bytes, kind: str = "response", uri: str = "https://example.org/robots.txt", **fields: str) -> bytes:
    """Make one WARC record; ``WARC_Date=…`` sets or replaces a field."""
    named = {
        "WARC-Type": kind,
        "WARC-Record-ID": f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{kind} {uri} {block!r} {fields}')}>",
        "WARC-Target-URI": uri,
        "WARC-Date": DATE,
        "Content-Length": str(len(block)),
    }
    named |= {name.replace("_", "-"): value for name, value in fields.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items() if value)
    return b"WARC/1.0\r\n" + lines.encode() + b"\r\n" + block + b"\r\n\r\n"


def member(data: bytes) -> bytes:
    """Compress a record, the same bytes each time."""
    return gzip.compress(data, mtime=0)


def site(number: int, body: bytes = ROBOTS, *headers: str, status: str = "200 OK", **fields: str) -> bytes:
    """Make a record of the robots.txt of a numbered site."""
    return record(http(body, *headers, status=status), uri=f"https://site{number}.example/robots.txt", **fields)


def captures_of(project: Project) -> list[Capture]:
    """Read back everything that a project's archive holds."""
    archive = Archive.of(project)
    return list(archive.captures(archive.index()))
