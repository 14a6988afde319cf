"""A source's columns in memory: the distinct values once, and for every row the position of its value.

Everything later (axes, histograms, the grounding, conditions typed by people) is computed on the distinct values, which
are few, and then looked up by code. No value is ever rounded or lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from trimtab.core.errors import InputError, Progress, nearest
from trimtab.core.expressions.zones import local, zone_of
from trimtab.core.source.kinds import KINDS, Kind, kind_of, kinds_for
from trimtab.core.source.spool import Source

LEARNING_ROWS = 1_000_000
"""At most this many rows are kept in memory to learn the dependence from; counts always cover every row."""


@dataclass(frozen=True, eq=False)
class Column:
    """One column of a source.

    `values` holds the K distinct values: numbers and dates ascending, categories by falling count, then by text.
    `counts` (K+1,) are rows of the whole source, the last one the missing ones. `codes` (n,) are positions in `values`
    of the learning rows in source order, K for missing. `numbers` (K,) are the values as floats (dates: microseconds
    since 1970, see `as_numbers`); empty for categories.
    """

    name: str
    kind: Kind
    type: pa.DataType
    values: pa.Array
    counts: np.ndarray
    codes: np.ndarray
    numbers: np.ndarray

    @property
    def distinct(self) -> int:
        """Number of distinct values, missing not counted."""
        return len(self.values)

    @property
    def missing_share(self) -> float:
        """Share of the source's rows in which the value is missing."""
        total = int(self.counts.sum())
        return float(self.counts[-1] / total) if total else 0.0


def read_columns(
    source: Source, kinds: Mapping[str, Kind] | None = None, *, progress: Progress | None = None
) -> dict[str, Column]:
    """All columns of `source`, in its order.

    `kinds` overrides the kind that a column's type suggests. Raises InputError for an unknown column or a kind that
    does not fit the column's type.
    """
    asked = dict(kinds or {})
    for name in asked:
        if name not in source.columns:
            raise InputError(f"{source.name}: there is no column `{name}`.{nearest(name, source.columns)}")
    rows = learning_rows(source.rows)
    columns = {}
    for done, name in enumerate(source.columns):
        if progress:
            progress(done, len(source.columns), f"reading {name}")
        data = _read_column(source, name)
        columns[name] = encode(name, data, asked.get(name), rows)
        del data
        pa.default_memory_pool().release_unused()  # it would keep hundreds of MB that reading took
    if progress:
        progress(len(source.columns), len(source.columns), "read")
    return columns


def _read_column(source: Source, name: str) -> pa.ChunkedArray:
    try:
        return pq.read_table(source.path, columns=[name], use_threads=True, page_checksum_verification=True).column(0)
    except (pa.ArrowException, OSError) as error:
        raise InputError(
            f"{source.name}: its copy in the workspace is gone or damaged ({source.path}). Bring the file in again."
        ) from error


def learning_rows(rows: int) -> np.ndarray | None:
    """Which rows to learn from: None for all, else one row drawn from each of LEARNING_ROWS equal stretches."""
    if rows <= LEARNING_ROWS:
        return None
    start = np.arange(LEARNING_ROWS) * rows // LEARNING_ROWS
    width = np.diff(np.append(start, rows))
    # A fixed stream: the same source must give the same grounding, whatever the design's seed.
    jitter = np.random.Generator(np.random.Philox(0)).random(LEARNING_ROWS)
    return np.asarray(start + np.floor(jitter * width), dtype=np.int64)


def encode(name: str, data: pa.ChunkedArray, kind: Kind | None, rows: np.ndarray | None = None) -> Column:
    """One Arrow column as a Column; `rows` picks the learning rows."""
    values, counts, codes = _sorted_values(data) if _sorts_fast(data.type) else _hashed_values(data)
    k = len(values)
    kind = _checked_kind(name, values, kind)
    codes = codes if rows is None else codes.take(rows)
    order = _order(values, kind, counts)
    if order is not None:
        rank = np.empty(k + 1, dtype=_code_type(k))
        rank[order] = np.arange(k)
        rank[k] = k
        values, counts, codes = values.take(pa.array(order)), np.append(counts[order], counts[k]), rank.take(codes)
    return Column(
        name=name,
        kind=kind,
        type=values.type,
        values=values,
        counts=counts,
        codes=codes.astype(_code_type(k), copy=False),
        numbers=np.empty(0) if kind in ("categorical", "boolean") else as_numbers(values),
    )


def groups_of(column: Column, most: int, *, tails: int = 0) -> np.ndarray:
    """(K+1,) about `most` groups of about equal mass; missing is a group of its own.

    Numbers are cut in order, at quantiles, a value of more than its share alone, and the first and last group are split
    into `tails` groups, each half as heavy as the one before it; categories keep their heaviest levels and share one
    group for the rest.
    """
    mass = column.counts[:-1].astype(float)
    k = len(mass)
    if k <= most:
        return np.arange(k + 1)
    if not len(column.numbers):
        return np.append(np.minimum(np.arange(k), most - 1), most)
    # The middle of a value's share decides, so that a heavy value does not drag its neighbours along.
    middle = (np.cumsum(mass) - mass / 2) / mass.sum()
    heavy = mass > mass.sum() / most
    change = (np.diff(np.floor(middle * most)) != 0) | heavy[1:] | heavy[:-1]
    for side in (middle, 1 - middle) if tails else ():
        depth = np.zeros(k, dtype=np.int8)
        outermost = side * most < 1
        depth[outermost] = np.floor(np.log2(side[outermost] * most)).clip(-tails, 0)
        change |= np.diff(depth) != 0
    groups = np.append(0, np.cumsum(change))
    return np.append(groups, groups[-1] + 1)


def as_numbers(values: pa.Array) -> np.ndarray:
    """Numbers or dates as floats; dates are microseconds since 1970 as the clock of their zone shows them, which is UTC
    if they have none. Missing becomes NaN."""
    if pa.types.is_timestamp(values.type) or pa.types.is_date(values.type):
        values = local(values)
        zone = getattr(values.type, "tz", None)
        values = values.cast(pa.timestamp("us", tz=zone), safe=False).cast(pa.int64())
    return np.asarray(values.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False))


def _sorts_fast(type_: pa.DataType) -> bool:
    """Whether sorting finds the distinct values sooner than hashing: where they may be nearly as many as the rows."""
    return bool(pa.types.is_float32(type_) or pa.types.is_float64(type_) or pa.types.is_timestamp(type_))


def _sorted_values(data: pa.ChunkedArray) -> tuple[pa.Array, np.ndarray, np.ndarray]:
    """(K,) the distinct values, ascending; (K+1,) rows of each, missing last; (n,) the position of each row's value."""
    missing = data.is_null().to_numpy() if data.null_count else None
    array = data.drop_null().combine_chunks()
    numbers = (array.view(pa.int64()) if pa.types.is_timestamp(array.type) else array).to_numpy(zero_copy_only=False)
    order = np.argsort(numbers)
    numbers = numbers[order]
    first = np.append(True, numbers[1:] != numbers[:-1]) if len(numbers) else np.empty(0, dtype=bool)
    starts = np.flatnonzero(first)
    k = len(starts)
    codes = np.empty(len(order), dtype=np.uint32)
    codes[order] = np.cumsum(first, dtype=np.uint32) - np.uint32(1)
    if missing is not None:
        filled, codes = codes, np.full(len(data), k, dtype=np.uint32)
        codes[~missing] = filled
    values = numbers[starts]
    if values.dtype.kind == "f":
        values += 0.0  # -0.0 equals 0.0, and which of them comes first is chance
    counts = np.append(np.diff(np.append(starts, len(order))), data.null_count)
    return pa.array(values).view(array.type), _small_counts(counts), codes


def _hashed_values(data: pa.ChunkedArray) -> tuple[pa.Array, np.ndarray, np.ndarray]:
    """The same, the values in the order in which they come."""
    coded = data.combine_chunks() if data.num_chunks != 1 else data.chunk(0)
    coded = coded if pa.types.is_dictionary(coded.type) else coded.dictionary_encode()
    k = len(coded.dictionary)
    codes = coded.indices.fill_null(k).to_numpy(zero_copy_only=False)
    return coded.dictionary, _small_counts(np.bincount(codes, minlength=k + 1)), codes


def _small_counts(counts: np.ndarray) -> np.ndarray:
    """Counts in half the memory, if they fit: some columns have a count for nearly every row."""
    return counts.astype(np.int32 if counts.sum() < 2**31 else np.int64)


def _order(values: pa.Array, kind: Kind, counts: np.ndarray) -> np.ndarray | None:
    """The positions of the values in a column's order; None if they are in order."""
    if kind == "categorical":
        text = values.cast(pa.string())
        table = pa.table({"n": counts[: len(values)], "text": text})
        return np.asarray(pc.sort_indices(table, sort_keys=[("n", "descending"), ("text", "ascending")]))
    if zone_of(values.type):  # an hour that the clock shows twice
        return np.argsort(as_numbers(values), kind="stable")
    if _sorts_fast(values.type):
        return None
    if kind == "boolean":
        values = values.cast(pa.int8())
    return np.asarray(pc.array_sort_indices(values))


def _code_type(k: int) -> type[np.unsignedinteger]:
    return np.uint8 if k < 2**8 else np.uint16 if k < 2**16 else np.uint32


def _checked_kind(name: str, values: pa.Array, asked: Kind | None) -> Kind:
    natural = kind_of(values.type)
    if asked is None:
        return _whole(values) if natural == "continuous" else natural
    fits = kinds_for(values.type)
    if asked not in fits:
        if asked not in KINDS:
            raise InputError(f"Factor `{name}`: there is no kind `{asked}`.{nearest(asked, KINDS)}")
        listed = " or ".join(fits)
        text = pa.types.is_string(values.type) and asked != "boolean"
        how = " Say in `format` how its dates (%d/%m/%Y) or numbers (`.` or `,`) are written." if text else ""
        raise InputError(f"Factor `{name}`: a column of type {values.type} can be {listed}, not {asked}.{how}")
    if asked == "count" and natural == "continuous" and not _all_whole(values):
        raise InputError(
            f"Factor `{name}`: counts are whole numbers, and this column has others. It can be continuous."
        )
    return asked


def _whole(values: pa.Array) -> Kind:
    """Floats that are all whole are counts: a table with gaps stores whole numbers as floats."""
    if pa.types.is_decimal(values.type) or not len(values):
        return "continuous"
    return "count" if _all_whole(values) else "continuous"


def _all_whole(values: pa.Array) -> bool:
    numbers = as_numbers(values)
    return bool(np.all(numbers == np.round(numbers)))
