"""Reads a YAML file that people write, and says where its mistakes are.

The YAML is composed once into nodes, which know their lines, and from them into plain data for a model to check.
Whatever is wrong comes back in one :class:`~datasummary.errors.ProjectError`, a line for each mistake: file, line,
key, what is wrong and what to do.

    datasummary.yaml:14: sources[0].manfests: unknown key; did you mean manifests?
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from datasummary.errors import ProjectError
from datasummary.mistakes import Mistake, explain, line_of

__all__ = ["YamlFile", "error_at", "error_of", "read_yaml"]

Part = TypeVar("Part", bound=BaseModel)


@dataclass
class YamlFile:
    """A YAML file that parsed: its nodes, which know their lines, and the plain data made from them."""

    path: Path
    root: yaml.MappingNode
    data: dict[str, Any] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    @property
    def home(self) -> Path:
        """Folder of the file, absolute: one file has one home, whichever file names it."""
        return self.path.parent.resolve()

    def line_of(self, *steps: str | int) -> int:
        """Line of a key or an entry, such as ``("sources", 0)``; if it does not stand there, of what is above it."""
        return line_of(steps, self.root)

    def check(self, model: type[Part], mistakes: list[Mistake]) -> Part | None:
        """Give the data as ``model``; what is wrong with it is added to ``mistakes``, and the answer is ``None``."""
        try:
            return model.model_validate(self.data)
        except ValidationError as error:
            mistakes += explain(model, error, self.root, self.path)
            return None


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
            raise error_at(self.path, node.start_mark.line + 1, text) from None


def read_yaml(path: Path, *, start: str) -> YamlFile:
    """Read a file; ``start`` says what to do where it is empty.

    Raises :class:`~datasummary.errors.ProjectError` where it cannot be read as YAML, and :class:`FileNotFoundError` or
    :class:`IsADirectoryError` for the caller to say what was meant to stand there.
    """
    text = _text(path)
    try:
        loader = _Loader(text, path)
        root = loader.get_single_node()
        if root is None or root.tag == "tag:yaml.org,2002:null":
            raise ProjectError(f"{path}: the file is empty; {start}")
        if not isinstance(root, yaml.MappingNode):
            raise error_at(
                path, root.start_mark.line + 1, "the file must consist of keys and values, such as `provider: …`"
            )
        mistakes = _mistakes_in_keys(root, path)
        data = loader.construct_document(root)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        code = f"U+{ord(text[error.position]):04X}"
        raise error_at(path, line, f"the character {code} may not stand in YAML; remove it") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = ", ".join(part for part in (error.context, error.problem) if part)
        advice = "indent with spaces, not tabs" if "'\\t'" in problem else "check indentation, quotes and colons here"
        raise error_at(path, mark.line + 1 if mark else 1, f"{problem}; {advice}") from None
    except RecursionError:
        raise ProjectError(f"{path}: the file is nested too deeply to be read; flatten it") from None
    return YamlFile(path, root, data, mistakes)


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
                raise error_at(path, line, "a key must be a text; put it in quotes")
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
    except (FileNotFoundError, IsADirectoryError):
        raise
    except OSError as error:
        raise ProjectError(f"{path}: cannot be read: {error.strerror}") from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise error_at(path, line, "the file is not UTF-8 here; save it as UTF-8") from None


def error_at(path: Path, line: int, text: str) -> ProjectError:
    """Give the error that tells of one line of a file."""
    return ProjectError(f"{path}:{line}: {text}")


def error_of(mistakes: list[Mistake]) -> ProjectError:
    """Give the error that tells all mistakes, in the order of the files and their lines."""
    files = list(dict.fromkeys(mistake.path for mistake in mistakes))
    mistakes = sorted(mistakes, key=lambda mistake: (files.index(mistake.path), mistake.line))
    return ProjectError("\n".join(dict.fromkeys(map(str, mistakes))))
