"""Prints what coverage costs beside pandas, evidently and one scan: `python -m benchmarks.coverage`.

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

from benchmarks.evidently_peer import has_evidently, run_evidently
from benchmarks.tables import SAMPLES
from trimtab.core.cli.console import print_table
from trimtab.core.counting.levels import Levels, code_rows, declared_levels, occurring_levels, own_axis
from trimtab.core.coverage.compare import Counts, FactorComparison, compare
from trimtab.core.coverage.gaps.patterns import find_gaps
from trimtab.core.coverage.tway import t_way, t_way_of
from trimtab.core.database import connect, quote_text
from trimtab.core.source.axes import Axis, default_axis
from trimtab.core.source.columns import Column, read_columns
from trimtab.core.source.spool import Source, spool

FACTORS = 12
BOOLEANS, ROWS = 15, 1_000_000
LEAST = {"pairs": 8.0, "triples": 5.0}
"""How many times faster than pandas."""
MOST_SINGLES, MOST_SCANS = 6.0, 30.0
PEER_TIMES = 3

Row = tuple[str, str, str]


def seconds(work: Callable[[], object]) -> float:
    """What one run takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def median(work: Callable[[], object], times: int = 5) -> float:
    """Seconds of `work`, the median of several runs after one to warm up."""
    work()
    return statistics.median(seconds(work) for _ in range(times))


def in_pandas(files: Sequence[Path], levels: Sequence[Levels], strength: int) -> list[list[int]]:
    """The occurring cells of every combination for each file: read, bin by the same edges, group; no differences."""
    found = []
    for file in files:
        frame = pd.read_parquet(file, columns=[one.factor for one in levels])
        for one in levels:
            if one.axis.numeric and not one.axis.points:
                frame[one.factor] = one.axis.bin_of_numbers(frame[one.factor].to_numpy()).astype(np.uint8)
        names = combinations(frame.columns, strength)
        found.append([len(frame.groupby(list(group), dropna=False, sort=False).size()) for group in names])
    return found


def combinations_rows(folder: Path) -> list[Row]:
    """Pairs and triples of 12 factors on two sets of 335,220 rows."""
    table = pq.read_table(SAMPLES["flights"])
    files = two_sets(table.select(table.column_names[:FACTORS]), folder)
    columns = read_columns(spool(files[0], folder / "home"))
    levels = [declared_levels(own_axis(column), column) for column in columns.values()]
    sets: dict[str, Path | Source] = {file.stem: file for file in files}

    def singles() -> None:
        for file in files:
            for codes, one in zip(code_rows(file, levels).codes.values(), levels, strict=True):
                np.bincount(codes, minlength=one.size)

    coded = {name: code_rows(data, levels) for name, data in sets.items()}
    single = median(singles)
    printed: list[Row] = [("12 single-factor counts × 2", f"{single:.2f} s", "")]
    for name, strength, times in (("pairs", 2, 5), ("triples", 3, 1)):
        ours, cells, pandas = [], [], []
        for _ in range(times):  # in turn, so that all meet the same load of the machine
            ours.append(seconds(lambda strength=strength: t_way(sets, levels, strength)))  # type: ignore[misc]
            cells.append(seconds(lambda strength=strength: t_way_of(coded, levels, strength)))  # type: ignore[misc]
            pandas.append(seconds(lambda strength=strength: in_pandas(files, levels, strength)))  # type: ignore[misc]
        groups = in_pandas(files, levels, strength)
        found = t_way(sets, levels, strength)
        covered = [[int(one.covered[i]) for one in found.combinations] for i in range(len(files))]
        assert covered == groups, f"{name}: pandas counts other cells"
        count = len(found.combinations)
        own, other = statistics.median(ours), statistics.median(pandas)
        printed.append((f"{count} {name} × 2", f"{own:.2f} s ({statistics.median(cells):.2f} s without coding)", ""))
        printed.append(("  beside pandas groupby", f"{other:.2f} s", times_text(other / own, at_least=LEAST[name])))
        if strength == 2:
            printed.append(("  beside the single counts", "", times_text(own / single, at_most=MOST_SINGLES)))
    return printed


def two_sets(table: pa.Table, folder: Path) -> list[Path]:
    """The table, and as many rows drawn from it with replacement, as Parquet files."""
    drawn = np.random.Generator(np.random.Philox(1)).integers(0, len(table), len(table))
    files = [folder / "one.parquet", folder / "other.parquet"]
    for file, rows in zip(files, (table, table.take(drawn)), strict=True):
        pq.write_table(rows, file)
    return files


def comparison_rows(folder: Path) -> list[Row]:
    """All factors of two sets of 335,220 rows compared, with and without reading the first, beside evidently."""
    files = two_sets(pq.read_table(SAMPLES["flights"]), folder)
    sets: dict[str, Path | Source | Counts] = {file.stem: file for file in files}

    def read(home: Path) -> tuple[dict[str, Column], dict[str, Axis]]:
        columns = read_columns(spool(files[0], home))
        return columns, {name: default_axis(column) for name, column in columns.items()}

    def from_files() -> tuple[FactorComparison, ...]:
        with tempfile.TemporaryDirectory(prefix="trimtab-") as home:
            columns, axes = read(Path(home))
            return compare(sets, axes, columns)

    columns, axes = read(folder / "home")
    whole, compared = median(from_files), median(lambda: compare(sets, axes, columns))
    printed = [
        (f"{len(axes)} factors × 2 compared", f"{compared:.2f} s", ""),
        ("  with reading, kinds and axes", f"{whole:.2f} s", ""),
    ]
    if not has_evidently():
        return [*printed, ("  beside evidently", "left out", "`make evidently` sets it up")]
    peer = run_evidently(files[0], files[1], PEER_TIMES)
    assert peer.columns == len(axes), f"evidently compared {peer.columns} columns"
    return [
        *printed,
        ("  beside evidently's DataDrift", f"{peer.compare:.2f} s", f"{peer.compare / compared:.1f} times"),
        (
            "  both with reading",
            f"{peer.read + peer.compare:.2f} s",
            f"{(peer.read + peer.compare) / whole:.1f} times",
        ),
    ]


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
        rows = combinations_rows(Path(folder)) + comparison_rows(Path(folder)) + patterns_rows(Path(folder))
    print_table(("what", "time", "ratio"), rows)


if __name__ == "__main__":
    main()
