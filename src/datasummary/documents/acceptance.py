"""``datasummary accept``: the provider vouches for a proposed text; the project file remembers which text it was."""

from __future__ import annotations

from pathlib import Path

import yaml

from datasummary.documents.fields import fingerprint
from datasummary.documents.summary import proposed_text
from datasummary.errors import ProjectError
from datasummary.project import Project
from datasummary.render.files import write_files

__all__ = ["accept"]


def accept(project: Project, field_id: str) -> str:
    """Write the SHA-256 of a field's proposed text under ``accepted`` in the project file, and return it.

    The rest of the file stays as it is, comments included. Raises :class:`~datasummary.errors.ProjectError` where no
    text is proposed, or where the file is laid out such that a line cannot be added safely.
    """
    sha = fingerprint(proposed_text(project, field_id))
    path = project.path
    before = path.read_bytes().decode("utf-8-sig")
    after = _edited(before, field_id, sha)
    expected = yaml.safe_load(before)
    expected["accepted"] = {**(expected.get("accepted") or {}), field_id: sha}
    if after is None or _parsed(after) != expected:
        raise ProjectError(f'{path}: write this into it by hand, under accepted: "{field_id}": {sha}')
    bom = b"\xef\xbb\xbf" if path.read_bytes().startswith(b"\xef\xbb\xbf") else b""
    write_files({Path(path): bom + after.encode()})
    return sha


def _edited(text: str, field_id: str, sha: str) -> str | None:
    """Return the text with one line added or one value replaced; None where there is no safe place for it."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        return None
    newline = "\r\n" if "\r\n" in text else "\n"
    line = f'"{field_id}": "{sha}"'
    node = next((value for key, value in root.value if key.value == "accepted"), None)
    if node is None:
        if root.flow_style:
            return None
        end = "" if not text or text.endswith("\n") else newline
        return f"{text}{end}accepted:{newline}  {line}{newline}"
    if not isinstance(node, yaml.MappingNode):
        return None
    for key, value in node.value:
        if key.value == field_id:
            return f'{text[: value.start_mark.index]}"{sha}"{text[value.end_mark.index :]}'
    if not node.value:  # {}
        return f"{text[: node.start_mark.index]}{{{line}}}{text[node.end_mark.index :]}"
    first = node.value[0][0]
    at = first.start_mark.index
    if node.flow_style:
        return f"{text[:at]}{line}, {text[at:]}"
    return f"{text[:at]}{line}{newline}{' ' * first.start_mark.column}{text[at:]}"


def _parsed(text: str) -> object:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return None
