"""Constructed rows in which what others decide follows from them: a name from its code, a total from its parts."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from trimtab.core.projection.pool.pool import At
from trimtab.core.projection.reserved.reserved import Guard, codes_at
from trimtab.core.source.columns import Column
from trimtab.core.study.study import Study

PASSES = 2
"""What is decided may decide something else."""


def with_following(study: Study, guards: Sequence[Guard], at: At, given: Collection[str]) -> dict[str, np.ndarray]:
    """Rows made of `at` (R,) which the guards allow where they can: a factor that is not `given` takes the value that
    follows from the others, if the source has it."""
    found = dict(at)
    for guard in tuple(guards) * PASSES:
        wrong = codes_at(study, [guard], {name: found[name] for name in guard.columns})[0] == 0
        if not wrong.any():
            continue
        for name, places in guard.following(study, found):
            if name not in given:
                rows = _row_of_value(study, study.columns[name])[places]
                mended = wrong & (places >= 0) & (rows >= 0)
                found[name] = np.where(mended, rows, found[name])
    return found


def _row_of_value(study: Study, column: Column) -> np.ndarray:
    """(K+1,) a learning row that has each value of a column, -1 where none has it."""

    def make() -> np.ndarray:
        rows = np.full(column.distinct + 1, -1, dtype=np.int64)
        rows[column.codes[::-1]] = np.arange(len(column.codes))[::-1]
        return rows

    return study.memo.of("rows of values", column, make)
