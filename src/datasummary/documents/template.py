"""The Commission's form for the public summary: headings, labels, ids and size ranges, in its order and words.

>>> len(FIELD_IDS), FIELD_IDS[0], FIELDS["1.3.b"].label
(53, '0.a', 'Training data size')
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal, cast

import yaml

from datasummary.sources import Modality, Unit

__all__ = [
    "FIELDS",
    "FIELD_IDS",
    "FORM",
    "MODALITY_LABELS",
    "SIZE_RANGES",
    "SUBTITLE",
    "TITLE",
    "Heading",
    "Kind",
    "SizeRanges",
    "TemplateField",
]

Kind = Literal["text", "optional", "yes_no", "checkboxes", "sizes", "domains"]


@dataclass(frozen=True)
class Heading:
    """A heading of the form."""

    text: str
    level: Literal[1, 2, 3]


@dataclass(frozen=True)
class TemplateField:
    """A question of the form."""

    id: str
    """Number by the published quality framework, such as ``2.3.h``."""
    label: str
    """The official words."""
    kind: Kind
    advice: str
    """What to write in the project file where no answer is known."""


@dataclass(frozen=True)
class SizeRanges:
    """The ranges of field 1.3.b for one modality: below the first bound, up to the second, above it."""

    unit: Unit
    bounds: tuple[int, int]
    labels: tuple[str, str, str]

    def label(self, size: Fraction | float) -> str:
        """Return the range in which a size, in ``unit``, lies."""
        low, high = self.bounds
        return self.labels[0 if size < low else 1 if size <= high else 2]


def _read() -> dict[str, Any]:
    text = files("datasummary.documents").joinpath("public-summary-template.yaml").read_text("utf-8")
    return cast("dict[str, Any]", yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))  # noqa: S506


def _entry(entry: dict[str, Any]) -> Heading | TemplateField:
    if "id" in entry:
        return TemplateField(entry["id"], entry["label"], entry.get("kind", "text"), entry.get("advice", ""))
    if "section" in entry:
        return Heading(entry["section"], 1)
    if "subsection" in entry:
        return Heading(entry["subsection"], 2)
    return Heading(entry["subsubsection"], 3)


_TEMPLATE = _read()

TITLE: str = _TEMPLATE["title"]
SUBTITLE: str = _TEMPLATE["subtitle"]
FORM: tuple[Heading | TemplateField, ...] = tuple(_entry(entry) for entry in _TEMPLATE["form"])
"""Headings and fields, in the form's order."""
FIELDS: Mapping[str, TemplateField] = MappingProxyType({f.id: f for f in FORM if isinstance(f, TemplateField)})
FIELD_IDS: tuple[str, ...] = tuple(FIELDS)
"""The ids of the 53 fields, in the form's order."""
MODALITY_LABELS: Mapping[Modality, str] = MappingProxyType(_TEMPLATE["modalities"])
SIZE_RANGES: Mapping[Modality, SizeRanges] = MappingProxyType(
    {
        modality: SizeRanges(entry["unit"], tuple(entry["bounds"]), tuple(entry["ranges"]))
        for modality, entry in _TEMPLATE["size_ranges"].items()
    }
)
