#!/usr/bin/env bash
# What: "at least medium" on an ordered factor gives three different sets of rows in pandas, DuckDB and pyarrow, while
#   DuckDB sorts the same column in the declared order.
#
# Versions: pandas 3.1.1, DuckDB 2.0.1, pyarrow 26.0.1, Polars 2.1.0, Python 3.11.
#
# One would expect: an ordered pandas Categorical arrives in DuckDB as ENUM('low', 'mid', 'high') and in Parquet with
#   Arrow's flag `ordered`. DuckDB's page on enums says that they are compared by the order of their definition; its
#   ORDER BY, min and max do so.
#
# Seen: `level >= 'mid'` in DuckDB compares as text, because the literal is text and the enum is cast to it: 'mid'
#   alone is left, 'high' is gone ('high' < 'mid' in the alphabet). With `'mid'::level_type` it is right. In the same
#   session max(level) is 'high'. pyarrow's `filters=` compares text too, and Polars, which reads the column as an
#   unordered Categorical, compares text and hands pandas an unordered column back.
#
# Why it matters: rules and rare events over ordered factors ("severity at least medium": 20 % of rows) select the
#   wrong rows, and silently: the most severe ones are missing from the event that is meant to hold them.
#
# Instead: cast the literal to the enum, list the levels (`IN ('mid', 'high')`), or store the rank beside the level.
#   For Polars use `pl.Enum`, which keeps the order through Parquet.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile pandas==3.1.1 pyarrow==26.0.1 duckdb==2.0.1 polars==2.1.0 >pip.log 2>&1 || { cat pip.log >&2; exit 1; }

cat >see.py <<'PY'
import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq

levels = ["low", "mid", "high"]
frame = pd.DataFrame({"level": pd.Categorical(levels, categories=levels, ordered=True)})
frame.to_parquet("rows.parquet")

print("pandas   level >= 'mid'           ", frame[frame.level >= "mid"].level.tolist())

duckdb.sql("CREATE TYPE level_type AS ENUM ('low', 'mid', 'high')")
duckdb.sql("CREATE TABLE t AS SELECT level::level_type AS level FROM frame")
print("DuckDB   type of the pandas column", duckdb.sql("SELECT level FROM frame").types[0])


def ask(sql):
    return [row[0] for row in duckdb.sql(sql).fetchall()]


print("DuckDB   ORDER BY level           ", ask("SELECT level FROM t ORDER BY level"))
print("DuckDB   max(level)               ", ask("SELECT max(level) FROM t"))
print("DuckDB   level >= 'mid'           ", ask("SELECT level FROM t WHERE level >= 'mid' ORDER BY level"))
print("DuckDB   between 'mid' and 'high' ", ask("SELECT level FROM t WHERE level BETWEEN 'mid' AND 'high'"))
print("DuckDB   level >= 'mid'::type     ", ask("SELECT level FROM t WHERE level >= 'mid'::level_type ORDER BY level"))

stored = pq.read_table("rows.parquet")
print("Parquet  ordered flag             ", stored.schema.field("level").type.ordered)
print("pyarrow  filters level >= 'mid'   ", pq.read_table("rows.parquet", filters=[("level", ">=", "mid")])["level"].to_pylist())

read = pl.read_parquet("rows.parquet")
print("Polars   level >= 'mid'           ", read.filter(pl.col("level") >= "mid")["level"].to_list())
print("Polars   handed back to pandas    ", "ordered" if read.to_pandas().level.cat.ordered else "not ordered")
as_enum = read.select(pl.col("level").cast(pl.String).cast(pl.Enum(levels)))
print("Polars   Enum, level >= 'mid'     ", as_enum.filter(pl.col("level") >= "mid")["level"].to_list())
PY
venv/bin/python see.py | tee seen.txt

diff -u - seen.txt <<'TXT'
pandas   level >= 'mid'            ['mid', 'high']
DuckDB   type of the pandas column ENUM('low', 'mid', 'high')
DuckDB   ORDER BY level            ['low', 'mid', 'high']
DuckDB   max(level)                ['high']
DuckDB   level >= 'mid'            ['mid']
DuckDB   between 'mid' and 'high'  []
DuckDB   level >= 'mid'::type      ['mid', 'high']
Parquet  ordered flag              True
pyarrow  filters level >= 'mid'    ['mid']
Polars   level >= 'mid'            ['mid']
Polars   handed back to pandas     not ordered
Polars   Enum, level >= 'mid'      ['mid', 'high']
TXT
echo "as described"
