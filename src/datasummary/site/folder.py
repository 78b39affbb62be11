"""The folder that the site is written to: what is in it that this program wrote, and nothing else, is replaced.

``datasummary-site.json`` lists every file with its SHA-256. A file that a later run makes no more is removed if it is
as it was written. What lies there beside, such as ``CNAME`` or ``.git``, stays. Files are written in a folder of their
own, which holds nothing else, and moved from there: what a killed run leaves is known by its place.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from datasummary.errors import ProjectError, WorkspaceError
from datasummary.render.files import write_files

__all__ = ["MANIFEST", "UNFINISHED", "Kept", "Written", "require_site", "write_folder"]

MANIFEST = "datasummary-site.json"
UNFINISHED = ".datasummary-unfinished"
"""The folder in which files are written before they are moved to their places; gone when a run ends."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Kept:
    """A file that is copied byte for byte."""

    path: Path
    sha256: str


@dataclass(frozen=True)
class Written:
    """What became of the folder."""

    digests: Mapping[str, str]
    """SHA-256 by path in the folder, of what was written."""
    removed: tuple[str, ...]
    """Files of earlier runs that are gone."""
    left: tuple[str, ...]
    """Files of earlier runs that are made no more, and stay, since somebody changed them."""


def write_folder(folder: Path, contents: Mapping[str, bytes | Kept]) -> Written:
    """Write files by their path, and remove what an earlier run wrote and this one does not.

    Raises :class:`~datasummary.errors.ProjectError` where the folder holds something else than a site, or a file of
    somebody else stands in the way; :class:`~datasummary.errors.WorkspaceError` where it cannot be written to, or a
    kept file is not as it was. A run that was killed is made good by the next.
    """
    before = require_site(folder)
    digests = {
        path: content.sha256 if isinstance(content, Kept) else hashlib.sha256(content).hexdigest()
        for path, content in sorted(contents.items())
    }
    for path in {**before, **digests}:
        _require_inside(folder, path)
    for path in digests:
        if path not in before and (folder / path).exists():
            raise ProjectError(f"{folder / path}: is in the way, and not a file of this site; move it away")
    _clear_unfinished(folder)
    try:
        _write_manifest(folder, {**before, **digests})
        for path, content in contents.items():
            _write(folder, path, content, digests[path])
        removed: list[str] = []
        left: list[str] = []
        for path in sorted(before.keys() - digests.keys()):
            if (folder / path).is_file():
                is_ours = _digest_of(folder / path) == before[path]
                (removed if is_ours else left).append(path)
        _remove(folder, removed)
        _write_manifest(folder, digests)
    finally:
        _clear_unfinished(folder)
    return Written(digests, tuple(removed), tuple(left))


def require_site(folder: Path) -> dict[str, str]:
    """Return what earlier runs wrote, SHA-256 by path; nothing for a folder that is empty or not there.

    Entries that begin with a dot, such as ``.git``, do not fill it. Raises as :func:`write_folder` does.
    """
    if folder.exists() and not folder.is_dir():
        raise ProjectError(f"{folder}: is a file; name a folder")
    manifest = folder / MANIFEST
    try:
        entries = [path.name for path in folder.iterdir()] if folder.exists() else []
        text = manifest.read_text("utf-8") if MANIFEST in entries else None
    except (OSError, ValueError) as error:
        raise WorkspaceError(f"{folder}: cannot be read ({error}); name another folder") from None
    if text is None:
        if any(not name.startswith(".") for name in entries):
            raise ProjectError(
                f"{folder}: is not empty, and no site that datasummary wrote; name an empty folder, or one that is not "
                "there yet"
            )
        return {}
    try:
        files = json.loads(text)["files"]
        if isinstance(files, dict) and all(map(_is_ours, files, files.values())):
            return files
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise ProjectError(f"{manifest}: is not as datasummary wrote it; put it back, or name an empty folder")


def _is_ours(path: str, digest: object) -> bool:
    pure = PurePosixPath(path)
    safe = path == str(pure) and not pure.is_absolute() and ".." not in pure.parts and "\\" not in path
    return safe and path not in {".", MANIFEST} and isinstance(digest, str) and bool(_SHA256.fullmatch(digest))


def _require_inside(folder: Path, path: str) -> None:
    for parent in (folder / path).relative_to(folder).parents:
        if (folder / parent).is_symlink() and parent != Path():
            raise ProjectError(f"{folder / parent}: is a link to another folder; remove it")


def _write(folder: Path, path: str, content: bytes | Kept, digest: str) -> None:
    place = folder / path
    if place.is_file() and not place.is_symlink() and _digest_of(place) == digest:
        return
    if isinstance(content, Kept):
        try:
            kept = content.path.read_bytes()
        except OSError as error:
            raise WorkspaceError(f"{content.path}: cannot be read: {error.strerror}") from None
        if hashlib.sha256(kept).hexdigest() != digest:
            raise WorkspaceError(f"{content.path}: was altered since it was kept; put it back from a copy")
        content = kept
    _put(folder, path, content)


def _put(folder: Path, path: str, content: bytes) -> None:
    place = folder / path
    whole = folder / UNFINISHED / place.name
    write_files({whole: content})
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.exists():
            whole.chmod(place.stat().st_mode & 0o777)
        whole.replace(place)
    except OSError as error:
        raise WorkspaceError(f"{place}: cannot be written: {error.strerror}; free the place or name another") from None


def _clear_unfinished(folder: Path) -> None:
    place = folder / UNFINISHED
    if place.is_symlink() or place.is_file():
        raise ProjectError(f"{place}: is in the way, and not a folder of datasummary's; move it away")
    try:
        if place.exists():
            shutil.rmtree(place)
    except OSError as error:
        raise WorkspaceError(f"{place}: cannot be removed: {error.strerror}; remove it") from None


def _remove(folder: Path, paths: list[str]) -> None:
    write_files({folder / path: None for path in paths})
    for path in paths:
        for parent in PurePosixPath(path).parents:
            place = folder / parent
            if parent != PurePosixPath() and place.is_dir() and not any(place.iterdir()):
                place.rmdir()


def _write_manifest(folder: Path, digests: Mapping[str, str]) -> None:
    content = {"written_by": "datasummary publish", "files": dict(sorted(digests.items()))}
    _put(folder, MANIFEST, (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode())


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
