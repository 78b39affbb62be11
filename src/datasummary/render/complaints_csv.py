"""The register of complaints as CSV."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable

from datasummary.complaints import Complaint
from datasummary.render.cells import neutral

__all__ = ["complaints_csv", "state"]

COLUMNS = ("number", "received", "due", "from", "about", "names", "state", "closed", "outcome")


def complaints_csv(complaints: Iterable[Complaint], day: dt.date) -> str:
    """Return complaints as CSV (RFC 4180), with their state as at a day."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for each in complaints:
        row = (
            each.number,
            each.received,
            each.due,
            each.sender,
            each.about,
            " ".join(each.names),
            state(each, day),
            each.closed,
            each.outcome,
        )
        writer.writerow([neutral(cell) if isinstance(cell, str) else cell for cell in row])
    return text.getvalue()


def state(complaint: Complaint, day: dt.date) -> str:
    """Tell whether a complaint is ``open``, ``overdue`` or ``closed`` as at a day."""
    if complaint.closed:
        return "closed"
    return "overdue" if complaint.overdue(day) else "open"
