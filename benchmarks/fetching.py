"""Fetching from loopback: the collection beside a bare thread pool of requests and, for information, an asyncio client.

``python -m benchmarks.fetching`` serves some thousands of origins (``tests/web.py``) and asks each for the same four
things: robots.txt over https, which is refused, then robots.txt, tdmrep.json and ai.txt over http. The collection does
all that it does on the web, WARC, journal, guard and turns, with its pause between requests set to nothing, since it is
the work that is measured. The peers read the answers and throw them away. Rates are answers a second by the server's
own log, from its first to its last, so that starting up counts for nobody. The server needs a part of the machine, too.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.table import Row, machine, markdown

TESTS = Path(__file__).resolve().parent.parent / "tests"
sys.path.insert(0, str(TESTS))

THREADS = 32
PATHS = ("/robots.txt", "/.well-known/tdmrep.json", "/ai.txt")


def sites(count: int) -> Iterator[str]:
    """Name sites of the test web whose robots.txt forbids nothing and asks for no pause."""
    number = 0
    while count:
        if number % 3 != 1 and number % 5 != 2 and number % 7 != 3 and number % 50 != 7:
            yield f"ok-{number}.example"
            count -= 1
        number += 1


def collection(hosts: list[str], names: Any, folder: Path, processes: int) -> None:
    """Ours."""
    from collecting import collected

    result = collected(folder / "project", names, hosts, processes=processes, threads=THREADS, delay=0.0)
    if result.sites["collected"] != len(hosts):
        raise AssertionError(result)


def thread_pool(hosts: list[str], names: Any, folder: Path, processes: int) -> None:
    """``requests`` in a thread pool, and in several processes of one."""
    context = multiprocessing.get_context("spawn")
    running = [
        context.Process(target=_thread_pool, args=[hosts[number::processes], names]) for number in range(processes)
    ]
    for process in running:
        process.start()
    for process in running:
        process.join()
        if process.exitcode:
            raise AssertionError("the thread pool failed")


def _thread_pool(hosts: list[str], names: Any) -> None:
    import requests

    local = threading.local()

    def visit(host: str) -> None:
        if not hasattr(local, "session"):
            local.session = requests.Session()
            local.session.trust_env = False
        for scheme, path in (("https", PATHS[0]), *(("http", path) for path in PATHS)):
            ((address, port),) = names(host, 443 if scheme == "https" else 80)
            try:
                answer = local.session.get(
                    f"{scheme}://{address}:{port}{path}", headers={"Host": host, "Connection": "close"}, timeout=10
                )
                assert answer.status_code in {200, 404}
            except requests.ConnectionError:
                assert scheme == "https"

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(visit, hosts))


def asyncio_client(hosts: list[str], names: Any, folder: Path, processes: int) -> None:
    """``aiohttp`` in one process, with as many requests at once."""
    import aiohttp

    async def worker(waiting: queue.SimpleQueue[str], session: aiohttp.ClientSession) -> None:
        while not waiting.empty():
            host = waiting.get()
            for scheme, path in (("https", PATHS[0]), *(("http", path) for path in PATHS)):
                ((address, port),) = names(host, 443 if scheme == "https" else 80)
                try:
                    url = f"{scheme}://{address}:{port}{path}"
                    async with session.get(url, headers={"Host": host, "Connection": "close"}) as answer:
                        await answer.read()
                except aiohttp.ClientConnectionError:
                    assert scheme == "https"

    async def run() -> None:
        waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
        for host in hosts:
            waiting.put(host)
        async with aiohttp.ClientSession() as session:
            await asyncio.gather(*(worker(waiting, session) for _ in range(THREADS)))

    asyncio.run(run())


CLIENTS: dict[str, Callable[[list[str], Any, Path, int], None]] = {
    client.__name__: client for client in (collection, thread_pool, asyncio_client)
}


def rate(client: str, processes: int, count: int) -> float:
    """Give a client's answers a second, from a run in a process of its own."""
    import web

    with tempfile.TemporaryDirectory() as folder, web.served(Path(folder)) as served:
        task = json.dumps(
            [client, processes, count, [served.names.plain, served.names.tls, served.names.closed], folder]
        )
        subprocess.run([sys.executable, "-m", "benchmarks.fetching", "--task", task], check=True)
        hits = served.hits()
    if len(hits) != count * len(PATHS):
        raise AssertionError(f"{client}: {len(hits):,} answers instead of {count * len(PATHS):,}")
    return len(hits) / (max(hit.ended for hit in hits) - min(hit.begun for hit in hits))


def fetching_rows(count: int = 3_000, repeat: int = 3) -> list[Row]:
    """Measure all, in turn, and give the rows of the table."""
    pairs = [("collection", 1), ("thread_pool", 1), ("collection", 2), ("thread_pool", 2), ("asyncio_client", 1)]
    found: dict[tuple[str, int], list[float]] = {pair: [] for pair in pairs}
    for _ in range(repeat):
        for client, processes in pairs:
            found[client, processes].append(rate(client, processes, count))
    rates = {pair: median(some) for pair, some in found.items()}
    rows = []
    for processes in (1, 2):
        ours, peer = rates["collection", processes], rates["thread_pool", processes]
        what = (
            f"fetching on loopback, {THREADS} threads in {processes} process{'es' * (processes > 1)}, against requests"
        )
        rows.append(
            Row(what, f"{ours:,.0f}/s", f"{peer:,.0f}/s", f"{ours / peer:.2f} of it", "0.8 of it", ours >= 0.8 * peer)
        )
    one, two = rates["collection", 1], rates["collection", 2]
    rows.append(
        Row(
            "the same, two processes against one",
            f"{two:,.0f}/s",
            f"{one:,.0f}/s",
            f"{two / one:.2f} times",
            "more",
            two > one,
        )
    )
    peer = rates["asyncio_client", 1]
    rows.append(
        Row(
            "the same, one process, an asyncio client",
            f"{one:,.0f}/s",
            f"{peer:,.0f}/s",
            f"{one / peer:.2f} of it",
            "none",
            True,
        )
    )
    return rows


def main() -> None:
    """Read the options, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fetching", description=__doc__)
    parser.add_argument("--sites", type=int, default=3_000, help="sites (default: %(default)s)")
    parser.add_argument("--repeat", type=int, default=3, help="times that each client runs (default: %(default)s)")
    parser.add_argument("--task", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.task:
        from web import LoopbackNames

        client, processes, count, ports, folder = json.loads(options.task)
        CLIENTS[client](list(sites(count)), LoopbackNames(*ports), Path(folder), processes)
        return
    print(f"{markdown(fetching_rows(options.sites, options.repeat))}\n{machine()}")


if __name__ == "__main__":
    main()
