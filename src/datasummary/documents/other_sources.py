"""Sections 2.4 to 2.6 of the form: user data, synthetic data, other sources."""

from __future__ import annotations

from collections.abc import Iterator

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
from datasummary.documents.public_datasets import yes_no_and_modalities
from datasummary.documents.wording import content_types, distinct, modalities_of, names_of
from datasummary.project import Project
from datasummary.sources import Generator, Source
from datasummary.translation import t

__all__ = ["other_fields"]


def other_fields(project: Project) -> Iterator[Field]:
    """Yield the fields 2.4.a to 2.6.c."""
    yield from _user_data(project)
    yield from _synthetic(project)
    others = project.sources_of("other")
    yield next(yes_no_and_modalities(project, others, "2.6.a", "2.6.a"))
    yield _other(project, others)
    yield answered("2.6.c", t("No additional comments."), origin="not_applicable")


def _user_data(project: Project) -> Iterator[Field]:
    sources = project.sources_of("user_data")
    if not project.sources:
        yield from (unanswered(f"2.4.{letter}") for letter in "abcd")
    else:
        for field_id, origin in (("2.4.a", "model"), ("2.4.b", "other_service")):
            concerned = [source for source in sources if source.user_data_from == origin]
            yield answered(field_id, YesNo(bool(concerned)), origin="computed", sources=concerned or ["sources"])
        if sources:
            yield _services(sources)
            yield answered("2.4.d", Checkboxes(modalities_of(sources)), origin="computed", sources=sources)
        else:
            for field_id in ("2.4.c", "2.4.d"):
                yield not_applicable(field_id, t("no user data is part of the training data."), sources=["sources"])
    yield answered("2.4.e", t("No additional comments."), origin="not_applicable")


def _services(sources: list[Source]) -> Field:
    entries = tuple(Entry(service) for service in distinct(name for source in sources for name in source.services))
    text = "\n\n".join(distinct(source.description for source in sources if source.description)) or None
    if not entries and not text:
        return unanswered("2.4.c", sources=sources)
    problems = [
        OpenPoint(t("a service that was used to collect user data"), f"set services of the source {source.name}")
        for source in sources
        if not source.services
    ]
    return answered("2.4.c", Listing(entries, text), sources=sources, open=problems)


def _synthetic(project: Project) -> Iterator[Field]:
    sources = project.sources_of("synthetic")
    yield from yes_no_and_modalities(project, sources, "2.5.a", "2.5.b")
    if not project.sources:
        yield from (unanswered(field_id) for field_id in ("2.5.c", "2.5.d"))
    elif not sources:
        reason = t("no such synthetic data is part of the training data.")
        for field_id in ("2.5.c", "2.5.d"):
            yield not_applicable(field_id, reason, sources=["sources"])
    else:
        silent = [source for source in sources if not source.generators]
        problems = [
            OpenPoint(
                t("a model that generated a part of the synthetic data"),
                f"list generators of the source {source.name}",
            )
            for source in silent
        ]
        generators = {generator.name: generator for source in sources for generator in reversed(source.generators)}
        marketed = [generator for generator in generators.values() if generator.on_market]
        others = [generator for generator in generators.values() if not generator.on_market]
        if marketed:
            entries = tuple(_generator(generator) for generator in marketed)
            yield answered("2.5.c", Listing(entries), sources=sources, open=problems)
        elif others and not silent:
            reason = t("no model that generated synthetic data is available on the market.")
            yield not_applicable("2.5.c", reason, sources=sources)
        else:
            yield unanswered("2.5.c", sources=sources)
        if others:
            yield _unmarketed(others, sources)
        elif marketed and not silent:
            reason = t("all models that generated synthetic data are available on the market.")
            yield not_applicable("2.5.d", reason, sources=sources)
        else:
            yield unanswered("2.5.d", sources=sources)
    yield answered("2.5.e", t("No additional comments."), origin="not_applicable")


def _generator(generator: Generator) -> Entry:
    details = [(t("Provider"), generator.provider)] if generator.provider else []
    details += [(t("Public summary of this model"), generator.link)] if generator.link else []
    return Entry(generator.name, generator.description, details=tuple(details))


def _unmarketed(generators: list[Generator], sources: list[Source]) -> Field:
    problems = [
        OpenPoint(
            t("a description of {name} and its training data", name=generator.name),
            f"set description of the generator {generator.name}",
        )
        for generator in generators
        if generator.description is None
    ]
    return answered("2.5.d", Listing(tuple(map(_generator, generators))), sources=sources, open=problems)


def _other(project: Project, sources: list[Source]) -> Field:
    if not project.sources:
        return unanswered("2.6.b")
    if not sources:
        return not_applicable("2.6.b", t("no other data source is part of the training data."), sources=["sources"])
    entries: list[Entry] = []
    problems = []
    for source in sources:
        if source.description is None:
            problems.append(
                OpenPoint(t("the description of a data source"), f"set description of the source {source.name}")
            )
        kinds = distinct(kind for m in modalities_of([source]) for kind in content_types([source], m))
        details = [(t("Modality"), names_of(modalities_of([source])))]
        details += [(t("Types of content"), ", ".join(kinds))] if kinds else []
        details += [(t("Nature of the content"), source.nature)] if source.nature else []
        name = source.title or (t("Source {number}", number=len(entries) + 1) if len(sources) > 1 else None)
        entries.append(Entry(name, source.description, details=tuple(details)))
    return answered("2.6.b", Listing(tuple(entries)), sources=sources, open=problems)
