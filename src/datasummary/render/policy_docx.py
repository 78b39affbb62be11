"""The copyright policy as DOCX, made from its Markdown, in which nothing is markup but what the template puts there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from datasummary.documents.copyright_policy import CopyrightPolicy
from datasummary.render.docx_document import DocxDocument, paragraph, run
from datasummary.render.policy_markdown import policy_body, policy_draft, policy_title
from datasummary.translation import speaking, t

__all__ = ["policy_docx"]

_LISTS = (("ListBullet", "ListContinue"), ("ListBullet2", "ListContinue2"))
"""For each depth the styles of an item's first paragraph and of its others."""
_BREAKS = {"softbreak": " ", "hardbreak": "\n"}


def policy_docx(policy: CopyrightPolicy) -> bytes:
    """Return the policy, or its public summary, as a DOCX file. The same policy gives the same bytes."""
    with speaking(policy.language):
        title, subtitle = policy_title(policy)
        models, day = ", ".join(policy.models), f"{policy.date:%d/%m/%Y}"
        file = DocxDocument(
            t("{title}: {models}", title=title, models=models),
            subject=subtitle,
            provider=policy.provider,
            date=policy.date,
            running=f"{title} · {day}",
        )
        file.begin(title, subtitle, models, f"{policy.provider} · {day}")
        if policy.open:
            file.add(file.text(policy_draft(policy), "DraftNotice"))
        _add_body(file, MarkdownIt("commonmark", {"html": False}).parse(policy_body(policy)))
        file.close()
        return file.content()


def _add_body(file: DocxDocument, tokens: Sequence[Token]) -> None:
    depth, level, begun, style = 0, 0, False, "Normal"
    for token in tokens:
        match token.type:
            case "heading_open":
                level = int(token.tag[1]) - 1
            case "heading_close":
                level = 0
            case "bullet_list_open" | "bullet_list_close":
                depth += token.nesting
            case "list_item_open":
                begun = False
            case "blockquote_open":
                style = "OpenPoint"
            case "blockquote_close":
                style = "Normal"
            case "inline" if level:
                file.heading("".join(child.content for child in token.children or ()), level)
            case "inline":
                inside = "".join(_runs(file, token.children or ()))
                file.add(paragraph(inside, _LISTS[min(depth, len(_LISTS)) - 1][begun] if depth else style))
                begun = True


def _runs(file: DocxDocument, tokens: Sequence[Token]) -> Iterator[str]:
    styles, address = [], None
    for token in tokens:
        match token.type:
            case "strong_open" | "em_open":
                styles.append("Strong" if token.type == "strong_open" else "Emphasis")
            case "strong_close" | "em_close":
                styles.pop()
            case "link_open":
                address = str(token.attrGet("href"))
            case "link_close":
                address = None
            case "softbreak" | "hardbreak":
                yield run(_BREAKS[token.type])
            case _ if address:
                yield file.link(token.content, address)
            case _:
                yield run(token.content, styles[-1] if styles else None)
