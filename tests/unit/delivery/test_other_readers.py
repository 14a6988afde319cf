"""What is written is what pandas, Arrow, DuckDB, polars and datasets read: every kind of value, from every format."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.feather
import pyarrow.json
import pyarrow.parquet as pq
import pytest

from trimtab.core.delivery.writers import write

EASTERN = "America/New_York"
TABLE = pa.table(
    {
        "number": [1 / 3, None, -0.0, 1e300, 5.0],
        "whole": pa.array([2**53 + 1, None, -5, 0, 2**63 - 1]),
        "small": pa.array([-128, 127, None, 0, 1], pa.int8()),
        "truth": [True, None, False, True, True],
        "day": [dt.date(2013, 1, 1), None, dt.date(1970, 1, 1), dt.date(2099, 12, 31), dt.date(1901, 2, 3)],
        "time": [dt.datetime(2013, 1, 1, 5, 0, 0, 7), None, dt.datetime(1969, 12, 31), *[dt.datetime(2099, 1, 1)] * 2],
        "zoned": pa.array([month and dt.datetime(2013, month, 1, 3, tzinfo=dt.UTC) for month in (7, None, None, 1, 1)],
                          pa.timestamp("us", EASTERN)),
        "code": ["007", None, "1e3", "null", "-"],
        "text": ['say "hi", ok\\', None, "two\nlines\r\n\tand", "ünïcödé 🚀 \u2028", " {'=1+1'} "],
    }
)  # fmt: skip
WANTED = TABLE.set_column(6, "zoned", TABLE["zoned"].cast(pa.timestamp("us", "UTC"))).to_pylist()
DTYPES = {"number": "float64", "whole": "Int64", "small": "Int8", "truth": "boolean", "code": "str", "text": "str"}
POLARS = pl.DataFrame(TABLE).schema
FEATURES = datasets.Features.from_arrow_schema(TABLE.schema)


def of_pandas(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Columns that a file tells no type of are read as the texts that they are."""
    days = {"day": pa.date32(), "time": pa.timestamp("us"), "zoned": pa.timestamp("us", EASTERN)}
    columns = {
        name: pa.array(pd.to_datetime(frame[name], format="ISO8601", utc=name == "zoned").astype(
            f"datetime64[us{', UTC' if name == 'zoned' else ''}]")).cast(days[name])
        if name in days and frame[name].dtype in ("str", "object") and not isinstance(frame[name].iloc[0], dt.date)
        else pa.array(frame[name], TABLE.schema.field(name).type, from_pandas=True)
        for name in frame.columns
    }  # fmt: skip
    return pa.table(columns).to_pylist()


def of_duckdb(sql: str) -> list[dict[str, Any]]:
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        return con.sql(sql).to_arrow_table().to_pylist()


def of_polars(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return frame.cast({"time": pl.Datetime("us"), "zoned": pl.Datetime("us", EASTERN)}).to_dicts()  # type: ignore[arg-type]


def typed_csv(path: Path) -> pa.Table:
    options = pa.csv.ConvertOptions(
        column_types=TABLE.schema, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
    )
    parse = pa.csv.ParseOptions(newlines_in_values=True)
    return pa.csv.read_csv(path, parse_options=parse, convert_options=options)


def polars_texts(frame: pl.DataFrame) -> pl.DataFrame:
    """Days and times out of texts, which polars does not look for in JSON."""
    return frame.with_columns(
        pl.col("day").str.to_date("%Y-%m-%d"),
        pl.col("time").str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us"),
        pl.col("zoned").str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%#z", time_unit="us", time_zone="UTC"),
    )


TYPES = "{'number': 'DOUBLE', 'whole': 'BIGINT', 'small': 'TINYINT', 'truth': 'BOOLEAN', 'day': 'DATE', "
TYPES += "'time': 'TIMESTAMP', 'zoned': 'TIMESTAMPTZ', 'code': 'VARCHAR', 'text': 'VARCHAR'}"
CSV = f"header = true, quote = '\"', escape = '\"', allow_quoted_nulls = false, columns = {TYPES}"
JSON_SCHEMA = {**POLARS, **dict.fromkeys(("day", "time", "zoned"), pl.String), "small": pl.Int64}

Read = Callable[[Path], list[dict[str, Any]]]
READERS: dict[tuple[str, str], Read] = {
    (".parquet", "pandas"): lambda path: of_pandas(pd.read_parquet(path, dtype_backend="pyarrow")),
    (".parquet", "pyarrow"): lambda path: pq.read_table(path).to_pylist(),
    (".parquet", "duckdb"): lambda path: of_duckdb(f"FROM '{path}'"),
    (".parquet", "polars"): lambda path: of_polars(pl.read_parquet(path)),
    ("", "pandas"): lambda path: of_pandas(pd.read_parquet(path, dtype_backend="pyarrow")),
    ("", "pyarrow"): lambda path: pq.read_table(path).to_pylist(),
    ("", "duckdb"): lambda path: of_duckdb(f"FROM '{path}/*.parquet'"),
    ("", "polars"): lambda path: of_polars(pl.read_parquet(f"{path}/*.parquet")),
    (".arrow", "pandas"): lambda path: of_pandas(pd.read_feather(path, dtype_backend="pyarrow")),
    (".arrow", "pyarrow"): lambda path: pa.ipc.open_file(path).read_all().to_pylist(),
    (".arrow", "polars"): lambda path: of_polars(pl.read_ipc(path)),
    (".csv", "pandas"): lambda path: of_pandas(
        pd.read_csv(path, dtype=DTYPES, keep_default_na=False, na_values=[""])),
    (".csv", "pyarrow"): lambda path: typed_csv(path).to_pylist(),
    (".csv", "duckdb"): lambda path: of_duckdb(f"FROM read_csv('{path}', {CSV})"),
    (".csv", "polars"): lambda path: of_polars(pl.read_csv(path, schema_overrides={
        **POLARS, "zoned": pl.String}).with_columns(pl.col("zoned").str.to_datetime("%F %T%.f%#z", time_unit="us"))),
    (".jsonl", "pandas"): lambda path: of_pandas(pd.read_json(
        path, lines=True, engine="pyarrow", dtype_backend="pyarrow")),
    (".jsonl", "pyarrow"): lambda path: pa.json.read_json(
        path, parse_options=pa.json.ParseOptions(explicit_schema=pa.schema([
            field if field.name != "day" else field.with_type(pa.string()) for field in TABLE.schema]))
    ).cast(TABLE.schema).to_pylist(),
    (".jsonl", "duckdb"): lambda path: of_duckdb(
        f"FROM read_json('{path}', format = 'newline_delimited', columns = {TYPES})"),
    (".jsonl", "polars"): lambda path: of_polars(polars_texts(pl.read_ndjson(path, schema=JSON_SCHEMA))),
}  # fmt: skip
PACKED = {(".csv", "pandas"), (".csv", "duckdb"), (".jsonl", "pandas"), (".jsonl", "duckdb")}
CASES = [*READERS, *((f"{suffix}.gz", reader) for suffix, reader in READERS if (suffix, reader) in PACKED)]


def same(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows whose times with a zone are in UTC: equal moments, whatever zone a reader gives them."""
    moved = [{**row, "zoned": row["zoned"] and row["zoned"].astimezone(dt.UTC)} for row in found]
    return [{name: row[name] for name in TABLE.column_names} for row in moved]


@pytest.mark.parametrize(("suffix", "reader"), CASES, ids=lambda one: one or "folder")
def test_every_value_is_read_as_it_was_written(tmp_path: Path, suffix: str, reader: str) -> None:
    path = tmp_path / f"rows{suffix}"
    write([TABLE.slice(0, 2), TABLE.slice(2)], path, schema=TABLE.schema)
    found = same(READERS[suffix.removesuffix(".gz"), reader](path))
    for name in TABLE.column_names:
        assert [row[name] for row in found] == [row[name] for row in same(WANTED)], name


@pytest.mark.parametrize("suffix", [".parquet", "", ".arrow", ".jsonl"], ids=lambda one: one or "folder")
def test_datasets_reads_it(tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write([TABLE], tmp_path / f"rows{suffix}", schema=TABLE.schema)
    kind = {".parquet": "parquet", "": "parquet", ".arrow": "arrow", ".jsonl": "json"}[suffix]
    files = str(tmp_path / "rows" / "*.parquet") if not suffix else str(tmp_path / f"rows{suffix}")
    options = {"data_files": files, "split": "train", "cache_dir": str(tmp_path / "cache")}
    found = datasets.load_dataset(kind, **options).with_format("arrow")[:].to_pylist()
    for name in ("number", "whole", "small", "truth", "code", "text"):
        assert [row[name] for row in found] == [row[name] for row in WANTED], name
