"""robots.txt, RFC 9309: who may fetch what. A no to a crawler that collects for training reserves; policies say whose.

Groups are not merged here: of all signals that name a crawler the longest pattern speaks, which comes to the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from datasummary.evidence.captures import Capture, Kind
from datasummary.protocols.robots import Group, RobotsFile, Rule, index_page_pattern
from datasummary.protocols.robots_groups import addressees
from datasummary.protocols.robots_lines import LONGEST_FILE, unreadable
from datasummary.protocols.signals import Says, Signal, shortened

__all__ = ["KINDS", "NAME", "TITLE", "read"]

NAME = "robots-txt"
TITLE = "robots.txt (RFC 9309)"
KINDS: frozenset[Kind] = frozenset({"robots-txt"})

_INDEX_PAGE = "the folder of an index page that is allowed, as Google's parser has it"
_CUT_OFF = "the capture is cut off; what stood further down is not known"
_CUT_LINE = "cut off in the middle of the line"
_TOO_LONG = f"what stands beyond {LONGEST_FILE:,} octets is not read"


def read(capture: Capture) -> list[Signal]:
    """Give a signal for each rule, and one for each group without a rule, since it sets ``*`` aside for those it names.

    The longest matching pattern speaks, and of equal ones the one that allows (RFC 9309, 2.2.2). An empty value says
    nothing.
    """
    if capture.kind != "robots-txt" or capture.outcome != "answered":
        return []
    file = RobotsFile.parse(capture.body)
    what = unreadable(capture.body)
    if what and not file.groups:
        return [Signal(NAME, "unclear", "crawl", "line 1", shortened(capture.body), note=what)]
    lines = capture.body.splitlines()
    signals = [signal for group in file.groups for signal in _of_group(group, lines)]
    if capture.problem == "truncated":
        unfinished = f"line {len(lines)}" if not capture.body.endswith((b"\n", b"\r")) else ""
        return [_cut_line(signal) if signal.place == unfinished else _noted(signal, _CUT_OFF) for signal in signals]
    return [_noted(signal, _TOO_LONG) for signal in signals] if len(capture.body) > LONGEST_FILE else signals


def _of_group(group: Group, lines: list[bytes]) -> Iterator[Signal]:
    agents = addressees(group)
    for rule in group.rules:
        yield _signal(rule, agents, shortened(lines[rule.line - 1]))
        folder = index_page_pattern(rule)
        if folder:
            yield _noted(
                _signal(rule._replace(pattern=folder), agents, shortened(lines[rule.line - 1])),
                _INDEX_PAGE,
            )
    if not group.rules:
        line = group.agents[0][0]
        note = "a group without a rule"
        yield Signal(NAME, "silent", "crawl", f"line {line}", shortened(lines[line - 1]), agents, note=note)


def _signal(rule: Rule, agents: tuple[str, ...], quote: str) -> Signal:
    says: Says = "silent" if not rule.pattern else "yes" if rule.allow else "no"
    priority = 2 * len(rule.pattern) + rule.allow if rule.pattern else 0
    return Signal(NAME, says, "crawl", f"line {rule.line}", quote, agents, pattern=rule.pattern, priority=priority)


def _noted(signal: Signal, note: str) -> Signal:
    return replace(signal, note=f"{signal.note}; {note}".removeprefix("; "))


def _cut_line(signal: Signal) -> Signal:
    """Leave what an unfinished rule says to people: the path may have gone on."""
    return replace(signal, says="silent" if signal.says == "silent" else "unclear", note=_CUT_LINE)
