"""What came in: for each column its kind, gaps, extremes and histogram, without a second look at the rows."""

from __future__ import annotations

import decimal
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from trimtab.core.source.axes import Axis, default_axis, level_texts
from trimtab.core.source.columns import Column
from trimtab.core.source.identifiers import is_identifier
from trimtab.core.source.kinds import Kind
from trimtab.core.source.labels import moment_texts


@dataclass(frozen=True, eq=False)
class FactorProfile:
    """One column in figures.

    `missing` and `counts` (size+1, the last one missing) are rows. `minimum` and `maximum` are numbers, or ISO texts
    (UTC) for dates, or None; `mean` is for numbers only; `top` is the most frequent level of categories and booleans.
    `identifier`: it only tells rows apart, so its distribution says nothing. `constant`: all rows are alike.
    """

    name: str
    kind: Kind
    type: str
    missing: int
    missing_share: float
    distinct: int
    minimum: int | float | str | None
    maximum: int | float | str | None
    mean: float | None
    top: str | None
    axis: Axis
    counts: np.ndarray
    identifier: bool
    constant: bool


@dataclass(frozen=True)
class Profile:
    """A source in figures."""

    rows: int
    factors: tuple[FactorProfile, ...]


def profile(columns: Mapping[str, Column], rows: int) -> Profile:
    """The figures of `columns`, which come from a source of `rows` rows."""
    return Profile(rows, tuple(_factor(column) for column in columns.values()))


def to_json(profile: Profile) -> dict[str, Any]:
    """The profile in the names of the command line's contract, in plain Python types.

    `missing` counts rows; it is no bin, so that the counts of the bins and `missing` add up to `rows`. `low` and `high`
    of a bin are its edges (dates: ISO texts in UTC), None for levels.
    """
    return {"rows": profile.rows, "factors": [_factor_json(factor) for factor in profile.factors]}


def _factor(column: Column) -> FactorProfile:
    axis = default_axis(column)
    filled = int(column.counts[:-1].sum())
    minimum, maximum = _extremes(column)
    return FactorProfile(
        name=column.name,
        kind=column.kind,
        type=str(column.type),
        missing=int(column.counts[-1]),
        missing_share=column.missing_share,
        distinct=column.distinct,
        minimum=minimum,
        maximum=maximum,
        mean=_mean(column),
        top=None if axis.numeric or not filled else _top(column),
        axis=axis,
        counts=axis.histogram(column),
        identifier=is_identifier(column),
        constant=column.distinct + bool(column.counts[-1]) <= 1,
    )


def _extremes(column: Column) -> tuple[int | float | str | None, int | float | str | None]:
    if not len(column.numbers):
        return None, None
    if column.kind == "datetime":
        return _iso(float(column.numbers[0])), _iso(float(column.numbers[-1]))
    # From the values, not from the floats: integers beyond 2**53 stay exact.
    low, high = column.values[0].as_py(), column.values[len(column.values) - 1].as_py()
    return (float(low), float(high)) if isinstance(low, decimal.Decimal) else (low, high)


def _mean(column: Column) -> float | None:
    if column.kind == "datetime" or not len(column.numbers):
        return None
    shares = column.counts[:-1] / column.counts[:-1].sum()
    return float(np.dot(column.numbers, shares))  # shares first: a sum of large numbers overflows


def _top(column: Column) -> str:
    place = int(np.argmax(column.counts[:-1]))
    return str(level_texts(column.values.slice(place, 1))[0].as_py())


def _iso(moment: float) -> str:
    return moment_texts([moment])[0].replace(" ", "T")


def _factor_json(factor: FactorProfile) -> dict[str, Any]:
    axis = factor.axis
    lows: list[Any] = axis.lows.tolist() if axis.numeric else [None] * axis.size
    highs: list[Any] = axis.highs.tolist() if axis.numeric else [None] * axis.size
    if axis.kind == "datetime":
        lows, highs = [_iso(low) for low in lows], [_iso(high) for high in highs]
    bins = zip(axis.labels, lows, highs, factor.counts[:-1].tolist(), strict=True)
    return {
        "name": factor.name,
        "kind": factor.kind,
        "type": factor.type,
        "missing": factor.missing,
        "missing_share": factor.missing_share,
        "distinct": factor.distinct,
        "minimum": factor.minimum,
        "maximum": factor.maximum,
        "mean": factor.mean,
        "top": factor.top,
        "identifier": factor.identifier,
        "constant": factor.constant,
        "bins": [{"label": label, "low": low, "high": high, "count": count} for label, low, high, count in bins],
    }
