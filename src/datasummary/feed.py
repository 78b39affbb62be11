"""``crawlers.atom``: changes to the crawlers, the protocols that count and the policy, as an Atom feed (RFC 4287).

Measure 1.3 of the Code of Practice encourages such a feed. What it tells comes from the public summary of the copyright
policy, so that nothing internal is in it, and is told in its language. The state beside the policy's notes holds what
was told last, and every entry as it was written: a new entry says what differs from it, and earlier ones are never
written again. The time of an entry is ``summary.date``.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datasummary.atom import atom_entry, atom_feed
from datasummary.documents.copyright_policy import CopyrightPolicy
from datasummary.documents.policy_rules import (
    FINDINGS,
    GROUNDS,
    STANDINGS,
    USES,
    VERDICTS,
    WHOSE,
    as_of_words,
    protocol_title,
)
from datasummary.documents.wording import CONDUCT
from datasummary.errors import DataError
from datasummary.policy import AsOf, Policy
from datasummary.project import Project
from datasummary.translation import message, speaking, t
from datasummary.writing import labelled, listed

__all__ = ["FEED", "STATE", "Feed", "continue_feed", "feed_facts"]

FEED = "crawlers.atom"
STATE = "crawlers-feed.json"

_ENGLISH = "en"

_KEYS = {"id", "facts", "entries", "feed"}


@dataclass(frozen=True)
class Feed:
    """A feed that goes on from its last state."""

    files: dict[Path, str | bytes | None]
    """The feed, then its state; to be written in this order."""
    changes: tuple[str, ...]
    """What the new entry says; empty where there is none."""


def continue_feed(project: Project, document: CopyrightPolicy, policy: Policy) -> Feed:
    """Compare what the public may know now with what the feed told last, and add an entry for what changed.

    Raises :class:`~datasummary.errors.DataError` where the feed or its state was changed by hand, or one is gone.
    """
    with speaking(document.language):
        return _continued(project, document, policy)


def _continued(project: Project, document: CopyrightPolicy, policy: Policy) -> Feed:
    place, note = project.out / "public" / FEED, project.out / "internal" / STATE
    facts = feed_facts(document, policy)
    state = _read(note, place)
    before = state["facts"] if state else None
    changes = tuple(_differences(before, facts) if before is not None else _first(facts))
    if state is None:
        names = [document.provider, *document.models, str(document.date)]
        state = {"id": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(names))}", "entries": []}
    entries: list[dict[str, str]] = state["entries"]
    if changes:
        touched = [] if before is None else _touched(before, facts)
        title = t("Changes: {groups}", groups=", ".join(touched)) if touched else t("First publication")
        entries = [_entry(state["id"], len(entries), title, changes, document), *entries]
    feed = _feed(project, document, state["id"], entries)
    found = _bytes(place)
    if found is not None and _digest(found) != state.get("feed") and found != feed.encode():
        raise DataError(
            f"{place}: was changed by hand since it was written; delete it, and it is written again from {note}"
        )
    kept = {"id": state["id"], "facts": facts, "entries": entries, "feed": _digest(feed.encode())}
    text = json.dumps({**kept, "sha256": _seal(kept)}, ensure_ascii=False, indent=1) + "\n"
    return Feed({place: feed, note: text}, changes)


def feed_facts(document: CopyrightPolicy, policy: Policy) -> dict[str, dict[str, Any]]:
    """Give what the public summary of a copyright policy says, in the form in which two states are compared.

    Rules stand by their keys, and what is not stated in English: other words for the same rule are no change.
    """
    whose = {entry.key: list(entry.names) for entry in document.rules.whose}
    rules = {
        "policy": f"{document.rules.name}, version {document.rules.version}",
        "whose": sorted(whose),
        **{f"names: {key}": sorted(names) for key, names in whose.items() if names and key != "own"},
        "uses": sorted(policy.uses),
        "blocks": policy.blocks,
        "as_of": policy.as_of.model_dump(mode="json", exclude_none=True),
        **{f"finding: {name}": getattr(policy.findings, name) for name in FINDINGS},
        "left_out": sorted(policy.leave_out),
        "reported_only": sorted(policy.reported_only),
        "lists": sorted(f"{sites.name}{_AS_AT}{sites.as_at}" for sites in document.listed),
        "contracts": bool(document.licensed),
        "decisions": bool(document.excluded),
    }
    signatory = {} if document.signatory is None else {"signatory": "yes" if document.signatory else "no"}
    return {
        "crawlers": {
            crawler.name: {
                "run by": ", ".join(crawler.operators) or "the provider",
                "purpose": "; ".join(crawler.purposes) or _NOT_STATED,
                **{CONDUCT[key]: answer for key, answer in crawler.conduct},
            }
            for crawler in document.crawlers
        },
        "protocols": {
            name: {"standing": rule.standing, "required": rule.required}
            for name, rule in policy.protocols.items()
            if rule.counts
        },
        "rules": rules,
        "statements": {
            "provider": document.provider,
            **{name: item.text for name, item in document.statements.items() if item.text and name != "responsible"},
            **signatory,
        },
    }


_GROUPS = {
    "crawlers": message("crawlers"),
    "protocols": message("protocols that count"),
    "rules": message("rules of the policy"),
    "statements": message("statements of the provider"),
}

_RULES = {
    "policy": message("Crawler policy"),
    "whose": message("Whom a statement must address"),
    "uses": message("Uses about which a no reserves training"),
    "blocks": message("What a reserved path reserves"),
    "as_of": message("As of when content is judged"),
    "left_out": message("Verdicts whose documents are left out"),
    "reported_only": message("Grounds on which reservations do not decide"),
    "lists": message("Lists of infringing sites that are applied"),
    "contracts": message("Sites under contract"),
    "decisions": message("Sites left out by the provider's own decision"),
    **{f"finding: {name}": text for name, text in FINDINGS.items()},
}

_STATEMENTS = {
    "provider": message("Provider"),
    "lawful_access": message("Access to content"),
    "infringing_sites": message("Infringing sites left out"),
    "feed_link": message("Web feed"),
    "output_safeguards": message("Safeguards on outputs"),
    "acceptable_use": message("Acceptable use"),
    "contact": message("Point of contact for rightsholders"),
    "complaints": message("Complaints"),
    "signatory": message("Copyright chapter of the Code of Practice signed"),
}

_WORDS: dict[str, Mapping[str, str]] = {
    "whose": WHOSE,
    "uses": USES,
    "left_out": VERDICTS,
    "reported_only": GROUNDS,
    "blocks": {
        "path": message("the content at that path"),
        "root": message("nothing, unless the path is “/”, which reserves the site"),
    },
    "signatory": {"yes": message("yes"), "no": message("no")},
    **{f"finding: {name}": VERDICTS for name in FINDINGS},
}

_NOT_STATED = "not stated"
_CRAWLERS: Mapping[str, Mapping[str, str]] = {
    "run by": {"the provider": message("the provider")},
    "purpose": {_NOT_STATED: message("not stated")},
}
"""What stands in the facts on crawlers where the provider has stated nothing."""

_QUESTIONS = {"run by": message("run by"), "purpose": message("purpose")}

_AS_AT = ", as at "


def _first(facts: dict[str, dict[str, Any]]) -> Iterator[str]:
    names = list(facts["crawlers"])
    yield t("Crawlers: {names}.", names=", ".join(names) or t("none"))
    yield t("Protocols that count: {names}.", names=listed(map(protocol_title, facts["protocols"])) or t("none"))
    yield t("Crawler policy: {policy}.", policy=facts["rules"]["policy"])
    for name, text in facts["statements"].items():
        yield labelled(_statement(name), _said(name, text))


def _touched(before: dict[str, dict[str, Any]], now: dict[str, dict[str, Any]]) -> list[str]:
    return [t(words) for group, words in _GROUPS.items() if before[group] != now[group]]


def _differences(before: dict[str, dict[str, Any]], now: dict[str, dict[str, Any]]) -> Iterator[str]:
    yield from _crawler_changes(before["crawlers"], now["crawlers"])
    yield from _protocol_changes(before["protocols"], now["protocols"])
    for group, label in (("rules", _rule), ("statements", _statement)):
        for name in _names(before[group], now[group]):
            old, new = before[group].get(name), now[group].get(name)
            if old != new:
                yield _change(label(name), _said(name, old), _said(name, new))


def _crawler_changes(before: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    for name in _names(before, now):
        if name not in before:
            details = listed(labelled(_question(key), _answer(key, text)) for key, text in now[name].items())
            yield t("Crawler added: {name} ({details})", name=name, details=details)
        elif name not in now:
            yield t("Crawler no longer listed: {name}", name=name)
        else:
            for key in _names(before[name], now[name]):
                old, new = before[name].get(key), now[name].get(key)
                if old != new:
                    label = t("Crawler {name}, {question}", name=name, question=_question(key))
                    yield _change(label, _answer(key, old), _answer(key, new))


def _question(key: str) -> str:
    """Name what is told of a crawler, by its key in the facts: for its conduct, the English words of the question."""
    return t(_QUESTIONS[key]) if key in _QUESTIONS else t(key) if key in CONDUCT.values() else key


def _answer(key: str, text: str | None) -> str:
    if not text:
        return t(_NOT_STATED)
    words = _CRAWLERS.get(key, {})
    return t(words[text]) if text in words else text


def _rule(name: str) -> str:
    group, _, key = name.partition(": ")
    if group == "names" and key in WHOSE:
        text = t(WHOSE[key])
        return text[:1].upper() + text[1:]
    return t(_RULES[name]) if name in _RULES else name


def _statement(name: str) -> str:
    return t(_STATEMENTS[name]) if name in _STATEMENTS else name


def _protocol_changes(before: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    for name in _names(before, now):
        title = protocol_title(name)
        if name not in before:
            yield t("Protocol that counts now: {title} ({standing})", title=title, standing=_standing(now[name]))
        elif name not in now:
            yield t("Protocol that counts no longer: {title}; what it says is reported", title=title)
        elif before[name] != now[name]:
            yield _change(t("Protocol {title}", title=title), _standing(before[name]), _standing(now[name]))


def _standing(rule: dict[str, Any]) -> str:
    required = t("a host without its evidence is unknown") if rule["required"] else t("not required")
    standing = rule["standing"]
    return listed([t(STANDINGS[standing]) if standing in STANDINGS else standing, required])


def _said(name: str, value: Any) -> str:
    """Put a rule or statement into words."""
    if name == "as_of" and isinstance(value, dict):
        return as_of_words(AsOf.model_validate(value)).rstrip(".")
    words = _WORDS.get(name, {})
    if name == "lists" and isinstance(value, list):
        return listed(map(_list, value)) or t("none")
    if isinstance(value, list):
        return listed(t(words[item]) if item in words else item for item in value) or t("none")
    if isinstance(value, bool):
        return t("yes") if value else t("no")
    if value is None:
        return t("not stated")
    return t(words[value]) if value in words else str(value)


def _list(text: str) -> str:
    name, _, day = text.rpartition(_AS_AT)
    return t("{name}, as at {day}", name=name, day=day)


def _change(label: str, before: str, now: str) -> str:
    return t("{label}: now “{now}”; before “{before}”", label=label, now=now, before=before)


def _names(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    return list(dict.fromkeys([*now, *before]))


def _entry(feed: str, number: int, title: str, changes: tuple[str, ...], document: CopyrightPolicy) -> dict[str, str]:
    """Write an entry; it stands in the state as it is, so that no later run can change it."""
    day = f"{document.date}"
    name = f"urn:uuid:{uuid.uuid5(uuid.UUID(feed), json.dumps([number, day, *changes]))}"
    language = None if document.language == _ENGLISH else document.language
    return {"updated": f"{day}T00:00:00Z", "xml": atom_entry(name, title, day, changes, language=language)}


def _feed(project: Project, document: CopyrightPolicy, name: str, entries: list[dict[str, str]]) -> str:
    title = t("{provider}: crawlers, protocols and copyright policy", provider=document.provider)
    links = {"self": project.copyright.feed_link, "alternate": project.copyright.policy_link}
    written = [(entry["updated"], _in_its_language(entry["xml"], document.language)) for entry in entries]
    return atom_feed(name, title, document.provider, written, links, document.language)


def _in_its_language(xml: str, language: str) -> str:
    """Give an entry as it was written; an English one, which does not name its language, names it in another feed."""
    return xml if language == _ENGLISH else xml.replace("<entry>", f'<entry xml:lang="{_ENGLISH}">', 1)


def _read(note: Path, place: Path) -> dict[str, Any] | None:
    """Read the state; None where the feed begins."""
    content = _bytes(note)
    if content is None:
        if place.exists():
            raise DataError(
                f"{note}: is gone, and without it the feed {place} cannot go on; put it back, or move the feed away to "
                f"begin a new one"
            )
        return None
    try:
        state = json.loads(content)
        kept = {key: state[key] for key in _KEYS}
        if state["sha256"] == _seal(kept):
            return kept
    except (ValueError, KeyError, TypeError):
        pass
    raise DataError(
        f"{note}: is broken, or was changed by hand; put back the file as datasummary policy wrote it, or move it and "
        f"{place} away to begin a new feed"
    )


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _seal(kept: dict[str, Any]) -> str:
    return _digest(json.dumps(kept, sort_keys=True).encode())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
