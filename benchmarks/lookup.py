"""Answers to rightsholders from an inventory of a million made-up domains: ``python -m benchmarks.lookup``.

Measured are whole commands, start of Python included: the first look-up after a scan, which sorts the hosts, and later
ones, for a domain that is there, one that is not, and ten thousand from a file. A share of the hosts has evidence.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from benchmarks.table import Row, machine, markdown
from datasummary.evidence.archive import Archive
from datasummary.evidence.captures import Capture
from datasummary.evidence.segments import SegmentWriter
from datasummary.project import Project

DOMAINS = 1_000_000
EVIDENCE_SHARE = 20
"""One in so many domains has evidence."""
BULK = 10_000
CAPTURED = dt.datetime(2025, 6, 1, 12, tzinfo=dt.UTC)

_ROBOTS = (b"User-agent: *\nDisallow: /admin\n", b"User-agent: GPTBot\nDisallow: /\n")


def _domain(number: int) -> str:
    return f"site{number * 2_654_435_761 % 4_294_967_296:08x}.{('com', 'co.uk', 'org', 'de', 'fr')[number % 5]}"


def make_project(home: Path, domains: int) -> tuple[Project, str]:
    """Make a project whose manifest names two hosts of each domain, and take in evidence of some of them.

    Returns it with the name of one that has evidence.
    """
    (home / "data").mkdir(parents=True, exist_ok=True)
    rng = random.Random(2026)
    numbers = list(range(domains))
    rng.shuffle(numbers)
    schema = pa.schema([("url", pa.string()), ("token_count", pa.int64()), ("date", pa.string())])
    with pq.ParquetWriter(home / "data" / "0.parquet", schema) as writer:
        for start in range(0, domains, 100_000):
            hosts = [f"{sub}{_domain(number)}" for number in numbers[start : start + 100_000] for sub in ("www.", "")]
            dates = [f"2025-{1 + place % 12:02}-01" for place in range(len(hosts))]
            urls = [f"https://{host}/{place % 97}" for place, host in enumerate(hosts)]
            writer.write_table(pa.table([urls, list(range(len(hosts))), dates], schema=schema))
    body = {
        "provider": {"name": "Acme AI SAS", "contact": "transparency@acme.example", "established_in": "FR"},
        "model": {"names": [{"name": "acme-1"}], "placed_on_market": "2026-03-01"},
        "summary": {"version": "1.0", "date": "2026-03-01"},
        "sources": [{"name": "web", "category": "crawled", "modality": "text", "manifests": ["data"]}],
    }
    (home / "datasummary.yaml").write_text(yaml.safe_dump(body, sort_keys=False), "utf-8")
    project = Project.load(home / "datasummary.yaml")
    with SegmentWriter(Archive.of(project), "made", {"made": "by a benchmark"}, CAPTURED, aside=True) as segment:
        for capture in _captures(numbers[::EVIDENCE_SHARE]):
            segment.add(capture)
    return project, _domain(numbers[0])


def _captures(numbers: list[int]) -> Iterator[Capture]:
    for number in numbers:
        url = f"https://{_domain(number)}/robots.txt"
        yield Capture(url, CAPTURED, 200, (), _ROBOTS[number % 2], None, kind="robots-txt")


def command(project: Project, *words: str) -> float:
    """Give the seconds of a whole command."""
    start = time.perf_counter()
    full = [str(Path(sys.executable).with_name("datasummary")), *words, "--project", str(project.path)]
    done = subprocess.run(full, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return time.perf_counter() - start


def lookup_rows(domains: int = DOMAINS, repeat: int = 5, folder: Path | None = None) -> list[Row]:
    """Measure look-ups in an inventory of so many domains; of repeated ones the median stands."""
    with tempfile.TemporaryDirectory() as aside:
        home = folder or Path(aside)
        project, there = make_project(home, domains)
        command(project, "scan", "--quiet")
        command(project, "audit", "--quiet")
        absent = "site-that-is-nowhere.com"
        names = home / "names.txt"
        names.write_text("".join(f"{_domain(number)}\n" for number in range(0, domains, max(1, domains // BULK))))
        first = command(project, "lookup", there)

        def median(*words: str) -> float:
            return statistics.median(command(project, "lookup", *words) for _ in range(repeat))

        of = f"of {domains:,} domains"
        seconds = {
            f"look-up {of}, whole command: a domain that is there, with evidence": median(there),
            "the same, a domain that is not there": median(absent),
            "the same, a reply letter": median(there, "--letter"),
            "the same, an address, with what explain says": median(f"https://{there}/5"),
        }
        rows = [Row(what, f"{each:.2f} s", "–", "–", "under 1 s", each < 1) for what, each in seconds.items()]
        count = len(names.read_text().splitlines())
        bulk = command(project, "lookup", "--file", str(names), "--csv")
    rows.append(
        Row("the first look-up after scan and audit, which sorts the hosts", f"{first:.2f} s", "–", "–", "–", True)
    )
    rows.append(Row(f"look-up of {count:,} domains from a file, as CSV", f"{bulk:.2f} s", "–", "–", "–", True))
    return rows


def main() -> None:
    """Read the options, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lookup", description=__doc__)
    parser.add_argument("--domains", type=int, default=DOMAINS, help="domains (default: %(default)s)")
    parser.add_argument("--repeat", type=int, default=5, help="times that each look-up runs (default: %(default)s)")
    parser.add_argument("--folder", type=Path, help="where to make the project, and to leave it")
    options = parser.parse_args()
    print(markdown(lookup_rows(options.domains, options.repeat, options.folder)))
    print(machine())


if __name__ == "__main__":
    main()
