"""The JSON Schema of ``public-summary.json``, printed by ``datasummary schema summary``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from datasummary.documents.template import FIELDS, MODALITY_LABELS, SIZE_RANGES, SUBTITLE, TITLE, TemplateField
from datasummary.translation import LANGUAGES, message, speaking, t

__all__ = ["summary_schema"]


def summary_schema() -> dict[str, Any]:
    """Return the schema (draft 2020-12): all 53 fields, each with its label and the shape of its value.

    Labels and the names of boxes and ranges are those of the form, in any of the languages of documents.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": TITLE,
        "description": "The public summary of training content, field by field, as datasummary writes it.",
        **_closed(
            "about",
            "language",
            "generated_by",
            template=_closed(title=_one_of(TITLE), subtitle=_one_of(SUBTITLE)),
            language={"enum": list(LANGUAGES), "description": "Code of the language that it is written in."},
            generated_by=_closed(name={"type": "string"}, version={"type": "string"}),
            status={"enum": ["draft", "complete"], "description": "A draft has points that are still to be stated."},
            models={"type": "array", "items": {"type": "string"}, "minItems": 1},
            about=_ABOUT,
            fields=_closed(**{field.id: _field(field) for field in FIELDS.values()}),
            disclaimer={"type": "string"},
        ),
        "$defs": _DEFINITIONS,
    }


def _one_of(*texts: str) -> dict[str, Any]:
    """Texts of the form, in any language."""
    words = dict.fromkeys(word for language in LANGUAGES for word in _spoken(language, texts))
    return {"enum": list(words)}


def _spoken(language: str, texts: Iterable[str]) -> list[str]:
    with speaking(language):
        return [t(text) for text in texts]


def _boxes() -> dict[str, Any]:
    labels = [_spoken(language, MODALITY_LABELS.values()) for language in LANGUAGES]
    return {"oneOf": [_closed(**{label: {"type": "boolean"} for label in names}) for names in labels]}


def _closed(*optional: str, **properties: Any) -> dict[str, Any]:
    """An object with these properties and no others; all are required but those named first."""
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


def _field(field: TemplateField) -> dict[str, Any]:
    special = {"yes_no", "checkboxes", "sizes", "domains"}
    shapes = [field.kind] if field.kind in special else ["listing"]
    return _closed(
        "comment",
        "to_be_stated",
        label=_one_of(field.label),
        value={"oneOf": [{"type": ["string", "null"]}, *({"$ref": f"#/$defs/{shape}"} for shape in shapes)]},
        comment={"type": "string", "description": "Words beside the value."},
        to_be_stated={"type": "array", "items": {"type": "string"}, "minItems": 1},
    )


_TEXT = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 0}
_LINK = {"type": "string", "format": "uri"}
_ABOUT: dict[str, Any] = {
    "description": "What the document says of itself.",
    **_closed(
        "authoritative_copy",
        "all_versions",
        "announcements",
        "since",
        "changes",
        version=_TEXT,
        date={"type": "string", "format": "date"},
        status={**_TEXT, "description": "Which version it is, and where a newer one would be found."},
        authoritative_copy=_LINK,
        all_versions={**_LINK, "description": "Page with all versions."},
        announcements={**_LINK, "description": "Where changes will be announced."},
        since={**_TEXT, "description": "The version that the changes are told from."},
        changes={"type": "array", "items": _TEXT, "minItems": 1, "description": "Sentences."},
    ),
}
_DEFINITIONS: dict[str, Any] = {
    "yes_no": _closed(answer=_one_of(message("Yes"), message("No"))),
    "checkboxes": _boxes(),
    "sizes": {
        "type": "array",
        "items": _closed(
            "range",
            "approximate_size",
            modality=_one_of(*MODALITY_LABELS.values()),
            range=_one_of(*(label for ranges in SIZE_RANGES.values() for label in ranges.labels)),
            approximate_size=_TEXT,
            estimated={"type": "boolean", "description": "Whether it rests on a ratio of tokens to another unit."},
        ),
    },
    "listing": _closed(
        "text",
        "closing",
        text=_TEXT,
        items={
            "type": "array",
            "items": _closed(
                "name",
                "text",
                "link",
                "details",
                name=_TEXT,
                text=_TEXT,
                link=_LINK,
                details={"type": "object", "additionalProperties": _TEXT},
            ),
        },
        closing=_TEXT,
    ),
    "domains": _closed(
        share={**_TEXT, "description": "Share of all domain names that the list must hold."},
        domains_total=_COUNT,
        required={**_COUNT, "description": "How many names the rule asks for."},
        listed={**_COUNT, "description": "How many it lists; may exceed the former by the rule's last step."},
        file=_TEXT,
        method=_TEXT,
        domains={"type": "array", "items": _TEXT, "description": "By rank."},
    ),
}
