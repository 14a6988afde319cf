"""Folders whose names tell a value, `origin=JFK/part-00000.parquet`: as Hive, Spark, DuckDB, Arrow and polars do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from trimtab.core.errors import InputError

MISSING = "__HIVE_DEFAULT_PARTITION__"
"""What a folder is called whose rows have no value."""
ESCAPED = {*map(chr, range(32)), *"\"#%'*/:=?\\{[]^\x7f"}
"""What Hive writes as % and two hex digits."""
LONGEST = 255
"""Bytes that the name of a folder can have on most disks."""

Told = dict[str, str | None]
"""What the folders above a file tell: column -> its value as text, None for a missing one."""


def folder_name(column: str, value: str | None) -> str:
    """The name of the folder of the rows with this value; None is a missing one.

    Raises InputError for a value that can't be told from a missing one, or that no folder can be called by.

    >>> folder_name("note", "a/b = 5 %")
    'note=a%2Fb %3D 5 %25'
    """
    if value in ("", MISSING):
        what = "an empty text" if value == "" else f"the text {MISSING}"
        raise InputError(
            f"--partition-by {column}: it has {what}, and in the name of a folder that means missing. Partition by "
            "another factor."
        )
    name = f"{_escaped(column)}={MISSING if value is None else _escaped(value)}"
    if len(name.encode()) > LONGEST:
        raise InputError(
            f"--partition-by {column}: its value {str(value)[:30]!r}… is too long for the name of a folder. Partition "
            "by another factor."
        )
    return name


def told_by(folders: Sequence[str]) -> Told:
    """What names of folders tell.

    >>> told_by(["year=2013", "note=a%2Fb"])
    {'year': '2013', 'note': 'a/b'}
    """
    told: Told = {}
    for name in folders:
        column, _, value = name.partition("=")
        told[_plain(column)] = None if value == MISSING else _plain(value)
    return told


def parts_below(folder: Path, suffixes: Sequence[str]) -> Iterator[Path]:
    """The files with one of `suffixes` in a folder, and in those below that tell a value. What starts with a dot or an
    underscore is no data."""
    for one in sorted(folder.iterdir()):
        if one.name[0] in "._":
            continue
        if one.is_dir() and "=" in one.name:
            yield from parts_below(one, suffixes)
        elif one.suffix in suffixes and one.is_file():
            yield one


def _escaped(text: str) -> str:
    return "".join(f"%{ord(one):02X}" if one in ESCAPED else one for one in text)


def _plain(text: str) -> str:
    from urllib.parse import unquote

    return unquote(text, errors="strict")
