"""Parquet: one file, or a folder of parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from trimtab.core.errors import InputError
from trimtab.core.formats.format import Format, Table

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

PART_ROWS = 1_000_000
"""A part of a folder is closed with the block that brings it to this many rows."""
PART = re.compile(r"part-\d{5,}\.parquet")


class Parquet(Format):
    """One file, compressed by zstd, with a row group for each block."""

    suffix: ClassVar[str] = ".parquet"
    label: ClassVar[str] = "Parquet"
    media_type: ClassVar[str] = "application/vnd.apache.parquet"

    def write(self, blocks: Iterator[pa.Table], place: Path, schema: pa.Schema) -> int:
        import pyarrow.parquet as pq

        rows = 0
        with pq.ParquetWriter(place, schema, compression="zstd", write_statistics=True) as writer:
            for block in blocks:
                writer.write_table(block, row_group_size=len(block))
                rows += len(block)
        return rows

    def read(self, con: duckdb.DuckDBPyConnection, files: Sequence[Path], work: Path, owner: str) -> Table:
        from trimtab.core.database import quote_text
        from trimtab.core.source.typed.parquet import check_pages

        for file in files:
            check_pages(file, owner)
        listed = ", ".join(quote_text(str(file)) for file in files)
        table = f"read_parquet([{listed}], hive_partitioning = false, binary_as_string = true)"
        return Table(table, tuple(str(row[0]) for row in con.execute(f"DESCRIBE FROM {table}").fetchall()))

    def rows(self, files: Sequence[Path], schema: pa.Schema) -> pa.Table:
        import pyarrow as pa
        import pyarrow.parquet as pq

        tables = []
        for file in files:  # not by pq.read_table: a folder called a=1 on the way would become a column
            with pq.ParquetFile(file) as opened:
                tables.append(opened.read())
        return pa.concat_tables(tables)


class ShortParquet(Parquet):
    """The same under another suffix."""

    suffix: ClassVar[str] = ".pq"
    written: ClassVar[bool] = False


class Folder(Parquet):
    """A folder of Parquet parts."""

    suffix: ClassVar[str] = ""
    label: ClassVar[str] = "Folder of Parquet parts"

    def write(self, blocks: Iterator[pa.Table], place: Path, schema: pa.Schema) -> int:
        place.mkdir()
        rows, number = 0, 0
        ahead = next(blocks, None)
        while number == 0 or ahead is not None:
            part = _until(chain([] if ahead is None else [ahead], blocks), PART_ROWS)
            rows += super().write(part, place / f"part-{number:05}.parquet", schema)
            number, ahead = number + 1, next(blocks, None)
        return rows

    def files_of(self, path: Path) -> list[Path]:
        """The parts by name. What starts with a dot or an underscore is no data."""
        found = (file for file in path.iterdir() if file.suffix in (Parquet.suffix, ShortParquet.suffix))
        parts = sorted(file for file in found if file.name[0] not in "._" and file.is_file())
        if not parts:
            raise InputError(f"{path.name}: the folder holds no Parquet parts ({path}).")
        return parts


def _until(blocks: Iterator[pa.Table], rows: int) -> Iterator[pa.Table]:
    """Blocks until `rows` rows are reached; what follows stays in `blocks`."""
    for block in blocks:
        yield block
        rows -= len(block)
        if rows <= 0:
            return
