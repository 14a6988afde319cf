#!/usr/bin/env bash
# What: a field that first occurs late in a JSON Lines file is left out, without a word, by Polars (after 100 rows)
#   and by DuckDB (after 20,480).
#
# Versions: Polars 2.1.0, DuckDB 2.0.1, Python 3.11.
#
# One would expect: in JSON Lines every line is a whole value of its own; leaving out absent fields is the usual way
#   to write them. Both readers refuse a value that does not fit the type they guessed, so one would expect at least
#   an error for a column they did not guess.
#
# Seen: 150 rows without the field and five with it: Polars gives a frame without the column, DuckDB does so past its
#   sample. With everything looked at (`infer_schema_length=None`, `sample_size=-1`) both give the column.
#
# Why it matters: optional fields belong to rare events ("airbag": true, an error code). The rare event is the very
#   part that disappears, and counts of rows still agree.
#
# Instead: `infer_schema_length=None`, `sample_size=-1`, or a declared schema; write nulls out where you write JSON
#   Lines yourself.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile polars==2.1.0 duckdb==2.0.1 pyarrow==26.0.1 >pip.log 2>&1 || { cat pip.log >&2; exit 1; }

cat >see.py <<'PY'
import json

import duckdb
import polars as pl


def write(name, common):
    with open(name, "w") as out:
        for i in range(common + 5):
            row = {"speed": i}
            if i >= common:
                row["airbag"] = True
            out.write(json.dumps(row) + "\n")


write("short.jsonl", 150)
write("long.jsonl", 30_000)

print("polars  150 rows, then 5 with the field:   ", pl.read_ndjson("short.jsonl").columns)
print("polars  the same, all rows looked at:      ", pl.read_ndjson("short.jsonl", infer_schema_length=None).columns)
print("polars  a value of another type at row 151:", end=" ")
with open("type.jsonl", "w") as out:
    out.writelines(json.dumps({"speed": i if i < 150 else "fast"}) + "\n" for i in range(155))
try:
    print(pl.read_ndjson("type.jsonl").tail(1).to_dicts())
except pl.exceptions.ComputeError:
    print("an error")
print("duckdb  150 rows, then 5 with the field:   ", duckdb.sql("FROM read_json('short.jsonl')").columns)
print("duckdb  30,000 rows, then 5 with the field:", duckdb.sql("FROM read_json('long.jsonl')").columns)
print("duckdb  the same, all rows looked at:      ", duckdb.sql("FROM read_json('long.jsonl', sample_size=-1)").columns)
PY
venv/bin/python see.py | tee seen.txt

diff -u - seen.txt <<'TXT'
polars  150 rows, then 5 with the field:    ['speed']
polars  the same, all rows looked at:       ['speed', 'airbag']
polars  a value of another type at row 151: an error
duckdb  150 rows, then 5 with the field:    ['speed', 'airbag']
duckdb  30,000 rows, then 5 with the field: ['speed']
duckdb  the same, all rows looked at:       ['speed', 'airbag']
TXT
echo "as described"
