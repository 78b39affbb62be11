"""Mistakes in a project file or a policy, in plain words: what pydantic found, told by file, line and key.

Each mistake says what is wrong and what to do. Lines are those of the YAML nodes, so they stay true behind
comments, anchors and folded text.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

__all__ = ["FIELD_KEYS", "PATTERNS", "Mistake", "explain", "field_mistakes", "line_of", "nearest"]

FIELD_KEYS = ("narratives", "gaps", "accepted")
"""Keys of the project file whose own keys are field ids of the template."""

PATTERNS = {
    r"^[A-Za-z_-]+$": "must be a product token of letters, _ and -, such as AcmeBot",
    r"^(https?://[!-~]+|[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+)$": "must be an address of a page, https://…, or of e-mail",
    r"^[A-Z]{2}$": "must be a country code of two capital letters, such as FR",
    r'^https?://[^\s<>"]+$': (
        'must be an address that begins with https:// or http:// and holds no spaces, nor < > "; '
        "an address writes them as %20, %3C, %3E, %22"
    ),
    r"^[A-Za-z0-9][A-Za-z0-9._-]*$": (
        "may hold only the letters A to Z, digits, dots, hyphens and underscores, and begins with a letter or digit"
    ),
    r"^\d{4}-(0[1-9]|1[0-2])$": 'must be a month such as 2024-03, or the words "not known"',
    r"^[0-9a-f]{64}$": "must be the SHA-256 of the proposed text, as `datasummary accept` writes it",
}
"""The patterns of the project file's texts, in words."""

_EITHER = {
    "size": "must be a number, or bounds such as {min: 1000, max: 2000}",
    "declared": "must be a number, or bounds such as {min: 1000, max: 2000}",
    "where": "must be a value, a list of values, or bounds such as {min: 0.5}",
    "narratives": "must be text, or {append: text}",
}
"""What is asked where a key takes several shapes."""


@dataclass(frozen=True)
class Mistake:
    """One thing that is wrong in a file that people write."""

    path: Path
    line: int
    key: str
    """The key as a reader would write it: ``sources[0].columns.url``."""
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.key}: {self.text}"


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ``; did you mean …?`` with the nearest known word, else ``; known: …`` with all of them."""
    by_lower = {candidate.lower(): candidate for candidate in known}
    close = difflib.get_close_matches(word.lower().replace("-", "_"), by_lower, n=1) or (
        difflib.get_close_matches(word.lower(), by_lower, n=1)
    )
    if close:
        return f"; did you mean {by_lower[close[0]]}?"
    return f"; known: {', '.join(by_lower.values())}" if by_lower else ""


def field_mistakes(root: yaml.MappingNode, path: Path) -> list[Mistake]:
    """Return a mistake for each key of ``narratives``, ``gaps`` and ``accepted`` that is no field of the template."""
    from datasummary.documents.template import FIELD_IDS

    return [
        Mistake(
            path,
            key.start_mark.line + 1,
            f"{name.value}.{key.value}",
            "the template has no such field" + _near(key.value, FIELD_IDS),
        )
        for name, node in root.value
        if name.value in FIELD_KEYS and isinstance(node, yaml.MappingNode)
        for key, _ in node.value
        if key.value not in FIELD_IDS
    ]


def explain(model: type[BaseModel], error: ValidationError, root: yaml.MappingNode, path: Path) -> list[Mistake]:
    """Return one mistake for each thing pydantic found wrong with a file, in no particular order."""
    mistakes = []
    for problem in _one_for_each_choice(error, root):
        places = _places(problem["loc"], root)
        key, line, node = _written(places), places[-1].line, places[-1].node
        if problem["loc"][-1:] == ("[key]",):
            if problem["loc"][0] in FIELD_KEYS:
                continue  # said better by field_mistakes
            text = "the key is blank or no text; write one"
        elif problem["type"] == "missing":
            wanted = str(problem["loc"][-1])
            key, text = f"{key}.{wanted}" if key else wanted, "missing; add it" + _about(model, problem["loc"])
        elif problem["type"] == "extra_forbidden":
            text = "unknown key" + nearest(str(problem["loc"][-1]), _fields(model, problem["loc"]))
        elif problem["type"] in ("value_error", "assertion_error"):
            text = re.sub(r"^(Value|Assertion) error, ", "", problem["msg"])
            if not problem["loc"]:
                key, line = _repeated_name(root)
            first = re.match(r"\w*", text)
            if first and (place := _child(node, first[0])):
                key, line = f"{key}.{first[0]}" if key else first[0], place.line
        else:
            text = _wrong_value(problem, node, _fields(model, (*problem["loc"], "")))
        mistakes.append(Mistake(path, line, key, text))
    return mistakes


@dataclass(frozen=True)
class _Place:
    step: str | int | None
    line: int
    node: yaml.Node


def _child(node: yaml.Node, step: str | int) -> _Place | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in reversed(node.value):  # keys merged from an anchor come first, and own ones prevail
            if key.value == step:
                return _Place(step, key.start_mark.line + 1, value)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return _Place(step, node.value[step].start_mark.line + 1, node.value[step])
    return None


def _places(loc: tuple[str | int, ...], root: yaml.Node) -> list[_Place]:
    """The nodes on the way to ``loc``, whose names of choices (pydantic's, for unions) lead nowhere."""
    places = [_Place(None, root.start_mark.line + 1, root)]
    for step in loc:
        if place := _child(places[-1].node, step):
            places.append(place)
    return places


def _repeated_name(root: yaml.Node) -> tuple[str, int]:
    """Key and line of the first source whose name another one bears: the one rule that spans a whole file."""
    seen = set()
    sources = _child(root, "sources")
    for i, source in enumerate(sources.node.value if sources else ()):
        name = _child(source, "name")
        if name and name.node.value.lower() in seen:
            return f"sources[{i}].name", name.line
        seen.add(name.node.value.lower() if name else None)
    return "sources", sources.line if sources else 1


def line_of(loc: tuple[str | int, ...], root: yaml.Node) -> int:
    """Line of the key or entry at ``loc``; where it is not written there, of the nearest above it that is."""
    return _places(loc, root)[-1].line


def _written(places: list[_Place]) -> str:
    return "".join(f"[{p.step}]" if isinstance(p.step, int) else f".{p.step}" for p in places[1:]).removeprefix(".")


def _one_for_each_choice(error: ValidationError, root: yaml.Node) -> list[dict[str, Any]]:
    """Where a key takes several shapes pydantic reports every shape that did not fit: keep the one that was meant."""
    kept: list[dict[str, Any]] = []
    choices: dict[tuple[str | int, ...], list[dict[str, Any]]] = {}
    for problem in error.errors(include_url=False):
        loc = problem["loc"]
        known = 0
        while known < len(loc) and len(_places(loc[: known + 1], root)) == known + 2:
            known += 1
        is_last = known == len(loc) - 1 and (problem["type"] == "missing" or loc[-1] == "[key]")
        if known == len(loc) or is_last:
            kept.append(dict(problem))
        else:
            choices.setdefault(loc[:known], []).append(dict(problem))
    for loc, problems in choices.items():
        if isinstance(_places(loc, root)[-1].node, yaml.MappingNode):
            meant = [p for p in problems if len(p["loc"]) > len(loc) + 1 or p["type"] == "value_error"]
        else:
            meant = [p for p in problems if not p["type"].endswith(("_type", "_parsing", "_error"))][:1]
        kept += meant or [{**problems[0], "loc": loc, "type": "either"}]
    return kept


def _wrong_value(problem: dict[str, Any], node: yaml.Node, known: list[str]) -> str:
    """What is wrong with a value, by pydantic's type of error."""
    kind, value, context = problem["type"], problem.get("input"), problem.get("ctx", {})
    either = next((_EITHER[step] for step in problem["loc"] if step in _EITHER), "")
    if value is None:
        return "nothing stands here; fill it in or remove the key"
    wants_text = kind == "string_type" or (kind == "either" and "number" not in either)
    if wants_text and isinstance(node, yaml.ScalarNode) and not isinstance(value, str):
        what = {"bool": "true or false", "int": "a number", "float": "a number"}.get(type(value).__name__, "a date")
        return f'YAML reads {node.value} as {what}; put it in quotes: "{node.value}"'
    if kind == "literal_error":
        choices = re.findall(r"'([^']*)'", context["expected"])
        return f"must be one of {', '.join(choices)}" + (_near(str(value), choices))
    words = {
        "either": either,
        "string_type": "must be one text",
        "string_pattern_mismatch": PATTERNS.get(context.get("pattern", ""), ""),
        "string_too_short": "is blank; fill it in or remove the key",
        "string_too_long": f"is longer than {context.get('max_length')} characters; shorten it",
        "too_short": "needs at least one entry",
        "bool_type": "must be true or false",
        "bool_parsing": "must be true or false",
        "list_type": "must be a list: begin each entry with a hyphen, or write [a, b]",
        "dict_type": "must hold keys and values",
        "model_type": f"must hold keys and values; known: {', '.join(known)}",
        "greater_than_equal": f"must be {context.get('ge', 0):g} or more",
        "greater_than": f"must be more than {context.get('gt', 0):g}",
        "finite_number": "must be a finite number",
    }
    if kind.startswith("date_"):
        return "must be a date such as 2026-03-01"
    if kind.startswith(("float_", "int_")):
        return "must be a number"
    return words.get(kind) or str(problem["msg"])


def _near(word: str, choices: Iterable[str]) -> str:
    close = difflib.get_close_matches(word.lower().replace(" ", "_"), list(choices), n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in get_args(annotation) for model in _models_in(argument)]


def _models_at(model: type[BaseModel], loc: tuple[str | int, ...]) -> list[type[BaseModel]]:
    models = [model]
    for step in loc[:-1]:
        fields = [m.model_fields[step] for m in models if isinstance(step, str) and step in m.model_fields]
        models = [inner for info in fields for inner in _models_in(info.annotation)] or models
    return models


def _fields(model: type[BaseModel], loc: tuple[str | int, ...]) -> list[str]:
    """Keys that may stand where the last step of ``loc`` stands."""
    return [info.alias or name for inner in _models_at(model, loc) for name, info in inner.model_fields.items()]


def _about(model: type[BaseModel], loc: tuple[str | int, ...]) -> str:
    """What the project file's own description says of a key."""
    for inner in _models_at(model, loc):
        info = inner.model_fields.get(str(loc[-1]))
        if info and info.description:
            return ": " + " ".join(info.description.split())
    return ""
