"""What differs between two public summaries, ours or written by hand, as data and in words."""

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from summary_inventory import complete_project
from typer.testing import CliRunner

from datasummary import DataError, diff
from datasummary.cli import app
from datasummary.comparing import compare
from datasummary.documents.changes import short_sentences
from datasummary.documents.summary import write_summary
from datasummary.documents.summary_schema import summary_schema
from datasummary.documents.template import FIELDS, SUBTITLE, TITLE
from datasummary.quality.reading import read_summary
from datasummary.translation import speaking

NEVER = ("compliant", "violation", "infringing", "honoured", "consent", "not used", "missing")
SAME = ("Nothing differs but version and date.",)


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = complete_project(tmp_path_factory.mktemp("diff"))
    write_summary(project)
    return project.out / "public" / "public-summary.json"


@pytest.fixture
def old(ours: Path) -> Any:
    return json.loads(ours.read_text("utf-8"))


@pytest.fixture
def new(old: Any) -> Any:
    return copy.deepcopy(old)


def by_hand() -> dict[str, Any]:
    """The least that the schema takes: every field, most of them words."""
    fields: dict[str, Any] = {id_: {"label": field.label, "value": "None."} for id_, field in FIELDS.items()}
    fields["0.a"]["value"] = "Version 0.9"
    fields["0.b"]["value"] = "01/12/2025"
    return {
        "template": {"title": TITLE, "subtitle": SUBTITLE},
        "generated_by": {"name": "datasummary", "version": "0"},
        "status": "complete",
        "models": ["hand-1"],
        "fields": fields,
        "disclaimer": "",
    }


def written(folder: Path, summary: Any, domains: str | None = None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    if domains is not None:
        (folder / "top-domains.csv").write_text(domains, "utf-8")
    path = folder / "public-summary.json"
    path.write_text(summary if isinstance(summary, str) else json.dumps(summary), "utf-8")
    return path


def test_a_summary_differs_from_itself_in_nothing(ours: Path) -> None:
    found = diff(ours, ours)
    assert (found.fields, found.answers, found.sources, found.sizes, found.domains) == ((), (), (), (), None)
    assert found.sentences() == SAME
    assert (found.before.version, found.before.date, found.before.models) == ("1.1", "01/03/2026", ("acme-7b-v1",))


def test_version_and_date_alone_are_no_change_in_words(old: Any, new: Any) -> None:
    new["fields"]["0.a"]["value"]["items"][0]["name"] = "Version 2"
    new["fields"]["0.b"]["value"] = "01/06/2026"
    found = compare(old, new)
    assert [field.id for field in found.fields] == ["0.a", "0.b"]
    assert (found.after.version, found.after.date) == ("2", "01/06/2026")
    assert found.sentences() == SAME


@pytest.mark.parametrize(
    ("id_", "path", "value", "sentence"),
    [
        ("2.4.a", ["answer"], "No", "Now: No; before: Yes."),
        ("2.1.c", ["items", 0, "name"], "Z", "Large public datasets (2.1.c) newly named: Z; no longer named: Common Pages."),
        ("2.2.2.c", ["items"], [], "Private datasets from third parties (2.2.2.c) no longer named: Acme Stock."),
        ("2.3.b", ["items"], [{"name": "AcmeBot/2.1"}, {"name": "B"}], "Crawlers (2.3.b) newly named: B."),
        ("2.5.c", ["items", 0, "name"], "Big-2", "newly named: Big-2; no longer named: Big-1."),
        ("1.3.b", [1, "range"], "More than 1 billion images", "Image: More than 1 billion images; before: 1 Million"),
        ("1.3.b", [2, "approximate_size"], "5 hours", "Audio: 10 000 to 1 million hours, 5 hours; before: 10 000"),
        ("1.3.e", ["items", 0, "text"], "61.0 %", "Languages with another share (1.3.e): English 61.0 % (before: 70.0 %)."),
        ("1.3.e", ["items", 1, "name"], "Maltese", "newly named: Maltese; no longer named: French."),
        ("2.3.e", ["text"], "01/2024 to 02/2026", "before: 01/2024 to 10/2025"),
        ("2.3.d", ["items", 0, "details", "Paywalls"], "x", "The text of another field changed: General description of crawler behaviour (2.3.d)"),
    ],
)  # fmt: skip
def test_each_kind_of_change_is_told_and_its_field_named(
    old: Any, new: Any, id_: str, path: list[str | int], value: Any, sentence: str
) -> None:
    at = new["fields"][id_]["value"]
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    found = compare(old, new)
    assert [field.id for field in found.fields] == [id_]
    assert sentence in " ".join(found.sentences())
    assert [word for word in NEVER if word in " ".join(found.sentences())] == []


def test_a_changed_comment_or_open_point_is_a_change(old: Any, new: Any) -> None:
    new["fields"]["1.3.b"]["comment"] = "Other words."
    new["fields"]["3.3.a"]["to_be_stated"] = ["to be stated by the provider"]
    assert [field.id for field in compare(old, new).fields] == ["1.3.b", "3.3.a"]


def test_a_long_text_is_shown_from_a_little_before_the_first_difference(old: Any, new: Any) -> None:
    for summary, word in ((old, "before"), (new, "after")):
        summary["fields"]["3.3.a"]["value"] = f"{'same ' * 200}{word} {'rest ' * 200}"
    (field,) = compare(old, new).fields
    assert field.before.startswith("… ")
    assert "same before rest" in field.before
    assert "same after rest" in field.after
    assert max(len(field.before), len(field.after)) < 170


def test_domains_come_and_go_by_rank_and_all_are_named(old: Any, new: Any) -> None:
    old["fields"]["2.3.h"]["value"]["domains"] = [f"d{n}.example" for n in range(1200)]
    new["fields"]["2.3.h"]["value"]["domains"] = [f"d{n}.example" for n in (*range(1199, 1001, -1), *range(2000, 4000))]
    domains = compare(old, new).domains
    assert domains
    assert (domains.before, domains.after, len(domains.added), len(domains.removed)) == (1200, 2198, 2000, 1002)
    assert domains.added[:2] == ("d2000.example", "d2001.example")
    assert domains.reordered
    told = [sentence.replace("\u00a0", " ") for sentence in compare(old, new).sentences()]
    assert told[-4:] == [
        "The list of domain names (2.3.h) holds 2 198 names; before, it held 1 200.",
        "2 000 domain names are new on the list: d2000.example, d2001.example, d2002.example, d2003.example, d2004.example and 1 995 more.",
        "1 002 domain names are no longer on the list: d0.example, d1.example, d2.example, d3.example, d4.example and 997 more.",
        "Domain names that stand in both lists have another order.",
    ]  # fmt: skip


def test_a_document_tells_its_changes_in_ten_sentences_at_most(old: Any, new: Any) -> None:
    for id_, field in new["fields"].items():
        if isinstance(field["value"], str):
            field["value"] = f"Other words for {id_}"
        elif "answer" in field["value"]:
            field["value"]["answer"] = "No"
    found = compare(old, new)
    assert len(found.sentences()) > 15
    assert len(short_sentences(found)) == 10
    assert short_sentences(found)[-1] == f"{len(found.sentences()) - 9} more changes."


def test_a_summary_by_hand_with_its_list_beside_it_is_compared_with_ours(ours: Path, tmp_path: Path) -> None:
    hand = by_hand()
    jsonschema.validate(hand, summary_schema())
    path = written(
        tmp_path, hand, "rank,domain\r\n1,gone.example\r\n2,'-site000000.example\r\n3,site000000.example\r\n"
    )
    found = diff(path, ours)
    assert (found.before.version, found.before.date, found.before.models) == ("0.9", "01/12/2025", ("hand-1",))
    assert found.domains
    assert (found.domains.before, found.domains.removed) == (3, ("gone.example", "-site000000.example"))
    assert found.domains.added == ("site000001.example", "site000002.example")
    assert {change.id for change in found.sources} == {"2.1.c", "2.2.2.c", "2.3.b", "2.5.c"}
    assert all(change.before is None for change in found.sizes)
    assert len(found.fields) == 53


@pytest.mark.parametrize(
    "text",
    [
        "rank,domain\r\n1,b.example\r\n2,'-a.example\r\n",
        "domain,rank\nb.example,1\n-a.example,2\n",
        "domain\r,rank\nb.example\r,1\n-a.example\r,2\n",
        "rank;domain\n1;b.example\n2;-a.example\n",
        "1,b.example\n2,-a.example\n",
        "b.example;1\n\n-a.example;2\n",
        "\ufeffRank\tDomain\tText in tokens\n1\tb.example\t5\n2\t-a.example\t4\n",
        "b.example\n-a.example",
    ],
)
def test_check_and_diff_read_the_same_names_from_a_list_however_its_columns_stand(
    tmp_path: Path, ours: Path, text: str
) -> None:
    path = written(tmp_path, by_hand(), text)
    domains = diff(path, ours).domains
    assert domains
    assert domains.removed == read_summary(path).domains == ("b.example", "-a.example")


def test_ours_without_its_list_inside_reads_the_file_beside_it(ours: Path, old: Any, tmp_path: Path) -> None:
    del old["fields"]["2.3.h"]["value"]["domains"]
    path = written(tmp_path, old, (ours.parent / "top-domains.csv").read_text("utf-8"))
    assert diff(path, ours).fields == ()


@pytest.mark.parametrize("beside", [None, "rank,domain\r\n", "rank,domain\r\n1,site000000.example\r\n"])
def test_a_list_that_is_not_there_or_not_whole_is_no_list_of_names_removed(
    ours: Path, new: Any, tmp_path: Path, beside: str | None
) -> None:
    del new["fields"]["2.3.h"]["value"]["domains"]
    path = written(tmp_path, new, beside)
    if beside is None:
        (tmp_path / "top-domains.csv").mkdir()
    found = diff(ours, path)
    assert (found.domains, found.domains_unread) == (None, ("after",))
    told = "Domain names (2.3.h) are not compared: the {} document's list is not there, or not whole."
    assert (found.fields, found.sentences()) == ((), (told.format("later"),))
    assert told.format("earlier") in diff(path, ours).sentences()
    assert "neither" in " ".join(diff(path, path).sentences())


def test_a_field_that_became_open_is_told_as_open(old: Any, new: Any) -> None:
    new["fields"]["2.1.d"].update(value=None, to_be_stated=["to be stated by the provider"])
    (sentence,) = compare(old, new).sentences()
    assert sentence.startswith("Now open: ")
    assert "2.1.d" in sentence
    assert compare(new, old).sentences()[0].startswith("No longer open: ")


def test_quotes_say_which_size_and_which_number_they_mean(old: Any, new: Any) -> None:
    new["fields"]["1.3.b"]["value"][0]["estimated"] = True
    new["fields"]["2.3.h"]["value"].update(domains_total=4000)
    sizes, domains = compare(old, new).fields
    assert "Text: 1 billion to 10 trillions tokens (estimated) · Image: " in sizes.after
    assert "Domain names in all: 4 000 · Names that the rule asks for: 3 · Names listed: 3 · File: " in domains.after


def test_the_later_file_first_is_said(ours: Path, new: Any, tmp_path: Path) -> None:
    new["fields"]["0.b"]["value"] = "01/12/2025"
    told = CliRunner().invoke(app, ["diff", str(ours), str(written(tmp_path, new))])
    assert "The first file is the later one by its date; the earlier goes first.\n" in told.stdout
    assert (
        "is the later" not in CliRunner().invoke(app, ["diff", str(tmp_path / "public-summary.json"), str(ours)]).stdout
    )


@pytest.mark.parametrize(
    ("text", "domains", "told"),
    [
        ("not JSON", None, "is no JSON"),
        ("[" * 200_000, None, "is no JSON"),
        ("[]", None, "is no public summary"),
        ('{"fields": {"x": {"value": 1}}}', None, "is no public summary"),
        ('{"fields": {"1.1.a": "words"}}', None, r"fields\.1\.1\.a: must be an object"),
        ('{"fields": {"2.3.h": {"value": {"domains": [1]}}}}', None, "domains must be a list of names"),
        ('{"fields": {"1.1.a": {"value": 1}}}', "a,b\r\n1,2\r\n", "has no column named domain"),
    ],
)
def test_what_is_no_summary_ends_with_status_3_and_says_why(
    tmp_path: Path, ours: Path, text: str, domains: str | None, told: str
) -> None:
    path = written(tmp_path, text, domains)
    with pytest.raises(DataError, match=told) as raised:
        diff(ours, path)
    assert str(path.parent) in str(raised.value)
    assert raised.value.exit_code == 3


def test_a_file_that_is_not_there_is_named(tmp_path: Path, ours: Path) -> None:
    with pytest.raises(DataError, match=r"nothing\.json: no such file"):
        diff(tmp_path / "nothing.json", ours)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["items", "name", "text", "answer", "modality", "range", "x"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(FIELDS)), st.fixed_dictionaries({"value": VALUES}), min_size=1), VALUES)
def test_whatever_the_values_are_the_differences_are_told(fields: Any, models: Any) -> None:
    summary = {"models": models, "fields": fields}
    for found in (compare(summary, by_hand()), compare(by_hand(), summary)):
        assert found.sentences()
        assert not any(sign in sentence for sentence in found.sentences() for sign in "\x1b\u202e")
        json.dumps(found.to_json())
    assert compare(summary, summary).fields == ()


def test_the_command_tells_it_in_words_or_as_json(ours: Path, tmp_path: Path, new: Any) -> None:
    new["fields"]["3.3.a"]["value"] = "Names were \x1b[31mmasked."
    path = written(tmp_path, new)
    told = CliRunner().invoke(app, ["diff", str(ours), str(path)])
    assert (told.exit_code, told.stderr) == (0, "")
    assert "Names were [31mmasked" in told.stdout
    assert "    before: Personal data was masked.\n" in told.stdout
    found = json.loads(CliRunner().invoke(app, ["diff", str(ours), str(path), "--json"]).stdout)
    assert [field["id"] for field in found["fields"]] == ["3.3.a"]
    assert found["domains"] is None
    assert found["sentences"]


def test_names_of_strangers_hold_no_place_in_a_sentence(old: Any, new: Any) -> None:
    new["models"] = ["{names} %s {0}"]
    with speaking("en"):
        assert "{names} %s {0}" in compare(old, new).sentences()[0]
