"""Where a manifest holds what: formats, layouts, nested columns, partitions, and the names that tools write."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from manifest_files import compressed, project_of, write_rows
from warcio.warcwriter import WARCWriter

from datasummary.errors import DataError, ProjectError
from datasummary.inventory import scan
from datasummary.tables import Inventory


def domains(found: Inventory, modality: str = "text") -> dict[str, tuple[int, int]]:
    rows = found.domains.arrow().to_pylist()
    return {row["domain"]: (row["documents"], int(row["size"])) for row in rows if row["modality"] == modality}


def parquet(path: Path, **columns: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path)
    return path


def jsonl(path: Path, *rows: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(row) + "\n" for row in rows)
    path.write_bytes(compressed(text.encode(), path.suffix))
    return path


URL = "https://www.example.com/a"


@pytest.mark.parametrize(
    ("tool", "row", "unit"),
    [
        ("FineWeb", {"url": URL, "token_count": 7, "language": "en", "date": "2024-05-18T01:58:10Z"}, "tokens"),
        (
            "datatrove",
            {"text": "x", "metadata": {"url": URL, "token_count": 7, "language": "en", "date": "2024-05-18"}},
            "tokens",
        ),
        (
            "C4",
            {"text": "x", "timestamp": "2024-05-18T12:00:00Z", "url": URL, "num_chars": 7, "lang": "en"},
            "characters",
        ),
        (
            "Dolma",
            {"id": "1", "created": "2024-05-18", "metadata": {"url": URL, "language": "en", "length": 7}},
            "characters",
        ),
        (
            "OSCAR",
            {
                "content": "x",
                "num_tokens": 7,
                "meta": {
                    "warc_headers": {"warc-target-uri": URL, "warc-date": "2024-05-18T01:58:10Z"},
                    "identification": {"label": "en", "prob": 0.9},
                },
            },
            "tokens",
        ),
        (
            "Common Crawl's index",
            {"url": URL, "fetch_time": "2024-05-18 01:58:10", "content_languages": "eng,fra", "warc_record_length": 7},
            "bytes",
        ),
    ],
)
@pytest.mark.parametrize("format_", ["parquet", "jsonl"])
def test_the_columns_of_usual_tools_are_recognised(
    tmp_path: Path, tool: str, row: dict[str, Any], unit: str, format_: str
) -> None:
    if format_ == "parquet":
        pq.write_table(pa.Table.from_pylist([row]), tmp_path / "part.parquet")
    else:
        jsonl(tmp_path / "part.jsonl", row)
    found = scan(project_of(tmp_path, {"manifests": [f"part.{format_}"], "unit": unit}))
    assert domains(found) == {"example.com": (1, 7)}, tool
    total = found.totals.arrow().to_pylist()[0]
    assert (total["language"], total["month"]) == ("en", dt.date(2024, 5, 1))


def test_an_image_manifest_with_upper_case_names_counts_a_row_as_an_image(tmp_path: Path) -> None:
    parquet(tmp_path / "part.parquet", URL=[URL, "http://cdn.example.net/b.png"], TEXT=["a", "b"])
    found = scan(project_of(tmp_path, {"manifests": ["part.parquet"], "modality": "image"}))
    assert domains(found, "image") == {"example.com": (1, 1), "example.net": (1, 1)}


def test_the_domain_is_that_of_the_page_where_the_manifest_has_it(tmp_path: Path) -> None:
    parquet(tmp_path / "part.parquet", url=["https://cdn.example.net/b.png"] * 2, page_url=[URL, None])
    found = scan(project_of(tmp_path, {"manifests": ["part.parquet"], "modality": "image"}))
    assert domains(found, "image") == {"example.com": (1, 1)}
    assert found.unattributed.arrow().column("reason").to_pylist() == ["no_url"]


def test_a_path_leads_into_structs_and_into_json_that_is_held_as_text(tmp_path: Path) -> None:
    meta = [json.dumps({"source": {"the url": URL, "n": "7"}}), "not json", None, '{"source": []}']
    parquet(tmp_path / "part.parquet", meta=meta, info=[{"len": 1}, {"len": 2}, {"len": 3}, None])
    columns = {"url": 'meta.source."the url"', "size": "info.len"}
    found = scan(project_of(tmp_path, {"manifests": ["part.parquet"], "columns": columns}))
    assert domains(found) == {"example.com": (1, 1)}
    assert found.unattributed.arrow().to_pylist()[0]["documents"] == 3
    assert found.sources.arrow().column("bad_sizes").to_pylist() == [1]


@pytest.mark.parametrize(
    ("where", "kept"),
    [
        ({"status": "success"}, 1 + 16),
        ({"status": ["success", "late"]}, 1 + 2 + 16),
        ({"score": {"min": 0.5}}, 2 + 4),
        ({"score": {"min": 0.2, "max": 0.5}}, 1 + 2),
        ({"flag": True}, 1 + 4),
        ({"seen": {"min": dt.date(2024, 2, 1)}}, 4 + 8),
        ({"seen": {"max": dt.date(2024, 1, 31)}}, 1 + 2),
        ({"status": "success", "score": {"max": 0.4}}, 1),
    ],
)
@pytest.mark.parametrize("format_", ["parquet", "jsonl", "csv"])
def test_where_keeps_rows_by_value_list_and_bounds(
    tmp_path: Path, where: dict[str, Any], kept: int, format_: str
) -> None:
    table = {
        "url": [URL] * 5,
        "token_count": [1, 2, 4, 8, 16],
        "status": ["success", "late", "failed", None, "success"],
        "score": [0.25, 0.5, 0.75, None, None],
        "flag": [True, False, True, None, False],
        "seen": ["2024-01-01", "2024-01-31", "2024-02-01", "2025-02-01", None],
    }
    if format_ == "parquet":
        parquet(tmp_path / "part.parquet", **table)
    elif format_ == "jsonl":
        jsonl(tmp_path / "part.jsonl", *pa.table(table).to_pylist())
    else:
        import pyarrow.csv

        pyarrow.csv.write_csv(pa.table(table), tmp_path / "part.csv")
    found = (
        scan(project_of(tmp_path, {"manifests": [f"part.{format_}"], "where": where})).sources.arrow().to_pylist()[0]
    )
    assert found["size"] == kept
    assert found["rows"] == 5


def test_shards_may_differ_in_types_order_and_columns_that_are_not_needed(tmp_path: Path) -> None:
    parquet(tmp_path / "a.parquet", url=[URL], token_count=[1], date=[dt.date(2024, 1, 1)])
    parquet(tmp_path / "b.parquet", extra=[1], token_count=[2.0], url=[URL], date=["2024-02-01"], language=["de"])
    parquet(tmp_path / "c.parquet", token_count=["4"], url=[URL])
    found = scan(project_of(tmp_path, {"manifests": ["*.parquet"]}))
    assert domains(found) == {"example.com": (3, 7)}
    source = found.sources.arrow().to_pylist()[0]
    assert (source["first_date"], source["last_date"], source["no_date"]) == (
        dt.date(2024, 1, 1),
        dt.date(2024, 2, 1),
        1,
    )


def test_the_keys_of_hive_partitions_are_columns(tmp_path: Path) -> None:
    parquet(tmp_path / "t/crawl=a/lang=de/p.parquet", url=[URL], token_count=[1])
    parquet(tmp_path / "t/crawl=b/lang=fr/p.parquet", url=[URL], token_count=[2])
    jsonl(tmp_path / "t/crawl=b/lang=en/p.jsonl", {"url": URL, "token_count": 4})
    columns = {"language": "lang"}
    found = scan(project_of(tmp_path, {"manifests": ["t"], "columns": columns, "where": {"crawl": "b"}}))
    assert domains(found) == {"example.com": (2, 6)}
    assert found.totals.arrow().column("language").to_pylist() == ["en", "fr"]


def test_hours_are_added_up_as_milliseconds(tmp_path: Path) -> None:
    parquet(tmp_path / "part.parquet", url=[URL] * 4, hours=[0.1, 0.2, 1 / 3_600_000, -1.0])
    found = scan(project_of(tmp_path, {"manifests": ["part.parquet"], "modality": "audio"}))
    assert found.domains.arrow().to_pylist()[0]["size"] == 360_000 + 720_000 + 1
    assert found.domains.arrow().to_pylist()[0]["unit"] == "milliseconds"


def test_a_source_of_several_modalities_has_a_size_for_each(tmp_path: Path) -> None:
    parquet(tmp_path / "part.parquet", url=[URL, URL], caption_tokens=[3, None])
    measures = [
        {"modality": "image", "unit": "images"},
        {"modality": "text", "unit": "tokens", "size": "caption_tokens"},
    ]
    source = {
        "name": "web",
        "category": "crawled",
        "manifests": ["part.parquet"],
        "measures": measures,
        "modality": None,
    }
    found = scan(project_of(tmp_path, {k: v for k, v in source.items() if v is not None} | {"modality": None}))
    assert domains(found, "image") == {"example.com": (2, 2)}
    assert domains(found, "text") == {"example.com": (2, 3)}


def test_a_warc_counts_a_row_for_each_response(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=True)
    from warcio.statusandheaders import StatusAndHeaders

    headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
    for size in (5, 7):
        record = writer.create_warc_record(
            URL, "response", payload=io.BytesIO(b"x" * size), http_headers=headers,
            warc_headers_dict={"WARC-Date": "2024-05-18T01:58:10Z"},
        )  # fmt: skip
        writer.write_record(record)
        writer.write_record(writer.create_warc_record(URL, "metadata", payload=io.BytesIO(b"fetchTimeMs: 1")))
    (tmp_path / "crawl.warc.gz").write_bytes(buffer.getvalue())
    found = scan(project_of(tmp_path, {"manifests": ["crawl.warc.gz"], "unit": "bytes"}))
    assert domains(found) == {"example.com": (2, 12)}
    assert found.sources.arrow().column("first_date").to_pylist() == [dt.date(2024, 5, 18)]


def test_a_cdxj_index_counts_a_row_for_each_line(tmp_path: Path) -> None:
    line = 'com,example)/ 20240518015810 {"url": "https://example.com/", "length": "123", "languages": "deu"}\n'
    (tmp_path / "index.cdxj.gz").write_bytes(compressed(line.encode() * 3, ".gz"))
    found = scan(project_of(tmp_path, {"manifests": ["index.cdxj.gz"], "unit": "bytes"}))
    assert domains(found) == {"example.com": (3, 369)}
    assert found.totals.arrow().column("language").to_pylist() == ["de"]


HOSTILE = ["it's; DROP TABLE x", 'double "quoted" name', "star*and[brackets]?", "ünïcode name", "a,b=c"]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("format_", ["parquet", "csv", "jsonl.gz"])
def test_any_name_of_a_file_or_a_column_is_only_a_name(tmp_path: Path, name: str, format_: str) -> None:
    rows = [(URL, 3.0, "en", "2024-01-01")]
    write_rows(tmp_path / "data" / f"{name.replace('.', '')}.{format_}", rows, (name, "b'; --", "c", "d"))
    write_rows(tmp_path / "data" / f"starXand_other.{format_}", rows, (name, "b'; --", "c", "d"))
    columns = {"url": name, "size": "b'; --", "language": "c", "date": "d"}
    manifests = [f"data/{name.replace('.', '')}.{format_}"]
    found = scan(project_of(tmp_path, {"manifests": manifests, "columns": columns}))
    assert domains(found) == {"example.com": (1, 3)}


def test_folders_globs_and_variables_name_files_and_a_file_counts_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORPUS", str(tmp_path / "corpus"))
    for place in ("a.parquet", "deep/er/b.parquet", "_temporary/c.parquet", ".hidden/d.parquet"):
        parquet(tmp_path / "corpus" / place, url=[URL], token_count=[1])
    (tmp_path / "corpus/_SUCCESS").touch()
    manifests = ["$CORPUS", "corpus/**/*.parquet", "${CORPUS}/a.parquet", "corpus/./a.parquet"]
    found = scan(project_of(tmp_path, {"manifests": manifests}))
    paths = found.inputs.arrow().column("path").to_pylist()
    assert paths == ["corpus/_temporary/c.parquet", "corpus/a.parquet", "corpus/deep/er/b.parquet"]


def test_remote_shards_are_read_through_fsspec(tmp_path: Path) -> None:
    memory = fsspec.filesystem("memory")
    rows = [(URL, 3.0, "en", "2024-01-01")]
    for name in ("p.parquet", "q.csv", "r.jsonl.gz", "s.arrow"):
        memory.pipe_file(f"/corpus/{name}", write_rows(tmp_path / name, rows).read_bytes())
    source = {"manifests": ["memory://corpus/*"], "columns": {"size": "size"}}
    found = scan(project_of(tmp_path / "project", source))
    assert domains(found) == {"example.com": (4, 12)}
    assert found.inputs.arrow().column("path")[0].as_py() == "memory://corpus/p.parquet"


@pytest.mark.parametrize(("mark", "kind"), [("_delta_log/0.json", "Delta"), ("metadata/v1.metadata.json", "Iceberg")])
@pytest.mark.parametrize("manifest", ["table", "table/*.parquet", "table/data/*.parquet"])
def test_a_table_with_deleted_files_is_refused_with_advice(tmp_path: Path, mark: str, kind: str, manifest: str) -> None:
    parquet(tmp_path / "table/a.parquet", url=[URL], token_count=[1])
    parquet(tmp_path / "table/data/b.parquet", url=[URL], token_count=[1])
    (tmp_path / "table" / mark).parent.mkdir()
    (tmp_path / "table" / mark).touch()
    with pytest.raises(DataError, match=f"{kind} table.*export"):
        scan(project_of(tmp_path, {"manifests": [manifest]}))


def test_an_unknown_engine_is_named(tmp_path: Path) -> None:
    parquet(tmp_path / "a.parquet", url=[URL], token_count=[1])
    with pytest.raises(ProjectError, match="duckdb or spark"):
        scan(project_of(tmp_path, {"manifests": ["a.parquet"]}), engine="flink")
