#!/usr/bin/env bash
# What: in WebDataset, samples whose keys hold a decimal point are merged into one another, so there are fewer samples
#   than were written.
#
# Versions: webdataset 1.0.2, Python 3.11.
#
# One would expect: `TarWriter` takes any text as `__key__`, so three samples written are three samples read; or a key
#   that cannot be read back is refused on writing.
#
# Seen: the reader cuts the file name at its first dot: `speed_12.5.json` is the sample `speed_12` with the field
#   `5.json`. Samples that stand next to each other and agree before the dot become one, with the fields `5.json` and
#   `7.json`. Three written are two read, and no sample has the field `json` that it was written with. Nothing is
#   said.
#
# Why it matters: designed sets name samples by the values of their factors (speed 12.5, gain 0.7). Whole cells
#   collapse, those with the most steps behind the point first; with a handler that skips incomplete samples the rows
#   are simply gone, and shares are no longer those of the design.
#
# Instead: number the samples and keep the values in the JSON; if a name must hold a value, write 12p5.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile webdataset==1.0.2 numpy==2.4.6 >pip.log 2>&1 || { cat pip.log >&2; exit 1; }

cat >see.py <<'PY'
import webdataset

keys = ["speed_12.5", "speed_12.7", "speed_13.1"]
for name, rename in (("as they are", lambda key: key), ("dots replaced", lambda key: key.replace(".", "p"))):
    with webdataset.TarWriter("samples.tar") as out:
        for key in keys:
            out.write({"__key__": rename(key), "json": {"speed": float(key[6:])}})
    print("written", name, [rename(key) for key in keys])
    for sample in webdataset.WebDataset("samples.tar", shardshuffle=False):
        print("   read", sample["__key__"], {k: v.decode() for k, v in sample.items() if not k.startswith("__")})
PY
venv/bin/python see.py | tee seen.txt

diff -u - seen.txt <<'TXT'
written as they are ['speed_12.5', 'speed_12.7', 'speed_13.1']
   read speed_12 {'5.json': '{"speed": 12.5}', '7.json': '{"speed": 12.7}'}
   read speed_13 {'1.json': '{"speed": 13.1}'}
written dots replaced ['speed_12p5', 'speed_12p7', 'speed_13p1']
   read speed_12p5 {'json': '{"speed": 12.5}'}
   read speed_12p7 {'json': '{"speed": 12.7}'}
   read speed_13p1 {'json': '{"speed": 13.1}'}
TXT
echo "as described"
