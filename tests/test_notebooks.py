"""The notebook runs from the first cell to the last, and what it shows is what the data holds."""

import csv
import re

import nbformat
import pytest
from conftest import ROOT
from nbclient import NotebookClient

NOTEBOOK = ROOT / "notebooks" / "explore_inventory.ipynb"

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


def run(project, tmp_path, monkeypatch):
    """Execute a copy and give what each cell put out, as text; SVG charts included."""
    if project:
        monkeypatch.setenv("DATASUMMARY_PROJECT", str(project))
    else:
        monkeypatch.delenv("DATASUMMARY_PROJECT", raising=False)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    # No proxy answers here: a cell that asked the network for something would fail.
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": tmp_path}}).execute()
    return {cell.id: "\n".join(map(text, cell.outputs)) for cell in notebook.cells if cell.cell_type == "code"}


def text(output):
    data = output.get("data", {})
    return output.get("text") or data.get("image/svg+xml") or data.get("text/html") or data.get("text/plain", "")


@pytest.fixture(scope="module")
def of_the_example(tmp_path_factory):
    with pytest.MonkeyPatch.context() as monkeypatch:
        return run(None, tmp_path_factory.mktemp("notebook"), monkeypatch)


def test_the_notebook_is_kept_without_outputs():
    notebook = nbformat.read(NOTEBOOK, as_version=4)
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


def test_charts_need_nothing_from_the_network(of_the_example):
    for output in of_the_example.values():
        assert re.findall(r"(?:src|href)=.?https?:", output) == []


def test_figures_of_a_project_of_ones_own_are_those_of_its_manifest(tmp_path, monkeypatch):
    (tmp_path / "datasummary.yaml").write_text(PROJECT)
    with (tmp_path / "rows.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("url", "token_count", "language", "date"), *ROWS])
    shown = run(tmp_path / "datasummary.yaml", tmp_path, monkeypatch)
    assert "1 of 6 domains hold half of the tokens; the first tenth holds 60%." in shown["concentration"]
    assert "20.00% of the crawled tokens have no usable date." in shown["month"]
    assert ">one.org<" in shown["largest-domains"]
    assert [reason in shown["unattributed"] for reason in ("ip_address", "no_url", "no_scheme")] == [True, True, False]
