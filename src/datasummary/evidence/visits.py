"""What is asked of one site, in which order, and what follows from its answers.

A visit asks for robots.txt; then, only where that lets our token have them, for tdmrep.json, ai.txt, the documents that
the site's signals name, and some pages of the manifest's. It knows nothing of sockets, clocks or processes: it is a
generator that yields each :class:`Ask` and is sent its :class:`Answer`. Sent the same answers it asks the same, so that
a visit that was cut off goes on by being sent what is kept of it.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from datasummary.evidence.captures import Capture
from datasummary.evidence.guard import Forbidden, Target, target_of
from datasummary.evidence.manners import delay_asked, retry_after
from datasummary.evidence.settings import Collecting
from datasummary.protocols import read_signals
from datasummary.protocols.robots import RobotsFile

__all__ = ["STATES", "Answer", "Ask", "Final", "State", "Visit"]

State = Literal["collected", "refused", "unreachable", "forbidden", "postponed"]

STATES: dict[State, str] = {
    "collected": "robots.txt was read, or there is none, and all that it lets us have was asked for",
    "refused": "the site refuses its robots.txt (401, 403, 407, 429, 451, a challenge page); no more was asked for",
    "unreachable": "robots.txt could not be had; no more was asked for",
    "forbidden": "the host is not contacted: its address is not public, or it is to be left alone",
    "postponed": "the site asks to wait longer, or more was to be asked for, than one collection may",
}
"""The states in which a site ends, and what they mean."""

DOCUMENTS = 10
"""Documents of others that are followed for one site."""
RETRIES = 2

_HELD_BACK = frozenset({"out of budget", "asked to wait"})
_NO_ANSWER = frozenset(
    {
        "connection refused",
        "host unreachable",
        "connect timeout",
        "connection reset",
        "certificate",
        "TLS failure",
        "no answer in time",
        "not HTTP",
    }
)
_FORBIDDEN = frozenset({"forbidden address", "forbidden port", "forbidden scheme", "do not contact", "bad address"})


@dataclass(frozen=True, slots=True)
class Ask:
    """One request that a visit wants made, in its host's turn."""

    target: Target
    method: Literal["GET", "HEAD"] = "GET"
    is_page: bool = False
    delay: float = 0.0
    """Seconds that the host asks to be left between requests, as far as the visit knows."""
    attempt: int = 1

    @property
    def key(self) -> tuple[str, int]:
        """What tells requests apart: method and address, and which attempt it is."""
        return (self.target.url if self.method == "GET" else f"HEAD {self.target.url}"), self.attempt


class Answer(NamedTuple):
    """What came of a request."""

    capture: Capture
    ended: float
    """Seconds since 1970."""

    @property
    def wait(self) -> float | None:
        """Seconds to wait that the site asks for with a 429 or 503."""
        if self.capture.status not in {429, 503}:
            return None
        return retry_after(self.capture.header("retry-after"), self.ended)


class Final(NamedTuple):
    """How a visit ended."""

    state: State
    detail: str = ""
    """What kept more from being asked for, in a word or two."""


class _Rules(NamedTuple):
    """What a site's robots.txt lets us have."""

    file: RobotsFile | None
    """``None`` where there is none, and everything may be had."""
    delay: float = 0.0
    closed: Final | None = None
    """Why nothing may be had."""
    base: str = ""
    """Scheme and authority that answered."""
    named: tuple[str, ...] = ()
    """Documents that signals in it name."""

    def allow(self, agent: str, target: Target) -> bool:
        if self.closed:
            return False
        return self.file is None or target.path == "/robots.txt" or self.file.allows(agent, target.url)


Asking = Generator[Ask, Answer, "_Rules"]


class Visit:
    """A visit to one site: ``authority`` is a host, with its port where that is neither 80 nor 443."""

    def __init__(self, authority: str, settings: Collecting, pages: list[str]) -> None:
        self.authority = authority
        self._settings = settings
        self._pages = pages
        self._rules: dict[str, _Rules | None] = {}

    def run(self) -> Generator[Ask, Answer, Final]:
        """Yield what to ask for; return how it ended."""
        try:
            first = target_of(f"https://{self.authority}/")
        except Forbidden as no:
            return Final("forbidden", no.problem)
        rules = yield from self._rules_of(first)
        if rules.closed:
            return rules.closed
        held_back = ""
        named = list(rules.named)
        for path in ("/.well-known/tdmrep.json", "/ai.txt"):
            answer = yield from self._document(rules.base + path)
            if answer:
                named += _addresses(answer.capture)
                held_back = held_back or _held_back(answer)
        for page in self._pages[: self._settings.pages]:
            method: Literal["GET", "HEAD"] = "HEAD" if self._settings.page_part == "headers" else "GET"
            answer = yield from self._document(page, method, is_page=True)
            if answer:
                named += _addresses(answer.capture)
                held_back = held_back or _held_back(answer)
        for address in list(dict.fromkeys(named))[:DOCUMENTS]:
            answer = yield from self._document(address)
            held_back = held_back or (_held_back(answer) if answer else "")
        return Final("postponed", held_back) if held_back else Final("collected")

    def _rules_of(self, site: Target) -> Asking:
        """Learn what a site's robots.txt says: over https, or, where nothing answers there, over http."""
        authority = site.authority
        if authority in self._rules:
            return self._rules[authority] or _closed("redirects in a circle")
        self._rules[authority] = None
        rules = yield from self._robots(site)
        self._rules[authority] = rules
        return rules

    def _robots(self, site: Target) -> Asking:
        """Ask for robots.txt, and follow redirects, across hosts too (RFC 9309, 2.3.1.2).

        One to another file than the robots.txt of another host is followed if that host's own robots.txt allows.
        """
        origin = f"https://{site.authority}"
        answer = yield from self._patiently(Ask(target_of(f"{origin}/robots.txt")))
        if answer.capture.status is None and answer.capture.problem in _NO_ANSWER:
            origin = f"http://{site.authority}"
            answer = yield from self._patiently(Ask(target_of(f"{origin}/robots.txt")))
        if answer.capture.outcome != "redirected":
            return _judged(answer, self._settings.agent)._replace(base=origin)
        for _ in range(self._settings.limits.redirects):
            try:
                following = target_of(answer.capture.target or "")
            except Forbidden as no:
                return _closed(no.problem)
            if following.host != site.host and following.path != "/robots.txt":
                others = yield from self._rules_of(following)
                if not others.allow(self._settings.agent, following):
                    return _closed("redirected to what robots.txt forbids")
            answer = yield from self._patiently(Ask(following))
            if answer.capture.outcome != "redirected":
                rules = _judged(answer, self._settings.agent)._replace(base=origin)
                is_target_forbidden = rules.closed and rules.closed.state == "forbidden"
                return _closed(answer.capture.problem or "") if is_target_forbidden else rules
        return _closed("too many redirects")

    def _document(
        self, url: str, method: Literal["GET", "HEAD"] = "GET", *, is_page: bool = False
    ) -> Generator[Ask, Answer, Answer | None]:
        """Fetch a document, over redirects, as far as each site's own robots.txt lets us; ``None`` where not at all."""
        answer: Answer | None = None
        for _ in range(self._settings.limits.redirects + 1):
            try:
                target = target_of(url)
            except Forbidden:
                return answer
            rules = yield from self._rules_of(target)
            if not rules.allow(self._settings.agent, target):
                return answer
            answer = yield from self._patiently(Ask(target, method, is_page, rules.delay))
            if answer.capture.outcome != "redirected" or not answer.capture.target:
                return answer
            url = answer.capture.target
        return answer

    def _patiently(self, ask: Ask) -> Generator[Ask, Answer, Answer]:
        """Ask; where the site says when to come back, and that is soon enough, ask again then."""
        for attempt in range(1, RETRIES + 2):
            answer = yield Ask(ask.target, ask.method, ask.is_page, ask.delay, attempt)
            wait = answer.wait
            if wait is None or wait > self._settings.limits.seconds_per_host or attempt > RETRIES:
                break
        return answer


def _closed(detail: str) -> _Rules:
    return _Rules(None, closed=Final("unreachable", detail))


def _judged(answer: Answer, agent: str) -> _Rules:
    """Say what an answer to a request for robots.txt lets us have (RFC 9309, 2.3.1).

    A refusal closes the site, though the RFC would open it. Markup in place of the file is read as the file it is not:
    nothing in it forbids.
    """
    capture = answer.capture
    outcome = capture.outcome
    if answer.wait is not None:
        return _Rules(None, closed=Final("postponed", "asked to wait"))
    if outcome == "refused":
        return _Rules(None, closed=Final("refused", str(capture.status)))
    if outcome == "absent":
        return _Rules(None)
    is_whole = capture.problem in {None, "truncated"}
    if outcome == "answered" or (capture.status is not None and 200 <= capture.status < 300 and is_whole):
        file = _for_us(RobotsFile.parse(capture.body), agent)
        return _Rules(file, delay_asked(capture.body, agent), named=tuple(_addresses(capture))[:DOCUMENTS])
    problem = capture.problem or str(capture.status)
    if problem in _HELD_BACK:
        return _Rules(None, closed=Final("postponed", problem))
    return _Rules(None, closed=Final("forbidden" if problem in _FORBIDDEN else "unreachable", problem))


def _for_us(file: RobotsFile, agent: str) -> RobotsFile:
    """Keep of a file what holds for our token: thousands are held at once, and some are large."""
    lines = set(file.decide(agent, "/").agents)
    groups = [group for group in file.groups if any(line in lines for line, _ in group.agents)]
    return RobotsFile(tuple(groups), (), (), (), ())


def _addresses(capture: Capture) -> list[str]:
    """List the licence and policy documents that a capture's signals name."""
    if capture.outcome != "answered":
        return []
    return [signal.address for signal in read_signals(capture) if signal.address]


def _held_back(answer: Answer) -> str:
    problem = answer.capture.problem or ""
    if problem in _HELD_BACK:
        return problem
    return "asked to wait" if answer.wait is not None else ""
