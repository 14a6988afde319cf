"""Several families at once, each with a weight: a body and a tail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, cast

import numpy as np
from pydantic import Field, create_model, field_validator

from trimtab.core.design.fields import Positive, broken
from trimtab.core.design.targets.base import FAMILIES, ORDERED, Reach, Target, starting
from trimtab.core.design.targets.cut import WHOLE, Cut, span_of_bin, whole_spans
from trimtab.core.design.targets.union import ByFamily
from trimtab.core.source.axes import Axis, default_axis
from trimtab.core.source.columns import Column
from trimtab.core.source.kinds import KINDS, Kind

HALVINGS = 100
"""More never change a float between the ends of a bin."""


class Part(Target):
    """A family as a part of a mixture: it has a weight too."""

    registered: ClassVar[bool] = False

    weight: Positive = Field(description="How much of the mixture it is, on any scale.")


@cache
def _as_part(family: type[Target]) -> type[Part]:
    bases = cast(tuple[type[Part], ...], (family, Part))
    return create_model(f"{family.__name__}Part", __base__=bases, __doc__=family.__doc__, __module__=__name__)


def parts() -> dict[str, type[Part]]:
    """Family name -> the family with a weight, of all that are not made of others themselves."""
    return {name: _as_part(family) for name, family in FAMILIES.items() if not family.composed}


def __getattr__(name: str) -> type[Part]:
    """The families with a weight by their names: pickle looks for classes here."""
    found = next((part for part in parts().values() if part.__name__ == name), None)
    if found is None:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return found


AnyPart = Annotated[Target, ByFamily(parts)]


def one_more_part(column: Column) -> dict[str, Any]:
    """A family to add to a mixture of a column: a tail for numbers, else what is the simplest."""
    return starting({"continuous": "tail", "count": "tail", "datetime": "uniform"}.get(column.kind, "constant"), column)


class Mixture(Cut):
    """The weighted sum of other families, which may be cut each, and all together by low and high.

    Inside a bin where the source has rows, values are the source's, as for every family. In a bin without rows they
    follow the mixture of those parts' laws that put something there; parts that are as in the source put nothing there.
    """

    title: ClassVar[str] = "Mixture"
    summary: ClassVar[str] = "Several families at once, each with its weight."
    phrase: ClassVar[str] = "mixture of distributions"
    kinds: ClassVar[tuple[Kind, ...]] = KINDS
    composed: ClassVar[bool] = True
    without_data: ClassVar[None] = None

    family: Literal["mixture"] = "mixture"
    parts: Annotated[tuple[AnyPart, ...], Field(min_length=2)] = Field(description="Families, each with a weight.")

    @classmethod
    def beginning(cls, column: Column, axis: Axis) -> dict[str, Any]:
        """As in the source, with a tenth of something else."""
        return {"parts": [{"weight": 9, "family": "empirical"}, {"weight": 1, **one_more_part(column)}]}

    @field_validator("parts", mode="before")
    @classmethod
    def _no_mixture_inside(cls, parts: Any) -> Any:
        for part in parts if isinstance(parts, list | tuple) else ():
            named = part.get("family") if isinstance(part, Mapping) else getattr(part, "family", None)
            if isinstance(named, str) and named in FAMILIES and FAMILIES[named].composed:
                broken("must not be mixtures themselves; give the inner parts here")
        return parts

    def fitted(self, column: Column, display: Axis | None = None) -> Mixture:
        """The mixture with all parts fitted. Parts drawn bin by bin become steps over the bins of `display`, since a
        mixture may have more bins than those."""
        axis = default_axis(column) if display is None else display
        parts = [_spread(part.fitted(column, axis), column, axis) for part in self.parts]
        return self.model_copy(update={"parts": tuple(parts)})

    def warning(self, column: Column) -> str | None:
        found = [part.warning(column) for part in self.parts] if self.high is None else []
        return "\n".join(text for text in found if text) or None

    def check(self, axis: Axis) -> None:
        super().check(axis)
        for part in self.parts:
            part.check(axis)

    def levels_needed(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(level for part in self.parts for level in part.levels_needed()))

    def edges_needed(self, axis: Axis) -> tuple[float, ...]:
        # Bins of one value are kept only as long as no part adds any; then a cut between two values needs its edge.
        bins = replace(axis, points=False)
        asked = (edge for part in self.parts for edge in part.edges_needed(bins))
        return (*asked, *self.cut_edges(bins))

    def weigh(self, axis: Axis, source: np.ndarray) -> np.ndarray:
        masses = [weight * part.masses(axis, source) for weight, part in self._weighted]
        shares = np.sum(masses, axis=0)
        return np.asarray(shares * self.left_by_cut(axis, shares))

    def outside(self, axis: Axis) -> tuple[float, float]:
        """Shares of the parts together, before the mixture's own cut; 0 where that cut ends on the axis."""
        low, high = self.cut()
        found = np.sum([np.multiply(weight, part.outside(axis)) for weight, part in self._weighted], axis=0)
        first, last = (axis.edges[0], axis.edges[-1]) if axis.kind in ORDERED else (0.0, 0.0)
        return float(found[0] * (low < first)), float(found[1] * (high > last))

    def reach(self, axis: Axis) -> Reach:
        """As far out as any part, but not beyond the mixture's own cut."""
        found = [part.reach(axis) for part in self.parts]
        lowest, highest = min(found, key=lambda one: one.low), max(found, key=lambda one: one.high)
        low, high = self.cut()
        if axis.kind in WHOLE:
            low, high = np.ceil(low), np.floor(high)
        return Reach(
            max(lowest.low, float(low)),
            min(highest.high, float(high)),
            lowest.low_exact if lowest.low > low else True,
            highest.high_exact if highest.high < high else True,
        )

    def quantile_within(
        self, low: float, high: float, u: np.ndarray, whole: bool, *, closed: bool = False
    ) -> np.ndarray | None:
        cut = self.cut()
        first, last = span_of_bin((low, high), cut, whole=whole, closed=closed)
        ends = np.array([last])
        shares = [part.held(first, ends, whole=whole) if first <= last else np.zeros(1) for part in self.parts]
        there = [one for one, share in zip(self._weighted, shares, strict=True) if share is not None and share[0] > 0]
        if not there:
            if any(share is None for share in shares):
                return None
            raise ValueError(f"the mixture has nothing in the bin from {low} to {high}")
        end, closed = min(high, cut[1]), closed or cut[1] < high
        drawn = [part.quantile_within(first, end, u, whole, closed=closed) for _, part in there]
        values = np.array([one for one in drawn if one is not None])

        def held(highs: np.ndarray) -> np.ndarray:
            found = [(weight, part.held(first, highs, whole=whole)) for weight, part in there]
            return np.asarray(np.sum([weight * share for weight, share in found if share is not None], axis=0))

        return _inverse(held, values.min(axis=0), values.max(axis=0), u * held(ends), whole=whole)

    @property
    def _weighted(self) -> list[tuple[float, Target]]:
        """Parts with their shares of the mixture."""
        weights = [cast(Part, part).weight for part in self.parts]
        return [(weight / sum(weights), part) for weight, part in zip(weights, self.parts, strict=True)]


def _inverse(
    held: Callable[[np.ndarray], np.ndarray], low: np.ndarray, high: np.ndarray, shares: np.ndarray, *, whole: bool
) -> np.ndarray:
    """Where `held`, which rises, passes each of the `shares`, by halving. It does so between the inverses of its parts:
    `low` is the least of them and `high` the greatest."""
    high = np.where(held(low) > shares, low, high)
    for _ in range(HALVINGS):
        # Halving alone would come ever nearer to 0, and never reach what lies exactly there.
        half = np.where((low < 0) & (high > 0), 0.0, low + (high - low) / 2)
        middle = np.floor(half) if whole else half
        moving = (middle < high) & (whole | (middle > low))
        if not moving.any():
            break
        passed = held(middle) > shares
        high = np.where(moving & passed, middle, high)
        low = np.where(moving & ~passed, middle + whole, low)
    return high


class Steps(Part):
    """Shares of the bins of a display axis, on any other axis: within one of them as in the source, and where the
    source has nothing there, evenly."""

    kinds: ClassVar[tuple[Kind, ...]] = ORDERED

    edges: tuple[float, ...]
    shares: tuple[float, ...]

    def edges_needed(self, axis: Axis) -> tuple[float, ...]:
        return () if axis.points else self.edges

    def weigh(self, axis: Axis, source: np.ndarray) -> np.ndarray:
        steps = len(self.shares)
        step = np.searchsorted(self.edges, axis.lows, side="right") - 1
        # What begins at the end of the steps is beyond them, unless it is that one value.
        single = (axis.lows == self.edges[-1]) & ((axis.highs == axis.lows) | (self.edges[-2] == self.edges[-1]))
        step = np.where(single, steps - 1, step)
        among = (step >= 0) & (step < steps)
        first, last = whole_spans(np.asarray(axis.edges)) if axis.kind in WHOLE else (axis.lows, axis.highs)
        width = np.maximum(last - first + (axis.kind in WHOLE), 0.0)
        shares = np.zeros(axis.size)
        for one in np.unique(step[among]):
            here = step == one
            by = next((way[here] for way in (source, width) if way[here].sum() > 0), np.ones(here.sum()))
            shares[here] = self.shares[one] * by / by.sum()
        return shares

    def held(self, low: float, highs: np.ndarray, *, whole: bool) -> np.ndarray:
        edges = np.array(self.edges)
        if whole:
            first, last = whole_spans(edges)
            edges = np.append(first, last[-1] + 1) - 0.5
            low, highs = np.ceil(low) - 0.5, np.floor(highs) + 0.5
        below = np.append(0.0, np.cumsum(self.shares))
        return np.asarray(np.interp(highs, edges, below) - np.interp(low, edges, below))

    def quantile_within(
        self, low: float, high: float, u: np.ndarray, whole: bool, *, closed: bool = False
    ) -> np.ndarray:
        first, last = span_of_bin((low, high), (self.edges[0], self.edges[-1]), whole=whole, closed=closed)
        if whole:
            return np.asarray(np.minimum(first + np.floor(u * (last - first + 1)), last))
        return np.asarray(np.minimum(first + u * (last - first), last))


def _spread(part: Target, column: Column, display: Axis) -> Target:
    """A part drawn on the bins of `display` as steps over them; any other part as it is."""
    if not part.drawn or not display.numeric or isinstance(part, Steps):
        return part
    shares = part.masses(display, display.histogram(column)[:-1])
    weight = cast(Part, part).weight
    return Steps(family=part.family, weight=weight, edges=display.edges, shares=tuple(shares.tolist()))
