"""The share of a factor between two values: of the real rows, of what is asked for, and of what will come out."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trimtab.core.changes.factors import after_of
from trimtab.core.errors import InputError
from trimtab.core.expressions import microseconds
from trimtab.core.projection.asked import asked_shares
from trimtab.core.projection.projection import Projection
from trimtab.core.projection.shifts import present
from trimtab.core.source.axes import Axis
from trimtab.core.source.columns import Column
from trimtab.core.study.study import Study
from trimtab.core.words.typed import real_number


@dataclass(frozen=True)
class Between:
    """Shares (0 to 1) of the rows that have a value, with `low` <= value <= `high`.

    `target` is None where the factor is none, `after` where it is not known what will come out. `first` and `last` are
    the bins that the two values lie in.
    """

    low: str
    high: str
    real: float
    target: float | None
    after: float | None
    first: int
    last: int


def shares_between(study: Study, projection: Projection | None, name: str, low: str, high: str) -> Between:
    """The share of a factor between two values, as a person types them: numbers, or dates such as 2013-05-31.

    Both ends count. The real share is exact; inside a bin the others are spread as the real rows are, and evenly where
    there are none. Raises InputError, naming the factor, for a value that is none, a low one above the high one, and a
    factor without an order.
    """
    axis, column = study.axes[name], study.known(name)
    if not axis.numeric or not axis.size:
        raise InputError(f"Factor `{name}`: it is {axis.kind}, and has no values in an order to be between.")
    ends = [_end(axis, text) for text in (low, high)]
    if ends[0] > ends[1]:
        raise InputError(f"Factor `{name}`: from {low.strip()} to {high.strip()} there is nothing; swap the two.")
    parts = _parts(axis, column, *ends)
    asked, after = asked_shares(study, name), after_of(projection, name)
    counts = column.counts[:-1].astype(float)
    inside = (column.numbers >= ends[0]) & (column.numbers <= ends[1])
    bins = np.clip(np.searchsorted(axis.edges, ends, side="right") - 1, 0, axis.size - 1)
    return Between(
        low.strip(),
        high.strip(),
        real=float(counts[inside].sum() / counts.sum()) if counts.sum() else 0.0,
        target=None if asked is None else float(parts @ np.array(asked)),
        after=None if after is None else float(parts @ np.array(present(after))),
        first=int(bins[0]),
        last=int(bins[1]),
    )


def _end(axis: Axis, text: str) -> float:
    plain = text.strip()
    try:
        value = microseconds(plain) if axis.kind == "datetime" else real_number(plain)
    except (ValueError, OverflowError):
        value = None
    if value is None or not math.isfinite(value):
        wanted = "a date such as 2013-05-31" if axis.kind == "datetime" else "a number"
        raise InputError(f"Factor `{axis.factor}`: must be {wanted}, got `{plain[:40]}`.")
    return value


def _parts(axis: Axis, column: Column, low: float, high: float) -> np.ndarray:
    """(size,) the part of each bin that lies between two values, 0 to 1."""
    counts = column.counts[:-1].astype(float)
    bins = axis.bins_of(column)[:-1]
    there = bins >= 0
    inside = there & (column.numbers >= low) & (column.numbers <= high)
    rows, within = (np.bincount(bins[one], weights=counts[one], minlength=axis.size) for one in (there, inside))
    width, shared = axis.highs - axis.lows, np.minimum(high, axis.highs) - np.maximum(low, axis.lows)
    whole = ((axis.lows >= low) & (axis.highs <= high)).astype(float)  # also what a bin of one value can only be
    evenly = np.clip(np.divide(shared, width, out=whole, where=width > 0), 0, 1)
    return np.where(rows > 0, within / np.maximum(rows, 1), evenly)
