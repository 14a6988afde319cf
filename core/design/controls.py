"""The controls that stand beside the factors: pairs, events, levels, labels, sweeps and floors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Discriminator, Field, Tag, model_validator

from trimtab.core.design.fields import Level, Model, Name, Number, Share, Text, Value, Weight, broken
from trimtab.core.errors import InputError, nearest

Rows = Annotated[int, Field(strict=True, ge=0)]
Some = Annotated[int, Field(strict=True, ge=1)]
Correlation = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-1, le=1)]
Grid = Annotated[tuple[Annotated[tuple[Weight, ...], Field(min_length=1)], ...], Field(min_length=1)]
Table = Annotated[dict[Level, Annotated[dict[Level, Weight], Field(min_length=1)]], Field(min_length=1)]

WEIGHTS_AS = ("a list of rows", "a mapping of levels")
"""The two ways to write a table of weights."""
Weights = Annotated[
    Annotated[Grid, Tag(WEIGHTS_AS[0])] | Annotated[Table, Tag(WEIGHTS_AS[1])],
    Discriminator(lambda given: WEIGHTS_AS[isinstance(given, Mapping)]),
]

MOST_LEVELS = 20
"""Levels that one score may be cut into."""


class Pair(Model):
    """How two factors depend on each other: not at all, by a rank correlation, or by a table of weights.

    The weights are a list of rows, one for each bin of the first factor with a number for each bin of the second, or
    a mapping from level to level to number. Each factor's own share of every bin stays what its role makes it; a
    factor that follows and has a table takes it from the table.
    """

    factors: tuple[Name, Name] = Field(description="The two factors.")
    target: Literal["independent"] | None = Field(
        default=None, description="`independent`: neither tells of the other."
    )
    rank_correlation: Correlation | None = Field(default=None, description="Spearman's rank correlation.")
    weights: Weights | None = Field(default=None, description="Weights of the combinations, at any scale.")

    @model_validator(mode="before")
    @classmethod
    def _target_may_hold_the_rest(cls, data: Any) -> Any:
        # `target: {rank_correlation: 0.4}` says the same as `rank_correlation: 0.4`.
        if isinstance(data, Mapping) and isinstance(data.get("target"), Mapping):
            inner = data["target"]
            if not set(inner) & set(data):
                return {**{key: value for key, value in data.items() if key != "target"}, **inner}
        return data

    @model_validator(mode="after")
    def _one_wish(self) -> Pair:
        given = [name for name in ("target", "rank_correlation", "weights") if getattr(self, name) is not None]
        if len(given) != 1:
            both = f", not {' and '.join(given)}" if given else ""
            broken(f"needs `target: independent`, a `rank_correlation` or a table of `weights`{both}")
        if self.factors[0] == self.factors[1]:
            broken(f"`factors` must be two different ones, got `{self.factors[0]}` twice")
        if isinstance(self.weights, tuple) and len({len(row) for row in self.weights}) > 1:
            broken("`weights` must have rows of one length")
        if self.weights is not None and not any(map(any, self._rows())):
            broken("`weights` must not all be 0")
        return self

    def _rows(self) -> list[tuple[float, ...]]:
        if isinstance(self.weights, dict):
            return [tuple(row.values()) for row in self.weights.values()]
        return list(self.weights or ())

    def grid(self, *labels: Sequence[str]) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
        """(the weights (R, C), the positions (R,) and (C,) of their rows and columns among the `labels` of the bins of
        both factors). Raises InputError for a bin that a factor has not."""
        if not isinstance(self.weights, dict):
            weights = np.array(self.weights, dtype=np.float64)
            return weights, (np.arange(weights.shape[0]), np.arange(weights.shape[1]))
        levels = list(self.weights), list(dict.fromkeys(level for row in self.weights.values() for level in row))
        places = []
        for factor, asked, known in zip(self.factors, levels, labels, strict=True):
            position = {label: i for i, label in enumerate(known)}
            unknown = next((level for level in asked if level not in position), None)
            if unknown is not None:
                raise InputError(f"Pair `{self.name}`: `{factor}` has no bin `{unknown}`.{nearest(unknown, known)}")
            places.append(np.array([position[level] for level in asked]))
        table = np.array([[self.weights[one].get(other, 0.0) for other in levels[1]] for one in levels[0]])
        return table, (places[0], places[1])

    @property
    def name(self) -> str:
        """How the pair is named: `carrier × late`."""
        return " × ".join(self.factors)


class Event(Model):
    """A condition, and in how many rows it is true: a share of the rows, or a number of them. 0 means never."""

    when: Text = Field(description="SQL condition over the factors.")
    rate: Share | None = Field(default=None, description="Share of the rows.")
    rows: Rows | None = Field(default=None, description="Number of rows.")

    @model_validator(mode="after")
    def _one_size(self) -> Event:
        if (self.rate is None) == (self.rows is None):
            both = self.rate is not None
            broken("needs a `rate` or a number of `rows`" + (", not both" if both else ""))
        return self


class LevelMix(Model):
    """A score cut into levels, lowest first, and the share of each. The level becomes a column of its own.

    Level i holds the scores from cut i − 1 (included) to cut i (not included); a row without a score has no level.
    """

    score: Text = Field(description="SQL expression that gives a number, or the name of a column.")
    cuts: Annotated[tuple[Number, ...], Field(min_length=1, max_length=MOST_LEVELS - 1)] = Field(
        description="Where the levels are cut, ascending."
    )
    shares: Annotated[dict[Level, Share], Field(min_length=2)] = Field(
        description="Level -> share, from the lowest score to the highest; together 1."
    )

    @model_validator(mode="after")
    def _parts_fit(self) -> LevelMix:
        if any(low >= high for low, high in zip(self.cuts, self.cuts[1:], strict=False)):
            broken(f"`cuts` must be ascending, got {list(self.cuts)}")
        if len(self.shares) != len(self.cuts) + 1:
            broken(f"{len(self.cuts)} cuts make {len(self.cuts) + 1} levels, but `shares` names {len(self.shares)}")
        total = sum(self.shares.values())
        if abs(total - 1.0) > 1e-6:
            broken(f"`shares` must add up to 1, got {total:g}")
        return self

    def __eq__(self, other: object) -> bool:
        # Mappings are equal in any order, but the order of the levels is that of the score.
        return super().__eq__(other) and isinstance(other, LevelMix) and list(self.shares) == list(other.shares)


class Label(Model):
    """A column computed last: by a rule, or drawn with a probability; with noise, the clean label stands beside it.

    A label with a rule may be named in conditions and pairs: there it means the clean one.
    """

    rule: Text | None = Field(default=None, description="SQL expression that gives the label.")
    probability: Text | None = Field(default=None, description="SQL expression for the probability of `true`, 0 to 1.")
    noise: Share = Field(default=0.0, description="Share of rows whose label is replaced by another one.")

    @model_validator(mode="after")
    def _one_source(self) -> Label:
        if (self.rule is None) == (self.probability is None):
            both = self.rule is not None
            broken("needs a `rule` or a `probability`" + (", not both" if both else ""))
        return self


class Sweep(Model):
    """Groups of rows that differ in one factor: each group has one row for each of the `values`. They are among the
    design's rows, and every promise counts them.

    `intervene`: a group is a real row in which nothing but the factor, and what is derived from it, changes.
    `condition`: the other factors are drawn anew as they are where the factor has that value.
    """

    factor: Name = Field(description="The factor that varies.")
    values: Annotated[tuple[Value, ...], Field(min_length=2)] = Field(description="The values it takes in each group.")
    groups: Some = Field(description="Number of groups.")
    others: Literal["intervene", "condition"] = Field(default="intervene", description="What the other factors do.")

    @model_validator(mode="after")
    def _values_differ(self) -> Sweep:
        if len({(isinstance(value, bool), value) for value in self.values}) < len(self.values):
            broken(f"`values` must differ, got {list(self.values)}")
        return self


class Floor(Model):
    """Every combination of the bins of any `strength` of the factors occurs at least so often, unless a rule or a hold
    forbids it."""

    factors: Annotated[tuple[Name, ...], Field(min_length=1)] = Field(description="The factors.")
    strength: Annotated[int, Field(strict=True, ge=1, le=4)] = Field(default=2, description="How many at a time.")
    at_least: Some = Field(default=1, description="Rows of each combination.")

    @model_validator(mode="after")
    def _enough_factors(self) -> Floor:
        if len(set(self.factors)) < len(self.factors):
            broken(f"`factors` must differ, got {', '.join(self.factors)}")
        if self.strength > len(self.factors):
            broken(f"`strength` must be at most the number of factors, {len(self.factors)}, got {self.strength}")
        return self

    @property
    def name(self) -> str:
        """How the floor is named: `origin, carrier`."""
        return ", ".join(self.factors)
