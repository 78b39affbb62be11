"""What the public summary says of itself: which version it is, where it and the others are, what changed.

It stands before the form's first section, since the form has no place for it but the version (field 0.a).
"""

from __future__ import annotations

from datasummary.documents.fields import Entry, SummaryDocument
from datasummary.translation import t

__all__ = ["about_entries"]


def about_entries(document: SummaryDocument) -> tuple[Entry, ...]:
    """Return the points as named entries, in the order of reading; a text of several lines is a list of sentences."""
    about = document.about
    entries = []
    if document.published_at:
        entries.append(Entry(t("Authoritative copy"), link=document.published_at))
    if about.all_versions:
        entries.append(Entry(t("All versions"), link=about.all_versions))
    if about.announcements:
        entries.append(Entry(t("Changes will be announced at"), link=about.announcements))
    if about.since and about.changes:
        entries.append(Entry(t("Changes since version {version}", version=about.since), "\n".join(about.changes)))
    return tuple(entries)
