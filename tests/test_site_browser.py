"""The published site in a real browser, served: the search while typing, no barrier, no request outside, scripts off."""

import contextlib
import functools
import importlib.util
import json
import re
import shutil
import threading
import time
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from browser import Browser, chromium
from site_projects import NAMES, next_version, site_project

import datasummary
from datasummary.project import Project
from datasummary.site import publishing

pytestmark = [pytest.mark.needs("chromium", "chromium-driver"), pytest.mark.xdist_group("chromium")]

PAGES = ("index.html", "domains.html", "changes.html", "versions/index.html")
ANSWER = "return document.querySelector('.answer').textContent.replaceAll('\\u202f', ' ')"
NEAR = "return [...document.querySelectorAll('.search .names button')].map(b => b.textContent)"
COUNT = "return document.querySelector('.near').textContent.replaceAll('\\u202f', ' ')"


class Quiet(SimpleHTTPRequestHandler):
    """Serves files, and says nothing."""

    def log_message(self, *_: Any) -> None:
        pass


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on loopback."""
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return site_project(tmp_path_factory.mktemp("project") / "project")


@pytest.fixture(scope="module")
def folder(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of two versions; the list of the latest holds 100,000 names."""
    place = tmp_path_factory.mktemp("site")
    datasummary.publish(project, place)
    names = (*NAMES, *(f"host{number:06}.example" for number in range(len(NAMES), 100_000)))
    datasummary.publish(next_version(project, "1.2", "2026-06-01", names), place)
    return place


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[str]:
    with served(folder) as address:
        yield address


@pytest.fixture(scope="module")
def split_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site whose list of 20,000 names stands in four parts."""
    base = tmp_path_factory.mktemp("split")
    names = (*NAMES, *(f"host{number:06}.example" for number in range(len(NAMES), 20_000)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publishing, "NAMES_INSIDE", 1000)
        datasummary.publish(site_project(base / "project", names), base / "site")
    assert len(list((base / "site/domains").iterdir())) == 4
    return base / "site"


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("profile")) as browser:
        browser.resize(1280, 900)
        yield browser


@pytest.fixture(scope="module")
def search(window: Browser, site: str) -> Browser:
    window.visit(f"{site}domains.html")
    return window


def typed(browser: Browser, text: str) -> str:
    browser.run("document.getElementById('domain').focus()")
    browser.press("escape", text)
    return str(browser.run(ANSWER))


def waited(browser: Browser, text: str) -> str:
    """What is answered once the parts are there."""
    answer = typed(browser, text)
    deadline = time.monotonic() + 10
    while answer == "Looking …":
        assert time.monotonic() < deadline
        time.sleep(0.02)
        answer = browser.run(ANSWER)
    return answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("site000001.example", "site000001.example is on the list, at rank 1 of 100 000."),
        ("  SITE000001.Example. ", "site000001.example is on the list, at rank 1 of 100 000."),
        ("https://me@big.co.uk:8080/a?b#c", "big.co.uk is on the list, at rank 3 of 100 000."),
        ("me@big.co.uk", "big.co.uk is on the list, at rank 3 of 100 000."),
        ("*.news.example.org", "news.example.org is on the list, at rank 5 of 100 000."),
        ("a.b.big.co.uk", "a.b.big.co.uk belongs to big.co.uk, which is on the list, at rank 3 of 100 000."),
        ("Bücher.example", "bücher.example (xn--bcher-kva.example) is on the list, at rank 2 of 100 000."),
        ("http://www.bücher。example/x", "www.bücher。example (www.xn--bcher-kva.example) belongs to xn--bcher-kva.example, which is on the list, at rank 2 of 100 000."),
        ("__proto__.example", "__proto__.example is on the list, at rank 4 of 100 000."),
        ("constructor.example", "constructor.example is not on the list of 100 000 names."),
        ("example.org", "example.org is not on the list of 100 000 names."),
        ("co.uk", "co.uk is not on the list of 100 000 names."),
        ("host099999.example", "host099999.example is on the list, at rank 100 000 of 100 000."),
        ("examp", "Go on typing: a name with its ending, such as example.com."),
        ("*", ""),
        ("examp.", "Go on typing: a name with its ending, such as example.com."),
        ("Büch", "Go on typing: a name with its ending, such as example.com."),
        ("https://examp", "Go on typing: a name with its ending, such as example.com."),
        *(
            (text, "This is no domain name; write it like example.com.")
            for text in ("example com", "[::1]", "http://[::1]:80/", "::1", "<script>", "ex ämple", "a%b", 64 * "a", f"{64 * 'a'}.example")
        ),
        ("192.0.2.1", "This is no domain name; write it like example.com."),
        ("<b>x.example</b>", "This is no domain name; write it like example.com."),
        ("a..example", "This is no domain name; write it like example.com."),
        ("", ""),
    ],
)  # fmt: skip
def test_a_name_is_answered_in_whatever_spelling(search: Browser, text: str, answer: str) -> None:
    assert typed(search, text) == answer


def test_a_hundred_thousand_names_answer_while_one_types(search: Browser) -> None:
    typed(search, "")
    slowest = search.run(
        """const input = document.getElementById('domain');
        let slowest = 0;
        for (const end of Array('www.host0999.example'.length).keys()) {
          const began = performance.now();
          input.value = 'www.host0999.example'.slice(0, end + 1);
          input.dispatchEvent(new Event('input'));
          document.querySelector('.answer').getBoundingClientRect();
          slowest = Math.max(slowest, performance.now() - began);
        }
        return slowest;"""
    )
    assert slowest < 100, f"a key took {slowest:.0f} ms"
    assert search.run(ANSWER) == "www.host0999.example is not on the list of 100 000 names."


def test_names_that_contain_what_is_typed_are_offered_and_chosen_by_keyboard(search: Browser) -> None:
    typed(search, "host09999")
    assert search.run(NEAR) == [f"host{number:06}.example" for number in range(99_990, 100_000)]
    assert search.run(COUNT) == "Names on the list that contain “host09999”: 10"
    search.press("tab", "tab", "enter")
    assert search.run(ANSWER) == "host099991.example is on the list, at rank 99 992 of 100 000."
    assert search.run("return document.activeElement.id") == "domain"
    typed(search, "host0")
    assert len(search.run(NEAR)) == 20
    assert search.run(COUNT) == "Names on the list that contain “host0”: 99 995; the first 20 by rank:"


def test_parts_are_fetched_once_and_only_those_that_answer(window: Browser, split_folder: Path) -> None:
    with served(split_folder) as address:
        window.visit(f"{address}domains.html")
        window.log("performance")
        assert (
            waited(window, "www.Big.co.uk")
            == "www.big.co.uk belongs to big.co.uk, which is on the list, at rank 3 of 20 000."
        )
        assert waited(window, "nowhere.example") == "nowhere.example is not on the list of 20 000 names."
        for number, rank in ((5, "6"), (777, "778"), (19_999, "20 000")):
            name = f"host{number:06}.example"
            assert waited(window, name) == f"{name} is on the list, at rank {rank} of 20 000."
        assert waited(window, "bücher.example").startswith("bücher.example (xn--bcher-kva.example) is on the list")
        assert waited(window, "__proto__.example") == "__proto__.example is on the list, at rank 4 of 20 000."
        assert waited(window, "constructor.example") == "constructor.example is not on the list of 20 000 names."
        sent = requests(window)
        assert all(url.startswith(f"{address}domains/00") for url in sent)
        assert len(sent) == len(set(sent)) <= 4
        assert window.log("browser") == []
    window.visit(split_folder.joinpath("domains.html").as_uri())
    assert typed(window, "big.co.uk") == "The search works where the site is served; here, look into top-domains.csv."


def test_a_part_that_cannot_be_loaded_is_said_and_tried_again(
    window: Browser, split_folder: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "site"
    shutil.copytree(split_folder, broken)
    (broken / "domains").rename(broken / "away")
    with served(broken) as address:
        window.visit(f"{address}domains.html")
        assert waited(window, "big.co.uk") == "The list could not be loaded. Try again, or look into top-domains.csv."
        (broken / "away").rename(broken / "domains")
        assert waited(window, "big.co.uk") == "big.co.uk is on the list, at rank 3 of 20 000."
    window.log("browser")


def test_a_list_inside_the_page_is_searched_from_a_file_too(window: Browser, folder: Path) -> None:
    window.open(folder / "domains.html")
    assert typed(window, "big.co.uk") == "big.co.uk is on the list, at rank 3 of 100 000."


def requests(browser: Browser) -> list[str]:
    events = [json.loads(message)["message"] for message in browser.log("performance")]
    return [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]


def test_no_request_leaves_a_page_and_no_cookie_is_set(window: Browser, site: str) -> None:
    window.run("window.location = 'about:blank'")
    window.log("performance")
    window.log("browser")
    for page in PAGES:
        window.visit(f"{site}{page}")
        assert window.run("return document.cookie + localStorage.length") == "0"
    typed_in = "big.co.uk"
    window.visit(f"{site}domains.html")
    typed(window, typed_in)
    assert requests(window) == [f"{site}{page}" for page in (*PAGES, "domains.html")]
    assert window.log("browser") == []


@functools.cache
def axe() -> str:
    spec = importlib.util.find_spec("axe_playwright_python")
    assert spec is not None
    assert spec.origin is not None
    return (Path(spec.origin).parent / "axe.min.js").read_text("utf-8")


def barriers(browser: Browser) -> list[Any]:
    """What axe-core finds on the page as it stands."""
    browser.run("arguments[0] && (0, eval)(arguments[0])", axe())
    browser.run(
        "window.found = null; axe.run().then(r => { window.found = r.violations.map(v => [v.id, v.nodes.map(n => n.html)]); })"
    )
    deadline = time.monotonic() + 30
    while (found := browser.run("return window.found")) is None:
        assert time.monotonic() < deadline
    return list(found)


def test_axe_finds_no_barrier_and_nothing_is_wider_than_the_window(window: Browser, site: str) -> None:
    for page in PAGES:
        for width in (360, 1280):
            window.resize(width, 900)
            window.visit(f"{site}{page}")
            window.run("document.querySelectorAll('details').forEach(d => { d.open = true; })")
            if page == "domains.html":
                typed(window, "host0999")
            assert window.run("return document.documentElement.scrollWidth") <= width, (page, width)
            assert barriers(window) == [], (page, width)
    window.resize(1280, 900)


def test_headings_leave_no_level_out_and_the_answer_is_announced(window: Browser, site: str) -> None:
    for page in PAGES:
        window.visit(f"{site}{page}")
        levels = window.run("return [...document.querySelectorAll('h1,h2,h3,h4')].map(h => Number(h.tagName[1]))")
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in pairwise(levels)), page
        assert window.run("return document.querySelectorAll('nav [aria-current=page]').length") == 1
    window.visit(f"{site}domains.html")
    tree = window.tree()
    assert ("searchbox", "Domain name or address") in tree
    assert "status" in {role for role, _ in tree}


def test_with_scripts_off_all_but_the_search_works_and_the_page_says_how_to_search(
    window: Browser, folder: Path, tmp_path: Path
) -> None:
    bare = tmp_path / "site"
    shutil.copytree(folder, bare)
    for page in PAGES:
        text = (bare / page).read_text("utf-8")
        (bare / page).write_text(
            re.sub(r"script-src &#39;[^;]*;", "script-src &#39;none&#39;;", text, count=1), "utf-8"
        )
    with served(bare) as address:
        window.visit(f"{address}domains.html")
        shown = window.run("return document.body.innerText")
        assert "The search needs scripts, which are off." in shown
        assert not window.run("return [...document.querySelectorAll('input, button')].some(e => e.offsetParent)")
        for page in (each for each in PAGES if each != "domains.html"):
            window.visit(f"{address}{page}")
            assert "Version 1.2" in window.run("return document.body.innerText")
    window.log("browser")  # that a script was refused
