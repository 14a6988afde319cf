"""Moving whole rows between slots until every control's codes have the rows they were promised."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trimtab.core.maths.grouping import group_rows

EXCHANGES = 3
"""Rounds over the controls in which rows are exchanged between cells that differ in one control only."""

ROUNDS = 200
WORK = 200_000_000
"""Fewer rounds where cells times controls times rounds would be more: what is then left is within the tolerances."""

BATCH = 256
"""Cells that are tried as givers and as takers in one round."""


def settle(
    quota: np.ndarray,
    codes: np.ndarray,
    goals: Sequence[np.ndarray],
    outcome: np.ndarray,
    shares: np.ndarray,
    room: np.ndarray,
) -> None:
    """Move rows between slots, in place, so that the codes of all controls have their `goals`, or come near them.

    `quota` (S,) are whole rows per slot, `codes` (controls, S), `goals` whole rows per code. `outcome` (S,) is the
    joint outcome of the events: rows move inside one only, so events stay exact. Slots of no `shares` get none, and
    none gets more than it has `room` (S,) for.
    """
    for _ in range(EXCHANGES):
        if not sum(_exchange(quota, codes, row, goal, outcome, shares, room) for row, goal in enumerate(goals)):
            break
    if len(goals) > 1:
        _balance(quota, codes, goals, outcome, shares, room)


def _exchange(
    quota: np.ndarray,
    codes: np.ndarray,
    row: int,
    goal: np.ndarray,
    outcome: np.ndarray,
    shares: np.ndarray,
    room: np.ndarray,
) -> int:
    """Move rows from codes with too many to codes with too few, between cells alike in every event and other
    control."""
    over = np.bincount(codes[row], weights=quota, minlength=len(goal)).astype(np.int64) - goal
    if not over.any():
        return 0
    others = [outcome, *np.delete(codes, row, axis=0)]
    group, first = group_rows(others, [int(other.max()) + 1 for other in others], codes.shape[1])
    moved = 0
    for few in np.flatnonzero(over < 0):
        takers = np.flatnonzero((codes[row] == few) & (shares > 0) & (quota < room))
        taker_of = np.full(len(first), -1)
        taker_of[group[takers]] = takers
        givers = np.flatnonzero((over[codes[row]] > 0) & (quota > 0) & (taker_of[group] >= 0))
        # Cells that got most above their share give first, and never more than a few rows each.
        givers = givers[np.argsort(shares[givers] * quota.sum() - quota[givers], kind="stable")]
        for giver in givers[: 4 * int(-over[few]) + 64]:
            many, taker = codes[row, giver], taker_of[group[giver]]
            step = int(min(-over[few], over[many], max(1, quota[giver] // 8), room[taker] - quota[taker]))
            if step > 0:
                quota[giver] -= step
                quota[taker] += step
                over[few] += step
                over[many] -= step
                moved += step
    return moved


def _balance(
    quota: np.ndarray,
    codes: np.ndarray,
    goals: Sequence[np.ndarray],
    outcome: np.ndarray,
    shares: np.ndarray,
    room: np.ndarray,
) -> None:
    """Move rows between cells that differ in several controls, as long as fewer rows are off in all of them together.

    With many controls few cells differ in one only. Each round takes rows from the cells whose codes have too many and
    gives them to those whose codes have too few.
    """
    lacking = [
        goal - np.bincount(code, weights=quota, minlength=len(goal)).astype(np.int64)
        for code, goal in zip(codes, goals, strict=True)
    ]
    for _ in range(min(ROUNDS, 5 + WORK // max(1, codes.size))):
        if not any(one.any() for one in lacking):
            return
        gain_in = np.sum([np.where(one >= 1, 1, -1)[code] for one, code in zip(lacking, codes, strict=True)], axis=0)
        gain_out = np.sum([np.where(one <= -1, 1, -1)[code] for one, code in zip(lacking, codes, strict=True)], axis=0)
        moved = 0
        for here in np.unique(outcome):
            takers = _best(gain_in, (outcome == here) & (shares > 0) & (quota < room), shares)
            givers = _best(gain_out, (outcome == here) & (quota > 0), quota - shares * quota.sum())
            moved += _move(quota, codes, lacking, givers, takers, room)
        if not moved:
            return


def _best(gain: np.ndarray, allowed: np.ndarray, liking: np.ndarray) -> np.ndarray:
    """The BATCH allowed cells of the largest gain, among equals the most liked."""
    cells = np.flatnonzero(allowed)
    if len(cells) > BATCH:
        worst = np.partition(gain[cells], len(cells) - BATCH)[len(cells) - BATCH]
        cells = cells[gain[cells] >= worst]
    return np.asarray(cells[np.lexsort((-liking[cells], -gain[cells]))][:BATCH])


def _move(
    quota: np.ndarray,
    codes: np.ndarray,
    lacking: list[np.ndarray],
    givers: np.ndarray,
    takers: np.ndarray,
    room: np.ndarray,
) -> int:
    """One row from each giver to the taker that helps most, if that helps; returns the rows moved."""
    moved = 0
    won = codes[:, takers]
    for giver in givers:
        lost = codes[:, [giver]]
        gain = np.zeros(len(takers), dtype=np.int64)
        for control, one in enumerate(lacking):
            # A row less of `lost` and one more of `won`: how much less is off in both; nothing if they are equal.
            change = np.where(one[won[control]] >= 1, 1, -1) + np.where(one[lost[control]] <= -1, 1, -1)
            gain += np.where(won[control] == lost[control], 0, change)
        gain[quota[takers] >= room[takers]] = 0
        best = int(gain.argmax()) if len(gain) else 0
        if not len(gain) or gain[best] <= 0 or not quota[giver]:
            continue
        quota[giver] -= 1
        quota[takers[best]] += 1
        moved += 1
        for control, one in enumerate(lacking):
            one[codes[control, giver]] += 1
            one[codes[control, takers[best]]] -= 1
    return moved
