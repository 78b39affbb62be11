"""What somebody asks for: a domain, a host or an address, in whatever spelling, read as the host that it means.

A name stands for its host and every host below it. ``www.`` before a name is taken away, since people who write it mean
the site; case, a trailing dot and the two spellings of international names make no difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from datasummary.documents.words import clean
from datasummary.domains import parse_authority
from datasummary.errors import ProjectError
from datasummary.public_suffixes import public_suffix

__all__ = ["LONGEST_NAME", "Name", "names_in", "read_name", "shown"]

LONGEST_NAME = 4096
"""Characters of a name that are read; a longer one is none."""

_SHOWN = 200
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_CUT = re.compile(r"[/?#\\]")
_LABEL = re.compile(r"[a-z0-9_-]+")
_AS_WRITTEN = "write it like example.com, or give an address such as https://example.com/page"


@dataclass(frozen=True)
class Name:
    """A name as it was given, and as it was read."""

    asked: str
    """As it was given, without control characters, at most 200 characters."""
    host: str | None
    """In lower-case A-labels, or an IP address; ``None`` where it cannot be read."""
    url: str | None = None
    """The address that was given, where it has a path beyond ``/``."""
    domain: str | None = None
    """Its registrable domain, where the public suffix list knows one."""
    problem: str = ""
    """Why it cannot be looked up, and what to do; else empty."""

    @property
    def words(self) -> str:
        """The host for people: an international name in its own letters, then as it is filed."""
        return shown(self.host) if self.host else self.asked


def read_name(text: str, *, private_suffixes: bool = False) -> Name:
    """Read a name; never raises. ``private_suffixes`` counts the public suffix list's private part too.

    >>> read_name("HTTPS://www.Bücher.example./a").host
    'xn--bcher-kva.example'
    >>> read_name("co.uk").problem
    'co.uk is a public suffix, under which anybody registers domains; ask for one of those'
    """
    asked = _cut(text)
    if len(text) > LONGEST_NAME:
        return Name(asked, None, problem=f"a name of more than {LONGEST_NAME:,} characters is none; {_AS_WRITTEN}")
    given = text.strip()
    scheme = _SCHEME.match(given)
    if scheme and scheme[1].lower() not in {"http", "https"}:
        return Name(asked, None, problem=f"only addresses with http or https are looked up; {_AS_WRITTEN}")
    rest = (given[scheme.end() :] if scheme else given).removeprefix("//")
    authority = _CUT.split(rest, maxsplit=1)[0]
    after = rest[len(authority) :].partition("#")[0]
    host, _, reason = parse_authority(authority.removeprefix("*.").lstrip("."))
    if host is None:
        return Name(asked, None, problem=f"it names no host; {_AS_WRITTEN}")
    url = f"{scheme[0].lower() if scheme else 'https://'}{rest.partition('#')[0]}" if after not in {"", "/"} else None
    if reason == "ip_address":
        return Name(asked, host, url)
    if not all(map(_LABEL.fullmatch, host.split("."))) or "." not in host:
        return Name(asked, None, problem=f"it names no domain; {_AS_WRITTEN}")
    suffix = public_suffix(host, private=private_suffixes)
    if host == suffix:
        return Name(
            asked,
            None,
            problem=f"{shown(host)} is a public suffix, under which anybody registers domains; ask for one of those",
        )
    before = host.removesuffix(f".{suffix}").rpartition(".")[2]
    domain = f"{before}.{suffix}" if suffix else None
    below = host.removeprefix("www.")
    if below != host and "." in below and below != suffix:
        host = below
    return Name(asked, host, url, domain)


def _cut(text: str) -> str:
    found = clean(text[:LONGEST_NAME]).replace("\n", " ").replace("\t", " ")
    return found if len(found) <= _SHOWN and len(text) <= LONGEST_NAME else f"{found[: _SHOWN - 1]}…"


def shown(host: str) -> str:
    """Give a host for people.

    >>> shown("xn--bcher-kva.example"), shown("example.com")
    ('bücher.example (xn--bcher-kva.example)', 'example.com')
    """
    if "xn--" not in host:
        return host
    import idna

    labels = []
    for label in host.split("."):
        try:
            labels.append(idna.ulabel(label) if label.startswith("xn--") else label)
        except idna.IDNAError:
            labels.append(label)
    name = clean(".".join(labels))
    return host if name == host else f"{name} ({host})"


def names_in(path: Path) -> Iterator[str]:
    """Read names from a file, one a line; blank lines and those that begin with ``#`` are passed over.

    A line is read only as far as a name can be long. Raises :class:`~datasummary.errors.ProjectError` where the file
    cannot be read.
    """
    try:
        with path.open("rb") as lines:
            while line := lines.readline(_LONGEST_LINE):
                ended = line.endswith(b"\n")
                while not ended and (more := lines.readline(_LONGEST_LINE)):
                    ended = more.endswith(b"\n")
                name = line.decode("utf-8", "replace").removeprefix("\ufeff").rstrip("\r\n")
                if name.strip() and not name.lstrip().startswith("#"):
                    yield name
    except OSError as error:
        raise ProjectError(f"--file {path}: cannot be read ({error.strerror}); check the path") from None


_LONGEST_LINE = 8 * LONGEST_NAME
