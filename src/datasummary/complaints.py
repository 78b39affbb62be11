"""The register of complaints: what rightsholders complained of, by when an answer is due, and when it was closed.

It is one file beside the project file, ``complaints.jsonl``, to which lines are added and of which none is ever
changed: each states a fact, that a complaint was added or that it was closed. Dates and deadlines are the user's. An
addition holds the file and is on the disk when the call returns. Where one was killed half-way, its cut line stays in
the file, and every later reading names it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from datasummary.documents.words import clean
from datasummary.errors import DataError, ProjectError
from datasummary.project import Project
from datasummary.translation import t
from datasummary.workspace import explained

__all__ = ["LONGEST_TEXT", "Complaint", "Register", "add", "close", "counts", "list", "read_register", "register_file"]

LONGEST_TEXT = 10_000
"""Characters of a text in the register; what is longer belongs into a file of its own, which a text can name."""


@dataclass(frozen=True)
class Complaint:
    """A complaint, as the register has it."""

    number: int
    """Counted from 1 in the order of the register."""
    received: dt.date
    sender: str
    about: str
    """What it is about."""
    names: tuple[str, ...] = ()
    """The domains or addresses that it names."""
    due: dt.date | None = None
    """Until when an answer is due, where the user set it."""
    closed: dt.date | None = None
    outcome: str | None = None
    """How it was closed."""

    def overdue(self, day: dt.date) -> bool:
        """Whether it is open on a day after the one on which it was due."""
        return self.closed is None and self.due is not None and self.due < day


@dataclass(frozen=True)
class Register:
    """What the register says."""

    complaints: tuple[Complaint, ...]
    problems: tuple[str, ...]
    """Lines that were cut when an addition was killed, by their number; what they began to say is not counted."""


def register_file(project: Project) -> Path:
    """Place of a project's register."""
    return project.home / "complaints.jsonl"


def add(
    project: Project,
    *,
    sender: str,
    about: str,
    received: dt.date,
    due: dt.date | None = None,
    names: Iterable[str] = (),
) -> Complaint:
    """Add a complaint to the register, and give it with its number.

    Raises :class:`~datasummary.errors.ProjectError` where a text is empty or too long, or ``due`` is before
    ``received``, and :class:`~datasummary.errors.WorkspaceError` where the register cannot be written to.
    """
    if due and due < received:
        raise ProjectError(f"due: {due} is before {received}, on which the complaint was received; correct one of them")
    fact = {
        "fact": "added",
        "received": str(received),
        "due": str(due) if due else None,
        "from": _text("from", sender),
        "about": _text("about", about),
        "names": [_text("names", name) for name in names],
    }
    with _held(register_file(project)) as register:
        number = len(register.read().complaints) + 1
        register.append({"fact": fact.pop("fact"), "number": number} | fact)
        return register.read().complaints[number - 1]


def close(project: Project, number: int, *, on: dt.date, outcome: str) -> Complaint:
    """Close a complaint, and give it as it then stands.

    Raises :class:`~datasummary.errors.ProjectError` where there is no open complaint of this number, or it was received
    after that day, and :class:`~datasummary.errors.WorkspaceError` where the register cannot be written to.
    """
    words = _text("outcome", outcome)
    path = register_file(project)
    if not path.exists():
        raise ProjectError(f"{path}: there are no complaints yet; datasummary complaints add adds one")
    with _held(path) as register:
        complaints = register.read().complaints
        if not 1 <= number <= len(complaints):
            raise ProjectError(f"{path}: there is no complaint {number}; datasummary complaints list shows them")
        complaint = complaints[number - 1]
        if complaint.closed:
            raise ProjectError(f"{path}: complaint {number} was closed on {complaint.closed}; add a new one")
        if on < complaint.received:
            raise ProjectError(f"{path}: complaint {number} was received on {complaint.received}, after {on}")
        register.append({"fact": "closed", "number": number, "on": str(on), "outcome": words})
        return register.read().complaints[number - 1]


def list(project: Project) -> tuple[Complaint, ...]:  # noqa: A001 - a command's name
    """Give all complaints by their numbers; :func:`read_register` gives beside them what is wrong with the file."""
    return read_register(project).complaints


def counts(project: Project, day: dt.date | None = None) -> dict[str, int]:
    """Count the complaints of a project: ``received``, ``open``, ``closed``, ``overdue``.

    Those are ``overdue`` that are open though they were due before ``day``, by default ``summary.date``.
    """
    complaints = read_register(project).complaints
    closed = sum(complaint.closed is not None for complaint in complaints)
    return {
        "received": len(complaints),
        "open": len(complaints) - closed,
        "closed": closed,
        "overdue": sum(complaint.overdue(day or project.summary.date) for complaint in complaints),
    }


def read_register(project: Project) -> Register:
    """Read the register; without a file there are no complaints.

    Raises :class:`~datasummary.errors.DataError` naming the line where one states no fact, or one that cannot be.
    """
    path = register_file(project)
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            return _read(path, file.read())
    except FileNotFoundError:
        return Register((), ())
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}); make it readable") from error


class _Held:
    """The register, held for one addition."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor

    def read(self) -> Register:
        size = os.fstat(self._descriptor).st_size
        return _read(self._path, os.pread(self._descriptor, size, 0))

    def append(self, fact: Mapping[str, Any]) -> None:
        """Add a line, whole or not at all; one that was cut before is ended first, so that it stands by itself."""
        size = os.fstat(self._descriptor).st_size
        is_cut = size > 0 and os.pread(self._descriptor, 1, size - 1) != b"\n"
        line = b"\n" * is_cut + json.dumps(fact, ensure_ascii=False).encode() + b"\n"
        try:
            written = 0
            while written < len(line):
                written += os.write(self._descriptor, line[written:])
            os.fsync(self._descriptor)
        except OSError:
            os.ftruncate(self._descriptor, size)
            raise


@contextlib.contextmanager
def _held(path: Path) -> Iterator[_Held]:
    """Hold the register against other additions, which wait."""
    with explained(path):
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield _Held(path, descriptor)
        finally:
            os.close(descriptor)


def _read(path: Path, content: bytes) -> Register:
    complaints: dict[int, Complaint] = {}
    problems = []
    for place, line in enumerate(content.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            fact = json.loads(line)
        except ValueError:
            begins = clean(line[:60].decode("utf-8", "replace"))
            problems.append(
                t(
                    "{path}: line {place} was cut when it was written ({begins} …); it is not counted. Add again what "
                    "it was to say, if that has not been done",
                    path=path,
                    place=place,
                    begins=begins,
                )
            )
            continue
        try:
            _apply(complaints, fact)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise DataError(
                f"{path}: line {place} states no fact that can follow the lines before it; lines are only ever added, "
                f"by datasummary complaints. Put the line back as it was"
            ) from None
    return Register(tuple(complaints.values()), tuple(problems))


def _apply(complaints: dict[int, Complaint], fact: dict[str, Any]) -> None:
    number = fact["number"]
    if fact["fact"] == "added" and number == len(complaints) + 1:
        due = fact["due"]
        complaints[number] = Complaint(
            number,
            dt.date.fromisoformat(fact["received"]),
            str(fact["from"]),
            str(fact["about"]),
            tuple(map(str, fact["names"])),
            dt.date.fromisoformat(due) if due else None,
        )
    elif fact["fact"] == "closed" and complaints[number].closed is None:
        on = dt.date.fromisoformat(fact["on"])
        complaints[number] = replace(complaints[number], closed=on, outcome=str(fact["outcome"]))
    else:
        raise ValueError


def _text(name: str, text: str) -> str:
    words = clean(text[: 2 * LONGEST_TEXT])
    if not words:
        raise ProjectError(f"{name}: is empty; say it in a few words")
    if len(text) > LONGEST_TEXT:
        raise ProjectError(
            f"{name}: has {len(text):,} characters, the register takes {LONGEST_TEXT:,}; keep it in a file, and name it"
        )
    return words
