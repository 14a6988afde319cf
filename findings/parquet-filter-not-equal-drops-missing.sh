#!/usr/bin/env bash
# What: in pyarrow's row filters for Parquet, `!=` drops the rows with a missing value and `not in` with the same
#   single value keeps them.
#
# Versions: pyarrow 26.0.1, pandas 3.1.1 (which hands `filters=` on), Python 3.11.
#
# One would expect: `("level", "!=", "a")` and `("level", "not in", ["a"])` say the same. The documentation of
#   `read_table(filters=...)` lists both operators side by side and says nothing of missing values.
#
# Seen: of a, b and a missing value, `!=` leaves b alone, `not in` leaves b and the missing one. The same for numbers.
#   `!=` follows SQL's three values of truth, `not in` does not.
#
# Why it matters: "all rows but the held-out site" keeps or loses the rows without a site, depending on how it was
#   written. Missing values seldom miss at random: the share of a label among the rows left changes, silently. Whoever
#   turns a list of one into `!=`, as query builders do, changes the set.
#
# Instead: say what is meant of missing values, with an expression: `(pc.field("level") != "a") |
#   pc.field("level").is_null()`.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile pyarrow==26.0.1 pandas==3.1.1 >pip.log 2>&1 || { cat pip.log >&2; exit 1; }

cat >see.py <<'PY'
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

pq.write_table(pa.table({"site": ["a", "b", None], "dose": [1.0, 2.0, None]}), "rows.parquet")

for rows in (
    ("site", "!=", "a"),
    ("site", "not in", ["a"]),
    ("dose", "!=", 1.0),
    ("dose", "not in", [1.0]),
):
    table = pq.read_table("rows.parquet", filters=[rows])
    frame = pd.read_parquet("rows.parquet", filters=[rows])
    assert len(frame) == table.num_rows
    print(rows, "->", table[rows[0]].to_pylist())

field = pc.field("site")
print("with the missing ones asked for ->", pq.read_table("rows.parquet", filters=(field != "a") | field.is_null())["site"].to_pylist())
PY
venv/bin/python see.py | tee seen.txt

diff -u - seen.txt <<'TXT'
('site', '!=', 'a') -> ['b']
('site', 'not in', ['a']) -> ['b', None]
('dose', '!=', 1.0) -> [2.0]
('dose', 'not in', [1.0]) -> [2.0, None]
with the missing ones asked for -> ['b', None]
TXT
echo "as described"
