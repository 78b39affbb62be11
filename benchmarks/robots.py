"""The robots.txt reader beside its peers: Google's parser for what it answers, Protego for what it costs.

``python -m benchmarks.robots compare`` asks both readers about every file, every agent and many paths, and lists where
they part; ``python -m benchmarks.robots parse`` times reading alone. Both read the real files in ``../shared/data``, or
those given with ``--files``: Parquet with a column ``body``, and ``host`` if there is one.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

import pyarrow.parquet as pq

from benchmarks.table import Row
from datasummary.paths import address_form, pattern_form
from datasummary.protocols.robots import RobotsFile

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
FILES = (DATA / "robots-2019.parquet", DATA / "news-robots-2025.parquet")

AGENTS = (
    *("GPTBot", "CCBot", "ClaudeBot", "Google-Extended", "anthropic-ai", "Applebot-Extended", "Bytespider"),
    *("cohere-ai", "Diffbot", "FacebookBot", "Meta-ExternalAgent", "PerplexityBot", "ChatGPT-User", "Omgilibot"),
    *("Googlebot", "Googlebot-Image", "bingbot", "Baiduspider", "Mediapartners-Google", "msnbot"),
    *("DatasummaryTestBot", "*"),  # whom no file names
    *("GPT", "CC", "Google", "Applebot", "Claude", "bot", "a"),  # the beginning of other names
    *("AI2Bot", "GPTBot/1.0", "gptBOT", ""),  # no bare token, another case, nothing
)
PATHS = 50
USUAL = (
    *("/", "", "/index.html", "/index.htm", "/robots.txt", "/search?q=a", "/?s=1", "/news/2024/05/18/a-story.html"),
    *("/wp-admin/admin-ajax.php", "/wp-content/a.css", "/a/b/c/d/e", "/cgi-bin/x", "//", "/%7Euser/", "/über/straße"),
    *("/images/a.jpg", "/a.PDF", "/feed/", "/tag/x/page/2", "/en-us/", "/user/login?next=/", "/api/v1/items;v=2"),
)
_PATTERN = re.compile(rb"(?<=[:\s])[/*][^\s#]*")
TEXTS = ("", "a", "x/y", "index.html", "%E3%81%82", "?id=1&b=2", "-1", "é")


class Comparison(NamedTuple):
    """How often two readers were asked the same, and where they answered differently."""

    sites: int
    agents: int
    questions: int
    refused: int
    """Questions that Google's parser answers with no: proof that there was something to get wrong."""
    apart: tuple[str, ...]


def bodies(files: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    """Host and body of every robots.txt file in Parquet files."""
    for file in files:
        for row in pq.read_table(file).to_pylist():
            yield row.get("host") or "example.com", row["body"] or b""


def compare_with_google(
    files: Iterable[tuple[str, bytes]], agents: Sequence[str] = AGENTS, paths: int = PATHS
) -> Comparison:
    """Ask Google's parser and ours about each file, for each agent and so many addresses: the answer and its line.

    Half of the addresses are made from the file's own patterns, a quarter from those of the file before.
    """
    from jwm.robotstxt.googlebot import RobotsMatcher

    google = RobotsMatcher()
    sites = questions = refused = 0
    apart: list[str] = []
    before: list[str] = ["/a"]
    for host, body in files:
        sites += 1
        file = RobotsFile.parse(body)
        own = patterns_of(body)
        for url in _addresses(host, own, before, random.Random(sites), paths):
            for agent in agents:
                questions += 1
                theirs = google.OneAgentAllowedByRobots(body, agent.encode(), url.encode())
                refused += not theirs
                allowed, rule, _ = file.decide(agent, url)
                if allowed != theirs or (rule and rule.line != google.matching_line()):
                    apart.append(f"{host}: {agent!r} {url!r}: {theirs} by line {google.matching_line()}, not {rule}")
        before = own
    return Comparison(sites, len(agents), questions, refused, tuple(apart))


def patterns_of(body: bytes) -> list[str]:
    """Give what looks like a pattern in a file, in form."""
    return [pattern_form(pattern) for pattern in dict.fromkeys(_PATTERN.findall(body))] or ["/"]


def _addresses(host: str, own: list[str], before: list[str], rng: random.Random, count: int) -> Iterator[str]:
    for number in range(count):
        if number % 2 == 0:
            path = path_like(rng.choice(own), rng)
        elif number % 4 == 1:
            path = path_like(rng.choice(before), rng)
        else:
            path = rng.choice(USUAL)
        yield address_form(f"https://{host}{path}")


def path_like(pattern: str, rng: random.Random) -> str:
    """Make a path that a pattern matches, or just fails to match."""
    path = re.sub(r"\*", lambda _: rng.choice(TEXTS), pattern)
    change = rng.randrange(8)
    if change == 0:
        return path
    path = path.removesuffix("$")
    if change == 1:
        return path[:-1]
    if change == 2:
        return path.swapcase()
    if change == 3:
        return re.sub(r"[^/]*$", "", path)
    return path + rng.choice(TEXTS) if change < 6 else path


def parse_row(files: Sequence[Path] = FILES, repeat: int = 3) -> Row:
    """Read every file by our reader and by Protego, in turn, and say how many times faster ours is by the median."""
    from protego import Protego

    read = [body for _, body in bodies(files)]
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(repeat):
        ours.append(_seconds(RobotsFile.parse, read))
        theirs.append(_seconds(lambda body: Protego.parse(body.decode("utf-8", "replace")), read))
    ratio = median(theirs) / median(ours)
    return Row(
        f"reading {len(read):,} robots.txt files, against Protego's parse",
        f"{median(ours):.2f} s",
        f"{median(theirs):.2f} s",
        f"{ratio:.1f} times faster",
        "2 times",
        ratio >= 2,
    )


def _seconds(parse: Callable[[bytes], object], read: list[bytes]) -> float:
    start = time.process_time()
    for body in read:
        parse(body)
    return time.process_time() - start


def main() -> None:
    """Read the options, compare or time, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.robots", description=__doc__)
    parser.add_argument("task", choices=("compare", "parse"))
    parser.add_argument("--files", type=Path, nargs="+", default=FILES, help="Parquet files (default: the real ones)")
    parser.add_argument("--paths", type=int, default=PATHS, help="addresses a file (default: %(default)s)")
    options = parser.parse_args()
    if options.task == "parse":
        print(parse_row(options.files))
        return
    start = time.perf_counter()
    found = compare_with_google(bodies(options.files), paths=options.paths)
    counts = found._replace(apart=found.apart[:20])._asdict() | {"disagreements": len(found.apart)}
    print(json.dumps(counts | {"seconds": round(time.perf_counter() - start)}, indent=2, ensure_ascii=False))
    sys.exit(1 if found.apart else 0)


if __name__ == "__main__":
    main()
