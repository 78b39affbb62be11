"""What a policy decides by host, and the lists of sites that it reads."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasummary.overrides import InfringingSites, Licensed, OverrideIndex, Overrides, SiteList, read_sites

LICENSED = Licensed.model_validate(
    {"hosts": ["example.com", "Bücher.example"], "contract": "A 1", "from": "2024-01-01", "until": "2026-12-31"}
)


def index_of(lists=(), **overrides):
    return OverrideIndex(Overrides.model_validate(overrides), lists)


@pytest.mark.parametrize("host", ["example.com", "www.example.com", "a.b.example.com:8080", "xn--bcher-kva.example"])
def test_a_host_covers_all_below_it_on_every_port(host):
    found = index_of(licensed=[LICENSED]).find(host, dt.date(2025, 6, 1))
    assert found is not None
    assert (found.kind, found.text) == ("licensed", "contract A 1, 2024-01-01 to 2026-12-31")
    assert host.endswith((found.host, f"{found.host}:8080"))


@pytest.mark.parametrize("host", ["com", "notexample.com", "example.com.evil.example", "example", ""])
def test_a_host_covers_neither_what_is_above_it_nor_what_ends_alike(host):
    assert index_of(licensed=[LICENSED]).find(host, dt.date(2025, 6, 1)) is None


@pytest.mark.parametrize(
    ("day", "holds"),
    [("2023-12-31", False), ("2024-01-01", True), ("2026-12-31", True), ("2027-01-01", False), (None, False)],
)
def test_a_contract_holds_between_its_dates_both_included_and_on_no_unknown_day(day, holds):
    found = index_of(licensed=[LICENSED]).find("example.com", day and dt.date.fromisoformat(day))
    assert (found is not None) is holds


@pytest.mark.parametrize(
    ("dates", "words"),
    [
        ({}, "contract B"),
        ({"from": "2024-01-01"}, "contract B, from 2024-01-01"),
        ({"until": "2024-01-01"}, "contract B, until 2024-01-01"),
    ],
)
def test_an_open_end_is_said_in_words(dates, words):
    assert Licensed.model_validate({"hosts": "a.example", "contract": "B", **dates}).words == words


def test_where_no_day_is_known_a_contract_without_dates_holds():
    found = index_of(licensed=[LICENSED, {"hosts": "com", "contract": "B"}]).find("example.com", None)
    assert found == ("licensed", "com", "contract B")


def test_a_later_contract_takes_over_where_the_nearest_has_ended():
    index = index_of(licensed=[LICENSED, {"hosts": ["example.com"], "contract": "B", "from": "2027-01-01"}])
    texts = [index.find("example.com", dt.date(year, 6, 1)) for year in (2026, 2027)]
    assert [found and found.text.partition(",")[0] for found in texts] == ["contract A 1", "contract B"]


def test_what_is_left_out_stays_out_contract_or_not():
    everything = {"hosts": "example.com"}
    lists = [SiteList("L", dt.date(2025, 1, 31), "", ("example.com",), ())]
    licence, excluded = {**everything, "contract": "B"}, {**everything, "decided": "2025-05-01", "reason": "R"}
    found = [
        index.find("www.example.com", dt.date(2020, 1, 1))
        for index in (
            index_of(licensed=[licence]),
            index_of(lists, licensed=[licence]),
            index_of(lists, licensed=[licence], excluded=[excluded]),
        )
    ]
    assert found == [
        ("licensed", "example.com", "contract B"),
        ("infringing", "example.com", "on the list L as at 2025-01-31"),
        ("excluded", "example.com", "decided 2025-05-01: R"),
    ]


LABEL = st.text("abc", min_size=1, max_size=2)
HOST = st.lists(LABEL, min_size=1, max_size=4).map(".".join)


@given(listed=st.sets(HOST, max_size=8), host=HOST)
def test_a_host_is_listed_if_it_is_or_ends_in_a_dot_and_a_listed_one(listed, host):
    found = index_of([SiteList("L", dt.date(2025, 1, 31), "", tuple(listed), ())]).find(host, None)
    covering = [name for name in listed if host == name or host.endswith(f".{name}")]
    assert (found and found.host) == max(covering, key=len, default=None)


# Lists of infringing sites


def sites_of(tmp_path, content, name="list.txt", column=None):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_sites(InfringingSites(file=name, name="L", as_at=dt.date(2025, 1, 31), column=column), path)


def test_a_plain_list_holds_a_domain_or_an_address_a_line(tmp_path):
    sites = sites_of(
        tmp_path,
        "# piracy\n\nBad.Example\r\n.under.example\n*.star.example  # noted\nhttps://user@page.example:8080/a?b#c\n"
        "Bücher.example\nnot a host\nbad.example\nlocal\n",
    )
    assert sites.hosts == ("bad.example", "page.example", "star.example", "under.example", "xn--bcher-kva.example")
    assert sites.passed_over == (8, 10)


def test_a_hosts_file_holds_names_behind_an_address(tmp_path):
    sites = sites_of(
        tmp_path,
        "127.0.0.1 localhost\n::1\tlocalhost ip6-localhost\nfe80::1%lo0 localhost\n0.0.0.0 bad.example www.bad.example\n"
        "0.0.0.0 worse.example # since May\n",
    )
    assert sites.hosts == ("bad.example", "worse.example", "www.bad.example")
    assert sites.passed_over == (1, 2, 3)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_file_holds_them_in_the_column_that_is_named(tmp_path, delimiter):
    rows = [["name", "site"], ["A", "bad.example"], ['"B\nC"', "https://worse.example/x"], ["D", "?"], ["E"], ["F", ""]]
    sites = sites_of(tmp_path, "\ufeff" + "\n".join(map(delimiter.join, rows)), "list.csv", "site")
    assert sites.hosts == ("bad.example", "worse.example")
    assert sites.passed_over == (5,)


def test_a_csv_file_without_a_named_column_is_asked_for_one(tmp_path):
    with pytest.raises(ValueError, match="column: say which one holds the sites; known: name, site"):
        sites_of(tmp_path, "name,site\nA,bad.example\n", "list.csv")


def test_a_broken_csv_file_is_refused_in_words(tmp_path):
    with pytest.raises(ValueError, match="the list is no CSV file: field larger than field limit"):
        sites_of(tmp_path, "site,note\na.example," + "x" * 200_000, "list.csv", "site")


@given(content=st.binary(max_size=200))
def test_whatever_a_list_holds_its_hosts_are_names_and_the_rest_is_counted(tmp_path_factory, content):
    sites = sites_of(tmp_path_factory.mktemp("list"), content)
    lines = [line for line in content.decode("utf-8-sig", "replace").split("\n") if line.partition("#")[0].strip()]
    assert list(sites.hosts) == sorted(set(sites.hosts))
    assert all("." in host and host == host.lower() for host in sites.hosts)
    assert len(sites.hosts) + len(sites.passed_over) >= bool(lines)
