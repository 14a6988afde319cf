"""The cells of a sheet in which a table stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from python_calamine import CalamineSheet

from trimtab.core.errors import InputError
from trimtab.core.source.delimited.dialect import RANGE
from trimtab.core.source.sheets.faults import cell_at, place_of


@dataclass(frozen=True)
class Area:
    """Rows and columns from 0, the last ones included."""

    top: int
    first: int
    bottom: int
    last: int

    @property
    def name(self) -> str:
        """As a sheet calls it."""
        return f"{cell_at(self.top, self.first)}:{cell_at(self.bottom, self.last)}"

    def holds(self, row: int, column: int) -> bool:
        """Whether a cell lies in it."""
        return self.top <= row <= self.bottom and self.first <= column <= self.last

    def rows(self, sheet: CalamineSheet) -> Iterator[tuple[int, list[Any]]]:
        """The numbers of the rows, as the sheet shows them, and their cells."""
        left = [""] * (sheet.start[1] if sheet.start else 0)
        for row, cells in enumerate(sheet.iter_rows()):  # from the first row, but the first column that has a value
            if row > self.bottom:
                return
            if row >= self.top:
                found = [*left, *cells][self.first : self.last + 1]
                yield row + 1, found + [""] * (self.last + 1 - self.first - len(found))


def area_of(sheet: CalamineSheet, said: str | None, owner: str) -> Area:
    """The area that a person said, or all cells, without columns at the sides that are blank. Raises InputError if
    there is nothing in it."""
    if sheet.end is None:
        raise InputError(f"{owner}: it is empty.")
    bottom, last = sheet.end
    whole = Area(0, 0, bottom, last)
    asked = whole if said is None else _asked(said, whole)
    first, last = asked.last + 1, -1
    for _, cells in asked.rows(sheet):
        filled = [i for i, cell in enumerate(cells, asked.first) if cell != ""]
        if filled:
            first, last = min(first, filled[0]), max(last, filled[-1])
        if (first, last) == (asked.first, asked.last):
            break
    if last < 0:
        raise InputError(
            f"{owner}: range: there is no value in {said or whole.name}; the sheet has values in {whole.name}."
        )
    return Area(asked.top, first, asked.bottom, last)


def _asked(said: str, whole: Area) -> Area:
    match = RANGE.fullmatch(said.strip())
    assert match is not None
    left, top, right, bottom = match.groups()
    columns = sorted(place_of(f"{letters}1")[1] for letters in (left, right))
    rows = sorted((int(top or 1) - 1, int(bottom or whole.bottom + 1) - 1))
    return Area(rows[0], columns[0], min(rows[1], whole.bottom), min(columns[1], whole.last))
