#!/usr/bin/env bash
# What: ipfn reports convergence, also in its return code, for margins that cannot all be met, and meets only the last
#   one.
#
# Versions: ipfn 1.4.4, numpy 2.4.6, Python 3.11.
#
# One would expect: a warning or the code for failure. The readme describes the verbose result as a flag that says
#   whether the algorithm converged. Iterative proportional fitting has no solution if margins add up to different
#   totals, or ask for counts where the seed has only zeros.
#
# Seen: rows that should sum to 150 and 150 and columns to 100, 100, 120 (300 against 320): "ipfn converged", flag 1.
#   The columns are met, each row is 160. And with a seed whose zeros leave no freedom, rows 60/40 and columns 50/50:
#   again flag 1, rows 50/50. The step is found not to change any more, and that counts as convergence; whether the
#   margins are met is not looked at.
#
# Why it matters: weights and quotas are made with it. Whoever trusts the flag delivers shares that are not those that
#   were asked for, and the last margin, the one usually looked at, is perfect.
#
# Instead: compare all margins with the targets after the run, and check before that the totals agree.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile ipfn==1.4.4 numpy==2.4.6 pandas==3.1.1 >pip.log 2>&1 || { cat pip.log >&2; exit 1; }

cat >see.py <<'PY'
import contextlib
import io

import numpy as np
from ipfn.ipfn import ipfn


def fit(what, seed, rows, columns):
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        result, flag, _ = ipfn(np.array(seed, float), [np.array(rows, float), np.array(columns, float)], [[0], [1]], verbose=2).iteration()
    print(what)
    print("  said:", "converged" if "converged" in said.getvalue() else said.getvalue().strip(), "| flag:", flag)
    print("  rows    asked", rows, "got", [round(float(v), 1) for v in result.sum(axis=1)])
    print("  columns asked", columns, "got", [round(float(v), 1) for v in result.sum(axis=0)])


fit("totals that differ", [[40, 30, 20], [35, 50, 100]], [150, 150], [100, 100, 120])
fit("zeros in the way", [[1, 0], [0, 1]], [60, 40], [50, 50])
fit("margins that can be met", [[40, 30, 20], [35, 50, 100]], [150, 170], [100, 100, 120])
PY
venv/bin/python see.py | tee seen.txt

diff -u - seen.txt <<'TXT'
totals that differ
  said: converged | flag: 1
  rows    asked [150, 150] got [160.0, 160.0]
  columns asked [100, 100, 120] got [100.0, 100.0, 120.0]
zeros in the way
  said: converged | flag: 1
  rows    asked [60, 40] got [50.0, 50.0]
  columns asked [50, 50] got [50.0, 50.0]
margins that can be met
  said: converged | flag: 1
  rows    asked [150, 170] got [150.0, 170.0]
  columns asked [100, 100, 120] got [100.0, 100.0, 120.0]
TXT
echo "as described"
