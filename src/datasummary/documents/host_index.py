"""The hosts behind a report's figures, for readers who ask which ones: the largest, with what they said."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

__all__ = ["Group", "HostIndex", "HostRow", "Statement"]

Group = Literal["crawled", "third_party"]
"""Whether the provider or somebody for it crawled the source, or somebody else compiled it."""


@dataclass(frozen=True, slots=True)
class HostRow:
    """A host of one source, in one modality: a row of ``verdicts.parquet``."""

    source: str
    group: Group
    host: str | None
    """None for documents without a host."""
    domain: str | None
    modality: str
    unit: str
    verdict: str
    disposition: str
    """What became of its content where there is a signal: kept, and on which basis; removed, by which filter; decision
    pending. Empty where no signal was found."""
    documents: int
    size: int
    reserved_documents: int
    reserved_size: int
    left_out_documents: int
    protocols: tuple[str, ...]
    """Those that were looked at."""
    first_captured: dt.datetime | None
    last_captured: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Statement:
    """What a host said, where and when: a row of ``signals.parquet`` with the digest of the capture."""

    host: str
    role: str
    addressee: str
    protocol: str
    says: str
    place: str
    quote: str
    url: str
    captured: dt.datetime | None
    capture: str
    """Id of the record in the archive."""
    sha256: str


@dataclass(frozen=True)
class HostIndex:
    """The largest hosts by documents, then source, host and modality."""

    rows: tuple[HostRow, ...]
    """At most 100,000."""
    total: int
    """Rows that there are in all."""
    statements: tuple[Statement, ...]
    """What the thousand largest hosts with a signal said."""
