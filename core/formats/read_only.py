"""Formats that are only read: every kind of file that can be a source can be held against one, too."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from trimtab.core.formats.format import FORMATS, Format, Table
from trimtab.core.formats.hive import parts_below
from trimtab.core.source.readers import READERS

if TYPE_CHECKING:
    import duckdb

PARQUET = (".parquet", ".pq")


class ReadOnly(Format):
    """A format by the reader of its suffix."""

    written = False

    def __init__(self, suffix: str) -> None:
        self.suffix = suffix  # type: ignore[misc] # of each object here, for one class stands for many
        self.label = READERS[suffix].content  # type: ignore[misc]
        self.media_type = "application/octet-stream"  # type: ignore[misc]

    def read(self, con: duckdb.DuckDBPyConnection, files: Sequence[Path], work: Path, owner: str) -> Table:
        (file,) = files
        return read_source(file, work, owner)


class Parts(Format):
    """A folder of parts that its reader puts together: text, or Parquet in folders that are named as columns."""

    written = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.suffix, self.label, self.media_type = "", "Folder of parts", "application/octet-stream"  # type: ignore[misc]

    def files_of(self, path: Path) -> list[Path]:
        from trimtab.core.source.delimited.dialect import OPEN
        from trimtab.core.source.readers import reader_of

        return reader_of(path).files_of(path, OPEN)

    def read(self, con: duckdb.DuckDBPyConnection, files: Sequence[Path], work: Path, owner: str) -> Table:
        return read_source(self._folder, work, owner)


def are_parts(path: Path) -> bool:
    """Whether what is at a path is a folder, but no plain one of Parquet parts."""
    return path.is_dir() and next(parts_below(path, PARQUET), None) is None


def read_source(file: Path, work: Path, owner: str) -> Table:
    """A file as the reader of its suffix reads a source, typed; `work` takes what that needs. Raises InputError, which
    begins with `owner`, for what can't be read."""
    from trimtab.core.database import quote_text
    from trimtab.core.source.delimited.dialect import OPEN
    from trimtab.core.source.readers import reader_of
    from trimtab.core.source.readers.reader import Job

    reader, target = reader_of(file), work / "source.parquet"
    files = reader.files_of(file, OPEN)
    for one in files:
        reader.check(one, OPEN, owner if one == file else f"{owner}: {one.name}")
    found = reader.convert(Job(file, owner, work, OPEN), target)
    return Table(f"read_parquet({quote_text(str(target))})", found.columns)


for one in READERS:
    if one not in FORMATS:
        FORMATS[one] = ReadOnly(one)
