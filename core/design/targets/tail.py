"""The tail of a distribution above a threshold: a generalised Pareto law, given or fitted to the source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, NoReturn
from weakref import WeakKeyDictionary

import numpy as np
from pydantic import Field, model_validator

from trimtab.core.design.fields import Number, Positive, broken
from trimtab.core.design.targets.law import Frozen, Law, scipy_law
from trimtab.core.errors import InputError
from trimtab.core.source.axes import Axis
from trimtab.core.source.columns import Column

FEWEST = 10
"""Rows of the source above the threshold that a fit needs; fewer say next to nothing of a shape."""

FEWEST_VALUES = 3
"""Different values among them: two can be met exactly by laws that differ wildly."""

BEGINS_WITH = 0.05
"""Share of the real rows above the threshold that a tail begins with."""

INFINITE_VARIANCE = 0.5
LOWEST_SHAPE = -1.0
"""Below it the likelihood has no maximum: it grows without end as the law's end nears the largest value."""

_Fit = tuple[float, float]
_FITS: WeakKeyDictionary[Column, dict[tuple[float | None, ...], _Fit]] = WeakKeyDictionary()
"""Fits by column: a target is asked for its fit whenever a design is opened."""


class Tail(Law):
    """scipy.stats.genpareto(c=shape, loc=above, scale): values beyond a threshold (peaks over threshold).

    What `shape` or `scale` leaves open is fitted by maximum likelihood to all values of the source above the threshold,
    whatever the cut. Whole numbers have the shares of the law begun half a unit below the first one above the
    threshold, and are fitted so. A shape above 0 is a heavy tail, whose moments from 1 / shape on are infinite: above
    0.5 the variance, from 1 on the mean. Below 0 the tail ends at above - scale / shape.

    Method: Pickands, "Statistical inference using extreme order statistics", Annals of Statistics 3, 1975; McNeil,
    "Estimating the tails of loss severity distributions using extreme value theory", ASTIN Bulletin 27, 1997.
    """

    title: ClassVar[str] = "Tail"
    summary: ClassVar[str] = "Only what lies above a threshold, and beyond what the source has seen."
    phrase: ClassVar[str] = "designed tail"
    without_data: ClassVar[Mapping[str, Any]] = {"shape": 0.1, "scale": 10.0}

    family: Literal["tail"] = "tail"
    above: Number = Field(description="Threshold; every value lies above it.")
    shape: Number | None = Field(
        default=None, description="Heaviness: above 0 without an end, below 0 with one; fitted to the source if absent."
    )
    scale: Positive | None = Field(default=None, description="Scale; fitted to the source if absent.")

    @model_validator(mode="after")
    def _high_above_threshold(self) -> Tail:
        if isinstance(self.high, float) and self.high <= self.above:
            broken(f"high must be more than above, got high {self.high:g} and above {self.above:g}")
        return self

    @classmethod
    def beginning(cls, column: Column, axis: Axis) -> dict[str, Any]:
        """Above what most rows have, lower if a fit needs more of them; a plain tail if none can be fitted."""
        counts = column.counts[:-1]
        above = counts.sum() - np.cumsum(counts)
        enough = np.flatnonzero((above >= FEWEST) & (np.arange(len(counts)) < len(counts) - FEWEST_VALUES))
        if not len(enough):
            return {"above": float(column.numbers[0]), "shape": 0.0, "scale": float(np.ptp(column.numbers)) or 1.0}
        beyond = np.flatnonzero(above <= BEGINS_WITH * counts.sum())
        return {"above": float(column.numbers[min(int(beyond[0]), int(enough[-1]))])}

    def fitted(self, column: Column, display: Axis | None = None) -> Tail:
        """The tail with its shape and scale. Raises InputError, naming the factor, if too few rows lie above the
        threshold to fit them."""
        if self.shape is not None and self.scale is not None:
            return self
        fits = _FITS.setdefault(column, {})
        key = (self.above, self.shape, self.scale)
        if key not in fits:
            fits[key] = _fit(column, self.above, self.shape, self.scale)
        shape, scale = fits[key]
        return self.model_copy(update={"shape": shape, "scale": scale})

    def warning(self, column: Column) -> str | None:
        """That the variance is infinite, unless the tail is cut."""
        shape = self.fitted(column).shape
        if shape is None or shape <= INFINITE_VARIANCE or self.high is not None:
            return None
        what = "mean and variance are" if shape >= 1 else "variance is"
        return (
            f"Target of `{column.name}`: the tail's shape is {shape:.3g}, so its {what} infinite, and single rows can "
            f"outweigh all others; give it a `high` if that is not meant."
        )

    def law(self, *, whole: bool) -> Frozen:
        if self.shape is None or self.scale is None:
            raise ValueError("a tail without shape or scale has no law until it is fitted to a column")
        return scipy_law("genpareto", self.shape, loc=_begin(self.above, whole=whole), scale=self.scale)

    def cut(self) -> tuple[float, float]:
        """The cut as numbers; the threshold itself is not above it."""
        low, high = super().cut()
        return max(low, float(np.nextafter(self.above, np.inf))), high


def _begin(above: float, *, whole: bool) -> float:
    """Where the law begins: of whole numbers, half a unit below the first one above the threshold."""
    return float(np.floor(above) + 0.5) if whole else above


def _fit(column: Column, above: float, shape: float | None, scale: float | None) -> _Fit:
    """Shape and scale of largest likelihood, those given left as they are.

    scipy's own fit knows no weights; here each distinct value counts as often as it occurs.
    """
    from scipy import optimize

    whole = column.kind == "count"
    beyond = column.numbers > above
    excess = column.numbers[beyond] - _begin(above, whole=whole)
    counts = column.counts[:-1][beyond].astype(float)
    _check_enough(column, above, counts)
    mean = float(counts @ excess / counts.sum())

    def parameters(free: Sequence[float]) -> _Fit:
        """What is searched for is not scale but ln(scale / mean), so that its steps suit any column."""
        left = iter(free)
        return next(left) if shape is None else shape, float(np.exp(next(left))) * mean if scale is None else scale

    def cost(free: np.ndarray) -> float:
        c, s = parameters(free.tolist())
        return np.inf if shape is None and c < LOWEST_SHAPE else _unlikelihood(excess, counts, c, s, whole=whole)

    found = []
    for c, s in _starts(excess, counts, mean, shape):
        start = np.array([c] * (shape is None) + [np.log(s / mean)] * (scale is None))
        if np.isfinite(cost(start)):
            found.append(
                optimize.minimize(
                    cost, start, method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-9, "maxiter": 2000}
                )
            )
    best = min((one for one in found if one.success), key=lambda one: float(one.fun), default=None)
    if best is None:
        given = f"with the given {'scale' if shape is None else 'shape'} " if (shape, scale) != (None, None) else ""
        _refuse(column, f"no tail can be fitted {given}to the {int(counts.sum()):,} rows above {above:g}")
    return parameters(best.x.tolist())


def _unlikelihood(excess: np.ndarray, counts: np.ndarray, shape: float, scale: float, *, whole: bool) -> float:
    """The negative log-likelihood of distinct values that occur `counts` times; infinite if one is out of reach."""
    from scipy.stats import genpareto

    with np.errstate(all="ignore"):
        if whole:
            beyond = genpareto.sf(np.array([excess - 0.5, excess + 0.5]), shape, scale=scale)
            each = np.log(-np.diff(beyond, axis=0)[0])
        else:
            each = genpareto.logpdf(excess, shape, scale=scale)
        total = -float(counts @ each)
    return total if np.isfinite(total) else np.inf


def _starts(excess: np.ndarray, counts: np.ndarray, mean: float, shape: float | None) -> list[_Fit]:
    """Where to begin the search: by the first two moments (Hosking and Wallis 1987), and two laws that reach every
    value, one heavy and one nearly exponential."""
    variance = float(counts @ (excess - mean) ** 2 / counts.sum())
    ratio = mean * mean / variance
    found = [((1 - ratio) / 2, mean * (1 + ratio) / 2), (0.05, mean), (0.8, mean / 2)]
    if shape is not None:
        found = [(shape, scale) for _, scale in found]
    # A law with an end must reach the largest value.
    return [(c, max(s, -1.05 * c * float(excess.max()))) for c, s in found]


def _check_enough(column: Column, above: float, counts: np.ndarray) -> None:
    rows = int(counts.sum())
    if rows < FEWEST:
        have = "no row of the source lies" if not rows else f"only {rows} row{'s' * (rows > 1)} of the source lie"
        _refuse(column, f"{have} above {above:g}, and fitting a tail takes {FEWEST}")
    if len(counts) < FEWEST_VALUES:
        _refuse(
            column,
            f"the {rows:,} rows of the source above {above:g} have {len(counts)} different "
            f"value{'s' * (len(counts) > 1)}, and fitting a tail takes {FEWEST_VALUES}",
        )


def _refuse(column: Column, problem: str) -> NoReturn:
    raise InputError(f"Target of `{column.name}`: {problem}; lower `above`, or give `shape` and `scale`.")
