"""A file that appears whole or not at all, whatever its format; what a format writes is in `core/formats`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from trimtab.core.atomic import followed, replacing
from trimtab.core.delivery.manifest import Written, digests, parts_of
from trimtab.core.errors import InputError
from trimtab.core.formats import Format, format_of
from trimtab.core.formats.folder import strangers

TOLD = (b"description", b"unit")
"""What stands in the metadata of a field."""


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
    return written_to(place, form, rows)


def written_to(place: Path, form: Format, rows: int) -> Written:
    """What was written to a place."""
    files = form.files_of(place)
    whole, each = digests(files)
    parts = () if form.suffix else parts_of(place, files, each)
    return Written(rows, sum(file.stat().st_size for file in files), whole, parts)


def plain_schema(schema: pa.Schema) -> pa.Schema:
    """The schema as any reader knows it: strings are strings, without dictionaries, and of all metadata only what tells
    people of a field: its description and its unit."""
    return pa.schema([pa.field(field.name, _plain_type(field.type), metadata=_told(field)) for field in schema])


def digest(files: Iterable[Path]) -> str:
    """The SHA-256 of the bytes of `files`, one after the other."""
    return digests(files)[0]


def _told(field: pa.Field) -> dict[bytes, bytes] | None:
    return {name: text for name in TOLD if (text := (field.metadata or {}).get(name))} or None


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
    strange = strangers(target) if target.is_dir() else []
    if strange:
        raise InputError(
            f"{target}: the folder holds other files ({', '.join(sorted(strange)[:3])}), and replacing it would delete "
            "them. Name a new folder."
        )
