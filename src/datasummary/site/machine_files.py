"""What programs read of the site: the feed of versions, the site map, and the data that search engines read."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from datasummary.atom import atom_entry, atom_feed
from datasummary.render.json_documents import DOMAINS_FILE
from datasummary.site.addresses import ascii_address, path_in_address
from datasummary.site.history import Step
from datasummary.site.reading import Edition, Published
from datasummary.translation import speaking, t

__all__ = ["MEDIA_TYPES", "robots_txt", "sitemap_xml", "structured_data", "versions_feed"]

MEDIA_TYPES = {
    "html": "text/html",
    "md": "text/markdown",
    "json": "application/json",
    "csv": "text/csv",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def versions_feed(site: Published, steps: Sequence[Step], base: str) -> str:
    """Return an Atom feed with an entry for each version, the latest first, that says what changed."""
    names = json.dumps([site.provider, *site.editions[0].content["models"]])
    feed = uuid.uuid5(uuid.NAMESPACE_URL, names)
    with speaking(site.language):
        entries = [
            (
                f"{step.edition.kept.date.isoformat()}T00:00:00Z",
                atom_entry(
                    f"urn:uuid:{uuid.uuid5(feed, step.edition.kept.version)}",
                    t("Version {version} of the public summary", version=step.edition.kept.version),
                    step.edition.kept.date.isoformat(),
                    step.sentences,
                    base + path_in_address(f"{step.edition.folder}/public-summary.html"),
                ),
            )
            for step in steps
        ]
        title = t("{provider}: public summary of training content", provider=site.provider)
    links = {"self": f"{base}feed.atom", "alternate": base}
    return atom_feed(f"urn:uuid:{feed}", title, site.provider, entries, links, site.language)


def sitemap_xml(site: Published, pages: Iterable[str], base: str) -> str:
    """Return the site map of pages; each changed last when the present version was published."""
    lines = (
        f"<url><loc>{escape(base + path_in_address(page))}</loc><lastmod>{site.date}</lastmod></url>\n"
        for page in pages
    )
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return head + "".join(lines) + "</urlset>\n"


def robots_txt(base: str) -> str | None:
    """Return a robots.txt that names the site map, where the site is a whole host; below one, none is read."""
    return f"Sitemap: {base}sitemap.xml\n" if urlsplit(base).path == "/" else None


def structured_data(site: Published, base: str) -> dict[str, Any]:
    """Return what schema.org says of a document: version, dates, publisher, and each form with its SHA-256."""
    latest = site.latest
    publisher = {"@type": "Organization", "name": site.provider}
    document: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "DigitalDocument",
        "@id": base,
        "url": (site.authoritative_copy and ascii_address(site.authoritative_copy)) or base,
        "name": f"{site.title}: {', '.join(site.models)}",
        "version": site.version,
        "inLanguage": site.language,
        "datePublished": site.date,
        "dateModified": site.date,
        "publisher": publisher,
        "author": publisher,
        "about": [{"@type": "SoftwareApplication", "name": name} for name in site.models],
        "isAccessibleForFree": True,
        "encoding": [_media(latest, name, base, "MediaObject") for name in latest.kept.files if name != DOMAINS_FILE],
    }
    if DOMAINS_FILE in latest.kept.files:
        with speaking(site.language):
            name = t("Domain names of the training content, by rank")
            words = t("The top {share} of the domain names whose content was crawled and used.", share=site.share)
        document["hasPart"] = {
            "@type": "Dataset",
            "name": name,
            "description": words,
            "version": site.version,
            "dateModified": site.date,
            "creator": publisher,
            "distribution": _media(latest, DOMAINS_FILE, base, "DataDownload"),
        }
    return document


def _media(edition: Edition, name: str, base: str, kind: str) -> dict[str, Any]:
    return {
        "@type": kind,
        "name": name,
        "contentUrl": base + path_in_address(name),
        "encodingFormat": MEDIA_TYPES[name.rpartition(".")[2]],
        "contentSize": str(edition.sizes[name]),
        "sha256": edition.kept.files[name],
    }
