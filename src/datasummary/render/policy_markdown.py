"""The copyright policy as Markdown, by the template ``policies/copyright-policy.md.j2``.

Whatever the template puts out is escaped, unless a filter of this module has done so: names and words come from
strangers and providers alike.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from datasummary.documents.copyright_measures import CHAPTER, MEASURES
from datasummary.documents.copyright_policy import CopyrightPolicy, Statement
from datasummary.render.footer import DISCLAIMER
from datasummary.render.markdown_page import escaped

__all__ = ["policy_body", "policy_draft", "policy_markdown", "policy_title"]

_TEMPLATE = "copyright-policy.md.j2"
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")


def policy_markdown(policy: CopyrightPolicy) -> str:
    """Return the policy, or its public summary, as Markdown."""
    return _tidy(_environment(policy.public).get_template(_TEMPLATE).render(_names(policy)))


def policy_body(policy: CopyrightPolicy) -> str:
    """Return the Markdown between the head, which names title, models and date, and the footer."""
    template = _environment(policy.public).get_template(_TEMPLATE)
    return _tidy("".join(template.blocks["body"](template.new_context(_names(policy)))))


def policy_title(policy: CopyrightPolicy) -> tuple[str, str]:
    """Return title and subtitle."""
    if policy.public:
        return (
            "Copyright policy: public summary",
            "How reservations of rights are read, and whom rightsholders can reach",
        )
    return "Copyright policy", "Internal: names hosts and contracts, not for publication"


def policy_draft(policy: CopyrightPolicy) -> str:
    """Return what a draft says of itself."""
    return f"Draft, not for publication: points marked “{_mark(policy.public)}” are open."


def _names(policy: CopyrightPolicy) -> dict[str, Any]:
    title, subtitle = policy_title(policy)
    return {
        "policy": policy,
        "public": policy.public,
        "title": title,
        "subtitle": subtitle,
        "date": f"{policy.date:%d/%m/%Y}",
        "draft": policy_draft(policy),
        "mark": _mark(policy.public),
        "open": {statement.id for statement in policy.open},
        "chapter": CHAPTER,
        "measures": MEASURES,
        "disclaimer": DISCLAIMER,
    }


@cache
def _environment(public: bool) -> Environment:
    environment = Environment(  # noqa: S701 - Markdown is put out, and finalize escapes for it
        loader=PackageLoader("datasummary", "policies"),
        undefined=StrictUndefined,
        finalize=_finalized,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def stated(statement: Statement, about: str | None = None) -> Markup:
        """The provider's words with their mark, or the mark of what is open."""
        if statement.text is None:
            where = "" if public else f" ({statement.key} in the project file)"
            return Markup("> **{}:** {}").format(_md(_mark(public)), _md(statement.asked + where))
        head = f"{about}, as the provider states:" if about else "The provider states:"
        return Markup("**{}** {}").format(_md(head), _md(statement.text))

    environment.filters.update(stated=stated, inside=_inside)
    return environment


def _mark(public: bool) -> str:
    return "To be stated by the provider" if public else "To be written by the provider"


def _finalized(value: object) -> object:
    return value if isinstance(value, Markup) else escaped(str(value))


def _md(text: str) -> Markup:
    return Markup(escaped(text))  # noqa: S704 - Markdown, in which nothing is markup any more


def _inside(text: str, indent: int = 2) -> Markup:
    """Words inside an item of a list, in which they stay, however many lines they have."""
    return Markup(escaped(text).replace("\n", "\n" + " " * indent))  # noqa: S704 - as above


def _tidy(text: str) -> str:
    """Leave one blank line between blocks, and none at the ends."""
    return _BLANK_LINES.sub("\n\n", text).strip() + "\n"
