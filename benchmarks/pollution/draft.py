"""A file in the making: a clean table, and how it is written; polluters change either, or break what was written.

Kinds after G. Vitagliano and others 2023, Pollock: A Data Loading Benchmark (VLDB 16), and what spreadsheets and
statistics programs write. No file of theirs is used.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.pollution.tables import TABLES

Cell = tuple[str, ...]
"""The texts that may stand for a cell in the right table; "" for missing."""


@dataclass(frozen=True)
class Polluted:
    """A file. `right` is None where there is no table that every reader must see, so that the file must be refused."""

    kind: str
    content: bytes
    names: tuple[str, ...]
    right: tuple[tuple[Cell, ...], ...] | None


@dataclass
class Draft:
    """A table and how it is written. `rows` are the texts that stand in the file, `right` what may be read from them;
    `above` and `below` are lines around it, `heads` further lines of the header, `after` what is done to the text in
    the end. With `refused` there is no right table any more."""

    chance: random.Random
    names: list[str]
    rows: list[list[str]]
    right: list[list[Cell]]
    read_names: list[str] = field(default_factory=list)
    above: list[str] = field(default_factory=list)
    heads: list[list[str]] = field(default_factory=list)
    below: list[str] = field(default_factory=list)
    delimiter: str = ","
    quote: str = '"'
    quoting: int = csv.QUOTE_MINIMAL
    escape: str | None = None
    end: str = "\n"
    mark: bytes = b""
    encoding: str = "utf-8"
    refused: bool = False
    after: list[Callable[[str], str]] = field(default_factory=list)

    def text(self) -> str:
        """The file as text."""
        out = io.StringIO(newline="")
        # Within cells, lines always end in LF.
        writer = csv.writer(
            out,
            delimiter=self.delimiter,
            quotechar=self.quote,
            quoting=self.quoting,  # type: ignore[arg-type]
            escapechar=self.escape,
            doublequote=self.escape is None,
            lineterminator=self.end,
        )
        writer.writerows([self.names, *self.heads, *self.rows])
        around = ["".join(line + self.end for line in lines) for lines in (self.above, self.below)]
        text = out.getvalue().join(around)
        for change in self.after:
            text = change(text)
        return text

    def content(self) -> bytes:
        """The file."""
        return self.mark + self.text().encode(self.encoding)

    def plain(self) -> list[str]:
        """Take out of the cells whatever needs quotes, and give the lines that are then written."""
        kept = str.maketrans(dict.fromkeys(",;|\"'\n\\~^ \t:", ""))
        self.rows = [[cell.translate(kept) for cell in row] for row in self.rows]
        self.right = [[tuple(may.translate(kept) for may in cell) for cell in row] for row in self.right]
        self.names = self.read_names = [name.translate(kept) for name in self.names]
        return self.text().split(self.end)[:-1]

    def lines(self, lines: list[str]) -> None:
        """Write these lines."""
        text = self.end.join(lines) + self.end
        self.after.append(lambda _: text)


KINDS: dict[str, Callable[[Draft], None]] = {}
MIXABLE: dict[str, list[Callable[[Draft], None]]] = {}
"""What can be done to one file together: one of each group."""


def kind(make: Callable[[Draft], None]) -> Callable[[Draft], None]:
    """Register a kind of pollution by the name of its function."""
    KINDS[make.__name__.replace("_", " ").strip()] = make
    return make


def mixable(group: str) -> Callable[[Callable[[Draft], None]], Callable[[Draft], None]]:
    """The same for what can come together with others."""

    def register(make: Callable[[Draft], None]) -> Callable[[Draft], None]:
        MIXABLE.setdefault(group, []).append(make)
        return kind(make)

    return register


def draft(seed: int) -> Draft:
    """A clean table, of another sort for each seed."""
    chance = random.Random(seed)
    names, rows = chance.choice(TABLES)(chance)
    right = [[accepted(cell) for cell in row] for row in rows]
    one = Draft(chance, list(names), rows, right, list(names))
    if chance.random() < 0.25:
        one.quoting = csv.QUOTE_ALL
    if chance.random() < 0.25:
        one.end = "\r\n"
    return one


def accepted(cell: str) -> Cell:
    """What a cell may be read as: as it stands, or, of an amount with a sign, as its number."""
    return (cell, cell[1:]) if cell.startswith("$") else (cell,)
