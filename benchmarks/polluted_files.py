"""Text files as strangers write them: for each kind of pollution a file, and the table that is right for it.

Kinds after G. Vitagliano and others 2023, Pollock: A Data Loading Benchmark (VLDB 16).
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

NAMES = ("id", "who", "price", "day", "note")
WORDS = ("dry", "wet", "a, b", "c; d", "e | f", 'say "hi"', "two\nlines", "Ünder", "it's", "007", "x y z")
Row = tuple[str, ...]


@dataclass(frozen=True)
class Polluted:
    """A file: `right` holds for each cell of each row the texts that may stand for it, "" for missing; None where there
    is no table that every reader must see, so that the file must be refused."""

    kind: str
    content: bytes
    names: tuple[str, ...]
    right: tuple[tuple[tuple[str, ...], ...], ...] | None


def polluted(seed: int) -> Polluted:
    """The file of a seed; kinds come in turn."""
    kinds = list(KINDS.items())
    kind, make = kinds[seed % len(kinds)]
    chance = random.Random(seed)
    rows = table(chance, words=WORDS)
    made = make(chance, rows)
    text, names, right = made if isinstance(made, tuple) else (made, NAMES, rows)
    cells = (
        None
        if right is None
        else tuple(tuple((cell,) if isinstance(cell, str) else cell for cell in row) for row in right)
    )
    return Polluted(kind, text if isinstance(text, bytes) else text.encode(), names, cells)


def table(chance: random.Random, words: Sequence[str]) -> list[Row]:
    """Rows of NAMES: a number, words, a price, a day, and a note that may be missing."""
    return [
        (
            str(1000 + 7 * i),
            chance.choice(words),
            f"{chance.randrange(100, 99999) / 100:.2f}",
            f"20{chance.randrange(10, 25)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}",
            chance.choice(("", "good", "bad", *words[:3])),
        )
        for i in range(chance.randrange(20, 60))
    ]


def written(rows: Sequence[Sequence[str]], names: Sequence[str] = NAMES, end: str = "\n", **options: object) -> str:
    """Rows by Python's own writer."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator=end, **options)  # type: ignore[arg-type]
    writer.writerow(names)
    writer.writerows(rows)
    return out.getvalue()


def plain(rows: Sequence[Row]) -> list[Row]:
    """Rows without signs that need quotes."""
    kept = str.maketrans("", "", ",;|\"'\n\\~^ ")
    return [(row[0], row[1].translate(kept), row[2], row[3], row[4].translate(kept)) for row in rows]


Made = str | tuple[str | bytes, tuple[str, ...], Sequence[Sequence[str | tuple[str, ...]]] | None]
KINDS: dict[str, Callable[[random.Random, list[Row]], Made]] = {}


def kind(make: Callable[[random.Random, list[Row]], Made]) -> Callable[[random.Random, list[Row]], Made]:
    """Register a kind of pollution by the name of its function."""
    KINDS[make.__name__.replace("_", " ")] = make
    return make


@kind
def clean(chance: random.Random, rows: list[Row]) -> Made:
    return written(rows)


@kind
def delimiter(chance: random.Random, rows: list[Row]) -> Made:
    return written(rows, delimiter=chance.choice(";\t|"))


@kind
def unusual_delimiter(chance: random.Random, rows: list[Row]) -> Made:
    rows = plain(rows)
    return written(rows, delimiter=chance.choice("~^")), NAMES, rows


@kind
def blank_as_delimiter(chance: random.Random, rows: list[Row]) -> Made:
    rows = [(*row[:4], row[4] or "none") for row in plain(rows)]
    return written(rows, delimiter=" "), NAMES, rows


@kind
def decimal_comma(chance: random.Random, rows: list[Row]) -> Made:
    text = written([(*row[:2], row[2].replace(".", ","), *row[3:]) for row in rows], delimiter=";")
    return text, NAMES, [(*row[:2], (row[2], row[2].replace(".", ",")), *row[3:]) for row in rows]


@kind
def thousands(chance: random.Random, rows: list[Row]) -> Made:
    prices = [f"{float(row[2]) * 100:,.2f}" for row in rows]
    text = written([(*row[:2], price, *row[3:]) for row, price in zip(rows, prices, strict=True)])
    return text, NAMES, [(*r[:2], (p, p.replace(",", "")), *r[3:]) for r, p in zip(rows, prices, strict=True)]


@kind
def currency(chance: random.Random, rows: list[Row]) -> Made:
    sign = chance.choice(("${}", "{} €", "£{}", "{} EUR", "{}%", "{} %"))
    text = written([(*row[:2], sign.format(row[2]), *row[3:]) for row in rows])
    return text, NAMES, [(*row[:2], (row[2], sign.format(row[2])), *row[3:]) for row in rows]


@kind
def single_quotes(chance: random.Random, rows: list[Row]) -> Made:
    rows = [(row[0], row[1].replace("'", ""), row[2], row[3], row[4].replace("'", "")) for row in rows]
    return written(rows, quotechar="'", quoting=csv.QUOTE_NONNUMERIC), NAMES, rows


@kind
def escapes(chance: random.Random, rows: list[Row]) -> Made:
    return written(rows, escapechar="\\", doublequote=False, quoting=csv.QUOTE_ALL), NAMES, rows


@kind
def all_quoted(chance: random.Random, rows: list[Row]) -> Made:
    return written(rows, quoting=csv.QUOTE_ALL)


@kind
def quote_inside(chance: random.Random, rows: list[Row]) -> Made:
    rows = plain(rows)
    at = chance.randrange(len(rows))
    rows[at] = (rows[at][0], '5" pipe', *rows[at][2:])
    return "\n".join(",".join(row) for row in [NAMES, *rows]) + "\n", NAMES, rows


@kind
def quote_too_many(chance: random.Random, rows: list[Row]) -> Made:
    lines = written(plain(rows)).splitlines()
    at = chance.randrange(1, len(lines))
    cells = lines[at].split(",")
    cells[1] = f'"{cells[1]}"x'
    lines[at] = ",".join(cells)
    return "\n".join(lines) + "\n", NAMES, None


@kind
def quote_not_closed(chance: random.Random, rows: list[Row]) -> Made:
    lines = written(plain(rows)).splitlines()
    at = chance.randrange(1, len(lines))
    cells = lines[at].split(",")
    cells[1] = f'"{cells[1]}'
    lines[at] = ",".join(cells)
    return "\n".join(lines) + "\n", NAMES, None


@kind
def blanks_after_delimiters(chance: random.Random, rows: list[Row]) -> Made:
    lines = [
        [f'"{c}"' if set(c) & set(',"\n') else c for c in (x.replace('"', '""') for x in r)] for r in [NAMES, *rows]
    ]
    return "\n".join(", ".join(line) for line in lines) + "\n"


@kind
def line_ends(chance: random.Random, rows: list[Row]) -> Made:
    return written(rows, end=chance.choice(("\r\n", "\r")))


@kind
def mixed_line_ends(chance: random.Random, rows: list[Row]) -> Made:
    rows = plain(rows)
    lines = written(rows).splitlines()
    return "".join(line + chance.choice(("\n", "\r\n")) for line in lines), NAMES, rows


@kind
def cell_too_many(chance: random.Random, rows: list[Row]) -> Made:
    rows = plain(rows)
    lines = written(rows).splitlines()
    at = chance.randrange(1, len(lines))
    lines[at] = chance.choice((lines[at] + ",x", lines[at] + ",", "," + lines[at].rstrip("dgobr") + ","))
    return "\n".join(lines) + "\n", NAMES, rows if lines[at].rstrip(",") == ",".join(rows[at - 1]) else None


@kind
def cell_too_few(chance: random.Random, rows: list[Row]) -> Made:
    lines = written(plain(rows)).splitlines()
    at = chance.randrange(1, len(lines))
    lines[at] = lines[at].split(",", 1)[1]
    return "\n".join(lines) + "\n", NAMES, None


@kind
def other_delimiter_in_a_row(chance: random.Random, rows: list[Row]) -> Made:
    lines = written(plain(rows)).splitlines()
    at = chance.randrange(1, len(lines))
    lines[at] = lines[at].replace(",", ";")
    return "\n".join(lines) + "\n", NAMES, None


@kind
def title(chance: random.Random, rows: list[Row]) -> Made:
    lines = chance.choice((["Extract of 2025-01-06"], ["Prices", ""], ["# made by hand", "# in May, by x"]))
    return "\n".join([*lines, written(rows)]), NAMES, rows


@kind
def title_as_a_row(chance: random.Random, rows: list[Row]) -> Made:
    return "Prices of 2025,,,,\n" + written(rows), NAMES, rows


@kind
def units(chance: random.Random, rows: list[Row]) -> Made:
    text = written([("count", "", "EUR", "UTC", ""), *rows])
    return text, NAMES, rows


@kind
def byte_order_mark(chance: random.Random, rows: list[Row]) -> Made:
    return "\ufeff" + written(rows)


@kind
def encoding(chance: random.Random, rows: list[Row]) -> Made:
    rows = [("1", "Ünder", *rows[0][2:]), *rows]
    return written(rows).encode(chance.choice(("latin-1", "utf-16", "cp1252"))), NAMES, rows


@kind
def no_header(chance: random.Random, rows: list[Row]) -> Made:
    return written(rows[1:], names=rows[0]), NAMES, None


@kind
def row_numbers(chance: random.Random, rows: list[Row]) -> Made:
    first = chance.choice((0, 1))
    text = written([(str(i), *row) for i, row in enumerate(rows, first)], names=("", *NAMES))
    return text, NAMES, rows


@kind
def delimiter_at_the_end(chance: random.Random, rows: list[Row]) -> Made:
    return written([(*row, "") for row in rows], names=(*NAMES, "")), NAMES, rows


@kind
def missing_words(chance: random.Random, rows: list[Row]) -> Made:
    word = chance.choice(("NA", "-", ".", "null", "N/A", "?", "nan"))
    at = set(chance.sample(range(len(rows)), 4))
    text = written([(*row[:2], word if i in at else row[2], *row[3:]) for i, row in enumerate(rows)])
    return text, NAMES, [(*row[:2], ("", word) if i in at else row[2], *row[3:]) for i, row in enumerate(rows)]


@kind
def two_tables(chance: random.Random, rows: list[Row]) -> Made:
    half = len(rows) // 2
    names = chance.choice((NAMES, ("key", "name", "cost", "date", "text"), ("key", "name")))
    second = [row[: len(names)] for row in rows[half:]]
    return written(rows[:half]) + chance.choice(("", "\n")) + written(second, names=names), NAMES, None


@kind
def total_at_the_end(chance: random.Random, rows: list[Row]) -> Made:
    return written(rows) + chance.choice(("Total: 12\n", "Source: made up\n")), NAMES, None


@kind
def blank_lines(chance: random.Random, rows: list[Row]) -> Made:
    rows = plain(rows)
    lines = written(rows).splitlines()
    lines.insert(chance.randrange(2, len(lines)), "")
    return "\n".join(lines) + "\n\n\n", NAMES, rows


@kind
def one_column(chance: random.Random, rows: list[Row]) -> Made:
    return written([row[2:3] for row in rows], names=NAMES[2:3]), NAMES[2:3], [row[2:3] for row in rows]


@kind
def header_of_other_width(chance: random.Random, rows: list[Row]) -> Made:
    names = chance.choice((NAMES[:4], (*NAMES, "more")))
    return written(plain(rows), names=names), NAMES, None


@kind
def names_twice(chance: random.Random, rows: list[Row]) -> Made:
    return written(rows, names=("id", "who", "price", "day", "who")), NAMES, None
