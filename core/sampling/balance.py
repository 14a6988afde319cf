"""Moving whole rows between cells until every control's codes have the rows they were promised."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

ROUNDS = 200
BATCH = 256
"""Cells that are tried as givers and as takers in one round."""


def balance(
    quota: np.ndarray, codes: np.ndarray, goals: Sequence[np.ndarray], outcome: np.ndarray, shares: np.ndarray
) -> int:
    """Move rows between cells, in place, so that the codes of all controls come near their `goals`; returns rows left
    off.

    `quota` (C,) are whole rows per cell, `codes` (controls, C), `goals` whole rows per code. `outcome` (C,) is the
    joint outcome of the events: rows move inside one only, so events stay exact. Cells of no `shares` get none. Each
    round takes rows from the cells whose codes have too many and gives them to those whose codes have too few, and
    keeps only moves after which fewer rows are off in all controls together.
    """
    lacking = [
        goal - np.bincount(code, weights=quota, minlength=len(goal)) for code, goal in zip(codes, goals, strict=True)
    ]
    lacking = [one.astype(np.int64) for one in lacking]
    for _ in range(ROUNDS):
        gain_in = sum(np.where(one >= 1, 1, -1)[code] for one, code in zip(lacking, codes, strict=True))
        gain_out = sum(np.where(one <= -1, 1, -1)[code] for one, code in zip(lacking, codes, strict=True))
        moved = 0
        for here in np.unique(outcome):
            takers = _best(gain_in, (outcome == here) & (shares > 0), shares)
            givers = _best(gain_out, (outcome == here) & (quota > 0), quota - shares * quota.sum())
            moved += _move(quota, codes, lacking, givers, takers)
        if not moved:
            break
    return int(sum(np.abs(one).sum() for one in lacking)) // 2


def _best(gain: np.ndarray, allowed: np.ndarray, liking: np.ndarray) -> np.ndarray:
    """The BATCH allowed cells of the largest gain, among equals the most liked."""
    cells = np.flatnonzero(allowed)
    if len(cells) > BATCH:
        worst = np.partition(gain[cells], len(cells) - BATCH)[len(cells) - BATCH]
        cells = cells[gain[cells] >= worst]
    return cells[np.lexsort((-liking[cells], -gain[cells]))][:BATCH]


def _move(
    quota: np.ndarray, codes: np.ndarray, lacking: list[np.ndarray], givers: np.ndarray, takers: np.ndarray
) -> int:
    moved = 0
    for giver in givers:
        if not quota[giver]:
            continue
        lost, won = codes[:, [giver]], codes[:, takers]
        gain = np.zeros(len(takers), dtype=np.int64)
        for control, one in enumerate(lacking):
            # A row less of `lost` and one more of `won`: the change of |lacking| in both codes, nothing if they are
            # equal.
            change = np.where(one[won[control]] >= 1, 1, -1) + np.where(one[lost[control]] <= -1, 1, -1)
            gain += np.where(won[control] == lost[control], 0, change)
        best = int(gain.argmax())
        if gain[best] <= 0:
            continue
        taker = takers[best]
        quota[giver] -= 1
        quota[taker] += 1
        moved += 1
        for control, one in enumerate(lacking):
            one[codes[control, giver]] += 1
            one[codes[control, taker]] -= 1
    return moved
