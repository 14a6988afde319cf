"""A file that appears whole or not at all, whatever its format; what a format writes is in `core/formats`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from trimtab.core.atomic import followed, replacing
from trimtab.core.errors import InputError
from trimtab.core.formats import Format, format_of
from trimtab.core.formats.parquet import PART

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
    target = followed(Path(path))
    check_place(target, format_of(path))
    with replacing(target) as new:
        return write_rows(tables, new, format_of(path), schema=schema)


def write_rows(tables: Iterable[pa.Table], place: Path, form: Format, *, schema: pa.Schema) -> Written:
    """Write `tables`, which all have `schema`, in a format to a place where nothing is yet."""
    plain = plain_schema(schema)
    rows = form.write((table.cast(plain) for table in tables if len(table)), place, plain)
    files = form.files_of(place)
    return Written(rows, sum(file.stat().st_size for file in files), digest(files))


def plain_schema(schema: pa.Schema) -> pa.Schema:
    """The schema as any reader knows it: strings are strings, without dictionaries and another tool's metadata."""
    return pa.schema([pa.field(field.name, _plain_type(field.type)) for field in schema])


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


def check_place(target: Path, form: Format) -> None:
    """Raise InputError for a place where no data set of this format can be, or that holds other files."""
    if not target.parent.is_dir():
        raise InputError(f"{target}: there is no folder {target.parent}. Make it first.")
    if form.suffix:
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
