"""Reads a project file and its catalogues, and says where the mistakes are.

What is wrong in any of them comes back in one :class:`~datasummary.errors.ProjectError`, a line for each mistake, as
:mod:`datasummary.yamlfile` tells them.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from datasummary.errors import ProjectError
from datasummary.mistakes import FIELD_KEYS, Mistake, field_mistakes, nearest
from datasummary.project import Project
from datasummary.sources import Catalogue, Source
from datasummary.yamlfile import YamlFile, error_at, error_of, read_yaml

__all__ = ["load_project", "project_schema"]

_START = "`datasummary init` writes one to start from"


def load_project(path: Path) -> Project:
    """Read a project file with the catalogues it names, and check both.

    The project's sources are those of its catalogues, or the ones that ``use`` picks, in the order of the
    catalogues, followed by its own. Every source knows the folder of the file that declares it (``source.home``).

    Raises :class:`~datasummary.errors.ProjectError` with one line for each mistake.
    """
    document = _read_project(path)
    mistakes = list(document.mistakes)
    project = document.check(Project, mistakes)
    mistakes += field_mistakes(document.root, path)
    if project is None:
        raise error_of(mistakes)
    for source in project.sources:
        source._home = document.home

    lines = [document.line_of("sources", i) for i in range(len(project.sources))]
    declared = {s.name.lower(): f"{path}:{line}" for s, line in zip(project.sources, lines, strict=True)}
    own = set(declared)
    shared: list[Source] = []
    for entry in project.catalogue:
        catalogue = _read_catalogue(entry, document)
        mistakes += catalogue.mistakes
        part = catalogue.check(Catalogue, mistakes)
        for i, source in enumerate(part.sources if part else ()):
            line = catalogue.line_of("sources", i)
            if other := declared.get(source.name.lower()):
                text = f"the name {source.name} is taken by the source at {other}; give each its own name"
                mistakes.append(Mistake(catalogue.path, line, f"sources[{i}].name", text))
            declared[source.name.lower()] = f"{catalogue.path}:{line}"
            source._home = catalogue.home
            shared.append(source)
    if "use" in project.model_fields_set:
        mistakes += _mistakes_in_use(project, document, shared, own, complete=not mistakes)
        shared = [source for source in shared if source.name in project.use]
    if mistakes:
        raise error_of(mistakes)
    project = project.model_copy(update={"sources": [*shared, *project.sources]})
    project._path = document.home / path.name
    return project


def project_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the project file, by which editors complete and check it."""
    from datasummary.documents.template import FIELD_IDS

    schema = Project.model_json_schema()
    for key in FIELD_KEYS:
        schema["properties"][key]["propertyNames"] = {"enum": list(FIELD_IDS)}
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "datasummary project file",
        "description": "A provider, a model, and the sources it was trained on.",
    }
    return head | {key: value for key, value in schema.items() if key not in head}


def _read_project(path: Path) -> YamlFile:
    try:
        return read_yaml(path, start=_START)
    except FileNotFoundError:
        raise ProjectError(
            f"{path}: no such file; name it with --project, or write one with `datasummary init`"
        ) from None
    except IsADirectoryError:
        inside = path / "datasummary.yaml"
        raise ProjectError(f"{path}: is a folder; name the YAML file in it, such as {inside}") from None


def _read_catalogue(entry: str, project: YamlFile) -> YamlFile:
    path = Path(os.path.normpath(project.path.parent / os.path.expandvars(entry)))
    if not path.is_file():
        text = f"catalogue: there is no file {path}; paths are relative to this file"
        raise error_at(project.path, project.line_of("catalogue"), text)
    return read_yaml(path, start=_START)


def _mistakes_in_use(
    project: Project, document: YamlFile, shared: list[Source], own: set[str], *, complete: bool
) -> list[Mistake]:
    """What ``use`` names and no catalogue holds; said only where all catalogues could be read (``complete``)."""
    if not project.catalogue:
        text = "picks from catalogues, but catalogue names none; add catalogue or remove use"
        return [Mistake(document.path, document.line_of("use"), "use", text)]
    names = [source.name for source in shared]
    found = []
    for i, wanted in enumerate(project.use if complete else ()):
        if wanted in names:
            continue
        text = f"no catalogue has a source named {wanted}{nearest(wanted, names)}"
        if wanted.lower() in own:
            text = f"{wanted} is the project's own source and belongs to it anyway; remove it from use"
        found.append(Mistake(document.path, document.line_of("use", i), f"use[{i}]", text))
    return found
