"""Reads a project file and its catalogues, and says where the mistakes are.

The YAML is composed once into nodes, which know their lines, and from them into plain data for
:class:`datasummary.project.Project` to check. Whatever is wrong comes back in one
:class:`~datasummary.errors.ProjectError`, a line for each mistake: file, line, key, what is wrong and what to do.

    datasummary.yaml:14: sources[0].manfests: unknown key; did you mean manifests?
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from datasummary.errors import ProjectError
from datasummary.mistakes import FIELD_KEYS, Mistake, explain, field_mistakes, nearest
from datasummary.project import Project
from datasummary.sources import Catalogue, Source

__all__ = ["load_project", "project_schema"]

Part = TypeVar("Part", bound=BaseModel)


def load_project(path: Path) -> Project:
    """Read a project file with the catalogues it names, and check both.

    The project's sources are those of its catalogues, or the ones that ``use`` picks, in the order of the
    catalogues, followed by its own. Every source knows the folder of the file that declares it (``source.home``).

    Raises :class:`~datasummary.errors.ProjectError` with one line for each mistake.
    """
    document = _read(path)
    mistakes = list(document.mistakes)
    project = _check(Project, document, mistakes)
    mistakes += field_mistakes(document.root, path)
    if project is None:
        raise _error(mistakes)
    for source in project.sources:
        source._home = document.home

    lines = [_line_of_source(document, i) for i in range(len(project.sources))]
    declared = {s.name.lower(): f"{path}:{line}" for s, line in zip(project.sources, lines, strict=True)}
    own = set(declared)
    shared: list[Source] = []
    for entry in project.catalogue:
        catalogue = _read_catalogue(entry, document)
        mistakes += catalogue.mistakes
        part = _check(Catalogue, catalogue, mistakes)
        for i, source in enumerate(part.sources if part else ()):
            line = _line_of_source(catalogue, i)
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
        raise _error(mistakes)
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


@dataclass
class _Document:
    """A YAML file that parsed: its nodes, which know their lines, and the plain data made from them."""

    path: Path
    root: yaml.MappingNode
    data: dict[str, Any] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    @property
    def home(self) -> Path:
        """Folder of the file, absolute: one catalogue has one home, whichever project names it."""
        return self.path.parent.resolve()


class _Loader(yaml.SafeLoader):
    """Safe YAML that names the line of a date or number that cannot be."""

    def __init__(self, text: str, path: Path) -> None:
        super().__init__(text)
        self.path = path

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except ValueError:  # 2026-02-30 and the like: the form of a date or number, but none
            text = f"YAML takes {node.value} for a date or number, but there is no such; correct it or put it in quotes"
            raise _at(self.path, node.start_mark.line + 1, text) from None


def _read_catalogue(entry: str, project: _Document) -> _Document:
    path = Path(os.path.normpath(project.path.parent / os.path.expandvars(entry)))
    if not path.is_file():
        line = next(key.start_mark.line + 1 for key, _ in project.root.value if key.value == "catalogue")
        text = f"catalogue: there is no file {path}; paths are relative to this file"
        raise _at(project.path, line, text)
    return _read(path)


def _read(path: Path) -> _Document:
    text = _text(path)
    try:
        loader = _Loader(text, path)
        root = loader.get_single_node()
        if root is None or root.tag == "tag:yaml.org,2002:null":
            raise ProjectError(f"{path}: the file is empty; `datasummary init` writes one to start from")
        if not isinstance(root, yaml.MappingNode):
            raise _at(path, root.start_mark.line + 1, "the file must consist of keys and values, such as `provider: …`")
        mistakes = _mistakes_in_keys(root, path)
        data = loader.construct_document(root)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        code = f"U+{ord(text[error.position]):04X}"
        raise _at(path, line, f"the character {code} may not stand in YAML; remove it") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = ", ".join(part for part in (error.context, error.problem) if part)
        advice = "indent with spaces, not tabs" if "'\\t'" in problem else "check indentation, quotes and colons here"
        raise _at(path, mark.line + 1 if mark else 1, f"{problem}; {advice}") from None
    except RecursionError:
        raise ProjectError(f"{path}: the file is nested too deeply to be read; flatten it") from None
    return _Document(path, root, data, mistakes)


def _mistakes_in_keys(root: yaml.Node, path: Path) -> list[Mistake]:
    """Keys that stand twice or are not text, which YAML lets pass. The latter are made text."""
    mistakes = []
    waiting, met = [root], set()
    while waiting:
        node = waiting.pop()
        if id(node) in met or isinstance(node, yaml.ScalarNode):
            continue
        met.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting += node.value
            continue
        seen: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise _at(path, line, "a key must be a text; put it in quotes")
            if key.tag not in ("tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"):
                key.tag = "tag:yaml.org,2002:str"
                text = f'YAML does not read this key as text; put it in quotes: "{key.value}"'
                mistakes.append(Mistake(path, line, key.value, text))
            if key.value in seen:
                text = f"this key stands twice, first on line {seen[key.value]}; keep one"
                mistakes.append(Mistake(path, line, key.value, text))
            seen.setdefault(key.value, line)
            waiting.append(value)
    return mistakes


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise ProjectError(
            f"{path}: no such file; name it with --project, or write one with `datasummary init`"
        ) from None
    except IsADirectoryError:
        inside = path / "datasummary.yaml"
        raise ProjectError(f"{path}: is a folder; name the YAML file in it, such as {inside}") from None
    except OSError as error:
        raise ProjectError(f"{path}: cannot be read: {error.strerror}") from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _at(path, line, "the file is not UTF-8 here; save it as UTF-8") from None


def _check(model: type[Part], document: _Document, mistakes: list[Mistake]) -> Part | None:
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        mistakes += explain(model, error, document.root, document.path)
        return None


def _mistakes_in_use(
    project: Project, document: _Document, shared: list[Source], own: set[str], *, complete: bool
) -> list[Mistake]:
    """What ``use`` names and no catalogue holds; said only where all catalogues could be read (``complete``)."""
    nodes = {key.value: value for key, value in document.root.value}
    if not project.catalogue:
        line = nodes["use"].start_mark.line + 1
        text = "picks from catalogues, but catalogue names none; add catalogue or remove use"
        return [Mistake(document.path, line, "use", text)]
    names = [source.name for source in shared]
    found = []
    for i, wanted in enumerate(project.use if complete else ()):
        if wanted in names:
            continue
        text = f"no catalogue has a source named {wanted}{nearest(wanted, names)}"
        if wanted.lower() in own:
            text = f"{wanted} is the project's own source and belongs to it anyway; remove it from use"
        found.append(Mistake(document.path, nodes["use"].value[i].start_mark.line + 1, f"use[{i}]", text))
    return found


def _line_of_source(document: _Document, index: int) -> int:
    nodes = {key.value: value for key, value in document.root.value}
    line: int = nodes["sources"].value[index].start_mark.line + 1
    return line


def _at(path: Path, line: int, text: str) -> ProjectError:
    return ProjectError(f"{path}:{line}: {text}")


def _error(mistakes: list[Mistake]) -> ProjectError:
    files = list(dict.fromkeys(mistake.path for mistake in mistakes))
    mistakes = sorted(mistakes, key=lambda mistake: (files.index(mistake.path), mistake.line))
    return ProjectError("\n".join(dict.fromkeys(map(str, mistakes))))
