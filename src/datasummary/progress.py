"""What a long scan shows while it runs, on standard error."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator

from rich.console import Console, OverflowMethod
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from datasummary.manifests.plan import Piece

__all__ = ["ScanProgress", "console"]


def console(*, stderr: bool = True) -> Console:
    """Give the console that messages go to, or that of standard output."""
    return Console(stderr=stderr, highlight=False)


class ScanProgress:
    """Shards, rows, rate and time left. Quiet where asked; where there is no terminal, a line per finished batch."""

    def __init__(self, quiet: bool) -> None:
        self.quiet = quiet
        self.console = console()
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._source = ""
        self._rows = 0
        self._shards = 0
        self._of = 0
        self._done = 0.0
        self._weight = 0.0
        self._piece = (0, 0)
        self._started = time.monotonic()

    def begin(self, source: str, pieces: list[Piece]) -> None:
        """Start on a source's pieces of work."""
        self._source, self._rows, self._shards, self._done = source, 0, 0, 0.0
        self._of = sum(len(piece.layouts) for piece in pieces)
        self._started = time.monotonic()
        if self.quiet or not self.console.is_terminal:
            return
        self._bar = Progress(
            TextColumn("[bold]{task.fields[source]}"),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[shards]}"),
            TextColumn("{task.fields[rows]}"),
            TimeRemainingColumn(),
            console=self.console,
            transient=True,
        )
        total = sum(shard.bytes for piece in pieces for shard in piece.shards)
        self._task = self._bar.add_task("", total=max(total, 1), source=source, shards="", rows="")
        self._bar.start()

    def piece(self, piece: Piece) -> None:
        """Start on a piece."""
        self._weight = float(sum(shard.bytes for shard in piece.shards))
        self._piece = (len(piece.shards), sum(shard.rows or 0 for shard in piece.shards))
        self.share(0.0)

    def share(self, done: float) -> None:
        """Show how much of the piece is read, 0 to 1."""
        if self._bar and self._task is not None:
            self._bar.update(
                self._task,
                completed=self._done + done * self._weight,
                shards=f"{self._shards + int(done * self._piece[0]):,} of {self._of:,} shards",
                rows=self._so_far(self._rows + int(done * self._piece[1])),
            )

    def finished(self, piece: Piece, rows: int) -> None:
        """Count a piece as done."""
        self._done += self._weight
        self._weight, self._piece = 0.0, (0, 0)
        self._rows += rows
        self._shards += len(piece.layouts)
        self.share(0.0)
        if not self.quiet and self._bar is None:
            print(
                f"{self._source}: {self._shards:,} of {self._of:,} shards, {self._so_far(self._rows)}",
                file=sys.stderr,
            )

    def end(self) -> None:
        """Take the bar away."""
        if self._bar:
            self._bar.stop()
        self._bar = self._task = None

    @contextlib.contextmanager
    def steps(self, what: str, total: int) -> Iterator[Callable[[], None]]:
        """Show how many of so many are done; the function counts one more."""
        if self.quiet or not self.console.is_terminal or not total:
            yield lambda: None
            return
        columns = (TextColumn("[bold]{task.description}"), BarColumn(bar_width=None), MofNCompleteColumn())
        with Progress(*columns, TimeRemainingColumn(), console=self.console, transient=True) as bar:
            task = bar.add_task(what, total=total)
            yield lambda: bar.advance(task)

    def say(self, message: str, cut: bool = False) -> None:
        """Print a line of text, cut to the terminal's width if asked."""
        if not self.quiet:
            overflow: OverflowMethod = "ellipsis" if cut else "fold"
            self.console.print(message, markup=False, overflow=overflow, no_wrap=cut, soft_wrap=not cut)

    def _so_far(self, rows: int) -> str:
        seconds = time.monotonic() - self._started
        return f"{rows:,} rows" + (f", {rows / seconds:,.0f} a second" if rows and seconds > 0.5 else "")
