"""Controls that can't be met together: which ones, and the nearest value of each that works.

A conflict is a smallest set of controls that can't be met together (deletion filter, J. W. Chinneck and E. W. Dravnieks
1991). Then each of them in turn is let go, all others stay exact, and the value nearest to the asked one is found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from trimtab.core.projection.conflict import Conflict
from trimtab.core.projection.solver.elastic import Elastic, OutOfTimeError
from trimtab.core.projection.solver.fit import Constraint
from trimtab.core.projection.solver.wording import Way, asked_and_nearest, cant_be_met, listed, not_together

SECONDS = 10.0
"""The search for conflicts is given up after this long."""

MOST_CONFLICTS = 3
"""More conflicts than these are not looked for: what is told must be read."""

NONE = 1e-7
"""A share that counts as none in what can be met."""

MOST_CODES = 4
"""Of a control with many bins, so many are tried for the one to tell."""


def find_conflicts(
    mass: np.ndarray, constraints: Sequence[Constraint], *, allowed: float, rows: int
) -> tuple[Conflict, ...]:
    """The conflicts among `constraints` on cells of `mass` (C,); empty if all can be met together.

    `allowed` is the share by which a code may be off and still count as met; `rows` is how many real rows the cells
    stand for.
    """
    program = Elastic(mass, constraints, SECONDS)
    found: list[Conflict] = []
    told = f"Whether the {len(constraints)} controls can be met together"
    try:
        for involved, others in _smallest_sets(program, constraints, allowed):
            told = f"Which of the {len(constraints)} controls can't be met together"
            found += [_conflict(program, constraints, i, involved, others, allowed, rows) for i in involved]
    except OutOfTimeError:
        names = tuple(one.name for one in constraints)
        advice = f"Take {listed(names[-1:])} away and try again."
        return tuple(found) or (Conflict(names, f"{told} was not found in {SECONDS:.0f} s. {advice}", names[-1], None),)
    return tuple(found)


def nearest_possible(mass: np.ndarray, constraints: Sequence[Constraint], *, allowed: float) -> list[Constraint]:
    """The constraints with shares that can be met exactly, each within `allowed` of what was asked."""
    active = range(len(constraints))
    try:
        found = Elastic(mass, constraints, SECONDS).distance(active, enough=allowed)
    except OutOfTimeError:
        return list(constraints)
    near = [np.maximum(one.requested - off, 0.0) for one, off in zip(constraints, found.off, strict=True)]
    return [
        replace(one, requested=np.where(shares < NONE, 0.0, shares) / shares[shares >= NONE].sum())
        for one, shares in zip(constraints, near, strict=True)
    ]


class _Sets:
    """Which sets of constraints can be met together, asked of the program only where it does not follow."""

    def __init__(self, program: Elastic, allowed: float) -> None:
        self._program, self._allowed = program, allowed
        self._possible: list[frozenset[int]] = []
        self._impossible: list[frozenset[int]] = []

    def possible(self, active: Sequence[int]) -> bool:
        """Whether the constraints of a set can be met together."""
        asked = frozenset(active)
        if not asked or any(asked <= known for known in self._possible):
            return True
        if any(known <= asked for known in self._impossible):
            return False
        found = self._program.distance(sorted(asked), enough=self._allowed)
        if found.largest <= self._allowed:
            self._possible.append(asked)
            return True
        self._impossible.append(frozenset(found.pulling or asked))
        return False

    def smallest(self, active: Sequence[int]) -> list[int]:
        """A smallest set that can't be met, inside one that can't."""
        known = [sorted(one) for one in self._impossible if one <= frozenset(active)]
        involved = min(known, key=lambda one: (len(one), one))
        # What is tried first is what a conflict can do without: events, which come first, are what people ask for.
        for i in reversed(involved):
            fewer = _without(involved, i)
            if not self.possible(fewer):
                involved = fewer
        return involved


def _smallest_sets(
    program: Elastic, constraints: Sequence[Constraint], allowed: float
) -> Iterator[tuple[list[int], list[int]]]:
    """Smallest sets of constraints that can't be met together, each with the others that can be met beside it."""
    sets = _Sets(program, allowed)
    left = list(range(len(constraints)))
    found: list[list[int]] = []
    if sets.possible(left):
        return
    while True:
        found.append(sets.smallest(left))
        # If one of them gives way and there is still a conflict, that is another one.
        still = next((i for i in reversed(found[-1]) if not sets.possible(_without(left, i))), None)
        if still is None or len(found) == MOST_CONFLICTS:
            break
        left = _without(left, still)
    pulling = {i for involved in found for i in involved}
    beside = [i for i in range(len(constraints)) if i not in pulling]
    for involved in found:
        yield involved, beside if all(sets.possible([*beside, *_without(involved, i)]) for i in involved) else []


def _without(active: Sequence[int], one: int) -> list[int]:
    return [i for i in active if i != one]


def _conflict(
    program: Elastic,
    constraints: Sequence[Constraint],
    loose: int,
    involved: Sequence[int],
    beside: Sequence[int],
    allowed: float,
    rows: int,
) -> Conflict:
    """Let one control give way as little as possible, the others staying exact."""
    one = constraints[loose]
    code, nearest, certain = _give_way(program, one, loose, sorted([*involved, *beside]))
    names = tuple(constraints[i].name for i in involved)
    rest = [name for name in names if name != one.name]
    asked = float(one.requested[code])
    if abs(nearest - asked) <= allowed:
        return Conflict(names, not_together(names), one.name, None)
    asked, nearest = one.of_all(code, asked), _share(one.of_all(code, nearest))
    way = Way(one.name, asked, nearest, one.labels[code] if len(one.requested) > 2 else None, certain)
    return Conflict(names, asked_and_nearest(way, rest) if rest else cant_be_met(way, rows), one.name, nearest)


def _give_way(program: Elastic, one: Constraint, loose: int, active: Sequence[int]) -> tuple[int, float, bool]:
    """The code of a constraint that must give way, the nearest share of it that works, and whether that is certain:
    if several codes must move together, each of them alone could stay."""
    off = program.distance(active, loose=loose).off[loose]
    if len(one.requested) == 2:
        return one.asked, _share(one.requested[one.asked] - off[one.asked]), True
    moved = np.argsort(-np.round(np.abs(off), 7), kind="stable")
    for code in moved[: min(MOST_CODES, np.count_nonzero(np.abs(off) > NONE))]:
        alone = float(program.narrowed(loose, int(code)).distance(active, loose=loose).off[loose][1])
        if abs(alone) > NONE:
            return int(code), _share(one.requested[code] - alone), True
    return int(moved[0]), _share(one.requested[moved[0]] - off[moved[0]]), False


def _share(share: float) -> float:
    """The program is exact to about 1e-9; more digits would only show that."""
    return round(float(np.clip(share, 0.0, 1.0)), 8)
