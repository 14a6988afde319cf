"""How unlikely it is by chance that something holds: in nats, under the strongest null that is cheap.

The null is local: values are shuffled among rows that are nearly alike, so that a smooth dependence earns nothing.
A relation is claimed if its surprise beats Bonferroni's bound over all candidates of its kind, and enough rows could
have broken it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trimtab.core.maths.grouping import group_rows

FEWEST_ROWS = 100
"""So many rows, at least, could have broken a relation that is claimed."""

ONE_FACTOR = 1e-6
"""Chance, over all candidates of a kind, to claim what is none: where one factor decides, and for equations."""

SEVERAL_FACTORS = 1e-12
"""The same where several do, and for orders, one of several, missing together and keys of two: their candidates are
alike, so that rare exceptions hide more easily."""


def bound(candidates: int, alpha: float) -> float:
    """The nats that a claim needs (C. E. Bonferroni 1936): ln(candidates / alpha)."""
    return float(np.log(max(1, candidates)) - np.log(alpha))


def surprise(values: np.ndarray, classes: np.ndarray, tested: np.ndarray) -> float:
    """Nats by which it surprises that every row of `tested` has the value it has, if values were shuffled in classes.

    All are (m,): codes of values, codes of classes, and whether a row is tested; a row's own value is left out, so a
    tested one shares its value with another row of its class.
    """
    both, _ = group_rows([classes, values], [int(classes.max()) + 1, int(values.max()) + 1], len(values))
    same = np.bincount(both)[both][tested] - 1
    others = np.bincount(classes)[classes][tested] - 1
    return float(-np.log(np.maximum(same, 1) / np.maximum(others, 1)).sum())


def spread(values: np.ndarray, classes: np.ndarray) -> float:
    """Nats by which it surprises that every row's value is the one that was computed, if only its class were known.

    Both are (m,): rows with different things to compute from. A value that no other row of its class has counts as one
    that another row has, so that classes of one row say nothing.
    """
    return surprise(values, classes, np.ones(len(values), dtype=bool)) if len(values) else 0.0


def combined(codes: Sequence[np.ndarray]) -> np.ndarray:
    """(m,) one code for the combination of several."""
    return group_rows(codes, [int(one.max()) + 1 for one in codes], len(codes[0]))[0]
