"""The rows of the table that concern the scan: its speed beside a bare read and pandas, reruns, and memory.

Each task runs in a process of its own, so that peak memory is its own. Short ones run several times, ours and peer
in turn, and the median counts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.table import Row

ROOT = Path(__file__).resolve().parent.parent
PANDAS_SHARDS = 3
"""Pandas reads this many shards; its time per row stands for the others, which would take it many minutes."""

PROJECT = """\
provider: {name: Example, contact: benchmarks@example.com, established_in: FR}
model: {names: [{name: example-1}], placed_on_market: 2025-09-01}
summary: {version: "1.0", date: 2025-09-01}
sources:
  - name: crawl
    category: crawled
    modality: text
    unit: tokens
    manifests: [shards/*.parquet]
    columns: {url: url, size: token_count, language: language, date: date}
"""


def measure(rows: int, folder: Path, repeat: int) -> list[Row]:
    """Make the manifest if it is not there, and measure every row of the table, saying what is going on."""
    shards = folder / "shards"
    _say(f"a manifest of {rows:,} rows in {shards}")
    _task("manifest", folder=str(shards), rows=rows)
    files = sorted(shards.glob("*.parquet"))
    pattern = str(shards / "*.parquet")

    bare, scans = [], []
    for turn in range(repeat):
        _say(f"bare read and scan, {turn + 1} of {repeat}")
        bare.append(_task("bare_read", files=pattern)["seconds"])
        with _project(folder, files) as project:
            scans.append(_task("scan", project=str(project)))
            if turn == repeat - 1:
                _say("second run with nothing new")
                again = median(_command(project) for _ in range(repeat))
    full = median(scan["seconds"] for scan in scans)
    peak = max(scan["peak_mb"] for scan in scans)

    _say("one new shard of a hundred")
    added = median(_new_shard(folder, files) for _ in range(repeat))

    _say("scan under a memory limit of 1 GB")
    with _project(folder, files) as project:
        limited = _task("scan", project=str(project), memory_limit="1GB")

    sample = files[:: max(len(files) // PANDAS_SHARDS, 1)][:PANDAS_SHARDS]
    _say(f"pandas on {len(sample)} shards")
    pandas = _task("pandas_scan", files=[str(file) for file in sample])
    pandas_full = pandas["seconds"] / pandas["rows"] * rows

    _say("registrable domains")
    domains = [_task("domains", files=pattern) for _ in range(repeat)]
    ours, calls = median(run["seconds"] for run in domains), median(run["peer_seconds"] for run in domains)

    return [
        _slower(f"scan of {rows:,} rows, against a bare read", full, median(bare), 6),
        _faster(f"the same, against pandas with tldextract ({pandas['rows']:,} rows, scaled)", full, pandas_full, 15),
        _faster(f"registrable domains of {domains[0]['hosts']:,} hosts, against tldextract calls", ours, calls, 8),
        Row("second run with nothing new (the whole command)", _seconds(again), "–", "–", "under 2 s", again < 2),
        Row(
            f"one new shard of {len(files)}, the only one read, against the full scan",
            _seconds(added),
            _seconds(full),
            f"{added / full:.0%}",
            "at most 35 %",
            added <= 0.35 * full,
        ),
        Row("peak memory of the scan", f"{peak:,.0f} MB", "–", "–", "under 4,000 MB", peak < 4000),
        Row(
            "scan under a DuckDB memory limit of 1 GB",
            f"ends in {_seconds(limited['seconds'])}, peak {limited['peak_mb']:,.0f} MB",
            _seconds(full),
            f"{limited['seconds'] / full:.1f} times",
            "ends",
            True,  # a task that fails ends the run
        ),
    ]


def _slower(what: str, ours: float, peer: float, target: float) -> Row:
    ratio = ours / peer
    return Row(what, _seconds(ours), _seconds(peer), f"{ratio:.1f} times", f"at most {target:g} times", ratio <= target)


def _faster(what: str, ours: float, peer: float, target: float) -> Row:
    ratio = peer / ours
    return Row(what, _seconds(ours), _seconds(peer), f"{ratio:.1f} times faster", f"{target:g} times", ratio >= target)


def _seconds(value: float) -> str:
    return f"{value:.2f} s" if value < 100 else f"{value:,.0f} s"


def _say(message: str) -> None:
    print(f"… {message}", file=sys.stderr, flush=True)


def _run(*command: str) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with status {done.returncode}:\n{done.stderr}")
    return done.stdout


def _task(name: str, **arguments: object) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(
        _run(sys.executable, "-m", "benchmarks.tasks", name, json.dumps(arguments)).splitlines()[-1]
    )
    return answer


def _command(project: Path) -> float:
    """Seconds of ``datasummary scan`` as a user waits for it, start included."""
    start = time.perf_counter()
    _run(str(Path(sys.executable).with_name("datasummary")), "scan", "--project", str(project), "--quiet")
    return time.perf_counter() - start


@contextmanager
def _project(folder: Path, files: list[Path]) -> Iterator[Path]:
    """A project of its own over these files, hard links beside it, gone afterwards."""
    with tempfile.TemporaryDirectory(dir=folder) as home:
        project = Path(home) / "datasummary.yaml"
        project.write_text(PROJECT)
        (project.parent / "shards").mkdir()
        for file in files:
            (project.parent / "shards" / file.name).hardlink_to(file)
        yield project


def _new_shard(folder: Path, files: list[Path]) -> float:
    """Seconds to scan one shard more. The others become zeros of the same length and time: reading one would fail."""
    *old, new = files
    with _project(folder, old) as project:
        _task("scan", project=str(project))
        for file in (project.parent / "shards").iterdir():
            was = file.stat()
            file.unlink()
            with file.open("wb") as zeros:
                zeros.truncate(was.st_size)
            os.utime(file, ns=(was.st_atime_ns, was.st_mtime_ns))
        (project.parent / "shards" / new.name).hardlink_to(new)
        seconds: float = _task("scan", project=str(project))["seconds"]
        return seconds
