"""The report's page in a real browser: from a figure to the hosts, to what they said, to the captured words."""

import base64
import importlib.util
import json
import re
import subprocess
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from browser import Browser, chromium
from report_pages import MARKUP, QUOTED_URL, SCRIPT_HOST, document, figures, host_index, stacked, wide
from summary_inventory import complete_project, write_project

from datasummary.documents.summary import write_summary
from datasummary.render.report_html import report_html

pytestmark = [pytest.mark.needs("chromium", "chromium-driver"), pytest.mark.xdist_group("chromium")]

LINES = "#host-table tbody tr:not(.opened)"
ROWS = f"return [...document.querySelectorAll('{LINES}')].map(r => [...r.cells].map(c => c.textContent))"
HOSTS = f"return [...document.querySelectorAll('{LINES} th')].map(c => c.textContent)"
COUNT = "return document.querySelector('.count').textContent"
FOCUS = "return document.activeElement.textContent.trim()"
OPENED = "return [...document.querySelectorAll('.opened')].map(r => r.innerText)"
SORTS = "return [...document.querySelectorAll('#host-table th[aria-sort]')].map(h => h.getAttribute('aria-sort'))"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report with 250 rows of hosts."""
    path = tmp_path_factory.mktemp("report") / "compliance-report.html"
    path.write_text(report_html(document(), host_index(250)), "utf-8")
    return path


@pytest.fixture(scope="module")
def large_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report with 100,000 rows of hosts."""
    path = tmp_path_factory.mktemp("large") / "compliance-report.html"
    path.write_text(report_html(document(), host_index(100_000)), "utf-8")
    return path


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def browser(window: Browser, page: Path) -> Browser:
    window.resize(1280, 900)
    window.run("window.location = 'about:blank'")  # or an address with another fragment would not load again
    window.open(page)
    return window


def search(browser: Browser, text: str) -> None:
    browser.run("document.getElementById('hosts-search').focus()")
    browser.press("escape", text)


def choose(browser: Browser, name: str, value: str) -> None:
    script = (
        "const s = document.getElementById(arguments[0]); s.value = arguments[1]; s.dispatchEvent(new Event('change'))"
    )
    browser.run(script, f"hosts-{name}", value)


def follow(browser: Browser, figure: str, row: int) -> None:
    browser.run("document.querySelectorAll(`#figure-${arguments[0]} tbody a`)[arguments[1]].focus()", figure, row)
    browser.press("enter")
    deadline = time.monotonic() + 5
    while browser.run(FOCUS) != "Hosts":
        assert time.monotonic() < deadline, "the link leads nowhere"


def press_until(browser: Browser, wanted: str) -> None:
    """Go on with the tabulator key until something is in focus."""
    for _ in range(30):
        browser.press("tab")
        if wanted == browser.run(FOCUS):
            return
    raise AssertionError(f"the keyboard does not reach {wanted!r}")


def test_hosts_stand_in_pages_of_a_hundred_that_the_keyboard_turns(browser: Browser) -> None:
    assert browser.run(COUNT) == "250 rows, 1 to 100 shown"
    assert len(browser.run(ROWS)) == 100
    browser.run("document.querySelectorAll('.pager button')[1].focus()")
    browser.press("enter")
    assert browser.run(COUNT) == "250 rows, 101 to 200 shown"
    assert browser.run("return document.activeElement.getAttribute('aria-label')") == "Table of hosts"
    browser.run(
        "document.querySelectorAll('.pager button')[1].click(); document.querySelectorAll('.pager button')[1].click()"
    )
    assert len(browser.run(ROWS)) == 50
    assert browser.run("return document.querySelector('.pager').innerText.split('\\n')[1]") == "Page 3 of 3"
    assert browser.run("return document.querySelectorAll('.pager button')[1].getAttribute('aria-disabled')") == "true"


def test_search_narrows_as_one_types_and_escape_clears_it(browser: Browser) -> None:
    search(browser, "SITE00024")
    assert browser.run(HOSTS) == [f"www.site{n:06}.example" for n in range(240, 250)]
    assert browser.run(COUNT) == "10 of 250 rows"
    search(browser, "nowhere.example")
    assert browser.run(COUNT) == "0 of 250 rows"
    browser.press("escape")
    assert browser.run(COUNT) == "250 rows, 1 to 100 shown"


def test_a_pasted_address_is_searched_by_its_host(browser: Browser) -> None:
    search(browser, "HTTPS://www.Site000249.example/a?b#c")
    assert browser.run(HOSTS) == ["www.site000249.example"]


def test_filters_combine_with_the_search(browser: Browser) -> None:
    choose(browser, "verdict", "reserved")
    choose(browser, "source", "crawl")
    search(browser, "site00001")
    assert browser.run(HOSTS) == ["www.site000012.example", "www.site000018.example"]
    options = "return [...document.getElementById('hosts-group').options].map(o => o.textContent)"
    assert browser.run(options) == ["All", "Crawled by or for the provider", "Other sources"]
    browser.run("document.querySelector('.chosen button').click()")
    assert browser.run(COUNT) == "250 rows, 1 to 100 shown"
    choose(browser, "modality", "audio")
    assert browser.run(HOSTS) == ["pod.example"]
    choose(browser, "modality", "")
    choose(browser, "group", "third_party")
    assert browser.run(HOSTS) == ["(no host)"]


def test_the_keyboard_alone_sorts_and_the_order_is_announced(browser: Browser) -> None:
    browser.run("document.querySelector('#hosts-modality').focus()")
    browser.press("tab", "tab")  # past the region that scrolls
    assert browser.run(FOCUS) == "Host"
    browser.press("enter")
    assert browser.run(SORTS) == ["ascending", *["none"] * 6]
    assert browser.run(HOSTS)[:3] == ["(no host)", SCRIPT_HOST, "huge.example"]
    browser.press("space")
    assert browser.run(SORTS)[0] == "descending"
    assert browser.run(HOSTS)[0] == "www.site000249.example"
    press_until(browser, "Size")
    browser.press("enter")
    assert browser.run(SORTS) == [*["none"] * 6, "descending"]
    assert browser.run(ROWS)[0][0::6] == ["huge.example", "1,152,921,504,606,846,977 tokens"]
    press_until(browser, "(no host)")


def test_rows_equal_in_a_column_keep_their_order_whichever_way_it_is_sorted(browser: Browser) -> None:
    head = "[...document.querySelectorAll('#host-table thead button')][3].click()"
    browser.run(head)
    up = browser.run(ROWS)
    assert [row[3] for row in up] == sorted(row[3] for row in up)
    browser.run(head)
    down = browser.run(ROWS)
    assert [row[3] for row in down] == sorted((row[3] for row in down), reverse=True)
    for rows in (up, down):
        assert all(int(a[4].replace(",", "")) > int(b[4].replace(",", "")) for a, b in pairwise(rows) if a[3] == b[3])


def test_a_figure_leads_to_its_hosts_and_a_host_to_its_words(browser: Browser) -> None:
    follow(browser, "verdicts", 0)
    assert browser.run("return location.hash") == "#hosts?verdict=reserved&group=crawled"
    assert browser.run(FOCUS) == "Hosts"
    assert {row[3] for row in browser.run(ROWS)} == {"reserved"}
    assert browser.run("return document.getElementById('hosts-verdict').value") == "reserved"
    press_until(browser, SCRIPT_HOST)
    browser.press("enter")
    (opened,) = browser.run(OPENED)
    assert "removed by the filter (receipt of 2026-02-01)" in opened
    assert "robots-txt to everyone says no · counted · line 1" in opened
    assert "tdmrep to the provider's crawlers says yes · not counted · line 2" in opened
    browser.press("tab", "enter")
    assert browser.run("return document.querySelectorAll('.opened details')[0].open")
    said = browser.run(
        "return [...document.querySelectorAll('.opened details')[0].querySelectorAll('dd')].map(d => d.textContent)"
    )
    assert said[:3] == [MARKUP, QUOTED_URL, "2026-01-09 06:17:48 UTC"]
    assert re.fullmatch("[0-9a-f]{64}", said[3])
    assert said[4] == "urn:uuid:1"
    assert browser.run("return document.querySelectorAll('.opened :is(script, img, b, i)').length") == 0
    browser.run(f"document.querySelector('{LINES} .host').click()")
    assert browser.run(OPENED) == []


def test_one_host_behind_a_figure_opens_at_once_and_going_back_undoes_nothing_else(browser: Browser) -> None:
    follow(browser, "opt-outs", 1)
    assert browser.run(HOSTS) == ["pod.example"]
    (opened,) = browser.run(OPENED)
    assert "1.5 hours (reserved: 0 hours)" in opened
    assert browser.run("return document.querySelector('.chosen').innerText") == "host: pod.example ✕\nShow all rows"
    browser.run("document.querySelector('.chosen button').click()")
    assert browser.run(HOSTS) == ["pod.example"]  # the source still holds
    browser.run("document.querySelectorAll('.chosen button')[0].click()")
    assert browser.run(COUNT) == "250 rows, 1 to 100 shown"
    follow(browser, "opt-outs", 1)  # the same address again
    assert browser.run(HOSTS) == ["pod.example"]
    follow(browser, "opt-outs", 0)
    browser.run("history.back()")
    deadline = time.monotonic() + 5
    while browser.run(HOSTS) != ["pod.example"]:
        assert time.monotonic() < deadline


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("disposition=removed by the filter", "1 of 250 rows"),
        ("protocols=tdmrep&unit=tokens", "248 of 250 rows, 1 to 100 shown"),
        ("domain=site000100.example", "1 of 250 rows"),
        ("verdict=nothing of the kind", "0 of 250 rows"),
        ("toString=1&__proto__=2&first=2020-01-01", "0 of 250 rows"),
        ("constructor=1", "250 rows, 1 to 100 shown"),
    ],
)
def test_an_address_selects_rows_by_what_the_table_holds(browser: Browser, query: str, count: str) -> None:
    browser.run("location.hash = '#hosts?' + arguments[0]", query)
    deadline = time.monotonic() + 5
    while browser.run(COUNT) != count:
        assert time.monotonic() < deadline, browser.run(COUNT)


def test_a_host_whose_words_are_not_in_the_page_has_the_command_that_shows_them(browser: Browser) -> None:
    search(browser, "site000010.")
    browser.run(f"document.querySelector('{LINES} .host').click()")
    (opened,) = browser.run(OPENED)
    assert "datasummary explain https://www.site000010.example/" in opened
    assert "2025-01-11 to 2026-01-11" in opened


def test_a_hostile_name_is_one_word_of_the_command(browser: Browser) -> None:
    for name, quoted in (("it's", "'https://it'\\''s;rm -rf.example:8080/'"), ("<script", f"'https://{SCRIPT_HOST}/'")):
        browser.run(
            "const i = document.getElementById('hosts-search'); i.value = arguments[0]; i.dispatchEvent(new Event('input'))",
            name,
        )
        browser.run(f"document.querySelector('{LINES} .host').click()")
        command = browser.run("return document.querySelector('.opened code').textContent")
        assert command == f"datasummary explain {quoted}"
        arguments = subprocess.run(
            ["sh", "-c", f"printf '%s\\n' {quoted}"], capture_output=True, text=True, check=True
        ).stdout
        assert arguments == f"https://{SCRIPT_HOST if '<' in name else 'it' + chr(39) + 's;rm -rf.example:8080'}/\n"


def test_what_hosts_wrote_is_text_and_no_script_of_theirs_runs(browser: Browser) -> None:
    assert SCRIPT_HOST in browser.run(HOSTS)
    assert browser.run("return document.querySelectorAll('script:not([type])').length") == 1
    assert browser.run("return document.querySelectorAll('img, iframe, object, embed').length") == 0
    browser.run(
        "const i = document.getElementById('hosts-search'); i.value = \"it's\"; i.dispatchEvent(new Event('input'))"
    )
    browser.run(f"document.querySelector('{LINES} .host').click()")
    assert (
        browser.run("return document.querySelector('.opened pre').textContent") == "# No use by machines⟨U+202E⟩please"
    )


def test_a_hundred_thousand_hosts_stay_usable_in_a_few_megabytes(window: Browser, large_page: Path) -> None:
    assert large_page.stat().st_size < 6_000_000
    window.resize(1280, 900)
    begun = time.monotonic()
    window.open(large_page)
    assert window.run(COUNT) == "100,000 rows, 1 to 100 shown"
    search(window, "9999.")
    assert window.run(HOSTS) == [f"www.site{n:06}.example" for n in range(9_999, 100_000, 10_000)]
    search(window, "")
    window.run("[...document.querySelectorAll('#host-table thead button')].forEach(b => b.click())")
    assert window.run(COUNT) == "100,000 rows, 1 to 100 shown"
    choose(window, "verdict", "unknown")
    assert window.run(COUNT).startswith("16,666 of 100,000 rows")
    assert time.monotonic() - begun < 20


@pytest.mark.parametrize("width", [320, 375, 768, 1024, 1280, 1920])
def test_nothing_is_wider_than_the_window(browser: Browser, width: int) -> None:
    browser.resize(width, 900)
    browser.run(f"document.querySelector('{LINES} .host').click()")
    browser.run("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert browser.run("return document.documentElement.scrollWidth") <= width
    spilled = """return [...document.querySelectorAll('main :is(td, th, dd, p, li, h2, h3, .bar-label, .bar-values)')]
        .filter(e => e.getClientRects().length && getComputedStyle(e).display !== 'inline' && e.scrollWidth > e.clientWidth + 1
            && !e.closest('thead')).map(e => e.textContent)"""
    assert browser.run(spilled) == []
    sheet = (
        "const s = document.querySelector('#figure-wide .sheet'); return [s.scrollWidth > s.clientWidth, s.tabIndex]"
    )
    assert browser.run(sheet) in ([True, 0], [False, -1])
    if width < 600:
        shown = "return [...document.querySelectorAll('#figure-verdicts tbody tr:first-child td')].map(c => c.getBoundingClientRect().left)"
        assert len(set(browser.run(shown))) == 1  # a row of figures stands as a card
        assert browser.run("return document.querySelector('#host-table .aside').offsetParent === null")


def test_a_screen_reader_finds_pictures_tables_and_the_live_count(browser: Browser) -> None:
    tree = browser.tree()
    assert ("image", figures().alt) in tree
    assert ("image", stacked().alt) in tree
    assert ("table", "By verdict") in tree
    assert ("columnheader", "Last day") in tree
    assert ("rowheader", "reserved") in tree
    assert ("searchbox", "Find a host") in tree
    assert ("region", "Table of hosts") in tree
    assert "status" in {role for role, _ in tree}
    levels = browser.run("return [...document.querySelectorAll('h1,h2,h3,h4')].map(h => Number(h.tagName[1]))")
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_no_request_leaves_the_page_and_its_policy_blocks_nothing_of_its_own(window: Browser, page: Path) -> None:
    window.run("window.location = 'about:blank'")
    window.log("performance")
    window.log("browser")
    window.open(page)
    search(window, "script")
    window.run(f"document.querySelector('{LINES} .host').click()")
    window.run("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    events = [json.loads(message)["message"] for message in window.log("performance")]
    sent = [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
    assert sent == [page.resolve().as_uri()]
    assert window.log("browser") == []


@pytest.mark.needs("poppler-utils")
def test_paper_holds_all_figures_and_the_first_hundred_hosts_whole(browser: Browser, tmp_path: Path) -> None:
    search(browser, "nowhere.example")
    path = tmp_path / "report.pdf"
    path.write_bytes(base64.b64decode(browser.pdf()))
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout
    together = re.sub(r"\s", "", text)
    for block in (figures(), stacked(), wide()):
        for record in block.records():
            assert all(f"{v:,}" in together for k, v in record.items() if isinstance(v, int))
    assert [f"www.site{n:06}.example" for n in range(5, 101) if f"www.site{n:06}.example" not in together] == [
        "www.site000100.example"
    ]
    assert "The first 100 stand here." in " ".join(text.split())
    assert len(re.findall(r"Host +Source +Modality +Verdict", text)) == len(re.findall(r"[^\f]*www\.site[^\f]*", text))
    assert "Find a host" not in text
    assert browser.run(COUNT) == "0 of 250 rows"  # on the screen all is as it was


def test_without_a_script_figures_and_first_hosts_are_there_and_no_idle_control(
    window: Browser, page: Path, tmp_path: Path
) -> None:
    bare = tmp_path / "bare.html"
    bare.write_text(
        re.sub(r"script-src '[^']*'|script-src &#39;[^;]*;", "script-src 'none';", page.read_text("utf-8"), count=1),
        "utf-8",
    )
    window.resize(1280, 900)
    window.open(bare)
    assert len(window.run(ROWS)) == 100
    assert not window.run("return [...document.querySelectorAll('button, input, select')].some(e => e.offsetParent)")
    assert "The first 100 stand here." in window.run("return document.body.innerText")
    window.log("browser")  # that a script was refused


def axe() -> str:
    """The rules of axe-core, without a word of the package around it."""
    spec = importlib.util.find_spec("axe_playwright_python")
    assert spec is not None
    assert spec.origin is not None
    return (Path(spec.origin).parent / "axe.min.js").read_text("utf-8")


def violations(browser: Browser) -> list[Any]:
    """What axe-core finds on the page as it stands."""
    browser.run("arguments[0] && (0, eval)(arguments[0])", axe())
    browser.run("window.found = null; axe.run().then(r => { window.found = r; })")
    deadline = time.monotonic() + 30
    while (
        found := browser.run(
            "return window.found && window.found.violations.map(v => [v.id, v.nodes.map(n => n.html)])"
        )
    ) is None:
        assert time.monotonic() < deadline
    return list(found)


def test_axe_would_find_a_barrier(browser: Browser) -> None:
    browser.run("document.querySelector('[role=img]').removeAttribute('aria-label')")
    browser.run("document.querySelector('label[for=hosts-verdict]').remove()")
    assert {rule for rule, _ in violations(browser)} == {"role-img-alt", "select-name"}


@pytest.fixture(scope="module")
def summary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = complete_project(tmp_path_factory.mktemp("summary"), domains=2_000)
    write_summary(project)
    return project.out / "public" / "public-summary.html"


@pytest.fixture(scope="module")
def draft(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = write_project(tmp_path_factory.mktemp("draft"))
    write_summary(project)
    return project.out / "public" / "public-summary.html"


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("name", ["page", "summary", "draft"])
def test_axe_finds_no_barrier(window: Browser, request: pytest.FixtureRequest, name: str, width: int) -> None:
    window.resize(width, 900)
    window.open(request.getfixturevalue(name))
    if name == "page":
        window.run(f"document.querySelector('{LINES} .host').click()")
        window.run("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        choose(window, "verdict", "reserved")
        window.run(f"document.querySelector('{LINES} .host').click()")
    assert violations(window) == []
