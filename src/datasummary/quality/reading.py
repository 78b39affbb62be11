"""A public summary as it was found in a JSON file: ours, or one written by hand to ``datasummary schema summary``.

The file is a stranger's. What has another shape than the schema's is read as far as it makes sense, and else as open.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from datasummary.documents.template import FIELD_IDS, FIELDS
from datasummary.documents.words import clean
from datasummary.errors import DataError
from datasummary.quality.placeholders import placeholders_in, without_placeholders, without_placeholders_within
from datasummary.quality.values import Answer, answer_of
from datasummary.summary_files import domains_beside, summary_text

__all__ = ["Summary", "read_summary", "summary_of"]


@dataclass(frozen=True)
class Summary:
    """A summary, field by field."""

    content: Mapping[str, Any]
    """The JSON as it came."""
    listed_beside: tuple[str, ...] = ()
    """Domains of ``top-domains.csv`` in the same folder; read only where the document itself holds no list."""
    _answers: dict[str, Answer] = field(default_factory=dict, repr=False, compare=False)

    def __getitem__(self, field_id: str) -> Answer:
        """Give the answer to a field of the form; an absent one is open."""
        if field_id not in self._answers:
            raw = self.raw(field_id)
            given = {key: without_placeholders_within(raw[key]) for key in ("value", "comment") if key in raw}
            self._answers[field_id] = answer_of(FIELDS[field_id], {**raw, **given})
        return self._answers[field_id]

    def raw(self, field_id: str) -> Mapping[str, Any]:
        """Give what stands under a field's id, if that is an object."""
        entry = self.fields.get(field_id)
        return entry if isinstance(entry, dict) else {}

    def placeholders(self, field_id: str) -> list[tuple[str, str]]:
        """Give what only holds a place in a field, such as ``TBD``, each with the key that it stands under."""
        raw = self.raw(field_id)
        return [found for key in ("value", "comment") for found in placeholders_in(raw.get(key), key)]

    @property
    def fields(self) -> Mapping[str, Any]:
        """What stands under ``fields``."""
        return self._object("fields")

    @property
    def template(self) -> Mapping[str, Any]:
        """What stands under ``template``."""
        return self._object("template")

    def about(self, key: str) -> str:
        """Give what the document says of itself under a key of ``about``; empty where it says nothing."""
        value = self._object("about").get(key)
        return without_placeholders(clean(value)) if isinstance(value, str) else ""

    @property
    def is_draft(self) -> bool:
        """Whether the document calls itself a draft."""
        return self.content.get("status") == "draft"

    @cached_property
    def changes(self) -> tuple[str, ...]:
        """What changed since the version before, in sentences."""
        value = self._object("about").get("changes")
        texts = (
            [without_placeholders(clean(text)) for text in value if isinstance(text, str)]
            if isinstance(value, list)
            else []
        )
        return tuple(filter(None, texts))

    @cached_property
    def models(self) -> tuple[str, ...]:
        """Names of the models at the head of the document."""
        value = self.content.get("models")
        names = (
            [without_placeholders(clean(name)) for name in value if isinstance(name, str)]
            if isinstance(value, list)
            else []
        )
        return tuple(filter(None, names))

    @cached_property
    def domains(self) -> tuple[str, ...]:
        """The list of field 2.3.h: in the document, or else in the file beside it."""
        return self["2.3.h"].domains or self.listed_beside

    def _object(self, key: str) -> Mapping[str, Any]:
        value = self.content.get(key)
        return value if isinstance(value, dict) else {}


def _said(value: Any) -> tuple[str, ...]:
    """Give the texts of a list that say something."""
    texts = (text for text in value if isinstance(text, str)) if isinstance(value, list) else ()
    return tuple(filter(None, (without_placeholders(clean(text)) for text in texts)))


def read_summary(path: Path) -> Summary:
    """Read a file.

    Raises :class:`~datasummary.errors.DataError` where there is none, it is no JSON, or no summary.
    """
    text = summary_text(path)
    try:
        content = json.loads(text)
    except RecursionError:
        raise DataError(f"{path}: nested too deep for a summary; is it the right file?") from None
    except ValueError as error:
        raise DataError(
            f"{path}: no JSON ({error}); give the public-summary.json that `datasummary summary` wrote"
        ) from (None)
    summary = summary_of(content, str(path))
    if not summary["2.3.h"].domains:
        return Summary(content, domains_beside(path))
    return summary


def summary_of(content: Any, name: str = "summary") -> Summary:
    """Take parsed JSON for a summary.

    Raises :class:`~datasummary.errors.DataError` where it is none: no object with ``fields`` of the form's ids.
    """
    fields = content.get("fields") if isinstance(content, dict) else None
    if not isinstance(fields, dict) or not any(field_id in fields for field_id in FIELD_IDS):
        raise DataError(
            f'{name}: no public summary: it needs an object "fields" with the form\'s ids, such as "1.1.a"; '
            f"`datasummary schema summary` prints the shape"
        )
    return Summary(content)
