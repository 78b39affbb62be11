"""A project to start from: an empty one with every key explained, or a complete one with data.

The complete one belongs to a provider that does not exist. Its data is generated from a fixed seed, the same bytes
each time, and has the dirt that real manifests have: addresses that are null, relative, without a scheme or a host,
in upper case, with ports and passwords, IP addresses, internationalised names in both spellings, sizes that are
negative or absurd, dates that cannot be. Every host name carries the word ``example`` and names nobody's site.
"""

# ruff: noqa: S311  -- the seeds are fixed on purpose
from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from itertools import accumulate, chain, count, islice
from pathlib import Path
from typing import Any

from datasummary.errors import ProjectError
from datasummary.example_evidence import captures, requests

__all__ = ["init"]

Row = dict[str, Any]


def init(folder: Path, example: bool = False) -> list[Path]:
    """Write a project file into a folder, which is made where needed, and return the files written.

    The plain file explains every key and loads as it stands, with placeholders that begin with "Your". With
    ``example`` it is that of a fictional provider, complete, with data for it under ``data/`` and what its sites told
    crawlers under ``evidence/`` (about 5 MB, a few seconds).

    Raises :class:`~datasummary.errors.ProjectError` where a file to be written exists, or cannot be written.
    """
    folder = Path(folder)
    data = _example_files() if example else {}
    project = folder / "datasummary.yaml"
    for path in [project, *(folder / name for name in data)]:
        if path.exists():
            raise ProjectError(f"{path}: exists and is not overwritten; remove it, or choose another folder")
    template = files("datasummary").joinpath("templates", "example.yaml" if example else "project.yaml").read_bytes()
    written = []
    try:
        for name, make in data.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(make())
            written.append(path)
        folder.mkdir(parents=True, exist_ok=True)
        project.write_bytes(template)  # last: where the project file stands, its data is whole
    except OSError as error:
        where = error.filename or folder
        raise ProjectError(f"{where}: cannot be written: {error.strerror}; choose another folder") from None
    return [project, *written]


def _example_files() -> dict[str, Callable[[], bytes]]:
    """The example's files of data and evidence, each with the function that makes its bytes."""
    sites = _sites(4_000)
    domains = [site.spellings[-1] for site in sites]
    return {
        "data/web/part-0.parquet": lambda: _parquet(_web(0, sites, 70_000, "{}", float_sizes=False)),
        "data/web/part-1.parquet": lambda: _parquet(_web(1, sites, 70_000, "{3}_Latn", float_sizes=True)),
        "data/web/part-2.jsonl.gz": lambda: _json_lines_gz(_web(2, sites, 30_000, "{}-{}", float_sizes=False)),
        "data/web/part-3.jsonl.gz": lambda: _json_lines_gz(_web(3, sites, 30_000, "__label__{}", float_sizes=False)),
        "data/images/images-0.parquet": lambda: _parquet(_images(4, sites, 20_000)),
        "data/audio/episodes.csv": lambda: _csv(_episodes(5, sites, 3_000)),
        "data/public/encyclopaedia.parquet": lambda: _parquet(_encyclopaedia(6, 12_000)),
        "data/public/town-minutes.jsonl.gz": lambda: _json_lines_gz(_town_minutes(7, 200)),
        "data/users/chats.jsonl": lambda: _json_lines(_chats(8, 2_000)),
        "evidence/captures.parquet": lambda: _parquet(captures(domains, _some_addresses(sites))),
        "evidence/requests.csv": lambda: _csv(requests(domains)),
    }


@dataclass(frozen=True)
class _Site:
    spellings: tuple[str, ...]
    """The site's registrable domain: one spelling, or two where the name is internationalised."""
    language: str


_SUFFIXES = [
    # suffix, language, share of the sites
    ("com", "en", 30), ("org", "en", 8), ("co.uk", "en", 8), ("eu", "en", 4), ("com.au", "en", 3), ("de", "de", 14),
    ("at", "de", 3), ("fr", "fr", 8), ("fi", "fi", 7), ("es", "es", 5), ("it", "it", 3), ("pl", "pl", 2),
    ("com.br", "pt", 2), ("co.jp", "ja", 2), ("рф", "ru", 1),
]  # fmt: skip
_SYLLABLES = [
    "ba", "be", "bo", "da", "de", "di", "fa", "fo", "ga", "go", "ka", "ki", "la", "le", "lo", "ma", "mi", "na",
    "no", "pa", "po", "ra", "ri", "sa", "so", "ta", "ti", "va", "vo", "za",
]  # fmt: skip
_CYRILLIC = [
    "ба", "ве", "го", "да", "зи", "ка", "ло", "ма", "не", "по", "ра", "со", "ту", "фа",
]  # fmt: skip
_ISO_639_3 = {"en": "eng", "de": "deu", "fr": "fra", "fi": "fin", "es": "spa", "it": "ita", "pl": "pol", "pt": "por",
              "ja": "jpn", "ru": "rus"}  # fmt: skip
_REGION = {"en": "US", "de": "DE", "fr": "FR", "fi": "FI", "es": "ES", "it": "IT", "pl": "PL", "pt": "BR", "ja": "JP",
           "ru": "RU"}  # fmt: skip
_WORDS = [
    "harbour", "winter", "recipe", "council", "market", "garden", "history", "train", "letter", "museum",
    "summer", "school", "forest", "river",
]  # fmt: skip
_TITLES = [f"{one}-{other}" for one in _WORDS for other in _WORDS]
_FIRST_DAY = dt.date(2024, 6, 1)
_DAYS = [(_FIRST_DAY + dt.timedelta(days=day)).isoformat() for day in range(590)]
"""Crawled days: 1 June 2024 to 11 January 2026."""

_DIRTY_ADDRESSES: list[str | None] = [
    None,
    "",
    "   ",
    "/{path}",
    "{host}/{path}",
    "//{host}/{path}",
    "HTTPS://WWW.{HOST}/{path}",
    "https://{host}:8443/{path}",
    "https://reader:secret@{host}/{path}",
    "https://{host}./{path}",
    "http://192.0.2.{n}/{path}",  # RFC 5737: addresses for documentation
    "http://[2001:db8::{n}]/{path}",  # RFC 3849
    "ftp://{host}/{path}",
    "mailto:editor@{host}",
    "https:///{path}",
    "http://intranet/{path}",
    "http://printer.office.local/{path}",
    "https://two words.{host}/{path}",
]
_DIRTY_SIZES = [None, -1, -700, 2**62]
_DIRTY_FLOAT_SIZES = [None, -1.0, float("nan"), 1e300]
_DIRTY_DATES = [None, "", "2031-07-01", "1969-12-31", "2025-13-45", "yesterday"]
_DIRTY_LANGUAGES = [None, "", "und", "unknown", "??"]


def _sites(number: int) -> list[_Site]:
    """Fictional sites, each name once; about one in a hundred internationalised."""
    import idna

    rng = random.Random(2026)
    suffixes = [(suffix, language) for suffix, language, _ in _SUFFIXES]
    shares = [share for _, _, share in _SUFFIXES]
    found: dict[str, _Site] = {}
    while len(found) < number:
        suffix, language = rng.choices(suffixes, shares)[0]
        word = "".join(rng.choices(_SYLLABLES, k=rng.randint(3, 5)))
        label = f"{word}-example"
        if suffix == "рф":
            label = "".join(rng.choices(_CYRILLIC, k=4)) + "-пример"
        elif suffix == "de" and rng.random() < 0.03:
            label = f"mühle-{word}-example"
        name = f"{label}.{suffix}"
        spelled = (name,) if name.isascii() else (name, idna.encode(name).decode("ascii"))
        found[name] = _Site(spelled, language)
    return list(found.values())


def _drawn(rng: random.Random, sites: list[_Site], number: int) -> list[_Site]:
    """Draw sites by a realistic skew: the share of a site falls with its rank."""
    weights = list(accumulate(1 / (rank + 5) for rank in range(len(sites))))
    return rng.choices(sites, cum_weights=weights, k=number)


def _size(rng: random.Random) -> int:
    share = rng.random()
    return 40 + int(3000 * share * share * share)


def _now_and_then(rng: random.Random, share: float, dirty: list[Any]) -> Callable[[Any], Any]:
    """Return a function that replaces a share of the values given to it by dirty ones, taken in turn."""
    turn = count()

    def soil(value: Any) -> Any:
        return dirty[next(turn) % len(dirty)] if rng.random() < share else value

    return soil


def _web(seed: int, sites: list[_Site], number: int, spelling: str, float_sizes: bool) -> Iterator[Row]:
    """Rows of a crawled text shard; ``spelling`` is how this shard writes language codes."""
    rng = random.Random(seed)
    clean = object()
    document = count(10_000)
    soil_address = _now_and_then(rng, 0.012, _DIRTY_ADDRESSES)
    soil_size = _now_and_then(rng, 0.003, _DIRTY_FLOAT_SIZES if float_sizes else _DIRTY_SIZES)
    soil_date = _now_and_then(rng, 0.003, _DIRTY_DATES)
    soil_language = _now_and_then(rng, 0.01, _DIRTY_LANGUAGES)
    languages = {code: spelling.replace("{3}", three).format(code, _REGION[code]) for code, three in _ISO_639_3.items()}
    for site in _drawn(rng, sites, number):
        host = rng.choice(("www.", "", "", "news.")) + rng.choice(site.spellings)
        path = f"{rng.choice(_TITLES)}/{seed}{next(document)}"
        url = soil_address(clean)
        if url is clean:
            url = f"https://{host}/{path}"
        elif url is not None:
            url = url.format(host=host, HOST=host.upper(), path=path, n=rng.randrange(1, 255))
        yield {
            "url": url,
            "date": soil_date(rng.choice(_DAYS)),
            "language": soil_language(languages[site.language]),
            "token_count": soil_size(float(_size(rng)) if float_sizes else _size(rng)),
        }


def _images(seed: int, sites: list[_Site], number: int) -> Iterator[Row]:
    """Rows as img2dataset leaves them, with the page beside the asset. Some downloads failed."""
    rng = random.Random(seed)
    shifted = sites[40:] + sites[:40]  # the heads of text and images overlap, but are not the same
    soil_size = _now_and_then(rng, 0.003, _DIRTY_SIZES)
    for site in _drawn(rng, shifted, number):
        page = rng.choice(site.spellings)
        yield {
            "url": f"https://cdn{rng.randrange(9)}.pictures-example.com/{rng.randrange(10**9)}.jpg",
            "page_url": f"https://{rng.choice(('www.', '', 'PHOTO.'))}{page}/gallery/{rng.randrange(10_000)}",
            "status": "success" if rng.random() < 0.92 else "failed_to_download",
            "caption_language": site.language,
            "caption_tokens": soil_size(5 + rng.randrange(60)),
            "fetched_at": dt.datetime.combine(dt.date.fromisoformat(rng.choice(_DAYS)), dt.time(rng.randrange(24))),
        }


def _some_addresses(sites: list[_Site]) -> list[str]:
    """Addresses of pages and images that the manifests hold too."""
    rows = chain(islice(_web(2, sites, 30_000, "{}", float_sizes=False), 600), islice(_images(4, sites, 20_000), 60))
    return [row["url"] for row in rows if (row["url"] or "").startswith("https://")]


def _episodes(seed: int, sites: list[_Site], number: int) -> Iterator[Row]:
    """Rows of podcast episodes; hours with three decimals, some of them unusable."""
    rng = random.Random(seed)
    spoken = [site for site in sites if site.language in ("en", "de", "fr", "fi")][60:160]
    soil_hours = _now_and_then(rng, 0.01, ["", "-0.5", "n/a"])
    for site in _drawn(rng, spoken, number):
        yield {
            "episode": f"https://audio.{site.spellings[-1]}/{rng.randrange(10**6)}.mp3",
            "title": f'On "{rng.choice(_WORDS)}", {rng.choice(_WORDS)} and more',
            "duration_hours": soil_hours(f"0.{rng.randrange(100, 1000)}"),
            "lang": _ISO_639_3[site.language],
            "published": rng.choice(_DAYS),
        }


def _encyclopaedia(seed: int, number: int) -> Iterator[Row]:
    rng = random.Random(seed)
    for article in range(number):
        language = rng.choice(("en", "en", "de", "fr"))
        yield {
            "url": f"https://{language}.encyclopaedia.example/{rng.choice(_WORDS)}-{article}",
            "date": f"20{rng.randrange(12, 25)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}",
            "language": language,
            "token_count": 300 + _size(rng),
        }


def _town_minutes(seed: int, number: int) -> Iterator[Row]:
    """Rows whose columns are nested; the address stands two levels down."""
    rng = random.Random(seed)
    for meeting in range(number):
        day = f"20{rng.randrange(18, 25)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}"
        source = {"url": f"https://minutes.example/{rng.choice(_WORDS)}/{meeting}", "archive": "v3"}
        language = "fi" if rng.random() < 0.8 else "sv"
        yield {"id": meeting, "meta": {"source": source, "tokens": _size(rng), "lang": language, "day": day}}


def _chats(seed: int, number: int) -> Iterator[Row]:
    """Rows of users' conversations, which have no address."""
    rng = random.Random(seed)
    for chat in range(number):
        language = rng.choice(("English", "Finnish", "German"))
        yield {"id": chat, "date": rng.choice(_DAYS), "language": language, "token_count": _size(rng)}


def _parquet(rows: Iterator[Row]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(list(rows)), buffer, compression="zstd", row_group_size=20_000)
    return buffer.getvalue()


def _json_lines(rows: Iterator[Row]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def _json_lines_gz(rows: Iterator[Row]) -> bytes:
    return gzip.compress(_json_lines(rows), compresslevel=6, mtime=0)


def _csv(rows: Iterator[Row]) -> bytes:
    table = list(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(table[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    return text.getvalue().encode()
