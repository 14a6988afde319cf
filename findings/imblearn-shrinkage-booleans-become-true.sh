#!/usr/bin/env bash
# What: imbalanced-learn's RandomOverSampler with `shrinkage` makes every boolean of the added rows True, and pulls
#   whole numbers towards zero.
#
# Versions: imbalanced-learn 0.14.2, scikit-learn 1.9.1, pandas 3.1.1, numpy 2.4.6, Python 3.11.
#
# One would expect: `shrinkage` is documented as a smoothed bootstrap: a small noise around real rows. DataFrames are
#   accepted and come back with the same types, so a boolean should stay about as frequent as it was in the class.
#
# Seen: noise is added to 0 and 1, then the column is cast back to bool, and every number but 0 is True: of the
#   minority's rows 28 % have the flag, of the rows added all of them. Whole numbers lose their fraction towards zero,
#   so a count with mean 2.1 has mean 1.6 in the added rows. SMOTE's kin do it to a smaller part: BorderlineSMOTE
#   raises the flag from 28 to 36 %. No error, no warning.
#
# Why it matters: the flag now tells the minority class from the rest almost perfectly. A model looks splendid in
#   training and in any validation set that was split after oversampling, and has learned the tool.
#
# Instead: oversample without `shrinkage`, use SMOTENC with the flags named as categorical (whole numbers too, where
#   fractions make no sense), and compare each factor's share before and after.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile imbalanced-learn==0.14.2 scikit-learn==1.9.1 pandas==3.1.1 numpy==2.4.6 >pip.log 2>&1 || { cat pip.log >&2; exit 1; }

cat >see.py <<'PY'
import warnings

import numpy as np
import pandas as pd
from imblearn.over_sampling import SMOTENC, BorderlineSMOTE, RandomOverSampler

warnings.simplefilter("error")
rng = np.random.default_rng(0)
n, minority = 2000, 200
x = pd.DataFrame({"flag": rng.random(n) < 0.2, "count": rng.integers(0, 5, n), "size": rng.normal(size=n)})
y = np.r_[np.zeros(n - minority, int), np.ones(minority, int)]
real = x[y == 1]
print(f"real rows of the minority:         flag {real.flag.mean():.2f}, mean count {real['count'].mean():.1f}")

for name, tool in (
    ("RandomOverSampler", RandomOverSampler(random_state=0)),
    ("RandomOverSampler, shrinkage 0.1", RandomOverSampler(random_state=0, shrinkage=0.1)),
    ("RandomOverSampler, shrinkage 1", RandomOverSampler(random_state=0, shrinkage=1)),
    ("BorderlineSMOTE", BorderlineSMOTE(random_state=0)),
    ("SMOTENC, flag categorical", SMOTENC(categorical_features=["flag"], random_state=0)),
):
    added = tool.fit_resample(x, y)[0].iloc[n:]
    assert added.dtypes.equals(x.dtypes)
    print(f"{name:34} flag {added.flag.mean():.2f}, mean count {added['count'].mean():.1f}")
PY
venv/bin/python see.py | tee seen.txt

diff -u - seen.txt <<'TXT'
real rows of the minority:         flag 0.28, mean count 2.1
RandomOverSampler                  flag 0.27, mean count 2.0
RandomOverSampler, shrinkage 0.1   flag 1.00, mean count 1.6
RandomOverSampler, shrinkage 1     flag 1.00, mean count 1.6
BorderlineSMOTE                    flag 0.36, mean count 2.0
SMOTENC, flag categorical          flag 0.25, mean count 2.1
TXT
echo "as described"
