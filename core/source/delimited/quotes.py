"""Whether quotes and line ends of a delimited file say one thing only: what readers guess differently is found here."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from trimtab.core.errors import InputError
from trimtab.core.source.delimited.header import LONGEST, Form

CHUNK = 1 << 22
LF, CR = 10, 13
FOOTER = 5
"""So few lines at the end may be no rows."""


def check_quotes(file: Path, form: Form, owner: str) -> list[str]:
    """Notes on quotes that are part of a value. Raises InputError, naming the line, for quotes that are not paired and
    for lines that end in different ways."""
    sound = form.escape is None and not form.blanks
    lone = feeds = False
    if sound:
        for chunk in _records(file, ord(form.quote)):
            if chunk is None:
                sound = False
                break
            bytes_ = np.frombuffer(chunk, np.uint8)
            quotes = (
                np.flatnonzero(bytes_ == ord(form.quote)) if form.quote.encode() in chunk else np.empty(0, np.int64)
            )
            sound = _are_paired(bytes_, quotes, form)
            if not sound:
                break
            feeds = feeds or _is_outside(np.flatnonzero(bytes_ == LF), quotes)
            lone = lone or _has_lone_returns(chunk, bytes_, quotes)
            if lone and feeds:
                raise InputError(
                    f"{owner}: line ends: some lines end in CR and some in LF. Save the file with one kind of line end."
                )
    if sound:
        return []
    # Python's own reader is slow, but exact, and knows the line.
    fault = find_fault(file, form)
    if fault:
        raise InputError(f"{owner}, {fault}")
    return [] if form.escape or form.blanks else ["a quote inside a value without quotes is taken as it stands"]


def find_fault(file: Path, form: Form) -> str | None:
    """What is wrong with the rows, and in which line; None if nothing is."""
    with file.open(encoding="utf-8", newline="") as handle:
        for _ in range(form.skipped):
            handle.readline()
        reader = form.reader(handle)
        line = form.skipped + 1
        try:
            for record in reader:
                if record and len(record) != len(form.names):
                    return (
                        f"line {line:,}: {len(record)} values, but the header names {len(form.names)} columns. Add or "
                        f"remove values, or put quotes around a value that holds the delimiter.{_if_last(reader)}"
                    )
                line = form.skipped + reader.line_num + 1
        except csv.Error as error:
            if "field larger" in str(error):
                return (
                    f"line {line:,}: a value of more than {csv.field_size_limit():,} characters. Is a quote not closed?"
                )
            return f"line {line:,}: quotes are not paired. Write a quote inside a quoted value twice."
    return None


def _if_last(reader: Iterator[list[str]]) -> str:
    """What can be done if the row at which a reader stands is one of the last: it may be none."""
    try:
        behind = sum(bool(record) for record in islice(reader, FOOTER))
    except csv.Error:
        return ""
    return f" If this is where the rows end, give --footer {behind + 1}" if behind < FOOTER else ""


def without_blanks(file: Path, form: Form, target: Path) -> None:
    """Write the file again without the blanks before values, so that a quote behind one begins a value."""
    quoted = False
    with file.open(encoding="utf-8", newline="") as lines, target.open("w", encoding="utf-8", newline="") as out:
        for line in lines:
            start, fresh = 0, not quoted
            while start < len(line):
                if quoted:
                    at = _first(line, (form.quote, form.escape), start)
                    whole = at >= 0 and (line[at] == form.escape or line[at + 1 : at + 2] == form.quote)
                    end = len(line) if at < 0 else at + 1 + whole
                    quoted = at < 0 or whole
                elif fresh:
                    while line[start] == " ":
                        start += 1
                    quoted, fresh = line[start] == form.quote, False
                    end = start + quoted
                else:
                    at = line.find(form.delimiter, start)
                    end = len(line) if at < 0 else at + 1
                    fresh = at >= 0
                out.write(line[start:end])
                start = end


def _first(line: str, signs: Iterable[str | None], start: int) -> int:
    """Where the first of the signs is; -1 if there is none."""
    return min((at for sign in signs if sign and (at := line.find(sign, start)) >= 0), default=-1)


def _records(file: Path, quote: int) -> Iterator[bytes | None]:
    """The file in pieces that end with a record; None, as the last one, if a quote is not closed for too long."""
    rest = b""
    with file.open("rb") as handle:
        while chunk := handle.read(CHUNK):
            chunk = rest + chunk
            end = _last_end(chunk, quote)
            if end == 0 and len(chunk) > LONGEST:
                yield None
                return
            if end:
                yield chunk[:end]
            rest = chunk[end:]
    if rest:
        yield rest


def _last_end(chunk: bytes, quote: int) -> int:
    """Behind the last line end that is not in quotes; 0 if there is none."""
    if quote not in chunk:
        return chunk.rfind(b"\n" if b"\n" in chunk else b"\r") + 1
    bytes_ = np.frombuffer(chunk, np.uint8)
    quotes = np.flatnonzero(bytes_ == quote)
    for sign in (LF, CR):
        ends = np.flatnonzero(bytes_ == sign)
        outside = ends[np.searchsorted(quotes, ends) % 2 == 0]
        if len(outside):
            return int(outside[-1]) + 1
    return 0


def _are_paired(bytes_: np.ndarray, quotes: np.ndarray, form: Form) -> bool:
    """Whether every first quote of a pair begins a value or goes on after a doubled one, and every second ends it."""
    if not len(quotes):
        return True
    if len(quotes) % 2:
        return False
    edges = np.array([ord(form.delimiter), LF, CR], np.uint8)
    padded = np.concatenate([[np.uint8(LF)], bytes_, [np.uint8(LF)]])
    before, after = padded[quotes[::2]], padded[quotes[1::2] + 2]
    quote = np.uint8(ord(form.quote))
    goes_on = np.append(False, quotes[2::2] == quotes[1:-1:2] + 1)  # "" within quotes
    stays = np.append(goes_on[1:], False)
    return bool((np.isin(before, edges) | goes_on).all() and (np.isin(after, edges) | (stays & (after == quote))).all())


def _has_lone_returns(chunk: bytes, bytes_: np.ndarray, quotes: np.ndarray) -> bool:
    """Whether a CR without an LF stands outside of quotes."""
    if b"\r" not in chunk or chunk.count(b"\r") == chunk.count(b"\r\n"):
        return False
    returns = np.flatnonzero(bytes_ == CR)
    following = np.append(bytes_, np.uint8(0))[returns + 1]
    return _is_outside(returns[following != LF], quotes)


def _is_outside(places: np.ndarray, quotes: np.ndarray) -> bool:
    """Whether any of the places is not in quotes."""
    return bool((np.searchsorted(quotes, places) % 2 == 0).any())
