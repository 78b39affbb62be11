"""Whatever a site does, its visit ends in time, in a state that says what happened, and the others go on."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import web
from collecting import AGENT, collected, evidence_in, project_in, states_in
from fastwarc.warc import ArchiveIterator, WarcRecordType

from datasummary.errors import WorkspaceError
from datasummary.evidence.archive import Archive
from datasummary.evidence.captures import Capture

pytestmark = pytest.mark.xdist_group("faults")  # one worker makes what all look at

COLLECTED = ("collected", "")
ENDS = {
    "ok": COLLECTED,
    "tls": COLLECTED,
    "six": COLLECTED,
    "gzip": COLLECTED,
    "chunked": COLLECTED,
    "reason": COLLECTED,
    "interim": COLLECTED,
    "licensed": COLLECTED,
    "toother": COLLECTED,
    "soon": COLLECTED,
    "refused": ("unreachable", "connection refused"),
    "reset": ("unreachable", "cut short"),
    "silent": ("unreachable", "no answer in time"),
    "drippinghead": ("unreachable", "no answer in time"),
    "drip": ("unreachable", "too slow"),
    "endless": COLLECTED,
    "endlesschunks": COLLECTED,
    "big": COLLECTED,
    "gzipbomb": COLLECTED,
    "brbomb": COLLECTED,
    "longlength": ("unreachable", "cut short"),
    "shortlength": COLLECTED,
    "chunkjunk": ("unreachable", "broken chunks"),
    "nohttp": ("unreachable", "not HTTP"),
    "bighead": ("unreachable", "header too large"),
    "loop": ("unreachable", "too many redirects"),
    "toprivate": ("unreachable", "connection refused"),
    "toftp": ("unreachable", "forbidden scheme"),
    "tofile": ("unreachable", "forbidden scheme"),
    "tojunk": ("unreachable", "bad address"),
    "nodns": ("unreachable", "name not resolved"),
    "dnshang": ("unreachable", "name lookup timed out"),
    "expired": COLLECTED,
    "wrongname": COLLECTED,
    "selfsigned": COLLECTED,
    "s401": ("refused", "401"),
    "s403": ("refused", "403"),
    "s404": COLLECTED,
    "s410": COLLECTED,
    "s429": ("refused", "429"),
    "s429later": ("postponed", "asked to wait"),
    "s500": ("unreachable", "500"),
    "s503": ("unreachable", "503"),
    "html": COLLECTED,
}
NUMBER = 8
"""All that a healthy site with this number has, our token may have."""


class Ran:
    """A collection of one origin of each kind."""

    def __init__(self, folder: Path, served: web.Web) -> None:
        began = time.monotonic()
        hosts = [f"{kind}-{NUMBER}.example" for kind in ENDS]
        self.result = collected(folder, served.names, hosts, authority=served.authority)
        self.seconds = time.monotonic() - began
        self.states = states_in(folder)
        self.hits = served.hits()
        archive = Archive(evidence_in(folder))
        self.captures: dict[str, list[Capture]] = {}
        for capture in archive.captures(archive.index()):
            self.captures.setdefault(capture.url, []).append(capture)
        self.folder = folder

    def robots(self, kind: str, scheme: str = "http") -> Capture:
        (only,) = self.captures[f"{scheme}://{kind}-{NUMBER}.example/robots.txt"]
        return only

    def asked(self, kind: str) -> list[str]:
        return [hit.path for hit in self.hits if hit.host == f"{kind}-{NUMBER}.example"]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    folder = tmp_path_factory.mktemp("faults")
    with web.served(folder) as served:
        yield Ran(folder / "project", served)


def test_there_is_a_test_for_each_thing_that_the_test_web_does(ran: Ran) -> None:
    assert set(ENDS) == {*web.ANSWERS, *web.STREAMS, "nodns", "dnshang", "refused"}


@pytest.mark.parametrize("kind", ENDS)
def test_a_visit_ends_in_the_state_that_says_what_happened(kind: str, ran: Ran) -> None:
    assert ran.states[f"{kind}-{NUMBER}.example"] == ENDS[kind]


def test_nothing_takes_longer_than_its_limits(ran: Ran) -> None:
    assert ran.seconds < 30


@pytest.mark.parametrize("kind", [kind for kind, (state, _) in ENDS.items() if state != "collected"])
def test_a_site_whose_robots_txt_cannot_be_had_is_asked_for_nothing_else(kind: str, ran: Ran) -> None:
    assert all(path.startswith(web.ROBOTS) for path in ran.asked(kind))


@pytest.mark.parametrize(
    "kind", ["reset", "silent", "drip", "longlength", "chunkjunk", "nohttp", "bighead", "nodns", "dnshang", "refused"]
)
def test_evidence_says_why_there_is_no_answer(kind: str, ran: Ran) -> None:
    capture = ran.robots(kind, "https" if "dns" in kind else "http")
    assert capture.problem == ENDS[kind][1]
    assert capture.outcome == "failed"
    assert capture.captured


@pytest.mark.parametrize("kind", ["expired", "wrongname", "selfsigned"])
def test_a_certificate_that_does_not_hold_is_noted_and_http_is_asked(kind: str, ran: Ran) -> None:
    assert ran.robots(kind, "https").problem == "certificate"
    assert ran.robots(kind).outcome == "answered"


def test_where_https_answers_http_is_not_asked(ran: Ran) -> None:
    assert ran.robots("tls", "https").body == web.robots_of(NUMBER)
    assert f"http://tls-{NUMBER}.example/robots.txt" not in ran.captures


@pytest.mark.parametrize("kind", ["endless", "endlesschunks", "big"])
def test_a_body_beyond_the_limit_is_cut_and_its_beginning_read(kind: str, ran: Ran) -> None:
    capture = ran.robots(kind)
    assert capture.problem == "truncated"
    assert 400_000 < len(capture.body) <= AGENT.limits.file_bytes
    assert web.AI_TXT in ran.asked(kind)


@pytest.mark.parametrize("kind", ["gzipbomb", "brbomb"])
def test_a_bomb_is_unpacked_up_to_the_limit_and_kept_as_it_came(kind: str, ran: Ran) -> None:
    capture = ran.robots(kind)
    assert capture.problem == "truncated"
    assert len(capture.body) <= 5 << 20
    assert sum(path.stat().st_size for path in evidence_in(ran.folder).glob("*.warc.gz")) < 4 << 20


@pytest.mark.parametrize("kind", ["gzip", "chunked", "reason", "interim", "six"])
def test_codings_and_odd_heads_are_read_and_kept_byte_for_byte(kind: str, ran: Ran) -> None:
    assert ran.robots(kind).body == web.robots_of(NUMBER)


def test_a_reason_phrase_beyond_ascii_is_kept_as_it_came(ran: Ran) -> None:
    blocks = []
    for path in evidence_in(ran.folder).glob("*.warc.gz"):
        with path.open("rb") as stream:
            blocks += [
                record.reader.read()
                for record in ArchiveIterator(stream, record_types=WarcRecordType.response, parse_http=False)
                if record.headers["WARC-Target-URI"] == f"http://reason-{NUMBER}.example/robots.txt"
            ]
    (block,) = blocks
    assert block.startswith("HTTP/1.1 200 très bien\r\n".encode())


def test_retry_after_is_kept(ran: Ran) -> None:
    first, second = [hit for hit in ran.hits if hit.host == f"soon-{NUMBER}.example" and hit.path == web.ROBOTS]
    assert second.begun - first.ended > 1.98
    assert len(ran.asked("s429later")) == 1


def test_at_most_five_redirects_are_followed(ran: Ran) -> None:
    assert len(ran.asked("loop")) == 6


def test_a_redirect_to_another_host_is_followed_in_that_hosts_turn_and_fetched_once(ran: Ran) -> None:
    assert sorted(ran.asked("toother")) == sorted([web.ROBOTS, web.TDMREP, web.AI_TXT])
    assert ran.asked("ok").count(web.ROBOTS) == 1


def test_a_document_that_robots_txt_names_is_fetched_from_its_own_host(ran: Ran) -> None:
    assert "/page/licence.xml" in ran.asked("ok")


def test_the_result_counts_all(ran: Ran) -> None:
    assert sum(ran.result.sites.values()) == len(ENDS)
    assert ran.result.to_do == 0
    assert ran.result.details["too many redirects"] == 1
    assert ran.result.problems["certificate"] == 3


# The disk


@pytest.mark.needs("mount")
def test_a_full_disk_ends_the_collection_in_clear_words_and_it_goes_on_after_room_was_made(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(disk)], check=True)
    hosts = [f"ok-{number}.example" for number in range(1, 400)]
    try:
        with web.served(tmp_path) as served:
            filling = disk / "filling"
            filling.write_bytes(bytes((16 << 20) - (320 << 10)))
            with pytest.raises(WorkspaceError, match="the disk is full; make room, then run the same command again"):
                collected(disk / "project", served.names, hosts, threads=32)
            filling.unlink()
            result = collected(disk / "project", served.names, hosts, threads=32)
            assert result.to_do == 0
            assert result.sites["collected"] == len(hosts)
            archive = Archive(evidence_in(disk / "project"))
            bodies = {capture.url: capture.body for capture in archive.captures(archive.index())}
        for number in range(1, 400):
            assert bodies[f"http://ok-{number}.example/robots.txt"] == web.robots_of(number)
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_a_second_collection_at_the_same_time_is_refused(tmp_path: Path) -> None:
    from datasummary.evidence.live import _held

    project = project_in(tmp_path)
    with _held(project.home / ".datasummary/collect"), pytest.raises(WorkspaceError, match="already running here"):
        collected(tmp_path, None, ["a.example"])


def test_nothing_is_left_to_do_where_there_are_no_hosts(tmp_path: Path) -> None:
    result: Any = collected(tmp_path, None, [])
    assert (result.requests, result.to_do, result.plan.hosts) == (0, 0, 0)
