"""Tables in memory: whatever holds them, the same content is the same file with the same digest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from trimtab.core.errors import InputError
from trimtab.core.tables.incoming import is_table, write_table

PLAIN = pa.table(
    {
        "whole": pa.array([1, None, 2**53 + 1], pa.int64()),
        "part": pa.array([0.5, None, -0.0]),
        "text": ["é", None, ""],
        "truth": [True, None, False],
        "day": [date(2013, 1, 2), None, date(1, 1, 1)],
        "moment": pa.array([datetime(2013, 1, 2, 3, tzinfo=UTC), None, None], pa.timestamp("us", "UTC")),
        "clock": pa.array([time(1, 2), None, None], pa.time64("us")),
        "exact": [Decimal("1.50"), None, Decimal("-2.25")],
    }
)


def written(what: object, file: Path) -> tuple[str, pa.Table]:
    digest = write_table(what, file, owner="t")
    return digest, pq.ParquetFile(file).read()


@pytest.mark.parametrize(
    "other",
    [
        lambda table: table.to_reader(max_chunksize=1),
        lambda table: pa.concat_tables([table.slice(0, 1), table.slice(1)]),
        lambda table: pa.concat_tables([table, table]).slice(3),
        lambda table: pl.DataFrame(table).with_columns(pl.col("clock").cast(pl.Time)).to_arrow().cast(table.schema),
        lambda table: table.set_column(2, "text", table["text"].dictionary_encode()),
        lambda table: table.set_column(2, "text", table["text"].cast(pa.large_string())),
        lambda table: table.set_column(2, "text", table["text"].cast(pa.string_view())),
        lambda table: table.set_column(1, "part", pa.array([0.5, float("nan"), -0.0])),
        lambda table: table.replace_schema_metadata({"made": "by another tool"}),
    ],
    ids=["pieces", "chunks", "slice", "polars", "dictionary", "large", "view", "nan", "metadata"],
)
def test_the_same_content_has_the_same_digest(other: Callable[[pa.Table], Any], tmp_path: Path) -> None:
    file = tmp_path / "t.parquet"
    digest, table = written(PLAIN, file)
    assert table.equals(PLAIN)
    # The digest is written down: another version of Trimtab or of a library must know the data of a design again.
    assert digest == "a604367e0f9e0127109ad4ee8b5035611218d1fd5751ef698d8ea9bcf56891a2"
    assert written(other(PLAIN), file) == (digest, table)


@pytest.mark.parametrize(
    "other",
    [
        lambda table: table.slice(1),
        lambda table: table.take([0, 2, 1]),
        lambda table: table.select(table.column_names[::-1]),
        lambda table: table.rename_columns(["Whole", *table.column_names[1:]]),
        lambda table: table.set_column(0, "whole", pa.array([1, None, 2**53], pa.int64())),
        lambda table: table.set_column(0, "whole", pa.array([1, 0, 2**53 + 1], pa.int64())),
        lambda table: table.set_column(2, "text", pa.array(["é", "", ""])),
        lambda table: table.set_column(2, "text", pa.array(["é", "", None])),
    ],
)
def test_other_content_has_another_digest(other: Callable[[pa.Table], pa.Table], tmp_path: Path) -> None:
    file = tmp_path / "t.parquet"
    assert written(other(PLAIN), file)[0] != written(PLAIN, file)[0]


@given(
    rows=st.lists(st.tuples(st.text(max_size=3) | st.none(), st.floats(allow_nan=False) | st.none()), max_size=12),
    cuts=st.lists(st.integers(1, 4), max_size=6),
)
@example(rows=[("a", 1.0), ("", None), (None, 2.0)], cuts=[1, 1])
@example(rows=[("ab", 1.0), ("c", 1.0)], cuts=[])
def test_a_digest_does_not_know_the_pieces(
    rows: list[tuple[str | None, float | None]], cuts: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.getbasetemp() / "pieces.parquet"
    schema = pa.schema([("text", pa.string()), ("number", pa.float64())])
    table = pa.table({"text": [row[0] for row in rows], "number": [row[1] for row in rows]}, schema=schema)
    batches, at = [], 0
    for cut in cuts:
        batches += table.slice(at, cut).combine_chunks().to_batches()
        at += cut
    batches += table.slice(at).to_batches()
    pieces = pa.RecordBatchReader.from_batches(schema, batches)
    assert write_table(pieces, file, owner="t") == write_table(table, file, owner="t")
    assert pq.ParquetFile(file).read().equals(table)


def test_a_frame_of_pandas_is_what_it_shows(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "text": ["a", None, "b"],
            "level": pd.Categorical(["x", None, "y"]),
            "part": [1.5, np.nan, 2.0],
            "mixed_missing": pd.Series([1, None, 3], dtype="Int64"),
            7: [True, False, True],
        }
    )
    _, table = written(frame, tmp_path / "t.parquet")
    assert table.to_pydict() == {
        "text": ["a", None, "b"],
        "level": ["x", None, "y"],
        "part": [1.5, None, 2.0],
        "mixed_missing": [1, None, 3],
        "7": [True, False, True],
    }


def test_an_index_with_a_name_is_a_column_and_one_without_is_none(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1, 2, 3]})
    assert written(frame[frame["a"] > 1], tmp_path / "t.parquet")[1].to_pydict() == {"a": [2, 3]}
    frame.index = pd.Index(["x", "y", "z"], name="key")
    assert written(frame, tmp_path / "t.parquet")[1].to_pydict() == {"key": ["x", "y", "z"], "a": [1, 2, 3]}


def test_what_speaks_arrow_is_a_table(tmp_path: Path) -> None:
    found = written(duckdb.sql("SELECT 1 AS a, 'x' AS b"), tmp_path / "t.parquet")[1]
    assert found.to_pydict() == {"a": [1], "b": ["x"]}
    assert not is_table("a.csv")
    assert not is_table({"a": [1]})


@pytest.mark.parametrize(
    ("what", "message"),
    [
        (pd.Series([1]), "^t: a Series is no table, which has columns with names.$"),
        (pa.array([1]), "^t: a .*Array is no table"),
        (pd.DataFrame(), "^t: it has no columns.$"),
        (pd.DataFrame({"a": [1, "x"]}), "^t: column `a` holds values that are not of one kind .*Could not convert 'x'"),
        (
            pd.DataFrame({"a": [1]}, index=pd.Index([1], name="a")),
            "^t: the index can't become a column: cannot insert a, already exists.$",
        ),
        (
            pa.table({"a": pa.array([(1, 2, 3)], pa.month_day_nano_interval())}),
            "^t: the table can't be read: Unhandled type for Arrow to Parquet schema conversion",
        ),
    ],
)
def test_refuses_what_is_no_table_of_columns(what: object, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        write_table(what, tmp_path / "t.parquet", owner="t")
