"""The header of a delimited file: which lines are above it, which it takes, and whether it is one at all."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from trimtab.core.errors import InputError
from trimtab.core.source.delimited.dialect import Dialect
from trimtab.core.source.delimited.words import MISSING

SHAPED = re.compile(
    r"[-+(]?[^\w\s]{0,2}\s?-?\d[\d.,' \u00a0\u202f’]*(e[-+]?\d+)?\s?[^\w\s]{0,2}\)?"
    r"|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?(Z|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
"""Cells that are numbers, dates or times, however they are written."""
LONGEST = 1 << 23
"""Characters of a value, at most; a longer one begins with a quote that is not closed."""
csv.field_size_limit(LONGEST)
FIRST_YEAR = 1500
"""Names that are numbers from here on may be years."""
SAMPLE = 200
"""Rows below a header that it is compared with."""
Record = tuple[int, list[str]]
"""The line in which a row begins, and its cells."""


@dataclass(frozen=True)
class Form:
    """How a file is written. `blanks`: a blank after a delimiter is not part of the value.

    `names` are those of the header, `header` is its line (0: there is none) and `header_rows` how many it takes;
    `skipped` the lines before the first row.
    """

    delimiter: str
    quote: str = '"'
    escape: str | None = None
    blanks: bool = False
    names: tuple[str, ...] = ()
    header: int = 0
    header_rows: int = 1
    skipped: int = 0
    notes: tuple[str, ...] = ()

    def reader(self, lines: Iterable[str]) -> Any:
        """Records by Python's own reader, which raises csv.Error for quotes that are not paired."""
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote,
            doublequote=self.escape is None,
            escapechar=self.escape,
            skipinitialspace=self.blanks,
            strict=True,
        )


def with_header(form: Form, records: Sequence[Record], first: int, owner: str, said: Dialect, *, behind: int) -> Form:
    """The form with its names. `records` are those of the head, `first` the one that looks like the header, `behind`
    the line after the last of them. Raises InputError if there seem to be no names."""
    if said.header == 0:
        names = tuple(f"column {i}" for i in range(1, len(records[0][1]) + 1))
        return replace(form, names=names, skipped=records[0][0] - 1)
    line, header = records[first]
    body = [record for _, record in records[first + 1 :]][:SAMPLE]
    if said.header is None:
        _check_names_of(header, body, line, owner)
    notes = []
    if line > 1 and said.header is None:
        above = f"lines 1 to {line - 1} are" if line > 2 else "line 1 is"
        notes.append(f"{above} left out: the names of the columns are taken from line {line} (--header)")
    rows = said.header_rows or 1 + _has_second(header, body)
    further = [record for _, record in records[first + 1 : first + rows]]
    names = _joined(header, further)
    if further and said.header_rows is None:
        shown = ", ".join(cell for cell in further[0] if cell.strip())
        notes.append(f"line {records[first + 1][0]} is taken as a second line of the header: {shown} (--header-rows 1)")
    following = first + rows
    skipped = (records[following][0] if following < len(records) else behind) - 1
    return replace(form, names=names, header=line, header_rows=rows, skipped=skipped, notes=tuple(notes))


def _is_shaped(cell: str) -> bool:
    return bool(SHAPED.fullmatch(cell.strip()))


def _is_missing(cell: str) -> bool:
    return cell.strip().lower() in MISSING


def _shaped_columns(width: int, rows: Sequence[Sequence[str]]) -> list[int]:
    """The columns in which every value is a number, a date or a time, and some is."""
    found = []
    for i in range(width):
        cells = [row[i] for row in rows if i < len(row) and not _is_missing(row[i])]
        if cells and all(map(_is_shaped, cells)):
            found.append(i)
    return found


def _check_names_of(header: Sequence[str], body: Sequence[Sequence[str]], line: int, owner: str) -> None:
    """Raise InputError if a line looks like the rows below it."""
    told = (
        f"{owner}, line {line}: it looks like a row and not like the names of the columns. If there are no names, give "
        f"--header 0; if these are the names, --header {line}"
    )
    shaped = [i for i in _shaped_columns(len(header), body) if header[i].strip()]
    if shaped and all(_is_shaped(header[i]) for i in shaped) and not _is_run([header[i] for i in shaped], header):
        raise InputError(told)
    if len(body) < 2 or len(header) < 2:
        return
    seen = [sum(row[i] == name for row in body if i < len(row)) for i, name in enumerate(header) if name.strip()]
    if not shaped and sum(times > 0 for times in seen) >= max(2, len(seen) / 2):
        raise InputError(told)


def is_header(record: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether a record is clearly a header: words only, and below one of them nothing but numbers or dates."""
    body = body[:SAMPLE]
    if any(_is_shaped(cell) or (cell.strip() and _is_missing(cell)) for cell in record):
        return False
    return len(body) > 1 and any(record[i].strip() for i in _shaped_columns(len(record), body))


def _is_run(names: Sequence[str], header: Sequence[str]) -> bool:
    """Whether names are numbers in equal steps, as years are, or those that a library gives to columns: 0, 1, 2 …"""
    if len(names) < 2 or not all(re.fullmatch("[0-9]{1,9}", name.strip()) for name in names):
        return False
    numbers = [int(name) for name in names]
    if numbers[0] < FIRST_YEAR:
        return numbers == list(range(len(numbers))) and len(names) == sum(bool(name.strip()) for name in header)
    return len({after - before for before, after in pairwise(numbers)} - {0}) == 1


def _has_second(header: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether the first row is a second line of the header: words where all other rows have numbers or dates."""
    if len(body) < 4:
        return False
    row = body[0]
    shaped = [i for i in _shaped_columns(len(header), body[1:]) if header[i].strip()]
    if len(row) != len(header) or any(_is_shaped(row[i]) for i in shaped):
        return False
    words = [i for i in shaped if not _is_missing(row[i])]
    others = [i for i in range(len(header)) if i not in shaped and row[i].strip()]
    new = all(row[i] not in {later[i] for later in body[1:] if i < len(later)} for i in others)
    return len(words) >= (1 if len(shaped) == 1 else 2) and 2 * len(words) >= len(shaped) and new


def _joined(header: Sequence[str], further: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The names of the first line if they are names of their own, else what stands in all lines of the header."""
    own = all(
        name.strip() or not any(line[i : i + 1] and line[i].strip() for line in further)
        for i, name in enumerate(header)
    )
    if not further or (max(Counter(filter(None, header)).values(), default=0) == 1 and own):
        return tuple(header)
    width = len(header)
    filled: list[str] = []
    for name in header:  # a name over several columns stands above the first of them
        filled.append(name if name.strip() or not filled else filled[-1])
    lines = [filled, *([*line, *[""] * width][:width] for line in further)]
    return tuple(" ".join(part for line in lines if (part := line[i].strip())) for i in range(width))
