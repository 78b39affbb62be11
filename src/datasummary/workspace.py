"""The workspace: what has been worked out, kept so that nothing is worked out twice.

``.datasummary/`` beside a project file (or a catalogue) holds a folder for each batch of shards that was scanned. A
batch appears whole or not at all: it is written aside and renamed. Nothing here is ever needed for long, so that
readers and a running scan do not stand in each other's way; only two scans at once are refused.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import glob
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb

from datasummary.errors import WorkspaceError

__all__ = ["Workspace", "explained", "fingerprint", "held", "no_fault_of_the_data", "write_atomically"]


class Workspace:
    """The folder ``.datasummary`` in a project's or catalogue's home."""

    def __init__(self, home: Path) -> None:
        self.root = home / ".datasummary"
        self.scans = self.root / "scan"
        self.temporary = self.root / "tmp"

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the workspace; a second scan at the same time is told so. What a killed one left behind is removed."""
        with explained(self.root):
            self.scans.mkdir(parents=True, exist_ok=True)
        with held(self.root, "a scan is already running here"):
            with explained(self.root):
                shutil.rmtree(self.temporary, ignore_errors=True)
                self.temporary.mkdir()
            try:
                yield
            finally:
                shutil.rmtree(self.temporary, ignore_errors=True)

    def batches(self) -> dict[str, dict[str, Any]]:
        """Give the record of each finished batch by its folder's name."""
        found = {}
        for record in sorted(self.scans.glob("*/batch.json")):
            found[record.parent.name] = json.loads(record.read_text("utf-8"))
        return found

    def batch(self, name: str) -> Path:
        """Folder of a batch."""
        return self.scans / name

    @contextlib.contextmanager
    def new_batch(self, name: str) -> Iterator[Path]:
        """Give a folder to write a batch into; it takes its place when the block ends well."""
        aside = self.temporary / name
        with explained(self.root):
            shutil.rmtree(aside, ignore_errors=True)
            aside.mkdir(parents=True)
        yield aside
        with explained(self.root):
            for file in aside.iterdir():
                with file.open("rb") as handle:
                    os.fsync(handle.fileno())
            self.drop(name)
            aside.rename(self.batch(name))

    def drop(self, name: str) -> None:
        """Remove a batch whose files have changed."""
        shutil.rmtree(self.batch(name), ignore_errors=True)


@contextlib.contextmanager
def held(folder: Path, told: str) -> Iterator[None]:
    """Hold a folder for one process at a time.

    Raises :class:`~datasummary.errors.WorkspaceError` with what the second one is ``told``, and who holds it.
    """
    with explained(folder):
        lock = (folder / "lock").open("a+b", buffering=0)
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().decode().strip() or "another process"
            raise WorkspaceError(f"{folder}: {told} ({holder}); wait for it, or stop it first") from None
        with explained(folder):
            lock.truncate(0)
            lock.write(f"process {os.getpid()}".encode())
        yield


def fingerprint(value: Any) -> str:
    """Give a short digest of anything that JSON can hold; equal values have equal digests."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


@contextlib.contextmanager
def explained(place: Path) -> Iterator[None]:
    """Turn what the file system refuses into an error that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise WorkspaceError(f"{place}: the disk is full; make room, then run the same command again") from error
        if error.errno in {errno.EROFS, errno.EACCES, errno.EPERM}:
            raise WorkspaceError(
                f"{place}: cannot be written to ({os.strerror(error.errno)}); make it writable, or work in a folder "
                f"that is"
            ) from error
        raise WorkspaceError(f"{place}: {error}") from error


def no_fault_of_the_data(error: Exception) -> None:
    """Raise a lack of memory or disk in words that say what to do; other errors pass."""
    if "No space left" in str(error) or "max_temp_directory_size" in str(error):
        raise WorkspaceError("the disk is full; make room, then run the same command again") from error
    if isinstance(error, duckdb.OutOfMemoryException):
        raise WorkspaceError(
            "the scan does not fit into memory; give it more with --memory-limit, or fewer --threads"
        ) from error


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Have ``write`` fill a file beside ``path``, then put it in its place, so that readers see all of it or none.

    What a killed process left beside it is removed. Raises :class:`~datasummary.errors.WorkspaceError` where the disk
    is full or read-only; the file is then as it was.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    with explained(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        for left in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
            if not _runs(left.name.split(".")[-2]):
                left.unlink(missing_ok=True)
        try:
            write(aside)
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)


def _runs(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ValueError, OverflowError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True
