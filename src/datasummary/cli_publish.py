"""The command that writes the site."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from datasummary.cli_options import DEFAULT_PROJECT, Json, ProjectFile, Quiet, load, print_json, say, say_lines

__all__ = ["register"]

_Folder = Annotated[
    Path, typer.Argument(metavar="DIR", help="An empty folder, or one that publish wrote before.", show_default=False)
]
_Url = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="Where the site will stand; by default the folder of summary.published_at."),
]


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command(
        "publish",
        epilog="""Examples:

\b
  datasummary publish site
  datasummary publish site --url https://example.com/training-content/
  datasummary publish site --json | jq -r .model_card >> MODEL_CARD.md""",
    )(publish)


def publish(
    folder: _Folder,
    url: _Url = None,
    project: ProjectFile = DEFAULT_PROJECT,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write a static site of the public summary, and keep the version that it publishes."""
    from datasummary.site.publishing import MODEL_CARD
    from datasummary.site.publishing import publish as write

    loaded = load(project)
    result = write(loaded, folder, url)
    if as_json:
        print_json(
            {
                "folder": str(result.folder),
                "url": result.url,
                "version": result.version,
                "new_version": result.new_version,
                "files": list(result.files),
                "removed": list(result.removed),
                "hints": list(result.hints),
                "model_card": result.model_card,
            }
        )
        return
    if quiet:
        return
    say(f"Version {result.version}: {'kept now' if result.new_version else 'kept before'}, and published as kept.")
    say(f"Written: {len(result.files):,} files in {result.folder}, to stand at {result.url}")
    say_lines(f"  removed: {path}" for path in result.removed)
    if result.hints:
        say("\nNote:")
        say_lines(f"  {hint}" for hint in result.hints)
    say(f"\nFor the model's card and README, also in {loaded.out / 'public' / MODEL_CARD}:\n")
    say(result.model_card)
    say(f"Open {result.folder / 'index.html'} first.")
