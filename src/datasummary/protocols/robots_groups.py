"""Usage lines in the groups of a robots.txt file: what Content-Usage and Content-Signal have in common.

Such a line is addressed to the crawlers that its group names. A group that names a crawler takes the place of ``*``
for it (RFC 9309, 2.2.1), also where it says nothing about use; so every group of a file that has such lines gives at
least a silent signal. Lines before any ``User-agent`` line are addressed to nobody in particular: a no among them is
for people to read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from datasummary.evidence.captures import Capture
from datasummary.protocols.robots import Directive, Group, RobotsFile, is_everyone
from datasummary.protocols.signals import Says, Signal, shortened

__all__ = ["RANK", "addressees", "usage_signals"]

RANK: dict[Says, int] = {"silent": 0, "yes": 1, "unclear": 2, "no": 3}
"""Order of statements that hold for the same paths: the most restrictive speaks."""


def usage_signals(capture: Capture, key: str, read_line: Callable[[Directive], list[Signal]]) -> list[Signal]:
    """Give the signals of all lines with a key in a robots.txt file.

    ``read_line`` turns one line into signals; whom they are addressed to is filled in here. ``key`` is in lower case.
    """
    if capture.kind != "robots-txt" or capture.outcome != "answered" or key.encode() not in capture.body.lower():
        return []
    file = RobotsFile.parse(capture.body)
    signals = [_addressed_to_nobody(signal) for line in file.loose if line.key == key for signal in read_line(line)]
    silent_groups = []
    for group in file.groups:
        agents = addressees(group)
        here = [signal for line in group.directives if line.key == key for signal in read_line(line)]
        signals += [replace(signal, agents=agents) for signal in here]
        if not any(signal.use == "train-ai" for signal in here):
            silent_groups.append(group)
    if not signals:
        return []
    protocol = signals[0].protocol
    return signals + [_nothing_said(group, protocol) for group in silent_groups]


def addressees(group: Group) -> tuple[str, ...]:
    """Give the crawlers that a group names, as it spells them, each once; ``*`` for everyone."""
    return tuple(dict.fromkeys("*" if is_everyone(value) else shortened(value) for _, value in group.agents))


def _addressed_to_nobody(signal: Signal) -> Signal:
    says: Says = "unclear" if signal.says in {"no", "unclear"} else "silent"
    note = f"{signal.note}; stands before any User-agent line".removeprefix("; ")
    return replace(signal, says=says, priority=signal.priority - RANK[signal.says] + RANK[says], note=note)


def _nothing_said(group: Group, protocol: str) -> Signal:
    line, agent = group.agents[0]
    quote = shortened(f"User-agent: {agent}")
    note = "the group says nothing on training"
    return Signal(protocol, "silent", "train-ai", f"line {line}", quote, addressees(group), priority=-1, note=note)
