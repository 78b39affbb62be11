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
from datasummary.documents.wording import MODALITY_WORDS, content_types, decimal, distinct, modalities_of, month
from datasummary.project import Project
from datasummary.sources import Modality, Source, Unit
from datasummary.translation import message, t, tn
from datasummary.versions import previous_versions

__all__ = ["EU_MEMBER_STATES", "general_fields"]

EU_MEMBER_STATES = frozenset(
    {"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"}
    | {"IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"}
)
"""ISO 3166 codes of the Union's members; a provider elsewhere names an authorised representative (field 1.1.b)."""

_ESTIMATED_TOKENS: dict[Unit, str] = {
    "bytes": message("Where text was measured in bytes, tokens are estimated at {ratio} tokens per byte."),
    "characters": message(
        "Where text was measured in characters, tokens are estimated at {ratio} tokens per character."
    ),
    "documents": message("Where text was measured in documents, tokens are estimated at {ratio} tokens per document."),
    "images": message("Where text was measured in images, tokens are estimated at {ratio} tokens per image."),
    "hours": message("Where text was measured in hours, tokens are estimated at {ratio} tokens per hour."),
}


def general_fields(project: Project, inventory: InventoryView) -> Iterator[Field]:
    """Yield the fields 0.a to 1.3.g."""
    yield _version(project)
    yield answered("0.b", _day(project.summary.date), sources=["summary.date"])
    provider = project.provider
    contact = Entry(provider.name, details=((t("Contact"), provider.contact),))
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
    this = Entry(t("Version {version}", version=summary.version), t("this document"), summary.published_at)
    versions = previous_versions(project)
    previous = tuple(
        Entry(
            t("Version {version}", version=entry.version),
            t("previous version, {date}", date=_day(entry.date)) if entry.date else t("previous version"),
            entry.link,
        )
        for entry in versions
    )
    closing = None if previous else t("There is no previous version.")
    problems = [
        OpenPoint(
            t("the link to version {version}", version=entry.version),
            "set summary.versions_at, or name it in summary.previous",
        )
        for entry in versions
        if not entry.link
    ]
    return answered("0.a", Listing((this, *previous), closing=closing), sources=["summary"], open=problems)


def _representative(project: Project) -> Field:
    provider = project.provider
    if provider.authorised_representative:
        who = provider.authorised_representative
        entry = Entry(who.name, details=((t("Contact"), who.contact),))
        return answered("1.1.b", Listing((entry,)), sources=["provider.authorised_representative"])
    if provider.established_in in EU_MEMBER_STATES:
        reason = t("the provider is established in the European Union.")
        return not_applicable("1.1.b", reason, sources=["provider.established_in"])
    return unanswered("1.1.b")


def _dependencies(project: Project) -> Field:
    bases = project.model.based_on
    if not bases:
        reason = t("the model is not made from another general-purpose AI model.")
        return not_applicable("1.2.b", reason, sources=["model.based_on"])
    entries = []
    for base in bases:
        details = [(t("Link"), base.link)] if base.link and base.summary else []
        summary = [(t("Public summary of this model"), base.summary)] if base.summary else []
        link = None if base.summary else base.link
        entries.append(Entry(base.name, link=link, details=(*details, *summary)))
    text = t("The model was made from:")
    closing = tn(
        "This summary covers only the data used to modify it.",
        "This summary covers only the data used to modify them.",
        len(bases),
    )
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
            public = t("{name}: {words}", name=t(name), words=problem.public)
            problems.append(OpenPoint(public, f"{name}: {problem.advice}"))
    comment = [t("Sizes are those of the data after pre-processing and before training, all sources together.")]
    if inventory.left_out:
        unreadable = tn(
            "{count} file was unreadable and left out of all figures in this summary.",
            "{count} files were unreadable and left out of all figures in this summary.",
            inventory.left_out,
        )
        comment.append(unreadable)
    if any(row.estimated for row in rows):
        estimated = t(
            "A size marked as estimated rests on a ratio of tokens to bytes or characters that the provider declares."
        )
        comment.append(estimated)
    return answered(
        "1.3.b", Sizes(tuple(rows)), origin="computed", sources=sources, open=problems, comment=" ".join(comment)
    )


def _content_types(sources: list[Source], modalities: tuple[Modality, ...]) -> Field:
    entries, problems = [], []
    for modality in modalities:
        concerned = [s for s in sources if modality in modalities_of([s])]
        name = t(MODALITY_LABELS[modality])
        kinds = content_types(concerned, modality)
        if kinds:
            entries.append(Entry(name, ", ".join(kinds)))
        else:
            advice = f"set content_types of {concerned[0].name}, or of another source of {modality}"
            public = t("the types of content in the {modality} data", modality=t(MODALITY_WORDS[modality]))
            problems.append(OpenPoint(public, advice))
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
        public = t("the latest date of a part of the data, which may lie later")
        problems.append(OpenPoint(public, f"set last_date (a month, or: not known) of {', '.join(silent)}"))
    comment = None
    if any(period.unknown and not period.last for period in periods.values()):
        comment = t("For a part of the data the date of collection is not known.")
    going_on = project.model.training_continues
    if going_on is None:
        public = t("whether the model is trained further on new or dynamic data")
        problems.append(OpenPoint(public, "set model.training_continues"))
        text = month(max(lasts))
    elif going_on.value:
        text = t(
            "{month}. The model continues to be trained on new or dynamic data after this date.",
            month=month(max(lasts)),
        )
    else:
        text = t("{month}. The model is not trained on new or dynamic data after this date.", month=month(max(lasts)))
    if going_on and going_on.description:
        text += f" {going_on.description}"
    return answered("1.3.d", text, origin="computed", sources=project.sources, open=problems, comment=comment)


def _measurement(sources: list[Source], inventory: InventoryView) -> Field:
    """Field 1.3.g: how sizes were measured, as far as the project file tells."""
    text = [(source, measure) for source in sources for measure in source.measures if measure.modality == "text"]
    tokenizers = distinct(measure.tokenizer for _, measure in text if measure.tokenizer)
    lines = []
    if tokenizers:
        counted = tn(
            "Tokens are counted with the tokenizer {names}.",
            "Tokens are counted with the tokenizers {names}.",
            len(tokenizers),
            names=", ".join(tokenizers),
        )
        lines.append(counted)
    for _, measure in text:
        if measure.tokens_per_unit is not None and measure.unit != SIZE_RANGES["text"].unit:
            lines.append(t(_ESTIMATED_TOKENS[measure.unit], ratio=decimal(f"{measure.tokens_per_unit:g}")))
    if not lines:
        return answered("1.3.g", t("No additional comments."), origin="not_applicable")
    return answered("1.3.g", "\n\n".join(dict.fromkeys(lines)), sources=[source for source, _ in text])
