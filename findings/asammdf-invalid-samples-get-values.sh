#!/usr/bin/env bash
# What: a table made of a measurement file (ASAM MDF 4) has a value for every channel at every time: samples that the
#   device marked as invalid are interpolated, and channels have values before their first and after their last sample.
#
# Versions: asammdf 8.8.28, pandas 3.1.1, Python 3.11.
#
# One would expect: `MDF.get` leaves an invalid sample out, so in a table it is missing, as are moments at which a
#   channel was not recorded.
#
# Seen: `to_dataframe()` and `export("csv")` with their defaults give 21.5 for the invalid sample between 21 and 22,
#   and gear 3 a second and a half before anything was recorded. Nothing in the table tells which values were measured.
#   `use_interpolation=False` gives missing values instead; `interpolate_outwards_with_nan=True` mends the ends only.
#
# Why it matters: a sensor that fails is a rare event that a training set is to have; here failures vanish, the missing
#   share of every channel is 0, and a model learns from values that nobody measured.
#
# Instead: `use_interpolation=False`, or `get` for each channel; and `ignore_invalidation_bits=True` to see the marks.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile asammdf==8.8.28 pandas==3.1.1 >pip.log 2>&1 || { cat pip.log >&2; exit 1; }

cat >see.py <<'PY'
import numpy as np
from asammdf import MDF, Signal

made = MDF()
invalid = np.array([False, False, True, False, False])
made.append([Signal(np.array([20, 21, 85, 22, 23.0]), np.arange(5.0), name="celsius", invalidation_bits=invalid)])
made.append([Signal(np.array([3, 4], dtype="uint8"), np.array([1.5, 2.5]), name="gear")])
made.save("drive.mf4", overwrite=True)
mdf = MDF("drive.mf4")

print("get:                        ", mdf.get("celsius").samples.tolist(), "at", mdf.get("celsius").timestamps.tolist())
print("marked as invalid:          ", mdf.get("celsius", ignore_invalidation_bits=True).invalidation_bits.tolist())
for how in ({}, {"use_interpolation": False}, {"interpolate_outwards_with_nan": True}):
    print(how or "to_dataframe()")
    print(*(line.rstrip() for line in mdf.to_dataframe(**how).to_string().splitlines()), sep="\n")
mdf.export("csv", filename="drive.csv", single_time_base=True)
print(open("drive.csv").read().strip())
PY
venv/bin/python see.py | tee seen.txt

diff -u - seen.txt <<'TXT'
get:                         [20.0, 21.0, 22.0, 23.0] at [0.0, 1.0, 3.0, 4.0]
marked as invalid:           [False, False, True, False, False]
to_dataframe()
            celsius  gear
timestamps
0.0           20.00     3
1.0           21.00     3
1.5           21.25     3
2.0           21.50     3
2.5           21.75     4
3.0           22.00     4
4.0           23.00     4
{'use_interpolation': False}
            celsius  gear
timestamps
0.0            20.0   NaN
1.0            21.0   NaN
1.5             NaN   3.0
2.0             NaN   NaN
2.5             NaN   4.0
3.0            22.0   NaN
4.0            23.0   NaN
{'interpolate_outwards_with_nan': True}
            celsius  gear
timestamps
0.0           20.00   NaN
1.0           21.00   NaN
1.5           21.25   3.0
2.0           21.50   3.0
2.5           21.75   4.0
3.0           22.00   NaN
4.0           23.00   NaN
timestamps,celsius,gear
0.0,20.0,3
1.0,21.0,3
1.5,21.25,3
2.0,21.5,3
2.5,21.75,4
3.0,22.0,4
4.0,23.0,4
TXT
echo "as described"
