"""Proposed texts rest on facts; that something was left out before training, only on a filter's own files."""

import builtins
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from copyright_projects import DECLARED, SITES
from filter_projects import FREE, OUT, SOME, filterable, filtered
from scan_projects import WEB, write_project

from datasummary.auditing import audit
from datasummary.documents.acceptance import accept
from datasummary.documents.copyright_policy import copyright_policy
from datasummary.documents.fields import Field, Prose
from datasummary.documents.summary import build_summary, write_summary
from datasummary.errors import ProjectError
from datasummary.inventory import scan
from datasummary.project import Project

pytestmark = pytest.mark.xdist_group("summary-proposals")  # one worker makes what all look at

BOT: dict[str, Any] = {"name": "AcmeBot", "purpose": "Collects pages."}
CRAWLED = {**WEB, "crawlers": [BOT]}
CLEAN = {**CRAWLED, "manifests": ["clean/web"]}
BEFORE_TRAINING = "Before training, documents that the crawler policy machine-readable, version 1.0 leaves out"


def write_rows(home: Path) -> None:
    (home / "data").mkdir(parents=True)
    for number in range(2):
        urls = [f"{OUT}/{number}", f"{SOME}/no/{number}", f"{SOME}/yes/{number}", f"{FREE}/{number}"]
        pq.write_table(pa.table({"url": urls, "token_count": [1, 2, 3, 4]}), home / f"data/{number}.parquet")


Making = Callable[..., Project]


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two projects, made once: ``raw``, scanned and audited; ``clean``, which trains on what the filter wrote."""
    home = tmp_path_factory.mktemp("projects")
    write_rows(home / "raw")
    audit(filterable(home / "raw", CRAWLED))
    shutil.copytree(home / "raw", home / "clean")
    filtered(Project.load(home / "clean" / "datasummary.yaml"), home / "clean" / "clean")
    retrained(home / "clean")
    return home


@pytest.fixture
def audited(homes: Path, tmp_path: Path) -> Making:
    """Gives a project whose raw manifests were scanned and audited."""

    def give(**keys: Any) -> Project:
        shutil.copytree(homes / "raw", tmp_path, dirs_exist_ok=True)
        return write_project(tmp_path, CRAWLED, **keys)

    return give


@pytest.fixture
def trained(homes: Path, tmp_path: Path) -> Making:
    """Gives a project that trains on what the filter wrote; the digests have been compared."""

    def give(*others: dict[str, Any], **keys: Any) -> Project:
        shutil.copytree(homes / "clean", tmp_path, dirs_exist_ok=True)
        project = write_project(tmp_path, CLEAN, *others, **keys)
        copyright_policy(project)
        return project

    return give


def retrained(home: Path) -> Project:
    """Scan and audit what the filter wrote."""
    project = write_project(home, CLEAN)
    scan(project)
    audit(project)
    return project


def field(project: Project, name: str) -> Field:
    return build_summary(Project.load(project.path)).fields[name]


def proposed(project: Project, name: str) -> str:
    return field(project, name).proposed or ""


def test_without_facts_nothing_is_proposed(tmp_path: Path) -> None:
    write_rows(tmp_path)
    project = write_project(tmp_path, CRAWLED)
    scan(project)
    assert [field(project, name).proposed for name in ("2.3.d", "3.1.b", "3.1.c")] == [None] * 3
    assert field(project, "3.1.c").open == ()


def test_an_audit_is_proposed_as_what_was_seen_and_when_not_as_what_a_crawler_did(audited: Making) -> None:
    project = audited()
    behaviour, reservations = proposed(project, "2.3.d"), proposed(project, "3.1.b")
    assert behaviour.startswith(
        "This was established after collection, from what sites were seen to say; it does not describe what AcmeBot "
        "did at the time."
    )
    for text in (behaviour, reservations):
        assert (
            "under the crawler policy machine-readable, version 1.0, by these protocols: robots.txt (RFC 9309); "
            in text
        )
        assert "The evidence was captured on 01/06/2025." in text
        assert "Sites of which there is no evidence were not examined." in text
        assert "Before training" not in text
    assert "Captchas, password-protected sites and paywalls were not examined." in behaviour


def test_a_proposal_enters_only_when_it_is_accepted(audited: Making) -> None:
    project = audited()
    for name in ("2.3.d", "3.1.b"):
        before = field(project, name)
        assert (before.origin, before.value) == ("missing", None)
        assert f"datasummary accept {name}" in before.open[0].advice
        accept(project, name)
        project = Project.load(project.path)
        after = field(project, name)
        assert (after.origin, after.open, after.value) == ("accepted", (), Prose(before.proposed or ""))


def test_changed_facts_void_what_was_accepted(audited: Making) -> None:
    project = audited()
    accept(project, "3.1.b")
    audit(project, as_of="2025-07-01")
    assert field(project, "3.1.b").origin == "missing"
    assert "the facts changed" in field(project, "3.1.b").open[0].advice


def test_an_audit_of_another_inventory_is_no_fact(audited: Making, tmp_path: Path) -> None:
    project = audited()
    pq.write_table(pa.table({"url": [f"{FREE}/new"], "token_count": [1]}), tmp_path / "data/new.parquet")
    scan(project)
    assert field(project, "3.1.b").proposed is None


def test_protocols_are_named_only_of_the_policy_in_force(audited: Making) -> None:
    project = audited()
    audit(project, policy="robots-only")
    assert "under the crawler policy robots-only, version 1.0. The evidence" in proposed(project, "3.1.b")


def test_declared_answers_stand_and_nothing_is_proposed_beside_them(trained: Making, tmp_path: Path) -> None:
    crawlers = [{**BOT, "respects": {"robots_txt": "Read before each visit."}}]
    measures = {"measures": {"before_collection": "Asked."}, "policy_link": "https://acme.example/policy"}
    project = trained(copyright={**DECLARED, **measures}, illegal_content=SITES)
    project = write_project(tmp_path, {**CLEAN, "crawlers": crawlers}, copyright=measures)
    fields = build_summary(project).fields
    assert [fields[name].origin for name in ("2.3.d", "3.1.b", "3.1.c")] == ["declared"] * 3
    assert [fields[name].proposed for name in ("2.3.d", "3.1.b", "3.1.c")] == [None] * 3


def test_declared_protocols_come_before_what_was_found(audited: Making) -> None:
    text = proposed(audited(copyright={"protocols": ["robots.txt", "TDMRep"]}), "3.1.b")
    assert text.startswith(
        "During data collection the provider follows these opt-out protocols and solutions: robots.txt, TDMRep.\n\n"
        "After data collection, what sites of the training content say"
    )


def test_a_matching_receipt_shows_what_was_left_out_before_training(trained: Making) -> None:
    project = trained()
    assert (
        f"{BEFORE_TRAINING} (verdicts: reserved) were removed from the content that was crawled. The receipt of the "
        f"filter names the files trained on, by digest."
    ) in proposed(project, "3.1.b")
    assert f"{BEFORE_TRAINING} (verdicts: reserved) were removed from the content collected." in proposed(
        project, "2.3.d"
    )


def test_a_filter_whose_output_is_not_trained_on_shows_nothing(audited: Making, tmp_path: Path) -> None:
    project = audited()
    filtered(project, tmp_path / "clean")
    copyright_policy(project)
    assert (project.out / "internal" / "exclusions" / "receipt.json").exists()
    assert "Before training" not in proposed(project, "3.1.b")


def test_a_receipt_that_nobody_compared_shows_nothing(audited: Making, tmp_path: Path) -> None:
    filtered(audited(), tmp_path / "clean")
    assert "Before training" not in proposed(retrained(tmp_path), "3.1.b")


def add_a_manifest(home: Path) -> None:
    pq.write_table(pa.table({"url": [f"{FREE}/new"], "token_count": [1]}), home / "clean/web/data/new.parquet")


def change_a_manifest(home: Path) -> None:
    table = pa.table({"url": [f"{OUT}/0"] * 2, "token_count": [3, 4]})
    pq.write_table(table, home / "clean/web/data/0.parquet")


def change_a_manifest_by_a_byte(home: Path) -> None:
    """The file keeps its length, and can still be read."""
    path = home / "clean/web/data/0.parquet"
    content = path.read_bytes()
    path.write_bytes(content.replace(b"/yes/0", b"/yes/7"))
    assert path.stat().st_size == len(content)
    assert path.read_bytes() != content


@pytest.mark.parametrize("spoil", [add_a_manifest, change_a_manifest, change_a_manifest_by_a_byte])
@pytest.mark.parametrize("compared_again", [False, True])
def test_the_claim_is_lost_when_a_manifest_changes(
    trained: Making, tmp_path: Path, spoil: Any, compared_again: bool
) -> None:
    project = trained()
    accept(project, "3.1.b")
    spoil(tmp_path)
    scan(project)
    audit(project)
    if compared_again:
        copyright_policy(project)
    found = field(project, "3.1.b")
    assert found.origin == "missing"
    assert "Before training" not in (found.proposed or "")


def test_the_claim_is_lost_at_once_without_another_scan(trained: Making, tmp_path: Path) -> None:
    project = trained()
    change_a_manifest_by_a_byte(tmp_path)
    assert "Before training" not in proposed(project, "3.1.b")


def test_a_manifest_that_was_only_touched_is_compared_again(trained: Making, tmp_path: Path) -> None:
    project = trained()
    os.utime(tmp_path / "clean/web/data/0.parquet", (1, 1))
    scan(project)
    audit(project)
    assert "Before training" not in proposed(project, "3.1.b")
    copyright_policy(project)
    assert "Before training" in proposed(project, "3.1.b")


@pytest.mark.parametrize("content", [None, "{", "[]", '{"web": {}}', '{"web": 1}', '{"web": {"policy": {}}}'])
def test_kept_proofs_that_are_gone_or_broken_show_nothing(trained: Making, tmp_path: Path, content: str | None) -> None:
    project = trained()
    path = tmp_path / ".datasummary" / "proofs.json"
    path.unlink() if content is None else path.write_text(content)
    assert "Before training" not in proposed(project, "3.1.b")


@pytest.mark.parametrize("change", [{"policy": {}}, {"policy": {"name": "x", "version": "1"}}])
def test_a_receipt_that_does_not_name_its_policy_shows_nothing(
    trained: Making, tmp_path: Path, change: dict[str, Any]
) -> None:
    project = trained()
    path = tmp_path / "clean" / "receipt.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **change}), "utf-8")
    copyright_policy(project)
    assert "Before training" not in proposed(project, "3.1.b")


def test_a_receipt_that_was_altered_shows_nothing(trained: Making, tmp_path: Path) -> None:
    project = trained()
    path = tmp_path / "clean" / "receipt.json"
    receipt = json.loads(path.read_text("utf-8"))
    receipt["sources"][0]["shards"][0]["after"]["sha256"] = "0" * 64
    path.write_text(json.dumps(receipt), "utf-8")
    assert "Before training" not in proposed(project, "3.1.b")
    copyright_policy(project)
    assert "Before training" not in proposed(project, "3.1.b")


def test_what_holds_for_a_part_is_said_of_a_part(trained: Making) -> None:
    other = {"name": "more", "category": "crawled", "modality": "text", "size": 7, "crawlers": [BOT]}
    bought = {"name": "bought", "category": "third_party", "modality": "text", "size": 7}
    text = proposed(trained(other, bought), "3.1.b")
    assert "were removed from a part of the content that was crawled." in text
    assert "datasets obtained from others" not in text


def test_under_another_policy_than_the_one_in_force_its_verdicts_are_not_named(audited: Making, tmp_path: Path) -> None:
    filtered(audited(), tmp_path / "clean", policy="strict")
    project = retrained(tmp_path)
    copyright_policy(project)
    text = proposed(project, "3.1.b")
    assert "documents that the crawler policy strict, version 1.0 leaves out were removed from" in text


def test_the_summary_opens_no_manifest_to_say_so(trained: Making, monkeypatch: pytest.MonkeyPatch) -> None:
    project = trained()
    opened: list[str] = []

    def noting(real: Any) -> Any:
        def opens(file: Any, *arguments: Any, **keys: Any) -> Any:
            opened.append(str(file))
            return real(file, *arguments, **keys)

        return opens

    monkeypatch.setattr(builtins, "open", noting(builtins.open))
    monkeypatch.setattr(Path, "open", noting(Path.open))
    monkeypatch.setattr(pq, "ParquetFile", noting(pq.ParquetFile))
    monkeypatch.setattr(pq, "read_table", noting(pq.read_table))
    assert "Before training" in proposed(project, "3.1.b")
    assert any("inputs.parquet" in file for file in opened)
    assert [file for file in opened if "clean" in file or "/data/" in file] == []


SUMMARISED = {"copyright": DECLARED, "illegal_content": SITES}
RESPECTS = {"robots_txt": "a", "captchas": "b", "passwords": "c", "paywalls": "d", "other_protocols": "e"}


def with_policy_summary(home: Path, **keys: Any) -> Project:
    bought = {"name": "bought", "category": "third_party", "modality": "text", "size": 7}
    project = write_project(home, bought, **{**SUMMARISED, **keys})
    copyright_policy(project)
    return project


def test_a_finished_policy_summary_is_proposed_for_the_comments(tmp_path: Path) -> None:
    project = with_policy_summary(tmp_path)
    before = field(project, "3.1.c")
    assert (before.origin, before.value, before.open) == ("not_applicable", Prose("No additional comments."), ())
    accept(project, "3.1.c")
    after = field(project, "3.1.c")
    assert after.origin == "accepted"
    assert isinstance(after.value, Prose)
    assert "(copyright-policy-summary.html)" in after.value.text
    assert "crawler policy machine-readable, version 1.0" in after.value.text
    assert "Point of contact for rightsholders: rights@acme.example" in after.value.text


def test_a_draft_or_a_changed_file_is_no_policy_summary(tmp_path: Path) -> None:
    assert field(with_policy_summary(tmp_path / "draft", copyright={}), "3.1.c").proposed is None
    project = with_policy_summary(tmp_path / "changed")
    path = project.out / "public" / "copyright-policy-summary.md"
    path.write_text(path.read_text("utf-8") + "more", "utf-8")
    assert field(project, "3.1.c").proposed is None
    path.unlink()
    with pytest.raises(ProjectError, match="no text is proposed"):
        accept(project, "3.1.c")


def test_an_accepted_comment_never_goes_without_a_word(tmp_path: Path) -> None:
    project = with_policy_summary(tmp_path)
    accept(project, "3.1.c")
    accepted = Project.load(project.path).accepted
    renewed = with_policy_summary(tmp_path, policy="strict", accepted=accepted)
    assert "the facts changed" in field(renewed, "3.1.c").open[0].advice
    gone = with_policy_summary(tmp_path, copyright={**DECLARED, "contact": None}, accepted=accepted)
    assert field(gone, "3.1.c").value == Prose("No additional comments.")
    assert "remove 3.1.c from accepted" in field(gone, "3.1.c").open[0].advice


def test_accepted_texts_name_no_source_and_no_size(trained: Making, tmp_path: Path) -> None:
    project = trained(**SUMMARISED)
    for name in ("2.3.d", "3.1.b"):
        text = proposed(project, name)
        assert "web" not in text.split()
        assert str(tmp_path) not in text
        accept(Project.load(project.path), name)
    write_summary(Project.load(project.path))
    public = (project.out / "public" / "public-summary.md").read_text("utf-8")
    assert "Before training, documents" in public
    words = ("compliant", "violation", "infringing", "honoured", "consent", "not used", "missing")
    assert [word for word in words if word in proposed(project, "3.1.b").casefold()] == []
