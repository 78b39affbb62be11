"""A table of exclusions says of every address what the audit says: in Python, on DuckDB, on Spark and in datatrove."""

import datetime as dt
import importlib.util
import itertools
import json
import random
import sys
from pathlib import Path
from types import ModuleType

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from datasummary.engines import connect
from datasummary.errors import DataError, ProjectError
from datasummary.exclusion_tables import excluded, exclusions_table, require_decidable
from datasummary.exclusions import ABOUT, EXCLUSIONS, Exclusions, authority_in
from datasummary.policy import Policy, load_policy
from datasummary.rules import PathRule, simplified
from datasummary.urlpass import UNDATED, During, UrlPass
from datasummary.verdicts import DOCUMENT_VERDICTS, Standing

HOST = "www.example.com"
LAST = dt.date(2026, 3, 1)
DAYS = [dt.date(1989, 12, 31), dt.date(1990, 1, 1), dt.date(2024, 3, 1), dt.date(2024, 9, 1), LAST]
ANYTHING_LEFT_OUT = list(itertools.chain(*(itertools.combinations(DOCUMENT_VERDICTS[1:], n) for n in range(5))))
BASE = load_policy("machine-readable", Path())
UNKNOWN = Standing("no_reservation_found")


def policy(leave_out: tuple[str, ...], contradiction: str = "reserved") -> Policy:
    findings = BASE.findings.model_copy(update={"contradiction": contradiction})
    return BASE.model_copy(update={"leave_out": list(leave_out), "findings": findings})


def is_decidable(chosen: Policy) -> bool:
    try:
        require_decidable(chosen)
    except ProjectError:
        return False
    return True


DECIDABLE = [
    chosen
    for left_out in ANYTHING_LEFT_OUT
    for contradiction in ("reserved", "review")
    if is_decidable(chosen := policy(left_out, contradiction))
]


def written(folder: Path, hosts: dict[str, tuple[Policy, list[During]]], whole: tuple[str, ...] = ()) -> Path:
    """Write the table of what is left out of hosts."""
    found = {host: excluded(chosen, periods) for host, (chosen, periods) in hosts.items()}
    about = {"source": "web", "last_date": str(LAST)}
    table = exclusions_table(list(whole), {host: its for host, its in found.items() if its})
    path = folder / "web.parquet"
    pq.write_table(table.replace_schema_metadata({ABOUT: json.dumps(about).encode()}), path)
    return path


def judged(chosen: Policy, periods: list[During], url: str, date: dt.date | None) -> bool:
    day = date if date and dt.date(1990, 1, 1) <= date <= LAST else None
    return UrlPass(chosen, {"it": periods}, UNKNOWN).exactly("it", url, day)[1]


def in_order(standings: list[Standing], days: list[dt.date]) -> list[During]:
    """Standings for the stretches between days, as hosts are judged."""
    starts = [UNDATED, *days]
    return [
        During(standing, since, until)
        for standing, since, until in zip(standings, starts, [*starts[1:], dt.date.max], strict=True)
    ]


patterns = st.one_of(
    st.sampled_from(["", "/", "/*", "*", "/a", "/a/", "/a*b", "/*.pdf$", "/a$", "/%C3%BC", "/_%", "$", "/a*a*a*b"]),
    st.text("/ab*$%_?\\", max_size=8),
)
rules = st.builds(PathRule, patterns, st.sampled_from(["no", "yes", "unclear", "silent"]), st.booleans())
standings = st.builds(
    Standing,
    st.sampled_from(DOCUMENT_VERDICTS),
    st.lists(st.lists(rules, min_size=1, max_size=4).map(simplified).filter(bool), max_size=4).map(tuple),
    st.sampled_from(["", "", "", "", "a licence"]),
    st.sampled_from(["", "", "", "", "a list"]),
)
paths = st.one_of(
    st.sampled_from(["", "/", "/a", "/a/b", "/ab", "/a.pdf", "/a.pdf?x", "/%c3%bc", "/ü", "/_%", "#/a", "?a", ";a"]),
    st.text("/ab%_?#;\\\x01ü", max_size=12),
)
dates = st.sampled_from([None, dt.date(1970, 1, 1), *DAYS, dt.date(2024, 5, 5), dt.date(2030, 1, 1)])


@given(
    st.sampled_from(DECIDABLE),
    st.lists(st.sampled_from(DAYS), unique=True, max_size=3)
    .map(sorted)
    .flatmap(
        lambda days: st.lists(standings, min_size=len(days) + 1, max_size=len(days) + 1).map(
            lambda found: in_order(found, days)
        )
    ),
    st.lists(st.tuples(paths, dates), min_size=1, max_size=12),
)
def test_a_table_leaves_out_what_the_audit_leaves_out(
    tmp_path_factory: pytest.TempPathFactory,
    chosen: Policy,
    periods: list[During],
    asked: list[tuple[str, dt.date | None]],
) -> None:
    table = Exclusions.load(written(tmp_path_factory.getbasetemp(), {HOST: (chosen, periods)}))
    for path, date in asked:
        url = f"https://{HOST}{path}"
        if authority_in(url) == HOST:
            assert table.leaves_out(url, date) == judged(chosen, periods, url, date), (url, date)


@pytest.mark.parametrize("left_out", ANYTHING_LEFT_OUT, ids=", ".join)
def test_only_where_a_permission_would_decide_two_ways_is_a_policy_refused(left_out: tuple[str, ...]) -> None:
    assert is_decidable(policy(left_out))
    one_of_both = ("review" in left_out) != ("reserved" in left_out)
    assert is_decidable(policy(left_out, "review")) == (not one_of_both or left_out == ("reserved",))


def test_a_yes_beside_a_no_lets_stay_in_where_contradictions_are_for_people() -> None:
    no, yes = (PathRule("/a", "no"),), (PathRule("/a/free", "yes"),)
    [found] = excluded(policy(("reserved",), "review"), [During(Standing("unknown", (no, yes)))])
    assert [[(rule.pattern, decides) for rule, decides in each] for each in found.lists] == [
        [("/a", 1)],
        [("/a/free", 2)],
    ]


def test_what_cannot_matter_is_not_written() -> None:
    silent = (PathRule("/x", "yes"), PathRule("/a", "no"), PathRule("/", "yes"))
    [found] = excluded(policy(("reserved",)), [During(Standing("unknown", (silent,)))])
    assert [[(rule.pattern, decides) for rule, decides in each] for each in found.lists] == [[("/x", 0), ("/a", 1)]]
    unclear = Standing("no_reservation_found", ((PathRule("/a", "unclear"),),))
    assert excluded(policy(("reserved",)), [During(unclear)]) == []
    assert excluded(policy(()), [During(Standing("reserved"))]) == []
    assert excluded(policy(("reserved",)), [During(Standing("reserved", kept="a licence"))]) == []


def test_a_host_that_is_left_out_by_rules_of_every_path_is_one_row() -> None:
    everything = (PathRule("/a", "no"), PathRule("/", "no"))
    found = excluded(policy(("reserved",), "review"), [During(Standing("unknown", (everything,)))])
    assert exclusions_table([], {HOST: found}).to_pylist() == [
        {
            "host": HOST,
            "since": None,
            "until": None,
            "list": 0,
            "priority": 0,
            "pattern": "",
            "literal": False,
            "first": "",
            "wild": None,
            "decides": 1,
        }
    ]


def test_stretches_that_are_left_out_alike_become_one(tmp_path: Path) -> None:
    out, other = Standing("reserved"), Standing("unknown", (), "", "a list")
    periods = in_order([Standing("unknown"), out, other, UNKNOWN], DAYS[1:4])
    rows = exclusions_table([], {HOST: excluded(policy(("reserved",)), periods)}).to_pylist()
    assert [(row["since"], row["until"]) for row in rows] == [(DAYS[1], DAYS[3])]


def test_no_date_is_from_before_the_web_since_such_dates_count_as_none() -> None:
    day_after = UNDATED + dt.timedelta(days=1)
    only_dated = in_order([UNKNOWN, Standing("reserved"), UNKNOWN], [day_after, DAYS[2]])
    only_undated = in_order([Standing("reserved"), UNKNOWN], [day_after])
    found = [excluded(policy(("reserved",)), periods) for periods in (only_dated, only_undated)]
    assert [[(each.since, each.until) for each in its] for its in found] == [[(DAYS[1], DAYS[2])], [(None, DAYS[1])]]


# --- odd files, odd addresses


def test_what_is_no_table_of_exclusions_is_named(tmp_path: Path) -> None:
    path = tmp_path / "web.parquet"
    with pytest.raises(DataError, match="there is no such file; datasummary filter writes it"):
        Exclusions.load(path)
    path.write_bytes(b"PAR1, as it were")
    with pytest.raises(DataError, match=r"web\.parquet: cannot be read"):
        Exclusions.load(path)
    pq.write_table(EXCLUSIONS.empty_table(), path)
    with pytest.raises(DataError, match="is no table of exclusions"):
        Exclusions.load(path)
    pq.write_table(pa.table({"a": [1]}).replace_schema_metadata({ABOUT: b'{"last_date": "2026-03-01"}'}), path)
    with pytest.raises(DataError, match="is no table of exclusions"):
        Exclusions.load(path)


@given(st.text(st.characters(codec=None), max_size=40), st.booleans())
def test_no_address_is_too_odd_to_be_asked_for(
    tmp_path_factory: pytest.TempPathFactory, text: str, with_scheme: bool
) -> None:
    periods = [During(Standing("unknown", ((PathRule("/a", "no"),),)))]
    table = Exclusions.load(written(tmp_path_factory.getbasetemp(), {HOST: (policy(("reserved",)), periods)}))
    assert table.leaves_out(f"https://{HOST}{text}" if with_scheme else text) in {True, False}


def test_hosts_are_told_as_browsers_form_them(tmp_path: Path) -> None:
    periods = [During(Standing("reserved"))]
    table = Exclusions.load(written(tmp_path, {}, ("xn--bcher-kva.example", "example.com:8080", "[::1]", "10.0.0.1")))
    for url in ("HTTPS://u:p@Bücher.Example:443/a", "  http:/\\xn--bcher-kva.example.", "https://example.com:8080#a"):
        assert table.leaves_out(url), url
    for url in ("http://[0::1]/", "http://0xa.1/"):
        assert table.leaves_out(url), url
    for url in ("https://example.com/", "https://www.bücher.example/", "ftp://10.0.0.1/", "bücher.example", "", None):
        assert not table.leaves_out(url), url
    assert periods


def test_documents_without_a_host_are_left_out_where_the_table_says_so(tmp_path: Path) -> None:
    table = Exclusions.load(written(tmp_path, {}, ("",)))
    assert table.leaves_out(None)
    assert table.leaves_out("ftp://example.com/")
    assert not table.leaves_out("https://example.com/")


def test_hostile_patterns_take_no_longer_than_their_length_times_the_address(tmp_path: Path) -> None:
    hostile = tuple(PathRule("/" + "*a" * 2000 + "b", "no") for _ in range(3))
    path = written(tmp_path, {HOST: (policy(("reserved",)), [During(Standing("unknown", (hostile,)))])})
    assert not Exclusions.load(path).leaves_out(f"https://{HOST}/" + "a" * 20_000)
    assert set(pq.read_table(path).column("first").to_pylist()) == {None}


# --- the same question to engines


def example(name: str) -> ModuleType:
    """Load an example as its users do, from its file."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "pipelines/exclusions" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def random_path(rng: random.Random) -> str:
    text = "".join(rng.choice("/ab_%?=.") for _ in range(rng.randrange(10)))
    odd = rng.choice(["ü", "#x", "%c3", "%C3", " ", "\\", ";a", "\x01", "/" + "a" * 2100, "\n"])
    return "/" + text + (odd if rng.random() < 0.1 else "") if rng.random() < 0.95 else odd


def random_pattern(rng: random.Random) -> str:
    return "/" + "".join(rng.choice("//aabb__%%?=..*") for _ in range(rng.randrange(6))) + rng.choice(["", "", "$"])


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, list[bool]]:
    """A manifest, a table of exclusions, and which of the manifest's rows the audit leaves out."""
    rng = random.Random(4)
    folder = tmp_path_factory.mktemp("many")
    chosen = policy(("reserved",), "review")
    hosts = {}
    for number in range(40):
        lists = tuple(
            tuple(
                PathRule(random_pattern(rng), rng.choice(["no", "no", "yes", "silent"]), rng.random() < 0.1)
                for _ in range(rng.randrange(1, 5))
            )
            for _ in range(rng.randrange(4))
        )
        found = [
            Standing(rng.choice(["unknown", "unknown", "reserved"]), lists),
            UNKNOWN,
            Standing("unknown", lists[:1]),
        ]
        hosts[f"{number}.example.com"] = chosen, in_order(found, [dt.date(2024, 3, 1), dt.date(2025, 3, 1)])
    hostile = PathRule("/" + "*a" * 40, "no")
    hosts["hostile.example.com"] = chosen, [During(Standing("unknown", ((hostile,),)))]
    table = written(folder, hosts, ("whole.example.com", "port.example.com:8080"))
    names = [*hosts, "whole.example.com", "port.example.com", "other.example.com"]
    spellings = ["https://{}{}"] * 8 + ["http://{}{}", "HTTPS://{}{}", "https://{}:8080{}", "https://u@{}{}", "//{}{}"]
    days = [
        None,
        dt.date(1980, 1, 1),
        dt.date(2024, 2, 29),
        dt.date(2024, 3, 1),
        dt.date(2025, 3, 1),
        dt.date(2027, 1, 1),
    ]
    rows: list[tuple[str | None, dt.date | None]] = []
    for _ in range(4000):
        host = rng.choice(names)
        host = host.upper() if rng.random() < 0.05 else host
        rows.append((rng.choice(spellings).format(host, random_path(rng)), rng.choice(days)))
    rows += [(None, None), ("", None), ("https://", None), ("https://10.0.0.1/", None)]
    schema = pa.schema([("url", pa.string()), ("date", pa.date32())])
    manifest = pa.table(list(map(list, zip(*rows, strict=True))), schema=schema)
    manifest = manifest.append_column("n", pa.array(range(len(rows))))
    pq.write_table(manifest, folder / "manifest.parquet")

    def by_audit(url: str | None, date: dt.date | None) -> bool:
        host = authority_in(url or "")
        if host in {"whole.example.com", "port.example.com:8080"}:
            return True
        return host in hosts and judged(*hosts[host], url or "", date)

    return folder / "manifest.parquet", table, [by_audit(*row) for row in rows]


def test_the_function_agrees_with_the_audit_row_by_row(many: tuple[Path, Path, list[bool]]) -> None:
    manifest, path, expected = many
    table = Exclusions.load(path)
    rows = pq.read_table(manifest).to_pylist()
    assert [table.leaves_out(row["url"], row["date"]) for row in rows] == expected
    assert 200 < sum(expected) < 3000


def test_the_query_on_duckdb_agrees_row_by_row_and_leaves_little_to_the_function(
    many: tuple[Path, Path, list[bool]], tmp_path: Path
) -> None:
    manifest, table, expected = many
    module = example("duckdb_filter")
    module.copy_what_stays(str(manifest), str(table), str(tmp_path / "clean.parquet"))
    stays = sorted(pq.read_table(tmp_path / "clean.parquet").column("n").to_pylist())
    assert stays == [number for number, out in enumerate(expected) if not out]
    with duckdb.connect() as connection:
        connection.read_parquet(str(table)).create_view("exclusions")
        connection.read_parquet(str(manifest)).create_view("manifest")
        plain = "regexp_full_match(url, 'https?://[0-9]+[.]example[.]com(:8080)?/[/ab_.?=]*')"
        connection.execute(
            f"CREATE VIEW documents AS SELECT url, CAST(NULL AS DATE) AS date FROM manifest WHERE {plain}"
        )
        asked, answered = connection.sql(f"SELECT count(*), count(left_out) FROM ({module.LEFT_OUT})").fetchall()[0]
    assert asked > 500
    assert answered > 0.8 * asked


def test_dates_of_any_kind_serve_the_example_on_duckdb(many: tuple[Path, Path, list[bool]], tmp_path: Path) -> None:
    manifest, table, expected = many
    rows = pq.read_table(manifest)
    for kind in (pa.timestamp("us"), pa.string()):
        dated = rows.set_column(1, "date", rows["date"].cast(kind))
        pq.write_table(dated, tmp_path / "manifest.parquet")
        example("duckdb_filter").copy_what_stays(
            str(tmp_path / "manifest.parquet"), str(table), str(tmp_path / "clean.parquet")
        )
        assert pq.read_table(tmp_path / "clean.parquet").num_rows == len(expected) - sum(expected)


@pytest.mark.needs("default-jre-headless")
def test_the_query_on_spark_agrees_row_by_row(many: tuple[Path, Path, list[bool]]) -> None:
    session = connect("spark", threads=2).session  # type: ignore[attr-defined]
    manifest, table, expected = many
    stays = example("spark_filter").what_stays(session.read.parquet(str(manifest)), str(table))
    found = sorted(row["n"] for row in stays.select("n").collect())
    assert found == [number for number, out in enumerate(expected) if not out]


def test_the_datatrove_filter_agrees_row_by_row(many: tuple[Path, Path, list[bool]]) -> None:
    from datatrove.data import Document

    manifest, table, expected = many
    filter_ = example("datatrove_filter").ExclusionsFilter(str(table))
    rows = pq.read_table(manifest).to_pylist()
    documents = [Document(text="", id=str(row["n"]), metadata=row) for row in rows]
    stays = [int(document.id) for document in filter_.run(iter(documents))]
    assert stays == [number for number, out in enumerate(expected) if not out]
    assert filter_.stats["dropped_left_out"].total == sum(expected)


def test_the_datatrove_filter_asks_for_an_asset_where_there_is_one(many: tuple[Path, Path, list[bool]]) -> None:
    from datatrove.data import Document

    filter_ = example("datatrove_filter").ExclusionsFilter(str(many[1]), urls=("page_url", "url"))

    def stays(page: str | None, asset: str | None) -> bool:
        answer = filter_.filter(
            Document(text="", id="", metadata={"page_url": page, "url": asset, "date": "2024-03-01"})
        )
        return answer is True

    whole, other = "https://whole.example.com/", "https://other.example.com/"
    assert [stays(whole, other), stays(other, whole), stays(other, None), stays(other, other)] == [
        False,
        False,
        True,
        True,
    ]
