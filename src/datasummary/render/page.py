"""What the HTML pages share: their styles, their script, the policy that lets no request leave, words as markup."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from datasummary.render.links import split_links
from datasummary.translation import t, tn

__all__ = ["Assets", "assets", "embedded_json", "linked", "page_environment", "prose"]


@dataclass(frozen=True)
class Assets:
    """What stands inside a page, and the only things that its policy (CSP) allows, by their hashes."""

    style: Markup
    script: Markup
    """Empty in a page that needs none."""

    @property
    def policy(self) -> str:
        """The page's Content-Security-Policy."""
        script = f"script-src '{_hash(self.script)}'; " if self.script else ""
        return f"default-src 'none'; style-src '{_hash(self.style)}'; {script}base-uri 'none'; form-action 'none'"


@cache
def assets(name: str) -> Assets:
    """Return style and script of all pages, followed by those of one: ``summary``, ``report``, ``policy``."""
    style = _template("page.css") + _template(f"{name}.css")
    script = "" if name == "policy" else _template("page.js") + _template(f"{name}.js")
    return Assets(Markup(style), Markup(script))  # noqa: S704 - files of this package


def embedded_json(content: Any) -> Markup:
    """Return data as JSON that can stand in a ``script`` element, as compact as can be."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace("&", "\\u0026"))  # noqa: S704 - no markup is left in it


def page_environment() -> Environment:
    """Return an environment for templates that extend ``page.html.j2``; all that is put into them is escaped."""
    environment = Environment(
        loader=PackageLoader("datasummary.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(prose=prose, linked=linked)
    environment.globals.update(t=t, tn=tn)
    return environment


def prose(text: str) -> Markup:
    """Return paragraphs, parted by blank lines, with addresses as links."""
    paragraphs = (linked(paragraph) for paragraph in text.split("\n\n") if paragraph.strip())
    return Markup("\n").join(Markup("<p>{}</p>").format(paragraph) for paragraph in paragraphs)


def linked(text: str) -> Markup:
    """Return one paragraph, with addresses as links and line breaks kept."""
    parts = [
        Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(part) if is_link else escape(part)
        for part, is_link in split_links(text.strip())
    ]
    return Markup("").join(parts).replace("\n", Markup("<br>\n"))


def _template(name: str) -> str:
    return files("datasummary.render").joinpath("templates", name).read_text("utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
