"""A collection that is killed at any moment goes on where it was, and is as polite as one that was not."""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest
import web
from collecting import AGENT, evidence_in, kill_group, started, states_in
from fastwarc.warc import ArchiveIterator, WarcRecordType

from datasummary.evidence.archive import Archive
from datasummary.evidence.visits import STATES

pytestmark = pytest.mark.xdist_group("killed")  # one worker makes the collection that all look at

ORIGINS = int(os.environ.get("DATASUMMARY_TEST_ORIGINS", "600"))
KILLS = 5
PROCESSES, THREADS = 2, 24


class Memory:
    """The most memory that a worker held, by how far the collection was."""

    def __init__(self) -> None:
        self.samples: list[tuple[float, int]] = []

    def sample(self, pid: int, began: float) -> None:
        try:
            held = max(worker.memory_info().rss for worker in workers_of(pid))
            self.samples.append((time.time() - began, held >> 20))
        except (psutil.Error, ValueError):
            pass


def workers_of(pid: int) -> list[psutil.Process]:
    return [child for child in psutil.Process(pid).children() if "spawn_main" in " ".join(child.cmdline())]


def run_with_kills(
    folder: Path, served: web.Web, hosts: list[str], chance: random.Random
) -> tuple[dict[str, Any], Memory]:
    memory = Memory()
    for kill in range(KILLS + 1):
        process = started(folder, served, hosts, processes=PROCESSES, threads=THREADS)
        began = time.time()
        until = began + 2.0 + chance.random() * ORIGINS / 1000
        while process.poll() is None and (kill == KILLS or time.time() < until):
            time.sleep(0.2)
            memory.sample(process.pid, began)
        if process.poll() is None:
            if kill % 3 == 1:
                while not (workers := workers_of(process.pid)):
                    assert process.poll() is None
                    time.sleep(0.05)
                chance.choice(workers).kill()
                process.wait(timeout=60)
                assert process.returncode != 0
            elif kill % 3 == 2:
                os.kill(process.pid, signal.SIGKILL)
                process.wait()
            else:
                kill_group(process)
        output = process.stdout.read() if process.stdout and kill == KILLS else "{}"
        if process.stdout:
            process.stdout.close()
    return json.loads(output), memory


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A collection of origins, a tenth of them faulty, that was killed five times at random."""
    folder = tmp_path_factory.mktemp("killed")
    hosts = web.hosts(ORIGINS - ORIGINS // 10, ORIGINS // 10)
    began = time.time()
    with web.served(folder) as served:
        result, memory = run_with_kills(folder / "project", served, hosts, random.Random(7))
        yield folder / "project", hosts, served.hits(), result, memory
    print(f"{len(hosts):,} origins in {time.time() - began:.0f} s with {KILLS} kills; memory {memory.samples[-1:]}")


def test_every_origin_ends_in_exactly_one_final_state(killed: Any) -> None:
    folder, hosts, _, result, _ = killed
    states = states_in(folder)
    assert set(states) == set(hosts)
    assert {state for state, _ in states.values()} <= set(STATES)
    assert result["to_do"] == 0
    assert sum(result["sites"].values()) == len(hosts)
    wrong = {host: states[host] for host in hosts if host.startswith("ok-") and states[host][0] != "collected"}
    assert not wrong


def test_evidence_of_healthy_origins_is_complete_and_byte_equal_to_what_was_served(killed: Any) -> None:
    """Read by another library than the one that wrote it."""
    folder, hosts, *_ = killed
    bodies: dict[str, set[bytes]] = defaultdict(set)
    for path in sorted(evidence_in(folder).glob("*.warc.gz")):
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream, record_types=WarcRecordType.response, parse_http=True):
                assert record.verify_payload_digest() is not False
                bodies[record.headers["WARC-Target-URI"]].add(record.reader.read())
    for host in hosts:
        number = web.number_of(host)
        if not host.startswith("ok-"):
            continue
        for name in (web.ROBOTS, web.TDMREP, web.AI_TXT):
            expected = {web.healthy(number, name)[2]} if web.allowed(number, name) else set()
            assert bodies[f"http://{host}{name}"] == expected, (host, name)


def test_the_index_names_all_that_was_collected(killed: Any) -> None:
    folder, hosts, *_ = killed
    index = Archive(evidence_in(folder)).index(["authority", "url", "outcome"]).to_pylist()
    answered = {
        row["authority"] for row in index if row["outcome"] == "answered" and row["url"].endswith("/robots.txt")
    }
    assert {host for host in hosts if host.startswith("ok-")} <= answered


def test_nothing_is_fetched_twice_but_what_was_in_flight(killed: Any) -> None:
    _, _, hits, _, _ = killed
    times = Counter((hit.host, hit.method, hit.path) for hit in hits)
    again = sum(count - 1 for count in times.values())
    assert again <= KILLS * PROCESSES * THREADS
    assert max(times.values()) <= 1 + KILLS


def test_there_are_never_two_requests_at_once_to_a_host_nor_closer_than_its_delay(killed: Any) -> None:
    _, _, hits, _, _ = killed
    by_host = defaultdict(list)
    for hit in hits:
        by_host[hit.host].append(hit)
    for host, some in by_host.items():
        some.sort()
        asked = 2.0 if host.startswith("ok-") and web.number_of(host) % 50 == 7 else 1.0
        for one, other in itertools.pairwise(some):
            delay = 1.0 if other.path == web.ROBOTS else asked
            assert other.begun > one.ended, (host, one, other)
            assert other.begun - one.begun > delay - 0.01, (host, one, other)


def test_there_are_at_most_eight_connections_to_an_address(killed: Any) -> None:
    _, _, hits, _, _ = killed
    events = sorted([(hit.begun, 1, hit.address) for hit in hits] + [(hit.ended, -1, hit.address) for hit in hits])
    open_now: Counter[str] = Counter()
    for _, step, address in events:
        open_now[address] += step
        assert open_now[address] <= 8


def test_the_user_agent_is_right_and_nothing_is_requested_that_robots_txt_forbids(killed: Any) -> None:
    _, _, hits, _, _ = killed
    assert {hit.agent for hit in hits} == {AGENT.user_agent}
    healthy = [hit for hit in hits if hit.host.startswith("ok-")]
    assert not [hit for hit in healthy if not web.allowed(web.number_of(hit.host), hit.path)]
    closed = ("s401", "s403", "s429", "s500", "s503", "silent", "reset", "drip", "loop", "longlength", "bighead")
    assert not [hit for hit in hits if web.kind_of_host(hit.host) in closed and not hit.path.startswith(web.ROBOTS)]


def test_memory_stays_flat(killed: Any) -> None:
    """A worker's memory late in the longest run is near what it was once all its sites were under way."""
    *_, memory = killed
    late = [size for _, size in memory.samples[-20:]]
    assert max(late) < 400, memory.samples[::10]
