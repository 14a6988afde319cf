"""Text with commas or tabs between the cells, plain or gzipped."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from trimtab.core.errors import InputError
from trimtab.core.formats.format import Format, Table
from trimtab.core.formats.zipping import sink_at

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


RISKY = "^'*[=+\\-@\t\r\n＝＋－＠]"
"""Texts that a spreadsheet takes for a formula (OWASP, CSV Injection), and those that are like them once safe."""
SAFE = f"^'{RISKY[1:]}"


class Csv(Format):
    """Commas between the cells, UTF-8. A missing value is an empty field and an empty string is "", floats have all
    their digits, truth is true or false, and times are ISO, with their zone if they have one.

    `defused`: a text that a spreadsheet would take for a formula, and the name of a column too, has ' before it, and so
    has one that begins like that already: taking one ' away gives all as it was. `changed` counts those cells by
    column. Numbers, dates and truths stay.
    """

    suffix: ClassVar[str] = ".csv"
    label: ClassVar[str] = "CSV"
    media_type: ClassVar[str] = "text/csv"
    quick: ClassVar[bool] = True
    zipped: ClassVar[bool] = False

    def __init__(self, *, defused: bool = False) -> None:
        self.defused = defused
        self.changed: Counter[str] = Counter()

    def write(self, blocks: Iterator[pa.Table], place: Path, schema: pa.Schema) -> int:
        import pyarrow as pa
        import pyarrow.csv

        rows, named = 0, schema
        self.changed.clear()
        if self.defused:
            named = pa.schema([field.with_name(_safe_name(field.name)) for field in schema])
        with sink_at(place, zipped=self.zipped) as sink, pyarrow.csv.CSVWriter(sink, named) as writer:
            for block in blocks:
                writer.write_table(self._safe(block).rename_columns(named.names) if self.defused else block)
                rows += len(block)
        return rows

    def about(self) -> dict[str, Any]:
        return {"defused": dict(self.changed)} if self.defused else {}

    def _safe(self, block: pa.Table) -> pa.Table:
        """The rows with a quote before every text that a spreadsheet would take for a formula."""
        import pyarrow as pa
        import pyarrow.compute as pc

        for place, field in enumerate(block.schema):
            if pa.types.is_string(field.type):
                texts = block.column(place)
                risky = pc.match_substring_regex(texts, RISKY)
                if count := pc.sum(risky).as_py():
                    self.changed[field.name] += count
                    safe = pc.if_else(risky, pc.binary_join_element_wise("'", texts, ""), texts)
                    block = block.set_column(place, field, safe)
        return block

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
        table, names = f"read_parquet({quote_text(str(texts.path))})", texts.names
        if self.defused:
            cell = f"if(regexp_matches(COLUMNS(*), {quote_text(SAFE)}), substr(COLUMNS(*), 2), COLUMNS(*))"
            table, names = f"(SELECT {cell} FROM {table})", tuple(map(_as_it_was, names))
        return Table(table, names, as_text=True)

    def rows(self, files: Sequence[Path], schema: pa.Schema) -> pa.Table:
        """With the types of the schema, so that a code such as 007 stays a text."""
        import pyarrow as pa
        import pyarrow.compute as pc
        from pyarrow.csv import ConvertOptions, ParseOptions, read_csv

        (file,) = files
        types = {_safe_name(field.name) if self.defused else field.name: field.type for field in schema}
        convert = ConvertOptions(
            column_types=types, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
        )
        found = read_csv(file, parse_options=ParseOptions(newlines_in_values=True), convert_options=convert)
        if not self.defused:
            return found
        columns = [
            pc.if_else(pc.match_substring_regex(one, SAFE), pc.utf8_slice_codeunits(one, 1), one)
            if pa.types.is_string(one.type)
            else one
            for one in found.columns
        ]
        return pa.table(columns, names=[_as_it_was(name) for name in found.column_names])


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


def _safe_name(name: str) -> str:
    return f"'{name}" if re.match(RISKY, name) else name


def _as_it_was(name: str) -> str:
    return name[1:] if re.match(SAFE, name) else name
