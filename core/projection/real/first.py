"""Real rows first: the slots of a design that takes whole real rows, or why it can't be met with them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.projection.conflict import Conflict, ConflictsError
from trimtab.core.projection.controls.control import Control
from trimtab.core.projection.goals import Goal
from trimtab.core.projection.pool.cells import Cells
from trimtab.core.projection.real.capped import STRONGEST, Capped, Capping
from trimtab.core.projection.real.program import Program, Wanted
from trimtab.core.projection.real.rows import RealRows
from trimtab.core.projection.real.slots import Slots
from trimtab.core.projection.real.wording import where_made
from trimtab.core.projection.solver.fit import Constraint
from trimtab.core.study.study import Study
from trimtab.core.words.numbers import counted, rounded_percent

ROWS = ControlName("rows", "design")

STRONGER = (2 * STRONGEST, 4 * STRONGEST)
"""Pulls for what is left beyond the caps where no row may be made."""

PART_OF_A_ROW = 1e-3
"""Less than this is no row."""

HALVINGS = 24
"""Pulls that are tried for the weakest that makes few enough rows."""

MOST_CELLS = 5_000
"""With more cells than these the linear program takes too long, and fits have the word."""


@dataclass(frozen=True, eq=False)
class Task:
    """What is fitted: the `shares` (C,) of the projection, which meet the `constraints` of the `goals`, for so many
    `rows` in all, of which `reserved` are set already and are no real ones."""

    study: Study
    cells: Cells
    real: RealRows
    shares: np.ndarray
    constraints: Sequence[Constraint]
    goals: tuple[Goal, ...]
    rows: int
    reserved: int

    @property
    def drawn(self) -> int:
        """Rows that are drawn beside the reserved ones."""
        return self.rows - self.reserved

    @property
    def controls(self) -> Sequence[Control]:
        """The controls that ask for shares of rows."""
        return tuple(goal.control for goal in self.goals)

    def program(self) -> Program:
        """The linear program of the fewest made rows."""
        usable = self.shares > 0
        wanted = Wanted(self.goals, self.rows, self.reserved)
        return Program(self.cells.codes, self.real.room, usable, wanted)

    def capping(self) -> Capping:
        """Fits under what real rows can fill."""
        return Capping(self.shares, self.constraints, self.real.room / max(1, self.drawn))

    def where(self, of_cell: np.ndarray) -> str:
        """What made rows, so many of each cell, have in common."""
        return where_made(self.study, self.controls, self.cells.codes, of_cell)


def slots_of(task: Task) -> Slots:
    """The slots of a design in mode select or blend. Raises ConflictsError where too many rows would have to be
    made."""
    return _selected(task) if task.study.design.mode == "select" else _blended(task)


def _selected(task: Task) -> Slots:
    capping = task.capping()
    found = capping.at(STRONGEST)
    for pull in STRONGER:
        if found.made * task.drawn > PART_OF_A_ROW:
            found = capping.at(pull)
    if found.made * task.drawn > PART_OF_A_ROW:
        _check_all_real(task, found)
    kept = np.minimum(found.shares, task.real.room / max(1, task.drawn))
    return Slots.real_first(kept / kept.sum(), np.zeros(len(kept)), task.real.room, 0)


def _check_all_real(task: Task, found: Capped) -> None:
    """Raise ConflictsError unless whole rows can be real where parts of rows can't, as of 5 % of 33,470."""
    made = _whole_made(task, found)
    if made:
        most = most_by_fits(task) if task.cells.count > MOST_CELLS else task.program().most()
        # What they have in common is asked of the fit: the program takes a corner, where much is alike by chance.
        raise ConflictsError((_too_many_rows(task, made, found.beyond, most),))


def _whole_made(task: Task, found: Capped) -> int:
    """The fewest of the drawn rows that must be made if the controls ask for whole rows, by the program where it can be
    solved in time, else by a fit."""
    if task.cells.count <= MOST_CELLS:
        program = task.program()
        fewest = program.fewest(task.rows) or program.fewest(task.rows, whole=False)
        if fewest is not None:
            return math.ceil(fewest.made - task.reserved - PART_OF_A_ROW)
    return _made(found, task)


def most_by_fits(task: Task) -> int:
    """The most rows that can all be real, by fits: within a thousandth."""
    low, high = 0, task.drawn
    while high - low > max(1, high // 1_000):
        middle = (low + high) // 2
        made = Capping(task.shares, task.constraints, task.real.room / middle).at(STRONGER[-1]).made
        low, high = (middle, high) if made * middle <= PART_OF_A_ROW else (low, middle)
    return low


def _too_many_rows(task: Task, made: int, of_cell: np.ndarray, most: int) -> Conflict:
    where = task.where(of_cell)
    must = f"{made:,} must be made" + (f", {where}" if where else "")
    mode = ControlName("mode", "select")
    if not most:
        rows = counted(task.rows, "row")
        message = f"No number of rows can all be real: of {rows} {must}. Mode blend makes them."
        return Conflict((mode, ROWS), message, mode, None)
    message = (
        f"{most:,} rows can be real; you ask for {task.rows:,}: {must}. The most rows that work are {most:,}; mode "
        f"blend makes the {made:,}."
    )
    return Conflict((ROWS, mode), message, ROWS, float(most))


def _blended(task: Task) -> Slots:
    design = task.study.design
    most = _most_made(design.most_made, task)
    capping = task.capping()
    found = capping.at(STRONGEST if design.blend.prefer == "real" else 0.0)
    made = _made(found, task)
    if made > most:
        found, made = _weakest(task, capping, most)
    return Slots.real_first(found.shares, found.beyond, task.real.room, made, most - made)


def _most_made(share: float, task: Task) -> int:
    """How many of the drawn rows may be made."""
    return math.floor(share * task.rows + PART_OF_A_ROW) - task.reserved


def _made(found: Capped, task: Task) -> int:
    """How many of the drawn rows are made: whole rows, so that real ones are enough for the others."""
    return math.ceil(found.made * task.drawn - PART_OF_A_ROW)


def _weakest(task: Task, capping: Capping, most: int) -> tuple[Capped, int]:
    """The fit of the weakest pull that makes few enough rows, and these. Raises ConflictsError if none does."""
    strongest = capping.at(STRONGEST)
    if _made(strongest, task) > most:
        made = _whole_made(task, strongest)  # whole rows may do where parts of rows don't, as of 5 % of 33,470
        if made > most:
            raise ConflictsError((_too_many_made(task, strongest, made),))
        return strongest, made
    low, high, best = 0.0, STRONGEST, strongest
    for _ in range(HALVINGS):
        if high - low < 1e-4:
            break
        middle = (low + high) / 2
        found = capping.at(middle)
        if _made(found, task) <= most:
            high, best = middle, found
        else:
            low = middle
    return best, _made(best, task)


def _too_many_made(task: Task, found: Capped, made: int) -> Conflict:
    asked, mode = task.study.design.most_made, ControlName("mode", "blend")
    least = (made + task.reserved) / task.rows
    where = task.where(found.beyond)
    reserved = f" {task.reserved:,} of them are set by sweeps and floors." if task.reserved else ""
    message = (
        f"At most {rounded_percent(asked)} of the rows may be made, and {made + task.reserved:,} of "
        f"{task.rows:,} must be{f', {where}' if where else ''}.{reserved} The least that works is "
        f"{rounded_percent(least, away_from=0.0)}."
    )
    return Conflict((mode, ROWS), message, mode, least)
