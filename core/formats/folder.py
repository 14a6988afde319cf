"""A folder of Parquet parts, plain or with a folder below for every value of a column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from trimtab.core.errors import InputError, nearest
from trimtab.core.formats.format import Table
from trimtab.core.formats.hive import Told, folder_name, parts_below, told_by
from trimtab.core.formats.parquet import Parquet, ShortParquet

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

PART_ROWS = 1_000_000
"""A part is closed with the block that brings it to this many rows. What is written by value is held so long."""
PART = re.compile(r"part-\d{5,}\.parquet")
MOST_VALUES = 1_000
"""A column by which a folder is partitioned has at most so many values: each gets a file in every part."""
GROUP_ROWS = 65_536
"""Rows of a row group of what is written by value."""


class Folder(Parquet):
    """A folder of Parquet parts. `partition_by`: the rows of every value of that column are in a folder of their own,
    `origin=JFK`, and the column is not in the parts, as Hive has it."""

    suffix: ClassVar[str] = ""
    label: ClassVar[str] = "Folder of Parquet parts"

    def __init__(self, partition_by: str | None = None, told: Sequence[Told] = ()) -> None:
        self.partition_by, self._told = partition_by, told

    def check(self, schema: pa.Schema) -> None:
        """Raise InputError if rows with this schema can't be partitioned so."""
        import pyarrow as pa

        name = self.partition_by
        if name is None:
            return
        if name not in schema.names:
            raise InputError(f"--partition-by: there is no factor `{name}` in the rows.{nearest(name, schema.names)}")
        type_ = schema.field(name).type
        fits = (pa.types.is_string, pa.types.is_integer, pa.types.is_boolean, pa.types.is_date)
        if not any(is_(type_) for is_ in fits):
            raise InputError(
                f"--partition-by {name}: its values are {type_}, and folders are for texts, whole numbers, dates, true "
                "and false."
            )
        if len(schema) == 1:
            raise InputError(f"--partition-by {name}: the rows have no other column, so the parts would have none.")

    def write(self, blocks: Iterator[pa.Table], place: Path, schema: pa.Schema) -> int:
        place.mkdir()
        rows, number = 0, 0
        ahead = next(blocks, None)
        while number == 0 or ahead is not None:
            part = _until(chain([] if ahead is None else [ahead], blocks), PART_ROWS)
            rows += self.write_part(part, place, number, schema)
            number, ahead = number + 1, next(blocks, None)
        return rows

    def write_part(self, blocks: Iterator[pa.Table], place: Path, number: int, schema: pa.Schema) -> int:
        """Write `blocks` as the part of this number (from 0): one file, or one for every value. Returns the rows."""
        file = f"part-{number:05}.parquet"
        if self.partition_by is None:
            return super().write(blocks, place / file, schema)
        import pyarrow as pa

        rows = 0
        table = pa.Table.from_batches([batch for block in blocks for batch in block.to_batches()], schema)
        for value, own in _by_value(table, self.partition_by):
            folder = place / folder_name(self.partition_by, value)
            folder.mkdir(exist_ok=True)
            groups = (own.slice(start, GROUP_ROWS) for start in range(0, len(own), GROUP_ROWS))
            rows += super().write(groups, folder / file, own.schema)
        return rows

    def files_of(self, path: Path) -> list[Path]:
        """The parts by name. What starts with a dot or an underscore is no data."""
        parts = list(parts_below(path, (Parquet.suffix, ShortParquet.suffix)))
        if not parts:
            raise InputError(f"{path.name}: the folder holds no Parquet parts ({path}).")
        return parts

    def opened(self, path: Path, files: Sequence[Path]) -> Folder:
        told = [told_by(file.relative_to(path).parts[:-1]) for file in files]
        for file, one in zip(files, told, strict=True):
            if one.keys() != told[0].keys():
                raise InputError(
                    f"{path.name}: the folders above {files[0].relative_to(path)} and {file.relative_to(path)} tell "
                    "values of different columns. Give every part the same."
                )
        return Folder(self.partition_by, told)

    def read(self, con: duckdb.DuckDBPyConnection, files: Sequence[Path], work: Path, owner: str) -> Table:
        from trimtab.core.database import OWN, quote_name, quote_text

        _check_alike(files, owner)
        plain = super().read(con, files, work, owner)
        told = self._told
        columns = [name for name in (told[0] if told else ()) if name not in plain.columns]
        if not columns:
            return plain
        types = {name: _type_of([one[name] for one in told]) for name in columns}
        parts = f"{OWN}parts"
        described = ", ".join(f"{quote_name(name)} {type_}" for name, type_ in types.items())
        con.execute(f"CREATE TEMP TABLE {parts} ({OWN}part VARCHAR, {described})")
        marks = ", ".join("?" for _ in range(len(columns) + 1))
        rows = [[str(file), *(one[name] for name in columns)] for file, one in zip(files, told, strict=True)]
        con.executemany(f"INSERT INTO {parts} VALUES ({marks})", rows)
        listed = ", ".join(quote_text(str(file)) for file in files)
        all_ = f"read_parquet([{listed}], hive_partitioning = false, binary_as_string = true, filename = '{OWN}part')"
        return Table(
            f"(SELECT * EXCLUDE ({OWN}part) FROM {all_} JOIN {parts} USING ({OWN}part))", (*plain.columns, *columns)
        )

    def rows(self, files: Sequence[Path], schema: pa.Schema) -> pa.Table:
        import pyarrow as pa

        return pa.concat_tables([self._whole(super(Folder, self).rows([file], schema), file, schema) for file in files])

    def _whole(self, rows: pa.Table, file: Path, schema: pa.Schema) -> pa.Table:
        """The rows of a part with what the folder above it tells."""
        import pyarrow as pa

        lacking = [name for name in schema.names if name not in rows.column_names]
        if not lacking:
            return rows
        told = told_by([one for one in [file.parent.name] if "=" in one])
        for name in lacking:
            if name in told:
                value = pa.array([told[name]], pa.string()).cast(schema.field(name).type)
                rows = rows.append_column(schema.field(name), pa.repeat(value[0], len(rows)))
        return rows.select([name for name in schema.names if name in rows.column_names])


def strangers(folder: Path) -> list[str]:
    """The names of what is in a folder, or in one below that tells a value, and is no part that Trimtab would write."""
    found = []
    for one in folder.iterdir():
        if one.is_dir() and not one.is_symlink() and "=" in one.name:
            found += [f"{one.name}/{name}" for name in strangers(one)]
        elif not PART.fullmatch(one.name):
            found.append(one.name)
    return found


def _until(blocks: Iterator[pa.Table], rows: int) -> Iterator[pa.Table]:
    """Blocks until `rows` rows are reached; what follows stays in `blocks`."""
    for block in blocks:
        yield block
        rows -= len(block)
        if rows <= 0:
            return


def _by_value(table: pa.Table, column: str) -> Iterator[tuple[str | None, pa.Table]]:
    """The rows of every value of a column, as text, without the column; in the order in which values first come, and
    the rows as they were."""
    import numpy as np
    import pyarrow as pa

    values = table.column(column).cast(pa.string()).combine_chunks().dictionary_encode()
    names = values.dictionary.to_pylist()
    if len(names) > MOST_VALUES:
        raise InputError(
            f"--partition-by {column}: it has more than {MOST_VALUES:,} values, and every value gets a file in every "
            "part. Partition by a factor with fewer."
        )
    codes = values.indices.fill_null(len(names)).to_numpy()
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=len(names) + 1))
    others = table.drop_columns([column])
    for code, (start, end) in enumerate(zip([0, *ends[:-1]], ends, strict=True)):
        if end > start:
            yield (names[code] if code < len(names) else None), others.take(pa.array(order[start:end]))


def _type_of(texts: Sequence[str | None]) -> str:
    """The type of values that names of folders tell: whole numbers if all are written as such."""
    numbers = [text for text in texts if text is not None]
    whole = numbers and all(re.fullmatch("0|-?[1-9][0-9]{0,17}", text) for text in numbers)
    return "BIGINT" if whole else "VARCHAR"


def _check_alike(files: Sequence[Path], owner: str) -> None:
    """Raise InputError for a part that has other columns than the first, or a column of another type."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    def columns(file: Path) -> dict[str, str]:
        try:
            schema = pq.read_schema(file)
        except (OSError, pa.ArrowException) as error:
            raise InputError(f"{owner}: {_called(file)} can't be read: {error}. It is damaged or cut off.") from error
        return {field.name: _plain(field.type) for field in schema}

    first = columns(files[0])
    for file in files[1:]:
        own = columns(file)
        for name in [*first, *own]:
            before, after = first.get(name), own.get(name)
            if before != after and "null" not in (before, after):
                what = f"no column `{name}`" if after is None else f"{after} in column `{name}`"
                other = "has none" if before is None else f"has {before}"
                raise InputError(
                    f"{owner}: {_called(file)} has {what}, and {_called(files[0])} {other}. Parts have the same "
                    "columns."
                )


def _plain(type_: pa.DataType) -> str:
    """A type as far as readers of several parts must tell it from others."""
    import pyarrow as pa

    type_ = type_.value_type if pa.types.is_dictionary(type_) else type_
    texts = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    return "string" if any(is_(type_) for is_ in texts) else str(type_)


def _called(link: Path) -> str:
    file = link.resolve()
    return f"{file.parent.name}/{file.name}"
