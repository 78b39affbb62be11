"""Texts that are proposed for fields 2.3.d, 3.1.b and 3.1.c of the public summary, built from the facts at hand.

The facts are the audit that stands, the crawler policy by which it was made, the filters whose output the manifests
are, and the summary of the copyright policy. A proposal says what was found and when, never what a crawler did; that
anything was left out before training it says only of sources whose manifests are a filter's own files
(:mod:`datasummary.proofs`). It stands once the provider accepts it, and as long as the facts stay as they are.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from datasummary.documents.copyright_policy import POLICY_NOTE, PUBLIC_NAME
from datasummary.documents.fields import clean
from datasummary.documents.inventory import InventoryView
from datasummary.documents.policy_rules import VERDICTS, as_of_words, protocol_title
from datasummary.documents.wording import distinct
from datasummary.policy import AsOf, Policy, load_policy
from datasummary.project import Project
from datasummary.proofs import KeptProof, kept_proofs
from datasummary.sources import Category, Source
from datasummary.translation import message, t

__all__ = ["Proposals"]

_OBTAINED: tuple[Category, ...] = ("public", "licensed", "third_party")

_FROM_COLLECTED = (
    message(
        "Before training, documents that the crawler policy {policy} leaves out{verdicts} were removed from "
        "the content collected."
    ),
    message(
        "Before training, documents that the crawler policy {policy} leaves out{verdicts} were removed from a part of "
        "the content collected."
    ),
)
_FROM_CRAWLED = (
    message(
        "Before training, documents that the crawler policy {policy} leaves out{verdicts} were removed from "
        "the content that was crawled."
    ),
    message(
        "Before training, documents that the crawler policy {policy} leaves out{verdicts} were removed from a part of "
        "the content that was crawled."
    ),
)
_FROM_OBTAINED = (
    message(
        "Before training, documents that the crawler policy {policy} leaves out{verdicts} were removed from "
        "the datasets obtained from others."
    ),
    message(
        "Before training, documents that the crawler policy {policy} leaves out{verdicts} were removed from a part of "
        "the datasets obtained from others."
    ),
)
"""What a filter left out of all sources of a kind, and of a part of them."""


@dataclass(frozen=True)
class _Examination:
    """An audit of the inventory as it is, in words fit for the public."""

    policy: str
    protocols: tuple[str, ...]
    """Titles of those that count; empty where the policy is not the one in force, so that they are not known."""
    as_of: str
    captured: str
    """From when to when the evidence is, in a sentence."""


class Proposals:
    """Builds the texts. Facts are read when a text is asked for: a summary that declares everything reads none."""

    def __init__(self, project: Project, inventory: InventoryView) -> None:
        self._project = project
        self._inventory = inventory

    def behaviour(self) -> str | None:
        """Words for field 2.3.d, where no crawler's behaviour is declared; None where nothing was examined."""
        sources = self._project.sources_of("crawled")
        examined = self._examined()
        if examined is None:
            return None
        names = distinct(clean(crawler.name) for source in sources for crawler in source.crawlers)
        access = self._project.copyright.lawful_access
        return _paragraphs(
            t(
                "This was established after collection, from what sites were seen to say; it does not describe what "
                "{crawlers} did at the time.",
                crawlers=_listed(names),
            ),
            _examination(examined),
            self._left_out(sources, _FROM_COLLECTED),
            t("On captchas, password-protected sites and paywalls the provider states: {words}", words=clean(access))
            if access
            else t("Captchas, password-protected sites and paywalls were not examined."),
        )

    def reservations(self) -> str | None:
        """Words for field 3.1.b, where no measures are declared; None where there are no facts."""
        protocols = self._project.copyright.protocols
        declared = []
        if protocols:
            follows = t(
                "During data collection the provider follows these opt-out protocols and solutions: {protocols}.",
                protocols=", ".join(protocols),
            )
            declared.append(follows)
            answers = {
                crawler.name: crawler.respects.robots_txt
                for source in self._project.sources_of("crawled")
                for crawler in source.crawlers
                if crawler.respects.robots_txt
            }
            declared += [
                t("robots.txt, by {crawler}: {answer}.", crawler=name, answer=answer.rstrip("."))
                for name, answer in sorted(answers.items())
            ]
        examined = self._examined()
        text = _paragraphs(
            *declared,
            _examination(examined, after_collection=True) if examined else None,
            self._left_out(self._project.sources_of("crawled"), _FROM_CRAWLED),
            self._left_out(self._project.sources_of(*_OBTAINED), _FROM_OBTAINED),
        )
        return text or None

    def policy_summary(self) -> str | None:
        """Words for field 3.1.c, where no link to the policy is declared; None where no finished summary of it stands.

        A draft is none, nor is a file that was changed since ``datasummary policy`` wrote it.
        """
        try:
            note = json.loads((self._project.out / "internal" / POLICY_NOTE).read_text("utf-8"))
            page = (self._project.out / "public" / f"{PUBLIC_NAME}.md").read_bytes()
            summary, policy = note["public_summary"], note["crawler_policy"]
            if summary["draft"] or summary["sha256"] != hashlib.sha256(page).hexdigest():
                return None
            named = _named(policy)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        contact, feed = self._project.copyright.contact, self._project.copyright.feed_link
        return _paragraphs(
            t(
                "A summary of the provider's copyright policy is published with this summary ({file}). It names the "
                "protocols and the rules by which reservations of rights are read (crawler policy {policy}), and how "
                "rightsholders can lodge complaints.",
                file=f"{PUBLIC_NAME}.html",
                policy=named,
            ),
            t("Point of contact for rightsholders: {contact}", contact=clean(contact)) if contact else None,
            t("Changes are announced in a web feed: {link}", link=feed) if feed else None,
        )

    @cached_property
    def _policy(self) -> Policy:
        return load_policy(self._project.policy, self._project.home)

    @cached_property
    def _proofs(self) -> dict[str, KeptProof]:
        return kept_proofs(self._project)

    def _examined(self) -> _Examination | None:
        """Read the audit that stands; None where there is none, it saw no evidence, or it is of another inventory."""
        try:
            facts = json.loads((self._project.out / "internal" / "audit.json").read_text("utf-8"))
            counted: dict[tuple[str, str], int] = {}
            for row in facts["totals"]:
                key = (row["source"], row["modality"])
                counted[key] = counted.get(key, 0) + row["documents"]
            evidence, policy = facts["evidence"], facts["policy"]
            scanned = {key: documents for key, documents in self._inventory.documents().items() if documents}
            if counted != scanned or not evidence["hosts"]:
                return None
            return _Examination(
                _named(policy),
                tuple(protocol_title(name) for name, rule in self._policy.protocols.items() if rule.counts)
                if self._is_in_force(policy)
                else (),
                as_of_words(AsOf.model_validate(policy["as_of"])),
                _captured(evidence["first_captured"], evidence["last_captured"]),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _is_in_force(self, noted: dict[str, Any]) -> bool:
        """Whether a policy that was noted is the project's, but for the time as of which it judges."""
        try:
            then = self._policy.judging_as_of(AsOf.model_validate(noted["as_of"]))
        except ValueError:
            return False
        return bool(then.fingerprint == noted["fingerprint"])

    def _left_out(self, sources: Sequence[Source], removed: tuple[str, str]) -> str | None:
        """Say what a filter left out before training, where its receipt shows it.

        ``removed`` are the words for all of the sources, and for a part of them.
        """
        shown = [self._proofs[source.name] for source in sources if source.name in self._proofs]
        if not shown:
            return None
        verdicts = ""
        if all(self._is_in_force(proof.policy) for proof in shown):
            names = _listed([t(VERDICTS[name]) for name in self._policy.leave_out]) or t("none")
            verdicts = t(" (verdicts: {names})", names=names)
        everything, part = removed
        policy = _listed(distinct(_named(proof.policy) for proof in shown))
        told = t(everything if len(shown) == len(sources) else part, policy=policy, verdicts=verdicts)
        receipt = t("The receipt of the filter names the files trained on, by digest.")
        return f"{told} {receipt}"


def _examination(examined: _Examination, *, after_collection: bool = False) -> str:
    protocols = t("; ").join(examined.protocols)
    values = {
        "policy": examined.policy,
        "protocols": t(", by these protocols: {names}", names=protocols) if protocols else "",
    }
    if after_collection:
        read = t(
            "After data collection, what sites of the training content say about reservations of rights was read under "
            "the crawler policy {policy}{protocols}.",
            **values,
        )
    else:
        read = t(
            "What sites of the training content say about reservations of rights was read under the crawler policy "
            "{policy}{protocols}.",
            **values,
        )
    not_examined = t("Sites of which there is no evidence were not examined.")
    return f"{read} {examined.captured} {examined.as_of} {not_examined}"


def _captured(first: str | None, last: str | None) -> str:
    if first is None or last is None:
        return t("The evidence was captured at a time that is not known.")
    days = [f"{dt.date.fromisoformat(day):%d/%m/%Y}" for day in (first, last)]
    if first == last:
        return t("The evidence was captured on {day}.", day=days[0])
    return t("The evidence was captured from {first} to {last}.", first=days[0], last=days[1])


def _named(policy: dict[str, Any]) -> str:
    return t("{name}, version {version}", name=policy["name"], version=policy["version"])


def _listed(names: Sequence[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return t("{names} and {last}", names=", ".join(names[:-1]), last=names[-1])


def _paragraphs(*parts: str | None) -> str:
    return clean("\n\n".join(filter(None, parts)))
