"""Honest rewritings: the same rows as other programs write them, in other files, types and orders."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.dataset as ds
import pyarrow.parquet as pq

Rewriting = Callable[[pa.Table, Path], Path]
"""Writes a table into a folder and returns the file, or the folder of parts."""


def by_pandas(name: str, change: Callable[[pd.DataFrame], pd.DataFrame] = lambda frame: frame, **how: Any) -> Rewriting:
    """Written by pandas, whose whole numbers with gaps are fractions, and whose texts with gaps are objects."""

    def write(table: pa.Table, folder: Path) -> Path:
        frame, file = change(table.to_pandas()), folder / name
        if file.suffix == ".parquet":
            frame.to_parquet(file, **how)
        else:
            frame.to_csv(file, **{"index": False, **how})
        return file

    return write


def by_polars(name: str, change: Callable[[pl.DataFrame], pl.DataFrame] = lambda frame: frame, **how: Any) -> Rewriting:
    """Written by polars."""

    def write(table: pa.Table, folder: Path) -> Path:
        frame, file = pl.from_arrow(table), folder / name
        assert isinstance(frame, pl.DataFrame)
        frame = change(frame)
        (frame.write_parquet if file.suffix == ".parquet" else frame.write_csv)(file, **how)
        return file

    return write


def by_duckdb(name: str, options: str, order: str = "") -> Rewriting:
    """Written by DuckDB."""

    def write(table: pa.Table, folder: Path) -> Path:
        with duckdb.connect() as con:
            con.register("rows", table)
            con.execute(f"COPY (SELECT * FROM rows {order}) TO '{folder / name}' ({options})")
        return folder / name

    return write


def by_arrow(name: str, change: Callable[[pa.Table], pa.Table] = lambda table: table, **how: Any) -> Rewriting:
    """Written by pyarrow."""

    def write(table: pa.Table, folder: Path) -> Path:
        file = folder / name
        if file.suffix == ".parquet":
            pq.write_table(change(table), file, **how)
        elif file.suffix:
            pyarrow.csv.write_csv(change(table), file, **how)
        else:
            ds.write_dataset(change(table), file, format="parquet", **how)
        return file

    return write


def gzipped(table: pa.Table, folder: Path) -> Path:
    """As CSV by the standard library, gzipped."""
    with gzip.open(folder / "a.csv.gz", "wt", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table.column_names)
        writer.writerows(row.values() for row in table.to_pylist())
    return folder / "a.csv.gz"


def through_csv(table: pa.Table, folder: Path) -> Path:
    """Written as CSV by polars, read by pandas and written as Parquet again: dates are texts by then."""
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    frame.write_csv(folder / "a.csv")
    pd.read_csv(folder / "a.csv").to_parquet(folder / "a.parquet")
    return folder / "a.parquet"


def shuffled(table: pa.Table) -> pa.Table:
    """Another order of the rows."""
    return table.take(pa.array(np.random.default_rng(1).permutation(len(table))))


def narrow(table: pa.Table) -> pa.Table:
    """Whole numbers in fewer bits, where they fit."""
    smaller = {"count": pa.int8(), "start": pa.int16(), "end": pa.int32(), "_group": pa.int32()}
    fields = [pa.field(one.name, smaller.get(one.name, one.type)) for one in table.schema]
    return table.cast(pa.schema(fields))


def retyped(old: pa.DataType, new: pa.DataType) -> Callable[[pa.Table], pa.Table]:
    """All columns of one type as another."""
    return lambda table: table.cast(
        pa.schema([pa.field(one.name, new if one.type == old else one.type) for one in table.schema])
    )


def encoded(table: pa.Table) -> pa.Table:
    """Texts as dictionaries."""
    for i, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            table = table.set_column(i, field.name, table[i].dictionary_encode())
    return table


def backwards(table: pa.Table) -> pa.Table:
    """The columns in another order."""
    return table.select(table.column_names[::-1])


def _mixed(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sample(frac=1.0, random_state=3)


def _shuffled(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.sample(fraction=1.0, shuffle=True, seed=2)


def _categories(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype(dict.fromkeys(("grade", "city", "land", "band"), "category"))


REWRITINGS: dict[str, Rewriting] = {
    "pandas parquet": by_pandas("a.parquet"),
    "pandas parquet, no index": by_pandas("a.parquet", index=False),
    "pandas parquet, mixed rows and their old index": by_pandas("a.parquet", _mixed),
    "pandas parquet, gzip": by_pandas("a.parquet", compression="gzip"),
    "pandas parquet, categories": by_pandas("a.parquet", _categories),
    "pandas parquet, own missing values": by_pandas("a.parquet", lambda frame: frame.convert_dtypes()),
    "pandas parquet, sorted": by_pandas("a.parquet", lambda frame: frame.sort_values("net")),
    "pandas csv": by_pandas("a.csv"),
    "pandas csv, with its index": by_pandas("a.csv", index=True),
    "pandas csv, mixed rows": by_pandas("a.csv", _mixed),
    "pandas csv, all quoted": by_pandas("a.csv", quoting=csv.QUOTE_ALL),
    "pandas csv, texts quoted": by_pandas("a.csv", quoting=csv.QUOTE_NONNUMERIC),
    "pandas csv, semicolons": by_pandas("a.csv", sep=";"),
    "pandas csv, bars": by_pandas("a.csv", sep="|"),
    "pandas csv, carriage returns": by_pandas("a.csv", lineterminator="\r\n"),
    "pandas csv, byte order mark": by_pandas("a.csv", encoding="utf-8-sig"),
    "pandas csv, NA": by_pandas("a.csv", na_rep="NA"),
    "pandas csv, gzipped": by_pandas("a.csv.gz"),
    "pandas tsv": by_pandas("a.tsv", sep="\t"),
    "polars parquet": by_polars("a.parquet"),
    "polars parquet, mixed rows": by_polars(
        "a.parquet", lambda frame: frame.sample(fraction=1.0, shuffle=True, seed=2)
    ),
    "polars parquet, snappy": by_polars("a.parquet", compression="snappy"),
    "polars parquet, uncompressed": by_polars("a.parquet", compression="uncompressed"),
    "polars parquet, no statistics": by_polars("a.parquet", statistics=False),
    "polars parquet, small row groups": by_polars("a.parquet", row_group_size=100),
    "polars parquet, categories": by_polars("a.parquet", lambda frame: frame.cast({pl.String: pl.Categorical})),
    "polars csv": by_polars("a.csv"),
    "polars csv, all quoted": by_polars("a.csv", quote_style="always"),
    "polars csv, texts quoted": by_polars("a.csv", quote_style="non_numeric"),
    "polars csv, semicolons": by_polars("a.csv", separator=";"),
    "polars csv, NA": by_polars("a.csv", null_value="NA"),
    "polars csv, sorted": by_polars("a.csv", lambda frame: frame.sort("gross")),
    "polars tsv": by_polars("a.tsv", separator="\t"),
    "duckdb parquet": by_duckdb("a.parquet", "FORMAT parquet"),
    "duckdb parquet, zstd": by_duckdb("a.parquet", "FORMAT parquet, COMPRESSION zstd"),
    "duckdb parquet, sorted": by_duckdb("a.parquet", "FORMAT parquet", "ORDER BY net, gross"),
    "duckdb parquet, small row groups": by_duckdb("a.parquet", "FORMAT parquet, ROW_GROUP_SIZE 512"),
    "duckdb csv": by_duckdb("a.csv", "FORMAT csv, HEADER"),
    "duckdb csv, bars": by_duckdb("a.csv", "FORMAT csv, HEADER, DELIMITER '|'"),
    "duckdb csv, all quoted": by_duckdb("a.csv", "FORMAT csv, HEADER, FORCE_QUOTE *"),
    "duckdb csv, gzipped": by_duckdb("a.csv.gz", "FORMAT csv, HEADER, COMPRESSION gzip"),
    "arrow parquet": by_arrow("a.parquet"),
    "arrow parquet, mixed rows": by_arrow("a.parquet", shuffled),
    "arrow parquet, columns backwards": by_arrow("a.parquet", backwards),
    "arrow parquet, narrow": by_arrow("a.parquet", narrow),
    "arrow parquet, dictionaries": by_arrow("a.parquet", encoded),
    "arrow parquet, large texts": by_arrow("a.parquet", retyped(pa.string(), pa.large_string())),
    "arrow parquet, dates with a time": by_arrow("a.parquet", retyped(pa.date32(), pa.timestamp("us"))),
    "arrow parquet, of version 1": by_arrow("a.parquet", version="1.0", data_page_version="1.0"),
    "arrow parquet, with checksums": by_arrow("a.parquet", write_page_checksum=True, compression="brotli"),
    "arrow parts": by_arrow("parts", max_rows_per_file=700, max_rows_per_group=700),
    "arrow csv": by_arrow("a.csv"),
    "arrow csv, columns backwards": by_arrow("a.csv", backwards),
    "standard library, gzipped": gzipped,
    "polars csv, pandas parquet": through_csv,
}
