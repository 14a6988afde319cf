"""Groups of a column's values of about equal mass, in order where they have one."""

from __future__ import annotations

import numpy as np

from trimtab.core.source.columns import Column


def groups_of(column: Column, most: int, *, tails: int = 0) -> np.ndarray:
    """(K+1,) about `most` groups of about equal mass; missing is a group of its own.

    Numbers are cut in order, at quantiles, a value of more than its share alone, and the first and last group are split
    into `tails` groups, each half as heavy as the one before it; categories keep their heaviest levels and share one
    group for the rest.
    """
    mass = column.counts[:-1].astype(float)
    k = len(mass)
    if k <= most:
        return np.arange(k + 1)
    if not len(column.numbers):
        return np.append(np.minimum(np.arange(k), most - 1), most)
    # The middle of a value's share decides, so that a heavy value does not drag its neighbours along.
    middle = (np.cumsum(mass) - mass / 2) / mass.sum()
    heavy = mass > mass.sum() / most
    change = (np.diff(np.floor(middle * most)) != 0) | heavy[1:] | heavy[:-1]
    for side in (middle, 1 - middle) if tails else ():
        depth = np.zeros(k, dtype=np.int8)
        outermost = side * most < 1
        depth[outermost] = np.floor(np.log2(side[outermost] * most)).clip(-tails, 0)
        change |= np.diff(depth) != 0
    groups = np.append(0, np.cumsum(change))
    return np.append(groups, groups[-1] + 1)
