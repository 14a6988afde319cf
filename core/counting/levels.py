"""Rows as codes: for every factor the levels that combinations are made of, and the level of each row as a number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trimtab.core.counting.batches import check_factors, value_batches
from trimtab.core.counting.datasets import ROWS, Reading, open_data, reading_of
from trimtab.core.database import quote_name
from trimtab.core.source.axes import MAX_POINTS, NUMERIC, Axis, default_axis, level_texts
from trimtab.core.source.columns import Column, as_numbers
from trimtab.core.source.spool import Source

MAX_OWN_LEVELS = 1_000
"""Up to this many categories keep a level each; of more only the most frequent do, as on the axis."""


@dataclass(frozen=True)
class Levels:
    """The levels of one factor: `bins` of its axis in order, then *missing* if `missing`.

    The code of a row is the position of its level, 0 to size - 1; `size` stands for any value outside of these levels.
    `reading` tells how cells of other files become values.
    """

    axis: Axis
    reading: Reading
    bins: tuple[int, ...]
    missing: bool

    @property
    def factor(self) -> str:
        """The name of the factor."""
        return self.axis.factor

    @property
    def size(self) -> int:
        """Number of levels, missing included where it is one."""
        return len(self.bins) + self.missing

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """(size,) a text for each level: the labels of the axis."""
        every = self.axis.labels
        return tuple(every[i] for i in self.bins) + (Axis.missing_label,) * self.missing

    def codes_of(self, values: pa.Array) -> np.ndarray:
        """(K+1,) the code of each distinct value, the last one for missing."""
        axis = self.axis
        if axis.numeric:
            numbers = as_numbers(values)
            bins = axis.bin_of_numbers(numbers)
            if axis.points:  # between two points there is no level
                held = (bins >= 0) & (bins < axis.size)
                bins[held & (axis.lows[np.where(held, bins, 0)] != numbers)] = -1
        else:
            bins = axis.bin_of_levels(level_texts(values))
        place = np.full(axis.size + 2, self.size, dtype=np.int64)  # the last slot is reached by -1: outside
        place[list(self.bins)] = np.arange(len(self.bins))
        place[axis.size] = self.size - 1 if self.missing else self.size
        return np.append(place[bins], place[axis.size])


@dataclass(frozen=True, eq=False)
class Coded:
    """The rows of a data set: per factor (rows,) codes of its `Levels`; `numbers` (rows,) floats, NaN for missing."""

    rows: int
    codes: Mapping[str, np.ndarray]
    numbers: Mapping[str, np.ndarray]


def declared_levels(axis: Axis, column: Column) -> Levels:
    """Every bin of `axis`, with rows or without; missing is a level only where the source has missing values."""
    return Levels(axis, reading_of(column), tuple(range(axis.size)), bool(column.counts[-1]))


def own_axis(column: Column) -> Axis:
    """An axis on which categories keep all their levels, up to MAX_OWN_LEVELS; numbers as on the default axis."""
    if column.kind in NUMERIC or len(column.values) > MAX_OWN_LEVELS:
        return default_axis(column)
    return Axis(column.name, column.kind, levels=tuple(level_texts(column.values).to_pylist()))


def occurring_levels(column: Column) -> Levels:
    """The levels with rows, on `own_axis`; missing is one of them where it occurs."""
    axis = own_axis(column)
    bins = np.flatnonzero(axis.histogram(column)[:-1])
    return replace(declared_levels(axis, column), bins=tuple(bins.tolist()))


def widened(levels: Sequence[Levels], others: Sequence[Path | Source]) -> tuple[Levels, ...]:
    """The levels of a first data set and those that occur only in `others`, so that no row lies outside.

    All bins are levels afterwards. A missing value is none, unless it is one already. Raises InputError for a data set
    that can't be read or lacks a factor.
    """
    axes = [one.axis for one in levels]
    for data in others:
        with open_data(data, {one.factor: one.reading for one in levels}) as opened:
            for i, one in enumerate(levels):
                check_factors(opened, [one.factor])
                column = quote_name(one.factor)
                found = opened.con.sql(f"SELECT DISTINCT {column} FROM {ROWS} WHERE {column} IS NOT NULL")
                axes[i] = _widened(axes[i], found.to_arrow_table().column(0).combine_chunks())
    return tuple(replace(one, axis=axis, bins=tuple(range(axis.size))) for one, axis in zip(levels, axes, strict=True))


def code_rows(data: Path | Source, levels: Sequence[Levels], numbers: Mapping[str, Reading] | None = None) -> Coded:
    """The codes of all rows of `data`, and its columns `numbers`, with how they are read, as floats.

    Values are looked up once for each distinct value of a batch of rows, so memory holds codes, not values. Raises
    InputError for a data set that can't be read or lacks a factor.
    """
    readings = {**{one.factor: one.reading for one in levels}, **(numbers or {})}
    codes: dict[str, list[np.ndarray]] = {one.factor: [] for one in levels}
    floats: dict[str, list[np.ndarray]] = {name: [] for name in numbers or ()}
    rows = 0
    for batch in value_batches(data, readings):
        rows += len(next(iter(batch.values()), ()))
        for one in levels:
            codes[one.factor].append(codes_of_rows(batch[one.factor], one))
        for name, parts in floats.items():
            parts.append(batch[name].cast(pa.float64()).fill_null(np.nan).to_numpy(zero_copy_only=False))
    return Coded(
        rows,
        {one.factor: joined(codes[one.factor], np.min_scalar_type(one.size)) for one in levels},
        {name: joined(parts, np.dtype(np.float64)) for name, parts in floats.items()},
    )


def codes_of_rows(values: pa.Array, levels: Levels) -> np.ndarray:
    """(n,) the codes of n values."""
    coded = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
    places = coded.indices.fill_null(len(coded.dictionary)).to_numpy(zero_copy_only=False)
    return np.asarray(levels.codes_of(coded.dictionary).astype(np.min_scalar_type(levels.size)).take(places))


def joined(parts: Sequence[np.ndarray], dtype: np.dtype) -> np.ndarray:
    """The parts as one array, of `dtype` if there are none."""
    return np.concatenate(parts) if parts else np.empty(0, dtype=dtype)


def _widened(axis: Axis, values: pa.Array) -> Axis:
    """`axis` with room for `values`, distinct ones without missing."""
    if not axis.numeric:
        texts = level_texts(values)
        new = sorted(set(texts.filter(pc.invert(pc.is_in(texts, pa.array(axis.levels, texts.type)))).to_pylist()))
        if axis.rest or not new:
            return axis
        if len(axis.levels) + len(new) > MAX_OWN_LEVELS:
            return replace(axis, rest=True, hidden=len(new))
        return replace(axis, levels=(*axis.levels, *new))
    numbers = as_numbers(values)
    numbers = np.unique(numbers[np.isfinite(numbers)])
    if not len(numbers):
        return axis
    if axis.points or not axis.size:
        union = np.union1d(axis.lows, numbers).tolist()
        if len(union) <= MAX_POINTS:
            return replace(axis, edges=(*union, union[-1]), points=True)
    low, high = float(numbers[0]), float(numbers[-1])
    edges = axis.edges or (low, high)
    below = (low,) if low < edges[0] else ()
    if high > edges[-1]:
        edges = (*(edges[:-1] if edges[-1] == edges[-2] else edges), high)
    return replace(axis, edges=(*below, *edges), points=False)
