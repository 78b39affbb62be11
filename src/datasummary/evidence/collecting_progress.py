"""What a collection shows while it runs, on standard error."""

from __future__ import annotations

import sys
import time
from collections import Counter
from types import TracebackType
from typing import Self

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from datasummary.evidence.journal import Counts
from datasummary.progress import console

__all__ = ["CollectingProgress"]

LINE_EVERY = 30.0
FAILURES_SHOWN = 3


class CollectingProgress:
    """Hosts done, rate, failures by kind, bytes, time left. Without a terminal, a line every half minute."""

    def __init__(self, quiet: bool, counts: Counts) -> None:
        self._done = sum(counts.by_state.values())
        self._at_start = self._done
        self._of = self._done + counts.to_do
        self._bytes = 0
        self._failures: Counter[str] = Counter()
        self._started = self._said = time.monotonic()
        self._quiet = quiet
        self._bar: Progress | None = None
        out = console()
        if not quiet and out.is_terminal:
            self._bar = Progress(
                TextColumn("[bold]collect"),
                BarColumn(bar_width=None),
                TextColumn("{task.description}"),
                TimeRemainingColumn(),
                console=out,
                transient=True,
            )
            self._task = self._bar.add_task("", total=max(1, self._of), completed=self._done)

    def __enter__(self) -> Self:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()

    def count(self, counts: dict[str, int]) -> None:
        """Add what a process reports, and show it."""
        self._bytes += counts.get("bytes", 0)
        for name, count in counts.items():
            what, _, which = name.partition(" ")
            if what == "state":
                self._done += count
            elif what == "problem":
                self._failures[which] += count
        if self._bar:
            self._bar.update(self._task, completed=self._done, description=self._text())
        elif not self._quiet and time.monotonic() - self._said > LINE_EVERY:
            self._said = time.monotonic()
            print(f"collect: {self._text()}", file=sys.stderr)

    def _text(self) -> str:
        rate = (self._done - self._at_start) / max(0.1, time.monotonic() - self._started)
        parts = [f"{self._done:,} of {self._of:,} hosts, {rate:,.1f} a second, {self._bytes / 1e6:,.1f} MB"]
        parts += [f"{count:,} {which}" for which, count in self._failures.most_common(FAILURES_SHOWN)]
        return ", ".join(parts)
