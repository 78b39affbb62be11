"""A manifest as web crawls have them: the same rows on every run, drawn from a fixed seed.

Columns as in FineWeb: ``url``, ``token_count`` (int64), ``language``, ``date`` (``2024-05-18T01:58:10Z``). A host of
rank r gets rows in proportion to r^(-2/3): of 2.2 million hosts about 2.1 million appear in 20 million rows, the
largest with 0.8 % of them. Each shard is one crawl of two weeks, forty days after the one before. One row in a few
hundred has a port, capitals or an IP address in place of a plain host.
"""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

RECIPE = 1  # count up when the rows change, so that old ones are made anew
SEED = 2013
SHARDS = 100
ROWS_PER_HOST = 9

WORDS = """
news blog shop home garden travel auto sport music photo recipe kitchen school health doctor house market city local
world forum tech data cloud book story film game family dog cat horse bike run yoga wine coffee bread river mountain
ocean summer winter green blue red gold silver north south east west studio design print craft build repair how best
review guide tips easy quick new old big small first last day week year
"""
OTHER_SUFFIXES = """
fr fr nl nl it it pl pl info info com.au jp es com.br ca eu ch in cz se at be co.jp edu us biz dk co.in hu gr ro io gov
no fi org.uk ac.uk com.tr co.nz ie blogspot.com github.io pt me tv sk cn com.cn kr co.kr ua com.ua mx com.mx ar com.ar
cl vn com.vn id co.id my com.my sg com.sg hk com.hk tw com.tw za co.za lt lv ee si hr rs bg is lu name pro museum
k12.ca.us city.kawasaki.jp gov.uk nsw.edu.au xn--p1ai
"""
SUFFIXES = 64 * "com " + 8 * "org " + 6 * "net de " + 4 * "co.uk ru " + OTHER_SUFFIXES
LANGUAGES = "en en en en en en en en ru de de es es fr fr it ja pt nl pl zh tr cs vi id sv ko ar el hu"
SECONDS_OF_A_CRAWL = 14 * 24 * 3600


def make_manifest(folder: Path, rows: int, shards: int = SHARDS) -> None:
    """Write ``rows`` rows as ``shards`` Parquet files into a folder, unless it already holds exactly those."""
    made = folder / "made.json"
    recipe = json.dumps({"rows": rows, "shards": shards, "recipe": RECIPE})
    if made.exists() and made.read_text() == recipe:
        return
    folder.mkdir(parents=True, exist_ok=True)
    made.unlink(missing_ok=True)
    for stale in folder.glob("*.parquet"):
        stale.unlink()
    hosts = _hosts(max(rows // ROWS_PER_HOST, 1))

    def write(shard: int) -> None:
        count = rows * (shard + 1) // shards - rows * shard // shards
        pq.write_table(_shard(shard, count, hosts), folder / f"{shard:03}.parquet")

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(write, range(shards)))
    made.write_text(recipe)


def _pick(rng: np.random.Generator, words: str, count: int) -> pa.Array:
    items = words.split()
    return pa.array(items).take(pa.array(rng.integers(len(items), size=count)))


def _number(rng: np.random.Generator, below: int, count: int) -> pa.Array:
    return pa.array(rng.integers(below, size=count)).cast(pa.string())


def _join(*parts: pa.Array | str) -> pa.Array:
    return pc.binary_join_element_wise(*parts, "")


def _hosts(count: int) -> pa.Array:
    """Hosts by rank: of ten, five are www., two a subdomain of the site of a neighbour, three the bare site."""
    rng = np.random.default_rng(SEED)
    ranks = np.arange(count)
    sites = _join(
        _pick(rng, WORDS, count), _pick(rng, WORDS, count), pa.array(ranks).cast(pa.string()), ".",
        _pick(rng, SUFFIXES, count),
    )  # fmt: skip
    kind = rng.integers(10, size=count)
    sites = sites.take(pa.array(np.where(kind < 2, ranks // 10 * 10, ranks)))
    prefixes = pc.if_else(kind < 2, _join(_pick(rng, WORDS, count), "."), pc.if_else(kind < 7, "www.", ""))
    return _join(prefixes, sites)


def _shard(shard: int, count: int, hosts: pa.Array) -> pa.Table:
    rng = np.random.default_rng([SEED, shard])
    ranks = (rng.random(count) ** 3 * len(hosts)).astype(np.int64)
    start = np.datetime64("2013-05-18T00:00:00") + np.timedelta64(40 * shard, "D")
    dates = pa.array(start + rng.integers(SECONDS_OF_A_CRAWL, size=count).astype("timedelta64[s]"))
    return pa.table(
        {
            "url": _join(
                pc.if_else(rng.random(count) < 0.1, "http://", "https://"),
                _authorities(rng, hosts.take(pa.array(ranks))),
                _paths(rng, count),
            ),
            "token_count": pa.array((20 + rng.lognormal(6, 1, size=count)).astype(np.int64)),
            "language": _pick(rng, LANGUAGES, count),
            "date": pc.strftime(dates, format="%Y-%m-%dT%H:%M:%SZ"),
        }
    )


def _authorities(rng: np.random.Generator, hosts: pa.Array) -> pa.Array:
    count = len(hosts)
    kind = rng.integers(2000, size=count)
    odd = [
        (kind < 2, pc.utf8_upper(hosts)),
        (kind == 2, _join(hosts, ":8080")),
        (kind == 3, _join(hosts, ":443")),
        (kind == 4, _join("203.0.113.", _number(rng, 256, count))),
    ]
    return pc.case_when(pc.make_struct(*(mask for mask, _ in odd)), *(value for _, value in odd), hosts)


def _paths(rng: np.random.Generator, count: int) -> pa.Array:
    def word() -> pa.Array:
        return _pick(rng, WORDS, count)

    slug = pc.binary_join_element_wise(word(), word(), word(), word(), word(), word(), "-")
    number = _number(rng, 100_000_000, count)
    year, month = _number(rng, 20, count), _number(rng, 12, count)
    forms = [
        _join("/", word(), "/product.php?id=", number, "&sort=price"),
        _join("/", word(), "/"),
        _join("/20", pc.utf8_lpad(year, 2, "0"), "/", pc.utf8_lpad(month, 2, "0"), "/", slug, "-", word(), ".html"),
        _join("/wiki/index.php?title=", slug, "&oldid=", number, "#section"),
        _join("/", word(), "/", word(), "/", slug, "-", number),
    ]
    return pc.choose(pa.array(rng.choice(len(forms), size=count, p=[0.1, 0.1, 0.2, 0.1, 0.5])), *forms)
