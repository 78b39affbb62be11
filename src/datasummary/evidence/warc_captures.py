"""Captures in WARC files that others wrote: what each record says, and whether it is still what was captured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import IO
from urllib.parse import urljoin

from datasummary.evidence.captures import DIGEST_DIFFERS, Capture, authority_of
from datasummary.evidence.found import Found, Trouble
from datasummary.evidence.messages import CUT_SHORT, TRUNCATED, parse_head, plain_body
from datasummary.evidence.records import capture_of
from datasummary.evidence.warc import Fault, Record, WarcReader, digest_holds

__all__ = ["reachable", "read_warc"]

CAPTURE_TYPES = frozenset({"response", "resource", "revisit"})
OTHER_TYPES = frozenset({"warcinfo", "request", "metadata", "conversion"})
ENOUGH_OF_ROBOTS = 500 << 10
"""Bytes of a robots.txt that a crawler must read at least (RFC 9309, 2.5)."""

Find = Callable[[Record], Capture | None]


def read_warc(
    raw: IO[bytes],
    compression: str,
    find: Find,
    passed_over: Counter[str],
    wanted: Callable[[str], bool] | None = None,
) -> Iterator[Found | Trouble]:
    """Read the captures in a WARC file, with what is wrong in it.

    ``find`` gives the capture that a revisit record refers to, of those that came before. ``passed_over`` counts the
    records of types that are no captures. With ``wanted``, only authorities for which it is true are kept, and those
    that they redirect to in the same file, wherever in it; the file is then read twice, the second time only where
    something is kept.
    """
    reader = WarcReader(raw, compression)
    if wanted is None:
        yield from _captures(reader, find, passed_over)
        return
    authorities: dict[str | None, list[tuple[int, int]]] = {None: []}
    targets: dict[str, set[str]] = {}
    for item in reader:
        if isinstance(item, Fault):
            yield Trouble(item.place, item.problem)
            continue
        kind, url = item.fields["warc-type"].lower(), _address(item)
        authority = authority_of(url)
        if kind == "warcinfo":
            authorities[None].append((item.number, item.offset))
        elif kind in CAPTURE_TYPES and authority:
            authorities.setdefault(authority, []).append((item.number, item.offset))
            target = _target(item, url) if kind == "response" else None
            if target and target != authority:
                targets.setdefault(authority, set()).add(target)
        elif kind not in CAPTURE_TYPES:
            passed_over[kind] += 1
    chosen = reachable({authority for authority in authorities if authority and wanted(authority)}, targets)
    places = sorted(place for authority in (None, *chosen) for place in authorities.get(authority, ()))
    raw.seek(0)
    if reader.seekable:
        yield from _captures(WarcReader(raw, compression).at(iter(places)), find, Counter())
    else:
        numbers = {number for number, _ in places}
        again = (item for item in WarcReader(raw, compression) if item.number in numbers and isinstance(item, Record))
        yield from _captures(again, find, Counter())


def reachable(starts: set[str], targets: dict[str, set[str]]) -> set[str]:
    """Give the starts and all that follows from them."""
    found, todo = set(starts), list(starts)
    while todo:
        new = targets.get(todo.pop(), set()) - found
        found |= new
        todo += new
    return found


def _target(record: Record, url: str) -> str | None:
    head = parse_head(record.block)
    if head is None or head.status is None or not 300 <= head.status < 400:
        return None
    location = next((value for name, value in head.headers if name.lower() == "location"), "")
    try:
        return authority_of(urljoin(url, location))
    except ValueError:
        return None


def _captures(items: Iterable[Record | Fault], find: Find, passed_over: Counter[str]) -> Iterator[Found | Trouble]:
    ours = False
    for item in items:
        if isinstance(item, Fault):
            yield Trouble(item.place, item.problem)
            continue
        kind = item.fields["warc-type"].lower()
        if kind == "warcinfo":
            ours = item.block.startswith(b"software: datasummary/")
        place = f"record {item.number} at byte {item.offset}"
        if kind not in CAPTURE_TYPES:
            passed_over[kind] += 1
            if kind not in OTHER_TYPES:
                yield Trouble(place, f"a record of type {kind[:40]!r}, which is passed over")
        elif not _address(item).lower().startswith(("http:", "https:")):
            passed_over[f"{kind} of another scheme"] += 1
        elif "warc-segment-number" in item.fields:
            yield Trouble(place, "one of several segments of a record; join them first")
        elif authority_of(_address(item)) is None:
            yield Trouble(place, "an address without a host that can be")
        else:
            found = _found(item, find(item) if kind == "revisit" else None, ours)
            if found.capture.problem == DIGEST_DIFFERS:
                yield Trouble(place, "its digest differs from its bytes; the capture counts as failed")
            yield found


def _address(record: Record) -> str:
    """Give the address of a record; some writers put it into angle brackets."""
    url = record.fields.get("warc-target-uri", "")
    return url[1:-1] if url.startswith("<") and url.endswith(">") else url


def _found(record: Record, original: Capture | None, ours: bool) -> Found:
    fields = {**record.fields, "warc-target-uri": _address(record), "warc-type": record.fields["warc-type"].lower()}
    record = record._replace(fields=fields)
    capture = capture_of(record, original)
    problem = _problem(record, capture)
    if problem:
        capture = replace(capture, problem=problem)
    more = {}
    if "warc-ip-address" in fields:
        more["WARC-IP-Address"] = fields["warc-ip-address"]
    if source := fields.get("datasummary-original-record-id" if ours else "warc-record-id"):
        more["Datasummary-Original-Record-ID"] = source
    block = None if fields["warc-type"] == "resource" else record.block
    removed = tuple(part for part in fields.get("datasummary-codings-removed", "").split(", ") if part)
    return Found(record.number, capture, block, removed, original, more)


def _problem(record: Record, capture: Capture) -> str | None:
    """Say what is wrong with a capture, the worst first."""
    fields = record.fields
    if record.size == len(record.block) and not _as_captured(record, capture):
        return DIGEST_DIFFERS
    if capture.problem:
        return capture.problem
    short = capture.kind != "page" and len(capture.body) < ENOUGH_OF_ROBOTS
    if truncated := fields.get("warc-truncated", "").lower():
        return TRUNCATED if truncated == "length" and not short else CUT_SHORT
    if record.size > len(record.block):
        return TRUNCATED
    return CUT_SHORT if fields["warc-type"] == "response" and _lacks_bytes(record, capture) else None


def _as_captured(record: Record, capture: Capture) -> bool:
    """Whether a record's bytes have the digest it declares.

    That of the block decides. Of the payload, writers differ in which codings they take off before.
    """
    whole = digest_holds(record.fields.get("warc-block-digest"), record.block)
    if whole is not None:
        return whole
    declared = record.fields.get("warc-payload-digest")
    if record.fields["warc-type"] == "revisit" or digest_holds(declared, b"") is None:
        return True
    head = parse_head(record.block)
    stored = record.block[head.length :] if head else record.block
    unchunked, _ = plain_body(head.headers if head else (), stored, ("content",))
    return any(digest_holds(declared, payload) for payload in (stored, unchunked, capture.body))


def _lacks_bytes(record: Record, capture: Capture) -> bool:
    """Whether the body has fewer bytes than its head announced. Answers to HEAD have none, for pages that may be."""
    announced = capture.header("content-length")
    if capture.status != 200 or len(announced) != 1 or not (announced[0].isascii() and announced[0].isdigit()):
        return False
    if capture.header("transfer-encoding") or capture.header("content-encoding"):
        return False
    return int(announced[0][:18]) > len(capture.body) and bool(capture.body or capture.kind != "page")
