#!/usr/bin/env bash
# What: Faker's numbers "between min and max" pile up on the two ends, or leave a whole stretch of the range empty.
#
# Versions: Faker 40.63.0, Python 3.11.
#
# One would expect: `pydecimal(min_value=a, max_value=b, right_digits=k)` and `pyfloat(...)` are the documented way to
#   get a number with k decimals between two bounds. The provider's page describes the bounds as limits of the value
#   and says nothing of a shape, so a user reads it as any number of the range, about equally often.
#
# Seen: `pydecimal(0, 1, right_digits=1)` is exactly 1.0 in half of all draws. In 10.5 to 12.5 one draw of five is the
#   minimum and one of six the maximum: a whole part is drawn first, then decimals, and what falls outside is moved
#   onto the bound. `pyfloat(0, 1, right_digits=2)` never gives anything between 0.01 and 0.09 (0.05 cannot occur),
#   nor 1.0. No error, no warning, and the same with any seed.
#
# Why it matters: who fills a share, a score or a probability with Faker gets atoms at the ends (half of the rows at
#   1.0) or a hole at the low end, which is where rare events are. A model learns them, and a histogram with wide bins
#   hides them.
#
# Instead: draw from a generator of random numbers and round (`round(rng.uniform(a, b), k)`), or draw whole steps
#   (`fake.pyint(0, 10) / 10`), which is even.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile Faker==40.63.0 >pip.log 2>&1 || { cat pip.log >&2; exit 1; }

cat >see.py <<'PY'
from faker import Faker

fake = Faker()
Faker.seed(7)
n = 20_000


def share(values, test):
    return sum(map(test, values)) / n


def about(x, expected):
    return "about %g %%" % (expected * 100) if abs(x - expected) < 0.02 else "%.2f %%" % (x * 100)


tenths = [float(fake.pydecimal(min_value=0, max_value=1, right_digits=1)) for _ in range(n)]
print("pydecimal 0 to 1, one decimal:      exactly 1.0 in", about(share(tenths, lambda v: v == 1), 0.5))

narrow = [float(fake.pydecimal(min_value=10.5, max_value=12.5, right_digits=1)) for _ in range(n)]
print("pydecimal 10.5 to 12.5, one decimal: exactly 10.5 in", about(share(narrow, lambda v: v == 10.5), 0.2))
print("pydecimal 10.5 to 12.5, one decimal: exactly 12.5 in", about(share(narrow, lambda v: v == 12.5), 1 / 6))

cents = [fake.pyfloat(min_value=0, max_value=1, right_digits=2) for _ in range(n)]
print("pyfloat 0 to 1, two decimals:       between 0.01 and 0.09:", sum(0 < v < 0.0999 for v in cents), "of", n)
print("pyfloat 0 to 1, two decimals:       different values:", len(set(cents)), "of 101")

even = [fake.pyint(min_value=0, max_value=10) / 10 for _ in range(n)]
print("pyint 0 to 10, divided by 10:       exactly 1.0 in", about(share(even, lambda v: v == 1), 1 / 11))
PY
venv/bin/python see.py | tee seen.txt

diff -u - seen.txt <<'TXT'
pydecimal 0 to 1, one decimal:      exactly 1.0 in about 50 %
pydecimal 10.5 to 12.5, one decimal: exactly 10.5 in about 20 %
pydecimal 10.5 to 12.5, one decimal: exactly 12.5 in about 16.6667 %
pyfloat 0 to 1, two decimals:       between 0.01 and 0.09: 0 of 20000
pyfloat 0 to 1, two decimals:       different values: 91 of 101
pyint 0 to 10, divided by 10:       exactly 1.0 in about 9.09091 %
TXT
echo "as described"
