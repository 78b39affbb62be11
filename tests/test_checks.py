"""Whether compressed text is whole, and which line of it is broken."""

import csv
import gzip
import io
import json
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasummary.errors import DataError
from datasummary.manifests.checks import LONGEST_LINE, check_compressed, find_broken_line
from datasummary.manifests.layouts import Layout, read_layout
from datasummary.manifests.shards import list_shards

ROWS = b"".join(b'{"url": "https://example.org/%d", "n": %d}\n' % (i, i * 7919 % 1000) for i in range(40))


def zstd(data: bytes) -> bytes:
    return pa.compress(data, "zstd", asbytes=True)


PACK = {"gz": gzip.compress, "zst": zstd}


def layout_of(folder: Path, name: str, data: bytes) -> Layout:
    (folder / name).write_bytes(data)
    return read_layout(list_shards([name], folder)[0])


def broken_line(folder: Path, name: str, data: bytes) -> str | None:
    """Look at rows that stand behind a good head, as the layout is read before anything breaks."""
    layout = layout_of(folder, name, data.split(b"\n")[0] + b"\n")
    (folder / name).write_bytes(data)
    return find_broken_line(layout)


@pytest.mark.parametrize("ending", ["gz", "zst"])
@pytest.mark.parametrize("parts", [1, 3])
def test_every_cut_of_a_compressed_file_is_noticed(tmp_path: Path, ending: str, parts: int) -> None:
    step = len(ROWS) // parts + 1
    packed = [PACK[ending](ROWS[i * step : (i + 1) * step]) for i in range(parts)]
    whole = b"".join(packed)
    boundaries = {sum(map(len, packed[:count])) for count in range(parts + 1)}
    name = f"rows.jsonl.{ending}"
    layout = layout_of(tmp_path, name, whole)
    check_compressed(layout)
    for cut in set(range(1, len(whole))) - boundaries:
        (tmp_path / name).write_bytes(whole[:cut])
        with pytest.raises(DataError, match=rf"^{name}: the \w+ stream is cut short or damaged"):
            check_compressed(layout)


@pytest.mark.parametrize("ending", ["gz", "zst"])
@pytest.mark.parametrize("garbage", [b"\0", b"\0" * 600, b"\n", b"more rows\n", b"\x1f\x8b", b"\x28\xb5\x2f"])
def test_bytes_behind_the_last_stream_are_noticed(tmp_path: Path, ending: str, garbage: bytes) -> None:
    layout = layout_of(tmp_path, f"rows.jsonl.{ending}", PACK[ending](ROWS))
    with Path(layout.shard.path).open("ab") as file:
        file.write(garbage)
    with pytest.raises(DataError, match="cut short or damaged"):
        check_compressed(layout)


def test_a_changed_byte_in_the_data_fails_the_checksum(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(ROWS, compresslevel=0))
    layout = layout_of(tmp_path, "rows.jsonl.gz", bytes(packed))
    packed[len(packed) // 2] ^= 1
    Path(layout.shard.path).write_bytes(packed)
    with pytest.raises(DataError, match="cut short or damaged"):
        check_compressed(layout)


def test_a_plain_file_has_no_stream_to_check(tmp_path: Path) -> None:
    check_compressed(layout_of(tmp_path, "rows.jsonl", ROWS))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (b'{"a": 1', "line 3: not valid JSON (Expecting ',' delimiter, character 9)"),
        (b'{"a": 1} {"a": 2}', "line 3: not valid JSON (Extra data, character 10)"),
        (b"[1]", "line 3: not a JSON object"),
        (b"null", "line 3: not a JSON object"),
        (b'{"a": "\xff"}', "line 3: not valid UTF-8 (byte 0xff at position 8)"),
        (b'{"a": "\\ud800"}', "line 3: not valid JSON (half of a surrogate pair stands alone)"),
        (b'{"a": "\x01"}', "line 3: not valid JSON (Invalid control character at, character 8)"),
        (b'{"a":' + b"[" * 200_000, "line 3: not valid JSON (nested too deeply)"),
        (b'{"a": 1}\r{"a": 2}', "line 3: not valid JSON (Extra data, character 10)"),
    ],
)
def test_a_broken_json_line_is_named_by_its_true_number(tmp_path: Path, rows: bytes, said: str) -> None:
    assert broken_line(tmp_path, "rows.jsonl", b'{"a": 0}\n\n' + rows + b'\n{"a": 3}\n') == said


@pytest.mark.parametrize(
    "row",
    [
        b"",
        b" \t\r",
        b'{"a": NaN}',
        b'{"a": 1e999}',
        b'{"a": ' + b"9" * 10_000 + b"}",
        b'{"a": "\\ud83d\\ude00"}',
        b'{"a": "' + b"x" * 5_000_000 + b'"}',
        '{"a": "\u2028\x85"}'.encode(),
    ],
)
def test_what_engines_read_is_no_broken_json_line(tmp_path: Path, row: bytes) -> None:
    assert broken_line(tmp_path, "rows.jsonl", b'{"a": 0}\n' + row + b"\n" + b'{"a": 3}') is None


def test_a_byte_order_mark_before_json_is_named(tmp_path: Path) -> None:
    found = find_broken_line(layout_of(tmp_path, "rows.jsonl", b'\xef\xbb\xbf{"a": 1}\n'))
    assert found == "line 1: it begins with a byte order mark, which JSON does not allow"


def test_a_line_without_end_is_not_read_into_memory_as_a_whole(tmp_path: Path) -> None:
    endless = b'{"a": "' + b"x" * (LONGEST_LINE + 1000)
    assert broken_line(tmp_path, "rows.jsonl", b'{"a": 0}\n' + endless) == "line 2: longer than 32 MiB"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (b"1,2\n1,2,3\n", "line 3: 3 columns, the header has 2"),
        (b"1,2\n\n1\n", "line 4: 1 column, the header has 2"),
        (b'"x\ny\nz",2\n1\n', "line 5: 1 column, the header has 2"),
        (b'1,"x\ny\nz"w\n', "line 2: a quoted field goes on after its closing quote; a quote inside a field is "),
        (b'1,2\n3,"x\n4,5\n6,7\n', "line 3: a quoted field begins in this row and never ends"),
        (b"1,2\n3,\xc3(\n", "line 3: not valid UTF-8 (byte 0xc3 at position 3)"),
        (b'1,"x\ny\xff"\n', "line 3: not valid UTF-8 (byte 0xff at position 2)"),
        (b"1,2\r3,4\n", "line 2: a carriage return stands alone outside quotes"),
    ],
)
def test_a_broken_csv_row_is_named_by_the_line_it_starts_at(tmp_path: Path, rows: bytes, said: str) -> None:
    found = broken_line(tmp_path, "rows.csv", b"\xef\xbb\xbfa,b\n" + rows)
    assert found is not None
    assert found.startswith(said)


def test_tabs_separate_the_columns_of_tsv(tmp_path: Path) -> None:
    assert broken_line(tmp_path, "rows.tsv", b"a\tb\n1,5\t2\n") is None
    assert broken_line(tmp_path, "rows.tsv", b"a\tb\n1,2\n") == "line 2: 1 column, the header has 2"


def test_a_url_of_megabytes_is_no_broken_row_and_the_csv_module_keeps_its_limit(tmp_path: Path) -> None:
    before = csv.field_size_limit()
    url = b"https://example.org/" + b"x" * 3_000_000
    assert broken_line(tmp_path, "rows.csv", b"a,b\n" + url + b",2\n") is None
    assert broken_line(tmp_path, "rows.csv", b"a,b\n" + url + b",2\n3\n") == "line 3: 1 column, the header has 2"
    assert csv.field_size_limit() == before


def test_the_line_after_which_a_cut_stream_ends_is_named(tmp_path: Path) -> None:
    many = b"".join(b'{"a": "%d"}\n' % (i * 2654435761) for i in range(200_000))
    layout = layout_of(tmp_path, "rows.jsonl.gz", gzip.compress(many, compresslevel=1)[:-100])
    found = find_broken_line(layout)
    assert found is not None
    assert found.startswith("after line ")
    assert "Truncated compressed stream" in found


@given(
    st.lists(st.lists(st.text(st.characters(codec="utf-8")), min_size=3, max_size=3), max_size=8),
    st.integers(1, 2) | st.integers(4, 6),
)
def test_csv_as_python_writes_it_has_no_broken_line_until_a_ragged_row_follows(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], columns: int
) -> None:
    folder = tmp_path_factory.mktemp("csv")
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerows([["a", "b", "c"], *rows])
    good = text.getvalue().encode()
    assert broken_line(folder, "rows.csv", good) is None
    found = broken_line(folder, "rows.csv", good + b",".join([b"x"] * columns) + b"\n")
    assert found is not None
    lines = good.count(b"\n")
    assert found.startswith(f"line {lines + 1}: {columns} column")


@given(st.lists(st.dictionaries(st.text(), st.text() | st.integers() | st.none() | st.lists(st.floats()))))
def test_json_as_python_writes_it_has_no_broken_line(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, object]]
) -> None:
    folder = tmp_path_factory.mktemp("json")
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    assert broken_line(folder, "rows.jsonl", b'{"a": 0}\n' + lines.encode()) is None
