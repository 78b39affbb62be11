"""A datatrove filter that drops the documents which a table of exclusions leaves out.

from datatrove.pipeline.readers import ParquetReader
from datatrove.pipeline.writers import ParquetWriter

pipeline = [ParquetReader("crawl"), ExclusionsFilter("exclusions/web.parquet"), ParquetWriter("clean")]
"""

import datetime as dt
from typing import Any

from datatrove.data import Document
from datatrove.pipeline.filters.base_filter import BaseFilter

from datasummary.exclusions import Exclusions
from datasummary.manifests.dates import parse_day


class ExclusionsFilter(BaseFilter):
    """Drops documents by their addresses, and, where the policy judges at documents' dates, by their dates."""

    name = "Exclusions"

    def __init__(self, table: str, urls: tuple[str, ...] = ("url",), date: str = "date", **more: Any) -> None:
        """Take the table; ``urls`` and ``date`` are the keys of the metadata that hold addresses and the date.

        Of several addresses (a page's, then that of the image on it) each can leave the document out.
        """
        super().__init__(**more)
        self.table = table
        self.urls = urls
        self.date = date
        self._exclusions: Exclusions | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Send the name of the table to other processes, not the table."""
        return self.__dict__ | {"_exclusions": None}

    def filter(self, doc: Document) -> bool | tuple[bool, str]:
        """Tell whether a document stays."""
        if self._exclusions is None:
            self._exclusions = Exclusions.load(self.table)
        date = _day(doc.metadata.get(self.date))
        first, *others = (doc.metadata.get(key) for key in self.urls)
        addresses = [first, *(url for url in others if url is not None)]
        if any(self._exclusions.leaves_out(url, date) for url in addresses):
            return False, "left_out"
        return True


def _day(value: Any) -> dt.date | None:
    if isinstance(value, dt.datetime):
        return value.date()
    return value if isinstance(value, dt.date) else parse_day(str(value)) if value is not None else None
