"""Constructed rows: for an event that no real row shows, and for combinations of a pair that never occur together.

Values stay real: a row takes those of a few factors from other real rows. What the other factors then have is made to
fit by splicing, as far as real rows show how.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trimtab.core.maths.streams import ONE_FOR_ALL, stream
from trimtab.core.projection.controls.marginal import EventControl
from trimtab.core.projection.controls.pair import PairControl, Side
from trimtab.core.projection.pool.pool import At, Pool, picker, table_at
from trimtab.core.study.study import Study

TRIES = 100_000
"""Candidates that are tried for an event."""

MOST_ROWS = 2_000
"""Rows that are constructed for one event."""

ROWS_A_CELL = 8
"""Rows that are constructed for one combination of a pair; half of them begin with either factor's row."""


def event_rows_of(study: Study, event: EventControl, usable: np.ndarray) -> At | None:
    """Rows in which an event is true that is true in no real one; None if none was found.

    `usable` are the learning rows to begin with. The factors of its conditions take their values from other rows, by
    chance or from those that fulfil one of them. Rows in which fewer factors were changed come first.
    """
    generator = stream(ONE_FOR_ALL, f"event {event.name}")
    base = usable[generator.integers(0, len(usable), TRIES)]
    at = dict.fromkeys(study.columns, base)
    changed = np.zeros(TRIES, dtype=np.int64)
    for name in event.predicate.columns:
        lenders = _lenders(study, event, name)
        choice = generator.integers(0, len(lenders) + 1, TRIES)
        taken = base.copy()
        for i, rows in enumerate(lenders, start=1):
            here = np.flatnonzero(choice == i)
            taken[here] = rows[generator.integers(0, len(rows), len(here))]
        at[name] = taken
        changed += choice > 0
    table = table_at(study, event.predicate.columns, at)
    hits = np.flatnonzero(event.combine([feature.of_table(table) for feature in event.features]))
    if not len(hits):
        return None
    chosen = hits[np.argsort(changed[hits], kind="stable")[:MOST_ROWS]]
    return {name: rows[chosen] for name, rows in at.items()}


def _lenders(study: Study, event: EventControl, name: str) -> list[np.ndarray]:
    """Rows that may lend their value of a factor: all, and those in which one of its conditions is true, or false."""
    found = [np.arange(study.grounding.rows)]
    for feature in event.features:
        if feature.columns == (name,):
            codes = feature.of_learning_rows(study)
            found += [rows for truth in (1, 0) if len(rows := np.flatnonzero(codes == truth))]
    return found


def pair_rows_of(study: Study, pool: Pool, pair: PairControl, unseen: np.ndarray) -> At | None:
    """Rows for the codes `unseen` (u,) of a pair, which no real row has; None if there are none.

    The factors of one side keep a real row's values, those of the other take another row's.
    """
    generator = stream(ONE_FOR_ALL, pair.name)
    first, second = np.divmod(np.repeat(unseen, ROWS_A_CELL), pair.sides[1].size)
    rows = [
        picker(pool.side(side)[: pool.learned], side.size, generator)(codes)
        for side, codes in zip(pair.sides, (first, second), strict=True)
    ]
    known = (rows[0] >= 0) & (rows[1] >= 0)
    if not known.any():
        return None
    rows = [one[known] for one in rows]
    lends_second = np.arange(len(rows[0])) % 2 == 0
    base = np.where(lends_second, rows[0], rows[1])
    at = dict.fromkeys(study.columns, base)
    for lender, side, lends in ((rows[1], pair.sides[1], lends_second), (rows[0], pair.sides[0], ~lends_second)):
        for name in columns_of(side):
            at[name] = np.where(lends, lender, at[name])
    return at


def columns_of(side: Side) -> Sequence[str]:
    """The factors of the source that decide one side of a pair."""
    return side.feature.columns if side.feature is not None else (side.name,)
