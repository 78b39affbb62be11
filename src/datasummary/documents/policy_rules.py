"""The rules of a crawler policy in words, one for one: what the tool applies is what the copyright policy says.

Every rule comes from the policy in force (:class:`datasummary.policy.Policy`); there is no sentence here that holds
whatever the policy says.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

from datasummary.ai_crawlers import load_ai_crawlers
from datasummary.documents.fields import clean
from datasummary.policy import SHIPPED, AsOf, Policy, load_policy
from datasummary.project import Project
from datasummary.protocols import protocols
from datasummary.sources import Source
from datasummary.translation import message, t

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
    "policy_words",
    "protocol_title",
]

STANDINGS = {
    "standard": message("a standard"),
    "draft": message("a draft of a standards body whose work goes on"),
    "community_report": message("a report of a community group, which is no standard"),
    "industry_practice": message("a practice of those who use it"),
    "no_protocol": message("a statement that follows no protocol"),
}
"""Who stands behind a protocol (:data:`datasummary.policy.Standing`)."""

USES = {
    "crawl": message("fetching by crawlers"),
    "tdm": message("text and data mining"),
    "train-ai": message("training of AI models"),
    "train-image": message("training of AI models on images (for images alone)"),
    "ai-all": message("every use by AI"),
    "all": message("every use"),
    "ai-input": message("use by AI at the time of an answer"),
    "search": message("search"),
}
"""What a statement can be about (:data:`datasummary.protocols.signals.Use`)."""

WHOSE = {
    "own": message("the provider's own crawlers"),
    "collector": message("whoever collected the content in question"),
    "everyone": message("everyone whom the site does not name"),
    "ai_training": message("crawlers that are known to collect content for AI training"),
    "named": message("further crawlers, by name"),
}
"""To whom a site can have spoken (:class:`datasummary.policy.Addressees`)."""

BLOCKS = {
    "path": message("A reserved path reserves the content at that path, and no more."),
    "root": message("A site is reserved as a whole, by what is said of its path “/”, or not at all."),
}

AS_OF = {
    "document": message(
        "Each document is judged by what its site had said by the document's own date; without a date, or without a "
        "capture by then, it counts as unknown."
    ),
    "date": message("What counts is what a site was last seen to say up to {date}, for documents of every date."),
    "latest": message("What counts is what a site was last seen to say, for documents of every date."),
    "ever": message("What counts is whatever a site was seen to say at any time, for documents of every date."),
}
"""As of when to judge, by rule."""

VERDICTS = {
    "reserved": message("reserved"),
    "review": message("under review by people"),
    "access_refused": message("access refused"),
    "unknown": message("unknown"),
    "no_reservation_found": message("no reservation found"),
}

FINDINGS = {
    "words": message("Words for people, such as a comment that reserves rights"),
    "contradiction": message("A no and a yes about training for the same path"),
    "refusal": message("A required file that the site refuses to give"),
    "failure": message("A required file that could not be had"),
    "no_evidence": message("A required file that nobody asked for"),
}
"""Doubtful findings (:class:`datasummary.policy.Findings`)."""

GROUNDS = {
    "tdm_exception": message("the exception for text and data mining (Article 4 of Directive (EU) 2019/790)"),
    "scientific_research": message(
        "text and data mining for scientific research (Article 3 of Directive (EU) 2019/790)"
    ),
    "licence": message("a licence"),
    "open_licence": message("an open licence"),
    "own": message("the provider's own rights"),
    "other": message("another ground"),
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
    """Put a policy into words of the language that is spoken, for the project that it is applied to.

    For the public, collectors are named of crawled and of public content alone: nobody is told whose data was bought.
    """
    counted = [name for name, rule in policy.protocols.items() if rule.counts]
    verdicts = ("reserved", "review", "access_refused", "unknown")
    return PolicyRules(
        name=policy.name,
        version=clean(policy.version),
        description=clean(policy_words(policy.description)),
        fingerprint=policy.fingerprint,
        counted=tuple(_protocol(policy, name) for name in counted),
        reported=tuple(protocol_title(name) for name in sorted(protocols()) if name not in counted),
        whose=tuple(_whose(policy, project, public=public)),
        uses=tuple(t(USES[use]) for use in policy.uses),
        blocks=t(BLOCKS[policy.blocks]),
        as_of=as_of_words(policy.as_of),
        findings=tuple((t(text), t(VERDICTS[getattr(policy.findings, key)])) for key, text in FINDINGS.items()),
        left_out=tuple(t(VERDICTS[name]) for name in verdicts if name in policy.leave_out),
        kept=tuple(t(VERDICTS[name]) for name in verdicts if name not in policy.leave_out),
        reported_only=tuple(t(GROUNDS[ground]) for ground in policy.reported_only),
    )


def as_of_words(as_of: AsOf) -> str:
    """Say as of when content is judged."""
    return t(AS_OF[as_of.rule], date=f"{as_of.date:%d/%m/%Y}" if as_of.date else "")


def policy_words(text: str) -> str:
    """Give a description or a reason of a policy: translated where it is one that ships, else as somebody wrote it."""
    return t(text) if text in _shipped_words() else text


@cache
def _shipped_words() -> frozenset[str]:
    policies = [load_policy(name, Path()) for name in SHIPPED]
    reasons = (rule.reason for policy in policies for rule in policy.protocols.values())
    return frozenset([*(policy.description for policy in policies), *reasons])


def protocol_title(name: str) -> str:
    """Give a protocol's name as documents write it; one that is no longer installed stands by its registered name."""
    found = protocols().get(name)
    if found is None:
        return name
    ours = isinstance(found, ModuleType) and found.__name__.startswith("datasummary.protocols.")
    return t(found.TITLE) if ours else found.TITLE


def _protocol(policy: Policy, name: str) -> ProtocolWords:
    rule = policy.protocols[name]
    return ProtocolWords(
        name, protocol_title(name), t(STANDINGS[rule.standing]), rule.required, clean(policy_words(rule.reason))
    )


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
    return [Whose(key, t(text), _once(names[key])) for key, text in WHOSE.items() if getattr(whose, key)]


def _is_known(source: Source) -> bool:
    return source.category in {"crawled", "public"}


def _once(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(clean, names)))
