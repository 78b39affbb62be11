"""A document made of blocks as JSON: sizes as whole numbers, shares from 0 to 1, dates as in ISO 8601."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from datasummary.documents.blocks import Block, Document, Figures, Points, Words
from datasummary.render.footer import DISCLAIMER
from datasummary.render.json_documents import generator
from datasummary.translation import speaking, t

__all__ = ["report_json"]


def report_json(document: Document) -> str:
    """Return the document: its sections, each a list of blocks that name their ``type``.

    Keys, ids and standings are the same in every language; all that people read is in the document's.
    """
    with speaking(document.language):
        disclaimer = t(DISCLAIMER)
    content = {
        "generated_by": generator(),
        "title": document.title,
        "subtitle": document.subtitle,
        "provider": document.provider,
        "models": list(document.models),
        "date": document.date.isoformat(),
        "sections": [
            {"id": section.id, "heading": section.heading, "blocks": list(map(_block, section.blocks))}
            for section in document.sections
        ],
        "disclaimer": disclaimer,
    }
    return json.dumps(content, ensure_ascii=False, indent=2, default=_day) + "\n"


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Words():
            return {"type": "words", "text": block.text}
        case Points():
            return {"type": "points", "standing": block.standing, "items": list(block.items)}
        case Figures():
            return {
                "type": "figures",
                "id": block.id,
                "title": block.title,
                "columns": [{"key": each.key, "label": each.label, "kind": each.kind} for each in block.columns],
                "rows": block.records(),
                "note": block.note,
            }


def _day(value: object) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"{value!r} is no cell of figures")
