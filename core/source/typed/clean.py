"""Columns that have types: a clean copy of those that can be factors, and a word on the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from trimtab.core.errors import InputError
from trimtab.core.source.checks import check_names, check_values
from trimtab.core.source.converted import Converted
from trimtab.core.source.typed.fields import Kept, choose, in_microseconds, is_binary, is_fine

BATCH_CELLS = 4_000_000
BATCH_ROWS = 131_072


class Rows(Protocol):
    """Rows of typed columns, which can be gone through several times."""

    schema: pa.Schema

    def batches(self, kept: Sequence[Kept]) -> Iterator[list[pa.Array]]:
        """The columns `kept`, in their order, some rows at a time."""
        ...


@dataclass
class Seen:
    """What was met while the rows were copied: `infinite` values and dates `far` off, by column."""

    rows: int = 0
    filled: bool = False
    infinite: Counter[str] = field(default_factory=Counter)
    far: Counter[str] = field(default_factory=Counter)


def batch_rows(columns: int) -> int:
    """So many rows of so many columns are read at once."""
    return max(1024, min(BATCH_ROWS, BATCH_CELLS // max(1, columns)))


def write_clean(source: Rows, target: Path, owner: str) -> Converted:
    """Write the columns of `source` that can be factors to `target`, with NaN as missing; the others are told in notes.

    Raises InputError for names we can't take, no column that can be a factor, no rows, no values, infinite or far ones.
    """
    kept, left = choose(source.schema)
    kept, bytes_ = _looked_at(source, kept)
    left += bytes_
    _check_columns(source.schema, kept, left, owner)
    seen = _copy(source, kept, target)
    check_values(seen.rows, seen.filled, owner, infinite=seen.infinite, far=seen.far)
    notes = [f"`{one.name}`: {one.word}." for one in kept if one.word]
    if left:
        notes.append(f"left out, for a factor holds one number, text, date or true/false a row: {', '.join(left)}.")
    return Converted(seen.rows, tuple(one.name for one in kept), tuple(notes))


def _check_columns(schema: pa.Schema, kept: Sequence[Kept], left: Sequence[str], owner: str) -> None:
    if left and not kept:
        raise InputError(
            f"{owner}: no column can be a factor, which holds one number (at most 38 digits), text, date or true/false "
            f"a row. What it has: {', '.join(left)}. Split them into columns of their own."
        )
    check_names([one.name for one in kept] if len(schema) else [], owner)


def _looked_at(source: Rows, kept: list[Kept]) -> tuple[list[Kept], list[str]]:
    """The columns once the values were seen of those whose type does not settle it: bytes that are no text are left
    out, with a text for each; times of which none is finer than a microsecond are kept in microseconds."""
    schema = source.schema
    open_ = [one for one in kept if is_binary(schema.field(one.place).type) or is_fine(one.type)]
    bytes_: set[str] = set()
    fine: set[str] = set()
    for columns in source.batches(open_) if open_ else ():
        for one, column in zip(open_, columns, strict=True):
            if is_fine(one.type):
                number = one.clean(column).cast(pa.int64())
                whole = pc.equal(pc.multiply(pc.divide(number, 1000), 1000), number)
                if not pc.all(whole, min_count=0).as_py():
                    fine.add(one.name)
            else:
                try:
                    one.clean(column)
                except pa.ArrowInvalid:
                    bytes_.add(one.name)
    found = [
        in_microseconds(one) if is_fine(one.type) and one.name not in fine else one
        for one in kept
        if one.name not in bytes_
    ]
    return found, [f"`{name}` (bytes that are no text in UTF-8)" for name in sorted(bytes_)]


def _copy(source: Rows, kept: Sequence[Kept], target: Path) -> Seen:
    schema = pa.schema([(one.name, one.type) for one in kept])
    seen = Seen()
    with pq.ParquetWriter(target, schema, compression="zstd", write_page_checksum=True) as writer:
        for raw in source.batches(kept):
            columns = [one.clean(column) for one, column in zip(kept, raw, strict=True)]
            for one, column in zip(kept, columns, strict=True):
                if pa.types.is_floating(one.type):
                    seen.infinite[one.name] += pc.sum(pc.is_inf(column)).as_py() or 0
                elif pa.types.is_temporal(one.type) and not pa.types.is_time(one.type):
                    year = pc.year(column)
                    seen.far[one.name] += pc.sum(pc.or_(pc.less(year, 1), pc.greater(year, 9999))).as_py() or 0
            batch = pa.record_batch(columns, schema=schema)
            seen.rows += batch.num_rows
            seen.filled = seen.filled or any(column.null_count < len(column) for column in columns)
            writer.write_batch(batch)
    return seen
