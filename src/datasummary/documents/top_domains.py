"""Field 2.3.h: the top domains by the size of the content scraped, in a representative manner across modalities.

N is the number of distinct domains with used content over all crawled sources; the list must hold k = 10 % of N,
rounded up (SMEs: 5 %, at most 1,000). Each modality m ranks its N_m domains by size, ties by name, and gives its first
floor(p * N_m); p is the smallest share for which the union holds at least k names. So a domain that is r-th of N_m
enters when p reaches r / N_m: its threshold is the least of these over the modalities, p is the k-th smallest
threshold, and the list is every domain whose threshold is at most p.

Thresholds are compared exactly. Two different ones lie at least 1 / (N_m * N_n) apart, so that scaled by more than the
square of the largest N_m they differ in their whole parts, which are integers that a database sorts fast.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from datasummary.documents.fields import DomainList, Field, OpenPoint, answered, unanswered
from datasummary.documents.inventory import MILLISECONDS_PER_HOUR, InventoryView, exact
from datasummary.documents.wording import MODALITY_WORDS, UNIT_WORDS, modalities_of
from datasummary.errors import DataError
from datasummary.project import Project
from datasummary.sources import NATURAL_UNIT, Measure, Modality, Source, Unit
from datasummary.translation import t

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

__all__ = ["top_domains"]

SHARE = Fraction(10, 100)
SHARE_SME = Fraction(5, 100)
CAP_SME = 1000


@dataclass(frozen=True)
class _Scale:
    """How one modality is added up over the crawled sources: integer weights per counted unit, over a denominator."""

    unit: Unit
    weights: dict[str, int]
    denominator: int
    estimated: bool


def top_domains(project: Project, inventory: InventoryView) -> Field:
    """Return field 2.3.h, open where addresses or comparable sizes are wanting."""
    sources = project.sources_of("crawled")
    measured = [source for source in sources if source.manifests]
    if not measured:
        return unanswered("2.3.h", sources=sources)
    problems = [
        OpenPoint(t("the domains of a part of the crawled data"), f"give the source {source.name} manifests")
        for source in sources
        if not source.manifests
    ]
    scales: dict[Modality, _Scale] = {}
    for modality in modalities_of(measured):
        scale = _scale(measured, modality, inventory)
        if isinstance(scale, OpenPoint):
            return unanswered("2.3.h", scale.public, scale.advice, sources=sources)
        scales[modality] = scale
    sme = project.provider.sme is not None and project.provider.sme.value
    with _thresholds(inventory, measured, scales) as con:
        total = int(_value(con, "SELECT count(*) FROM threshold"))
        if total == 0:
            public = t("the domains; no address with a domain was found in the crawled data")
            return unanswered("2.3.h", public, "check columns.url of the crawled sources", sources=sources)
        required = math.ceil((SHARE_SME if sme else SHARE) * total)
        required = min(required, CAP_SME) if sme else required
        names, sizes = _select(con, required, scales if project.summary.domain_sizes else {})
    domains = DomainList(
        share=t("5 %, at most 1 000 names") if sme else t("10 %"),
        total=total,
        required=required,
        names=names,
        sizes=sizes,
        method=_method(project, measured, scales, sme=sme),
    )
    return answered("2.3.h", domains, origin="computed", sources=[*measured, "provider.sme"], open=problems)


def _scale(sources: list[Source], modality: Modality, inventory: InventoryView) -> _Scale | OpenPoint:
    measures = {s.name: m for s in sources for m in s.measures if m.modality == modality}
    for source in sources:
        measure = measures.get(source.name)
        if measure and inventory.amount(source, measure) is None:
            advice = f"name the size column of the source {source.name}, or count its {modality} in documents"
            public = t("the sizes by which {modality} domains are ranked", modality=t(MODALITY_WORDS[modality]))
            return OpenPoint(public, advice)
    units = list(dict.fromkeys(measure.unit for measure in measures.values()))
    if len(units) == 1:
        denominator = MILLISECONDS_PER_HOUR if units[0] == "hours" else 1
        return _Scale(units[0], dict.fromkeys(measures, 1), denominator, estimated=False)
    natural = NATURAL_UNIT[modality]
    ratios = {name: _ratio(measure, natural) for name, measure in measures.items()}
    known = {name: ratio for name, ratio in ratios.items() if ratio is not None}
    if len(known) < len(ratios):
        advice = f"the crawled {modality} is counted in {' and '.join(units)}: count it in one unit"
        advice += ", or set tokens_per_unit where tokens were never counted" if modality == "text" else ""
        public = t(
            "the ranking of domains: parts of the crawled {modality} are counted in different units",
            modality=t(MODALITY_WORDS[modality]),
        )
        return OpenPoint(public, advice)
    denominator = math.lcm(*(ratio.denominator for ratio in known.values()))
    weights = {name: int(ratio * denominator) for name, ratio in known.items()}
    return _Scale(natural, weights, denominator, estimated=True)


def _ratio(measure: Measure, natural: Unit) -> Fraction | None:
    if measure.unit == natural:
        return Fraction(1)
    if natural == "tokens" and measure.tokens_per_unit is not None:
        return exact(measure.tokens_per_unit)
    return None


def _thresholds(
    inventory: InventoryView, sources: list[Source], scales: dict[Modality, _Scale]
) -> duckdb.DuckDBPyConnection:
    """Return a connection with the tables ``sizes`` (modality, domain, size) and ``threshold`` (domain, threshold)."""
    import duckdb

    con = duckdb.connect()
    con.execute("CREATE TABLE weight (source VARCHAR, modality VARCHAR, weight HUGEINT, scraped BOOLEAN)")
    scraped = {source.name for source in sources if source.scraped}
    for modality, scale in scales.items():
        for name, weight in scale.weights.items():
            con.execute("INSERT INTO weight VALUES (?, ?, ?, ?)", [name, modality, weight, name in scraped])
    con.register("domains", _table(inventory, "domains"))
    con.register("scraped_domains", _table(inventory, "scraped-domains" if scraped else "domains"))
    con.execute(_SIZES)
    con.execute(_THRESHOLDS)
    return con


_SIZES = """
CREATE TABLE sizes AS
WITH used AS (
    SELECT source, modality, domain, weight * coalesce(size, 0)::HUGEINT AS size, scraped
    FROM domains JOIN weight USING (source, modality)
), found AS (
    SELECT source, modality, domain, weight * coalesce(size, 0)::HUGEINT AS size
    FROM (SELECT * FROM weight WHERE scraped) JOIN scraped_domains USING (source, modality)
    SEMI JOIN used USING (modality, domain)
)
SELECT modality, domain, sum(size)::HUGEINT AS size
FROM (
    SELECT modality, domain, size FROM found
    UNION ALL
    SELECT modality, domain, size FROM used WHERE NOT scraped
    UNION ALL
    SELECT modality, domain, size
    FROM (SELECT * FROM used WHERE scraped) ANTI JOIN found USING (source, modality, domain)
)
GROUP BY modality, domain
"""
# Where a source says what was scraped, that is its size; what it used and does not find there counts as used.

_THRESHOLDS = """
CREATE TABLE threshold AS
WITH ranked AS (
    SELECT
        domain,
        row_number() OVER (PARTITION BY modality ORDER BY size DESC, domain)::HUGEINT AS rank,
        count(*) OVER (PARTITION BY modality)::HUGEINT AS domains
    FROM sizes
), scale AS (
    SELECT max(domains) * max(domains) + 1 AS factor FROM ranked
)
SELECT domain, min(rank * factor // domains) AS threshold
FROM ranked, scale
GROUP BY domain
"""


def _select(
    con: duckdb.DuckDBPyConnection, required: int, scales: dict[Modality, _Scale]
) -> tuple[tuple[str, ...], tuple[tuple[str, tuple[str, ...]], ...]]:
    """Return the names by rank, and a column of sizes for each modality asked for."""
    last = _value(con, "SELECT threshold FROM threshold ORDER BY threshold LIMIT 1 OFFSET ?", [required - 1])
    listed = "SELECT domain, threshold FROM threshold WHERE threshold <= ?"
    names = tuple(row[0] for row in con.execute(f"{listed} ORDER BY threshold, domain", [last]).fetchall())
    columns = []
    for modality, scale in scales.items():
        rows = con.execute(
            "SELECT domain, size FROM sizes WHERE modality = ? AND domain IN "
            "(SELECT domain FROM threshold WHERE threshold <= ?)",
            [modality, last],
        ).fetchall()
        sizes = {domain: _decimal(Fraction(size, scale.denominator)) for domain, size in rows}
        name = f"{modality}_{scale.unit}{'_estimated' if scale.estimated else ''}"
        columns.append((name, tuple(sizes.get(domain, "0") for domain in names)))
    return names, tuple(columns)


def _decimal(size: Fraction) -> str:
    """A whole number as such, else three decimals."""
    return str(size.numerator) if size.denominator == 1 else f"{round(size * 1000) / 1000:.3f}"


def _method(project: Project, sources: list[Source], scales: dict[Modality, _Scale], *, sme: bool) -> str:
    share = t("5 % (for small and medium-sized enterprises; at most 1 000 names)") if sme else t("10 %")
    text = t(
        "The list holds the top {share} of all {names} whose content was crawled, scraped or otherwise compiled and "
        "used for training, by size of the {content}. Measured: {units}.",
        share=share,
        names=_ranked(project),
        content=_measured(sources),
        units=t("; ").join(_unit(modality, scale) for modality, scale in scales.items()),
    )
    parts = [text]
    if len(scales) > 1:
        ranking = t(
            "Each modality ranks its own domains, and gives the same share from the top of its ranking: the smallest "
            "share for which all modalities together name as many domains as required."
        )
        parts.append(ranking)
    parts.append(t("Content at addresses without such a name, for instance bare IP addresses, is outside the ranking."))
    return " ".join(parts)


def _ranked(project: Project) -> str:
    if project.domain_level == "host":
        return t("host names (which deviates from the form's top-level and second-level domain)")
    if project.domain_level == "registrable":
        return t(
            "domain names (top-level and second-level domain, by the ICANN part of the {list})", list=_suffix_list()
        )
    return t(
        "domain names (by the whole {list}, its private part included, which deviates from the form's top-level and "
        "second-level domain)",
        list=_suffix_list(),
    )


def _suffix_list() -> str:
    from datasummary.domains import suffix_list_date

    date = suffix_list_date()
    if date == "unknown":
        return t("public suffix list")
    return t("public suffix list of {date}", date=f"{dt.date.fromisoformat(date):%d/%m/%Y}")


def _measured(sources: list[Source]) -> str:
    scraped = [bool(source.scraped) for source in sources]
    if all(scraped):
        return t("content scraped")
    if any(scraped):
        return t("content scraped; where only the content used for training was measured, by that")
    return t("content used for training, as the size of what was scraped before filtering was not measured")


def _unit(modality: Modality, scale: _Scale) -> str:
    values = {"modality": t(MODALITY_WORDS[modality]), "unit": t(UNIT_WORDS[scale.unit])}
    if scale.estimated:
        return t("{modality} in {unit}, partly estimated", **values)
    return t("{modality} in {unit}", **values)


def _table(inventory: InventoryView, name: str) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = inventory.table(name)
    try:
        return pq.ParquetFile(path).read(["source", "modality", "domain", "size"])
    except FileNotFoundError:
        raise DataError(f"{path}: no such table; run `datasummary scan` first") from None
    except (pa.ArrowInvalid, OSError) as error:
        raise DataError(f"{path}: cannot be read ({error}); run `datasummary scan` again") from None


def _value(con: duckdb.DuckDBPyConnection, sql: str, parameters: list[Any] | None = None) -> Any:
    row = con.execute(sql, parameters or []).fetchone()
    return row[0] if row else None
