"""The fresh-real ratio: how near generated rows are to real rows that nobody learned from; 1 is as near as real rows.

The real rows are split in halves A and B, and A alone is learned from. Over all pairs of factors that no control
touches, the mean total variation between generated rows and B is divided by that between A and B. Under a design both
A and B are first weighted to meet it (raking, W. E. Deming and F. F. Stephan 1940), and then it is the same ratio.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pyarrow as pa

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.maths.grouping import group_rows
from trimtab.core.projection.solver.fit import Constraint, fit_cells
from trimtab.core.source.axes import Axis
from trimtab.core.source.columns import Column, encode

QUANTILE_BINS = 8


@dataclass(frozen=True, eq=False)
class Coded:
    """One set of n rows as the measure sees it.

    `codes` has, for each factor, (n,) its quantile bin or level, missing one of its own; `sizes` how many codes there
    are; `same` (n,) is a number that rows share, over all sets coded together, if they are equal in every value.
    """

    codes: Mapping[str, np.ndarray]
    sizes: Mapping[str, int]
    same: np.ndarray


def split(table: pa.Table, *, seed: int = 0) -> tuple[pa.Table, pa.Table]:
    """Halves A and B of a table, drawn at random, each in the table's order."""
    order = np.random.default_rng(seed).permutation(len(table))
    middle = len(table) // 2
    return table.take(np.sort(order[:middle])), table.take(np.sort(order[middle:]))


def code_sets(first: pa.Table, *others: pa.Table) -> tuple[Coded, ...]:
    """Sets of rows with the columns of `first`, coded together: numbers of more than 8 values in 8 quantile bins of
    `first`, everything else by value."""
    ends = np.cumsum([len(first)] + [len(other) for other in others])[:-1]
    codes: list[dict[str, np.ndarray]] = [{} for _ in range(len(others) + 1)]
    sizes, exact, distinct = {}, [], []
    for field in first.schema:
        chunks = [chunk for one in (first, *others) for chunk in one.column(field.name).cast(field.type).chunks]
        column = encode(field.name, pa.chunked_array(chunks, field.type), None)
        group = _groups(column, column.codes[: len(first)])
        sizes[field.name] = int(group[-1]) + 1
        exact.append(column.codes)
        distinct.append(column.distinct + 1)
        for part, own in zip(np.split(group[column.codes], ends), codes, strict=True):
            own[field.name] = part
    same, _ = group_rows(exact, distinct, len(exact[0]))
    return tuple(Coded(own, sizes, part) for own, part in zip(codes, np.split(same, ends), strict=True))


def mean_distance(
    one: Coded,
    other: Coded,
    factors: Sequence[str],
    *,
    weights: tuple[np.ndarray | None, np.ndarray | None] = (None, None),
) -> float:
    """Mean total variation (0 to 1) between two sets over all pairs of `factors`, which must be two or more."""
    found = [
        _total_variation(_pair(one, pair, weights[0]), _pair(other, pair, weights[1]))
        for pair in combinations(factors, 2)
    ]
    return float(np.mean(found))


def copies(generated: Coded, learned: Coded) -> float:
    """Share (0 to 1) of generated rows that equal a learned row in every value."""
    return float(np.isin(generated.same, learned.same).mean())


def rake(columns: Mapping[str, Column], axes: Mapping[str, Axis], requested: Mapping[str, np.ndarray]) -> np.ndarray:
    """(n,) weights, summing to 1, with which the rows of `columns` have the `requested` shares of their axes' bins.

    `requested` is (size + 1,) for each factor, the last one missing. Rows in a level that the axis does not know get no
    weight; a bin without rows can't be met, and its share goes to the others in proportion.
    """
    constraints = []
    for name, shares in requested.items():
        axis, column = axes[name], columns[name]
        bins = _bins_within(axis, column)[column.codes]
        bins = np.where(bins < 0, axis.size + 1, bins)
        reached = np.append(shares, 0.0) * (np.bincount(bins, minlength=axis.size + 2) > 0)
        constraints.append(Constraint(ControlName("keep", name), bins, reached / reached.sum()))
    return fit_cells(np.ones(len(constraints[0].codes)), constraints).shares


def columns_of(table: pa.Table, names: Sequence[str], like: Mapping[str, Column]) -> dict[str, Column]:
    """Some columns of a table, read as those in `like` were."""
    return {name: encode(name, table.column(name), like[name].kind) for name in names}


def tilted(real: np.ndarray, shift: float) -> np.ndarray:
    """Shares (size + 1,) ∝ real × exp(z · rank of the bin), z such that their total variation to `real` is |shift|.

    `real` are shares of an axis' bins, the last one missing, which keeps its share. A positive `shift` moves towards
    the last bins. Raises ValueError if no tilt moves so far.
    """
    rank = np.linspace(0, 1, len(real) - 1) * np.sign(shift)
    low, high = 0.0, 200.0
    for _ in range(60):
        z = (low + high) / 2
        weights = real[:-1] * np.exp(z * (rank - rank.max()))
        shares = np.append(weights / weights.sum() * real[:-1].sum(), real[-1])
        moved = 0.5 * float(np.abs(shares - real).sum())
        low, high = (z, high) if moved < abs(shift) else (low, z)
    if abs(moved - abs(shift)) > 1e-6:
        raise ValueError(f"no tilt moves these shares by {shift}: {moved:.3f} is the most")
    return shares


def _groups(column: Column, codes: np.ndarray) -> np.ndarray:
    """(K + 1,) the code of each distinct value; the quantiles are those of the rows with `codes`."""
    if not len(column.numbers) or column.distinct <= QUANTILE_BINS:
        return np.arange(column.distinct + 1)
    rows = np.bincount(codes, minlength=column.distinct + 1)[:-1]
    # The middle of a value's rows decides, so that one heavy value does not empty the bins beside it.
    middle = (np.cumsum(rows) - rows / 2) / rows.sum()
    return np.append(np.minimum(np.floor(middle * QUANTILE_BINS), QUANTILE_BINS - 1), QUANTILE_BINS).astype(np.int64)


def _pair(rows: Coded, pair: tuple[str, str], weights: np.ndarray | None) -> np.ndarray:
    one, other = pair
    key = rows.codes[one] * rows.sizes[other] + rows.codes[other]
    counts = np.bincount(key, weights=weights, minlength=rows.sizes[one] * rows.sizes[other])
    return np.asarray(counts / counts.sum())


def _total_variation(p: np.ndarray, q: np.ndarray) -> float:
    return 0.5 * float(np.abs(p - q).sum())


def _bins_within(axis: Axis, column: Column) -> np.ndarray:
    """The bin of each value; numbers beyond the axis, which another half may hold, belong to its outermost bins."""
    if not axis.numeric:
        return axis.bins_of(column)
    inside = axis.bin_of_numbers(np.clip(column.numbers, axis.edges[0], axis.edges[-1]))
    return np.append(inside, axis.size)
