"""What a reply letter says: whether content of the sites that were asked about was scraped and used, and no more.

The Commission's explanatory notice to the template of the public summary (16) encourages providers to tell parties with
a legitimate interest, on request, whether content of domains that the summary does not list was scraped and used. A
letter names no source, size or contract, and says nothing of what a site signalled.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from datasummary.lookup_names import shown
from datasummary.lookups import Answer
from datasummary.project import Project

__all__ = ["Letter", "LetterEntry", "Outcome", "build_letter"]

Outcome = Literal["found", "scraped_only", "not_found", "no_addresses", "open", "unreadable"]
"""``open``: some records could not be searched; ``no_addresses``: none can be searched for a site."""

Origin = Literal["crawled", "public", "other"]

HOSTS_NAMED = 3


@dataclass(frozen=True)
class LetterEntry:
    """A site that was asked about."""

    name: str
    outcome: Outcome
    origins: tuple[Origin, ...] = ()
    """Where content of it was found: collected by or for the provider, in a public dataset, in other data."""
    only_at: tuple[str, ...] = ()
    """The hosts below the name, where content was found on such hosts alone and they are no more than three."""
    only_below: int = 0
    """How many hosts those are; 0 where content was found on the host that was asked for."""


@dataclass(frozen=True)
class Letter:
    """A reply letter as data."""

    provider: str
    provider_contact: str
    contact: str
    """Where rightsholders can turn to."""
    models: tuple[str, ...]
    date: dt.date
    """Date of the records."""
    summary_link: str | None
    entries: tuple[LetterEntry, ...]
    total: int
    """Collections of data that the model was trained on."""
    with_addresses: int
    """Those of them that were searched."""
    items_without: bool
    """Whether some of what these hold carries no address."""

    def of(self, *outcomes: Outcome) -> list[LetterEntry]:
        """Give the entries with these outcomes, in the order in which they were asked for."""
        return [entry for entry in self.entries if entry.outcome in outcomes]


def build_letter(project: Project, answers: Iterable[Answer]) -> Letter:
    """Build the letter that gives these answers; a name that was asked for twice stands in it once."""
    answers = list(answers)
    searched = answers[0].searched
    return Letter(
        project.provider.name,
        project.provider.contact,
        project.copyright.contact or project.provider.contact,
        tuple(model.name for model in project.model.names),
        project.summary.date,
        project.summary.published_at,
        tuple(dict.fromkeys(map(_entry, answers))),
        searched.total,
        len(searched.with_addresses),
        bool(searched.without_host),
    )


def _entry(answer: Answer) -> LetterEntry:
    if answer.name.host is None:
        return LetterEntry(answer.name.asked, "unreadable")
    name = _plain(answer.name.host)
    if answer.answer == "cannot_tell":
        return LetterEntry(name, "open" if answer.searched.open else "no_addresses")
    if answer.answer == "not_found":
        return LetterEntry(name, "scraped_only" if answer.scraped_only else "not_found")
    held = {_origin(found.category) for found in answer.sources if found.role == "used"}
    origins = tuple(origin for origin in _ORIGINS if origin in held)
    hosts = [host.host for host in answer.hosts if host.documents]
    if answer.on_the_name:
        return LetterEntry(name, "found", origins)
    few = len(hosts) <= HOSTS_NAMED and answer.hosts_found <= len(answer.hosts)
    return LetterEntry(name, "found", origins, tuple(map(_plain, hosts)) if few else (), answer.hosts_found)


_ORIGINS: tuple[Origin, ...] = ("crawled", "public", "other")


def _plain(host: str) -> str:
    """Give a host as its visitors write it, without the form in which it is filed."""
    return shown(host).partition(" (")[0]


def _origin(category: str) -> Origin:
    return "crawled" if category == "crawled" else "public" if category == "public" else "other"
