"""Where filtered manifests are written: apart from those that are read, each shard under its own name."""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from datasummary.errors import ProjectError
from datasummary.manifests.shards import Shard
from datasummary.project import Project
from datasummary.sources import Source
from datasummary.workspace import Workspace, fingerprint

__all__ = ["destinations", "require_apart"]

_MAGIC = re.compile(r"[*?\[]")


def require_apart(project: Project, folder: Path) -> None:
    """Raise :class:`~datasummary.errors.ProjectError` where filtered manifests must not be written to a folder.

    It must be one of its own: none that a source is read from, so that no scan takes what is written for manifests,
    and none of datasummary's.
    """
    if "://" in str(folder) or re.match(r"[a-z0-9]+:/", str(folder)):
        raise ProjectError(f"--write {folder}: name a folder on this machine; copy it from there")
    if folder.exists() and not folder.is_dir():
        raise ProjectError(f"--write {folder}: is a file; name a folder")
    place = folder.resolve()
    for own in (project.out, Workspace(project.home).root):
        if place.is_relative_to(own.resolve()):
            raise ProjectError(f"--write {folder}: lies in {own}, which is datasummary's own; choose another folder")
    if project.home.resolve().is_relative_to(place):
        raise ProjectError(f"--write {folder}: holds the project file; choose a folder of its own")
    for source in project.sources:
        for pattern in (*source.manifests, *source.scraped):
            if "://" not in pattern and _may_read(source, pattern, place):
                raise ProjectError(
                    f"--write {folder}: source {source.name} is read from there ({pattern}), and a scan could take "
                    f"what is written for its manifests; choose a folder apart from them"
                )


def _may_read(source: Source, pattern: str, place: Path) -> bool:
    """Tell whether a place lies where a pattern looks for files, or around it.

    A pattern looks into the folder that it names, or that stands before its first wildcard. Of the project's own
    folder it looks only at what that wildcard fits.
    """
    path = source.home / Path(os.path.expandvars(pattern)).expanduser()
    if path.is_dir():
        return place.is_relative_to(path.resolve()) or path.resolve().is_relative_to(place)
    parts = path.parts
    first = next((n for n, part in enumerate(parts) if _MAGIC.search(part)), len(parts) - 1)
    base, wildcard = Path(*parts[:first]).resolve(), parts[first]
    if not place.is_relative_to(base):
        return base.is_relative_to(place)
    below = place.relative_to(base).parts
    return base != source.home.resolve() or not below or wildcard == "**" or fnmatch.fnmatchcase(below[0], wildcard)


def destinations(source: Source, shards: Iterable[Shard]) -> dict[str, PurePosixPath]:
    """Give, for each shard by its name, where it is written, relative to the folder: under its source and its name.

    Names that are absolute paths or addresses lose what makes them so: ``/data/a.parquet`` becomes ``data/a.parquet``,
    ``s3://bucket/a.parquet`` becomes ``s3/bucket/a.parquet``. Where that is another shard's name, a digest goes before.
    """
    found: dict[str, PurePosixPath] = {}
    taken: set[PurePosixPath] = set()
    for name in sorted((shard.name for shard in shards), key=lambda name: (not _is_relative(name), name)):
        steps = [step for step in name.replace("://", "/").split("/") if step not in {"", "."}]
        path = PurePosixPath(*(step.replace(".", "%2E") if step == ".." else step for step in steps))
        if path in taken:
            path = PurePosixPath(fingerprint(name)) / path
        taken.add(path)
        found[name] = PurePosixPath(source.name) / path
    return dict(sorted(found.items()))


def _is_relative(name: str) -> bool:
    return "://" not in name and not name.startswith("/")
