"""The command that answers rightsholders: lookup."""

from __future__ import annotations

import sys
from enum import StrEnum
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Annotated

import typer

from datasummary.cli_options import DEFAULT_PROJECT, Json, ProjectFile, Quiet, load, print_json, say
from datasummary.errors import ProjectError

__all__ = ["register"]


class Language(StrEnum):
    """Languages of the reply letter."""

    en = "en"
    fr = "fr"


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command(
        epilog="""Examples:

\b
  datasummary lookup example.com
  datasummary lookup https://news.example.com/2025/article
  datasummary lookup --file request.txt --csv > answers.csv
  datasummary lookup example.com --letter --language fr > letter.md"""
    )(lookup)


def lookup(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="DOMAIN|URL…", help="Domains, hosts or addresses.", show_default=False)
    ] = None,
    project: ProjectFile = DEFAULT_PROJECT,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="A file with names to look up, one a line.")
    ] = None,
    letter: Annotated[bool, typer.Option("--letter", help="Write a reply letter, as Markdown.")] = False,
    language: Annotated[Language, typer.Option(help="Language of the letter.")] = Language.en,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print a row for each name, source and modality.")] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Tell whether content of a site is in the training data, from where, how much, and what the site signalled."""
    if letter + as_csv + as_json > 1:
        raise ProjectError("--letter, --csv and --json do not go together; choose one of them")
    from datasummary.lookup_names import names_in

    asked = [*(names or ()), *(names_in(file) if file else ())]
    if not asked:
        raise ProjectError("name what to look up, for instance: datasummary lookup example.com")
    sys.meta_path.insert(0, _NoPandas())
    loaded = load(project)
    from datasummary.lookups import lookup as find

    answers = find(loaded, asked, signals=not letter, say=(lambda _: None) if quiet or as_json else say)
    if letter:
        from datasummary.render.letters import letter_text

        print(letter_text(loaded, answers, language.value), end="")
        return
    from datasummary.render.answers import answer_lines, answer_record, answers_csv

    if as_json:
        print_json({"answers": [answer_record(answer) for answer in answers]})
    elif as_csv:
        print(answers_csv(answers), end="")
    else:
        for place, answer in enumerate(answers):
            print("\n" * (place > 0) + "\n".join(answer_lines(answer)))


class _NoPandas(MetaPathFinder):
    """Spares this command a quarter of a second: DuckDB and pyarrow import pandas to see whether it made their input.

    Both do without it where it is not installed, which is what they are told here.
    """

    def find_spec(self, fullname: str, *_: object) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError(name=fullname)
