"""Text with commas or tabs between the cells, plain or gzipped."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, ClassVar

from trimtab.core.errors import InputError
from trimtab.core.formats.format import Format, Table

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


class Csv(Format):
    """Commas between the cells, UTF-8. A missing value is an empty field and an empty string is "", floats have all
    their digits, truth is true or false, and times are ISO, with their zone if they have one."""

    suffix: ClassVar[str] = ".csv"
    label: ClassVar[str] = "CSV"
    media_type: ClassVar[str] = "text/csv"
    quick: ClassVar[bool] = True
    zipped: ClassVar[bool] = False

    def write(self, blocks: Iterator[pa.Table], place: Path, schema: pa.Schema) -> int:
        import pyarrow.csv

        rows = 0
        with ExitStack() as stack:
            raw = stack.enter_context(place.open("wb"))
            sink: BinaryIO | gzip.GzipFile = raw
            if self.zipped:
                # Neither name nor time in the header: the same rows must give the same bytes.
                sink = stack.enter_context(gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0))
            writer = stack.enter_context(pyarrow.csv.CSVWriter(sink, schema))
            for block in blocks:
                writer.write_table(block)
                rows += len(block)
        return rows

    def read(self, con: duckdb.DuckDBPyConnection, files: Sequence[Path], work: Path, owner: str) -> Table:
        """Every cell as text, the columns called c0, c1, …; how the file is written is found in it."""
        from trimtab.core.database import quote_text
        from trimtab.core.source.delimited.rows import read_texts

        (file,) = files
        try:
            texts = read_texts(file, work, owner, gzipped=self.zipped)
        except OSError as error:
            raise InputError(
                f"{owner}: it can't be read ({error}). It is damaged or cut off; copy it again."
            ) from error
        return Table(f"read_parquet({quote_text(str(texts.path))})", texts.names, as_text=True)

    def rows(self, files: Sequence[Path], schema: pa.Schema) -> pa.Table:
        """With the types of the schema, so that a code such as 007 stays a text."""
        from pyarrow.csv import ConvertOptions, ParseOptions, read_csv

        (file,) = files
        types = ConvertOptions(
            column_types=schema, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
        )
        return read_csv(file, parse_options=ParseOptions(newlines_in_values=True), convert_options=types)


class CsvGz(Csv):
    """CSV, gzipped."""

    suffix: ClassVar[str] = ".csv.gz"
    label: ClassVar[str] = "CSV.gz"
    media_type: ClassVar[str] = "application/gzip"
    quick: ClassVar[bool] = False
    zipped: ClassVar[bool] = True


class Tsv(Csv):
    """Tabs, or any other delimiter; only read."""

    suffix: ClassVar[str] = ".tsv"
    label: ClassVar[str] = "TSV"
    media_type: ClassVar[str] = "text/tab-separated-values"
    written: ClassVar[bool] = False


class Txt(Tsv):
    """Text by its more common name; only read."""

    suffix: ClassVar[str] = ".txt"
    label: ClassVar[str] = "Text"
    media_type: ClassVar[str] = "text/plain"


class TsvGz(CsvGz):
    """TSV, gzipped; only read."""

    suffix: ClassVar[str] = ".tsv.gz"
    label: ClassVar[str] = "TSV.gz"
    written: ClassVar[bool] = False


class TxtGz(TsvGz):
    """Text, gzipped; only read."""

    suffix: ClassVar[str] = ".txt.gz"
    label: ClassVar[str] = "Text.gz"
