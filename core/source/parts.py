"""The parts of one table, put together: the same columns in each, and those that stand in the names of folders."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq

from trimtab.core.errors import InputError, nearest
from trimtab.core.source.converted import Converted
from trimtab.core.source.delimited import cells
from trimtab.core.source.delimited.rows import Texts, read_texts
from trimtab.core.source.readers.reader import Job
from trimtab.core.source.typed.clean import write_clean
from trimtab.core.source.typed.fields import Kept, choose
from trimtab.core.source.typed.parquet import ParquetRows, complaints, open_parquet

DEFAULT = "__HIVE_DEFAULT_PARTITION__"
"""The folder of rows in which the column is missing."""
SHOWN = 5


@dataclass(frozen=True)
class Part:
    """A part: its file, its path in the folder, and the columns in the names of its folders; None is missing."""

    file: Path
    name: str
    columns: dict[str, str | None]


def convert_texts(job: Job, files: Sequence[Path], others: Sequence[str], target: Path) -> Converted:
    """Write the rows of parts that are text to `target`, each column with the type that all its values have.

    Raises InputError, naming the part, for one that can't be read or that has other columns than the first.
    """
    parts = _parts(job, files)
    job.report("copying")
    read = _joined(job, parts)
    job.report("reading")
    found = cells.convert(read, target, job.owner, job.said)
    return replace(found, notes=(*found.notes, *_left(others)))


def convert_parquet(job: Job, files: Sequence[Path], others: Sequence[str], target: Path) -> Converted:
    """The same for parts that are Parquet; types that differ but hold the same kind of value become one."""
    parts = _parts(job, files)
    job.report("reading")
    with complaints(job.owner):
        folders, told = _typed(job, parts)
        rows = _PartRows(parts, folders, job.owner)
        found = write_clean(rows, target, job.owner)
    return replace(found, notes=(*rows.notes, *told, *found.notes, *_left(others)))


def _parts(job: Job, files: Sequence[Path]) -> list[Part]:
    parts = []
    for file in files:
        path = file.relative_to(job.file)
        pairs = [folder.partition("=")[::2] for folder in path.parts[:-1] if "=" in folder]
        columns = {unquote(key): None if value == DEFAULT else unquote(value) for key, value in pairs}
        if len(columns) < len(pairs):
            raise InputError(f"{job.owner}: part {path.as_posix()}: a column comes twice in the names of its folders.")
        parts.append(Part(file, path.as_posix(), columns))
    for part in parts:
        if list(part.columns) != list(parts[0].columns):
            own, first = (", ".join(one.columns) or "none" for one in (part, parts[0]))
            raise InputError(
                f"{job.owner}: the names of folders tell other columns for part {part.name} ({own}) than for "
                f"{parts[0].name} ({first}). Name the folder in which they are the same."
            )
    return parts


def _check_names(names: Sequence[str], first: Sequence[str], part: Part, parts: Sequence[Part], owner: str) -> None:
    """Raise InputError if a part has other columns than the first; their order may be another."""
    lacking = [name for name in first if name not in names]
    more = [name for name in names if name not in first]
    if lacking:
        raise InputError(
            f"{owner}: part {part.name} has no column `{lacking[0]}`, which {parts[0].name} has."
            f"{nearest(lacking[0], more or names)}"
        )
    if more:
        raise InputError(f"{owner}: part {part.name} has a column `{more[0]}`, which {parts[0].name} has not.")


def _joined(job: Job, parts: Sequence[Part]) -> Texts:
    """The rows of all parts as one table of texts, in the folder of the job."""
    target = job.work / "texts.parquet"
    first: Texts | None = None
    told: dict[str, list[str]] = {}
    rows, writer = 0, None
    try:
        for part in parts:
            work = job.work / "part"
            work.mkdir()
            owner = f"{job.owner}: part {part.name}"
            read = read_texts(part.file, work, owner, job.said, gzipped=part.name.lower().endswith(".gz"))
            for note in read.notes:
                told.setdefault(note, []).append(part.name)
            first = first or read
            _check_names(read.names, first.names, part, parts, job.owner)
            taken = {name: value for name, value in part.columns.items() if name not in first.names}
            schema = pa.schema([(f"c{i}", pa.string()) for i in range(len(first.names) + len(taken))])
            writer = writer or pq.ParquetWriter(target, schema, compression="zstd")
            order = [read.names.index(name) for name in first.names] if read.names != first.names else None
            with pq.ParquetFile(read.path) as file:
                for batch in file.iter_batches():
                    columns = batch.columns if order is None else [batch.column(i) for i in order]
                    columns += [pa.array([value] * batch.num_rows, pa.string()) for value in taken.values()]
                    writer.write_batch(pa.record_batch(columns, schema=schema))
            rows += read.rows
            shutil.rmtree(work)
    finally:
        if writer:
            writer.close()
    assert first is not None
    notes = [
        note if len(names) == len(parts) else f"{_listed(names)}: {note}" for note, names in told.items()
    ] + _doubled(parts, first.names)
    own = [name for name in parts[0].columns if name not in first.names]
    return Texts(target, rows, (*first.names, *own), tuple(notes), first.found)


def _typed(job: Job, parts: Sequence[Part]) -> tuple[pa.Table, tuple[str, ...]]:
    """The columns in the names of folders, a row for each part, typed by the rules of text files (007 is a text), and
    what a person must be told of them."""
    names = tuple(parts[0].columns)
    if not names:
        return pa.table({}), ()
    texts, target = job.work / "folders.parquet", job.work / "typed.parquet"
    columns = [[part.columns[name] for part in parts] for name in names]
    for name, column in zip(names, columns, strict=True):
        if not any(value is not None for value in column):
            raise InputError(f"{job.owner}: `{name}` is missing in all parts ({DEFAULT}). Leave the folder out.")
    table = {f"c{i}": pa.array(column, pa.string()) for i, column in enumerate(columns)}
    pq.write_table(pa.table(table), texts)
    said = replace(job.said, numbers="plain", dates=None)
    found = cells.convert(Texts(texts, len(parts), names, loose=False), target, job.owner, said)
    return pq.read_table(target), found.notes


class _PartRows:
    """The rows of parts that are Parquet, with the columns `folders` that stand in the names of their folders."""

    def __init__(self, parts: Sequence[Part], folders: pa.Table, owner: str) -> None:
        self._parts, self._owner = parts, owner
        schemas = []
        for part in parts:
            with complaints(f"{owner}: part {part.name}"), open_parquet(part.file) as file:
                schemas.append(file.schema_arrow)
            _check_names(schemas[-1].names, schemas[0].names, part, parts, owner)
        self.notes = _doubled(parts, schemas[0].names)
        own = [name for name in folders.column_names if name not in schemas[0].names]
        self._folders = folders.select(own)
        fields = [self._field(i, schemas) for i in range(len(schemas[0]))]
        self.schema = pa.schema([*fields, *self._folders.schema])
        self._same = [schema.equals(schemas[0]) for schema in schemas]

    def batches(self, kept: Sequence[Kept]) -> Iterator[list[pa.Array]]:
        """The columns `kept`, in their order, some rows at a time."""
        width = len(self.schema) - self._folders.num_columns
        for number, part in enumerate(self._parts):
            with complaints(f"{self._owner}: part {part.name}"), open_parquet(part.file) as file:
                own = [one for one in kept if one.place < width]
                if not self._same[number]:
                    own = [self._own(file.schema_arrow, one) for one in own]
                rows = ParquetRows(file)
                for columns in rows.batches(own) if own else self._bare(file):
                    found = iter(columns)
                    length = len(columns[0])
                    yield [
                        self._cast(one, next(found), part)
                        if one.place < width
                        else pa.repeat(self._folders.column(one.place - width)[number], length)
                        for one in kept
                    ]

    def _bare(self, file: pq.ParquetFile) -> Iterator[list[pa.Array]]:
        """So many rows as there are, where only columns of folders are wanted."""
        for batch in file.iter_batches():
            yield [pa.nulls(batch.num_rows)]

    def _own(self, schema: pa.Schema, one: Kept) -> Kept:
        """The same column where it stands in a part."""
        return replace(one, place=schema.get_field_index(one.name))

    def _cast(self, one: Kept, column: pa.Array, part: Part) -> pa.Array:
        """A column of a part in the type of all parts."""
        wanted = self.schema.field(one.place).type
        if column.type == wanted:
            return column
        ((own,), _) = choose(pa.schema([pa.field(one.name, column.type)]))
        try:
            return own.clean(column).cast(wanted)
        except pa.ArrowInvalid as error:
            raise InputError(
                f"{self._owner}: part {part.name} has a value in `{one.name}` ({column.type}) that is lost as "
                f"{wanted}, which other parts have. Store all parts with one type."
            ) from error

    def _field(self, place: int, schemas: Sequence[pa.Schema]) -> pa.Field:
        """The column of the first part, with a type that holds the values of all parts."""
        first = schemas[0].field(place)
        types = {schema.field(first.name).type: part for schema, part in zip(schemas, self._parts, strict=True)}
        if len(types) == 1 or schemas[0].names.count(first.name) > 1:
            return first
        stored = {}
        for type_, part in types.items():
            kept, _ = choose(pa.schema([pa.field(first.name, type_)]))
            if pa.types.is_null(type_):
                continue
            stored[kept[0].type if kept else type_] = part
        wanted = _common(list(stored)) if stored else pa.string()
        if wanted is None:
            (one, part), (other, another) = list(stored.items())[:2]
            raise InputError(
                f"{self._owner}: `{first.name}` is {one} in part {part.name} and {other} in part {another.name}. Store "
                "all parts with one type, or name those that belong together (--parts)."
            )
        self.notes.append(
            f"`{first.name}` has several types in the parts ({_listed([str(one) for one in types])}) and is read as "
            f"{wanted}"
        )
        return pa.field(first.name, wanted)


def _common(types: Sequence[pa.DataType]) -> pa.DataType | None:
    """A type that holds the values of all these as they are, if they are of one kind; None if they are not."""
    if len(types) == 1:
        return types[0]
    if all(pa.types.is_integer(one) for one in types):
        return pa.uint64() if pa.uint64() in types else pa.int64()
    if all(pa.types.is_integer(one) or pa.types.is_floating(one) for one in types):
        return pa.float64()
    if all(pa.types.is_timestamp(one) and one.tz == types[0].tz for one in types):
        return pa.timestamp("ns" if any(one.unit == "ns" for one in types) else "us", types[0].tz)
    return None


def _doubled(parts: Sequence[Part], names: Sequence[str]) -> list[str]:
    """What is told of columns that stand in the parts and in the names of their folders."""
    return [
        f"`{name}` stands in the parts and in the names of their folders: that of the parts is taken"
        for name in parts[0].columns
        if name in names
    ]


def _left(others: Sequence[str]) -> list[str]:
    return [f"files in the folder that are no parts: {_listed(others)}"] if others else []


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
