"""The frontier: how many rows must be made, for every number of rows that one may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from trimtab.core.design.parts.blend import Blend
from trimtab.core.projection.conflict import ConflictsError
from trimtab.core.projection.fitted import fitted, task_of
from trimtab.core.projection.real.capped import STRONGEST, Capping
from trimtab.core.projection.real.first import MOST_CELLS, Task
from trimtab.core.projection.real.most import as_in_the_source
from trimtab.core.projection.real.program import curve
from trimtab.core.study.study import Study, open_study

BEYOND = 3
"""The curve goes to so many times the most rows that can be real; twice as far, and again, until it is twice as far as
the design's rows. So it stays what it is while these are chosen along it."""


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
    for rows in (as_in_the_source(study), study.size):  # numbers of rows that are asked for stay numbers
        changes = {"mode": "standalone", "blend": Blend(), "rows": rows}
        plain = open_study(study.design.changed(**changes), study.source, previous=study)
        try:
            found = fitted(plain, rows)
        except ConflictsError:
            continue
        return _of(study, plain, task_of(plain, found)) if found.cells.count <= MOST_CELLS else None
    return None


def _of(study: Study, plain: Study, task: Task) -> Frontier:
    """The frontier of a study, by that of the `plain` one, whose rows are all made."""
    key = (plain.grounding, plain.design.content)
    most = study.memo.of("most real rows", key, lambda: task.program().most())
    high = BEYOND * most or study.source.rows
    while high < 2 * study.size:
        high *= 2
    return study.memo.of("frontier", (key, high), lambda: _frontier(task, most, high))


def _frontier(task: Task, most: int, high: int) -> Frontier:
    low = most or task.reserved + 1
    points = [(rows, found.made) for rows, found in curve(task.program(), low, high)]
    return Frontier(most, tuple(_points(task, points)))


def _points(task: Task, found: list[tuple[int, float]]) -> Iterator[Point]:
    for rows, made in found:
        fit = Capping(task.shares, task.constraints, task.real.room / max(1, rows - task.reserved)).at(STRONGEST)
        yield Point(rows, round(made), task.where(fit.beyond) if made >= 1 else "")
