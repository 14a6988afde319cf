"""The last rows that a plan of real rows is off by, moved between slots by an integer program.

Where most slots have room for one row or two, moving them one by one comes to a halt before every control is met.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from trimtab.core.maths.streams import ONE_FOR_ALL, stream
from trimtab.core.projection.real.slots import Slots

if TYPE_CHECKING:
    from scipy.sparse import csc_matrix

CANDIDATES = (800, 3_200, 12_800, 51_200)
"""Slots on either side that a program may change, half of them those whose codes are off, half by chance; more if those
do not do."""

MOST = 3
"""Rows by which one slot may change."""

NODES = 3_000
"""A program is given up after so many nodes, not after some time: the same design gives the same rows everywhere."""


def repair(quota: np.ndarray, codes: np.ndarray, goals: Sequence[np.ndarray], slots: Slots) -> None:
    """Change `quota` (S,) in place so that the `codes` (controls, S) have exactly their `goals`, if that can be done.

    Slots without a share get no rows, none more than it has room for, and as many rows are made as before; if that
    can't be, at most as many more as could be.
    """
    lacking = [
        goal - np.bincount(code, weights=quota, minlength=len(goal)).astype(np.int64)
        for code, goal in zip(codes, goals, strict=True)
    ]
    if not any(one.any() for one in lacking):
        return
    for spare in sorted({0, slots.spare}):
        for size in CANDIDATES:
            change = _change(quota, codes, lacking, slots, size, spare)
            if change is not None:
                quota += change
                return
            if size >= len(quota):
                break


def _change(
    quota: np.ndarray, codes: np.ndarray, lacking: Sequence[np.ndarray], slots: Slots, size: int, spare: int
) -> np.ndarray | None:
    from scipy.optimize import Bounds, LinearConstraint, milp  # slow to import
    from scipy.sparse import csc_matrix, vstack

    more = np.where(slots.shares > 0, np.minimum(slots.room - quota, MOST), 0)
    fewer = np.minimum(quota, MOST)
    wanted = np.sum([np.sign(one)[code] for one, code in zip(lacking, codes, strict=True)], axis=0)
    takers, givers = _candidates(wanted, more > 0, size), _candidates(-wanted, fewer > 0, size)
    change, asked = _table(codes, [len(one) for one in lacking], takers, givers), np.concatenate(lacking)
    made = np.concatenate([~slots.real[takers], -(~slots.real[givers]).astype(float)])[None, :].astype(float)
    share = slots.shares * quota.sum()
    cost = np.concatenate(
        [
            1 + np.maximum(0.0, quota[takers] + 1 - share[takers]),
            1 + np.maximum(0.0, share[givers] + 1 - quota[givers]),
        ]
    )
    result = milp(
        cost,
        integrality=np.ones(len(cost), dtype=np.int64),
        bounds=Bounds(np.zeros(len(cost)), np.concatenate([more[takers], fewer[givers]]).astype(float)),
        constraints=LinearConstraint(
            vstack([change, csc_matrix(made)], format="csc"),
            lb=np.append(asked, -np.inf if spare else 0.0),
            ub=np.append(asked, float(spare)),
        ),
        options={"node_limit": NODES, "mip_rel_gap": 0.5},
    )
    if result.x is None:
        return None
    moves = np.round(result.x).astype(np.int64)
    found = np.zeros(len(quota), dtype=np.int64)
    found[takers] += moves[: len(takers)]
    found[givers] -= moves[len(takers) :]
    return found


def _candidates(wanted: np.ndarray, able: np.ndarray, size: int) -> np.ndarray:
    """The able slots whose codes want it most, and as many others by chance."""
    every = np.flatnonzero(able)
    if len(every) <= size:
        return every
    order = every[np.argsort(-wanted[every], kind="stable")]
    chance = stream(ONE_FOR_ALL, "candidates", size).permutation(order[size // 2 :])
    return np.sort(np.concatenate([order[: size // 2], chance[: size - size // 2]]))


def _table(codes: np.ndarray, sizes: Sequence[int], takers: np.ndarray, givers: np.ndarray) -> csc_matrix:
    """(L, takers + givers) how a row more, or a row fewer, of a slot changes every code."""
    from scipy.sparse import csc_matrix, hstack  # slow to import

    places = codes + np.cumsum([0, *sizes[:-1]])[:, None]

    def part(slots: np.ndarray, by: float) -> csc_matrix:
        own = places[:, slots]
        data = np.full(own.size, by)
        return csc_matrix((data, own.T.ravel(), np.arange(len(slots) + 1) * len(own)), (sum(sizes), len(slots)))

    return csc_matrix(hstack([part(takers, 1.0), part(givers, -1.0)]))
