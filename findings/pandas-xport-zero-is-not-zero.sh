#!/usr/bin/env bash
# What: pandas reads a zero of a SAS transport file as 5.4e-79, so nothing equals zero.
#
# Versions: pandas 3.1.1; the file written, and read for comparison, by pyreadstat 1.3.7; Python 3.11.
#
# One would expect: 0.0. The format stores numbers as IBM floating point, in which zero is all bytes zero, and the
#   value is exact; `read_sas` documents no loss.
#
# Seen: 0 comes back as 5.397605346934028e-79 and 1, -2 and missing as they were. pyreadstat gives 0.0 from the same
#   file. Shown with a few digits the column looks right (it prints as 5.397605e-79 in a table and as 0.00 once
#   rounded).
#
# Why it matters: "no" and "none" are coded 0 in survey files. `x == 0` is true in no row, `x > 0` in nearly all, a
#   boolean made of it is always True: the share of an event read so is 100 % or 0 %. Sums and means do not show it.
#
# Instead: read transport files with pyreadstat, or set what is smaller than 1e-70 to 0.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile pyreadstat==1.3.7 pandas==3.1.1 numpy==2.4.6 >pip.log 2>&1 || { cat pip.log >&2; exit 1; }

cat >see.py <<'PY'
import numpy as np
import pandas as pd
import pyreadstat

frame = pd.DataFrame({"children": [0.0, 1.0, 0.0, -2.0, np.nan]})
pyreadstat.write_xport(frame, "rows.xpt", file_format_version=5)

for name, read in (
    ("pyreadstat", pyreadstat.read_xport("rows.xpt")[0]),
    ("pandas", pd.read_sas("rows.xpt", format="xport")),
):
    x = read["children"]
    print(f"{name:10} {x.tolist()}: equal to 0 in {(x == 0).sum()} rows, above 0 in {(x > 0).sum()}, mean {x.mean():.2f}")
PY
venv/bin/python see.py | tee seen.txt

diff -u - seen.txt <<'TXT'
pyreadstat [0.0, 1.0, 0.0, -2.0, nan]: equal to 0 in 2 rows, above 0 in 1, mean -0.25
pandas     [5.397605346934028e-79, 1.0, 5.397605346934028e-79, -2.0, nan]: equal to 0 in 0 rows, above 0 in 3, mean -0.25
TXT
echo "as described"
