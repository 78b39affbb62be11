"""ai.txt, as proposed by Spawning: the grammar of robots.txt, with patterns of file types such as ``*.png``.

Other formats share the name ``ai.txt``, many of them prose or fields about a site. They are recognised and recorded,
and reserve nothing.
"""

from __future__ import annotations

import re

from datasummary.evidence.captures import Capture, Kind
from datasummary.protocols.robots import Group, RobotsFile, Rule
from datasummary.protocols.robots_groups import addressees
from datasummary.protocols.signals import Signal, shortened

__all__ = ["KINDS", "NAME", "TITLE", "read"]

NAME = "ai-txt"
TITLE = "ai.txt"
KINDS: frozenset[Kind] = frozenset({"ai-txt"})

_RULE = re.compile(rb"^[ \t]*(?:dis)?allow[ \t]*:[ \t]*([*/].*)$", re.IGNORECASE | re.MULTILINE)


def read(capture: Capture) -> list[Signal]:
    """Give the rules of an ai.txt; the longest matching pattern speaks, and of equal ones the one that allows."""
    if capture.kind != "ai-txt" or capture.outcome != "answered":
        return []
    file = RobotsFile.parse(capture.body)
    signals = [signal for group in file.groups for signal in _of_group(group)]
    if signals or not capture.body.strip():
        return signals
    loose = _RULE.search(capture.body)
    if loose:
        line = capture.body.count(b"\n", 0, loose.start()) + 1
        note = "rules without a User-agent line"
        return [Signal(NAME, "unclear", "train-ai", f"line {line}", shortened(loose[0]), note=note)]
    return [Signal(NAME, "silent", "train-ai", "ai.txt", shortened(capture.body), note="no rules: another format")]


def _of_group(group: Group) -> list[Signal]:
    agents = addressees(group)
    signals = [_of_rule(rule, agents) for rule in group.rules if rule.pattern]
    if signals:
        return signals
    line, agent = group.agents[0]
    quote, note = shortened(f"User-agent: {agent}"), "the group names no path"
    return [Signal(NAME, "silent", "train-ai", f"line {line}", quote, agents, priority=-1, note=note)]


def _of_rule(rule: Rule, agents: tuple[str, ...]) -> Signal:
    pattern, note = rule.pattern, ""
    if not pattern.startswith("/"):
        note = "" if pattern.startswith("*") else "the pattern begins with neither / nor *"
        pattern = f"/{pattern}" if pattern.startswith("*") else f"/*{pattern}"
    return Signal(
        NAME,
        "yes" if rule.allow else "no",
        "train-ai",
        f"line {rule.line}",
        shortened(f"{'Allow' if rule.allow else 'Disallow'}: {rule.pattern}"),
        agents,
        pattern=pattern,
        priority=2 * len(pattern) + rule.allow,
        note=note,
    )
