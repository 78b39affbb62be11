"""What the scan counts is what a plain loop over the rows counts, however dirty they are."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manifest_files import FORMATS, Row, count_plainly, plain_domain, project_of, write_rows

from datasummary.domains import REASONS, Authority, parse_authority, registrable_domains
from datasummary.inventory import scan
from datasummary.manifests.dates import parse_day
from datasummary.tables import Inventory

SITES = ["example.com", "Bücher.example.de", "xn--bcher-kva.example.de", "WWW.Example.CO.UK", "a.b.city.kawasaki.jp"]
HOSTS = [
    *SITES,
    "localhost",
    "co.uk",
    "user:pass@shop.example.com",
    "example.com:8080",
    "example.com:443",
    "example.com:99999",
    "example.com.",
    "..",
    "two words.com",
    "192.0.2.7",
    "0x7f.1",
    "[2001:db8::1]:80",
    "[::1",
    "foo_bar.example.org",
    "例え。テスト",
    "i❤.ws",
    "ex%61mple.net",
    "a" * 70 + ".com",
    "",
]
PATHS = ["", "/", "/a?b=http://other.org/", "?x=/y", "#top", "\\@evil.example.org/", "/ü", "/" + "a" * 300]
SCHEMES = [
    "http://",
    "https://",
    "HTTPS://",
    "hTTp:\\\\",
    "  https://",
    "\thttp://",
    "http:/",
    "http:",
    "//",
    "",
    "ftp://",
]
DIRT = [
    "",
    " ",
    "\t",
    "mailto:a@example.com",
    "data:image/png;base64,AAAA",
    "relative/path",
    "/x",
    "example.com/x",
    "?no_url",
    "?",
]
DATES = [
    "2024-05-18T01:58:10Z",
    "2024-05-18 01:58:10+02:00",
    "2025-12-31",
    "2024/02/03",
    "2024-2-3",
    "2024-02",
    "20240518015810",
    "20240518",
    "Sat, 18 May 2024 01:58:10 GMT",
    "18 May 2024",
    "1716000000",
    "1716000000123",
    "1716000000.5",
    "2025-13-45",
    "2025-02-30",
    "1969-12-31",
    "2031-07-01",
    "yesterday",
    "n/a",
    " ",
    "",
    "0",
]
LANGUAGES = [
    "en",
    "EN",
    "eng",
    "eng_Latn",
    "__label__en",
    "en-US",
    "English",
    "de",
    "deu",
    "fra",
    "",
    "xx-klingon",
    "und",
]

urls = st.none() | st.sampled_from(DIRT) | st.builds("".join, st.tuples(*map(st.sampled_from, (SCHEMES, HOSTS, PATHS))))
sizes = (
    st.none()
    | st.integers(-3, 5000).map(float)
    | st.sampled_from([0.4, 0.5, 12.5, 2.0**53, 2.0**53 + 2, 1e300, -1e300, float("nan"), float("inf"), float("-inf")])
)
rows = st.tuples(urls, sizes, st.none() | st.sampled_from(LANGUAGES), st.none() | st.sampled_from(DATES))


def assert_counts_as_a_plain_loop(found: Inventory, written: list[Row]) -> None:
    plain = count_plainly(written)
    domains = {
        row["domain"]: [row["documents"], row["size"], row["first_date"], row["last_date"]]
        for row in found.domains.arrow().to_pylist()
    }
    assert domains == plain.domains
    reasons = {row["reason"]: [row["documents"], row["size"]] for row in found.unattributed.arrow().to_pylist()}
    assert reasons == dict(plain.reasons)
    totals = {
        (row["language"], row["month"]): [row["documents"], row["size"], row["bad_sizes"]]
        for row in found.totals.arrow().to_pylist()
    }
    assert totals == dict(plain.totals)
    source = found.sources.arrow().to_pylist()[0]
    assert (source["documents"], source["size"], source["rows"]) == (plain.documents, plain.size, len(written))


@settings(max_examples=30)
@given(written=st.lists(rows, min_size=1, max_size=40), format_=st.sampled_from(FORMATS), shards=st.integers(1, 3))
def test_domains_and_what_has_none_add_up_to_the_manifest_in_every_format(
    written: list[Row], format_: str, shards: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for number in range(min(shards, len(written))):
            write_rows(home / f"data/part-{number}.{format_}", written[number::shards])
        project = project_of(home, {"manifests": ["data"], "columns": {"size": "size"}})
        assert_counts_as_a_plain_loop(scan(project), written)


@pytest.mark.parametrize("kind", ["date", "timestamp", "utc", "offset", "seconds", "milliseconds", "digits"])
def test_a_date_counts_the_same_in_whatever_type_it_is_stored(tmp_path: Path, kind: str) -> None:
    moments = [dt.datetime(2024, 5, 18, 23, 58, tzinfo=dt.UTC), None, dt.datetime(1980, 1, 1, tzinfo=dt.UTC)]
    stored = {
        "date": pa.array([m and m.date() for m in moments], pa.date32()),
        "timestamp": pa.array([m and m.replace(tzinfo=None) for m in moments], pa.timestamp("us")),
        "utc": pa.array(moments, pa.timestamp("ms", "UTC")),
        "offset": pa.array(moments, pa.timestamp("us", "America/New_York")),
        "seconds": pa.array([m and int(m.timestamp()) for m in moments], pa.int64()),
        "milliseconds": pa.array([m and m.timestamp() * 1000 for m in moments], pa.float64()),
        "digits": pa.array([m and int(f"{m:%Y%m%d%H%M%S}") for m in moments], pa.int64()),
    }[kind]
    table = pa.table({"url": ["https://example.com/"] * 3, "token_count": [1, 2, 3], "date": stored})
    pq.write_table(table, tmp_path / "part.parquet")
    source = scan(project_of(tmp_path, {"manifests": ["part.parquet"]})).sources.arrow().to_pylist()[0]
    assert source["first_date"] == source["last_date"] == dt.date(2024, 5, 18)
    assert (source["no_date"], source["dates_out_of_range"], source["bad_dates"]) == (1, 1, 0)


def test_sizes_past_64_bits_are_added_up_exactly(tmp_path: Path) -> None:
    count = 1100
    table = pa.table({"url": ["https://example.com/"] * count, "token_count": pa.array([2**53] * count, pa.int64())})
    pq.write_table(table, tmp_path / "part.parquet")
    found = scan(project_of(tmp_path, {"manifests": ["part.parquet"]}))
    assert int(found.domains.arrow().column("size")[0].as_py()) == count * 2**53
    assert int(found.sources.arrow().column("size")[0].as_py()) == count * 2**53


labels = st.sampled_from(
    ["www", "a", "foo", "xn--bcher-kva", "city", "co", "com", "uk", "jp", "kawasaki", "ck", "x_y", "-z"]
)
suffixes = st.sampled_from(
    ["com", "co.uk", "jp", "kawasaki.jp", "city.kawasaki.jp", "ck", "www.ck", "github.io", "xn--p1ai", "zz", "no", "er",
     "compute.amazonaws.com", "pvt.k12.ma.us", "mm", "local"]
)  # fmt: skip


@given(hosts=st.lists(st.builds(lambda a, b: ".".join([*a, b]), st.lists(labels, max_size=4), suffixes), max_size=60))
def test_every_host_has_the_registrable_domain_that_tldextract_gives(hosts: list[str]) -> None:
    assert registrable_domains(hosts).to_pylist() == [plain_domain(host) for host in hosts]
    expected = [plain_domain(host, private=True) for host in hosts]
    assert registrable_domains(hosts, "private_suffix").to_pylist() == expected


@pytest.mark.parametrize(
    ("authority", "host", "port", "reason"),
    [
        ("Example.COM", "example.com", None, None),
        ("user:p@ss@example.com:8080", "example.com", 8080, None),
        ("example.com:", "example.com", None, None),
        ("example.com:80", "example.com", None, None),
        ("example.com:443", "example.com", None, None),
        ("example.com:65536", None, None, "bad_host"),
        ("example.com:8o", None, None, "bad_host"),
        ("example.com.", "example.com", None, None),
        ("example..com", None, None, "bad_host"),
        ("Bücher.example", "xn--bcher-kva.example", None, None),
        ("ＥＸＡＭＰＬＥ。com", "example.com", None, None),
        ("ex%61mple.com", "example.com", None, None),
        ("ex%ff.com", None, None, "bad_host"),
        ("a b.com", None, None, "bad_host"),
        ("exam\tple.com", "example.com", None, None),
        ("1.2.3.4", "1.2.3.4", None, "ip_address"),
        ("0x7f.1:81", "127.0.0.1", 81, "ip_address"),
        ("1.2.3.999", None, None, "bad_host"),
        ("[2001:DB8::1]:8080", "[2001:db8::1]", 8080, "ip_address"),
        ("[::1", None, None, "bad_host"),
        ("", None, None, "no_host"),
        (":80", None, None, "no_host"),
        ("x" * 64 + ".com", None, None, "bad_host"),
        (".".join(["x" * 60] * 5), None, None, "bad_host"),
    ],
)
def test_an_authority_is_read_as_a_browser_reads_it(
    authority: str, host: str | None, port: int | None, reason: str | None
) -> None:
    assert parse_authority(authority) == Authority(host, port, reason)


@given(st.text(max_size=80))
def test_any_text_is_taken_for_a_host_or_given_a_reason(text: str) -> None:
    answer = parse_authority(text)
    assert (answer.reason is None) == (answer.host is not None and answer.reason != "ip_address")
    assert answer.reason is None or answer.reason in REASONS
    if answer.reason is None:
        assert answer.host is not None
        assert answer.host.isascii()
        assert answer.host == answer.host.lower()


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-05-18T01:58:10Z", dt.date(2024, 5, 18)),
        ("2024/5/8", dt.date(2024, 5, 8)),
        ("2024-05", dt.date(2024, 5, 1)),
        ("20240518", dt.date(2024, 5, 18)),
        ("20240518015810", dt.date(2024, 5, 18)),
        ("Sat, 18 May 2024 01:58:10 GMT", dt.date(2024, 5, 18)),
        ("1716000000", dt.date(2024, 5, 18)),
        ("1716000000000", dt.date(2024, 5, 18)),
        ("1716000000000000000", dt.date(2024, 5, 18)),
        ("d19861", dt.date(2024, 5, 18)),
        ("2024-02-30", None),
        ("2024", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_a_day_is_read_from_every_usual_way_of_writing_it(text: str | None, day: dt.date | None) -> None:
    assert parse_day(text) == day
