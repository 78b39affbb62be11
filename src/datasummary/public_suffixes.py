"""The public suffix of one host, without the start of tldextract: a quick command asks for one, not for millions.

The list is the snapshot that tldextract carries, and so is the answer for every host.
"""

from __future__ import annotations

import functools
from importlib.util import find_spec
from pathlib import Path

__all__ = ["public_suffix"]

_PRIVATE = "===BEGIN PRIVATE DOMAINS==="


def public_suffix(host: str, *, private: bool = False) -> str:
    """Give the public suffix of a host in lower-case A-labels; empty where the list has none.

    ``private`` counts the list's private part, too.

    >>> public_suffix("www.example.co.uk"), public_suffix("www.city.kawasaki.jp"), public_suffix("a.b.example")
    ('co.uk', 'jp', '')
    """
    rules, nodes = _rules(private)
    labels = host.split(".")
    path, place, found = "", len(labels), len(labels)
    while place:
        label = labels[place - 1]
        if label.startswith("xn--"):
            label = _decoded(label)
        longer = f"{label}.{path}" if path else label
        if longer in nodes:
            path, place = longer, place - 1
            found = place if longer in rules else found
            continue
        if f"*.{path}" in rules:
            found = place if f"!{longer}" in rules else place - 1
        break
    return ".".join(labels[found:])


@functools.cache
def _rules(private: bool) -> tuple[frozenset[str], frozenset[str]]:
    """Read the rules, and every ending of one that a walk over the list passes."""
    package = find_spec("tldextract")
    assert package
    assert package.origin
    text = Path(package.origin).with_name(".tld_set_snapshot").read_text("utf-8")
    if not private:
        text = text.partition(_PRIVATE)[0]
    rules = frozenset(line.split()[0] for line in text.splitlines() if line.strip() and not line.startswith("//"))
    nodes = set(rules)
    for rule in rules:
        while rule := rule.partition(".")[2]:
            nodes.add(rule)
    return rules, frozenset(nodes)


def _decoded(label: str) -> str:
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label
