"""Taking in files: what is whole is kept once, what is not is named, and a killed run is simply run again."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from evidence_files import DATE, MOMENT, ROBOTS, captures_of, http, member, project_in, record, site
from manifest_files import project_of

from datasummary.errors import DataError, ProjectError, WorkspaceError
from datasummary.evidence.archive import Archive
from datasummary.evidence.captures import Capture
from datasummary.evidence.intake import Intake, collect
from datasummary.inventory import scan
from datasummary.project import Project

COMMAND = str(Path(sys.executable).with_name("datasummary"))
PAGE = "https://example.org/page"


def taken(folder: Path, *records: bytes, name: str = "crawl.warc.gz", **settings: Any) -> tuple[list[Capture], Intake]:
    project = project_in(folder)
    (folder / name).write_bytes(b"".join(map(member, records)) if name.endswith(".gz") else b"".join(records))
    result = collect(project, [folder / name], **settings)
    return captures_of(project), result


def problems(result: Intake) -> list[str]:
    return [str(problem) for file in result.files for problem in file.problems]


def files_of(project: Project) -> dict[str, str]:
    root = Archive.of(project).root
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file() and path.name != "lock"
    }


# --- WARC files


def test_a_warc_is_copied_byte_for_byte_with_the_name_of_its_records(tmp_path: Path) -> None:
    block = http(gzip.compress(ROBOTS, mtime=0), "content-encoding:gzip", "ODD :  x", status="200 Pr\xeat")
    taken(tmp_path, site(1), name="a.warc")
    raw = (
        site(2, WARC_IP_Address="192.0.2.1")
        .replace(http(), block)
        .replace(b"Content-Length: 52", b"Content-Length: %d" % len(block))
    )
    captures, result = taken(tmp_path, raw, name="b.warc")
    assert [capture.body for capture in captures] == [ROBOTS, ROBOTS]
    assert captures[1].captured == MOMENT
    project = project_in(tmp_path)
    (row,) = result.arrow().to_pylist()
    kept = gzip.decompress(Archive.of(project).warc(result.files[0].segment or "").read_bytes())
    original = raw.split(b"WARC-Record-ID: ")[1].split(b"\r\n")[0]
    assert block in kept
    assert b"Datasummary-Original-Record-ID: " + original in kept
    assert b"WARC-IP-Address: 192.0.2.1" in kept
    assert f"datasummary-input-sha256: {hashlib.sha256(raw).hexdigest()}".encode() in kept
    assert (row["input"], row["row"]) == ("b.warc", 1)


def test_common_crawls_own_file_is_taken_in(tmp_path: Path, shared_data: Path) -> None:
    project = project_in(tmp_path)
    result = collect(project, [shared_data / "commoncrawl-sample.warc.gz"])
    (capture,) = captures_of(project)
    assert capture.url == "https://an.wikipedia.org/wiki/Escopete"
    assert (capture.status, capture.outcome, capture.problem) == (200, "answered", None)
    assert capture.captured is not None
    assert capture.captured.isoformat() == "2024-05-18T01:58:10+00:00"
    assert b"<title>" in capture.body
    assert result.files[0].passed_over == {"metadata": 1, "request": 1, "warcinfo": 1}


def test_records_that_are_no_captures_are_passed_over_and_counted(tmp_path: Path) -> None:
    captures, result = taken(
        tmp_path,
        record(b"software: other\r\n", "warcinfo", uri=""),
        record(b"GET / HTTP/1.1\r\n\r\n", "request"),
        site(1),
        record(ROBOTS, "resource", Content_Type="text/plain"),
        record(b"text", "conversion"),
        record(b"x", "metadata"),
        record(b"20250102\n", uri="dns:example.org"),
        record(b"part", "continuation", WARC_Segment_Number="2"),
        record(http(), WARC_Segment_Number="1", uri="https://segments.example/robots.txt"),
        record(b"x", "strange"),
    )
    assert [(capture.url, capture.status) for capture in captures] == [
        ("https://example.org/robots.txt", None),
        ("https://site1.example/robots.txt", 200),
    ]
    assert result.files[0].passed_over == {
        "continuation": 1,
        "conversion": 1,
        "metadata": 1,
        "request": 1,
        "response of another scheme": 1,
        "strange": 1,
        "warcinfo": 1,
    }
    said = "; ".join(problems(result))
    assert "a record of type 'continuation'" in said
    assert "a record of type 'strange'" in said
    assert "one of several segments" in said


def test_digests_that_differ_make_a_capture_that_failed(tmp_path: Path) -> None:
    wrong = "sha1:" + "A" * 32
    right = "sha256:" + hashlib.sha256(http()).hexdigest()
    body = "sha1:" + hashlib.sha1(ROBOTS).hexdigest()
    packed = gzip.compress(ROBOTS, mtime=0)
    captures, result = taken(
        tmp_path,
        site(1, WARC_Block_Digest=wrong),
        site(2, WARC_Payload_Digest=wrong),
        site(3, WARC_Block_Digest=right, WARC_Payload_Digest=wrong),
        site(4, WARC_Payload_Digest=body),
        site(5, packed, "Content-Encoding: gzip", WARC_Payload_Digest=body),
        site(6, packed, "Content-Encoding: gzip", WARC_Payload_Digest="sha1:" + hashlib.sha1(packed).hexdigest()),
        site(7, WARC_Block_Digest="strange:x"),
        site(8, b"", status="404 Not Found", WARC_Block_Digest=wrong),
    )
    assert [capture.outcome for capture in captures] == ["failed", "failed", *["answered"] * 5, "failed"]
    assert [capture.problem for capture in captures].count("digest differs") == 3
    assert problems(result) == [
        f"record 1 at byte 0, record 2 at byte {len(member(site(1, WARC_Block_Digest=wrong)))}, "
        f"{result.files[0].problems[0].places[2]}: its digest differs from its bytes; the capture counts as failed"
    ]


@pytest.mark.parametrize(
    ("raw", "problem", "outcome"),
    [
        (site(1, ROBOTS, f"Content-Length: {len(ROBOTS)}"), None, "answered"),
        (site(1, ROBOTS, "Content-Length: 5000"), "cut short", "failed"),
        (site(1, b"", "Content-Length: 5000"), "cut short", "failed"),
        (site(1, ROBOTS, "Content-Length: 5000", "Content-Encoding: gzip"), None, "answered"),
        (site(1, ROBOTS, "Content-Length: 3"), None, "answered"),
        (site(1, ROBOTS, "Content-Length: many"), None, "answered"),
        (site(1, b"x", "Content-Length: 5000", status="404 Not Found"), None, "absent"),
        (site(1, WARC_Truncated="length"), "cut short", "failed"),
        (site(1, b"#" * 600_000, WARC_Truncated="length"), "truncated", "answered"),
        (site(1, WARC_Truncated="disconnect"), "cut short", "failed"),
        (site(1, bytes(17 << 20)), "truncated", "answered"),
        (site(1, b"5\r\nab", "Transfer-Encoding: chunked"), "cut short", "failed"),
        (site(1, gzip.compress(ROBOTS, mtime=0)[:-9], "Content-Encoding: gzip"), "broken content coding", "failed"),
        (record(http(b"<p>", "Content-Length: 99"), uri=PAGE), "cut short", "failed"),
        (record(http(b"", "Content-Length: 99"), uri=PAGE), None, "answered"),
        (record(http(b"<p>"), uri=PAGE, WARC_Truncated="length"), "truncated", "answered"),
        (record(b"no http", uri=PAGE), None, "answered"),
        (record(b"", uri=PAGE), None, "failed"),
    ],
    ids=lambda value: None if isinstance(value, str | None) else f"{len(value)} bytes",
)
def test_a_body_that_is_not_all_there_says_so(tmp_path: Path, raw: bytes, problem: str | None, outcome: str) -> None:
    (capture,), _ = taken(tmp_path, raw)
    assert (capture.problem, capture.outcome) == (problem, outcome)


def test_revisits_hold_with_the_body_that_they_refer_to(tmp_path: Path) -> None:
    first, second, later = site(1), site(2), "2025-03-04T05:06:07Z"
    name = first.split(b"WARC-Record-ID: ")[1].split(b"\r\n")[0].decode()
    same = http(b"", "X: new").removesuffix(b"")
    not_modified = http(b"", "X: newer", status="304 Not Modified")
    captures, result = taken(
        tmp_path,
        first,
        second,
        record(same, "revisit", "https://site1.example/robots.txt", WARC_Date=later, WARC_Refers_To=name),
        record(
            not_modified,
            "revisit",
            "https://site2.example/robots.txt",
            WARC_Date=later,
            WARC_Refers_To_Target_URI="https://site2.example/robots.txt",
            WARC_Refers_To_Date=DATE,
        ),
        record(same, "revisit", "https://site3.example/robots.txt", WARC_Refers_To="<urn:uuid:gone>"),
    )
    told = [(capture.url[12:13], capture.status, capture.body == ROBOTS, capture.outcome) for capture in captures]
    assert told == [
        ("1", 200, True, "answered"),
        ("1", 200, True, "answered"),
        ("2", 200, True, "answered"),
        ("2", 200, True, "answered"),
        ("3", 200, False, "failed"),
    ]
    assert captures[1].headers == (("X", "new"),)
    assert captures[3].headers == (("X", "newer"),)
    rows = result.arrow().to_pylist()
    assert (rows[1]["refers_to"], rows[3]["refers_to"]) == (rows[0]["id"], rows[2]["id"])


def test_revisits_of_what_an_earlier_file_brought_are_found_in_the_archive(tmp_path: Path) -> None:
    taken(tmp_path, site(1), name="first.warc.gz")
    revisit = record(
        http(b""),
        "revisit",
        "https://site1.example/robots.txt",
        WARC_Date="2025-03-04T05:06:07Z",
        WARC_Refers_To_Target_URI="https://site1.example/robots.txt",
        WARC_Refers_To_Date=DATE,
    )
    captures, _ = taken(tmp_path, revisit, name="second.warc.gz")
    assert [(capture.body, capture.outcome) for capture in captures] == [(ROBOTS, "answered")] * 2


def test_of_a_warc_that_is_damaged_what_is_whole_is_kept_and_the_rest_named(tmp_path: Path) -> None:
    whole = [member(site(number)) for number in range(6)]
    spoilt = bytearray(whole[2])
    spoilt[60] ^= 0xFF
    wrong = member(site(3, Content_Length="10"))
    (tmp_path / "a.warc.gz").write_bytes(b"".join([*whole[:2], bytes(spoilt), wrong, whole[4], whole[5][:-20]]))
    project = project_in(tmp_path)
    result = collect(project, [tmp_path / "a.warc.gz"])
    assert [capture.url[12] for capture in captures_of(project)] == ["0", "1", "4"]
    first, second, third = problems(result)
    assert first.startswith(f"record 3 at byte {len(whole[0] + whole[1])}: the gzip stream is damaged near byte")
    assert second.startswith("record 4 at byte ")
    assert "no empty line follows the 10 bytes" in second
    assert "cut short; nothing after it is read" in third


def test_what_is_wrong_a_thousand_times_is_said_once(tmp_path: Path) -> None:
    _, result = taken(tmp_path, site(0), *(record(http(), uri="https://a..b/") for _ in range(1000)))
    (problem,) = result.files[0].problems
    assert (problem.count, len(problem.places)) == (1000, 5)
    assert str(problem).endswith("and 995 more: an address without a host that can be")


# --- again, and again


def test_the_same_file_taken_in_twice_adds_nothing(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    (tmp_path / "a.warc.gz").write_bytes(member(site(1)) + member(site(2)))
    collect(project, [tmp_path / "a.warc.gz"])
    before = files_of(project)
    (tmp_path / "renamed.warc.gz").write_bytes((tmp_path / "a.warc.gz").read_bytes())
    for name in ("a.warc.gz", "renamed.warc.gz"):
        (file,) = collect(project, [tmp_path / name]).files
        assert (file.state, file.captures, file.there_already) == ("there already", 0, 2)
    assert files_of(project) == before


def test_a_capture_that_another_file_brought_is_not_kept_twice(tmp_path: Path) -> None:
    taken(tmp_path, site(1), site(2), name="a.warc.gz")
    captures, result = taken(tmp_path, site(3), site(2), site(2), name="b.warc.gz")
    assert (result.files[0].captures, result.files[0].there_already) == (1, 2)
    assert len(captures) == 3


def test_several_captures_of_a_host_stand_side_by_side(tmp_path: Path) -> None:
    dates = ["2025-01-01T00:00:00Z", "2025-02-01T00:00:00Z", "2025-03-01T00:00:00.5Z", ""]
    captures, result = taken(tmp_path, *(site(1, WARC_Date=date) for date in dates))
    assert [capture.captured and capture.captured.month for capture in captures] == [1, 2, 3, None]
    assert result.facts()["undated"] == 1
    assert (result.facts()["first_captured"], result.facts()["last_captured"]) == (
        "2025-01-01T00:00:00+00:00",
        "2025-03-01T00:00:00.500000+00:00",
    )


def test_an_archive_of_another_project_is_taken_in_as_it_is(tmp_path: Path) -> None:
    captures, _ = taken(
        tmp_path / "one", site(1), site(2, b"", status="301 Moved", WARC_Date=""), record(ROBOTS, "resource")
    )
    one, other = project_in(tmp_path / "one"), project_in(tmp_path / "other")
    (segment,) = Archive.of(one).segments()
    collect(other, [Archive.of(one).warc(segment)])
    assert captures_of(other) == captures
    (again,) = collect(one, [Archive.of(one).warc(segment)]).files
    assert (again.captures, again.there_already) == (0, 3)


@pytest.mark.parametrize("name", ["a.warc.gz", "a.csv"])
def test_killed_at_any_instant_and_run_again_it_ends_with_the_same_bytes(tmp_path: Path, name: str) -> None:
    data = b"".join(member(site(number, b"#" * 3000 + b"%d" % number)) for number in range(4000))
    if name == "a.csv":
        data = b"host,body\n" + b"".join(b"site%d.example,%s\n" % (n, b"#" * 3000) for n in range(4000))
    whole, killed = project_in(tmp_path / "whole"), project_in(tmp_path / "killed")
    for project in (whole, killed):
        (project.home / name).write_bytes(data)
        os.utime(project.home / name, (1_700_000_000, 1_700_000_000))
    started = time.monotonic()
    command = [COMMAND, "collect", "--quiet", "--from", name]
    assert subprocess.run(command, cwd=whole.home, check=False).returncode == 0
    lasts = time.monotonic() - started
    interrupted = 0
    for share in (0.4, 0.6, 0.8):
        process = subprocess.Popen(command, cwd=killed.home)
        time.sleep(lasts * share)
        process.send_signal(signal.SIGKILL)
        interrupted += process.wait() == -signal.SIGKILL
        assert Archive.of(killed).index().num_rows in {0, 4000}
    assert interrupted
    assert subprocess.run(command, cwd=killed.home, check=False).returncode == 0
    assert files_of(killed) == files_of(whole)
    assert len(captures_of(killed)) == 4000


@pytest.mark.needs("mount")
@pytest.mark.parametrize("room", [0, 8, 64, 200])
def test_a_full_disk_is_named_and_the_same_command_ends_well_after_making_room(tmp_path: Path, room: int) -> None:
    (tmp_path / "a.warc").write_bytes(b"".join(site(n, random.Random(n).randbytes(4000)) for n in range(100)))
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], check=True)
    try:
        project = project_in(disk)
        free = os.statvfs(disk)
        (disk / "filling").write_bytes(bytes(free.f_bavail * free.f_frsize - (room << 10)))
        with pytest.raises(WorkspaceError, match="the disk is full; make room, then run the same command again"):
            collect(project, [tmp_path / "a.warc"])
        assert not list(disk.rglob("*.part"))
        assert Archive.of(project).index().num_rows == 0
        (disk / "filling").unlink()
        collect(project, [tmp_path / "a.warc"])
        assert len(captures_of(project)) == 100
    finally:
        subprocess.run(["umount", str(disk)], check=True)


# --- which hosts


def inventory_project(folder: Path, *hosts: str) -> Project:
    pq.write_table(
        pa.table({"url": [f"https://{host}/page" for host in hosts], "token_count": [1] * len(hosts)}),
        folder / "m.parquet",
    )
    project = project_of(folder, {"manifests": ["m.parquet"]})
    scan(project)
    return project


def redirect(number: int, to: str) -> bytes:
    return site(number, b"", f"Location: {to}", status="301 Moved")


@pytest.mark.parametrize("name", ["a.warc.gz", "a.warc", "one-stream.warc.gz", "a.jsonl"])
def test_inventory_only_keeps_hosts_of_the_inventory_and_what_they_redirect_to(tmp_path: Path, name: str) -> None:
    project = inventory_project(tmp_path, "site1.example", "site2.example", "www.site9.example")
    records = [
        site(4, b"target of a target, before what leads to it"),
        redirect(1, "https://site3.example/robots.txt"),
        redirect(3, "//site4.example/robots.txt"),
        site(2),
        redirect(5, "https://site2.example/"),
        site(6),
        redirect(7, "https://site6.example/"),
        site(9),
    ]
    if name == "a.jsonl":
        rows = []
        for raw in records:
            url = raw.split(b"WARC-Target-URI: ")[1].split(b"\r\n")[0].decode()
            location = raw.split(b"Location: ")[1].split(b"\r\n")[0].decode() if b"Location" in raw else None
            rows.append(
                {"url": url, "status": 301 if location else 200, "headers": {"Location": location}, "body": "x"}
            )
        (tmp_path / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    elif name == "one-stream.warc.gz":
        (tmp_path / name).write_bytes(gzip.compress(b"".join(records)))
    else:
        (tmp_path / name).write_bytes(b"".join(records if name == "a.warc" else map(member, records)))
    result = collect(project, [tmp_path / name], inventory_only=True)
    assert result.arrow().column("authority").to_pylist() == [f"site{number}.example" for number in (1, 2, 3, 4)]
    assert result.files[0].captures == 4
    everything = collect(project, [tmp_path / name])
    assert (everything.files[0].captures, everything.files[0].there_already) == (4, 4)


def test_inventory_only_names_what_is_wrong_with_the_file_too(tmp_path: Path) -> None:
    project = inventory_project(tmp_path, "site1.example")
    wrong = member(site(2, Content_Length="5"))
    (tmp_path / "a.warc.gz").write_bytes(wrong + member(site(1)) + member(site(3)) + b"\x1f\x8b")
    result = collect(project, [tmp_path / "a.warc.gz"], inventory_only=True)
    assert len(problems(result)) == 2
    assert result.files[0].captures == 1


def test_without_an_inventory_there_is_nothing_to_keep(tmp_path: Path) -> None:
    (tmp_path / "a.warc.gz").write_bytes(member(site(1)))
    with pytest.raises(DataError, match="run datasummary scan"):
        collect(project_in(tmp_path), [tmp_path / "a.warc.gz"], inventory_only=True)


# --- which files


def test_remote_files_and_folders_and_globs_are_taken_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fsspec.filesystem("memory").pipe("/evidence/far.warc.gz", member(site(1)))
    (tmp_path / "near").mkdir()
    (tmp_path / "near/a.warc").write_bytes(site(2))
    (tmp_path / "b1.warc.zst").write_bytes(pa.compress(site(3), "zstd", asbytes=True))
    monkeypatch.chdir(tmp_path)
    project = project_in(tmp_path)
    result = collect(project, ["memory://evidence/far.warc.gz", "near", "b?.warc.zst"])
    assert [file.path for file in result.files] == ["b1.warc.zst", "memory://evidence/far.warc.gz", "near/a.warc"]
    assert [capture.url[12] for capture in captures_of(project)] == ["1", "2", "3"]
    assert sorted(path.name for path in Archive.of(project).root.iterdir() if path.name.startswith(".")) == []


def test_a_file_in_which_nothing_can_be_read_does_not_stop_the_others(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    (tmp_path / "good.warc.gz").write_bytes(member(site(1)))
    (tmp_path / "bad.warc.gz").write_bytes(b"\x1f\x8b\x08no gzip after all")
    (tmp_path / "empty.parquet").write_bytes(b"")
    result = collect(project, [tmp_path / name for name in ("bad.warc.gz", "empty.parquet", "good.warc.gz")])
    assert [file.state for file in result.files] == ["unreadable", "unreadable", "taken in"]
    assert len(captures_of(project)) == 1
    with pytest.raises(DataError, match=r"bad\.warc\.gz: record 1 at byte 0: .*\n.*empty\.parquet: "):
        collect(project, [tmp_path / "bad.warc.gz", tmp_path / "empty.parquet"])


def test_a_warc_without_captures_is_no_error(tmp_path: Path) -> None:
    captures, result = taken(tmp_path, record(b"software: other\r\n", "warcinfo", uri=""))
    assert (captures, problems(result), result.files[0].state) == ([], [], "taken in")


def test_what_is_asked_for_wrongly_is_said(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    with pytest.raises(ProjectError, match="nothing to collect from"):
        collect(project)
    with pytest.raises(ProjectError, match="--captured soon: this is no date"):
        collect(project, ["a.csv"], captured="soon")
    with pytest.raises(DataError, match=r"none\.csv: no file matches"):
        collect(project, [tmp_path / "none.csv"])


# --- the command


def run(*words: object, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([COMMAND, *map(str, words)], cwd=folder, capture_output=True, text=True, check=False)


def test_the_command_takes_several_files_and_says_what_became_of_each(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    (tmp_path / "a.warc.gz").write_bytes(member(site(1)) + member(site(2))[:-5])
    (tmp_path / "b.csv").write_text("host,body\nsite3.example,x\n")
    (tmp_path / "r.csv").write_text("domain,date,reference\nexample.org,2025-03-31,7\n")
    done = run("collect", "--from", "a.warc.gz", "b.csv", "--requests", "r.csv", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert "a.warc.gz: 1 new capture\n  record 2 at byte " in done.stderr
    assert "robots-txt: 2 answered" in done.stderr
    assert "3 hosts, captured 2025-01-02 to 2025-03-31" in done.stderr
    assert "1 capture has no date; --captured DATE says when" in done.stderr
    assert len(captures_of(project)) == 3
    again = run("collect", "--from", "b.csv", "--json", folder=tmp_path)
    facts = json.loads(again.stdout)
    assert (again.returncode, again.stderr) == (0, "")
    assert facts["captures"] == [{"kind": "robots-txt", "outcome": "answered", "captures": 1}]
    assert facts["files"][0]["state"] == "there already"
    assert run("collect", "--from", "b.csv", "--quiet", folder=tmp_path).stderr == ""


def test_the_command_ends_with_2_for_usage_and_3_for_data(tmp_path: Path) -> None:
    project_in(tmp_path)
    (tmp_path / "a.csv").write_text("url,tokens\nhttps://example.org/,5\n")
    for words, status, said in [
        (["a.csv"], 2, "say --from before the files"),
        ([], 2, "there is no collect: to say who asks"),
        (["--from", "a.csv", "--captured", "soon"], 2, "this is no date"),
        (["--from", "none.csv"], 3, "no file matches"),
        (["--from", "a.csv"], 3, "a.csv: evidence needs the columns body, and host or url; this table has url, tokens"),
    ]:
        done = run("collect", *words, folder=tmp_path)
        assert done.returncode == status, done.stderr
        assert said in done.stderr
        assert "Traceback" not in done.stderr
