"""Sizes: added where units allow it, and placed in the form's ranges (fields 1.3.b and 2.1.c)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from datasummary.documents.fields import OpenPoint, SizeRow
from datasummary.documents.inventory import Amount, InventoryView, exact
from datasummary.documents.template import SIZE_RANGES
from datasummary.sources import NATURAL_UNIT, Modality, Source, Unit

__all__ = ["Total", "percent", "size_row", "total"]


@dataclass(frozen=True)
class Total:
    """A sum over sources, or the reason why there is none."""

    amount: Amount | None
    parts: dict[str, Amount]
    """Amounts by name of the source, all in the unit of the sum."""
    problem: OpenPoint | None = None


def total(inventory: InventoryView, sources: Iterable[Source], modality: Modality) -> Total:
    """Return the size of one modality over sources: in the unit the form asks for, else in the one they share.

    Sizes in different units are never added, unless ``tokens_per_unit`` turns all of them into tokens; the sum is
    then an estimate.
    """
    natural = NATURAL_UNIT[modality]
    amounts: dict[str, Amount] = {}
    converted: dict[str, Amount] = {}
    for source in sources:
        for measure in source.measures:
            if measure.modality != modality:
                continue
            amount = inventory.amount(source, measure)
            if amount is None:
                return Total(None, {}, _unknown(source, modality))
            amounts[source.name] = amount
            if amount.unit == natural:
                converted[source.name] = amount
            elif natural == "tokens" and measure.tokens_per_unit is not None:
                converted[source.name] = amount.times(exact(measure.tokens_per_unit), natural)
    if len(converted) == len(amounts):
        return Total(_sum(converted.values(), natural), converted)
    units = list(dict.fromkeys(amount.unit for amount in amounts.values()))
    if len(units) == 1:
        return Total(_sum(amounts.values(), units[0]), amounts)
    advice = f"{modality} is counted in {' and '.join(units)}: count all sources in one unit"
    advice += ", or set tokens_per_unit where tokens were never counted" if modality == "text" else ""
    return Total(None, {}, OpenPoint(f"parts of the {modality} data are counted in different units", advice))


def size_row(modality: Modality, size: Total, kinds: Iterable[str] = ()) -> tuple[SizeRow, OpenPoint | None]:
    """Return the answer of field 1.3.b for one modality, and what is open about it.

    ``kinds`` names what the modality "other" is. The form has no ranges for it, and allows for text an approximate
    size in another unit; both are rounded to two digits.
    """
    if size.amount is None:
        return SizeRow(modality, None), size.problem
    amount = size.amount
    if modality == "other":
        what = ", ".join(kinds)
        approximate = f"{what + ': ' if what else ''}{_approximately(amount)}"
        problem = OpenPoint("which other modalities there are", "name them in content_types of these sources")
        return SizeRow(modality, None, approximate, amount.estimated), None if what else problem
    ranges = SIZE_RANGES[modality]
    if amount.unit == ranges.unit:
        low = ranges.label(amount.low)
        high = ranges.labels[2] if amount.high is None else ranges.label(amount.high)
        if low == high:
            return SizeRow(modality, low, estimated=amount.estimated), None
        public = f"whether the range is “{low}” or “{high}”"
        return SizeRow(modality, None), OpenPoint(
            public, f"narrow the sizes declared for {modality}: they span both ranges"
        )
    if modality == "text":
        return SizeRow(modality, None, _approximately(amount)), None
    public = f"the size in {ranges.unit}; it is known in {amount.unit} only"
    return SizeRow(modality, None), OpenPoint(public, f"count the {modality} of all sources in {ranges.unit}")


def percent(share: Fraction) -> str:
    """Return a share with one decimal, ``12.3 %``; what would round to nothing is ``less than 0.1 %``.

    >>> percent(Fraction(1, 3)), percent(Fraction(1, 10**6)), percent(Fraction(1))
    ('33.3 %', 'less than 0.1 %', '100 %')
    """
    if share == 1:
        return "100 %"
    tenths = round(share * 1000)
    if tenths == 0 and share > 0:
        return "less than 0.1 %"
    return f"{min(tenths, 999) / 10:.1f} %"


def _unknown(source: Source, modality: Modality) -> OpenPoint:
    where = "a size column (columns.size)" if source.manifests else "a size"
    return OpenPoint(
        f"the size of a part of the {modality} data", f"give the source {source.name} {where} for its {modality}"
    )


def _sum(amounts: Iterable[Amount], unit: Unit) -> Amount:
    parts = list(amounts)
    highs = [part.high for part in parts]
    high = None if None in highs else sum((h for h in highs if h is not None), Fraction())
    return Amount(sum((part.low for part in parts), Fraction()), high, unit, any(part.estimated for part in parts))


def _approximately(amount: Amount) -> str:
    if amount.high is None:
        return f"more than {_rounded(amount.low)} {amount.unit}"
    if amount.high != amount.low:
        return f"between {_rounded(amount.low)} and {_rounded(amount.high)} {amount.unit}"
    return f"approximately {_rounded(amount.low)} {amount.unit}"


def _rounded(size: Fraction) -> str:
    """Two significant digits, in words from a million on."""
    if size == 0:
        return "0"
    value = Decimal(size.numerator) / Decimal(size.denominator)
    value = round(value, 1 - value.adjusted())
    for scale, word in ((12, " trillion"), (9, " billion"), (6, " million")):
        if value.adjusted() >= scale:
            return f"{value.scaleb(-scale).normalize():f}{word}"
    return f"{value.normalize():,f}".replace(",", " ")
