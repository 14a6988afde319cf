#!/usr/bin/env bash
# What: pandas writes a Parquet data set partitioned by a column with missing values, or by one of nullable whole
#   numbers, and then cannot read it.
#
# Versions: pandas 3.1.1, pyarrow 26.0.1, Polars 2.1.0, Python 3.11.
#
# One would expect: `to_parquet(partition_cols=[...])` either refuses a missing value or writes what `read_parquet` of
#   the same library reads. A folder `__HIVE_DEFAULT_PARTITION__` is the usual name for it and is what is written.
#
# Seen: writing succeeds. Reading raises ArrowInvalid, "Cannot yet unify dictionaries with nulls", for text and for
#   floats with a missing value. A column of nullable whole numbers (Int64) raises NotImplementedError, with a type as
#   its only text, even without a missing value. Polars and pyarrow's own data set read all of them.
#
# Why it matters: the set is written at the end of a long run and read on another day by others. What fails is the one
#   row without a site, and the message names neither the column nor the folder.
#
# Instead: give missing a level of its own before writing, or read with Polars, DuckDB or
#   `pyarrow.dataset.dataset(..., partitioning="hive")`.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile pandas==3.1.1 pyarrow==26.0.1 polars==2.1.0 >pip.log 2>&1 || { cat pip.log >&2; exit 1; }

cat >see.py <<'PY'
import pandas as pd
import polars as pl
import pyarrow.dataset as ds


def attempt(what, read):
    try:
        print(f"  {what}: {read()} rows")
    except Exception as problem:
        print(f"  {what}: {type(problem).__name__}")


for name, values in (
    ("text", pd.Series(["a", "b", None])),
    ("whole numbers", pd.Series([1, 2, None], dtype="Int64")),
    ("floats", pd.Series([1.5, 2.5, None])),
):
    frame = pd.DataFrame({"site": values, "row": range(3)})
    frame.to_parquet(name, partition_cols=["site"])
    frame.dropna().to_parquet(name + " complete", partition_cols=["site"])
    print(name)
    attempt("pandas, without the missing row", lambda: len(pd.read_parquet(name + " complete")))
    attempt("pandas, with it", lambda: len(pd.read_parquet(name)))
    attempt("polars, with it", lambda: pl.read_parquet(name + "/**/*.parquet", hive_partitioning=True).height)
    attempt("pyarrow.dataset, with it", lambda: ds.dataset(name, partitioning="hive").to_table().num_rows)
PY
venv/bin/python see.py | tee seen.txt

diff -u - seen.txt <<'TXT'
text
  pandas, without the missing row: 2 rows
  pandas, with it: ArrowInvalid
  polars, with it: 3 rows
  pyarrow.dataset, with it: 3 rows
whole numbers
  pandas, without the missing row: NotImplementedError
  pandas, with it: NotImplementedError
  polars, with it: 3 rows
  pyarrow.dataset, with it: 3 rows
floats
  pandas, without the missing row: 2 rows
  pandas, with it: ArrowInvalid
  polars, with it: 3 rows
  pyarrow.dataset, with it: 3 rows
TXT
echo "as described"
