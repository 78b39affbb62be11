"""Section 3 of the form: reservations of rights, illegal content.

What a provider did before and during collection only the provider can vouch for: answers here are its own, named in
the project file. A text that is built from facts alone is proposed, and stands once it is accepted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from datasummary.documents.fields import Entry, Field, Listing, OpenPoint, YesNo, answered, unanswered
from datasummary.documents.proposals import Proposals
from datasummary.project import Project
from datasummary.translation import message, t

__all__ = ["processing_fields"]

_MEASURES = {
    "before_collection": message("Before data collection"),
    "during_collection": message("During data collection"),
    "after_collection": message("After data collection, before training"),
    "third_party_datasets": message("Datasets obtained from third parties"),
}
_REMOVAL = {
    "blocklists": message("Blocklists"),
    "keywords": message("Keywords"),
    "classifiers": message("Classifiers"),
    "infringing_sites": message("Sites known to offer protected content without authorisation"),
    "other": message("Further measures"),
}


def processing_fields(project: Project, proposals: Proposals) -> Iterator[Field]:
    """Yield the fields 3.1.a to 3.3.a."""
    signatory = project.copyright.code_of_practice_signatory
    if signatory is None:
        yield unanswered("3.1.a")
    else:
        yield answered("3.1.a", YesNo(signatory), sources=["copyright.code_of_practice_signatory"])
    yield _reservations(project, proposals)
    if link := project.copyright.policy_link:
        entry = Entry(t("Copyright policy, or a summary of it"), link=link)
        yield answered("3.1.c", Listing((entry,)), sources=["copyright.policy_link"])
    else:
        nothing = answered("3.1.c", t("No additional comments."), origin="not_applicable")
        yield replace(nothing, proposed=proposals.policy_summary())
    yield _illegal_content(project)
    yield answered("3.3.a", t("No other information."), origin="not_applicable")


def _reservations(project: Project, proposals: Proposals) -> Field:
    copyright = project.copyright  # noqa: A001 - the project file's own word
    measures = [
        Entry(t(label), text)
        for key, label in _MEASURES.items()
        if (text := getattr(copyright.measures, key)) is not None
    ]
    protocols = ", ".join(copyright.protocols)
    if not measures:
        proposed = proposals.reservations()
        advice = "read the proposed text and accept it with `datasummary accept 3.1.b`, or set copyright.measures"
        return unanswered("3.1.b", advice=advice if proposed else None, proposed=proposed, sources=["copyright"])
    problems = []
    if not protocols:
        public = t("the opt-out protocols and solutions that are followed")
        problems.append(OpenPoint(public, "list copyright.protocols"))
    obtained = project.sources_of("public", "licensed", "third_party")
    if obtained and copyright.measures.third_party_datasets is None:
        public = t("the measures of third parties from which datasets were obtained")
        problems.append(OpenPoint(public, "set copyright.measures.third_party_datasets"))
    if protocols:
        measures.insert(0, Entry(t("Opt-out protocols and solutions"), protocols))
    return answered("3.1.b", Listing(tuple(measures)), sources=["copyright"], open=problems)


def _illegal_content(project: Project) -> Field:
    entries = [
        Entry(t(label), text)
        for key, label in _REMOVAL.items()
        if (text := getattr(project.illegal_content, key)) is not None
    ]
    if not entries:
        return unanswered("3.2.a")
    return answered("3.2.a", Listing(tuple(entries)), sources=["illegal_content"])
