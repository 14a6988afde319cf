"""Reading a stranger's Parquet file: a clean copy of the columns that can be factors, and a word on the others.

With pyarrow, not DuckDB: DuckDB believes the file's statistics, which leave out NaN, and then finds none; and it does
not look at the checksums of the pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from trimtab.core.errors import InputError
from trimtab.core.source.converted import Converted
from trimtab.core.source.typed.clean import BATCH_ROWS, batch_rows, write_clean
from trimtab.core.source.typed.fields import Kept

UNKNOWN = ("not implemented", "not supported", "unsupported", "unhandled", "unknown", "unrecognized")
"""What pyarrow says of a type that it does not know, as of whole numbers of 128 bits."""

ENCRYPTED = ("encrypt", "decrypt")


@contextmanager
def open_parquet(file: Path, **options: object) -> Iterator[pq.ParquetFile]:
    """A Parquet file whose pages must match their checksums, where they have one, and whose times of 96 bits (Spark's
    default) are in microseconds: in nanoseconds, pyarrow's own choice, 9999-12-31 becomes 1816-03-29."""
    with pq.ParquetFile(file, coerce_int96_timestamp_unit="us", page_checksum_verification=True, **options) as opened:
        yield opened


class ParquetRows:
    """The rows of an open Parquet file."""

    def __init__(self, file: pq.ParquetFile) -> None:
        self._file, self.schema = file, file.schema_arrow

    def batches(self, kept: Sequence[Kept]) -> Iterator[list[pa.Array]]:
        """The columns `kept`, in their order, some rows at a time."""
        names, rows = self.schema.names, batch_rows(len(kept))
        # pyarrow takes a dot for a path into a nested column, and one name for all columns that have it.
        if len(set(names)) < len(names) or any("." in name for name in names):
            for batch in self._file.iter_batches(rows):
                yield [batch.column(one.place) for one in kept]
            return
        for batch in self._file.iter_batches(rows, columns=[one.name for one in kept]):
            yield [batch.column(one.name) for one in kept]


def convert(file: Path, target: Path, owner: str) -> Converted:
    """Write the columns of `file` that can be factors to `target`; see `write_clean`. Raises InputError for a damaged
    or encrypted file, too."""
    with complaints(owner), open_parquet(file) as source:
        return write_clean(ParquetRows(source), target, owner)


@contextmanager
def complaints(owner: str) -> Iterator[None]:
    """pyarrow's complaints of a Parquet file as InputError, which begins with `owner`."""
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno:  # a full disk, say: no fault of the file
            raise
        raise InputError(f"{owner}: {_complaint(error)}") from error


def check_pages(file: Path, owner: str) -> None:
    """Raise InputError if a page of a Parquet file does not match its checksum. Without checksums nothing is read."""
    with complaints(owner), suppress(pa.ArrowNotImplementedError):  # of a type that is nobody's factor
        if not _has_checksums(file):
            return
        with open_parquet(file) as source:
            for _ in source.iter_batches(BATCH_ROWS):
                pass


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
    if any(word in said.lower() for word in ENCRYPTED):
        return "it is encrypted. Decrypt it, or store the table without encryption."
    if "crc checksum" in said.lower():
        return (
            "the Parquet file is damaged: a page does not match its checksum. It was changed after it was written. "
            "Copy or export it again."
        )
    return (
        "the Parquet file is damaged and can't be read to its end. It was probably cut off or changed while it was "
        "copied. Copy or export it again."
    )
