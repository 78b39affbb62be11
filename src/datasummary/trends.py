"""Opt-outs over time: what the sites of an archive said at each of their captures, without an inventory.

>>> evidence = Evidence(Archive.of(project))  # doctest: +SKIP
>>> policy = load_policy("machine-readable", Path())  # doctest: +SKIP
>>> said = opt_outs_over_time(evidence, policy, grounds_of(policy, source, project))  # doctest: +SKIP
>>> gptbot = opt_outs_over_time(evidence, policy, addressed_to("GPTBot"))  # doctest: +SKIP
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa

from datasummary.evidence.sites import Evidence, Read, Site
from datasummary.judging import Grounds
from datasummary.policy import Addressee, CountedAgents, Policy
from datasummary.verdicts import Judgement, Weighed, judge

__all__ = ["OPT_OUTS", "addressed_to", "opt_outs_over_time"]

OPT_OUTS = pa.schema(
    [
        ("host", pa.string()),
        ("day", pa.date32()),
        ("answered", pa.bool_()),
        ("verdict", pa.string()),
        ("by_name", pa.list_(pa.string())),
        ("to_everyone", pa.list_(pa.string())),
        ("to_people", pa.list_(pa.string())),
    ]
)
"""Columns of the table: host; day of the capture; whether robots.txt was got or is known not to be there; the verdict;
then protocols of statements that count: those that say no to a crawler by name, those that say no to everyone, and
those that are for people to read."""

EVERYONE = "*"


def addressed_to(*agents: str) -> Grounds:
    """Give the ground on which only what is said to these crawlers counts; ``*`` is everyone whom a site does not name.

    >>> addressed_to("GPTBot").names, addressed_to("*").everyone
    ((('GPTBot', 'named'),), True)
    """
    named: Addressee = "named"
    names = tuple((agent, named) for agent in dict.fromkeys(agents) if agent != EVERYONE)
    return Grounds(names, everyone=EVERYONE in agents, images=False, basis="")


def opt_outs_over_time(
    evidence: Evidence, policy: Policy, grounds: Grounds, hosts: Iterable[str] | None = None
) -> pa.Table:
    """Judge the hosts of an archive on each day on which their robots.txt was captured, by what held on that day.

    ``hosts`` are those to judge, by default all. Gives a row for each host and such day, by :data:`OPT_OUTS`, sorted
    by host and day. What the policy says on the time as of which to judge, and what it decides by host, is left aside.
    """
    rows = [row for site in evidence.sites(hosts, all_days=True) for row in _of_site(site, policy, grounds)]
    return pa.Table.from_pylist(rows, schema=OPT_OUTS)


def _of_site(site: Site, policy: Policy, grounds: Grounds) -> Iterator[dict[str, Any]]:
    counted = CountedAgents(grounds.everyone, dict(grounds.names))
    known: dict[tuple[Any, ...], Judgement] = {}
    for day in _days(site):
        reads = site.at(day)
        state = tuple((read.asked.url, read.asked.kind, read.seen.outcome, read.signals) for read in reads)
        if state not in known:
            known[state] = judge(site, policy, counted, day=day, images=grounds.images)
        found = known[state]
        counting = [item for item in found.weighed if item.role == "counted"]
        no = [item for item in counting if item.signal.says == "no"]
        yield {
            "host": site.authority,
            "day": day,
            "answered": _answered(reads),
            "verdict": found.verdict,
            "by_name": _protocols(item for item in no if item.addressee != "everyone"),
            "to_everyone": _protocols(item for item in no if item.addressee == "everyone"),
            "to_people": _protocols(item for item in counting if item.signal.says == "unclear"),
        }


def _days(site: Site) -> list[dt.date]:
    return sorted({seen.captured.date() for seen in site.slots.get("robots-txt", ()) if seen.captured})


def _answered(reads: list[Read]) -> bool:
    return any(read.asked.kind == "robots-txt" and read.seen.outcome in {"answered", "absent"} for read in reads)


def _protocols(weighed: Iterable[Weighed]) -> list[str]:
    return sorted({item.signal.protocol for item in weighed})
