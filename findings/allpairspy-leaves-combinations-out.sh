#!/usr/bin/env bash
# What: allpairspy leaves possible combinations out: at three at a time it covers 40 of 108, and a filter of one
#   forbidden pair costs other pairs that are allowed.
#
# Versions: allpairspy 2.5.1, Python 3.11.
#
# One would expect: every combination of n values that the filter allows, in at least one row; that is what pairwise
#   (n-wise) generation means, and the readme gives `n` and `filter_func` as plain options. (An issue of its tracker
#   on filters has been open for years; the readme does not speak of it.)
#
# Seen: four factors of three values, n=2: all 54 pairs in 9 rows. n=3: 11 rows, which hold 40 of the 108 triples; at
#   least 27 rows are needed. And with 3 x 2 x 2 values and one forbidden pair, several filters lose a second pair:
#   forbidding 'wet' with 'bare' also loses 'bare' with 'night', though (dry, bare, night) is allowed. The rows look
#   like a complete table.
#
# Why it matters: the generator is used to promise coverage of a training or test set. The combinations that are
#   missing are not the forbidden ones, and no later step looks for them, because the promise was the tool's.
#
# Instead: count the combinations covered after generating, or use a tool that does (covertable 3.2.0 lost no allowed
#   pair in one hundred random cases of ours).
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile allpairspy==2.5.1 >pip.log 2>&1 || { cat pip.log >&2; exit 1; }

cat >see.py <<'PY'
from itertools import combinations, product

from allpairspy import AllPairs


def covered(rows, n):
    rows = [tuple(row) for row in rows]
    return {(places, tuple(row[i] for i in places)) for row in rows for places in combinations(range(len(rows[0])), n)}


factors = [["a1", "a2", "a3"], ["b1", "b2", "b3"], ["c1", "c2", "c3"], ["d1", "d2", "d3"]]
for n in (2, 3):
    rows = list(AllPairs(factors, n=n))
    print(f"n={n}: {len(rows)} rows cover {len(covered(rows, n))} of {len(covered(product(*factors), n))} combinations")

factors = [["dry", "wet", "snow"], ["bare", "tyre"], ["day", "night"]]
for i, j in combinations(range(3), 2):
    for a, b in product(factors[i], factors[j]):

        def allowed(row):
            return not (len(row) > j and row[i] == a and row[j] == b)

        rows = list(AllPairs(factors, filter_func=allowed))
        possible = covered(filter(allowed, product(*factors)), 2)
        lost = [pair for _, pair in sorted(possible - covered(rows, 2))]
        if lost:
            print(f"forbidden: {a} with {b}; not covered though allowed:", *(" with ".join(pair) for pair in lost))
PY
venv/bin/python see.py | tee seen.txt

diff -u - seen.txt <<'TXT'
n=2: 9 rows cover 54 of 54 combinations
n=3: 11 rows cover 40 of 108 combinations
forbidden: wet with bare; not covered though allowed: bare with night
forbidden: wet with night; not covered though allowed: bare with night
forbidden: bare with day; not covered though allowed: wet with day
forbidden: bare with night; not covered though allowed: wet with night
forbidden: tyre with day; not covered though allowed: snow with day
forbidden: tyre with night; not covered though allowed: dry with night
TXT
echo "as described"
