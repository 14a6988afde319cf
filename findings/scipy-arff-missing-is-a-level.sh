#!/usr/bin/env bash
# What: in an ARFF file, the format of OpenML and Weka, a missing category is read by scipy as the level "?": as an
#   ordinary value, and the same as a level that is really called "?".
#
# Versions: scipy 1.17.1, liac-arff 2.5.0, numpy 2.4.6, Python 3.11.
#
# One would expect: missing, as for numbers (NaN) and dates (NaT) of the same file. liac-arff gives None, and keeps a
#   quoted '?' as text.
#
# Seen: b'?' for both, although `?` is not among the declared levels. In the sparse form, where what is left out is the
#   first level, liac-arff gives that level for categories, but the text "0" for text columns.
#
# Why it matters: missing turns into one more level that a model learns and a balanced design fills; counts of missing
#   values are 0.
#
# Instead: compare the values with the declared levels (`meta[name][1]`), or read by liac-arff.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --no-compile scipy==1.17.1 liac-arff==2.5.0 numpy==2.4.6 >pip.log 2>&1 || { cat pip.log >&2; exit 1; }

cat >see.py <<'PY'
from io import StringIO

import arff
from scipy.io.arff import loadarff

PLAIN = """@relation roads
@attribute surface {dry,wet}
@attribute speed numeric
@attribute day date 'yyyy-MM-dd'
@data
dry,50,2024-01-02
?,?,?
"""
QUOTED = """@relation roads
@attribute surface {dry,'?'}
@data
'?'
?
"""
SPARSE = """@relation roads
@attribute surface {dry,wet}
@attribute remark string
@attribute speed numeric
@data
{0 wet, 1 ice, 2 50}
{}
"""
rows, meta = loadarff(StringIO(PLAIN))
print("scipy  ", rows.tolist()[1], "declared:", meta["surface"][1])
print("scipy  ", loadarff(StringIO(QUOTED))[0].tolist())
print("liac   ", arff.loads(QUOTED)["data"])
print("liac   ", arff.loads(SPARSE)["data"])
PY
venv/bin/python see.py | tee seen.txt

diff -u - seen.txt <<'TXT'
scipy   (b'?', nan, None) declared: ('dry', 'wet')
scipy   [(b'?',), (b'?',)]
liac    [['?'], [None]]
liac    [['wet', 'ice', 50.0], ['dry', '0', 0.0]]
TXT
echo "as described"
