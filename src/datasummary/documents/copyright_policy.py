"""The provider's copyright policy, and the public summary of it: what the project file states and the tool applies.

The rules are those of the crawler policy in force (:mod:`datasummary.documents.policy_rules`). What only the provider
can vouch for stands in its own words; what it has not written yet is marked, and the document is a draft. Names of
sources and hosts, contracts and reasons stand in the full policy alone.

>>> build_copyright_policy(project, public=True).open  # doctest: +SKIP
(Statement(id='contact', …),)
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from datasummary.documents.audit_words import override
from datasummary.documents.fields import clean
from datasummary.documents.policy_rules import PolicyRules, policy_rules
from datasummary.documents.wording import CONDUCT, distinct
from datasummary.policy import Policy, load_policy
from datasummary.project import Project
from datasummary.proofs import compare_outputs
from datasummary.translation import message, speaking, t
from datasummary.writing import labelled

__all__ = [
    "POLICY_NOTE",
    "PUBLIC_NAME",
    "CopyrightPolicy",
    "CopyrightPolicyResult",
    "CrawlerWords",
    "Decision",
    "ListedSites",
    "Statement",
    "build_copyright_policy",
    "copyright_policy",
]

PUBLIC_NAME = "copyright-policy-summary"
"""The public summary's files in ``out/public``, but for their endings."""

POLICY_NOTE = "copyright-policy.json"
"""What was written, in ``out/internal``: the crawler policy, open points, and the digest of the public summary."""


@dataclass(frozen=True)
class Statement:
    """Something that the provider vouches for, or has still to write."""

    id: str
    asked: str
    """What is asked for, to follow “to be stated by the provider:”."""
    key: str
    """Where in the project file it belongs."""
    text: str | None
    """The provider's words; None: open."""


@dataclass(frozen=True)
class CrawlerWords:
    """A crawler, in the provider's words."""

    name: str
    operators: tuple[str, ...]
    """Who runs it, where that is not the provider."""
    purposes: tuple[str, ...]
    conduct: tuple[tuple[str, str], ...]
    """A question of field 2.3.d, by its key in :data:`~datasummary.documents.wording.CONDUCT`, and the answer."""
    unanswered: tuple[str, ...]
    """Questions without one, in words."""

    @property
    def access(self) -> tuple[tuple[str, str], ...]:
        """What is said of captchas, passwords and paywalls (Measure 1.2)."""
        return tuple(answer for answer in self.conduct if answer[0] in _ACCESS)

    @property
    def reservations(self) -> tuple[tuple[str, str], ...]:
        """What is said of robots.txt and other protocols (Measure 1.3)."""
        return tuple(answer for answer in self.conduct if answer[0] not in _ACCESS)


@dataclass(frozen=True)
class ListedSites:
    """A list of infringing sites that is applied."""

    name: str
    as_at: str
    file: str
    """Internal, as are the digest and the counts."""
    sha256: str
    hosts: int
    passed_over: int


@dataclass(frozen=True)
class Decision:
    """What was decided about hosts. Internal."""

    hosts: tuple[str, ...]
    text: str
    """A contract with its dates, or a decision with its reason."""


@dataclass(frozen=True)
class CopyrightPolicy:
    """The copyright policy as data: full, or what of it is for the public."""

    public: bool
    provider: str
    models: tuple[str, ...]
    date: dt.date
    """The project's ``summary.date``."""
    signatory: bool | None
    """Whether the copyright chapter of the Code of Practice is signed; None: open."""
    has_crawled: bool
    """Whether data was crawled by or for the provider, which is what Measures 1.2 and 1.3 are about."""
    crawlers: tuple[CrawlerWords, ...]
    rules: PolicyRules
    listed: tuple[ListedSites, ...]
    licensed: tuple[Decision, ...]
    """Hosts under contract; for the public a decision without hosts or text stands for any."""
    excluded: tuple[Decision, ...]
    """Hosts left out by decision; the same."""
    statements: Mapping[str, Statement]
    """What the provider vouches for, by id, in the order of the measures."""
    language: str = "en"
    """Code of the language that it is written in, one of :data:`datasummary.translation.LANGUAGES`."""

    @property
    def open(self) -> tuple[Statement, ...]:
        """What is still to be stated; while there is any, the document is a draft."""
        conduct = (
            Statement("conduct", labelled(crawler.name, question), "respects", None)
            for crawler in self.crawlers
            for question in crawler.unanswered
        )
        with speaking(self.language):
            return (*(statement for statement in self.statements.values() if statement.text is None), *conduct)


@dataclass(frozen=True)
class CopyrightPolicyResult:
    """What was written."""

    paths: tuple[Path, ...]
    """The full policy as HTML and Markdown, the public summary as HTML and Markdown, both as DOCX and PDF, the feed;
    then internal notes."""
    open: tuple[Statement, ...]
    """What the provider has still to state."""
    changes: tuple[str, ...]
    """What the feed tells anew; empty where nothing changed."""
    filtered: tuple[str, ...]
    """Sources all of whose manifests were found to be what a filter wrote, by the digests in its receipt."""

    @property
    def draft(self) -> bool:
        """Whether the documents are marked as a draft."""
        return bool(self.open)


_ACCESS = frozenset({"captchas", "passwords", "paywalls"})

_ASKED = {
    "responsible": message("who inside the organisation answers for this policy"),
    "lawful_access": message(
        "what keeps collection to content that is open to everyone: paywalls, subscriptions, logins"
    ),
    "infringing_sites": message("which sites are left out that were found to infringe copyright on a commercial scale"),
    "feed_link": message("where the web feed of changes stands"),
    "output_safeguards": message("what keeps the model from reproducing what it was trained on"),
    "acceptable_use": message("where the terms of use or the documentation rule out uses against copyright"),
    "contact": message("the electronic point of contact for rightsholders"),
    "complaints": message("how complaints are received and handled, and within what time"),
}
"""What the measures ask the provider for, by key of ``copyright`` in the project file, in their order."""

_ABOUT_CRAWLING = {"lawful_access", "infringing_sites", "feed_link"}


def copyright_policy(project: Project) -> CopyrightPolicyResult:
    """Write the copyright policy, its public summary, and the feed of changes.

    The manifests are compared with the receipts of filters that name them, once for each file, so that the public
    summary may propose to say so (:mod:`datasummary.proofs`). Files are replaced whole or not at all; the same project
    and policy give the same bytes, and a feed without anything new stays as it is.

    Raises :class:`~datasummary.errors.ProjectError` where the crawler policy is at fault, and
    :class:`~datasummary.errors.DataError` where the feed cannot be continued.
    """
    from datasummary.feed import continue_feed
    from datasummary.render.files import write_files
    from datasummary.render.policy_docx import policy_docx
    from datasummary.render.policy_html import policy_html
    from datasummary.render.policy_markdown import policy_markdown
    from datasummary.render.policy_pdf import policy_pdf

    rules = load_policy(project.policy, project.home)
    full, summary = (build_copyright_policy(project, rules, public=public) for public in (False, True))
    internal, public = project.out / "internal", project.out / "public"
    feed = continue_feed(project, summary, rules)
    page = policy_markdown(summary)
    contents: dict[Path, str | bytes | None] = {
        internal / "copyright-policy.html": policy_html(full),
        internal / "copyright-policy.md": policy_markdown(full),
        public / f"{PUBLIC_NAME}.html": policy_html(summary),
        public / f"{PUBLIC_NAME}.md": page,
        internal / "copyright-policy.docx": policy_docx(full),
        internal / "copyright-policy.pdf": policy_pdf(full),
        public / f"{PUBLIC_NAME}.docx": policy_docx(summary),
        public / f"{PUBLIC_NAME}.pdf": policy_pdf(summary),
        **feed.files,
        internal / POLICY_NOTE: _note(full, summary, page),
    }
    write_files(contents)
    return CopyrightPolicyResult(tuple(contents), full.open, feed.changes, tuple(compare_outputs(project)))


def build_copyright_policy(project: Project, policy: Policy | None = None, *, public: bool) -> CopyrightPolicy:
    """Return the copyright policy as data; ``policy`` is the crawler policy, by default the project's."""
    with speaking(project.language):
        return _copyright_policy(project, policy or load_policy(project.policy, project.home), public=public)


def _copyright_policy(project: Project, policy: Policy, *, public: bool) -> CopyrightPolicy:
    crawled = project.sources_of("crawled")
    hosts = policy.overrides
    licensed = [Decision(tuple(entry.hosts), clean(override(entry.words))) for entry in hosts.licensed]
    excluded = [
        Decision(
            tuple(entry.hosts),
            clean(t("decided {day}: {reason}", day=f"{entry.decided:%d/%m/%Y}", reason=entry.reason)),
        )
        for entry in hosts.excluded
    ]
    return CopyrightPolicy(
        public=public,
        provider=clean(project.provider.name),
        models=tuple(clean(model.name) for model in project.model.names),
        date=project.summary.date,
        signatory=project.copyright.code_of_practice_signatory,
        has_crawled=bool(crawled),
        crawlers=_crawlers(project),
        rules=policy_rules(policy, project, public=public),
        listed=tuple(
            ListedSites(
                clean(entry.name),
                f"{entry.as_at:%d/%m/%Y}",
                "" if public else clean(entry.file),
                "" if public else sites.sha256,
                0 if public else len(sites.hosts),
                0 if public else len(sites.passed_over),
            )
            for entry, sites in zip(hosts.infringing_sites, policy.site_lists, strict=True)
        ),
        licensed=_without_details(licensed) if public else tuple(licensed),
        excluded=_without_details(excluded) if public else tuple(excluded),
        statements=MappingProxyType(_statements(project, policy, has_crawled=bool(crawled))),
        language=project.language,
    )


def _without_details(decisions: list[Decision]) -> tuple[Decision, ...]:
    return (Decision((), ""),) if decisions else ()


def _statements(project: Project, policy: Policy, *, has_crawled: bool) -> dict[str, Statement]:
    """What the provider states; what does not arise, as nothing was crawled, is asked for only where it is stated."""
    found = {}
    for name, asked in _ASKED.items():
        holder, key = project.copyright, f"copyright.{name}"
        if name == "infringing_sites":
            holder, key = project.illegal_content, "illegal_content.infringing_sites"  # type: ignore[assignment]
        text = getattr(holder, name)
        may_be_open = (has_crawled or name not in _ABOUT_CRAWLING) and not (
            name == "infringing_sites" and policy.overrides.infringing_sites
        )
        if text is not None or may_be_open:
            found[name] = Statement(name, t(asked), key, clean(text) if text is not None else None)
    if project.copyright.code_of_practice_signatory is None:
        asked = t("whether the copyright chapter of the Code of Practice is signed")
        found["signatory"] = Statement("signatory", asked, "copyright.code_of_practice_signatory", None)
    return found


def _crawlers(project: Project) -> tuple[CrawlerWords, ...]:
    uses = [crawler for source in project.sources_of("crawled") for crawler in source.crawlers]
    found = []
    for name in dict.fromkeys(crawler.name for crawler in uses):
        same = [crawler for crawler in uses if crawler.name == name]
        answers = {
            key: distinct(clean(answer) for crawler in same if (answer := getattr(crawler.respects, key)))
            for key in CONDUCT
        }
        found.append(
            CrawlerWords(
                clean(name),
                tuple(distinct(clean(crawler.operator) for crawler in same if crawler.operator)),
                tuple(distinct(clean(crawler.purpose) for crawler in same if crawler.purpose)),
                tuple((key, "; ".join(texts)) for key, texts in answers.items() if texts),
                tuple(t(CONDUCT[key]) for key, texts in answers.items() if not texts),
            )
        )
    return tuple(found)


def _note(full: CopyrightPolicy, summary: CopyrightPolicy, page: str) -> str:
    note: dict[str, Any] = {
        "crawler_policy": {
            "name": full.rules.name,
            "version": full.rules.version,
            "fingerprint": full.rules.fingerprint,
        },
        "date": str(full.date),
        "open": [{"asked": point.asked, "key": point.key} for point in full.open],
        "public_summary": {"draft": bool(summary.open), "sha256": hashlib.sha256(page.encode()).hexdigest()},
    }
    return json.dumps(note, ensure_ascii=False, indent=1) + "\n"
