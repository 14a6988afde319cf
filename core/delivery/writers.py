"""Rows into files: Parquet, CSV, gzipped CSV or a folder of Parquet parts, streamed block by block."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from trimtab.core.atomic import replacing
from trimtab.core.errors import InputError

PART_ROWS = 1_000_000
"""A part of a folder is closed with the block that brings it to this many rows."""
PART = re.compile(r"part-\d{5,}\.parquet")
SUFFIXES = (".csv.gz", ".csv", ".parquet")
FOLDER = "folder"
HASHED_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class Written:
    """What was written: the rows, the size on disk, and the SHA-256 of the bytes.

    The digest of a folder is that of its parts one after the other, by name: `cat FOLDER/part-*.parquet | sha256sum`.
    """

    rows: int
    bytes: int
    sha256: str


def write(tables: Iterable[pa.Table], path: Path | str, *, schema: pa.Schema) -> Written:
    """Write `tables`, which all have `schema`, to `path`, a block at a time: memory does not grow with the rows.

    The suffix decides: `.parquet` (zstd, a row group per block), `.csv`, `.csv.gz`; without one, or with a slash at the
    end, it is a folder of Parquet parts. In CSV a missing value is an empty field and an empty string is "", floats
    have all their digits, truth is true or false, and times are ISO, with their zone if they have one. The same tables
    give the same bytes.

    The file is written beside its place and renamed. On any error, or when `tables` raises, nothing is left and a file
    that was there is untouched. Raises InputError for an unknown suffix, a place that can't be written, and a folder
    that holds anything but parts.
    """
    form = format_of(path)
    target = Path(path)
    _check_place(target, form)
    plain = plain_schema(schema)
    blocks = (table.cast(plain) for table in tables if len(table))
    with replacing(target) as beside:
        rows = _WRITERS[form](blocks, beside, plain)
        files = parts_of(beside) if form == FOLDER else [beside]
        return Written(rows, sum(file.stat().st_size for file in files), digest(files))


def format_of(path: Path | str) -> str:
    """What a path asks for: a suffix of SUFFIXES, or FOLDER. Raises InputError for any other suffix."""
    name = Path(path).name
    if name and (str(path).endswith("/") or not Path(name).suffix):
        return FOLDER
    found = next((suffix for suffix in SUFFIXES if name.lower().endswith(suffix)), None)
    if found is None:
        raise InputError(
            f"{name or path}: the kind of file is not known. Known: {', '.join(sorted(SUFFIXES))}, or a folder of "
            "Parquet parts, whose name has no suffix or ends in a slash."
        )
    return found


def plain_schema(schema: pa.Schema) -> pa.Schema:
    """The schema as any reader knows it: strings are strings, without dictionaries and another tool's metadata."""
    return pa.schema([pa.field(field.name, _plain_type(field.type)) for field in schema])


def parts_of(folder: Path) -> list[Path]:
    """The Parquet files of a folder of parts, by name. What starts with a dot or an underscore is not data."""
    return sorted(file for file in folder.glob("*.parquet") if file.name[0] not in "._" and file.is_file())


def digest(files: Iterable[Path]) -> str:
    """The SHA-256 of the bytes of `files`, one after the other."""
    total = hashlib.sha256()
    for file in files:
        with file.open("rb") as handle:
            while chunk := handle.read(HASHED_AT_ONCE):
                total.update(chunk)
    return total.hexdigest()


def _plain_type(type_: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(type_):
        return _plain_type(type_.value_type)
    return pa.string() if pa.types.is_large_string(type_) or pa.types.is_string_view(type_) else type_


def _check_place(target: Path, form: str) -> None:
    if not target.parent.is_dir():
        raise InputError(f"{target}: there is no folder {target.parent}. Make it first.")
    if form != FOLDER:
        if target.is_dir():
            raise InputError(f"{target}: it is a folder, so no file of that name can be written.")
        return
    if target.exists() and not target.is_dir():
        raise InputError(f"{target}: it is a file, so no folder of that name can be made.")
    strange = [file.name for file in target.iterdir() if not PART.fullmatch(file.name)] if target.is_dir() else []
    if strange:
        raise InputError(
            f"{target}: the folder holds other files ({', '.join(sorted(strange)[:3])}), and replacing it would delete "
            "them. Name a new folder."
        )


def _parquet(blocks: Iterator[pa.Table], file: Path, schema: pa.Schema) -> int:
    rows = 0
    with pq.ParquetWriter(file, schema, compression="zstd", write_statistics=True) as writer:
        for block in blocks:
            writer.write_table(block, row_group_size=len(block))
            rows += len(block)
    return rows


def _folder(blocks: Iterator[pa.Table], folder: Path, schema: pa.Schema) -> int:
    folder.mkdir()
    rows, number = 0, 0
    ahead = next(blocks, None)
    while number == 0 or ahead is not None:
        part = _until(chain([] if ahead is None else [ahead], blocks), PART_ROWS)
        rows += _parquet(part, folder / f"part-{number:05}.parquet", schema)
        number, ahead = number + 1, next(blocks, None)
    return rows


def _until(blocks: Iterator[pa.Table], rows: int) -> Iterator[pa.Table]:
    """Blocks until `rows` rows are reached; what follows stays in `blocks`."""
    for block in blocks:
        yield block
        rows -= len(block)
        if rows <= 0:
            return


def _csv(blocks: Iterator[pa.Table], file: Path, schema: pa.Schema, *, zipped: bool = False) -> int:
    rows = 0
    with ExitStack() as stack:
        raw = stack.enter_context(file.open("wb"))
        sink: BinaryIO | gzip.GzipFile = raw
        if zipped:
            # Neither name nor time in the header: the same rows must give the same bytes.
            sink = stack.enter_context(gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0))
        writer = stack.enter_context(pyarrow.csv.CSVWriter(sink, schema))
        for block in blocks:
            writer.write_table(block)
            rows += len(block)
    return rows


def _csv_gz(blocks: Iterator[pa.Table], file: Path, schema: pa.Schema) -> int:
    return _csv(blocks, file, schema, zipped=True)


_WRITERS: dict[str, Callable[[Iterator[pa.Table], Path, pa.Schema], int]] = {
    ".parquet": _parquet,
    ".csv": _csv,
    ".csv.gz": _csv_gz,
    FOLDER: _folder,
}
