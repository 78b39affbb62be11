"""How a capture is kept as WARC records (ISO 28500:2017), and read back from them.

A capture with a status is a ``response`` record, one without is a ``resource`` record, and one whose body another
record holds is a ``revisit`` record. What WARC has no field for stands in fields that begin with ``Datasummary-``.
Record ids follow from the content, so that the same capture has the same id wherever it is taken in.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import re
import uuid
import zlib
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import NamedTuple, cast, get_args

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from datasummary.evidence.captures import Capture, Kind, kind_of
from datasummary.evidence.messages import LARGEST_BODY, TRUNCATED, build_head, parse_head, plain_body
from datasummary.evidence.moments import parse_moment
from datasummary.evidence.warc import Record, parse_fields

__all__ = ["Packed", "capture_of", "pack", "pack_info", "revisited", "unpack", "warc_date"]

BODY_IS_ELSEWHERE = "the record that holds the body is not here"

KINDS = frozenset(get_args(Kind))
LEVEL = 6

_NAMESPACE = uuid.UUID("5f0d7e5c-8f0c-5d0e-9c55-3c1f6f0f7a52")
_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
_SAME_BODY = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")
_UNFIT_FOR_ADDRESS = re.compile(r"[\x00-\x20\x7f]")


class Packed(NamedTuple):
    """A capture's records, compressed, one gzip member each."""

    data: bytes
    id: str
    length: int
    """Bytes of the first record, the one that holds the answer; the request's follows it."""


def pack(
    capture: Capture,
    undated: dt.datetime,
    *,
    block: bytes | None = None,
    removed: Collection[str] = (),
    request: bytes | None = None,
    same_as: Capture | None = None,
    fields: Mapping[str, str] | None = None,
) -> Packed:
    """Make a capture's records.

    ``block`` is the HTTP response as it came; without it, a head is written from the capture's status and header
    fields. ``removed`` names the codings that are off the block's body whatever its head says (``transfer``,
    ``content``). ``request`` is the HTTP request that was sent. ``same_as`` is a capture of the archive that holds the
    body; ``block`` is then the head alone. ``fields`` are further WARC fields. ``undated`` stands as the date of a
    capture that has none: WARC asks for one.
    """
    if same_as:
        kind, content_type, block, payload, more = _revisit(block or b"", same_as)
    elif block is not None or capture.status is not None:
        kind, content_type, block, payload, more = _response(capture, block)
    else:
        kind, content_type, block, payload, more = _resource(capture)
    if removed:
        more["Datasummary-Codings-Removed"] = ", ".join(removed)
    more |= _remarks(capture) | dict(fields or {})
    digest = _sha256(block)
    date = warc_date(capture.captured or undated)
    content = [capture.url, date if capture.captured else None, kind, digest, sorted(more.items())]
    name = f"urn:uuid:{uuid.uuid5(_NAMESPACE, json.dumps(content))}"
    target = _UNFIT_FOR_ADDRESS.sub(lambda sign: f"%{ord(sign[0]):02X}", capture.url)
    head_fields = [("WARC-Type", kind), ("WARC-Record-ID", f"<{name}>"), ("WARC-Date", date)]
    head_fields += [("WARC-Target-URI", target), *more.items()]
    head_fields.append(("WARC-Payload-Digest", _sha256(payload)))
    head_fields.append(("WARC-Block-Digest", digest))
    main = _written(kind, head_fields, content_type, block)
    if request is None:
        return Packed(main, name, len(main))
    asked = [
        ("WARC-Type", "request"),
        ("WARC-Record-ID", f"<urn:uuid:{uuid.uuid5(_NAMESPACE, f'request {name}')}>"),
        ("WARC-Date", date),
        ("WARC-Target-URI", target),
        ("WARC-Concurrent-To", f"<{name}>"),
        ("WARC-Payload-Digest", _sha256(request.partition(b"\r\n\r\n")[2])),
        ("WARC-Block-Digest", _sha256(request)),
    ]
    return Packed(main + _written("request", asked, "application/http; msgtype=request", request), name, len(main))


_Parts = tuple[str, str, bytes, bytes, dict[str, str]]
"""Type of a record, type of its block, the block, the payload in it, and fields that only this type has."""


def _revisit(block: bytes, same_as: Capture) -> _Parts:
    head = parse_head(block)
    fields = {
        "WARC-Profile": _NOT_MODIFIED if head and head.status == 304 else _SAME_BODY,
        "WARC-Refers-To": f"<{same_as.body_id or same_as.id}>",
        "WARC-Refers-To-Target-URI": same_as.url,
    }
    return "revisit", "application/http; msgtype=response", block, same_as.body, fields


def _response(capture: Capture, block: bytes | None) -> _Parts:
    fields = {}
    if block is None:
        block = build_head(capture.status or 0, capture.headers) + capture.body
        if capture.header("content-encoding") or capture.header("transfer-encoding"):
            fields["Datasummary-Codings-Removed"] = "transfer, content"
    head = parse_head(block)
    payload = block[head.length :] if head else block
    return "response", "application/http; msgtype=response", block, payload, fields


def _resource(capture: Capture) -> _Parts:
    fields = {}
    if capture.headers:
        fields["Datasummary-Headers"] = json.dumps(capture.headers, separators=(",", ":"))
    content_type = "application/json" if capture.kind == "request" else capture.content_type
    return "resource", content_type or "application/octet-stream", capture.body, capture.body, fields


def _remarks(capture: Capture) -> dict[str, str]:
    remarks: dict[str, str] = {}
    if capture.kind != kind_of(capture.url):
        remarks["Datasummary-Kind"] = capture.kind
    if capture.problem:
        remarks["Datasummary-Problem"] = capture.problem
        if capture.problem == TRUNCATED:
            remarks["WARC-Truncated"] = "length"
    if capture.captured is None:
        remarks["Datasummary-Captured"] = "unknown"
    return remarks


def pack_info(filename: str, date: dt.datetime, made: Mapping[str, str]) -> bytes:
    """Make the record that begins a file: by what software it was made, and from what."""
    from datasummary import __version__

    lines = {
        "software": f"datasummary/{__version__}",
        "format": "WARC File Format 1.1",
        "conformsTo": "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        **made,
    }
    block = "".join(f"{name}: {_CONTROLS.sub(' ', value)}\r\n" for name, value in lines.items()).encode()
    digest = _sha256(block)
    fields = [
        ("WARC-Type", "warcinfo"),
        ("WARC-Record-ID", f"<urn:uuid:{uuid.uuid5(_NAMESPACE, f'warcinfo {filename} {digest}')}>"),
        ("WARC-Date", warc_date(date)),
        ("WARC-Filename", filename),
        ("WARC-Block-Digest", digest),
    ]
    return _written("warcinfo", fields, "application/warc-fields", block)


def _sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _written(kind: str, fields: list[tuple[str, str]], content_type: str, block: bytes) -> bytes:
    clean = [(name, _CONTROLS.sub(" ", value)) for name, value in fields]
    # Made without warcio's own parsing of the block, which would not keep its head byte for byte.
    headers = StatusAndHeaders("", clean, protocol="WARC/1.1")
    record = ArcWarcRecord("warc", kind, headers, io.BytesIO(block), None, _CONTROLS.sub(" ", content_type), len(block))
    record.payload_length = len(block)
    out = io.BytesIO()
    # A revisit's block would be left out by warcio, which expects its head apart.
    record.rec_type = "response" if kind == "revisit" else kind
    WARCWriter(out, gzip=False, warc_version="1.1").write_record(record)
    # warcio would compress at level 9, which takes twice the time for one percent.
    return zlib.compress(out.getvalue(), LEVEL, 31)


def warc_date(moment: dt.datetime) -> str:
    """Write a moment as WARC does, in UTC, to the microsecond where it has any."""
    moment = moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)
    return moment.replace(tzinfo=None).isoformat() + "Z"


def unpack(data: bytes, original: Capture | None = None) -> Capture:
    """Read a capture back from its compressed record, or raise :class:`ValueError` or :class:`zlib.error`."""
    head, _, rest = zlib.decompress(data, 31).partition(b"\r\n\r\n")
    return capture_of(Record(0, 0, parse_fields(head + b"\r\n"), rest[:-4], len(rest) - 4), original)


def capture_of(record: Record, original: Capture | None = None) -> Capture:
    """Read a capture back from its record; ``original`` is the one that holds the body of a revisit."""
    fields = record.fields
    url = fields["warc-target-uri"]
    kind = cast("Kind", fields["datasummary-kind"]) if fields.get("datasummary-kind") in KINDS else kind_of(url)
    captured = None
    if "datasummary-captured" not in fields:
        captured = parse_moment(fields.get("warc-date", ""))
    problem = fields.get("datasummary-problem")
    name = fields.get("warc-record-id", "")[1:-1]
    if fields["warc-type"] == "resource":
        headers = _listed(fields.get("datasummary-headers", "[]"))
        return Capture(url, captured, None, headers, record.block[:LARGEST_BODY], problem, name, kind)
    head = parse_head(record.block)
    if head is None:
        return Capture(url, captured, None, (), record.block, problem, name, kind)
    if fields["warc-type"] == "revisit":
        return revisited(Capture(url, captured, head.status, head.headers, b"", problem, name, kind), original)
    removed = fields.get("datasummary-codings-removed", "").split(", ")
    body, broken = plain_body(head.headers, record.block[head.length :], removed)
    return Capture(url, captured, head.status, head.headers, body, problem or broken, name, kind)


def _listed(text: str) -> tuple[tuple[str, str], ...]:
    try:
        return tuple((str(name), str(value)) for name, value in json.loads(text))
    except (ValueError, TypeError, RecursionError):
        return ()


def revisited(capture: Capture, original: Capture | None) -> Capture:
    """Give a revisit the body, and after a 304 the status and the header fields, of what it refers to.

    A 304's own fields replace the older ones of the same name (RFC 9111, 3.2).
    """
    if original is None:
        return replace(capture, problem=capture.problem or BODY_IS_ELSEWHERE)
    status, headers = capture.status, capture.headers
    if status == 304:
        newer = {name.lower() for name, _ in headers}
        status = original.status
        headers = tuple(field for field in original.headers if field[0].lower() not in newer) + headers
    return replace(
        capture,
        status=status,
        headers=headers,
        body=original.body,
        problem=capture.problem or original.problem,
        body_id=original.body_id or original.id,
    )
