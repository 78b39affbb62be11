"""Parts of a scan that were counted elsewhere: sent to, and received from, any place that fsspec reaches."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fsspec

from datasummary.errors import DataError
from datasummary.workspace import Workspace, explained

if TYPE_CHECKING:
    from datasummary.inventory import Coverage

__all__ = ["receive_parts", "send_part"]


def send_part(sent: list[Coverage], number: int, of: int, into: str) -> None:
    """Copy a part's batches to ``into``; last a note that the part is there as a whole."""
    files, root = _place(into)
    contents: dict[str, list[str]] = {}
    with explained(Path(root)):
        for share in sent:
            for name in share.batches:
                for file in sorted(share.workspace.batch(name).iterdir()):
                    if file.name in {"batch.json", "origins.parquet", "totals.parquet"}:
                        files.makedirs(f"{root}/{name}", exist_ok=True)
                        files.put_file(str(file), f"{root}/{name}/{file.name}")
                if name not in contents.setdefault(share.source.name, []):
                    contents[share.source.name].append(name)
        note = {"part": number, "of": of, "batches": contents}
        files.pipe_file(f"{root}/part-{number}-of-{of}.json", json.dumps(note, indent=1).encode())


def receive_parts(address: str, homes: dict[str, Path]) -> int:
    """Copy all parts' batches into the workspaces of their sources."""
    files, root = _place(address)
    notes = [json.loads(files.cat_file(name)) for name in sorted(files.glob(f"{root}/part-*-of-*.json"))]
    if not notes:
        raise DataError(
            f"{address}: there are no parts here; write them with datasummary scan --part i/n --into {address}"
        )
    counts = {note["of"] for note in notes}
    if len(counts) > 1:
        raise DataError(
            f"{address}: holds parts of several divisions ({sorted(counts)}); keep each in a place of its own"
        )
    absent = sorted(set(range(1, counts.pop() + 1)) - {note["part"] for note in notes})
    if absent:
        listed = ", ".join(map(str, absent))
        raise DataError(f"{address}: part {listed} of {notes[0]['of']} is absent; scan it, then merge again")
    taken = 0
    for note in notes:
        for source, names in note["batches"].items():
            if source not in homes:
                raise DataError(f"{address}: holds source {source}, which the project file does not name")
            workspace = Workspace(homes[source])
            for name in names:
                taken += _receive(files, f"{root}/{name}", workspace, name)
    return taken


def _receive(files: Any, place: str, workspace: Workspace, name: str) -> int:
    if (workspace.batch(name) / "batch.json").exists():
        return 0
    with workspace.new_batch(name) as folder:
        for file in files.ls(place, detail=False):
            files.get_file(file, str(folder / Path(file).name))
    return 1


def _place(address: str) -> tuple[Any, str]:
    try:
        files, root = fsspec.core.url_to_fs(address)
    except (ImportError, ValueError) as error:
        raise DataError(f"{address}: cannot open this kind of address: {error}") from None
    return files, str(root).rstrip("/")
