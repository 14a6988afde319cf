"""Reading a stranger's Parquet file: a clean copy of the columns that can be factors, and a word on the others.

With pyarrow, not DuckDB: DuckDB believes the file's statistics, which leave out NaN, and then finds none; and it does
not look at the checksums of the pages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from trimtab.core.errors import InputError
from trimtab.core.source.checks import check_names, check_values
from trimtab.core.source.converted import Converted
from trimtab.core.source.fields import Kept, choose, in_microseconds, is_binary, is_fine

BATCH_CELLS = 4_000_000
BATCH_ROWS = 131_072
UNKNOWN = ("not implemented", "not supported", "unsupported", "unhandled", "unknown", "unrecognized")
"""What pyarrow says of a type that it does not know, as of whole numbers of 128 bits."""


@dataclass
class Seen:
    """What was met while the rows were copied: `infinite` values and dates `far` off, by column."""

    rows: int = 0
    filled: bool = False
    infinite: Counter[str] = field(default_factory=Counter)
    far: Counter[str] = field(default_factory=Counter)


@contextmanager
def open_parquet(file: Path, **options: object) -> Iterator[pq.ParquetFile]:
    """A Parquet file whose pages must match their checksums, where they have one, and whose times of 96 bits (Spark's
    default) are in microseconds: in nanoseconds, pyarrow's own choice, 9999-12-31 becomes 1816-03-29."""
    with pq.ParquetFile(file, coerce_int96_timestamp_unit="us", page_checksum_verification=True, **options) as opened:
        yield opened


def convert(file: Path, target: Path, owner: str) -> Converted:
    """Write the columns of `file` that can be factors to `target`, with NaN as missing; the others are told in notes.

    Raises InputError for a damaged file, names we can't take, no column that can be a factor, no rows, no values,
    infinite or far ones.
    """
    try:
        with open_parquet(file) as source:
            kept, left = choose(source.schema_arrow)
            kept, bytes_ = _looked_at(source, kept)
            left += bytes_
            _check_columns(source.schema_arrow, kept, left, owner)
            seen = _copy(source, kept, target)
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno:  # a full disk, say: no fault of the file
            raise
        raise InputError(f"{owner}: {_complaint(error)}") from error
    check_values(seen.rows, seen.filled, owner, infinite=seen.infinite, far=seen.far)
    notes = [f"`{one.name}`: {one.word}." for one in kept if one.word]
    if left:
        notes.append(f"left out, for a factor holds one number, text, date or true/false a row: {', '.join(left)}.")
    return Converted(seen.rows, tuple(one.name for one in kept), tuple(notes))


def check_pages(file: Path, owner: str) -> None:
    """Raise InputError if a page of a Parquet file does not match its checksum. Without checksums nothing is read."""
    try:
        if not _has_checksums(file):
            return
        with open_parquet(file) as source:
            for _ in source.iter_batches(BATCH_ROWS):
                pass
    except pa.ArrowNotImplementedError:  # a type that is nobody's factor
        return
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{owner}: {_complaint(error)}") from error


def _has_checksums(file: Path) -> bool:
    """Whether the first page has one: the fourth field of its header, in Thrift's compact form, after three numbers."""
    group = pq.read_metadata(file)
    if not group.num_row_groups or not group.num_columns:
        return False
    column = group.row_group(0).column(0)
    with file.open("rb") as handle:
        handle.seek(column.dictionary_page_offset or column.data_page_offset)
        header = handle.read(64)
    at = 0
    for _ in range(3):
        at += 1
        while header[at] & 0x80:
            at += 1
        at += 1
    return header[at] == 0x15


def _complaint(error: Exception) -> str:
    said = str(error).strip().splitlines()[0].rstrip(".")
    if isinstance(error, pa.ArrowNotImplementedError) or any(word in said.lower() for word in UNKNOWN):
        return f"a column has a type that can't be read ({said}). Leave it out, or store it as another type."
    if "crc checksum" in said.lower():
        return (
            "the Parquet file is damaged: a page does not match its checksum. It was changed after it was written. "
            "Copy or export it again."
        )
    return (
        "the Parquet file is damaged and can't be read to its end. It was probably cut off or changed while it was "
        "copied. Copy or export it again."
    )


def _check_columns(schema: pa.Schema, kept: Sequence[Kept], left: Sequence[str], owner: str) -> None:
    if left and not kept:
        raise InputError(
            f"{owner}: no column can be a factor, which holds one number (at most 38 digits), text, date or true/false "
            f"a row. What it has: {', '.join(left)}. Split them into columns of their own."
        )
    check_names([one.name for one in kept] if len(schema) else [], owner)


def _looked_at(source: pq.ParquetFile, kept: list[Kept]) -> tuple[list[Kept], list[str]]:
    """The columns once the values were seen of those whose type does not settle it: bytes that are no text are left
    out, with a text for each; times of which none is finer than a microsecond are kept in microseconds."""
    schema = source.schema_arrow
    open_ = [one for one in kept if is_binary(schema.field(one.place).type) or is_fine(one.type)]
    bytes_: set[str] = set()
    fine: set[str] = set()
    for columns in _batches(source, open_) if open_ else ():
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


def _copy(source: pq.ParquetFile, kept: Sequence[Kept], target: Path) -> Seen:
    schema = pa.schema([(one.name, one.type) for one in kept])
    seen = Seen()
    with pq.ParquetWriter(target, schema, compression="zstd", write_page_checksum=True) as writer:
        for raw in _batches(source, kept):
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


def _batches(source: pq.ParquetFile, kept: Sequence[Kept]) -> Iterator[list[pa.Array]]:
    """The columns `kept`, some rows at a time."""
    names = source.schema_arrow.names
    batch_rows = max(1024, min(BATCH_ROWS, BATCH_CELLS // max(1, len(kept))))
    # pyarrow takes a dot for a path into a nested column, and one name for all columns that have it.
    if len(set(names)) < len(names) or any("." in name for name in names):
        for batch in source.iter_batches(batch_rows):
            yield [batch.column(one.place) for one in kept]
        return
    for batch in source.iter_batches(batch_rows, columns=[one.name for one in kept]):
        yield [batch.column(one.name) for one in kept]
