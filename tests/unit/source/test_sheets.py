"""Workbooks: where the table is, and what a sheet holds that is no value."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pyarrow.parquet as pq
import pytest
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import CoveredTableCell, Table, TableCell, TableRow

from trimtab.core.errors import InputError
from trimtab.core.source.delimited.dialect import Dialect
from trimtab.core.source.sheets.faults import MERGED, NOT_STORED, Fault, faults_of_ods, faults_of_xlsb
from trimtab.core.source.spool import Source, spool

DATA = Path(__file__).parent / "data"
HEADER = ["n", "code", "clock", "day"]
ROWS: list[list[Any]] = [
    [1, "007", dt.time(10, 30), dt.date(2013, 1, 30)],
    [2.5, "008", dt.time(0, 0), dt.datetime(2013, 1, 31, 12)],
    [3, "9", None, None],
]
VALUES = {
    "n": [1.0, 2.5, 3.0],
    "code": ["007", "008", "9"],
    "clock": ["10:30:00", "00:00:00", None],
    "day": [dt.datetime(2013, 1, 30), dt.datetime(2013, 1, 31, 12), None],
}
Edit = Callable[[Any, Any], object]


def book(folder: Path, *rows: list[Any], at: tuple[int, int] = (1, 1), edit: Edit = lambda *_: None) -> Path:
    made = openpyxl.Workbook()
    sheet: Any = made.active
    sheet.title = "Data"
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            if cell is not None:
                sheet.cell(at[0] + i, at[1] + j, cell)
    edit(made, sheet)
    made.save(folder / "book.xlsx")
    return folder / "book.xlsx"


def bring_in(file: Path, folder: Path, **said: Any) -> Source:
    return spool(file, folder / "home", dialect=Dialect(**said))


def values(source: Source) -> dict[str, list[Any]]:
    return dict(pq.read_table(source.path).to_pydict())


def test_types_are_those_of_the_cells(tmp_path: Path) -> None:
    source = bring_in(book(tmp_path, HEADER, *ROWS), tmp_path)
    assert values(source) == VALUES
    assert source.found == {"sheet": "Data", "header": 1, "header_rows": 1}
    assert source.notes == ()


def test_a_table_below_a_title_and_beside_the_edge(tmp_path: Path) -> None:
    source = bring_in(book(tmp_path, ["A title"], [], HEADER, *ROWS[:2], [], *ROWS[2:], at=(2, 3)), tmp_path)
    assert values(source) == VALUES
    assert source.found["header"] == 4
    assert source.notes == (
        "lines 1 to 3 are left out: the names of the columns are taken from line 4 (--header)",
        "blank rows among the others are left out: 1",
    )


def test_a_range_and_a_footer(tmp_path: Path) -> None:
    file = book(tmp_path, HEADER, *ROWS, ["Total", None, None, None], at=(2, 2))
    assert values(bring_in(file, tmp_path, range="B2:E5")) == VALUES
    assert values(bring_in(file, tmp_path, footer=1)) == VALUES
    assert list(values(bring_in(file, tmp_path, range="C:D", header=2))) == ["code", "clock"]
    with pytest.raises(InputError, match="range: there is no value in X:Z; the sheet has values in A1:E6"):
        bring_in(file, tmp_path, range="X:Z")
    with pytest.raises(InputError, match=r"range: it must be cells or columns of a sheet, such as B3:F200"):
        Dialect(range="B3")


def test_sheets(tmp_path: Path) -> None:
    def more(made: Any, _: Any) -> None:
        made.create_sheet("Notes").append(["x"])
        made.create_sheet("Empty")

    file = book(tmp_path, HEADER, *ROWS, edit=more)
    with pytest.raises(InputError, match=r"2 sheets have values: Data, Notes. Say which is meant: --sheet 'Data'"):
        bring_in(file, tmp_path)
    with pytest.raises(InputError, match=r"there is no sheet `data`. Did you mean `Data`\? Known: Data, Notes, Empty"):
        bring_in(file, tmp_path, sheet="data")
    with pytest.raises(InputError, match="sheet Empty: it is empty"):
        bring_in(file, tmp_path, sheet="Empty")
    assert values(bring_in(file, tmp_path, sheet="Data")) == VALUES


def test_hidden_sheets_are_told(tmp_path: Path) -> None:
    def hide(made: Any, _: Any) -> None:
        hidden = made.create_sheet("Old")
        hidden.append(["x"])
        hidden.sheet_state = "hidden"

    source = bring_in(book(tmp_path, HEADER, *ROWS, edit=hide), tmp_path)
    assert source.notes == ("hidden sheets are left out: Old (--sheet)",)


@pytest.mark.parametrize(
    ("cells", "match"),
    [
        ([4, "010", "#DIV/0!"], r"#DIV/0! in 1 cell \(first C5\). .* --missing '#DIV/0!'"),
        ([4, "010", "=1+1"], "a formula has no stored value in 1 cell, the first C5"),
        ([2**53 + 2, "x"], None),
    ],
)
def test_cells_without_a_value(tmp_path: Path, cells: list[Any], match: str | None) -> None:
    file = book(tmp_path, HEADER, *ROWS, cells)
    if match is None:  # a measure among others, for which digits are no name
        assert values(bring_in(file, tmp_path))["n"][-1] == 2.0**53 + 2
        return
    with pytest.raises(InputError, match=f"book.xlsx: sheet Data: .*{match}"):
        bring_in(file, tmp_path)


def test_errors_that_mean_missing(tmp_path: Path) -> None:
    file = book(tmp_path, HEADER, *ROWS, [4, "010", "#N/A", None])
    source = bring_in(file, tmp_path)
    assert values(source)["clock"][-1] is None
    assert source.notes == ("the error #N/A is read as missing, in 1 cell, the first C5",)
    file = book(tmp_path, HEADER, *ROWS, [4, "010", "#REF!", None])
    assert values(bring_in(file, tmp_path, missing=("#REF!",)))["clock"][-1] is None


def test_merged_cells(tmp_path: Path) -> None:
    title = book(tmp_path, ["A title"], HEADER, *ROWS, edit=lambda _, sheet: sheet.merge_cells("A1:D1"))
    assert values(bring_in(title, tmp_path)) == VALUES
    body = book(tmp_path, HEADER, *ROWS, edit=lambda _, sheet: sheet.merge_cells("B3:B4"))
    with pytest.raises(InputError, match="cells are merged from B3 on, and only the first of them has a value"):
        bring_in(body, tmp_path)


def test_identifiers_that_lost_digits(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"`id` has whole numbers beyond 2\*\*53, such as in A3"):
        bring_in(book(tmp_path, ["id"], [5], [2**53 + 2]), tmp_path)


def test_times_of_more_than_a_day(tmp_path: Path) -> None:
    def as_time(_: Any, sheet: Any) -> None:
        sheet["A3"].number_format = "hh:mm"

    with pytest.raises(InputError, match="`t` has times of a day, and in A3 one of a day or more"):
        bring_in(book(tmp_path, ["t"], [dt.time(5, 0)], [1.25], edit=as_time), tmp_path)
    source = bring_in(book(tmp_path, ["d", "x"], [dt.timedelta(hours=30), 1], [dt.timedelta(minutes=1), 2]), tmp_path)
    assert values(source)["d"] == [108_000, 60]
    assert source.notes == ("durations in `d` are read as seconds",)


def test_the_older_form_has_errors_too(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"sheet Errors: there are errors: #DIV/0! in 1 cell \(first A3\)"):
        bring_in(DATA / "workbook.xls", tmp_path, sheet="Errors")


def test_faults_of_ods(tmp_path: Path) -> None:
    made, sheet = OpenDocumentSpreadsheet(), Table(name="S")
    made.spreadsheet.addElement(sheet)
    for cells in (
        [TableCell(valuetype="float", value="1", numbercolumnsrepeated=3), TableCell(formula="of:=1+1")],
        [TableCell(valuetype="float", value="1", numbercolumnsspanned=2), CoveredTableCell()],
    ):
        row = TableRow(numberrowsrepeated=2)
        sheet.addElement(row)
        for cell in cells:
            row.addElement(cell)
    made.save(tmp_path / "book.ods")
    assert list(faults_of_ods(tmp_path / "book.ods", "S")) == [Fault(0, 3, NOT_STORED), Fault(2, 0, MERGED, 2)]


def test_faults_of_xlsb(tmp_path: Path) -> None:
    def number(value: int) -> bytes:
        return value.to_bytes(4, "little")

    def text(value: str) -> bytes:
        return number(len(value)) + value.encode("utf-16-le")

    def record(type_: int, body: bytes) -> bytes:
        head = bytes([type_]) if type_ < 128 else bytes([type_ & 0x7F | 0x80, type_ >> 7])
        return head + bytes([len(body)]) + body

    cell = number(4) + bytes(4)
    with ZipFile(tmp_path / "book.xlsb", "w") as archive:
        archive.writestr("xl/workbook.bin", record(156, bytes(8) + text("rId1") + text("S")))
        archive.writestr("xl/_rels/workbook.bin.rels", '<R><R Id="rId1" Target="worksheets/sheet1.bin"/></R>')
        merged = b"".join(map(number, (2, 5, 1, 1)))
        body = [
            (0, number(7) + bytes(8)),
            (5, cell + bytes(8)),
            (3, cell + b"\x2a"),
            (11, cell + b"\x07"),
            (177, merged),
        ]
        archive.writestr("xl/worksheets/sheet1.bin", b"".join(record(*one) for one in body))
    found = list(faults_of_xlsb(tmp_path / "book.xlsb", "S"))
    assert found == [Fault(7, 4, "#N/A"), Fault(7, 4, "#DIV/0!"), Fault(2, 1, MERGED, 5)]


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.xlsx", b"PK\x03\x04 and more"), ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))],
)
def test_damaged_workbooks(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=f"{name}: the workbook can't be read .* save it again"):
        bring_in(tmp_path / name, tmp_path)


def test_an_encrypted_workbook(tmp_path: Path) -> None:
    entry = '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry>'
    names = 'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
    with ZipFile(tmp_path / "secret.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", f"<manifest:manifest {names}>{entry}</manifest:manifest>")
        archive.writestr("content.xml", b"\x00\x01\x02")
    with pytest.raises(
        InputError, match=r"secret\.ods: the workbook is encrypted with a password\. Save it without one"
    ):
        bring_in(tmp_path / "secret.ods", tmp_path)
