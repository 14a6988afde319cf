"""The frontier: how many rows must be made, for every number of rows that one may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from trimtab.core.design.blend import Blend
from trimtab.core.projection.conflict import ConflictsError
from trimtab.core.projection.fitted import fitted, task_of
from trimtab.core.projection.real.capped import STRONGEST, Capping
from trimtab.core.projection.real.first import MOST_CELLS, Task
from trimtab.core.projection.real.program import curve
from trimtab.core.study.study import Study, open_study

BEYOND = 3
"""The curve goes to so many times the most rows that can be real, or twice those of the design if that is more."""


@dataclass(frozen=True)
class Point:
    """Of so many rows so many must be `made`; `binding` says what these have in common, if anything."""

    rows: int
    made: int
    binding: str

    def as_json(self) -> dict[str, Any]:
        """The point in the names of the command line's contract."""
        return {"rows": self.rows, "made": self.made, "binding": self.binding}


@dataclass(frozen=True)
class Frontier:
    """The most rows that can all be real, each another one, and the `points` where the made rows begin to rise faster,
    the first and last included; between them it is straight."""

    most_real_rows: int
    points: tuple[Point, ...]

    def made(self, rows: int) -> int:
        """About how many of a number of rows must be made."""
        if not self.points or rows <= self.points[0].rows:
            return 0 if self.most_real_rows else rows * self.points[0].made // self.points[0].rows if self.points else 0
        for one, other in zip(self.points, self.points[1:], strict=False):
            if rows <= other.rows:
                return one.made + round((other.made - one.made) * (rows - one.rows) / (other.rows - one.rows))
        last = self.points[-1]
        return last.made + rows - last.rows


def frontier(study: Study) -> Frontier | None:
    """The frontier of a study's design, whatever its mode. None where there are no real rows to count, in a supplement,
    for a design that can't be met, and for one of more cells than can be looked through in time."""
    if study.declared or study.design.mode == "supplement":
        return None
    plain = study
    if study.design.takes_real_rows:
        plain = open_study(study.design.changed(mode="standalone", blend=Blend()), study.source, previous=study)
    try:
        found = fitted(plain, plain.design.size)
    except ConflictsError:
        return None
    if found.cells.count > MOST_CELLS:
        return None
    key = (plain.grounding, plain.design.content)
    return study.memo.of("frontier", key, lambda: _frontier(task_of(plain, found)))


def _frontier(task: Task) -> Frontier:
    program = task.program()
    most = program.most()
    high = max(2 * task.rows, BEYOND * most)
    low = most or max(1, min(task.rows, task.reserved + 1))
    return Frontier(most, tuple(_points(task, [(rows, found.made) for rows, found in curve(program, low, high)])))


def _points(task: Task, found: list[tuple[int, float]]) -> Iterator[Point]:
    for rows, made in found:
        fit = Capping(task.shares, task.constraints, task.real.room / max(1, rows - task.reserved)).at(STRONGEST)
        yield Point(rows, round(made), task.where(fit.beyond) if made >= 1 else "")
