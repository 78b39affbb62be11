"""The sources in a project file or a catalogue: what each is, where its manifests are, what it is measured in.

Paths are relative to the file that names them, so a catalogue that several models share can live anywhere, and keeps
the results of its scans beside itself.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    StringConstraints,
    field_validator,
    model_validator,
)

__all__ = [
    "CATEGORIES",
    "MODALITIES",
    "NATURAL_UNIT",
    "UNITS_WITHOUT_COLUMN",
    "Bounds",
    "Catalogue",
    "Category",
    "Columns",
    "Condition",
    "Crawler",
    "CrawlerConduct",
    "Generator",
    "LegalBasis",
    "Link",
    "Measure",
    "Modality",
    "Name",
    "Part",
    "Paths",
    "SizeRange",
    "Source",
    "Text",
    "Texts",
    "Unit",
]

Category = Literal["public", "licensed", "third_party", "crawled", "user_data", "synthetic", "other"]
"""The template's categories of sources: sections 2.1, 2.2.1, 2.2.2, 2.3, 2.4, 2.5 and 2.6."""

Modality = Literal["text", "image", "audio", "video", "other"]
Unit = Literal["tokens", "bytes", "characters", "documents", "images", "hours"]
Stage = Literal["pretraining", "mid_training", "fine_tuning", "alignment", "other"]
LegalBasis = Literal["tdm_exception", "scientific_research", "licence", "open_licence", "own", "other"]
Format = Literal["parquet", "csv", "tsv", "jsonl", "arrow", "warc", "cdxj"]

CATEGORIES: tuple[Category, ...] = ("public", "licensed", "third_party", "crawled", "user_data", "synthetic", "other")
MODALITIES: tuple[Modality, ...] = ("text", "image", "video", "audio", "other")
"""The modalities, in the order in which the template lists them (field 1.3.a)."""

NATURAL_UNIT: dict[Modality, Unit] = {
    "text": "tokens",
    "image": "images",
    "audio": "hours",
    "video": "hours",
    "other": "documents",
}
"""The unit in which the template asks for each modality's size (field 1.3.b)."""

UNITS_WITHOUT_COLUMN: frozenset[Unit] = frozenset({"documents", "images"})
"""Units of which a row counts for one where no size column is named."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Link = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r'^https?://[^\s<>"]+$')]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=100)]
Month = Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _month_or_date(value: Any) -> Any:
    if isinstance(value, dt.date):
        return f"{value:%Y-%m}"
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        return value[:7]
    return value


Texts = Annotated[list[Text], BeforeValidator(_as_list, json_schema_input_type=Text | list[Text])]
Paths = Annotated[list[Text], BeforeValidator(_as_list, json_schema_input_type=Text | list[Text])]
MonthOrDate = Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])(-\d{2})?$")]
ApproximateMonth = Annotated[
    Month | Literal["not known"],
    BeforeValidator(_month_or_date, json_schema_input_type=MonthOrDate | Literal["not known"]),
]
"""A month, ``2024-03``, or the words ``not known``. A full date is cut to its month."""


class Part(BaseModel):
    """A part of the project file: its keys are fixed, and it is not changed once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True)


class SizeRange(Part):
    """A size known only within bounds."""

    min: Annotated[float, Field(ge=0)]
    """Lower bound, in the unit."""
    max: Annotated[float, Field(ge=0)] | None = None
    """Upper bound, in the unit."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.max is not None and self.max < self.min:
            raise ValueError("max is below min")
        return self


class Measure(Part):
    """What one modality of a source is measured in."""

    modality: Modality
    """The modality that is measured."""
    unit: Unit
    """What its size is counted in."""
    size: Text | None = None
    """The column that holds each row's size. Without one, a row counts for one document or one image."""
    declared: Annotated[float, Field(ge=0)] | SizeRange | None = None
    """Size of a source that has no manifest: a number or ``{min: …, max: …}``, in the unit."""
    tokenizer: Text | None = None
    """The tokeniser by which tokens were counted."""
    tokens_per_unit: Annotated[float, Field(gt=0)] | None = None
    """Tokens per byte or character, where a text's tokens were never counted. What follows from it is called
    estimated."""
    content_types: Texts = []
    """Types of content of this modality, where the source's own would not fit all its modalities (field 1.3.c)."""


class Columns(Part):
    """Where a manifest holds what: column names, or paths into structs and JSON such as ``metadata.url``."""

    url: Text | None = None
    """Address of the document or asset."""
    page_url: Text | None = None
    """Address of the page on which an asset stood; domains are then those of the page."""
    size: Text | None = None
    """Size of the row, in the source's unit."""
    language: Text | None = None
    """Language, in any usual code."""
    date: Text | None = None
    """When the row's content was collected."""


class Bounds(Part):
    """Bounds on a column, both included."""

    min: float | dt.date | None = None
    """Lowest value that is kept."""
    max: float | dt.date | None = None
    """Highest value that is kept."""

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("give min, max or both")
        if (
            self.min is not None
            and self.max is not None
            and isinstance(self.min, dt.date) != isinstance(self.max, dt.date)
        ):
            raise ValueError("min and max must both be numbers or both be dates")
        return self


Scalar = bool | int | float | str
Condition = Scalar | list[Scalar] | Bounds


class CrawlerConduct(Part):
    """How a crawler behaves (field 2.3.d). Each answer is the provider's own, in words."""

    robots_txt: Text | None = None
    """What the crawler does about robots.txt."""
    captchas: Text | None = None
    """What it does at captchas."""
    passwords: Text | None = None
    """What it does at pages behind a login."""
    paywalls: Text | None = None
    """What it does at paywalls."""
    other_protocols: Text | None = None
    """Which other protocols it reads, and what it does about them."""


class Crawler(Part):
    """A crawler that collected a source."""

    name: Text
    """Product token or identifier, as it is sent in the user agent (field 2.3.b)."""
    purpose: Text | None = None
    """What it collects for (field 2.3.c)."""
    operator: Text | None = None
    """Who runs it, where that is not the provider."""
    respects: CrawlerConduct = CrawlerConduct()
    """How it behaves (field 2.3.d)."""


class CrawledContent(Part):
    """What was crawled (field 2.3.f)."""

    types_of_sites: Texts = []
    """Types of sites, such as news, forums or shops."""
    geography: Text | None = None
    """Where the sites are."""
    languages: Text | None = None
    """Languages of the sites, in words."""
    demographics: Text | None = None
    """Whom the sites are for, or who writes there."""


class Generator(Part):
    """A model whose output is training data."""

    name: Text
    """Versioned name of the generating model."""
    on_market: bool
    """Whether it is on the market as a general-purpose model (field 2.5.c), or not (field 2.5.d)."""
    provider: Text | None = None
    """Who provides it."""
    link: Link | None = None
    """Its public summary."""
    description: Text | None = None
    """For a model not on the market: what it is and what it was trained on (field 2.5.d)."""


class Source(Part):
    """One body of training content of one category."""

    name: Name
    """Internal name. It never reaches a public document."""
    title: Text | None = None
    """Name under which a dataset is known in public (fields 2.1.c and 2.2.2.c)."""
    description: Text | None = None
    """General description, in words fit for the public."""
    category: Category
    """The template's category: section 2.1, 2.2.1, 2.2.2, 2.3, 2.4, 2.5 or 2.6."""
    stage: Annotated[list[Stage], Field(min_length=1)] = ["pretraining"]
    """Stages of training that use it."""
    legal_basis: LegalBasis | None = None
    """On what ground it was collected. Internal."""
    contract: Text | None = None
    """Reference of a contract. Internal."""

    modality: Modality | None = None
    """Its modality, where it holds one; for several see ``measures``."""
    unit: Unit | None = None
    """What sizes are counted in; by default tokens, images, hours or documents, as the template asks."""
    size: Annotated[float, Field(ge=0)] | SizeRange | None = None
    """Size of a source without manifests."""
    tokenizer: Text | None = None
    """The tokeniser by which tokens were counted (field 1.3.g)."""
    tokens_per_unit: Annotated[float, Field(gt=0)] | None = None
    """Tokens per byte or character, where tokens were never counted; figures are then called estimated."""
    measures: list[Measure] = []
    """For a source that holds several modalities: a size and a unit for each, in place of the keys above."""

    manifests: Paths = []
    """Files, globs, folders or addresses: what the model trains on, each document once."""
    scraped: Paths = []
    """What was scraped, before filtering. Where given, field 2.3.h takes its sizes from it."""
    columns: Columns = Columns()
    """Where the manifests hold what; usual names are recognised without it."""
    where: dict[Text, Condition] = {}
    """Only rows whose columns hold these values, one of a list of values, or lie within bounds."""
    format: Format | None = None
    """Where the file names do not tell."""

    dataset: Text | None = None
    """The collection it is part of: parts of one dataset are weighed as one (field 2.1.c)."""
    version: Text | None = None
    """Version of the dataset, in quotes."""
    link: Link | None = None
    """Where the dataset can be had."""
    selection: Text | None = None
    """Where only a part of a dataset was used: how that part was chosen."""
    nature: Text | None = None
    """Nature of the content: personal, copyright-protected, machine-made …"""
    content_types: Texts = []
    """Types of content, such as fiction, press, source code (field 1.3.c)."""
    languages: Texts = []
    """Languages of a source whose manifests do not say."""
    first_date: ApproximateMonth | None = None
    """First month of collection."""
    last_date: ApproximateMonth | None = None
    """Last month of collection."""

    publicly_known: bool = False
    """Whether it is publicly known that this private dataset was obtained (fields 2.2.2.c and d)."""
    crawlers: list[Crawler] = []
    """The crawlers that collected it (fields 2.3.b to d)."""
    collectors: Texts = []
    """Product tokens of whoever collected it, where that was not the provider: ``CCBot`` for what derives from Common
    Crawl. Signals addressed to them count where the policy says so."""
    content: CrawledContent = CrawledContent()
    """What was crawled: which sites, from where, in which languages, for whom (field 2.3.f)."""
    generators: list[Generator] = []
    """The models that made synthetic data (fields 2.5.c and d)."""
    user_data_from: Literal["model", "other_service"] | None = None
    """User data: from use of the model (field 2.4.a) or of other services (2.4.b)."""
    services: Texts = []
    """The services or products that were used to collect user data (field 2.4.c)."""

    _home: Path = PrivateAttr(default=Path())

    @property
    def home(self) -> Path:
        """Folder of the file that names this source; its paths are relative to it."""
        return self._home

    @field_validator("manifests", "scraped")
    @classmethod
    def _no_blank_paths(cls, paths: list[str]) -> list[str]:
        return list(dict.fromkeys(paths))

    @model_validator(mode="after")
    def _measured(self) -> Self:
        short = [
            key
            for key in ("modality", "unit", "size", "tokenizer", "tokens_per_unit")
            if getattr(self, key) is not None
        ]
        if self.measures and short:
            raise ValueError(f"give either measures or {', '.join(short)}, not both")
        if self.measures and self.columns.size:
            raise ValueError("with measures, name each size column in measures, not in columns.size")
        if not self.measures:
            object.__setattr__(self, "measures", [self._short_form()])
        modalities = [measure.modality for measure in self.measures]
        if len(set(modalities)) < len(modalities):
            raise ValueError("each modality may be measured once")
        return self

    def _short_form(self) -> Measure:
        if self.modality is None:
            raise ValueError("give a modality (text, image, audio, video, other), or measures for several")
        return Measure(
            modality=self.modality,
            unit=self.unit or NATURAL_UNIT[self.modality],
            size=self.columns.size,
            declared=self.size,
            tokenizer=self.tokenizer,
            tokens_per_unit=self.tokens_per_unit,
        )

    @model_validator(mode="after")
    def _scanned_or_declared(self) -> Self:
        if self.manifests and any(measure.declared is not None for measure in self.measures):
            raise ValueError("a source with manifests is measured, so it declares no size; remove one of the two")
        if self.scraped and not self.manifests:
            raise ValueError("scraped stands beside manifests, which say what was used; add manifests")
        return self

    @model_validator(mode="after")
    def _of_its_category(self) -> Self:
        belongs = {
            "crawlers": "crawled",
            "scraped": "crawled",
            "generators": "synthetic",
            "user_data_from": "user_data",
            "services": "user_data",
        }
        for key, category in belongs.items():
            if getattr(self, key) and self.category != category:
                raise ValueError(f"{key} belongs to a source of category {category}, not {self.category}")
        if self.category == "user_data" and self.user_data_from is None:
            raise ValueError("say where the user data comes from: user_data_from: model, or other_service")
        return self

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        known = [date for date in (self.first_date, self.last_date) if date and date != "not known"]
        if known != sorted(known):
            raise ValueError("last_date is before first_date")
        return self


class Catalogue(Part):
    """A file of sources that several projects share."""

    sources: Annotated[list[Source], Field(min_length=1)]
