"""Every word that documents print to readers stands in every language, and no English is left in a French summary."""

import ast
import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
import yaml
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from summary_inventory import Scan, complete_project, write_project

import datasummary
from datasummary.documents.copyright_measures import CHAPTER, MEASURES
from datasummary.documents.summary import build_summary, write_summary
from datasummary.documents.template import FORM, MODALITY_LABELS, SIZE_RANGES, SUBTITLE, TITLE, Heading
from datasummary.policy import SHIPPED, load_policy
from datasummary.project import Project
from datasummary.render.links import split_links
from datasummary.translation import LANGUAGES

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "datasummary"
TEMPLATES = sorted([*PACKAGE.rglob("*.j2"), *(ROOT / "policies").rglob("*.j2")])
MARKS = {"t": None, "tn": (1, 2), "message": None, "_t": None, "_tn": (1, 2)}

Words = str | tuple[str, ...]
"""One text, or the texts for one thing and for several."""

TRANSLATED = [language for language in LANGUAGES if language != "en"]


@cache
def marked() -> dict[Words, str]:
    """The words that code and templates mark, those of the form, the Code and the policies, with where each stands."""
    found: dict[Words, str] = {}
    for path in [*sorted(PACKAGE.rglob("*.py")), *TEMPLATES]:
        method, options = ("python", {}) if path.suffix == ".py" else ("jinja2.ext:babel_extract", {"silent": "false"})
        with path.open("rb") as file:
            for line, words, _, _ in extract(method, file, keywords=MARKS, options=options):
                found.setdefault(words, f"{path.relative_to(ROOT)}:{line}")
    measures = [words for measure in MEASURES.values() for words in (measure.title, *measure.asks)]
    policies = [load_policy(name, ROOT) for name in SHIPPED]
    reasons = [rule.reason for policy in policies for rule in policy.protocols.values()]
    for words in (CHAPTER, *measures, *(policy.description for policy in policies), *reasons):
        found.setdefault(words, "the Code or a policy")
    labels = [part.text if isinstance(part, Heading) else part.label for part in FORM]
    ranges = [label for of_modality in SIZE_RANGES.values() for label in of_modality.labels]
    for label in (TITLE, SUBTITLE, *labels, *MODALITY_LABELS.values(), *ranges):
        found.setdefault(label, "the form")
    return {words: place for words, place in found.items() if words}


@cache
def catalogue(language: str) -> Catalog:
    with (PACKAGE / "translations" / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def translated(language: str) -> list[Message]:
    return [entry for entry in catalogue(language) if entry.id]


def texts(words: Words | list[str] | None) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words or ())


def key(entry: Message) -> Words:
    return entry.id if isinstance(entry.id, str) else tuple(entry.id)


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


# --- The catalogues


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_marked_word_and_every_label_of_the_form_is_translated(language: str) -> None:
    known = {words for entry in translated(language) for words in (key(entry), texts(entry.id)[0])}
    assert {words: place for words, place in marked().items() if words not in known} == {}


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_is_of_words_that_nobody_prints(language: str) -> None:
    assert [key(entry) for entry in translated(language) if key(entry) not in marked()] == []
    assert list(catalogue(language).obsolete) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_is_empty_or_in_doubt(language: str) -> None:
    forms = {key(entry): texts(entry.string) for entry in translated(language)}
    assert [words for words, found in forms.items() if not all(text.strip() for text in found)] == []
    assert [key(entry) for entry in translated(language) if entry.fuzzy] == []
    plurals = catalogue(language).num_plurals
    assert [words for words, found in forms.items() if len(found) != (1 if isinstance(words, str) else plurals)] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_places_of_its_original(language: str) -> None:
    """A form for one thing may leave its number out; no form has a place that the original does not fill."""
    for entry in translated(language):
        filled = set().union(*map(places, texts(entry.id)))
        forms = texts(entry.string)
        assert places(forms[-1]) == places(texts(entry.id)[-1]), entry.id
        assert [text for text in forms if not places(text) <= filled] == []


def test_no_words_are_marked_where_the_extraction_cannot_see_them() -> None:
    """Within an f-string, words stand in no list for translators; and an f-string is no constant text."""
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        strings = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
        inside = [call for string in strings for call in marks(string) if isinstance(call.args[0], ast.Constant)]
        assert [(path.name, call.lineno) for call in inside] == []
        built = [call for call in marks(tree) if isinstance(call.args[0], ast.JoinedStr)]
        assert [(path.name, call.lineno) for call in built] == []


def marks(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS and node.args:
            yield node


def test_french_punctuation_does_not_stand_alone_on_a_line() -> None:
    """Before : ; ! ? » and after « stands a space that does not break; so does one before a per cent sign."""
    for entry in translated("fr"):
        for text in texts(entry.string):
            assert not re.search(r" [:;!?»%]|« ", text), text
            assert "'" not in text, text


# --- A summary in French


TOLD_APART = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
PLACES_AND_NAMES = re.compile(r"\{\w+\}|[\w-]+(?:\.[\w-]+)+")
ENGLISH = frozenset(
    re.findall(
        r"\w+",
        """
    about above after all also among and any are as at because been before below but by can could did do does each
    either every for from had has have he her his how if in into is it its known like made may might must nor not of
    only other our out over own shall she should since so some such than that the their them then there these they this
    those through to under until up upon used was we were what when where whether which while who whose why will with
    within without would yes yet you your
    chosen collected counted data dataset datasets declared domain domains field file files further gathered holds
    language languages last list listed measured name names open provider share shown size sizes summary text training
    update website websites
    """,
    )
)
"""Words that English sentences hardly do without, and that are not French as well."""


def provided(value: Any) -> Iterator[str]:
    """What the provider wrote in a project file: it stays as it is."""
    if isinstance(value, dict):
        yield from value.get("characteristics", {})
        for content in value.values():
            yield from provided(content)
    elif isinstance(value, list):
        for content in value:
            yield from provided(content)
    elif isinstance(value, str):
        for paragraph in value.split("\n\n"):
            yield squeezed(paragraph)
            yield from (squeezed(piece) for piece, _ in split_links(paragraph))


def squeezed(text: str) -> str:
    return " ".join(text.split()).rstrip(".")


SHOWN = {"aria-label", "alt", "title", "placeholder", "data-all", "data-found", "data-more", "data-last"}


class Page(HTMLParser):
    """All that a reader, a screen reader or a script can show of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.language: str | None = None
        self._silent = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("style", "script")
        self.words += [value or "" for name, value in attrs if name in SHOWN]
        if tag == "html":
            self.language = dict(attrs)["lang"]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("style", "script")

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.words.append(data)


def values(content: Any) -> Iterator[str]:
    """The words of a JSON document, without its keys, which are English; but the names of details and boxes are words."""
    if isinstance(content, dict):
        for name, value in content.items():
            if isinstance(value, bool) and name != "estimated":
                yield name
            if name == "details":
                yield from value
            yield from values(value)
    elif isinstance(content, list):
        for value in content:
            yield from values(value)
    elif isinstance(content, str):
        yield content


def english_in(written: Iterable[str], own_words: set[str]) -> dict[str, str]:
    """English words, each with the text in which it stands, but for those of the provider and of domain names."""
    names = "|".join(re.escape(words) for words in sorted(own_words, key=len, reverse=True) if words)
    own = re.compile(rf"(?<!\w)(?:{names})(?!\w)")
    left = {}
    for text in written:
        rest = PLACES_AND_NAMES.sub(" ", own.sub(" ", squeezed(text)))
        left.update({word.lower(): text for word in TOLD_APART.findall(rest) if word.lower() in ENGLISH})
    return left


def in_french(project: Project) -> Project:
    project.path.write_text("language: fr\n" + project.path.read_text("utf-8"), "utf-8")
    return Project.load(project.path)


def example(folder: Path) -> Project:
    datasummary.init(folder, example=True)
    project = in_french(Project.load(folder / "datasummary.yaml"))
    datasummary.scan(project, quiet=True)
    return project


def complete(folder: Path) -> Project:
    return in_french(complete_project(folder, domains=12_000))


def nothing_known(folder: Path) -> Project:
    return in_french(write_project(folder))


def half_known(folder: Path) -> Project:
    """A project that leaves open what it can, and counts in all units."""
    text = {"modality": "text", "size": 1}
    sources: list[dict[str, Any]] = [
        {
            "name": "crawl",
            "category": "crawled",
            "modality": "text",
            "manifests": ["x"],
            "unit": "bytes",
            "tokens_per_unit": 0.25,
            "crawlers": [{"name": "A"}, {"name": "B", "operator": "Zed"}],
        },
        {"name": "api", "category": "crawled", "modality": "image", "manifests": ["x"]},
        {"name": "counted", "category": "crawled", "modality": "text", "manifests": ["x"], "tokenizer": "bpe"},
        {"name": "wide", "category": "public", "modality": "text", "size": {"min": 1, "max": 10**13}, "title": "Wide"},
        {"name": "bare", "category": "public", "modality": "text", "size": 10**9},
        {"name": "signs", "category": "public", "modality": "other", "size": {"min": 1_900_000}, "unit": "bytes"},
        {"name": "more", "category": "public", "modality": "video", "size": 7, "unit": "documents"},
        {"name": "radio", "category": "third_party", "modality": "audio", "size": 12_345, "last_date": "not known"},
        {**text, "name": "known", "category": "third_party", "publicly_known": True},
        {**text, "name": "chats", "category": "user_data", "user_data_from": "model"},
        {**text, "name": "made", "category": "synthetic"},
        {**text, "name": "ours", "category": "synthetic", "generators": [{"name": "G", "on_market": False}]},
        {**text, "name": "first", "category": "other"},
        {**text, "name": "second", "category": "other"},
    ]
    model = {"names": [{"name": "acme"}], "placed_on_market": "2025-03-01", "based_on": [{"name": "X"}, {"name": "Y"}]}
    project = write_project(
        folder,
        language="fr",
        sources=sources,
        model=model,
        gaps={"1.3.f": "Zut."},
        narratives={"3.1.a": "Oui : signé.", "2.1.a": "Oui, deux.", "2.4.b": "Non."},
    )
    scan = Scan().add(
        "crawl", unit="bytes", domains={"a.example": 9}, languages={"en": 9, "und": 1}, first="2024-01-01"
    )
    scan.add("api", "image", "images", domains={"i.example": 3}).add("counted", domains={"b.example": 10})
    scan.inputs = [{"source": "crawl", "path": "x", "problem": "bad"}]
    scan.write(project)
    return project


@pytest.mark.parametrize("make", [example, complete, half_known, nothing_known])
@pytest.mark.xdist_group("french-summary")
def test_no_english_is_left_in_a_french_summary(tmp_path: Path, make: Any) -> None:
    project = make(tmp_path)
    write_summary(project)
    own = set(provided(yaml.safe_load(project.path.read_text("utf-8"))))
    public = project.out / "public"
    page = Page((public / "public-summary.html").read_text("utf-8"))
    assert page.language == "fr"
    assert english_in(page.words, own) == {}
    markdown = (public / "public-summary.md").read_text("utf-8")
    assert english_in((re.sub(r"[\\<>]", "", line) for line in markdown.splitlines()), own) == {}
    summary = json.loads((public / "public-summary.json").read_text("utf-8"))
    assert summary["language"] == "fr"
    assert english_in(values(summary), own) == {}


def test_the_test_for_english_finds_some(tmp_path: Path) -> None:
    project = complete_project(tmp_path)
    write_summary(project)
    own = set(provided(yaml.safe_load(project.path.read_text("utf-8"))))
    found = english_in(Page((project.out / "public" / "public-summary.html").read_text("utf-8")).words, own)
    assert {"the", "of", "and", "to", "were", "training", "domain", "language"} <= set(found)


def test_a_french_summary_fits_the_schema_and_says_yes_and_no_in_french(tmp_path: Path) -> None:
    from jsonschema import Draft202012Validator

    from datasummary.documents.summary_schema import summary_schema

    project = half_known(tmp_path)
    write_summary(project)
    summary = json.loads((project.out / "public" / "public-summary.json").read_text("utf-8"))
    Draft202012Validator(summary_schema()).validate(summary)
    fields = {name: field["value"] for name, field in summary["fields"].items()}
    assert fields["3.1.a"] == fields["2.1.a"] == {"answer": "Oui"}
    assert fields["2.4.b"] == {"answer": "Non"}
    assert summary["fields"]["3.1.a"]["comment"] == "signé."
    assert fields["1.3.a"] == dict.fromkeys(["Texte", "Image", "Vidéo", "Audio", "Autre"], True)


def test_numbers_shares_and_sizes_are_written_as_the_french_write_them(tmp_path: Path) -> None:
    document = build_summary(half_known(tmp_path))
    sizes = {row.modality: row for row in document.fields["1.3.b"].value.rows}  # type: ignore[union-attr]
    assert sizes["other"].approximate == "plus de 1,9\u00a0million d’octets"
    shares = {entry.name: entry.text for entry in document.fields["1.3.e"].value.items}  # type: ignore[union-attr]
    assert shares == {"Anglais": "90,0\u00a0%", "Langue non identifiée": "10,0\u00a0%"}
    assert "0,25\u00a0jeton(s) par octet" in document.fields["1.3.g"].value.text  # type: ignore[union-attr]


def test_no_alone_is_no_and_a_word_that_begins_so_is_none(tmp_path: Path) -> None:
    words = {"3.1.a": "Non-signataire à ce jour."}
    field = build_summary(write_project(tmp_path, language="fr", narratives=words)).fields["3.1.a"]
    assert field.value is None
    assert field.comment == "Non-signataire à ce jour."
