"""The joint tables that pairs ask for: tilted to a rank correlation, or raked to weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.design.controls.pair import Pair
from trimtab.core.errors import InputError
from trimtab.core.maths.tables import rake, rank_scores, table_correlation
from trimtab.core.projection.conflict import Conflict, ConflictsError
from trimtab.core.projection.features.side import Side

STEEPEST = 400.0
"""The steepest tilt that is tried for a rank correlation: beyond it a table is as ordered as its cells let it be."""

FINEST = 0.5
"""Where steeper tables can't be raked, no smaller steps are tried than this."""

LEVELLING = 10
"""Sweeps on logarithms, after which floats can hold what matters of a table."""

ARRIVED = 1e-6
"""Raking has arrived if no margin is off by more than this part of the whole."""

REACHED = 1e-6
"""A rank correlation this near to the asked one is that one."""


def supported(table: np.ndarray, possible: np.ndarray) -> np.ndarray:
    """`table` (A, B) with nothing outside the `possible` cells, raked to the margins it had."""
    return rake(np.where(possible, table, 0.0), table.sum(axis=1), table.sum(axis=0))


def correlated(pair: Pair, now: np.ndarray, asked: float) -> np.ndarray:
    """The table nearest to `now` (in KL divergence) with its margins and this rank correlation.

    It is `now` · exp(λ · rank · rank), raked; the correlation rises with λ.
    """
    from scipy.optimize import brentq  # slow to import

    if not now.sum() > 0:
        raise InputError(f"Pair `{pair.name}`: no row has a value of both factors.")
    some = np.ix_(now.sum(axis=1) > 0, now.sum(axis=0) > 0)
    inside = now[some]
    margins = inside.sum(axis=1), inside.sum(axis=0)
    shape = np.outer(rank_scores(margins[0]), rank_scores(margins[1]))
    with np.errstate(divide="ignore"):
        logarithm = np.log(inside)

    def tilted(steepness: float) -> np.ndarray:
        return rake(np.exp(_levelled(logarithm + steepness * shape, *margins)), *margins)

    def off(steepness: float) -> float:
        """How far the correlation is from the asked one; NaN where raking does not arrive."""
        table = tilted(steepness)
        arrived = np.abs(table.sum(axis=1) - margins[0]).max() < ARRIVED * margins[0].sum()
        return table_correlation(table) - asked if arrived else np.nan

    low, high, least = _bracket(off)
    if least is None:
        steepness = float(brentq(off, min(low, high), max(low, high), xtol=1e-12, rtol=1e-12))
    elif abs(least) <= REACHED:
        steepness = high
    else:
        raise ConflictsError((_out_of_reach(pair, asked, asked + least, table_correlation(inside)),))
    table = np.zeros_like(now)
    table[some] = tilted(steepness)
    return table


def _levelled(logarithm: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Some sweeps of raking on the `logarithm` of a table (A, B): steep tables are beyond what floats hold."""
    for _ in range(LEVELLING):
        for axis, margin in ((1, np.log(rows)[:, None]), (0, np.log(columns)[None, :])):
            top = logarithm.max(axis=axis, keepdims=True)
            logarithm = logarithm + margin - top - np.log(np.exp(logarithm - top).sum(axis=axis, keepdims=True))
    return logarithm


def _bracket(off: Callable[[float], float]) -> tuple[float, float, float | None]:
    """Steepnesses between which `off` changes its sign; or, if it never does, the steepest that was reached, and what
    is left there."""
    low, high = 0.0, 0.0
    left = start = off(0.0)
    step = 1.0 if start < 0 else -1.0
    while abs(high) < STEEPEST and abs(step) > FINEST:
        tried = float(np.clip(high + step, -STEEPEST, STEEPEST))
        here = off(tried)
        if np.isnan(here):
            step /= 4
            continue
        low, high, left = high, tried, here
        if here * start <= 0:
            return low, high, None
        step *= 2
    return low, high, left


def _out_of_reach(pair: Pair, asked: float, limit: float, now: float) -> Conflict:
    """`limit` is told with three digits, rounded towards the correlation as it is `now`; where those would be beyond
    that, with more."""
    up = asked > limit
    word = "highest" if up else "lowest"
    nearest = limit
    for digits in (3, 6):
        steps = round(limit * 10**digits, 6)
        nearest = (np.floor(steps) if up else np.ceil(steps)) / 10**digits
        if (nearest >= now - REACHED) if up else (nearest <= now + REACHED):
            break
    name = ControlName("pair", pair.name)
    message = (
        f"Pair `{pair.name}` asks for a rank correlation of {asked:g}, but the combinations that real rows show leave "
        f"no room: the {word} that works is {nearest:g}."
    )
    return Conflict((name,), message, name, float(nearest))


def weighted(pair: Pair, sides: tuple[Side, Side], now: np.ndarray, own: Sequence[ControlName | None]) -> np.ndarray:
    """The table of weights on the cells it speaks of, with the margins of the factors that have their own; all other
    cells stay as they are."""
    weights, named = pair.grid(*(side.labels for side in sides))
    block = np.ix_(*named)
    inside = now[block]
    total = inside.sum()
    if not total > 0:
        raise InputError(f"Pair `{pair.name}`: no row would have any of the combinations in its table.")
    margins = [inside.sum(axis=1) if own[0] else None, inside.sum(axis=0) if own[1] else None]
    found = rake(weights / weights.sum() * total, *margins)
    off = max(
        (np.abs(found.sum(axis=1 - i) - one).max() for i, one in enumerate(margins) if one is not None), default=0
    )
    if off > 1e-6:
        raise ConflictsError((_no_margins(pair, sides, found, margins, named, own),))
    table = now.copy()
    table[block] = found
    return table


def _no_margins(
    pair: Pair,
    sides: tuple[Side, Side],
    found: np.ndarray,
    margins: Sequence[np.ndarray | None],
    named: Sequence[np.ndarray],
    own: Sequence[ControlName | None],
) -> Conflict:
    """Which bin of which factor the zeros of a table leave no room for."""
    name = ControlName("pair", pair.name)
    offs = [np.abs(found.sum(axis=1 - i) - one) if one is not None else np.zeros(1) for i, one in enumerate(margins)]
    side = int(offs[1].max() > offs[0].max())
    label = sides[side].labels[named[side][int(offs[side].argmax())]]
    message = (
        f"Pair `{pair.name}`: the zeros in its table leave no room for the share of `{label}` that "
        f"`{sides[side].name}` has by itself. Give that row or column a weight, or let `{sides[side].name}` follow."
    )
    return Conflict((name, own[side] or name), message, name, None)
