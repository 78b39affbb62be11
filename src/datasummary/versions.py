"""Versions of the public summary that were published: each is kept as it was, with its checksums, and never changed.

``out/public/versions/`` holds a folder for each version with every form of the summary, and ``versions.json``, which
lists them in the order of their keeping, with the SHA-256 of each file.
"""

from __future__ import annotations

import calendar
import datetime as dt
import hashlib
import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from datasummary.documents.words import clean
from datasummary.errors import ProjectError, WorkspaceError
from datasummary.project import Project

__all__ = [
    "FORMS",
    "Keeping",
    "KeptVersion",
    "PreviousVersion",
    "keep_version",
    "kept_before",
    "kept_summary",
    "kept_versions",
    "previous_versions",
    "require_unchanged",
    "update_due",
    "version_folder",
]

FORMS = (
    "public-summary.html",
    "public-summary.md",
    "public-summary.json",
    "public-summary.docx",
    "public-summary.pdf",
    "top-domains.csv",
)
"""The files that are one version of the summary, as far as they are written."""

_INDEX = "versions.json"
_SUMMARY = "public-summary.json"
_DOMAINS = "top-domains.csv"
_PLAIN = re.compile(r"v?[0-9](?:[0-9a-z.-]{0,62}[0-9a-z])?")
_PAGE = re.compile(r"\.(?:html?|php|aspx?)$", re.IGNORECASE)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MONTHS = 6
"""Where training goes on, the summary is updated every six months, or sooner where the change is material
(explanatory notice to the template, on updates)."""


@dataclass(frozen=True)
class KeptVersion:
    """A version that is kept."""

    version: str
    date: dt.date
    folder: Path
    files: Mapping[str, str]
    """SHA-256 by name of the file."""


@dataclass(frozen=True)
class Keeping:
    """What :func:`keep_version` did."""

    kept: KeptVersion
    new: bool
    """False where the same content was kept already."""


@dataclass(frozen=True)
class PreviousVersion:
    """A version before the present one, kept or named in the project file."""

    version: str
    date: dt.date | None
    link: str | None
    """None where neither ``summary.previous`` nor ``summary.versions_at`` tells it."""


def version_folder(version: str) -> str:
    """Return the name of a version's folder: safe in paths and addresses, and distinct also where case is ignored.

    >>> version_folder("1.0"), version_folder("../1")
    ('1.0', '1--9a6ac8d5fea931ad')
    """
    if _PLAIN.fullmatch(version) and "--" not in version and ".." not in version:
        return version
    readable = re.sub(r"[^0-9a-z]+", "-", version.lower())[:40].strip("-") or "version"
    return f"{readable}--{hashlib.sha256(version.encode()).hexdigest()[:16]}"


def kept_versions(project: Project) -> tuple[KeptVersion, ...]:
    """Return the versions that are kept, in the order of their keeping. No checksum is looked at.

    Raises :class:`~datasummary.errors.WorkspaceError` where ``versions.json`` cannot be read.
    """
    index = _place(project) / _INDEX
    try:
        entries = json.loads(index.read_text("utf-8"))["versions"]
        versions = tuple(_kept(project, entry) for entry in entries)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise WorkspaceError(f"{index}: cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise WorkspaceError(f"{index}: is not as datasummary wrote it; put it back from a copy") from None
    if len({each.version for each in versions}) < len(versions):
        raise WorkspaceError(f"{index}: names a version twice; put it back from a copy")
    return versions


def kept_before(project: Project) -> tuple[KeptVersion, ...]:
    """Return the versions that were kept before the present one was: all, where the present one is not kept."""
    versions = kept_versions(project)
    now = _present(project)
    names = [each.version for each in versions]
    return versions[: names.index(now)] if now in names else versions


def previous_versions(project: Project) -> tuple[PreviousVersion, ...]:
    """Return those kept before the present version, the latest first, then others named in ``summary.previous``."""
    named = {clean(entry.version): entry for entry in project.summary.previous}
    versions = []
    for kept in reversed(kept_before(project)):
        entry = named.pop(kept.version, None)
        versions.append(PreviousVersion(kept.version, kept.date, entry.link if entry else _link(project, kept)))
    versions += [PreviousVersion(version, entry.date, entry.link) for version, entry in named.items()]
    return tuple(versions)


def kept_summary(kept: KeptVersion) -> dict[str, Any]:
    """Return a kept version's JSON form, as it was kept.

    Raises :class:`~datasummary.errors.WorkspaceError` where the file is not as it was.
    """
    content: dict[str, Any] = json.loads(_unaltered(kept, _SUMMARY))
    return content


def require_unchanged(project: Project, contents: Mapping[Path, str | bytes | None]) -> None:
    """Raise :class:`~datasummary.errors.ProjectError` where what is to be written is not the version that is kept.

    ``contents`` are files by path. Only content counts: another version of this program is none. A project whose
    version is not kept passes.
    """
    now = _present(project)
    kept = next((each for each in kept_versions(project) if each.version == now), None)
    if kept is None:
        return
    texts = {path.name: _bytes(content) for path, content in contents.items() if path.parent == _public(project)}
    before, after = kept_summary(kept), json.loads(texts[_SUMMARY] or b"{}")
    domains = _unaltered(kept, _DOMAINS) if _DOMAINS in kept.files else None
    differs = _what_differs(before, after)
    if domains != texts.get(_DOMAINS) and not differs:
        differs = [f"{_DOMAINS} has other columns or cells."]
    if differs:
        raise ProjectError(
            f"version {now} of the summary is published, in {kept.folder}, and a published version never changes; "
            f"raise summary.version and summary.date. What would change: {' '.join(differs)}"
        )


def keep_version(project: Project) -> Keeping:
    """Keep the summary that lies in ``out/public`` as a published version, beside those before it.

    A version that is kept already with the same content is left as it is. Raises
    :class:`~datasummary.errors.ProjectError` for a draft, for a version that is kept with other content, and where the
    files are not of the project's version; :class:`~datasummary.errors.WorkspaceError` where a file of any kept
    version is not as it was kept.
    """
    public = _public(project)
    contents = {name: (public / name).read_bytes() for name in FORMS if (public / name).is_file()}
    if _SUMMARY not in contents:
        raise ProjectError(f"{public / _SUMMARY}: is not there; write it first: datasummary summary")
    summary = json.loads(contents[_SUMMARY])
    date = project.summary.date
    about = summary.get("about", {})
    if (about.get("version"), about.get("date")) != (_present(project), date.isoformat()):
        raise ProjectError(f"{public / _SUMMARY}: is not of this version and date; write it anew: datasummary summary")
    if summary["status"] == "draft":
        still = ", ".join(id_ for id_, field in summary["fields"].items() if field.get("to_be_stated"))
        raise ProjectError(
            f"version {_present(project)} is a draft, and only a complete summary is kept; open: {still}"
        )
    versions = kept_versions(project)
    for kept in versions:
        for name in kept.files:
            _unaltered(kept, name)
    require_unchanged(project, {public / name: contents.get(name) for name in FORMS})
    for kept in versions:
        if kept.version == _present(project):
            return Keeping(kept, new=False)
    if versions and date < versions[-1].date:
        raise ProjectError(
            f"summary.date {date} lies before that of version {versions[-1].version}, {versions[-1].date}; raise it"
        )
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    new = KeptVersion(_present(project), date, _place(project) / version_folder(_present(project)), digests)
    _write(project, new, contents, versions)
    return Keeping(new, new=True)


def update_due(project: Project, today: dt.date | None = None) -> str | None:
    """Return a reminder where training goes on and the summary is six months old by the real clock, else None.

    It is for the provider alone, and stands in no document.
    """
    going_on = project.model.training_continues
    if going_on is None or not going_on.value:
        return None
    months = project.summary.date.month - 1 + _MONTHS
    year, month = project.summary.date.year + months // 12, months % 12 + 1
    due = dt.date(year, month, min(project.summary.date.day, calendar.monthrange(year, month)[1]))
    if (today or dt.datetime.now(dt.UTC).date()) < due:
        return None
    return (
        f"An update of the summary is due since {due:%d/%m/%Y}: training goes on (model.training_continues). Its last "
        f"update is of {project.summary.date:%d/%m/%Y}; the template asks for one every six months, sooner where a "
        "change is material. Raise summary.version and summary.date."
    )


def _what_differs(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    from datasummary.comparing import compare
    from datasummary.documents.changes import short_sentences

    ours = {"generated_by", "disclaimer"}
    parts = [key for key in {**before, **after} if key not in ours and before.get(key) != after.get(key)]
    if not parts:
        return []
    found = compare(before, after)
    if found.models or found.translated or {field.id for field in found.fields} - {"0.a", "0.b"}:
        return list(short_sentences(found))
    stated = [f"{field.label} {field.after} (published: {field.before})." for field in found.fields]
    return stated or [f"{part} in {_SUMMARY}." for part in parts]


def _write(project: Project, new: KeptVersion, contents: Mapping[str, bytes], before: tuple[KeptVersion, ...]) -> None:
    """Put the folder there whole, then name it in the index; a kill between the two is made good by the next run."""
    from datasummary.render.files import write_files

    if new.folder.exists():
        _require_leftover(new)
    else:
        beside = new.folder.with_name(f".{new.folder.name}.unfinished")
        shutil.rmtree(beside, ignore_errors=True)
        write_files({beside / name: content for name, content in contents.items()})
        try:
            beside.rename(new.folder)
        except OSError as error:
            raise WorkspaceError(f"{new.folder}: cannot be written: {error.strerror}") from None
    entries = [
        {"version": each.version, "date": each.date.isoformat(), "folder": each.folder.name, "files": dict(each.files)}
        for each in (*before, new)
    ]
    text = json.dumps({"versions": entries}, ensure_ascii=False, indent=2) + "\n"
    write_files({_place(project) / _INDEX: text})


def _require_leftover(new: KeptVersion) -> None:
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in new.folder.iterdir()
    }
    if found != new.files:
        raise WorkspaceError(
            f"{new.folder}: is there, but {_INDEX} does not name it; move it away, or put {_INDEX} back from a copy"
        )


def _unaltered(kept: KeptVersion, name: str) -> bytes:
    path = kept.folder / name
    try:
        content = path.read_bytes()
    except OSError as error:
        what = f"cannot be read ({error.strerror})"
    else:
        if hashlib.sha256(content).hexdigest() == kept.files[name]:
            return content
        what = "WAS ALTERED since it was kept"
    raise WorkspaceError(
        f"{path}: {what}. It belongs to the published version {kept.version}, which never changes; put it back from a "
        f"copy with the SHA-256 {kept.files[name]}"
    )


def _kept(project: Project, entry: Mapping[str, Any]) -> KeptVersion:
    version, files = entry["version"], entry["files"]
    whole = isinstance(version, str) and isinstance(files, dict) and _SUMMARY in files and files.keys() <= set(FORMS)
    if not whole or not all(_SHA256.fullmatch(digest) for digest in files.values()):
        raise ValueError(version)
    return KeptVersion(version, dt.date.fromisoformat(entry["date"]), _place(project) / version_folder(version), files)


def _link(project: Project, kept: KeptVersion) -> str | None:
    if not project.summary.versions_at:
        return None
    parts = urlsplit(project.summary.versions_at)
    folder = parts.path if _PAGE.search(parts.path) or parts.path.endswith("/") else f"{parts.path}/"
    base = urlunsplit((parts.scheme, parts.netloc, folder, "", ""))
    return urljoin(base, f"{kept.folder.name}/public-summary.html")


def _present(project: Project) -> str:
    return clean(project.summary.version)


def _public(project: Project) -> Path:
    return project.out / "public"


def _place(project: Project) -> Path:
    return _public(project) / "versions"


def _bytes(content: str | bytes | None) -> bytes | None:
    return content.encode() if isinstance(content, str) else content
