"""Marginals that are only declared: the values a factor has in a table that is made without a source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn, cast

import numpy as np
import pyarrow as pa

from trimtab.core.design.factors import Factor
from trimtab.core.design.fields import number_of
from trimtab.core.design.targets import Categorical, Constant, Histogram, Law, Mixture, Tail, Target
from trimtab.core.design.targets.base import ORDERED
from trimtab.core.design.targets.cut import Cut, held_by_bins
from trimtab.core.design.targets.mixture import Part
from trimtab.core.design.targets.tables import level_text
from trimtab.core.errors import InputError
from trimtab.core.source.axes import Axis
from trimtab.core.source.columns import Column
from trimtab.core.source.kinds import Kind

Held = bool | int | float | str

TYPES: dict[Kind, pa.DataType] = {
    "continuous": pa.float64(),
    "count": pa.int64(),
    "categorical": pa.string(),
    "boolean": pa.bool_(),
    "datetime": pa.timestamp("us"),
}
FURTHEST = 2.0**63
"""Where whole numbers of 64 bits end."""


@dataclass(frozen=True, eq=False)
class Marginal:
    """The values of all rows that have one: numbers, dates and booleans ascending, levels as they are declared.
    `missing` rows more have none."""

    name: str
    kind: Kind
    values: pa.Array
    missing: int


def declared_marginal(name: str, factor: Factor, rows: int) -> Marginal:
    """The values of `rows` rows with the marginal that a factor declares, each share met within one row.

    The factor is a target or held. Every level, and every bin with a weight, occurs at least once. Raises InputError,
    naming the factor, if its family needs a source or does not suit its kind.
    """
    missing = round(rows * (factor.missing or 0.0))
    kind = factor.kind or _kind(name, factor)
    # Only the kind of this axis matters: the bins are not known before there are values.
    axis = Axis(name, kind, edges=(0.0, 1.0), points=True) if kind in ORDERED else Axis(name, kind, levels=("",))
    if factor.target is None:
        values = _held(axis, factor.held, rows - missing)
    else:
        values = _drawn(factor.target, axis, factor.edge_numbers, rows - missing)
    return Marginal(name, kind, values, missing)


def within_table(target: Target, column: Column) -> Target:
    """A target cut to the values of its declared `column`.

    What its law puts further out, less than a row of the table on each side, would else be in bins without rows.
    """
    if not isinstance(target, Law | Mixture) or column.kind not in ORDERED or not column.distinct:
        return target
    low, high = target.cut()
    ends = max(low, float(column.numbers[0])), min(high, float(column.numbers[-1]))
    texts = [str(np.datetime64(round(end), "us")) if column.kind == "datetime" else end for end in ends]
    return target.model_copy(update={"low": texts[0], "high": texts[1]})


def _kind(name: str, factor: Factor) -> Kind:
    """The kind that the declaration suggests."""
    if factor.target is None:
        return _kind_of_values(name, factor.held)
    if factor.edges and isinstance(factor.edges[0], str):
        return "datetime"
    return _kind_of_target(name, factor.target)


def _kind_of_target(name: str, target: Target) -> Kind:
    if isinstance(target, Constant):
        return _kind_of_values(name, [target.value])
    if isinstance(target, Cut) and any(isinstance(bound, str) for bound in (target.low, target.high)):
        return "datetime"
    if isinstance(target, Law) and target.discrete:
        return "count"
    if isinstance(target, Mixture):
        kinds = {_kind_of_target(name, part) for part in target.parts}
        return kinds.pop() if len(kinds) == 1 else "continuous"
    return target.kinds[0]


def _kind_of_values(name: str, values: Sequence[Held]) -> Kind:
    types = {type(value) for value in values}
    known: tuple[tuple[set[type], Kind], ...] = (
        ({bool}, "boolean"),
        ({int}, "count"),
        ({int, float}, "continuous"),
        ({str}, "categorical"),
    )
    for allowed, kind in known:
        if types <= allowed:
            return kind
    raise InputError(f"Factor `{name}`: its values must all be of one kind, got {', '.join(map(repr, values))}.")


def _held(axis: Axis, held: Sequence[Held], rows: int) -> pa.Array:
    """The held values, each as often as the others."""
    if axis.kind not in ORDERED:
        return _levels(axis, {level_text(value): 1.0 for value in held}, rows)
    numbers = np.array([_number(axis, value) for value in held])
    return _ordered(axis, np.repeat(numbers, named_rows(np.ones(len(held)), rows)))


def _number(axis: Axis, value: Held) -> float:
    try:
        if not isinstance(value, bool) and isinstance(value, str) == (axis.kind == "datetime"):
            number = float(number_of(value))
            if axis.kind != "count" or number.is_integer():
                return number
    except ValueError:
        pass  # a text that is no date
    wanted = {"datetime": "a date such as 2013-05-31", "count": "a whole number"}.get(axis.kind, "a number")
    raise InputError(f"Factor `{axis.factor}`: a value must be {wanted} for a {axis.kind} factor, got {value!r}.")


def _drawn(target: Target, axis: Axis, edges: tuple[float, ...] | None, rows: int) -> pa.Array:
    """The values of a target."""
    target.check(axis)
    if axis.kind not in ORDERED:
        return _levels(axis, _level_weights(target, axis), rows)
    with np.errstate(over="ignore"):  # said in words below
        numbers = _numbers(target, axis, edges, rows)
    if not np.isfinite(numbers).all() or (axis.kind == "count" and np.abs(numbers).max(initial=0.0) >= FURTHEST):
        target.fail(axis, "its values reach beyond the largest number; cut them by `low` and `high`.")
    return _ordered(axis, numbers)


def _ordered(axis: Axis, numbers: np.ndarray) -> pa.Array:
    numbers = np.sort(numbers)
    if axis.kind == "continuous":
        return pa.array(numbers)
    return pa.array(np.floor(numbers).astype(np.int64)).cast(TYPES[axis.kind])


def _levels(axis: Axis, weights: Mapping[str, float], rows: int) -> pa.Array:
    if axis.kind == "boolean":
        unknown = [level for level in weights if level not in ("true", "false")]
        if unknown:
            raise InputError(f"Factor `{axis.factor}`: a boolean factor is true or false, got `{unknown[0]}`.")
        weights = dict(sorted(weights.items()))  # false comes before true
    counts = named_rows(np.array(list(weights.values())), rows, unweighted=True)
    values = pa.array(list(weights), pa.string()).cast(TYPES[axis.kind])
    return values.take(pa.array(np.repeat(np.arange(len(counts)), counts)))


def _level_weights(target: Target, axis: Axis) -> dict[str, float]:
    """Level -> share, of a family of levels."""
    if isinstance(target, Constant):
        return {level_text(target.value): 1.0}
    if isinstance(target, Mixture):
        found: dict[str, float] = {}
        for weight, part in _parts(target):
            for level, share in _level_weights(part, axis).items():
                found[level] = found.get(level, 0.0) + weight * share
        return found
    if not isinstance(target, Categorical):
        _refuse_family(target, axis)
    _refuse_rest(target, axis)
    total = sum(target.weights.values())
    return {level: weight / total for level, weight in target.weights.items()}


def _numbers(target: Target, axis: Axis, edges: tuple[float, ...] | None, rows: int) -> np.ndarray:
    """(rows,) the numbers of a target, at the middles of equal shares of its law."""
    if isinstance(target, Mixture):
        return _mixed(target, axis, edges, rows)
    if isinstance(target, Histogram):
        return _of_bins(target, axis, edges, rows)
    if isinstance(target, Categorical):
        _refuse_rest(target, axis)
        counts = named_rows(np.array(list(target.weights.values())), rows, unweighted=True)
        return np.repeat([_level_number(target, axis, level) for level in target.weights], counts)
    if isinstance(target, Tail) and None in (target.shape, target.scale):
        target.fail(axis, "without a source there is nothing to fit a tail to; give it `shape` and `scale`.")
    target.outside(axis)  # refuses a value that does not suit the kind, and a cut that leaves nothing
    found = target.quantile_within(-np.inf, np.inf, _middles(rows), axis.kind == "count", closed=True)
    if found is None:
        _refuse_family(target, axis)
    return found


def _mixed(target: Mixture, axis: Axis, edges: tuple[float, ...] | None, rows: int) -> np.ndarray:
    """The parts' numbers together, as far as the mixture's own cut leaves them."""
    low, high = target.cut()
    left, weights = [], []
    for weight, part in _parts(target):
        numbers = np.sort(_numbers(part, axis, edges, rows))
        left.append(numbers[(numbers >= low) & (numbers <= high)])
        weights.append(weight * len(left[-1]))
    if rows and not any(weights):
        target.fail(axis, f"its cut {target.cut_text()} leaves nothing of the mixture.")
    counts = named_rows(np.array(weights), rows)
    return np.concatenate(
        [one[(_middles(count) * len(one)).astype(np.int64)] for one, count in zip(left, counts, strict=True)]
    )


def _parts(target: Mixture) -> list[tuple[float, Target]]:
    return [(cast(Part, part).weight, part) for part in target.parts]


def _of_bins(target: Histogram, axis: Axis, edges: tuple[float, ...] | None, rows: int) -> np.ndarray:
    """Values spread evenly within each bin, whole numbers where the factor has only those."""
    if edges is None:
        target.fail(axis, "without a source a histogram needs the factor's `edges`.")
    axis = replace(axis, edges=edges, points=False)
    counts = named_rows(target.masses(axis, np.ones(axis.size)), rows)
    found = []
    for bin_, (first, last) in enumerate(zip(*held_by_bins(axis), strict=True)):
        last = max(last, first) if axis.kind == "continuous" else last
        if counts[bin_] and last < first:
            target.fail(axis, f"the bin {axis.labels[bin_]} holds no whole number, so it can't have a weight.")
        whole = axis.kind != "continuous"
        steps = _middles(counts[bin_]) * (last - first + whole)
        found.append(np.minimum(first + (np.floor(steps) if whole else steps), last))
    return np.concatenate(found)


def _level_number(target: Target, axis: Axis, level: str) -> float:
    try:
        number = float(level)
        if axis.kind != "count" or number.is_integer():
            return number
    except ValueError:
        pass  # a text that is no number
    return target.fail(axis, f"the levels of a {axis.kind} factor must be numbers that it can have, got `{level}`.")


def _refuse_rest(target: Categorical, axis: Axis) -> None:
    if target.rest is not None:
        target.fail(axis, "without a source there are no other levels, so `rest` has no meaning; name every level.")


def _refuse_family(target: Target, axis: Axis) -> NoReturn:
    target.fail(axis, f"the family {target.family} stands for what a source has, and this design has none.")


def _middles(count: int) -> np.ndarray:
    """(count,) the middles of equal parts of [0, 1]."""
    return np.asarray((np.arange(count) + 0.5) / max(count, 1))


def named_rows(weights: np.ndarray, rows: int, *, unweighted: bool = False) -> np.ndarray:
    """(L,) whole rows in proportion to `weights`, each within one row, summing to `rows`.

    Whatever has a weight has at least one row, at the cost of the largest; with `unweighted` so has what has none.

    >>> named_rows(np.array([0.5, 0.3, 0.2]), 5)
    array([3, 1, 1])
    """
    upto = np.floor(np.cumsum(weights) / max(np.sum(weights), 1e-300) * rows + 0.5).astype(np.int64)
    counts = np.diff(upto, prepend=0)
    lacking = (counts == 0) & (unweighted | (weights > 0))
    if rows >= 2 * len(weights):
        counts[lacking] += 1
        counts[counts.argmax()] -= lacking.sum()
    return np.asarray(counts)
