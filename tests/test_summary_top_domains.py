"""Field 2.3.h against a second, naive implementation: rank every modality, try every share, take the first."""

import csv
import math
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from summary_inventory import Scan, write_project

from datasummary.documents.fields import DomainList
from datasummary.documents.summary import build_summary, write_summary
from datasummary.project import Project
from datasummary.render.cells import neutral
from datasummary.render.domains_csv import domains_csv

Sizes = dict[str, dict[str, int]]
SME = {
    "provider": {
        "name": "A",
        "contact": "a@a.example",
        "established_in": "FR",
        "sme": {"value": True, "basis": "9 staff"},
    }
}


def naive(sizes: Sizes, sme: bool = False) -> tuple[int, list[str]]:
    """The rule, word by word. ``sizes`` by modality and domain. Returns k and the list."""
    ranked = {m: sorted(found, key=lambda name: (-found[name], name)) for m, found in sizes.items() if found}
    total = len({name for names in ranked.values() for name in names})
    k = min(math.ceil(total * 5 / 100), 1000) if sme else math.ceil(total * 10 / 100)
    shares = sorted({Fraction(r, len(names)) for names in ranked.values() for r in range(1, len(names) + 1)})
    for p in shares:
        union = {name for names in ranked.values() for name in names[: math.floor(p * len(names))]}
        if len(union) >= k:
            break
    entry = {
        name: min(Fraction(names.index(name) + 1, len(names)) for names in ranked.values() if name in names)
        for name in union
    }
    return k, sorted(union, key=lambda name: (entry[name], name))


def crawl(name: str = "web", modality: str = "text", **keys: Any) -> dict[str, Any]:
    return {
        "name": name,
        "category": "crawled",
        "modality": modality,
        "manifests": ["x"],
        "columns": {"size": "n"},
        **keys,
    }


def listed(project: Project) -> DomainList:
    domains = build_summary(project).domains
    assert domains is not None
    return domains


def names_of(sizes: Sizes, *, sme: bool = False) -> tuple[int, list[str]]:
    units = {"text": "tokens", "image": "images"}
    with TemporaryDirectory() as folder:
        sources = [crawl(modality, modality) for modality in sizes]
        project = write_project(Path(folder), sources=sources, **(SME if sme else {}))
        scan = Scan()
        for modality, domains in sizes.items():
            scan.add(modality, modality, units[modality], domains=domains)
        scan.write(project)
        domains = listed(project)
        return domains.required, list(domains.names)


DOMAIN = st.integers(0, 60).map(lambda n: f"d{n}.example")
SIZES = st.dictionaries(DOMAIN, st.integers(0, 5), min_size=1)


@settings(max_examples=60)
@given(text=SIZES, image=SIZES, sme=st.booleans())
def test_list_agrees_with_the_naive_rule_on_overlapping_heads(
    text: dict[str, int], image: dict[str, int], sme: bool
) -> None:
    sizes = {"text": text, "image": image}
    assert names_of(sizes, sme=sme) == naive(sizes, sme)


def test_with_one_modality_the_list_is_exactly_the_first_k_by_size_and_then_name() -> None:
    sizes = {"text": {f"d{n:02}.example": 100 - n // 2 for n in range(31)}}
    assert names_of(sizes) == (4, ["d00.example", "d01.example", "d02.example", "d03.example"])


def test_ten_percent_is_counted_exactly_where_floats_would_round_up() -> None:
    assert names_of({"text": {f"d{n}.example": n for n in range(30)}})[0] == 3


def test_two_modalities_may_exceed_k_by_the_last_step() -> None:
    text = {f"t{n:02}.example": 100 - n for n in range(10)}
    image = {f"i{n:02}.example": 100 - n for n in range(5)}
    # N = 15, k = 2. Shares: 1/10 gives t00; 1/5 gives t00, t01 and i00 at once.
    assert names_of({"text": text, "image": image}) == (2, ["t00.example", "i00.example", "t01.example"])


def test_an_sme_lists_at_most_a_thousand_names() -> None:
    required, names = names_of({"text": {f"d{n}.example": n for n in range(20_400)}}, sme=True)
    assert (required, len(names), names[0]) == (1000, 1000, "d20399.example")


def test_sizes_are_of_what_was_scraped_over_domains_that_were_used(tmp_path: Path) -> None:
    used = {f"d{n}.example": 10 - n for n in range(10)}
    scraped = {**dict.fromkeys(used, 1), "d9.example": 500, "dropped.example": 10**6}
    project = write_project(tmp_path, sources=[crawl(scraped=["raw"])])
    Scan().add("web", domains=used, scraped=scraped).write(project)
    domains = listed(project)
    assert (domains.total, domains.names) == (10, ("d9.example",))
    assert "by size of the content scraped." in domains.method


def test_where_only_what_was_used_is_known_the_method_says_so(tmp_path: Path) -> None:
    project = write_project(tmp_path, sources=[crawl()])
    Scan().add("web", domains={"a.example": 1}).write(project)
    assert "the size of what was scraped before filtering was not measured" in listed(project).method


def test_sizes_of_one_domain_add_up_over_crawled_sources_and_over_no_others(tmp_path: Path) -> None:
    other = crawl("bought") | {"category": "licensed"}
    project = write_project(tmp_path, sources=[crawl("one"), crawl("two"), other])
    scan = Scan().add("one", domains={"a.example": 6, **{f"x{n}.example": 10 for n in range(9)}})
    scan.add("two", domains={"a.example": 6}).add("bought", domains={"b.example": 99}).write(project)
    domains = listed(project)
    assert (domains.total, domains.names) == (10, ("a.example",))


def test_sums_beyond_64_bits_stay_exact(tmp_path: Path) -> None:
    project = write_project(tmp_path, sources=[crawl("one"), crawl("two")])
    base = 2**62
    scan = Scan().add("one", domains={"a.example": base, "b.example": base + 1}, size=1)
    scan.add("two", domains={"a.example": 3 * base, "b.example": 3 * base}, size=1).write(project)
    assert listed(project).names == ("b.example",)


def test_different_units_are_not_added_without_a_ratio(tmp_path: Path) -> None:
    project = write_project(tmp_path, sources=[crawl("one"), crawl("two", unit="bytes")])
    Scan().add("one", domains={"a.example": 1}).add("two", unit="bytes", domains={"a.example": 1}).write(project)
    field = build_summary(project).fields["2.3.h"]
    assert (field.origin, field.value) == ("missing", None)
    assert "tokens and bytes" in field.open[0].advice


def test_a_ratio_makes_bytes_tokens_and_the_method_calls_them_estimated(tmp_path: Path) -> None:
    project = write_project(tmp_path, sources=[crawl("one"), crawl("two", unit="bytes", tokens_per_unit=0.3)])
    scan = Scan().add("one", domains={"a.example": 30, **{f"x{n}.example": 1 for n in range(8)}})
    scan.add("two", unit="bytes", domains={"b.example": 101}).write(project)
    domains = listed(project)
    assert domains.names == ("b.example",)
    assert "estimated" in domains.method


def test_hours_are_shown_as_hours_and_sizes_only_where_asked_for(tmp_path: Path) -> None:
    summary = {"version": "1", "date": "2026-03-01", "domain_sizes": True}
    project = write_project(tmp_path, sources=[crawl(modality="audio")], summary=summary)
    Scan().add("web", "audio", "milliseconds", domains={"a.example": 5_400_000}).write(project)
    write_summary(project)
    text = (project.out / "public" / "top-domains.csv").read_text("utf-8")
    rows = list(csv.reader(text.splitlines()))
    assert rows == [["rank", "domain", "audio_hours"], ["1", "a.example", "1.500"]]


def test_without_addresses_nothing_is_listed_and_an_earlier_file_goes(tmp_path: Path) -> None:
    project = write_project(tmp_path, sources=[crawl()])
    Scan().add("web", domains={"a.example": 1}).write(project)
    write_summary(project)
    Scan().add("web", size=5).write(project)
    result = write_summary(project)
    assert result.domains_listed is None
    assert not (project.out / "public" / "top-domains.csv").exists()
    assert "2.3.h" in {field.id for field in result.open}


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_a_cell_that_begins_as_a_formula_is_made_text(cell: str) -> None:
    assert neutral(cell) == f"'{cell}"
    text = domains_csv(DomainList("10 %", 1, 1, (cell,), (), ""))
    assert list(csv.reader(text.splitlines()))[1] == ["1", f"'{cell}"]


@pytest.mark.parametrize(("sme", "expected"), [(False, 1254), (True, 627)])
def test_real_c4_head_gives_what_a_plain_loop_gives(
    tmp_path: Path, shared_data: Path, sme: bool, expected: int
) -> None:
    sizes = {"text": real_sizes(shared_data / "c4-head-domains.parquet")}
    required, names = names_of(sizes, sme=sme)
    assert (required, len(names)) == (expected, expected)
    ranked = sorted(sizes["text"], key=lambda name: (-sizes["text"][name], name))
    assert names == ranked[:expected]


def test_real_images_beside_real_text_follow_the_naive_rule(shared_data: Path) -> None:
    sizes = {
        "text": real_sizes(shared_data / "c4-head-domains.parquet"),
        "image": real_sizes(shared_data / "laion-1k.parquet"),
    }
    assert names_of(sizes) == naive(sizes)


def real_sizes(path: Path) -> dict[str, int]:
    """Sizes by registrable domain, with tldextract on every row."""
    import pyarrow.parquet as pq
    import tldextract

    extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    sizes: dict[str, int] = {}
    for row in pq.read_table(path).to_pylist():
        url = next(value for key, value in row.items() if key.lower() in ("url", "domain"))
        count = next((v for k, v in row.items() if k.lower() in ("token_count", "tokens", "size")), 1)
        domain = extract(url).top_domain_under_public_suffix if url else ""
        if domain:
            sizes[domain] = sizes.get(domain, 0) + int(count or 0)
    return sizes
