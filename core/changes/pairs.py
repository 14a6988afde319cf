"""What is said of pairs in a design: which pair has a control, what it asks of the bins, and how it is changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from trimtab.core.changes.factors import edge_bounds
from trimtab.core.coverage.dependence import Joint, spearman
from trimtab.core.design.controls.pair import Pair
from trimtab.core.design.design import Design
from trimtab.core.design.factors import LEFT_OUT
from trimtab.core.errors import InputError
from trimtab.core.source.axes import Axis
from trimtab.core.study.study import Study

Choice = Literal["real", "independent", "rank", "table"]
MOST_BINS = 12
"""Bins of a factor up to which a table of weights can be typed."""


def offered(study: Study) -> list[str]:
    """The factors that may be part of a pair: all that rows have, and what the design computes from a rule."""
    found = [name for name in study.columns if study.role(name) not in LEFT_OUT]
    made = (name for name, one in study.definitions.items() if one.role != "probability")
    return list(dict.fromkeys((*found, *made)))


def pair_of(design: Design, one: str, other: str) -> Pair | None:
    """The control of two factors, whichever is named first; None if they depend on each other as they really do."""
    return next((pair for pair in design.pairs if set(pair.factors) == {one, other}), None)


def choice_of(pair: Pair | None) -> Choice:
    """What a control asks for."""
    if pair is None:
        return "real"
    if pair.weights is not None:
        return "table"
    return "independent" if pair.rank_correlation is None else "rank"


def choices(table: Joint, pair: Pair | None) -> list[Choice]:
    """What can be asked of a pair: a rank correlation where both have an order, a table where it is small enough to be
    typed, and what is asked already."""
    found: list[Choice] = ["real", "independent"]
    now = choice_of(pair)
    if "categorical" not in (table.first.kind, table.second.kind) or now == "rank":
        found.append("rank")
    if can_type(table) or now == "table":
        found.append("table")
    return found


def can_type(table: Joint) -> bool:
    """Whether a table of weights for the pair is small enough to be typed."""
    return min(table.first.size, table.second.size) > 0 and max(table.first.size, table.second.size) <= MOST_BINS


def chosen(study: Study, table: Joint, choice: Choice) -> Design:
    """The design with another choice for a pair; a rank correlation and a table begin with the real one."""
    one, other = table.first.factor, table.second.factor
    if choice == "real":
        return without_pair(study.design, one, other)
    if choice == "table":
        return weighted(study, table, table.shares[:-1, :-1])
    if choice == "independent":
        return with_pair(study.design, one, other, target="independent")
    real = spearman(table)
    return with_pair(study.design, one, other, rank_correlation=round(real or 0.0, 2))


def weighted(study: Study, table: Joint, shares: np.ndarray) -> Design:
    """The design with a table of weights for a pair: `shares` (first.size, second.size) at any scale.

    The edges are written too, so that the file says what its weights are weights of. Raises InputError for shares of
    another shape.
    """
    if shares.shape != (table.first.size, table.second.size):
        names = f"{table.first.factor} × {table.second.factor}"
        raise InputError(f"Pair `{names}`: its factors have other bins now. Type the weights again.")
    total = float(shares.sum()) or 1.0
    rows = [[float(f"{100 * share / total:.7g}") for share in row] for row in shares]
    weights: list[list[float]] | dict[str, dict[str, float]] = rows
    if _named(table.first) and _named(table.second):
        weights = {
            level: dict(zip(table.second.levels, row, strict=True))
            for level, row in zip(table.first.levels, rows, strict=True)
        }
    design = study.design
    for axis in (table.first, table.second):
        if axis.numeric and axis.factor in study.columns and design.factor(axis.factor).edges is None:
            design = design.with_factor(axis.factor, edges=edge_bounds(axis))
    return with_pair(design, table.first.factor, table.second.factor, weights=weights)


def _named(axis: Axis) -> bool:
    """Whether every bin has a name that a mapping can use."""
    return not axis.numeric and not axis.rest


def with_pair(design: Design, one: str, other: str, **wish: Any) -> Design:
    """The design with a control of a pair: the one it has is replaced in its place, else it is added."""
    before = pair_of(design, one, other)
    new = {"factors": (one, other), **wish}
    if before is None:
        return design.changed(pairs=(*design.pairs, new))
    return design.changed(pairs=tuple(new if pair is before else pair for pair in design.pairs))


def without_pair(design: Design, one: str, other: str) -> Design:
    """The design without the control of a pair."""
    return design.changed(pairs=tuple(pair for pair in design.pairs if set(pair.factors) != {one, other}))


def weights_on(pair: Pair, table: Joint) -> np.ndarray | None:
    """(first.size + 1, second.size + 1) the shares that the weights of a control ask for; None if they are for other
    bins. Of what they don't speak of, such as missing, the shares are the real ones."""
    if pair.weights is None:
        return None
    turned = pair.factors[0] != table.first.factor
    first, second = (table.second, table.first) if turned else (table.first, table.second)
    found = _grid(pair.weights, first, second)
    if found is None:
        return None
    grid, block = found
    shares = (table.shares.T if turned else table.shares).copy()
    room = float(shares[block].sum()) or 1.0
    shares[block] = grid / grid.sum() * room
    shares /= shares.sum()
    return shares.T if turned else shares


def typed_shares(pair: Pair, table: Joint) -> np.ndarray | None:
    """(first.size, second.size) the weights of a control as shares that sum to 1, if they can be typed: the table is
    small, and its weights say nothing of missing."""
    shares = weights_on(pair, table)
    if shares is None or not can_type(table) or _names_missing(pair, table):
        return None
    inner = shares[:-1, :-1]
    return np.asarray(inner / inner.sum())


def _names_missing(pair: Pair, table: Joint) -> bool:
    if isinstance(pair.weights, dict):
        named = {*pair.weights, *(level for row in pair.weights.values() for level in row)}
        return Axis.missing_label in named - {*table.first.labels, *table.second.labels}
    sizes = {axis.factor: axis.size for axis in (table.first, table.second)}
    weights = pair.weights or ()
    return (len(weights), len(weights[0])) != tuple(sizes[name] for name in pair.factors)


def _grid(
    weights: Sequence[Sequence[float]] | Mapping[str, Mapping[str, float]], first: Axis, second: Axis
) -> tuple[np.ndarray, tuple[np.ndarray, ...]] | None:
    """The weights as an array, and the cells that they are of."""
    if not isinstance(weights, Mapping):
        grid = np.array(weights, dtype=float)
        if grid.shape not in [(first.size + i, second.size + j) for i in (0, 1) for j in (0, 1)]:
            return None
        return grid, np.ix_(*map(np.arange, grid.shape))
    levels = list(weights), list(dict.fromkeys(level for row in weights.values() for level in row))
    places = []
    for axis, named in zip((first, second), levels, strict=True):
        known = {label: code for code, label in enumerate((*axis.labels, axis.missing_label))}
        if not set(named) <= set(known):
            return None
        places.append(np.array([known[level] for level in named]))
    grid = np.array([[weights[one].get(other, 0.0) for other in levels[1]] for one in levels[0]])
    return grid, np.ix_(*places)
