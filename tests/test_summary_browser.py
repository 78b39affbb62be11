"""The summary's page in a real browser: search, sorting by keyboard, phone, print, screen reader, no request."""

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from browser import Browser, chromium
from summary_inventory import complete_project

from datasummary.documents.summary import write_summary
from datasummary.documents.template import FIELDS

pytestmark = [pytest.mark.needs("chromium", "chromium-driver"), pytest.mark.xdist_group("chromium")]

ROWS = "return [...document.querySelectorAll('#domain-table tbody tr')].map(r => [...r.cells].map(c => c.textContent))"
COUNT = "return document.querySelector('.count').textContent.replaceAll('\\u202f', ' ')"
FOCUS = "return document.activeElement.textContent.trim()"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a project that lists 1,254 names."""
    project = complete_project(tmp_path_factory.mktemp("page"), domains=12_534)
    write_summary(project)
    return project.out / "public" / "public-summary.html"


@pytest.fixture(scope="module")
def large_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a project that lists 100,000 names."""
    project = complete_project(tmp_path_factory.mktemp("large"), domains=1_000_000)
    write_summary(project)
    return project.out / "public" / "public-summary.html"


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def browser(window: Browser, page: Path) -> Browser:
    window.resize(1280, 900)
    window.open(page)
    return window


def search(browser: Browser, text: str) -> None:
    browser.run("document.getElementById('domain-search').focus()")
    browser.press("escape", text)


def test_the_list_begins_with_a_thousand_rows_and_shows_the_others_on_request(browser: Browser) -> None:
    assert len(browser.run(ROWS)) == 1000
    assert browser.run(COUNT) == "1 254 domain names"
    browser.run("document.querySelector('.more').focus()")
    browser.press("enter")
    rows = browser.run(ROWS)
    assert rows[-1] == ["1254", "site001253.example"]
    assert browser.run(FOCUS) == "1001site001000.example"
    assert browser.run("return document.querySelector('.more').hidden")


def test_search_finds_names_beyond_the_rows_and_keeps_their_rank(browser: Browser) -> None:
    search(browser, "site00125")
    assert browser.run(ROWS) == [[str(n + 1), f"site{n:06}.example"] for n in range(1250, 1254)]
    assert browser.run(COUNT) == "4 of 1 254 domain names"
    browser.press("escape")
    assert len(browser.run(ROWS)) == 1000


def test_a_pasted_address_is_searched_by_its_host(browser: Browser) -> None:
    search(browser, "HTTPS://Site001253.example/a?b#c")
    assert browser.run(ROWS) == [["1254", "site001253.example"]]


def test_what_is_not_listed_is_not_found(browser: Browser) -> None:
    search(browser, "nowhere.example")
    assert browser.run(ROWS) == []
    assert browser.run(COUNT) == "0 of 1 254 domain names"


def test_the_keyboard_alone_sorts_and_the_order_is_announced(browser: Browser) -> None:
    search(browser, "")
    browser.press("tab", "tab")  # past the region that scrolls
    assert browser.run(FOCUS) == "Rank"
    browser.press("enter")
    assert browser.run(ROWS)[0] == ["1254", "site001253.example"]
    browser.press("tab")
    assert browser.run(FOCUS) == "Domain name"
    browser.press("space")
    assert browser.run(ROWS)[0] == ["1", "site000000.example"]
    sorts = "return [...document.querySelectorAll('th')].map(th => th.getAttribute('aria-sort'))"
    assert browser.run(sorts) == ["none", "ascending"]


def test_a_hundred_thousand_names_are_searched_and_sorted(window: Browser, large_page: Path) -> None:
    window.open(large_page)
    assert window.run(COUNT) == "100 000 domain names"
    search(window, "9999.")
    assert window.run(ROWS) == [[str(n + 1), f"site{n:06}.example"] for n in range(9_999, 100_000, 10_000)]
    search(window, "")
    window.run("document.querySelectorAll('th button')[1].click(); document.querySelectorAll('th button')[1].click()")
    assert window.run(ROWS)[0] == ["100000", "site099999.example"]


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 1920])
def test_nothing_is_wider_than_the_window(browser: Browser, width: int) -> None:
    browser.resize(width, 900)
    assert browser.run("return document.documentElement.scrollWidth") <= width


def test_a_screen_reader_finds_every_question_with_its_ticked_boxes(browser: Browser) -> None:
    tree = browser.tree()
    groups = [name for role, name in tree if role == "group"]
    questions = [field.label for field in FIELDS.values()]
    assert [name for name in groups if name in questions] == questions
    assert [name for role, name in tree if role == "heading"][:3] == [
        "Public Summary of Training Content for General-Purpose AI models",
        "1. General information",
        "1.1. Provider identification",
    ]
    words = [name for role, name in tree if role == "StaticText"]
    assert "Ticked:" in {word.strip() for word in words}
    assert ("searchbox", "Find a domain name") in tree
    assert ("region", "Domain names by rank") in tree


def test_headings_leave_no_level_out(browser: Browser) -> None:
    levels = browser.run("return [...document.querySelectorAll('h1,h2,h3,h4')].map(h => Number(h.tagName[1]))")
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_no_request_leaves_the_page_and_its_policy_blocks_nothing_of_its_own(window: Browser, page: Path) -> None:
    window.log("performance")
    window.log("browser")
    window.open(page)
    search(window, "site")
    events = [json.loads(message)["message"] for message in window.log("performance")]
    sent = [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
    assert sent == [page.resolve().as_uri()]
    assert window.log("browser") == []


def test_print_starts_the_list_anew_and_drops_what_only_a_screen_can_use(browser: Browser) -> None:
    search(browser, "nowhere.example")
    browser.run("window.dispatchEvent(new Event('beforeprint'))")
    assert len(browser.run(ROWS)) == 1000
    assert browser.pdf().startswith("JVBERi0")  # %PDF-


def test_without_a_script_the_first_thousand_names_stand_as_rows(page: Path) -> None:
    text = page.read_text("utf-8")
    assert text.count("<tr><td>") == 1000
    assert '<div class="controls" hidden>' in text
