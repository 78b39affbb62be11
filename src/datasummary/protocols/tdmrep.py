"""TDMRep: the TDM Reservation Protocol, final report of a W3C community group, 10 May 2024.

A reservation stands in ``/.well-known/tdmrep.json``, in a header field or in a meta element, each setting aside the one
before it (section "Processing priority"); what a later place does not state stays as it was. Of the rules in the file
the first that matches speaks, not the longest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from datasummary.evidence.captures import Capture, Kind, authority_of
from datasummary.paths import path_of, pattern_form
from datasummary.protocols.pages import absolute_address, elements, field_values, joined
from datasummary.protocols.signals import Says, Signal, shortened

__all__ = ["KINDS", "LARGEST_FILE", "NAME", "PREVAILS", "TITLE", "read"]

NAME = "tdmrep"
TITLE = "TDM Reservation Protocol"
KINDS: frozenset[Kind] = frozenset({"tdmrep", "page"})
PREVAILS = True

LARGEST_FILE = 1024 * 1024
"""Largest file that is read, in octets."""

_NAMES = frozenset({"location", "tdm-reservation", "tdm-policy"})
_AS_TEXT: dict[str, Says] = {"1": "no", "0": "yes", "true": "no", "false": "yes"}
_IN_HEADER = 1_000_000
_IN_ELEMENT = 2_000_000
_SETS_NOTHING = -1_000_000_000
"""Priority of what is recorded only: a value that cannot be read, which counts as not stated."""


def read(capture: Capture) -> list[Signal]:
    """Give the rules of a tdmrep.json, or what the header and the elements of a page state for its own address."""
    if capture.kind == "tdmrep":
        return list(_in_file(capture)) if capture.outcome == "answered" else []
    return [signal for signal in (_in_header(capture), _in_elements(capture)) if signal]


def _in_file(capture: Capture) -> Iterator[Signal]:
    says: Says = "unclear" if b"tdm-reservation" in capture.body.lower() else "silent"
    if len(capture.body) > LARGEST_FILE:
        yield _whole_file(capture, says, f"larger than {LARGEST_FILE} bytes, not read")
        return
    try:
        rules = json.loads(capture.body)
    except (ValueError, RecursionError) as error:
        what = "nested too deeply" if isinstance(error, RecursionError) else shortened(str(error))
        yield _whole_file(capture, says, f"cannot be read as JSON: {what}")
        return
    deviation = "" if isinstance(rules, list) else "one object instead of an array"
    if isinstance(rules, dict) and "tdm-reservation" in rules:
        rules = [rules]
    if not isinstance(rules, list):
        yield _whole_file(capture, says, "not an array of rules")
        return
    for index, rule in enumerate(rules):
        yield _rule(capture, rule, index, deviation, is_only=len(rules) == 1)


def _whole_file(capture: Capture, says: Says, note: str) -> Signal:
    return Signal(NAME, says, "tdm", "tdmrep.json", shortened(capture.body), priority=_SETS_NOTHING, note=note)


def _rule(capture: Capture, rule: object, index: int, deviation: str, *, is_only: bool) -> Signal:
    place, quote = f"item {index + 1}", shortened(json.dumps(rule, ensure_ascii=False)[:1000])
    if not isinstance(rule, dict):
        return Signal(NAME, "silent", "tdm", place, quote, priority=_SETS_NOTHING, note="not an object")
    found = {name.lower().replace("_", "-"): value for name, value in rule.items()}
    odd_name = "" if rule.keys() >= found.keys() & _NAMES else "a name is spelt otherwise"
    says, odd_value = _value(found.get("tdm-reservation"))
    site, pattern, odd_location = _location(found.get("location"), is_only=is_only)
    if pattern is None:
        says = "silent" if says == "silent" else "unclear"
    return Signal(
        NAME,
        says,
        "tdm",
        place,
        quote,
        pattern=pattern or "",
        priority=-index,
        site=site,
        address=_policy(capture, found.get("tdm-policy"), says),
        note="; ".join(filter(None, (deviation, odd_name, odd_value, odd_location))),
    )


def _value(value: object) -> tuple[Says, str]:
    """Read a reservation: 1 or 0; whatever else is unambiguous is taken, and said to deviate."""
    says: Says | None = None
    if isinstance(value, str):
        says = _AS_TEXT.get(value.strip().strip("\"'").lower())
    elif isinstance(value, int | float):
        says = "no" if value == 1 else "yes" if value == 0 else None
    if says:
        return says, "" if type(value) is int else f"the value is {shortened(json.dumps(value))}, not a number"
    if value is None:
        return "silent", "no tdm-reservation"
    return "silent", "tdm-reservation is neither 1 nor 0, so not stated"


def _location(location: object, *, is_only: bool) -> tuple[str | None, str | None, str]:
    """Give site, pattern and oddity of a location, a robots.txt pattern; the pattern is ``None`` if none is named."""
    if location is None and is_only:
        return None, "", "no location: taken for the whole site"
    if not isinstance(location, str) or not location.strip():
        return None, None, "no location"
    text, site, odd = location.strip(), None, ""
    if "://" in text:
        site = authority_of(text)
        if site is None:
            return None, None, "the location is no path"
        text, odd = path_of(text), "the location is an address, not a path"
    elif text[0] not in "/*":
        text, odd = f"/{text}", "the location does not begin with /"
    return site, pattern_form(text.encode("utf-8", "surrogatepass")), odd


def _policy(capture: Capture, policy: object, says: Says) -> str | None:
    """Give the address of a policy, absolute; with value 0 it is not to be processed (section "tdm-policy")."""
    if not isinstance(policy, str) or not policy.strip() or says == "yes":
        return None
    return absolute_address(capture, policy)


def _in_header(capture: Capture) -> Signal | None:
    values = joined(field_values(capture, "tdm-reservation"))
    reservations = [value.strip() for value in values.split(",")] if values else []
    policies = field_values(capture, "tdm-policy")
    return _stated(capture, reservations, policies, _IN_HEADER, "header tdm-reservation")


def _in_elements(capture: Capture) -> Signal | None:
    reservations, policies, line = [], [], 0
    for element in elements(capture, "meta"):
        attributes = element.attributes
        name = next((attributes[key] for key in ("name", "property", "http-equiv") if key in attributes), "")
        content = attributes.get("content", "")
        if name.strip().lower() == "tdm-reservation":
            line = line or element.line
            reservations.append(content.strip())
        elif name.strip().lower() == "tdm-policy":
            policies.append(content)
    return _stated(capture, reservations, policies, _IN_ELEMENT, f"meta tdm-reservation, line {line}")


def _stated(capture: Capture, reservations: list[str], policies: list[str], priority: int, place: str) -> Signal | None:
    """Give the one signal of all header fields, or of all elements, of a page; ``None`` where there is none."""
    if not reservations:
        return None
    quote = shortened(f"tdm-reservation: {', '.join(reservations[:20])}")
    values = {_value(reservation)[0] for reservation in reservations} - {"silent"}
    says: Says = "silent"
    note = ""
    if not values:
        priority, note = _SETS_NOTHING, "tdm-reservation is neither 1 nor 0, so not stated"
    elif len(values) == 2:
        says, note = "unclear", "1 and 0 are both stated"
    else:
        says = values.pop()
        if not any(reservation in {"1", "0"} for reservation in reservations):
            note = "the value is not 1 or 0 as such"
    address = _policy(capture, policies[0] if policies else None, says)
    return Signal(NAME, says, "tdm", place, quote, pattern=None, priority=priority, address=address, note=note)
