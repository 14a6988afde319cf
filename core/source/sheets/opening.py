"""A workbook, opened, and the sheet that is meant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from trimtab.core.errors import InputError, nearest
from trimtab.core.source.delimited.dialect import Dialect
from trimtab.core.source.sheets.faults import (
    MERGED,
    Fault,
    faults_of_ods,
    faults_of_xlsb,
    faults_of_xlsx,
)
from trimtab.core.source.sheets.old import faults_of_xls

FAULTS: dict[str, Callable[[Path, str], Iterator[Fault]]] = {
    ".xlsx": faults_of_xlsx,
    ".xlsm": faults_of_xlsx,
    ".xlsb": faults_of_xlsb,
    ".ods": faults_of_ods,
    ".xls": faults_of_xls,
}


@contextmanager
def open_sheet(file: Path, owner: str, said: Dialect) -> Iterator[tuple[CalamineSheet, list[str]]]:
    """The sheet that `said` names, or the only one with values, and what a person must be told of the others."""
    try:
        with CalamineWorkbook.from_path(str(file)) as workbook:
            yield _chosen(workbook, owner, said)
    except PasswordError as error:
        raise InputError(f"{owner}: the workbook is encrypted with a password. Save it without one.") from error
    except (CalamineError, BadZipFile, ExpatError, KeyError, ValueError, IndexError, StopIteration) as error:
        said_ = str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__
        raise InputError(
            f"{owner}: the workbook can't be read ({said_}). It is damaged or of another kind than its name says; save "
            "it again."
        ) from error


def faults_of(file: Path, sheet: CalamineSheet) -> Iterator[Fault]:
    """The cells of a sheet that have no value to read."""
    yield from FAULTS[file.suffix.lower()](file, sheet.name)
    for (top, first), (bottom, _) in sheet.merged_cell_ranges or ():
        yield Fault(top, first, MERGED, bottom)


def _chosen(workbook: CalamineWorkbook, owner: str, said: Dialect) -> tuple[CalamineSheet, list[str]]:
    sheets = {one.name: one for one in workbook.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet}
    if said.sheet is not None:
        if said.sheet not in sheets:
            raise InputError(f"{owner}: there is no sheet `{said.sheet}`.{nearest(said.sheet, sheets)}")
        return workbook.get_sheet_by_name(said.sheet), []
    filled = {name: one for name in sheets if (one := workbook.get_sheet_by_name(name)).end is not None}
    shown = [name for name in filled if sheets[name].visible == SheetVisibleEnum.Visible]
    if len(shown) > 1:
        raise InputError(
            f"{owner}: {len(shown)} sheets have values: {', '.join(shown)}. Say which is meant: --sheet '{shown[0]}'"
        )
    if not shown:
        but = (
            f" but hidden ones: {', '.join(filled)}. Say which is meant: --sheet '{next(iter(filled))}'"
            if filled
            else "."
        )
        raise InputError(f"{owner}: no sheet has values{but}")
    hidden = [name for name in filled if name not in shown]
    notes = [f"hidden sheets are left out: {', '.join(hidden)} (--sheet)"] if hidden else []
    return filled[shown[0]], notes
