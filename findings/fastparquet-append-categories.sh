#!/usr/bin/env bash
# What: fastparquet reads a file of appended batches back with the wrong levels: every row of an earlier batch gets
#   another batch's label.
#
# Versions: fastparquet 2026.9.0, pandas 3.1.1; pyarrow 26.0.1 for comparison; Python 3.11.
#
# One would expect: `write(..., append=True)` is documented as adding row groups to a data set with the same columns.
#   In Parquet each column chunk carries a dictionary page of its own, so batches whose levels differ are valid, and a
#   reader must look each row up in the dictionary of its own chunk.
#
# Seen: the bytes are right (pyarrow reads what was written), but `ParquetFile.to_pandas()` decodes all row groups
#   with one list of categories. What was a, b, a comes back as b, c, b. No error, no warning; the number of rows and
#   the other columns are right.
#
# Why it matters: a training set that grows by batches (a supplement, a nightly run) nearly always has batches that
#   lack a rare level. Labels of whole batches are then other labels, and each of them is a valid one, so no check of
#   levels sees it.
#
# Instead: read with pyarrow or DuckDB; or convert to text before writing; or give every batch the same list of
#   categories (`pd.CategoricalDtype([...])`), which the second half of this script shows to be read correctly.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile fastparquet==2026.9.0 pandas==3.1.1 pyarrow==26.0.1 >pip.log 2>&1 || { cat pip.log >&2; exit 1; }

cat >see.py <<'PY'
import fastparquet
import pandas as pd
import pyarrow.parquet


def there_and_back(name, categories=None):
    first = pd.DataFrame({"label": pd.Categorical(["a", "b", "a"], categories), "row": [1, 2, 3]})
    second = pd.DataFrame({"label": pd.Categorical(["b", "c", "c"], categories), "row": [4, 5, 6]})
    fastparquet.write(name, first)
    fastparquet.write(name, second, append=True)
    print("  written          ", [*first.label, *second.label])
    print("  fastparquet reads", fastparquet.ParquetFile(name).to_pandas().label.tolist())
    print("  pyarrow reads    ", pyarrow.parquet.read_table(name)["label"].to_pylist())


print("each batch with its own levels:")
there_and_back("own.parquet")
print("each batch with the same list of levels:")
there_and_back("same.parquet", ["a", "b", "c"])
PY
venv/bin/python see.py | tee seen.txt

diff -u - seen.txt <<'TXT'
each batch with its own levels:
  written           ['a', 'b', 'a', 'b', 'c', 'c']
  fastparquet reads ['b', 'c', 'b', 'b', 'c', 'c']
  pyarrow reads     ['a', 'b', 'a', 'b', 'c', 'c']
each batch with the same list of levels:
  written           ['a', 'b', 'a', 'b', 'c', 'c']
  fastparquet reads ['a', 'b', 'a', 'b', 'c', 'c']
  pyarrow reads     ['a', 'b', 'a', 'b', 'c', 'c']
TXT
echo "as described"
