"""Authority → host → registrable domain.

The scan groups rows by the raw authority of their URL (``user@WWW.Example.COM:8080``). What follows from an authority
is worked out here, once for each distinct one:

- the host: without userinfo and port, lower case, internationalised names as A-labels (``xn--…``), as the WHATWG URL
  standard forms it, so that one site has one name;
- the registrable domain: the public suffix and one label, by the list that tldextract carries. The answer for every
  host is tldextract's; what differs is that millions of hosts are looked up by a join.
"""

from __future__ import annotations

import functools
import ipaddress
import re
from importlib import resources
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

import duckdb
import pyarrow as pa

from datasummary.project import DomainLevel

__all__ = [
    "REASONS",
    "Authority",
    "attribute_origins",
    "parse_authority",
    "parse_origins",
    "registrable_domains",
    "suffix_list_date",
]

REASONS = ("no_url", "no_scheme", "other_scheme", "no_host", "bad_host", "ip_address", "no_public_suffix")
"""Why a document is attributed to no domain, in the order in which the reasons are looked for.

``other_scheme`` is any scheme but http and https. ``no_public_suffix`` includes hosts that are a public suffix
themselves.
"""

_DEFAULT_PORTS = (80, 443)
_IS_PLAIN = (
    "(length(origin) < 64 AND regexp_full_match(origin, '[a-z0-9_][a-z0-9_.-]*[.][a-z][a-z0-9-]*') "
    "AND NOT contains(origin, '..'))"
)
"""SQL for an origin that is its own host: lower case, no empty label, none too long, no number at the end."""
_FORBIDDEN = re.compile(r"[\x00-\x20\"#%/:<>?@\[\\\]^`{|}\x7f]")
_USUAL = re.compile(r"([A-Za-z0-9_][A-Za-z0-9_.-]*\.[A-Za-z][A-Za-z0-9-]*)(?::([0-9]{0,4}))?")
_CUT = re.compile(r"[/?#\\]")
_LINE_BREAKS = re.compile(r"[\t\r\n]")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_DOTS = re.compile("[\u3002\uff0e\uff61]")


class Authority(NamedTuple):
    """What an authority says: a host (lower-case A-labels, or an address), its port, or why there is no host."""

    host: str | None
    port: int | None
    reason: str | None


def parse_authority(raw: str) -> Authority:
    """Take an authority apart as a browser would (WHATWG URL standard, host parsing).

    The port is ``None`` where it is a default one, 80 or 443. ``reason`` is ``None``, ``no_host``, ``bad_host`` or
    ``ip_address``, the last with the address as host. Never raises.

    >>> parse_authority("user@WWW.Bücher.example.:8080")
    Authority(host='www.xn--bcher-kva.example', port=8080, reason=None)
    """
    usual = _USUAL.fullmatch(raw)
    if usual and ".." not in raw and len(raw) < 64:
        number = int(usual[2] or 80)
        return Authority(usual[1].lower(), None if number in _DEFAULT_PORTS else number, None)
    authority = _CUT.split(_LINE_BREAKS.sub("", raw), maxsplit=1)[0]
    authority = authority.rpartition("@")[2].strip("\x00 ")
    if authority.startswith("["):
        address, bracket, rest = authority[1:].partition("]")
        return _ip_v6(address, rest) if bracket else Authority(None, None, "bad_host")
    host, colon, port_text = authority.partition(":")
    port = _port(port_text) if colon else None
    if not host:
        return Authority(None, None, "no_host")
    if port == -1:
        return Authority(None, None, "bad_host")
    name = _host_name(host)
    if name is None:
        return Authority(None, None, "bad_host")
    address_v4 = _ip_v4(name)
    if address_v4 is not None:
        return Authority(address_v4 or None, port, "ip_address" if address_v4 else "bad_host")
    return Authority(name, port, None)


def _port(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or int(text[:6]) > 65535 or len(text.lstrip("0")) > 5:
        return -1
    port = int(text)
    return None if port in _DEFAULT_PORTS else port


def _host_name(host: str) -> str | None:
    try:
        name = unquote_to_bytes(host).decode() if "%" in host else host
        if not name.isascii():
            import idna

            name = idna.uts46_remap(_DOTS.sub(".", name), std3_rules=False, transitional=False)
            name = ".".join(_a_label(label) for label in name.split("."))
    except UnicodeError:
        return None
    name = name.lower().removesuffix(".")
    labels = name.split(".")
    if _FORBIDDEN.search(name) or len(name) > 253 or not all(0 < len(label) <= 63 for label in labels):
        return None
    return name


def _a_label(label: str) -> str:
    return label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")


def _ip_v6(address: str, rest: str) -> Authority:
    port = _port(rest[1:]) if rest.startswith(":") else None
    try:
        if port == -1 or (rest and not rest.startswith(":")) or "%" in address:
            raise ValueError
        return Authority(f"[{ipaddress.IPv6Address(address).compressed}]", port, "ip_address")
    except ValueError:
        return Authority(None, None, "bad_host")


def _ip_v4(name: str) -> str | None:
    """Read an IPv4 address in any spelling that browsers take; ``None`` for a name, empty for a broken address."""
    parts = name.split(".")
    if not _NUMBER.fullmatch(parts[-1]):
        return None
    if len(parts) > 4:
        return ""
    numbers = []
    for part in parts:
        try:
            if part.startswith("0x"):
                numbers.append(int(part[2:] or "0", 16))
            elif len(part) > 1 and part.startswith("0"):
                numbers.append(int(part, 8))
            else:
                numbers.append(int(part))
        except ValueError:
            return ""
    *heads, last = numbers
    if any(number > 255 for number in heads) or last >= 256 ** (5 - len(numbers)):
        return ""
    value = last + sum(number << (8 * (3 - place)) for place, number in enumerate(heads))
    return str(ipaddress.IPv4Address(value))


@functools.cache
def suffix_list_date() -> str:
    """Date of the public suffix list in use, as ``2025-04-07``: the snapshot that tldextract carries."""
    snapshot = resources.files("tldextract").joinpath(".tld_set_snapshot").read_text("utf-8")
    version = re.search(r"^// VERSION: (\d{4}-\d{2}-\d{2})", snapshot, re.MULTILINE)
    return version[1] if version else "unknown"


@functools.cache
def _suffix_nodes(private: bool) -> pa.Table:
    """Every ending that tldextract's walk over the list can stop at, and the suffix that follows from it.

    Columns: ``ending`` (A-labels), ``labels`` of the suffix when the walk stops there (0: none), ``wildcard`` (any
    further label belongs to the suffix).
    """
    import tldextract

    rules = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=private).tlds
    listed = {tuple(reversed(rule.split("."))) for rule in rules}
    paths = {rule[:depth] for rule in listed for depth in range(1, len(rule) + 1)}
    rows: dict[str, tuple[int, bool]] = {}
    for path in paths:
        if path[-1] == "*":
            continue
        if path[-1].startswith("!"):
            ending = (*path[:-1], path[-1][1:])
            rows[_ending(ending)] = (len(path) - 1, False)
            continue
        depth = max((depth for depth in range(1, len(path) + 1) if path[:depth] in listed), default=0)
        rows[_ending(path)] = (depth, (*path, "*") in paths)
    ordered = sorted(rows.items())
    return pa.table(
        {
            "ending": [ending for ending, _ in ordered],
            "labels": pa.array([row[0] for _, row in ordered], pa.int8()),
            "wildcard": [row[1] for _, row in ordered],
        }
    )


def _ending(path: tuple[str, ...]) -> str:
    return ".".join(_a_label(label) for label in reversed(path))


def _register_suffixes(connection: duckdb.DuckDBPyConnection, private: bool) -> int:
    nodes = _suffix_nodes(private)
    connection.register("suffix_nodes_arrow", nodes)
    connection.execute("CREATE OR REPLACE TEMP TABLE suffix_nodes AS FROM suffix_nodes_arrow")
    connection.unregister("suffix_nodes_arrow")
    return 1 + max(str(ending).count(".") for ending in nodes.column("ending").to_pylist())


def _domains_sql(depth: int, hosts: str) -> str:
    """Build the query that adds ``domain`` to a relation with ``host``: a join for each label of the deepest ending.

    A host goes on to the next join only while the walk did, which for nearly all ends at the first.
    """
    joins = []
    for level in range(1, depth + 1):
        ending = _last_labels(level)
        if level > 1:
            ending = f"CASE WHEN node{level - 1}.inner THEN {ending} END"
        joins.append(
            f"LEFT JOIN (SELECT *, ending IN (SELECT substr(ending, instr(ending, '.') + 1) FROM suffix_nodes "
            f"WHERE contains(ending, '.')) AS inner FROM suffix_nodes WHERE len(string_split(ending, '.')) = {level}) "
            f"node{level} ON node{level}.ending = {ending}"
        )
    stops = " ".join(
        f"WHEN node{level}.ending IS NOT NULL THEN "
        f"CASE WHEN node{level}.wildcard AND len(parts) > {level} THEN {level + 1} ELSE node{level}.labels END"
        for level in range(depth, 0, -1)
    )
    cut = " ".join(f"WHEN {suffix} THEN {_last_labels(suffix + 1)}" for suffix in range(1, depth + 2))
    return (
        f"SELECT * EXCLUDE (parts, suffix), CASE WHEN suffix = 0 OR len(parts) <= suffix THEN NULL "
        f"WHEN len(parts) = suffix + 1 THEN host ELSE CASE suffix {cut} END END AS domain "
        f"FROM (SELECT given.*, CASE {stops} ELSE 0 END AS suffix "
        f"FROM (SELECT *, string_split(host, '.') AS parts FROM {hosts}) given {' '.join(joins)})"
    )


def _last_labels(count: int) -> str:
    return " || '.' || ".join(f"parts[-{place}]" for place in range(count, 0, -1))


def registrable_domains(hosts: pa.Array | list[str], level: DomainLevel = "registrable") -> pa.Array:
    """Give each host's registrable domain, or null where it has none.

    ``hosts`` are lower-case names in A-labels; the answer has the same length and order, and is what tldextract's
    ``top_domain_under_public_suffix`` says of each. ``level`` as in the project file: ``private_suffix`` counts the
    list's private part too, ``host`` gives the host itself where it has a registrable domain.
    """
    import numpy as np

    connection = duckdb.connect()
    connection.execute("SET preserve_insertion_order = false")
    connection.register("given", pa.table({"position": np.arange(len(hosts)), "host": pa.array(hosts, pa.string())}))
    connection.execute("CREATE TEMP TABLE hosts AS FROM given")
    depth = _register_suffixes(connection, private=level == "private_suffix")
    shown = "if(domain IS NULL, NULL, host)" if level == "host" else "domain"
    connection.execute(
        f"CREATE TEMP TABLE answers AS SELECT position, {shown} AS domain FROM ({_domains_sql(depth, 'hosts')})"
    )
    answers = connection.sql("FROM answers").to_arrow_table()
    place = np.empty(len(hosts), np.int64)
    place[answers.column("position").to_numpy()] = np.arange(len(hosts))
    return answers.column("domain").combine_chunks().take(pa.array(place))


def attribute_origins(connection: duckdb.DuckDBPyConnection, origins: str, level: DomainLevel) -> str:
    """Give the query that attributes the origins of a batch to hosts and domains.

    ``origins`` is a Parquet file with ``origin`` (a raw authority, or ``?`` and a reason), then counts and dates. The
    query's rows have ``reason`` (null or one of :data:`REASONS`), ``host``, ``port`` and ``domain`` beside it. A host
    may stand in several rows, one for each spelling.
    """
    parsed = f"({parse_origins(connection, origins)})"
    depth = _register_suffixes(connection, private=level == "private_suffix")
    shown = "if(domain IS NULL, NULL, host)" if level == "host" else "domain"
    return (
        f"SELECT coalesce(odd_reason, if(domain IS NULL, 'no_public_suffix', NULL)) AS reason, host, port, "
        f"if(odd_reason IS NULL, {shown}, NULL) AS domain, "
        f"* EXCLUDE (host, port, odd_reason, domain) FROM ({_domains_sql(depth, parsed)})"
    )


def parse_origins(connection: duckdb.DuckDBPyConnection, origins: str) -> str:
    """Give the query that parses the origins of a batch, without their domains.

    Its rows have ``host``, ``port`` and ``odd_reason`` (null, or why there is no host or it is an IP address) beside
    what the file has.
    """
    connection.read_parquet(origins).create_view("origins", replace=True)
    odd = connection.sql(f"SELECT DISTINCT origin FROM origins WHERE NOT {_IS_PLAIN}").to_arrow_table()
    connection.register("taken_apart", _taken_apart(odd.column("origin")))
    return (
        f"SELECT * EXCLUDE (plain, odd_host), if(plain, origin, odd_host) AS host FROM "
        f"(SELECT *, {_IS_PLAIN} AS plain FROM origins) LEFT JOIN taken_apart USING (origin)"
    )


def _taken_apart(origins: pa.ChunkedArray) -> pa.Table:
    """Take apart, call by call, the origins that are no plain host name."""
    answers = [
        Authority(None, None, origin[1:]) if origin.startswith("?") else parse_authority(origin)
        for origin in origins.to_pylist()
    ]
    return pa.table(
        {
            "origin": origins,
            "odd_host": pa.array([answer.host for answer in answers], pa.string()),
            "port": pa.array([answer.port for answer in answers], pa.int32()),
            "odd_reason": pa.array([answer.reason for answer in answers], pa.string()),
        }
    )
