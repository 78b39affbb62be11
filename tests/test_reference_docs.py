"""What the documentation lists is all there is: names, endings, columns and states, none forgotten."""

from typing import get_args

import pyarrow.parquet as pq
import pytest
from conftest import ROOT, copy_of_example

import datasummary
from datasummary.domains import REASONS
from datasummary.manifests.columns import RECOGNISED, RECOGNISED_SIZES
from datasummary.manifests.shards import COMPRESSIONS, SUFFIXES
from datasummary.project_status import State
from datasummary.verdicts import Verdict

AUDIT = (ROOT / "docs" / "audit.md").read_text("utf-8")
MANIFESTS = (ROOT / "docs" / "manifests.md").read_text("utf-8")
SCAN = (ROOT / "docs" / "scan.md").read_text("utf-8")


def row_of(document, cell):
    return next(line for line in document.splitlines() if line.startswith(f"| {cell} |"))


@pytest.mark.parametrize("role", RECOGNISED)
def test_each_recognised_column_name_is_documented_in_the_order_in_which_it_is_looked_for(role):
    assert row_of(MANIFESTS, f"`{role}`").split("|")[2].strip() == ", ".join(f"`{name}`" for name in RECOGNISED[role])


@pytest.mark.parametrize(
    ("unit", "cell"),
    [("tokens", "`size` in tokens"), ("bytes", "in bytes"), ("characters", "in characters"), ("hours", "in hours")],
)
def test_each_recognised_size_column_is_documented(unit, cell):
    names = ", ".join(f"`{name}`" for name in RECOGNISED_SIZES[unit])
    assert row_of(MANIFESTS, cell).split("|")[2].strip() == names


def test_every_ending_and_every_reason_is_documented():
    assert [ending for ending in [*SUFFIXES, *COMPRESSIONS] if f"`{ending}`" not in MANIFESTS] == []
    assert [reason for reason in REASONS if f"\n| `{reason}` |" not in MANIFESTS] == []


def test_every_state_is_documented():
    assert [state for state in get_args(State) if f"\n| `{state}` |" not in SCAN] == []


def test_every_column_of_every_table_is_documented(tmp_path, tmp_path_factory):
    inventory = datasummary.scan(copy_of_example(tmp_path_factory, tmp_path))
    for table in (inventory.domains, inventory.totals, inventory.unattributed, inventory.sources, inventory.inputs):
        names = ", ".join(f"`{name}`" for name in pq.read_schema(table.path).names)
        assert row_of(SCAN, f"`{table.path.name}`").split("|")[2].strip() == names


def test_every_column_of_the_audits_tables_is_documented(tmp_path, tmp_path_factory):
    audit = datasummary.audit(copy_of_example(tmp_path_factory, tmp_path, audited=True))
    for table in (audit.verdicts, audit.domains, audit.signals):
        names = ", ".join(f"`{name}`" for name in pq.read_schema(table.path).names)
        assert row_of(AUDIT, f"`{table.path.name}`").split("|")[3].strip() == names


def test_every_verdict_is_documented():
    assert [verdict for verdict in get_args(Verdict) if f"\n| `{verdict}` |" not in AUDIT] == []
