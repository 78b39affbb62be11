"""Sizes: added where units allow it, and placed in the form's ranges (fields 1.3.b and 2.1.c)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from datasummary.documents.fields import OpenPoint, SizeRow
from datasummary.documents.inventory import Amount, InventoryView, exact
from datasummary.documents.template import SIZE_RANGES
from datasummary.documents.wording import MODALITY_WORDS, UNIT_WORDS, decimal
from datasummary.sources import NATURAL_UNIT, Modality, Source, Unit
from datasummary.translation import message, t, tn

__all__ = ["Total", "percent", "size_row", "total"]


_PLAIN: dict[Unit, str] = {
    "tokens": message("{number} tokens"),
    "bytes": message("{number} bytes"),
    "characters": message("{number} characters"),
    "documents": message("{number} documents"),
    "images": message("{number} images"),
    "hours": message("{number} hours"),
}
_LARGE: dict[Unit, str] = {
    "tokens": message("{millions} tokens"),
    "bytes": message("{millions} bytes"),
    "characters": message("{millions} characters"),
    "documents": message("{millions} documents"),
    "images": message("{millions} images"),
    "hours": message("{millions} hours"),
}
"""For numbers that end in a word such as million, after which some languages join the unit by a preposition."""


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
    public = t("parts of the {modality} data are counted in different units", modality=t(MODALITY_WORDS[modality]))
    return Total(None, {}, OpenPoint(public, advice))


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
        approximate = _approximately(amount)
        if what:
            approximate = t("{name}: {words}", name=what, words=approximate)
        problem = OpenPoint(t("which other modalities there are"), "name them in content_types of these sources")
        return SizeRow(modality, None, approximate, amount.estimated), None if what else problem
    ranges = SIZE_RANGES[modality]
    if amount.unit == ranges.unit:
        low = ranges.label(amount.low)
        high = ranges.labels[2] if amount.high is None else ranges.label(amount.high)
        if low == high:
            return SizeRow(modality, low, estimated=amount.estimated), None
        public = t("whether the range is “{low}” or “{high}”", low=t(low), high=t(high))
        return SizeRow(modality, None), OpenPoint(
            public, f"narrow the sizes declared for {modality}: they span both ranges"
        )
    if modality == "text":
        return SizeRow(modality, None, _approximately(amount)), None
    public = t(
        "the size in {unit}; it is known in {known} only",
        unit=t(UNIT_WORDS[ranges.unit]),
        known=t(UNIT_WORDS[amount.unit]),
    )
    return SizeRow(modality, None), OpenPoint(public, f"count the {modality} of all sources in {ranges.unit}")


def percent(share: Fraction) -> str:
    """Return a share with one decimal, ``12.3 %``; what would round to nothing is ``less than 0.1 %``.

    >>> percent(Fraction(1, 3)), percent(Fraction(1, 10**6)), percent(Fraction(1))
    ('33.3 %', 'less than 0.1 %', '100 %')
    """
    if share == 1:
        return t("{number} %", number=100)
    tenths = round(share * 1000)
    if tenths == 0 and share > 0:
        return t("less than 0.1 %")
    return t("{number} %", number=decimal(f"{min(tenths, 999) / 10:.1f}"))


def _unknown(source: Source, modality: Modality) -> OpenPoint:
    where = "a size column (columns.size)" if source.manifests else "a size"
    public = t("the size of a part of the {modality} data", modality=t(MODALITY_WORDS[modality]))
    return OpenPoint(public, f"give the source {source.name} {where} for its {modality}")


def _sum(amounts: Iterable[Amount], unit: Unit) -> Amount:
    parts = list(amounts)
    highs = [part.high for part in parts]
    high = None if None in highs else sum((h for h in highs if h is not None), Fraction())
    return Amount(sum((part.low for part in parts), Fraction()), high, unit, any(part.estimated for part in parts))


def _approximately(amount: Amount) -> str:
    if amount.high is None:
        return t("more than {size}", size=_with_unit(amount.low, amount.unit))
    if amount.high != amount.low:
        low, high = _rounded(amount.low)[0], _with_unit(amount.high, amount.unit)
        return t("between {low} and {high}", low=low, high=high)
    return t("approximately {size}", size=_with_unit(amount.low, amount.unit))


def _with_unit(size: Fraction, unit: Unit) -> str:
    number, large = _rounded(size)
    return t(_LARGE[unit], millions=number) if large else t(_PLAIN[unit], number=number)


def _rounded(size: Fraction) -> tuple[str, bool]:
    """Two significant digits, in words from a million on; and whether it is in words."""
    if size == 0:
        return "0", False
    value = Decimal(size.numerator) / Decimal(size.denominator)
    value = round(value, 1 - value.adjusted())
    for scale in (12, 9, 6):
        if value.adjusted() >= scale:
            return _in_words(value.scaleb(-scale).normalize(), scale), True
    return _grouped(value), False


def _in_words(value: Decimal, scale: int) -> str:
    number, count = decimal(f"{value:f}"), int(value)
    if scale == 6:
        return tn("{number} million", "{number} million", count, number=number)
    if scale == 9:
        return tn("{number} billion", "{number} billion", count, number=number)
    return tn("{number} trillion", "{number} trillion", count, number=number)


def _grouped(value: Decimal) -> str:
    whole, point, rest = f"{value.normalize():,f}".partition(".")
    return decimal(f"{whole.replace(',', ' ')}{point}{rest}")
