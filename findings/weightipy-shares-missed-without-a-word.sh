#!/usr/bin/env bash
# What: weightipy's raking misses the share asked for one factor when another one has missing values, and drops the
#   share of a level without rows, without saying so.
#
# Versions: weightipy 0.4.2, pandas 3.1.1, numpy 2.4.6, Python 3.11.
#
# One would expect: RIM weights meet all targets or a report that they do not; the readme's example weights a frame
#   with `weight_dataframe` and uses the result. For targets that contradict each other a line on "partial
#   convergence" is printed.
#
# Seen: 5 % of the rows have no sex: they keep the weight 1 and stand outside the raking, so the region that should
#   have 10 % has 9.5 %, and the one that should have 45 % has 46.1 %, though region has no missing value. A level
#   that no row has ("island", 1 %) is left out and the weights add up to 990 rather than 1,000. Nothing is printed in
#   either case. (The package has a validation of its own that names both; `weight_dataframe` does not call it.)
#
# Why it matters: a survey with item non-response is the normal case. Shares that were promised exactly are off by
#   points, and the run ends as if it had converged.
#
# Instead: make missing a level of its own with a target, run the validation first, and compare every weighted share
#   with its target.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile weightipy==0.4.2 numpy==2.4.6 pandas==3.1.1 scipy==1.17.1 >pip.log 2>&1 || { cat pip.log >&2; exit 1; }

cat >see.py <<'PY'
import contextlib
import io
import warnings

import numpy as np
import pandas as pd
import weightipy

warnings.simplefilter("error", UserWarning)
rng = np.random.default_rng(0)
frame = pd.DataFrame({"sex": rng.choice([1.0, 2.0], 1000, p=[0.7, 0.3]), "region": rng.choice(["north", "south", "coast"], 1000, p=[0.6, 0.37, 0.03])})
half = {1: 50, 2: 50}


def rake(what, rows, regions):
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        scheme = weightipy.scheme_from_dict({"sex": half, "region": regions})
        done = weightipy.weight_dataframe(rows.copy(), scheme, weight_column="w")
    total = done.w.sum()
    print(what)
    for level, target in regions.items():
        print(f"  {level:6} asked {target:4.1f} % got {100 * done.w[done.region == level].sum() / total:4.1f} %")
    print(f"  weights add up to {total:.0f}; said: {said.getvalue().strip() or 'nothing'}")


rake("complete rows", frame, {"north": 45, "south": 45, "coast": 10})
gaps = frame.copy()
gaps.loc[gaps.index % 20 == 0, "sex"] = np.nan
rake("5 % of the rows without a sex", gaps, {"north": 45, "south": 45, "coast": 10})
rake("a level that no row has", frame, {"north": 45, "south": 45, "coast": 9, "island": 1})
PY
venv/bin/python see.py | tee seen.txt

diff -u - seen.txt <<'TXT'
complete rows
  north  asked 45.0 % got 45.0 %
  south  asked 45.0 % got 45.0 %
  coast  asked 10.0 % got 10.0 %
  weights add up to 1000; said: nothing
5 % of the rows without a sex
  north  asked 45.0 % got 46.1 %
  south  asked 45.0 % got 44.4 %
  coast  asked 10.0 % got  9.5 %
  weights add up to 1000; said: nothing
a level that no row has
  north  asked 45.0 % got 45.5 %
  south  asked 45.0 % got 45.5 %
  coast  asked  9.0 % got  9.1 %
  island asked  1.0 % got  0.0 %
  weights add up to 990; said: nothing
TXT
echo "as described"
