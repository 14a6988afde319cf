"""Goals: what the rows to draw must bring, so that they and what is there already have what the design asks for.

There already are the rows of the source, if the design is a supplement, and the rows reserved for sweeps and floors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from trimtab.core.maths.rounding import event_rows, whole_rows
from trimtab.core.projection.controls.features import Feature
from trimtab.core.projection.controls.marginal import Control, EventControl, LevelControl, MarginalControl, whole_size
from trimtab.core.projection.controls.pair import PairControl
from trimtab.core.projection.pool.pool import Pool, side_codes
from trimtab.core.projection.reserved.reserved import Reserved
from trimtab.core.projection.solver.feasibility import Conflict, ConflictsError
from trimtab.core.projection.solver.fit import Constraint
from trimtab.core.projection.solver.supplement import smallest_supplement
from trimtab.core.study.study import Study
from trimtab.core.words.conflicts import listed, percent

BATCH = 65_536
HALF = 0.5
"""Rows are whole: a code may lack so much of one."""

MOST_ROWS = 2_000_000_000
"""More rows than these are not made."""

GENERATED = ("hold", "rule")
"""Controls that speak of the generated rows only, in a supplement too."""


@dataclass(frozen=True, eq=False)
class Goal:
    """What one control asks: `requested` (L,) shares of `total` rows, of which those `there` (L,) are there already.

    `labels` name the codes, none for conditions. `takers` are the reservations with rows of each code. `counted`: a
    number of rows is asked for, whatever the total.
    """

    name: str
    requested: np.ndarray
    labels: tuple[str, ...]
    total: int
    there: np.ndarray
    takers: Mapping[str, np.ndarray]
    counted: bool = False

    @property
    def rows(self) -> np.ndarray:
        """(L,) whole rows of each code to draw; negative where too many are there already."""
        if len(self.labels):
            return np.asarray(whole_rows(self.requested, self.total) - self.there)
        true = event_rows(float(self.requested[1]), self.total)
        return np.asarray(np.array([self.total - true, true]) - self.there)

    @property
    def missing(self) -> np.ndarray:
        """(L,) rows of each code to draw, not rounded."""
        return np.asarray(self.requested * self.total - self.there)

    @property
    def strict(self) -> bool:
        """Whether what is asked for nothing must stay empty: what is held, and what is asked of all rows, leaves no
        part of a row to anything else."""
        return self.name.startswith(("hold ", "level ")) or bool(self.requested.max() == 1.0)

    def constraint(self, codes: np.ndarray, drawn: int) -> Constraint:
        """The goal as a constraint on cells with these codes (C,), of `drawn` rows. What lacks less than a row is
        none."""
        wanted = np.maximum(self.missing, 0.0)
        return Constraint(
            self.name, codes, wanted / wanted.sum(), self.labels, self.strict, drawn, self.total, self.there
        )


def goals_of(
    study: Study,
    pool: Pool,
    conditions: Sequence[EventControl],
    controls: Sequence[Control],
    reserved: Reserved,
    rows: int,
) -> tuple[Goal, ...]:
    """The goals of `rows` rows in all, conditions first. Raises ConflictsError where too many are there already."""
    found: list[Goal] = []
    conflicts: list[Conflict] = []
    every: list[Control | EventControl] = [*conditions, *controls]
    for i, one in enumerate(every):
        labels: tuple[str, ...] = ()
        if isinstance(one, EventControl):
            name, requested = one.control, np.array([1.0 - one.rate, one.rate])
        else:
            name, requested, labels = one.name, one.requested, one.labels
        supplement = study.design.mode == "supplement" and not name.startswith(GENERATED)
        there = np.zeros(len(requested), dtype=np.int64)
        if supplement:
            there += source_counts(study, pool, one)
        known = reserved.codes[i] >= 0
        takers = {
            part.name: np.bincount(reserved.codes[i, known & (reserved.part == number)], minlength=len(requested))
            for number, part in enumerate(reserved.parts)
        }
        conflicts += [_no_bin(name, part.name) for n, part in enumerate(reserved.parts) if n in reserved.part[~known]]
        there += sum(takers.values(), np.zeros(len(requested), dtype=np.int64))
        total = whole_size(study, rows) if supplement else rows
        counted = name.startswith("event ") and study.design.events[name.split(" ", 1)[1]].rows is not None
        found.append(Goal(name, requested, labels, total, there, takers, counted))
    conflicts += [conflict for goal in found if (conflict := _too_many(goal, rows))]
    ordered = {f"pair {pair.name}" for pair in study.design.pairs if pair.rank_correlation is not None}
    for goal, control in zip(found[len(conditions) :], controls, strict=True):
        if isinstance(control, PairControl) and goal.name in ordered:
            conflicts += _constant(goal, control)
    if conflicts:
        raise ConflictsError(conflicts)
    return tuple(found)


def source_counts(study: Study, pool: Pool, one: Control | EventControl) -> np.ndarray:
    """(L,) rows of the whole source with each code of a control or a condition."""
    size = 2 if isinstance(one, EventControl) else len(one.requested)
    if isinstance(one, MarginalControl):
        return np.bincount(one.code_of_value, weights=study.columns[one.factor].counts, minlength=size).astype(np.int64)
    if pool.learned == study.source.rows:
        codes = pool.truth(one) if isinstance(one, EventControl) else pool.control(one)
        return np.bincount(codes[: pool.learned], minlength=size)
    name = one.control if isinstance(one, EventControl) else one.name
    key = one.predicate.sql if isinstance(one, EventControl) else (id(study.columns), size, one.labels)
    return study.memo.of(f"source rows of {name}", key, lambda: _counted(study, one, size))


def _counted(study: Study, one: Control | EventControl, size: int) -> np.ndarray:
    """The codes of the rows of a source that is too large to be learned whole."""
    columns = sorted(_columns(one))
    counts = np.zeros(size, dtype=np.int64)
    with pq.ParquetFile(study.source.path) as file:
        for batch in file.iter_batches(BATCH, columns=columns):
            table = pa.Table.from_batches([batch])
            if isinstance(one, EventControl):
                codes = one.combine([feature.of_table(table) for feature in one.features])
            elif isinstance(one, LevelControl):
                codes = one.feature.of_table(table)
            else:
                assert isinstance(one, PairControl)  # marginals are counted with their columns
                first, second = (side_codes(side, table) for side in one.sides)
                codes = first * one.sides[1].size + second
            counts += np.bincount(codes, minlength=size)
    return counts


def _columns(one: Control | EventControl) -> set[str]:
    if isinstance(one, EventControl):
        return set(one.predicate.columns)
    features: list[Feature] = []
    plain: set[str] = set()
    if isinstance(one, LevelControl):
        features.append(one.feature)
    if isinstance(one, PairControl):
        features += [side.feature for side in one.sides if side.feature]
        plain = {side.name for side in one.sides if not side.feature}
    return plain | {name for feature in features for name in feature.columns}


def _slack(goal: Goal) -> float:
    """Rows by which a marginal or a pair may be off without anyone seeing it: a tenth of what chance would do."""
    if not goal.name.startswith(("target ", "keep ", "pair ")):
        return 0.0
    some = goal.requested
    return 0.05 * float(np.sqrt(2 * some * (1 - some) / np.pi * goal.total).sum())


def _constant(goal: Goal, pair: PairControl) -> list[Conflict]:
    """Why whole rows have no rank correlation: all that have both values have the same one of a factor."""
    both = whole_rows(goal.requested, goal.total).reshape(pair.table.shape)[:-1, :-1]
    message = (
        f"P{listed([goal.name])[1:]} asks for a rank correlation, but in {goal.total:,} rows all that have both values "
        "have the same bin of `{}`. Ask for more rows, or let it vary."
    )
    same = [side.name for i, side in enumerate(pair.sides) if np.count_nonzero(both.sum(axis=1 - i)) < 2]
    return [Conflict((goal.name,), message.format(name), goal.name, None) for name in same[:1]]


def _no_bin(name: str, taker: str) -> Conflict:
    """A reservation has rows for which a control has no code."""
    taking = listed([taker])
    message = (
        f"{taking[0].upper()}{taking[1:]} has values that lie in no bin of {listed([name])}. Leave them out, or give "
        "the factor `edges` that reach them."
    )
    return Conflict((name, taker), message, taker, None)


def _too_many(goal: Goal, rows: int) -> Conflict | None:
    """Why a goal can't be reached: more rows of a code are there than it asks for."""
    over = -np.minimum(goal.missing, 0.0)
    if over.max() <= HALF or over.sum() <= _slack(goal):
        return None
    code = int(np.argmin(goal.missing))
    asked = goal.requested[code] * goal.total
    where = f" at `{goal.labels[code]}`" if goal.labels else "" if code else " in which it is not true"
    takers = [name for name, counts in goal.takers.items() if counts[code]]
    taken = sum(int(goal.takers[name][code]) for name in takers)
    said = listed([goal.name])
    said = said[0].upper() + said[1:]
    if asked - taken < -HALF:
        nearest = taken / goal.total
        word, limit = "least", percent(nearest, towards=1.0)
        if not goal.labels and not code:
            nearest = 1.0 - nearest
            word, limit = "most", percent(nearest, towards=0.0)
        message = (
            f"{said} asks for {percent(float(goal.requested[code]))}{where}, {asked:,.0f} rows, but {listed(takers)} "
            f"{'takes' if len(takers) == 1 else 'take'} {taken:,}: the {word} that works is {limit}."
        )
        return Conflict((goal.name, *takers), message, goal.name, nearest)
    if goal.counted:
        return _too_many_counted(goal, rows)
    needed, binding = smallest_supplement(goal.there, goal.requested)
    start = (
        f"{said} can't be met with {rows:,} rows: the source has {int(goal.there[code]) - taken:,} rows{where}, and "
        f"{percent(float(goal.requested[code]))} of {goal.total:,} in all are {asked:,.0f}."
    )
    if needed is None or needed > MOST_ROWS:
        end = " As long as the source has one, no number of rows mends that."
        if needed is not None:
            end = f" It would take more than {MOST_ROWS:,} rows, which is the most that can be made."
        return Conflict((goal.name,), start + end, goal.name, None)
    # Reserved rows are there already, and are among the rows of the supplement all the same.
    needed += sum(int(counts.sum()) for counts in goal.takers.values())
    if goal.name.startswith("pair "):
        # The shares of its factors move with the number of rows, and what the pair asks of each cell moves with them.
        return Conflict((goal.name, "rows supplement"), f"{start} It takes {needed:,} rows, or more.", goal.name, None)
    binds = f"`{goal.labels[binding]}`" if goal.labels else "it"
    end = f" The fewest rows that can are {needed:,}: that is where {binds} binds."
    return Conflict((goal.name, "rows supplement"), start + end, "rows supplement", float(needed))


def _too_many_counted(goal: Goal, rows: int) -> Conflict:
    """Why an event can't be true in its number of rows: the source has more of them, or the supplement has fewer."""
    asked, there = round(goal.requested[1] * goal.total), int(goal.there[1])
    start = f"E{listed([goal.name])[1:]} can't be true in {asked:,} rows in all: "
    if there > asked:
        end = f"there are {there:,} already, and that is the least that works."
        return Conflict((goal.name,), start + end, goal.name, there / goal.total)
    needed = asked - there + sum(int(counts.sum()) for counts in goal.takers.values())
    end = (
        f"there are {there:,} already, and {rows:,} more can't bring the rest. The fewest rows that can are {needed:,}."
    )
    return Conflict((goal.name, "rows supplement"), start + end, "rows supplement", float(needed))
