"""Candidates for weak slices: every conjunction of levels with enough rows, and the statistics of its errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb, prod

import numpy as np

from trimtab.core.errors import Progress

MAX_FACTORS = 3
"""Factors a slice names at most."""
NOISE = 1e-7
"""What sums of floats leave of a spread that is none, as a share of the spread of all rows."""


@dataclass(frozen=True, eq=False)
class Cells:
    """Candidates of one combination of factors: `codes` (C, factors), and (C,) the rows of each.

    `sums` are of their errors, `squares` of the squared distances of their errors from the mean of all rows.
    """

    chosen: tuple[int, ...]
    codes: np.ndarray
    rows: np.ndarray
    sums: np.ndarray
    squares: np.ndarray


@dataclass(frozen=True, eq=False)
class Tested:
    """Per candidate (C,): mean error and half its 95 % interval (Student's), SliceLine's score, Welch's t against all
    other rows and its two-sided p."""

    mean: np.ndarray
    margin: np.ndarray
    score: np.ndarray
    t: np.ndarray
    p: np.ndarray


def candidates(
    rows: Sequence[np.ndarray],
    sizes: Sequence[int],
    errors: np.ndarray,
    least: int,
    progress: Progress | None,
    depth: int = MAX_FACTORS,
) -> list[Cells]:
    """All conjunctions of up to `depth` factors with `least` rows whose complement has 2.

    Levels with fewer rows can be in none of them.
    """
    kept, narrow = [], []
    for codes, size in zip(rows, sizes, strict=True):
        enough = np.flatnonzero(np.bincount(codes, minlength=size + 1)[:size] >= least)
        place = np.full(size + 1, len(enough), dtype=np.int64)
        place[enough] = np.arange(len(enough))
        kept.append(enough)
        narrow.append(place.astype(np.min_scalar_type(len(enough))).take(codes))
    squares = (errors - errors.mean()) ** 2  # centred, so that sums keep their digits
    usable = [i for i, enough in enumerate(kept) if len(enough)]
    total = sum(comb(len(usable), count) for count in range(1, depth + 1))
    found: list[Cells] = []
    done = 0
    for count in range(1, depth + 1):
        for chosen in combinations(usable, count):
            if progress:
                progress(done, total, f"slices of {count} factor{'s' * (count > 1)}")
            done += 1
            cells = _cells([narrow[i] for i in chosen], [len(kept[i]) + 1 for i in chosen], least)
            if cells is None:
                continue
            key, picked, places = cells
            found.append(
                Cells(
                    chosen,
                    np.stack([kept[i][place] for i, place in zip(chosen, places, strict=True)], axis=1),
                    np.bincount(key)[picked],
                    np.bincount(key, weights=errors)[picked],
                    np.bincount(key, weights=squares)[picked],
                )
            )
    return found


def _cells(
    rows: Sequence[np.ndarray], widths: Sequence[int], least: int
) -> tuple[np.ndarray, np.ndarray, tuple[np.ndarray, ...]] | None:
    """(cell of each row, the cells that are candidates, their level of each factor); None if there is no candidate.

    The last of a factor's `widths` levels stands for all those that are in no candidate.
    """
    key = np.zeros(len(rows[0]), dtype=np.int64)
    for codes, width in zip(rows, widths, strict=True):
        key *= width
        key += codes
    names = None
    if prod(widths) > 4 * len(key):  # a map of cells that are nearly all empty would cost more than sorting the rows
        names, key = np.unique(key, return_inverse=True)
    counts = np.bincount(key)
    picked = np.flatnonzero((counts >= least) & (len(key) - counts >= 2))
    places = np.unravel_index(picked if names is None else names[picked], widths)
    inside = np.logical_and.reduce([place < width - 1 for place, width in zip(places, widths, strict=True)])
    return (key, picked[inside], tuple(place[inside] for place in places)) if inside.any() else None


def tested(group: Cells, errors: np.ndarray, alpha: float) -> Tested:
    """The statistics of candidates among rows of these `errors` (n,)."""
    from scipy.special import stdtrit  # slow to import

    n, mean = len(errors), float(errors.mean())
    centred, total = group.sums - group.rows * mean, float(((errors - mean) ** 2).sum())
    t, p = welch(group.rows, centred, group.squares, n, total)
    spread = np.sqrt(_variance(group.rows, centred, group.squares, total) / group.rows)
    margin = stdtrit(group.rows - 1, 0.975) * spread
    return Tested(group.sums / group.rows, margin, slice_score(group.rows, group.sums, n, mean, alpha), t, p)


def slice_score(rows: np.ndarray, errors: np.ndarray, n: int, mean: float, alpha: float) -> np.ndarray:
    """SliceLine's score of slices of so many `rows` (C,) with summed `errors` (C,), of `n` rows of this mean error."""
    return np.asarray(alpha * (errors / rows / mean - 1) - (1 - alpha) * (n / rows - 1))


def welch(
    rows: np.ndarray, sums: np.ndarray, squares: np.ndarray, n: int, total: float
) -> tuple[np.ndarray, np.ndarray]:
    """(t, two-sided p), (C,) each, of parts against all other of `n` rows (Welch 1947).

    `sums` and `squares` are those of values centred on the mean of all rows, whose squares sum to `total`. Both parts
    need 2 rows. If neither varies, t is infinite and p 0 where their means differ, else 0 and 1.
    """
    from scipy.special import stdtr  # slow to import

    others = n - rows
    gap = sums / rows + sums / others
    one = _variance(rows, sums, squares, total) / rows
    other = _variance(others, -sums, total - squares, total) / others
    spread = one + other
    fixed = spread == 0
    apart = np.abs(gap) > NOISE * np.sqrt(total / n)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(fixed, np.where(apart, np.sign(gap) * np.inf, 0.0), gap / np.sqrt(spread))
        freedom = np.where(fixed, 1.0, spread**2 / (one**2 / (rows - 1) + other**2 / (others - 1)))
    return t, np.asarray(np.where(fixed, np.where(t == 0, 1.0, 0.0), 2 * stdtr(freedom, -np.abs(t))))


def _variance(rows: np.ndarray, sums: np.ndarray, squares: np.ndarray, scale: float) -> np.ndarray:
    """Variances of parts with at least 2 rows; what is only the noise of sums is 0."""
    deviations = squares - sums**2 / rows
    return np.asarray(np.where(deviations <= NOISE**2 * scale, 0.0, deviations) / (rows - 1))


def benjamini_hochberg(p: np.ndarray) -> np.ndarray:
    """(C,) p adjusted so that of those called significant an expected share of at most that level is false."""
    if not len(p):
        return p
    from scipy.stats import false_discovery_control  # slow to import

    return np.asarray(false_discovery_control(p))
