"""``datasummary check``: what it finds in a summary, what it scores, and what it leaves to others.

All documents are the example's, or drawn by Hypothesis from the schema; the example is scanned once.
"""

import copy
import csv
import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from conftest import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import datasummary
from datasummary.cli import app
from datasummary.documents.summary_schema import summary_schema
from datasummary.documents.template import FIELD_IDS, FIELDS, MODALITY_LABELS
from datasummary.errors import DataError
from datasummary.evidence.guard import Guard
from datasummary.evidence.resolving import Resolver
from datasummary.quality.checks import CHECKS
from datasummary.quality.grading import grade
from datasummary.quality.metrics import GROUPS, METRICS
from datasummary.quality.online import Links
from datasummary.quality.reading import summary_of
from datasummary.quality.recomputed import computed_anew
from datasummary.quality.vocabulary import language_codes, months

pytestmark = pytest.mark.xdist_group("example-check")  # one worker makes what all look at

PUBLISHED = ROOT.parent / "shared" / "reference" / "summary-quality-metrics.csv"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("example-check")
    datasummary.init(folder, example=True)
    project = datasummary.Project.load(folder / "datasummary.yaml")
    datasummary.run(project)
    return project


@pytest.fixture(scope="module")
def path(project):
    return project.out / "public" / "public-summary.json"


@pytest.fixture(scope="module")
def example(path):
    return json.loads(path.read_text("utf-8"))


@pytest.fixture(scope="module")
def before(project, path):
    return datasummary.check(path, project)


@pytest.fixture(scope="module")
def anew(project):
    return computed_anew(project)


def results(found):
    return {result.metric.id: result.result for result in found.results}


# --- The metrics


def test_the_242_metrics_weigh_what_is_published_by_dimension():
    weights = Counter()
    for metric in METRICS.values():
        weights[metric.dimension] += metric.weight
    assert len(METRICS) == 242
    assert sum(weights.values()) == 1893
    assert {group: sum(weights[d] for d in dimensions) for group, dimensions in GROUPS.items()} == {
        "transparency": 1510,
        "usefulness": 383,
    }
    assert weights == {
        "Completeness": 604,
        "Clarity": 532,
        "Correctness": 317,
        "Comprehension": 247,
        "Accessibility": 136,
        "Consistency": 57,
    }


def test_ids_fields_dimensions_and_weights_are_the_published_ones_in_their_order():
    if not PUBLISHED.is_file():
        pytest.skip(f"the published list is not here: {PUBLISHED}")
    with PUBLISHED.open(encoding="utf-8", newline="") as file:
        rows = [(r["metric"], r["field"], r["dimension"], int(r["weight"])) for r in csv.DictReader(file)]
    ours = [(m.id, "n/a" if m.field == "document" else m.field, m.dimension, m.weight) for m in METRICS.values()]
    assert ours == rows


def test_questions_are_in_our_own_words():
    if not PUBLISHED.is_file():
        pytest.skip(f"the published list is not here: {PUBLISHED}")
    with PUBLISHED.open(encoding="utf-8", newline="") as file:
        theirs = {row["question"].strip().lower() for row in csv.DictReader(file)}
    assert [metric.id for metric in METRICS.values() if metric.asks.lower() in theirs] == []


def test_each_metric_is_decided_by_exactly_one(before):
    weights = {decider: score.whole for decider, score in before.by_decider.items()}
    assert weights == {"document": 1093, "manifests": 168, "network": 37, "people": 595}
    assert set(CHECKS) == {metric.id for metric in METRICS.values() if metric.decided_by == "document"}


def test_what_a_program_decides_says_how_to_mend_it():
    assert [m.id for m in METRICS.values() if m.decided_by != "people" and not m.mend] == []


# --- The example


def test_the_example_reaches_95_percent_in_both_groups_with_and_without_its_project(path, before):
    for found in (before, datasummary.check(path)):
        assert {group: score.score >= 0.95 for group, score in found.scores.items()} == {
            "transparency": True,
            "usefulness": True,
        }
        assert found.reaches(95)


def test_what_was_not_checked_stands_beside_the_scores(path, before):
    alone = datasummary.check(path)
    assert {d: s.not_checked for d, s in before.by_decider.items()} == {
        "document": 0,
        "manifests": 0,
        "network": 37,
        "people": 595,
    }
    assert alone.by_decider["manifests"].not_checked == 168
    for found in (before, alone):
        assert sum(score.whole for score in found.scores.values()) == 1893


def test_the_example_holds_all_but_what_changed_which_needs_a_kept_version(before):
    assert [(r.metric.id, r.metric.weight) for r in before.failed] == [("D15", 2)]
    assert before.hints == ()


# --- Spoiled variants, one defect each


def put(field_id, value):
    def spoil(document):
        document["fields"][field_id]["value"] = value

    return spoil


def without(field_id, place, *keys):
    """Take a key out of an item of a list; the last key of several may lie in its details."""

    def spoil(document):
        entry = document["fields"][field_id]["value"]["items"][place]
        for key in keys[:-1]:
            entry = entry[key]
        del entry[keys[-1]]

    return spoil


def with_words(field_id, place, key, words):
    def spoil(document):
        document["fields"][field_id]["value"]["items"][place][key] = words

    return spoil


def everywhere(words, others):
    def spoil(document):
        spoiled = json.loads(json.dumps(document).replace(f'"{words}"', f'"{others}"'))
        document.clear()
        document.update(spoiled)

    return spoil


def contact(document):
    document["fields"]["1.1.a"]["value"]["items"][0]["details"] = {
        "Contact": "Fiktiokatu 7, 00100 Helsinki; info@aurora.example"
    }


def two_ranges(document):
    document["fields"]["1.3.b"]["value"].append(
        {"modality": "Image", "range": "More than 1 billion images", "estimated": False}
    )


def wrong_range(document):
    document["fields"]["1.3.b"]["value"][1]["range"] = "1 Million to 1 billion images"


def wrong_box(document):
    document["fields"]["2.5.b"]["value"]["Image"] = True


def fewer_domains(document):
    document["fields"]["2.3.h"]["value"]["domains"].pop()


def swapped_domains(document):
    names = document["fields"]["2.3.h"]["value"]["domains"]
    names[0], names[1] = names[1], names[0]


def addresses(document):
    names = document["fields"]["2.3.h"]["value"]["domains"]
    names[3] = f"https://www.{names[3]}/"


def no_language(document):
    document["fields"]["1.3.e"]["value"] = (
        "Over a hundred languages, official languages of the European Union among them."
    )
    del document["fields"]["1.3.e"]["comment"]


def silent_on_captchas(document):
    del document["fields"]["2.3.d"]["value"]["items"][1]["details"]["Captchas"]


def no_status(document):
    del document["about"]["status"]


SPOILED = {
    "a general mailbox": (contact, {"F1.1.a.4"}),
    "no contact": (
        without("1.1.a", 0, "details"),
        {"F1.1.a.3", "F1.1.a.4"},
    ),  # asked for twice: any, and a specific one
    "a date of another format": (put("0.b", "March 1, 2026"), {"D30"}),
    "a model without its version": (everywhere("aurora-mix-3b-v1-instruct", "aurora-instruct"), {"F1.2.a.2"}),
    "another model at the head": (lambda document: document["models"].append("aurora-mix-7b-v1"), {"F1.1"}),
    "a model without a link": (without("1.2.a", 1, "link"), {"F1.2.a.3"}),
    "two size ranges": (two_ranges, {"F1.3.b.1"}),
    "a range that the data does not fall into": (wrong_range, {"F1.3.b.3"}),
    "a loose latest date": (
        put("1.3.d", "Early 2026. The model is not trained on new data after this date."),
        {"F1.3.d.2", "F1.3.d.4"},
    ),
    "a month of another format": (
        put("1.3.d", "2026-01. The model is not trained on new data after this date."),
        {"F1.3.d.3"},
    ),
    "nothing on further training": (put("1.3.d", "01/2026"), {"F1.3.d.5"}),
    "languages counted, not named": (no_language, {"F1.3.e.2", "F1.3.e.4"}),
    "no types of content for a modality": (
        lambda document: document["fields"]["1.3.c"]["value"]["items"].pop(),
        {"F1.3.c.2"},
    ),
    "a large dataset without a version": (without("2.1.c", 0, "details", "Version"), {"F2.1.c.5"}),
    "a large dataset without a link": (without("2.1.c", 0, "link"), {"F2.1.c.3"}),
    "a dataset without its period": (without("2.1.d", 0, "details", "Period of collection"), {"F2.1.d.6"}),
    "a dataset without its languages": (without("2.1.d", 0, "details", "Languages"), {"F2.1.d.5"}),
    "No, where datasets are listed": (put("2.2.2.a", {"answer": "No"}), {"F2.2.1", "F2.2.2.a.2"}),
    "a box too many": (wrong_box, {"F2.5.b.2"}),
    "a crawler that could be any": (everywhere("AuroraBot", "our crawler"), {"F2.3.b.2", "F2.3.b.4"}),
    "a crawler without a purpose": (
        lambda document: document["fields"]["2.3.c"]["value"]["items"].pop(),
        {"F2.3.c.2"},
    ),
    "nothing on captchas": (silent_on_captchas, {"F2.3.d.2"}),
    "a domain too few": (fewer_domains, {"F2.3.h.1", "F2.3.h.2"}),
    "domains out of their order": (swapped_domains, {"F2.3.h.2"}),
    "an address in place of a domain": (addresses, {"F2.3.h.4", "F2.3.h.2"}),
    "a link in place of an answer": (
        put("3.2.a", "See https://aurora.example/illegal-content for details."),
        {"F3.2.a.1", "F3.2.a.4"},
    ),
    "selection for quality under illegal content": (
        with_words("3.2.a", 2, "text", "A classifier kept the pages of the highest quality."),
        {"F3.2.a.4"},
    ),
    "a generator without its summary": (
        without("2.5.c", 0, "details", "Public summary of this model"),
        {"F2.5.c.4"},
    ),
    "nothing on datasets of others": (
        lambda document: document["fields"]["3.1.b"]["value"]["items"].pop(),
        {"F3.1.b.2"},
    ),
    "an open field": (put("1.3.f", None), {"F1.3.f.1", "F1.3.f.2"}),
    "not applicable, where everybody is asked": (put("3.2.a", "Not applicable: none."), {"F3.2.a.1", "F3.2.a.4"}),
    "nothing on its status": (no_status, {"D16"}),
    "two versions of one number": (with_words("0.a", 1, "name", "Version 1.1"), {"D25"}),
}
"""What is spoiled, and the metrics that ask about it: one, or several where it is asked about more than once."""


@pytest.mark.parametrize("name", SPOILED)
def test_one_defect_is_named_and_nothing_else_that_held_before(example, anew, before, name):
    spoil, expected = SPOILED[name]
    document = copy.deepcopy(example)
    spoil(document)
    after = results(grade(summary_of(document), anew=anew))
    held = {metric for metric, result in results(before).items() if result != "fails"}
    assert {metric for metric in held if after[metric] == "fails"} == expected


def test_no_defect_is_mended_by_another_answer_going_away(example):
    whole = grade(summary_of(example))
    for field_id in FIELD_IDS:
        document = copy.deepcopy(example)
        document["fields"][field_id]["value"] = None
        found = grade(summary_of(document))
        for group in GROUPS:
            assert found.scores[group].score <= whole.scores[group].score, (field_id, group)
        assert {m for m, r in results(found).items() if r == "fails"} > {"D15"}, field_id


# --- Any summary by the schema

PHRASES = [
    "Yes",
    "No",
    "Not applicable: the provider says so",
    "Not applicable",
    "No additional comments.",
    "Text",
    "Image, Audio",
    "03/2025",
    "2025-03",
    "01/2024 to 03/2025",
    "01/03/2026",
    "early 2026",
    "not known",
    "English, French",
    "https://a.example/x",
    "info@a.example",
    "Acme Ltd",
    "see https://a.example",
    "robots.txt",
    "TDM Reservation Protocol",
    "captchas, passwords and paywalls are left",
    "Version 1.0",
    "2.0",
    "53 million tokens",
    "trained on data",
    "people in Europe",
    "the European Union",
    "best efforts",
    "quality",
    "our crawler",
    "AcmeBot",
    "all domains and the addresses of works: https://a.example/all",
    "a.example, b.example",
    "an opt-out request of a third party",
    "Sans objet : le fournisseur le dit",
    "Aucun commentaire.",
    "octobre 2025",
    "datasets of others and their reservations",
    "To be stated",
    "n/a",
    "Not applicable: this is confidential",
    "OtherBot",
    "01/2026 to 06/2024",
    "Official languages: Japanese",
    "10 %",
]
"""Words that checks look for, so that what is drawn meets them."""
WORDS = st.sampled_from(PHRASES) | st.text(max_size=12)
LINKS = st.sampled_from(["https://a.example/x", "https://b.example/1.0", "nonsense", ""])


def known(**optional):
    return st.fixed_dictionaries({}, optional=optional)


ENTRIES = known(name=WORDS, text=WORDS, link=LINKS, details=st.dictionaries(WORDS, WORDS, max_size=2))
LISTINGS = st.builds(
    lambda listing, entries: {**listing, "items": entries},
    known(text=WORDS, closing=WORDS),
    st.lists(ENTRIES, max_size=3),
)
LABELS = list(MODALITY_LABELS.values())
RANGES = summary_schema()["$defs"]["sizes"]["items"]["properties"]["range"]["enum"]
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "yes_no": st.builds(lambda answer: {"answer": answer}, st.sampled_from(["Yes", "No"])),
    "checkboxes": st.fixed_dictionaries(dict.fromkeys(LABELS, st.booleans())),
    "sizes": st.lists(
        st.builds(
            lambda needed, more: {**needed, **more},
            st.fixed_dictionaries({"modality": st.sampled_from(LABELS), "estimated": st.booleans()}),
            known(range=st.sampled_from(RANGES), approximate_size=WORDS),
        ),
        max_size=6,
    ),
    "domains": st.fixed_dictionaries(
        {
            "share": WORDS,
            "domains_total": st.integers(0, 50),
            "required": st.integers(0, 5),
            "listed": st.integers(0, 5),
            "file": WORDS,
            "method": WORDS,
            "domains": st.lists(
                st.sampled_from(["a.example", "b.example", "www.c.example", "https://d.example", "blog.x.de", "TBD"])
            ),
        }
    ),
}


def field(kind):
    value = VALUES.get(kind, LISTINGS)
    return st.builds(
        lambda value, more: {"label": "", "value": value, **more},
        st.none() | WORDS | value | value,
        known(comment=WORDS, to_be_stated=st.lists(WORDS, min_size=1, max_size=2)),
    )


SUMMARIES = st.builds(
    lambda fields, about, models: {
        "template": {},
        "status": "draft",
        "models": models,
        "about": about,
        "fields": {
            field_id: {**fields[field_id], "label": FIELDS[field_id].label}
            for field_id in FIELD_IDS
            if field_id in fields
        },
    },
    st.fixed_dictionaries({field_id: field(FIELDS[field_id].kind) for field_id in FIELD_IDS}),
    known(status=WORDS, since=WORDS, authoritative_copy=LINKS, changes=st.lists(WORDS, min_size=1, max_size=2)),
    st.lists(WORDS, max_size=2),
)


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(SUMMARIES, st.sampled_from(FIELD_IDS))
def test_any_summary_is_graded_and_taking_an_answer_away_never_raises_a_score(document, field_id):
    found = grade(summary_of(document))
    poorer = copy.deepcopy(document)
    poorer["fields"][field_id]["value"] = None
    without = grade(summary_of(poorer))
    for group, score in found.scores.items():
        assert 0 <= without.scores[group].score <= score.score <= 1, (field_id, group)
    assert len(found.results) == 242
    json.dumps(found.as_json())


# --- Files by hand, in French, and of strangers


def write(folder, content):
    path = folder / "public-summary.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


def test_a_summary_by_hand_may_leave_its_domains_to_the_file_beside_it(tmp_path, example):
    document = copy.deepcopy(example)
    names = document["fields"]["2.3.h"]["value"].pop("domains")
    path = write(tmp_path, document)
    found = {r.metric.id: r for r in datasummary.check(path).results}
    assert found["F2.3.h.1"].result == found["F2.3.h.3"].result == "fails"
    rows = "".join(f"{rank},{name}\r\n" for rank, name in enumerate(names, 1))
    (tmp_path / "top-domains.csv").write_bytes(f"rank,domain\r\n{rows}".encode())
    found = {r.metric.id: r for r in datasummary.check(path).results}
    assert found["F2.3.h.1"].result == found["F2.3.h.3"].result == found["F2.3.h.4"].result == "holds"


def test_plain_text_in_place_of_lists_is_understood():
    fields = {
        "0.a": "1.0",
        "1.1.a": "Acme SAS\n12 rue Inventée, 75001 Paris\ndonnees@acme.example",
        "1.2.a": "acme-7b-v1 https://acme.example/7b-v1",
        "1.3.a": "Text, Image",
        "2.1.a": "Yes",
        "2.1.b": "Text",
        "2.3.a": "No",
        "2.5.a": {"answer": "Non"},
    }
    found = results(grade(summary_of({"fields": {key: {"value": value} for key, value in fields.items()}})))
    holding = ("D23", "F1.1.a.1", "F1.1.a.2", "F1.1.a.3", "F1.1.a.4", "F1.2.a.1", "F1.2.a.2", "F1.2.a.3", "F1.3.a.1")
    assert {metric: found[metric] for metric in holding} == dict.fromkeys(holding, "holds")
    assert {found[metric] for metric in ("F2.1.a.1", "F2.1.b.1", "F2.3.a.1", "F2.5.a.1")} == {"holds"}
    assert found["F2.3.d.1"] == "not_applicable"  # asked only after a Yes
    assert found["F2.4.a.1"] == "fails"


FRENCH = {
    "1.1.b": "Sans objet : le fournisseur est établi dans l’Union européenne.",
    "1.3.d": "01/2026. Le modèle n’est plus entraîné sur de nouvelles données après cette date.",
    "1.3.e": "Langues : anglais, allemand, français. Langues officielles de l’Union européenne : les trois.",
    "2.1.e": "Les jeux de données contiennent 13 millions de jetons.",
    "2.4.e": "Aucun commentaire supplémentaire.",
    "3.3.a": "Les doublons ont été retirés avant l’entraînement.",
}


def test_a_french_document_is_understood(example, before):
    document = copy.deepcopy(example)
    for key, words in FRENCH.items():
        document["fields"][key]["value"] = words
        document["fields"][key].pop("comment", None)
    for entry in document["fields"].values():
        if isinstance(entry["value"], dict) and "answer" in entry["value"]:
            entry["value"]["answer"] = {"Yes": "Oui", "No": "Non"}[entry["value"]["answer"]]
    document["fields"]["1.3.b"]["value"][0]["range"] = "De 1 milliard à 10 billions de jetons"
    document["fields"]["1.3.b"]["value"][1] = {"modality": "Image", "range": "Moins de 1 million d’images"}
    document["fields"]["2.1.b"]["value"] = {
        "Texte": True,
        "Image": False,
        "Vidéo": False,
        "Audio": False,
        "Autre": False,
    }
    details = document["fields"]["2.1.d"]["value"]["items"][0]["details"]
    names = ["Modalité", "Nature du contenu", "Types de contenu", "Langues", "Période de collecte", "Version"]
    french = dict(zip(names, details.values(), strict=True)) | {"Modalité": "Texte", "Langues": "finnois, suédois"}
    document["fields"]["2.1.d"]["value"]["items"][0]["details"] = french
    after = results(grade(summary_of(document)))
    failed = {metric for metric, result in after.items() if result == "fails"}
    assert failed == {"D15", "F2.4.e.1"}  # the latter, since it says that there is nothing to say


def test_months_and_languages_are_read_in_both_languages():
    assert months("03/2025, octobre 2025, 2026-01-31") == [("2025-03", True), ("2025-10", False), ("2026-01", False)]
    assert language_codes("anglais, German and le suédois") == ["en", "de", "sv"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "no JSON"),
        ("<html>", "no JSON"),
        ("[" * 100_000, "nested too deep"),
        ("[]", "no public summary"),
        ('{"fields": {"title": 1}}', "no public summary"),
        ('{"fields": []}', "no public summary"),
        ("null", "no public summary"),
    ],
)
def test_what_is_no_summary_is_refused_with_words(tmp_path, content, says):
    path = write(tmp_path, content)
    with pytest.raises(DataError, match=says) as caught:
        datasummary.check(path)
    assert caught.value.exit_code == 3
    assert str(path) in str(caught.value)


def test_bytes_that_are_no_text_and_files_that_are_not_there_are_refused(tmp_path):
    path = tmp_path / "public-summary.json"
    with pytest.raises(DataError, match="no such file"):
        datasummary.check(path)
    path.write_bytes(b'{"fields": "\xff"}')
    with pytest.raises(DataError, match="not UTF-8"):
        datasummary.check(path)
    with pytest.raises(DataError, match="cannot be read"):
        datasummary.check(tmp_path)


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["value", "items", "answer"]) | WORDS, inner)
    ),
    max_leaves=8,
)


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(st.sampled_from(FIELD_IDS), ODD, min_size=1), ODD, ODD)
def test_no_shape_of_json_breaks_the_grading(fields, about, models):
    found = grade(summary_of({"fields": fields, "about": about, "models": models, "template": about}))
    assert all(0 <= score.score <= 1 for score in found.scores.values())


@pytest.mark.parametrize("sign", [" ", "a", "1", "@", "https://", "01/2020 ", "Not applicable", "(", "-.", "é", "\n\n"])
def test_long_texts_take_no_time_to_speak_of(sign):
    text = sign * (60_000 // len(sign))
    fields = {
        key: {"value": text, "comment": text[:2000]} for key in ("0.a", "1.1.a", "1.3.d", "2.3.b", "2.3.i", "3.2.a")
    }
    fields["2.3.h"] = {"value": {"domains": [text[:5000]] * 3}}
    grade(summary_of({"fields": fields}))


# --- Hints


@pytest.mark.parametrize(
    ("field_id", "words", "says"),
    [
        ("2.3.f", "The content may include pages of any kind.", "loose words"),
        ("2.3.f", "Le contenu peut inclure des pages.", "loose words"),
        ("1.3.d", "Early 2026, and training does not go on.", "loose date"),
        ("1.1.a", "Acme Ltd, contact@acme.example", "general contact"),
        ("2.6.b", "https://acme.example/other", "link in place of an answer"),
        ("3.2.a", "Pages of low quality were dropped by a classifier.", "wrong field"),
    ],
)
def test_what_graders_find_fault_with_is_hinted_at(field_id, words, says):
    found = grade(summary_of({"fields": {field_id: {"value": words}}}))
    assert [hint.field for hint in found.hints if says in hint.what] == [field_id]


def test_open_points_of_a_draft_are_hinted_at():
    found = grade(summary_of({"fields": {"1.3.b": {"value": None, "to_be_stated": ["the size of the text"]}}}))
    assert [(hint.field, hint.words) for hint in found.hints] == [("1.3.b", "the size of the text")]


# --- The network


@pytest.fixture(scope="module")
def pages():
    """A site on loopback: some pages open, one is gone, one leads to a private address."""
    place = "https://aurora.example/models/aurora-mix-3b-v1/training-content"
    told = {
        "/models/aurora-mix-3b-v1": f'<h1>aurora-mix-3b-v1</h1> <a href="{place}">summary</a>',
        "/encyclopaedia": "<title>Open Encyclopaedia of Invented Things</title>",
        "/other": "<title>Something else</title>",
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path == "/inside":
                self.send_response(302)
                self.send_header("Location", "http://10.0.0.1/secret")
                self.end_headers()
                return
            page = told.get(self.path)
            self.send_response(200 if page else 404)
            self.end_headers()
            self.wfile.write((page or "gone").encode())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://pages.example:{server.server_port}"
    server.shutdown()
    server.server_close()


class Loopback(Guard):
    """Lets loopback through, and nothing else that is not public."""

    def permitted(self, addresses):
        places = list(addresses)
        return [p for p in places if p[0] == "127.0.0.1"] or super().permitted(places)


def links():
    return Links(guard=Loopback(), resolver=Resolver(lambda host, port: [("127.0.0.1", port)]))


def online(pages, **values):
    fields = {"0.a": {"items": [{"name": "Version 1.0", "link": f"{pages}/other"}]}} | values
    document = {"fields": {key: {"value": value} for key, value in fields.items()}}
    found = grade(summary_of(document), links=links())
    return {r.metric.id: r for r in found.results}, found.hints


def test_links_are_opened_and_must_lead_to_what_they_name(pages):
    item = {"name": "Open Encyclopaedia of Invented Things", "link": f"{pages}/encyclopaedia"}
    found, hints = online(pages, **{"2.1.a": "Yes", "2.1.c": {"items": [item]}})
    assert (found["D3"].result, found["F2.1.c.4"].result) == ("holds", "holds")
    found, hints = online(pages, **{"2.1.a": "Yes", "2.1.c": {"items": [{**item, "link": f"{pages}/other"}]}})
    assert found["F2.1.c.4"].result == "fails"
    found, hints = online(pages, **{"2.1.a": "Yes", "2.1.c": {"items": [{**item, "link": f"{pages}/gone"}]}})
    assert "status 404" in found["F2.1.c.4"].found
    assert [hint.field for hint in hints if "does not open" in hint.what] == ["2.1.c"]


def test_the_models_page_must_lead_to_the_document(pages):
    item = {"name": "aurora-mix-3b-v1", "link": f"{pages}/models/aurora-mix-3b-v1"}
    place = "https://aurora.example/models/aurora-mix-3b-v1/training-content"
    document = {
        "about": {"authoritative_copy": place},
        "fields": {"1.2.a": {"value": {"items": [item]}}},
    }
    found = results(grade(summary_of(document), links=links()))
    assert (found["D12"], found["F1.2.a.4"]) == ("holds", "holds")
    document["about"]["authoritative_copy"] = f"{pages}/other"
    assert results(grade(summary_of(document), links=links()))["D12"] == "fails"


@pytest.mark.parametrize(
    "link",
    ["http://127.0.0.1/", "http://169.254.169.254/latest", "http://[::1]/", "http://localhost/", "file:///etc/passwd"],
)
def test_private_addresses_are_never_requested(link):
    document = {"about": {"authoritative_copy": link}, "fields": {"0.a": {"value": "1.0"}}}
    found = {r.metric.id: r for r in grade(summary_of(document), links=Links()).results}
    assert found["D3"].result == "fails"
    assert "forbidden" in found["D3"].found


def test_a_redirect_to_a_private_address_is_not_followed(pages):
    document = {"about": {"authoritative_copy": f"{pages}/inside"}, "fields": {"0.a": {"value": "1.0"}}}
    found = {r.metric.id: r for r in grade(summary_of(document), links=links()).results}
    assert "forbidden address" in found["D3"].found


def test_nothing_is_requested_unless_asked_for(monkeypatch, path):
    monkeypatch.setattr("datasummary.evidence.fetch.Fetcher.fetch", lambda *_, **__: pytest.fail("a request"))
    assert datasummary.check(path).by_decider["network"].not_checked == 37


# --- The command


def run(*arguments):
    return CliRunner().invoke(app, ["check", *map(str, arguments)], env={"COLUMNS": "120", "NO_COLOR": "1"})


def test_the_command_says_what_fails_how_to_mend_it_and_what_was_not_checked(path, project):
    shown = run(path, "--project", project.path).output
    for words in ("D15", "summary --keep", "transparency", "usefulness", "1510", "383", "people decide"):
        assert words in shown


def test_what_was_asked_for_goes_to_standard_output(path):
    told = run(path)
    assert "transparency" in told.stdout
    assert told.stderr == ""


def test_every_metric_is_listed_when_asked_for(path):
    shown = run(path, "--all").stdout
    assert [name for name in METRICS if f" {name} " not in shown] == []
    assert "does not apply" in shown


def test_questions_for_people_are_listed_under_their_field_when_asked_for(path):
    shown = run(path, "--questions").stdout
    assert "F2.3.d.10" in shown
    assert f"2.3.d {FIELDS['2.3.d'].label[:40]}" in shown
    assert "F2.3.d.10" not in run(path).output


def test_fail_under_ends_with_status_4_where_either_score_is_lower(path):
    assert run(path, "--fail-under", 99).exit_code == 0
    assert run(path, "--fail-under", 99.9).exit_code == 4
    assert run(path, "--fail-under", 99.9, "--json").exit_code == 4


def test_the_json_holds_every_metric_and_both_scores(path):
    found = json.loads(run(path, "--json").stdout)
    assert len(found["metrics"]) == 242
    assert found["scores"]["usefulness"] == {
        "held": 248,
        "failed": 2,
        "not_applicable": 3,
        "not_checked": 130,
        "checked": 250,
        "weight": 383,
        "score": 0.992,
    }


def test_help_ends_with_examples():
    shown = run("--help").output
    assert "datasummary check out/public/public-summary.json --fail-under 95" in shown


def test_words_of_a_stranger_cannot_steer_the_terminal(tmp_path):
    path = write(tmp_path, {"fields": {"0.b": {"value": "\x1b[2J[red]x[/red]"}, "1.2.c": {"value": "\u202e\x07"}}})
    shown = run(path).output
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "[red]x[/red]" in shown
