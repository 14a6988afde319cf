#!/usr/bin/env bash
# What: in one table, cleaned by skrub, the text 01/02/2024 is the 2nd of January in one column and the 1st of February
#   in the next.
#
# Versions: skrub 0.11.0, pandas 3.1.1, Python 3.11.
#
# One would expect: one order for a table, or that a column whose order can't be told stays text.
#
# Seen: each column is decided by itself. One with a day above 12 somewhere is day-first, one without is month-first,
#   silently. So which order a column gets hangs on which rows are in the sample: the first half of a file can be
#   month-first and the whole file day-first, and the time between two columns is months off.
#
# Why it matters: differences of dates (age, delay, time to failure) and months are factors one designs by.
#
# Instead: `datetime_format=` says how all of them are written.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile skrub==0.11.0 pandas==3.1.1 >pip.log 2>&1 || { cat pip.log >&2; exit 1; }

cat >see.py <<'PY'
import pandas as pd
from skrub import Cleaner

table = pd.DataFrame(
    {
        "ordered": ["01/02/2024", "03/04/2024", "05/06/2024", "07/08/2024"],
        "delivered": ["01/02/2024", "03/04/2024", "06/06/2024", "13/08/2024"],
    }
)
for name, told in (("by itself", {}), ("told     ", {"datetime_format": "%d/%m/%Y"})):
    clean = Cleaner(**told).fit_transform(table)
    first = [str(one.date()) for one in clean.iloc[0]]
    days = (clean.delivered - clean.ordered).dt.days.tolist()
    print(name, "01/02/2024 is", first, "days until delivery:", days)
part = Cleaner().fit_transform(table.head(3))
print("by itself, three rows: days until delivery:", (part.delivered - part.ordered).dt.days.tolist())
PY
venv/bin/python see.py | tee seen.txt

diff -u - seen.txt <<'TXT'
by itself 01/02/2024 is ['2024-01-02', '2024-02-01'] days until delivery: [30, 30, 31, 36]
told      01/02/2024 is ['2024-02-01', '2024-02-01'] days until delivery: [0, 0, 1, 6]
by itself, three rows: days until delivery: [0, 0, 31]
TXT
echo "as described"
