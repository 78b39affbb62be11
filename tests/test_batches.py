"""Rows of Arrow IPC, WARC and CDXJ files: all of them, or an error that names the place."""

import gzip
import io
import json
import re
import zlib
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from datasummary.errors import DataError
from datasummary.manifests.batches import ROWS_PER_BATCH, record_batches
from datasummary.manifests.layouts import Layout, read_layout
from datasummary.manifests.shards import list_shards

pytestmark = pytest.mark.filterwarnings("ignore:Unclosed file <tempfile:ResourceWarning")  # by warcio's writer

DATE = "2025-01-02T03:04:05Z"
WARC_COLUMNS = frozenset({"url", "date", "payload_bytes"})


def layout_of(folder: Path, name: str, data: bytes) -> Layout:
    (folder / name).write_bytes(data)
    return read_layout(list_shards([name], folder)[0])


def rows_of(layout: Layout, columns: frozenset[str] | None = None) -> list[dict[str, Any]]:
    batches = record_batches(layout, frozenset(layout.schema.names) if columns is None else columns)
    return [row for batch in batches for row in batch.to_pylist()]


def record(block: bytes, kind: str = "response", uri: str = "https://example.org/", **headers: str) -> bytes:
    """Make one WARC record by hand, so that it can be wrong."""
    named = {"WARC-Type": kind, "WARC-Target-URI": uri, "WARC-Date": DATE, "Content-Length": str(len(block))}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return b"WARC/1.0\r\n" + lines.encode() + b"\r\n" + block + b"\r\n\r\n"


def http(body: bytes, *headers: str) -> bytes:
    return "".join(f"{line}\r\n" for line in ("HTTP/1.1 200 OK", *headers)).encode() + b"\r\n" + body


def crawl(packed: bool) -> tuple[bytes, list[dict[str, Any]]]:
    """Write a small crawl with warcio; give its bytes and the rows it must give."""
    sink = io.BytesIO()
    writer = WARCWriter(sink, gzip=packed)
    writer.write_record(writer.create_warcinfo_record("crawl.warc", {"software": "tests"}))
    body = b"<p>" + b"word " * 9
    for path, sent in [("plain", body), ("none", b""), ("coded", gzip.compress(body))]:
        request = StatusAndHeaders(f"GET /{path} HTTP/1.1", [("Host", "example.org")], is_http_request=True)
        response = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        for kind, headers, content in [("request", request, b""), ("response", response, sent)]:
            writer.write_record(
                writer.create_warc_record(
                    f"https://example.org/{path}",
                    kind,
                    payload=io.BytesIO(content),
                    http_headers=headers,
                    warc_headers_dict={"WARC-Date": DATE},
                )
            )
    for kind in ("resource", "conversion", "metadata"):
        writer.write_record(
            writer.create_warc_record(
                f"https://example.org/{kind}",
                kind,
                payload=io.BytesIO(b"HTTP/1.1 is what this text is about"),
                warc_content_type="text/plain",
                warc_headers_dict={"WARC-Date": DATE},
            )
        )
    sizes = {"plain": len(body), "none": 0, "coded": len(gzip.compress(body)), "resource": 35, "conversion": 35}
    rows = [{"url": f"https://example.org/{p}", "date": DATE, "payload_bytes": size} for p, size in sizes.items()]
    return sink.getvalue(), rows


def test_the_common_crawl_sample_has_one_response_of_the_size_that_its_bytes_show(shared_data: Path) -> None:
    sample = shared_data / "commoncrawl-sample.warc.gz"
    text = gzip.decompress(sample.read_bytes())
    response = text[text.index(b"WARC-Type: response") :]
    length = int(re.search(rb"Content-Length: (\d+)", response)[1])  # type: ignore[index]
    block = response.split(b"\r\n\r\n", 1)[1][:length]
    layout = read_layout(list_shards([str(sample)], shared_data)[0])
    assert rows_of(layout) == [
        {
            "url": "https://an.wikipedia.org/wiki/Escopete",
            "date": "2024-05-18T01:58:10Z",
            "payload_bytes": len(block.split(b"\r\n\r\n", 1)[1]),
        }
    ]


def test_the_common_crawl_sample_cut_anywhere_gives_an_error_or_ends_between_records(
    shared_data: Path, tmp_path: Path
) -> None:
    data = (shared_data / "commoncrawl-sample.warc.gz").read_bytes()
    layout = layout_of(tmp_path, "cut.warc.gz", data)
    ends, rest = set(), data
    while rest:
        member = zlib.decompressobj(31)
        member.decompress(rest)
        rest = member.unused_data
        ends.add(len(data) - len(rest))
    for cut in {*range(1, len(data), 97), *(end + step for end in ends for step in (-9, -8, -1, 0, 1, 2))}:
        Path(layout.shard.path).write_bytes(data[:cut])
        if cut in ends or cut > len(data):
            rows_of(layout)
        else:
            with pytest.raises(DataError, match=r"^cut\.warc\.gz: record \d at byte \d+ of the unpacked stream"):
                rows_of(layout)


@pytest.mark.parametrize("name", ["crawl.warc", "crawl.warc.gz", "crawl.warc.zst", "one-member.warc.gz"])
def test_a_row_stands_for_each_response_resource_and_conversion(tmp_path: Path, name: str) -> None:
    data, rows = crawl(packed=name == "crawl.warc.gz")
    if name.endswith(".zst"):
        data = pa.compress(data, "zstd", asbytes=True)
    elif name.startswith("one-member"):
        data = gzip.compress(data)
    layout = layout_of(tmp_path, name, data)
    assert rows_of(layout) == rows
    assert rows_of(layout, frozenset({"payload_bytes"})) == [{"payload_bytes": row["payload_bytes"]} for row in rows]


def test_remote_shards_are_read_like_local_ones() -> None:
    data, rows = crawl(packed=True)
    fsspec.filesystem("memory").pipe("/crawl/part.warc.gz", data)
    layout = read_layout(list_shards(["memory://crawl/part.warc.gz"], Path.cwd())[0])
    assert rows_of(layout) == rows


@pytest.mark.parametrize("packed", [False, True])
def test_a_warc_cut_anywhere_gives_an_error_or_ends_between_records(tmp_path: Path, packed: bool) -> None:
    data, rows = crawl(packed)
    name = "crawl.warc.gz" if packed else "crawl.warc"
    layout = layout_of(tmp_path, name, data)
    starts = [0]
    with io.BytesIO(data) as file:
        records = ArchiveIterator(file)
        starts += [records.get_record_offset() + records.get_record_length() for _ in records]
    ends = set(starts) if packed else {start + 4 for start in starts[1:]} | {0}
    whole = 0
    for cut in range(1, len(data)):
        Path(layout.shard.path).write_bytes(data[:cut])
        try:
            got = rows_of(layout)
        except DataError as error:
            assert str(error).startswith(f"{name}: record ")  # noqa: PT017
            continue
        assert got == rows[: len(got)]
        # Line ends more or less between records lose nothing.
        assert cut in ends
        whole += 1
    assert whole == len(ends) - 2


def test_the_error_names_the_record_that_is_cut(tmp_path: Path) -> None:
    data = record(http(b"one")) + record(http(b"x" * 1000), uri="https://example.org/second")
    layout = layout_of(tmp_path, "cut.warc", data[:-500])
    with pytest.raises(
        DataError,
        match=r"^cut\.warc: record 2 at byte \d+ of the file \(https://example\.org/second\): the file ends 523 bytes "
        r"into a record of 1,019\. ",
    ):
        rows_of(layout)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (record(http(b"x"), Content_Length="19"), "no two line ends follow the 19 bytes"),
        (record(http(b"x"), Content_Length="21"), "no two line ends follow the 21 bytes"),
        (record(http(b"x"), Content_Length="-1"), "Content-Length is not a number of bytes: '-1'"),
        (record(http(b"x"), Content_Length="1_0"), "Content-Length is not a number"),
        (record(http(b"x"), Content_Length="٣"), "Content-Length is not a number"),
        (record(http(b"x"), Content_Length="9" * 30), "Content-Length is not a number"),
        (record(http(b"x"), Content_Length="9" * 18), "the file ends"),
        (record(http(b"x")).replace(b"Content-Length", b"Content-Size"), "Content-Length is not a number"),
        (record(http(b"x"), content_length="19"), "broken or repeated line"),
        (record(http(b"x")).replace(b"WARC-Type", b"Type"), "no WARC-Type"),
        (record(http(b"x")).replace(b"WARC-Date:", b"WARC-Date"), "broken or repeated line: 'WARC-Date 2025"),
        (b"garbage\r\n", "begins with WARC/ and a version, not with b'garbage"),
        (b"\0" * 100_000, "begins with WARC/"),
        (b"WARC/1.0 and more\r\n", "begins with WARC/"),
        (record(b"x", kind="continuation", WARC_Segment_Number="2"), "one of several segments"),
    ],
)
def test_what_breaks_the_framing_is_an_error_and_never_skipped(tmp_path: Path, bad: bytes, said: str) -> None:
    data = record(http(b"good")) + bad + record(http(b"good"))
    layout = layout_of(tmp_path, "bad.warc", data)
    with pytest.raises(DataError, match=r"^bad\.warc: record 2 at byte ") as raised:
        rows_of(layout)
    assert said in str(raised.value)


def test_a_header_without_end_is_not_read_into_memory_as_a_whole(tmp_path: Path) -> None:
    layout = layout_of(tmp_path, "bad.warc", b"WARC/1.0\r\n" + b"x" * (17 << 20))
    with pytest.raises(DataError, match="header is longer than 16 MiB"):
        rows_of(layout)


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("<https://example.org/a>", "https://example.org/a"),
        ("https://example.org/a b", "https://example.org/a b"),
        ("https://bücher.example/", "https://bücher.example/"),
        ("https://example.org/" + "x" * 1_000_000, "https://example.org/" + "x" * 1_000_000),
        ("", ""),
    ],
)
def test_the_target_uri_comes_as_written_but_for_angle_brackets(tmp_path: Path, written: str, url: str) -> None:
    assert [row["url"] for row in rows_of(layout_of(tmp_path, "a.warc", record(http(b""), uri=written)))] == [url]


def test_a_record_without_uri_or_date_still_counts(tmp_path: Path) -> None:
    data = record(b"text", "conversion").replace(b"WARC-Target-URI", b"X").replace(b"WARC-Date", b"Y")
    assert rows_of(layout_of(tmp_path, "a.warc", data)) == [{"url": None, "date": None, "payload_bytes": 4}]


@pytest.mark.parametrize(
    ("block", "size"),
    [
        (http(b"12345"), 5),
        (http(b"12345", "Content-Encoding: gzip"), 5),
        (http(b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: 1\r\n\r\n", "Transfer-Encoding: chunked"), 5),
        (http(b"3\nabc\n0\n\n", "transfer-encoding:  gzip, Chunked "), 3),
        (http(b"5\r\nab", "Transfer-Encoding: chunked"), 2),
        (http(b"2\r\nab\r\n1f", "Transfer-Encoding: chunked"), 2),
        (http(b"ffffffffffffffff\r\nab", "Transfer-Encoding: chunked"), 2),
        (http(b"<html>decoded before", "Transfer-Encoding: chunked"), 20),
        (http(b"2\r\nabc\r\n0\r\n\r\n", "Transfer-Encoding: chunked"), 13),
        (http(b"0x2\r\nab\r\n", "Transfer-Encoding: chunked"), 9),
        (http(b"3\r\nabc\r\n0\r\n\r\n", "X-Crawler-Transfer-Encoding: chunked"), 13),
        (http(b"12345", "X: " + "y" * 65_533, "Z: 1"), 5),
        (b"HTTP/1.1 200 OK\r\nA: b", 0),
        (b"HTTP/1.0 200 OK\n\nab", 2),
        (b"20250102030405\nexample.org. 300 IN A 192.0.2.1\n", 47),
        (b"", 0),
    ],
)
def test_the_payload_of_a_response_is_its_body_without_transfer_coding(tmp_path: Path, block: bytes, size: int) -> None:
    data = record(block) + record(http(b"next"))
    assert [row["payload_bytes"] for row in rows_of(layout_of(tmp_path, "a.warc", data))] == [size, 4]


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=5))
def test_a_chunked_body_counts_what_was_put_into_it(
    tmp_path_factory: pytest.TempPathFactory, chunks: list[bytes]
) -> None:
    sent = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    data = record(http(sent, "Transfer-Encoding: chunked"))
    (row,) = rows_of(layout_of(tmp_path_factory.mktemp("warc"), "a.warc", data))
    assert row["payload_bytes"] == sum(map(len, chunks))


@given(st.binary(max_size=300))
def test_whatever_stands_in_a_record_the_next_one_is_found(
    tmp_path_factory: pytest.TempPathFactory, block: bytes
) -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + block
    data = record(block) + record(chunked) + record(b"last", "resource", "https://example.org/last")
    rows = rows_of(layout_of(tmp_path_factory.mktemp("warc"), "a.warc", data))
    assert len(rows) == 3
    assert rows[2] == {"url": "https://example.org/last", "date": DATE, "payload_bytes": 4}


def table(rows: int) -> pa.Table:
    words = pa.array([f"word {i % 7}" for i in range(rows)])
    return pa.table(
        {
            "url": pa.array([f"https://example.org/{i}" for i in range(rows)]).dictionary_encode(),
            "meta": pa.StructArray.from_arrays([words.dictionary_encode(), pa.array(range(rows))], ["word", "n"]),
            "tags": pa.ListArray.from_arrays(pa.array(range(rows + 1), pa.int32()), words).cast(
                pa.list_(pa.dictionary(pa.int32(), pa.string()))
            ),
            "size": pa.array(range(rows)),
        }
    )


def ipc(data: pa.Table, name: str, **options: Any) -> bytes:
    sink = io.BytesIO()
    make = pa.ipc.new_stream if name.endswith("s") else pa.ipc.new_file
    with make(sink, data.schema, options=pa.ipc.IpcWriteOptions(unify_dictionaries=True, **options)) as writer:
        writer.write_table(data)
    return sink.getvalue()


@pytest.mark.parametrize("name", ["rows.arrow", "rows.arrows"])
@pytest.mark.parametrize("compression", [None, "zstd"])
def test_arrow_rows_come_decoded_in_small_batches(tmp_path: Path, name: str, compression: str | None) -> None:
    data = table(ROWS_PER_BATCH + 10)
    layout = layout_of(tmp_path, name, ipc(data, name, compression=compression))
    assert "dictionary" not in str(layout.schema)
    batches = list(record_batches(layout, frozenset(data.column_names)))
    assert [batch.num_rows for batch in batches] == [ROWS_PER_BATCH, 10]
    assert pa.Table.from_batches(batches).schema == layout.schema
    assert pa.Table.from_batches(batches).to_pylist() == data.to_pylist()


@pytest.mark.parametrize("name", ["rows.arrow", "rows.arrows"])
def test_arrow_gives_only_the_wanted_columns(tmp_path: Path, name: str) -> None:
    layout = layout_of(tmp_path, name, ipc(table(3), name))
    assert rows_of(layout, frozenset({"size", "url"})) == table(3).select(["url", "size"]).to_pylist()


@pytest.mark.parametrize("name", ["rows.arrow", "rows.arrows"])
def test_arrow_cut_anywhere_is_an_error(tmp_path: Path, name: str) -> None:
    data = table(20).select(["url", "size"])
    whole = ipc(data, name, compression=None) if name == "rows.arrow" else ipc(pa.concat_tables([data, data]), name)
    layout = layout_of(tmp_path, name, whole)
    for cut in range(len(whole)):
        Path(layout.shard.path).write_bytes(whole[:cut])
        with pytest.raises(DataError, match=rf"^{name}: "):
            rows_of(layout)


def test_a_second_arrow_stream_in_one_file_is_not_left_unread(tmp_path: Path) -> None:
    one = ipc(table(3), "rows.arrows")
    with pytest.raises(DataError, match=rf"more bytes follow the end of the Arrow stream at byte {len(one)}"):
        rows_of(layout_of(tmp_path, "rows.arrows", one + one))


def test_text_that_is_not_utf_8_in_arrow_is_an_error(tmp_path: Path) -> None:
    text = pa.array([b"good", b"\xff\xfe"]).view(pa.string())
    layout = layout_of(tmp_path, "rows.arrow", ipc(pa.table({"url": text}), "rows.arrow"))
    with pytest.raises(DataError, match=r"^rows\.arrow: .*UTF8"):
        rows_of(layout)


def cdxj(url: str, **fields: object) -> bytes:
    return b"org,example)/ 20240518015810 " + json.dumps({"url": url, **fields}).encode() + b"\n"


@pytest.mark.parametrize("pack", [lambda data: data, gzip.compress])
def test_cdxj_lines_give_their_fields_as_text(tmp_path: Path, pack: Any) -> None:
    data = (
        b" CDX N b a m s k r M S V g\n!OpenWayback-CDXJ 1.0\n\n"
        + cdxj("https://example.org/", status="200", mime="text/html", digest="ABC", length="123", languages="eng,fra")
        + cdxj("https://example.org/ü", status=404, length=77, timestamp="no", filename="x", more={"a": [1]})
    )
    name = "index.cdxj" if pack(b"") == b"" else "index.cdxj.gz"
    rows = rows_of(layout_of(tmp_path, name, pack(data)))
    assert rows == [
        {
            "url": "https://example.org/",
            "timestamp": "20240518015810",
            "status": "200",
            "mime": "text/html",
            "digest": "ABC",
            "warc_record_length": "123",
            "languages": "eng,fra",
        },
        {
            "url": "https://example.org/ü",
            "timestamp": "20240518015810",
            "status": "404",
            "mime": None,
            "digest": None,
            "warc_record_length": "77",
            "languages": None,
        },
    ]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (b"org,example)/ 20240518015810\n", "not CDXJ"),
        (b"org,example)/ 2024-05-18 {}\n", "not CDXJ"),
        (b'{"url": "https://example.org/"}\n', "not CDXJ"),
        (b"org,example)/ 20240518015810 https://example.org/ text/html 200 ABC - - 1 2 f\n", "not CDXJ"),
        (b'org,example)/ 20240518015810 {"url": \n', "not valid JSON"),
        (b'org,example)/ 20240518015810 {"url": "\\udc00"}\n', "half of a surrogate pair"),
        (b'org,example)/ 20240518015810 {"url": "\xff"}\n', "not valid UTF-8 (byte 0xff"),
        (cdxj("https://example.org/")[:-9], "not valid JSON"),
        (b"\0\n", "not CDXJ"),
    ],
)
def test_a_broken_cdxj_line_is_named_by_its_true_number(tmp_path: Path, bad: bytes, said: str) -> None:
    data = b" CDX N b a\n\n" + cdxj("https://example.org/1") + bad + b"\n" + cdxj("https://example.org/2")
    layout = layout_of(tmp_path, "index.cdxj", data)
    with pytest.raises(DataError, match=r"^index\.cdxj: line 4: ") as raised:
        rows_of(layout)
    assert said in str(raised.value)


def test_a_cut_cdxj_stream_is_an_error(tmp_path: Path) -> None:
    packed = gzip.compress(b"".join(cdxj(f"https://example.org/{i}") for i in range(50)))
    layout = layout_of(tmp_path, "index.cdxj.gz", packed)
    for cut in range(3, len(packed)):
        Path(layout.shard.path).write_bytes(packed[:cut])
        with pytest.raises(DataError, match=r"^index\.cdxj\.gz: after line \d+: the file cannot be read on"):
            rows_of(layout)


def test_cdxj_comes_in_batches_bounded_by_rows_and_by_text(tmp_path: Path) -> None:
    many = cdxj("https://example.org/") * (ROWS_PER_BATCH + 1)
    layout = layout_of(tmp_path, "many.cdxj", many)
    assert [b.num_rows for b in record_batches(layout, frozenset({"url"}))] == [ROWS_PER_BATCH, 1]
    long = cdxj("https://example.org/" + "x" * (12 << 20)) * 4
    layout = layout_of(tmp_path, "long.cdxj", long)
    assert [b.num_rows for b in record_batches(layout, frozenset({"status"}))] == [3, 1]
