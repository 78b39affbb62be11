"""What is not as the form has it fails where it is asked for: ranges, counts, links, the language of the labels."""

import copy
import json

import pytest
from conftest import copy_of_example

import datasummary
from datasummary.documents.template import SIZE_RANGES
from datasummary.quality.grading import grade
from datasummary.quality.ranges import range_in
from datasummary.quality.reading import summary_of
from datasummary.translation import LANGUAGES, speaking, t


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    project = copy_of_example(tmp_path_factory, tmp_path_factory.mktemp("form") / "example")
    datasummary.summary(project)
    return json.loads((project.out / "public/public-summary.json").read_text("utf-8"))


def failed(document):
    return {result.metric.id: result.found for result in grade(summary_of(document)).failed}


def newly_failed(example, change):
    document = copy.deepcopy(example)
    change(document, document["fields"])
    before = failed(example)
    return {name: found for name, found in failed(document).items() if name not in before}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("modality", SIZE_RANGES)
def test_each_range_of_the_form_is_known_in_every_language(language, modality):
    with speaking(language):
        assert [range_in(modality, t(label)) for label in SIZE_RANGES[modality].labels] == [0, 1, 2]


@pytest.mark.parametrize(
    ("modality", "words", "place"),
    [
        ("image", "under 1,000,000 images", 0),
        ("audio", "between 10,000 hours and 1 million hours", 1),
        ("text", "De 1 milliard à 10 billions de jetons", 1),
        ("text", "1 billion to 10 billion tokens", None),
        ("text", "Less than 1 million images", None),
        ("text", "Less than 1 billion tokens, more than 10 trillion tokens", None),
        ("text", "about 5 trillion tokens", None),
        ("audio", "plenty", None),
    ],
)
def test_a_range_is_told_by_its_bounds_and_its_unit(modality, words, place):
    assert range_in(modality, words) == place


@pytest.mark.parametrize("words", ["about 5 trillion tokens", "Less than 1 million images"])
def test_a_range_that_the_form_does_not_have_is_none(example, words):
    def change(document, fields):
        fields["1.3.b"]["value"][0]["range"] = words

    assert list(newly_failed(example, change)) == ["F1.3.b.1"]


@pytest.mark.parametrize("total", [-4, 199])
def test_a_list_is_no_longer_than_all_domains(example, total):
    def change(document, fields):
        fields["2.3.h"]["value"]["domains_total"] = total

    assert "200" in newly_failed(example, change)["F2.3.h.1"]


def test_a_link_that_is_no_address_is_none(example):
    def change(document, fields):
        fields["1.2.a"]["value"]["items"][0]["link"] = "not a link"

    assert "F1.2.a.3" in newly_failed(example, change)


@pytest.mark.parametrize("language", ["fr", "de"])
def test_labels_are_in_the_language_that_the_document_says_it_is_in(example, language):
    def change(document, fields):
        document["language"] = language

    assert list(newly_failed(example, change)) == ["D5"]


def test_a_title_that_is_absent_is_said_to_be(example):
    def change(document, fields):
        del document["template"]["title"]

    assert newly_failed(example, change) == {"D5": "the title of the form is absent"}
