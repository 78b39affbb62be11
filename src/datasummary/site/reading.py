"""What of ``out/public`` makes the site, and whether it may be published.

Nothing outside that folder is read: no source, no host that was decided about, no contract can reach the site.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datasummary.documents.copyright_policy import PUBLIC_NAME
from datasummary.documents.words import clean
from datasummary.errors import ProjectError, WorkspaceError
from datasummary.feed import FEED
from datasummary.project import Project
from datasummary.translation import LANGUAGES
from datasummary.versions import FORMS, KeptVersion, keep_version, kept_summary, kept_versions

__all__ = ["Contact", "Edition", "Elsewhere", "Published", "read_published", "require_publishable"]

_SUMMARY = "public-summary.json"
_DOMAINS = "top-domains.csv"
_ALWAYS = ("public-summary.html", "public-summary.md", _SUMMARY)
_POLICY_FILES = (*(f"{PUBLIC_NAME}.{ending}" for ending in ("html", "md", "docx", "pdf")), FEED)
_SLACK = 120
"""Seconds between the first and the last file of one run."""


@dataclass(frozen=True)
class Contact:
    """Whom to write to."""

    name: str
    details: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Elsewhere:
    """A version that is not kept here, but is named in field 0.a."""

    name: str
    text: str
    link: str


@dataclass(frozen=True)
class Edition:
    """A kept version of the summary."""

    kept: KeptVersion
    sizes: Mapping[str, int]
    """Bytes by name of the file."""
    content: Mapping[str, Any]
    """Its JSON form."""

    @property
    def folder(self) -> str:
        """Where it stands in the site."""
        return f"versions/{self.kept.folder.name}"


@dataclass(frozen=True)
class Published:
    """All that the site says."""

    title: str
    subtitle: str
    provider: str
    models: tuple[str, ...]
    model_links: tuple[str, ...]
    language: str
    version: str
    date: str
    """ISO 8601."""
    authoritative_copy: str | None
    all_versions: str | None
    announcements: str | None
    contacts: tuple[Contact, ...]
    """The provider, then its authorised representative."""
    domains: tuple[str, ...] | None
    """By rank; None where there is no list."""
    domains_total: int
    share: str
    """The share of all names that the list holds, in the form's words."""
    editions: tuple[Edition, ...]
    """All kept versions, the latest last."""
    elsewhere: tuple[Elsewhere, ...]
    policy: Mapping[str, bytes]
    """Files of the copyright policy's public summary and its feed: all, or, where there is none, no file."""

    @property
    def day(self) -> str:
        """Its date as the form writes dates."""
        return f"{self.latest.kept.date:%d/%m/%Y}"

    @property
    def latest(self) -> Edition:
        """The version that is published now."""
        return self.editions[-1]


def require_publishable(project: Project) -> str | None:
    """Return the address of the authoritative copy, if the summary names one.

    Raises :class:`~datasummary.errors.ProjectError` where ``out/public`` may not be published: a draft, by its open
    fields; files that are absent, of another version or language than the JSON, or older than it, by their names.
    """
    public = project.out / "public"
    for name in _ALWAYS:
        if not (public / name).is_file():
            raise ProjectError(f"{public / name}: is not there; write it first: datasummary summary")
    content = _read_json(public / _SUMMARY)
    if content.get("status") != "complete":
        still = "; ".join(
            f"{id_} {', '.join(field['to_be_stated'])}"
            for id_, field in content["fields"].items()
            if field.get("to_be_stated")
        )
        raise ProjectError(
            f"{public / _SUMMARY}: is a draft, and only a complete summary is published. Open: {still or 'its status'}"
            ". Fill them in, or accept what is proposed, then: datasummary summary"
        )
    _require_one_version(public, content)
    _require_policy(public, content, project.language)
    return content["about"].get("authoritative_copy")  # type: ignore[no-any-return]


def read_published(project: Project) -> tuple[Published, bool]:
    """Keep the present version and return what the site says, and whether the version was new.

    Raises :class:`~datasummary.errors.ProjectError` and :class:`~datasummary.errors.WorkspaceError` as
    :func:`~datasummary.versions.keep_version` does, and where a later version than the present one is kept.
    """
    keeping = keep_version(project)
    editions = tuple(_edition(kept) for kept in kept_versions(project))
    if editions[-1].kept.version != keeping.kept.version:
        raise ProjectError(
            f"version {keeping.kept.version} is not the latest that is kept, which is {editions[-1].kept.version}; "
            "only the latest is published as the present one: put summary.version back, or raise it"
        )
    return _published(project, editions), keeping.new


def _published(project: Project, editions: tuple[Edition, ...]) -> Published:
    content, public = editions[-1].content, project.out / "public"
    fields, about = content["fields"], content["about"]
    provider = _contacts(fields, "1.1.a")
    language = content.get("language", project.language)
    listed = fields.get("2.3.h", {}).get("value")
    listed = listed if isinstance(listed, dict) and "domains" in listed else None
    named = _items(fields, "1.2.a")
    return Published(
        title=clean(content["template"]["title"]),
        subtitle=clean(content["template"]["subtitle"]),
        provider=provider[0].name if provider else "",
        models=tuple(map(clean, content["models"])),
        model_links=tuple(clean(item["link"]) for item in named if item.get("link")),
        language=language if language in LANGUAGES else "en",
        version=clean(about["version"]),
        date=about["date"],
        authoritative_copy=about.get("authoritative_copy"),
        all_versions=about.get("all_versions"),
        announcements=about.get("announcements"),
        contacts=(*provider, *_contacts(fields, "1.1.b")),
        domains=tuple(map(clean, listed["domains"])) if listed else None,
        domains_total=listed["domains_total"] if listed else 0,
        share=clean(listed["share"]) if listed else "",
        editions=editions,
        elsewhere=_elsewhere(fields, editions),
        policy={name: (public / name).read_bytes() for name in _POLICY_FILES if (public / name).is_file()},
    )


def _edition(kept: KeptVersion) -> Edition:
    try:
        sizes = {name: (kept.folder / name).stat().st_size for name in kept.files}
    except OSError as error:
        raise WorkspaceError(f"{kept.folder}: cannot be read: {error.strerror}") from None
    return Edition(kept, sizes, kept_summary(kept))


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text("utf-8"))
        if isinstance(content["fields"], dict) and isinstance(content["about"]["version"], str):
            return content  # type: ignore[no-any-return]
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise ProjectError(f"{path}: is not as this version of datasummary writes it; write it again: datasummary summary")


def _require_one_version(public: Path, content: Mapping[str, Any]) -> None:
    listed = content["fields"].get("2.3.h", {}).get("value")
    if isinstance(listed, dict) and "domains" in listed:
        try:
            with (public / _DOMAINS).open(encoding="utf-8", newline="") as file:
                names = [row["domain"].removeprefix("'") for row in csv.DictReader(file)]
        except FileNotFoundError:
            raise ProjectError(f"{public / _DOMAINS}: is not there; write it again: datasummary summary") from None
        if names != listed["domains"]:
            raise ProjectError(
                f"{public / _DOMAINS}: lists other names than {_SUMMARY}; write both: datasummary summary"
            )
    written = (public / _SUMMARY).stat().st_mtime
    for name in FORMS:
        path = public / name
        if path.is_file() and path.stat().st_mtime < written - _SLACK:
            raise ProjectError(f"{path}: is older than {_SUMMARY}; write all forms again: datasummary summary")


def _require_policy(public: Path, content: Mapping[str, Any], language: str) -> None:
    there = [name for name in _POLICY_FILES if (public / name).is_file()]
    if not there:
        return
    for name in _POLICY_FILES:
        if name not in there:
            raise ProjectError(
                f"{public / name}: is not there, but {there[0]} is, and they are published together; write all of them "
                f"again with datasummary policy, or, to publish none, move away: {', '.join(there)}"
            )
    path = public / f"{PUBLIC_NAME}.html"
    text = path.read_text("utf-8")
    if re.search(r'<body class="[a-z ]*\bdraft\b', text):
        raise ProjectError(
            f"{path}: is a draft; `datasummary policy` lists what is open: fill it in, or, to publish without the "
            f"policy, move away: {', '.join(there)}"
        )
    year, month, day = content["about"]["date"].split("-")
    if f"<dd>{day}/{month}/{year}</dd>" not in text:
        raise ProjectError(f"{path}: is not of {day}/{month}/{year}, the date of the summary: datasummary policy")
    spoken = re.search(r'<html lang="([a-z-]+)"', text)
    of_summary = content.get("language", language)
    if spoken and spoken[1] != of_summary:
        command = "policy" if of_summary == language else "summary"
        raise ProjectError(
            f"{path}: is in the language “{spoken[1]}”, but {_SUMMARY} in “{of_summary}”, and a site has one language; "
            f"the project file says “{language}”: datasummary {command}"
        )


def _contacts(fields: Mapping[str, Any], id_: str) -> tuple[Contact, ...]:
    return tuple(
        Contact(clean(item["name"]), tuple((clean(k), clean(v)) for k, v in (item.get("details") or {}).items()))
        for item in _items(fields, id_)
        if item.get("name")
    )


def _elsewhere(fields: Mapping[str, Any], editions: tuple[Edition, ...]) -> tuple[Elsewhere, ...]:
    """The versions of field 0.a, after this one, that are not kept here."""
    kept = {edition.kept.version for edition in editions}
    return tuple(
        Elsewhere(clean(item["name"]), clean(item.get("text") or ""), clean(item["link"]))
        for item in _items(fields, "0.a")[1:]
        if item.get("name") and item.get("link") and clean(item["name"]).partition(" ")[2] not in kept
    )


def _items(fields: Mapping[str, Any], id_: str) -> list[Any]:
    value = fields.get(id_, {}).get("value")
    items = value.get("items") if isinstance(value, dict) else None
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
