"""The public summary's files: complete or almost empty, they say what the form asks for and nothing else."""

import copy
import html
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from published import text_of
from summary_inventory import Scan, complete_project, write_project

from datasummary.documents.fields import SummaryDocument
from datasummary.documents.summary import build_summary, write_summary
from datasummary.documents.summary_schema import summary_schema
from datasummary.documents.template import FIELD_IDS, FIELDS, FORM, MODALITY_LABELS, SIZE_RANGES, Heading
from datasummary.errors import WorkspaceError
from datasummary.project import Project
from datasummary.render.html_page import html_page
from datasummary.render.markdown_page import escaped, markdown_page

FORMS = ("public-summary.html", "public-summary.md", "public-summary.json")
NEVER = ("compliant", "violation", "infringing", "honoured", "consent", "not used", "missing")


def public_files(project: Project) -> dict[str, str]:
    return {path.name: text_of(path) for path in sorted((project.out / "public").iterdir())}


class Page(HTMLParser):
    """Words, addresses and ids of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self._silent = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("style", "script")
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("style", "script")

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.words.append(data.strip())


def test_every_field_of_a_complete_project_has_content(tmp_path: Path) -> None:
    document = build_summary(complete_project(tmp_path))
    assert list(document.fields) == list(FIELD_IDS)
    assert len(FIELD_IDS) == 53
    assert {f.id: f.open for f in document.fields.values() if f.open} == {}
    assert {f.id for f in document.fields.values() if f.origin in ("missing", "not_applicable")} == set()
    assert not document.draft
    for text in public_files_of(document):
        assert "raft" not in text


def public_files_of(document: SummaryDocument) -> tuple[str, str]:
    return html_page(document), markdown_page(document)


def test_almost_nothing_known_reads_as_a_draft_that_invents_nothing(tmp_path: Path) -> None:
    project = write_project(tmp_path)
    result = write_summary(project)
    document = build_summary(project)
    assert {f.id for f in document.fields.values() if f.origin not in ("missing", "not_applicable")} == {
        "0.a", "0.b", "1.1.a", "1.2.a", "1.2.c",
    }  # fmt: skip
    assert result.draft
    assert all(field.advice for field in result.open)
    assert not (project.out / "public" / "top-domains.csv").exists()
    files = public_files(project)
    assert "Draft, not for publication" in files["public-summary.md"]
    assert files["public-summary.html"].count('<p class="open">') == len({(f.id, f.what) for f in result.open})
    assert json.loads(files["public-summary.json"])["status"] == "draft"
    assert all(field.advice not in files["public-summary.html"] for field in result.open)


@pytest.mark.parametrize("name", FORMS)
def test_labels_and_headings_stand_in_the_forms_order_and_words(tmp_path: Path, name: str) -> None:
    project = complete_project(tmp_path)
    write_summary(project)
    text = public_files(project)[name]
    if name.endswith("html"):
        text = " ".join(Page(text).words)
    at = text.index("Skip to the content") if name.endswith("html") else 0
    at = text.index("Version of the Summary:", at)
    for part in FORM:
        if isinstance(part, Heading) and name.endswith("json"):
            continue
        words = part.text if isinstance(part, Heading) else part.label
        if name.endswith("md"):
            words = words if isinstance(part, Heading) else escaped(words)
        at = text.index(words, at)


def test_labels_are_those_of_the_official_form() -> None:
    path = Path(__file__).resolve().parents[2] / "shared" / "reference" / "public-summary-template.yaml"
    if not path.exists():
        pytest.skip(f"the official labels are not here: no file {path}")
    official = yaml.safe_load(path.read_text("utf-8"))
    fields = [entry for entry in official["fields"] if "id" in entry]
    assert {entry["id"]: entry["label"] for entry in fields} == {field.id: field.label for field in FIELDS.values()}
    headings = [next(iter(entry.values())) for entry in official["fields"] if "id" not in entry]
    assert headings == [part.text for part in FORM if isinstance(part, Heading)]
    for modality, ranges in SIZE_RANGES.items():
        published = official["size_ranges"][modality]["ranges"]
        assert [label.replace(" ", "") for label in ranges.labels] == [label.replace(" ", "") for label in published]
    assert list(MODALITY_LABELS.values()) == official["modalities"]


def test_nothing_the_form_does_not_ask_for_reaches_the_public_files(tmp_path: Path) -> None:
    project = complete_project(tmp_path)
    write_summary(project)
    for name, text in public_files(project).items():
        assert "canary" not in text.lower(), name
        digits = re.sub(r"[\s\u202f.,_]", "", text)
        for source in project.sources:
            for measure in source.measures:
                if isinstance(measure.declared, float) and measure.declared != 2_000_000:
                    assert f"{measure.declared:.0f}" not in digits, (name, source.name)
        assert "10000019" not in digits
    internal = (project.out / "internal" / "summary-provenance.json").read_text("utf-8")
    assert "CANARY-basis" in internal
    assert "sources.CANARY-crawl" in internal


@pytest.mark.parametrize("known", [True, False], ids=["complete", "almost empty"])
def test_the_tools_own_words_never_judge(tmp_path: Path, known: bool) -> None:
    project = complete_project(tmp_path) if known else write_project(tmp_path)
    write_summary(project)
    official = [html.escape(field.label, quote=False) for field in FIELDS.values()] + [f.label for f in FIELDS.values()]
    for name, written in public_files(project).items():
        text = " ".join(written.split())
        for label in official:
            text = text.replace(label, "")
        for word in NEVER:
            assert word not in text.lower(), (name, word)
        if name in FORMS:
            assert text.count("no legal advice") == 1


def test_json_answers_to_its_published_schema(tmp_path: Path) -> None:
    schema = summary_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    for project in (complete_project(tmp_path / "complete"), write_project(tmp_path / "empty")):
        write_summary(project)
        document = json.loads(public_files(project)["public-summary.json"])
        jsonschema.validate(document, schema)
        by_hand = {key: value for key, value in document.items() if key != "generated_by"}
        jsonschema.validate(by_hand, schema)
        wrong = copy.deepcopy(document)
        wrong["fields"]["1.3.a"]["value"] = {"Text": True}
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)


def test_json_holds_structured_values(tmp_path: Path) -> None:
    project = complete_project(tmp_path)
    write_summary(project)
    fields = json.loads(public_files(project)["public-summary.json"])["fields"]
    assert fields["1.3.a"]["value"] == {"Text": True, "Image": True, "Video": False, "Audio": True, "Other": False}
    assert fields["2.3.a"]["value"] == {"answer": "Yes"}
    domains = fields["2.3.h"]["value"]
    assert (domains["share"], domains["domains_total"], domains["listed"]) == ("10 %", 30, 3)
    assert domains["domains"] == ["site000000.example", "site000001.example", "site000002.example"]


def test_the_same_input_gives_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    project = complete_project(tmp_path)
    write_summary(project)
    first = {path: path.read_bytes() for path in project.out.rglob("*") if path.is_file()}
    code = (
        "import sys; from datasummary.project import Project; from datasummary.documents.summary import write_summary"
    )
    code += "; write_summary(Project.load(sys.argv[1]))"
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Pacific/Auckland"}
    subprocess.run([sys.executable, "-c", code, str(project.path)], check=True, env=environment)
    assert {path: path.read_bytes() for path in project.out.rglob("*") if path.is_file()} == first


HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(1)> {{ 7*7 }} \"'& | `x` [a](javascript:x)\n"
    '# head\n1. one\nhttps://a.example/"><script>'
)


def hostile(folder: Path) -> Project:
    names = {f"</script><b>{n}.example": 5000 - n for n in range(11_000)}
    crawled = {"name": "web", "category": "crawled", "modality": "text", "manifests": ["x"], "columns": {"size": "n"}}
    crawled["crawlers"] = [{"name": HOSTILE, "purpose": HOSTILE, "respects": {"robots_txt": HOSTILE}}]
    project = write_project(
        folder,
        sources=[crawled],
        provider={"name": HOSTILE, "contact": HOSTILE, "established_in": "FR"},
        model={"names": [{"name": HOSTILE, "link": "https://a.example/'onclick='x"}], "placed_on_market": "2026-03-01"},
        narratives={"3.3.a": HOSTILE, "3.2.a": HOSTILE},
    )
    Scan().add("web", domains=names, first="2025-01-01", last="2025-01-01").write(project)
    return project


def test_hostile_text_stays_text_in_html(tmp_path: Path) -> None:
    page = html_page(build_summary(hostile(tmp_path)))
    assert "<script>alert" not in page
    assert "49" not in page.split('id="field-3.3.a"')[1].split("</main>")[0]
    parsed = Page(page)
    tags = [tag for tag, _, _ in parsed.attributes]
    assert "img" not in tags
    assert not [name for _, name, _ in parsed.attributes if name.startswith("on")]
    assert page.count("<script") == page.count("</script>") == 2


def test_hostile_text_stays_text_in_markdown(tmp_path: Path) -> None:
    page = markdown_page(build_summary(hostile(tmp_path)))
    assert re.search(r"(?<!\\)<(script|img|b)", page) is None
    assert "\n# head" not in page
    assert "\n1. one" not in page
    assert re.search(r"(?<!\\)\[a(?<!\\)\]\(javascript", page) is None


def test_no_request_leaves_the_page(tmp_path: Path) -> None:
    page = html_page(build_summary(complete_project(tmp_path)))
    loading = [(tag, name, value) for tag, name, value in Page(page).attributes if name in ("src", "srcset", "action")]
    assert loading == []
    assert [value for tag, name, value in Page(page).attributes if tag == "link" and name == "rel"] == ["canonical"]
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    assert "url(" not in style.group(1)
    assert "@import" not in style.group(1)


def test_ids_in_the_page_are_unique_and_each_field_can_be_linked_to(tmp_path: Path) -> None:
    ids = [
        value
        for _, name, value in Page(html_page(build_summary(complete_project(tmp_path)))).attributes
        if name == "id"
    ]
    assert len(ids) == len(set(ids))
    assert {f"field-{field_id}" for field_id in FIELD_IDS} <= set(ids)


def test_a_thousand_names_stand_as_rows_and_the_others_as_data(tmp_path: Path) -> None:
    page = html_page(build_summary(complete_project(tmp_path, domains=12_540)))
    assert page.count("<tr><td>") == 1000
    rest = re.search(r'id="domain-rest">(.*?)</script>', page)
    assert rest is not None
    assert json.loads(rest.group(1)).split("\n") == [f"site{n:06}.example" for n in range(1000, 1254)]


def test_a_longer_list_goes_to_the_file_alone_and_the_page_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("datasummary.render.html_page.NAMES_INSIDE", 1200)
    project = complete_project(tmp_path, domains=12_540)
    write_summary(project)
    page = public_files(project)["public-summary.html"]
    assert 'id="domain-rest"' not in page
    assert "the others are in the file alone" in page
    assert public_files(project)["top-domains.csv"].count("\n") == 1255


def test_a_failed_write_leaves_the_earlier_files_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = complete_project(tmp_path)
    write_summary(project)
    before = public_files(project)
    calls = 0

    def full(descriptor: int) -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    changed = complete_project(tmp_path, domains=50)
    with pytest.raises(WorkspaceError, match="No space left on device"):
        write_summary(changed)
    assert public_files(project) == before


def test_provenance_names_the_origin_of_every_field(tmp_path: Path) -> None:
    project = complete_project(tmp_path)
    write_summary(project)
    provenance = json.loads((project.out / "internal" / "summary-provenance.json").read_text("utf-8"))
    origins: dict[str, Any] = {field_id: entry["origin"] for field_id, entry in provenance["fields"].items()}
    assert list(origins) == list(FIELD_IDS)
    assert (origins["1.3.b"], origins["2.3.d"], origins["3.1.b"]) == ("computed", "declared", "declared")
    assert provenance["top_domains"] == {"domains_total": 30, "required": 3, "listed": 3}
