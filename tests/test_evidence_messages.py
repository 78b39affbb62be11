"""HTTP messages: heads as they come, bodies without their codings, and nothing that a stranger sends raises."""

from __future__ import annotations

import gzip
import time
import zlib

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasummary.evidence.messages import LARGEST_BODY, build_head, parse_head, plain_body

TEXT = b"User-agent: *\nDisallow: /private\n" * 40
Fields = list[tuple[str, str]]


def coded(coding: str, body: bytes, **more: str) -> tuple[bytes, str | None]:
    return plain_body([("Content-Encoding", coding), *more.items()], body)


def bare_deflate(body: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(body) + stream.flush()


CODINGS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "GZIP": gzip.compress,
    "deflate": zlib.compress,
    "Deflate": bare_deflate,
    "br": lambda body: pa.compress(body, "brotli", asbytes=True),
    "zstd": lambda body: pa.compress(body, "zstd", asbytes=True),
    "identity": bytes,
    "gzip, br": lambda body: pa.compress(gzip.compress(body), "brotli", asbytes=True),
    "identity,gzip": gzip.compress,
}


@pytest.mark.parametrize(
    ("block", "status", "headers", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody", 200, [("A", "b")], b"body"),
        (b"HTTP/1.0 404\nA:b\n\nbody", 404, [("A", "b")], b"body"),
        (b"HTTP/2 301 \r\nLocation: https://example.org/\r\n\r\n", 301, [("Location", "https://example.org/")], b""),
        (b"HTTP/1.1 200 OK\r\nA: b\r\nA: c\r\n\r\n", 200, [("A", "b"), ("A", "c")], b""),
        (
            b"HTTP/1.1 200 OK\r\nA: b\r\n  folded\r\n\tagain\r\nC: d\r\n\r\n",
            200,
            [("A", "b folded again"), ("C", "d")],
            b"",
        ),
        (b"HTTP/1.1 200 OK\r\nno colon here\r\nA: b\r\n\r\n", 200, [("A", "b")], b""),
        (b"HTTP/1.1 200 OK\r\nA: b", 200, [("A", "b")], b""),
        (b"HTTP/1.1 2000 OK\r\n\r\nx", None, [], b"x"),
        (b"HTTP/1.1 OK\r\n\r\n\r\nx", None, [], b"\r\nx"),
        (b"HTTP/1.1 200 Pr\xc3\xaat\r\nA: \xc3\xa9\r\n\r\n", 200, [("A", "é")], b""),
        (b"HTTP/1.1 200 Pr\xeat\r\nA: \xe9\r\n\r\n", 200, [("A", "é")], b""),
        (b"HTTP/1.1 200 OK\n\nfirst\r\n\r\nsecond", 200, [], b"first\r\n\r\nsecond"),
    ],
)
def test_a_head_is_read_as_it_came(block: bytes, status: int | None, headers: Fields, body: bytes) -> None:
    head = parse_head(block)
    assert head is not None
    assert (head.status, list(head.headers), block[head.length :]) == (status, headers, body)


@pytest.mark.parametrize(
    "block", [b"", b"GET / HTTP/1.1\r\n\r\n", b"<html>", b"20250102\nexample.org. 300 IN A 192.0.2.1\n"]
)
def test_what_does_not_begin_like_http_has_no_head(block: bytes) -> None:
    assert parse_head(block) is None


def test_a_header_of_a_megabyte_is_read_and_a_longer_one_is_all_head() -> None:
    head = parse_head(b"HTTP/1.1 200 OK\r\nA: " + b"x" * 1_000_000 + b"\r\n\r\nbody")
    assert head is not None
    assert len(head.headers[0][1]) == 1_000_000
    endless = b"HTTP/1.1 200 OK\r\nA: " + b"x" * 2_000_000 + b"\r\n\r\nbody"
    head = parse_head(endless)
    assert head is not None
    assert head.length == len(endless)


@given(
    st.integers(100, 999),
    st.lists(
        st.tuples(st.text(st.characters(codec="ascii")), st.text(st.characters(exclude_categories=["Cs"]))), max_size=5
    ),
    st.binary(max_size=50),
)
def test_no_field_of_a_head_that_is_written_becomes_two(status: int, fields: Fields, body: bytes) -> None:
    written = build_head(status, fields)
    head = parse_head(written + body)
    assert head is not None
    assert head.length == len(written)
    assert head.status == status
    assert len(head.headers) == sum(any("!" <= sign <= "~" and sign != ":" for sign in name) for name, _ in fields)


@given(st.binary(max_size=300))
def test_whatever_follows_http_a_head_is_read(data: bytes) -> None:
    head = parse_head(b"HTTP/" + data)
    assert head is not None
    assert 0 < head.length <= len(data) + 5


@pytest.mark.parametrize("coding", CODINGS)
def test_codings_are_taken_off(coding: str) -> None:
    assert coded(coding, CODINGS[coding](TEXT)) == (TEXT, None)


@pytest.mark.parametrize("coding", CODINGS)
def test_a_body_that_was_kept_decoded_beside_its_head_stays_what_it_is(coding: str) -> None:
    assert coded(coding, TEXT) == (TEXT, None)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "Deflate", "br", "zstd"])
def test_of_a_coded_body_that_is_cut_short_what_is_there_is_kept(coding: str) -> None:
    text = b"".join(b"Disallow: /%d/%d\n" % (number, number * 7919 % 1009) for number in range(30_000))
    packed = CODINGS[coding](text)
    body, problem = coded(coding, packed[: len(packed) // 2])
    assert problem == "broken content coding"
    assert text.startswith(body)
    assert len(body) > 10_000


def test_a_damaged_gzip_body_is_read_up_to_the_damage() -> None:
    text = b"".join(b"Disallow: /%d/%d\n" % (number, number * 7919 % 1009) for number in range(3000))
    packed = bytearray(gzip.compress(text))
    packed[len(packed) // 2 :] = bytes(len(packed) - len(packed) // 2)
    body, problem = coded("gzip", bytes(packed))
    assert problem == "broken content coding"
    assert body[:10_000] == text[:10_000]


def test_gzip_members_follow_each_other() -> None:
    assert coded("gzip", gzip.compress(b"a") + gzip.compress(b"b") + b"\0\0") == (b"ab", None)
    assert coded("gzip", gzip.compress(b"a") + b"\x1f\x8bno") == (b"a", "broken content coding")


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_bomb_unpacks_to_the_limit_and_no_further(coding: str) -> None:
    body, problem = coded(coding, CODINGS[coding](bytes(200 << 20)))
    assert (len(body), problem) == (LARGEST_BODY, "truncated")


def test_bombs_take_no_time() -> None:
    started = time.monotonic()
    nested = bytes(400 << 20)
    for _ in range(3):
        nested = gzip.compress(nested, 1)
    assert coded("gzip, gzip, gzip", nested)[1] == "truncated"
    assert coded("gzip", gzip.compress(b"") * 200_000)[1] == "broken content coding"
    assert coded(", ".join(["gzip"] * 100), b"x") == (b"x", "broken content coding")
    assert time.monotonic() - started < 20


def test_a_body_without_coding_is_limited_too() -> None:
    assert plain_body([], bytes(LARGEST_BODY)) == (bytes(LARGEST_BODY), None)
    assert plain_body([], bytes(LARGEST_BODY + 1)) == (bytes(LARGEST_BODY), "truncated")


def test_a_coding_that_nobody_knows_is_a_problem() -> None:
    assert coded("compress", b"x") == (b"x", "unknown content coding")


CHUNKED = [("Transfer-Encoding", "chunked")]


@pytest.mark.parametrize(
    ("sent", "body", "problem"),
    [
        (b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: 1\r\n\r\n", b"abcde", None),
        (b"3\nabc\n0\n\n", b"abc", None),
        (b"5\r\nab", b"ab", "cut short"),
        (b"2\r\nab\r\n1f", b"ab", "cut short"),
        (b"ffffffffffffffff\r\nab", b"ab", "cut short"),
        (b"<html>decoded before", b"<html>decoded before", None),
        (b"2\r\nabc\r\n0\r\n\r\n", b"2\r\nabc\r\n0\r\n\r\n", None),
        (b"", b"", None),
    ],
)
def test_chunks_are_joined_and_a_body_that_has_none_stands_as_it_is(
    sent: bytes, body: bytes, problem: str | None
) -> None:
    assert plain_body(CHUNKED, sent) == (body, problem)


def test_codings_that_are_off_already_are_not_taken_off_again() -> None:
    chunks = b"3\r\nabc\r\n0\r\n\r\n"
    assert plain_body(CHUNKED, chunks, ("transfer",)) == (chunks, None)
    packed = gzip.compress(TEXT)
    assert plain_body([("Content-Encoding", "gzip")], packed, ("transfer", "content")) == (packed, None)


@given(
    st.binary(max_size=300),
    st.sampled_from(["gzip", "deflate", "br", "zstd", "gzip, br", "deflate,zstd"]),
    st.booleans(),
)
def test_whatever_a_body_is_it_is_read(body: bytes, coding: str, chunked: bool) -> None:
    plain, problem = plain_body([("content-encoding", coding), *(CHUNKED if chunked else [])], body)
    assert isinstance(plain, bytes)
    assert problem in {None, "broken content coding", "truncated", "cut short"}
