"""Filtered Parquet and Arrow files keep schema, metadata, order, groups and compression."""

import itertools
import json
import random
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from filter_projects import FREE, OUT, SOME, filterable, filtered, is_left_out
from scan_projects import WEB
from test_filter_copies import URLS


def big_table(rows: int) -> pa.Table:
    """A table of many kinds of columns."""
    rng = random.Random(3)
    urls = [rng.choice(URLS) for _ in range(rows)]
    numbers = list(range(rows))
    return pa.table(
        {
            "url": urls,
            "n": numbers,
            "status": [n % 3 for n in numbers],
            "list": [[n, None] for n in numbers],
            "nested": [{"a": str(n), "b": [{"c": n}]} for n in numbers],
            "when": pa.array(numbers, pa.timestamp("ns", "UTC")),
            "money": pa.array([f"{n}.25" for n in numbers]).cast(pa.decimal128(12, 2)),
            "code": pa.array(["a", "b"] * (rows // 2), pa.string()).dictionary_encode(),
            "raw": pa.array([bytes([n % 256]) for n in numbers], pa.binary()),
        }
    ).replace_schema_metadata({"pandas": "{}", "made by": "a test"})


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"compression": "zstd", "use_dictionary": ["status"], "version": "2.6"},
        {
            "compression": {"url": "gzip", "n": "snappy"},
            "write_statistics": ["n"],
            "version": "1.0",
            "coerce_timestamps": "us",
        },
        {"compression": "none", "store_schema": False, "use_compliant_nested_type": False},
        {"use_deprecated_int96_timestamps": True, "store_decimal_as_integer": True},
        {"compression": "brotli", "sorting_columns": [pq.SortingColumn(1)]},
    ],
    ids=str,
)
def test_parquet_keeps_schema_metadata_row_groups_and_compression(tmp_path: Path, options: dict[str, Any]) -> None:
    data = big_table(10_000)
    if options.get("coerce_timestamps"):
        data = data.set_column(5, "when", data["when"].cast(pa.timestamp("us", "UTC"), safe=False))
    path = tmp_path / "data/a.parquet"
    path.parent.mkdir()
    pq.write_table(data, path, row_group_size=700, **options)
    filtered(filterable(tmp_path, WEB | {"unit": "documents"}), tmp_path / "clean", threads=4)
    before, after = pq.ParquetFile(path), pq.ParquetFile(tmp_path / "clean/web/data/a.parquet")
    assert after.schema_arrow.equals(before.schema_arrow, check_metadata=True)
    assert after.schema.equals(before.schema)
    assert (after.metadata.metadata or {}).keys() == (before.metadata.metadata or {}).keys()
    assert after.metadata.format_version == before.metadata.format_version
    stays = pa.array([not is_left_out(url) for url in data["url"].to_pylist()])
    found, expected = (
        table.set_column(7, "code", table["code"].cast(pa.string())) for table in (after.read(), before.read())
    )
    assert found.equals(expected.filter(stays))
    sizes = [sum(stays[start : start + 700].to_pylist()) for start in range(0, 10_000, 700)]
    assert [after.metadata.row_group(n).num_rows for n in range(after.num_row_groups)] == sizes
    for number in range(before.metadata.num_columns):
        old, new = (file.metadata.row_group(0).column(number) for file in (before, after))
        for name in ("path_in_schema", "physical_type", "compression", "has_dictionary_page", "is_stats_set"):
            assert getattr(new, name) == getattr(old, name), (name, old.path_in_schema)
    assert after.metadata.row_group(0).sorting_columns == before.metadata.row_group(0).sorting_columns


def test_parquet_by_other_writers_keeps_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "data/a.parquet"
    path.parent.mkdir()
    with duckdb.connect() as connection:
        connection.register("urls", pa.table({"url": [url or "" for url in URLS]}))
        connection.execute(
            f"COPY (SELECT url, 1.5::DECIMAL(9,2) AS d, [1, 2] AS l, {{a: 1::UTINYINT}} AS s, uuid() AS u, "
            f"now()::TIMESTAMP AS t FROM urls) TO '{path}'"
        )
    filtered(filterable(tmp_path, WEB | {"unit": "documents"}), tmp_path / "clean")
    before, after = pq.ParquetFile(path), pq.ParquetFile(tmp_path / "clean/web/data/a.parquet")
    assert after.schema_arrow.equals(before.schema_arrow, check_metadata=True)
    assert after.metadata.metadata == before.metadata.metadata
    assert after.read().equals(before.read().filter(pa.array([not is_left_out(url) for url in URLS])))


def test_row_groups_of_which_nothing_stays_are_gone_and_a_file_may_be_without_rows(tmp_path: Path) -> None:
    for name, urls in (("some", [f"{OUT}/"] * 10 + [FREE] * 5), ("none", [f"{OUT}/"] * 10)):
        (tmp_path / "data").mkdir(exist_ok=True)
        pq.write_table(pa.table({"url": urls}), tmp_path / f"data/{name}.parquet", row_group_size=5)
    filtered(filterable(tmp_path, WEB | {"unit": "documents"}), tmp_path / "clean")
    some, none = (pq.ParquetFile(tmp_path / f"clean/web/data/{name}.parquet").metadata for name in ("some", "none"))
    assert (some.num_row_groups, some.num_rows, none.num_row_groups, none.num_rows) == (1, 5, 0, 0)


@pytest.mark.parametrize("format_", ["parquet", "csv", "jsonl"])
@pytest.mark.parametrize("where", [{}, {"status": [0, 2]}])
def test_rows_are_numbered_in_the_order_of_the_file_on_any_number_of_threads(
    tmp_path: Path, format_: str, where: dict[str, Any]
) -> None:
    rng = random.Random(5)
    rows = [(f"{rng.choice((OUT, SOME, FREE))}/{'x' * rng.randrange(60)}{n}", n, n % 3) for n in range(60_000)]
    path = tmp_path / f"data/a.{format_}"
    path.parent.mkdir()
    columns = ("url", "n", "status")
    if format_ == "parquet":
        pq.write_table(pa.table(list(map(list, zip(*rows, strict=True))), columns), path, row_group_size=2048)
    elif format_ == "csv":
        path.write_text("url,n,status\n" + "".join(f'"{url}",{n},{s}\n' for url, n, s in rows))
    else:
        path.write_text("".join(json.dumps(dict(zip(columns, row, strict=True))) + "\n" for row in rows))
    filtered(filterable(tmp_path, WEB | {"unit": "documents", "where": where}), tmp_path / "clean", threads=8)
    with duckdb.connect() as connection:
        found = connection.sql(f"SELECT n::INT FROM '{tmp_path / 'clean/web/data' / path.name}'").fetchall()
    expected = [n for url, n, s in rows if not (is_left_out(url) and (not where or s in {0, 2}))]
    assert [n for (n,) in found] == expected


@pytest.mark.parametrize(("name", "codec"), list(itertools.product(["a.arrow", "a.arrows"], [None, "lz4", "zstd"])))
def test_arrow_keeps_schema_batches_and_compression(tmp_path: Path, name: str, codec: str | None) -> None:
    data = big_table(2_000).drop_columns(["money"])
    path = tmp_path / "data" / name
    path.parent.mkdir()
    make, take = (pa.ipc.new_file, pa.ipc.open_file) if name == "a.arrow" else (pa.ipc.new_stream, pa.ipc.open_stream)
    options = pa.ipc.IpcWriteOptions(compression=codec)
    with pa.OSFile(str(path), "wb") as sink, make(sink, data.schema, options=options) as writer:
        for number, batch in enumerate(data.to_batches(max_chunksize=300)):
            writer.write_batch(batch, custom_metadata={"number": str(number)})
    filtered(filterable(tmp_path, WEB | {"unit": "documents"}), tmp_path / "clean")
    target = tmp_path / "clean/web/data" / name
    with take(str(target)) if name == "a.arrow" else take(pa.OSFile(str(target))) as reader:
        assert reader.schema.equals(data.schema, check_metadata=True)
        if name == "a.arrow":
            found = [reader.get_batch_with_custom_metadata(n) for n in range(reader.num_record_batches)]
        else:
            found = list(reader.iter_batches_with_custom_metadata())
    stays = pa.array([not is_left_out(url) for url in data["url"].to_pylist()])
    assert pa.Table.from_batches([batch for batch, _ in found]).equals(data.filter(stays))
    assert [dict(metadata) for _, metadata in found] == [{b"number": str(n).encode()} for n in range(7)]
    assert [batch.num_rows for batch, _ in found] == [
        pc.sum(stays[start : start + 300]).as_py() for start in range(0, 2_000, 300)
    ]
    smaller = target.stat().st_size < sum(batch.nbytes for batch, _ in found)
    assert smaller == (codec is not None)
