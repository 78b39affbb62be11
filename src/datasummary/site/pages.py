"""The site's own pages: overview, versions, changes and the search for a domain name.

Each holds its style and script; its policy (CSP) allows these by their hashes, and no request but, where the list of
names is long, for parts of it from the site itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader
from markdown_it import MarkdownIt
from markupsafe import Markup

from datasummary.documents.copyright_policy import PUBLIC_NAME
from datasummary.feed import FEED
from datasummary.quality.vocabulary import MAILBOX
from datasummary.render.footer import DISCLAIMER
from datasummary.render.json_documents import generator
from datasummary.render.listed_names import grouped
from datasummary.render.page import Assets, embedded_json, linked, page_environment
from datasummary.site.addresses import path_in_address
from datasummary.site.history import NAMES_SHOWN, Step
from datasummary.site.machine_files import structured_data
from datasummary.site.pictures import PREVIEW_SIZE
from datasummary.site.reading import Published
from datasummary.translation import message, speaking, t, tn
from datasummary.writing import labelled, number

__all__ = ["DOMAINS", "INDEX", "PAGES", "site_pages"]

INDEX, DOMAINS, CHANGES, VERSIONS = "index.html", "domains.html", "changes.html", "versions/index.html"
PAGES = (INDEX, DOMAINS, CHANGES, VERSIONS)
_CHANGES_SHOWN = 6
_VERSIONS_SHOWN = 5
_COMPLAINTS_MEASURE = "1.5"
"""The measure of the Code of Practice's copyright chapter by which rightsholders can reach the provider."""

_FORMS = {
    "public-summary.html": message("web page"),
    "public-summary.md": message("Markdown"),
    "public-summary.json": message("data, by a published schema"),
    "public-summary.docx": message("text document"),
    "public-summary.pdf": message("PDF document"),
    "top-domains.csv": message("the list of domain names, by rank"),
}


def site_pages(site: Published, steps: Sequence[Step], base: str, parts: int) -> dict[str, str]:
    """Return the pages by path. ``parts`` is in how many files the list of names stands; 0: inside the page."""
    complaints = _complaints(site)
    with speaking(site.language):
        headings = {
            INDEX: (t("Public summary of training content"), site.subtitle),
            CHANGES: (t("What changed"), t("From one version of the public summary to the next")),
            VERSIONS: (t("All versions"), t("Of the public summary of training content")),
        }
        if site.domains is not None:
            headings[DOMAINS] = (t("Look up a domain name"), t("In the public summary of training content"))
        common = {
            "site": site,
            "steps": steps,
            "base": base,
            "complaints": complaints,
            "forms": {name: t(words) for name, words in _FORMS.items()},
            "pages": _navigation(site),
            "description": t(
                "Content used to train {models}: the public summary by {provider}, version {version} of {date}.",
                models=", ".join(site.models),
                provider=site.provider,
                version=site.version,
                date=site.day,
            ),
            "disclaimer": t(DISCLAIMER),
            "words": embedded_json(_search_words(site, parts)) if site.domains is not None else "",
            "inside": embedded_json("\n".join(site.domains)) if site.domains is not None and not parts else None,
        }
        return {
            page: _page(
                page, heading, subtitle, common, embedded_json(structured_data(site, base)), fetches=bool(parts)
            )
            for page, (heading, subtitle) in headings.items()
        }


def _page(page: str, heading: str, subtitle: str, common: dict[str, Any], data: Markup, *, fetches: bool) -> str:
    assets = _assets(with_search=page == DOMAINS)
    policy = assets.policy + ("; connect-src 'self'" if fetches and page == DOMAINS else "")
    template = "versions.html.j2" if page == VERSIONS else f"{page}.j2"
    return (
        _environment()
        .get_template(template)
        .render(
            common,
            page=page,
            title=labelled(heading, ", ".join(common["site"].models)),
            heading=heading,
            subtitle=subtitle,
            assets=assets,
            policy=policy,
            data=data if page == INDEX else "",
            address=common["base"] + path_in_address(page),
            root="../" * page.count("/"),
        )
    )


def _navigation(site: Published) -> list[tuple[str, str]]:
    pages = [(INDEX, t("Overview")), ("public-summary.html", t("The summary"))]
    if site.domains is not None:
        pages.append((DOMAINS, t("Look up a domain name")))
    pages += [(CHANGES, t("What changed")), (VERSIONS, t("All versions"))]
    if site.policy:
        pages.append((f"{PUBLIC_NAME}.html", t("Copyright policy")))
    return pages


def _search_words(site: Published, parts: int) -> dict[str, Any]:
    """The sentences of the search; the script fills the places in braces."""
    place = {key: f"{{{key}}}" for key in ("host", "name", "rank", "count", "typed", "most")}
    return {
        "count": len(site.domains or ()),
        "parts": parts,
        "listed": t("{name} is on the list, at rank {rank} of {count}.", **place),
        "below": t("{host} belongs to {name}, which is on the list, at rank {rank} of {count}.", **place),
        "absent": t("{host} is not on the list of {count} names.", **place),
        "more": t("Go on typing: a name with its ending, such as example.com."),
        "none": t("This is no domain name; write it like example.com."),
        "wait": t("Looking …"),
        "failed": t("The list could not be loaded. Try again, or look into top-domains.csv."),
        "file": t("The search works where the site is served; here, look into top-domains.csv."),
        "some": t("Names on the list that contain “{typed}”: {count}", **place),
        "many": t("Names on the list that contain “{typed}”: {count}; the first {most} by rank:", **place),
    }


def _complaints(site: Published) -> Markup | None:
    """What the copyright policy's public summary says of contact and complaints, as it says it."""
    text = site.policy.get(f"{PUBLIC_NAME}.md")
    if text is None:
        return None
    markdown = MarkdownIt("commonmark", {"html": False})
    tokens = markdown.parse(text.decode("utf-8"))
    heads = [number for number, token in enumerate(tokens) if token.type == "heading_open" and token.tag == "h2"]
    begin = next((n for n in heads if _COMPLAINTS_MEASURE in tokens[n + 1].content.split(":")[0]), None)
    if begin is None:
        return None
    ends = (n for n, token in enumerate(tokens) if n > begin and (token.type == "hr" or n in heads))
    section = tokens[begin + 3 : next(ends, len(tokens))]
    return Markup(markdown.renderer.render(section, markdown.options, {}))  # noqa: S704 - with raw HTML off


@cache
def _assets(*, with_search: bool) -> Assets:
    style = _file("render", "page.css") + _file("site", "site.css")
    script = _file("render", "page.js") + _file("site", "domains.js") if with_search else ""
    return Assets(Markup(style), Markup(script))  # noqa: S704 - files of this package


@cache
def _environment() -> Environment:
    environment = page_environment()
    environment.loader = PackageLoader("datasummary.site")
    environment.globals.update(
        t=t,
        tn=tn,
        generator=generator(),
        preview_size=PREVIEW_SIZE,
        names_shown=NAMES_SHOWN,
        changes_shown=_CHANGES_SHOWN,
        versions_shown=_VERSIONS_SHOWN,
        crawler_feed=FEED,
    )
    environment.filters.update(grouped=grouped, bytes=_bytes, day=_day, reached=_reached)
    return environment


def _file(package: str, name: str) -> str:
    return files(f"datasummary.{package}").joinpath("templates", name).read_text("utf-8")


def _day(date: dt.date) -> str:
    return f"{date:%d/%m/%Y}"


def _bytes(size: int) -> str:
    """A file's size in decimal units.

    >>> _bytes(999), _bytes(12_345), _bytes(2_500_000)
    ('999 B', '12.3 kB', '2.5 MB')
    """
    if size < 1000:
        return t("{size} B", size=size)
    if size < 1_000_000:
        return t("{size} kB", size=number(round(size / 1000, 1)))
    return t("{size} MB", size=number(round(size / 1_000_000, 1)))


def _reached(text: str) -> Markup:
    """A mailbox as a link to write to it; in other text, addresses of the web as links."""
    if MAILBOX.fullmatch(text):
        return Markup('<a href="mailto:{0}">{0}</a>').format(text)
    return linked(text)
