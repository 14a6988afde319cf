"""Weak slices: conjunctions of levels in which a model's error is above its mean. `candidates` scores them, `folding`
ranks them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trimtab.core.counting.datasets import reading_of
from trimtab.core.counting.levels import Coded, Levels, code_rows
from trimtab.core.errors import InputError, Progress
from trimtab.core.source.columns import Column
from trimtab.core.source.spool import Source
from trimtab.core.weaknesses.candidates import MAX_FACTORS, benjamini_hochberg, candidates, tested
from trimtab.core.weaknesses.folding import folded

ALPHA = 0.95
LARGEST_P = 0.05
"""A slice may be chance beyond this p, adjusted for all slices tested."""
LEAST_ROWS, LEAST_SHARE = 32, 0.01
"""Rows a slice has at least unless a person says otherwise: this many, and this share of all (SliceLine's own)."""


def least_rows(rows: int) -> int:
    """The rows that a slice has at least among so many."""
    return max(LEAST_ROWS, int(np.ceil(LEAST_SHARE * rows)))


@dataclass(frozen=True, eq=False)
class Slice:
    """Rows that have all `levels` (factor → label).

    `interval` is the 95 % one of the mean error (Student's), `score` SliceLine's, `divergence` the mean error less that
    of all rows, `t` Welch's statistic of its rows against all others (None if neither varies), `p_value` its two-sided
    p adjusted by Benjamini and Hochberg for all slices tested, `p_unadjusted` without. `codes`: the level of each
    factor by its position among its levels.
    """

    levels: dict[str, str]
    codes: dict[str, int]
    rows: int
    mean_error: float
    interval: tuple[float, float]
    score: float
    divergence: float
    t: float | None
    p_value: float
    p_unadjusted: float


@dataclass(frozen=True, eq=False)
class Weaknesses:
    """Weak slices by falling score.

    `rows` have an error, `without_error` have none and are left out; `tested` slices have at least `min_rows` rows;
    `folded` of them would rank among those shown but repeat another.
    """

    slices: tuple[Slice, ...]
    rows: int
    without_error: int
    mean_error: float
    min_rows: int
    tested: int
    folded: int


def find_slices(
    data: Path | Source,
    levels: Sequence[Levels],
    error: Column,
    *,
    alpha: float = ALPHA,
    min_rows: int | None = None,
    max_factors: int = MAX_FACTORS,
    top: int = 10,
    progress: Progress | None = None,
) -> Weaknesses:
    """The weak slices of `data` by its column `error`: a number of 0 or more per row, or true for a wrong row.

    With n rows of mean error ē, a slice of ss rows whose errors sum to se scores α((se/ss)/ē − 1) − (1 − α)(n/ss − 1)
    (SliceLine; Sagadeeva and Boehm, SIGMOD 2021); its divergence is se/ss − ē (DivExplorer; Pastor, de Alfaro and
    Baralis, SIGMOD 2021). All conjunctions of up to `max_factors` factors, 1 to 3, with `min_rows` rows are scored.
    Those with an error above the mean that is not chance are reported by falling score, repetitions folded (see
    `folding.folded`). A score below 0, where SliceLine would stop, tells that a slice is small or mild for this
    `alpha`.

    Raises InputError for no factors, options out of range, and an error that is no number, negative, not finite or
    the same in every row.
    """
    if error.kind not in ("continuous", "count", "boolean"):
        raise InputError(
            f"Error `{error.name}`: it is {error.kind}; give a column of numbers, or of true (wrong) and false."
        )
    if progress:
        progress(0, 1, "coding")
    coded = code_rows(data, levels, {error.name: reading_of(error)})
    return slices_of(
        coded,
        levels,
        coded.numbers[error.name],
        error=error.name,
        alpha=alpha,
        min_rows=min_rows,
        max_factors=max_factors,
        top=top,
        progress=progress,
    )


def slices_of(
    coded: Coded,
    levels: Sequence[Levels],
    errors: np.ndarray,
    *,
    error: str = "error",
    alpha: float = ALPHA,
    min_rows: int | None = None,
    max_factors: int = MAX_FACTORS,
    top: int = 10,
    progress: Progress | None = None,
) -> Weaknesses:
    """As `find_slices`, on rows that are coded already and their `errors` (rows,), NaN for none."""
    _check_options(levels, alpha, min_rows, max_factors, top)
    known = ~np.isnan(errors)
    rows = [coded.codes[one.factor][known] for one in levels]
    errors = errors[known]
    _check_errors(errors, error)
    n, mean = len(errors), float(errors.mean())
    least = least_rows(n) if min_rows is None else min_rows
    groups = candidates(rows, [one.size for one in levels], errors, least, progress, max_factors)
    results = [tested(group, errors, alpha) for group in groups]
    every_p = np.concatenate([one.p for one in results]) if results else np.empty(0)
    ends = np.cumsum([len(one.p) for one in results], dtype=np.int64)
    adjusted = np.split(benjamini_hochberg(every_p), ends)[: len(results)]  # behind the last end nothing is left
    weak = [(one.mean > mean) & (p <= LARGEST_P) for one, p in zip(results, adjusted, strict=True)]
    found, left_out = folded(groups, results, weak, rows, errors, top)
    slices = []
    for g, c in found:
        one, t = results[g], float(results[g].t[c])
        codes = {levels[i]: int(code) for i, code in zip(groups[g].chosen, groups[g].codes[c], strict=True)}
        slices.append(
            Slice(
                levels={factor.factor: factor.labels[code] for factor, code in codes.items()},
                codes={factor.factor: code for factor, code in codes.items()},
                rows=int(groups[g].rows[c]),
                mean_error=float(one.mean[c]),
                interval=(max(0.0, float(one.mean[c] - one.margin[c])), float(one.mean[c] + one.margin[c])),
                score=float(one.score[c]),
                divergence=float(one.mean[c] - mean),
                t=t if np.isfinite(t) else None,
                p_value=float(adjusted[g][c]),
                p_unadjusted=float(one.p[c]),
            )
        )
    return Weaknesses(tuple(slices), n, int((~known).sum()), mean, least, len(every_p), left_out)


def rows_of(found: Slice, coded: Coded) -> np.ndarray:
    """(rows,) whether a row lies in the slice; `coded` on the levels the slice was found on."""
    return np.asarray(np.logical_and.reduce([coded.codes[factor] == code for factor, code in found.codes.items()]))


def _check_options(levels: Sequence[Levels], alpha: float, min_rows: int | None, max_factors: int, top: int) -> None:
    if not levels:
        raise InputError("Slices: name at least one factor.")
    if not 0 < alpha <= 1:
        raise InputError(f"Slices: alpha must be above 0 and at most 1, got {alpha:g}.")
    if min_rows is not None and min_rows < 2:
        raise InputError(f"Slices: a slice needs at least 2 rows to vary, got a minimum of {min_rows}.")
    if not 1 <= max_factors <= MAX_FACTORS:
        raise InputError(f"Slices: they name 1 to {MAX_FACTORS} factors, got {max_factors}.")
    if top < 1:
        raise InputError(f"Slices: ask for at least 1 slice, got {top}.")


def _check_errors(errors: np.ndarray, name: str) -> None:
    """Errors (n,) without missing ones."""
    owner = f"Error `{name}`"
    if not len(errors):
        raise InputError(f"{owner}: no row has a value.")
    if not np.isfinite(errors).all():
        raise InputError(f"{owner}: errors must be finite, and {int((~np.isfinite(errors)).sum()):,} are not.")
    low, high = float(errors.min()), float(errors.max())
    if low < 0:
        raise InputError(
            f"{owner}: errors must not be negative, got {low:g}; take their distance from 0 or their square."
        )
    if low == high:
        raise InputError(f"{owner}: it is {low:g} in every row, so no slice is worse than another.")
