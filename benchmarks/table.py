"""The table that a run of the benchmarks prints, and the description of the machine it ran on."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One line: what was measured, ours beside its peer, and whether the target is met."""

    what: str
    ours: str
    peer: str
    ratio: str
    target: str
    met: bool


def markdown(rows: Iterable[Row]) -> str:
    """The rows as a Markdown table, padded so that it reads well in a terminal too."""
    cells = [("what", "ours", "peer", "ratio", "target", "met")]
    cells += [(row.what, row.ours, row.peer, row.ratio, row.target, "yes" if row.met else "no") for row in rows]
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    lines = ["| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in cells]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines) + "\n"


def machine() -> str:
    """Processor, cores, memory and the versions that matter, in one line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cpuinfo = Path("/proc/cpuinfo")
    model = re.search(r"model name\s*: (.+)", cpuinfo.read_text()) if cpuinfo.exists() else None
    versions = ", ".join(f"{name} {version(name)}" for name in ("datasummary", "duckdb", "pandas", "tldextract"))
    return (
        f"{model.group(1) if model else platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB, "
        f"{platform.system()}; Python {platform.python_version()}, {versions}"
    )
