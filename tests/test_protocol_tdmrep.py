"""TDMRep: tdmrep.json, header fields and meta elements, and which of them prevails."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protocol_captures import MODERATE, file, page, robots, said

from datasummary.evidence.captures import Capture
from datasummary.paths import path_pattern
from datasummary.protocols.signals import Signal
from datasummary.protocols.tdmrep import LARGEST_FILE, NAME, PREVAILS, read

REPORT = """[
  {
  "location": "/directory-a/",
  "tdm-reservation": 1
  },
  {
  "location": "/directory-b/html/",
  "tdm-reservation": 1,
  "tdm-policy":"https://provider.com/policies/policy.json"
  },
  {
  "location": "/directory-b/images/*.jpg",
  "tdm-reservation": 0
  }
]"""
"""The second example of the report, section "TDM File on the Origin Server"."""
HEAD = """<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="tdm-reservation" content="1">
    <meta name="tdm-policy" content="https://provider.com/policies/policy.json">
    <title>Document title</title>
  </head>
</html>
"""
"""The report's example of metadata in HTML."""


def of_file(text: str | bytes) -> list[Signal]:
    return read(file("/.well-known/tdmrep.json", text))


def of_rule(**rule: object) -> Signal:
    (signal,) = of_file(json.dumps([{name.replace("_", "-"): value for name, value in rule.items()}]))
    return signal


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/directory-a/doc.pdf", "no"),
        ("/directory-b/html/1.html", "no"),
        ("/directory-b/images/1.jpg", "yes"),
        ("/directory-b/images/1.png", "nothing"),
    ],
)
def test_the_example_of_the_report_says_what_its_text_says(path: str, says: str) -> None:
    assert said(of_file(REPORT), path) == says


def test_a_rule_is_quoted_with_its_place_and_its_policy() -> None:
    first, second, third = of_file(REPORT)
    assert (first.protocol, first.use, first.place, first.note) == (NAME, "tdm", "item 1", "")
    assert first.quote == '{"location": "/directory-a/", "tdm-reservation": 1}'
    assert (second.address, first.address, third.address) == ("https://provider.com/policies/policy.json", None, None)


def test_the_first_match_speaks_not_the_longest() -> None:
    rules = [{"location": "/", "tdm-reservation": 1}, {"location": "/open/", "tdm-reservation": 0}]
    assert said(of_file(json.dumps(rules)), "/open/a") == "no"
    assert said(of_file(json.dumps(rules[::-1])), "/open/a") == "yes"


def test_the_fields_of_the_report_hold_for_their_page() -> None:
    fields = ("tdm-reservation", "1"), ("tdm-policy", "https://provider.com/policies/policy.json")
    (signal,) = read(page("", *fields, media_type="image/jpg"))
    assert (signal.says, signal.pattern, signal.place) == ("no", None, "header tdm-reservation")
    assert signal.address == "https://provider.com/policies/policy.json"


def test_the_elements_of_the_report_hold_for_their_page() -> None:
    (signal,) = read(page(HEAD))
    assert (signal.says, signal.pattern, signal.place) == ("no", None, "meta tdm-reservation, line 5")
    assert signal.address == "https://provider.com/policies/policy.json"


def test_an_element_sets_aside_a_field_and_a_field_the_file() -> None:
    everywhere = of_file('[{"location": "/", "tdm-reservation": 1}]')
    capture = page('<meta name="tdm-reservation" content="1">', ("TDM-Reservation", "0"))
    assert PREVAILS
    assert said([*everywhere, *read(page("", ("TDM-Reservation", "0")))]) == "yes"
    assert said([*everywhere, *read(capture)]) == "no"


@pytest.mark.parametrize("value", ["", "2", "yes", "none"])
def test_a_later_value_that_cannot_be_read_resets_nothing(value: str) -> None:
    everywhere = of_file('[{"location": "/", "tdm-reservation": 1}]')
    assert said([*everywhere, *read(page(f'<meta name="tdm-reservation" content="{value}">'))]) == "no"
    assert said([*everywhere, *read(page("", ("tdm-reservation", value), ("tdm-policy", "/p")))]) == "no"


def test_a_rule_in_the_file_that_cannot_be_read_is_a_match_that_states_nothing() -> None:
    rules = [{"location": "/a", "tdm-reservation": 2}, {"location": "/", "tdm-reservation": 1}]
    assert said(of_file(json.dumps(rules)), "/a") == "silent"


@pytest.mark.parametrize(
    ("value", "says"),
    [("1", "no"), ("0", "yes"), (True, "no"), (False, "yes"), (1.0, "no"), ("true", "no"), (" 1 ", "no")],
)
def test_a_plain_value_of_another_type_is_taken_and_noted(value: object, says: str) -> None:
    signal = of_rule(location="/", tdm_reservation=value)
    assert signal.says == says
    assert "not a number" in signal.note


@pytest.mark.parametrize("value", [2, -1, "yes", None, [1], {"value": 1}, float("nan"), 10**400])
def test_any_other_value_states_nothing(value: object) -> None:
    assert of_rule(location="/", tdm_reservation=value).says == "silent"


def test_one_object_in_place_of_an_array_is_taken_and_noted() -> None:
    (signal,) = of_file('{"@context": "http://www.w3.org/ns/tdmrep", "tdm-reservation": 1, "tdm-policy": "/tdm"}')
    assert (signal.says, signal.pattern, signal.address) == ("no", "", "https://www.example.com/tdm")
    assert signal.note == "one object instead of an array; no location: taken for the whole site"


def test_names_in_another_spelling_are_taken_and_noted() -> None:
    (signal,) = of_file('[{"location": "/", "TDM_Reservation": 1}]')
    assert (signal.says, signal.note) == ("no", "a name is spelt otherwise")


@pytest.mark.parametrize(
    ("location", "pattern", "site"),
    [
        ("/a/*.pdf$", "/a/*.pdf$", None),
        ("*.pdf", "*.pdf", None),
        ("a/", "/a/", None),
        ("/caf\u00e9/%c3", "/caf%C3%A9/%C3", None),
        ("https://Other.example.org/x", "/x", "other.example.org"),
    ],
)
def test_locations_are_patterns_of_robots_txt(location: str, pattern: str, site: str | None) -> None:
    signal = of_rule(location=location, tdm_reservation=1)
    assert (signal.says, signal.pattern, signal.site) == ("no", pattern, site)


@pytest.mark.parametrize("location", [None, 7, "", "ftp://example.com/"])
def test_a_reservation_of_no_known_place_is_for_people(location: object) -> None:
    rules = [{"location": location, "tdm-reservation": 1}, {"location": "/a", "tdm-reservation": 0}]
    assert of_file(json.dumps(rules))[0].says == "unclear"


def test_contradicting_fields_are_for_people() -> None:
    assert said(read(page("", ("tdm-reservation", "1"), ("tdm-reservation", "0")))) == "unclear"
    assert said(read(page("", ("tdm-reservation", "1, 1")))) == "no"


def test_a_field_that_is_not_1_as_such_is_noted() -> None:
    (signal,) = read(page("", ("tdm-reservation", "true")))
    assert (signal.says, signal.note) == ("no", "the value is not 1 or 0 as such")


def test_elements_by_another_attribute_are_taken() -> None:
    assert said(read(page('<meta property="TDM-Reservation" content="1">'))) == "no"
    assert said(read(page('<meta http-equiv="tdm-reservation" content="1">'))) == "no"


@pytest.mark.parametrize("policy", ["javascript:alert(1)", "http://[", "mailto:a@example.com", 5])
def test_a_policy_that_is_no_address_is_left_out(policy: object) -> None:
    assert of_rule(location="/", tdm_reservation=1, tdm_policy=policy).address is None


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ('[{"location": "/", "tdm-reservation": 1,}]', "unclear"),
        ('{"rules": [{"location": "/", "tdm-reservation": 1}]}', "unclear"),
        ('"tdm-reservation"', "unclear"),
        ("not found", "silent"),
        ("null", "silent"),
        ("[" * 100_000, "silent"),
        ('{"tdm-reservation":' * 50_000, "unclear"),
        ("1" * 5000, "silent"),
        (b"\xff\xfe\x00", "silent"),
        (" " * LARGEST_FILE + '[{"tdm-reservation": 1}]', "unclear"),
    ],
)
def test_a_file_that_cannot_be_read_is_for_people_if_it_speaks_of_reservation(body: str | bytes, says: str) -> None:
    (signal,) = of_file(body)
    assert (signal.says, signal.pattern) == (says, "")
    assert signal.note


def test_a_byte_order_mark_does_no_harm() -> None:
    assert said(of_file(b'\xef\xbb\xbf[{"location": "/", "tdm-reservation": 1}]')) == "no"


def test_rules_that_are_no_objects_are_recorded() -> None:
    assert [signal.says for signal in of_file('[1, null, {"location": "/", "tdm-reservation": 1}]')] == [
        "silent",
        "silent",
        "no",
    ]


def test_only_answers_are_read() -> None:
    assert read(file("/.well-known/tdmrep.json", "[]", status=404)) == []
    assert read(robots(REPORT)) == []
    assert read(file("/.well-known/tdmrep.json", "<!DOCTYPE html><p>tdm-reservation")) == []


rules = st.lists(st.tuples(st.sampled_from(["/", "/a", "/a/*.jpg", "/b$"]), st.sampled_from([0, 1])), max_size=5)


@given(rules, st.sampled_from(["/", "/a", "/a/1.jpg", "/b", "/bc"]))
def test_of_any_rules_the_first_that_matches_speaks(found: list[tuple[str, int]], path: str) -> None:
    text = json.dumps([{"location": location, "tdm-reservation": value} for location, value in found])
    first = next((value for location, value in found if path_pattern(location).matches(path)), None)
    assert said(of_file(text), path) == {1: "no", 0: "yes", None: "nothing"}[first]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["location", "tdm-reservation", "tdm-policy", "x"]), inner)
    ),
)


@given(json_values, st.binary())
def test_no_file_raises(value: object, octets: bytes) -> None:
    of_file(json.dumps(value))
    of_file(octets)
    read(Capture("https://[::1", None, 200, (("tdm-reservation", "1"), ("tdm-policy", "//[")), b""))


def test_a_megabyte_of_rules_and_of_elements_is_read_in_moderate_time() -> None:
    begin = time.perf_counter()
    assert len(of_file("[" + ",".join(['{"location":"/","tdm-reservation":1}'] * 25_000) + "]")) == 25_000
    assert len(read(page('<meta name="tdm-reservation" content="1">' * 25_000))) == 1
    assert time.perf_counter() - begin < MODERATE
