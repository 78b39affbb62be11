"""Version, section 1 of the form: provider, model, and the training data as a whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from datasummary.documents.fields import (
    Checkboxes,
    Entry,
    Field,
    Listing,
    OpenPoint,
    Sizes,
    answered,
    not_applicable,
    unanswered,
)
from datasummary.documents.inventory import InventoryView
from datasummary.documents.linguistics import linguistic_characteristics
from datasummary.documents.sizes import size_row, total
from datasummary.documents.template import MODALITY_LABELS, SIZE_RANGES
from datasummary.documents.wording import content_types, distinct, modalities_of, month
from datasummary.project import Project
from datasummary.sources import Modality, Source
from datasummary.versions import previous_versions

__all__ = ["EU_MEMBER_STATES", "general_fields"]

EU_MEMBER_STATES = frozenset(
    {"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"}
    | {"IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"}
)
"""ISO 3166 codes of the Union's members; a provider elsewhere names an authorised representative (field 1.1.b)."""


def general_fields(project: Project, inventory: InventoryView) -> Iterator[Field]:
    """Yield the fields 0.a to 1.3.g."""
    yield _version(project)
    yield answered("0.b", _day(project.summary.date), sources=["summary.date"])
    provider = project.provider
    contact = Entry(provider.name, details=(("Contact", provider.contact),))
    yield answered("1.1.a", Listing((contact,)), sources=["provider"])
    yield _representative(project)
    names = tuple(Entry(model.name, link=model.link) for model in project.model.names)
    yield answered("1.2.a", Listing(names), sources=["model.names"])
    yield _dependencies(project)
    yield answered("1.2.c", _day(project.model.placed_on_market), sources=["model.placed_on_market"])
    if project.sources:
        modalities = modalities_of(project.sources)
        yield answered("1.3.a", Checkboxes(modalities), origin="computed", sources=project.sources)
        yield _sizes(project.sources, inventory, modalities)
        yield _content_types(project.sources, modalities)
        yield _latest_date(project, inventory)
    else:
        for field_id in ("1.3.a", "1.3.b", "1.3.c", "1.3.d"):
            yield unanswered(field_id)
    yield linguistic_characteristics(project.sources, inventory)
    if project.model.characteristics:
        entries = tuple(Entry(name, text) for name, text in project.model.characteristics.items())
        yield answered("1.3.f", Listing(entries), sources=["model.characteristics"])
    else:
        yield unanswered("1.3.f")
    yield _measurement(project.sources, inventory)


def _day(date: dt.date) -> str:
    return f"{date:%d/%m/%Y}"


def _version(project: Project) -> Field:
    summary = project.summary
    this = Entry(f"Version {summary.version}", "this document", summary.published_at)
    versions = previous_versions(project)
    previous = tuple(
        Entry(
            f"Version {entry.version}",
            f"previous version, {_day(entry.date)}" if entry.date else "previous version",
            entry.link,
        )
        for entry in versions
    )
    closing = None if previous else "There is no previous version."
    problems = [
        OpenPoint(f"the link to version {entry.version}", "set summary.versions_at, or name it in summary.previous")
        for entry in versions
        if not entry.link
    ]
    return answered("0.a", Listing((this, *previous), closing=closing), sources=["summary"], open=problems)


def _representative(project: Project) -> Field:
    provider = project.provider
    if provider.authorised_representative:
        who = provider.authorised_representative
        entry = Entry(who.name, details=(("Contact", who.contact),))
        return answered("1.1.b", Listing((entry,)), sources=["provider.authorised_representative"])
    if provider.established_in in EU_MEMBER_STATES:
        reason = "the provider is established in the European Union."
        return not_applicable("1.1.b", reason, sources=["provider.established_in"])
    return unanswered("1.1.b")


def _dependencies(project: Project) -> Field:
    bases = project.model.based_on
    if not bases:
        reason = "the model is not made from another general-purpose AI model."
        return not_applicable("1.2.b", reason, sources=["model.based_on"])
    entries = []
    for base in bases:
        details = [("Link", base.link)] if base.link and base.summary else []
        summary = [("Public summary of this model", base.summary)] if base.summary else []
        link = None if base.summary else base.link
        entries.append(Entry(base.name, link=link, details=(*details, *summary)))
    text = "The model was made from:"
    closing = "This summary covers only the data used to modify it." if len(bases) == 1 else None
    closing = closing or "This summary covers only the data used to modify them."
    return answered("1.2.b", Listing(tuple(entries), text, closing), sources=["model.based_on"])


def _sizes(sources: list[Source], inventory: InventoryView, modalities: tuple[Modality, ...]) -> Field:
    rows, problems = [], []
    for modality in modalities:
        concerned = [s for s in sources if modality in modalities_of([s])]
        kinds = content_types(concerned, modality)
        row, problem = size_row(modality, total(inventory, concerned, modality), kinds)
        rows.append(row)
        if problem:
            name = MODALITY_LABELS[modality]
            problems.append(OpenPoint(f"{name}: {problem.public}", f"{name}: {problem.advice}"))
    comment = "Sizes are those of the data after pre-processing and before training, all sources together."
    if inventory.left_out:
        files = "file was" if inventory.left_out == 1 else "files were"
        comment += f" {inventory.left_out} {files} unreadable and left out of all figures in this summary."
    if any(row.estimated for row in rows):
        comment += (
            " A size marked as estimated rests on a ratio of tokens to bytes or characters that the provider declares."
        )
    return answered("1.3.b", Sizes(tuple(rows)), origin="computed", sources=sources, open=problems, comment=comment)


def _content_types(sources: list[Source], modalities: tuple[Modality, ...]) -> Field:
    entries, problems = [], []
    for modality in modalities:
        concerned = [s for s in sources if modality in modalities_of([s])]
        name = MODALITY_LABELS[modality]
        kinds = content_types(concerned, modality)
        if kinds:
            entries.append(Entry(name, ", ".join(kinds)))
        else:
            advice = f"set content_types of {concerned[0].name}, or of another source of {modality}"
            problems.append(OpenPoint(f"the types of content in the {modality} data", advice))
    if not entries:
        return unanswered("1.3.c")
    return answered("1.3.c", Listing(tuple(entries)), sources=sources, open=problems)


def _latest_date(project: Project, inventory: InventoryView) -> Field:
    periods = {source.name: inventory.period(source) for source in project.sources}
    lasts = [period.last for period in periods.values() if period.last]
    if not lasts:
        return unanswered("1.3.d")
    problems = []
    silent = [name for name, period in periods.items() if not period.last and not period.unknown]
    if silent:
        public = "the latest date of a part of the data, which may lie later"
        problems.append(OpenPoint(public, f"set last_date (a month, or: not known) of {', '.join(silent)}"))
    comment = None
    if any(period.unknown and not period.last for period in periods.values()):
        comment = "For a part of the data the date of collection is not known."
    going_on = project.model.training_continues
    if going_on is None:
        point = OpenPoint("whether the model is trained further on new or dynamic data", "set model.training_continues")
        problems.append(point)
        text = f"{month(max(lasts))}"
    elif going_on.value:
        text = f"{month(max(lasts))}. The model continues to be trained on new or dynamic data after this date."
    else:
        text = f"{month(max(lasts))}. The model is not trained on new or dynamic data after this date."
    if going_on and going_on.description:
        text += f" {going_on.description}"
    return answered("1.3.d", text, origin="computed", sources=project.sources, open=problems, comment=comment)


def _measurement(sources: list[Source], inventory: InventoryView) -> Field:
    """Field 1.3.g: how sizes were measured, as far as the project file tells."""
    text = [(source, measure) for source in sources for measure in source.measures if measure.modality == "text"]
    tokenizers = distinct(measure.tokenizer for _, measure in text if measure.tokenizer)
    lines = []
    if tokenizers:
        plural = "s" if len(tokenizers) > 1 else ""
        lines.append(f"Tokens are counted with the tokenizer{plural} {', '.join(tokenizers)}.")
    for _, measure in text:
        if measure.tokens_per_unit is not None and measure.unit != SIZE_RANGES["text"].unit:
            unit = {"bytes": "byte", "characters": "character", "documents": "document"}.get(measure.unit, measure.unit)
            ratio = f"{measure.tokens_per_unit:g} tokens per {unit}"
            lines.append(f"Where text was measured in {measure.unit}, tokens are estimated at {ratio}.")
    if not lines:
        return answered("1.3.g", "No additional comments.", origin="not_applicable")
    return answered("1.3.g", "\n\n".join(dict.fromkeys(lines)), sources=[source for source, _ in text])
