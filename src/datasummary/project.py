"""The project file: who provides which model, and what it was trained on.

A project is one YAML file, by convention ``datasummary.yaml``. This module and :mod:`datasummary.sources` hold its
shape; reading the YAML, naming the line of a mistake and suggesting the nearest known key is the work of
:mod:`datasummary.projectfile`.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, PrivateAttr, StringConstraints, WithJsonSchema, model_validator

from datasummary.evidence.settings import Collecting
from datasummary.sources import Category, Link, Name, Part, Paths, Source, Text, Texts
from datasummary.translation import LANGUAGES

__all__ = [
    "Copyright",
    "DomainLevel",
    "IllegalContent",
    "Model",
    "Narrative",
    "Project",
    "Provider",
    "Summary",
]

DomainLevel = Literal["registrable", "private_suffix", "host"]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


def _known(language: str) -> str:
    if language not in LANGUAGES:
        raise ValueError(f"documents can be written in {', '.join(LANGUAGES)}")
    return language


Language = Annotated[str, AfterValidator(_known), WithJsonSchema({"enum": list(LANGUAGES)})]
FieldId = Annotated[str, StringConstraints(pattern=r"^\d(\.\d)*\.[a-z]$")]


class Sme(Part):
    """Whether the provider is a small or medium-sized enterprise."""

    value: bool
    """Whether the provider is a small or medium-sized enterprise, start-ups included."""
    basis: Text
    """What that rests on: staff, turnover, independence. Kept for the provenance file."""


class Representative(Part):
    """The authorised representative of a provider outside the Union."""

    name: Text
    """Name of the authorised representative (field 1.1.b)."""
    contact: Text
    """How the representative can be reached (field 1.1.b)."""


class Provider(Part):
    """Who provides the model."""

    name: Text
    """Legal name (field 1.1.a)."""
    contact: Text
    """Address, e-mail or page by which the provider can be reached (field 1.1.a)."""
    established_in: Country
    """Country code, for instance ``FR``. Outside the Union, an authorised representative is asked for."""
    authorised_representative: Representative | None = None
    """For providers outside the Union (field 1.1.b)."""
    sme: Sme | None = None
    """Small and medium-sized enterprises list fewer domains (field 2.3.h)."""


class ModelName(Part):
    """A model or version that the summary covers."""

    name: Text
    """Versioned name, for instance ``acme-7b-v1`` (field 1.2.a)."""
    link: Link | None = None
    """Page of this model or version."""


class BaseModelReference(Part):
    """A model that this one was made from."""

    name: Text
    """The model that this one was made from (field 1.2.b)."""
    link: Link | None = None
    """Page of that model."""
    summary: Link | None = None
    """Where the public summary of that model stands."""


class Continuing(Part):
    """Whether training goes on."""

    value: bool
    """Whether training goes on with new or dynamic data after the latest date (field 1.3.d)."""
    description: Text | None = None
    """In words, beside the yes or no."""


class Model(Part):
    """The model that the summary is about."""

    names: Annotated[list[ModelName], Field(min_length=1)]
    """Each model or version that the summary covers (field 1.2.a)."""
    placed_on_market: dt.date
    """Date of placement on the Union market (field 1.2.c)."""
    based_on: list[BaseModelReference] = []
    """The models it was made from; empty for a model trained from scratch (field 1.2.b)."""
    training_continues: Continuing | None = None
    """Whether training goes on with new or dynamic data (field 1.3.d)."""
    characteristics: dict[Text, Text] = {}
    """Further characteristics of all the training data: national, regional, demographic … (field 1.3.f)."""


class PreviousVersion(Part):
    """An earlier version of the summary."""

    version: Text
    """Version of that summary, in quotes."""
    date: dt.date | None = None
    """Its date."""
    link: Link
    """Where it stands."""


class Summary(Part):
    """The summary itself."""

    version: Text
    """Version of the summary, in quotes: ``"1.0"`` (field 0.a)."""
    date: dt.date
    """Last update (field 0.b). The only clock: nothing that is written depends on today's date."""
    published_at: Link | None = None
    """Where the summary stands, or will stand."""
    versions_at: Link | None = None
    """Page with all versions of the summary; kept versions lie in folders beside it."""
    announced_at: Link | None = None
    """Where changes of the summary will be announced."""
    previous: list[PreviousVersion] = []
    """Earlier versions of the summary (field 0.a)."""
    domain_sizes: bool = False
    """Whether ``top-domains.csv`` shows sizes beside rank and name. The form does not ask for them."""


class ReservationMeasures(Part):
    """What was done about reservations of rights (field 3.1.b). Each answer is the provider's own, in words."""

    before_collection: Text | None = None
    """What was done before collection."""
    during_collection: Text | None = None
    """What was done during collection."""
    after_collection: Text | None = None
    """What was done after collection and before training."""
    third_party_datasets: Text | None = None
    """What was done about datasets obtained from others."""


class Copyright(Part):
    """What the provider says about reservations of rights (section 3.1)."""

    code_of_practice_signatory: bool | None = None
    """Whether the provider signed the copyright chapter of the Code of Practice (field 3.1.a)."""
    protocols: Texts = []
    """Opt-out protocols and solutions that are followed (field 3.1.b)."""
    measures: ReservationMeasures = ReservationMeasures()
    """Measures about reservations of rights (field 3.1.b)."""
    policy_link: Link | None = None
    """Where the copyright policy, or a summary of it, stands (field 3.1.c)."""
    responsible: Text | None = None
    """Who inside the organisation answers for the copyright policy (Code of Practice, Measure 1.1)."""
    lawful_access: Text | None = None
    """What is done so that only content open to everyone is collected: paywalls, logins (Measure 1.2)."""
    output_safeguards: Text | None = None
    """What keeps the model from reproducing what it was trained on (Measure 1.4)."""
    acceptable_use: Text | None = None
    """Where the terms of use forbid infringing uses, or the documentation warns of them (Measure 1.4)."""
    contact: Text | None = None
    """Electronic point of contact for rightsholders: an e-mail address or a page (Measure 1.5)."""
    complaints: Text | None = None
    """How complaints are received and handled, and within what time (Measure 1.5)."""
    feed_link: Link | None = None
    """Where the feed of changes will stand (Measure 1.3)."""


class IllegalContent(Part):
    """Removal of illegal content (field 3.2.a)."""

    blocklists: Text | None = None
    """Lists of sites or addresses that were left out."""
    keywords: Text | None = None
    """Searches for words."""
    classifiers: Text | None = None
    """Classifiers that were run."""
    infringing_sites: Text | None = None
    """Sites left out because they offer protected works without leave."""
    other: Text | None = None
    """Anything else."""


class Narrative(Part):
    """Words of the provider's own beside what is computed."""

    append: Text
    """Text that stands after what is computed."""


class Project(Part):
    """A provider, a model, and the sources it was trained on.

    >>> project = Project.load("datasummary.yaml")  # doctest: +SKIP
    """

    provider: Provider
    """Who provides the model (section 1.1)."""
    model: Model
    """Which model (section 1.2)."""
    summary: Summary
    """This summary: version, date, where it stands (field 0)."""
    language: Language = "en"
    """Language of the documents: ``en`` or ``fr``. What you write yourself stays as written."""
    policy: Text = "machine-readable"
    """The crawler policy: the name of one that ships with datasummary, or a path."""
    collect: Collecting | None = None
    """How evidence is collected from the web. Without it, nothing is ever fetched."""
    domain_level: DomainLevel = "registrable"
    """What counts as a domain. ``registrable`` is the template's meaning, top and second-level domain by the ICANN
    part of the public suffix list; the other two are deviations, and the summary says so."""
    output: Text = "out"
    """Folder for the results, beside the project file."""
    catalogue: Paths = []
    """Files with sources that several models share."""
    use: list[Name] = []
    """Which of the catalogue's sources belong to this model; all of them where it is not given."""
    sources: list[Source] = []
    """What the model was trained on (section 2); after those of the catalogues."""
    copyright: Copyright = Copyright()
    """Reservations of rights (section 3.1)."""
    illegal_content: IllegalContent = IllegalContent()
    """Removal of illegal content (section 3.2)."""
    narratives: dict[FieldId, Text | Narrative] = {}
    """Text per field: it stands instead of what would be computed, or beside it with ``{append: …}``."""
    gaps: dict[FieldId, Text] = {}
    """For models placed on the market before 2 August 2025: fields whose information cannot be had despite best
    efforts, and why."""
    accepted: dict[FieldId, Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]] = {}
    """Proposed texts that the provider accepted, by their SHA-256; written by ``datasummary accept``."""

    _path: Path = PrivateAttr(default=Path("datasummary.yaml"))

    @property
    def path(self) -> Path:
        """The project file."""
        return self._path

    @property
    def home(self) -> Path:
        """Folder of the project file."""
        return self._path.parent

    @property
    def out(self) -> Path:
        """Folder of the results: ``public/`` may be published, ``internal/`` must not leak."""
        return self.home / self.output

    def sources_of(self, *categories: Category) -> list[Source]:
        """Sources of these categories, in the order of the project file."""
        return [source for source in self.sources if source.category in categories]

    @model_validator(mode="after")
    def _distinct_names(self) -> Self:
        seen: set[str] = set()
        for source in self.sources:
            if source.name.lower() in seen:
                raise ValueError(f"two sources are named {source.name}; give each its own name")
            seen.add(source.name.lower())
        return self

    @classmethod
    def load(cls, path: str | Path = "datasummary.yaml") -> Project:
        """Read and check a project file, and the catalogues it names.

        Raises :class:`~datasummary.errors.ProjectError`, which names file, line and key, for anything that is wrong.
        """
        from datasummary.projectfile import load_project

        return load_project(Path(path))
