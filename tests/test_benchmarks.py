"""The benchmarks run, and their table has every row; what the figures are is for the full size to say."""

import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from conftest import ROOT

from benchmarks.robots import FILES

ROWS = [
    "scan of 20,000 rows, against a bare read",
    "the same, against pandas with tldextract",
    "registrable domains of ",
    "second run with nothing new",
    "one new shard of 100",
    "peak memory of the scan",
    "scan under a DuckDB memory limit of 1 GB",
]
ROBOTS_ROWS = [
    "reading 2,711 robots.txt files",
    "robots.txt verdicts of 2,000 URLs for a crawler that no site names",
    "robots.txt verdicts of 2,000 URLs for 33 AI crawlers",
    "reading 200 captures from WARC, records as they stand, against warcio",
    "the same, each by the archive's index",
]
LOOKUP_ROWS = [
    "look-up of 200 domains, whole command: a domain that is there, with evidence",
    "the same, a domain that is not there",
    "the same, a reply letter",
    "the same, an address, with what explain says",
    "the first look-up after scan and audit",
    "look-up of 200 domains from a file",
]
FETCHING_ROWS = [
    "fetching on loopback, 32 threads in 1 process, against requests",
    "fetching on loopback, 32 threads in 2 processes, against requests",
    "the same, two processes against one",
    "the same, one process, an asyncio client",
]


def test_the_table_has_every_row(tmp_path: Path) -> None:
    sizes = ["--rows", "20000", "--urls", "2000", "--sites", "20", "--captures", "200", "--domains", "200"]
    command = [sys.executable, "-m", "benchmarks", *sizes, "--repeat", "1", "--data", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    table = [line.removeprefix("| ") for line in done.stdout.splitlines() if line.startswith("| ")]
    rows = ROWS + (ROBOTS_ROWS if all(file.exists() for file in FILES) else []) + LOOKUP_ROWS + FETCHING_ROWS
    assert [row for row, line in zip(rows, table[1:], strict=True) if not line.startswith(row)] == []


def made(folder: Path, rows: int) -> pa.Table:
    task = json.dumps({"folder": str(folder), "rows": rows})
    subprocess.run([sys.executable, "-m", "benchmarks.tasks", "manifest", task], cwd=ROOT, check=True)
    return pa.concat_tables(pq.read_table(shard) for shard in sorted(folder.glob("*.parquet")))


def test_the_manifest_is_the_same_every_time_and_holds_the_rows_asked_for(tmp_path: Path) -> None:
    one, other = made(tmp_path / "one", 1001), made(tmp_path / "other", 1001)
    assert one.equals(other)
    assert one.num_rows == 1001


def test_a_manifest_of_another_size_replaces_the_one_that_was_there(tmp_path: Path) -> None:
    made(tmp_path / "shards", 1000)
    assert made(tmp_path / "shards", 500).num_rows == 500
