"""Writes the site: what lies in ``out/public``, pages around it, and what programs read of it.

>>> published = publish(project, "site", url="https://acme.example/training/")  # doctest: +SKIP
>>> published.url, published.version, published.removed  # doctest: +SKIP
('https://acme.example/training/', '1.0', ())
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from datasummary.project import Project
from datasummary.site.addresses import base_address, leads_to
from datasummary.site.domain_search import NAMES_INSIDE, parts_of
from datasummary.site.folder import MANIFEST, Kept, Written, require_site, write_folder
from datasummary.site.history import history
from datasummary.site.machine_files import robots_txt, sitemap_xml, versions_feed
from datasummary.site.model_card import model_card
from datasummary.site.pages import site_pages
from datasummary.site.pictures import badge_svg, preview_png
from datasummary.site.reading import Published, read_published, require_publishable
from datasummary.versions import FORMS

__all__ = ["MODEL_CARD", "SUMS", "PublishResult", "publish"]

SUMS = "SHA256SUMS"
MODEL_CARD = "model-card.md"
"""The snippet for a model's card, in ``out/public``."""


@dataclass(frozen=True)
class PublishResult:
    """What was published."""

    folder: Path
    url: str
    """Where the site is meant to stand."""
    version: str
    new_version: bool
    """Whether this run kept the version; False where it was kept before."""
    files: tuple[str, ...]
    """Paths in the folder."""
    removed: tuple[str, ...]
    """Files of earlier runs that are gone."""
    model_card: str
    """Markdown to paste into a model's card; it is also ``out/public/model-card.md``."""
    hints: tuple[str, ...]
    """What does not fit together, and what to do."""


def publish(project: Project, folder: str | Path, url: str | None = None) -> PublishResult:
    """Write a static site from ``out/public`` into a folder that is empty, or that an earlier run wrote.

    The present version is kept first (:func:`~datasummary.versions.keep_version`), and what stands in the site are the
    kept files, byte for byte. ``url`` is where the site will stand; by default the folder of ``summary.published_at``.
    The same files give the same bytes.

    Raises :class:`~datasummary.errors.ProjectError` for a draft, which names the open fields; for files that are
    absent, older than others, or not of one version; where there is no address; and where the folder is no site of
    ours. :class:`~datasummary.errors.WorkspaceError` where a kept file is not as it was, or a folder cannot be written
    to.
    """
    from datasummary.render.files import write_files

    place = Path(folder)
    base = base_address(url, require_publishable(project))
    require_site(place)
    site, new = read_published(project)
    steps = history(site)
    names = site.domains
    parts = parts_of(names) if names is not None and len(names) > NAMES_INSIDE else {}
    pages = site_pages(site, steps, base, len(parts))
    card = model_card(site, base)
    contents: dict[str, bytes | Kept] = {
        **dict(_kept_files(project, site)),
        **site.policy,
        **{page: text.encode() for page, text in pages.items()},
        **{f"domains/{name}": content for name, content in parts.items()},
        "feed.atom": versions_feed(site, steps, base).encode(),
        "sitemap.xml": sitemap_xml(site, [*pages, *_documents(site)], base).encode(),
        "badge.svg": badge_svg(site).encode(),
        "preview.png": preview_png(site),
    }
    if robots := robots_txt(base):
        contents["robots.txt"] = robots.encode()
    contents[SUMS] = _sums(contents)
    written = write_folder(place, contents)
    write_files({project.out / "public" / MODEL_CARD: card})
    return PublishResult(
        folder=place,
        url=base,
        version=site.version,
        new_version=new,
        files=(*written.digests, MANIFEST),
        removed=written.removed,
        model_card=card,
        hints=tuple(_hints(project, site, base, written)),
    )


def _kept_files(project: Project, site: Published) -> Iterator[tuple[str, bytes | Kept]]:
    """The present version's files, then every version's, in folders named as in ``out/public/versions``."""
    for name, digest in site.latest.kept.files.items():
        yield name, Kept(site.latest.kept.folder / name, digest)
    for edition in site.editions:
        for name, digest in edition.kept.files.items():
            yield f"{edition.folder}/{name}", Kept(edition.kept.folder / name, digest)
    yield "versions/versions.json", (project.out / "public" / "versions" / "versions.json").read_bytes()


def _documents(site: Published) -> Iterator[str]:
    """What the site map names beside the site's own pages."""
    yield from (name for name in site.latest.kept.files if name.endswith((".html", ".pdf")))
    yield from (name for name in site.policy if name.endswith((".html", ".pdf")))
    yield from (f"{edition.folder}/public-summary.html" for edition in reversed(site.editions[:-1]))


def _sums(contents: Mapping[str, bytes | Kept]) -> bytes:
    """Checksums as ``sha256sum --check`` reads them."""
    digests = {
        path: content.sha256 if isinstance(content, Kept) else hashlib.sha256(content).hexdigest()
        for path, content in contents.items()
    }
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(digests.items())).encode()


def _hints(project: Project, site: Published, base: str, written: Written) -> Iterator[str]:
    public = project.out / "public"
    for name in FORMS:
        if name not in site.latest.kept.files and (public / name).is_file():
            yield (
                f"{name} was written after version {site.version} was kept, so it is not part of it and not published; "
                "raise summary.version to publish it"
            )
    for key, what, named, path in (
        ("published_at", "where its authoritative copy is", site.authoritative_copy, "public-summary.html"),
        ("versions_at", "where all versions are", site.all_versions, "versions/"),
        ("announced_at", "where changes are announced", site.announcements, "feed.atom"),
    ):
        if not named:
            yield f"the summary does not say {what}; set summary.{key}: {base}{path}"
        elif not leads_to(named, base, written.digests):
            yield f"the summary says {what}: {named}; on this site that is {base}{path} (summary.{key})"
    for path in written.left:
        yield f"{path} is no part of the site any more, and was changed by hand, so it was left there"
