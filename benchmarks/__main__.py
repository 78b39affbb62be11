"""``python -m benchmarks``: measure, print the table, and with ``--write`` keep it in benchmarks/RESULTS.md."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.evidence import evidence_rows
from benchmarks.fetching import fetching_rows
from benchmarks.lookup import DOMAINS, lookup_rows
from benchmarks.robots import FILES, bodies, parse_row
from benchmarks.scan import measure
from benchmarks.table import machine, markdown
from benchmarks.verdicts import verdict_rows

HERE = Path(__file__).resolve().parent
FULL = 20_000_000
URLS = (1_000_000, 4_000_000)


def main() -> None:
    """Read the options, run everything, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rows", type=int, default=FULL, help="rows of the manifest (default: %(default)s)")
    parser.add_argument("--urls", type=int, nargs="+", default=URLS, help="addresses to judge (default: %(default)s)")
    parser.add_argument("--sites", type=int, default=3000, help="sites to fetch from (default: %(default)s)")
    parser.add_argument("--captures", type=int, default=100_000, help="captures to read (default: %(default)s)")
    parser.add_argument("--domains", type=int, default=DOMAINS, help="domains to look up in (default: %(default)s)")
    parser.add_argument("--repeat", type=int, default=3, help="times that each task runs (default: %(default)s)")
    parser.add_argument("--data", type=Path, help="folder for the manifest (default: benchmarks/data/ROWS)")
    parser.add_argument("--write", action="store_true", help="also write benchmarks/RESULTS.md")
    options = parser.parse_args()
    rows = measure(options.rows, options.data or HERE / "data" / str(options.rows), options.repeat)
    absent = [str(file) for file in FILES if not file.exists()]
    if absent:
        print(f"… not measured, for want of {', '.join(absent)}: robots.txt, verdicts, captures", file=sys.stderr)
    else:
        print("… reading robots.txt, and verdicts", file=sys.stderr, flush=True)
        rows += [parse_row(repeat=options.repeat), *verdict_rows(dict(bodies(FILES)), options.urls)]
        print("… reading captures from WARC", file=sys.stderr, flush=True)
        rows += evidence_rows((body for _, body in bodies(FILES)), options.captures, options.repeat)
    print("… looking up", file=sys.stderr, flush=True)
    rows += lookup_rows(options.domains, options.repeat)
    print("… fetching on loopback", file=sys.stderr, flush=True)
    rows += fetching_rows(options.sites, repeat=options.repeat)
    text = f"{markdown(rows)}\n{machine()}\n"
    if options.rows != FULL:
        text += f"\nThe targets are set for {FULL:,} rows; with {options.rows:,} the start of each task weighs more.\n"
    print(text, end="")
    if options.write:
        (HERE / "RESULTS.md").write_text(f"# Results\n\nWritten by `python -m benchmarks --write`.\n\n{text}")


if __name__ == "__main__":
    main()
