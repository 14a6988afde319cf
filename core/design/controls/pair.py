"""Pairs: how two factors depend on each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Discriminator, Field, Tag, model_validator

from trimtab.core.design.controls.kind import Kind, Listed, Names
from trimtab.core.design.fields import Level, Name, Weight, broken
from trimtab.core.errors import InputError, nearest
from trimtab.core.source.axes import Axis

Correlation = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-1, le=1)]
Grid = Annotated[tuple[Annotated[tuple[Weight, ...], Field(min_length=1)], ...], Field(min_length=1)]
Table = Annotated[dict[Level, Annotated[dict[Level, Weight], Field(min_length=1)]], Field(min_length=1)]

WEIGHTS_AS = ("a list of rows", "a mapping of levels")
"""The two ways to write a table of weights."""
Weights = Annotated[
    Annotated[Grid, Tag(WEIGHTS_AS[0])] | Annotated[Table, Tag(WEIGHTS_AS[1])],
    Discriminator(lambda given: WEIGHTS_AS[isinstance(given, Mapping)]),
]


def _is_table(given: Any) -> bool:
    """Whether something is a table as `weights` has it: a list of rows, or a mapping of mappings."""
    rows = list(given.values()) if isinstance(given, Mapping) else given
    return isinstance(rows, list) and bool(rows) and all(isinstance(row, type(given)) for row in rows)


class Pair(Listed):
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
        inner = data.get("target") if isinstance(data, Mapping) else None
        if _is_table(inner) and not (isinstance(inner, Mapping) and set(inner) & set(cls.model_fields)):
            broken("a table of weights stands under `weights`, not under `target`")
        if isinstance(inner, Mapping) and not set(inner) & set(data):
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

    def check(self, names: Names) -> None:
        """Both can be named, and a rank correlation is of factors with an order."""
        owner = f"Pair `{self.name}`"
        for name in self.factors:
            if names.kind_of(name, owner=owner) == "categorical" and self.rank_correlation is not None:
                raise InputError(
                    f"{owner}: a rank correlation needs an order, and the levels of `{name}` have none. Give a table "
                    "of `weights`."
                )

    @property
    def on_axes(self) -> Sequence[str]:
        """Both factors."""
        return self.factors

    def check_bins(self, axes: Sequence[Axis]) -> None:
        """The table of weights names bins that there are, or has a number for each."""
        owner = f"Pair `{self.name}`"
        if isinstance(self.weights, dict):
            named = (tuple(self.weights), tuple(level for row in self.weights.values() for level in row))
            for axis, levels in zip(axes, named, strict=True):
                known = (*axis.labels, axis.missing_label)
                unknown = [level for level in levels if level not in known]
                if unknown:
                    hint = nearest(unknown[0], known)
                    raise InputError(f"{owner}: `{axis.factor}` has no bin `{unknown[0]}` of its own.{hint}")
        elif self.weights is not None:
            shape = (len(self.weights), len(self.weights[0]))
            for axis, found, what in zip(axes, shape, ("rows", "numbers in a row"), strict=True):
                if found not in (axis.size, axis.size + 1):
                    raise InputError(
                        f"{owner}: `weights` must have {axis.size} {what}, one for each bin of `{axis.factor}`, or "
                        f"{axis.size + 1} with missing; got {found}."
                    )


class PairKind(Kind):
    """Pairs: how two factors depend on each other."""

    word, part, noun, place = "pair", "pairs", "pair", 30
    unique = "factors"
    gives_way = "Let {} be"

    @classmethod
    def of(cls, part: Any) -> str:
        return " × ".join(map(str, part["factors"]))
