"""What every format of a file shares: its registration, which path asks for it, and what it must be able to do.

The files of this room import what writes and reads only where they do: the command line knows all formats at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from trimtab.core.errors import InputError

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

FORMATS: dict[str, Format] = {}
"""Suffix -> format, in the order of definition; filled by defining a class with a `suffix` of its own."""
MADE_IN = ".parquet"
"""The suffix of the format in which the app makes rows; those in others are copies beside."""


@dataclass(frozen=True)
class Table:
    """A file as DuckDB reads it: `sql` is what stands after FROM, `columns` are the names in the file, in the order of
    the table's columns. `as_text`: every cell is a text, as it stands in the file."""

    sql: str
    columns: tuple[str, ...]
    as_text: bool = False


class Format:
    """A format of files.

    `suffix` ends the names of its files; that of a folder is empty. `label` is its name for people, `media_type` what a
    browser is told. `written`: rows are delivered in it; else it is only read. `quick`: a copy of some million cells
    is there within a second or two.
    """

    suffix: ClassVar[str]
    label: ClassVar[str]
    media_type: ClassVar[str]
    written: ClassVar[bool] = True
    quick: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        if "suffix" in cls.__dict__:
            FORMATS[cls.suffix] = cls()

    def write(self, blocks: Iterator[pa.Table], place: Path, schema: pa.Schema) -> int:
        """Write `blocks`, which have `schema` and plain types, to `place`, where nothing is yet; returns the rows.

        A block is let go before the next one is taken. The same blocks must give the same bytes.
        """
        raise NotImplementedError

    def files_of(self, path: Path) -> list[Path]:
        """The files that hold the rows, in their order."""
        return [path]

    def check(self, schema: pa.Schema) -> None:
        """Raise InputError, before any row is made, if rows with this schema can't be written so."""

    def about(self) -> dict[str, Any]:
        """What a receipt tells of rows that were just written, beside their bytes: what a reader must know of them."""
        return {}

    def opened(self, path: Path, files: Sequence[Path]) -> Format:
        """The format that knows all that a path tells of its `files` beside what is in them."""
        return self

    def read(self, con: duckdb.DuckDBPyConnection, files: Sequence[Path], work: Path, owner: str) -> Table:
        """Those files as a table of the connection, which may read them and the folder `work`. Raises InputError, which
        begins with `owner`, for what can't be read."""
        raise NotImplementedError

    def rows(self, files: Sequence[Path], schema: pa.Schema) -> pa.Table:
        """The rows of files that were written with `schema`, as they were."""
        raise NotImplementedError


@dataclass(frozen=True)
class Stored:
    """Rows at a path in a format that their name does not tell all of."""

    path: Path
    form: Format

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.path.name or str(self.path)


def read_rows(path: Path, schema: pa.Schema, form: Format | None = None) -> pa.Table:
    """The rows that were written to `path` with `schema`, in a format if its name does not tell all of it. Raises
    InputError if they are not there as they were."""
    import pyarrow as pa

    found_as = format_at(path, str(path))
    form = form or found_as
    try:
        found = form.rows(form.files_of(path), schema)
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"{path}: the rows can't be read back: {error}.") from error
    if found.schema != schema:
        raise InputError(f"{path}: it does not hold the rows that were written; its columns are others.")
    return found


def format_of(path: Path | str) -> Format:
    """The format in which rows are delivered to a path: by the end of its name; without a suffix, or with a slash at
    the end, a folder. Raises InputError for any other suffix."""
    name = Path(path).name
    if name and (str(path).endswith("/") or not Path(name).suffix):
        return FORMATS[""]
    return _by_name(name or str(path), [one for one in FORMATS.values() if one.written])


def format_at(path: Path, owner: str) -> Format:
    """The format of what is there at a path. Raises InputError, which begins with `owner`, for nothing, and for a file
    whose suffix is not known."""
    if path.is_dir():
        return FORMATS[""]
    if not path.is_file():
        raise InputError(f"{owner}: there is no such file ({path}).")
    return _by_name(owner, list(FORMATS.values()), path.name)


def file_formats() -> list[Format]:
    """The formats in which rows are delivered as one file, by suffix; Parquet, in which they are made, is the first."""
    found = [one for one in FORMATS.values() if one.suffix and one.written]
    return sorted(found, key=lambda one: (one.suffix != MADE_IN, one.suffix))


def listed(formats: Iterable[Format], last: str = "or a folder of Parquet parts") -> str:
    """Formats as a message or a help names them."""
    return ", ".join([*sorted(one.suffix for one in formats if one.suffix), last])


def _by_name(owner: str, among: Sequence[Format], name: str | None = None) -> Format:
    lowered = (name or owner).lower()
    known = [one for one in among if one.suffix and lowered.endswith(one.suffix)]
    if not known:
        how = ", whose name has no suffix or ends in a slash" if name is None else ""
        raise InputError(f"{owner}: the kind of file is not known. Known: {listed(among)}{how}.")
    return max(known, key=lambda one: len(one.suffix))
