#!/usr/bin/env bash
# What: a text column that pandas writes as folders (`partition_cols`) comes back as other values, and each of three
#   readers has its own: '007' is 7 in pandas and Polars, '1e3' is 1000.0 in Polars.
#
# Versions: pandas 3.1.1, pyarrow 26.0.1, Polars 2.1.0, DuckDB 2.0.1, Python 3.11.
#
# One would expect: the same frame back. The type is known when writing and the schema of the source is stored in
#   every part; `partition_cols` is documented only as the columns to split the data set by.
#
# Seen: the value is kept only as a folder's name, and each reader guesses the type anew from all names together.
#   Postcodes and site codes lose their zeros in pandas and Polars but not in DuckDB; dates written as text are text
#   in pandas, dates in the two others; 'True' is a boolean in Polars only. pandas gives the numbers as an unordered
#   categorical.
#
# Why it matters: the columns one partitions by are the factors of the design (site, year, level). Joined with the
#   source again, '007' finds nothing; in a combined set 7 and '007' are two levels of one factor, and a check that
#   counts levels sees a new one and a missing one.
#
# Instead: keep the factor inside the files as well, under its own name, and partition by a copy; or declare the types
#   when reading (pyarrow `partitioning=ds.partitioning(schema, flavor="hive")`, Polars `hive_schema=` or
#   `try_parse_hive_dates=False`, DuckDB `hive_types=`).
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile pandas==3.1.1 pyarrow==26.0.1 polars==2.1.0 duckdb==2.0.1 >pip.log 2>&1 || { cat pip.log >&2; exit 1; }

cat >see.py <<'PY'
import shutil

import duckdb
import pandas as pd
import polars as pl


def read(values):
    shutil.rmtree("rows", ignore_errors=True)
    pd.DataFrame({"code": values, "row": range(len(values))}).to_parquet("rows", partition_cols=["code"])
    yield "pandas", pd.read_parquet("rows").sort_values("row")["code"].tolist()
    yield "polars", pl.read_parquet("rows/**/*.parquet", hive_partitioning=True).sort("row")["code"].to_list()
    query = "SELECT code FROM read_parquet('rows/**/*.parquet', hive_partitioning = true) ORDER BY row"
    yield "duckdb", [code for (code,) in duckdb.sql(query).fetchall()]


for values in (["007", "012"], ["1e3", "2e3"], ["True", "False"], ["2026-01-31", "2026-02-01"]):
    print("written", values)
    for name, got in read(values):
        print(f"  {name} {'the same' if got == values else [str(v) for v in got]}", "" if got == values else type(got[0]).__name__)
PY
venv/bin/python see.py | tee seen.txt

diff -u - seen.txt <<'TXT'
written ['007', '012']
  pandas ['7', '12'] int
  polars ['7', '12'] int
  duckdb the same 
written ['1e3', '2e3']
  pandas the same 
  polars ['1000.0', '2000.0'] float
  duckdb the same 
written ['True', 'False']
  pandas the same 
  polars ['True', 'False'] bool
  duckdb the same 
written ['2026-01-31', '2026-02-01']
  pandas the same 
  polars ['2026-01-31', '2026-02-01'] date
  duckdb ['2026-01-31', '2026-02-01'] date
TXT
echo "as described"
