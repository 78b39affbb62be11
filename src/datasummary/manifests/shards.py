"""Which files a manifest is made of.

A source names files, globs, folders or addresses (``s3://…``, through fsspec). This module turns them into a sorted
list of shards, each once, and knows what tells a changed shard from an unchanged one.
"""

from __future__ import annotations

import datetime as dt
import fnmatch
import glob
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from datasummary.errors import DataError

__all__ = ["Shard", "is_unchanged", "list_shards", "open_shard"]

SUFFIXES = {
    ".parquet": "parquet",
    ".parq": "parquet",
    ".csv": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".arrow": "arrow",
    ".arrows": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
    ".warc": "warc",
    ".cdxj": "cdxj",
    ".cdx": "cdxj",
}
COMPRESSIONS = {".gz": "gzip", ".zst": "zstd", ".zstd": "zstd"}

_REMOTE = re.compile(r"^[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_PARTITION = re.compile(r"(?:^|[/\\])([^/\\=]+)=[^/\\]*(?=[/\\])")
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)\})")


@dataclass(frozen=True, order=True)
class Shard:
    """One file of a manifest."""

    name: str
    """Path as it is recorded: relative to the folder of the project file where it lies in it, else absolute."""
    path: str
    """Path or address to open it by."""
    bytes: int
    modified: str
    """When it was last modified (UTC, to the nanosecond), or, for remote files that say no time, empty."""
    etag: str = ""
    rows: int | None = None

    @property
    def identity(self) -> list[str | int]:
        """What changes when the file does."""
        return [self.name, self.bytes, self.etag or self.modified]

    @property
    def remote(self) -> bool:
        return bool(_REMOTE.match(self.path))

    @property
    def format(self) -> str | None:
        """The format that its name tells, if any."""
        return SUFFIXES.get(_suffixes(self.path)[0])

    @property
    def compression(self) -> str:
        """``gzip``, ``zstd`` or ``none``, by its name."""
        return COMPRESSIONS.get(_suffixes(self.path)[1], "none")

    @property
    def partitions(self) -> tuple[str, ...]:
        """Keys of the Hive partitions in its path, such as ``crawl`` in ``crawl=CC-MAIN-2025-43/part-0.parquet``."""
        return tuple(_PARTITION.findall(self.name))


def list_shards(patterns: Iterable[str], home: Path) -> list[Shard]:
    """List the files that match the patterns, sorted by name, each once.

    A pattern is a file, a glob (``**`` goes into folders), a folder (everything in it that looks like a manifest), or
    an address that fsspec understands. ``$NAME`` and ``${NAME}`` stand for environment variables. Relative paths start
    at ``home``. A :class:`~datasummary.errors.DataError` says so where a pattern matches nothing, where a variable
    is not set, and where a folder is a Delta or Iceberg table, of which only its own reader knows the live files.
    """
    found: dict[str, Shard] = {}
    for pattern in patterns:
        expanded = _expand(pattern)
        shards = _list_remote(expanded) if _REMOTE.match(expanded) else _list_local(expanded, home)
        if not shards:
            raise DataError(
                f"{pattern}: no file matches (looked from {home.resolve()}); check the path, or create the files first"
            )
        for shard in shards:
            found[_real(shard)] = shard
    return sorted(found.values())


def open_shard(shard: Shard) -> Any:
    """Open a shard for reading bytes as they are stored, be it here or remote."""
    if not shard.remote:
        return Path(shard.path).open("rb")
    import fsspec

    return fsspec.open(shard.path, "rb").open()


def is_unchanged(shard: Shard) -> bool:
    """Tell whether a file is as it was when it was listed; of remote ones this is not asked."""
    if shard.remote:
        return True
    path = Path(shard.path)
    return path.exists() and _local(path, path.parent).identity[1:] == shard.identity[1:]


def filesystem(address: str) -> Any:
    """Open the fsspec file system of an address; an error says which package brings it where it is absent."""
    import fsspec

    try:
        return fsspec.core.url_to_fs(address)[0]
    except (ImportError, ValueError) as error:
        raise DataError(f"{address}: cannot open this kind of address: {error}") from None


def _real(shard: Shard) -> str:
    return shard.path if shard.remote else str(Path(shard.path).resolve())


def _suffixes(path: str) -> tuple[str, str]:
    endings = ["", "", *PurePosixPath(path.lower()).suffixes]
    return (endings[-2], endings[-1]) if endings[-1] in COMPRESSIONS else (endings[-1], "")


def _expand(pattern: str) -> str:
    def value(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        if name not in os.environ:
            raise DataError(f"{pattern}: the environment variable {name} is not set; set it, or write the path out")
        return os.environ[name]

    return _VARIABLE.sub(value, pattern)


def _list_local(pattern: str, home: Path) -> list[Shard]:
    path = home / Path(pattern).expanduser()
    if path.is_dir():
        files = _in_folder(path)
    elif path.exists():
        files = [path]
    else:
        files = [Path(match) for match in glob.glob(str(path), recursive=True)]  # noqa: PTH207
        files = [file for file in files if file.is_file()]
    for folder in {parent for file in files for parent in list(file.parents)[:3]}:
        _refuse_tables(folder)
    return [_local(file, home) for file in files]


def _in_folder(folder: Path) -> list[Path]:
    _refuse_tables(folder)
    files: list[Path] = []
    for root, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith((".", "_"))]
        shown = (name for name in names if not name.startswith((".", "_")))
        files += [Path(root, name) for name in shown if _suffixes(name)[0] in SUFFIXES]
    return files


def _refuse_tables(folder: Path) -> None:
    kind = ""
    if (folder / "_delta_log").is_dir():
        kind = "Delta"
    elif (folder / "metadata").is_dir() and any((folder / "metadata").glob("*.metadata.json")):
        kind = "Iceberg"
    if kind:
        raise DataError(
            f"{folder}: this is {_article(kind)} {kind} table, and its folder also holds files of deleted rows; export "
            f"the table's current rows to Parquet (for instance with Spark or DuckDB), and name that folder"
        )


def _article(word: str) -> str:
    return "an" if word[0] in "AEIOU" else "a"


def _local(file: Path, home: Path) -> Shard:
    status = file.stat()
    seconds, nanoseconds = divmod(status.st_mtime_ns, 1_000_000_000)
    moment = dt.datetime.fromtimestamp(seconds, dt.UTC)
    absolute = Path(os.path.normpath(file.absolute()))
    base = Path(os.path.normpath(home.absolute()))
    return Shard(
        name=absolute.relative_to(base).as_posix() if absolute.is_relative_to(base) else absolute.as_posix(),
        path=str(absolute),
        bytes=status.st_size,
        modified=f"{moment:%Y-%m-%dT%H:%M:%S}.{nanoseconds:09}Z",
    )


def _list_remote(address: str) -> list[Shard]:
    files = filesystem(address)
    scheme = address.split("://", 1)[0]
    try:
        if glob.has_magic(address):
            matches = files.glob(address, detail=True)
        elif files.isdir(address):
            matches = files.find(address, detail=True)
            if any("/_delta_log/" in name for name in matches):
                raise DataError(f"{address}: this is a Delta table; export its current rows to Parquet and name those")
            if any(fnmatch.fnmatch(name, "*/metadata/*.metadata.json") for name in matches):
                raise DataError(
                    f"{address}: this is an Iceberg table; export its current rows to Parquet and name those"
                )
            matches = {name: info for name, info in matches.items() if _suffixes(name)[0] in SUFFIXES}
        else:
            matches = {address: files.info(address)}
    except FileNotFoundError:
        return []
    except OSError as error:
        raise DataError(f"{address}: cannot list it: {error}") from error
    shards = []
    for name, info in matches.items():
        if info.get("type", "file") != "file":
            continue
        full = name if _REMOTE.match(name) else f"{scheme}://{name.lstrip('/')}"
        modified = info.get("LastModified") or info.get("mtime") or info.get("created") or info.get("updated") or ""
        etag = str(info.get("ETag") or info.get("etag") or info.get("md5Hash") or "").strip('"')
        if isinstance(modified, dt.datetime):
            modified = f"{modified.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S.%f}000Z"
        shards.append(Shard(name=full, path=full, bytes=int(info.get("size") or 0), modified=str(modified), etag=etag))
    return shards
