"""The report, the copyright policy and the feed in French: no generated word is left in English."""

import ast
import datetime as dt
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from audit_projects import capture, request, robots, write_evidence
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from browser import chromium
from copyright_projects import CRAWLERS, CUSTOM, DECLARED, SITES, declared_project, write_custom_policy
from jinja2 import Environment, nodes
from report_pages import host_index as made_up_hosts
from report_projects import OPEN, PARTLY, RESERVED, reported

import datasummary
from datasummary.auditing import audit
from datasummary.documents import audit_words, compliance_dispositions
from datasummary.documents.blocks import Document
from datasummary.documents.compliance import build_report, host_index
from datasummary.documents.copyright_measures import CHAPTER, MEASURES
from datasummary.documents.copyright_policy import CopyrightPolicy, build_copyright_policy, copyright_policy
from datasummary.documents.host_index import HostIndex
from datasummary.feed import FEED
from datasummary.filtering import filter_manifests
from datasummary.policy import SHIPPED, load_policy
from datasummary.project import Project
from datasummary.render.policy_html import policy_html
from datasummary.render.policy_markdown import policy_markdown
from datasummary.render.report_html import report_html
from datasummary.render.report_json import report_json
from datasummary.render.report_markdown import report_markdown
from datasummary.translation import speaking, t
from datasummary.writing import number, percent

PACKAGE = Path(datasummary.__file__).parent
ENGLISH = re.compile(
    r"(?<![\w./-])(?:the|of|and|with|from|not|is|are|was|were|by|for|no|to|in|it|its|that|which|at|this|be|been|has|have|"
    r"what|whose|whom|where|how|their|they|there|other|others|as|all|any|none|yes|host|hosts|size|share|crawlers?|"
    r"reserved|unknown|review|declared|shown|text|hours|bytes|pending|stated|rule|captured|left|kept)(?![\w/-]|\.\w)",
    re.IGNORECASE,
)
"""Words that hold English sentences together, and that head columns; none of them is French."""
NAMES = ("TDM Reservation Protocol", "Content Signals", "Really Simple Licensing", "AIPREF Content-Usage", "User-agent")
NO_MANIFEST = {"name": "achat", "category": "third_party", "modality": "text", "size": 7}
COPYRIGHT = DECLARED | {"feed_link": "https://acme.example/crawlers.atom", "policy_link": "https://acme.example/policy"}


class Made(NamedTuple):
    """A project whose report is written, in French."""

    project: Project
    report: Document
    hosts: HostIndex


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Hosts of every verdict, captured, filtered, captured again and audited again."""
    home = tmp_path_factory.mktemp("french")
    documents = {
        "all_example_com": ["/a", "/b"],
        "part_example_org": ["/no/1", "/yes/1", "/yes/2"],
        "elsewhere_example_net": ["/yes"],
        "licensed_example_eu": ["/a"],
        "words_example_de": ["/a"],
        "free_example_fr": ["/a"],
        "closed_example_fr": ["/a"],
        "failed_example_fr": ["/a"],
        "asked_example_fr": ["/a"],
        "tdm_example_fr": ["/a"],
        "bad_example": ["/a"],
        "nobody_example_fr": ["/a"],
    }
    captures = [
        robots("all.example.com", *RESERVED, captured="2025-01-01"),
        robots("part.example.org", *PARTLY),
        robots("elsewhere.example.net", *PARTLY),
        robots("licensed.example.eu", *RESERVED),
        robots("words.example.de", "# All rights reserved, no text and data mining without permission.", *OPEN),
        robots("free.example.fr", *OPEN, captured="2025-01-01"),
        robots("closed.example.fr", status=403),
        robots("failed.example.fr", status=None, problem="no answer in time"),
        robots("tdm.example.fr", *OPEN, "Disallow: ouvert", "Content-Usage: train-ai=q"),
        capture("https://tdm.example.fr/.well-known/tdmrep.json", '{"tdm-reservation": "1"}'),
        request("asked.example.fr"),
    ]
    overrides = {
        "licensed": [{"hosts": ["licensed.example.eu"], "contract": "2024/17", "from": dt.date(2024, 1, 1)}],
        "excluded": [{"hosts": ["asked.example.fr"], "decided": dt.date(2025, 5, 1), "reason": "Zut"}],
        "infringing_sites": [{"file": "sites.txt", "name": "Liste", "as_at": dt.date(2025, 1, 31)}],
    }
    home.joinpath("sites.txt").write_text("bad.example\nlocalhost\n", "utf-8")
    project = reported(
        home, documents, captures, overrides=overrides, policy={"description": "Zut."},
        source={"crawlers": CRAWLERS}, language="fr", copyright=COPYRIGHT, illegal_content=SITES,
    )  # fmt: skip
    audit(project)
    later = [
        robots("all.example.com", *OPEN, captured="2025-12-01"),
        robots("free.example.fr", *RESERVED, captured="2025-12-01"),
    ]
    write_evidence(project, later, "later")
    audit(project)
    filter_manifests(project)
    return Made(project, build_report(project), host_index(project))


class Text(HTMLParser):
    """What people read in a page: its text, what stands for pictures and fields, and the words of its script."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside.append(tag)
        self.found += [value or "" for name, value in attrs if name in {"aria-label", "alt", "title", "data-label"}]

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        tag = self.inside[-1] if self.inside else ""
        if tag == "script" and data.startswith("{"):
            self.found += [re.sub(r"\{\w+\}", "", text) for text in texts_in(json.loads(data)["words"])]
            self.found += json.loads(data)["coded"]["disposition"]["values"]
            self.found += json.loads(data)["statements"]["place"]["values"]
        elif tag not in {"script", "style"}:
            self.found.append(data)


def texts_in(content: Any, but: tuple[str, ...] = ()) -> list[str]:
    """Give the texts of data, not its keys, and not what stands under keys named in ``but``."""
    if isinstance(content, dict):
        return [text for key, held in content.items() if key not in but for text in texts_in(held, but)]
    if isinstance(content, list | tuple):
        return [text for held in content for text in texts_in(held, but)]
    return [content] if isinstance(content, str) else []


def written_by_others(project: Project) -> list[str]:
    """Give what stands in the project's YAML files, the longest first."""
    files = [yaml.safe_load(path.read_text("utf-8")) for path in project.home.glob("*.yaml")]
    return sorted({*texts_in(files), *NAMES}, key=len, reverse=True)


def english_in(text: str, project: Project) -> list[str]:
    """List the English words of a text with some of what stands around them, but for the words of others."""
    text = re.sub(r"\\(?=[^\w\s])", "", text)
    for others in written_by_others(project):
        if len(others) > 3:
            text = text.replace(others, "·")
    return [text[max(found.start() - 40, 0) : found.end() + 40] for found in ENGLISH.finditer(text)]


def forms_of_report(made: Made) -> dict[str, str]:
    content = json.loads(report_json(made.report))
    return {
        "html": "\n".join(Text(report_html(made.report, made.hosts)).found),
        "md": report_markdown(made.report),
        "json": "\n".join(texts_in(content, ("type", "id", "standing", "kind", "key", "name", "reason"))),
    }


@pytest.mark.parametrize("form", ["html", "md", "json"])
def test_no_english_word_is_left_in_the_report(made: Made, form: str) -> None:
    assert english_in(forms_of_report(made)[form], made.project) == []


def test_the_report_shows_all_that_it_can(made: Made) -> None:
    """What the tests above look at: each verdict, each kind of figures."""
    figures = "\n".join(made.report.figures())
    for kind in ("changes", "site-lists", "listed-hosts", "filter-", "unknown-", "remarks", "capture-problems", "access",
                 "changes-since", "changes-withdrew", "opt-outs", "complaints", "dispositions", "domains-"):  # fmt: skip
        assert kind in figures
    assert {row.verdict for row in made.hosts.rows} >= {"reserved", "partly_reserved", "review", "access_refused"}
    assert made.hosts.statements


def projects(home: Path) -> Iterator[Project]:
    """A project that states all, under a policy of its own; and one that has still to state all."""
    policy = write_custom_policy(home / "declared")
    yield declared_project(home / "declared", policy=policy, language="fr")
    bare = [{**CRAWLERS[0], "respects": {}}]
    yield declared_project(home / "open", language="fr", copyright={}, illegal_content={}, crawlers=bare)
    yield declared_project(home / "bought", language="fr", sources=[NO_MANIFEST])


@pytest.mark.parametrize("public", [True, False])
def test_no_english_word_is_left_in_the_copyright_policy(tmp_path: Path, public: bool) -> None:
    for project in projects(tmp_path):
        policy: CopyrightPolicy = build_copyright_policy(project, public=public)
        assert policy.language == "fr"
        for text in (policy_markdown(policy), "\n".join(Text(policy_html(policy)).found)):
            assert english_in(text, project) == []
        assert english_in("\n".join(point.asked for point in policy.open), project) == []


def feed_of(project: Project) -> ET.Element:
    return ET.fromstring((project.out / "public" / FEED).read_bytes())


def entry_texts(element: ET.Element) -> str:
    return "\n".join(text for text in element.itertext())


def test_no_english_word_is_left_in_the_feed(tmp_path: Path) -> None:
    """Its first entry, one in which everything changes, and one in which it changes back."""
    for text in (CUSTOM, None, CUSTOM.replace("required: true", "required: false").replace("tdmrep", "rsl")):
        keys: dict[str, Any] = {"copyright": {}, "crawlers": CRAWLERS[:1]}
        if text:
            keys = {"policy": write_custom_policy(tmp_path, text)}
        project = declared_project(tmp_path, language="fr", **keys)
        copyright_policy(project)
        feed = feed_of(project)
        others = written_by_others(project) + written_by_others(declared_project(tmp_path / "all"))
        told = entry_texts(feed)
        for other in sorted(set(others), key=len, reverse=True):
            told = told.replace(other, "·") if len(other) > 3 else told
        assert [found.group() for found in ENGLISH.finditer(told)] == []
    assert len(feed.findall("{*}entry")) == 3


LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def test_another_language_is_no_change_and_earlier_entries_keep_theirs(tmp_path: Path) -> None:
    copyright_policy(declared_project(tmp_path))
    assert copyright_policy(declared_project(tmp_path, language="fr")).changes == ()
    project = declared_project(tmp_path, language="fr", crawlers=CRAWLERS[:1])
    assert copyright_policy(project).changes[0] == "Robot d’indexation retiré de la liste\N{NBSP}: FeedBot"
    feed = feed_of(project)
    assert feed.get(LANGUAGE) == "fr"
    assert [entry.get(LANGUAGE) for entry in feed.findall("{*}entry")] == ["fr", "en"]


def test_keys_ids_and_codes_are_the_same_in_every_language(made: Made) -> None:
    english = made.project.model_copy(update={"language": "en"})
    found, known = (json.loads(report_json(build_report(project))) for project in (made.project, english))

    def skeleton(content: Any) -> Any:
        if isinstance(content, dict):
            codes = {key: content[key] for key in ("id", "type", "standing", "kind", "key") if key in content}
            rest = {key: held for key, held in content.items() if key not in codes}
            rows = [list(row) for row in rest.pop("rows", [])]
            return codes | {"rows": rows} | {key: skeleton(held) for key, held in rest.items()}
        return [skeleton(held) for held in content] if isinstance(content, list) else type(content).__name__

    assert skeleton(found) == skeleton(known)
    assert len(english_in("\n".join(texts_in(known)), english)) > 100  # which the tests above would find
    rows = {(row.host, row.verdict, row.group, row.unit, row.modality) for row in made.hosts.rows}
    assert rows == {(row.host, row.verdict, row.group, row.unit, row.modality) for row in host_index(english).rows}


def test_what_others_wrote_stays_as_written(made: Made) -> None:
    assert DECLARED["responsible"] in report_markdown(made.report)
    assert {"Disallow: /", "Disallow: /no"} <= {statement.quote for statement in made.hosts.statements}
    assert build_copyright_policy(made.project, public=False).rules.description == "Zut."


def test_numbers_are_written_as_the_language_writes_them() -> None:
    with speaking("fr"):
        assert number(1_234_567) == "1\u202f234\u202f567"
        assert (number(0.5), number(2.0)) == ("0,5", "2")
        assert percent(12.34) == "12,3\N{NBSP}%"
    assert (number(1_234_567.5), percent(12.34)) == ("1,234,567.5", "12.3%")


def test_no_disposition_begins_as_another() -> None:
    """A table of hosts is searched by how dispositions begin."""
    with speaking("fr"):
        labels = [t(label) for label in compliance_dispositions.LABELS.values()]
    assert not [(a, b) for a in labels for b in labels if a != b and a.startswith(b)]


@pytest.mark.parametrize(
    ("of", "english", "french"),
    [
        (audit_words.place, "lines 3 to 5", "lignes 3 à 5"),
        (audit_words.place, "document, content 1, license 2, line 7", "document, contenu 1, licence 2, ligne 7"),
        (audit_words.place, "header tdm-reservation", "en-tête tdm-reservation"),
        (audit_words.place, "request of {2025}", "demande du {2025}"),
        (audit_words.place, "tdmrep.json", "tdmrep.json"),
        (audit_words.override, "contract A, from B, from 2024-01-01", "contrat A, from B, à partir du 2024-01-01"),
        (audit_words.override, "decided 2025-05-01: a: b", "décidé le 2025-05-01\N{NBSP}: a: b"),
        (audit_words.verdict, "partly_reserved", "partiellement réservé"),
        (audit_words.AS_READ["remark"], "permits training, but only in some regions, its use must be reported",
         "permet l’entraînement, mais seulement dans certaines régions, son usage doit être déclaré"),
        (audit_words.AS_READ["reason"], "refused with status 403", "refus avec le code 403"),
        (audit_words.AS_READ["problem"], "something new", "something new"),
    ],
)  # fmt: skip
def test_words_of_the_tables_are_recognised(of: Any, english: str, french: str) -> None:
    with speaking("fr"):
        assert of(english) == french
    assert of(english) == english.replace("_", " ")


TEMPLATES = ("policies/copyright-policy.md.j2", "render/templates/report.html.j2", "render/templates/policy.html.j2")
FORMS = {"t": 1, "_t": 1, "message": 1, "tn": 2}
"""How many forms of a text a call names."""
OF_THESE = ("documents/audit_words.py", "documents/compliance*.py", "documents/copyright_policy.py",
            "documents/policy_rules.py", "feed.py", "writing.py", "render/script_words.py", "render/figure_cells.py",
            "render/report_*.py", "render/policy_*.py", "protocols/*.py", "complaints.py")  # fmt: skip


def messages_in_code(path: Path) -> Iterator[tuple[str, ...]]:
    for call in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in FORMS:
            words = [each.value for each in call.args[: FORMS[call.func.id]] if isinstance(each, ast.Constant)]
            if len(words) == FORMS[call.func.id]:
                yield tuple(map(str, words))


def messages_in_template(path: Path) -> Iterator[tuple[str, ...]]:
    for call in Environment(autoescape=True).parse(path.read_text("utf-8")).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in FORMS:
            words = [each.value for each in call.args[: FORMS[call.node.name]] if isinstance(each, nodes.Const)]
            if len(words) == FORMS[call.node.name]:
                yield tuple(words)


def messages() -> Iterator[tuple[str, ...]]:
    """Give the words that the modules, the templates and the data of these documents hold, in their one or two forms."""
    for path in (path for pattern in OF_THESE for path in PACKAGE.glob(pattern)):
        yield from messages_in_code(path)
    for template in TEMPLATES:
        yield from messages_in_template(PACKAGE / template)
    texts = [CHAPTER]
    for measure in MEASURES.values():
        texts += [measure.title, *measure.asks]
    for policy in (load_policy(name, Path()) for name in SHIPPED):
        texts += [policy.description, *(rule.reason for rule in policy.protocols.values())]
    yield from ((text,) for text in texts)


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with (PACKAGE / "translations/fr.po").open("rb") as file:
        return read_po(file, locale="fr")


def test_every_message_has_a_translation_with_the_same_places(catalogue: Catalog) -> None:
    for words in set(messages()):
        entry = catalogue.get(words[0])
        assert entry is not None, words
        french = [entry.string] if isinstance(entry.string, str) else list(entry.string)
        assert len(words) == len(french), words
        for form, string in zip(words, french, strict=True):
            assert string, words
            assert set(re.findall(r"\{\w+\}", form)) == set(re.findall(r"\{\w+\}", string))


def test_french_has_no_break_before_its_signs(catalogue: Catalog) -> None:
    for entry in filter(lambda each: each.id, catalogue):
        for string in [entry.string] if isinstance(entry.string, str) else entry.string:
            assert not re.search(
                r"(?<![\N{NBSP}\u202f\w/:])[;!?»](?!\w)|(?<=[\w}»]):(?=\s|$)|[ ][;:!?»%]|«[ ]", string
            ), string


@pytest.mark.needs("chromium", "chromium-driver")
@pytest.mark.xdist_group("chromium")
def test_the_script_speaks_french_and_no_word_is_cut(made: Made, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    rows = HostIndex((*made.hosts.rows, *made_up_hosts(200).rows[5:]), 1_234, made.hosts.statements)
    page.write_text(report_html(made.report, rows), "utf-8")
    cut = """return [...document.querySelectorAll('main :is(th, td, dt, dd, a, p, h2, h3, label, button)')]
        .filter(e => e.clientWidth > 12 && e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)"""
    with chromium(tmp_path / "profile") as browser:
        for width in (1280, 390):
            browser.resize(width, 900)
            browser.run("window.location = 'about:blank'")
            browser.open(page)
            assert browser.run(cut) == []
            assert browser.run("return document.documentElement.scrollWidth") == width
        browser.run("location.hash = '#hosts?unit=documents&host=free.example.fr'")
        browser.run("document.querySelectorAll('.opened details').forEach(each => each.open = true)")
        assert "Retirer le filtre unité" in browser.run("return document.querySelector('.chosen button').ariaLabel")
        shown = browser.run("return document.querySelector('.hosts').innerText")
        assert "adressé à tous" in shown
        browser.run("document.querySelectorAll('.chosen button').forEach(each => each.click())")
        shown += browser.run("return document.querySelector('.hosts').innerText")
        assert "lignes, 1 à 100 affichées" in shown
    assert english_in(shown.replace("datasummary explain", ""), made.project) == []
