"""A table that Spark wrote, and what is made of it: read by Spark, polars, DuckDB and pandas alike."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

import trimtab

SPARK = Path(__file__).parents[1] / "source" / "data" / "spark.parquet"
COLUMNS = ["word", "valid_to", "day", "price", "maybe"]
"""Those that the rows have: the id only tells rows apart."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rows of a neutral design on the table that Spark wrote."""
    place = tmp_path_factory.mktemp("made") / "rows.parquet"
    design = trimtab.data(SPARK).neutral().changed(rows=120)
    trimtab.sample(design, SPARK, place)
    return place


def rows(file: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(file, columns=COLUMNS).to_pylist()
    return found


def test_others_read_what_is_made_of_a_table_of_spark(made: Path) -> None:
    right = rows(made)
    assert len(right) == 120
    assert any(row["valid_to"].year == 9999 for row in right)
    assert pl.read_parquet(made, columns=COLUMNS).to_dicts() == right
    names = ", ".join(COLUMNS)
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        found = con.sql(f"SELECT {names} FROM read_parquet(?)", params=[str(made)])
        assert found.to_arrow_table().to_pylist() == right
    frame = pd.read_parquet(made, columns=COLUMNS)
    assert [moment.to_pydatetime() for moment in frame["valid_to"]] == [row["valid_to"] for row in right]
    assert frame["price"].tolist() == [row["price"] for row in right]
    assert frame["day"].tolist() == [row["day"] for row in right]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # py4j leaves its sockets open
@pytest.mark.skipif(
    importlib.util.find_spec("py4j") is None or shutil.which("java") is None,
    reason="Spark needs pyspark and Java 17",
)
def test_spark_writes_by_its_defaults_and_reads_what_is_made_of_it(tmp_path: Path) -> None:
    from pyspark.sql import SparkSession

    settings = {"spark.ui.enabled": "false", "spark.sql.session.timeZone": "UTC"}
    builder = SparkSession.builder.master("local[1]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    try:
        query = (
            "SELECT id, if(id % 2 = 0, 'a', 'b') AS word, CAST(id / 4 AS DECIMAL(10, 2)) AS price, "
            "if(id % 4 = 0, TIMESTAMP '9999-12-31 00:00:00', TIMESTAMP '2020-01-02 03:04:05.678901') AS valid_to, "
            "DATE '2020-01-01' AS day, if(id % 5 = 0, NULL, CAST(id % 50 AS DOUBLE)) AS maybe FROM range(400)"
        )
        spark.sql(query).coalesce(1).write.parquet(str(tmp_path / "written"))
        (part,) = (tmp_path / "written").glob("*.parquet")
        source = trimtab.data(part)
        written = pq.read_table(part, columns=COLUMNS, coerce_int96_timestamp_unit="us")
        spooled = pq.read_table(source.source.path, columns=COLUMNS)
        assert spooled.to_pylist() == written.to_pylist()
        assert {moment.year for moment in spooled["valid_to"].to_pylist()} == {2020, 9999}
        trimtab.sample(source.neutral().changed(rows=120), source, tmp_path / "rows.parquet")
        frame = spark.read.parquet(str(tmp_path / "rows.parquet")).select(*COLUMNS)
        found = sorted(tuple(map(str, row.asDict().values())) for row in frame.collect())
    finally:
        spark.stop()
    right = sorted(tuple(map(str, row.values())) for row in rows(tmp_path / "rows.parquet"))
    assert [row[:1] + row[2:] for row in found] == [row[:1] + row[2:] for row in right]
    assert [row[1][:26] for row in found] == [row[1][:26] for row in right]
