"""The public summary as one self-contained HTML page: styles, script and the list of domains are inside it.

No request leaves the page: its policy (CSP) allows only its own style and script, by their hashes.
"""

from __future__ import annotations

from functools import cache

from jinja2 import Environment
from markupsafe import Markup

from datasummary.documents.about import about_entries
from datasummary.documents.fields import (
    Checkboxes,
    DomainList,
    Field,
    Listing,
    Prose,
    Sizes,
    SummaryDocument,
    Value,
    YesNo,
)
from datasummary.documents.template import MODALITY_LABELS, SIZE_RANGES, Heading
from datasummary.render.footer import DISCLAIMER, DRAFT
from datasummary.render.json_documents import DOMAINS_FILE, generator
from datasummary.render.listed_names import NAMES_SHOWN, grouped
from datasummary.render.page import assets, embedded_json, page_environment
from datasummary.translation import speaking, t

__all__ = ["NAMES_INSIDE", "html_page"]

NAMES_INSIDE = 200_000
"""The longest list of domains that the page holds whole; of longer ones it shows the first names and names the file."""

_COMPACT_FROM = 4
_COMPACT_WORDS = 32


def html_page(document: SummaryDocument) -> str:
    """Return the summary as an HTML page, in the form's order and words."""
    with speaking(document.language):
        return (
            _environment()
            .get_template("summary.html.j2")
            .render(
                document=document,
                about=about_entries(document),
                assets=assets("summary"),
                draft=t(DRAFT),
                disclaimer=t(DISCLAIMER),
                generator=generator(),
                domains_file=DOMAINS_FILE,
                names_shown=NAMES_SHOWN,
                rest=_rest(document.domains),
            )
        )


def _rest(domains: DomainList | None) -> Markup | None:
    """The names after those that stand as rows, one a line, as a JSON text; None where the page does not hold them."""
    if domains is None or not NAMES_SHOWN < len(domains.names) <= NAMES_INSIDE:
        return None
    return embedded_json("\n".join(domains.names[NAMES_SHOWN:]))


@cache
def _environment() -> Environment:
    environment = page_environment()
    environment.globals.update(modalities=MODALITY_LABELS, size_ranges=SIZE_RANGES)
    environment.filters.update(grouped=grouped, kind=_kind, anchor=_anchor, file_linked=_file_linked)
    environment.tests.update(heading=lambda part: isinstance(part, Heading), compact=_compact, rows=_rows)
    return environment


def _kind(value: Value) -> str:
    match value:
        case Prose():
            return "prose"
        case YesNo():
            return "yes_no"
        case Checkboxes():
            return "checkboxes"
        case Listing():
            return "listing"
        case Sizes():
            return "sizes"
        case DomainList():
            return "domains"


def _compact(listing: Listing) -> bool:
    """Whether a list reads best as columns of name and figure, like languages and their shares."""
    return (
        _rows(listing)
        and len(listing.items) >= _COMPACT_FROM
        and all(len(f"{entry.name}{entry.text}") <= _COMPACT_WORDS for entry in listing.items)
    )


def _rows(listing: Listing) -> bool:
    """Whether a list is a table of names and words about them."""
    return bool(listing.items) and all(
        entry.name and entry.text and not entry.link and not entry.details for entry in listing.items
    )


def _file_linked(sentence: str) -> Markup:
    """Return a sentence in which the name of the file of domains is a link."""
    before, name, after = sentence.partition(DOMAINS_FILE)
    return Markup('{}<a href="{}">{}</a>{}').format(before, name, name, after)


def _anchor(part: Heading | Field) -> str:
    """The fragment by which a field or heading is linked to."""
    return f"field-{part.id}" if isinstance(part, Field) else "section-" + part.text.split(" ")[0].rstrip(".")
