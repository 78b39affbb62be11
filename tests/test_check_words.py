"""What the checks of the fields read out of words: refusals, mentions, names, sizes, places, in English and French.

A metric holds where the field says what is asked, fails where it does not or declines to tell, and is left to people
where it only mentions it. Fields are graded alone; no document is made.
"""

import pytest

from datasummary.quality.grading import grade
from datasummary.quality.reading import summary_of
from datasummary.quality.statements import no_name, refuses
from datasummary.quality.vocabulary import gives_size, names_places, speaks_of

HOLDS, FAILS, SPARED, PEOPLE = "holds", "fails", "not_applicable", "not_checked"


YES = dict.fromkeys(("2.1.a", "2.2.1.a", "2.2.2.a", "2.3.a", "2.4.a", "2.4.b", "2.5.a", "2.6.a"), "Yes")
"""Answers to the questions that other fields hang on."""


def graded(field_id, value, **others):
    fields = {**YES, field_id: value, **{key.replace("_", "."): other for key, other in others.items()}}
    found = grade(summary_of({"fields": {key: {"value": content} for key, content in fields.items()}}))
    return {r.metric.id: r for r in found.results}


def results(field_id, value, metrics, **others):
    found = graded(field_id, value, **others)
    return {metric: found[f"F{field_id}.{metric}"].result for metric in metrics.split()}


def each(metrics, result):
    return dict.fromkeys(metrics.split(), result)


def entry(**keys):
    return {"items": [keys]}


# --- Refusals


@pytest.mark.parametrize(
    "words",
    [
        "We do not disclose the list.",
        "We don't publish it.",
        "No further domains are disclosed.",
        "The tokeniser is confidential.",
        "Confidential.",
        "We give no information.",
        "For reasons of confidentiality we say nothing.",
        "The list is available to researchers on request.",
        "We cannot share the names.",
        "What we do about captchas is not disclosed.",
        "Nous ne divulguons pas la liste.",
        "Les domaines ne sont pas communiqués.",
        "Aucune information n’est donnée.",
        "La liste est disponible sur demande.",
        "Le contenu est confidentiel.",
        "Secret des affaires.",
    ],
)
def test_a_plain_refusal_is_known(words):
    assert refuses(words)


@pytest.mark.parametrize(
    "words",
    [
        "Captchas are not solved.",
        "None are entered; pages behind a login are not fetched.",
        "Passwords are never provided to sites.",
        "No compression was applied before measuring.",
        "The domains that are not listed above can be downloaded.",
        "A model that is not available on the market.",
        "Confidential letters of a bank.",
        "Sites are removed on request.",
        "Le robot ne contourne pas les péages.",
        "Aucune information personnelle.",
        "When its publishers gathered it is not known.",
    ],
)
def test_a_statement_with_a_negation_is_no_refusal(words):
    assert not refuses(words)


# --- 2.3.d, what crawlers do

CONDUCT = "2 3 4 5 6"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            "The robot obeys robots.txt and TDMRep files. It solves no captcha, enters no password and skips paywalls.",
            each(CONDUCT, HOLDS),
        ),
        (
            "Le robot respecte robots.txt et les autres protocoles, ne contourne ni captchas, ni mots de passe, "
            "ni accès payants.",
            each(CONDUCT, HOLDS),
        ),
        (
            "We take captchas, passwords and paywalls seriously and review our approach to robots.txt and to other "
            "protocols from time to time.",
            each(CONDUCT, PEOPLE),
        ),
        (
            "It does not handle captchas, passwords, paywalls, robots.txt or TDM in any described way; we give no "
            "information.",
            each(CONDUCT, FAILS),
        ),
        ("We do not disclose how captchas are met, but robots.txt is respected.", each("2 3", FAILS) | {"5": HOLDS}),
        ("Nous ne divulguons pas le traitement des captchas.", each("1 2", FAILS)),
        ("We do not disclose this.", {"1": FAILS}),
        ("The robot takes into account the load of a site and follows its map.", {"3": FAILS}),
    ],
)
def test_conduct_must_be_told_not_mentioned_or_declined(words, expected):
    assert results("2.3.d", words, " ".join(expected)) == expected


@pytest.mark.parametrize(
    ("told", "result"),
    [("Skipped.", HOLDS), ("To be stated", FAILS), ("TBD", FAILS), ("Confidential", FAILS), ("Not disclosed.", FAILS)],
)
def test_a_label_of_an_entry_needs_an_answer_beside_it(told, result):
    assert results("2.3.d", entry(name="AcmeBot", details={"Paywalls": told}), "4") == {"4": result}


def test_what_is_found_names_what_is_declined():
    found = graded("2.3.d", "We do not disclose how captchas are met.")["F2.3.d.2"].found
    assert found == "it declines to tell of captchas: “We do not disclose how captchas are met.”"


# --- 2.3.h and 2.3.i, lists of domains

LINK = "https://acme.example"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (f"The list is available on request to registered partners: {LINK}/partners", (FAILS, FAILS, FAILS)),
        (f"Liste disponible sur demande : {LINK}/liste.csv", (FAILS, FAILS, FAILS)),
        (f"See {LINK}/top-domains.csv.gz", (PEOPLE, HOLDS, HOLDS)),
        (f"See {LINK}/data", (PEOPLE, PEOPLE, PEOPLE)),
        (f"The list of domains can be downloaded at {LINK}/domains", (PEOPLE, HOLDS, PEOPLE)),
        (f"Please contact us for the list: {LINK}/contact", (FAILS, FAILS, FAILS)),
        ("a.example\nb.example\n- c.example", (PEOPLE, HOLDS, HOLDS)),
        ("1. a.example\n2. www.b.example", (PEOPLE, HOLDS, FAILS)),
        ("a.co.uk\nb.de", (PEOPLE, HOLDS, HOLDS)),
        (["a.example", "b.example"], (PEOPLE, HOLDS, HOLDS)),
        ("News sites above all.", (FAILS, FAILS, FAILS)),
    ],
)
def test_a_list_may_be_lines_of_text_or_a_file_open_to_everybody(value, expected):
    assert tuple(results("2.3.h", value, "1 3 4").values()) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (f"All domains, and the address of every page, are listed at {LINK}/all.csv", (HOLDS, HOLDS)),
        (
            f"The remaining 228 domains and every single page address can be downloaded from {LINK}/a.csv.gz.",
            (HOLDS, HOLDS),
        ),
        (f"Les domaines restants et l’adresse de chaque page : {LINK}/a.csv", (HOLDS, HOLDS)),
        ("Also other.example.", (HOLDS, FAILS)),
        (f"We do not disclose any further domains, nor a list of URLs. For more see {LINK}.", (FAILS, FAILS)),
        (f"No further domains and no addresses of works are disclosed; see {LINK} for our reasons.", (FAILS, FAILS)),
        (f"Our robot reads robots.txt; for more information see {LINK}.", (FAILS, FAILS)),
        (f"The full list and the address of each page are given to our partners at {LINK}.", (FAILS, FAILS)),
    ],
)
def test_more_domains_and_addresses_are_linked_not_declined(words, expected):
    names = {"domains_total": 1, "required": 1, "domains": ["a.example"]}
    assert tuple(results("2.3.i", words, "1 2", **{"2_3_h": names}).values()) == expected


# --- Names


@pytest.mark.parametrize(
    "words",
    [
        "Several leading commercial models from 2024",
        "AcmeBot and others",
        "We used many public datasets such as those that are commonly used in the field.",
        "A number of smaller research corpora",
        "Our flagship family of models",
        "Proprietary.",
        "Plusieurs modèles commerciaux",
        "AcmeBot et d’autres",
    ],
)
def test_words_that_leave_open_what_is_meant_are_no_name(words):
    assert no_name(words)
    assert results("2.1.c", words, "1") == {"1": FAILS}
    assert results("2.5.c", words, "1 2") == each("1 2", FAILS)


@pytest.mark.parametrize("name", ["The Pile", "Our World in Data 3", "Common Crawl 2025-30", "Many Voices 4.0"])
def test_names_that_begin_like_such_words_are_names(name):
    assert not no_name(name)
    assert results("2.1.c", name, "1") == {"1": HOLDS}


def test_a_long_line_may_be_a_name_or_a_description():
    line = "Parliamentary speeches of the lower house between the wars as typed by volunteers in Lyon"
    assert results("2.1.c", line, "1") == {"1": PEOPLE}


def test_a_crawler_and_others_is_not_one_crawler():
    others = {"2_3_c": "AcmeBot gathers pages for training.", "2_3_e": "01/2025 to 02/2025"}
    found = graded("2.3.b", "AcmeBot and others", **others)
    assert {found[m].result for m in ("F2.3.b.1", "F2.3.b.2", "F2.3.c.2", "F2.3.e.2")} == {FAILS}
    found = graded("2.3.b", "AcmeBot", **others)
    assert {found[m].result for m in ("F2.3.b.1", "F2.3.b.2", "F2.3.c.2", "F2.3.e.2")} == {HOLDS}


def test_a_purpose_stands_beside_the_crawlers_name():
    names = {"2_3_b": "AcmeBot\nAcmeFetch"}
    both = [{"name": "AcmeBot", "text": "Gathers pages."}, {"name": "AcmeFetch"}]
    assert results("2.3.c", {"items": both}, "2", **names) == {"2": FAILS}
    both[1]["text"] = "Gathers films."
    assert results("2.3.c", {"items": both}, "2", **names) == {"2": HOLDS}


@pytest.mark.parametrize(
    ("words", "result"),
    [
        ("Ordbok Plus, our dictionary app", HOLDS),
        ("ordbok.example, our dictionary site", HOLDS),
        ("our dictionary Ordbok", HOLDS),
        ("Our consumer offerings, such as chat", FAILS),
        ("various services", FAILS),
    ],
)
def test_a_service_has_a_name_or_a_site(words, result):
    assert results("2.4.c", words, "2") == {"2": result}


# --- Words of the vocabulary stand alone


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("regions", "a combination of pages"),
        ("regions", "information on donations"),
        ("people", "original pages, images and manuals"),
        ("nature", "as is natural for a model"),
        ("reservations", "we have the right to use them"),
        ("requests", "our policies are updated"),
        ("part", "depart and apartments"),
        ("goals", "music of theatre performances"),
    ],
)
def test_a_word_within_another_word_is_not_spoken_of(what, words):
    assert not speaks_of(what, words)


@pytest.mark.parametrize(
    ("words", "result"),
    [
        ("hosted in Sweden, Denmark or Norway", True),
        ("Pages from Germany, Austria", True),
        ("des pages du Danemark", True),
        ("South America", True),
        ("pages of every kind", False),
    ],
)
def test_countries_and_regions_are_known_by_name(words, result):
    assert names_places(words) is result
    assert results("2.3.f", f"News sites, {words}.", "1") == {"1": HOLDS if result else FAILS}


@pytest.mark.parametrize(
    "words", ["3,5 To", "2 000 heures", "310 million tokens", "two million pages", "12 GB", "11 500 hours"]
)
def test_a_size_is_a_number_with_a_unit(words):
    assert gives_size(words)


@pytest.mark.parametrize(
    "words", ["from 01/1995 to 12/2024", "since 2019 the articles", "2019 to present", "20 datasets"]
)
def test_a_period_is_no_size(words):
    assert not gives_size(words)


# --- Nature, training data, sizes


@pytest.mark.parametrize(
    ("words", "result"),
    [
        ("Transcripts of speeches in the Storting. Public-sector text.", HOLDS),
        ("Spoken-word recordings: read novels in Finnish.", HOLDS),
        ("Romans et poèmes du domaine public.", HOLDS),
        ("Confidential letters of a bank.", HOLDS),
        ("Data of many kinds, as is natural for a model of this size.", PEOPLE),
        ("Other data.", FAILS),
        ("Bought from vendors under contract; its content is confidential.", FAILS),
    ],
)
@pytest.mark.parametrize("field_id", ["2.1.d", "2.2.2.d"])
def test_the_nature_of_content_is_told(field_id, words, result):
    assert results(field_id, words, "4") == {"4": result}


def test_a_nature_still_open_is_not_made_up_for_by_other_details():
    details = {"Nature of the content": "TBD", "Types of content": "official documents"}
    assert results("2.1.d", entry(name="Minutes", details=details), "4") == {"4": FAILS}


@pytest.mark.parametrize(
    ("words", "result"),
    [
        ("An earlier model. It learned from the crawled news listed here.", HOLDS),
        ("A model not available on the market, trained on public text.", HOLDS),
        ("Un modèle entraîné sur les pages moissonnées.", HOLDS),
        ("Its data is diverse.", PEOPLE),
        ("Its training data is not disclosed.", FAILS),
        ("What data it was trained on is confidential.", FAILS),
        ("A language model of nine billion parameters.", FAILS),
    ],
)
def test_what_another_model_was_trained_on_is_told(words, result):
    assert results("2.5.d", entry(name="draft", text=words), "3") == {"3": result}


@pytest.mark.parametrize(
    ("words", "result"),
    [
        ("Text: 1 billion to 10 trillions tokens. Audio: 10 000 to 1 million hours.", HOLDS),
        ("Texte : 3,2 billions de jetons\nAudio : Moins de 10 000 heures", HOLDS),
        ("Text: 1 billion to 10 trillions tokens.", FAILS),
        ("A great deal.", FAILS),
    ],
)
def test_sizes_may_stand_in_a_text(words, result):
    boxes = {"Text": True, "Audio": True}
    assert results("1.3.b", words, "1", **{"1_3_a": boxes}) == {"1": result}


@pytest.mark.parametrize(
    ("words", "result"),
    [
        ("We kept articles of at least 100 words.", HOLDS),
        ("Only some.", FAILS),
        ("Used whole.", SPARED),
    ],
)
def test_what_was_kept_of_a_dataset_is_a_part_of_it(words, result):
    assert results("2.1.c", entry(name="Wikipedia 2025", text=words), "6") == {"6": result}


# --- Section 1


@pytest.mark.parametrize(
    ("words", "result"),
    [
        ("press-office@acme.example", FAILS),
        ("customer-service@acme.example", FAILS),
        ("info@acme.example", FAILS),
        ("training-data@acme.example", HOLDS),
        ("data-office@acme.example", HOLDS),
    ],
)
def test_a_general_inbox_may_have_two_words(words, result):
    assert results("1.1.a", f"Acme SE, {words}", "4") == {"4": result}


@pytest.mark.parametrize(
    ("words", "result"),
    [
        ("None required: the provider is established in Sweden.", SPARED),
        ("No representative is needed, as we are a company of Finland.", SPARED),
        ("Aucun mandataire n’est requis : le fournisseur est établi à Lyon.", SPARED),
        ("Not required.", FAILS),
    ],
)
def test_no_representative_is_needed_for_a_reason(words, result):
    assert results("1.1.b", words, "1 2 3 4") == each("1 2 3 4", result)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Neither model was derived from another; both were trained from scratch.", each("1 2 4", SPARED)),
        ("None. Both were trained from scratch.", each("1 2 4", SPARED)),
        ("Not derived from any other model.", each("1 2 4", SPARED)),
        ("Le modèle n’est pas issu d’un autre modèle.", each("1 2 4", SPARED)),
        ("Proprietary.", each("1 4", FAILS)),
    ],
)
def test_a_model_made_from_no_other_needs_no_dependencies(words, expected):
    assert results("1.2.b", words, " ".join(expected)) == expected


@pytest.mark.parametrize(
    ("words", "result"),
    [
        ("Audio: music, theatre performances", HOLDS),
        ("Text: works of every genre, public debates", HOLDS),
        ("Image: pictures that make the model better at recognising objects", FAILS),
        ("Text: press, chosen to make the model reason better", FAILS),
        ("Texte : presse, afin de mieux raisonner", FAILS),
    ],
)
def test_types_of_content_come_without_goals(words, result):
    assert results("1.3.c", words, "3") == {"3": result}


@pytest.mark.parametrize(
    ("words", "result"),
    [
        ("We do not keep training on data gathered later.", HOLDS),
        ("Training goes on each month.", HOLDS),
        ("Le modèle n’est plus entraîné après cette date.", HOLDS),
        ("We train on data of high quality.", FAILS),
    ],
)
def test_whether_training_goes_on_is_told(words, result):
    assert results("1.3.d", f"01/2026. {words}", "5") == {"5": result}


@pytest.mark.parametrize(
    ("words", "result"),
    [
        ("Swedish and German (official languages), and Icelandic (which is not).", HOLDS),
        ("The data does not contain English; other languages are confidential.", FAILS),
        ("English and French, the others are not disclosed.", PEOPLE),
    ],
)
def test_languages_are_named_that_are_covered(words, result):
    assert results("1.3.e", words, "2") == {"2": result}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Nothing was compressed. We count with our own SentencePiece vocabulary; audio is at 16 kHz.", HOLDS),
        ("We do not disclose the tokeniser or any compression. Sampling is confidential.", FAILS),
        ("Nous ne divulguons ni le segmenteur ni la compression. L’échantillonnage est confidentiel.", FAILS),
    ],
)
def test_the_way_of_counting_is_told(words, expected):
    assert results("1.3.g", words, "1 2 3") == each("1 2 3", expected)


# --- Section 3


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            "Our robots read robots.txt and skip what it disallows. Publishers of datasets were asked how opt-outs had "
            "been treated. Rightsholders can write to us.",
            (HOLDS, HOLDS, HOLDS),
        ),
        (
            "Les robots respectent robots.txt. Les éditeurs des jeux de données ont été interrogés sur les "
            "oppositions. Les demandes sont traitées en dix jours.",
            (HOLDS, HOLDS, HOLDS),
        ),
        ("Content behind robots.txt is treated appropriately.", (PEOPLE, FAILS, FAILS)),
        ("We use datasets of others. Opt-outs matter.", (FAILS, PEOPLE, FAILS)),
        ("We have the right to use datasets. Our policies are updated.", (FAILS, FAILS, FAILS)),
        ("All reservations are read again each month.", (FAILS, FAILS, HOLDS)),
    ],
)
def test_measures_for_reservations_are_told(words, expected):
    assert tuple(results("3.1.b", words, "1 2 3").values()) == expected


@pytest.mark.parametrize(
    ("words", "result"),
    [
        ("Our copyright policy in short: we read reservations.", HOLDS),
        ("We do not publish our copyright policy.", SPARED),
        ("Nous ne publions pas notre politique.", SPARED),
        ("We care.", FAILS),
    ],
)
def test_a_policy_that_is_not_public_needs_no_summary(words, result):
    assert results("3.1.c", words, "1") == {"1": result}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Child abuse material is removed. Low-quality hash matches are read by a person.", (HOLDS, PEOPLE)),
        ("Les contenus terroristes ont été retirés.", (HOLDS, HOLDS)),
        ("We comply with all applicable laws of the Union.", (FAILS, HOLDS)),
        ("We do not disclose our filters.", (FAILS, HOLDS)),
        ("We filtered the data for best benchmark scores.", (PEOPLE, FAILS)),
        ("A classifier kept the pages of the highest quality.", (PEOPLE, FAILS)),
    ],
)
def test_measures_against_illegal_content_are_told_and_nothing_else(words, expected):
    assert tuple(results("3.2.a", words, "1 4").values()) == expected
