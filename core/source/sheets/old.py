"""The errors in a workbook of the older form (.xls): records in a stream of a compound file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from trimtab.core.source.sheets.faults import ERRORS, Fault

FREE = 0xFFFFFFFA
"""Numbers of sectors from here on end a chain."""
SHEET, ERROR, FORMULA, END = 0x85, 0x205, 0x06, 0x0A


def faults_of_xls(file: Path, sheet: str) -> Iterator[Fault]:
    """Those of a sheet. A result is always stored beside its formula."""
    content = _stream(file.read_bytes(), ("Workbook", "Book"))
    begin = next(
        int.from_bytes(body[:4], "little")
        for type_, body in _records(content, 0)
        if type_ == SHEET and _name(body) == sheet
    )
    depth = 0
    for type_, body in _records(content, begin):
        depth += {0x809: 1, END: -1}.get(type_, 0)
        if not depth:
            return
        row, column = int.from_bytes(body[:2], "little"), int.from_bytes(body[2:4], "little")
        if type_ == ERROR and body[7]:
            yield Fault(row, column, ERRORS.get(body[6], "#N/A"))
        elif type_ == FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:
            yield Fault(row, column, ERRORS.get(body[8], "#N/A"))


def _records(content: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at + 4 <= len(content):
        type_, size = int.from_bytes(content[at : at + 2], "little"), int.from_bytes(content[at + 2 : at + 4], "little")
        yield type_, content[at + 4 : at + 4 + size]
        at += 4 + size


def _name(body: bytes) -> str:
    size, wide = body[6], body[7] & 1
    return body[8 : 8 + size * (1 + wide)].decode("utf-16-le" if wide else "latin-1")


def _stream(content: bytes, names: tuple[str, ...]) -> bytes:
    """A stream of a compound file (MS-CFB), by one of its names. Raises ValueError if there is none of 4,096 bytes or
    more, which every program writes."""
    size = 1 << int.from_bytes(content[30:32], "little")

    def sector(number: int) -> bytes:
        return content[(number + 1) * size : (number + 2) * size]

    def numbers(held: bytes) -> list[int]:
        return [int.from_bytes(held[i : i + 4], "little") for i in range(0, len(held), 4)]

    tables, following = numbers(content[76:512]), int.from_bytes(content[68:72], "little")
    while following < FREE:
        *more, following = numbers(sector(following))
        tables += more
    chain = [number for table in tables if table < FREE for number in numbers(sector(table))]

    def follow(number: int) -> bytes:
        held, seen = [], 0
        while number < FREE and seen <= len(chain):
            held.append(sector(number))
            number, seen = chain[number], seen + 1
        return b"".join(held)

    entries = follow(int.from_bytes(content[48:52], "little"))
    for at in range(0, len(entries), 128):
        entry = entries[at : at + 128]
        name = entry[: max(0, int.from_bytes(entry[64:66], "little") - 2)].decode("utf-16-le", "replace")
        length = int.from_bytes(entry[120:124], "little")
        if name in names and length >= 4096:
            return follow(int.from_bytes(entry[116:120], "little"))[:length]
    raise ValueError("there is no stream of a workbook")
