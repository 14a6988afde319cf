"""Parquet: one file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from trimtab.core.formats.format import Format, Table

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


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
