"""``top-domains.csv``: the domains of field 2.3.h by rank."""

from __future__ import annotations

import csv
import io

from datasummary.documents.fields import DomainList
from datasummary.render.cells import neutral

__all__ = ["domains_csv"]


def domains_csv(domains: DomainList) -> str:
    """Return the list as CSV (RFC 4180): rank and name, and a column of sizes for each modality where asked for."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["rank", "domain", *(name for name, _ in domains.sizes)])
    columns = [values for _, values in domains.sizes]
    for rank, cells in enumerate(zip(domains.names, *columns, strict=True), 1):
        writer.writerow([rank, *map(neutral, cells)])
    return text.getvalue()
