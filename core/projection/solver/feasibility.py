"""Controls that can't be met together: which ones, and the nearest value of each that works.

A conflict is a smallest set of controls that can't be met together (deletion filter, J. W. Chinneck and E. W. Dravnieks
1991). Then each of them in turn is let go, all others stay exact, and the value nearest to the asked one is found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from trimtab.core.projection.conflict import Conflict
from trimtab.core.projection.solver.elastic import Distance, Elastic, OutOfTimeError
from trimtab.core.projection.solver.fit import Constraint
from trimtab.core.projection.solver.wording import Way, asked_and_nearest, cant_be_met, listed, not_together

SECONDS = 10.0
"""The search for conflicts is given up after this long."""

MOST_CONFLICTS = 8
"""More conflicts than these are not told: what is told must be read."""

NONE = 1e-7
"""A share that counts as none in what can be met."""

MOST_CODES = 4
"""Of a control with many bins, so many are tried for the one to tell."""


def find_conflicts(
    mass: np.ndarray,
    constraints: Sequence[Constraint],
    *,
    allowed: float,
    rows: int,
    called: str = "real rows",
) -> tuple[Conflict, ...]:
    """The conflicts among `constraints` on cells of `mass` (C,); empty if all can be met together.

    `allowed` is the share by which a code may be off and still count as met; the cells stand for so many `rows`, which
    are `called` so in what is told.
    """
    program = Elastic(mass, constraints, SECONDS)
    found: list[Conflict] = []
    told = f"Whether the {len(constraints)} controls can be met together"
    try:
        sets = _Sets(program, constraints, allowed)
        for clash in _clashes(sets, len(constraints)):
            told = f"Which of the {len(constraints)} controls can't be met together"
            found += _told(program, sets, constraints, clash, allowed, (rows, called))
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

    def __init__(self, program: Elastic, constraints: Sequence[Constraint], allowed: float) -> None:
        self._program, self._allowed = program, allowed
        self._possible: list[frozenset[int]] = []
        self._impossible: list[frozenset[int]] = []
        self._loose: dict[tuple[int, frozenset[int]], Distance] = {}
        every = [bool(one.requested.max() == 1.0) and not one.yields for one in constraints]
        self._firmness = {i: (every[i], i) for i in range(len(constraints))}

    def possible(self, active: Collection[int]) -> bool:
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

    def firm(self, active: Collection[int]) -> list[int]:
        """The constraints of a set, the firmest first."""
        return sorted(active, key=self._firmness.__getitem__, reverse=True)

    def met(self, active: Collection[int]) -> list[int]:
        """The constraints of a set that are met if each is that can be beside those which are firmer and are."""
        if self.possible(active):
            return list(active)
        # Most conflicts are gone with the softest of what pulls: then nothing else needs to be asked.
        softest = self.firm(self._known(active))[-1]
        self.possible([i for i in active if i != softest])
        kept: list[int] = []
        for i in self.firm(active):
            if self.possible([*kept, i]):
                kept.append(i)
        return kept

    def loose(self, one: int, beside: Collection[int]) -> Distance:
        """How far one constraint is off if it gives way as little as it can, and those `beside` it not at all."""
        key = (one, frozenset(beside))
        if key not in self._loose:
            self._loose[key] = self._program.distance(sorted({one, *beside}), loose=one)
        return self._loose[key]

    def smallest(self, active: Collection[int]) -> list[int]:
        """A smallest set that can't be met, inside one that can't, of the firmest."""
        involved = self.firm(self._known(active))
        for i in reversed(involved):
            fewer = [one for one in involved if one != i]
            if not self.possible(fewer):
                involved = fewer
        return involved

    def _known(self, active: Collection[int]) -> frozenset[int]:
        """The smallest known set that can't be met, inside one that can't."""
        known = [one for one in self._impossible if one <= frozenset(active)]
        return min(known, key=lambda one: (len(one), sorted(one)))


@dataclass(frozen=True)
class _Clash:
    """A smallest set of constraints that can't be met together, and for those of it that can give way all that stays
    met `beside` them."""

    involved: tuple[int, ...]
    beside: Mapping[int, Collection[int]]


def _clashes(sets: _Sets, count: int) -> Iterator[_Clash]:
    """The conflicts of `count` constraints: one for each that can't be met beside all those which are firmer and can.

    It gives way as far as all of those need, so that it is met from then on, and there is one conflict less whatever
    else is changed later: nothing leads back. Another one of the conflict may give way instead where there is one less
    then, too.
    """
    every = range(count)
    if sets.possible(every):
        return
    met = sets.met(every)
    lost = [i for i in sets.firm(every) if i not in met]
    for one in lost[:MOST_CONFLICTS]:
        # Of the firmer ones, which a softer one that gave way before can't hide, those are told that are in its way
        # where it gives way.
        order = sets.firm(every)
        firmer = [i for i in met if order.index(i) < order.index(one)]
        binding = [i for i in sets.loose(one, firmer).pulling if i != one]
        involved = sets.smallest([one, *(firmer if sets.possible([one, *binding]) else binding)])
        beside: dict[int, Collection[int]] = {one: met}
        for other in involved:
            left = sets.met([i for i in every if i != other])
            if other != one and len(left) >= len(met) and set(left).issuperset({*involved} - {other}):
                beside[other] = left
        yield _Clash(tuple(sorted(involved)), beside)


def _told(
    program: Elastic,
    sets: _Sets,
    constraints: Sequence[Constraint],
    clash: _Clash,
    allowed: float,
    rows: tuple[int, str],
) -> Iterator[Conflict]:
    """A conflict for each constraint of a smallest set, those first that can give way."""
    names = tuple(constraints[i].name for i in clash.involved)
    for i in (*clash.beside, *(i for i in clash.involved if i not in clash.beside)):
        one = constraints[i]
        if i not in clash.beside:
            yield Conflict(names, not_together(names), one.name, None)
            continue
        code, nearest, certain = _give_way(program, sets, one, i, clash.beside[i])
        asked = float(one.requested[code])
        if abs(nearest - asked) <= allowed:
            yield Conflict(names, not_together(names), one.name, None)
            continue
        asked, nearest = one.of_all(code, asked), _share(one.of_all(code, nearest))
        rest = [name for name in names if name != one.name]
        way = Way(one.name, asked, nearest, one.labels[code] if len(one.requested) > 2 else None, certain)
        message = asked_and_nearest(way, rest) if rest else cant_be_met(way, *rows)
        yield Conflict(names, message, one.name, nearest, _shares(one, sets.loose(i, clash.beside[i]).off[i]))


def _give_way(
    program: Elastic, sets: _Sets, one: Constraint, loose: int, beside: Collection[int]
) -> tuple[int, float, bool]:
    """The code of a constraint that must give way, the nearest share of it that works, and whether that is certain:
    if several codes must move together, each of them alone could stay."""
    off = sets.loose(loose, beside).off[loose]
    if len(one.requested) == 2:
        return one.asked, _share(one.requested[one.asked] - off[one.asked]), True
    active = sorted({loose, *beside})
    moved = np.argsort(-np.round(np.abs(off), 7), kind="stable")
    for code in moved[: min(MOST_CODES, np.count_nonzero(np.abs(off) > NONE))]:
        alone = float(program.narrowed(loose, int(code)).distance(active, loose=loose).off[loose][1])
        if abs(alone) > NONE:
            return int(code), _share(one.requested[code] - alone), True
    return int(moved[0]), _share(one.requested[moved[0]] - off[moved[0]]), False


def _shares(one: Constraint, off: np.ndarray) -> tuple[float, ...]:
    """The share of each of more than two codes that works, of all rows that the control speaks of."""
    if len(one.requested) == 2:
        return ()
    found = np.maximum(one.requested - off, 0.0)
    found = np.where(found < NONE, 0.0, found)
    return tuple(float(one.of_all(code, share)) for code, share in enumerate(found / found.sum()))


def _share(share: float) -> float:
    """The program is exact to about 1e-9; more digits would only show that."""
    return round(float(np.clip(share, 0.0, 1.0)), 8)
