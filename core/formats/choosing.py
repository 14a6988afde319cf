"""The format that a path and what is asked beside it come to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trimtab.core.errors import InputError
from trimtab.core.formats.delimited import Csv
from trimtab.core.formats.folder import Folder
from trimtab.core.formats.format import Format, Stored, format_at, format_of


def format_for(path: Path | str, *, partition_by: str | None = None, defuse: bool = False) -> Format:
    """The format in which rows are delivered to a path, see `format_of`; `partition_by`: with a folder for every value
    of this column; `defuse`: no text is a formula to a spreadsheet. Raises InputError for what does not go together."""
    form = format_of(path)
    if defuse:
        if not isinstance(form, Csv):
            raise InputError(f"--defuse: it is for spreadsheets, which open .csv and .csv.gz, and {path} is none.")
        form = type(form)(defused=True)
    if partition_by is None:
        return form
    if form.suffix:
        raise InputError(
            f"--partition-by {partition_by}: it makes a folder for every value, and {path} is one file. Name a folder: "
            "without a suffix, or with a slash at the end."
        )
    return Folder(partition_by)


def stored_as(path: Path, receipt: Mapping[str, Any] | None, *, defused: bool = False) -> Path | Stored:
    """Rows that are there, with what their receipt tells of how they were written, or a person who says so: that a
    text that begins like a formula is one character longer. Raises InputError for what is no CSV."""
    told = (receipt or {}).get("file", {}).get("defused") is not None
    if not (told or defused):
        return path
    form = format_at(path, path.name)
    if not isinstance(form, Csv):
        raise InputError(f"--defused: it is of .csv and .csv.gz, and {path} is none.")
    return Stored(path, type(form)(defused=True))
