"""Prints what coverage of combinations costs beside pandas and beside one scan: `python -m benchmarks.coverage`.

Everything starts from Parquet files and ends with the same counts; times are medians, and ratios are of one run.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.tables import SAMPLES
from core.cli.console import print_table
from core.coverage.coding import Levels, code_rows, declared_levels, occurring_levels
from core.coverage.patterns import find_gaps
from core.coverage.tway import t_way, t_way_of
from core.database import connect, quote_text
from core.source.axes import default_axis
from core.source.columns import read_columns
from core.source.spool import Source, spool

FACTORS = 12
BOOLEANS, ROWS = 15, 1_000_000
LEAST = {"pairs": 8.0, "triples": 5.0}
"""How many times faster than pandas."""
MOST_SINGLES, MOST_SCANS = 6.0, 30.0

Row = tuple[str, str, str]


def median(work: Callable[[], object], times: int = 5) -> float:
    """Seconds of `work`, the median of several runs after one to warm up."""
    work()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def in_pandas(files: Sequence[Path], levels: Sequence[Levels], strength: int) -> tuple[int, list[list[int]]]:
    """(cells the first covers and the second lacks, rows of every cell): read, bin by the same edges, group."""
    found = []
    for file in files:
        frame = pd.read_parquet(file, columns=[one.factor for one in levels])
        for one in levels:
            if one.axis.numeric and not one.axis.points:
                frame[one.factor] = np.searchsorted(one.axis.edges, frame[one.factor], side="right").astype(np.uint8)
        names = combinations(frame.columns, strength)
        found.append([frame.groupby(list(group), dropna=False, sort=False).size() for group in names])
    lacking = (
        sum(len(one.index.difference(other.index)) for one, other in zip(*found, strict=True)) if strength == 2 else 0
    )
    return lacking, [[len(counts) for counts in own] for own in found]


def combinations_rows(folder: Path) -> list[Row]:
    """Pairs and triples of 12 factors on two sets of 335,220 rows."""
    table = pq.read_table(SAMPLES["flights"])
    table = table.select(table.column_names[:FACTORS])
    drawn = np.random.Generator(np.random.Philox(1)).integers(0, len(table), len(table))
    files = [folder / "one.parquet", folder / "other.parquet"]
    for file, rows in zip(files, (table, table.take(drawn)), strict=True):
        pq.write_table(rows, file)
    columns = read_columns(spool(files[0], folder / "home"))
    levels = [declared_levels(default_axis(column), column) for column in columns.values()]
    sets: dict[str, Path | Source] = {file.stem: file for file in files}

    def singles() -> None:
        for file in files:
            for codes, one in zip(code_rows(file, levels).codes.values(), levels, strict=True):
                np.bincount(codes, minlength=one.size)

    coded = {name: code_rows(data, levels) for name, data in sets.items()}
    single = median(singles)
    printed: list[Row] = [("12 single-factor counts × 2", f"{single:.2f} s", "")]
    for name, strength, times in (("pairs", 2, 5), ("triples", 3, 3)):
        ours = median(lambda strength=strength: t_way(sets, levels, strength), times)  # type: ignore[misc]
        cells = median(lambda strength=strength: t_way_of(coded, levels, strength), times)  # type: ignore[misc]
        start = time.perf_counter()
        _, groups = in_pandas(files, levels, strength)
        pandas = time.perf_counter() - start
        found = t_way(sets, levels, strength)
        check(name, groups, [[int(one.covered[i]) for one in found.combinations] for i in range(2)], levels)
        count = len(found.combinations)
        printed.append((f"{count} {name} × 2", f"{ours:.2f} s ({cells:.2f} s without coding)", ""))
        printed.append(("  beside pandas groupby", f"{pandas:.2f} s", times_text(pandas / ours, at_least=LEAST[name])))
        if strength == 2:
            printed.append(("  beside the single counts", "", times_text(ours / single, at_most=MOST_SINGLES)))
    return printed


def check(name: str, pandas: list[list[int]], ours: list[list[int]], levels: Sequence[Levels]) -> None:
    """Where no axis has a bin for the rest of the levels, both count the same cells."""
    merged = [one.axis.rest for one in levels]
    groups = list(combinations(merged, 2 if name == "pairs" else 3))
    for theirs, own in zip(pandas, ours, strict=True):
        for group, a, b in zip(groups, theirs, own, strict=True):
            assert any(group) or a == b, f"{name}: pandas counts {a} cells, and we count {b}"


def patterns_rows(folder: Path) -> list[Row]:
    """Uncovered patterns of 15 booleans in a million rows beside one scan of the file."""
    draw = np.random.Generator(np.random.Philox(2))
    shares = draw.uniform(0.02, 0.5, BOOLEANS)
    file = folder / "booleans.parquet"
    pq.write_table(pa.table({f"b{i}": draw.random(ROWS) < share for i, share in enumerate(shares)}), file)
    source = spool(file, folder / "home")
    levels = [occurring_levels(column) for column in read_columns(source).values()]

    def scan() -> None:
        with connect(folders=[file.parent]) as con:
            counts = ", ".join(f"count_if(b{i})" for i in range(BOOLEANS))
            con.execute(f"SELECT {counts} FROM read_parquet({quote_text(str(file))})").fetchall()

    scanned, ours = median(scan), median(lambda: find_gaps(source, levels, 100))
    gaps = find_gaps(source, levels, 100)
    coding = median(lambda: code_rows(source, levels))
    return [
        ("one scan of 15 booleans × 1M", f"{scanned:.3f} s", ""),
        (
            f"{len(gaps):,} uncovered patterns",
            f"{ours:.2f} s ({coding:.2f} s of it coding)",
            times_text(ours / scanned, at_most=MOST_SCANS),
        ),
    ]


def times_text(ratio: float, *, at_least: float | None = None, at_most: float | None = None) -> str:
    """A ratio and whether it is what it should be."""
    kept = ratio >= at_least if at_least is not None else at_most is None or ratio <= at_most
    wanted = f"at least {at_least:g}" if at_least is not None else f"at most {at_most:g}"
    return f"{ratio:.1f} times ({wanted}{'' if kept else ': MISSED'})"


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="trimtab-") as folder:
        rows = combinations_rows(Path(folder)) + patterns_rows(Path(folder))
    print_table(("what", "time", "ratio"), rows)


if __name__ == "__main__":
    main()
