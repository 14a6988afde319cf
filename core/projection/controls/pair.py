"""Pairs: the joint table that two factors are asked to have, from the one they have as everything else is met."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.design.controls.pair import Pair
from trimtab.core.maths.rounding import whole_rows
from trimtab.core.maths.streams import ONE_FOR_ALL, stream
from trimtab.core.projection.conflict import Conflict
from trimtab.core.projection.controls.control import Control, Rows, controls_at
from trimtab.core.projection.controls.pair_tables import correlated, supported, weighted
from trimtab.core.projection.features.feature import Feature
from trimtab.core.projection.features.side import Side, side_of
from trimtab.core.projection.pool.pool import At, Pool, picker
from trimtab.core.projection.reserved.following import with_following
from trimtab.core.projection.reserved.reserved import kept
from trimtab.core.study.study import Study
from trimtab.core.words.plain import capital

OWN_ROLES = ("target", "keep", "hold")

HALF = 0.5
"""What is asked for less than half a row is not constructed."""

ROWS_A_CELL = 8
"""Rows that are constructed for one combination of a pair; half of them begin with either factor's row."""

TRIES = 8
"""Where relations hold, so many times as many are tried."""


@dataclass(frozen=True, eq=False)
class PairControl(Control):
    """A pair of factors; code i · (size of the second) + j is bin i of the first and bin j of the second.

    It asks for nothing yet until it is `settled`: its table is made from the one that both have while it is free.
    """

    pair: Pair
    sides: tuple[Side, Side]

    kind = "pair"
    eased = True
    follows_rows = True

    @property
    def name(self) -> ControlName:
        return ControlName("pair", self.pair.name)

    @property
    def features(self) -> tuple[Feature, ...]:
        return tuple(side.feature for side in self.sides if side.feature is not None)

    @property
    def plain(self) -> Mapping[str, np.ndarray]:
        return {side.name: side.code_of_value for side in self.sides if side.code_of_value is not None}

    @property
    def together(self) -> Sequence[str]:
        return self.columns

    @property
    def size(self) -> int:
        return self.sides[0].size * self.sides[1].size

    @property
    def table(self) -> np.ndarray:
        """`requested` as a table of the bins of both."""
        return self.requested.reshape(self.sides[0].size, self.sides[1].size)

    def codes(self, rows: Rows) -> np.ndarray:
        one, other = (rows.side(side).astype(np.int64) for side in self.sides)
        return np.where((one < 0) | (other < 0), -1, one * self.sides[1].size + other)

    def geometry(self, study: Study) -> Hashable:
        features = tuple(feature.sql for feature in self.features)
        return (self.name, *(side.axis for side in self.sides), features)

    @property
    def waits(self) -> bool:
        return not self.constrains

    def settled(self, study: Study, pool: Pool, now: np.ndarray, total: int) -> PairControl:
        """The control that asks for a table, given the joint rows `now` (A · B,) of both factors while it is free, of
        `total` rows; cells that no learning row shows and that come to less than half a row are left out."""
        shares = now.reshape(self.sides[0].size, -1) / now.sum()
        own = tuple(_own_control(study, side.name) for side in self.sides)
        key = (self.pair.model_dump_json(), self.geometry(study), own, shares.tobytes())
        found = study.memo.of("table of a pair", key, lambda: asking(study, self, shares))
        unseen = self._unseen(pool)
        few = unseen & (found.table * total < HALF)
        if (found.table[few] > 0).any():
            found = replace(found, requested=supported(found.table, ~few).ravel())
        return found

    def constructed(self, study: Study, pool: Pool, guards: Sequence[Control]) -> At | None:
        """Rows for the combinations that it asks for and no learning row has; None if there are none to make."""
        wanted = np.flatnonzero((self._unseen(pool) & (self.table > 0)).ravel())
        return pair_rows_of(study, pool, self, wanted, guards) if len(wanted) else None

    def _unseen(self, pool: Pool) -> np.ndarray:
        """(A, B) the combinations that no learning row has."""
        counts = np.bincount(self.codes(pool)[: pool.learned], minlength=self.size)
        return np.asarray(counts.reshape(self.sides[0].size, -1) == 0)

    def unreachable(self, total: int) -> Sequence[Conflict]:
        """Whole rows have no rank correlation if all that have both values have the same one of a factor."""
        if self.pair.rank_correlation is None:
            return ()
        both = whole_rows(self.requested, total).reshape(self.table.shape)[:-1, :-1]
        message = (
            f"{capital(self.name.called)} asks for a rank correlation, but in {total:,} rows all that have both values "
            "have the same bin of `{}`. Ask for more rows, or let it vary."
        )
        same = [side.name for i, side in enumerate(self.sides) if np.count_nonzero(both.sum(axis=1 - i)) < 2]
        return [Conflict((self.name,), message.format(name), self.name, None) for name in same[:1]]


@controls_at(80)
def pairs_of(study: Study) -> tuple[PairControl, ...]:
    """The pairs of a study's design, as they are before any is settled."""
    return tuple(PairControl(np.empty(0), (), pair, pair_sides(study, pair)) for pair in study.design.pairs)


def pair_sides(study: Study, pair: Pair) -> tuple[Side, Side]:
    """Both factors of a pair."""
    one, other = (side_of(study, name, f"Pair `{pair.name}`") for name in pair.factors)
    return one, other


def asking(study: Study, pair: PairControl, now: np.ndarray) -> PairControl:
    """A pair that asks for a table, given the joint shares `now` (A, B) that both factors have while the pair is free.

    Raises InputError for a table of weights that does not fit, ConflictsError for a rank correlation out of reach.
    """
    wish, sides = pair.pair, pair.sides
    if wish.rank_correlation is not None:
        table = now.copy()
        table[:-1, :-1] = correlated(wish, now[:-1, :-1], wish.rank_correlation)
    elif wish.weights is not None:
        table = weighted(wish, sides, now, [_own_control(study, side.name) for side in sides])
    else:
        table = np.outer(now.sum(axis=1), now.sum(axis=0))
    one, other = sides
    labels = tuple(f"{a}, {b}" for a in one.labels for b in other.labels)
    return PairControl((table / table.sum()).ravel(), labels, wish, sides)


def _own_control(study: Study, name: str) -> ControlName | None:
    """The control that sets a factor's shares, if there is one."""
    if name in study.design.levels:
        return ControlName("level", name)
    role = study.role(name)
    return ControlName(role, name) if role in OWN_ROLES else None


def pair_rows_of(
    study: Study, pool: Pool, pair: PairControl, unseen: np.ndarray, guards: Sequence[Control] = ()
) -> At | None:
    """Rows for the codes `unseen` (u,) of a pair, which no real row has; None if there are none.

    The factors of one side keep a real row's values, those of the other, and what is tied to them, take another row's.
    Of each code more are tried if there are `guards`, and those are taken that most of these allow.
    """
    generator = stream(ONE_FOR_ALL, str(pair.name))
    wanted = np.repeat(unseen, ROWS_A_CELL * (TRIES if guards else 1))
    first, second = np.divmod(wanted, pair.sides[1].size)
    rows = [
        picker(pool.side(side)[: pool.learned], side.size, generator)(codes)
        for side, codes in zip(pair.sides, (first, second), strict=True)
    ]
    known = (rows[0] >= 0) & (rows[1] >= 0)
    if not known.any():
        return None
    rows, wanted = [one[known] for one in rows], wanted[known]
    lends_second = np.arange(len(wanted)) % 2 == 0
    base = np.where(lends_second, rows[0], rows[1])
    lending = ((rows[1], pair.sides[1], lends_second), (rows[0], pair.sides[0], ~lends_second))
    at = dict.fromkeys(study.columns, base)
    for lender, side, lends in lending:
        for name in study.grounding.tied(side.columns) if guards else ():
            at[name] = np.where(lends, lender, at[name])
    at |= {name: base for side in pair.sides for name in side.columns}
    for lender, side, lends in lending:
        for name in side.columns:
            at[name] = np.where(lends, lender, at[name])
    if not guards:
        return at
    at = with_following(study, guards, at, [name for side in pair.sides for name in side.columns])
    chosen = _best_of_each(wanted, kept(study, guards, at))
    return {name: own[chosen] for name, own in at.items()}


def _best_of_each(wanted: np.ndarray, worth: np.ndarray) -> np.ndarray:
    """Of the rows of each of the codes `wanted` (m,) the ROWS_A_CELL of most `worth` (m,)."""
    order = np.lexsort((-worth, wanted))
    starts = np.flatnonzero(np.diff(wanted[order], prepend=-1))
    rank = np.arange(len(order)) - np.repeat(starts, np.diff(starts, append=len(order)))
    return order[rank < ROWS_A_CELL]
