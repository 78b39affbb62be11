"""Leaves out rows of a Parquet manifest on Spark: spark-submit spark_filter.py MANIFEST EXCLUSIONS TARGET.

The manifest has a column ``url`` and, where the policy judges at documents' dates, a column ``date``: dates,
timestamps, or text that begins with year, month and day.
datasummary must be installed where the executors run; the table of exclusions is sent to them once.
"""

import sys
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession, functions
from pyspark.sql.types import BooleanType

from datasummary.exclusions import Exclusions

LEFT_OUT = Path(__file__).with_name("left_out.sql").read_text()


def what_stays(manifest: DataFrame, table: str) -> DataFrame:
    """Give the rows of a manifest that a table of exclusions does not leave out."""
    spark = manifest.sparkSession
    exclusions = Exclusions.load(table)
    day = "try_cast(left(cast(date AS string), 10) AS date)" if "date" in manifest.columns else "cast(NULL AS date)"
    date = functions.expr(f"CASE WHEN {day} BETWEEN '1990-01-01' AND '{exclusions.last_date}' THEN {day} END")
    rows = manifest.withColumn("judged_on", date)
    rows.select("url", functions.col("judged_on").alias("date")).createOrReplaceTempView("documents")
    spark.read.parquet(str(table)).createOrReplaceTempView("exclusions")

    sent = spark.sparkContext.broadcast(exclusions)
    leaves_out = functions.udf(lambda url, day: sent.value.leaves_out(url, day), BooleanType())
    answers = spark.sql(LEFT_OUT)
    # What SQL does not compare, one by one.
    gone = answers.where(functions.coalesce("left_out", leaves_out("url", "date"))).withColumnsRenamed(
        {"url": "its_url", "date": "its_date"}
    )
    same = rows["url"].eqNullSafe(gone["its_url"]) & rows["judged_on"].eqNullSafe(gone["its_date"])
    return rows.join(gone, same, "left_anti").drop("judged_on")


if __name__ == "__main__":
    source, excluded, target = sys.argv[1:4]
    session = SparkSession.builder.getOrCreate()
    what_stays(session.read.parquet(source), excluded).write.parquet(target)
