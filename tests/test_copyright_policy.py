"""The copyright policy names the rules that the tool applies, no others; the rest is the provider's, or marked open."""

import base64
import dataclasses
import hashlib
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from browser import Browser, chromium
from copyright_projects import CRAWLERS, DECLARED, declared_project, public_text, write_custom_policy
from markdown_it import MarkdownIt

from datasummary.ai_crawlers import load_ai_crawlers
from datasummary.documents import policy_rules
from datasummary.documents.copyright_measures import MEASURES
from datasummary.documents.copyright_policy import build_copyright_policy, copyright_policy
from datasummary.errors import ProjectError
from datasummary.policy import SHIPPED, Findings, Policy, load_policy
from datasummary.project import Project
from datasummary.protocols import protocols

PUBLIC, FULL = "public/copyright-policy-summary", "internal/copyright-policy"


def written(project: Project, place: str, ending: str = "md") -> str:
    copyright_policy(project)
    return (project.out / f"{place}.{ending}").read_text("utf-8")


class Page(HTMLParser):
    """Tags, attributes and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.words))


def shown(markdown: str) -> str:
    """The text that readers see of Markdown."""
    return Page(MarkdownIt("commonmark", {"html": False}).render(markdown)).text


def part(markdown: str, heading: str) -> str:
    """The text under a heading, up to the next."""
    return shown(re.split(r"^##+ ", markdown.partition(f"### {heading}\n")[2], flags=re.MULTILINE)[0])


@pytest.mark.parametrize("name", [*SHIPPED, "custom"])
@pytest.mark.parametrize("place", [PUBLIC, FULL])
def test_it_names_exactly_the_protocols_and_rules_of_the_policy_in_force(tmp_path: Path, name: str, place: str) -> None:
    chosen = write_custom_policy(tmp_path) if name == "custom" else name
    project = declared_project(tmp_path, policy=chosen)
    policy = load_policy(chosen, tmp_path)
    text = written(project, place)

    counted, _, reported = part(text, "Protocols").partition("These are read too")
    for protocol, module in protocols().items():
        rule = policy.protocols.get(protocol)
        if rule and rule.counts:
            assert f" {module.TITLE}, {policy_rules.STANDINGS[rule.standing]}" in counted
            assert " ".join(rule.reason.split()) in counted
        else:
            assert f" {module.TITLE}, " not in counted
        assert (module.TITLE in reported) == (not rule or not rule.counts)
    assert counted.count("the host is unknown") == sum(rule.required for rule in policy.protocols.values())

    whose = part(text, "Whom a statement must address")
    agents: dict[str, str] = {}
    for source in project.sources:
        agents |= policy.counted_agents(source, project).names
    secret = {"SecretCollector"} if place == PUBLIC else set()
    known = {"AcmeBot", "FeedBot", "CCBot", "SecretCollector", "OtherBot", *(each.name for each in load_ai_crawlers())}
    known |= set(policy.addressees.named)
    listed = set(re.split(r"[:,] | (?=everyone|whoever|crawlers|further|the provider's)", whose))
    assert {name.strip() for name in listed} & known == set(agents) - secret
    assert (policy_rules.WHOSE["everyone"] in whose) == policy.addressees.everyone

    reserves = part(text, "What reserves content")
    uses = reserves.partition("one of: ")[2].partition(". ")[0].split("; ")
    assert uses == [policy_rules.USES[use] for use in policy.uses]
    assert [each in reserves for each in policy_rules.BLOCKS.values()] == [
        k == policy.blocks for k in policy_rules.BLOCKS
    ]
    assert policy_rules.as_of_words(policy.as_of) in reserves
    for finding, words in policy_rules.FINDINGS.items():
        assert f"{words}: {policy_rules.VERDICTS[getattr(policy.findings, finding)]}." in reserves

    left = part(text, "What is left out")
    gone = left.partition("are left out: ")[2].partition(". ")[0].split("; ")
    assert set(gone) == {policy_rules.VERDICTS[verdict] for verdict in policy.leave_out}
    grounds = left.partition("do not decide: ")[2]
    for ground, words in policy_rules.GROUNDS.items():
        assert (f"{words};" in f"{grounds.split('. ')[0].rstrip('.')};") == (ground in policy.reported_only)
    assert f"{policy.name}, version {policy.version}" in shown(text)


def test_every_rule_that_a_policy_can_state_has_words() -> None:
    schema: dict[str, Any] = Policy.model_json_schema()
    assert set(schema["$defs"]["ProtocolRule"]["properties"]["standing"]["enum"]) == set(policy_rules.STANDINGS)
    assert set(schema["properties"]["uses"]["items"]["enum"]) == set(policy_rules.USES)
    assert set(schema["$defs"]["Addressees"]["properties"]) == set(policy_rules.WHOSE)
    assert set(schema["properties"]["blocks"]["enum"]) == set(policy_rules.BLOCKS)
    assert set(schema["$defs"]["AsOf"]["properties"]["rule"]["enum"]) == set(policy_rules.AS_OF)
    assert set(Findings.model_fields) == set(policy_rules.FINDINGS)
    assert set(schema["properties"]["leave_out"]["items"]["enum"]) <= set(policy_rules.VERDICTS)
    assert set(schema["properties"]["reported_only"]["items"]["enum"]) == set(policy_rules.GROUNDS)


def test_hosts_contracts_reasons_and_sources_stand_in_the_full_policy_alone(tmp_path: Path) -> None:
    project = declared_project(tmp_path, policy=write_custom_policy(tmp_path))
    copyright_policy(project)
    secrets = ["SECRET-2024/17", "SECRET letter", "secret-partner.example", "asked.example", "secret-lists/sites.txt"]
    full = (project.out / f"{FULL}.md").read_text("utf-8")
    assert [secret for secret in secrets if secret not in full] == []
    assert "2 hosts, 1 line passed over" in full
    assert "Ann Counsel" in full
    public = public_text(project)
    assert "secret" not in public.casefold()
    assert "asked.example" not in public
    assert "Ann Counsel" not in public
    assert "Piracy watch list" in public
    assert "Some sites are under contract" in public
    assert "Some sites are left out by the provider's own decision" in public


@pytest.mark.parametrize("place", [PUBLIC, FULL])
def test_the_five_measures_stand_in_order(tmp_path: Path, place: str) -> None:
    text = written(declared_project(tmp_path), place)
    assert re.findall(r"^## Measure (1\.\d): ", text, re.MULTILINE) == list(MEASURES)


def test_what_is_open_is_marked_and_makes_it_a_draft(tmp_path: Path) -> None:
    project = declared_project(tmp_path, crawlers=[{"name": "AcmeBot"}], copyright={}, illegal_content={})
    result = copyright_policy(project)
    assert result.draft
    keys = {statement.key for statement in result.open}
    assert {f"copyright.{key}" for key in DECLARED} <= keys
    public = (project.out / f"{PUBLIC}.md").read_text("utf-8")
    full = (project.out / f"{FULL}.md").read_text("utf-8")
    assert "Draft, not for publication" in public
    assert shown(public).count("To be stated by the provider: ") == len(result.open) - 4  # a crawler's five in one
    assert "copyright.contact" not in shown(public)
    assert "(copyright.contact in the project file)" in shown(full)
    assert "<title>Draft: " in (project.out / f"{PUBLIC}.html").read_text("utf-8")


def test_what_is_declared_is_no_draft(tmp_path: Path) -> None:
    project = declared_project(tmp_path)
    result = copyright_policy(project)
    assert (result.open, result.draft) == ((), False)
    text = public_text(project)
    assert "Draft" not in text
    assert "To be stated" not in text
    assert "The provider has signed it." in text


@pytest.mark.parametrize(
    ("signed", "words"), [(True, "has signed it"), (False, "used as a yardstick"), (None, "is to be stated")]
)
def test_it_says_what_the_code_of_practice_is_to_the_provider(tmp_path: Path, signed: bool | None, words: str) -> None:
    keys = {k: v for k, v in DECLARED.items() if k != "code_of_practice_signatory"}
    project = declared_project(tmp_path, copyright={**keys, "code_of_practice_signatory": signed})
    assert words in written(project, PUBLIC)


def test_without_crawled_data_the_measures_about_crawling_ask_for_nothing(tmp_path: Path) -> None:
    bought = {"name": "bought", "category": "third_party", "modality": "text", "size": 7}
    keys = {k: v for k, v in DECLARED.items() if k not in {"lawful_access", "feed_link"}}
    project = declared_project(tmp_path, sources=[bought], copyright=keys, illegal_content={})
    assert copyright_policy(project).open == ()
    text = (project.out / f"{PUBLIC}.md").read_text("utf-8")
    assert text.count("No data was crawled by or for the provider.") == 2
    assert part(text, "Protocols").count("a standard") >= 1


def requested(browser: Browser) -> list[str]:
    """The addresses that were asked for since the last look."""
    messages = [json.loads(entry)["message"] for entry in browser.log("performance")]
    return [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "![x](https://evil.example/track.png)",
    "</style><script>alert(1)</script>",
    "{{ 7 * 7 }} {% raw %}",
    "line\n\n# Heading\n\n> quote\n\n```\ncode\n```\n\n    indented\n\n1. one\n- two\n\n---\n\n| a | b |\n|---|---|",
    "Setext\n===\n\n[ref]: https://evil.example/\n[ref]",
    "&lt;b&gt; &#60;script&#62; *em* __strong__ ~~gone~~ `code` \\<b>",
    "\u202etxet\x00\x1b[0m",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_the_providers_words_are_shown_as_text_everywhere(tmp_path: Path, words: str) -> None:
    crawlers = [{**crawler, "name": f"{crawler['name']} {words}", "purpose": words} for crawler in CRAWLERS]
    texts = {key: words for key in DECLARED if key not in {"code_of_practice_signatory", "feed_link"}}
    project = declared_project(
        tmp_path,
        crawlers=crawlers,
        provider={"name": words, "contact": "x", "established_in": "FR"},
        model={"names": [{"name": words}], "placed_on_market": "2026-03-01"},
        copyright={**DECLARED, **texts},
    )
    copyright_policy(project)
    plain = declared_project(tmp_path / "plain")
    copyright_policy(plain)
    for place in (PUBLIC, FULL):
        page = Page((project.out / f"{place}.html").read_text("utf-8"))
        innocent = Page((plain.out / f"{place}.html").read_text("utf-8"))
        assert {tag for tag, _ in page.tags} <= {tag for tag, _ in innocent.tags}
        assert not [attributes for _, attributes in page.tags if any(name.startswith("on") for name in attributes)]
        links = {attributes.get("href") for _, attributes in page.tags if attributes.get("href")}
        assert all(link.startswith(("#", "https://", "crawlers.atom")) for link in links if link)
        headings = [tag for tag, _ in page.tags if re.fullmatch(r"h\d", tag)]
        assert headings == [tag for tag, _ in innocent.tags if re.fullmatch(r"h\d", tag)]
        visible = words.replace("\u202e", "").replace("\x00", "").replace("\x1b", "")
        assert re.sub(r"\s+", "", visible) in re.sub(r"\s+", "", page.text)
        assert re.sub(r"\s+", "", visible) in re.sub(
            r"\s+", "", shown((project.out / f"{place}.md").read_text("utf-8"))
        )


def test_the_page_brings_all_it_needs_and_allows_no_more(tmp_path: Path) -> None:
    text = written(declared_project(tmp_path), PUBLIC, "html")
    style = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    assert len(style) == 1
    digest = base64.b64encode(hashlib.sha256(style[0].encode()).digest()).decode()
    policy = next(a["content"] for t, a in Page(text).tags if t == "meta" and "http-equiv" in a)
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert "<script" not in text
    assert not re.search(r"@import|url\(", style[0])


def test_the_pages_say_what_the_markdown_says(tmp_path: Path) -> None:
    project = declared_project(tmp_path, policy=write_custom_policy(tmp_path))
    copyright_policy(project)
    for place in (PUBLIC, FULL):
        page = Page((project.out / f"{place}.html").read_text("utf-8")).text
        body = (project.out / f"{place}.md").read_text("utf-8")
        for block in body.split("\n\n")[3:-2]:
            assert shown(block).strip() in page


def test_the_words_are_honest(tmp_path: Path) -> None:
    project = declared_project(
        tmp_path, policy=write_custom_policy(tmp_path), crawlers=[{"name": "AcmeBot"}], copyright={}
    )
    copyright_policy(project)
    files = [project.out / f"{place}.md" for place in (PUBLIC, FULL)]
    for file in files:
        text = (
            file.read_text("utf-8")
            .casefold()
            .replace("lists of infringing sites", "")
            .replace("list of infringing", "")
        )
        words = ["compliant", "violation", "infringing", "honoured", "consent", "not used"]
        assert [word for word in words if word in text] == []
    assert "missing" not in files[0].read_text("utf-8").casefold()


def test_the_same_project_gives_the_same_bytes(tmp_path: Path) -> None:
    project = declared_project(tmp_path, policy=write_custom_policy(tmp_path))

    def run() -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in copyright_policy(project).paths}

    assert run() == run()


def test_what_is_for_the_public_holds_no_internal_data_to_begin_with(tmp_path: Path) -> None:
    project = declared_project(tmp_path, policy=write_custom_policy(tmp_path))
    document = build_copyright_policy(project, public=True)
    held = repr(dataclasses.replace(document, rules=dataclasses.replace(document.rules, description="")))
    assert not re.search(r"SECRET-2024|SECRET letter|secret-partner|asked\.example|secret-lists", held)


def test_a_faulty_crawler_policy_is_told_by_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "acme.yaml").write_text('name: acme\nversion: "1"\ndescription: x\nextends: machine-readabel\n')
    with pytest.raises(ProjectError, match=r"acme\.yaml:4: extends: .*did you mean machine-readable"):
        copyright_policy(declared_project(tmp_path, policy="acme.yaml"))


def test_the_command_prints_one_json_document(tmp_path: Path) -> None:
    project = declared_project(tmp_path, copyright={})
    command = [Path(sys.executable).with_name("datasummary"), "policy", "--json", "--project", project.path]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert (done.stderr, found["draft"]) == ("", True)
    assert all(Path(file).is_file() for file in found["files"])
    assert {"asked": "the electronic point of contact for rightsholders", "key": "copyright.contact"} in found["open"]


@pytest.mark.parametrize(("left_out", "said"), [(1, "1 point is open."), (2, "2 points are open.")])
def test_the_command_counts_what_is_open_in_words(tmp_path: Path, left_out: int, said: str) -> None:
    declared = dict(list(DECLARED.items())[left_out:])
    project = declared_project(tmp_path, copyright=declared)
    command = [Path(sys.executable).with_name("datasummary"), "policy", "--project", project.path]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr.startswith(f"This is a draft: {said}\n")


@pytest.mark.needs("chromium", "chromium-driver")
def test_the_page_fits_a_phone_has_landmarks_and_asks_nobody(tmp_path: Path) -> None:
    project = declared_project(tmp_path, policy=write_custom_policy(tmp_path), copyright={})
    copyright_policy(project)
    with chromium(tmp_path / "profile") as browser:
        for place in (PUBLIC, FULL):
            browser.resize(375, 800)
            browser.open(project.out / f"{place}.html")
            assert browser.run("return document.documentElement.scrollWidth") == 375
            roles = {role for role, _ in browser.tree()}
            assert {"banner", "navigation", "main", "contentinfo", "heading"} <= roles
            anchors = (
                "return [...document.querySelectorAll('nav a')].every((a) => document.getElementById(a.hash.slice(1)))"
            )
            assert browser.run(anchors)
            assert browser.log("browser") == []
            assert [address for address in requested(browser) if address.startswith("http")] == []
