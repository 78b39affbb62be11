"""The copyright policy as one self-contained HTML page, made from its Markdown.

The Markdown has no markup but the template's, since all else is escaped in it; even so, HTML in it would be shown as
text. The page has no script, and its policy (CSP) allows only its own style, by its hash.
"""

from __future__ import annotations

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from datasummary.documents.copyright_policy import CopyrightPolicy
from datasummary.render.footer import DISCLAIMER
from datasummary.render.json_documents import generator
from datasummary.render.page import assets, page_environment
from datasummary.render.policy_markdown import policy_body, policy_draft, policy_title
from datasummary.translation import speaking, t

__all__ = ["policy_html"]


def policy_html(policy: CopyrightPolicy) -> str:
    """Return the policy, or its public summary, as an HTML page."""
    with speaking(policy.language):
        return _page(policy)


def _page(policy: CopyrightPolicy) -> str:
    markdown = MarkdownIt("commonmark", {"html": False})
    tokens = markdown.parse(policy_body(policy))
    title, subtitle = policy_title(policy)
    return (
        page_environment()
        .get_template("policy.html.j2")
        .render(
            assets=assets("policy"),
            document={
                "title": title,
                "subtitle": subtitle,
                "provider": policy.provider,
                "models": policy.models,
                "language": policy.language,
            },
            policy=policy,
            date=f"{policy.date:%d/%m/%Y}",
            draft=policy_draft(policy),
            sections=_prepared(tokens),
            body=Markup(markdown.renderer.render(tokens, markdown.options, {})),  # noqa: S704 - with raw HTML off
            disclaimer=t(DISCLAIMER),
            generator=generator(),
        )
    )


def _prepared(tokens: list[Token]) -> list[tuple[str, str]]:
    """Give headings names to link to, mark what is open, and return the names and texts of the measures' headings."""
    found = []
    headings = 0
    for number, token in enumerate(tokens):
        if token.type == "heading_open":
            headings += 1
            anchor = f"section-{headings}"
            token.attrSet("id", anchor)
            if token.tag == "h2":
                found.append((anchor, "".join(child.content for child in tokens[number + 1].children or ())))
        elif token.type == "blockquote_open":
            token.attrSet("class", "open")
        for child in token.children or ():
            if child.type == "link_open":
                child.attrSet("rel", "noreferrer")
    return found
