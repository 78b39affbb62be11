"""Reading captures from WARC: our reader and our archive beside plain loops of warcio.

``python -m benchmarks.evidence`` writes real robots.txt files, over and over for hosts of their own, to one WARC file
with warcio, takes it into an archive, and reads both. Two like tasks stand side by side each time: records as they
stand, theirs with ``no_record_parse``; and answers with parsed header and body, where ours also compares each body
with the SHA-256 in the index. Each task runs in a process of its own, so that peak memory is its own; time is without
imports.
"""

from __future__ import annotations

import argparse
import itertools
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from statistics import median

from benchmarks.table import Row, machine, markdown

ROOT = Path(__file__).resolve().parent.parent
WARC = "captures.warc.gz"


def write(folder: Path, bodies: Iterable[bytes], count: int) -> None:
    """Write a WARC file of so many answers, and an archive that holds them."""
    import io

    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    import datasummary
    from benchmarks.scan import PROJECT

    with (folder / WARC).open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for number, body in enumerate(itertools.islice(itertools.cycle(bodies), count)):
            fields = [("Content-Type", "text/plain"), ("Server", "nginx"), ("Content-Length", str(len(body)))]
            record = writer.create_warc_record(
                f"https://h{number}.example.com/robots.txt",
                "response",
                payload=io.BytesIO(body),
                length=len(body),
                http_headers=StatusAndHeaders("200 OK", fields, protocol="HTTP/1.1"),
                warc_headers_dict={"WARC-Date": "2024-05-18T01:58:10Z"},
            )
            writer.write_record(record)
    (folder / "datasummary.yaml").write_text(PROJECT)
    project = datasummary.Project.load(folder / "datasummary.yaml")
    datasummary.collect(project, [folder / WARC])


Read = Callable[[], Iterator[int]]
"""Goes through everything and gives the size of each; what it needs is imported before."""


def records(folder: Path) -> Read:
    """Read our way: each record as it stands."""
    from datasummary.evidence.warc import Record, WarcReader

    def read() -> Iterator[int]:
        with (folder / WARC).open("rb") as file:
            for record in WarcReader(file, "gzip"):
                if isinstance(record, Record) and record.fields["warc-type"] == "response":
                    yield len(record.block)

    return read


def warcio_records(folder: Path) -> Read:
    """Read warcio's way: each record as it stands."""
    from warcio.archiveiterator import ArchiveIterator

    def read() -> Iterator[int]:
        with (folder / WARC).open("rb") as file:
            for record in ArchiveIterator(file, no_record_parse=True):
                if record.rec_type == "response":
                    yield len(record.raw_stream.read())

    return read


def captures(folder: Path) -> Read:
    """Read our way: each capture that the archive's index names."""
    import pyarrow.parquet  # noqa: F401, which reading the index brings

    from datasummary.evidence.archive import Archive

    archive = Archive(folder / ".datasummary/evidence")

    def read() -> Iterator[int]:
        for capture in archive.captures(archive.index()):
            if not capture.problem:
                yield len(capture.body)

    return read


def warcio_answers(folder: Path) -> Read:
    """Read warcio's way: each answer's header and body."""
    from warcio.archiveiterator import ArchiveIterator

    def read() -> Iterator[int]:
        with (folder / WARC).open("rb") as file:
            for record in ArchiveIterator(file):
                if record.rec_type == "response" and record.http_headers.get_statuscode() == "200":
                    yield len(record.content_stream().read())

    return read


TASKS: dict[str, Callable[[Path], Read]] = {
    task.__name__: task for task in (records, warcio_records, captures, warcio_answers)
}


def done(task: str, folder: Path) -> dict[str, float]:
    """Do a task in this process: captures, bytes, seconds, and the peak of its own memory in MB."""
    read = TASKS[task](folder)
    captures = size = 0
    begun = time.perf_counter()
    for each in read():
        captures += 1
        size += each
    seconds = time.perf_counter() - begun
    # ru_maxrss would be no less than what the starting process held.
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return {"captures": captures, "bytes": size, "seconds": seconds, "peak_mb": int(peak) / 1024}


def run(task: str, folder: Path) -> dict[str, float]:
    """Do a task in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.evidence", "--task", task, str(folder)]
    answer = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    found: dict[str, float] = json.loads(answer.stdout)
    return found


def evidence_rows(bodies: Iterable[bytes], count: int = 100_000, repeat: int = 3) -> list[Row]:
    """Write, read in turn, and give the rows of the table. Raises where ours and warcio read different things."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, bodies, count)
        runs: dict[str, list[dict[str, float]]] = {task: [] for task in TASKS}
        for _ in range(repeat):
            for task, found in runs.items():
                found.append(run(task, folder))
    rows = []
    for what, ours, peer in (
        (f"reading {count:,} captures from WARC, records as they stand, against warcio", "records", "warcio_records"),
        (
            "the same, each by the archive's index, parsed, body compared with its SHA-256",
            "captures",
            "warcio_answers",
        ),
    ):
        pair = runs[ours] + runs[peer]
        if {(one["captures"], one["bytes"]) for one in pair} != {(count, pair[0]["bytes"])}:
            raise AssertionError(f"{ours} and {peer} read different things: {pair}")
        our_rate, their_rate = (count / median(one["seconds"] for one in runs[task]) for task in (ours, peer))
        our_peak, their_peak = (max(one["peak_mb"] for one in runs[task]) for task in (ours, peer))
        rows.append(
            Row(
                what,
                f"{our_rate:,.0f}/s, peak {our_peak:,.0f} MB",
                f"{their_rate:,.0f}/s, peak {their_peak:,.0f} MB",
                f"{our_rate / their_rate:.2f} of it",
                "none",
                True,
            )
        )
    return rows


def main() -> None:
    """Read the options, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evidence", description=__doc__)
    parser.add_argument("--captures", type=int, default=100_000, help="captures (default: %(default)s)")
    parser.add_argument("--repeat", type=int, default=3, help="times that each task runs (default: %(default)s)")
    parser.add_argument("--task", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.task:
        task, folder = options.task
        print(json.dumps(done(task, Path(folder))))
        return
    from benchmarks.robots import FILES, bodies

    rows = evidence_rows((body for _, body in bodies(FILES)), options.captures, options.repeat)
    print(f"{markdown(rows)}\n{machine()}")


if __name__ == "__main__":
    main()
