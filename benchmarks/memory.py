"""Prints the peak memory of `trimtab sample` for a few and for many rows: `python -m benchmarks.memory`.

Each size is a process of its own, started as a person would start it. Flat is the aim.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "sample_data" / "flights.parquet"
DESIGN = ROOT / "sample_data" / "designs" / "fog-and-wind.yaml"
COMMAND = [sys.executable, "-c", "from trimtab.core.cli import main; main()"]
RUNS = ((1_000_000, "parquet"), (10_000_000, "parquet"), (1_000_000, "csv"))
LAUNCHER = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
"""
"""Runs one command and prints its peak. A process of its own, and a small one: on Linux the peak of a child begins with
that of the process that started it."""

MOST_GROWTH = 1.15
"""Ten times the rows may take this much more at the peak: the allocator's wobble, not growth."""


@dataclass(frozen=True)
class Run:
    """One run of `trimtab sample`: what was asked, its peak resident memory in MiB, and seconds on the clock."""

    design: str
    rows: int
    form: str
    peak: float
    seconds: float


def peak_of(command: list[str], home: Path) -> float:
    """Run a command to its end, in the workspace `home`; its peak resident memory in MiB.

    Raises RuntimeError with what the command said if it fails.
    """
    environment = {**os.environ, "TRIMTAB_HOME": str(home)}
    launch = [sys.executable, "-S", "-c", LAUNCHER, *command]
    done = subprocess.run(launch, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr}")
    # Linux counts in KiB, macOS in bytes.
    return int(done.stdout) / (2**20 if sys.platform == "darwin" else 2**10)


def sample(design: Path, rows: int, form: str, folder: Path) -> Run:
    """Make rows with the command line in a process of its own."""
    target = folder / f"rows.{form}"
    started = time.perf_counter()
    command = [*COMMAND, "sample", str(design), "--output", str(target), "--rows", str(rows)]
    peak = peak_of(command, folder / "home")
    seconds = time.perf_counter() - started
    target.unlink()
    return Run(design.stem, rows, form, peak, seconds)


def growth(runs: list[Run]) -> float:
    """The peak of the most rows over that of the fewest, in Parquet."""
    parquet = sorted((run for run in runs if run.form == "parquet"), key=lambda run: run.rows)
    return parquet[-1].peak / parquet[0].peak


def main() -> None:
    """Measure a neutral design of flights and one with targets and events, and print."""
    with tempfile.TemporaryDirectory(prefix="trimtab-") as name:
        folder = Path(name)
        neutral = folder / "neutral.yaml"
        peak_of([*COMMAND, "init", str(DATA), "--output", str(neutral)], folder / "home")
        imports = "import duckdb, numpy, pandas, pyarrow.parquet, scipy.sparse"
        bare = peak_of([sys.executable, "-c", imports], folder / "home")
        print(f"peak resident memory of trimtab sample on flights; the libraries alone take {bare:,.0f} MiB\n")
        print(f"{'design':14} {'rows':>11} {'form':8} {'MiB':>6} {'seconds':>8}")
        for design in (neutral, DESIGN):
            runs = []
            for rows, form in RUNS:
                run = sample(design, rows, form, folder)
                runs.append(run)
                print(f"{run.design:14} {run.rows:11,} {run.form:8} {run.peak:6,.0f} {run.seconds:8.1f}", flush=True)
            verdict = "kept" if growth(runs) <= MOST_GROWTH else "MISSED"
            print(f"10 times the rows: {growth(runs):.2f} times the memory; aim: at most {MOST_GROWTH}: {verdict}\n")


if __name__ == "__main__":
    main()
