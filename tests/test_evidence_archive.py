"""The archive: what was written is read back as it was, by us and by others, whatever happened in between."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from evidence_files import MOMENT, ROBOTS, http
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from datasummary.errors import DataError, WorkspaceError
from datasummary.evidence.archive import INDEX_SCHEMA, Archive
from datasummary.evidence.captures import Capture
from datasummary.evidence.records import revisited
from datasummary.evidence.segments import SegmentWriter, repair_segment

LATER = dt.datetime(2025, 2, 3, 4, 5, 6, 789, tzinfo=dt.UTC)
REQUEST = b"GET /robots.txt HTTP/1.1\r\nHost: example.org\r\n\r\n"


def capture(url: str = "https://example.org/robots.txt", **more: object) -> Capture:
    made = Capture(url, MOMENT, 200, (("Content-Type", "text/plain; charset=utf-8"),), ROBOTS, kind="robots-txt")
    return replace(made, **more)  # type: ignore[arg-type]


def written(folder: Path, *captures: Capture, name: str = "one") -> Archive:
    archive = Archive(folder / "evidence")
    with SegmentWriter(archive, name, {"made": "by a test"}, LATER, aside=True) as segment:
        for item in captures:
            segment.add(item)
    return archive


def everything(archive: Archive) -> list[Capture]:
    return list(archive.captures(archive.index()))


@pytest.mark.parametrize(
    "made",
    [
        capture(),
        capture(captured=LATER),
        capture(captured=None),
        capture(status=404, body=b"<html>no", kind="robots-txt"),
        capture(status=301, headers=(("Location", "/elsewhere"),), body=b""),
        capture(status=None, headers=(), body=b"", problem="timeout"),
        capture(status=None, headers=(("Content-Type", "text/plain"), ("X-Robots-Tag", "noai"))),
        capture(status=None, headers=()),
        capture(headers=(("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked"))),
        capture(body=bytes(range(256)), problem="truncated"),
        capture(status=200, problem="digest differs"),
        capture("http://example.org:8080/robots.txt"),
        capture("https://bücher.example/robots.txt"),
        capture("https://example.org/a page", kind="page"),
        capture("https://example.org/", kind="request", status=None, headers=(), body=b'{"domain": "example.org"}'),
        capture(headers=(("X", "é"), ("X", "日本"), ("Y", ""))),
    ],
)
def test_a_capture_is_read_back_as_it_was(tmp_path: Path, made: Capture) -> None:
    (found,) = everything(written(tmp_path, made))
    assert replace(found, id="") == replace(made, url=made.url.replace(" ", "%20"))
    assert (found.outcome, found.target) == (made.outcome, made.target)


def test_the_index_says_what_was_seen_where_when_and_with_which_status(tmp_path: Path) -> None:
    archive = written(
        tmp_path,
        capture(
            "https://Example.org:443/robots.txt", status=302, headers=(("Location", "//www.example.org/robots.txt"),)
        ),
    )
    (row,) = archive.index().to_pylist()
    assert archive.index().schema == INDEX_SCHEMA
    assert row.pop("id").startswith("urn:uuid:")
    assert (row.pop("offset") > 0, row.pop("length") > 0) == (True, True)
    assert row == {
        "url": "https://Example.org:443/robots.txt",
        "authority": "example.org",
        "kind": "robots-txt",
        "captured": MOMENT,
        "status": 302,
        "outcome": "redirected",
        "target": "https://www.example.org/robots.txt",
        "content_type": None,
        "problem": None,
        "sha256": hashlib.sha256(ROBOTS).hexdigest(),
        "bytes": len(ROBOTS),
        "input": None,
        "row": 1,
        "refers_to": None,
        "warc": "one.warc.gz",
    }


def test_an_archive_without_segments_has_an_empty_index(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "nowhere")
    assert archive.segments() == []
    assert archive.index() == INDEX_SCHEMA.empty_table()
    assert everything(archive) == []


def test_captures_come_in_the_order_that_is_asked_for(tmp_path: Path) -> None:
    sites = [capture(f"https://site{number}.example/robots.txt", body=b"%d" % number) for number in range(200)]
    archive = written(tmp_path, *sites[::2])
    written(tmp_path, *sites[1::2], name="two")
    index = archive.index()
    assert index.column("url").to_pylist() == sorted(item.url for item in sites)
    order = pa.array([(number * 67) % 200 for number in range(200)])
    asked = index.take(order)
    assert [item.url for item in archive.captures(asked)] == asked.column("url").to_pylist()


def test_more_files_are_read_than_are_held_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datasummary.evidence.archive.OPEN_FILES", 2)
    for number in range(6):
        sites = [capture(f"https://site{site}.example/robots.txt") for site in range(number, 30, 6)]
        archive = written(tmp_path, *sites, name=f"part-{number}")
    assert len({item.url for item in archive.captures(archive.index())}) == 30


def test_the_index_can_be_read_in_part(tmp_path: Path) -> None:
    archive = written(tmp_path, capture(), capture(captured=LATER))
    assert archive.index(["status", "id"]) == archive.index().select(["status", "id"])


def test_a_capture_in_two_segments_stands_in_the_index_once(tmp_path: Path) -> None:
    archive = written(tmp_path, capture(), capture(captured=LATER))
    written(tmp_path, capture(), capture(captured=None), name="two")
    assert archive.segments() == ["one", "two"]
    assert archive.index().column("captured").to_pylist() == [MOMENT, LATER, None]


def test_the_same_captures_make_the_same_files(tmp_path: Path) -> None:
    made = [capture(), capture(captured=None), capture(status=None, body=b"", problem="timeout")]
    one, two = written(tmp_path / "1", *made), written(tmp_path / "2", *made)
    assert one.warc("one").read_bytes() == two.warc("one").read_bytes()
    assert one.index_file("one").read_bytes() == two.index_file("one").read_bytes()


def test_another_library_reads_the_file_and_finds_its_digests_right(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    block = http(gzip.compress(ROBOTS, mtime=0), "Content-Encoding: gzip", "x-odd:  spaces  ")
    with SegmentWriter(archive, "web", {"settings": "none"}, MOMENT) as segment:
        segment.add(
            capture(headers=(("Content-Encoding", "gzip"),)),
            block,
            request=REQUEST,
            fields={"WARC-IP-Address": "192.0.2.1"},
        )
        segment.add(capture("https://other.example/robots.txt", status=None, body=b"", problem="refused"))
    with archive.warc("web").open("rb") as file:
        records = [
            (item.rec_type, dict(item.rec_headers.headers), item.raw_stream.read())
            for item in ArchiveIterator(file, no_record_parse=True)
        ]
    kinds = [kind for kind, _, _ in records]
    assert kinds == ["warcinfo", "response", "request", "resource"]
    assert b"software: datasummary/" in records[0][2]
    assert b"settings: none" in records[0][2]
    assert (records[1][2], records[2][2]) == (block, REQUEST)
    assert records[1][1]["WARC-IP-Address"] == "192.0.2.1"
    assert records[2][1]["WARC-Concurrent-To"] == records[1][1]["WARC-Record-ID"]
    assert records[3][1]["Datasummary-Problem"] == "refused"
    assert [item.body for item in everything(archive)] == [ROBOTS, b""]
    with archive.warc("web").open("rb") as file:
        bodies = {item.rec_type: item.content_stream().read() for item in ArchiveIterator(file, check_digests="raise")}
    assert (bodies["response"], bodies["request"], bodies["resource"]) == (ROBOTS, b"", b"")


def test_a_block_is_kept_byte_for_byte(tmp_path: Path) -> None:
    block = b"HTTP/1.1 200 Pr\xeat\nA:b\nA : c\n  d\n\n" + ROBOTS
    archive = Archive(tmp_path)
    with SegmentWriter(archive, "web", {}, MOMENT) as segment:
        segment.add(capture(), block)
    assert block in gzip.decompress(archive.warc("web").read_bytes())


def test_hostile_text_makes_no_field_of_its_own(tmp_path: Path) -> None:
    made = capture(
        "https://example.org/\r\nWARC-Type: forged",
        status=None,
        problem="failed\r\nDatasummary-Kind: request",
        kind="page",
        headers=(("A\r\nWARC-Date", "x\r\n\r\nWARC/1.1"),),
    )
    (found,) = everything(written(tmp_path, made))
    assert found.url == "https://example.org/%0D%0AWARC-Type:%20forged"
    assert (found.kind, found.problem) == ("page", "failed Datasummary-Kind: request")


@given(
    st.builds(
        Capture,
        url=st.text(st.characters(exclude_categories=["Cs"]), max_size=20).map(
            lambda text: f"https://example.org/{text}"
        ),
        captured=st.none() | st.datetimes(dt.datetime(1000, 1, 1)).map(lambda moment: moment.replace(tzinfo=dt.UTC)),
        status=st.none() | st.integers(100, 999),
        headers=st.just(()),
        body=st.binary(max_size=100),
        problem=st.none() | st.sampled_from(["truncated", "timeout"]),
    )
)
def test_any_capture_is_read_back(tmp_path_factory: pytest.TempPathFactory, made: Capture) -> None:
    (found,) = everything(written(tmp_path_factory.mktemp("archive"), made))
    same = ("captured", "status", "headers", "body", "problem")
    assert [getattr(found, name) for name in same] == [getattr(made, name) for name in same]


# --- what is the same as before


def test_not_modified_holds_with_the_body_and_the_status_of_before(tmp_path: Path) -> None:
    archive = written(tmp_path, capture(headers=(("ETag", '"1"'), ("X", "old"))))
    (original,) = everything(archive)
    head = b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\nX: new\r\n\r\n'
    answer = Capture(original.url, LATER, 304, (("ETag", '"1"'), ("X", "new")), kind="robots-txt")
    with SegmentWriter(archive, "again", {}, LATER) as segment:
        now = revisited(answer, original)
        segment.add(now, head, same_as=original, request=REQUEST)
    _, found = everything(archive)
    assert replace(found, id="") == now
    assert (found.status, found.body, found.body_id, found.outcome) == (200, ROBOTS, original.id, "answered")
    assert found.headers == (("ETag", '"1"'), ("X", "new"))
    raw = gzip.decompress(archive.warc("again").read_bytes())
    assert b"WARC-Type: revisit" in raw
    assert b"server-not-modified" in raw
    assert head in raw
    assert ROBOTS not in raw


def test_a_revisit_of_a_revisit_refers_to_the_record_that_holds_the_body(tmp_path: Path) -> None:
    archive = written(tmp_path, capture())
    for number in range(3):
        before = everything(archive)[-1]
        answer = Capture(before.url, LATER + dt.timedelta(days=number), 304, kind="robots-txt")
        with SegmentWriter(archive, f"again-{number}", {}, LATER) as segment:
            segment.add(revisited(answer, before), b"HTTP/1.1 304 Not Modified\r\n\r\n", same_as=before)
    first, *others = archive.index().to_pylist()
    assert {row["refers_to"] for row in others} == {first["id"]}
    assert [item.body for item in everything(archive)] == [ROBOTS] * 4


def test_a_revisit_whose_original_is_gone_has_failed(tmp_path: Path) -> None:
    archive = written(tmp_path, capture())
    (original,) = everything(archive)
    answer = Capture(original.url, LATER, 304, kind="robots-txt")
    with SegmentWriter(archive, "again", {}, LATER) as segment:
        segment.add(revisited(answer, original), b"HTTP/1.1 304 Not Modified\r\n\r\n", same_as=original)
    archive.index_file("one").unlink()
    (found,) = everything(archive)
    assert (found.outcome, found.body) == ("failed", b"")


# --- damage


def test_evidence_that_was_changed_is_told_from_what_was_captured(tmp_path: Path) -> None:
    archive = written(tmp_path, capture(), capture("https://other.example/robots.txt"))
    row = archive.index().slice(0, 1).to_pylist()[0]
    data = archive.warc("one").read_bytes()
    member = gzip.decompress(data[row["offset"] : row["offset"] + row["length"]])
    forged = gzip.compress(member.replace(b"Disallow", b"Allow   "), mtime=0)
    changed = data[: row["offset"]] + forged.ljust(row["length"], b"\0") + data[row["offset"] + row["length"] :]
    archive.warc("one").write_bytes(changed)
    if len(forged) > row["length"]:
        pytest.fail("the forged record must fit")
    found, other = everything(archive)
    assert (found.problem, found.outcome) == ("digest differs", "failed")
    assert (other.problem, other.outcome) == (None, "answered")


def test_a_file_that_is_gone_or_spoilt_is_named(tmp_path: Path) -> None:
    archive = written(tmp_path, capture())
    whole = archive.warc("one").read_bytes()
    archive.warc("one").write_bytes(whole[:-10])
    with pytest.raises(DataError, match=r"one\.warc\.gz: there is no whole record at byte \d+ .*Put the original back"):
        everything(archive)
    archive.warc("one").unlink()
    with pytest.raises(DataError, match=r"one\.warc\.gz: is gone"):
        everything(archive)
    archive.index_file("one").write_bytes(b"PAR1")
    with pytest.raises(DataError, match=r"index/one\.parquet: cannot be read"):
        archive.index()


# --- writing in place, being killed, and going on


def test_what_was_added_is_in_the_file_at_once_and_in_the_index_after_a_flush(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    with SegmentWriter(archive, "web", {}, MOMENT) as segment:
        name = segment.add(capture())
        assert name.encode() in gzip.decompress(archive.warc("web").read_bytes())
        assert archive.index().num_rows == 0
        segment.flush()
        assert archive.index().num_rows == 1
        segment.add(capture(captured=LATER))
        segment.flush()
        assert len(everything(archive)) == 2
    assert len(everything(archive)) == 2


def test_a_segment_that_is_written_aside_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    archive = Archive(tmp_path)

    def fail() -> None:
        with SegmentWriter(archive, "one", {}, MOMENT, aside=True) as segment:
            segment.add(capture())
            assert archive.segments() == []
            assert not archive.warc("one").exists()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == []


def test_no_segment_is_ever_overwritten(tmp_path: Path) -> None:
    archive = written(tmp_path, capture())
    with pytest.raises(WorkspaceError, match="exists"):
        SegmentWriter(archive, "one", {}, MOMENT)


CUT_OFF = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_evidence_archive import *
archive = Archive(Path({folder!r}))
segment = SegmentWriter(archive, "web", {{}}, MOMENT)
for number in range(20):
    segment.add(capture(f"https://site{{number}}.example/robots.txt"), request=REQUEST)
    if number == 11:
        segment.flush()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def killed(tmp_path: Path) -> Archive:
    """An archive whose writer was killed after 20 captures, of which 12 stand in the index."""
    script = CUT_OFF.format(tests=str(Path(__file__).parent), folder=str(tmp_path))
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -9
    archive = Archive(tmp_path)
    assert archive.index().num_rows == 12
    return archive


def test_what_a_killed_writer_had_added_is_indexed(killed: Archive) -> None:
    size = killed.warc("web").stat().st_size
    assert repair_segment(killed, "web") == 8
    assert len(everything(killed)) == 20
    assert killed.warc("web").stat().st_size == size
    whole = written(
        killed.root / "other", *[capture(f"https://site{number}.example/robots.txt") for number in range(20)]
    )
    apart = ["warc", "offset", "length"]
    assert killed.index().drop_columns(apart) == whole.index().drop_columns(apart)
    assert repair_segment(killed, "web") == 0
    assert len(everything(killed)) == 20


def test_a_record_that_was_cut_is_cut_off_and_the_rest_is_indexed(killed: Archive) -> None:
    data = killed.warc("web").read_bytes()
    index = killed.index()
    indexed = pc.max(pc.add(index.column("offset"), index.column("length"))).as_py()
    for cut in range(len(data), indexed, -97):
        killed.index_file("web").unlink(missing_ok=True)
        killed.warc("web").write_bytes(data[:cut])
        found = repair_segment(killed, "web")
        assert len(everything(killed)) == found
        assert killed.warc("web").stat().st_size <= cut
        with killed.warc("web").open("rb") as file:
            kinds = [item.rec_type for item in ArchiveIterator(file, check_digests="raise")]
        assert kinds.count("response") == found
        assert found in {kinds.count("request"), kinds.count("request") + 1}


def test_a_file_in_which_nothing_is_whole_goes(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    SegmentWriter(archive, "web", {}, MOMENT).close()
    archive.index_file("web").unlink()
    archive.warc("web").write_bytes(archive.warc("web").read_bytes()[:50])
    assert repair_segment(archive, "web") == 0
    assert not archive.warc("web").exists()


def test_two_at_once_are_told_so(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    with (
        archive.locked(),
        pytest.raises(WorkspaceError, match=r"already being taken in here \(process \d+\)"),
        archive.locked(),
    ):
        pass
