"""Cells that reality seems to rule out: no real row, though chance would have shown some.

The same reckoning that keeps generated rows from such pairs, on the levels that combinations are made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from trimtab.core.counting.levels import Coded, Levels
from trimtab.core.coverage.gaps.patterns import counts_of
from trimtab.core.coverage.gaps.possible import Possible, without_cells
from trimtab.core.grounding.ruled_out import structural


def plausible_of(real: Coded, levels: Sequence[Levels], possible: Possible | None = None) -> Possible | None:
    """What is `possible`, without pairs of levels that never occur together in the `real` rows though they are so
    frequent that chance would have shown them; None if that is everything. See `trimtab.core.grounding.ruled_out`."""
    groups = list(possible.groups) if possible is not None else []
    for i, j in combinations(range(len(levels)), 2):
        pair = levels[i], levels[j]
        counts = counts_of([real.codes[one.factor] for one in pair], [one.size for one in pair])
        rows = max(1, int(counts.sum()))
        expected = np.multiply.outer(counts.sum(axis=1), counts.sum(axis=0)) / rows
        never = structural(counts == 0, expected)
        if never.any():
            groups.append(((i, j), without_cells(never)))
    return Possible(tuple(one.size for one in levels), tuple(groups)) if groups else None
