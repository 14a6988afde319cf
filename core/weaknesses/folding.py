"""Weak slices are ranked and folded: of those that say the same only the one that says it best is kept."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trimtab.core.weaknesses.candidates import Cells, Tested

NOTABLE_SHARE, NOTABLE_T = 0.05, 3.0
"""A slice is notably worse than one that contains it if its mean error is greater by this share of that one's, and by
this many standard errors of the difference between its rows and the others of that one."""
SAME_ROWS = 0.8
"""Two slices are the same finding if the rows they share are this share of the rows of either."""


def folded(
    groups: Sequence[Cells],
    tested: Sequence[Tested],
    weak: Sequence[np.ndarray],
    rows: Sequence[np.ndarray],
    errors: np.ndarray,
    top: int,
) -> tuple[list[tuple[int, int]], int]:
    """([group, candidate] of the `top` slices that are weak, how many were left out on the way).

    `weak` (C,) says per group which are, `rows` hold (n,) codes per factor, `errors` (n,) are those of the rows. By
    falling score, a weak slice is kept

    - beside one that contains it (one condition fewer) only if it is notably worse, see NOTABLE_T;
    - beside parts of it that were kept only if its other rows have an error above the mean too;
    - if it does not have nearly the rows (SAME_ROWS) of one that was kept.
    """
    mean = float(errors.mean())
    ranked = sorted(
        (-float(one.score[c]), len(groups[g].chosen), g, int(c))
        for g, one in enumerate(tested)
        for c in np.flatnonzero(weak[g])
    )
    kept: list[tuple[int, int]] = []
    masks: list[np.ndarray] = []
    left_out = 0
    for _, _, g, c in ranked:
        if len(kept) == top:
            break
        conditions = [rows[i] == code for i, code in zip(groups[g].chosen, groups[g].codes[c], strict=True)]
        mask = np.logical_and.reduce(conditions)
        if _repeats(mask, masks) or _only_parts(mask, masks, errors, mean) or not _notable(mask, conditions, errors):
            left_out += 1
            continue
        kept.append((g, c))
        masks.append(mask)
    return kept, left_out


def _repeats(mask: np.ndarray, kept: Sequence[np.ndarray]) -> bool:
    return any(np.count_nonzero(mask & one) >= SAME_ROWS * np.count_nonzero(mask | one) for one in kept)


def _only_parts(mask: np.ndarray, kept: Sequence[np.ndarray], errors: np.ndarray, mean: float) -> bool:
    """Whether only parts of the slice that were kept make its error greater than the mean."""
    parts = [one for one in kept if not (one & ~mask).any()]
    others = errors[mask & ~np.logical_or.reduce(parts)] if parts else errors[mask]
    return not len(others) or bool(others.mean() <= mean)


def _notable(mask: np.ndarray, conditions: Sequence[np.ndarray], errors: np.ndarray) -> bool:
    """Whether the slice is notably worse than each slice of one condition fewer."""
    if len(conditions) == 1:
        return True
    own = errors[mask]
    for i in range(len(conditions)):
        parent = np.logical_and.reduce([one for j, one in enumerate(conditions) if j != i])
        others = errors[parent & ~mask]
        if len(others) < 2:
            return False
        noise = np.sqrt(own.var(ddof=1) / len(own) + others.var(ddof=1) / len(others))
        beaten = own.mean() >= (1 + NOTABLE_SHARE) * errors[parent].mean()
        if not beaten or own.mean() - others.mean() < NOTABLE_T * noise:
            return False
    return True
