"""Taking in evidence that lies in files: WARC files, tables, and requests of rightsholders.

Each file becomes one segment of the archive, named after its content: the same file taken in twice adds nothing, and
neither does a capture that the archive holds already. A segment appears when its file was read to the end, so that a
run that was killed is simply run again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from datasummary.errors import DataError, ProjectError
from datasummary.evidence.archive import Archive
from datasummary.evidence.moments import moment_of
from datasummary.evidence.taking import InputFile, Taker
from datasummary.manifests.shards import list_shards
from datasummary.project import Project

__all__ = ["Intake", "collect"]


@dataclass(frozen=True)
class Intake:
    """What was taken in.

    >>> datasummary.collect(project, ["robots.warc.gz"]).df()  # doctest: +SKIP
    """

    folder: Path
    files: tuple[InputFile, ...]

    def arrow(self) -> pa.Table:
        """Give the index of these files' captures, by :data:`~datasummary.evidence.archive.INDEX_SCHEMA`."""
        archive = Archive(self.folder)
        names = {archive.warc(file.segment).name for file in self.files if file.segment}
        index = archive.index()
        return index.filter(pc.is_in(index.column("warc"), pa.array(sorted(names), pa.string())))

    def df(self) -> Any:
        """Give it as a pandas DataFrame."""
        return self.arrow().to_pandas()

    def facts(self) -> dict[str, Any]:
        """Give captures by kind and outcome, hosts, first and last date, and each file with its problems."""
        index = self.arrow()
        captures = index.group_by(["kind", "outcome"]).aggregate([([], "count_all")])
        captures = captures.rename_columns(["kind", "outcome", "captures"])
        dates = pc.min_max(index.column("captured")).as_py()
        return {
            "folder": str(self.folder),
            "captures": captures.sort_by([("kind", "ascending"), ("outcome", "ascending")]).to_pylist(),
            "hosts": pc.count_distinct(index.column("authority")).as_py(),
            "first_captured": dates["min"] and dates["min"].isoformat(),
            "last_captured": dates["max"] and dates["max"].isoformat(),
            "undated": index.column("captured").null_count,
            "files": [asdict(file) for file in self.files],
        }


def collect(
    project: Project,
    files: Iterable[str | Path] = (),
    *,
    requests: str | Path | None = None,
    captured: str | dt.date | None = None,
    inventory_only: bool = False,
    quiet: bool = True,
) -> Intake:
    """Take evidence from files into a project's archive.

    ``files`` are WARC files and tables: paths from the working folder, globs, folders or addresses that fsspec
    understands. ``requests`` is a CSV file of requests that rightsholders sent. ``captured`` is when the rows of
    tables were captured that do not say so. With ``inventory_only``, only hosts of the inventory are kept, and what
    they redirect to in the same file.

    What is wrong with a file stands in the result, and what is whole in it is kept. Raises
    :class:`~datasummary.errors.DataError` where nothing at all could be read, or a request is wrong.
    """
    undated = moment_of(captured)
    if captured is not None and undated is None:
        raise ProjectError(f"--captured {captured}: this is no date; write for instance 2019-06-30")
    named = [str(file) for file in files]
    if not named and requests is None:
        raise ProjectError("there is nothing to collect from; name files with --from, or requests with --requests")
    shards = list_shards(named, Path.cwd()) if named else []
    asked = list_shards([str(requests)], Path.cwd()) if requests is not None else []
    archive = Archive.of(project)
    wanted = _inventory(project) if inventory_only else None
    with archive.locked():
        taker = Taker(archive, project, undated, wanted, quiet)
        taken = [taker.requests(shard) for shard in asked] + [taker.file(shard) for shard in shards]
    if all(file.state == "unreadable" for file in taken):
        raise DataError("\n".join(f"{file.path}: {problem}" for file in taken for problem in file.problems))
    return Intake(archive.root, tuple(taken))


def _inventory(project: Project) -> frozenset[str]:
    from datasummary.hosts import inventory_hosts

    hosts = frozenset(inventory_hosts(project))
    if not hosts:
        raise DataError("there is no host in the inventory; run datasummary scan, or leave out --inventory-only")
    return hosts
