"""What a policy decides by host, whatever the site says: licences, exclusions, lists of infringing sites.

A host that an override names stands for itself and every host below it, on every port: ``example.com`` covers
``www.example.com``. Lists of sites come from others, so a line that names no host is passed over and counted.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, field_validator, model_validator

from datasummary.domains import parse_authority
from datasummary.sources import Part, Text, Texts

__all__ = [
    "Excluded",
    "InfringingSites",
    "Licensed",
    "Override",
    "OverrideIndex",
    "Overrides",
    "SiteList",
    "read_sites",
]

Kind = Literal["excluded", "infringing", "licensed"]
"""Why the signals of a host do not decide, in the order in which the reasons are looked for: what is left out by
decision or as an infringing site stays out, contract or not."""

_DELIMITERS = (",", ";", "\t")


def _host(text: str) -> str:
    host = None if any(sign in text for sign in "/?#@*") else parse_authority(text).host
    if host is None:
        raise ValueError(f"{text} is no host; write it like example.com, without https://, path or *")
    return host


class _ByHost(Part):
    """A decision about hosts."""

    hosts: Annotated[Texts, Field(min_length=1)]
    """Hosts such as ``example.com``, each with all hosts below it."""

    @field_validator("hosts")
    @classmethod
    def _normalised(cls, hosts: list[str]) -> list[str]:
        return [_host(host) for host in hosts]


class Licensed(_ByHost):
    """Hosts whose content may be used under a contract: what they reserve is reported and does not decide."""

    contract: Text
    """Reference of the contract. Internal."""
    from_: Annotated[dt.date | None, Field(alias="from")] = None
    """First day on which it holds; without one, it holds from the beginning."""
    until: dt.date | None = None
    """Last day on which it holds; without one, it has no end."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ and self.until and self.until < self.from_:
            raise ValueError("until is before from")
        return self

    def holds_on(self, day: dt.date | None) -> bool:
        """Whether the contract is shown to hold on a day; where no day is known, only one without dates is."""
        if day is None:
            return self.from_ is None and self.until is None
        return (self.from_ is None or self.from_ <= day) and (self.until is None or day <= self.until)

    @property
    def words(self) -> str:
        """The contract and its dates."""
        if self.from_ and self.until:
            return f"contract {self.contract}, {self.from_} to {self.until}"
        dates = f", from {self.from_}" if self.from_ else f", until {self.until}" if self.until else ""
        return f"contract {self.contract}{dates}"


class Excluded(_ByHost):
    """Hosts that the provider leaves out by its own decision."""

    decided: dt.date
    """Day of the decision. It holds for all content, older or newer."""
    reason: Text
    """Why. Internal."""


class InfringingSites(Part):
    """A list of sites that offer protected works without leave, as somebody published it."""

    file: Text
    """The list, relative to the policy: a domain a line, a hosts file (``0.0.0.0 bad.example``), or a CSV file."""
    name: Text
    """What the list is called, and whose it is."""
    as_at: dt.date
    """The day whose state the file shows."""
    column: Text | None = None
    """For a CSV file: the column that holds domains or addresses."""


class Overrides(Part):
    """What is decided by host, whatever the site says."""

    licensed: list[Licensed] = Field(default_factory=list)
    """Hosts under contract."""
    excluded: list[Excluded] = Field(default_factory=list)
    """Hosts left out by decision."""
    infringing_sites: list[InfringingSites] = Field(default_factory=list)
    """Lists of infringing sites, left out as a whole."""


@dataclass(frozen=True)
class SiteList:
    """A list of infringing sites as it was read."""

    name: str
    as_at: dt.date
    sha256: str
    """Digest of the file."""
    hosts: tuple[str, ...]
    """Its hosts, sorted, each once."""
    passed_over: tuple[int, ...]
    """Lines that name no host, neither blank nor comments."""


class Override(NamedTuple):
    """What overrides the signals of a host."""

    kind: Kind
    host: str
    """The host that the policy or the list names: the one asked for, or one above it."""
    text: str
    """On what ground: ``contract X, 2024-01-01 to 2026-12-31``."""


class OverrideIndex:
    """Finds what overrides a host: a look-up for each of its labels."""

    def __init__(self, overrides: Overrides, lists: Sequence[SiteList]) -> None:
        self._excluded: dict[str, str] = {}
        for entry in overrides.excluded:
            for host in entry.hosts:
                self._excluded.setdefault(host, f"decided {entry.decided}: {entry.reason}")
        self._infringing: dict[str, str] = {}
        for sites in lists:
            text = f"on the list {sites.name} as at {sites.as_at}"
            for host in sites.hosts:
                self._infringing.setdefault(host, text)
        self._licensed: dict[str, list[Licensed]] = {}
        for licence in overrides.licensed:
            for host in licence.hosts:
                self._licensed.setdefault(host, []).append(licence)

    def find(self, host: str, day: dt.date | None) -> Override | None:
        """Give the override for a host on a day; see :meth:`datasummary.policy.Policy.override_for`."""
        grounds: list[tuple[Kind, dict[str, str]]] = [("excluded", self._excluded), ("infringing", self._infringing)]
        for kind, texts in grounds:
            if texts and (name := next(filter(texts.__contains__, _upwards(host)), None)):
                return Override(kind, name, texts[name])
        for name in _upwards(host) if self._licensed else ():
            for licence in self._licensed.get(name, ()):
                if licence.holds_on(day):
                    return Override("licensed", name, licence.words)
        return None


def _upwards(host: str) -> Iterator[str]:
    """The host without its port, then each name above it: ``a.example.com``, ``example.com``, ``com``."""
    if ":" in host and not host.endswith("]"):
        host = host.rpartition(":")[0]
    while host:
        yield host
        host = host.partition(".")[2]


def read_sites(entry: InfringingSites, path: Path) -> SiteList:
    """Read a list of sites.

    Raises :class:`ValueError`, which says what to do, where a CSV file or its column is none, and :class:`OSError`
    where the file cannot be read.
    """
    content = path.read_bytes()
    text = content.decode("utf-8-sig", "replace")
    is_table = entry.column is not None or path.suffix.lower() in {".csv", ".tsv"}
    hosts, passed_over = set(), []
    try:
        for line, site in _in_column(text, entry.column) if is_table else _a_line_each(text):
            host = _host_of_site(site)
            if host:
                hosts.add(host)
            else:
                passed_over.append(line)
    except csv.Error as error:
        raise ValueError(f"the list is no CSV file: {error}") from None
    digest = hashlib.sha256(content).hexdigest()
    return SiteList(entry.name, entry.as_at, digest, tuple(sorted(hosts)), tuple(dict.fromkeys(passed_over)))


def _a_line_each(text: str) -> Iterator[tuple[int, str]]:
    """Lines of a plain list, or of a hosts file, where names follow an address."""
    for number, line in enumerate(text.split("\n"), 1):
        site = line.partition("#")[0].strip()
        first, *names = site.split() or [""]
        if names and _is_address(first):
            yield from ((number, name) for name in names)
        elif site:
            yield number, site


def _is_address(word: str) -> bool:
    try:
        ipaddress.ip_address(word)
    except ValueError:
        return False
    return True


def _in_column(text: str, column: str | None) -> Iterator[tuple[int, str]]:
    head = text.partition("\n")[0].rstrip("\r")
    fields: list[list[str]] = [next(csv.reader([head], delimiter=delimiter), []) for delimiter in _DELIMITERS]
    delimiter = next((sign for sign, names in zip(_DELIMITERS, fields, strict=True) if column in names), None)
    if column is None or delimiter is None:
        known = max(fields, key=len)
        what = "say which one holds the sites" if column is None else f"the list has no column {column}"
        raise ValueError(f"column: {what}; known: {', '.join(known)}")
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    for row in rows:
        if site := (row[column] or "").strip():
            yield rows.line_num, site


def _host_of_site(site: str) -> str | None:
    """The host of a domain or an address; none for names without a dot, such as ``localhost``."""
    host = parse_authority(site.partition("://")[2] or site.removeprefix("*.").removeprefix(".")).host
    return host if host and "." in host else None
