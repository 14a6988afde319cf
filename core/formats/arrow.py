"""Arrow: the IPC file format, also known as Feather."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from trimtab.core.errors import InputError
from trimtab.core.formats.format import Format, Table

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

MAGIC = b"ARROW1"
"""How a file begins; a stream, as which some programs write .arrow files too, does not."""


class Arrow(Format):
    """Arrow's own, a record batch for each block. It is not compressed, so that a reader can map it into memory."""

    suffix: ClassVar[str] = ".arrow"
    label: ClassVar[str] = "Arrow"
    media_type: ClassVar[str] = "application/vnd.apache.arrow.file"
    quick: ClassVar[bool] = True

    def write(self, blocks: Iterator[pa.Table], place: Path, schema: pa.Schema) -> int:
        import pyarrow as pa

        rows = 0
        with pa.OSFile(str(place), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
            for block in blocks:
                writer.write_table(block.combine_chunks())
                rows += len(block)
        return rows

    def read(self, con: duckdb.DuckDBPyConnection, files: Sequence[Path], work: Path, owner: str) -> Table:
        """By way of Parquet: DuckDB reads Arrow by an extension only."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        from trimtab.core.database import quote_text

        (file,) = files
        target = work / "arrow.parquet"
        try:
            with _batches(file) as (schema, batches), pq.ParquetWriter(target, schema, compression="lz4") as writer:
                for batch in batches:
                    writer.write_batch(batch)
        except (OSError, pa.ArrowException) as error:
            raise InputError(f"{owner}: it can't be read as Arrow ({error}). It is damaged or cut off.") from error
        table = f"read_parquet({quote_text(str(target))}, binary_as_string = true)"
        return Table(table, tuple(str(row[0]) for row in con.execute(f"DESCRIBE FROM {table}").fetchall()))

    def rows(self, files: Sequence[Path], schema: pa.Schema) -> pa.Table:
        import pyarrow as pa

        (file,) = files
        with _batches(file) as (found, batches):
            return pa.Table.from_batches(batches, found)


class Feather(Arrow):
    """The same under its older name."""

    suffix: ClassVar[str] = ".feather"
    written: ClassVar[bool] = False


@contextmanager
def _batches(file: Path) -> Iterator[tuple[pa.Schema, Iterator[pa.RecordBatch]]]:
    """The schema and the record batches of a file or a stream."""
    import pyarrow as pa

    with pa.memory_map(str(file)) as mapped:
        if mapped.read_buffer(len(MAGIC)).to_pybytes() == MAGIC:
            opened = pa.ipc.open_file(mapped)
            yield opened.schema, (opened.get_batch(number) for number in range(opened.num_record_batches))
        else:
            mapped.seek(0)
            stream = pa.ipc.open_stream(mapped)
            yield stream.schema, iter(stream)
