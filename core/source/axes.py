"""One axis per factor: the bins that every view, target and count shares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trimtab.core.errors import InputError, nearest
from trimtab.core.expressions.zones import local
from trimtab.core.source.columns import Column
from trimtab.core.source.edges import number_edges, time_edges
from trimtab.core.source.kinds import Kind
from trimtab.core.source.labels import interval_labels, moment_texts, number_texts

MAX_POINTS = 64
"""Up to this many distinct numbers each get a bin of their own."""
MAX_LEVELS = 40
"""Categories beyond these, the most frequent ones, share one bin."""
NUMERIC: tuple[Kind, ...] = ("continuous", "count", "datetime")


@dataclass(frozen=True)
class Axis:
    """The bins of one factor. *Missing* is one more bin, after these, with the code `size`.

    Numbers and dates have `edges` (dates: microseconds since 1970): bin i is [edges[i], edges[i + 1]), the last one
    closed; the last edge may repeat, which makes a bin of one value. `points`: each bin holds one distinct value of the
    source. Categories and booleans have `levels`, by falling mass or, if `ordered`, in an order that means something,
    and with `rest` one more bin for the `hidden` other levels. A factor without any value has neither: size 0. Raises
    InputError if edges don't rise or levels repeat.
    """

    missing_label: ClassVar[str] = "missing"

    factor: str
    kind: Kind
    edges: tuple[float, ...] = ()
    levels: tuple[str, ...] = ()
    rest: bool = False
    hidden: int = 0
    points: bool = False
    ordered: bool = False

    def __post_init__(self) -> None:
        if self.kind in NUMERIC:
            if self.levels or self.rest or self.hidden or self.ordered:
                raise InputError(f"Axis of `{self.factor}`: a {self.kind} factor has edges, not levels.")
            if self.edges:
                _check_edges(self.kind, self.edges, f"Axis of `{self.factor}`, edges")
            return
        if self.edges or self.points:
            raise InputError(f"Axis of `{self.factor}`: a {self.kind} factor has levels, not edges.")
        if len(set(self.levels)) < len(self.levels):
            level, times = Counter(self.levels).most_common(1)[0]
            raise InputError(f"Axis of `{self.factor}`: levels must differ, got `{level}` {times} times.")
        if self.hidden and not self.rest:
            raise InputError(f"Axis of `{self.factor}`: {self.hidden} hidden levels need a bin for the rest.")

    @property
    def numeric(self) -> bool:
        """Whether bins are intervals of a number line."""
        return self.kind in NUMERIC

    @property
    def in_order(self) -> bool:
        """Whether bins have neighbours: those of numbers, dates and ordered levels do."""
        return self.numeric or self.ordered

    @property
    def size(self) -> int:
        """Number of bins, the one for the rest included, missing not."""
        return max(0, len(self.edges) - 1) if self.numeric else len(self.levels) + self.rest

    @property
    def lows(self) -> np.ndarray:
        """(size,) lower edge of each bin of a numeric axis; empty for categories."""
        return np.asarray(self.edges[:-1], dtype=np.float64)

    @property
    def highs(self) -> np.ndarray:
        """(size,) upper edge of each bin of a numeric axis; empty for categories."""
        return np.asarray(self.edges[1:], dtype=np.float64)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """A text for each bin: "0–0.5", "10–19" for whole numbers, "10" for a point, a level, "other levels (23)"."""
        if self.numeric:
            return interval_labels(self.kind, self.edges, points=self.points) if self.edges else ()
        other = f"other levels ({self.hidden})" if self.hidden else "other levels"
        return (*self.levels, other) if self.rest else self.levels

    def bin_of_numbers(self, values: np.ndarray) -> np.ndarray:
        """The bin of each number: -1 outside the axis, `size` for NaN. Shape as `values`."""
        edges = np.asarray(self.edges, dtype=np.float64)
        values = np.asarray(values, dtype=np.float64)
        if not self.size:
            return np.where(np.isnan(values), 0, -1)
        bins = np.searchsorted(edges, values, side="right") - 1
        bins[values == edges[-1]] = self.size - 1
        bins[values > edges[-1]] = -1
        bins[np.isnan(values)] = self.size
        return bins

    def bin_of_levels(self, texts: Sequence[str | None] | pa.Array) -> np.ndarray:
        """The bin of each level: the rest (or -1 if there is none) for other levels, `size` for None. Shape (n,)."""
        array = texts if isinstance(texts, pa.Array | pa.ChunkedArray) else pa.array(texts, pa.string())
        other = len(self.levels) if self.rest else -1
        places = pc.index_in(array, value_set=pa.array(self.levels, array.type)).fill_null(other)
        bins = np.asarray(places.to_numpy(zero_copy_only=False), dtype=np.int64)
        return np.where(array.is_null().to_numpy(zero_copy_only=False), self.size, bins)

    def bins_of(self, column: Column) -> np.ndarray:
        """(K+1,) the bin of each distinct value of `column`, -1 outside the axis; the last one is missing: `size`."""
        if self.numeric != (column.kind in NUMERIC):
            raise InputError(f"`{self.factor}` is {self.kind} on its axis, but {column.kind} in these data.")
        if not self.numeric:
            return np.append(self.bin_of_levels(level_texts(column.values)), self.size)
        if not self.size:
            return np.append(self.bin_of_numbers(column.numbers), self.size)
        # The values are ascending and may be as many as the rows, so they are not looked up one by one.
        starts = np.searchsorted(column.numbers, self.edges[:-1])
        end = np.searchsorted(column.numbers, self.edges[-1], side="right")
        values_in = np.diff([0, *starts, end, column.distinct])
        return np.append(np.repeat([-1, *range(self.size), -1], values_in), self.size)

    def histogram(self, column: Column) -> np.ndarray:
        """(size+1,) rows in each bin, the last one missing. Raises InputError if a value lies outside the axis."""
        bins = self.bins_of(column)
        outside = np.flatnonzero(bins < 0)
        if len(outside):
            named = level_texts(column.values.slice(outside[0], 1))[0].as_py()
            more = f" and {len(outside) - 1:,} more" if len(outside) > 1 else ""
            raise InputError(f"`{self.factor}`: values outside its axis: {named}{more}. {self._span()}")
        # Sums of whole numbers are exact as floats, and this is many times as fast as `np.add.at`.
        return np.bincount(bins, weights=column.counts, minlength=self.size + 1).astype(np.int64)

    def _span(self) -> str:
        if not self.numeric:
            return f"Its levels: {', '.join(self.levels[:8])}{' …' if len(self.levels) > 8 else ''}."
        return (
            f"It reaches from {_listed(self.kind, [self.edges[0], self.edges[-1]])}."
            if self.edges
            else "It has no bins."
        )


def default_axis(column: Column, edges: Sequence[float] | None = None, order: Sequence[str] | None = None) -> Axis:
    """The axis a factor gets if nobody cuts it, or the one with the display `edges`, or the `order` of levels, of the
    person.

    Numbers: a bin for each value if there are few, else round edges (see `edges.number_edges`). Categories: the most
    frequent levels, then the rest. Raises InputError if `edges` are not numbers that rise and cover the data, or if
    the `order` names what is no level, or misses one.
    """
    if order is not None:
        return _in_order(column, order)
    if column.kind not in NUMERIC:
        if edges is not None:
            raise InputError(f"Factor `{column.name}`: edges are for numbers and dates, and it is {column.kind}.")
        count = len(column.values)
        shown = count if count <= MAX_LEVELS + 1 else MAX_LEVELS  # a rest of one level would hide its name
        levels = level_texts(column.values.slice(0, shown)).to_pylist()
        return Axis(column.name, column.kind, levels=tuple(levels), rest=shown < count, hidden=count - shown)
    if edges is not None:
        cut = _covering(column, edges)
        points = len(cut) == column.distinct + 1 and cut == (*column.numbers.tolist(), float(column.numbers[-1]))
        return Axis(column.name, column.kind, edges=cut, points=points)
    # Neighbouring integers beyond 2**53 are the same float: such values share a bin.
    numbers, counts = column.numbers, column.counts[:-1]
    if not (numbers[1:] > numbers[:-1]).all():
        numbers, place = np.unique(numbers, return_inverse=True)
        counts = np.bincount(place, weights=counts, minlength=len(numbers))
    if len(numbers) <= MAX_POINTS:
        points = len(numbers) == len(column.numbers) > 0
        return Axis(column.name, column.kind, edges=(*numbers.tolist(), *numbers[-1:].tolist()), points=points)
    if column.kind == "datetime":
        found = time_edges(numbers, counts)
    else:
        found = number_edges(numbers, counts, whole=column.kind == "count")
    return Axis(column.name, column.kind, edges=tuple(found))


def _in_order(column: Column, order: Sequence[str]) -> Axis:
    """The axis of levels in an order, which names all of them."""
    owner = f"Factor `{column.name}`, order"
    if column.kind in NUMERIC:
        raise InputError(f"{owner}: it is for levels, and this factor is {column.kind}, which has one.")
    levels = level_texts(column.values).to_pylist()
    if unknown := next((one for one in order if one not in levels), None):
        raise InputError(f"{owner}: there is no level `{unknown}`.{nearest(unknown, levels)}")
    if left := [one for one in levels if one not in order]:
        more = f" and {len(left) - 5} more" if len(left) > 5 else ""
        named = ", ".join(f"`{one}`" for one in left[:5])
        raise InputError(f"{owner}: it must name every level, and lacks {named}{more}.")
    return Axis(column.name, column.kind, levels=tuple(order), ordered=True)


def level_texts(values: pa.Array) -> pa.Array:
    """(K,) values of any type as the texts that name levels: true/false, ISO dates, numbers as short as possible."""
    texts = local(values).cast(pa.string())
    if pa.types.is_timestamp(values.type):  # 05:00:00.000000 says no more than 05:00:00
        texts = pc.replace_substring_regex(texts, r"\.0+(Z?)$", r"\1")
    return texts


def plain_value(column: Column, place: int) -> bool | int | float | str:
    """The value at a place of `column.values` as a design writes it: dates as text, decimals as numbers."""
    value = column.values[place].as_py()
    if isinstance(value, bool | int | float | str):
        return value
    if column.kind in ("continuous", "count"):
        return float(value)
    return str(level_texts(column.values.slice(place, 1))[0].as_py())


def _covering(column: Column, edges: Sequence[float]) -> tuple[float, ...]:
    cut = tuple(float(edge) for edge in edges)
    owner = f"Factor `{column.name}`, edges"
    _check_edges(column.kind, cut, owner)
    ends = column.numbers[[0, -1]].tolist() if len(column.numbers) else []
    if ends and not cut[0] <= ends[0] <= ends[1] <= cut[-1]:
        data, got = _listed(column.kind, ends), _listed(column.kind, [cut[0], cut[-1]])
        raise InputError(f"{owner}: they must cover the data, which reach from {data}; got {got}.")
    return cut


def _check_edges(kind: Kind, edges: Sequence[float], owner: str) -> None:
    if len(edges) < 2:
        raise InputError(f"{owner}: at least two are needed, got {len(edges)}.")
    if not np.isfinite(edges).all():
        raise InputError(f"{owner}: they must be finite, got {', '.join(map(str, edges))}.")
    pairs = list(pairwise(edges))
    for i, (low, high) in enumerate(pairs):
        if low > high or (low == high and i < len(pairs) - 1):
            raise InputError(f"{owner}: each must be greater than the one before, got {_listed(kind, [low, high])}.")


def _listed(kind: Kind, edges: Sequence[float]) -> str:
    return " to ".join(moment_texts(edges) if kind == "datetime" else number_texts(edges))
