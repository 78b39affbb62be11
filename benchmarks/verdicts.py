"""Verdicts for millions of addresses on real sites: the bulk pass beside the reader of single paths and Protego.

``python -m benchmarks.verdicts agree`` asks the bulk pass and the single reader about every one of a million addresses;
``python -m benchmarks.verdicts time`` measures the bulk pass on one and on four million, and Protego's ``can_fetch`` on
a share of them. Addresses are made as in :mod:`benchmarks.robots`, half of them from the sites' own patterns.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.robots import FILES, USUAL, bodies, path_like, patterns_of
from benchmarks.table import Row
from datasummary.ai_crawlers import load_ai_crawlers
from datasummary.engines import connect
from datasummary.evidence.captures import Capture
from datasummary.evidence.sites import Read, Seen
from datasummary.manifests.canonical import split_part
from datasummary.paths import address_form
from datasummary.policy import CountedAgents, load_policy
from datasummary.protocols import read_signals
from datasummary.rules import fits_bulk
from datasummary.urlpass import During, UrlPass
from datasummary.verdicts import judge

AGENT = "DatasummaryBenchmark"
PEER_SHARE = 20
"""Protego is asked about one in so many addresses."""
ODD = ("https://{}/%c3%bc{}", "https://{}/ü{}", "HTTPS://{}{}", "https://{}{}#top", "https://{}/" + "x" * 2100 + "{}")


class _Captured:
    """A site of which nothing but its robots.txt was captured."""

    def __init__(self, host: str, body: bytes) -> None:
        capture = Capture(f"https://{host}/robots.txt", None, 200, (), body, None, kind="robots-txt")
        seen = Seen(0, "", capture.url, host, "robots-txt", None, capture.outcome, None, "")
        self._reads = [Read(seen, tuple(read_signals(capture)), seen)]

    def at(self, day: object) -> list[Read]:
        return self._reads


def standings(files: Mapping[str, bytes], agents: Sequence[str] = ()) -> UrlPass:
    """Judge the sites for some crawlers, and for everyone whom they do not name."""
    policy = load_policy("robots-only", Path())
    counted = CountedAgents(everyone=True, names=dict.fromkeys(agents, "named"))
    found: dict[str, Sequence[During]] = {}
    for host, body in files.items():
        site = _Captured(host, body)
        found[host] = (During(judge(site, policy, counted).standing),)  # type: ignore[arg-type]
    return UrlPass(policy, found, next(iter(found.values()))[0].standing._replace(base="unknown", lists=()))


def addresses(files: Mapping[str, bytes], count: int) -> Iterator[str]:
    """Make so many addresses on these sites, the same ones each time; one in fifty is spelled oddly."""
    rng = random.Random(2026)
    hosts = list(files)
    patterns = {host: patterns_of(body) for host, body in files.items()}
    for number in range(count):
        host = rng.choice(hosts)
        path = path_like(rng.choice(patterns[host]), rng) if number % 2 else rng.choice(USUAL)
        if number % 50 == 0:
            yield rng.choice(ODD).format(host, path)
        else:
            yield address_form(f"https://{host}{path}")


def write_manifest(path: Path, files: Mapping[str, bytes], count: int) -> None:
    """Write the addresses as Parquet."""
    with pq.ParquetWriter(path, pa.schema([("address", pa.string())]), compression="zstd") as writer:
        made = addresses(files, count)
        while chunk := list(itertools.islice(made, 100_000)):
            writer.write_table(pa.table({"address": chunk}))


def in_bulk(manifest: Path, judge_: UrlPass) -> tuple[float, list[int]]:
    """Judge a manifest as the audit does, and give the seconds and the verdicts in order."""
    engine = connect("duckdb")
    try:
        start = time.perf_counter()
        engine.connection.execute("SET preserve_insertion_order = true")  # type: ignore[attr-defined]
        engine.connection.read_parquet(str(manifest), file_row_number=True).create_view("manifest")  # type: ignore[attr-defined]
        rows = engine.backend.table("manifest")  # type: ignore[attr-defined]
        rows = rows.mutate(place=rows.file_row_number, date=None, origin=split_part(rows.address, "/", 3))
        rows = rows.mutate(origin=split_part(split_part(rows.origin, "?", 1), "#", 1))
        rows = rows.mutate(date=rows.date.cast("date")).select("origin", "address", "date", "place")
        judged = judge_.judged(engine, rows, all_rows=True)
        plain = engine.fetch(judged.filter(~judged["by_reader"]).select("place", "verdict"))
        schema = pa.schema([("place", pa.int64()), ("verdict", pa.int8())])
        left = judge_.for_reader(engine, rows, all_rows=True)
        odd = engine.in_python(left, lambda batch: judge_.exactly_in_batch(batch).select(schema.names), schema)
        seconds = time.perf_counter() - start
    finally:
        engine.close()
    verdicts = pa.concat_tables([plain.cast(schema), odd]).sort_by("place").column("verdict").to_pylist()
    return seconds, verdicts


def peer_seconds(files: Mapping[str, bytes], urls: Sequence[str], agents: Sequence[str]) -> float:
    """Seconds of Protego's ``can_fetch`` for these addresses, until a crawler may not; parsing is not counted."""
    from protego import Protego

    parsed = {host: Protego.parse(body.decode("utf-8", "replace")) for host, body in files.items()}
    asked = [(parsed[url.split("/")[2].split("?")[0].split("#")[0]], url) for url in urls]
    start = time.perf_counter()
    for robots, url in asked:
        all(robots.can_fetch(url, agent) for agent in agents)
    return time.perf_counter() - start


def verdict_rows(files: Mapping[str, bytes], counts: Sequence[int]) -> list[Row]:
    """Measure the bulk pass on so many addresses, and Protego on a share of them, for one crawler and for many."""
    training = [crawler.name for crawler in load_ai_crawlers() if crawler.collects_for_training == "yes"]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        manifest = Path(folder) / "addresses.parquet"
        for count in counts:
            write_manifest(manifest, files, count)
            asked = list(addresses(files, count))[::PEER_SHARE]
            for agents, what in (([], "a crawler that no site names"), (training, f"{len(training)} AI crawlers")):
                ours, _ = in_bulk(manifest, standings(files, agents))
                theirs = peer_seconds(files, asked, [AGENT, *agents]) * count / len(asked)
                rows.append(
                    Row(
                        f"robots.txt verdicts of {count:,} URLs for {what}, against Protego's can_fetch (1 in "
                        f"{PEER_SHARE}, scaled)",
                        f"{ours:.2f} s",
                        f"{theirs:.2f} s",
                        f"{theirs / ours:.1f} times faster",
                        "8 times",
                        theirs / ours >= 8,
                    )
                )
    return rows


def agreement(files: Mapping[str, bytes], count: int) -> dict[str, object]:
    """Ask both about every address: how many were asked, how often either said no, and where they part."""
    from datasummary.verdicts import rank

    judge_ = standings(files)
    with tempfile.TemporaryDirectory() as folder:
        manifest = Path(folder) / "addresses.parquet"
        write_manifest(manifest, files, count)
        _, verdicts = in_bulk(manifest, judge_)
    apart, reserved = [], 0
    for url, found in zip(addresses(files, count), verdicts, strict=True):
        origin = url.split("/")[2].split("?")[0].split("#")[0]
        verdict, _ = judge_.exactly(origin, url, None)
        reserved += verdict == "reserved"
        if rank(verdict) != found:
            apart.append(f"{url}: {found}, not {verdict}")
    lists = [during[0].standing.lists for during in judge_.standings.values()]
    return {
        "addresses": count,
        "reserved": reserved,
        "sites": len(files),
        "sites left to the single reader": sum(not fits_bulk(each) for each in lists),
        "disagreements": len(apart),
        "apart": apart[:20],
    }


def main() -> None:
    """Read the options, compare or time, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.verdicts", description=__doc__)
    parser.add_argument("task", choices=("agree", "time"))
    parser.add_argument("--urls", type=int, nargs="+", help="addresses (default: a million; with time also four)")
    options = parser.parse_args()
    files = dict(bodies(FILES))
    if options.task == "time":
        for row in verdict_rows(files, options.urls or (1_000_000, 4_000_000)):
            print(row)
        return
    found = agreement(files, (options.urls or (1_000_000,))[0])
    print(json.dumps(found, indent=2, ensure_ascii=False))
    sys.exit(1 if found["disagreements"] else 0)


if __name__ == "__main__":
    main()
