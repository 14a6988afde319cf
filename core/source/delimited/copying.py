"""A text file as it is read: unpacked, in UTF-8, without a byte order mark and without what stands below the rows."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from trimtab.core.errors import InputError
from trimtab.core.source.delimited.dialect import OPEN, Dialect

CHUNK = 1 << 20
ADVICE = "Save it as UTF-8 (in Excel: CSV UTF-8), or name its encoding: --encoding cp1252"
MARKS = {codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
LOOKED_AT = 2_000
"""Bytes by which text in UTF-16 without a mark is told."""


def copy_text(file: Path, copy: Path, owner: str, said: Dialect = OPEN, *, gzipped: bool) -> str:
    """Copy `file` to `copy`, and give the name of its encoding. Raises InputError if it is in another
    encoding than it seems or `said` names (naming the line), or damaged."""
    try:
        with gzip.open(file) if gzipped else file.open("rb") as source, copy.open("wb") as target:
            start = source.read(CHUNK)
            found = said.encoding or _encoding(start) or "utf-8"
            source.seek(0)
            if codecs.lookup(found).name == "utf-8":
                _copy_utf8(cast(BinaryIO, source), target, owner)
            else:
                _decode(cast(BinaryIO, source), target, found, owner)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(
            f"{owner}: it can't be read to its end ({error}). It is damaged or cut off; copy it again."
        ) from error
    return found


def cut_footer(copy: Path, lines: int, owner: str) -> None:
    """Leave out so many lines at the end, blank ones not counted."""
    with copy.open("r+b") as handle:
        size = handle.seek(0, 2)
        handle.seek(max(0, size - CHUNK))
        tail = handle.read().splitlines(keepends=True)
        end = size
        while tail and lines:
            line = tail.pop()
            end -= len(line)
            lines -= bool(line.strip())
        if lines or not tail:
            raise InputError(f"{owner}: footer: the file has not so many lines.")
        handle.truncate(end)


def _encoding(start: bytes) -> str | None:
    """UTF-16 or UTF-32, by its mark or by zeros in every other byte; None for anything else."""
    for mark, name in MARKS.items():
        if start.startswith(mark):
            return name
    head = start[:LOOKED_AT]
    for name, zeros, others in (("utf-16-le", head[1::2], head[::2]), ("utf-16-be", head[::2], head[1::2])):
        if zeros.count(0) > 0.8 * len(zeros) and not others.count(0):
            return name
    return None


def _copy_utf8(source: BinaryIO, target: BinaryIO, owner: str) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    line = 1
    try:
        for number, chunk in enumerate(iter(partial(source.read, CHUNK), b"")):
            if b"\0" in chunk:
                raise InputError(f"{owner}: it is not text in UTF-8, or not text at all: it has zero bytes. {ADVICE}")
            decoder.decode(chunk)
            line += chunk.count(b"\n")
            target.write(chunk.removeprefix(codecs.BOM_UTF8) if number == 0 else chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        line += error.object[: error.start].count(b"\n")
        raise InputError(
            f"{owner}, line {line:,}: it is not text in UTF-8 but in another encoding, such as Latin-1. {ADVICE}"
        ) from error


def _decode(source: BinaryIO, target: BinaryIO, encoding: str, owner: str) -> None:
    text = io.TextIOWrapper(source, encoding=encoding, newline="")
    line = 1
    try:
        for number, chunk in enumerate(iter(partial(text.read, CHUNK), "")):
            if "\0" in chunk:
                raise InputError(
                    f"{owner}: it is not text in {encoding.upper()}, or not text at all: it has zero bytes."
                )
            line += chunk.count("\n")
            target.write((chunk.removeprefix("\ufeff") if number == 0 else chunk).encode())
    except UnicodeError as error:
        raise InputError(
            f"{owner}, line {line:,} or after it: it is not text in {encoding.upper()}. {ADVICE}"
        ) from error
    text.detach()
