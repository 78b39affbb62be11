"""Words of the audit's tables, which hold codes and English, as a document in any language gives them.

A table says the same whatever language the project's documents are in: it is read by programs, and a changed language
is no new audit. So what readers of protocols noted, where a statement stands and what overrides it are recognised here
by their patterns. What matches none, such as the name of a crawler, stays as it is.

>>> place("lines 3 to 5"), verdict("partly_reserved"), AS_READ["unit"]("tokens")
('lines 3 to 5', 'partly reserved', 'tokens')
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from datasummary.translation import message, spoken, t

__all__ = ["AS_READ", "modality", "override", "place", "standing", "unit", "verdict"]

_VERDICTS = {
    "reserved": message("reserved"),
    "partly_reserved": message("partly reserved"),
    "review": message("review"),
    "access_refused": message("access refused"),
    "unknown": message("unknown"),
    "no_reservation_found": message("no reservation found"),
    "not_in_the_inventory": message("not in the inventory"),
    "no_longer_in_the_inventory": message("no longer in the inventory"),
}
"""Verdicts of hosts, and what stands for one where a host was not there yet, or is gone."""

_MODALITIES = {
    "text": message("text"),
    "image": message("image"),
    "audio": message("audio"),
    "video": message("video"),
    "other": message("other"),
}

_UNITS = {
    "tokens": message("tokens"),
    "bytes": message("bytes"),
    "characters": message("characters"),
    "documents": message("documents"),
    "images": message("images"),
    "hours": message("hours"),
    "milliseconds": message("milliseconds"),
}

_OUTCOMES = {
    "answered": message("answered"),
    "absent": message("absent"),
    "refused": message("refused"),
    "failed": message("failed"),
    "redirected": message("redirected"),
}

_STANDINGS = {
    "standard": message("standard"),
    "draft": message("draft"),
    "community_report": message("community report"),
    "industry_practice": message("industry practice"),
    "no_protocol": message("no protocol"),
}

_REASONS = (
    message("no capture by the document's date"),
    message("no capture by the day judged"),
    message("the required file was not captured"),
    message("refused with status {status}"),
    message("refused: a page that asks the visitor to prove something"),
    message("a redirect to what was not captured"),
    message("the evidence was changed since it was captured"),
    message("server failure (status 5xx)"),
    message("no answer"),
    message("an answer that is not whole or cannot be read"),
    message("HTML in place of the file"),
    message("another failure, with status not known"),
    message("another failure, with status {status}"),
    message("no web address, or none with a host"),
    message("by the host of the asset"),
    message("no evidence: nobody asked"),
)

_PROBLEMS = (
    message("none noted"),
    message("bad address"),
    message("forbidden scheme"),
    message("forbidden port"),
    message("forbidden address"),
    message("do not contact"),
    message("name not resolved"),
    message("name lookup timed out"),
    message("connection refused"),
    message("host unreachable"),
    message("connect timeout"),
    message("connection reset"),
    message("certificate"),
    message("TLS failure"),
    message("no answer in time"),
    message("too slow"),
    message("out of budget"),
    message("asked to wait"),
    message("not HTTP"),
    message("header too large"),
    message("broken chunks"),
    message("broken content coding"),
    message("unknown content coding"),
    message("headers unreadable"),
    message("cut short"),
    message("truncated"),
    message("digest differs"),
    message("no body"),
    message("the record that holds the body is not here"),
)
"""Why a capture came in part or not at all: :data:`datasummary.evidence.fetch.PROBLEMS`, and those of files."""

_REMARKS = (
    message("rules without a User-agent line"),
    message("no rules: another format"),
    message("the group names no path"),
    message("the pattern begins with neither / nor *"),
    message("not a dictionary of Structured Fields, so unknown: {error}"),
    message("no preference for train-ai"),
    message("train-ai is neither y nor n, so unknown"),
    message("{key} is neither yes nor no"),
    message("{setting} is narrower than training"),
    message("{key} says nothing on training that is defined"),
    message("not all of it is key=value"),
    message("not separated by commas"),
    message("the request cannot be read"),
    message("prose in a comment"),
    message("stands before any User-agent line"),
    message("the group says nothing on training"),
    message("the folder of an index page that is allowed, as Google's parser has it"),
    message("the capture is cut off"),
    message("what stood further down is not known"),
    message("cut off in the middle of the line"),
    message("what stands beyond {octets} octets is not read"),
    message("UTF-16, UTF-32 or other data, not UTF-8"),
    message("gzip data, not text"),
    message("zstd data, not text"),
    message("a PDF file, not text"),
    message("markup, not rules"),
    message("a group without a rule"),
    message("names a licence document, but not by an address"),
    message("names a licence document"),
    message("names more than {most} licence documents"),
    message("no content in it"),
    message("cannot be read to its end: larger than {octets} bytes"),
    message("cannot be read to its end: declares an entity in line {line}"),
    message("cannot be read to its end: nested deeper than {most} elements"),
    message("cannot be read to its end: no well-formed XML: {error}"),
    message("the namespace is spelt otherwise"),
    message("no namespace"),
    message("training is not among the permitted uses"),
    message("only on terms: payment of type {type}"),
    message("only on terms: a payment without a type"),
    message("neither permits nor prohibits training"),
    message("permits training, but {limits}"),
    message("{token} is no token of RSL 1.0, read as ai-train"),
    message("no url: it holds for whatever names it"),
    message("its url names no one host"),
    message("its url is neither an address nor a path"),
    message("larger than {octets} bytes, not read"),
    message("cannot be read as JSON: nested too deeply"),
    message("cannot be read as JSON: {error}"),
    message("one object instead of an array"),
    message("not an array of rules"),
    message("not an object"),
    message("a name is spelt otherwise"),
    message("the value is {value}, not a number"),
    message("the value is not 1 or 0 as such"),
    message("no tdm-reservation"),
    message("tdm-reservation is neither 1 nor 0, so not stated"),
    message("1 and 0 are both stated"),
    message("no location: taken for the whole site"),
    message("no location"),
    message("the location is no path"),
    message("the location is an address, not a path"),
    message("the location does not begin with /"),
)
"""What readers noted (:attr:`datasummary.protocols.signals.Signal.note`), taken apart at its semicolons."""

_LIMITS = (
    message("only for some users"),
    message("only in some regions"),
    message("a licence must be got from its server"),
    message("its use must be reported"),
    message("under a licence it names"),
)
"""What narrows a licence, one or several."""

_PLACES = (
    message("line {line}"),
    message("lines {first} to {last}"),
    message("item {item}"),
    message("header link"),
    message("header {name}"),
    message("link, line {line}"),
    message("meta {name}, line {line}"),
    message("request"),
    message("request without a date"),
    message("request of {date}"),
    message("document"),
    message("document, content {content}, license {license}, line {line}"),
    message("document, content {content}, line {line}"),
    message("script, line {script}, content {content}, license {license}, line {line}"),
    message("script, line {script}, content {content}, line {line}"),
    message("script, line {line}"),
)
"""Where a statement stands (:attr:`datasummary.protocols.signals.Signal.place`)."""

_OVERRIDES = (
    message("contract {contract}, {first_day} to {last_day}"),
    message("contract {contract}, from {first_day}"),
    message("contract {contract}, until {last_day}"),
    message("contract {contract}"),
    message("decided {day}: {reason}"),
    message("on the list {list} as at {day}"),
    message("legal basis declared: {basis}"),
)
"""What decides by host, as :mod:`datasummary.overrides` and :mod:`datasummary.judging` word it."""

_PLACE = re.compile(r"\{(\w+)\}")
_FORMS = {
    **dict.fromkeys(("day", "first_day", "last_day"), r"\d{4}-\d\d-\d\d"),
    **dict.fromkeys(
        ("line", "first", "last", "item", "content", "license", "script", "octets", "most", "status"), r"[\d,]+"
    ),
}
"""What stands at a place of these names; anything at others."""


def verdict(code: str) -> str:
    """Give a verdict in words."""
    return _named(_VERDICTS, code)


def modality(code: str) -> str:
    """Give a modality in words."""
    return _named(_MODALITIES, code)


def unit(code: str) -> str:
    """Give a unit in words."""
    return _named(_UNITS, code)


def standing(code: str) -> str:
    """Give the standing of a protocol in words."""
    return _named(_STANDINGS, code)


def place(text: str) -> str:
    """Give the place of a statement."""
    return _told(_PLACES, text)


def override(text: str) -> str:
    """Give what decides on a host in place of its signals."""
    return _told(_OVERRIDES, text)


def _named(names: dict[str, str], code: str) -> str:
    return t(names[code]) if code in names else code


def _told(patterns: tuple[str, ...], text: str) -> str:
    """Give a text that has one of these patterns, with what stands at its places."""
    if spoken() == "en":
        return text
    for pattern in patterns:
        if found := _compiled(pattern).fullmatch(text):
            return t(pattern, **found.groupdict())
    return text


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = _PLACE.split(pattern)
    literal, names = map(re.escape, parts[::2]), [f"(?P<{name}>{_FORMS.get(name, '.+?')})" for name in parts[1::2]]
    return re.compile("".join(part for pair in zip(literal, [*names, ""], strict=True) for part in pair), re.DOTALL)


def _remark(text: str) -> str:
    beginning = "permits training, but "
    if not text.startswith(beginning):
        return _told(_REMARKS, text)
    limits = (_told(_LIMITS, limit) for limit in text.removeprefix(beginning).split(", "))
    return t("permits training, but {limits}", limits=", ".join(limits))


AS_READ: dict[str, Callable[[str], str]] = {
    "verdict": verdict,
    "earlier": verdict,
    "finding": verdict,
    "modality": modality,
    "unit": unit,
    "outcome": lambda code: _named(_OUTCOMES, code),
    "reason": lambda text: _told(_REASONS, text),
    "remark": _remark,
    "problem": lambda text: _told(_PROBLEMS, text),
}
"""How the cells of a column are read, by its key; those of other columns stay as they are."""
