"""What every target family shares: registration by definition, the check of the kind, normalising, bins outwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, NamedTuple, NoReturn, get_args, get_origin

import numpy as np
from pydantic import ConfigDict

from trimtab.core.design.fields import Model
from trimtab.core.design.targets.extension import extend_down, extend_up
from trimtab.core.errors import InputError, nearest
from trimtab.core.source.axes import Axis, default_axis
from trimtab.core.source.columns import Column
from trimtab.core.source.kinds import Kind

FAMILIES: dict[str, type[Target]] = {}
"""Family name -> class, in the order of definition; filled by defining a class with `family: Literal["name"]`."""

ORDERED: tuple[Kind, ...] = ("continuous", "count", "datetime")
"""Kinds whose values have an order."""


class Reach(NamedTuple):
    """How far out bins are needed; infinite where no number is that far.

    `low_exact`, `high_exact`: a bin ends exactly there; else it may go on to a round number.
    """

    low: float
    high: float
    low_exact: bool = True
    high_exact: bool = True


def suitable_families(kind: Kind, *, points: bool = False) -> tuple[str, ...]:
    """The families that suit a kind of factor, those made of others last; `points`: each bin of its axis holds one
    value."""
    known = sorted(FAMILIES.items(), key=lambda one: one[1].composed)
    return tuple(name for name, family in known if kind in family.kinds + family.point_kinds * points)


def starting(family: str, column: Column, display: Axis | None = None) -> dict[str, Any]:
    """A target of a family that resembles a column, as a design file writes it: what a form or a notebook begins with.

    `display`: the factor's display axis, whose bins a drawn family has its weights for; by default the source's default
    axis. Raises InputError, naming the factor, if there is no such family or the column has no value.
    """
    if family not in FAMILIES:
        raise InputError(f"Target of `{column.name}`: there is no family `{family}`.{nearest(family, FAMILIES)}")
    if not column.distinct:
        raise InputError(f"Target of `{column.name}`: all its values are missing, so there is nothing to begin with.")
    axis = default_axis(column) if display is None else display
    return {"family": family, **FAMILIES[family].beginning(column, axis)}


def _family_first(schema: dict[str, Any]) -> None:
    schema["required"] = ["family", *schema.get("required", [])]


class Target(Model):
    """A designed marginal: shares of the bins of one factor's axis, missing values not counted.

    A family says which `kinds` of factor it suits, and on which it does so only where each bin holds one value
    (`point_kinds`). `title` and `summary` are for people, `phrase` is how a sentence calls the shape: "" if it has
    no name of its own, by default its title and `distribution`. The fields and their ranges are the JSON Schema.
    `drawn`: its weights are the bars of a picture. `composed`: it is made of other families. `without_data`: fields
    that a factor declared without data begins with beside those of `beginning`; None if the family needs data, or bars
    to be drawn. Everything but `beginning`, `fitted` and `warning` is asked of a target that is fitted.
    """

    model_config = ConfigDict(json_schema_extra=_family_first)

    title: ClassVar[str]
    summary: ClassVar[str]
    phrase: ClassVar[str | None] = None
    kinds: ClassVar[tuple[Kind, ...]] = ()
    point_kinds: ClassVar[tuple[Kind, ...]] = ()
    drawn: ClassVar[bool] = False
    composed: ClassVar[bool] = False
    without_data: ClassVar[Mapping[str, Any] | None] = {}
    registered: ClassVar[bool] = True

    family: str

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        annotation = cls.model_fields["family"].annotation
        if cls.registered and get_origin(annotation) is Literal:
            FAMILIES[get_args(annotation)[0]] = cls

    @classmethod
    def beginning(cls, column: Column, axis: Axis) -> dict[str, Any]:
        """The fields of a target that resembles a column with values, whose display axis is `axis`."""
        return {}

    def fitted(self, column: Column, display: Axis | None = None) -> Target:
        """The target with everything resolved that depends on the source; itself if nothing does.

        `display`: the factor's display axis, for whose bins a drawn part of a mixture has its weights; by default the
        source's default axis. Raises InputError, naming the factor, if the source does not tell enough.
        """
        return self

    def warning(self, column: Column) -> str | None:
        """What a person should know before asking for this target; None if there is nothing."""
        return None

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

    def held(self, low: float, highs: np.ndarray, *, whole: bool) -> np.ndarray | None:
        """Shares of the family with values from `low` to each of `highs`, both included; shape as `highs`.

        None: the family has no law of its own, but the values of the source.
        """
        return None

    def outside(self, axis: Axis) -> tuple[float, float]:
        """Shares of the family below the first and above the last edge of the axis."""
        return 0.0, 0.0

    def reach(self, axis: Axis) -> Reach:
        """How far out the family needs bins; within the axis if none beyond it."""
        return Reach(axis.edges[0], axis.edges[-1])

    def extended_edges(self, axis: Axis, *, touched: bool = True) -> tuple[float, ...]:
        """The edges of the axis with bins added outwards where the family reaches further; the new ones are ungrounded.

        `touched`: the source has values on the last edge itself; they stay in their bin, which ends just above it.
        Raises InputError, naming the factor, if the family reaches beyond the largest number.
        """
        reach, edges = self.reach(axis), axis.edges
        for name, end in (("low", reach.low), ("high", reach.high)):
            if not np.isfinite(end):
                self.fail(axis, f"the {self.family} law reaches beyond the largest number; give it a `{name}`.")
        if reach.low < axis.edges[0]:
            edges = extend_down(edges, axis.kind, reach.low, exact=reach.low_exact)
        if reach.high > axis.edges[-1]:
            edges = extend_up(edges, axis.kind, reach.high, exact=reach.high_exact, touched=touched)
        return edges

    def edges_needed(self, axis: Axis) -> tuple[float, ...]:
        """Edges the axis must have for a bin to hold nothing but what the family asks of it."""
        return ()

    def levels_needed(self) -> tuple[str, ...]:
        """Levels the family names: each must be a bin of its own, not one of the other levels."""
        return ()

    def fail(self, axis: Axis, problem: str) -> NoReturn:
        """Raise InputError, naming the factor."""
        raise InputError(f"Target of `{axis.factor}`: {problem}")
