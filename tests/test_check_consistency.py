"""What `datasummary check` finds where a document contradicts itself, holds a place, or hides behind secrecy.

Each case spoils the example's summary, which is made once, and grades it in process.
"""

import copy
import json

import pytest

import datasummary
from datasummary.documents.template import FIELD_IDS
from datasummary.quality.checks import OVERTURNED_BY
from datasummary.quality.grading import grade
from datasummary.quality.metrics import METRICS
from datasummary.quality.periods import reversed_period
from datasummary.quality.placeholders import without_placeholders
from datasummary.quality.reading import summary_of

pytestmark = pytest.mark.xdist_group("example-check-consistency")  # one worker makes what all look at


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    folder = tmp_path_factory.mktemp("example-check-consistency")
    datasummary.init(folder, example=True)
    project = datasummary.Project.load(folder / "datasummary.yaml")
    datasummary.run(project)
    return json.loads((project.out / "public" / "public-summary.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def before(example):
    return graded(example)


def graded(document):
    return {result.metric.id: result for result in grade(summary_of(document)).results}


def put(field_id, value):
    return lambda document: document["fields"][field_id].update(value=value)


def inside(field_id, *keys, value):
    """Set what stands at a path below a field's value; ``...`` takes it away."""

    def spoil(document):
        place = document["fields"][field_id]["value"]
        for key in keys[:-1]:
            place = place[key]
        if value is ...:
            del place[keys[-1]]
        else:
            place[keys[-1]] = value

    return spoil


def item(field_id, number, *keys, value):
    return inside(field_id, "items", number, *keys, value=value)


def about(key, value):
    return lambda document: document["about"].update({key: value})


def no(question, **answers):
    """Answer a question with No, and leave what stands under it but for what is given."""

    def spoil(document):
        document["fields"][question]["value"] = {"answer": "No"}
        for field_id, value in answers.items():
            document["fields"][field_id.replace("_", ".")]["value"] = value

    return spoil


def spoiled(example, *spoils):
    document = copy.deepcopy(example)
    for spoil in spoils:
        spoil(document)
    return document


# --- Placeholders


@pytest.mark.parametrize(
    "words",
    [
        "TBD",
        "Tbd.",
        "TBC",
        "TODO",
        "TODO: describe robots.txt, opt-outs of datasets and requests",
        "To be stated",
        "To be stated by the provider.",
        "To be appointed.",
        "Purposes to be defined",
        "Will be added later.",
        "Lorem ipsum dolor sit amet, consectetur adipiscing elit.",
        "[name of the provider]",
        "[describe robots.txt, opt-outs of datasets obtained from third parties, and later requests here]",
        "À compléter",
        "À définir.",
        "À préciser ultérieurement",
        "Les finalités restent à préciser.",
        "En cours de rédaction",
        "…",
        "???",
    ],
)
def test_a_placeholder_says_nothing(words):
    assert without_placeholders(words) == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("AcmeBot: TBD", "AcmeBot"),
        ("AcmeBot: TBD; AcmeFeed: collects podcasts", "AcmeBot; AcmeFeed: collects podcasts"),
        ("Acme GmbH, contact to be stated", "Acme GmbH"),
        ("robots.txt is read.\nCaptchas: to be stated", "robots.txt is read.\nCaptchas"),
    ],
)
def test_what_stands_beside_a_placeholder_is_kept(words, said):
    assert without_placeholders(words) == said


@pytest.mark.parametrize(
    "words",
    [
        "Reservations are to be stated in robots.txt.",
        "Rightsholders asked for their reservations to be confirmed by us in writing.",
        "Todo el texto de la web",
        "Les données destinées à compléter le corpus viennent de musées.",
        "Ces règles valent pour les versions à venir.",
        "The crawler waits; what comes to be shown is read.",
        "See <https://a.example/x> and [1].",
        "<https://a.example/x>",
        "Nothing to be added.",
        "Rien à ajouter.",
        "06/2024 - 01/2026",
        "Not applicable: the provider is established in the Union.",
    ],
)
def test_ordinary_words_are_no_placeholder(words):
    assert without_placeholders(words) == words


@pytest.mark.parametrize(
    ("place", "words"), enumerate(["TBD", "To be stated", "À compléter", "Lorem ipsum dolor sit amet."])
)
def test_a_field_of_placeholders_is_an_open_field(example, place, words):
    """Whatever the kind of the field, and whether it stands as a text, as an entry or in a detail."""
    for field_id in FIELD_IDS[place::4]:
        opened = {metric: found.result for metric, found in graded(spoiled(example, put(field_id, None))).items()}
        for value in (words, {"items": [words]}, {"items": [{"text": words, "details": {"Contact": words}}]}):
            found = graded(spoiled(example, put(field_id, value)))
            own = {metric for metric in found if METRICS[metric].field == field_id}
            assert {metric: found[metric].result for metric in own} == {metric: opened[metric] for metric in own}


@pytest.mark.parametrize("words", ["To be stated", "n/a", "TBD", "à définir"])
@pytest.mark.parametrize(
    ("path", "metric"),
    [
        (("2.3.d", 1, "details", "Paywalls"), "F2.3.d.4"),
        (("2.1.d", 0, "details", "Nature of the content"), "F2.1.d.4"),
        (("2.1.c", 0, "details", "Version"), "F2.1.c.5"),
        (("2.5.d", 0, "text"), "F2.5.d.1"),
        (("2.3.c", 1, "text"), "F2.3.c.2"),
    ],
)
def test_a_placeholder_in_a_detail_leaves_that_detail_open(example, path, metric, words):
    assert graded(spoiled(example, item(*path, value=words)))[metric].result == "fails"


def test_placeholders_are_hints_too(example):
    hints = grade(summary_of(spoiled(example, item("2.3.d", 1, "details", "Paywalls", value="To be stated")))).hints
    assert [(hint.field, hint.words) for hint in hints] == [("2.3.d", "Paywalls: To be stated")]


# --- Grounds on which a field does not apply


@pytest.mark.parametrize(
    "ground",
    [
        "for reasons of confidentiality",
        "this is confidential",
        "the datasets are trade secrets",
        "we do not disclose them",
        "they cannot be disclosed for commercial reasons",
        "raisons de confidentialité",
        "secret des affaires",
        "nous ne divulguons pas ces informations",
    ],
)
@pytest.mark.parametrize(
    ("field_id", "metric"), [("2.2.2.c", "F2.2.2.c.1"), ("2.5.c", "F2.5.c.1"), ("1.3.g", "F1.3.g.1")]
)
def test_secrecy_is_no_ground(example, field_id, metric, ground):
    found = graded(spoiled(example, put(field_id, f"Not applicable: {ground}.")))[metric]
    assert found.result == "fails"
    assert "secrecy" in found.found


@pytest.mark.parametrize(
    "words", ["Confidential.", "This information is strictly confidential", "Confidentiel", "Withheld"]
)
def test_secrecy_is_no_answer_either(example, words):
    for field_id in ("1.2.a", "2.1.c", "2.2.2.c", "2.3.b", "2.5.c", "3.1.b"):
        found = graded(spoiled(example, put(field_id, words)))
        own = [f for f in found.values() if f.metric.field == field_id and f.metric.decided_by == "document"]
        assert {f.result for f in own} == {"fails"}


@pytest.mark.parametrize(
    ("field_id", "ground"),
    [
        ("2.2.2.c", "the private datasets obtained are not publicly known"),
        ("2.2.2.c", "contracts are confidential, and the datasets are not publicly known"),
        ("2.2.2.c", "no confidential datasets were obtained"),
        ("2.5.c", "only our own proprietary model was used"),
        ("1.1.b", "the provider is established in the Union"),
        ("3.1.c", "the policy is not disclosed to the public"),
    ],
)
def test_a_ground_of_the_form_is_one(example, field_id, ground):
    found = graded(spoiled(example, put(field_id, f"Not applicable: {ground}.")))
    own = {f.result for f in found.values() if f.metric.field == field_id and f.metric.decided_by == "document"}
    assert own == {"not_applicable"}


# --- Under a No


UNDER_A_NO = {
    "2.1.a": ("F2.1.1", "2.1.bcde"),
    "2.2.1.a": ("F2.2.1", "2.2.1.b"),
    "2.2.2.a": ("F2.2.1", "2.2.2.bcde"),
    "2.3.a": ("F2.3.1", "2.3.bcd"),
    "2.5.a": ("F2.5.1", "2.5.bcde"),
    "2.6.a": ("F2.6.1", "2.6.bc"),
}


@pytest.mark.parametrize("question", UNDER_A_NO)
def test_under_a_no_nothing_earns_points_and_the_contradiction_is_named(example, question):
    names_it, under = UNDER_A_NO[question]
    section, letters = under.rsplit(".", 1)
    found = graded(spoiled(example, no(question)))
    asked = {f"{section}.{letter}" for letter in letters}
    assert {f.result for f in found.values() if f.metric.field in asked and f.metric.decided_by == "document"} == {
        "not_applicable"
    }
    assert found[names_it].result == "fails"


def test_a_contradiction_scores_less_than_a_plain_no(example):
    nothing = "Not applicable: no such data was obtained."
    plain = no("2.2.2.a", **dict.fromkeys(("2_2_2_b", "2_2_2_c", "2_2_2_d", "2_2_2_e"), nothing))
    dataset = {"items": [{"name": "Press archive 2020", "link": "https://archive.example/2020"}]}
    honest, contradicting = (
        grade(summary_of(spoiled(example, *spoils))) for spoils in ((plain,), (plain, put("2.2.2.c", dataset)))
    )
    assert contradicting.scores["transparency"].score < honest.scores["transparency"].score
    assert contradicting.scores["usefulness"].score == honest.scores["usefulness"].score


@pytest.mark.parametrize("question", UNDER_A_NO)
def test_a_question_left_open_is_worth_no_more_than_a_no(example, question):
    left_open, answered = (grade(summary_of(spoiled(example, spoil))) for spoil in (put(question, None), no(question)))
    for group, score in left_open.scores.items():
        assert score.score <= answered.scores[group].score


# --- Contradictions that a field alone does not show


def own_dataset(document):
    fields = document["fields"]
    fields["2.1.d"]["value"]["items"].append(copy.deepcopy(fields["2.1.c"]["value"]["items"][0]))


def first_twice(document):
    names = document["fields"]["2.3.h"]["value"]["domains"]
    names[-1] = names[0]


def below_a_domain(document):
    names = document["fields"]["2.3.h"]["value"]["domains"]
    names[5] = f"blog.{names[5]}"


def languages(words):
    return inside("1.3.e", "closing", value=words)


CONTRADICTIONS = {
    "a share that asks for more than is required": (inside("2.3.h", "share", value="10 %"), "F2.3.h.1", "are 400"),
    "a count that is not the list's": (inside("2.3.h", "listed", value=180), "F2.3.h.1", "180 are listed"),
    "a name below a registrable domain": (below_a_domain, "F2.3.h.4", "stands below the domain"),
    "a public suffix": (inside("2.3.h", "domains", 0, value="co.uk"), "F2.3.h.4", "public suffix"),
    "a name twice": (first_twice, "F2.3.h.4", "listed twice"),
    "crawling that ends before it begins": (item("2.3.e", 0, "text", value="01/2026 to 06/2024"), "F2.3.e.3", "before"),
    "a dataset that ends before it begins": (
        item("2.1.d", 0, "details", "Period of collection", value="12/2024 to 01/2018"),
        "F2.1.d.6",
        "before it begins",
    ),
    "an archive that ends before it begins": (
        put("2.2.2.e", "The subtitles are from 12/2024 to 01/1995, 52 million bytes."),
        "F2.2.2.e.1",
        "before it begins",
    ),
    "a crawler named without its purpose": (item("2.3.c", 1, "text", value=...), "F2.3.c.2", "AuroraFeedReader"),
    "a crawler named without its period": (item("2.3.e", 1, "text", value=...), "F2.3.e.2", "AuroraFeedReader"),
    "the conduct of a crawler not named": (item("2.3.d", 1, "name", value="OtherBot"), "F2.3.1", "OtherBot"),
    "official languages that are none": (
        languages("Official languages of the European Union among them: Japanese, Russian."),
        "F1.3.e.3",
        "japanese",
    ),
    "languages said to be official": (
        languages("German and Norwegian are official languages of the European Union."),
        "F1.3.e.3",
        "norwegian",
    ),
    "a dataset listed as large and as other": (own_dataset, "F2.1.1", "2.1.c and in 2.1.d"),
    "dates where sizes are asked for": (
        put("2.2.2.e", "The subtitles are from 01/1995 to 12/2024; the calls from 03/2021 to 02/2025."),
        "F2.2.2.e.2",
        "no size",
    ),
    "two versions": (about("version", "3.0"), "D23", "3.0 in about.version"),
    "two dates": (about("date", "2024-01-01"), "D28", "01/01/2024 in about.date"),
    "a draft by its head": (lambda document: document.update(status="draft"), "D16", "draft"),
    "a draft by its status": (about("status", "Draft"), "D16", "draft"),
    "a status to come": (about("status", "tbd"), "D16", "latest"),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_contradiction_is_named_under_its_metric(example, before, name):
    spoil, metric, words = CONTRADICTIONS[name]
    found = graded(spoiled(example, spoil))[metric]
    assert before[metric].result == "holds"
    assert found.result == "fails"
    assert words in found.found
    assert found.mend


AGREEING = {
    "a smaller share, within the rule": inside("2.3.h", "share", value="5 %, at most 1 000 names"),
    "a month on both ends": item("2.3.e", 0, "text", value="06/2024 to 06/2024"),
    "a year, then a month of it": item("2.3.e", 0, "text", value="06/2024 to 01/2026"),
    "official ones and others": languages(
        "Official languages of the European Union: English, Finnish. Japanese and Russian are not official languages."
    ),
    "an exception": languages("Official languages of the European Union: all but Japanese and Russian."),
    "what is said of all crawlers": item("2.3.d", 1, "name", value="All crawlers"),
    "1 for 1.1.0": about("version", "1.1.0"),
    "a version that is a date": about("version", "2026-03"),
    "a purpose on the line after the name": put(
        "2.3.c", "AuroraBot\nCollects web pages.\n\nAuroraFeedReader\nCollects podcast episodes."
    ),
    "labels that are no crawlers": put("2.3.c", "Robots: AuroraBot and AuroraFeedReader collect pages for training."),
    "a size that reads like a year": put("2.2.2.e", "From 01/1995 to 2024. The calls last 2000 hours."),
    "a date in the other format": about("date", "01/03/2026"),
}


@pytest.mark.parametrize("name", AGREEING)
def test_what_agrees_is_no_contradiction(example, before, name):
    found = graded(spoiled(example, AGREEING[name]))
    overturned = {*OVERTURNED_BY, "D16", "D23", "D28"}
    assert {metric for metric in overturned if found[metric].result != before[metric].result} == set()


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ("06/2024 to 01/2026", ""),
        ("01/2026 to 06/2024", "01/2026 to 06/2024"),
        ("from January 2026 until March 2024", "january 2026 until march 2024"),
        ("de mars 2026 à janvier 2024", "mars 2026 a janvier 2024"),
        ("between 2019 and 2001", "between 2019 and 2001"),
        ("2019–2001", "2019-2001"),
        ("1995–2024", ""),
        ("2024 to 01/2024", ""),
        ("2024-06 to 2026-01", ""),
        ("01/2026; 06/2024", ""),
    ],
)
def test_a_period_ends_no_earlier_than_it_begins(words, wrong):
    assert reversed_period(words) == wrong


def test_names_of_hosts_may_stand_below_a_domain_where_the_list_says_so(example):
    says = inside("2.3.h", "method", value="The list holds host names, which deviates from the form.")
    assert graded(spoiled(example, below_a_domain, says))["F2.3.h.4"].result == "holds"


# --- Hints


@pytest.mark.parametrize(
    "words",
    [
        "a broad range of",
        "from time to time",
        "industry practice",
        "Market practice",
        "several datasets",
        "reasonable steps",
        "We take paywalls seriously",
        "including but not limited to",
        "un large éventail d’",
        "de temps à autre",
        "pratiques du secteur",
        "le cas échéant",
        "mesures appropriées",
    ],
)
def test_loose_words_are_hints_shown_as_they_are_written(example, words):
    text = f"The Keepers of Œuvres wrote to the Provider; {words}. The Rest follows the Form of the Commission."
    hints = grade(summary_of(spoiled(example, put("3.3.a", text)))).hints
    shown = next(hint.words for hint in hints if hint.field == "3.3.a" and "loose" in hint.what)
    assert words in shown
    assert set(shown.strip("… ").split()) <= set(text.split())


def test_the_example_gives_no_hint(example):
    assert grade(summary_of(example)).hints == ()


# --- How to mend what is found


def test_each_advice_names_what_to_write_by_hand_before_the_project_file():
    decided = [metric for metric in METRICS.values() if metric.decided_by != "people"]
    assert [metric.id for metric in decided if not (metric.write and metric.project)] == []
    assert [metric.id for metric in decided if metric.field in FIELD_IDS and metric.field not in metric.write] == []
    assert [
        metric.id for metric in decided if metric.mend.partition("; with a project file: ")[0] != metric.write
    ] == []


def later_than_its_update(document):
    document["fields"]["1.3.d"]["value"] = "05/2026. The model is not trained on new data after this date."


SECTION_1 = {
    "a modality that 1.3.a lacks": (inside("2.3.g", "Video", value=True), "tick Video in 1.3.a too"),
    "a modality that no section has": (inside("1.3.a", "Video", value=True), "untick it in 1.3.a"),
    "crawling after the latest date": (item("2.3.e", 0, "text", value="06/2024 to 02/2026"), "write 02/2026 in 1.3.d"),
    "data after the last update": (later_than_its_update, "0.b"),
    "another model at the head": (lambda document: document["models"].append("aurora-9"), '1.2.a and in "models"'),
}


@pytest.mark.parametrize("name", SECTION_1)
def test_advice_on_section_1_is_that_of_the_defect(example, name):
    spoil, words = SECTION_1[name]
    found = graded(spoiled(example, spoil))["F1.1"]
    assert found.result == "fails"
    assert words in found.mend.partition("; with a project file: ")[0]


@pytest.mark.parametrize(
    ("field_id", "value", "metric", "words"),
    [
        ("2.2.2.c", "Not applicable.", "F2.2.2.c.1", 'write after "Not applicable:" why'),
        ("2.2.2.c", "Not applicable: this is confidential.", "F2.2.2.c.1", "answer 2.2.2.c"),
        ("2.3.b", "Not applicable: there are none.", "F2.3.b.2", "answer 2.3.a with No"),
        ("3.2.a", "Not applicable: there are none.", "F3.2.a.1", "answer 3.2.a"),
        ("3.2.a", "See https://aurora.example/measures.", "F3.2.a.1", "say in 3.2.a itself"),
    ],
)
def test_advice_fits_why_a_field_is_not_answered(example, field_id, value, metric, words):
    assert words in graded(spoiled(example, put(field_id, value)))[metric].mend


def test_a_name_listed_twice_is_not_mended_by_manifests(example):
    assert graded(spoiled(example, first_twice))["F2.3.h.4"].mend.startswith("in 2.3.h, write names such as")
    assert graded(spoiled(example, first_twice))["F2.3.h.1"].mend.startswith("in 2.3.h, list")


def test_an_approximate_size_of_audio_is_mended_in_its_row(example):
    def approximate(document):
        row = document["fields"]["1.3.b"]["value"][2]
        row["approximate_size"] = "9 000 hours"
        del row["range"]

    assert "one range of the form" in graded(spoiled(example, approximate))["F1.3.b.1"].mend
