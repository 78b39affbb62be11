"""From the verdicts of an audit to the tables of what is left out, source by source.

What stands for a host (:class:`~datasummary.verdicts.Standing`) becomes rules that need no policy to be applied: each
leaves a document out, lets it stay in, or decides nothing.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from datasummary.audit_run import AuditRun
from datasummary.errors import ProjectError
from datasummary.exclusions import ABOUT, EXCLUSIONS, NO_HOST
from datasummary.manifests.dates import EARLIEST
from datasummary.policy import Policy
from datasummary.protocols.signals import Says
from datasummary.rules import PathRule, fits_bulk, in_bulk, simplified
from datasummary.tables import write_table
from datasummary.urlpass import During
from datasummary.verdicts import Standing, rank
from datasummary.workspace import write_atomically

__all__ = ["Excluded", "WrittenExclusions", "excluded", "exclusions_table", "require_decidable", "write_exclusions"]

Decisions = tuple[tuple[PathRule, int], ...]
"""Rules in order of priority, and what each decides: see :data:`~datasummary.exclusions.EXCLUSIONS`."""

_EVERYTHING: Decisions = ((PathRule("", "no"), 1),)


class Excluded(NamedTuple):
    """What is left out of a host's documents from one day up to and without another."""

    since: dt.date | None
    until: dt.date | None
    lists: tuple[Decisions, ...]


_ALWAYS = Excluded(None, None, (_EVERYTHING,))


@dataclass(frozen=True)
class WrittenExclusions:
    """The files of a source."""

    table: Path
    hosts: Path
    whole: int
    """Hosts that are left out as a whole."""
    partly: int
    """Hosts of which something is left out."""


def require_decidable(policy: Policy) -> None:
    """Raise :class:`~datasummary.errors.ProjectError` where what a policy leaves out cannot be told rule by rule.

    So it is where a permission turns a reservation into a case for review and one of the two is left out, unless
    reservations are all that is: the same permission would then decide one thing alone and another beside a no.
    """
    left_out = set(policy.leave_out)
    if policy.findings.contradiction != "review" or left_out == {"reserved"}:
        return
    if ("review" in left_out) != ("reserved" in left_out):
        absent = "review" if "reserved" in left_out else "reserved"
        raise ProjectError(
            f"policy {policy.name}: leave_out names {', '.join(sorted(left_out))} and not {absent}, and with "
            f"findings.contradiction: review that cannot be written as rules; add {absent} to leave_out, or set "
            f"contradiction: reserved"
        )


def excluded(policy: Policy, periods: Sequence[During]) -> list[Excluded]:
    """Tell what is left out of a host's documents, and of which days; nothing where nothing can be."""
    found: list[Excluded] = []
    for standing, since, until in periods:
        # Dates before the web count as none, and documents without one are those of the first day there is.
        first = None if since == dt.date.min else max(since, EARLIEST)
        last = None if until == dt.date.max else max(until, EARLIEST)
        during = Excluded(first, last, _decisions(policy, standing))
        if not during.lists or (first and first == last):
            continue
        if found and found[-1].until == first and found[-1].lists == during.lists:
            found[-1] = found[-1]._replace(until=last)
        else:
            found.append(during)
    return found


def _decisions(policy: Policy, standing: Standing) -> tuple[Decisions, ...]:
    """Give the lists that matter, or nothing where no document can be left out."""
    if standing.dropped or standing.kept:
        return (_EVERYTHING,) if standing.dropped else ()
    leaves_out = {rank(verdict) for verdict in policy.leave_out}
    base = rank(standing.base)
    decides = _what_statements_decide(policy, base)
    lists = {_EVERYTHING} if base in leaves_out else set[Decisions]()
    for rules in standing.lists:
        heard = simplified(rule if decides.get(rule.says) else rule._replace(says="silent") for rule in rules)
        if heard:
            lists.add(tuple((rule, decides.get(rule.says, 0)) for rule in heard))
    numbers = {number for rules in lists for _, number in rules}
    if not any(number % 2 for number in numbers):
        return ()
    even = max((number for number in numbers if number % 2 == 0), default=0)
    if any(rules[-1][0].everywhere and all(number % 2 and number > even for _, number in rules) for rules in lists):
        return (_EVERYTHING,)
    return tuple(sorted(lists))


def _what_statements_decide(policy: Policy, base: int) -> dict[Says, int]:
    """Number what is said of a path beside a base verdict: the graver, the greater; odd what leaves a document out."""
    leaves_out = {rank(verdict) for verdict in policy.leave_out}
    decides: dict[Says, int] = {}
    number = start = int(base in leaves_out)
    for says, verdict in (("unclear", max(base, rank("review"))), ("no", rank("reserved"))):
        number += (verdict in leaves_out) != (number % 2 == 1)
        decides[says] = number if number > start else 0  # type: ignore[index]
    contradicted = max(base, rank(policy.findings.contradiction))
    if (contradicted in leaves_out) != (rank("reserved") in leaves_out):
        decides["yes"] = number + 1
    return decides


def write_exclusions(run: AuditRun, place: int, about: dict[str, Any], folder: Path) -> WrittenExclusions:
    """Write the table and the list of hosts of one of an audit's sources, whose hosts have been judged.

    ``place`` is the source's place in ``run.sources``, ``about`` what the table says of itself. The same verdicts give
    the same bytes.
    """
    name = run.sources[place].source.name
    standing = run.unsettled[run.ground_of[place]]
    found = {host: excluded(run.policy, standing[host]) for host in _unsettled_hosts(run, place)}
    whole = sorted([*_settled_hosts(run, place), *(host for host, its in found.items() if its == [_ALWAYS])])
    partly = {host: its for host, its in found.items() if its and its != [_ALWAYS]}
    text = json.dumps({"source": name, **about}, sort_keys=True)
    table = exclusions_table(whole, partly).replace_schema_metadata({ABOUT: text.encode()})
    named = [host for host in whole if host != NO_HOST]
    written = WrittenExclusions(folder / f"{name}.parquet", folder / f"{name}-hosts.txt", len(named), len(partly))
    write_table(written.table, table.schema, iter([table]))
    lines = "".join(f"{host}\n" for host in named)
    write_atomically(written.hosts, lambda path: path.write_text(lines, "utf-8", newline="\n"))
    return written


def exclusions_table(whole: list[str], partly: dict[str, list[Excluded]]) -> pa.Table:
    """Give, as :data:`~datasummary.exclusions.EXCLUSIONS`, hosts that are left out as a whole, and those in part."""
    everything = pa.table([[value] for value in next(_rows(NO_HOST, [_ALWAYS]))], schema=EXCLUSIONS)
    always = everything.take(pa.repeat(pa.scalar(0, pa.int64()), len(whole)))
    always = always.set_column(0, EXCLUSIONS.field("host"), pa.array(whole, pa.string()))
    rows = [row for host, found in partly.items() for row in _rows(host, found)]
    columns = zip(*rows, strict=True) if rows else ((),) * len(EXCLUSIONS)
    some = pa.table([pa.array(c, field.type) for c, field in zip(columns, EXCLUSIONS, strict=True)], schema=EXCLUSIONS)
    return pa.concat_tables([always, some]).sort_by(
        [(key, "ascending") for key in ("host", "until", "list", "priority")]
    )


def _rows(host: str, found: list[Excluded]) -> Iterator[tuple[Any, ...]]:
    """Give a host's rows; patterns that are not fit for the bulk pass come without their LIKE form."""
    fits = all(fits_bulk(tuple(rule for rule, _ in rules) for rules in during.lists) for during in found)
    for since, until, lists in found:
        for number, rules in enumerate(lists):
            for priority, (rule, decides) in enumerate(rules):
                form = in_bulk(rule.taken_apart, rule.says) if fits else {"first": None, "wild": None}
                like = form["first"], form["wild"]
                yield (host, since, until, number, priority, rule.pattern, rule.literal, *like, decides)


def _hosts(run: AuditRun, place: int) -> str:
    """SQL for the hosts of a source's documents and assets, with what was found of them."""
    union = " UNION ".join(f"SELECT DISTINCT authority FROM {table}" for table in run.host_tables(place))
    return (
        f"SELECT h.authority, v.left_out, coalesce(v.settled, true) AS settled FROM ({union}) h "
        f"LEFT JOIN host_verdicts v ON v.ground = {run.ground_of[place]} AND v.authority = h.authority"
    )


def _settled_hosts(run: AuditRun, place: int) -> Iterator[str]:
    """Give the hosts all of whose documents fare alike and are left out; :data:`NO_HOST` for documents without one."""
    query = f"SELECT authority FROM ({_hosts(run, place)}) WHERE settled AND coalesce(left_out, ?)"
    rows = run.connection.execute(query, [run.left_out_by_default(place)])
    return (NO_HOST if host is None else host for (host,) in rows.fetchall())


def _unsettled_hosts(run: AuditRun, place: int) -> list[str]:
    rows = run.connection.sql(f"SELECT authority FROM ({_hosts(run, place)}) WHERE NOT settled ORDER BY authority")
    return [host for (host,) in rows.fetchall()]
