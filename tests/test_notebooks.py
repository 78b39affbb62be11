"""The notebooks run from the first cell to the last, and what they show is what the data holds."""

import csv
import re

import nbformat
import pytest
from conftest import ROOT
from nbclient import NotebookClient

import datasummary

pytestmark = pytest.mark.xdist_group("notebooks")  # one worker makes what all look at

NOTEBOOKS = ROOT / "notebooks"
INVENTORY = NOTEBOOKS / "explore_inventory.ipynb"
OPT_OUTS = NOTEBOOKS / "opt_outs_over_time.ipynb"

PROJECT = """
provider: {name: Acme, contact: ai-act@acme.example, established_in: FR}
model: {names: [{name: acme-v1}], placed_on_market: 2026-03-01}
summary: {version: "1.0", date: 2026-03-01}
sources:
  - {name: crawl, category: crawled, modality: text, manifests: rows.csv}
"""
ROWS = [
    # Six domains hold 60 + 15 + 10 + 8 + 5 + 2 = 100 tokens; a tenth of six domains, rounded up, is one. 25 tokens
    # more stand at addresses without a domain, and 25 of the 125 have no date.
    ("https://one.org/", 60, "en", "2025-03-01"),
    ("https://www.two.com/a", 15, "de", "2025-03-02"),
    ("https://three.com/", 10, "en", "2025-05-01"),
    ("https://four.com/", 8, "en", "2025-05-01"),
    ("https://five.com/", 5, "fr", "2025-05-01"),
    ("https://six.com/", 2, "fr", "2025-05-01"),
    ("http://192.0.2.7/", 20, "en", ""),
    ("", 5, "en", ""),
]


def run(notebook, project, tmp_path, monkeypatch, folder=None):
    """Execute a copy in a folder and give what each cell put out, as text; SVG charts included."""
    if project:
        monkeypatch.setenv("DATASUMMARY_PROJECT", str(project))
    else:
        monkeypatch.delenv("DATASUMMARY_PROJECT", raising=False)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    # No proxy answers here: a cell that asked the network for something would fail.
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    copy = nbformat.read(notebook, as_version=4)
    place = {"metadata": {"path": folder or tmp_path}}
    NotebookClient(copy, timeout=300, kernel_name="python3", resources=place).execute()
    return {cell.id: "\n".join(map(text, cell.outputs)) for cell in copy.cells if cell.cell_type == "code"}


def text(output):
    data = output.get("data", {})
    return output.get("text") or data.get("image/svg+xml") or data.get("text/html") or data.get("text/plain", "")


@pytest.fixture(scope="module")
def of_the_example(tmp_path_factory):
    with pytest.MonkeyPatch.context() as monkeypatch:
        return run(INVENTORY, None, tmp_path_factory.mktemp("notebook"), monkeypatch)


@pytest.fixture(scope="module")
def of_the_opt_outs(tmp_path_factory):
    """Run where the news sites' file is found, if it is at hand."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        return run(OPT_OUTS, None, tmp_path_factory.mktemp("notebook"), monkeypatch, folder=NOTEBOOKS)


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_notebooks_are_kept_without_outputs(path):
    notebook = nbformat.read(path, as_version=4)
    assert [cell.id for cell in notebook.cells if cell.get("outputs") or cell.get("execution_count")] == []


def test_without_a_project_it_makes_the_example_and_shows_its_figures(of_the_example):
    for figure in ("158,003,901", "18,339", "5,846,677,200", "12,985,536"):
        assert figure in of_the_example["sources"]
    assert re.search(r"of 4,000 domains hold half of the tokens", of_the_example["concentration"])
    assert "image-crawl-2025, podcasts-2025, web-crawl-2025" in of_the_example["sql"]


@pytest.mark.parametrize(
    ("cell", "title", "unit"),
    [
        ("largest-domains", "The 25 largest domains of text", "tokens after filtering"),
        ("concentration", "Concentration: share of tokens by share of domains", "share of the tokens"),
        ("language", "Text by language", "tokens"),
        ("month", "Crawled text by month of collection", "tokens a month"),
        ("unattributed", "Documents without a domain, by reason", "documents"),
    ],
)
def test_each_chart_is_drawn_with_its_title_and_unit(of_the_example, cell, title, unit):
    chart = of_the_example[cell]
    assert "<svg" in chart
    assert f">{title}<" in chart
    assert f">{unit}<" in chart


def test_charts_need_nothing_from_the_network(of_the_example, of_the_opt_outs):
    for output in [*of_the_example.values(), *of_the_opt_outs.values()]:
        assert re.findall(r"(?:src|href)=.?https?:", output) == []


def test_figures_of_a_project_of_ones_own_are_those_of_its_manifest(tmp_path, monkeypatch):
    (tmp_path / "datasummary.yaml").write_text(PROJECT)
    with (tmp_path / "rows.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("url", "token_count", "language", "date"), *ROWS])
    shown = run(INVENTORY, tmp_path / "datasummary.yaml", tmp_path, monkeypatch)
    assert "1 of 6 domains hold half of the tokens; the first tenth holds 60%." in shown["concentration"]
    assert "20.00% of the crawled tokens have no usable date." in shown["month"]
    assert ">one.org<" in shown["largest-domains"]
    assert [reason in shown["unattributed"] for reason in ("ip_address", "no_url", "no_scheme")] == [True, True, False]


# --- opt-outs over time

CAPTURES = [
    ("one.org", "2025-03-01", 200, "User-agent: *\nDisallow:\n"),
    ("one.org", "2025-06-01", 200, "User-agent: GPTBot\nDisallow: /\n"),
    ("two.com", "2025-03-02", 200, "User-agent: *\nDisallow: /\n"),
    ("two.com", "2025-06-02", 200, "User-agent: *\nDisallow: /admin\n"),
    ("three.com", "2025-03-01", 404, ""),
    ("three.com", "2025-06-01", 200, "User-agent: *\nContent-Signal: ai-train=no\nDisallow:\n"),
    ("four.com", "2025-03-01", 503, ""),
    ("four.com", "2025-06-01", 403, ""),
]


@pytest.mark.parametrize(
    ("cell", "title", "unit"),
    [
        ("addressees", "Hosts that reserve, by whom they address", "share of the hosts that answered"),
        ("protocols", "Hosts that say no in other protocols", "share of the hosts that answered"),
    ],
)
def test_each_chart_of_the_opt_outs_is_drawn_with_its_title_and_unit(of_the_opt_outs, cell, title, unit):
    assert "<svg" in of_the_opt_outs[cell]
    assert f">{title}<" in of_the_opt_outs[cell]
    assert f">{unit}<" in of_the_opt_outs[cell]


def test_the_opt_outs_of_the_example_are_those_of_its_evidence(of_the_opt_outs):
    assert re.search(r"<th>2024-06</th>\s*(?:<td>\d+</td>\s*){5}", of_the_opt_outs["captures"])
    for protocol in ("aipref", "content-signals", "rsl", "tdmrep", "ai-txt", "page-directives", "direct-request"):
        assert f">{protocol}<" in of_the_opt_outs["protocols"]
    assert re.search(r"[34]\d\d of 1,4\d\d hosts reserved all of it", of_the_opt_outs["changed-hosts"])
    assert re.search(r"\b\d+ withdrew such a reservation:\n {2}\S+example", of_the_opt_outs["changed-hosts"])


def test_the_opt_outs_of_the_news_sites_are_counted_where_their_file_is_at_hand(of_the_opt_outs, shared_data):
    crawlers = re.sub(r"\s+", " ", of_the_opt_outs["news-crawlers"])
    assert "<th>2025-02-14</th> <td>95</td> <td>51</td> <td>49</td> <td>45</td> <td>44</td>" in crawlers
    assert "<svg" in crawlers
    policies = of_the_opt_outs["news-policies"]
    assert ">News sites by verdict under each policy<" in policies
    for name in ("machine-readable", "own-crawler", "robots-only", "strict", "apertus-2025"):
        assert f">{name}<" in policies


def test_opt_outs_of_a_project_of_ones_own_are_those_of_its_evidence(tmp_path, monkeypatch):
    (tmp_path / "datasummary.yaml").write_text(PROJECT)
    with (tmp_path / "captures.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("host", "captured", "status", "body"), *CAPTURES])
    datasummary.collect(datasummary.Project.load(tmp_path / "datasummary.yaml"), [tmp_path / "captures.csv"])
    shown = run(OPT_OUTS, tmp_path / "datasummary.yaml", tmp_path, monkeypatch)
    # four.com never answered; one.org closes all to a training crawler, three.com says no to training.
    assert "2 of 3 hosts reserved all of it between their first and their last answer." in shown["changed-hosts"]
    assert "1 withdrew such a reservation:\n  two.com" in shown["changed-hosts"]
    assert ">content-signals<" in shown["protocols"]
    assert "tdmrep" not in shown["protocols"]
    assert shown["news"] == "The news sites' file is not here, so the rest is left out.\n"
    assert shown["news-policies"] == ""
