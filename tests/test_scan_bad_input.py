"""What cannot be read is named, with what to do; what can be read is never lost."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from manifest_files import compressed, project_of, write_rows

from datasummary.errors import DataError
from datasummary.inventory import scan
from datasummary.project import Project

URL = "https://www.example.com/a"
ROWS = [(f"https://site{number}.example.com/{number}", 1.0, "en", "2024-01-01") for number in range(3000)]
SIZE = {"columns": {"size": "size"}}


def error_of(project: Project, **settings: Any) -> str:
    with pytest.raises(DataError) as caught:
        scan(project, **settings)
    return str(caught.value)


def test_a_file_that_is_not_there_is_named_with_where_it_was_looked_for(tmp_path: Path) -> None:
    said = error_of(project_of(tmp_path, {"manifests": ["data/part.parquet"]}))
    assert said.startswith("data/part.parquet: no file matches")
    assert str(tmp_path) in said


def test_a_glob_that_matches_nothing_is_named(tmp_path: Path) -> None:
    assert "data/*.parquet: no file matches" in error_of(project_of(tmp_path, {"manifests": ["data/*.parquet"]}))


def test_an_environment_variable_that_is_not_set_is_named(tmp_path: Path) -> None:
    said = error_of(project_of(tmp_path, {"manifests": ["$NO_SUCH_CORPUS/a.parquet"]}))
    assert "environment variable NO_SUCH_CORPUS is not set" in said


@pytest.mark.parametrize("format_", ["parquet", "csv", "jsonl"])
@pytest.mark.parametrize("role", ["url", "size", "language", "date"])
def test_a_column_that_does_not_exist_is_answered_with_those_that_do(tmp_path: Path, format_: str, role: str) -> None:
    write_rows(tmp_path / f"a.{format_}", ROWS[:2])
    columns = {"size": "size", role: f"{role}s"}
    said = error_of(project_of(tmp_path, {"manifests": [f"a.{format_}"], "columns": columns}))
    assert f"columns.{role}: there is no column {role}s. Did you mean {role}?" in said
    assert "url, size, language, date" in said


def test_a_size_that_is_not_recognised_asks_for_its_column(tmp_path: Path) -> None:
    write_rows(tmp_path / "a.parquet", ROWS[:2])
    said = error_of(project_of(tmp_path, {"manifests": ["a.parquet"]}))
    assert "no column is recognised as the size in tokens; name it under columns.size" in said


def with_bad_shard(folder: Path, name: str, content: bytes) -> Project:
    write_rows(folder / "data/good-1.parquet", ROWS[:10])
    write_rows(folder / "data/good-2.parquet", ROWS[10:30])
    (folder / "data" / name).write_bytes(content)
    return project_of(folder, {"manifests": ["data"], **SIZE})


def corrupt_page(folder: Path) -> bytes:
    path = write_rows(folder / "spoilt/x.parquet", ROWS)
    content = bytearray(path.read_bytes())
    content[40:400] = bytes(360)
    return bytes(content)


BAD = (
    "parquet cut short",
    "parquet of no bytes",
    "parquet with a spoilt page",
    "parquet with text that is no UTF-8",
    "gzip CSV cut short",
    "zstd CSV cut short",
    "gzip JSON Lines cut short",
    "zstd JSON Lines cut short",
    "CSV with a cell too many",
    "CSV with cells missing",
    "CSV that is no UTF-8",
    "CSV with a hostile header",
    "CSV that names a column twice",
    "a broken JSON line",
    "JSON Lines that are no UTF-8",
    "one JSON document",
    "a JSON line that is no object",
    "Arrow cut short",
    "a name that lies about gzip",
    "a name that lies about Parquet",
)


def bad_shards(folder: Path) -> dict[str, tuple[str, bytes, str]]:
    good = {
        kind: write_rows(folder / f"whole/a.{kind}", ROWS).read_bytes() for kind in ("parquet", "csv", "jsonl", "arrow")
    }
    table = pa.table({"url": pa.array([b"https://a.example/", b"\xff\xfe"]).view(pa.binary()), "size": [1.0, 2.0]})
    pq.write_table(
        pa.table([table.column(0).combine_chunks().view(pa.string()), table.column(1)], names=["url", "size"]),
        folder / "latin.parquet",
    )
    return {
        "parquet cut short": ("bad.parquet", good["parquet"][: len(good["parquet"]) // 2], "cannot be read"),
        "parquet of no bytes": ("bad.parquet", b"", "The file is empty"),
        "parquet with a spoilt page": ("bad.parquet", corrupt_page(folder), "cannot be read"),
        "parquet with text that is no UTF-8": (
            "bad.parquet",
            (folder / "latin.parquet").read_bytes(),
            "cannot be read",
        ),
        "gzip CSV cut short": ("bad.csv.gz", compressed(good["csv"], ".gz")[:-50], "cut|short|runcated|end"),
        "zstd CSV cut short": ("bad.csv.zst", compressed(good["csv"], ".zst")[:-50], "cut|short|runcated|end"),
        "gzip JSON Lines cut short": ("bad.jsonl.gz", compressed(good["jsonl"], ".gz")[:-50], "cut|short|runcated|end"),
        "zstd JSON Lines cut short": (
            "bad.jsonl.zst",
            compressed(good["jsonl"], ".zst")[:-50],
            "cut|short|runcated|end",
        ),
        "CSV with a cell too many": ("bad.csv", b"url,size,language,date\na,1,en,x\nb,2,en,x,y\n", "line 3"),
        "CSV with cells missing": ("bad.csv", b"url,size,language,date\na,1,en,x\nb,2\n", "line 3"),
        "CSV that is no UTF-8": ("bad.csv", b"url,size,language,date\na,1,en,x\n\xff\xfe,2,en,x\n", "line 3"),
        "CSV with a hostile header": ("bad.csv", b'"' + b"x" * 200_000 + b'",size\n', "no header can be read"),
        "CSV that names a column twice": ("bad.csv", b"url,size,url\na,1,b\n", "names url twice"),
        "a broken JSON line": ("bad.jsonl", good["jsonl"] + b'{"url": \n' + good["jsonl"], "line 3001"),
        "JSON Lines that are no UTF-8": ("bad.jsonl", good["jsonl"] + b'{"url": "\xff"}\n', "line 3001"),
        "one JSON document": ("bad.jsonl", b'[\n{"url": "a"}\n]\n', "one object a line"),
        "a JSON line that is no object": ("bad.jsonl", b'{"url": "a", "size": 1}\n[1]\n', "line 2"),
        "Arrow cut short": ("bad.arrow", good["arrow"][: len(good["arrow"]) // 2], "cannot be read|cut|short"),
        "a name that lies about gzip": ("bad.csv.gz", good["csv"], "its bytes do not"),
        "a name that lies about Parquet": ("bad.parquet", good["csv"], "cannot be read"),
    }


@pytest.mark.parametrize("what", BAD)
def test_a_shard_that_cannot_be_read_stops_the_scan_and_is_named_or_is_left_out_and_counted(
    tmp_path: Path, what: str
) -> None:
    name, content, expected = bad_shards(tmp_path / "make")[what]
    project = with_bad_shard(tmp_path / "project", name, content)
    said = error_of(project)
    assert f"data/{name}" in said
    assert re.search(expected, said), said
    found = scan(project, skip_bad_files=True)
    source = found.sources.arrow().to_pylist()[0]
    assert (source["documents"], source["size"], source["left_out"], source["files"]) == (30, 30, 1, 2)
    problems = {row["path"]: row["problem"] for row in found.inputs.arrow().to_pylist()}
    assert problems.pop(f"data/{name}")
    assert set(problems.values()) == {None}


@pytest.mark.parametrize(("name", "content"), [("e.jsonl", b"\n"), ("e.jsonl.gz", compressed(b"", ".gz"))])
def test_json_lines_without_a_line_are_named(tmp_path: Path, name: str, content: bytes) -> None:
    assert f"data/{name}: there is no row in it" in error_of(with_bad_shard(tmp_path, name, content))


def test_a_csv_without_a_header_lacks_its_columns(tmp_path: Path) -> None:
    said = error_of(with_bad_shard(tmp_path, "e.csv", b""))
    assert "data/e.csv: source web: columns.size: there is no column size" in said


def test_a_manifest_without_rows_counts_nothing(tmp_path: Path) -> None:
    pq.write_table(
        pa.table({"url": pa.array([], pa.string()), "token_count": pa.array([], pa.int64())}), tmp_path / "a.parquet"
    )
    found = scan(project_of(tmp_path, {"manifests": ["a.parquet"]}))
    source = found.sources.arrow().to_pylist()[0]
    assert (source["documents"], source["size"], source["files"], source["domains"]) == (0, 0, 1, 0)
    assert found.domains.arrow().num_rows == 0


@pytest.mark.parametrize("format_", ["parquet", "csv", "csv.gz", "jsonl", "jsonl.zst", "arrow"])
def test_an_address_of_a_megabyte_is_counted(tmp_path: Path, format_: str) -> None:
    long = [(f"{URL}?q=" + "a" * 1_000_000, 1.0, None, None), ("b" * 1_000_000, 2.0, None, None)]
    write_rows(tmp_path / f"a.{format_}", long)
    found = scan(project_of(tmp_path, {"manifests": [f"a.{format_}"], **SIZE}))
    assert found.domains.arrow().to_pylist()[0]["domain"] == "example.com"
    assert found.unattributed.arrow().to_pylist()[0]["reason"] == "no_scheme"


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"\xef\xbb\xbfurl,size\nhttps://example.com/,3\n")
    found = scan(project_of(tmp_path, {"manifests": ["a.csv"], **SIZE}))
    assert found.domains.arrow().to_pylist()[0]["domain"] == "example.com"


def test_a_format_that_no_name_tells_can_be_declared(tmp_path: Path) -> None:
    (tmp_path / "rows.txt").write_text(json.dumps({"url": URL, "size": 3}) + "\n")
    said = error_of(project_of(tmp_path, {"manifests": ["rows.txt"], **SIZE}))
    assert "rows.txt: its name does not tell the format; add format:" in said
    found = scan(project_of(tmp_path, {"manifests": ["rows.txt"], "format": "jsonl", **SIZE}))
    assert found.domains.arrow().to_pylist()[0]["documents"] == 1
