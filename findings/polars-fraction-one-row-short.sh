#!/usr/bin/env bash
# What: `DataFrame.sample(fraction=0.29)` of 100 rows is 28 rows in Polars and 29 in pandas.
#
# Versions: Polars 2.1.0, pandas 3.1.1, Python 3.11.
#
# One would expect: Polars documents `fraction` as the fraction of rows to return. 0.29 of 100 rows is 29, and both n
#   and the result are whole.
#
# Seen: fraction × rows is cut off, not rounded, and 0.29 × 100 is 28.999999999999996 in floating point. Of the 99
#   whole percentages of 100 rows, 29, 57 and 58 come out one row short. Where the share is not a whole number of rows
#   it always cuts: 0.5 of 3 rows is 1 row, pandas gives 2. Group by group the loss adds up: a third of each of 1,000
#   groups of 2 rows gives no row at all.
#
# Why it matters: a stratified sample by fraction, group by group, misses its size and loses the small groups, which
#   are the rare cells; two pipelines with the same fraction have different sets.
#
# Instead: work out the number of rows yourself in integers (largest remainders) and pass `n=`.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile polars==2.1.0 pandas==3.1.1 pyarrow==26.0.1 >pip.log 2>&1 || { cat pip.log >&2; exit 1; }

cat >see.py <<'PY'
import pandas as pd
import polars as pl


def short(rows):
    frame = pl.DataFrame({"row": range(rows)})
    return [k for k in range(1, rows) if frame.sample(fraction=k / rows, seed=1).height != k]


hundred = pl.DataFrame({"row": range(100)})
print("0.29 of 100 rows: polars", hundred.sample(fraction=0.29, seed=1).height, "pandas", len(hundred.to_pandas().sample(frac=0.29)))
print("percent of 100 rows that come out short:", short(100))

three = pl.DataFrame({"row": range(3)})
print("0.5 of 3 rows: polars", three.sample(fraction=0.5, seed=1).height, "pandas", len(three.to_pandas().sample(frac=0.5)))

groups = pl.DataFrame({"group": [g for g in range(1000) for _ in range(2)]})
taken = groups.group_by("group").map_groups(lambda g: g.sample(fraction=1 / 3, seed=1))
print("a third of each of 1,000 groups of 2 rows: polars", taken.height, end=" ")
print("pandas", len(groups.to_pandas().groupby("group").sample(frac=1 / 3)))
PY
venv/bin/python see.py | tee seen.txt

diff -u - seen.txt <<'TXT'
0.29 of 100 rows: polars 28 pandas 29
percent of 100 rows that come out short: [29, 57, 58]
0.5 of 3 rows: polars 1 pandas 2
a third of each of 1,000 groups of 2 rows: polars 0 pandas 1000
TXT
echo "as described"
