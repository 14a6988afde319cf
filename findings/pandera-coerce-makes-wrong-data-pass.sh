#!/usr/bin/env bash
# What: with `coerce=True`, pandera changes values until they fit the type (1.7 to 1, 'False' to True) and then
#   reports the data as valid.
#
# Versions: pandera 0.35.0, pandas 3.1.1, Polars 2.1.0, Python 3.11.
#
# One would expect: the documentation says that coercion turns a column into the declared type and that a SchemaError
#   is raised if that is not possible. 1.7 is no whole number and 'no' is not true, so a gate for data should stop
#   there, as it does for 300 in int8.
#
# Seen: the conversion is the bare cast of pandas: fractions are cut off, and any text that is not empty is True. The
#   declared checks run after the cast, so a check that the value lies within a range sees the changed value. The
#   Polars side cuts fractions too. Only the frame that is returned shows it.
#
# Why it matters: schemas stand as a gate before training. Coercion is switched on for harmless cases (1.0 to 1) and
#   lets through the harmful ones: labels turn over, and shares move without a message.
#
# Instead: no `coerce` in a gate; read with the right types, or compare the frame with its coerced copy and stop if
#   any value changed.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile pandera==0.35.0 pandas==3.1.1 polars==2.1.0 numpy==2.4.6 >pip.log 2>&1 || { cat pip.log >&2; exit 1; }

cat >see.py <<'PY'
import warnings

import pandas as pd
import pandera.pandas as pa
import pandera.polars as pap
import polars as pl

warnings.simplefilter("ignore")


def show(what, values, get):
    try:
        print(f"{what:22}", values, "->", get())
    except Exception as problem:
        print(f"{what:22}", values, "->", type(problem).__name__)


def in_pandas(dtype, values, check=None):
    schema = pa.DataFrameSchema({"x": pa.Column(dtype, check, coerce=True)})
    return schema.validate(pd.DataFrame({"x": values}))["x"].tolist()


def in_polars(dtype, values):
    schema = pap.DataFrameSchema({"x": pap.Column(dtype, coerce=True)})
    return schema.validate(pl.DataFrame({"x": values}))["x"].to_list()


show("pandas int", [1.7, -0.9], lambda: in_pandas(int, [1.7, -0.9]))
show("pandas int, <= 1", [1.7], lambda: in_pandas(int, [1.7], pa.Check.le(1)))
show("pandas int8", [300], lambda: in_pandas("int8", [300]))
show("pandas bool", ["False", "no", ""], lambda: in_pandas(bool, ["False", "no", ""]))
show("polars Int64", [1.7, -0.9], lambda: in_polars(pl.Int64, [1.7, -0.9]))
show("polars Int8", [300], lambda: in_polars(pl.Int8, [300]))
PY
venv/bin/python see.py | tee seen.txt

diff -u - seen.txt <<'TXT'
pandas int             [1.7, -0.9] -> [1, 0]
pandas int, <= 1       [1.7] -> [1]
pandas int8            [300] -> SchemaErrors
pandas bool            ['False', 'no', ''] -> [True, True, False]
polars Int64           [1.7, -0.9] -> [1, 0]
polars Int8            [300] -> SchemaError
TXT
echo "as described"
