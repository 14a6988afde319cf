"""Prints how fast learning and 1,000,000 rows are, beside SDV and raw random numbers: `python -m benchmarks.speed`.

All on 12 columns of flights, in one run, medians; one number is compared with another of the same run only. Learning
is from the spooled Parquet file to the grounding; rows are Arrow tables in memory, from preparing the design on.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
import pyarrow as pa

from benchmarks.sdv_peer import SdvTimes, Taken, has_sdv, run_sdv, timed
from benchmarks.tables import design_on, spooled, table
from trimtab.core.cli.console import print_table
from trimtab.core.grounding.grounding import learn
from trimtab.core.sampling.run import generate
from trimtab.core.source.columns import read_columns
from trimtab.core.study.study import Study, open_study

COLUMNS = [
    "month",
    "hour",
    "origin",
    "carrier",
    "distance",
    "dep_delay",
    "arr_delay",
    "cancelled",
    "temp",
    "humid",
    "wind_speed",
    "visib",
]
ROWS = 1_000_000
REPEATS = 5
SDV_REPEATS = 3
AT_ONCE = 65_536
"""Raw numbers are drawn into a buffer of this many rows, over and over: what memory costs is not counted for them."""

LEARN_AIM, SAMPLE_AIM, RAW_AIM = 40.0, 20.0, 12.0


@dataclass(frozen=True)
class Figures:
    """Medians of what each piece of work took; the rows on one thread and on two; SDV's where it is there."""

    learn: Taken
    rows: Taken
    rows_on_two: Taken
    raw: Taken
    sdv: SdvTimes | None


def median_of(taken: Sequence[Taken]) -> Taken:
    """The medians of both clocks."""
    return Taken(median(one.wall for one in taken), median(one.cpu for one in taken))


def in_turns(works: Sequence[Callable[[], object]], times: int = REPEATS) -> list[Taken]:
    """The medians over `times` rounds, after one that is not counted.

    The works take turns, so that what else the machine does in the meantime falls on all of them.
    """
    rounds = [[timed(work)[1] for work in works] for _ in range(times + 1)]
    return [median_of(taken) for taken in zip(*rounds[1:], strict=True)]


def raw_uniforms(count: int) -> None:
    """Draw `count` uniforms with numpy's Philox, the generator that the rows use too."""
    generator, buffer = np.random.Generator(np.random.Philox(0)), np.empty(AT_ONCE * len(COLUMNS))
    for start in range(0, count, len(buffer)):
        generator.random(out=buffer[: count - start])


def make_rows(study: Study, rows: int, workers: int) -> int:
    """Make rows and let each block go; returns how many there were."""
    return sum(len(block) for block in generate(study, rows=rows, workers=workers))


def measure(real: pa.Table, folder: Path, *, sdv: bool) -> Figures:
    """Measure everything on the columns of `real`."""
    source = spooled(real, folder, "flights")
    study = open_study(design_on(source), source)
    learned, rows, rows_on_two, raw = in_turns(
        [
            lambda: learn(read_columns(source)),
            lambda: make_rows(study, ROWS, 1),
            lambda: make_rows(study, ROWS, 2),
            lambda: raw_uniforms(ROWS * len(COLUMNS)),
        ]
    )
    return Figures(learned, rows, rows_on_two, raw, _sdv(real) if sdv else None)


def _sdv(real: pa.Table) -> SdvTimes:
    found = [run_sdv(real, ROWS)[1] for _ in range(SDV_REPEATS)]
    return SdvTimes(median_of([one.fit for one in found]), median_of([one.sample for one in found]))


def ratios(found: Figures) -> list[tuple[str, float, float, float, bool]]:
    """What was measured against each aim: (what, by the clock, by processor time, aim, whether less is better)."""

    def over(one: Taken, other: Taken) -> tuple[float, float]:
        return one.wall / other.wall, one.cpu / other.cpu

    lines = [("1M rows on one thread, times raw uniforms", *over(found.rows, found.raw), RAW_AIM, True)]
    if found.sdv:
        lines += [
            ("learning, times faster than SDV", *over(found.sdv.fit, found.learn), LEARN_AIM, False),
            ("1M rows on one thread, times faster than SDV", *over(found.sdv.sample, found.rows), SAMPLE_AIM, False),
        ]
    return lines


def main() -> None:
    """Measure and print."""
    sdv = has_sdv()
    real = table("flights").select(COLUMNS)
    with tempfile.TemporaryDirectory(prefix="trimtab-") as folder:
        found = measure(real, Path(folder), sdv=sdv)
    print(f"flights: {len(real):,} rows, {len(COLUMNS)} columns")
    print(f"medians of {REPEATS} runs{f', of SDV {SDV_REPEATS}' if sdv else ''}")
    print(f"{os.cpu_count()} processors; {os.getloadavg()[0]:.1f} programs wanted one at the end\n")
    works = [
        ("learn from the spooled file", found.learn),
        (f"{ROWS:,} rows, one thread", found.rows),
        (f"{ROWS:,} rows, two threads", found.rows_on_two),
        (f"{ROWS * len(COLUMNS):,} raw Philox uniforms", found.raw),
    ]
    if found.sdv:
        works += [("SDV GaussianCopula: learn", found.sdv.fit), (f"SDV: {ROWS:,} rows", found.sdv.sample)]
    print_table(("work", "seconds", "processor"), [(name, f"{t.wall:.3f}", f"{t.cpu:.3f}") for name, t in works])
    print()
    print_table(
        ("ratio", "by the clock", "by processor time", "aim", ""),
        [
            (name, f"{wall:.1f}", f"{cpu:.1f}", f"{'≤' if less else '≥'} {aim:g}", _kept(wall, aim, less=less))
            for name, wall, cpu, aim, less in ratios(found)
        ],
    )
    if not sdv:
        print("\nSDV was not measured: `make judge` sets up an environment for it.", file=sys.stderr)


def _kept(value: float, aim: float, *, less: bool) -> str:
    return "kept" if (value <= aim if less else value >= aim) else "MISSED"


if __name__ == "__main__":
    main()
