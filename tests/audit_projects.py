"""Puts evidence into a project's archive, for tests that judge it."""

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any

from datasummary.evidence.archive import Archive
from datasummary.evidence.captures import Capture, kind_of
from datasummary.evidence.segments import SegmentWriter
from datasummary.project import Project

SEEN = dt.datetime(2025, 6, 1, 12, tzinfo=dt.UTC)


def robots(host: str, *lines: str, captured: Any = SEEN, status: int | None = 200, **more: Any) -> Capture:
    """A capture of a host's robots.txt."""
    return capture(f"https://{host}/robots.txt", "\n".join(lines), captured=captured, status=status, **more)


def capture(
    url: str,
    body: str | bytes = b"",
    *,
    captured: dt.datetime | dt.date | str | None = SEEN,
    status: int | None = 200,
    headers: tuple[tuple[str, str], ...] = (),
    problem: str | None = None,
) -> Capture:
    """A capture of any address; ``captured`` may be a day, as text or date."""
    if isinstance(captured, str):
        captured = dt.date.fromisoformat(captured)
    if isinstance(captured, dt.date) and not isinstance(captured, dt.datetime):
        captured = dt.datetime.combine(captured, dt.time(12), dt.UTC)
    content = body.encode() if isinstance(body, str) else body
    return Capture(url, captured, status, headers, content, problem, kind=kind_of(url))


def request(domain: str, pattern: str | None = None, day: str = "2025-01-01", reference: str = "letter 1") -> Capture:
    """A request that a rightsholder sent."""
    body = {"domain": domain, "url_pattern": pattern, "date": day, "reference": reference}
    when = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(), dt.UTC)
    return Capture(f"https://{domain}/", when, None, (), json.dumps(body).encode(), None, kind="request")


def write_evidence(project: Project, captures: Iterable[Capture], name: str = "test") -> Archive:
    """Write captures as a segment of the project's archive."""
    return write_segment(Archive.of(project), captures, name)


def write_segment(archive: Archive, captures: Iterable[Capture], name: str = "test") -> Archive:
    """Write captures as a segment of an archive."""
    with SegmentWriter(archive, name, {"made": "by a test"}, SEEN, aside=True) as segment:
        for one in captures:
            segment.add(one)
    return archive
