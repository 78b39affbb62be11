"""The 242 published metrics: what each asks, what it weighs, who can decide it, and how to mend what it finds.

>>> METRICS["F1.1.a.1"].weight, METRICS["F1.1.a.1"].group
(5, 'transparency')
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal, cast

import yaml

__all__ = ["GROUPS", "METRICS", "DecidedBy", "Dimension", "Group", "Metric"]

Dimension = Literal["Clarity", "Completeness", "Consistency", "Correctness", "Accessibility", "Comprehension"]
DecidedBy = Literal["document", "manifests", "network", "people"]
Group = Literal["transparency", "usefulness"]

GROUPS: Mapping[Group, frozenset[Dimension]] = MappingProxyType(
    {
        "transparency": frozenset({"Clarity", "Completeness", "Consistency", "Correctness"}),
        "usefulness": frozenset({"Accessibility", "Comprehension"}),
    }
)
"""Which dimensions make up each of the two grades."""


@dataclass(frozen=True)
class Metric:
    """One question that graders ask."""

    id: str
    field: str
    """Field or section of the form, such as ``2.3.h``; ``document`` for the document as a whole."""
    dimension: Dimension
    weight: int
    decided_by: DecidedBy
    asks: str
    """The question, in our own words; the answer to aim for is yes."""
    write: str = ""
    """What to write in the document where the answer is no; empty where only people decide."""
    project: str = ""
    """What to do about it where a project file stands behind the document."""

    def mend_by(self, write: str = "", project: str = "") -> str:
        """Give how to mend it, by hand and then by the project file; what is given stands in for the metric's own."""
        return "; with a project file: ".join(filter(None, (write or self.write, project or self.project)))

    @property
    def mend(self) -> str:
        """How to mend it where nothing special was found; empty where only people decide."""
        return self.mend_by()

    @property
    def group(self) -> Group:
        """The grade it counts for."""
        return "usefulness" if self.dimension in GROUPS["usefulness"] else "transparency"

    @property
    def section(self) -> str:
        """The part of the form it stands under: ``document``, ``0``, ``1``, ``2.1`` to ``2.6``, ``3``."""
        parts = self.field.split(".")
        return ".".join(parts[:2]) if parts[0] == "2" else parts[0]


def _read() -> dict[str, Metric]:
    text = files("datasummary.quality").joinpath("metrics.yaml").read_text("utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    entries = cast("list[dict[str, Any]]", yaml.load(text, Loader=loader))  # noqa: S506
    return {entry["id"]: Metric(**entry) for entry in entries}


METRICS: Mapping[str, Metric] = MappingProxyType(_read())
"""All metrics by id, in the published order."""
