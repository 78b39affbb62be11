"""Answers to rightsholders as text for the terminal, as JSON and as CSV. They are for
the provider, none is to be published.

What strangers wrote, names that were asked for and words of sites, is shown without control characters, and in CSV as
text that no spreadsheet works out.
"""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Iterable, Iterator
from typing import Any

from datasummary.documents.words import clean
from datasummary.lookup_names import shown
from datasummary.lookup_signals import HostSignals, Moment
from datasummary.lookups import Answer, FoundHost, FoundSource
from datasummary.render.cells import neutral

__all__ = ["COLUMNS", "answer_lines", "answer_record", "answers_csv"]

COLUMNS = (
    "asked", "host", "answer", "why", "sources_with_addresses", "sources", "records_of", "source", "category", "role",
    "part", "modality", "hosts", "documents", "size", "unit", "first_date", "last_date", "verdicts",
    "left_out_documents", "left_out_size", "exclusion", "signalled_then", "signalled_now", "listed",
)  # fmt: skip
"""Columns of the CSV form: a row for each name, source and modality; a name of which nothing was found has one row."""

HOSTS_IN_FULL = 3
STATEMENTS_SHOWN = 3
MILLISECONDS_PER_HOUR = 3_600_000


def answer_lines(answer: Answer) -> Iterator[str]:
    """Tell an answer line by line."""
    yield f"{answer.name.words}: {_title(answer)}"
    yield from (f"  {line}" for line in _about(answer))
    for found in answer.sources:
        yield ""
        yield from _source_lines(found)
    for host in answer.hosts[:HOSTS_IN_FULL]:
        yield ""
        yield from _host_lines(host)
    if answer.hosts_found > HOSTS_IN_FULL and answer.hosts:
        yield ""
        yield f"  What the {min(answer.hosts_found, len(answer.hosts)):,} largest hosts signalled is in --json."
    for path in answer.path:
        yield ""
        yield f"  {clean(answer.name.url or '')}, as explain has it for {', '.join(path.sources)}:"
        yield f"    {_words(path.verdict)}, {'left out by a filter' if path.left_out else 'not left out by a filter'}"


def _title(answer: Answer) -> str:
    return f"cannot tell: {answer.why}" if answer.answer == "cannot_tell" else answer.why or "found"


def _about(answer: Answer) -> Iterator[str]:
    if answer.hosts_found:
        listed = ", ".join(shown(host.host) for host in answer.hosts[:HOSTS_IN_FULL])
        more = f" and {answer.hosts_found - HOSTS_IN_FULL:,} more" if answer.hosts_found > HOSTS_IN_FULL else ""
        yield f"On {listed}{more}."
    if answer.name.host:
        yield f"Records of {answer.date}; {answer.searched.with_addresses_in_words} carry addresses."
    yield from answer.notes
    if answer.elsewhere:
        yield ", ".join(map(shown, answer.elsewhere))
    yield from (f"{line}." for line in answer.listed)


def _source_lines(found: FoundSource) -> Iterator[str]:
    where = "" if found.role == "used" else ", scraped"
    what = f"{found.documents:,} {'documents' if found.part == 'document' else 'documents with an asset there'}"
    yield f"  {found.source}{where}, {found.modality}: {what}, {_size(found.size, found.unit)}"
    if found.part == "document":
        yield f"    collected {_days(found)}" if found.last_date else "    no date of collection is known"
    if found.verdicts:
        verdicts = ", ".join(f"{_words(verdict)} {count:,}" for verdict, count in found.verdicts.items())
        yield f"    hosts by verdict: {verdicts}"
    if found.left_out_documents:
        size = _size(found.left_out_size, found.unit)
        yield f"    {found.left_out_documents:,} of the documents, {size}: {found.exclusion}"
    for decision in found.decisions:
        yield f"    decided by host or source: {clean(decision)}"


def _host_lines(host: FoundHost) -> Iterator[str]:
    for signals in host.signals:
        yield f"  {shown(host.host)}, for {', '.join(signals.sources)}"
        if not _examined(signals.now):
            yield "    not examined: nothing was captured"
            continue
        if signals.then:
            yield f"    when collected, by {signals.then.day}: {_moment(signals.then)}"
            yield from _statements(signals.then)
        if signals.then is None or _differ(signals):
            yield f"    as seen last: {_moment(signals.now)}"
            yield from _statements(signals.now)
        else:
            yield "    as seen last: the same"


def _differ(signals: HostSignals) -> bool:
    then = signals.then
    return then is None or dataclasses.replace(then, day=None) != signals.now


def _moment(moment: Moment) -> str:
    if not _examined(moment):
        return "not examined: nothing was captured by then"
    when = f"captured {moment.last_captured:%Y-%m-%d}" if moment.last_captured else "captured at an unknown time"
    looked_at = f" ({', '.join(moment.protocols)})" if moment.protocols else ""
    return f"{_words(moment.verdict)}, {when}{looked_at}"


def _examined(moment: Moment) -> bool:
    return bool(moment.captures)


def _statements(moment: Moment) -> Iterator[str]:
    for each in moment.statements[:STATEMENTS_SHOWN]:
        yield f"      {each.protocol}, {each.place}: {clean(each.quote)}"
    if len(moment.statements) > STATEMENTS_SHOWN:
        yield "      …"


def answer_record(answer: Answer) -> dict[str, Any]:
    """Give an answer as data for JSON."""
    record = dataclasses.asdict(answer)
    name = record.pop("name")
    searched = record.pop("searched")
    searched["open"] = [{"source": source, "why": why} for source, why in answer.searched.open]
    for host, its in zip(record["hosts"], answer.hosts, strict=True):
        for signals, each in zip(host["signals"], its.signals, strict=True):
            signals["changed"] = each.changed
    return {**name, **record, "searched": searched}


def answers_csv(answers: Iterable[Answer]) -> str:
    """Return answers as CSV (RFC 4180) with :data:`COLUMNS`."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for answer in answers:
        for found in answer.sources or (None,):
            row = _row(answer, found)
            writer.writerow([neutral(cell) if isinstance(cell, str) else cell for cell in row])
    return text.getvalue()


def _row(answer: Answer, found: FoundSource | None) -> list[Any]:
    searched = answer.searched
    about = [
        answer.name.asked,
        answer.name.host,
        answer.answer,
        answer.why,
        len(searched.with_addresses),
        searched.total,
        answer.date,
    ]
    listed = "; ".join(answer.listed)
    if found is None:
        return [*about, *[None] * (len(COLUMNS) - len(about) - 1), listed]
    moments = [signals for host in answer.hosts for signals in host.signals if found.source in signals.sources]
    return [
        *about,
        found.source,
        found.category,
        found.role,
        found.part,
        found.modality,
        found.hosts,
        found.documents,
        found.size,
        found.unit,
        found.first_date,
        found.last_date,
        "; ".join(f"{verdict} {count}" for verdict, count in found.verdicts.items()),
        found.left_out_documents,
        found.left_out_size,
        found.exclusion,
        _tally(signals.then for signals in moments),
        _tally(signals.now for signals in moments),
        listed,
    ]


def _tally(moments: Iterable[Moment | None]) -> str:
    """Count hosts by verdict: ``no_reservation_found 2; not_examined 1``."""
    counts: dict[str, int] = {}
    for moment in moments:
        if moment:
            verdict = moment.verdict if _examined(moment) else "not_examined"
            counts[verdict] = counts.get(verdict, 0) + 1
    return "; ".join(f"{verdict} {count}" for verdict, count in sorted(counts.items()))


def _words(name: str) -> str:
    return name.replace("_", " ")


def _size(size: int, unit: str) -> str:
    return f"{size / MILLISECONDS_PER_HOUR:,.1f} hours" if unit == "milliseconds" else f"{size:,} {unit}"


def _days(found: FoundSource) -> str:
    if found.first_date == found.last_date:
        return f"on {found.last_date}"
    return f"{found.first_date} to {found.last_date}"
