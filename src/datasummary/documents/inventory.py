"""The inventory as the documents see it: what the scan found, source by source, with what sources declare.

Sizes are exact: integers as counted, fractions where hours or a ratio come in. Dates are months, ``2025-03``.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from datasummary.errors import DataError, ProjectError
from datasummary.project import Project
from datasummary.sources import UNITS_WITHOUT_COLUMN, Measure, Modality, SizeRange, Source, Unit

__all__ = ["UNKNOWN_LANGUAGE", "Amount", "InventoryView", "Period", "declared_codes", "exact"]

UNKNOWN_LANGUAGE = "und"
MILLISECONDS_PER_HOUR = 3_600_000


@dataclass(frozen=True)
class Amount:
    """A size between two bounds; equal where it was measured or declared as one number."""

    low: Fraction
    high: Fraction | None
    """None: without an upper bound."""
    unit: Unit
    estimated: bool = False

    def times(self, ratio: Fraction, unit: Unit) -> Amount:
        """Return the amount in another unit, as an estimate."""
        high = None if self.high is None else self.high * ratio
        return Amount(self.low * ratio, high, unit, estimated=True)


@dataclass(frozen=True)
class Period:
    """First and last month, where known."""

    first: str | None
    last: str | None
    unknown: bool = False
    """Whether the source says that one of its dates is not known."""


class InventoryView:
    """Reads the tables of ``out/internal``; a source without manifests has none, and stands by what it declares.

    Raises :class:`~datasummary.errors.DataError` where a source with manifests was not scanned, or a table is broken.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self.folder = project.out / "internal"
        self._scanned: dict[tuple[str, Modality], dict[str, Any]] = {}
        self._languages: dict[tuple[str, Modality], dict[str, tuple[int, int]]] = defaultdict(dict)
        measured = {source.name: source for source in project.sources if source.manifests}
        self.left_out = 0
        """Files that could not be read and were left out of everything that is computed."""
        if not measured:
            return
        self.left_out = sum(row["problem"] is not None for row in self._read("inputs") if row["source"] in measured)
        for row in self._read("sources"):
            if row["role"] == "used" and row["source"] in measured:
                self._scanned[row["source"], row["modality"]] = row
        if absent := [name for name in measured if not any(name == key for key, _ in self._scanned)]:
            raise DataError(f"{self.folder}: no scan of the source {absent[0]}; run `datasummary scan` first")
        self._check_units()
        for row in self._read("totals"):
            if row["role"] == "used" and row["source"] in measured:
                languages = self._languages[row["source"], row["modality"]]
                code = row["language"] or UNKNOWN_LANGUAGE
                documents, size = languages.get(code, (0, 0))
                languages[code] = (documents + row["documents"], size + int(row["size"] or 0))

    def table(self, name: str) -> Path:
        """Return the path of one of the inventory's tables, such as ``domains``."""
        return self.folder / f"{name}.parquet"

    def amount(self, source: Source, measure: Measure) -> Amount | None:
        """Return a source's size in the measure's unit, or None where neither a scan nor the source tells."""
        if source.manifests:
            row = self._scanned.get((source.name, measure.modality))
            if row is None or row["size"] is None:
                return None
            if row["size"] == 0 and measure.size is None and measure.unit not in UNITS_WITHOUT_COLUMN:
                return None  # no column was named, and the scan recognised none
            size = Fraction(int(row["size"]), MILLISECONDS_PER_HOUR if row["unit"] == "milliseconds" else 1)
            return Amount(size, size, measure.unit)
        if measure.declared is None:
            return None
        if isinstance(measure.declared, SizeRange):
            high = measure.declared.max
            return Amount(exact(measure.declared.min), None if high is None else exact(high), measure.unit)
        return Amount(exact(measure.declared), exact(measure.declared), measure.unit)

    def documents(self) -> dict[tuple[str, Modality], int]:
        """Return how many documents were scanned, by source and modality."""
        return {key: int(row["documents"]) for key, row in self._scanned.items()}

    def languages(self, source: Source, modality: Modality) -> dict[str, tuple[int, int]]:
        """Return documents and size by language code.

        Where a scan knows no language at all and the source declares a single one, it is that.
        """
        found = dict(self._languages.get((source.name, modality), {}))
        declared = declared_codes(source)
        if set(found) == {UNKNOWN_LANGUAGE} and len(declared) == 1:
            return {declared[0]: found[UNKNOWN_LANGUAGE]}
        return found

    def language_documents(self, source: Source) -> dict[str, int]:
        """Return documents by language code, of the modality that has most languages."""
        options = [self.languages(source, measure.modality) for measure in source.measures]
        return {code: documents for code, (documents, _) in max(options, key=len).items()}

    def period(self, source: Source) -> Period:
        """Return the months in which a source was collected: as scanned, widened by what the source declares."""
        rows = [row for (name, _), row in self._scanned.items() if name == source.name]
        firsts = [f"{row['first_date']:%Y-%m}" for row in rows if row["first_date"]]
        lasts = [f"{row['last_date']:%Y-%m}" for row in rows if row["last_date"]]
        declared = (source.first_date, source.last_date)
        limit = f"{self.project.summary.date:%Y-%m}"
        for key, date in zip(("first_date", "last_date"), declared, strict=True):
            if date and date != "not known" and date > limit:
                raise ProjectError(
                    f"{self.project.path}: {key} of the source {source.name} is {date}, after summary.date; correct one"
                )
        firsts += [date for date in declared[:1] if date and date != "not known"]
        lasts += [date for date in declared[1:] if date and date != "not known"]
        return Period(min(firsts, default=None), max(lasts, default=None), "not known" in declared)

    def _read(self, name: str) -> list[dict[str, Any]]:
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = self.table(name)
        try:
            rows: list[dict[str, Any]] = pq.ParquetFile(path).read().to_pylist()
        except FileNotFoundError:
            raise DataError(f"{path}: no such table; run `datasummary scan` first") from None
        except (pa.ArrowInvalid, OSError) as error:
            raise DataError(f"{path}: cannot be read ({error}); run `datasummary scan` again") from None
        return rows

    def _check_units(self) -> None:
        for source in self.project.sources:
            for measure in source.measures if source.manifests else ():
                row = self._scanned.get((source.name, measure.modality))
                expected = "milliseconds" if measure.unit == "hours" else measure.unit
                if row is None or row["unit"] != expected:
                    raise DataError(
                        f"{self.table('sources')}: the source {source.name} was not scanned for {measure.modality} "
                        f"in {measure.unit}; run `datasummary scan` again"
                    )


def declared_codes(source: Source) -> list[str]:
    """Return the codes of the languages a source declares, unknown ones left as they are written."""
    from datasummary.languages import normalise

    codes = ((normalise(text), text) for text in source.languages)
    return list(dict.fromkeys(text if code == UNKNOWN_LANGUAGE else code for code, text in codes))


def exact(number: float) -> Fraction:
    """Return a number as it was written: 0.1 is a tenth, not the float next to it."""
    return Fraction(str(number))
