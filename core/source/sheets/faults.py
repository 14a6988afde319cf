"""Cells of a sheet that have no value to read: errors, and formulas whose result was not stored.

The reader of the cells gives them as blank ones, so each kind of workbook is looked through for them here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.parsers import expat
from zipfile import ZipFile

CHUNK = 1 << 20
ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
"""Errors by their number in binary workbooks."""
NOT_STORED = "a formula without a stored value"
MERGED = "merged cells"


@dataclass(frozen=True)
class Fault:
    """A cell without a value, by row and column from 0: `what` is the error, NOT_STORED or MERGED. Merged cells begin
    there and end in the row `last`."""

    row: int
    column: int
    what: str
    last: int = -1


def parse(stream: IO[bytes], start: Callable[[str, dict[str, str]], None], end: Callable[[str, str], None]) -> None:
    """Go through XML: `start` gets the name of each element, without its prefix, and its attributes, `end` the name
    and the text right before the end. Raises expat.ExpatError."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    text: list[str] = []

    def opened(name: str, attributes: dict[str, str]) -> None:
        text.clear()
        start(name.rpartition(":")[2], attributes)

    def closed(name: str) -> None:
        end(name.rpartition(":")[2], "".join(text))
        text.clear()

    parser.StartElementHandler, parser.EndElementHandler = opened, closed
    parser.CharacterDataHandler = text.append
    parser.ParseFile(stream)


def faults_of_xlsx(file: Path, sheet: str) -> Iterator[Fault]:
    """Those of a sheet of a workbook in XML."""
    with ZipFile(file) as archive:
        name = _sheet_file(archive, sheet)
        if not _is_suspicious(archive, name):
            return
        found: list[Fault] = []
        cell: dict[str, str] = {}
        formula, value = [False], [""]

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag == "c":
                cell.clear()
                cell.update(attributes)
                formula[0], value[0] = False, ""
            elif tag == "f":
                formula[0] = True

        def end(tag: str, text: str) -> None:
            if tag == "v":
                value[0] = text
            elif tag == "c" and cell.get("t") == "e":
                found.append(Fault(*place_of(cell["r"]), value[0] or "#N/A"))
            elif tag == "c" and formula[0] and not value[0] and cell.get("t") != "str":
                found.append(Fault(*place_of(cell["r"]), NOT_STORED))

        with archive.open(name) as stream:
            parse(stream, start, end)
        yield from found


def _sheet_file(archive: ZipFile, sheet: str) -> str:
    """The file of a sheet in the archive of a workbook in XML."""
    ids: dict[str, str] = {}
    files: dict[str, str] = {}

    def listed(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            key = next((name for name in attributes if name.endswith(":id")), "r:id")
            ids[attributes["name"]] = attributes.get(key, "")

    def related(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            files[attributes["Id"]] = attributes["Target"]

    with archive.open("xl/workbook.xml") as stream:
        parse(stream, listed, lambda *_: None)
    with archive.open("xl/_rels/workbook.xml.rels") as stream:
        parse(stream, related, lambda *_: None)
    target = files[ids[sheet]]
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _is_suspicious(archive: ZipFile, name: str) -> bool:
    """Whether a sheet has any error or formula: most have none, and to parse them all takes long."""
    tail = b""
    with archive.open(name) as stream:
        while chunk := stream.read(CHUNK):
            if any(sign in tail + chunk for sign in (b'"e"', b"'e'", b"<f", b":f")):
                return True
            tail = chunk[-8:]
    return False


def faults_of_ods(file: Path, sheet: str) -> Iterator[Fault]:
    """Those of a sheet of an OpenDocument spreadsheet. Errors stand there as texts."""
    found: list[Fault] = []
    state = {"inside": 0, "row": 0, "column": 0, "rows": 1}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "table":
            state["inside"] = int(attributes.get("table:name") == sheet)
            state["row"] = 0
        elif tag == "table-row" and state["inside"]:
            state["rows"], state["column"] = int(attributes.get("table:number-rows-repeated", 1)), 0
        elif tag in ("table-cell", "covered-table-cell") and state["inside"]:
            down = int(attributes.get("table:number-rows-spanned", 1))
            if "table:formula" in attributes and not attributes.get("office:value-type"):
                found.append(Fault(state["row"], state["column"], NOT_STORED))
            elif down > 1 or int(attributes.get("table:number-columns-spanned", 1)) > 1:
                found.append(Fault(state["row"], state["column"], MERGED, state["row"] + down - 1))
            state["column"] += int(attributes.get("table:number-columns-repeated", 1))

    def end(tag: str, _: str) -> None:
        if tag == "table-row" and state["inside"]:
            state["row"] += state["rows"]

    with ZipFile(file) as archive, archive.open("content.xml") as stream:
        parse(stream, start, end)
    yield from found


def faults_of_xlsb(file: Path, sheet: str) -> Iterator[Fault]:
    """Those of a sheet of a binary workbook in a zip archive."""
    with ZipFile(file) as archive:
        relation = next(
            id_
            for type_, body in _records(archive.read("xl/workbook.bin"))
            if type_ == 156
            for id_, name in [_texts(body, 8, 2)]
            if name == sheet
        )
        files: dict[str, str] = {}
        with archive.open("xl/_rels/workbook.bin.rels") as stream:
            parse(
                stream, lambda _, found: files.update({found.get("Id", ""): found.get("Target", "")}), lambda *_: None
            )
        row = 0
        for type_, body in _records(archive.read(f"xl/{files[relation]}")):
            if type_ == 0:
                row = int.from_bytes(body[:4], "little")
            elif type_ == 177:
                first, last, column = (int.from_bytes(body[at : at + 4], "little") for at in (0, 4, 8))
                yield Fault(first, column, MERGED, last)
            elif type_ in (3, 11):  # an error, and a formula that gave one
                yield Fault(row, int.from_bytes(body[:4], "little"), ERRORS.get(body[8], "#N/A"))


def _records(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Types and bodies of records, whose heads are numbers of seven bits a byte."""
    at = 0
    while at < len(content):
        type_ = content[at]
        at += 1
        if type_ & 0x80:
            type_, at = (type_ & 0x7F) | content[at] << 7, at + 1
        size, shift = 0, 0
        while True:
            size |= (content[at] & 0x7F) << shift
            shift, at = shift + 7, at + 1
            if not content[at - 1] & 0x80:
                break
        yield type_, content[at : at + size]
        at += size


def _texts(body: bytes, at: int, count: int) -> list[str]:
    found = []
    for _ in range(count):
        size = int.from_bytes(body[at : at + 4], "little")
        found.append(body[at + 4 : at + 4 + 2 * size].decode("utf-16-le"))
        at += 4 + 2 * size
    return found


def place_of(cell: str) -> tuple[int, int]:
    """Row and column, from 0, of a cell.

    >>> place_of("AB12")
    (11, 27)
    """
    letters = cell.rstrip("0123456789")
    column = 0
    for letter in letters.upper():
        column = 26 * column + ord(letter) - 64
    return int(cell[len(letters) :]) - 1, column - 1


def cell_at(row: int, column: int) -> str:
    """The name of a cell.

    >>> cell_at(11, 27)
    'AB12'
    """
    letters, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"
