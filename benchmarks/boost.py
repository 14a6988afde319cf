"""Prints what boosting weak slices does for the model: `python -m benchmarks.boost`.

The whole loop: a model's errors, its weak slices, a design that boosts them, its rows, and the model trained again.
Beside it the same number of rows got in other ways. All errors are of real rows that nothing has seen.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.boost_loop import WAYS, Loop, Task, lateness, prepared, prices
from trimtab.core.cli.console import print_table

SEEDS = (1, 2, 3)


@dataclass(frozen=True)
class Judged:
    """Errors on the rows that judge, in the slices and in all: their mean, and the root of their mean square.

    Of a probability the mean distance from the truth is least for the most likely answer, not for the right
    probability; the mean square, Brier's score, is least for the right one.
    """

    slices: float
    everywhere: float
    slices_rms: float
    everywhere_rms: float


def judge(loop: Loop, more: pd.DataFrame, within: np.ndarray, seed: int) -> Judged:
    """Train on the learned rows and `more`, and measure; `within` (rows,): in one of the slices."""
    task = loop.task
    rows = pd.concat([loop.learned, more], ignore_index=True)
    truth = rows[task.target].to_numpy().astype(loop.learned[task.target].to_numpy().dtype)
    fitted = task.model(seed).fit(task.inputs(rows), truth)
    said = getattr(fitted, task.says)(task.inputs(loop.judged))
    errors = task.errors(loop.judged[task.target].to_numpy(), said)
    inside = errors[within]
    return Judged(*(float(x) for x in (inside.mean(), errors.mean(), rms(inside), rms(errors))))


def rms(errors: np.ndarray) -> float:
    """The root of the mean square."""
    return float(np.sqrt(np.square(errors).mean()))


def run(task: Task, seed: int) -> dict[str, Judged]:
    """One seed: what each way came to; says which slices were boosted."""
    with tempfile.TemporaryDirectory(prefix="trimtab-boost-") as folder:
        loop = prepared(task, seed, Path(folder))
        within = np.asarray(loop.members(loop.judged).any(axis=0))
        named = "; ".join(", ".join(f"{a} = {b}" for a, b in one.levels.items()) for one in loop.slices)
        print(f"seed {seed}: {named} ({within.mean():.1%} of the rows)")
        random = np.random.Generator(np.random.Philox(seed))
        return {name: judge(loop, way(loop, random), within, seed) for name, way in WAYS.items()}


def show(runs: Sequence[dict[str, Judged]]) -> None:
    """Print the means over the seeds, and for each seed how far a way moved the error in the slices."""
    base, lines = next(iter(WAYS)), []
    for name in WAYS:
        means = [f"{np.mean([getattr(one[name], field) for one in runs]):.4f}" for field in Judged.__annotations__]
        moved = [
            " ".join(f"{getattr(one[name], field) / getattr(one[base], field) - 1:+.1%}" for one in runs)
            for field in ("slices", "slices_rms")
        ]
        lines.append((name, *means, *(["", ""] if name == base else moved)))
    head = ("error, slices", "all", "rms, slices", "all", "error in slices, by seed", "rms in slices, by seed")
    print_table(("trained on", *head), lines)


def main() -> None:
    """Print both tasks."""
    parser = argparse.ArgumentParser(description="What boosting weak slices does for a model.")
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    asked = parser.parse_args()
    for task in (lateness(), prices()):
        print(
            f"\n{task.name}: {task.learned:,} rows to learn from, {task.budget:,} more for the {task.slices} weakest "
            "slices.\n"
        )
        runs = [run(task, seed) for seed in asked.seeds]
        print()
        show(runs)


if __name__ == "__main__":
    main()
