"""The audit before the present one, kept in short: who reserved then, and under which policy that was read.

It is one file beside the audit's tables, written whole before the audit gives way, so that a run that is killed at any
moment leaves either the one or the other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from datasummary.tables import ROWS_PER_GROUP, write_table

__all__ = ["PREVIOUS", "PreviousAudit", "keep_audit", "previous_audit"]

PREVIOUS = pa.schema(
    [
        ("source", pa.string()),
        ("host", pa.string()),
        ("modality", pa.string()),
        ("verdict", pa.string()),
        ("documents", pa.int64()),
    ]
)
"""Columns of ``previous-verdicts.parquet``: a row for each source, host and modality; hosts of assets are not in it."""

_TABLE = "previous-verdicts.parquet"
_ABOUT = b"datasummary"
"""Key of the file's metadata under which stands, as JSON, what :class:`PreviousAudit` says of the policy."""


@dataclass(frozen=True)
class PreviousAudit:
    """What is kept of the audit before the present one."""

    verdicts: Path
    """A table by :data:`PREVIOUS`."""
    policy: dict[str, Any]
    """``name``, ``version``, ``fingerprint``, ``as_of`` of the policy under which it was made."""
    evidence: dict[str, Any]
    """``hosts`` that were looked at, ``first_captured``, ``last_captured``."""


def keep_audit(folder: Path, note: dict[str, Any]) -> None:
    """Keep in short an audit whose tables stand whole in a folder, in place of what was kept before.

    ``note`` is its ``audit.json``. Raises :class:`~datasummary.errors.WorkspaceError` where the folder cannot be
    written to; both audits then stand as they did.
    """
    about = json.dumps({"policy": note["policy"], "evidence": note["evidence"]})
    schema = PREVIOUS.with_metadata({_ABOUT: about.encode()})
    write_table(folder / _TABLE, schema, _in_short(folder / "verdicts.parquet", schema))


def _in_short(verdicts: Path, schema: pa.Schema) -> Iterator[pa.Table]:
    with pq.ParquetFile(verdicts) as file:
        for batch in file.iter_batches(ROWS_PER_GROUP, columns=[*schema.names, "part"]):
            rows = pa.Table.from_batches([batch])
            yield rows.filter(pc.equal(rows["part"], "document")).select(schema.names).cast(schema)


def previous_audit(folder: Path) -> PreviousAudit | None:
    """Give what is kept of the audit before, or ``None`` where there was none, or the file is damaged."""
    try:
        about = json.loads(pq.read_schema(folder / _TABLE).metadata[_ABOUT])
        return PreviousAudit(folder / _TABLE, about["policy"], about["evidence"])
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException):
        return None
