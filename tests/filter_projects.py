"""Projects to be filtered: who reserves what is plain to see from each address."""

import gzip
import io
from pathlib import Path
from typing import Any

import pyarrow as pa
from audit_projects import robots, write_evidence
from scan_projects import write_project

from datasummary.filtering import FilterResult, filter_manifests
from datasummary.inventory import scan
from datasummary.project import Project

OUT, SOME, FREE = "https://out.example.com", "https://some.example.com", "https://free.example.com"


def is_left_out(url: str | None) -> bool:
    """Whether the evidence below reserves an address, as far as these tests spell addresses."""
    return bool(url) and str(url).startswith((OUT + "/", SOME + "/no"))


def filterable(home: Path, *sources: dict[str, Any], **keys: Any) -> Project:
    """Write a project over what lies in its folder, with evidence, and scan it."""
    project = write_project(home, *sources, **keys)
    evidence = {
        OUT: ["User-agent: *", "Disallow: /"],
        SOME: ["User-agent: *", "Disallow: /no"],
        FREE: ["User-agent: *"],
    }
    write_evidence(project, [robots(site.removeprefix("https://"), *lines) for site, lines in evidence.items()])
    scan(project)
    return project


def filtered(project: Project, folder: Path, **settings: Any) -> FilterResult:
    """Filter into a folder."""
    return filter_manifests(project, write=folder, **settings)


def unpacked(path: Path) -> bytes:
    """Give a file's bytes without compression."""
    data = path.read_bytes()
    if path.suffix == ".gz":
        return gzip.decompress(data)
    if path.suffix == ".zst":
        return pa.CompressedInputStream(io.BytesIO(data), "zstd").read()
    return data


def contents(folder: Path) -> dict[str, bytes]:
    """Give every file in a folder but the receipt."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path != folder / "receipt.json"
    }
