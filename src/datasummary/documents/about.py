"""What the public summary says of itself: which version it is, where it and the others are, what changed.

It stands before the form's first section, since the form has no place for it but the version (field 0.a).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from datasummary.documents.changes import short_sentences
from datasummary.documents.fields import About, Entry, SummaryDocument, clean
from datasummary.translation import speaking, t

if TYPE_CHECKING:
    from datasummary.project import Project

__all__ = ["about", "about_entries", "status"]


def about(project: Project, document: SummaryDocument) -> About:
    """Return what a document says of itself; its changes are told against the version that was kept before it.

    Raises :class:`~datasummary.errors.WorkspaceError` where that one is not as it was kept.
    """
    since, changes = _changes(project, document)
    return About(
        all_versions=project.summary.versions_at,
        announcements=project.summary.announced_at,
        since=since,
        changes=changes,
    )


def status(document: SummaryDocument) -> str:
    """Say which version it is. A kept file never changes, so it can only tell where a newer one would be found."""
    values = {"version": document.version, "date": document.date}
    if document.draft:
        return t("This is a draft of version {version} of {date}.", **values)
    if place := document.about.all_versions or document.published_at:
        return t(
            "This is version {version} of {date}. It was the latest version on that date; whether a newer one exists "
            "is told at {place}.",
            place=place,
            **values,
        )
    return t("This is version {version} of {date}. It was the latest version on that date.", **values)


def about_entries(document: SummaryDocument) -> tuple[Entry, ...]:
    """Return the points as named entries, in the order of reading; a text of several lines is a list of sentences."""
    own = document.about
    entries = [Entry(t("This version"), status(document))]
    if document.published_at:
        entries.append(Entry(t("Authoritative copy"), link=document.published_at))
    if own.all_versions:
        entries.append(Entry(t("All versions"), link=own.all_versions))
    if own.announcements:
        entries.append(Entry(t("Changes will be announced at"), link=own.announcements))
    if own.since and own.changes:
        entries.append(Entry(t("Changes since version {version}", version=own.since), "\n".join(own.changes)))
    return tuple(entries)


def _changes(project: Project, document: SummaryDocument) -> tuple[str | None, tuple[str, ...]]:
    from datasummary.comparing import compare
    from datasummary.render.json_documents import summary_json
    from datasummary.versions import kept_before, kept_summary

    with speaking(project.language):
        if kept := kept_before(project):
            found = compare(kept_summary(kept[-1]), json.loads(summary_json(document)))
            return kept[-1].version, short_sentences(found)
        if named := project.summary.previous:
            latest = max(named, key=lambda entry: (entry.date is not None, entry.date or project.summary.date))
            told = t(
                "They are not listed here; version {version} is at {link}.", version=latest.version, link=latest.link
            )
            return clean(latest.version), (clean(told),)
    return None, ()
