"""Tables of evidence: each row with a host becomes a capture, whatever format and types its columns have."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from evidence_files import MOMENT, ROBOTS, captures_of, project_in
from hypothesis import given
from hypothesis import strategies as st

from datasummary.errors import DataError
from datasummary.evidence.captures import Capture
from datasummary.evidence.intake import Intake, collect
from datasummary.evidence.moments import parse_moment
from datasummary.evidence.tables import read_headers

Rows = list[dict[str, Any]]


def taken(folder: Path, rows: Rows, name: str = "rows.jsonl", **settings: Any) -> tuple[list[Capture], Intake]:
    """Write rows in the format that the name tells, take them in, and read the archive back."""
    path = folder / name
    if ".parquet" in name:
        pq.write_table(pa.Table.from_pylist(rows), path)
    elif ".jsonl" in name:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    else:
        with path.open("w", newline="", encoding="utf-8", errors="surrogateescape") as file:
            writer = csv.DictWriter(file, list(rows[0]), delimiter="\t" if ".tsv" in name else ",")
            writer.writeheader()
            writer.writerows(rows)
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(path.read_bytes()))
    project = project_in(folder)
    result = collect(project, [path], **settings)
    return captures_of(project), result


def problems(result: Intake) -> list[str]:
    return [str(problem) for file in result.files for problem in file.problems]


@pytest.mark.parametrize("name", ["rows.parquet", "rows.csv", "rows.tsv", "rows.jsonl", "rows.csv.gz", "rows.jsonl.gz"])
def test_every_format_gives_the_same_captures(tmp_path: Path, name: str) -> None:
    rows = [
        {
            "host": f"site{number}.example",
            "body": f'User-agent: *\nDisallow: /"quoted", {number}\té\n',
            "status": 200,
            "headers": "Content-Type: text/plain\r\nX-Robots-Tag: noai",
            "captured": "2025-01-02T03:04:05Z",
        }
        for number in range(300)
    ]
    captures, result = taken(tmp_path, rows, name)
    assert problems(result) == []
    assert len(captures) == 300
    by_url = {capture.url: capture for capture in captures}
    for row in rows:
        capture = by_url[f"https://{row['host']}/robots.txt"]
        assert capture.body.decode() == row["body"]
        assert (capture.status, capture.captured, capture.kind) == (200, MOMENT, "robots-txt")
        assert capture.headers == (("Content-Type", "text/plain"), ("X-Robots-Tag", "noai"))


def test_a_host_without_an_address_is_its_robots_txt_and_an_address_stands_for_itself(tmp_path: Path) -> None:
    rows = [
        {"host": "WWW.Bücher.example", "body": "a"},
        {"host": "example.org:8080", "body": "b"},
        {"host": "192.0.2.1", "body": "c"},
        {"host": "ignored.example", "url": "http://example.org/.well-known/tdmrep.json", "body": "d"},
        {"url": "https://example.org/page?q=1", "body": "e"},
    ]
    captures, result = taken(tmp_path, rows)
    assert {capture.body: (capture.url, capture.kind) for capture in captures} == {
        b"a": ("https://www.xn--bcher-kva.example/robots.txt", "robots-txt"),
        b"b": ("https://example.org:8080/robots.txt", "robots-txt"),
        b"c": ("https://192.0.2.1/robots.txt", "robots-txt"),
        b"d": ("http://example.org/.well-known/tdmrep.json", "tdmrep"),
        b"e": ("https://example.org/page?q=1", "page"),
    }
    assert set(result.arrow().column("authority").to_pylist()) == {
        "www.xn--bcher-kva.example",
        "example.org:8080",
        "192.0.2.1",
        "example.org",
    }


@pytest.mark.parametrize(
    "host", [None, "", " ", "two words.example", "example.org/path", "user@example.org", "a..b", "x" * 70]
)
def test_a_row_without_a_host_that_can_be_is_named_and_left_out(tmp_path: Path, host: str | None) -> None:
    captures, result = taken(tmp_path, [{"host": "example.org", "body": "a"}, {"host": host, "body": "b"}])
    assert len(captures) == 1
    assert problems(result) == [
        "line 2: no host, and no address of one that begins with http:// or https://; the row is left out"
    ]


@pytest.mark.parametrize("url", ["example.org/robots.txt", "ftp://example.org/", "//example.org/", "https:///x"])
def test_an_address_that_is_none_of_the_web_is_named(tmp_path: Path, url: str) -> None:
    captures, result = taken(tmp_path, [{"url": "https://example.org/", "body": "a"}, {"url": url, "body": "b"}])
    assert len(captures) == 1
    assert problems(result)[0].startswith("line 2: no host, and no address")


@pytest.mark.parametrize("name", ["rows.parquet", "rows.csv", "rows.jsonl"])
def test_a_row_without_a_body_or_a_status_says_that_nothing_was_got(tmp_path: Path, name: str) -> None:
    rows: Rows = [
        {"host": "a.example", "body": None, "status": None},
        {"host": "b.example", "body": "", "status": None},
        {"host": "c.example", "body": "", "status": 200},
        {"host": "d.example", "body": "", "status": 404},
        {"host": "e.example", "body": "User-agent: *", "status": None},
        {"host": "f.example", "body": "<!doctype html>", "status": None},
        {"host": "g.example", "body": "x", "status": 503},
    ]
    captures, _ = taken(tmp_path, rows, name)
    assert [(capture.url[8], capture.problem, capture.outcome) for capture in captures] == [
        ("a", "no body", "failed"),
        ("b", "no body", "failed"),
        ("c", None, "answered"),
        ("d", None, "absent"),
        ("e", None, "answered"),
        ("f", None, "failed"),
        ("g", None, "failed"),
    ]


@pytest.mark.parametrize(
    ("said", "status"),
    [(200, 200), ("404", 404), (" 503 ", 503), ("200.0", 200), (301.0, 301), (None, None), ("", None), (999, 999)],
)
def test_a_status_is_read_from_numbers_and_text(tmp_path: Path, said: object, status: int | None) -> None:
    (capture,), result = taken(tmp_path, [{"host": "a.example", "body": "x", "status": said}])
    assert (capture.status, problems(result)) == (status, [])


@pytest.mark.parametrize("said", ["OK", "20", "99", "1000", "-1", "٢٠٠", True, [200], "200 OK"])
def test_a_status_that_is_none_makes_a_capture_that_failed(tmp_path: Path, said: object) -> None:
    (capture,), result = taken(tmp_path, [{"host": "a.example", "body": "x", "status": said}])
    assert (capture.status, capture.outcome, capture.problem) == (None, "failed", "status unreadable")
    assert problems(result) == ["line 1: status unreadable; the capture counts as failed"]


FIELDS = (("A", "b"), ("A", "c"), ("D", "e f"))


@pytest.mark.parametrize(
    "said",
    [
        {"A": ["b", "c"], "D": "e f"},
        [["A", "b"], ["A", "c"], ["D", "e f"]],
        [("A", "b"), ("A", "c"), ("D", "e f")],
        [{"name": "A", "value": "b"}, {"name": "A", "value": "c"}, {"name": "D", "value": "e f"}],
        [{"key": b"A", "value": b"b"}, {"key": b"A", "value": b"c"}, {"key": b"D", "value": b"e f"}],
        ["A: b", "A: c", "D: e f"],
        '{"A": ["b", "c"], "D": "e f", "G": null}',
        ' [["A", "b"], ["A", "c"], ["D", "e f"]]',
        "A: b\r\nA: c\r\nD: e f\r\n\r\n",
        b"A: b\nA:c\nD: e\n f",
        "\r\nA: b\r\nA: c\r\nD: e f",
    ],
)
def test_header_fields_are_read_from_every_usual_form(said: object) -> None:
    assert read_headers(said) == (FIELDS, None)


def test_raw_headers_tell_the_status_too(tmp_path: Path) -> None:
    said = "HTTP/1.1 404 Not Found\r\nA: b\r\n"
    assert read_headers(said) == ((("A", "b"),), 404)
    rows = [
        {"host": "a.example", "body": "x", "headers": said},
        {"host": "b.example", "body": "x", "headers": said, "status": 200},
    ]
    captures, _ = taken(tmp_path, rows)
    assert [capture.status for capture in captures] == [404, 200]


def test_structs_lists_and_maps_of_parquet_are_header_fields(tmp_path: Path) -> None:
    shapes = {
        "struct": (pa.struct([("X-A", pa.string()), ("X-B", pa.list_(pa.string()))]), {"X-A": "1", "X-B": ["2", "3"]}),
        "map": (pa.map_(pa.string(), pa.string()), [("X-A", "1"), ("X-B", "2"), ("X-B", "3")]),
        "list": (
            pa.list_(pa.struct([("name", pa.string()), ("value", pa.binary())])),
            [{"name": "X-A", "value": b"1"}, {"name": "X-B", "value": b"2"}, {"name": "X-B", "value": b"3"}],
        ),
    }
    for name, (kind, value) in shapes.items():
        table = pa.table(
            {"host": [f"{name}.example"], "body": [b"x"], "status": [200], "headers": pa.array([value], kind)}
        )
        pq.write_table(table, tmp_path / f"{name}.parquet")
    project = project_in(tmp_path)
    collect(project, [tmp_path / "*.parquet"])
    assert [capture.headers for capture in captures_of(project)] == [(("X-A", "1"), ("X-B", "2"), ("X-B", "3"))] * 3


@pytest.mark.parametrize(
    "said", [5, "no field in it", "{broken", "[1]", '{"": "b"}', [["a"]], "[" * 100_000, [{"value": "b"}]]
)
def test_headers_that_cannot_be_read_make_a_capture_that_failed(tmp_path: Path, said: object) -> None:
    (capture,), result = taken(tmp_path, [{"host": "a.example", "body": "x", "status": 200, "headers": said}])
    assert (capture.status, capture.body, capture.outcome) == (200, b"x", "failed")
    assert problems(result) == ["line 1: headers unreadable; the capture counts as failed"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.binary(max_size=20),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
        max_leaves=12,
    )
)
def test_whatever_stands_for_headers_gives_text_or_a_value_error(said: object) -> None:
    try:
        headers, _ = read_headers(said)
    except ValueError:
        return
    for name, value in headers:
        assert (name + value).encode()


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("2025-01-02", dt.datetime(2025, 1, 2)),
        ("2025-01-02T03:04:05Z", dt.datetime(2025, 1, 2, 3, 4, 5)),
        ("2025-01-02 03:04:05.678901234+02:00", dt.datetime(2025, 1, 2, 1, 4, 5, 678901)),
        ("20250102", dt.datetime(2025, 1, 2)),
        ("20250102030405", dt.datetime(2025, 1, 2, 3, 4, 5)),
        ("Thu, 02 Jan 2025 03:04:05 GMT", dt.datetime(2025, 1, 2, 3, 4, 5)),
        ("2025-01", dt.datetime(2025, 1, 1)),
        ("1735787045", dt.datetime(2025, 1, 2, 3, 4, 5)),
        ("1735787045123", dt.datetime(2025, 1, 2, 3, 4, 5, 123000)),
        ("1735787045123456", dt.datetime(2025, 1, 2, 3, 4, 5, 123456)),
        ("1735787045123456789", dt.datetime(2025, 1, 2, 3, 4, 5, 123456)),
        ("soon", None),
        ("2025-02-30", None),
        ("9" * 100, None),
    ],
)
def test_a_moment_is_read_from_every_usual_form(said: str, moment: dt.datetime | None) -> None:
    assert parse_moment(said) == (moment and moment.replace(tzinfo=dt.UTC))


@given(st.text(max_size=40))
def test_whatever_stands_for_a_moment_none_is_raised(said: str) -> None:
    moment = parse_moment(said)
    assert moment is None or moment.utcoffset() == dt.timedelta()


@pytest.mark.parametrize(
    "column",
    [
        pa.array([dt.date(2025, 1, 2)]),
        pa.array([dt.datetime(2025, 1, 2)], pa.timestamp("s")),
        pa.array([dt.datetime(2025, 1, 2)], pa.timestamp("ns")),
        pa.array([dt.datetime(2025, 1, 2, tzinfo=dt.UTC)], pa.timestamp("ms", "Europe/Paris")),
        pa.array([1735776000]),
        pa.array([1735776000.0]),
        pa.array(["2025-01-02"]).dictionary_encode(),
    ],
)
def test_dates_of_parquet_of_every_type(tmp_path: Path, column: pa.Array) -> None:
    pq.write_table(pa.table({"host": ["a.example"], "body": ["x"], "captured": column}), tmp_path / "a.parquet")
    project = project_in(tmp_path)
    result = collect(project, [tmp_path / "a.parquet"])
    assert [capture.captured for capture in captures_of(project)] == [dt.datetime(2025, 1, 2, tzinfo=dt.UTC)]
    assert problems(result) == []


def test_a_date_that_is_none_is_named_and_the_capture_is_undated(tmp_path: Path) -> None:
    beyond = pa.array([2**62], pa.int64()).cast(pa.timestamp("us"))
    pq.write_table(pa.table({"host": ["a.example"], "body": ["x"], "captured": beyond}), tmp_path / "a.parquet")
    project = project_in(tmp_path)
    result = collect(project, [tmp_path / "a.parquet"])
    assert [capture.captured for capture in captures_of(project)] == [None]
    assert problems(result) == ["row 1: captured is no date; the capture counts as undated"]


def test_captured_says_when_for_rows_that_do_not(tmp_path: Path) -> None:
    rows = [{"host": "a.example", "body": "x", "captured": "2025-01-02T03:04:05Z"}, {"host": "b.example", "body": "x"}]
    captures, _ = taken(tmp_path, rows, captured="2019-06-30")
    assert [capture.captured for capture in captures] == [MOMENT, dt.datetime(2019, 6, 30, tzinfo=dt.UTC)]


def test_codings_are_taken_off_and_a_body_that_has_none_stays(tmp_path: Path) -> None:
    headers = [["Content-Encoding", "gzip"], ["Transfer-Encoding", "chunked"]]
    bodies = [gzip.compress(ROBOTS), ROBOTS, gzip.compress(ROBOTS)[:-20], b"3\r\nabc\r\n0\r\n\r\n"]
    rows = [
        {"host": f"{n}.example", "body": body, "status": 200, "headers": json.dumps(headers)}
        for n, body in enumerate(bodies)
    ]
    captures, _ = taken(tmp_path, rows, "rows.parquet")
    assert [(capture.body, capture.problem) for capture in captures] == [
        (ROBOTS, None),
        (ROBOTS, None),
        (captures[2].body, "broken content coding"),
        (bodies[3], None),
    ]
    assert ROBOTS.startswith(captures[2].body)
    assert captures[2].outcome == "failed"


def test_bytes_that_are_no_utf_8_stay_what_they_are_in_csv(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b'\xef\xbb\xbfhost,body,headers,status\na.example,"Dis\xe9\xff\n/a",X: \xe9,200\n')
    project = project_in(tmp_path)
    collect(project, [tmp_path / "a.csv"])
    (capture,) = captures_of(project)
    assert (capture.body, capture.headers) == (b"Dis\xe9\xff\n/a", (("X", "é"),))


def test_column_names_may_be_written_in_capitals(tmp_path: Path) -> None:
    captures, _ = taken(tmp_path, [{"Host": "a.example", "BODY": "x", " Status ": 404}])
    assert [capture.status for capture in captures] == [404]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"url": ["https://a.example/"]}, "evidence needs the columns body, and host or url; this table has url"),
        ({"body": ["x"]}, "this table has body"),
        (
            {"host": ["a"], "body": [{"a": 1}]},
            "the column body is of type struct<a: int64>; give the body as text or bytes",
        ),
        ({"host": ["a"], "body": [1]}, "the column body is of type int64"),
    ],
)
def test_a_table_without_the_columns_is_named_with_those_it_has(
    tmp_path: Path, columns: dict[str, Any], said: str
) -> None:
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    with pytest.raises(DataError, match=r"a\.parquet: ") as raised:
        collect(project_in(tmp_path), [tmp_path / "a.parquet"])
    assert said in str(raised.value)


def test_lines_that_break_the_format_are_named_and_the_others_kept(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('host,body\na.example,x\nb.example,x,y\nc.example,"x\nx"\nd.example\ne.example,x\n')
    (tmp_path / "b.jsonl").write_text(
        '{"host": "f.example", "body": "x"}\n{"host"\n[1]\n{"host": "g.example", "body": {}}\n{"host": "h.example"}\n'
    )
    project = project_in(tmp_path)
    result = collect(project, [tmp_path / "a.csv", tmp_path / "b.jsonl"])
    assert [capture.url[8] for capture in captures_of(project)] == ["a", "c", "e", "f"]
    assert problems(result) == [
        "line 3, line 6: a row with more or fewer cells than the header",
        "line 2: not valid JSON (Expecting ':' delimiter, character 9)",
        "line 3: not a JSON object",
        "line 4: the body is neither text nor bytes; the row is left out",
        "line 5: neither a body nor a status; the line is left out",
    ]


def test_what_stands_before_the_place_where_a_table_breaks_is_kept(tmp_path: Path) -> None:
    rows = "".join(f"site{number}.example,x\n" for number in range(5))
    (tmp_path / "a.csv").write_text(f'host,body\n{rows}b.example,"never ends\n')
    rng = random.Random(5)
    many = "".join(f"site{number}.example,{rng.randbytes(2000).hex()}\n" for number in range(1000))
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(f"host,body\n{many}".encode())[:-1000])
    table = pa.table(
        {"host": [f"site{n}.example" for n in range(2000)], "body": [rng.randbytes(500) for _ in range(2000)]}
    )
    pq.write_table(table, tmp_path / "c.parquet", compression="zstd", use_dictionary=False, row_group_size=1000)
    spoilt = bytearray((tmp_path / "c.parquet").read_bytes())
    spoilt[-400_000:-300_000] = bytes(100_000)
    (tmp_path / "c.parquet").write_bytes(spoilt)
    result = collect(project_in(tmp_path), [tmp_path / name for name in ("a.csv", "b.csv.gz", "c.parquet")])
    assert [file.state for file in result.files] == ["taken in"] * 3
    assert result.files[0].captures == 5
    assert "cannot be read on" in problems(result)[0]
    assert problems(result)[0].startswith("after line 6")
    assert all("nothing after it is read" in problem for problem in problems(result))
    assert len(problems(result)) == 3
    assert result.files[2].captures == 1000


@pytest.mark.parametrize("name", ["a.arrow", "a.cdxj"])
def test_a_format_that_holds_no_evidence_is_refused(tmp_path: Path, name: str) -> None:
    table = pa.table({"host": ["a.example"], "body": ["x"]})
    with pa.OSFile(str(tmp_path / "a.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    (tmp_path / "a.cdxj").write_text("org,example)/ 20240518015810 {}\n")
    with pytest.raises(DataError, match="evidence is read from WARC, Parquet, CSV, TSV and JSON Lines"):
        collect(project_in(tmp_path), [tmp_path / name])


def test_the_captures_of_well_known_sites_are_those_of_the_file(tmp_path: Path, shared_data: Path) -> None:
    table = pq.read_table(shared_data / "robots-2019.parquet").to_pylist()
    project = project_in(tmp_path)
    result = collect(project, [shared_data / "robots-2019.parquet"], captured="2019-06-30")
    assert (result.files[0].captures, result.files[0].problems) == (2111, ())
    bodies = {capture.url: capture.body for capture in captures_of(project)}
    assert bodies == {f"https://{row['host'].lower()}/robots.txt": row["body"] for row in table}


def test_six_captures_of_news_sites_stand_side_by_side(tmp_path: Path, shared_data: Path) -> None:
    project = project_in(tmp_path)
    result = collect(project, [shared_data / "news-robots-2025.parquet"])
    table = pq.read_table(shared_data / "news-robots-2025.parquet").to_pylist()
    captures = captures_of(project)
    assert len(captures) == len(table) == 600
    assert sum(capture.problem == "no body" for capture in captures) == sum(not row["body"] for row in table)
    assert {capture.captured.date() for capture in captures if capture.captured} == {row["captured"] for row in table}
    assert result.facts()["undated"] == 0
