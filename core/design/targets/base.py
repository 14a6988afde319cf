"""What every target family shares: registration by definition, the check of the kind, normalising, cuts."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, NoReturn, get_args, get_origin

import numpy as np
from pydantic import ConfigDict, Field, model_validator

from core.design.fields import Bound, Model, broken, number_of
from core.errors import InputError
from core.source.axes import Axis
from core.source.kinds import Kind

FAMILIES: dict[str, type[Target]] = {}
"""Family name -> class, in the order of definition; filled by defining a class with `family: Literal["name"]`."""


WHOLE: tuple[Kind, ...] = ("count", "datetime")
"""Kinds whose numbers are whole: counts, and microseconds."""


def suitable_families(kind: Kind, *, points: bool = False) -> tuple[str, ...]:
    """The families that suit a kind of factor; `points`: each bin of its axis holds one value."""
    return tuple(name for name, family in FAMILIES.items() if kind in family.kinds + family.point_kinds * points)


def _family_first(schema: dict[str, Any]) -> None:
    schema["required"] = ["family", *schema.get("required", [])]


class Target(Model):
    """A designed marginal: shares of the bins of one factor's axis, missing values not counted.

    A family says which `kinds` of factor it suits, and on which it does so only where each bin holds one value
    (`point_kinds`). `title` and `summary` are for people; the fields and their ranges are the JSON Schema.
    """

    model_config = ConfigDict(json_schema_extra=_family_first)

    title: ClassVar[str]
    summary: ClassVar[str]
    kinds: ClassVar[tuple[Kind, ...]] = ()
    point_kinds: ClassVar[tuple[Kind, ...]] = ()

    family: str

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        annotation = cls.model_fields["family"].annotation
        if get_origin(annotation) is Literal:
            FAMILIES[get_args(annotation)[0]] = cls

    def masses(self, axis: Axis, source: np.ndarray) -> np.ndarray:
        """Shares (axis.size,) of the bins, non-negative, summing to 1.

        `source` (axis.size,): rows of the source per bin. Raises InputError, naming the factor, if the family does
        not suit the axis or leaves nothing on it.
        """
        self.check(axis)
        raw = self.weigh(axis, np.asarray(source, dtype=float))
        total = float(raw.sum())
        if not total > 0:
            self.fail(axis, "nothing is left on the bins of the axis; they all get a share of 0.")
        return raw / total

    def check(self, axis: Axis) -> None:
        """Raise InputError, naming the factor, if the family does not suit the axis."""
        if axis.kind not in self.kinds and not (axis.points and axis.kind in self.point_kinds):
            listed = ", ".join(suitable_families(axis.kind, points=axis.points))
            reason = f"{axis.kind} factor" if axis.kind not in self.point_kinds else "number with so many values"
            self.fail(axis, f"the family {self.family} does not suit a {reason}; these do: {listed}.")
        if not axis.size:
            self.fail(axis, "the source has no value of this factor, so there is no axis to put shares on.")

    def weigh(self, axis: Axis, source: np.ndarray) -> np.ndarray:
        """The family's mathematics: shares (axis.size,) up to a positive factor."""
        raise NotImplementedError

    def quantile_within(
        self, low: float, high: float, u: np.ndarray, whole: bool, *, closed: bool = False
    ) -> np.ndarray | None:
        """Values at the shares `u` (in [0, 1)) of the family's own law cut to the bin [low, high).

        `whole`: the factor holds whole numbers. `closed`: `high` belongs to the bin, as in the last bin of an axis.
        None: inside a bin this family leaves the values as in the source. Raises ValueError for a bin that the
        family's cut leaves empty.
        """
        return None

    def outside(self, axis: Axis) -> tuple[float, float]:
        """Shares of the family below the first and above the last edge of the axis."""
        return 0.0, 0.0

    def extended_edges(self, axis: Axis, *, touched: bool = True) -> tuple[float, ...]:
        """The edges of the axis with bins added outwards where the family reaches further; the new ones are ungrounded.

        `touched`: the source has values on the last edge itself; they stay in their bin, which ends just above it.
        """
        return axis.edges

    def edges_needed(self, axis: Axis) -> tuple[float, ...]:
        """Edges the axis must have for a bin to hold nothing but what the family asks of it."""
        return ()

    def levels_needed(self) -> tuple[str, ...]:
        """Levels the family names: each must be a bin of its own, not one of the other levels."""
        return ()

    def fail(self, axis: Axis, problem: str) -> NoReturn:
        """Raise InputError, naming the factor."""
        raise InputError(f"Target of `{axis.factor}`: {problem}")


class Cut(Target):
    """A family that may be cut: only values with low <= value <= high are left."""

    low: Bound | None = Field(default=None, description="Smallest value left; none below it.")
    high: Bound | None = Field(default=None, description="Largest value left; none above it.")

    @model_validator(mode="after")
    def _low_below_high(self) -> Cut:
        if self.low is not None and self.high is not None:
            if isinstance(self.low, str) != isinstance(self.high, str):
                broken(f"low and high must both be numbers or both be dates, got {self.low!r} and {self.high!r}")
            if not number_of(self.low) < number_of(self.high):
                broken(f"low must be less than high, got low {_text(self.low)} and high {_text(self.high)}")
        return self

    def cut(self) -> tuple[float, float]:
        """The cut as numbers; infinite where there is none."""
        low = -np.inf if self.low is None else number_of(self.low)
        return low, np.inf if self.high is None else number_of(self.high)

    def cut_text(self) -> str:
        """The cut in words, for messages."""
        ends = (("from", self.low), ("to", self.high))
        return " ".join(f"{word} {_text(end)}" for word, end in ends if end is not None) or "(none)"

    def check(self, axis: Axis) -> None:
        """As for every family; a cut of dates must be by dates, one of numbers by numbers."""
        super().check(axis)
        for name, bound in (("low", self.low), ("high", self.high)):
            if bound is not None and isinstance(bound, str) != (axis.kind == "datetime"):
                wanted = "a date such as 2013-05-31" if axis.kind == "datetime" else "a number"
                self.fail(axis, f"{name} must be {wanted} for a {axis.kind} factor, got {bound!r}.")


def _text(bound: float | str) -> str:
    return bound if isinstance(bound, str) else f"{bound:g}"


def whole_spans(edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First and last whole number of each bin; the last bin is closed. Empty bins have last < first."""
    first = np.ceil(edges[:-1])
    last = np.append(np.ceil(edges[1:-1]) - 1, np.floor(edges[-1]))
    return first, last
