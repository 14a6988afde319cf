"""What every control is to the engine: a code of every row, and the share that each code must have.

A kind is a subclass in a file of its name; defining it registers it. All that the engine wants to know of a control it
says of itself: nobody asks what kind it is.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeVar

import numpy as np

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.maths.rounding import whole_rows
from trimtab.core.projection.conflict import Conflict
from trimtab.core.projection.features.feature import Feature
from trimtab.core.projection.features.side import Side
from trimtab.core.projection.pool.pool import At, Pool
from trimtab.core.projection.reserved.reserved import Reserving
from trimtab.core.registering import Places
from trimtab.core.source.axes import Axis
from trimtab.core.source.columns import Column
from trimtab.core.study.study import Study


class Rows(Protocol):
    """Rows of any sort, as far as controls look at them: a pool, a batch of a table, reserved rows."""

    def feature(self, feature: Feature) -> np.ndarray:
        """(n,) the code of each row."""

    def side(self, side: Side) -> np.ndarray:
        """(n,) the bin of each row; -1 outside the axis."""

    def places(self, column: Column) -> np.ndarray:
        """(n,) the position of each row's value among those of a column of the source, their number for missing; -1 for
        a value that the source does not have."""

    def marginal(self, factor: str, code_of_value: np.ndarray, axis: Axis | None) -> np.ndarray:
        """(n,) the code of each row's value of a factor, by the code of the source's values, last missing; by the bins
        of `axis` where other values stand in the rows."""


Maker = Callable[[Study], "Sequence[Control]"]
M = TypeVar("M", bound=Maker)

MAKERS = Places[Maker]()
"""What makes the controls of each kind, in the order in which they stand among all."""


def controls_at(place: int) -> Callable[[M], M]:
    """Register a function that makes all controls of a kind; `place` is where they stand among the others."""

    def register(maker: M) -> M:
        MAKERS.put(place, maker)
        return maker

    return register


@dataclass(frozen=True, eq=False)
class Control:
    """Something every row has one code of, and the share that each code must have.

    `requested` (L,) sums to 1; `labels` (L,) name the codes in messages, none for conditions.
    """

    requested: np.ndarray
    labels: tuple[str, ...]

    kind: ClassVar[str]
    yields: ClassVar[bool] = False
    """It is what people ask for beside all else, and gives way first, also where it asks for all rows or none."""
    generated_only: ClassVar[bool] = False
    """It speaks of the generated rows only, in a supplement too."""
    eased: ClassVar[bool] = False
    """It may be off by what nobody could see: a tenth of what chance would do."""
    settles: ClassVar[bool] = True
    """Whole rows of its codes are reached by moving rows between cells; else the joint outcomes fix them."""
    asked: ClassVar[int] = 1
    """If it has two codes, the one that it asks for."""
    follows_rows: ClassVar[bool] = False
    """What it asks of each code moves with the number of rows."""
    reserves: ClassVar[bool] = False
    """It sets rows of its own before all others are drawn."""
    groups_rows: ClassVar[bool] = False
    """Its rows stand in groups that are alike in all but one factor."""
    guards: ClassVar[bool] = False
    """It asks for nothing that real rows have not: it looks after the others, and stands aside where it is `idle`."""
    retold: ClassVar[bool] = False
    """Its code follows from those of its features, also in bins that the source never shows."""

    @property
    def name(self) -> ControlName:
        """Which control it is."""
        raise NotImplementedError

    @property
    def features(self) -> tuple[Feature, ...]:
        """What it looks at beside plain values."""
        return ()

    @property
    def plain(self) -> Mapping[str, np.ndarray]:
        """Factors of the source of which it looks at the value alone: (K+1,) the code of each value, last missing."""
        return {}

    @property
    def decided(self) -> Mapping[str, np.ndarray]:
        """Factors of the source whose value alone decides its code: (K+1,) that code, last missing."""
        return {}

    @property
    def columns(self) -> tuple[str, ...]:
        """All factors of the source that it looks at."""
        looked = [name for feature in self.features for name in feature.columns]
        return tuple(dict.fromkeys((*looked, *self.plain)))

    def codes(self, rows: Rows) -> np.ndarray:
        """(n,) the code of each row; -1 where it has none."""
        raise NotImplementedError

    def from_features(self, codes: Sequence[np.ndarray]) -> np.ndarray:
        """(n,) the code of rows, given those of its `features`, if those are all that it looks at."""
        raise NotImplementedError

    @property
    def constrains(self) -> bool:
        """Whether it asks for shares of codes; what reserves rows, or is looked at only, does not."""
        return len(self.requested) > 0

    @property
    def together(self) -> Sequence[str]:
        """Factors for whose missing values its code can't be told from that value alone."""
        return ()

    def beside(self, others: Sequence[Control]) -> Control:
        """The control as it is beside the others of its design."""
        return self

    @property
    def counted(self) -> bool:
        """Whether a number of rows is asked for, whatever their total."""
        return False

    def thresholds(self, factor: str) -> Sequence[float]:
        """Numbers at which what it looks at changes as a factor does."""
        return ()

    @property
    def strict(self) -> bool:
        """Whether what is asked for nothing must stay empty: what is asked of all rows leaves no part of a row to
        anything else."""
        return bool(self.requested.max() == 1.0)

    @property
    def of_every_row(self) -> bool:
        """Whether every row must have what it asks for."""
        return False

    def exact(self, requested: np.ndarray) -> Sequence[int]:
        """The codes that have exactly their whole rows in the joint outcomes, given the share `requested` (L,) of the
        rows to draw."""
        return ()

    def whole(self, total: int) -> np.ndarray:
        """(L,) whole rows of each code among `total`."""
        return whole_rows(self.requested, total)

    def geometry(self, study: Study) -> Hashable:
        """What the cells depend on: its codes, and where some are never shown what is asked of them."""
        raise NotImplementedError

    def real_counts(self, study: Study) -> np.ndarray | None:
        """(L,) rows of the whole source with each code, if they are known without looking at rows."""
        return None

    def unreachable(self, total: int) -> Sequence[Conflict]:
        """Why its whole rows among `total` can't be what is asked for, whatever the others are."""
        return ()

    def refused(self, study: Study, others: Sequence[Control], rows: int) -> Iterable[Conflict]:
        """Why it can't stand beside the `others` of its design in so many rows, whatever these are."""
        return ()

    def idle(self, pool: Pool) -> bool:
        """Whether all rows of a pool have what it asks of every row."""
        return False

    def following(self, study: Study, at: At) -> Iterable[tuple[str, np.ndarray]]:
        """Factors that others decide in rows made of `at`, each with the position of its value (R,) there, -1 where the
        source has none that would do."""
        return ()

    # What only some kinds have: rows of their own, a table that is settled later, a factor whose marginal they control.

    def never_shown(self, pool: Pool, total: int) -> bool:
        """Whether it asks, in `total` rows, for what no learning row shows, so that rows are to be constructed."""
        return False

    def rows_of_it(self, study: Study, usable: np.ndarray, guards: Sequence[Control]) -> At | None:
        """Constructed rows that have what it asks for, begun with `usable` learning rows, if possible such as the
        `guards` allow; None if there are none."""
        return None

    @property
    def waits(self) -> bool:
        """Whether it is to be `settled`, once it is known what all others come to."""
        return False

    def settled(self, study: Study, pool: Pool, now: np.ndarray, total: int) -> Control:
        """The control that asks for shares, given the rows `now` (L,) of its codes while it is free."""
        raise NotImplementedError

    @property
    def size(self) -> int:
        """Number of codes."""
        return len(self.requested)

    def constructed(self, study: Study, pool: Pool, guards: Sequence[Control]) -> At | None:
        """Rows for codes that it asks for and no learning row has, if possible such as the `guards` allow; None if
        there are none."""
        return None

    def reserve(self, task: Reserving) -> Reserving:
        """The reservations with the rows that this one sets before all others are drawn."""
        return task

    @property
    def factor(self) -> str | None:
        """The factor whose marginal it controls."""
        return None

    @property
    def sets(self) -> str | None:
        """The factor, or level mix, whose shares it sets."""
        return self.factor

    @property
    def axis(self) -> Axis | None:
        """The bins that are its first codes."""
        return None

    @property
    def missing_code(self) -> int | None:
        """The code of missing values alone."""
        return None

    def values_of(self, code: int) -> np.ndarray:
        """Positions of the source's values of its factor that have a code."""
        return np.empty(0, dtype=np.int64)

    def invented(self, study: Study) -> np.ndarray:
        """The codes that it asks for and that no learning row has."""
        return np.empty(0, dtype=np.int64)
