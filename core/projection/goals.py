"""Goals: what the rows to draw must bring, so that they and what is there already have what the design asks for.

There already are the rows of the source, if the design is a supplement, and the rows reserved for sweeps and floors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.projection.conflict import Conflict, ConflictsError
from trimtab.core.projection.controls.control import Control
from trimtab.core.projection.pool.pool import Pool
from trimtab.core.projection.pool.table_rows import TableRows
from trimtab.core.projection.reserved.reserved import Reserved
from trimtab.core.projection.solver.fit import Constraint
from trimtab.core.projection.solver.supplement import closest_mix, smallest_supplement
from trimtab.core.projection.solver.wording import listed
from trimtab.core.study.study import Study, whole_size
from trimtab.core.words.numbers import rounded_percent
from trimtab.core.words.plain import capital

ROWS = ControlName("rows", "supplement")

BATCH = 65_536
HALF = 0.5
"""Rows are whole: a code may lack so much of one."""

MOST_ROWS = 2_000_000_000
"""More rows than these are not made."""


@dataclass(frozen=True, eq=False)
class Goal:
    """What one control asks of `total` rows, of which those `there` (L,) are there already.

    `takers` are the reservations with rows of each code.
    """

    control: Control
    total: int
    there: np.ndarray
    takers: Mapping[ControlName, np.ndarray]

    @property
    def name(self) -> ControlName:
        """Which control asks."""
        return self.control.name

    @property
    def requested(self) -> np.ndarray:
        """(L,) the share that each code must have."""
        return self.control.requested

    @property
    def labels(self) -> tuple[str, ...]:
        """What the codes are called; none for conditions."""
        return self.control.labels

    @property
    def rows(self) -> np.ndarray:
        """(L,) whole rows of each code to draw; negative where too many are there already."""
        return np.asarray(self.control.whole(self.total) - self.there)

    @property
    def missing(self) -> np.ndarray:
        """(L,) rows of each code to draw, not rounded."""
        return np.asarray(self.requested * self.total - self.there)

    def constraint(self, codes: np.ndarray, drawn: int) -> Constraint:
        """The goal as a constraint on cells with these codes (C,), of `drawn` rows. What lacks less than a row is
        none."""
        wanted = np.maximum(self.missing, 0.0)
        control = self.control
        return Constraint(
            self.name,
            codes,
            wanted / wanted.sum(),
            control.labels,
            control.strict,
            control.asked,
            drawn,
            self.total,
            self.there,
            control.yields,
        )


def goals_of(study: Study, pool: Pool, controls: Sequence[Control], reserved: Reserved, rows: int) -> tuple[Goal, ...]:
    """The goals of `rows` rows in all. Raises ConflictsError where too many are there already."""
    found: list[Goal] = []
    conflicts: list[Conflict] = []
    for i, control in enumerate(controls):
        supplement = study.design.mode == "supplement" and not control.generated_only
        there = np.zeros(len(control.requested), dtype=np.int64)
        if supplement:
            there += source_counts(study, pool, control)
        known = reserved.codes[i] >= 0
        takers = {
            part.name: np.bincount(reserved.codes[i, known & (reserved.part == number)], minlength=len(there))
            for number, part in enumerate(reserved.parts)
        }
        conflicts += [
            _no_bin(control.name, part.name) for n, part in enumerate(reserved.parts) if n in reserved.part[~known]
        ]
        there += sum(takers.values(), np.zeros(len(there), dtype=np.int64))
        found.append(Goal(control, whole_size(study, rows) if supplement else rows, there, takers))
    conflicts += [conflict for goal in found if (conflict := _too_many(goal, rows))]
    conflicts += [conflict for goal in found for conflict in goal.control.unreachable(goal.total)]
    if conflicts:
        raise ConflictsError(conflicts)
    return tuple(found)


def source_counts(study: Study, pool: Pool, control: Control) -> np.ndarray:
    """(L,) rows of the whole source with each code of a control."""
    known = control.real_counts(study)
    if known is not None:
        return known
    if pool.learned == study.source.rows:
        return np.bincount(control.codes(pool)[: pool.learned], minlength=control.size)
    key = (study.grounding, control.size, control.geometry(study))
    return study.memo.of("source rows of codes", key, lambda: _counted(study, control))


def _counted(study: Study, control: Control) -> np.ndarray:
    """The codes of the rows of a source that is too large to be learned whole."""
    counts = np.zeros(control.size, dtype=np.int64)
    with pq.ParquetFile(study.source.path) as file:
        for batch in file.iter_batches(BATCH, columns=sorted(control.columns)):
            codes = control.codes(TableRows(pa.Table.from_batches([batch])))
            counts += np.bincount(codes, minlength=control.size)
    return counts


def _slack(goal: Goal) -> float:
    """Rows by which a marginal or a pair may be off without anyone seeing it: a tenth of what chance would do."""
    if not goal.control.eased:
        return 0.0
    some = goal.requested
    return 0.05 * float(np.sqrt(2 * some * (1 - some) / np.pi * goal.total).sum())


def _no_bin(name: ControlName, taker: ControlName) -> Conflict:
    """A reservation has rows for which a control has no code."""
    message = (
        f"{capital(taker.called)} has values that lie in no bin of {listed([name])}. Leave them out, or give "
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
    said = capital(goal.name.called)
    if asked - taken < -HALF:
        nearest = taken / goal.total
        word, limit = "least", rounded_percent(nearest, away_from=1.0)
        if not goal.labels and not code:
            nearest = 1.0 - nearest
            word, limit = "most", rounded_percent(nearest, away_from=0.0)
        message = (
            f"{said} asks for {rounded_percent(float(goal.requested[code]))}{where}, {asked:,.0f} rows, but "
            f"{listed(takers)} {'takes' if len(takers) == 1 else 'take'} {taken:,}: the {word} that works is {limit}."
        )
        return Conflict((goal.name, *takers), message, goal.name, nearest)
    if goal.control.counted:
        return _too_many_counted(goal, rows)
    needed, binding = smallest_supplement(goal.there, goal.requested)
    start = (
        f"{said} can't be met with {rows:,} rows: the source has {int(goal.there[code]) - taken:,} rows{where}, and "
        f"{rounded_percent(float(goal.requested[code]))} of {goal.total:,} in all are {asked:,.0f}."
    )
    if needed is None or needed > MOST_ROWS:
        end = " As long as the source has one, no number of rows mends that."
        if needed is not None:
            end = f" It would take more than {MOST_ROWS:,} rows, which is the most that can be made."
        if goal.control.follows_rows:
            return Conflict((goal.name,), start + end, goal.name, None)
        shares = (goal.there + closest_mix(goal.there, goal.requested, goal.total - int(goal.there.sum()))) / goal.total
        nearest, told = (float(shares[goal.control.asked]), ()) if len(shares) == 2 else (float(shares[code]), shares)
        if not goal.labels:
            word = "least" if nearest > goal.requested[goal.control.asked] else "most"
            end += f" With {rows:,} rows the {word} that works is {rounded_percent(nearest)}."
        return Conflict((goal.name,), start + end, goal.name, nearest, tuple(map(float, told)))
    # Reserved rows are there already, and are among the rows of the supplement all the same.
    needed += sum(int(counts.sum()) for counts in goal.takers.values())
    if goal.control.follows_rows:
        # The shares of its factors move with the number of rows, and what the pair asks of each cell moves with them.
        return Conflict((goal.name, ROWS), f"{start} It takes {needed:,} rows, or more.", goal.name, None)
    binds = f"`{goal.labels[binding]}`" if goal.labels else "it"
    end = f" The fewest rows that can are {needed:,}: that is where {binds} binds."
    return Conflict((goal.name, ROWS), start + end, ROWS, float(needed))


def _too_many_counted(goal: Goal, rows: int) -> Conflict:
    """Why an event can't be true in its number of rows: the source has more of them, or the supplement has fewer."""
    asked, there = round(goal.requested[1] * goal.total), int(goal.there[1])
    start = f"{capital(goal.name.called)} can't be true in {asked:,} rows in all: "
    if there > asked:
        end = f"there are {there:,} already, and that is the least that works."
        return Conflict((goal.name,), start + end, goal.name, there / goal.total)
    needed = asked - there + sum(int(counts.sum()) for counts in goal.takers.values())
    end = (
        f"there are {there:,} already, and {rows:,} more can't bring the rest. The fewest rows that can are {needed:,}."
    )
    return Conflict((goal.name, ROWS), start + end, ROWS, float(needed))
