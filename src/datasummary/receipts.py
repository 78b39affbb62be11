"""What receipts of the filter show: what the present audit leaves out, and which manifests are a filter's own files.

A receipt beside the audit says what a filter took out of the manifests that the project names. That a measure was
applied before training is shown the other way round: where the manifests that the project names are files that a filter
wrote, the same bytes as its receipt says.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from datasummary.exclusions import RECEIPT
from datasummary.project import Project
from datasummary.sources import Source
from datasummary.workspace import Workspace, write_atomically

__all__ = ["FilterProof", "filter_proofs", "filter_receipt", "fits"]

_READ_BYTES = 1 << 20


@dataclass(frozen=True)
class FilterProof:
    """A receipt whose output the manifests of a source are."""

    receipt: Path
    written_at: str
    """Time, UTC, as in the receipt."""
    policy: dict[str, Any]
    """``name``, ``version``, ``fingerprint``, ``as_of`` of the policy by which it was filtered."""
    files: int
    """How many manifests were compared; all of the source's."""


def filter_receipt(project: Project) -> dict[str, Any] | None:
    """Read the receipt of the project's last filter; ``docs/filter.md`` says what stands in it."""
    return _read(project.out / "internal" / "exclusions" / RECEIPT)


def fits(receipt: dict[str, Any], facts: dict[str, Any]) -> bool:
    """Tell whether a receipt was written on an audit, of which ``facts`` are what its ``audit.json`` says."""
    return bool(receipt["policy"] == facts["policy"] and _left_out(receipt) == _to_leave_out(facts["totals"]))


def _left_out(receipt: dict[str, Any]) -> dict[tuple[str, str], list[int]]:
    return {
        (source["source"], measure["modality"]): [
            measure[of][what] for of in ("before", "left_out") for what in ("documents", "size")
        ]
        for source in receipt["sources"]
        for measure in source["measures"]
    }


def _to_leave_out(totals: list[dict[str, Any]]) -> dict[tuple[str, str], list[int]]:
    found: dict[tuple[str, str], list[int]] = {}
    for row in totals:
        sums = found.setdefault((row["source"], row["modality"]), [0, 0, 0, 0])
        for place, name in enumerate(("documents", "size", "left_out_documents", "left_out_size")):
            sums[place] += row[name]
    return found


def filter_proofs(project: Project) -> dict[str, FilterProof]:
    """Give, by source, the receipt that all its manifests came out of, each with the bytes that it names.

    Only local files are compared. Each is read once, and again when its length or time changes.
    """
    path = project.out / "internal" / "inputs.parquet"
    rows = pq.read_table(path).to_pylist() if path.exists() else []
    digests = _Digests(project)
    found = {}
    for source in project.sources:
        names = [row["path"] for row in rows if (row["source"], row["role"]) == (source.name, "used")]
        proof = _proof(source, names, digests)
        if proof:
            found[source.name] = proof
    digests.keep()
    return found


def _proof(source: Source, names: list[str], digests: _Digests) -> FilterProof | None:
    files = [source.home / name for name in names if "://" not in name]
    if not files or len(files) < len(names):
        return None
    for folder in files[0].absolute().parents:
        receipt = _read(folder / RECEIPT)
        if receipt and all(digests.is_one_of(_written(receipt, folder), file.absolute()) for file in files):
            return FilterProof(folder / RECEIPT, receipt["written_at"], receipt["policy"], len(files))
    return None


def _read(path: Path) -> dict[str, Any] | None:
    """Read a receipt; other files of that name are none."""
    try:
        receipt = json.loads(path.read_text("utf-8"))
        _left_out(receipt)
        _written(receipt, path.parent)
        return {**receipt, "written_at": str(receipt["written_at"]), "policy": dict(receipt["policy"])}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _written(receipt: dict[str, Any], folder: Path) -> dict[Path, tuple[int, str]]:
    """Give length and digest of each file that a receipt says was written."""
    return {
        folder / shard["place"]: (shard["after"]["bytes"], shard["after"]["sha256"])
        for source in receipt["sources"]
        for shard in source.get("shards", ())
        if shard["after"]
    }


class _Digests:
    """SHA-256 of files, kept in the workspace."""

    def __init__(self, project: Project) -> None:
        self._path = Workspace(project.home).root / "report" / "digests.json"
        self._known: dict[str, list[Any]] = {}
        with contextlib.suppress(OSError, ValueError):
            self._known = dict(json.loads(self._path.read_text("utf-8")))
        self._before = dict(self._known)

    def is_one_of(self, written: dict[Path, tuple[int, str]], file: Path) -> bool:
        """Tell whether a file is among those written, and still the same."""
        size, sha256 = written.get(file, (-1, ""))
        try:
            status = file.stat()
            if status.st_size != size:
                return False
            state, known = [status.st_size, status.st_mtime_ns], self._known.get(str(file))
            if known is None or known[:2] != state:
                self._known[str(file)] = known = [*state, _digest(file)]
        except OSError:
            return False
        return bool(known[2] == sha256)

    def keep(self) -> None:
        if self._known != self._before:
            text = json.dumps(self._known, indent=1)
            write_atomically(self._path, lambda path: path.write_text(text, "utf-8"))


def _digest(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while data := opened.read(_READ_BYTES):
            digest.update(data)
    return digest.hexdigest()
