#!/usr/bin/env bash
# What: asked for a test set of 10 %, MultilabelStratifiedShuffleSplit gives up to 11.6 %, and "equal" folds of 100
#   rows have 95 to 105.
#
# Versions: iterative-stratification 0.1.9, scikit-learn 1.9.1, numpy 2.4.6, Python 3.11.
#
# One would expect: the class is offered as a drop-in for scikit-learn's StratifiedShuffleSplit, and `test_size` is
#   documented with the same words: the proportion, or the absolute number, of rows of the test split. There 100 of
#   1,000 is 100.
#
# Seen: with few labels it is 100. With twenty common labels the split has up to 116 rows, and `test_size=100`, a
#   whole number, does the same. The rows are handed out label by label until each label is balanced; the size is only
#   what results. Nothing is said.
#
# Why it matters: a held-out set of a promised size is the base of comparisons between runs and of budgets for
#   labelling. With another seed the size is another, so sets of two seeds do not line up.
#
# Instead: cut the test set to size afterwards (and check the labels' shares), or choose the rows with a solver that
#   has the size as a constraint.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile iterative-stratification==0.1.9 scikit-learn==1.9.1 numpy==2.4.6 scipy==1.17.1 >pip.log 2>&1 || { cat pip.log >&2; exit 1; }

cat >see.py <<'PY'
import numpy as np
from iterstrat.ml_stratifiers import MultilabelStratifiedKFold, MultilabelStratifiedShuffleSplit

rows = 1000


def labels(count, most, seed):
    rng = np.random.default_rng(seed)
    return (rng.random((rows, count)) < rng.uniform(0.002, most, count)).astype(int)


for what, count, most in (("2 rare labels", 2, 0.02), ("20 common labels", 20, 0.5)):
    for size in (0.1, 100):
        sizes = []
        for seed in range(15):
            y = labels(count, most, seed)
            split = MultilabelStratifiedShuffleSplit(n_splits=1, test_size=size, random_state=seed)
            sizes.append(len(next(split.split(y, y))[1]))
        print(f"{what:16} test_size={size}: from {min(sizes)} to {max(sizes)} rows over 15 seeds")

y = labels(20, 0.5, 13)
folds = MultilabelStratifiedKFold(n_splits=10, shuffle=True, random_state=13)
sizes = [len(test) for _, test in folds.split(y, y)]
print(f"20 common labels, 10 folds: from {min(sizes)} to {max(sizes)} rows")
PY
venv/bin/python see.py | tee seen.txt

diff -u - seen.txt <<'TXT'
2 rare labels    test_size=0.1: from 100 to 100 rows over 15 seeds
2 rare labels    test_size=100: from 100 to 100 rows over 15 seeds
20 common labels test_size=0.1: from 100 to 116 rows over 15 seeds
20 common labels test_size=100: from 100 to 116 rows over 15 seeds
20 common labels, 10 folds: from 95 to 105 rows
TXT
echo "as described"
