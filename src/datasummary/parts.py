"""Parts of a scan that were counted elsewhere: sent to, and received from, any place that fsspec reaches."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fsspec

from datasummary.errors import DataError
from datasummary.workspace import Workspace, explained

if TYPE_CHECKING:
    from datasummary.inventory import Coverage

__all__ = ["receive_parts", "send_part"]

FILES = ("origins.parquet", "totals.parquet", "batch.json")
"""What a batch consists of."""


def send_part(sent: list[Coverage], number: int, of: int, into: str) -> None:
    """Copy a part's batches to ``into``; last a note that the part is there as a whole."""
    files, root = _place(into)
    contents: dict[str, list[str]] = {}
    with explained(Path(root)):
        for share in sent:
            for name in share.batches:
                files.makedirs(f"{root}/{name}", exist_ok=True)
                for file in FILES:
                    files.put_file(str(share.workspace.batch(name) / file), f"{root}/{name}/{file}")
                if name not in contents.setdefault(share.source.name, []):
                    contents[share.source.name].append(name)
        files.makedirs(root, exist_ok=True)
        note = {"part": number, "of": of, "batches": contents}
        files.pipe_file(f"{root}/part-{number}-of-{of}.json", json.dumps(note, indent=1).encode())


def receive_parts(address: str, homes: dict[str, Path]) -> int:
    """Copy all parts' batches into the workspaces of their sources.

    Returns how many were new. Raises :class:`~datasummary.errors.DataError` where a part is absent or not whole.
    """
    files, root = _place(address)
    notes = {str(name): _note(files, str(name)) for name in sorted(files.glob(f"{root}/part-*-of-*.json"))}
    if not notes:
        raise DataError(
            f"{address}: there are no parts here; write them with datasummary scan --part i/n --into {address}"
        )
    counts = {note["of"] for note in notes.values()}
    if len(counts) > 1:
        raise DataError(
            f"{address}: holds parts of several divisions ({sorted(counts)}); keep each in a place of its own"
        )
    of = counts.pop()
    absent = sorted(set(range(1, of + 1)) - {note["part"] for note in notes.values()})
    if absent:
        listed = ", ".join(map(str, absent))
        raise DataError(f"{address}: part {listed} of {of} is absent; scan it, then merge again")
    taken = 0
    for place, note in notes.items():
        for source, names in note["batches"].items():
            if source not in homes:
                raise DataError(f"{address}: holds source {source}, which the project file does not name")
            workspace = Workspace(homes[source])
            for name in names:
                taken += _receive(files, root, workspace, name, place)
    return taken


def _note(files: Any, place: str) -> dict[str, Any]:
    """Read and check a part's note: it comes from elsewhere, and its batches' names become folders here."""
    try:
        note = json.loads(files.cat_file(place))
        part, of, batches = int(note["part"]), int(note["of"]), dict(note["batches"])
        names = [name for listed in batches.values() for name in listed]
        if all(re.fullmatch("[0-9a-f]{24}", name) for name in names):
            return {"part": part, "of": of, "batches": batches}
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    raise DataError(f"{place}: this is not the note of a whole part; scan that part again, then merge")


def _receive(files: Any, root: str, workspace: Workspace, name: str, note: str) -> int:
    if (workspace.batch(name) / "batch.json").exists():
        return 0
    with workspace.new_batch(name) as folder, explained(folder):
        for file in FILES:
            try:
                files.get_file(f"{root}/{name}/{file}", str(folder / file))
            except FileNotFoundError:
                raise DataError(f"{note}: {name}/{file} is absent; scan that part again, then merge") from None
    return 1


def _place(address: str) -> tuple[Any, str]:
    try:
        files, root = fsspec.core.url_to_fs(address)
    except (ImportError, ValueError) as error:
        raise DataError(f"{address}: cannot open this kind of address: {error}") from None
    return files, str(root).rstrip("/")
