"""Two public summaries in different languages are compared by meaning; their free texts are not compared."""

import copy
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from summary_inventory import complete_project

from datasummary.comparing import compare
from datasummary.documents.summary import write_summary
from datasummary.translation import speaking
from datasummary.versions import keep_version

DIFFERENT = (
    "The two documents are in different languages (English, then French); texts in different languages are not "
    "compared."
)
NOTHING = "Nothing that is compared differs but version and date."


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    found = []
    for language in ("en", "fr"):
        project = complete_project(tmp_path_factory.mktemp(language)).model_copy(update={"language": language})
        write_summary(project)
        found.append(json.loads((project.out / "public" / "public-summary.json").read_text("utf-8")))
    return found[0], found[1]


@pytest.fixture
def french(both: tuple[Any, Any]) -> Any:
    return copy.deepcopy(both[1])


def test_another_language_alone_is_no_change(both: tuple[Any, Any]) -> None:
    found = compare(*both)
    assert found.sentences() == (DIFFERENT, NOTHING)
    assert (found.fields, found.translated) == ((), True)
    assert {"1.3.d", "1.3.g"} <= set(found.uncompared)
    assert not {"1.1.a", "2.1.a", "1.3.a", "2.2.2.b"} & set(found.uncompared)


@pytest.mark.parametrize(
    ("id_", "path", "value", "sentence"),
    [
        ("2.4.a", ["answer"], "Non", " Now: No; before: Yes."),
        ("1.3.a", ["Audio"], False, "Modality (1.3.a)"),
        ("1.3.b", [1, "range"], "Plus de 1 milliard d’images", "Image: More than 1 billion images; before: 1 Million"),
        ("1.3.e", ["items", 0, "text"], "61,0 %", "another share (1.3.e): English 61.0 % (before: 70.0 %)."),
        ("1.3.e", ["items", 1, "name"], "Maltais", "Languages (1.3.e) newly named: Maltese; no longer named: French."),
        ("2.1.c", ["items", 0, "name"], "Z", "(2.1.c) newly named: Z; no longer named: Common Pages."),
        ("2.3.e", ["text"], "de 01/2024 à 02/2026", "differ in: Period of data collection (2.3.e)."),
        ("2.3.h", ["domains", 0], "new.example", "1 domain name is new on the list: new.example."),
    ],
)  # fmt: skip
def test_a_change_of_meaning_is_told_in_words_of_the_language_spoken(
    both: tuple[Any, Any], french: Any, id_: str, path: list[str | int], value: Any, sentence: str
) -> None:
    at = french["fields"][id_]["value"]
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    found = compare(both[0], french)
    first, *others = found.sentences()
    assert first == DIFFERENT
    assert sentence in others[0]
    assert all("(2.3.h)" in other or id_ == "2.3.h" for other in others[1:])
    assert [field.id for field in found.fields] == [id_]


def test_a_translated_text_is_never_quoted_as_a_change(both: tuple[Any, Any], french: Any) -> None:
    french["fields"]["3.3.a"]["value"] = "Les données personnelles ont été masquées."
    found = compare(both[0], french)
    assert found.sentences() == (DIFFERENT, NOTHING)
    assert "3.3.a" in found.uncompared


@pytest.mark.parametrize("stated", [True, False])
def test_the_language_is_the_one_stated_or_that_of_the_labels(both: tuple[Any, Any], french: Any, stated: bool) -> None:
    if not stated:
        del french["language"]
    assert compare(both[0], french).after.language == "fr"


def test_the_new_version_in_french_publishes_no_change_that_is_none(tmp_path: Path) -> None:
    project = complete_project(tmp_path)
    write_summary(project)
    keep_version(project)
    summary = project.summary.model_copy(update={"version": "1.2", "date": dt.date(2026, 6, 1)})
    write_summary(project.model_copy(update={"language": "fr", "summary": summary}))
    about = json.loads((project.out / "public" / "public-summary.json").read_text("utf-8"))["about"]
    assert about["changes"] == [
        "Les deux documents sont rédigés dans des langues différentes (anglais, puis français)\u00a0; les textes rédigés "
        "dans des langues différentes ne sont pas comparés.",
        "Rien de ce qui est comparé ne diffère, hormis la version et la date.",
    ]


def test_french_words_against_french_words_are_told_in_the_language_spoken(both: tuple[Any, Any], french: Any) -> None:
    french["fields"]["2.4.a"]["value"]["answer"] = "Non"
    (sentence,) = compare(both[1], french).sentences()
    assert sentence.endswith("(2.4.a) Now: No; before: Yes.")
    with speaking("fr"):
        (sentence,) = compare(both[1], french).sentences()
    assert sentence.endswith("(2.4.a) Désormais\u00a0: Non\u00a0; auparavant\u00a0: Oui.")
