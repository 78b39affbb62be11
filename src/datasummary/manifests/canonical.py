"""Rows of any manifest in one shape, as an Ibis expression that means the same on DuckDB and on Spark.

======== ============================================================================================
column   content
======== ============================================================================================
origin   the raw authority of an http or https address; for other rows ``?`` (which no authority holds)
         and the reason why there is none, such as ``?no_scheme`` (see ``domains.REASONS``)
language as the manifest spells it
day      what the date's day can be told from: a date, or the first ten characters
day_text a longer text, for dates that do not begin with year, month and day
size_0 … one for each measure: a whole number from 0 to 2^53, null where the manifest's is bad
file     the shard, where rows per shard have to be counted
======== ============================================================================================

With ``addresses`` come ``address``, the text that ``origin`` was cut from, and, where the manifest has both a page and
an asset, ``asset`` and ``asset_origin``, the same of the asset.

Only what must be done per row is done here. Hosts, suffixes, languages and the meaning of dates are worked out later,
once for each distinct value.
"""

from __future__ import annotations

import datetime as dt
import functools
import operator

import ibis

from datasummary.engines import FILE, Engine
from datasummary.manifests.columns import ColumnPath, Mapping
from datasummary.sources import Bounds, Condition, Measure, Unit

__all__ = ["LARGEST_SIZE", "MILLISECONDS_PER_HOUR", "as_read", "canonical"]

LARGEST_SIZE = 2**53
MILLISECONDS_PER_HOUR = 3_600_000

_NUMBER = r"^[ \t]*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?[ \t]*\z"
_BLANK = r"^[\x00-\x20]*\z"
_WEB = r"^[\x00-\x20]*[Hh][Tt][Tt][Pp][Ss]?:[/\\][/\\]([^/?#\\]*)"
_WEB_WITHOUT_AUTHORITY = r"^[\x00-\x20]*[Hh][Tt][Tt][Pp][Ss]?:"
_ANY_SCHEME = r"^[\x00-\x20]*[A-Za-z][A-Za-z0-9+.-]*:"

_DAY = 86_400


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def split_part(text: str, separator: str, place: int) -> str:  # type: ignore[empty-body]
    """Declare a function that both engines have: the part at a place, counted from 1, empty where there is none."""


def canonical(
    table: ibis.Table,
    mapping: Mapping,
    measures: list[Measure],
    engine: Engine,
    addresses: bool = False,
    beside: tuple[str, ...] = (),
) -> ibis.Table:
    """Bring a manifest's rows into the shape above, those that ``where`` keeps.

    ``beside`` names further columns of the table to carry along.
    """
    conditions = [_holds(_value(table, path, engine), condition) for path, condition in mapping.where]
    kept = table.filter(functools.reduce(operator.and_, conditions)) if conditions else table
    columns = _cut_open("", _text(kept, mapping.address, engine))
    with_asset = addresses and mapping.asset is not None
    if with_asset:
        columns |= _cut_open("asset_", _text(kept, mapping.asset, engine))
    columns["language"] = _text(kept, mapping.language, engine)
    columns["day"], columns["day_text"] = _day(_value(kept, mapping.date, engine) if mapping.date else None)
    for number, (measure, path) in enumerate(zip(measures, mapping.sizes, strict=True)):
        columns[f"size_{number}"] = (
            _size(_value(kept, path, engine), measure.unit) if path else ibis.literal(1, "decimal(18, 0)")
        )
    if FILE in kept.columns:
        columns["file"] = kept[FILE]
    columns |= {name: kept[name] for name in beside}
    rows = kept.select(**columns)
    carried = ["language", "day", "day_text", *(f"size_{number}" for number in range(len(measures)))]
    carried += ["file"] if FILE in kept.columns else []
    shown = {name: rows[name] for name in (*carried, *beside)} | {"origin": _origin(rows, "")}
    if addresses:
        shown["address"] = rows["address"]
    if with_asset:
        shown |= {"asset": rows["asset_address"], "asset_origin": _origin(rows, "asset_")}
    return rows.select(**shown)


def _cut_open(prefix: str, address: ibis.Value) -> dict[str, ibis.Value]:
    web = address.startswith("https://") | address.startswith("http://")
    return {f"{prefix}address": address, f"{prefix}web": web, f"{prefix}third": split_part(address, "/", 3)}


def as_read(table: ibis.Table, mapping: Mapping, engine: Engine) -> ibis.Table:
    """Select what each role's column holds, untouched, for showing."""
    return table.select(**{role: _value(table, path, engine) for role, path in mapping.roles()})


def _value(table: ibis.Table, path: ColumnPath, engine: Engine) -> ibis.Value:
    value = table[path.column]
    for field in path.fields:
        value = value[field]
    return engine.json_text(value, path.json) if path.json else value


def _text(table: ibis.Table, path: ColumnPath | None, engine: Engine) -> ibis.Value:
    if path is None:
        return ibis.null("string")
    value = _value(table, path, engine)
    return value if value.type().is_string() else value.cast("string")


def _origin(rows: ibis.Table, prefix: str) -> ibis.Value:
    address, web, third = (rows[f"{prefix}{name}"] for name in ("address", "web", "third"))
    return ibis.cases(
        (web, ibis.cases((third.contains("?"), split_part(third, "?", 1)), else_=third)),
        (address.isnull(), "?no_url"),
        (address.re_search(_WEB), address.re_extract(_WEB, 1)),
        (address.re_search(_BLANK), "?no_url"),
        (address.re_search(_WEB_WITHOUT_AUTHORITY), "?no_host"),
        (address.re_search(_ANY_SCHEME), "?other_scheme"),
        else_="?no_scheme",
    )


def _number(value: ibis.Value) -> ibis.Value:
    """Read a value as a double, null where it is none."""
    if value.type().is_string():
        return ibis.cases((value.re_search(_NUMBER), value.strip().try_cast("float64")))
    return value.cast("float64")


def _size(value: ibis.Value, unit: Unit) -> ibis.Value:
    """A row's size as a whole number (hours as milliseconds), null where it is bad; fractions are rounded."""
    if value.type().is_integer() and unit != "hours":
        return ibis.cases((value.between(0, LARGEST_SIZE), value.cast("decimal(18, 0)")))
    factor = MILLISECONDS_PER_HOUR if unit == "hours" else 1
    size = _number(value) * factor
    whole = (size + 0.5).floor().cast("int64")
    return ibis.cases((size.between(0.0, float(LARGEST_SIZE)), whole.cast("decimal(18, 0)")))


def _day(value: ibis.Value | None) -> tuple[ibis.Value, ibis.Value]:
    """Give ``day`` and ``day_text``; the latter is worked out only where it is asked for."""
    if value is None:
        return ibis.null("string"), ibis.null("string")
    kind = value.type()
    if kind.is_date() or kind.is_timestamp():
        day = value if kind.is_date() else value.date()
        return day, ibis.null("string")
    if kind.is_numeric():
        number = value.cast("float64")
        whole = value.cast("int64") if kind.is_integer() else number.floor().cast("int64")
        day = _day_of_integer(whole if kind.is_integer() else ibis.cases((number.between(0.0, 9e18), whole)))
        return day, day
    text = value if kind.is_string() else value.cast("string")
    longer = ibis.cases(
        (text.left(10).contains(" "), text.left(20)),
        (text.length() == 14, text.left(8)),
        else_=text.left(10),
    )
    return text.left(10), longer


def _day_of_integer(value: ibis.Value) -> ibis.Value:
    """Days since 1970 (``d19860``), or year, month and day as digits, whichever the magnitude means."""
    digits_of_a_second = value.between(19_000_101_000_000, 21_001_231_235_959)
    digits = ibis.cases(
        (value.between(19_000_101, 21_001_231), value),
        (digits_of_a_second, (value // 1_000_000).cast("int64")),
    )
    days = ibis.cases(
        (value < 100_000_000_000, (value // _DAY).cast("int64")),
        (value < 100_000_000_000_000, (value // (_DAY * 1_000)).cast("int64")),
        (value < 100_000_000_000_000_000, (value // (_DAY * 1_000_000)).cast("int64")),
        else_=(value // (_DAY * 1_000_000_000)).cast("int64"),
    )
    return ibis.coalesce(digits.cast("string"), ibis.literal("d") + days.cast("string"))


def _holds(value: ibis.Value, condition: Condition) -> ibis.Value:
    if isinstance(condition, Bounds):
        return _within(value, condition)
    wanted = condition if isinstance(condition, list) else [condition]
    spelled = {spelling for item in wanted for spelling in _spellings(item)}
    if value.type().is_numeric():
        numbers = [float(item) for item in wanted if not isinstance(item, str)]
        return _number(value).isin(numbers) if numbers else ibis.literal(False)
    return value.cast("string").isin(sorted(spelled))


def _spellings(item: bool | float | str) -> list[str]:
    if isinstance(item, bool):
        return [str(item).lower(), str(item)]
    return [str(item)]


def _within(value: ibis.Value, bounds: Bounds) -> ibis.Value:
    low, high = bounds.min, bounds.max
    if isinstance(low if low is not None else high, dt.date):
        kind = value.type()
        day = value.date() if kind.is_timestamp() else value
        text = (day if kind.is_string() else day.cast("string")).substr(0, 10)
        within = text.notnull()
        if low is not None:
            within &= text >= str(low)
        return within & (text <= str(high)) if high is not None else within
    number = _number(value)
    within = number.notnull() & ~number.isnan()
    if low is not None:
        within &= number >= low
    return within & (number <= high) if high is not None else within
