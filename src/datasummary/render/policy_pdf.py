"""The copyright policy, or its public summary, as PDF, made from its Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from datasummary.documents.copyright_policy import CopyrightPolicy
from datasummary.render.pdf_words import Line, PdfWords
from datasummary.render.policy_markdown import policy_body, policy_draft, policy_title
from datasummary.render.typst_source import made_pdf
from datasummary.translation import speaking, t

__all__ = ["policy_pdf"]


def policy_pdf(policy: CopyrightPolicy) -> bytes:
    """Return the policy as a PDF file. The same policy gives the same bytes."""
    with speaking(policy.language):
        words = PdfWords()
        title, subtitle = policy_title(policy)
        models = ", ".join(policy.models)
        date = f"{policy.date:%d/%m/%Y}"
        tokens = iter(_parser().parse(policy_body(policy)))
        content = {
            "title": words.unlinked(title),
            "subtitle": words.line(subtitle),
            "provider": words.line(policy.provider),
            "models": words.line(models),
            "draft": words.line(policy_draft(policy)) if policy.open else None,
            "facts": [
                (words.line(t("Crawler policy")), [words.line(f"{policy.rules.name} {policy.rules.version}")]),
                (words.line(t("As of")), [words.line(date)]),
            ],
            "blocks": _blocks(tokens, words),
        }
        told = t("{title}: {models}", title=title, models=models)
        return made_pdf(
            "policy",
            content,
            words,
            title=t("Draft: {title}", title=told) if policy.open else told,
            subject=subtitle,
            provider=policy.provider,
            date=policy.date,
            running=f"{title}, {date}",
        )


def _parser() -> MarkdownIt:
    """Addresses keep the words in which they are written."""
    parser = MarkdownIt("commonmark", {"html": False})
    parser.normalizeLinkText = lambda link: link  # type: ignore[method-assign]
    return parser


def _blocks(tokens: Iterator[Token], words: PdfWords) -> list[dict[str, Any]]:
    """Take blocks until the end of the one that they are in."""
    found: list[dict[str, Any]] = []
    for token in tokens:
        match token.type:
            case "heading_open":
                lines = _lines(next(tokens), words)
                found.append({"kind": "heading", "level": int(token.tag[1:]) - 1, "line": _joined(lines)})
                next(tokens)
            case "paragraph_open":
                found.append({"kind": "paragraph", "lines": _lines(next(tokens), words)})
                next(tokens)
            case "bullet_list_open" | "ordered_list_open":
                found.append({"kind": "list", "items": list(_items(tokens, words))})
            case "blockquote_open":
                found.append({"kind": "open", "blocks": _blocks(tokens, words)})
            case kind if kind.endswith("_close"):
                return found
            case _:
                found.append({"kind": "paragraph", "lines": [words.line(token.content)]})
    return found


def _items(tokens: Iterator[Token], words: PdfWords) -> Iterator[list[dict[str, Any]]]:
    for token in tokens:
        if token.type != "list_item_open":
            return
        yield _blocks(tokens, words)


def _lines(inline: Token, words: PdfWords) -> list[Line]:
    """Words of a paragraph; addresses become links again by how they read."""
    lines: list[Line] = [[]]
    strong = 0
    for token in inline.children or ():
        match token.type:
            case "strong_open":
                strong += 1
            case "strong_close":
                strong -= 1
            case "softbreak" | "hardbreak":
                lines.append([])
            case "text" | "code_inline" | "html_inline":
                lines[-1] += _marked(words.inside(token.content), strong)
    return lines


def _marked(line: Line, strong: int) -> Line:
    return [{"strong": line}] if strong and line else line


def _joined(lines: list[Line]) -> Line:
    return [run for number, line in enumerate(lines) for run in ([" ", *line] if number else line)]
