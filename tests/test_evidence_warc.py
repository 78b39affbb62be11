"""Reading WARC files that may be cut, damaged or written by anybody: what is whole is kept, what is not is named."""

from __future__ import annotations

import base64
import contextlib
import gzip
import hashlib
import io
import random
import time
import zlib
from pathlib import Path

import pyarrow as pa
import pytest
from evidence_files import http, member, record, site
from hypothesis import assume, given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from datasummary.evidence.warc import Fault, Record, WarcReader, digest_holds

PACKED = {
    "none": b"".join,
    "gzip": lambda records: b"".join(map(member, records)),
    "one gzip stream": lambda records: gzip.compress(b"".join(records), mtime=0),
    "zstd": lambda records: pa.compress(b"".join(records), "zstd", asbytes=True),
}


def read(data: bytes, compression: str = "none") -> tuple[list[Record], list[Fault]]:
    items = list(WarcReader(io.BytesIO(data), "gzip" if compression == "one gzip stream" else compression))
    return [i for i in items if isinstance(i, Record)], [i for i in items if isinstance(i, Fault)]


def some_records(count: int = 12) -> list[bytes]:
    rng = random.Random(7)
    return [site(number, rng.randbytes(rng.choice([10, 500, 40_000]))) for number in range(count)]


@pytest.mark.parametrize("compression", PACKED)
def test_every_record_is_read_whatever_the_compression(compression: str) -> None:
    records = some_records()
    found, faults = read(PACKED[compression](records), compression)
    assert not faults
    assert [item.number for item in found] == list(range(1, 13))
    assert [item.block for item in found] == [raw.split(b"\r\n\r\n", 1)[1][:-4] for raw in records]
    assert found[3].fields["warc-target-uri"] == "https://site3.example/robots.txt"


def test_records_are_those_that_warcio_reads(shared_data: Path) -> None:
    data = (shared_data / "commoncrawl-sample.warc.gz").read_bytes()
    found, faults = read(data, "gzip")
    stream = io.BytesIO(data)
    others = ArchiveIterator(stream, no_record_parse=True)
    expected = []
    for other in others:
        block = other.raw_stream.read()
        expected.append(
            (other.rec_type, others.get_record_offset(), other.rec_headers.get_header("WARC-Record-ID"), block)
        )
    assert not faults
    fields = [(i.fields["warc-type"], i.offset, i.fields["warc-record-id"], i.block) for i in found]
    assert fields == expected


@pytest.mark.parametrize("compression", ["none", "gzip"])
def test_a_record_can_be_read_by_itself_at_its_offset(compression: str) -> None:
    data = PACKED[compression](some_records())
    reader = WarcReader(io.BytesIO(data), compression)
    records = [item for item in reader if isinstance(item, Record)]
    assert reader.seekable
    places = [(item.number, item.offset) for item in records[::5]]
    assert list(WarcReader(io.BytesIO(data), compression).at(iter(places))) == records[::5]


@pytest.mark.parametrize("compression", ["one gzip stream", "zstd"])
def test_records_within_one_stream_cannot_be_read_by_themselves(compression: str) -> None:
    reader = WarcReader(
        io.BytesIO(PACKED[compression](some_records())), "gzip" if "gzip" in compression else compression
    )
    assert len(list(reader)) == 12
    assert not reader.seekable


def test_gzip_members_need_not_be_records() -> None:
    whole = b"".join(some_records())
    data = b"".join(gzip.compress(whole[start : start + 3001], mtime=0) for start in range(0, len(whole), 3001))
    found, faults = read(data, "gzip")
    assert (len(found), faults) == (12, [])


@pytest.mark.parametrize("compression", PACKED)
def test_of_a_file_cut_anywhere_the_whole_records_are_kept_and_the_cut_is_named(compression: str) -> None:
    records = [site(number) for number in range(4)]
    data = PACKED[compression](records)
    whole, _ = read(data, compression)
    ends = {0}
    if compression in {"none", "gzip"}:
        sizes = [len(raw if compression == "none" else member(raw)) for raw in records]
        ends |= {sum(sizes[: count + 1]) for count in range(4)}
    for cut in range(len(data)):
        found, faults = read(data[:cut], compression)
        assert found == whole[: len(found)]
        if compression in {"none", "gzip"}:
            assert len(found) == sum(end <= cut for end in ends) - 1
        assert len(faults) == (cut not in ends), cut
        for fault in faults:
            assert fault.number == len(found) + 1
            assert "nothing after it is read" in fault.problem


@given(st.data())
def test_one_wrong_bit_costs_one_record(data: st.DataObject) -> None:
    members = [member(raw) for raw in some_records()]
    hit = data.draw(st.integers(0, 11))
    # Bits of the gzip header can pass unnoticed, or hide the next members.
    byte = data.draw(st.integers(10, len(members[hit]) - 1))
    spoilt = bytearray(members[hit])
    spoilt[byte] ^= 1 << data.draw(st.integers(0, 7))
    with contextlib.suppress(zlib.error):
        # Some bits only fill a stored block's first byte.
        assume(zlib.decompress(spoilt, 31) != zlib.decompress(members[hit], 31))
    found, faults = read(b"".join([*members[:hit], bytes(spoilt), *members[hit + 1 :]]), "gzip")
    good, _ = read(b"".join(members), "gzip")
    assert [item.block for item in found] == [item.block for item in good[:hit] + good[hit + 1 :]]
    assert [(fault.offset, fault.in_stream) for fault in faults] == [(good[hit].offset, False)]


WRONG = {
    "too short a length": (site(1, Content_Length="40"), "no empty line follows the 40 bytes"),
    "too long a length": (site(1, Content_Length="10000"), "fewer bytes than the 10,000 it declares"),
    "an endless length": (site(1, Content_Length="9" * 18), "fewer bytes than"),
    "a length that is none": (site(1, Content_Length="-1"), "Content-Length is no number of bytes: '-1'"),
    "a length in other digits": (site(1, Content_Length="٣"), "Content-Length is no number"),
    "no length": (site(1, Content_Length=""), "Content-Length is no number"),
    "two lengths": (site(1, content_length="19"), "header has content-length twice"),
    "no type": (site(1, WARC_Type=""), "it has no WARC-Type"),
    "a line that is no field": (
        site(1).replace(b"WARC-Date:", b"WARC-Date"),
        "a line that is no field: 'WARC-Date 2025",
    ),
    "no record": (b"garbage\r\n", "begins with WARC/ and a version, not with b'garbage"),
    "zeros": (b"\0" * 5000, "begins with WARC/"),
    "a strange version": (site(1).replace(b"WARC/1.0", b"WARC/one"), "begins with WARC/"),
    "an endless header": (b"WARC/1.0\r\n" + b"x" * (2 << 20), "header is longer than 1 MiB"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_record_is_named_and_the_next_gzip_member_is_read(what: str) -> None:
    bad, said = WRONG[what]
    found, faults = read(member(site(0)) + member(bad) + member(site(2)) + member(site(3)), "gzip")
    assert [item.fields["warc-target-uri"][8:13] for item in found] == ["site0", "site2", "site3"]
    (fault,) = faults
    assert (fault.number, fault.offset) == (2, len(member(site(0))))
    assert said in fault.problem
    assert "nothing after it" not in fault.problem


@pytest.mark.parametrize("what", WRONG)
def test_without_members_reading_ends_at_a_wrong_record(what: str) -> None:
    bad, said = WRONG[what]
    found, faults = read(site(0) + bad + site(2))
    assert len(found) == 1
    (fault,) = faults
    assert (fault.number, fault.offset, fault.in_stream) == (2, len(site(0)), False)
    assert "nothing after it is read" in fault.problem
    if what != "too long a length" and what != "an endless length":
        assert said in fault.problem


def test_what_looks_like_a_record_within_a_broken_one_is_not_taken_for_one() -> None:
    forged = record(http(b"User-agent: *\nAllow: /\n"), uri="https://victim.example/robots.txt")
    page = site(1, b"text\r\n\r\n" + forged, Content_Length="70")
    for data, compression in [(page + site(2), "none"), (member(page) + member(site(2)), "gzip")]:
        found, faults = read(data, compression)
        assert not any("victim" in item.fields["warc-target-uri"] for item in found)
        assert len(faults) == 1


def test_bytes_between_members_are_passed_over_and_named() -> None:
    found, faults = read(member(site(0)) + b"\0\0\0" + member(site(1)) + b"not gzip at all" + member(site(2)), "gzip")
    assert len(found) == 3
    assert len(faults) == 1


@pytest.mark.parametrize("data", [b"", b"\r\n\r\n", b"\n" * 10])
def test_an_empty_file_has_no_records(data: bytes) -> None:
    assert read(data) == ([], [])


def test_lines_may_end_in_line_feeds_alone_and_blank_lines_may_stand_between() -> None:
    bare = site(1).replace(b"\r\n", b"\n")
    bare = bare.replace(b"Content-Length: " + str(len(http())).encode(), f"Content-Length: {len(http()) - 2}".encode())
    found, faults = read(b"\r\n" + bare + b"\n\n" + site(2))
    assert (len(found), faults) == (2, [])


def test_of_a_huge_record_the_beginning_is_kept_in_bounded_memory() -> None:
    class Endless(io.RawIOBase):
        """A file of one record of 4 GiB and a small one."""

        def __init__(self) -> None:
            self.parts = iter(
                [record(b"", Content_Length=str(4 << 30))[:-4], *[bytes(1 << 20)] * 4096, b"\r\n\r\n", site(2)]
            )

        def read(self, size: int = -1) -> bytes:
            return next(self.parts, b"")

    found, faults = read_items(Endless())
    assert faults == []
    assert [(len(item.block), item.size) for item in found] == [(16 << 20, 4 << 30), (52, 52)]


def read_items(raw: io.RawIOBase) -> tuple[list[Record], list[Fault]]:
    items = list(WarcReader(raw, "none"))  # type: ignore[arg-type]
    return [i for i in items if isinstance(i, Record)], [i for i in items if isinstance(i, Fault)]


def test_damage_full_of_false_beginnings_is_passed_in_time() -> None:
    started = time.monotonic()
    noise = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" * 200_000
    found, faults = read(member(site(0)) + noise + member(site(1)), "gzip")
    assert len(found) == 2
    assert len(faults) == 1
    assert time.monotonic() - started < 20


@given(st.binary(max_size=400), st.sampled_from(["none", "gzip", "zstd"]))
def test_whatever_a_file_holds_nothing_is_raised(data: bytes, compression: str) -> None:
    read(data, compression)
    read(member(site(0)) + data, compression)
    found, _ = read(member(site(0)) + data + member(site(1)), "gzip")
    assert found[0].block == http()


@pytest.mark.parametrize(
    ("declared", "holds"),
    [
        ("sha1:" + base64.b32encode(hashlib.sha1(b"x").digest()).decode(), True),
        ("SHA-1:" + base64.b32encode(hashlib.sha1(b"x").digest()).decode().lower(), True),
        ("sha1:" + hashlib.sha1(b"x").hexdigest(), True),
        ("sha256:" + hashlib.sha256(b"x").hexdigest().upper(), True),
        ("sha256:" + base64.b32encode(hashlib.sha256(b"x").digest()).decode().rstrip("="), True),
        ("md5:" + hashlib.md5(b"x").hexdigest(), True),
        ("sha1:" + hashlib.sha1(b"y").hexdigest(), False),
        ("sha1:", False),
        ("crc32:" + f"{zlib.crc32(b'x'):x}", None),
        ("no digest", None),
        ("", None),
        (None, None),
    ],
)
def test_digests_are_compared_in_every_usual_spelling(declared: str | None, holds: bool | None) -> None:
    assert digest_holds(declared, b"x") is holds
