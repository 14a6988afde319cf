#!/usr/bin/env bash
# What: frictionless turns the cells that do not fit the type it guessed into missing values, in rows and in data
#   frames, without raising.
#
# Versions: frictionless 5.21.0, pandas 3.1.1, Python 3.11.
#
# One would expect: an error on reading, as the library is known for its validation and `validate` does report these
#   cells; or the text as it stands in the file.
#
# Seen: 200 whole numbers, then 'unknown' and 44.5: the type is guessed from the first 100 rows, and both cells are
#   None from `read_rows()` and missing from `to_pandas()`, like the cell that is really blank. `validate` finds the
#   two errors; the row keeps them in `row.errors`, which a data frame has not.
#
# Why it matters: a wrong guess gives a clean-looking table with too many missing values, and rarely at random: the
#   unusual values are the ones that go. The missing share then enters the design as if it were real.
#
# Instead: call `resource.validate()` first and stop if it is not valid; declare the schema, or look at all rows
#   (`Detector(sample_size=...)`).
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile frictionless==5.21.0 pandas==3.1.1 >pip.log 2>&1 || { cat pip.log >&2; exit 1; }

cat >see.py <<'PY'
from pathlib import Path

from frictionless import Resource

lines = ["row,age", *(f"{i},{i % 90}" for i in range(200)), "200,unknown", "201,44.5", "202,"]
Path("people.csv").write_text("\n".join(lines) + "\n")

print("written last   ", [line.split(",")[1] for line in lines[-3:]])
with Resource(path="people.csv") as resource:
    rows = [row.to_dict() for row in resource.read_rows()]
    print("guessed type   ", resource.schema.get_field("age").type)
print("read_rows()    ", [row["age"] for row in rows[-3:]])
frame = Resource(path="people.csv").to_pandas()
print("to_pandas()    ", [str(v) for v in frame["age"].tolist()[-3:]], "missing:", int(frame["age"].isna().sum()), "of", len(frame))
report = Resource(path="people.csv").validate()
print("validate()     ", "valid" if report.valid else f"not valid, {report.stats['errors']} errors")
PY
venv/bin/python see.py | tee seen.txt

diff -u - seen.txt <<'TXT'
written last    ['unknown', '44.5', '']
guessed type    integer
read_rows()     [None, None, None]
to_pandas()     ['<NA>', '<NA>', '<NA>'] missing: 3 of 203
validate()      not valid, 2 errors
TXT
echo "as described"
