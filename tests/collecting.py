"""Collections in tests: from the web of tests/web.py, in this process or in one that can be killed."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from web import LoopbackNames, Web

from datasummary.evidence.live import CollectResult, collect_live
from datasummary.evidence.settings import Collecting, Limits
from datasummary.project import Project

LIMITS = Limits(connect_seconds=1, first_byte_seconds=1, total_seconds=2)
AGENT = Collecting(agent="TestBot", contact="mailto-bot@datasummary.example", limits=LIMITS)


def project_in(folder: Path) -> Project:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "datasummary.yaml"
    path.write_text(
        "provider: {name: Acme, contact: a@acme.example, established_in: FR}\n"
        "model: {names: [{name: acme-1}], placed_on_market: 2026-03-01}\n"
        'summary: {version: "1.0", date: 2026-03-01}\n'
    )
    return Project.load(path)


def collected(
    folder: Path, names: Any, hosts: Iterable[str], settings: Collecting = AGENT, **more: Any
) -> CollectResult:
    """Collect from loopback."""
    more = {"processes": 2, "threads": 8, "allow_private": True, "resolve": names, **more}
    return collect_live(project_in(folder), settings, hosts, **more)


def evidence_in(folder: Path) -> Path:
    return folder / ".datasummary/evidence"


def states_in(folder: Path) -> dict[str, tuple[str | None, str | None]]:
    """Give the state and detail of each origin."""
    with sqlite3.connect(folder / ".datasummary/collect/journal.sqlite3") as journal:
        rows = journal.execute("SELECT authority, state, detail FROM sites").fetchall()
    journal.close()
    return {authority: (state, detail) for authority, state, detail in rows}


def started(folder: Path, web: Web, hosts: list[str], **more: Any) -> subprocess.Popen[str]:
    """Start a collection in a session of its own."""
    file = folder.with_suffix(".hosts")
    file.write_text("\n".join(hosts))
    more["authority"] = web.authority
    task = {"folder": str(folder), "names": dataclasses.asdict(web.names), "hosts": str(file), "more": more}
    return subprocess.Popen(
        [sys.executable, __file__, json.dumps(task)], stdout=subprocess.PIPE, text=True, start_new_session=True
    )


def kill_group(process: subprocess.Popen[str]) -> None:
    """Kill a collection with all its processes at once."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    result = collected(
        Path(given["folder"]),
        LoopbackNames(**given["names"]),
        Path(given["hosts"]).read_text().split(),
        **given["more"],
    )
    print(json.dumps(dataclasses.asdict(result), default=str))
