"""A project that uses all 53 fields of the form, its 49,900 crawled domains made here; the words are full_project.yaml."""

import datetime as dt
import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from datasummary import Project, scan

DOMAINS = 49_900
"""Of which a tenth is listed."""

_SYLLABLES = [
    "ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "qui", "ro", "sa", "te", "vi", "wo", "xe", "zy", "tal", "mer", "ston", "berg", "land"
]  # fmt: skip
_SUFFIXES = [
    "com", "org", "de", "fr", "co.uk", "eu", "es", "pl", "it", "nl", "com.br", "pt", "net", "info", "museum"
]  # fmt: skip
_LANGUAGES = [
    "eng", "deu", "fra", "spa", "pol", "ita", "nld", "por", "ces", "ron", "ell", "mlt"
]  # fmt: skip
_SPECIAL = [
    "xn--bcher-kva.com",
    "a-very-long-name-of-a-site-that-still-is-no-longer-than-sixty-three.com",
    "münchner-kindl-verlag.de",
]
_FIRST = dt.date(2024, 9, 1)


def write_full_project(folder: Path, language: str = "en") -> Project:
    """Write the project and its manifests into a folder, scan them, and give the project."""
    words = (Path(__file__).parent / "full_project.yaml").read_text("utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "datasummary.yaml"
    path.write_text(f"language: {language}\n{words}", "utf-8")
    (folder / "data").mkdir(exist_ok=True)
    _write_manifests(folder / "data")
    project = Project.load(path)
    scan(project, quiet=True)
    return project


def _write_manifests(data: Path) -> None:
    chance = random.Random(7)
    hosts = _hosts(chance)
    days = [_FIRST + dt.timedelta(days=chance.randrange(500)) for _ in hosts]
    web = {
        "url": [f"https://www.{host}/page" for host in hosts],
        "tokens": [int(3e9 / rank) + 9_000 for rank in range(1, len(hosts) + 1)],
        "images": [1 + 400_000 // rank for rank in range(1, len(hosts) + 1)],
        "language": chance.choices(_LANGUAGES, weights=[60, 14, 9, 7, 4, 3, 2, 2, 1, 1, 1, 0.2], k=len(hosts)),
        "date": days,
    }
    pq.write_table(pa.table(web), data / "web.parquet")
    some = hosts[5:3_005]
    films = {
        "url": [f"https://media.{host}/watch" for host in some],
        "video_hours": [round(90_000 / rank, 2) for rank in range(1, len(some) + 1)],
        "audio_hours": [round(40_000 / rank, 2) for rank in range(1, len(some) + 1)],
        "date": days[: len(some)],
    }
    pq.write_table(pa.table(films), data / "films.parquet")


def _hosts(chance: random.Random) -> list[str]:
    names: dict[str, None] = dict.fromkeys(_SPECIAL)
    while len(names) < DOMAINS:
        name = "".join(chance.choices(_SYLLABLES, k=chance.randrange(2, 6)))
        names[f"{name}.{chance.choice(_SUFFIXES)}"] = None
    return list(names)
