"""Spark and DuckDB, one thread or two: the same tables, byte for byte."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from manifest_files import project_of, write_rows
from test_scan_counts import DATES, DIRT, HOSTS, LANGUAGES, PATHS, SCHEMES
from test_scan_formats import jsonl

from datasummary.errors import ProjectError
from datasummary.inventory import scan
from datasummary.project import Project

pytestmark = pytest.mark.needs("default-jre-headless")


def tables(project: Project, **settings: object) -> dict[str, bytes]:
    shutil.rmtree(project.home / ".datasummary", ignore_errors=True)
    shutil.rmtree(project.out, ignore_errors=True)
    found = scan(project, **settings)  # type: ignore[arg-type]
    return {path.name: path.read_bytes() for path in found.folder.glob("*.parquet")}


def dirty_rows(count: int) -> list[tuple[str | None, float | None, str | None, str | None]]:
    rng = random.Random(7)
    urls = [None, *DIRT, *("".join(map(rng.choice, (SCHEMES, HOSTS, PATHS))) for _ in range(count))]
    sizes = [None, 0.5, -1.0, 2.0**53, 1e300, float("nan"), float("inf"), 1.0, 7.0, 4096.0]
    return [
        (rng.choice(urls), rng.choice(sizes), rng.choice([None, *LANGUAGES]), rng.choice([None, *DATES]))
        for _ in range(count)
    ]


def test_dirty_manifests_of_every_kind_count_the_same_on_both_engines(tmp_path: Path) -> None:
    rows = dirty_rows(600)
    sources = []
    for format_ in ("parquet", "csv", "csv.gz", "tsv", "jsonl", "jsonl.gz", "jsonl.zst", "csv.zst"):
        name = format_.replace(".", "-")
        write_rows(tmp_path / f"{name}/part one.{format_}", rows[::2])
        write_rows(tmp_path / f"{name}/part*two.{format_}", rows[1::2])
        sources.append({"name": name, "manifests": [name], "columns": {"size": "size"}})
    nested = [
        {"meta": {"url": url, "n": size if size and abs(size) < 1e9 else None}, "date": date, "page_url": url}
        for url, size, _, date in rows[:100]
    ]
    jsonl(tmp_path / "nested/a.jsonl", *nested)
    sources.append({"name": "nested", "manifests": ["nested"], "columns": {"url": "meta.url", "size": "meta.n"}})
    for lang in ("de", "fr"):
        target = tmp_path / f"hive/lang={lang}/kind=a b/p.parquet"
        target.parent.mkdir(parents=True)
        pq.write_table(
            pa.table(
                {
                    "meta": ['{"u": "https://example.com/"}', "{", None],
                    "token_count": [1, 2, 4],
                    "score": [0.1, 0.9, 0.5],
                }
            ),
            target,
        )
    hive = {"columns": {"url": "meta.u", "language": "lang"}, "where": {"score": {"min": 0.2}, "kind": "a b"}}
    sources.append({"name": "hive", "manifests": ["hive"], **hive})
    project = project_of(tmp_path, *sources)
    one = tables(project, threads=1)
    assert tables(project, threads=2) == one
    spark = tables(project, engine="spark", threads=2)
    assert {name: spark[name] == content for name, content in one.items()} == dict.fromkeys(one, True)


def test_spark_says_which_formats_it_does_not_read(tmp_path: Path) -> None:
    write_rows(tmp_path / "a.arrow", dirty_rows(3))
    project = project_of(tmp_path, {"manifests": ["a.arrow"], "columns": {"size": "size"}})
    with pytest.raises(ProjectError, match=r"Spark does not read arrow files; .* --engine duckdb"):
        scan(project, engine="spark", threads=2)
