#!/usr/bin/env bash
# What: "the root of x is above 3" keeps the rows whose x is negative in DuckDB and polars, and drops them in pandas and
#   pyarrow; "x / y is above 3" keeps 0 / 0 in the same two.
#
# Versions: duckdb 2.0.1, polars 2.1.0, pandas 3.1.1, pyarrow 26.0.1, Python 3.11.
#
# One would expect: a row for which there is no number is not above a threshold, or it is an error, or missing.
#
# Seen: DuckDB and polars order "not a number" above every number, so that a condition with > is true of it (and one with
#   < is not), while pandas and pyarrow find every comparison with it false. DuckDB raises no error for such a root, nor
#   for a division of fractions by zero.
#
# Why it matters: a slice ("volatility above 3", "cost per visit above 3") has other rows in the query that was used to
#   look at it than in the code that trains on it, and the extra ones are those of broken or empty measurements.
#
# Instead: say where there is a value (`CASE WHEN y <> 0 THEN x / y END > 3`), which all of them read alike.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile duckdb==2.0.1 polars==2.1.0 pandas==3.1.1 pyarrow==26.0.1 >pip.log 2>&1 || { cat pip.log >&2; exit 1; }

cat >see.py <<'PY'
import warnings

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

warnings.simplefilter("ignore")
rows = pa.table({"row": ["negative", "small", "large", "nothing"], "x": [-16.0, 4.0, 25.0, 0.0], "y": [1.0, 1.0, 1.0, 0.0]})
frame, polar = rows.to_pandas(), pl.from_arrow(rows)


def found(condition: str, in_pandas, in_polars, in_arrow) -> None:
    print(condition)
    print("  duckdb ", [row for (row,) in duckdb.sql(f"SELECT row FROM rows WHERE {condition}").fetchall()])
    print("  polars ", polar.filter(in_polars)["row"].to_list())
    print("  pandas ", frame.loc[in_pandas, "row"].to_list())
    print("  pyarrow", rows.filter(in_arrow)["row"].to_pylist())


found("sqrt(x) > 3", frame.x**0.5 > 3, pl.col("x").sqrt() > 3, pc.greater(pc.sqrt(rows["x"]), 3.0))
found("x / y > 3", frame.x / frame.y > 3, pl.col("x") / pl.col("y") > 3, pc.greater(pc.divide(rows["x"], rows["y"]), 3.0))
guarded = "CASE WHEN x >= 0 THEN sqrt(x) END > 3"
print(guarded)
print("  duckdb ", [row for (row,) in duckdb.sql(f"SELECT row FROM rows WHERE {guarded}").fetchall()])
PY
venv/bin/python see.py | tee seen.txt

diff -u - seen.txt <<'TXT'
sqrt(x) > 3
  duckdb  ['negative', 'large']
  polars  ['negative', 'large']
  pandas  ['large']
  pyarrow ['large']
x / y > 3
  duckdb  ['small', 'large', 'nothing']
  polars  ['small', 'large', 'nothing']
  pandas  ['small', 'large']
  pyarrow ['small', 'large']
CASE WHEN x >= 0 THEN sqrt(x) END > 3
  duckdb  ['large']
TXT
echo "as described"
