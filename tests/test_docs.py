"""What the documentation shows is what happens: its commands run, its Python runs, its links lead somewhere.

Of each document, every ``console`` or ``sh`` block is read for lines that begin with ``$``, and every ``python`` block
is executed, in order and in one folder: a fresh one, or a copy of the pipeline's own. A command must end with status 0,
or with the one its comment names: ``$ datasummary check  # exit 4``. Commands that install or build are not run; what
they name must exist. Where several documents begin with the same commands, these run once, and each goes on from a copy
of what they left. A block under ``<!-- not run: reason -->`` is only read for that.
"""

import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import ROOT, made_once

DOCUMENTS = sorted([ROOT / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob("pipelines/**/README.md")])
RUN = {"datasummary", "cat", "head", "ls"}

NOT_RUN = re.compile(r"<!-- not run: (.+?) -->\s*$")
FENCE = re.compile(r"^```(\w*)")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
EXIT = re.compile(r"\s+# exit (\d+)$")


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, its lines, the line it begins on, and why it is not run, if so."""

    document: Path
    line: int
    language: str
    text: str
    not_run: str | None

    @property
    def place(self) -> str:
        return f"{self.document.relative_to(ROOT)}:{self.line}"

    def commands(self) -> list[str]:
        """The lines after ``$``, those that end in a backslash joined with the next."""
        joined = self.text.replace("\\\n", "")
        return [line.removeprefix("$ ") for line in joined.splitlines() if line.startswith("$ ")]


def blocks(document: Path) -> Iterator[Block]:
    lines = document.read_text(encoding="utf-8").splitlines()
    reason, number = None, 0
    while number < len(lines):
        if fence := FENCE.match(lines[number]):
            end = lines.index("```", number + 1)
            yield Block(document, number + 1, fence.group(1), "\n".join(lines[number + 1 : end]), reason)
            reason, number = None, end
        elif lines[number].strip():
            found = NOT_RUN.match(lines[number])
            reason = found.group(1) if found else None
        number += 1


def check_names(command: str, place: str) -> None:
    """That a command which is not run names what exists: a make target, a package or an extra of this project."""
    words = shlex.split(command, comments=True)
    if words[0] == "make":
        targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
        assert set(words[1:]) <= set(targets), f"{place}: no such make target: {command}"
    elif words[:2] == ["pip", "install"]:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
        for word in words[2:]:
            if named := re.fullmatch(r"(?:\.|datasummary)(?:\[(.+)\])?", word):
                extras = set(named.group(1).split(",")) if named.group(1) else set()
                assert extras <= set(project["optional-dependencies"]), f"{place}: no such extra: {command}"
    elif words[0] == "datasummary":
        shown = subprocess.run([*words[:2], "--help"], env=environment(), capture_output=True, text=True)
        assert shown.returncode == 0, f"{place}: no such command: {command}"
    else:
        assert words[0] in {"git", "python3", "."}, f"{place}: put <!-- not run: reason --> above: {command}"


def environment() -> dict[str, str]:
    """One in which ``datasummary`` is the one that is tested, and output is not fitted to a terminal."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "COLUMNS": "120", "NO_COLOR": "1"}


def run_command(command: str, folder: Path, place: str) -> Path:
    """Run one line; gives the folder for the next one, which ``cd`` changes."""
    name = shlex.split(command, comments=True)[0]
    if name == "cd":
        folder = folder / shlex.split(command, comments=True)[1]
        assert folder.is_dir(), f"{place}: no such folder: {command}"
    elif name in RUN or command == "make help":
        stated = EXIT.search(command)
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command],
            cwd=ROOT if name == "make" else folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        wanted = int(stated.group(1)) if stated else 0
        assert done.returncode == wanted, (
            f"{place}: {command}\nended with {done.returncode}\n{done.stdout}{done.stderr}"
        )
    else:
        check_names(command, place)
    return folder


def name(document: Path) -> str:
    return str(document.relative_to(ROOT))


def opening(document: Path) -> tuple[str, ...]:
    """The commands of a document's first block that is run, in a folder without anything in it."""
    if document.is_relative_to(ROOT / "pipelines" / "example"):
        return ()
    return next((tuple(b.commands()) for b in blocks(document) if b.commands() and not b.not_run), ())


OPENINGS = Counter(
    commands[:length]
    for commands in map(opening, DOCUMENTS)
    for length in range(1, len(commands) + 1)
    if commands[length - 1].startswith("datasummary")
)
"""How many documents begin with these commands."""


def run_opening(document: Path, fresh: Path, factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """Run the commands that other documents begin with, too; gives the folder they lead to and how many they are."""
    commands = opening(document)
    shared = max((n for n in range(len(commands) + 1) if OPENINGS[commands[:n]] > 1), default=0)
    folder = Path()
    for number, command in enumerate(commands[:shared], 1):
        if command.startswith("cd "):
            folder /= command.removeprefix("cd ")
            continue
        key = hashlib.sha256("\n".join(commands[:number]).encode()).hexdigest()[:12]
        with made_once(factory, key) as (made, there):
            if there:
                shutil.rmtree(fresh)
                shutil.copytree(made, fresh)
            else:
                run_command(command, fresh / folder, name(document))
                shutil.copytree(fresh, made)
    return fresh / folder, shared


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_what_a_document_shows_runs(
    document: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "fresh"
    if document.is_relative_to(ROOT / "pipelines"):
        shutil.copytree(document.parent, folder, ignore=shutil.ignore_patterns("out", ".datasummary"))
    else:
        folder.mkdir()
    names: dict[str, object] = {"__name__": "__main__"}
    folder, done = run_opening(document, folder, tmp_path_factory)
    for block in blocks(document):
        if block.not_run:
            continue
        if block.language in ("console", "sh"):
            commands, done = block.commands()[done:], max(0, done - len(block.commands()))
            for command in commands:
                folder = run_command(command, folder, block.place)
        elif block.language == "python":
            monkeypatch.chdir(folder)
            exec(compile("\n" * block.line + block.text, str(document), "exec"), names)


HELD_BACK = [block for document in DOCUMENTS for block in blocks(document) if block.not_run]


@pytest.mark.parametrize("block", HELD_BACK, ids=lambda block: f"{block.place} not run: {block.not_run}")
def test_a_block_that_is_not_run_still_names_what_exists(block: Block) -> None:
    if block.language == "python":
        compile("\n" * block.line + block.text, str(block.document), "exec")
    for command in block.commands():
        if shlex.split(command, comments=True)[0] == "datasummary":
            check_names(command, block.place)


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_every_link_inside_the_project_leads_somewhere(document: Path) -> None:
    links = LINK.findall(document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []
