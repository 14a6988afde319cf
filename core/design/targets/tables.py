"""Families given by shares of bins or levels, or by the source itself; inside a bin the values are the source's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field, field_validator, model_validator

from trimtab.core.design.fields import Level, Share, Value, Weight, broken, number_of
from trimtab.core.design.targets.base import ORDERED, Reach, Target
from trimtab.core.design.targets.cut import Cut, around
from trimtab.core.errors import nearest
from trimtab.core.source.axes import Axis, plain_value
from trimtab.core.source.columns import Column
from trimtab.core.source.kinds import KINDS, Kind

DIGITS = 7
"""Significant digits of a weight (in percent) in the design file: finer than one row of a million."""


class Histogram(Cut):
    """One weight per bin, on any positive scale. A cut sets the weights outside it to 0; it must lie on edges."""

    title: ClassVar[str] = "Histogram"
    summary: ClassVar[str] = "Each bar as high as you draw it."
    phrase: ClassVar[str] = ""
    kinds: ClassVar[tuple[Kind, ...]] = ORDERED
    drawn: ClassVar[bool] = True
    without_data: ClassVar[None] = None

    family: Literal["histogram"] = "histogram"
    weights: Annotated[tuple[Weight, ...], Field(min_length=1)] = Field(description="One per bin, any positive scale.")

    @field_validator("weights", mode="before")
    @classmethod
    def _not_of_levels(cls, weights: Any) -> Any:
        if isinstance(weights, Mapping):
            broken("must be a list, one weight per bin; a weight for each level is `family: categorical`")
        return weights

    @field_validator("weights")
    @classmethod
    def _some_weight(cls, weights: tuple[float, ...]) -> tuple[float, ...]:
        if not sum(weights) > 0:
            broken(f"must sum to more than 0, got [{', '.join(f'{w:g}' for w in weights)}]")
        return weights

    @classmethod
    def beginning(cls, column: Column, axis: Axis) -> dict[str, Any]:
        counts = axis.histogram(column)[:-1]
        return {"weights": [weight_of(float(share)) for share in counts / counts.sum()]}

    def weigh(self, axis: Axis, source: np.ndarray) -> np.ndarray:
        if len(self.weights) != axis.size:
            self.fail(axis, f"weights must be one per bin, got {len(self.weights)} for {axis.size} bins.")
        low, high = self.cut()
        edges = np.asarray(axis.edges, dtype=float)
        for name, bound in (("low", low), ("high", high)):
            if edges[0] < bound < edges[-1] and bound not in edges:
                closest = edges[np.abs(edges - bound).argmin()]
                self.fail(axis, f"{name} must be an edge of the axis, got {bound:g}; the nearest is {closest:g}.")
        return np.asarray(self.weights) * ((edges[:-1] >= low) & (edges[1:] <= high))


class Empirical(Cut):
    """As in the source, cut to low <= value <= high."""

    title: ClassVar[str] = "As in the source"
    summary: ClassVar[str] = "The real distribution, whole or between two values."
    phrase: ClassVar[str] = ""
    kinds: ClassVar[tuple[Kind, ...]] = KINDS
    without_data: ClassVar[None] = None

    family: Literal["empirical"] = "empirical"

    def edges_needed(self, axis: Axis) -> tuple[float, ...]:
        return self.cut_edges(axis)

    def weigh(self, axis: Axis, source: np.ndarray) -> np.ndarray:
        return np.asarray(source * self.left_by_cut(axis, source))


class Categorical(Target):
    """Weights of named levels.

    Without `rest` the named levels take everything, in proportion to their weights, and every other level gets 0: a
    restriction. With `rest` all other levels together take that share, among each other as in the source, and the
    named ones the remaining 1 - rest.
    """

    title: ClassVar[str] = "Levels"
    summary: ClassVar[str] = "A weight for each level you name; the rest of them as in the source, or none."
    phrase: ClassVar[str] = ""
    kinds: ClassVar[tuple[Kind, ...]] = ("categorical", "boolean")
    point_kinds: ClassVar[tuple[Kind, ...]] = ("continuous", "count")
    drawn: ClassVar[bool] = True

    family: Literal["categorical"] = "categorical"
    weights: Annotated[dict[Level, Weight], Field(min_length=1)] = Field(description="Level -> weight, any scale.")
    rest: Share | None = Field(default=None, description="Share left to all other levels, as in the source.")

    @model_validator(mode="after")
    def _some_weight(self) -> Categorical:
        if not sum(self.weights.values()) > 0 and self.rest != 1:
            broken("weights must sum to more than 0 (or rest be 1), got only zeros")
        return self

    @classmethod
    def beginning(cls, column: Column, axis: Axis) -> dict[str, Any]:
        counts = axis.histogram(column)[:-1]
        shares = (counts / counts.sum()).tolist()
        weights = {label: weight_of(share) for label, share in zip(axis.labels, shares, strict=True)}
        if not axis.rest:
            return {"weights": weights}
        del weights[axis.labels[-1]]
        return {"weights": weights, "rest": min(1.0, weight_of(shares[-1]) / 100)}

    def levels_needed(self) -> tuple[str, ...]:
        return tuple(self.weights)

    def weigh(self, axis: Axis, source: np.ndarray) -> np.ndarray:
        named = np.zeros(axis.size)
        is_named = np.zeros(axis.size, dtype=bool)
        for level, weight in self.weights.items():
            bin_ = _bin_of_level(self, axis, level)
            named[bin_] += weight
            is_named[bin_] = True
        if self.rest is None:
            return named
        others = np.where(is_named, 0.0, source)
        if self.rest > 0 and not others.sum() > 0:
            self.fail(axis, f"rest is {self.rest:g}, but the source has no level that the weights do not name.")
        named = named * (1 - self.rest) / (named.sum() or 1.0)
        return named + others * self.rest / (others.sum() or 1.0)


class Constant(Target):
    """One value in every row."""

    title: ClassVar[str] = "Constant"
    summary: ClassVar[str] = "The same value in every row."
    phrase: ClassVar[str] = ""
    kinds: ClassVar[tuple[Kind, ...]] = KINDS

    family: Literal["constant"] = "constant"
    value: Value = Field(description="The value.")

    @classmethod
    def beginning(cls, column: Column, axis: Axis) -> dict[str, Any]:
        return {"value": plain_value(column, int(np.argmax(column.counts[:-1])))}

    def levels_needed(self) -> tuple[str, ...]:
        return (level_text(self.value),)

    def weigh(self, axis: Axis, source: np.ndarray) -> np.ndarray:
        shares = np.zeros(axis.size)
        if axis.kind in ORDERED:
            below, above = self.outside(axis)
            if below + above == 0:
                edges = np.asarray(axis.edges)
                shares[min(int(np.searchsorted(edges, self._number(axis), side="right")) - 1, axis.size - 1)] = 1.0
        else:
            shares[_bin_of_level(self, axis, level_text(self.value))] = 1.0
        return shares

    def edges_needed(self, axis: Axis) -> tuple[float, ...]:
        if axis.kind not in ORDERED:
            return ()
        number = self._number(axis)
        return () if axis.points and number in axis.edges else around(axis.kind, number, number)

    def outside(self, axis: Axis) -> tuple[float, float]:
        self.check(axis)
        if axis.kind not in ORDERED:
            return 0.0, 0.0
        number = self._number(axis)
        return float(number < axis.edges[0]), float(number > axis.edges[-1])

    def reach(self, axis: Axis) -> Reach:
        below, above = self.outside(axis)
        first, last = axis.edges[0], axis.edges[-1]
        return Reach(self._number(axis) if below else first, self._number(axis) if above else last)

    def held(self, low: float, highs: np.ndarray, *, whole: bool) -> np.ndarray | None:
        number = self._plain_number()
        return None if number is None else np.asarray((low <= number) & (number <= highs), dtype=float)

    def quantile_within(
        self, low: float, high: float, u: np.ndarray, whole: bool, *, closed: bool = False
    ) -> np.ndarray | None:
        number = self._plain_number()
        return None if number is None else np.full(np.shape(u), number)

    def _plain_number(self) -> float | None:
        """The value as a number; None for a level, which is the only one in its bin."""
        try:
            return None if isinstance(self.value, bool) else float(number_of(self.value))
        except ValueError:
            return None

    def _number(self, axis: Axis) -> float:
        dates = axis.kind == "datetime"
        try:
            if isinstance(self.value, bool) or isinstance(self.value, str) != dates:
                raise ValueError("not of the kind")
            number = float(number_of(self.value))
        except ValueError:
            wanted = "a date such as 2013-05-31" if dates else "a number"
            self.fail(axis, f"value must be {wanted} for a {axis.kind} factor, got {self.value!r}.")
        if axis.kind == "count" and not number.is_integer():
            self.fail(axis, f"value must be a whole number for a count factor, got {self.value!r}.")
        return number


def weight_of(share: float) -> float:
    """A share (0 to 1) as a weight in percent, short enough to be read in a file."""
    return float(f"{100 * share:.{DIGITS}g}")


def level_text(value: bool | int | float | str) -> str:
    """A value as the text of a level."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _bin_of_level(target: Target, axis: Axis, level: str) -> int:
    if axis.points:
        if level in axis.labels:  # which has fewer digits than the number, where those are enough
            return axis.labels.index(level)
        try:
            found = np.flatnonzero(np.asarray(axis.edges[: axis.size]) == float(level))
        except ValueError:
            found = np.empty(0, dtype=int)
        if not len(found):
            target.fail(axis, f"there is no value `{level}`.{nearest(level, axis.labels)}")
        return int(found[0])
    if level not in axis.levels:
        target.fail(axis, f"there is no level `{level}`.{nearest(level, axis.levels)}")
    return axis.levels.index(level)
