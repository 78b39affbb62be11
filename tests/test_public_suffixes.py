"""The suffix of one host is tldextract's, for every rule of the list and around it."""

import pytest
import tldextract

from datasummary.public_suffixes import _rules, public_suffix


@pytest.mark.parametrize("private", [False, True])
def test_the_suffix_is_tldextracts_on_below_and_above_every_rule(private):
    theirs = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=private)
    endings = {rule.lstrip("!*.") for rule in _rules(private)[0]}
    endings |= {"localhost", "example", "a.unknown", "xn--", "xn--a-ecp.ru", "www.ck", "x.ck"}
    names = [f"{before}{_ascii(ending)}" for ending in endings for before in ("", "a.", "a.b.", "www.a.b.c.")]
    assert len(names) > 20_000
    apart = [name for name in names if public_suffix(name, private=private) != theirs.extract_str(name).suffix]
    assert apart == []


def _ascii(name: str) -> str:
    labels = (label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in name.split("."))
    return ".".join(labels)
