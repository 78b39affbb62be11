"""The reply letter says whether content was scraped and used, in plain words, and gives nothing else away."""

import dataclasses
import re
from pathlib import Path

import pytest
from lookup_projects import SOURCES, copy_of, make_audited, write_rows
from markdown_it import MarkdownIt
from report_projects import FORBIDDEN
from scan_projects import write_project
from test_lookup import HOSTILE, run

from datasummary.documents.letters import build_letter
from datasummary.inventory import scan
from datasummary.lookups import lookup
from datasummary.project import Project
from datasummary.render.letters import letter_text

pytestmark = pytest.mark.xdist_group("letters")  # one worker makes what all look at

LANGUAGES = ["en", "fr"]
EXTRA = {
    "copyright": {"contact": "rights@acme.example"},
    "summary": {"version": "1.0", "date": "2026-03-01", "published_at": "https://acme.example/summary"},
}
NAMES = [
    "example.com",
    "absent.com",
    "only-below.org",
    "reserved-since.de",
    "pirate.net",
    "wiki.org",
    "bücher.de",
    "co.uk",
]


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Project:
    return make_audited(tmp_path_factory.mktemp("project"), **EXTRA)


def letter(project: Project, *names: str, language: str = "en") -> str:
    return letter_text(project, lookup(project, names, signals=False), language)


def paragraphs(text: str) -> list[str]:
    return [" ".join(block.split()) for block in text.split("\n\n")]


@pytest.mark.parametrize(
    ("name", "english", "french"),
    [
        (
            "reserved-since.de",
            "Yes. Content from **reserved-since.de** is part of the training data. It was collected from the web by us "
            "or on our behalf.",
            "Oui. Des contenus du site **reserved-since.de** font partie des données d’entraînement. Ils ont été "
            "collectés sur le web par nous ou pour notre compte.",
        ),
        (
            "wiki.org",
            "Yes. Content from **wiki.org** is part of the training data. It was contained in a publicly available "
            "dataset that others compiled.",
            "Oui. Des contenus du site **wiki.org** font partie des données d’entraînement. Ils ont été tirés d’un jeu "
            "de données accessible au public, constitué par des tiers.",
        ),
        (
            "only-below.org",
            "Yes. Content from **only-below.org** is part of the training data, only at blog.only-below.org. It was "
            "collected from the web by us or on our behalf.",
            "Oui. Des contenus du site **only-below.org** font partie des données d’entraînement, uniquement à "
            "l’adresse blog.only-below.org. Ils ont été collectés sur le web par nous ou pour notre compte.",
        ),
        (
            "absent.com",
            "We found no content from **absent.com** in the training data that our records let us search.",
            "Nous n’avons trouvé aucun contenu du site **absent.com** dans les données d’entraînement que nos registres "
            "permettent de parcourir.",
        ),
    ],
)
def test_a_letter_about_one_site_answers_in_a_sentence(project, name, english, french):
    assert english in paragraphs(letter(project, name))
    assert french in paragraphs(letter(project, name, language="fr"))


def test_a_letter_that_found_nothing_says_where_was_looked(project):
    assert (
        "The model was trained on 4 collections of data. 2 of them record from which web addresses their content comes, "
        "and we searched all of these. The others do not, so we cannot search them for a website. In the collections "
        "that we searched, some items have no web address either."
    ) in paragraphs(letter(project, "absent.com"))
    assert (
        "Le modèle a été entraîné sur 4 ensembles de données. 2 d’entre eux indiquent de quelles adresses web "
        "proviennent les contenus ; nous les avons tous parcourus. Les autres ne l’indiquent pas : nous ne pouvons pas "
        "y rechercher un site. Dans les ensembles parcourus, certains éléments n’ont pas non plus d’adresse web."
    ) in paragraphs(letter(project, "absent.com", language="fr"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_names_provider_model_contact_and_the_date_of_the_records(project, language):
    text = letter(project, *NAMES, language=language)
    assert text.startswith("Acme AI SAS  \ntransparency@acme.example\n")
    assert "acme-1" in text
    assert "rights@acme.example" in text
    assert ("1 March 2026" if language == "en" else "1er mars 2026") in text
    assert text.count("\\_\\_\\_\\_") > 4
    assert "<https://acme.example/summary>" in text
    assert text.endswith("Acme AI SAS\n")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_about_several_sites_puts_each_under_its_answer_once(project, language):
    text = letter(project, *NAMES, "example.com", language=language)
    lines = [line for line in text.splitlines() if line.startswith("- ")]
    assert len(lines) == len(NAMES)
    assert [line[2:].split(" ")[0].strip(":,") for line in lines] == [
        *("example.com", "only-below.org", "reserved-since.de", "pirate.net", "wiki.org", "bücher.de"),
        *("absent.com", "co.uk"),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("names", [NAMES, *([name] for name in NAMES)], ids=lambda names: "+".join(names))
def test_a_letter_gives_nothing_else_away(project, language, names):
    text = letter(project, *names, language=language)
    for secret in ("press-secret", "LIC-9", "C-17", "chats", "Watch list", "lookup-test", "robots", "reserv", "tokens"):
        assert secret not in text.replace("reserved-since.de", "").replace("always-reserved.fr", "")
    assert not re.search(FORBIDDEN, text, re.IGNORECASE)
    assert ("legal advice" if language == "en" else "avis juridique") in text
    assert "\n\n\n" not in text
    assert "  \n" not in text.split("\n", 2)[2]
    assert not re.search(r"[^\n] {2,}[^\n]|\s[,.]|\bNone\b|\{|\}", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_scraped_and_not_found_in_use_is_told(tmp_path, language):
    write_rows(tmp_path / "web/0.parquet", [("https://kept.com/", 1, "2025-01-01")])
    write_rows(tmp_path / "raw/0.parquet", [("https://cut.com/", 2, None)])
    project = write_project(tmp_path, SOURCES[0] | {"scraped": ["raw"]})
    scan(project)
    text = letter(project, "cut.com", language=language)
    wanted = {
        "en": "Content from **cut.com** was collected from the web by us or on our behalf, but we did not find any of it "
        "in the training data that our records let us search.",
        "fr": "Des contenus du site **cut.com** ont été collectés sur le web par nous ou pour notre compte, mais nous n’en "
        "avons trouvé aucun dans les données d’entraînement que nos registres permettent de parcourir.",
    }
    assert wanted[language] in paragraphs(text)
    one = {
        "en": "The model was trained on 1 collection of data. It records from which web addresses its content comes, and "
        "we searched it.",
        "fr": "Le modèle a été entraîné sur 1 ensemble de données. Il indique de quelles adresses web proviennent les "
        "contenus, et nous l’avons parcouru.",
    }
    assert one[language] in paragraphs(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_cannot_be_told_is_told_without_the_reasons_inside(project, tmp_path, language):
    project = copy_of(project, tmp_path)
    write_rows(tmp_path / "web/1.parquet", [("https://later.com/", 1, None)])
    text = letter(project, "later.com", language=language)
    assert "web" not in text.replace("later.com", "").replace("website", "").replace("site web", "")
    assert ("We cannot tell at present" if language == "en" else "Nous ne pouvons pas encore vous répondre") in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_names_stand_in_a_letter_as_text(project, language):
    names = [
        *HOSTILE,
        "**bold**",
        "[link](javascript:x)",
        "![](https://evil.example/i.png)",
        "- item\n# heading",
        "{{ 7 * 7 }}",
    ]
    text = letter(project, *names, language=language)
    shown = MarkdownIt("commonmark").render(text)
    assert not re.search(r"<(script|img|h\d|code)", shown)
    assert re.findall(r'href="([^"]*)"', shown) == ["https://acme.example/summary"]
    assert "&lt;script&gt;" in shown
    assert "**bold**" in shown
    assert "{{ 7 * 7 }}" in shown


def test_a_provider_without_a_contact_for_rightsholders_is_reached_as_it_is(tmp_path):
    write_rows(tmp_path / "web/0.parquet", [("https://kept.com/", 1, "2025-01-01")])
    project = write_project(tmp_path, SOURCES[0])
    scan(project)
    built = build_letter(project, lookup(project, ["kept.com"], signals=False))
    assert built.contact == "transparency@acme.example"
    assert built.summary_link is None
    assert "public summary" not in letter(project, "kept.com")


def test_more_than_a_few_hosts_are_counted_not_listed(tmp_path):
    rows = [(f"https://h{number}.many.com/", 1, "2025-01-01") for number in range(40)]
    write_rows(tmp_path / "web/0.parquet", rows)
    project = write_project(tmp_path, SOURCES[0])
    scan(project)
    assert "training data, only at 40 addresses that end in this name." in letter(project, "many.com")


def test_the_same_answers_give_the_same_letter(project):
    answers = lookup(project, NAMES)
    without = [dataclasses.replace(answer, hosts=answer.hosts) for answer in lookup(project, NAMES, signals=False)]
    assert letter_text(project, answers, "en") == letter_text(project, without, "en")


def test_the_command_prints_the_letter(project: Project, tmp_path: Path):
    assert run(project.home, "wiki.org", "--letter", "--language", "fr").stdout == letter(
        project, "wiki.org", language="fr"
    )
