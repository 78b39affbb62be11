"""The computed fields of the public summary, against figures worked out by hand."""

from pathlib import Path
from typing import Any

import pytest
from summary_inventory import BASE, Scan, write_project

from datasummary.documents.fields import Checkboxes, Field, Listing, Prose, Sizes, YesNo
from datasummary.documents.summary import build_summary
from datasummary.errors import DataError, ProjectError
from datasummary.project import Project

OLD = {"model": {"names": [{"name": "m"}], "placed_on_market": "2025-08-01"}}


def source(name: str, category: str = "licensed", modality: str = "text", **keys: Any) -> dict[str, Any]:
    return {"name": name, "category": category, "modality": modality, **keys}


def scanned(name: str, category: str = "crawled", modality: str = "text", **keys: Any) -> dict[str, Any]:
    return source(name, category, modality, manifests=["x"], columns={"size": "n", "language": "l"}, **keys)


def fields(project: Project) -> dict[str, Field]:
    return build_summary(project).fields


def said(field: Field) -> Any:
    """The value in the shortest form: a bool, a tuple of modalities, a dict of ranges, names and words, or text."""
    match field.value:
        case YesNo(answer):
            return answer
        case Checkboxes(selected):
            return selected
        case Sizes(rows):
            return {row.modality: (row.range or row.approximate, row.estimated) for row in rows}
        case Listing(items):
            return {item.name: item.text or dict(item.details) for item in items}
        case Prose(text):
            return text
        case _:
            return None


# Two crawls of text, one public dataset of images, one of text by ratio, licensed audio.
HAND_PROJECT = [
    scanned("news", crawlers=[{"name": "AcmeBot"}], content_types=["press"]),
    scanned("blogs", crawlers=[{"name": "AcmeBot"}], content_types=["Press", "blogs"]),
    scanned(
        "books", "public", unit="bytes", tokens_per_unit=0.25, title="Books", version="2", link="https://b.example"
    ),
    scanned(
        "photos",
        "public",
        "image",
        title="Photos",
        version="1",
        link="https://p.example",
        content_types=["photography"],
    ),
    source(
        "radio", "licensed", "audio", size={"min": 10_000, "max": 20_000}, last_date="2025-11", content_types=["radio"]
    ),
]
HAND_SCAN = (
    ("news", "text", "tokens", {"en": 600_000_000, "de": 150_000_000, "und": 50_000_000}, "2024-01-15", "2025-03-02"),
    ("blogs", "text", "tokens", {"en": 100_000_000}, "2023-12-31", "2025-02-01"),
    ("books", "text", "bytes", {"fr": 400_000_000}, None, None),
    ("photos", "image", "images", {"und": 999_999}, "2022-05-01", "2022-06-30"),
)
BY_HAND = [
    # 800 + 100 million tokens, and 400 million bytes at a quarter token: exactly 1,000 million; the range starts there.
    # 999,999 images lie just below a million. 10,000 to 20,000 hours lie within one range.
    (
        "1.3.b",
        {
            "text": ("1 billion to 10 trillions tokens", True),
            "image": ("Less than 1 million images", False),
            "audio": ("10 000 to 1 million hours", False),
        },
    ),
    ("1.3.a", ("text", "image", "audio")),
    ("1.3.c", {"Text": "press, blogs", "Image": "photography", "Audio": "radio"}),
    ("1.3.d", "11/2025"),  # the radio's declared month is later than any scanned date
    # Of 1,000 million: English 700, German 150, French 100, unidentified 50.
    (
        "1.3.e",
        {"English": "70.0 %", "German": "15.0 %", "French": "10.0 %", "Language not identified": "5.0 %"},
    ),
    ("2.1.a", True),
    ("2.1.b", ("text", "image")),
    ("2.2.1.a", True),
    ("2.2.1.b", ("audio",)),
    ("2.2.2.a", False),
    ("2.3.a", True),
    ("2.3.b", {"AcmeBot": {}}),
    ("2.3.e", {"AcmeBot": "12/2023 to 03/2025"}),
    ("2.3.g", ("text",)),
    ("2.4.a", False),
    ("2.4.b", False),
    ("2.5.a", False),
    ("2.6.a", False),
]


@pytest.fixture
def by_hand(tmp_path: Path) -> dict[str, Field]:
    project = write_project(tmp_path, sources=HAND_PROJECT)
    scan = Scan()
    for name, modality, unit, languages, first, last in HAND_SCAN:
        size = sum(languages.values())
        domains = {"a.example": size} if name in ("news", "blogs") else {}
        scan.add(name, modality, unit, domains=domains, size=size, languages=languages, first=first, last=last)
    scan.write(project)
    return fields(project)


@pytest.mark.parametrize(("field_id", "expected"), BY_HAND, ids=[field_id for field_id, _ in BY_HAND])
def test_computed_field_is_what_was_worked_out_by_hand(by_hand: dict[str, Field], field_id: str, expected: Any) -> None:
    assert said(by_hand[field_id]) == expected
    assert by_hand[field_id].origin == ("declared" if field_id in ("1.3.c", "2.3.b") else "computed")


def test_official_languages_of_the_union_are_named(by_hand: dict[str, Field]) -> None:
    value = by_hand["1.3.e"].value
    assert isinstance(value, Listing)
    assert value.closing == "Official languages of the European Union among them (3 of 24): English, French, German."
    assert value.text is not None
    assert "tokens (estimated)" in value.text


def test_a_source_of_several_modalities_names_types_of_content_for_each(tmp_path: Path) -> None:
    measures = [
        {"modality": "image", "unit": "images", "declared": 5, "content_types": ["photography"]},
        {"modality": "text", "unit": "tokens", "declared": 5, "content_types": ["captions"]},
    ]
    project = write_project(tmp_path, sources=[{"name": "a", "category": "licensed", "measures": measures}])
    assert said(fields(project)["1.3.c"]) == {"Text": "captions", "Image": "photography"}


@pytest.mark.parametrize(
    ("modality", "size", "expected"),
    [
        ("text", 10**9 - 1, "Less than 1 billion tokens"),
        ("text", 10**9, "1 billion to 10 trillions tokens"),
        ("text", 10**13, "1 billion to 10 trillions tokens"),
        ("text", 10**13 + 1, "More than 10 trillions tokens"),
        ("image", 10**9, "1 Million to 1 billion images"),
        ("audio", 9_999.5, "Less than 10 000 hours"),
        ("video", 1_000_000.5, "More than 1 million hours"),
        ("video", {"min": 2_000_000}, "More than 1 million hours"),
        ("other", 123_456, "sensor series: approximately 120 000 documents"),
    ],
)
def test_size_falls_into_the_forms_range(tmp_path: Path, modality: str, size: Any, expected: str) -> None:
    project = write_project(
        tmp_path, sources=[source("a", modality=modality, size=size, content_types=["sensor series"])]
    )
    field = fields(project)["1.3.b"]
    assert said(field) == {modality: (expected, False)}
    assert not field.open


def test_scanned_hours_are_exact_milliseconds(tmp_path: Path) -> None:
    project = write_project(tmp_path, sources=[scanned("a", "licensed", "audio")])
    Scan().add("a", "audio", "milliseconds", size=10_000 * 3_600_000 - 1).write(project)
    assert said(fields(project)["1.3.b"]) == {"audio": ("Less than 10 000 hours", False)}


def test_declared_range_over_two_ranges_of_the_form_stays_open(tmp_path: Path) -> None:
    field = fields(write_project(tmp_path, sources=[source("a", size={"min": 1, "max": 1e10})]))["1.3.b"]
    assert said(field) == {"text": (None, False)}
    assert "narrow the sizes declared for text" in field.open[0].advice


def test_text_known_in_bytes_alone_gives_its_approximate_size_in_bytes(tmp_path: Path) -> None:
    sources = [source("a", unit="bytes", size=1.26e12), source("b", unit="bytes", size=1e9)]
    field = fields(write_project(tmp_path, sources=sources))["1.3.b"]
    assert said(field) == {"text": ("approximately 1.3 trillion bytes", False)}


def test_text_in_different_units_is_not_added_without_a_ratio(tmp_path: Path) -> None:
    sources = [source("a", unit="bytes", size=1e12), source("b", size=1e12)]
    field = fields(write_project(tmp_path, sources=sources))["1.3.b"]
    assert said(field) == {"text": (None, False)}
    assert "tokens_per_unit" in field.open[0].advice


def test_whether_sources_are_crawled_without_a_crawler_is_not_read_as_a_crawler(tmp_path: Path) -> None:
    project = write_project(tmp_path, sources=[scanned("api")])
    Scan().add("api", domains={"a.example": 1}, last="2025-01-01", first="2025-01-01").write(project)
    found = fields(project)
    assert said(found["2.3.a"]) is False
    assert "by API or download" in (found["2.3.a"].comment or "")
    assert [found[f"2.3.{letter}"].origin for letter in "bcd"] == ["not_applicable"] * 3
    assert said(found["2.3.e"]) == "01/2025 to 01/2025"
    assert found["2.3.h"].origin == "computed"


class TestLargePublicDatasets:
    """The 3 % test, per modality, over whole datasets."""

    def listed(self, tmp_path: Path, sources: list[dict[str, Any]]) -> list[str | None]:
        found = fields(write_project(tmp_path, sources=sources))
        value = found["2.1.c"].value
        return [item.name for item in value.items] if isinstance(value, Listing) else []

    def test_exactly_three_percent_is_not_large_and_a_token_more_is(self, tmp_path: Path) -> None:
        sources = [source("a", "public", title="A", size=97), source("b", "public", title="B", size=3)]
        assert self.listed(tmp_path, sources) == ["A"]
        sources = [source("a", "public", title="A", size=96), source("b", "public", title="B", size=3)]
        assert self.listed(tmp_path, sources) == ["A", "B"]

    def test_parts_of_one_dataset_are_weighed_together(self, tmp_path: Path) -> None:
        parts = [source(f"p{n}", "public", dataset="Split", size=2) for n in range(2)]
        assert self.listed(tmp_path, [source("a", "public", title="A", size=96), *parts]) == ["A", "Split"]

    def test_one_modality_over_the_threshold_suffices(self, tmp_path: Path) -> None:
        mixed = {
            "name": "mixed",
            "category": "public",
            "title": "Mixed",
            "measures": [
                {"modality": "text", "unit": "tokens", "declared": 1},
                {"modality": "image", "unit": "images", "declared": 5},
            ],
        }
        assert self.listed(tmp_path, [source("a", "public", title="A", size=999), mixed]) == ["A", "Mixed"]

    def test_only_publicly_available_data_counts_in_the_whole(self, tmp_path: Path) -> None:
        sources = [source("a", "public", title="A", size=1), source("huge", "licensed", size=10**9)]
        assert self.listed(tmp_path, sources) == ["A"]

    def test_a_declared_range_around_the_threshold_leaves_it_open(self, tmp_path: Path) -> None:
        sources = [
            source("a", "public", title="A", size=97, version="1", link="https://a.example"),
            source("b", "public", title="B", size={"min": 1, "max": 5}, description="x", nature="y", languages=["en"]),
        ]
        field = fields(write_project(tmp_path, sources=sources))["2.1.c"]
        assert [point.public for point in field.open] == ["whether a further dataset is large by its text"]

    def test_a_dataset_without_version_or_link_is_still_to_be_named(self, tmp_path: Path) -> None:
        field = fields(write_project(tmp_path, sources=[source("a", "public", title="A", size=1)]))["2.1.c"]
        assert [point.advice for point in field.open] == [
            "set version of the source a",
            "set link or description of the source a",
        ]

    def test_others_are_described_with_dates_or_the_words_not_known(self, tmp_path: Path) -> None:
        small = source(
            "b", "public", title="B", size=1, description="Letters.", nature="Private letters", languages=["mt"]
        )
        sources = [
            source("a", "public", title="A", size=999),
            small | {"first_date": "not known", "last_date": "2020-05"},
        ]
        details = said(fields(write_project(tmp_path, sources=sources))["2.1.d"])
        assert details == {"B": "Letters."}
        field = fields(write_project(tmp_path, sources=sources))["2.1.d"]
        assert isinstance(field.value, Listing)
        assert dict(field.value.items[0].details) == {
            "Modality": "Text",
            "Nature of the content": "Private letters",
            "Languages": "Maltese",
            "Period of collection": "not known to 05/2020",
        }


class TestNarratives:
    """Words of the provider's own, instead of or beside what is computed."""

    def test_a_text_stands_instead(self, tmp_path: Path) -> None:
        project = write_project(tmp_path, sources=[source("a", size=1)], narratives={"1.3.c": "Contracts and deeds."})
        field = fields(project)["1.3.c"]
        assert (said(field), field.origin, field.open) == ("Contracts and deeds.", "declared", ())

    def test_an_appended_text_stands_beside_and_does_not_close_what_is_open(self, tmp_path: Path) -> None:
        project = write_project(tmp_path, sources=[source("a", size=1)], narratives={"1.3.c": {"append": "More."}})
        field = fields(project)["1.3.c"]
        assert (field.value, field.comment, field.origin) == (None, "More.", "missing")

    def test_an_optional_field_that_says_nothing_gives_way(self, tmp_path: Path) -> None:
        project = write_project(tmp_path, sources=[source("a", size=1)], narratives={"2.4.e": {"append": "More."}})
        assert said(fields(project)["2.4.e"]) == "More."

    def test_a_no_against_a_computed_yes_is_an_error_that_names_both(self, tmp_path: Path) -> None:
        narratives = {"2.2.1.a": "No, we never did."}
        project = write_project(tmp_path, sources=[source("a", size=1)], narratives=narratives)
        with pytest.raises(ProjectError, match=r"narratives\.2\.2\.1\.a begins with “No, we never did.”.* say Yes"):
            fields(project)

    def test_a_yes_that_agrees_keeps_the_box_and_its_words(self, tmp_path: Path) -> None:
        narratives = {"2.2.1.a": "Yes: with two agencies."}
        field = fields(write_project(tmp_path, sources=[source("a", size=1)], narratives=narratives))["2.2.1.a"]
        assert (said(field), field.comment) == (True, "with two agencies.")

    def test_a_word_that_merely_begins_with_no_contradicts_nothing(self, tmp_path: Path) -> None:
        narratives = {"2.2.1.a": "Norwegian agencies."}
        field = fields(write_project(tmp_path, sources=[source("a", size=1)], narratives=narratives))["2.2.1.a"]
        assert (said(field), field.comment) == (True, "Norwegian agencies.")

    def test_a_yes_answers_an_open_question(self, tmp_path: Path) -> None:
        field = fields(write_project(tmp_path, narratives={"3.1.a": "No."}))["3.1.a"]
        assert (said(field), field.origin, field.open) == (False, "declared", ())

    @pytest.mark.parametrize("narrative", ["Until 04/2025.", {"append": "Until 04/2025."}])
    @pytest.mark.parametrize("field_id", ["1.3.d", "2.3.e"])
    def test_another_month_than_the_computed_one_is_an_error_that_names_both(
        self, tmp_path: Path, field_id: str, narrative: Any
    ) -> None:
        project = write_project(tmp_path, sources=[scanned("web")], narratives={field_id: narrative})
        Scan().add("web", domains={"a.example": 1}, first="2025-03-01", last="2025-03-31").write(project)
        with pytest.raises(ProjectError, match=rf"narratives\.{field_id} says 04/2025, but the sources say .*03/2025"):
            fields(project)

    def test_the_same_month_may_be_told_in_words(self, tmp_path: Path) -> None:
        project = write_project(tmp_path, sources=[scanned("web")], narratives={"1.3.d": "03/2025, in one crawl."})
        Scan().add("web", domains={"a.example": 1}, first="2025-03-01", last="2025-03-31").write(project)
        assert said(fields(project)["1.3.d"]) == "03/2025, in one crawl."

    def test_control_characters_and_marks_of_direction_are_dropped(self, tmp_path: Path) -> None:
        project = write_project(tmp_path, narratives={"3.3.a": "a\u202eb\x07c"})
        assert said(fields(project)["3.3.a"]) == "abc"


class TestGaps:
    """What cannot be found out about models of before August 2025."""

    def test_a_justified_gap_closes_the_field(self, tmp_path: Path) -> None:
        field = fields(write_project(tmp_path, gaps={"1.3.f": "No records were kept."}, **OLD))["1.3.f"]
        assert (field.origin, field.open) == ("justified_gap", ())
        assert "Justification: No records were kept." in said(field)

    def test_a_newer_model_may_state_none(self, tmp_path: Path) -> None:
        model = {**OLD["model"], "placed_on_market": "2025-08-02"}
        project = write_project(tmp_path, gaps={"1.3.f": "No records."}, model=model)
        with pytest.raises(ProjectError, match=r"gaps\.1\.3\.f: only for models .* before 02/08/2025"):
            fields(project)

    def test_a_complete_field_has_none(self, tmp_path: Path) -> None:
        project = write_project(tmp_path, gaps={"0.a": "No records."}, **OLD)
        with pytest.raises(ProjectError, match=r"gaps\.0\.a: the field is complete"):
            fields(project)


def test_a_provider_outside_the_union_must_name_a_representative(tmp_path: Path) -> None:
    provider = {**BASE["provider"], "established_in": "US"}
    assert fields(write_project(tmp_path / "us", provider=provider))["1.1.b"].origin == "missing"
    assert fields(write_project(tmp_path / "fr"))["1.1.b"].origin == "not_applicable"


def test_a_model_made_from_another_links_its_summary_and_says_what_it_covers(tmp_path: Path) -> None:
    base = {"name": "big-1", "summary": "https://big.example/summary"}
    model = {**BASE["model"], "based_on": [base]}
    value = fields(write_project(tmp_path, model=model))["1.2.b"].value
    assert isinstance(value, Listing)
    assert dict(value.items[0].details) == {"Public summary of this model": "https://big.example/summary"}
    assert value.closing == "This summary covers only the data used to modify it."


def test_whether_training_continues_is_never_guessed(tmp_path: Path) -> None:
    sources = [source("a", size=1, last_date="2025-01")]
    field = fields(write_project(tmp_path, sources=sources))["1.3.d"]
    assert said(field) == "01/2025"
    assert [point.advice for point in field.open] == ["set model.training_continues"]


def test_a_source_that_was_not_scanned_stops_the_summary(tmp_path: Path) -> None:
    project = write_project(tmp_path, sources=[scanned("web")])
    with pytest.raises(DataError, match="datasummary scan"):
        fields(project)
    Scan().add("other", domains={"a.example": 1}).write(project)
    with pytest.raises(DataError, match="no scan of the source web"):
        fields(project)


def test_files_that_were_left_out_are_counted_in_the_document(tmp_path: Path) -> None:
    project = write_project(tmp_path, sources=[scanned("web")])
    scan = Scan().add("web", domains={"a.example": 1})
    scan.inputs = [{"source": "web", "path": "a"}, {"source": "web", "path": "b", "problem": "cut short"}]
    scan.write(project)
    assert "1 file was unreadable and left out" in (fields(project)["1.3.b"].comment or "")


def test_a_broken_table_is_named(tmp_path: Path) -> None:
    project = write_project(tmp_path, sources=[scanned("web")])
    Scan().add("web", domains={"a.example": 1}).write(project)
    (project.out / "internal" / "domains.parquet").write_bytes(b"PAR1, cut short")
    with pytest.raises(DataError, match=r"domains\.parquet: cannot be read"):
        fields(project)


def test_a_declared_date_after_the_summarys_own_is_an_error(tmp_path: Path) -> None:
    project = write_project(tmp_path, sources=[source("a", size=1, last_date="2026-04")])
    with pytest.raises(ProjectError, match=r"last_date of the source a is 2026-04"):
        fields(project)


def test_three_projects_share_a_catalogue_and_each_reports_its_own_data(tmp_path: Path) -> None:
    import yaml

    catalogue = [scanned("base-crawl"), source("tuning-set", "other", size=5, description="Dialogues.")]
    (tmp_path / "sources.yaml").write_text(yaml.safe_dump({"sources": catalogue}))
    scan = Scan().add("base-crawl", domains={"a.example": 2 * 10**9}, first="2025-01-01", last="2025-01-01")
    models = {
        "base": {"names": [{"name": "base-v1"}]},
        "tuned": {
            "names": [{"name": "tuned-v1"}],
            "based_on": [{"name": "base-v1", "summary": "https://a.example/base"}],
        },
        "two": {"names": [{"name": "base-v1"}, {"name": "base-v1.1"}]},
    }
    found = {}
    for name, model in models.items():
        use = ["tuning-set"] if name == "tuned" else ["base-crawl"]
        keys = {"catalogue": ["../sources.yaml"], "use": use, "model": {**BASE["model"], **model}}
        project = write_project(tmp_path / name, **keys)
        if name != "tuned":
            scan.write(project)
        found[name] = fields(project)
    assert [found[name]["2.3.h"].origin for name in models] == ["computed", "not_applicable", "computed"]
    assert said(found["tuned"]["1.3.b"]) == {"text": ("Less than 1 billion tokens", False)}
    assert said(found["tuned"]["2.6.a"]) is True
    assert set(said(found["two"]["1.2.a"])) == {"base-v1", "base-v1.1"}
    assert found["two"]["2.3.h"].value == found["base"]["2.3.h"].value
