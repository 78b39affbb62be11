"""Makes small projects to be scanned, and looks at what a scan leaves behind."""

import json
import os
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import yaml

from datasummary.project import Project

BASE: dict[str, Any] = {
    "provider": {"name": "Acme AI SAS", "contact": "transparency@acme.example", "established_in": "FR"},
    "model": {"names": [{"name": "acme-1"}], "placed_on_market": "2026-03-01"},
    "summary": {"version": "1.0", "date": "2026-03-01"},
}
WEB: dict[str, Any] = {
    "name": "web",
    "category": "crawled",
    "modality": "text",
    "manifests": ["data"],
}


def write_project(home: Path, *sources: dict[str, Any], **keys: Any) -> Project:
    """Write a project file with these sources (one over ``data/`` by default) and load it."""
    home.mkdir(parents=True, exist_ok=True)
    body = BASE | {"sources": list(sources) or [WEB]} | keys
    (home / "datasummary.yaml").write_text(yaml.safe_dump(body, sort_keys=False), "utf-8")
    return Project.load(home / "datasummary.yaml")


def write_shard(path: Path, seed: int, rows: int = 500) -> Path:
    """Write a shard of made-up rows, the same for the same seed, with some of the dirt that manifests have."""
    rng = random.Random(seed)
    hosts = [f"www.site{n}.{tld}" for n in range(60) for tld in ("example.com", "co.uk", "org")]
    urls = [f"https://{rng.choice(hosts)}/{rng.randrange(9999)}" for _ in range(rows)]
    urls[::50] = [rng.choice(["", "no scheme", "ftp://a.example/", "http://10.0.0.1/", "http://localhost/"])] * len(
        urls[::50]
    )
    dates = [f"20{rng.randrange(18, 26):02}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}" for _ in range(rows)]
    dates[::70] = ["1970-01-01"] * len(dates[::70])
    table = pa.table(
        {
            "url": urls,
            "token_count": [rng.choice([-1, *range(1, 2000)]) for _ in range(rows)],
            "language": [rng.choice(["en", "eng_Latn", "fr", "", "??"]) for _ in range(rows)],
            "date": dates,
        }
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".csv":
        pyarrow.csv.write_csv(table, path)
    else:
        pq.write_table(table, path)
    return path


def write_shards(home: Path, count: int = 12, rows: int = 500) -> list[Path]:
    """Write shards to ``data/``, one in four of them CSV."""
    names = [f"data/shard-{n:02}.{'csv' if n % 4 == 3 else 'parquet'}" for n in range(count)]
    return [write_shard(home / name, seed, rows) for seed, name in enumerate(names)]


def make_unreadable(shard: Path) -> None:
    """Put zeros in place of a shard's content; size and time stay, so that nothing but reading it can tell."""
    status = shard.stat()
    shard.write_bytes(bytes(status.st_size))
    os.utime(shard, ns=(status.st_atime_ns, status.st_mtime_ns))


def inventory_bytes(project: Project) -> dict[str, bytes]:
    """Give what a scan wrote for the user, file by file."""
    folder = project.out / "internal"
    return {file.name: file.read_bytes() for file in sorted(folder.glob("*.parquet"))}


def batches(home: Path) -> dict[str, tuple[set[str], int]]:
    """Give, for each finished batch, its shards and the time its folder was made at."""
    found = {}
    for record in (home / ".datasummary" / "scan").glob("*/batch.json"):
        names = {shard["name"] for shard in json.loads(record.read_text("utf-8"))["shards"]}
        found[record.parent.name] = (names, record.stat().st_mtime_ns)
    return found


def leftovers(home: Path) -> list[Path]:
    """List what a run must not leave behind: temporary files, and batches that are not whole."""
    workspace = home / ".datasummary"
    found = [path for path in home.rglob("*.part") if path.is_file()]
    found += list((workspace / "tmp").rglob("*"))
    whole = {"batch.json", "origins.parquet", "totals.parquet"}
    for folder in (workspace / "scan").iterdir() if (workspace / "scan").is_dir() else ():
        if {file.name for file in folder.iterdir() if not file.match("domains-*.parquet")} != whole:
            found.append(folder)
    return found
