"""The lines of a robots.txt file: keys and values, gathered into groups, each with the number of its line.

Lines are taken as Google's parser takes them: ended by CR, LF or CRLF, cut at :data:`LONGEST_LINE` octets and at a NUL
octet; a ``#`` begins a comment anywhere; where the colon is missing, a blank stands for it if that leaves two words.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import NamedTuple

from datasummary.paths import pattern_form

__all__ = ["LONGEST_FILE", "LONGEST_LINE", "Directive", "FileLines", "Group", "Rule", "read_lines", "unreadable"]

LONGEST_FILE = 2 * 1024 * 1024
"""What is read of a file, in octets; RFC 9309, 2.5, asks for at least 500 KiB."""
LONGEST_LINE = 2083 * 8 - 1
"""What is read of a line, in octets: Google's parser keeps 16,664 with the NUL that ends it."""


class Rule(NamedTuple):
    """An Allow or Disallow line."""

    line: int
    allow: bool
    pattern: str
    """In the form that :func:`datasummary.paths.pattern_form` gives; empty where the line has no value."""


class Directive(NamedTuple):
    """Any other line with a key."""

    line: int
    key: str
    """In lower case."""
    value: str
    """As UTF-8; lone surrogates stand for octets that are none."""


class Group(NamedTuple):
    """User-agent lines and what follows, up to the first such line after a rule (RFC 9309, 2.1)."""

    agents: tuple[tuple[int, str], ...]
    """Line and raw value of each User-agent line."""
    rules: tuple[Rule, ...]
    directives: tuple[Directive, ...]


class FileLines(NamedTuple):
    """What stands in a file, in the order of its lines."""

    groups: tuple[Group, ...]
    loose: tuple[Directive, ...]
    everywhere: tuple[Directive, ...]
    comments: tuple[tuple[int, str], ...]
    problems: tuple[str, ...]


_BLANK = " \t\n\v\f\r"
_TWO_WORDS = re.compile(r"([^ \t]++)[ \t]++([^ \t]++)")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NO_TEXT = re.compile(
    rb"(\xff\xfe|\xfe\xff|.?\x00)|(\x1f\x8b)|(\x28\xb5\x2f\xfd)|(%PDF-)|((?:\xef\xbb\xbf)?\s*+<)", re.DOTALL
)
_WHAT = (
    "",
    "UTF-16, UTF-32 or other data, not UTF-8",
    "gzip data, not text",
    "zstd data, not text",
    "a PDF file, not text",
    "markup, not rules",
)
_LINES = re.compile(
    r"""(?:
        (?:([Aa])|[Dd]isa)llow:[ \t]*+ ([/*][!-"$&-~]*+) [ \t]*+  # a plain rule: printable, no escapes
        | [Uu]ser-[Aa]gent:[ \t]*+ ([!-"$-+\--~]++) [ \t]*+       # a plain agent: one word
        | ([ \t\v\f]*+ [A-Za-z\#:] [^\n]*+)                         # any other line with a key or a comment
        | [ \t\v\f]*+ ([^\n])? [^\n]*+
    )(?:\n|\Z)""",
    re.VERBOSE,
)
_NOTHING = "neither a key with its value nor a comment"
_new_tuple = tuple.__new__
_RULE = re.compile(r"(allow)|disallow|dissallow|dissalow|disalow|diasllow|disallaw")
_AGENT = re.compile(r"user-agent|useragent|user agent")
_EVERYWHERE = re.compile(r"sitemap|site-map|(?:license|host)$")
_SHOWN = 3
_PIECE = 1 << 17
_Taker = Callable[[int, str, str], None]


def unreadable(body: bytes) -> str | None:
    """Say what a body is if it is no text that could hold rules; ``None`` if it may be."""
    found = _NO_TEXT.match(body)
    return _WHAT[found.lastindex] if found and found.lastindex else None


def read_lines(body: bytes) -> FileLines:
    """Gather the lines of a file. Never raises; takes time in proportion to the length of the body."""
    gathering = _Gathering()
    gathering.take_all(gathering.text_of(body))
    return gathering.gathered()


class _Gathering:
    """What was read so far."""

    def __init__(self) -> None:
        self.groups: list[Group] = []
        self.agents: list[tuple[int, str]] = []
        self.rules: list[Rule] = []
        self.directives: list[Directive] = []
        self.loose: list[Directive] = []
        self.everywhere: list[Directive] = []
        self.comments: list[tuple[int, str]] = []
        self.takers: dict[str, tuple[_Taker, str]] = {}
        self.odd: defaultdict[str, list[int]] = defaultdict(list)

    def text_of(self, body: bytes) -> str:
        """Give what is read of a body: a character an octet, lines ended by LF."""
        if what := unreadable(body):
            self.odd[what].append(1)
        text = body[_length_of_mark(body) : LONGEST_FILE].decode("latin-1")
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        if len(body) > LONGEST_FILE:
            text = text[: text.rfind("\n") + 1] or text
            what = f"reading ends here, at {LONGEST_FILE:,} of {len(body):,} octets"
            self.odd[what].append(text.count("\n") + 1)
        if "\0" in text or (len(text) > LONGEST_LINE and max(map(len, text.split("\n"))) > LONGEST_LINE):
            text = "\n".join([self.cut(number, line) for number, line in enumerate(text.split("\n"), 1)])
        return text

    def cut(self, number: int, line: str) -> str:
        if len(line) > LONGEST_LINE:
            self.odd[f"only the first {LONGEST_LINE:,} octets of the line are read"].append(number)
            line = line[:LONGEST_LINE]
        if "\0" in line:
            self.odd["a NUL octet; the rest of the line is not read"].append(number)
        return line.partition("\0")[0]

    def take_all(self, text: str) -> None:
        rules, agents = self.rules, self.agents
        for number, (allow, pattern, agent, other, strange) in enumerate(_taken_apart(text), 1):
            if pattern and agents:
                rules.append(_new_tuple(Rule, (number, allow != "", pattern)))
            elif agent:
                if rules:
                    self.end_group()
                agents.append((number, agent))
            elif other:
                self.take_line(number, other)
            elif pattern:
                self.take_rule(number, allow != "", pattern)
            elif strange:
                self.odd[_NOTHING].append(number)

    def take_line(self, number: int, line: str) -> None:
        """Take a line that is no plain rule or agent."""
        line, sign, comment = line.partition("#")
        if sign:
            self.comments.append((number, _text(comment)))
            if not line or line.isspace():
                return
        key, colon, value = line.partition(":")
        if not colon:
            self.take_without_colon(number, line)
            return
        take, key = self.takers.get(key) or self.taker(number, key)
        take(number, key, value.strip(_BLANK))

    def take_without_colon(self, number: int, line: str) -> None:
        """Take a line in which a blank stands for the colon, if it parts two words."""
        words = _TWO_WORDS.fullmatch(line.strip(_BLANK))
        if not words:
            self.odd[_NOTHING].append(number)
            return
        take, key = self.taker(number, words[1])
        if _RULE.match(key) or _AGENT.match(key):
            self.odd["a blank in place of the colon"].append(number)
        take(number, key, words[2].strip(_BLANK))

    def taker(self, number: int, raw: str) -> tuple[_Taker, str]:
        """Tell what takes lines with a key, and give it in lower case; those of rules and agents may go on at will."""
        key = _text(raw.strip(_BLANK)).lower()
        rule = _RULE.match(key)
        take: _Taker
        if rule:
            take, meant = (self.take_allow, "allow") if rule[1] else (self.take_disallow, "disallow")
        elif _AGENT.match(key):
            take, meant = self.take_agent, "user-agent"
        elif _EVERYWHERE.match(key):
            take, meant = self.take_everywhere, key
        else:
            take, meant = self.take_directive if key else self.take_nothing, key
        if key == meant:
            self.takers[raw] = take, key
        else:
            self.odd[f"a misspelt key, read as {meant.capitalize()}"].append(number)
        return take, key

    def take_allow(self, number: int, _: str, value: str) -> None:
        self.take_rule(number, True, value)

    def take_disallow(self, number: int, _: str, value: str) -> None:
        self.take_rule(number, False, value)

    def take_rule(self, number: int, allow: bool, value: str) -> None:
        if "%" in value or not value.isascii():
            value = pattern_form(value.encode("latin-1"))
        if value and value[0] not in "/*":
            self.odd["a pattern that begins with neither / nor *, which no path matches"].append(number)
        if self.agents:
            self.rules.append(Rule(number, allow, value))
        else:
            self.odd["a rule before any User-agent line, which holds for nobody"].append(number)

    def take_agent(self, number: int, _: str, value: str) -> None:
        if self.rules:
            self.end_group()
        if "," in value:
            self.odd["several names in one User-agent line, of which the first alone counts"].append(number)
        self.agents.append((number, _text(value)))

    def end_group(self) -> None:
        if self.agents:
            group = (tuple(self.agents), tuple(self.rules), tuple(self.directives))
            self.groups.append(_new_tuple(Group, group))
            self.agents.clear()
            self.rules.clear()
            self.directives.clear()

    def take_everywhere(self, number: int, key: str, value: str) -> None:
        self.everywhere.append(_new_tuple(Directive, (number, key, _text(value))))

    def take_directive(self, number: int, key: str, value: str) -> None:
        place = self.directives if self.agents else self.loose
        place.append(_new_tuple(Directive, (number, key, _text(value))))

    def take_nothing(self, number: int, key: str, value: str) -> None:
        if value:
            self.odd["no key before the colon"].append(number)

    def gathered(self) -> FileLines:
        self.end_group()
        problems = sorted((numbers, what) for what, numbers in self.odd.items())
        return FileLines(
            tuple(self.groups),
            tuple(self.loose),
            tuple(self.everywhere),
            tuple(self.comments),
            tuple(f"{_lines_named(numbers)}: {what}" for numbers, what in problems),
        )


def _taken_apart(text: str) -> Iterator[tuple[str, str, str, str, str]]:
    """Give the groups of :data:`_LINES` for each line; piece by piece, so that they are never all in memory."""
    start = 0
    while start < len(text):
        end = text.find("\n", start + _PIECE) + 1 or len(text)
        rows = _LINES.findall(text, start, end)
        rows.pop()  # the empty match at the end
        yield from rows
        start = end


def _length_of_mark(body: bytes) -> int:
    """Count the octets of a byte-order mark; Google's parser skips the beginning of one, too."""
    length = 0
    while length < len(_BYTE_ORDER_MARK) and body[length : length + 1] == _BYTE_ORDER_MARK[length : length + 1]:
        length += 1
    return length


def _text(value: str) -> str:
    return value if value.isascii() else value.encode("latin-1").decode("utf-8", "surrogateescape")


def _lines_named(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"line {numbers[0]}"
    shown = [f"{number}" for number in numbers[:_SHOWN]]
    others = len(numbers) - len(shown)
    last = f"{others:,} more" if others else shown.pop()
    return f"lines {', '.join(shown)} and {last}"
