"""The rows of a table in a sheet of a workbook as a table of texts."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineSheet

from trimtab.core.errors import InputError
from trimtab.core.source.delimited.detecting import LOOKED_AT, find_header
from trimtab.core.source.delimited.dialect import Dialect
from trimtab.core.source.delimited.header import Form
from trimtab.core.source.delimited.rows import Texts
from trimtab.core.source.sheets.area import Area, area_of
from trimtab.core.source.sheets.faults import ERRORS, MERGED, NOT_STORED, Fault, cell_at
from trimtab.core.source.sheets.opening import faults_of, open_sheet

BATCH_ROWS = 65_536
EXACT = 2**53
"""Whole numbers beyond it have lost digits: a sheet holds numbers of 64 bits with a point."""
WRITTEN = 10**20
"""Numbers from here on are measures and no identifiers."""
FIRST_DAYS = 1900
"""A time of a day and more, in a cell that shows hours and minutes only, is read as one of this year or the one
before."""
ERROR_WORDS = frozenset(ERRORS.values())
UNKNOWN = "#N/A"
"""The error that says that a value is not there."""


def read_texts(file: Path, work: Path, owner: str, said: Dialect) -> Texts:
    """The rows of the table in a sheet, in the folder `work`.

    The names are in the first row that looks like it, or where `said` tells. Raises InputError for a workbook that is
    encrypted or damaged, a sheet that is not there or not named where there are several, merged cells, errors other
    than #N/A that nobody said to mean missing, formulas without a stored value, and whole numbers that lost digits.
    """
    with open_sheet(file, owner, said) as (sheet, notes):
        owner = f"{owner}: sheet {sheet.name}"
        rows = _Rows(sheet, area_of(sheet, said.range, owner), owner)
        head = rows.head()
        form = find_header(head, owner, said, behind=head[-1][0] + 1)
        found = _Found(form, owner, said)
        found.take_faults(faults_of(file, sheet), rows.area)
        target = work / "texts.parquet"
        count = _write(rows, form, found, target)
    seen = {"sheet": sheet.name, "range": said.range, "header": form.header, "header_rows": form.header_rows}
    shown = {
        name: value for name, value in seen.items() if value is not None and (form.header or name != "header_rows")
    }
    told = (*notes, *form.notes, *found.notes())
    return Texts(target, count, form.names, told, shown, found.words())


@dataclass
class _Rows:
    """The rows of an area that are not blank, with their numbers as the sheet shows them."""

    sheet: CalamineSheet
    area: Area
    owner: str

    def __iter__(self) -> Iterator[tuple[int, list[Any]]]:
        for number, cells in self.area.rows(self.sheet):
            if any(cell != "" for cell in cells):
                yield number, cells

    def head(self) -> list[tuple[int, list[str]]]:
        """The first rows, as texts."""
        found = []
        for number, cells in self:
            found.append((number, [text_of(cell) or "" for cell in cells]))
            if len(found) > LOOKED_AT:
                break
        if not found:
            raise InputError(f"{self.owner}: it has no value in {self.area.name}.")
        return found


@dataclass
class _Found:
    """What was met in the cells, by column."""

    form: Form
    owner: str
    said: Dialect
    kinds: dict[int, set[type]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    first: dict[str, str] = field(default_factory=dict)
    large: dict[int, str] = field(default_factory=dict)
    whole: dict[int, bool] = field(default_factory=dict)
    early: dict[int, str] = field(default_factory=dict)
    blank: int = 0

    def take_faults(self, faults: Iterator[Fault], area: Area) -> None:
        """Take note of the faults of the sheet that lie in the rows. Raises InputError for those that are none."""
        begin, header = self.form.skipped, max(self.form.header - 1, 0)
        inside = [one for one in faults if one.last >= begin or (one.row >= header and area.holds(one.row, one.column))]
        bare = [one for one in inside if one.what == NOT_STORED]
        if bare:
            raise InputError(
                f"{self.owner}: a formula has no stored value in {_cells(len(bare))}, the first {_cell(bare[0])}. Open "
                "the workbook in a spreadsheet program and save it, and the values are stored."
            )
        for one in inside:
            if one.what == MERGED and one.last >= begin and area.holds(max(one.row, begin), one.column):
                raise InputError(
                    f"{self.owner}: cells are merged from {_cell(one)} on, and only the first of them has a value. "
                    "Undo that and fill in each, or leave them out by --range."
                )
            if one.what != MERGED and one.row >= begin:
                self._error(one.what, _cell(one))

    def take(self, number: int, place: int, column: int, cell: Any) -> str | None:
        """The text of a cell in this row of the sheet, and column of the table and of the sheet."""
        if cell == "":
            return None
        where = cell_at(number - 1, column)
        if isinstance(cell, str) and (cell in ERROR_WORDS or cell.startswith("Err:5")):
            self._error(cell, where)
            return None
        kinds = self.kinds.setdefault(place, set())
        kinds.add(type(cell))
        if isinstance(cell, float):
            whole = cell.is_integer()
            self.whole[place] = self.whole.get(place, True) and whole
            if whole and EXACT <= abs(cell) < WRITTEN:
                self.large.setdefault(place, where)
        elif isinstance(cell, dt.date) and cell.year <= FIRST_DAYS:
            self.early.setdefault(place, where)
        return text_of(cell)

    def _error(self, word: str, where: str) -> None:
        self.errors[word] += 1
        self.first.setdefault(word, where)

    def check(self) -> None:
        """Raise InputError for what would be read as another value than was meant."""
        missing = {word.strip().upper() for word in self.said.missing or ()} | {UNKNOWN}
        wrong = [word for word in self.errors if word.upper() not in missing]
        if wrong:
            told = " and ".join(f"{word} in {_cells(self.errors[word])} (first {self.first[word]})" for word in wrong)
            raise InputError(
                f"{self.owner}: there are errors: {told}. Mend them, or say that they mean missing: --missing "
                f"'{wrong[0]}'"
            )
        for place, where in self.large.items():
            if self.whole[place]:
                raise InputError(
                    f"{self.owner}: `{self.form.names[place]}` has whole numbers beyond 2**53, such as in {where}, of "
                    "which a sheet does not hold the last digits. Store them as text."
                )
        for place, where in self.early.items():
            if dt.time in self.kinds[place]:
                raise InputError(
                    f"{self.owner}: `{self.form.names[place]}` has times of a day, and in {where} one of a day or "
                    "more, which is no time of day. Give the column the form [h]:mm:ss."
                )

    def words(self) -> frozenset[str]:
        """The columns that hold nothing but texts."""
        return frozenset(f"c{place}" for place, kinds in self.kinds.items() if kinds == {str})

    def notes(self) -> list[str]:
        """What a person must be told."""
        found = [
            f"the error {word} is read as missing, in {_cells(times)}, the first {self.first[word]}"
            for word, times in self.errors.items()
        ]
        spans = [f"`{self.form.names[place]}`" for place, kinds in self.kinds.items() if dt.timedelta in kinds]
        if spans:
            found.append(f"durations in {', '.join(spans)} are read as seconds")
        if self.blank:
            found.append(f"blank rows among the others are left out: {self.blank:,}")
        return found


def _write(rows: _Rows, form: Form, found: _Found, target: Path) -> int:
    """Write the rows below the header as texts, but for the footer; returns how many there are."""
    names = [f"c{i}" for i in range(len(form.names))]
    schema = pa.schema([(name, pa.string()) for name in names])
    footer = found.said.footer or 0
    held: list[list[str | None]] = []
    count, before = 0, form.skipped
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for number, cells in rows:
            if number <= form.skipped:
                continue
            found.blank, before = found.blank + number - before - 1, number
            held.append([found.take(number, i, rows.area.first + i, cell) for i, cell in enumerate(cells)])
            if len(held) >= BATCH_ROWS + footer:
                count += _flush(writer, schema, held[: len(held) - footer])
                held = held[len(held) - footer :]
        if footer > len(held):
            raise InputError(f"{found.owner}: footer: the sheet has not so many rows.")
        count += _flush(writer, schema, held[: len(held) - footer])
    found.check()
    return count


def _flush(writer: pq.ParquetWriter, schema: pa.Schema, rows: Sequence[Sequence[str | None]]) -> int:
    if rows:
        columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
        writer.write_batch(pa.record_batch(columns, schema=schema))
    return len(rows)


def text_of(cell: Any) -> str | None:
    """A cell as CSV has it; None for a blank one. Durations become seconds."""
    if cell == "":
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, dt.timedelta):
        cell = cell / dt.timedelta(seconds=1)
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < WRITTEN else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, dt.date | dt.time) else str(cell)


def _cell(one: Fault) -> str:
    return cell_at(one.row, one.column)


def _cells(count: int) -> str:
    return f"{count:,} cell{'s' * (count > 1)}"
