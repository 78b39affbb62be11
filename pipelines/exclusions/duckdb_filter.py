"""Leaves out rows of a Parquet manifest on DuckDB: python duckdb_filter.py MANIFEST EXCLUSIONS TARGET.

The manifest has a column ``url`` and, where the policy judges at documents' dates, a column ``date``: dates,
timestamps, or text that begins with year, month and day.
"""

import sys
from pathlib import Path

import duckdb
import pyarrow as pa

from datasummary.exclusions import Exclusions

LEFT_OUT = Path(__file__).with_name("left_out.sql").read_text()


def copy_what_stays(manifest: str, table: str, target: str) -> None:
    """Copy a manifest without the rows that a table of exclusions leaves out."""
    exclusions = Exclusions.load(table)
    with duckdb.connect() as connection:
        given = connection.read_parquet(manifest)
        given.create_view("given")
        day = "TRY_CAST(left(CAST(date AS VARCHAR), 10) AS DATE)" if "date" in given.columns else "CAST(NULL AS DATE)"
        judged_on = f"CASE WHEN {day} BETWEEN DATE '1990-01-01' AND DATE '{exclusions.last_date}' THEN {day} END"
        connection.execute(f"CREATE VIEW manifest AS SELECT *, {judged_on} AS judged_on FROM given")
        connection.execute("CREATE VIEW documents AS SELECT url, judged_on AS date FROM manifest")
        connection.read_parquet(table).create_view("exclusions")
        connection.execute(f"CREATE TABLE answers AS {LEFT_OUT}")

        # What SQL does not compare, one by one.
        odd = connection.sql("SELECT url, date FROM answers WHERE left_out IS NULL").fetchall()
        told = [row for row in odd if exclusions.leaves_out(*row)]
        columns = list(map(list, zip(*told, strict=True))) or [[], []]
        schema = pa.schema([("its_url", pa.string()), ("its_date", pa.date32())])
        connection.register("told", pa.table(columns, schema=schema))

        connection.sql(
            "SELECT manifest.* EXCLUDE (judged_on) FROM manifest "
            "ANTI JOIN (SELECT url AS its_url, date AS its_date FROM answers WHERE left_out UNION ALL FROM told) "
            "ON url IS NOT DISTINCT FROM its_url AND judged_on IS NOT DISTINCT FROM its_date"
        ).write_parquet(target, compression="zstd")


if __name__ == "__main__":
    copy_what_stays(*sys.argv[1:4])
