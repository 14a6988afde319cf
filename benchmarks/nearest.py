"""Prints whether the nearest values of `check` work: `python -m benchmarks.nearest [conflicts] [seed]`.

Random designs that can't be met, with controls of every kind, on tables of the sample data. Of what `check` tells first
the first way out is applied, as `trimtab apply --patch` does it, then of what it tells next, until the design can be
met. That must not take more steps than there were conflicts: sets of controls that `check` told at the beginning to be
impossible together. A control that takes its nearest value meets all that is met already, so each step ends at least
one conflict, and none may begin.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.impossible import ROWS, SEED, TABLES, Random, Table, opened
from trimtab.core.cli.console import print_table
from trimtab.core.design.design import Design
from trimtab.core.design.files import dumps
from trimtab.core.design.patching import with_part
from trimtab.core.errors import InputError
from trimtab.core.projection.check import Checked, check
from trimtab.core.study.study import Study, open_study

CONFLICTS = 300


@dataclass(frozen=True)
class Walk:
    """What came of following the ways out of one conflict."""

    table: str
    kinds: frozenset[str]
    conflicts: int
    steps: int
    feasible: bool
    seconds: float
    design: Design
    told: tuple[tuple[str, str], ...]

    @property
    def settled(self) -> bool:
        """Whether it ended in a design that can be met, in no more steps than there were conflicts."""
        return self.feasible and self.steps <= self.conflicts


def conflicts(table: Table, name: str, generator: np.random.Generator) -> Iterator[Walk]:
    """Walks out of random conflicts on a table, without end."""
    random = Random(table, generator)
    study: Study | None = None
    while True:
        try:
            design = random.design()
            study = open_study(design, table.source, previous=study)
            started = time.process_time()
            found = check(study)
        except InputError:
            continue
        if found.conflicts:
            yield walked(name, study, found, time.process_time() - started)


def walked(name: str, study: Study, found: Checked, seconds: float) -> Walk:
    """What comes of taking the first way out of what `check` tells first, again and again."""
    begun = study.design
    told: list[tuple[str, str]] = []
    sets = {one.controls for one in found.conflicts}
    kinds = frozenset(control.kind for one in found.conflicts for control in one.controls)
    while found.conflicts and len(told) <= len(sets) and found.ways[0]:
        way = found.ways[0][0]
        told.append((found.conflicts[0].message, way.title))
        study = open_study(with_part(study.design, way.patch), study.source, previous=study)
        found = check(study)
    steps = len(told)
    told += [(one.message, "") for one in found.conflicts]
    return Walk(name, kinds, len(sets), steps, not found.conflicts, seconds, begun, tuple(told))


def measure(count: int, seed: int, names: list[str], rows: int = ROWS) -> list[Walk]:
    """`count` walks, on each of the tables as many."""
    found: list[Walk] = []
    with tempfile.TemporaryDirectory() as folder:
        for place, name in enumerate(names):
            own = count // len(names) + (place < count % len(names))
            walks = conflicts(opened(name, Path(folder), rows), name, np.random.default_rng([seed, place]))
            found += [next(walks) for _ in range(own)]
    return found


def main() -> None:
    """Measure and print."""
    count, seed = (*map(int, sys.argv[1:]), *(CONFLICTS, SEED)[len(sys.argv) - 1 :])
    found = measure(count, seed, list(TABLES))
    lines = []
    for name in TABLES:
        own = [walk for walk in found if walk.table == name]
        settled = sum(walk.settled for walk in own)
        seconds = [walk.seconds for walk in own]
        steps = max(walk.steps for walk in own)
        lines.append([name, f"{settled} of {len(own)}", str(steps), f"{np.median(seconds):.2f}", f"{max(seconds):.2f}"])
    print_table(["table", "settled in time", "most steps", "seconds to tell (median)", "most"], lines)
    kinds = Counter(kind for walk in found for kind in walk.kinds)
    print("conflicts with: " + ", ".join(f"{kind} {times}" for kind, times in kinds.most_common()))
    for walk in found:
        if not walk.settled:
            print(f"\nNOT SETTLED on {walk.table}, {walk.conflicts} conflicts:\n{dumps(walk.design)}")
            for message, way in walk.told:
                print(f"- {message}\n    {way}")


if __name__ == "__main__":
    main()
