"""The rules of a crawler policy in words, one for one: what the tool applies is what the copyright policy says.

Every rule comes from the policy in force (:class:`datasummary.policy.Policy`); there is no sentence here that holds
whatever the policy says.
"""

from __future__ import annotations

from dataclasses import dataclass

from datasummary.ai_crawlers import load_ai_crawlers
from datasummary.documents.fields import clean
from datasummary.policy import AsOf, Policy
from datasummary.project import Project
from datasummary.protocols import protocols
from datasummary.sources import Source

__all__ = [
    "AS_OF",
    "BLOCKS",
    "FINDINGS",
    "GROUNDS",
    "STANDINGS",
    "USES",
    "VERDICTS",
    "WHOSE",
    "PolicyRules",
    "ProtocolWords",
    "Whose",
    "as_of_words",
    "policy_rules",
    "protocol_title",
]

STANDINGS = {
    "standard": "a standard",
    "draft": "a draft of a standards body whose work goes on",
    "community_report": "a report of a community group, which is no standard",
    "industry_practice": "a practice of those who use it",
    "no_protocol": "a statement that follows no protocol",
}
"""Who stands behind a protocol (:data:`datasummary.policy.Standing`)."""

USES = {
    "crawl": "fetching by crawlers",
    "tdm": "text and data mining",
    "train-ai": "training of AI models",
    "train-image": "training of AI models on images (for images alone)",
    "ai-all": "every use by AI",
    "all": "every use",
    "ai-input": "use by AI at the time of an answer",
    "search": "search",
}
"""What a statement can be about (:data:`datasummary.protocols.signals.Use`)."""

WHOSE = {
    "own": "the provider's own crawlers",
    "collector": "whoever collected the content in question",
    "everyone": "everyone whom the site does not name",
    "ai_training": "crawlers that are known to collect content for AI training",
    "named": "further crawlers, by name",
}
"""To whom a site can have spoken (:class:`datasummary.policy.Addressees`)."""

BLOCKS = {
    "path": "A reserved path reserves the content at that path, and no more.",
    "root": "A site is reserved as a whole, by what is said of its path “/”, or not at all.",
}

AS_OF = {
    "document": (
        "Each document is judged by what its site had said by the document's own date; without a date, or without a "
        "capture by then, it counts as unknown."
    ),
    "date": "What counts is what a site was last seen to say up to {date}, for documents of every date.",
    "latest": "What counts is what a site was last seen to say, for documents of every date.",
    "ever": "What counts is whatever a site was seen to say at any time, for documents of every date.",
}
"""As of when to judge, by rule."""

VERDICTS = {
    "reserved": "reserved",
    "review": "under review by people",
    "access_refused": "access refused",
    "unknown": "unknown",
    "no_reservation_found": "no reservation found",
}

FINDINGS = {
    "words": "Words for people, such as a comment that reserves rights",
    "contradiction": "A no and a yes about training for the same path",
    "refusal": "A required file that the site refuses to give",
    "failure": "A required file that could not be had",
    "no_evidence": "A required file that nobody asked for",
}
"""Doubtful findings (:class:`datasummary.policy.Findings`)."""

GROUNDS = {
    "tdm_exception": "the exception for text and data mining (Article 4 of Directive (EU) 2019/790)",
    "scientific_research": "text and data mining for scientific research (Article 3 of Directive (EU) 2019/790)",
    "licence": "a licence",
    "open_licence": "an open licence",
    "own": "the provider's own rights",
    "other": "another ground",
}
"""Grounds of collection (:data:`datasummary.sources.LegalBasis`)."""


@dataclass(frozen=True)
class ProtocolWords:
    """A protocol as a policy has it."""

    name: str
    """Its registered name."""
    title: str
    standing: str
    required: bool
    reason: str


@dataclass(frozen=True)
class Whose:
    """A class of crawlers whose signals count."""

    key: str
    text: str
    names: tuple[str, ...]
    """Those that are known by name."""


@dataclass(frozen=True)
class PolicyRules:
    """All that a policy lays down, in words."""

    name: str
    version: str
    description: str
    fingerprint: str
    counted: tuple[ProtocolWords, ...]
    """Protocols whose signals decide, in the policy's order."""
    reported: tuple[str, ...]
    """Titles of those that are read too and do not decide."""
    whose: tuple[Whose, ...]
    """Whose signals count."""
    uses: tuple[str, ...]
    """Uses about which a no reserves training."""
    blocks: str
    as_of: str
    findings: tuple[tuple[str, str], ...]
    """A doubtful finding, and the verdict to which it leads."""
    left_out: tuple[str, ...]
    """Verdicts whose documents a filter leaves out."""
    kept: tuple[str, ...]
    """The other verdicts that wait for somebody to settle them."""
    reported_only: tuple[str, ...]
    """Grounds of collection on which reservations are reported and do not decide."""


def policy_rules(policy: Policy, project: Project, *, public: bool) -> PolicyRules:
    """Put a policy into words, for the project that it is applied to.

    For the public, collectors are named of crawled and of public content alone: nobody is told whose data was bought.
    """
    counted = [name for name, rule in policy.protocols.items() if rule.counts]
    verdicts = ("reserved", "review", "access_refused", "unknown")
    return PolicyRules(
        name=policy.name,
        version=clean(policy.version),
        description=clean(policy.description),
        fingerprint=policy.fingerprint,
        counted=tuple(_protocol(policy, name) for name in counted),
        reported=tuple(protocol_title(name) for name in sorted(protocols()) if name not in counted),
        whose=tuple(_whose(policy, project, public=public)),
        uses=tuple(USES[use] for use in policy.uses),
        blocks=BLOCKS[policy.blocks],
        as_of=as_of_words(policy.as_of),
        findings=tuple((text, VERDICTS[getattr(policy.findings, key)]) for key, text in FINDINGS.items()),
        left_out=tuple(VERDICTS[name] for name in verdicts if name in policy.leave_out),
        kept=tuple(VERDICTS[name] for name in verdicts if name not in policy.leave_out),
        reported_only=tuple(GROUNDS[ground] for ground in policy.reported_only),
    )


def as_of_words(as_of: AsOf) -> str:
    """Say as of when content is judged."""
    return AS_OF[as_of.rule].format(date=f"{as_of.date:%d/%m/%Y}" if as_of.date else "")


def protocol_title(name: str) -> str:
    """Give a protocol's name as documents write it; one that is no longer installed stands by its registered name."""
    found = protocols().get(name)
    return found.TITLE if found else name


def _protocol(policy: Policy, name: str) -> ProtocolWords:
    rule = policy.protocols[name]
    return ProtocolWords(name, protocol_title(name), STANDINGS[rule.standing], rule.required, clean(rule.reason))


def _whose(policy: Policy, project: Project, *, public: bool) -> list[Whose]:
    whose = policy.addressees
    crawlers = [crawler for source in project.sources_of("crawled") for crawler in source.crawlers]
    names = {
        "own": [crawler.name for crawler in crawlers if not crawler.operator],
        "collector": [
            *(crawler.name for crawler in crawlers if crawler.operator),
            *(name for source in project.sources if not public or _is_known(source) for name in source.collectors),
        ],
        "everyone": [],
        "ai_training": [crawler.name for crawler in load_ai_crawlers() if crawler.collects_for_training == "yes"],
        "named": whose.named,
    }
    return [Whose(key, text, _once(names[key])) for key, text in WHOSE.items() if getattr(whose, key)]


def _is_known(source: Source) -> bool:
    return source.category in {"crawled", "public"}


def _once(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(clean, names)))
