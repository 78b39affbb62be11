"""What became of content where there is a signal, and what receipts of the filter show of it."""

import re

import pytest
from audit_projects import robots, write_evidence
from report_projects import CRAWLED, FORBIDDEN, OPEN, PARTLY, RESERVED, reported, stated, written_by_the_tool
from scan_projects import write_project

from datasummary.auditing import audit
from datasummary.documents.compliance import build_report, host_index
from datasummary.documents.compliance_dispositions import LABELS
from datasummary.filtering import filter_manifests
from datasummary.inventory import scan
from datasummary.receipts import filter_proofs


def figures(project):
    return build_report(project).figures()


@pytest.fixture
def one_of_each(tmp_path):
    documents = {
        "all_example_com": ["/a", "/b"],
        "part_example_org": ["/no/1", "/yes/1", "/yes/2"],
        "elsewhere_example_net": ["/yes"],
        "licensed_example_eu": ["/a"],
        "words_example_de": ["/a"],
        "free_example_fr": ["/a"],
    }
    captures = [
        robots("all.example.com", *RESERVED),
        robots("part.example.org", *PARTLY),
        robots("elsewhere.example.net", *PARTLY),
        robots("licensed.example.eu", *RESERVED),
        robots("words.example.de", "# All rights reserved, no text and data mining without permission.", *OPEN),
        robots("free.example.fr", *OPEN),
    ]
    overrides = {"licensed": [{"hosts": ["licensed.example.eu"], "contract": "2024/17"}]}
    return reported(tmp_path, documents, captures, overrides=overrides)


def dispositions(project):
    return {row.host: row.disposition for row in host_index(project).rows}


def test_without_a_filter_a_decision_is_pending(one_of_each):
    audit(one_of_each)
    assert dispositions(one_of_each) == {
        "all.example.com": "decision pending: to be left out by the policy, and no filter has been run on this audit",
        "part.example.org": "decision pending: in part to be left out by the policy, and no filter has been run on "
        "this audit; 1 of 3 documents",
        "elsewhere.example.net": "kept: no document at a reserved path",
        "licensed.example.eu": "kept: basis contract 2024/17",
        "words.example.de": "decision pending: for people to settle, 1 of 1 documents",
        "free.example.fr": "",
    }
    document = build_report(one_of_each)
    assert "a decision is pending on 4 documents of 3 hosts" in stated(document, "open", "overview")
    found = {row["disposition"]: row["hosts"] for row in document.figures()["dispositions-crawled"].records()}
    assert found == {LABELS[kind]: 1 for kind in ("no_receipt", "no_receipt_partly", "pending", "kept_basis",
                                                  "kept_elsewhere")}  # fmt: skip


def test_a_table_to_filter_by_does_not_show_that_anything_was_filtered(one_of_each):
    receipt = filter_manifests(one_of_each).receipt
    told = dispositions(one_of_each)["all.example.com"]
    assert told == (
        f"on the filter's list (receipt of {receipt['written_at']}, policy own version 1); that manifests were "
        f"filtered by it is not shown"
    )


def test_filtered_manifests_name_the_filter(one_of_each, tmp_path):
    receipt = filter_manifests(one_of_each, write=tmp_path / "clean").receipt
    by = f"(receipt of {receipt['written_at']}, policy own version 1)"
    found = dispositions(one_of_each)
    assert found["all.example.com"] == f"removed by the filter {by}"
    assert found["part.example.org"] == f"removed in part by the filter {by}; 1 of 3 documents"
    largest = figures(one_of_each)["largest-reserved-crawled"]
    assert largest.records()[0]["disposition"] == "removed by the filter"
    assert largest.note.startswith(f"By the receipt of {receipt['written_at']}, policy own version 1.")
    (row,) = figures(one_of_each)["filter-crawled"].records()
    assert (row["documents_before"], row["documents_left_out"], row["documents_after"]) == (9, 3, 6)
    assert row["written"] == "filtered manifests"


def test_what_is_said_of_filters_and_changes_is_no_confession_and_no_certificate(one_of_each):
    audit(one_of_each, as_of="2025-01-01")
    audit(one_of_each)
    filter_manifests(one_of_each)
    document = build_report(one_of_each)
    assert {"filter-crawled", "changes", "dispositions-crawled"} <= set(document.figures())
    assert re.findall(FORBIDDEN, written_by_the_tool(document), re.IGNORECASE) == []
    told = "\n".join(dispositions(one_of_each).values())
    assert re.findall(FORBIDDEN, told, re.IGNORECASE) == []


def test_the_receipt_of_another_audit_shows_nothing(one_of_each):
    filter_manifests(one_of_each)
    write_evidence(one_of_each, [robots("free.example.fr", *RESERVED, captured="2025-07-01")], "later")
    audit(one_of_each)
    document = build_report(one_of_each)
    assert "filter-crawled" not in document.figures()
    assert "was not run on this audit" in stated(document, "open", "measure-1-3")
    assert dispositions(one_of_each)["all.example.com"].startswith(LABELS["no_receipt"])


def test_a_signal_that_the_policy_does_not_count_is_kept_on_that_basis(tmp_path):
    captures = [robots("a.example.com", *OPEN, "Content-Signal: ai-train=no"), robots("b.example.com", *OPEN)]
    project = reported(tmp_path, {"a_example_com": ["/"], "b_example_com": ["/"]}, captures)
    audit(project)
    assert dispositions(project)["a.example.com"].startswith(LABELS["no_receipt"])
    robots_only = write_project(tmp_path, CRAWLED, policy="robots-only")
    audit(robots_only)
    assert dispositions(robots_only) == {"a.example.com": LABELS["kept_not_counted"], "b.example.com": ""}
    (row,) = figures(robots_only)["dispositions-crawled"].records()
    assert (row["disposition"], row["hosts"], row["retained_documents"]) == (LABELS["kept_not_counted"], 1, 1)


def test_a_no_to_search_is_no_reservation(tmp_path):
    captures = [robots("a.example.com", *OPEN, "Content-Signal: search=no, ai-input=no")]
    project = reported(tmp_path, {"a_example_com": ["/"]}, captures)
    audit(project)
    assert dispositions(project) == {"a.example.com": ""}


@pytest.mark.parametrize("basis", ["scientific_research", "licence"])
def test_a_legal_basis_is_named_as_the_basis_on_which_content_is_kept(tmp_path, basis):
    project = reported(
        tmp_path, {"a_example_com": ["/"]}, [robots("a.example.com", *RESERVED)], source={"legal_basis": basis}
    )
    audit(project)
    assert dispositions(project) == {"a.example.com": f"kept: basis legal basis declared: {basis}"}
    (row,) = figures(project)["protocols-by-verdict-crawled"].records()
    assert (row["says"], row["verdict"], row["hosts"]) == ("no", "reserved", 1)


# --- what a receipt proves


@pytest.fixture
def of_filtered(tmp_path):
    """A project whose manifests are what another one's filter wrote."""
    first = reported(
        tmp_path / "first",
        {"a_example_com": ["/"], "b_example_com": ["/"]},
        [robots("a.example.com", *RESERVED), robots("b.example.com", *OPEN)],
    )
    filter_manifests(first, write=tmp_path / "clean")
    project = write_project(
        tmp_path / "second", CRAWLED | {"name": "clean", "manifests": [str(tmp_path / "clean/web")]}
    )
    scan(project)
    audit(project)
    return project


def test_manifests_that_are_a_filters_output_are_told_by_its_receipt(of_filtered):
    told = stated(build_report(of_filtered), "shown", "measure-1-3")
    assert "clean: its 1 manifest came out of a filter, byte for byte as its receipt of" in told


def test_one_other_byte_and_the_receipt_proves_nothing(of_filtered):
    (manifest,) = (of_filtered.home.parent / "clean/web").rglob("*.parquet")
    content = bytearray(manifest.read_bytes())
    content[len(content) // 2] ^= 1
    manifest.write_bytes(content)
    assert "came out of a filter" not in stated(build_report(of_filtered), "shown")


def test_another_file_of_that_name_is_no_receipt(of_filtered):
    receipt = of_filtered.home.parent / "clean/receipt.json"
    for content in ("", "[]", "{}", '{"sources": [{"source": 1}]}', '{"sources": null}'):
        receipt.write_text(content)
        assert filter_proofs(of_filtered) == {}
