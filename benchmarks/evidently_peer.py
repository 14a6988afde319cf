"""Evidently's DataDrift as a peer: `python -m benchmarks.evidently_peer REAL.parquet OTHER.parquet TIMES`.

Evidently needs an older plotly, so it runs in an environment of its own that `make evidently` sets up; the benchmark of
coverage calls it there through `run_evidently` and does without it where there is none. It is used as its manual
begins: two pandas frames, the kinds of the columns detected, its own choice of a test for each.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.sdv_peer import ROOT, timed

PYTHON = ROOT / ".evidently" / "bin" / "python"


@dataclass(frozen=True)
class DriftTimes:
    """Seconds by the clock, medians: to read two sets from Parquet into pandas, to compare them, and how many columns
    were compared."""

    read: float
    compare: float
    columns: int


def has_evidently() -> bool:
    """Whether its environment is there."""
    return PYTHON.is_file()


def run_evidently(real: Path, other: Path, times: int) -> DriftTimes:
    """Compare two Parquet files in its environment. Raises CalledProcessError if evidently fails."""
    command = [str(PYTHON), "-m", "benchmarks.evidently_peer", str(real), str(other), str(times)]
    quiet = {**os.environ, "DO_NOT_TRACK": "1"}
    said = subprocess.run(command, cwd=ROOT, env=quiet, check=True, capture_output=True, text=True).stdout
    return DriftTimes(**json.loads(said.splitlines()[-1]))


def drift(real: pd.DataFrame, other: pd.DataFrame) -> list[dict[str, Any]]:
    """Evidently's figures: one for all columns, then one for each."""
    from evidently import Report  # type: ignore[import-not-found]
    from evidently.presets import DataDriftPreset  # type: ignore[import-not-found]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numerical ones of the tests
        found: list[dict[str, Any]] = Report([DataDriftPreset()]).run(other, real).dict()["metrics"]
    return found


def main() -> None:
    """Read and compare several times after one to warm up, print the medians as JSON on the last line."""
    real, other, times = sys.argv[1:]
    reads, compares, columns = [], [], 0
    for _ in range(1 + int(times)):
        frames, read = timed(lambda: (pd.read_parquet(real), pd.read_parquet(other)))
        found, compare = timed(lambda frames=frames: drift(*frames))  # type: ignore[misc]
        reads.append(read.wall)
        compares.append(compare.wall)
        columns = len(found) - 1
    print(json.dumps(asdict(DriftTimes(statistics.median(reads[1:]), statistics.median(compares[1:]), columns))))


if __name__ == "__main__":
    main()
