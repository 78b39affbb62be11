"""Which sources were trained on a filter's output, as far as somebody compared the files with its receipt.

Comparing reads the manifests (:func:`datasummary.receipts.filter_proofs`), so it is done by ``datasummary policy`` and
kept, with the length and time of each file. The public summary reads no manifest: it looks whether the files and the
receipt still are what was compared.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from datasummary.project import Project
from datasummary.workspace import Workspace, write_atomically

__all__ = ["KeptProof", "compare_outputs", "kept_proofs"]


@dataclass(frozen=True)
class KeptProof:
    """A source all of whose manifests are files that a filter wrote."""

    policy: dict[str, Any]
    """``name``, ``version``, ``fingerprint``, ``as_of`` of the policy by which it was filtered."""
    receipt: str
    """The receipt that names them."""
    files: dict[str, list[int]]
    """Length and time (ns) of the receipt and of each manifest, by path."""


def compare_outputs(project: Project) -> dict[str, KeptProof]:
    """Compare the manifests with the receipts of filters that name them, by digest, and keep what was found.

    Gives a proof for each source of which every manifest is such a file, by name. A file is read again only when its
    length or time changes.
    """
    from datasummary.receipts import filter_proofs

    found = {}
    for name, proof in filter_proofs(project).items():
        paths = [proof.receipt, *_manifests(project)[name]]
        files = {str(path): state for path in paths if (state := _state(path))}
        if len(files) == len(paths):
            found[name] = KeptProof(proof.policy, str(proof.receipt), files)
    text = json.dumps({name: asdict(proof) for name, proof in found.items()}, indent=1)
    if found or _file(project).exists():
        write_atomically(_file(project), lambda path: path.write_text(text, "utf-8"))
    return found


def kept_proofs(project: Project) -> dict[str, KeptProof]:
    """Give the proofs that were found and still hold, by source: no manifest came, went or changed since."""
    try:
        kept = {name: KeptProof(**entry) for name, entry in json.loads(_file(project).read_text("utf-8")).items()}
        named = _manifests(project) if kept else {}
        return {name: proof for name, proof in kept.items() if _holds(proof, named.get(name, []))}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _holds(proof: KeptProof, manifests: list[Path]) -> bool:
    compared = set(proof.files) - {proof.receipt}
    return (
        proof.policy.keys() >= {"name", "version", "fingerprint", "as_of"}
        and compared == set(map(str, manifests))
        and all(_state(Path(path)) == state for path, state in proof.files.items())
    )


def _file(project: Project) -> Path:
    return Workspace(project.home).root / "proofs.json"


def _manifests(project: Project) -> dict[str, list[Path]]:
    """List each source's manifests as the scan recorded them."""
    import pyarrow.parquet as pq

    path = project.out / "internal" / "inputs.parquet"
    columns = pq.read_table(path, columns=["source", "role", "path"]).to_pylist() if path.exists() else []
    homes = {source.name: source.home for source in project.sources}
    found: dict[str, list[Path]] = {name: [] for name in homes}
    for row in columns:
        if row["role"] == "used" and row["source"] in homes:
            found[row["source"]].append((homes[row["source"]] / row["path"]).absolute())
    return found


def _state(path: Path) -> list[int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return [status.st_size, status.st_mtime_ns]
