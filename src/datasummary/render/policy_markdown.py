"""The copyright policy as Markdown, by the template ``policies/copyright-policy.md.j2``.

Whatever the template puts out is escaped, unless a filter of this module has done so: names and words come from
strangers and providers alike.
"""

from __future__ import annotations

import re
from functools import cache, partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from datasummary.documents.copyright_measures import CHAPTER, MEASURES
from datasummary.documents.copyright_policy import CopyrightPolicy, CrawlerWords, Statement
from datasummary.documents.wording import CONDUCT
from datasummary.render.footer import DISCLAIMER
from datasummary.render.markdown_page import escaped
from datasummary.translation import speaking, t, tn
from datasummary.writing import listed

__all__ = ["policy_body", "policy_draft", "policy_markdown", "policy_title"]

_TEMPLATE = "copyright-policy.md.j2"
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")


def policy_markdown(policy: CopyrightPolicy) -> str:
    """Return the policy, or its public summary, as Markdown."""
    with speaking(policy.language):
        return _tidy(_environment(policy.public).get_template(_TEMPLATE).render(_names(policy)))


def policy_body(policy: CopyrightPolicy) -> str:
    """Return the Markdown between the head, which names title, models and date, and the footer."""
    template = _environment(policy.public).get_template(_TEMPLATE)
    with speaking(policy.language):
        return _tidy("".join(template.blocks["body"](template.new_context(_names(policy)))))


def policy_title(policy: CopyrightPolicy) -> tuple[str, str]:
    """Return title and subtitle."""
    with speaking(policy.language):
        if policy.public:
            return (
                t("Copyright policy: public summary"),
                t("How reservations of rights are read, and whom rightsholders can reach"),
            )
        return t("Copyright policy"), t("Internal: names hosts and contracts, not for publication")


def policy_draft(policy: CopyrightPolicy) -> str:
    """Return what a draft says of itself."""
    with speaking(policy.language):
        return t("Draft, not for publication: points marked “{mark}” are open.", mark=_mark(policy.public))


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
        "chapter": t(CHAPTER),
        "measures": MEASURES,
        "titles": {name: t(measure.title) for name, measure in MEASURES.items()},
        "asks": {name: listed(map(t, measure.asks)) for name, measure in MEASURES.items()},
        "questions": {key: t(question) for key, question in CONDUCT.items()},
        "disclaimer": t(DISCLAIMER),
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
            return _marked(public, statement.asked, statement.key)
        if about:
            return _t("**{about}, as the provider states:** {words}", about=about, words=statement.text)
        return _t("**The provider states:** {words}", words=statement.text)

    environment.filters.update(stated=stated, inside=_inside, listed=listed)
    environment.globals.update(t=_t, tn=_tn, unanswered=partial(_unanswered, public))
    return environment


def _mark(public: bool) -> str:
    return t("To be stated by the provider") if public else t("To be written by the provider")


def _marked(public: bool, asked: str, key: str) -> Markup:
    """What is open, with its mark, and in the full policy with the place where it belongs."""
    if public:
        return _t("> **{mark}:** {asked}", mark=_mark(public), asked=asked)
    return _t("> **{mark}:** {asked} ({key} in the project file)", mark=_mark(public), asked=asked, key=key)


def _unanswered(public: bool, crawler: CrawlerWords) -> Markup:
    """The questions on a crawler that are open, with the same mark."""
    asked = {"mark": _mark(public), "crawler": crawler.name, "questions": ", ".join(crawler.unanswered)}
    if public:
        return _t("> **{mark}:** {crawler}: {questions}", **asked)
    return _t(
        "> **{mark}:** {crawler}: {questions} (`respects` of the crawler {crawler} in the project file)",
        **asked,
    )


def _t(text: str, **values: object) -> Markup:
    """A text of the template's in the language that is spoken; Markdown, with values in which nothing is markup."""
    return Markup(t(text, **_finalized_all(values)))  # noqa: S704 - the package's own Markdown


def _tn(one: str, many: str, count: int, **values: object) -> Markup:
    """The same for a number of things."""
    return Markup(tn(one, many, count, **_finalized_all(values)))  # noqa: S704 - as above


def _finalized_all(values: dict[str, object]) -> dict[str, object]:
    return {name: _finalized(value) for name, value in values.items()}


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
