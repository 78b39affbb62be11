"""The example's public summary, figure by figure.

What the form must say stands here as tables of literals, with a note of how each was worked out by hand. Sums, shares
and the list of domains are then counted once more by plain loops over the rows (``example_rows``), which use nothing
of the package, so that neither the tables nor the package are taken at their word.
"""

import csv
import json
import re
from collections import Counter, defaultdict
from fractions import Fraction

import pytest
from conftest import copy_of_example
from example_rows import COLUMNS, domain_of, reach, rows_of, size_of
from test_example import EXPECTED

import datasummary

pytestmark = pytest.mark.xdist_group("example-summary")  # one worker makes what all look at


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return copy_of_example(tmp_path_factory, tmp_path_factory.mktemp("example-summary"))


@pytest.fixture(scope="module")
def result(project):
    return datasummary.run(project)


@pytest.fixture(scope="module")
def fields(project, result):
    written = json.loads((project.out / "public" / "public-summary.json").read_text("utf-8"))["fields"]
    return {field_id: field["value"] for field_id, field in written.items()}


@pytest.fixture(scope="module")
def folder(project):
    return project.out.parent


# --- Nothing is open


def test_no_field_of_the_examples_summary_is_open(result):
    assert result.open == ()
    assert not result.draft


def test_each_of_the_53_fields_says_something(fields):
    assert len(fields) == 53
    assert [field_id for field_id, value in fields.items() if not value] == []


def test_no_document_calls_itself_a_draft_or_marks_an_open_point(project, result):
    for name in ("public-summary.html", "public-summary.md"):
        text = (project.out / "public" / name).read_text("utf-8")
        assert not re.search(r"not for publication|>Open:|\*\*Open:", text)


def test_no_internal_name_of_the_example_reaches_a_public_file(project, result):
    internal = [source.name for source in project.sources]
    internal += [source.contract for source in project.sources if source.contract]
    assert len(internal) == 16
    for path in (project.out / "public").iterdir():
        text = path.read_text("utf-8")
        assert [name for name in internal if name in text] == []


# --- Questions with Yes and No, and check boxes

YES_AND_NO = {
    "2.1.a": "Yes",  # two public datasets: the encyclopaedia, the minutes
    "2.2.1.a": "Yes",  # the press archive is licensed
    "2.2.2.a": "Yes",  # subtitles, and recorded calls
    "2.3.a": "Yes",  # AuroraBot and AuroraFeedReader
    "2.4.a": "Yes",  # conversations with the model
    "2.4.b": "Yes",  # pictures from the notebook
    "2.5.a": "Yes",  # generated answers
    "2.6.a": "Yes",  # letters and diaries; comparisons by people
}

MODALITIES = {
    "1.3.a": {"Text", "Image", "Audio"},  # all that follows together; there is no video
    "2.1.b": {"Text"},  # encyclopaedia and minutes
    "2.2.1.b": {"Text", "Image"},  # press articles and press pictures
    "2.2.2.b": {"Text", "Audio"},  # subtitles; calls
    "2.3.g": {"Text", "Image", "Audio"},  # pages and captions; pictures; podcasts
    "2.4.d": {"Text", "Image"},  # conversations; pictures
    "2.5.b": {"Text"},  # generated answers
}


@pytest.mark.parametrize("field_id", YES_AND_NO)
def test_each_question_has_the_answer_that_follows_from_the_sources(fields, field_id):
    assert fields[field_id] == {"answer": YES_AND_NO[field_id]}


@pytest.mark.parametrize("field_id", MODALITIES)
def test_each_modality_that_sources_have_is_ticked_and_no_other(fields, field_id):
    assert {name for name, ticked in fields[field_id].items() if ticked} == MODALITIES[field_id]
    assert set(fields[field_id]) == {"Text", "Image", "Video", "Audio", "Other"}


# --- 1.3.b: sizes

SIZES = {
    # Sizes of the scanned sources are counted; of the others they are declared in the project file.
    "Text": {  # tokens
        "web-crawl-2025": 158_003_901,
        "image-crawl-2025": 630_924,  # captions
        "open-encyclopaedia": 12_985_536,
        "town-minutes": 149_367,
        "assistant-chats": 1_643_811,
        "press-archive": 1_400_000_000,
        "subtitle-bank": 14_040_000,  # 52,000,000 bytes at 0.27 tokens a byte: so the sum is an estimate
        "taught-answers": 60_000_000,
        "digitised-letters": 9_000_000,
        "preference-labels": 3_000_000,
    },  # 1,659,453,539 in all
    "Image": {  # images
        "image-crawl-2025": 18_339,
        "press-archive": 90_000,  # at most; at least 80,000
        "photo-notes": 6_000,
    },  # 114,339 at most
    "Audio": {  # hours
        "podcasts-2025": 1_624.077,
        "call-centre-recordings": 1_200,
    },  # 2,824.077
}
TOTALS = {"Text": 1_659_453_539, "Image": 114_339, "Audio": 2_824.077}
RANGES = [
    {"modality": "Text", "range": "1 billion to 10 trillions tokens", "estimated": True},  # 10^9 < 1,659,453,539
    {"modality": "Image", "range": "Less than 1 million images", "estimated": False},  # 114,339 < 10^6
    {"modality": "Audio", "range": "Less than 10 000 hours", "estimated": False},  # 2,824.077 < 10^4
]


def test_the_size_ranges_are_those_that_the_sums_fall_into(fields):
    assert fields["1.3.b"] == RANGES


def test_the_sizes_in_the_table_are_those_that_were_counted_or_declared_and_their_sums_are_right(project):
    for modality, sizes in SIZES.items():
        assert round(sum(sizes.values()), 3) == TOTALS[modality]
        for source, size in sizes.items():
            if (source, modality.lower()) in EXPECTED:
                assert size == EXPECTED[source, modality.lower()][2]
        concerned = {
            source.name
            for source in project.sources
            if modality.lower() in {measure.modality for measure in source.measures}
        }
        assert set(sizes) == concerned


# --- 1.3.d and 2.3.e: dates


def test_the_latest_date_is_the_last_month_of_any_source(fields):
    # Crawls and conversations end on 11 January 2026; generated answers and comparisons are declared for 2026-01;
    # later dates (2031-07-01) are dirt and lie after the summary.
    assert fields["1.3.d"].startswith("01/2026. ")


def test_the_crawl_period_goes_from_the_first_month_of_a_crawled_source_to_the_last(fields):
    # All three crawled sources: 1 June 2024 to 11 January 2026. 1969-12-31 is dirt.
    period = "06/2024 to 01/2026"
    crawlers = [{"name": "AuroraBot", "text": period}, {"name": "AuroraFeedReader", "text": period}]
    assert fields["2.3.e"] == {"text": period, "items": crawlers}


# --- 1.3.e: languages

LANGUAGES = {
    # Share of the 173,413,539 tokens of the scanned text (the first five of the sizes above).
    "English": "52.4 %",
    "German": "20.6 %",
    "French": "8.6 %",
    "Finnish": "5.8 %",
    "Spanish": "5.5 %",
    "Portuguese": "2.0 %",
    "Polish": "1.5 %",
    "Italian": "1.2 %",
    "Japanese": "1.0 %",
    "Russian": "0.4 %",
    "Swedish": "less than 0.1 %",  # a fifth of the minutes
    "Language not identified": "0.9 %",  # null, empty, "und", "unknown", "??"
}
LANGUAGE_COLUMNS = {
    "web-crawl-2025": "language",
    "image-crawl-2025": "caption_language",
    "open-encyclopaedia": "language",
    "town-minutes": "meta.lang",
    "assistant-chats": "language",
}
SPELLINGS = {
    "English": ("en", "eng", "English"),
    "German": ("de", "deu", "German"),
    "French": ("fr", "fra"),
    "Finnish": ("fi", "fin", "Finnish"),
    "Spanish": ("es", "spa"),
    "Portuguese": ("pt", "por"),
    "Polish": ("pl", "pol"),
    "Italian": ("it", "ita"),
    "Japanese": ("ja", "jpn"),
    "Russian": ("ru", "rus"),
    "Swedish": ("sv",),
}


def test_the_languages_have_the_shares_in_the_table(fields):
    assert {item["name"]: item["text"] for item in fields["1.3.e"]["items"]} == LANGUAGES
    assert list(LANGUAGES) == [item["name"] for item in fields["1.3.e"]["items"]]


def test_a_plain_loop_over_all_rows_comes_to_the_same_shares(folder):
    named = {spelling: name for name, spellings in SPELLINGS.items() for spelling in spellings}
    tokens = Counter()
    for source, column in LANGUAGE_COLUMNS.items():
        for row in rows_of(folder, source):
            spelled = str(reach(row, column)).removeprefix("__label__")
            first = re.split("[-_]", spelled)[0]
            tokens[named.get(first, "Language not identified")] += size_of(reach(row, COLUMNS[source][3]["text"])) or 0
    assert sum(tokens.values()) == 173_413_539
    shares = {name: f"{100 * tokens[name] / 173_413_539:.1f} %" for name in LANGUAGES}
    assert shares | {"Swedish": "less than 0.1 %"} == LANGUAGES
    assert 0 < tokens["Swedish"] < 173_414


def test_the_official_eu_languages_among_them_are_named(fields):
    # Of the twelve: not Japanese, not Russian, and what was not identified.
    among = "English, Finnish, French, German, Italian, Polish, Portuguese, Spanish, Swedish"
    assert f"Official languages of the European Union among them (9 of 24): {among}." in fields["1.3.e"]["closing"]


# --- 2.1.c and d: large public datasets


def test_the_dataset_above_three_percent_is_listed_and_the_other_described(fields):
    # Public text: 12,985,536 + 149,367 = 13,134,903 tokens. The encyclopaedia is 98.9 % of it, the minutes 1.1 %.
    assert [item["name"] for item in fields["2.1.c"]["items"]] == ["Open Encyclopaedia of Invented Things"]
    assert [item["name"] for item in fields["2.1.d"]["items"]] == ["Minutes of Invented Town Councils"]


# --- 2.5: generators


def test_each_generator_stands_where_its_place_on_the_market_puts_it(fields):
    assert [item["name"] for item in fields["2.5.c"]["items"]] == ["Borealis Large 2"]  # on_market: true
    assert [item["name"] for item in fields["2.5.d"]["items"]] == ["aurora-teacher-9b"]  # on_market: false


# --- 2.3.h: the top domains

TOP = {
    "domains_total": 4_000,  # all sites of the example are in the text; images and podcasts add none
    "required": 200,  # a small enterprise: 5 % of 4,000 = 200, which is less than 1,000
    "listed": 200,  # no tie at the last step
}


def test_the_list_of_domains_is_as_long_as_a_small_enterprise_must_make_it(fields, result):
    assert {key: fields["2.3.h"][key] for key in TOP} == TOP
    assert (result.domains_total, result.domains_required, result.domains_listed) == (4_000, 200, 200)


def test_the_list_of_domains_is_name_by_name_what_plain_loops_give(project, result, folder):
    sizes = defaultdict(Counter)
    for source in ("web-crawl-2025", "image-crawl-2025", "podcasts-2025"):
        _, address, _, measures = COLUMNS[source]
        for row in rows_of(folder, source):
            if domain := domain_of(reach(row, address)):
                for modality, column in measures.items():
                    size = size_of(reach(row, column)) if column else 1
                    # Hours are compared as whole milliseconds: sums of floats are not exact.
                    sizes[modality][domain] += round((size or 0) * (3_600_000 if modality == "audio" else 1))
    place = {}  # the share of its modality's ranking at which a domain comes in first
    for found in sizes.values():
        ranking = sorted(found, key=lambda domain, found=found: (-found[domain], domain))
        for rank, domain in enumerate(ranking, 1):
            place[domain] = min(place.get(domain, Fraction(2)), Fraction(rank, len(ranking)))
    assert {modality: len(found) for modality, found in sizes.items()} == {"text": 4_000, "image": 3_021, "audio": 100}
    share = next(share for share in sorted(set(place.values())) if sum(at <= share for at in place.values()) >= 200)
    wanted = sorted((at, domain) for domain, at in place.items() if at <= share)

    with (project.out / "public" / "top-domains.csv").open(encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))
    assert [row["domain"] for row in listed] == [domain for _, domain in wanted]
    assert [row["rank"] for row in listed] == [str(number) for number in range(1, 201)]
    # The largest of each modality come in with the shares 1/4000, 1/3021 and 1/100; by hand from the rankings.
    assert [row["domain"] for row in listed[:2]] == ["vopavotiti-example.com", "radinoma-example.com"]
