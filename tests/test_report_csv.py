"""The tables beside the report as CSV: every row, no formula."""

import csv
import datetime as dt

import pyarrow as pa
import pyarrow.parquet as pq

from datasummary.report_tables import write_csv


def test_csv_has_every_row_and_no_formula(tmp_path):
    cells = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", " =1", "＝1", "plain", 'a "b", c\nd', "", None]
    when = dt.datetime(2025, 6, 1, 12, tzinfo=dt.UTC)
    table = pa.table(
        {
            "text": cells,
            "list": pa.array([["=1", "b"], [], None, *[["x"]] * 9], pa.list_(pa.string())),
            "number": pa.array([-5, *range(11)], pa.int64()),
            "when": pa.array([when, *[None] * 11], pa.timestamp("us", "UTC")),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    write_csv(tmp_path / "a.parquet", tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["text"] for row in rows] == [
        "'=1+1", "'+1", "'-1", "'@x", "'\tx", "'\rx", "' =1", "'＝1", "plain", 'a "b", c\nd', "", "",
    ]  # fmt: skip
    assert [row["list"] for row in rows[:3]] == ["'=1; b", "", ""]
    assert (rows[0]["number"], rows[0]["when"]) == ("-5", "2025-06-01T12:00:00Z")


def test_csv_of_an_empty_table_has_its_header(tmp_path):
    pq.write_table(pa.table({"a": pa.array([], pa.string())}), tmp_path / "a.parquet")
    write_csv(tmp_path / "a.parquet", tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text().strip() == "a"
