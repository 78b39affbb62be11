"""Sections 2.1 and 2.2 of the form: datasets that others compiled, public and private."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from datasummary.documents.fields import (
    Checkboxes,
    Entry,
    Field,
    Listing,
    OpenPoint,
    YesNo,
    answered,
    not_applicable,
    unanswered,
)
from datasummary.documents.inventory import Amount, InventoryView
from datasummary.documents.sizes import total
from datasummary.documents.wording import (
    MODALITY_WORDS,
    content_types,
    distinct,
    joined,
    languages_in,
    modalities_of,
    names_of,
    span,
    union,
)
from datasummary.project import Project
from datasummary.sources import Source
from datasummary.translation import t

__all__ = ["LARGE_SHARE", "dataset_fields", "yes_no_and_modalities"]

LARGE_SHARE = Fraction(3, 100)
"""A public dataset is large if, for any one modality, it exceeds this share of all publicly available data of that
modality used for training (section 2.1 of the form)."""


def dataset_fields(project: Project, inventory: InventoryView) -> Iterator[Field]:
    """Yield the fields 2.1.a to 2.2.2.e."""
    public = project.sources_of("public")
    yield from yes_no_and_modalities(project, public, "2.1.a", "2.1.b")
    yield from _public(project, public, inventory)
    yield _no_comment("2.1.e")
    yield from yes_no_and_modalities(project, project.sources_of("licensed"), "2.2.1.a", "2.2.1.b")
    private = project.sources_of("third_party")
    yield from yes_no_and_modalities(project, private, "2.2.2.a", "2.2.2.b")
    yield from _private(project, private, inventory)


def yes_no_and_modalities(project: Project, sources: list[Source], question: str, boxes: str) -> Iterator[Field]:
    """Yield the two fields that open a section: whether there are such sources, and their modalities.

    The list of sources is taken as whole, so a category without sources is answered no; a project without any
    sources leaves both open.
    """
    if not project.sources:
        yield unanswered(question)
        yield unanswered(boxes)
        return
    yield answered(question, YesNo(bool(sources)), origin="computed", sources=sources or ["sources"])
    if sources:
        yield answered(boxes, Checkboxes(modalities_of(sources)), origin="computed", sources=sources)
    else:
        yield not_applicable(boxes, t("the answer to {question} is No.", question=question), sources=["sources"])


def _no_comment(field_id: str) -> Field:
    return answered(field_id, t("No additional comments."), origin="not_applicable")


def _public(project: Project, sources: list[Source], inventory: InventoryView) -> Iterator[Field]:
    if not project.sources:
        yield unanswered("2.1.c")
        yield unanswered("2.1.d")
        return
    if not sources:
        reason = t("no publicly available dataset is part of the training data.")
        for field_id in ("2.1.c", "2.1.d"):
            yield not_applicable(field_id, reason, sources=["sources"])
        return
    datasets: dict[str, list[Source]] = {}
    for source in sources:
        datasets.setdefault(source.dataset.casefold() if source.dataset else f"\0{source.name}", []).append(source)
    large, undecided = _large(datasets, sources, inventory)
    test = t(
        "A dataset is listed here if, in at least one modality, it exceeds 3 % of all publicly available data of that "
        "modality used for training, measured after pre-processing and before training; parts of one dataset count "
        "together."
    )
    listed = [parts for key, parts in datasets.items() if key in large]
    others = [parts for key, parts in datasets.items() if key not in large]
    if listed:
        problems = [point for parts in listed for point in _identity(parts)] + undecided
        entries = tuple(_large_entry(parts) for parts in listed)
        yield answered("2.1.c", Listing(entries, test), origin="computed", sources=sources, open=problems)
    elif undecided:
        yield answered("2.1.c", Listing((), test), origin="computed", sources=sources, open=undecided)
    else:
        reason = t("no publicly available dataset exceeds 3 % of the publicly available data of a modality.")
        yield not_applicable("2.1.c", reason, sources=sources)
    if others:
        entries = tuple(_description(parts, inventory, number, named=True) for number, parts in enumerate(others, 1))
        problems = [point for parts in others for point in _undescribed(parts, inventory, public=True)]
        flat = [source for parts in others for source in parts]
        yield answered("2.1.d", Listing(entries), origin="declared", sources=flat, open=problems)
    else:
        yield not_applicable("2.1.d", t("all publicly available datasets are listed above."), sources=sources)


def _large(
    datasets: dict[str, list[Source]], sources: list[Source], inventory: InventoryView
) -> tuple[set[str], list[OpenPoint]]:
    """Keys of the datasets over the threshold, and what is open because sizes do not settle it."""
    large: set[str] = set()
    undecided: dict[str, OpenPoint] = {}
    for modality in modalities_of(sources):
        concerned = {key: parts for key, parts in datasets.items() if modality in modalities_of(parts)}
        if len(concerned) == 1:
            large.update(concerned)
            continue
        whole = total(inventory, sources, modality)
        if whole.problem:
            public = t(
                "which datasets are large by their {modality}: {reason}",
                modality=t(MODALITY_WORDS[modality]),
                reason=whole.problem.public,
            )
            point = OpenPoint(public, whole.problem.advice)
            undecided.update(dict.fromkeys((f"{modality} {key}" for key in concerned), point))
            continue
        for key, parts in concerned.items():
            verdict = _exceeds(whole.parts, {part.name for part in parts})
            if verdict:
                large.add(key)
            elif verdict is None:
                advice = (
                    f"narrow the {modality} size declared for {parts[0].name}: it spans 3 % of the public {modality}"
                )
                public = t("whether a further dataset is large by its {modality}", modality=t(MODALITY_WORDS[modality]))
                undecided[f"{modality} {key}"] = OpenPoint(public, advice)
    return large, [point for key, point in undecided.items() if key.split(" ", 1)[1] not in large]


def _exceeds(amounts: dict[str, Amount], names: set[str]) -> bool | None:
    """Whether sources hold more than the large share of a modality; None where declared ranges leave it open."""
    own = [amount for name, amount in amounts.items() if name in names]
    rest = [amount for name, amount in amounts.items() if name not in names]
    if _share_over(sum(a.low for a in own), _high(rest)):
        return True
    high = _high(own)
    if high is not None and not _share_over(high, sum((a.low for a in rest), Fraction())):
        return False
    return None


def _high(amounts: list[Amount]) -> Fraction | None:
    total = Fraction()
    for amount in amounts:
        if amount.high is None:
            return None
        total += amount.high
    return total


def _share_over(own: Fraction | int, rest: Fraction | None) -> bool:
    return rest is not None and own > LARGE_SHARE * (own + rest)


def _public_name(source: Source) -> str | None:
    return source.title or source.dataset


def _large_entry(parts: list[Source]) -> Entry:
    names = distinct(name for part in parts if (name := _public_name(part)))
    name = names[0] if len(names) == 1 else parts[0].dataset
    links = list(dict.fromkeys(part.link for part in parts if part.link))
    details = [(t("Modality"), names_of(modalities_of(parts)))]
    if len(names) > 1:
        details.append((t("Parts"), t("; ").join(names)))
    details += _detail(t("Version"), (part.version for part in parts))
    details += _detail(t("Part used"), (part.selection for part in parts))
    details += _detail(t("Description"), (part.description for part in parts))
    if len(links) > 1:
        details.append((t("Links"), t("; ").join(links)))
    return Entry(name, link=links[0] if len(links) == 1 else None, details=tuple(details))


def _detail(label: str, texts: Iterator[str | None]) -> list[tuple[str, str]]:
    answer = joined(text for text in texts if text)
    return [(label, answer)] if answer else []


def _identity(parts: list[Source]) -> Iterator[OpenPoint]:
    """What field 2.1.c asks of a dataset and its records do not say."""
    first = parts[0].name
    name = next(filter(None, map(_public_name, parts)), None)
    if name is None:
        yield OpenPoint(t("the name of a dataset"), f"set title of the source {first}")
    for part in parts:
        if part.version is None:
            public = t("the version of the dataset {name}", name=name) if name else t("the version of a dataset")
            yield OpenPoint(public, f"set version of the source {part.name}")
        if part.link is None and part.description is None:
            public = t("a link or general description of a dataset")
            if name:
                public = t("a link or general description of the dataset {name}", name=name)
            yield OpenPoint(public, f"set link or description of the source {part.name}")


def _description(parts: list[Source], inventory: InventoryView, number: int | None, *, named: bool) -> Entry:
    names = distinct(name for part in parts if (name := _public_name(part))) if named else []
    links = list(dict.fromkeys(part.link for part in parts if part.link)) if named else []
    kinds = distinct(kind for modality in modalities_of(parts) for kind in content_types(parts, modality))
    details = [(t("Modality"), names_of(modalities_of(parts)))]
    details += _detail(t("Nature of the content"), (part.nature for part in parts))
    details += _detail(t("Types of content"), iter([", ".join(kinds)]))
    details += _detail(t("Languages"), iter([_languages(parts, inventory)]))
    period = span(union(inventory.period(part) for part in parts))
    if period and named:
        details.append((t("Period of collection"), period))
    if named:
        details += _detail(t("Version"), (part.version for part in parts))
        details += _detail(t("Part used"), (part.selection for part in parts))
    if len(links) > 1:
        details.append((t("Links"), t("; ").join(links)))
    text = "\n\n".join(distinct(part.description for part in parts if part.description))
    name = t("; ").join(names) or (t("Dataset {number}", number=number) if number else None)
    return Entry(name, text or None, links[0] if len(links) == 1 else None, tuple(details))


def _languages(parts: list[Source], inventory: InventoryView) -> str | None:
    """Languages of a dataset; a dataset of images alone has none to name."""
    if languages := languages_in(parts, inventory):
        return languages
    linguistic = {"text", "audio", "video"} & set(modalities_of(parts))
    return None if linguistic else t("not applicable")


def _undescribed(parts: list[Source], inventory: InventoryView, *, public: bool) -> Iterator[OpenPoint]:
    """What field 2.1.d (public) or 2.2.2.d asks of a dataset and its records do not say."""
    for part in parts:
        if part.description is None and not public:
            yield OpenPoint(t("the description of a dataset"), f"set description of the source {part.name}")
        if part.nature is None and public:
            yield OpenPoint(t("the nature of the content of a dataset"), f"set nature of the source {part.name}")
    if _languages(parts, inventory) is None:
        yield OpenPoint(t("the languages of a dataset"), f"set languages of the source {parts[0].name}")
    if public and span(union(inventory.period(part) for part in parts)) is None:
        advice = f"set first_date and last_date of the source {parts[0].name} (a month, or: not known)"
        yield OpenPoint(t("the period in which a dataset was collected"), advice)


def _private(project: Project, sources: list[Source], inventory: InventoryView) -> Iterator[Field]:
    if not project.sources:
        yield from (unanswered(field_id) for field_id in ("2.2.2.c", "2.2.2.d"))
        yield _no_comment("2.2.2.e")
        return
    if not sources:
        reason = t("no such private dataset is part of the training data.")
        yield from (not_applicable(field_id, reason, sources=["sources"]) for field_id in ("2.2.2.c", "2.2.2.d"))
        yield _no_comment("2.2.2.e")
        return
    known = [source for source in sources if source.publicly_known]
    unknown = [source for source in sources if not source.publicly_known]
    if known:
        problems = [point for source in known for point in _identity([source])]
        yield answered(
            "2.2.2.c", Listing(tuple(_large_entry([source]) for source in known)), sources=known, open=problems
        )
    else:
        yield not_applicable(
            "2.2.2.c", t("none of these datasets is publicly known to have been obtained."), sources=sources
        )
    if unknown:
        numbered = enumerate(unknown, 1) if len(unknown) > 1 else ((None, source) for source in unknown)
        entries = tuple(_description([source], inventory, number, named=False) for number, source in numbered)
        problems = [point for source in unknown for point in _undescribed([source], inventory, public=False)]
        yield answered("2.2.2.d", Listing(entries), sources=unknown, open=problems)
    else:
        yield not_applicable("2.2.2.d", t("all these datasets are publicly known and listed above."), sources=sources)
    period = span(union(inventory.period(source) for source in sources))
    if period:
        yield answered(
            "2.2.2.e", t("Period of data collection: {period}.", period=period), origin="computed", sources=sources
        )
    else:
        yield _no_comment("2.2.2.e")
