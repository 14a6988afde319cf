#!/usr/bin/env bash
# What: packing numbers into small integers, as weather and sensor data in NetCDF usually are, wraps what does not fit
#   into other valid values. With a `_FillValue` there is no warning either.
#
# Versions: xarray 2026.9.0, netCDF4 1.7.5.1.post1, numpy 2.4.6, Python 3.11, on x86-64.
#
# One would expect: an error or a missing value for a number outside the range that the chosen type and scale can hold;
#   `valid_min` and `valid_max` exist for such.
#
# Seen: 40,000 in int16 at a scale of 0.1 is read back as 678.4, 300 in uint8 as 44, -99 as 157. Without `_FillValue`
#   there are two warnings (missing becomes 0 there), with it there is none.
#
# Why it matters: the values that do not fit are the extremes, the very rows one designs for; they come back as
#   ordinary ones, and the tail of the distribution is empty.
#
# Instead: work out scale and offset from all data and compare min and max after reading back; or leave floats alone
#   and compress (`zlib`).
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile xarray==2026.9.0 netCDF4==1.7.5.1.post1 numpy==2.4.6 >pip.log 2>&1 || { cat pip.log >&2; exit 1; }

cat >see.py <<'PY'
import warnings

import numpy as np
import xarray as xr

rain = xr.Dataset({"rain": ("hour", [10.0, 300.0, 40_000.0, np.nan, -99.0])})
for encoding in (
    {"dtype": "int16"},
    {"dtype": "int16", "_FillValue": -32768},
    {"dtype": "int16", "scale_factor": 0.1, "_FillValue": -32768},
    {"dtype": "uint8", "_FillValue": 255},
    {"dtype": "float32"},
):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        rain.to_netcdf("rain.nc", encoding={"rain": encoding})
        with xr.open_dataset("rain.nc") as back:
            values = [round(float(one), 3) for one in back.rain.values]
    print(encoding, values, f"{len(told)} warnings")
PY
venv/bin/python see.py | tee seen.txt

diff -u - seen.txt <<'TXT'
{'dtype': 'int16'} [10.0, 300.0, -25536.0, 0.0, -99.0] 2 warnings
{'dtype': 'int16', '_FillValue': -32768} [10.0, 300.0, -25536.0, nan, -99.0] 0 warnings
{'dtype': 'int16', 'scale_factor': 0.1, '_FillValue': -32768} [10.0, 300.0, 678.4, nan, -99.0] 0 warnings
{'dtype': 'uint8', '_FillValue': 255} [10.0, 44.0, 64.0, nan, 157.0] 0 warnings
{'dtype': 'float32'} [10.0, 300.0, 40000.0, nan, -99.0] 0 warnings
TXT
echo "as described"
