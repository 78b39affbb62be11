"""Rules are read in bulk as they are read one by one, whatever stands in patterns and addresses."""

import string

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasummary.engines import connect
from datasummary.paths import address_form, path_of, path_pattern, pattern_form
from datasummary.rules import (
    BEGINNING,
    BULK_RULES,
    WEIGHTS,
    PathRule,
    fits_bulk,
    for_bulk,
    masked,
    simplified,
    speaks_everywhere,
    spoken,
    spoken_in_bulk,
    taken_apart,
)

SIGNS = "ab/?%_\\.*$=&"
PATHS = st.text(SIGNS, max_size=12).map(lambda text: "/" + text)
PATTERNS = st.one_of(st.text(SIGNS, max_size=7).map(lambda text: "/" + text), st.text(SIGNS, max_size=7))
RULES = st.builds(
    PathRule,
    PATTERNS.map(str.encode).map(pattern_form),
    st.sampled_from(["no", "yes", "unclear", "silent"]),
    st.booleans(),
)
LISTS = st.lists(st.lists(RULES, max_size=6).map(tuple), max_size=3)


@pytest.fixture(scope="module")
def engine():
    engine = connect("duckdb", threads=1)
    yield engine
    engine.close()


def chosen(lists, path):
    """The rules for a path's beginning, as the bulk pass joins them."""
    by_beginning = for_bulk(taken_apart(lists))
    return by_beginning.get(path.translate(str.maketrans("%_\\", "\1\2\3"))[:BEGINNING], by_beginning[""])


def in_bulk(engine, rows):
    """What is said of each path, by the expression."""
    table = pa.table(
        {
            "place": pa.array(range(len(rows))),
            "path": pa.array([path for _, path in rows]),
            "rules": pa.array([chosen(lists, path) for lists, path in rows], BULK_RULES),
        }
    )
    asked = engine.small(table, "asked")
    told = engine.fetch(asked.select("place", said=spoken_in_bulk(asked.rules, masked(asked.path))))
    return [
        {says for says, weight in WEIGHTS.items() if weight in said} - {"silent"}
        for _, said in sorted(zip(*(told.column(name).to_pylist() for name in told.column_names), strict=True))
    ]


@given(rows=st.lists(st.tuples(LISTS.filter(fits_bulk), PATHS), min_size=1, max_size=20))
def test_the_bulk_expression_says_what_the_reader_of_single_paths_says(engine, rows):
    assert in_bulk(engine, rows) == [spoken(lists, path) for lists, path in rows]


@given(lists=LISTS, path=PATHS)
def test_what_is_left_away_never_changes_what_is_said(lists, path):
    assert spoken([simplified(rules) for rules in lists], path) == spoken(lists, path)


@given(rules=st.lists(RULES, max_size=6).map(simplified), path=PATHS, says=st.sampled_from(["no", "yes", "unclear"]))
def test_what_is_said_everywhere_is_said_of_every_path(rules, path, says):
    if speaks_everywhere(rules, says):
        assert spoken([rules], path) == {says}


def naive(pattern: str, path: str) -> bool:
    """Match by trying every length of every star."""
    if not pattern:
        return True
    if pattern == "$":
        return path == ""
    if pattern[0] == "*":
        return any(naive(pattern[1:], path[cut:]) for cut in range(len(path) + 1))
    return bool(path) and path[0] == pattern[0] and naive(pattern[1:], path[1:])


@given(pattern=st.text("ab/*$", max_size=8), path=st.text("ab/$", max_size=10).map(lambda text: "/" + text))
def test_a_pattern_matches_as_every_way_of_reading_its_stars_says(pattern, path):
    assert path_pattern(pattern).matches(path) == naive(pattern, path)


def test_a_hostile_pattern_takes_no_more_than_path_times_pattern():
    path = "/" + "a" * 100_000
    assert not path_pattern("/" + "*a" * 200 + "*b").matches(path)


@pytest.mark.parametrize("pattern", ["/*a*a*a*b", "/é", "/a\x01b", "/*a*b*c*"])
def test_costly_or_odd_patterns_are_left_to_the_reader_of_single_paths(pattern):
    assert not fits_bulk([(PathRule(pattern, "no"),)])


def test_a_host_with_many_patterns_of_two_inner_stars_is_left_to_the_reader_of_single_paths():
    many = tuple(PathRule(f"/*{sign}*{other}", "no") for sign in string.ascii_letters for other in "ab")
    assert fits_bulk([many[:32]])
    assert not fits_bulk([many[:33]])


@pytest.mark.parametrize(
    ("url", "form"),
    [
        (" https://a.example/x \n", "https://a.example/x"),
        ("https://a.example/ü?ß", "https://a.example/%C3%BC?%C3%9F"),
        ("https://a.example/%c3%bc%zz%6", "https://a.example/%C3%BC%zz%6"),
        ("https://a.example/%62", "https://a.example/%62"),
        ("https://a.example/\udcff", "https://a.example/%FF"),
    ],
)
def test_addresses_are_compared_in_one_form_and_nothing_is_decoded(url, form):
    assert address_form(url) == form
    assert address_form(form) == form


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://a.example", "/"),
        ("https://a.example#x/y", "/"),
        ("https://a.example/a#b", "/a"),
        ("https://a.example?q", "/?q"),
        ("https://a.example;p", "/;p"),
        ("//a.example/b", "/b"),
        ("a.example/b", "/b"),
        ("/just/a/path", "/just/a/path"),
        ("", "/"),
    ],
)
def test_the_path_begins_at_the_first_sign_after_the_authority(url, path):
    assert path_of(url) == path
