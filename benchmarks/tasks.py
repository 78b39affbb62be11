"""What is timed, ours and peers: ``python -m benchmarks.tasks NAME JSON`` does one task in a process of its own.

It prints one line of JSON: the seconds of the task itself, without imports and start, and the peak memory of the
process in MB. Peers read the same files and answer the same question.
"""

from __future__ import annotations

import contextlib
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Timings = dict[str, Any]

BARE_READ = """
select sum(strlen(url)), sum(token_count), min(date), max(date), sum(strlen(language)) from read_parquet($files)
"""
DISTINCT_HOSTS = r"""
select distinct lower(regexp_extract(url, '^https?://([^/?#\\:]*)', 1)) as host from read_parquet($files) order by host
"""


@contextlib.contextmanager
def _timed(timings: Timings, name: str = "seconds") -> Iterator[None]:
    start = time.perf_counter()
    yield
    timings[name] = time.perf_counter() - start


def manifest(folder: str, rows: int) -> Timings:
    """Make the manifest that all the others read."""
    from benchmarks.manifest import make_manifest

    timings: Timings = {}
    with _timed(timings):
        make_manifest(Path(folder), rows)
    return timings


def bare_read(files: str) -> Timings:
    """DuckDB reads every column that a scan needs, and keeps nothing."""
    import duckdb

    timings: Timings = {}
    with duckdb.connect() as con, _timed(timings):
        con.execute(BARE_READ, {"files": files}).fetchall()
    return timings


def scan(project: str, memory_limit: str | None = None) -> Timings:
    """Our scan: documents, size and dates by origin, totals by language and month, domains, all kept on disk."""
    import datasummary.counting  # noqa: F401, which brings Ibis
    from datasummary.inventory import scan as scan_project
    from datasummary.project import Project

    timings: Timings = {}
    loaded = Project.load(project)
    with _timed(timings):
        scan_project(loaded, threads=None, memory_limit=memory_limit, quiet=True)
    return timings


def pandas_scan(files: list[str]) -> Timings:
    """The plain way: pandas, a tldextract call on every row, and the same tables by domain, language and month."""
    import pandas as pd
    import tldextract

    extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    extract.extract_str("example.com")  # reads the packaged suffix list, which no row should pay for
    timings: Timings = {"rows": 0}
    with _timed(timings):
        domains, totals = [], []
        for file in files:
            frame = pd.read_parquet(file)
            frame["domain"] = [extract.extract_str(url).top_domain_under_public_suffix for url in frame["url"]]
            frame["month"] = frame["date"].str[:7]
            measured = {"documents": ("url", "size"), "size": ("token_count", "sum")}
            dates = {"first_date": ("date", "min"), "last_date": ("date", "max")}
            domains.append(frame.groupby("domain").agg(**measured, **dates))
            totals.append(frame.groupby(["language", "month"]).agg(**measured))
            timings["rows"] += len(frame)
        adding = {"documents": "sum", "size": "sum"}
        pd.concat(domains).groupby("domain").agg({**adding, "first_date": "min", "last_date": "max"})
        pd.concat(totals).groupby(["language", "month"]).agg(adding)
    return timings


def domains(files: str) -> Timings:
    """Registrable domains of all distinct hosts: ours as one join, tldextract as one call a host; both must agree."""
    import duckdb
    import tldextract

    from datasummary.domains import registrable_domains

    with duckdb.connect() as con:
        hosts = con.execute(DISTINCT_HOSTS, {"files": files}).to_arrow_table()["host"].combine_chunks()
    timings: Timings = {"hosts": len(hosts)}
    registrable_domains(hosts[:1])
    with _timed(timings):
        ours = registrable_domains(hosts)
    extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    extract.extract_str("example.com")
    names = hosts.to_pylist()
    with _timed(timings, "peer_seconds"):
        theirs = [extract.extract_str(name).top_domain_under_public_suffix or None for name in names]
    apart = [name for name, one, other in zip(names, ours.to_pylist(), theirs, strict=True) if one != other]
    if apart:
        raise AssertionError(f"{len(apart)} hosts have another domain than tldextract says, such as {apart[0]}")
    return timings


TASKS: dict[str, Callable[..., Timings]] = {
    task.__name__: task for task in (manifest, bare_read, scan, pandas_scan, domains)
}

if __name__ == "__main__":
    done = TASKS[sys.argv[1]](**json.loads(sys.argv[2]))
    done["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(done))
