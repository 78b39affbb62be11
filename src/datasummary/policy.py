"""The crawler policy: what counts as a reservation, and what follows from it.

A policy is a YAML file, shipped under a name or written by the user. :func:`load_policy` reads it, with the policy
that it extends, and says by file, line and key what is wrong with it. No rule holds that no file states.

>>> policy = load_policy("machine-readable", Path())
>>> policy.protocols["aipref"].standing, policy.findings.words
('draft', 'review')
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import BeforeValidator, Field, PrivateAttr, model_validator

from datasummary.ai_crawlers import load_ai_crawlers
from datasummary.errors import ProjectError
from datasummary.mistakes import Mistake, nearest
from datasummary.overrides import Override, OverrideIndex, Overrides, SiteList, read_sites
from datasummary.project import Project
from datasummary.protocols import protocols
from datasummary.protocols.signals import Use
from datasummary.sources import LegalBasis, Name, Part, Source, Text, Texts
from datasummary.yamlfile import YamlFile, error_at, error_of, read_yaml

__all__ = [
    "SHIPPED",
    "Addressee",
    "Addressees",
    "AsOf",
    "CountedAgents",
    "Findings",
    "Override",
    "Policy",
    "ProtocolRule",
    "load_policy",
]

SHIPPED = ("machine-readable", "own-crawler", "robots-only", "strict", "apertus-2025")
"""Names of the policies that ship with datasummary."""

Standing = Literal["standard", "draft", "community_report", "industry_practice", "no_protocol"]
"""Who stands behind a protocol: a standards body; such a body, whose work goes on; a community group that is none; the
sites and firms that use it. ``no_protocol`` is a statement that follows none, such as prose or a letter."""

Addressee = Literal["own", "collector", "ai_training", "named"]
"""Why a crawler counts: it is the provider's, it collected the source, it collects for training, it is named."""

_OF_ITS_OWN = ("name", "version", "description", "extends")
_MERGED = ("protocols", "addressees", "findings", "overrides")


class ProtocolRule(Part):
    """What a policy makes of a protocol."""

    standing: Standing
    """Who stands behind the protocol."""
    counts: bool
    """Whether its signals decide. Those of other protocols are reported."""
    required: bool = False
    """Whether a host is unknown as long as no evidence shows what it says by this protocol."""
    reason: Text
    """Why it counts, or does not."""

    @model_validator(mode="after")
    def _required_counts(self) -> Self:
        if self.required and not self.counts:
            raise ValueError("required is for protocols that count; remove one of the two")
        return self


class Addressees(Part):
    """Whose signals count: to whom a site must have spoken."""

    own: bool
    """The provider's crawlers: those of the project's crawled sources that name no other operator."""
    collector: bool
    """Whoever collected the source in question: its crawlers with an operator, and its ``collectors``."""
    everyone: bool
    """Everyone whom a site does not name."""
    ai_training: bool
    """Crawlers that are known to collect for training, by ``ai-crawlers.yaml``."""
    named: Texts = Field(default_factory=list)
    """Further crawlers, by name."""

    @model_validator(mode="after")
    def _anyone(self) -> Self:
        if not (self.own or self.collector or self.everyone or self.ai_training or self.named):
            raise ValueError("nobody's signals count; set one of the keys to true, or name crawlers")
        return self


class AsOf(Part):
    """As of when to judge."""

    rule: Literal["document", "date", "latest", "ever"]
    """``document``: by what a site said at each document's own date; ``date``: on one day, for documents of every date;
    ``latest``: by what was seen last; ``ever``: by whatever was seen at any time."""
    date: dt.date | None = None
    """The day, for the rule ``date``."""

    @model_validator(mode="after")
    def _with_its_date(self) -> Self:
        if self.rule == "date" and self.date is None:
            raise ValueError("rule date needs a day; add date: 2025-01-31, say")
        if self.rule != "date" and self.date is not None:
            raise ValueError(f"date belongs to the rule date, not to {self.rule}; remove one of the two")
        return self


def _never_reserved(value: Any) -> Any:
    if value == "reserved":
        raise ValueError(
            "words for people give at most review, since whether prose is machine-readable is before the courts; "
            "to leave out what is under review, add review to leave_out"
        )
    return value


class Findings(Part):
    """The verdict to which a doubtful finding leads."""

    words: Annotated[Literal["review", "no_reservation_found"], BeforeValidator(_never_reserved)]
    """Words for people, such as a comment that reserves rights: never more than ``review``."""
    contradiction: Literal["reserved", "review"]
    """A no and a yes about training for the same path."""
    refusal: Literal["access_refused", "review", "reserved"]
    """A required file that the site refuses to give: status 401, 403, 407, 429, 451, or a challenge page."""
    failure: Literal["unknown", "review", "reserved"]
    """A required file that could not be had: no answer, 5xx, markup in its place."""
    no_evidence: Literal["unknown", "review", "reserved"]
    """A required file that nobody asked for, as far as the evidence goes."""


class CountedAgents(NamedTuple):
    """The crawlers whose signals count for a source."""

    everyone: bool
    """Whether what is said to everyone counts."""
    names: dict[str, Addressee]
    """Crawlers by name, each once, whatever its capitals, with the first reason for which it counts."""


class Policy(Part):
    """What counts as a reservation, and what follows from it."""

    name: Name
    """Under which it stands in every verdict and receipt."""
    version: Text
    """In quotes; the same name and version mean the same rules."""
    description: Text
    """What it is for, in a sentence or two."""
    extends: Text | None = None
    """A policy to start from: a shipped name, or a path relative to this file."""
    protocols: Annotated[dict[Text, ProtocolRule], Field(min_length=1)]
    """Protocols by their registered names."""
    uses: Annotated[list[Use], Field(min_length=1)]
    """Uses about which a no reserves training."""
    addressees: Addressees
    """Whose signals count."""
    blocks: Literal["path", "root"]
    """``path``: a reserved path reserves that path. ``root``: a site is reserved as a whole or not at all, by what is
    said of its path ``/``."""
    as_of: AsOf
    """As of when to judge."""
    findings: Findings
    """What doubtful findings lead to."""
    leave_out: list[Literal["reserved", "review", "access_refused", "unknown"]]
    """Verdicts whose documents a filter leaves out."""
    reported_only: list[LegalBasis]
    """Grounds of collection on which reservations are reported and do not decide."""
    overrides: Overrides = Overrides()
    """What is decided by host, whatever the site says."""

    _site_lists: tuple[SiteList, ...] = PrivateAttr(default=())

    @property
    def site_lists(self) -> tuple[SiteList, ...]:
        """The lists of infringing sites as they were read, in the order of the policy."""
        return self._site_lists

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all that the policy says, with what it extends, and of the lists that it draws on."""
        content = self.model_dump(mode="json", by_alias=True, exclude={"extends"})
        for entry, sites in zip(content["overrides"]["infringing_sites"], self._site_lists, strict=True):
            entry["file"] = sites.sha256
        if self.addressees.ai_training:
            content["ai_training"] = list(_training_crawlers())
        return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=True).encode()).hexdigest()

    def counted_agents(self, source: Source, project: Project) -> CountedAgents:
        """Give the crawlers whose signals count for a source."""
        whose = self.addressees
        own = (crawler for part in project.sources_of("crawled") for crawler in part.crawlers if not crawler.operator)
        others = (crawler.name for crawler in source.crawlers if crawler.operator)
        classes: list[tuple[Addressee, Iterable[str]]] = [
            ("own", (crawler.name for crawler in own) if whose.own else ()),
            ("collector", (*others, *source.collectors) if whose.collector else ()),
            ("ai_training", _training_crawlers() if whose.ai_training else ()),
            ("named", whose.named),
        ]
        names: dict[str, Addressee] = {}
        met: set[str] = set()
        for addressee, members in classes:
            for name in members:
                if name.casefold() not in met:
                    met.add(name.casefold())
                    names[name] = addressee
        return CountedAgents(whose.everyone, names)

    def reports_only(self, source: Source) -> bool:
        """Whether reservations are reported for a source and do not decide, on the ground of its legal basis."""
        return source.legal_basis in self.reported_only

    def override_for(self, host: str, day: dt.date | None) -> Override | None:
        """Give what is decided about a host (``host`` or ``host:port``, lower-case A-labels), whatever it says.

        The decision of the nearest host above it holds too. A contract with dates must hold on ``day``; where no day is
        known (``None``), only a contract without dates is shown to hold. What is left out stays out, contract or not.
        """
        return self._override_index.find(host, day)

    @property
    def has_overrides(self) -> bool:
        """Whether anything is decided by host."""
        return any((self.overrides.licensed, self.overrides.excluded, self.overrides.infringing_sites))

    @property
    def override_days(self) -> list[dt.date]:
        """Days on which a contract begins, or holds no longer: on no others do decisions by host change."""
        begins = (licence.from_ for licence in self.overrides.licensed if licence.from_)
        last = (licence.until for licence in self.overrides.licensed if licence.until)
        ended = (day + dt.timedelta(days=1) for day in last if day < dt.date.max)
        return sorted({*begins, *ended})

    def judging_as_of(self, as_of: AsOf) -> Policy:
        """Give the same policy, judging as of another time."""
        return self.model_copy(update={"as_of": as_of})

    @functools.cached_property
    def _override_index(self) -> OverrideIndex:
        return OverrideIndex(self.overrides, self._site_lists)


def _training_crawlers() -> Iterator[str]:
    return (crawler.name for crawler in load_ai_crawlers() if crawler.collects_for_training == "yes")


def load_policy(name_or_path: str, home: Path) -> Policy:
    """Read and check a policy: a shipped name, or a path relative to ``home``.

    Raises :class:`~datasummary.errors.ProjectError`, which names file, line and key, for anything that is wrong.
    """
    path = _located(name_or_path, home)
    if not path.is_file():
        raise ProjectError(f"policy: {_no_such_policy(name_or_path, path)}")
    return _read_policy(path, ())[0]


def _located(name_or_path: str, home: Path) -> Path:
    if name_or_path in SHIPPED:
        return Path(str(files("datasummary").joinpath("policies", f"{name_or_path}.yaml")))
    return Path(os.path.normpath(home / os.path.expandvars(name_or_path)))


def _no_such_policy(name_or_path: str, path: Path) -> str:
    return f"there is no file {path}, and no policy that ships is named {name_or_path}{nearest(name_or_path, SHIPPED)}"


def _read_policy(path: Path, above: tuple[Path, ...]) -> tuple[Policy, YamlFile]:
    """Give a policy and its file, whose data holds what it extends; ``above`` are the files that extend this one."""
    file = read_yaml(path, start="begin with `extends: machine-readable`, and state what differs")
    mistakes = list(file.mistakes)
    base = _base_of(file, above)
    own_overrides = file.data.get("overrides")
    if base:
        inherited = {key: value for key, value in base[1].data.items() if key not in _OF_ITS_OWN}
        file = dataclasses.replace(file, data=_merged(inherited, file.data))
    policy = file.check(Policy, mistakes)
    mistakes += _mistakes_in_protocols(file)
    if policy:
        mistakes += _mistakes_in_name(policy, file)
        if base and not (own_overrides and "infringing_sites" in own_overrides):
            policy._site_lists = base[0]._site_lists
        else:
            policy._site_lists = _read_lists(policy, file, mistakes)
    if policy is None or mistakes:
        raise error_of(mistakes)
    return policy, file


def _base_of(file: YamlFile, above: tuple[Path, ...]) -> tuple[Policy, YamlFile] | None:
    wanted = file.data.get("extends")
    if not isinstance(wanted, str) or not wanted.strip():
        return None
    line = file.line_of("extends")
    path = _located(wanted.strip(), file.path.parent)
    if not path.is_file():
        raise error_at(file.path, line, f"extends: {_no_such_policy(wanted, path)}")
    chain = (*above, file.path.resolve())
    if path.resolve() in chain:
        raise error_at(file.path, line, f"extends: leads back to {path}; a policy cannot extend itself")
    return _read_policy(path, chain)


def _merged(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Put own keys in place of inherited ones; those of the mappings in ``_MERGED`` one by one."""
    merged = base | own
    for key in _MERGED:
        if isinstance(base.get(key), dict) and isinstance(own.get(key), dict):
            merged[key] = base[key] | own[key]
    return merged


def _mistakes_in_protocols(file: YamlFile) -> Iterator[Mistake]:
    stated = file.data.get("protocols")
    for name in stated if isinstance(stated, dict) else ():
        if name not in protocols():
            text = "no such protocol" + nearest(name, protocols())
            yield Mistake(file.path, file.line_of("protocols", name), f"protocols.{name}", text)


def _mistakes_in_name(policy: Policy, file: YamlFile) -> Iterator[Mistake]:
    if policy.name in SHIPPED and not file.path.samefile(_located(policy.name, Path())):
        text = f"{policy.name} is the name of a policy that ships with datasummary; give yours its own"
        yield Mistake(file.path, file.line_of("name"), "name", text)


def _read_lists(policy: Policy, file: YamlFile, mistakes: list[Mistake]) -> tuple[SiteList, ...]:
    lists = []
    for i, entry in enumerate(policy.overrides.infringing_sites):
        path = file.home / os.path.expandvars(entry.file)
        steps, key = ("overrides", "infringing_sites", i), f"overrides.infringing_sites[{i}]"
        try:
            lists.append(read_sites(entry, path))
        except FileNotFoundError:
            text = f"there is no file {path}; paths are relative to this file"
            mistakes.append(Mistake(file.path, file.line_of(*steps, "file"), f"{key}.file", text))
        except OSError as error:
            text = f"{path} cannot be read: {error.strerror}"
            mistakes.append(Mistake(file.path, file.line_of(*steps, "file"), f"{key}.file", text))
        except ValueError as error:
            mistakes.append(Mistake(file.path, file.line_of(*steps), key, str(error)))
    return tuple(lists)
