"""Polluted text files: how often Trimtab, DuckDB and pandas read them right, refuse them, or give a wrong table.

python -m benchmarks.polluted [FILES]
"""

from __future__ import annotations

import datetime as dt
import math
import re
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow.parquet as pq

from benchmarks.pollution.draft import Polluted
from benchmarks.pollution.files import polluted
from trimtab.core.errors import InputError
from trimtab.core.source.spool import spool

FILES = 1_500
Table = tuple[tuple[str, ...], list[Sequence[object]]]
RIGHT, REFUSED, WRONG = "right", "refused", "wrong"
PLAIN = re.compile(r"-?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)(e[-+]?[0-9]+)?", re.IGNORECASE)
EXACT = 17
"""Numbers of more digits are compared as texts."""


def by_trimtab(file: Path) -> Table:
    """The table that is spooled."""
    with tempfile.TemporaryDirectory() as home:
        table = pq.read_table(spool(file, Path(home)).path)
    return tuple(table.column_names), list(zip(*(column.to_pylist() for column in table.columns), strict=True))


def by_duckdb(file: Path) -> Table:
    """DuckDB's own reader, as it comes."""
    found = duckdb.connect().execute("SELECT * FROM read_csv(?)", [str(file)])
    return tuple(str(column[0]) for column in found.description or ()), list(found.fetchall())


def by_pandas(file: Path) -> Table:
    """pandas' reader, told to find the delimiter."""
    frame = pd.read_csv(file, sep=None, engine="python")
    return tuple(map(str, frame.columns)), [tuple(row) for row in frame.itertuples(index=False)]


READERS: dict[str, Callable[[Path], Table]] = {"Trimtab": by_trimtab, "DuckDB": by_duckdb, "pandas": by_pandas}


def verdict(one: Polluted, read: Callable[[Path], Table], folder: Path) -> str:
    """What a reader makes of a file."""
    file = folder / "polluted.csv"
    file.write_bytes(one.content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            names, rows = read(file)
    except Exception as error:
        if read is by_trimtab and not isinstance(error, InputError):
            raise
        return REFUSED
    if one.right is None or names != one.names or len(rows) != len(one.right):
        return WRONG
    cells = zip((cell for row in rows for cell in row), (may for row in one.right for may in row), strict=True)
    return RIGHT if all(_text(cell) in {_text(word) for word in may} for cell, may in cells) else WRONG


def _text(cell: object) -> str:
    """A cell as text, whatever type a reader gave it: 12.50 and 12.5 are one number."""
    if cell is None or cell is pd.NaT or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, dt.datetime | dt.date):
        return cell.isoformat().removesuffix("T00:00:00").replace("T", " ").removesuffix(":00")
    text = str(cell).lower() if isinstance(cell, bool) else str(cell)
    if text in ("TRUE", "FALSE"):
        return text.lower()
    return repr(float(text)) if PLAIN.fullmatch(text) and sum(map(str.isdigit, text)) <= EXACT else text


def measured(seeds: Iterable[int], readers: Iterable[str]) -> dict[str, Counter[tuple[str, bool, str]]]:
    """For each reader the files by (kind, whether there is a right table, verdict)."""
    found: dict[str, Counter[tuple[str, bool, str]]] = {name: Counter() for name in readers}
    with tempfile.TemporaryDirectory() as folder:
        for seed in seeds:
            one = polluted(seed)
            for name, counts in found.items():
                counts[one.kind, one.right is not None, verdict(one, READERS[name], Path(folder))] += 1
    return found


def main() -> None:
    files = int(sys.argv[1]) if len(sys.argv) > 1 else FILES
    found = measured(range(files), READERS)
    for name, counts in found.items():
        total, readable = Counter[str](), Counter[str]()
        for (_, can, what), number in counts.items():
            total[what] += number
            readable[what] += number * can
        shares = ", ".join(f"{what} {total[what] / files:.1%}" for what in (RIGHT, REFUSED, WRONG))
        right = f"{readable[RIGHT]:,} of {readable.total():,} that have a right table are read right"
        print(f"{name}: {shares} of {files:,} files; {right} ({readable[RIGHT] / readable.total():.1%})")
    for title, what, only in (("wrong", WRONG, False), ("refused though there is a right table", REFUSED, True)):
        print(f"\nTrimtab, {title}, by kind")
        for (kind, can, how), number in sorted(found["Trimtab"].items()):
            if how == what and (can or not only):
                print(f"  {kind}: {number}")


if __name__ == "__main__":
    main()
