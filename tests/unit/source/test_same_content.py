"""The same table gives the same columns, kinds, values and gaps, whatever kind of file it comes in."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.csv
import pyarrow.feather
import pyarrow.ipc
import pyarrow.parquet as pq
import pyreadstat
import pytest
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.teletype import addTextToElement
from odf.text import P

from tests.unit.source.content import content, table
from trimtab.core.source.delimited.dialect import Dialect
from trimtab.core.source.readers import READERS
from trimtab.core.source.spool import spool

DATA = Path(__file__).parent / "data"


def write_csv(rows: pa.Table, file: Path) -> None:
    pyarrow.csv.write_csv(rows, file)


def write_json_lines(rows: pa.Table, file: Path) -> None:
    lines = "".join(json.dumps(row, default=lambda value: value.isoformat()) + "\n" for row in rows.to_pylist())
    file.write_bytes(gzip.compress(lines.encode()) if file.suffix == ".gz" else lines.encode())


def write_stream(rows: pa.Table, file: Path) -> None:
    with pa.ipc.new_stream(str(file), rows.schema) as writer:
        writer.write_table(rows, max_chunksize=5)


def write_xlsx(rows: pa.Table, file: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(rows.column_names)
    for row in rows.to_pylist():
        sheet.append(list(row.values()))
    book.save(file)


def write_ods(rows: pa.Table, file: Path) -> None:
    book, sheet = OpenDocumentSpreadsheet(), Table(name="Data")
    book.spreadsheet.addElement(sheet)
    for cells in [rows.column_names, *(list(row.values()) for row in rows.to_pylist())]:
        line = TableRow()
        sheet.addElement(line)
        for cell in cells:
            line.addElement(_ods_cell(cell))
    book.save(file)


def _ods_cell(cell: Any) -> TableCell:
    if cell is None:
        return TableCell()
    if isinstance(cell, bool):
        return TableCell(valuetype="boolean", booleanvalue=str(cell).lower())
    if isinstance(cell, int | float):
        return TableCell(valuetype="float", value=repr(cell))
    if isinstance(cell, dt.date):
        return TableCell(valuetype="date", datevalue=cell.isoformat())
    if isinstance(cell, dt.time):
        return TableCell(valuetype="time", timevalue=f"{cell:PT%HH%MM%SS}")
    found = TableCell(valuetype="string")
    for line in str(cell).split("\n"):
        found.addElement(P())
        addTextToElement(found.lastChild, line)
    return found


WRITERS: dict[str, Callable[[pa.Table, Path], None]] = {
    "table.parquet": lambda rows, file: pq.write_table(rows, file),
    "table.jsonl": write_json_lines,
    "table.ndjson.gz": write_json_lines,
    "table.feather": lambda rows, file: pyarrow.feather.write_feather(rows, file, chunksize=5),
    "stream.arrow": write_stream,
    "table.xlsx": write_xlsx,
    "table.ods": write_ods,
}


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """The content of the table as CSV."""
    folder = tmp_path_factory.mktemp("csv")
    write_csv(table(), folder / "table.csv")
    return content(spool(folder / "table.csv", folder / "home"))


@pytest.mark.parametrize("name", WRITERS)
def test_the_content_is_that_of_the_csv(tmp_path: Path, wanted: list[Any], name: str) -> None:
    WRITERS[name](table(), tmp_path / name)
    source = spool(tmp_path / name, tmp_path / "home")
    assert content(source) == wanted


@pytest.mark.parametrize("ending", [".sav", ".zsav", ".dta", ".xpt"])
def test_statistics_packages(tmp_path: Path, wanted: list[Any], ending: str) -> None:
    """They have no true and false, and Stata no times of day."""
    frame = table().to_pandas()
    left = {"cancelled"} | ({"clock"} if ending == ".dta" else set())
    frame["carrier"] = frame["carrier"].astype(object)
    frame = frame.drop(columns=list(left))
    file = str(tmp_path / f"table{ending}")
    if ending == ".dta":
        pyreadstat.write_dta(frame, file)
    elif ending == ".xpt":
        pyreadstat.write_xport(frame, file, file_format_version=8)
    else:
        pyreadstat.write_sav(frame, file, compress=ending == ".zsav")
    found = content(spool(Path(file), tmp_path / "home"))
    shortened = ending in (".sav", ".zsav", ".xpt")  # blanks at the end of a text
    for name, kind, values in wanted:
        if name not in left:
            texts = [one.rstrip() if shortened and isinstance(one, str) else one for one in values]
            assert (name, kind, texts) in found


def test_a_workbook_of_the_older_form(tmp_path: Path, wanted: list[Any]) -> None:
    assert content(spool(DATA / "workbook.xls", tmp_path / "home", dialect=Dialect(sheet="Data"))) == wanted


def test_another_value_is_another_content(tmp_path: Path, wanted: list[Any]) -> None:
    rows = table().to_pylist()
    rows[4]["code"] = "4"
    write_json_lines(pa.Table.from_pylist(rows, schema=table().schema), tmp_path / "table.jsonl")
    assert content(spool(tmp_path / "table.jsonl", tmp_path / "home")) != wanted


def test_every_reader_is_looked_at() -> None:
    names = [*WRITERS, "table.sav", "table.dta", "table.xpt"]
    looked_at = {type(READERS[suffix]) for suffix in READERS for name in names if name.endswith(suffix)}
    assert {type(reader) for reader in READERS.values()} == {type(READERS[".csv"]), *looked_at}
