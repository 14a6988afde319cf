#!/usr/bin/env bash
# What: text that first appears in a spreadsheet column after row 1,000 is read as missing by fastexcel, and so by
#   Polars' `read_excel`.
#
# Versions: fastexcel 0.21.0, Polars 2.1.0; pandas 3.1.1 with openpyxl 3.1.5 for comparison; Python 3.11.
#
# One would expect: either the words, as pandas gives them, or an error that the column does not fit its type, as
#   Polars' own CSV reader raises in the same case. `read_excel` of Polars documents `infer_schema_length` as the
#   number of rows to look at for the types; that the rest is blanked is not said there.
#
# Seen: 1,200 numbers, then 'refused' and 'unknown' in the same column: the column is whole numbers and both words are
#   null. No error, no warning; `dtype_coercion="strict"` of fastexcel does not change it. In the first 1,000 rows one
#   word is enough to make the whole column text.
#
# Why it matters: codes such as 'refused' or '>90' are rare, and sheets are often sorted. The share of missing values
#   is wrong, and the level that was to be designed for does not exist in the data that was loaded.
#
# Instead: `infer_schema_length=None` (fastexcel: `schema_sample_rows=None`), or name the types in `schema_overrides`,
#   and compare the number of nulls with the number of blank cells.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile fastexcel==0.21.0 polars==2.1.0 pandas==3.1.1 openpyxl==3.1.5 xlsxwriter==3.2.9 >pip.log 2>&1 || { cat pip.log >&2; exit 1; }

cat >see.py <<'PY'
import pandas as pd
import polars as pl

rows = 1200
pd.DataFrame({"answer": [*range(rows), "refused", "unknown"], "row": range(rows + 2)}).to_excel("answers.xlsx", index=False)


def show(name, column):
    print(f"{name:34}", str(column.dtype).ljust(7), "last three:", column.to_list()[-3:])


show("pandas", pd.read_excel("answers.xlsx")["answer"])
show("polars", pl.read_excel("answers.xlsx")["answer"])
show("polars, dtype_coercion=strict", pl.read_excel("answers.xlsx", read_options={"dtype_coercion": "strict"})["answer"])
show("polars, infer_schema_length=None", pl.read_excel("answers.xlsx", infer_schema_length=None)["answer"])
with open("answers.csv", "w") as out:
    out.write("answer\n" + "\n".join(map(str, [*range(rows), "refused", "unknown"])) + "\n")
try:
    pl.read_csv("answers.csv")
except pl.exceptions.ComputeError:
    print("polars, the same as CSV            is refused with an error")
PY
venv/bin/python see.py | tee seen.txt

diff -u - seen.txt <<'TXT'
pandas                             object  last three: [1199, 'refused', 'unknown']
polars                             Int64   last three: [1199, None, None]
polars, dtype_coercion=strict      Int64   last three: [1199, None, None]
polars, infer_schema_length=None   String  last three: ['1199', 'refused', 'unknown']
polars, the same as CSV            is refused with an error
TXT
echo "as described"
