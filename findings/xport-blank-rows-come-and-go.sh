#!/usr/bin/env bash
# What: a SAS transport file of four rows is read as two rows by pyreadstat and as eight by pandas, if the last rows
#   hold empty text.
#
# Versions: pyreadstat 1.3.7, pandas 3.1.1, Python 3.11.
#
# One would expect: four rows, or a warning. A transport file (version 5) does not store the number of rows: it is
#   filled with blanks up to 80 bytes, and a row of blanks looks like filling. That is a known weakness of the format;
#   but the two readers decide against each other, and neither says that it had to decide.
#
# Seen: rows 'a', 'b', '', '' in one text column: pyreadstat drops the two that were written, pandas keeps them and
#   invents four more out of the filling. With a number in every row both give four.
#
# Why it matters: transport files are what surveys and health data are handed out in. A column of remarks or a list of
#   levels loses its missing rows or gains some: the share of missing values is 0, 50 or 75 % of one and the same
#   file.
#
# Instead: have one numeric column in the table (a row number), and check the number of rows after reading.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile pyreadstat==1.3.7 pandas==3.1.1 >pip.log 2>&1 || { cat pip.log >&2; exit 1; }

cat >see.py <<'PY'
import pandas as pd
import pyreadstat

text = ["a", "b", "", ""]
for name, frame in (
    ("text alone", pd.DataFrame({"answer": text})),
    ("with a row number", pd.DataFrame({"answer": text, "row": [1.0, 2.0, 3.0, 4.0]})),
):
    pyreadstat.write_xport(frame, "rows.xpt", file_format_version=5)
    print(f"{name:18} written {len(frame)} rows", end=", ")
    print("pyreadstat reads", len(pyreadstat.read_xport("rows.xpt")[0]), end=", ")
    print("pandas reads", len(pd.read_sas("rows.xpt", format="xport", encoding="ISO-8859-1")))
PY
venv/bin/python see.py | tee seen.txt

diff -u - seen.txt <<'TXT'
text alone         written 4 rows, pyreadstat reads 2, pandas reads 8
with a row number  written 4 rows, pyreadstat reads 4, pandas reads 4
TXT
echo "as described"
