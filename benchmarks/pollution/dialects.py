"""Delimiters, quotes, escapes, ends of lines and encodings."""

from __future__ import annotations

import csv

from benchmarks.pollution.draft import Draft, kind, mixable


@kind
def clean(one: Draft) -> None:
    """As it is."""


@mixable("delimiter")
def delimiter(one: Draft) -> None:
    one.delimiter = one.chance.choice(";\t|")


@kind
def delimiter_with_a_blank(one: Draft) -> None:
    _by_hand(one, ", ")


@kind
def blank_as_delimiter(one: Draft) -> None:
    one.plain()
    one.rows = [[cell or "nil" for cell in row] for row in one.rows]
    one.right = [[tuple(may or "nil" for may in cell) for cell in row] for row in one.right]
    one.delimiter = " "


@kind
def blank_as_delimiter_all_quoted(one: Draft) -> None:
    one.delimiter, one.quoting = " ", csv.QUOTE_ALL


@kind
def unusual_delimiter(one: Draft) -> None:
    one.plain()
    one.delimiter = one.chance.choice("~^:\x01")


@kind
def delimiter_of_two_signs(one: Draft) -> None:
    one.plain()
    one.quoting = csv.QUOTE_MINIMAL
    sign = one.chance.choice(("||", "::", ";;", "\t\t"))
    one.after.append(lambda text: text.replace(",", sign))


@kind
def delimiter_said_in_the_first_line(one: Draft) -> None:
    one.delimiter = one.chance.choice(";|\t")
    one.above = [f"sep={one.delimiter}"]


@mixable("quotes")
def all_quoted(one: Draft) -> None:
    one.quoting = csv.QUOTE_ALL


@mixable("quotes")
def texts_quoted(one: Draft) -> None:
    one.quoting = csv.QUOTE_MINIMAL
    _by_hand(one, one.delimiter, quoted=lambda cell: not cell[:1].isdigit())


@kind
def single_quotes(one: Draft) -> None:
    one.quote, one.quoting = "'", csv.QUOTE_ALL


@kind
def single_quotes_not_doubled(one: Draft) -> None:
    """Apostrophes end what they don't begin."""
    at = one.chance.randrange(len(one.rows))
    one.rows[at][0] = one.chance.choice(("it's, or not", "it's"))
    one.refused = True
    one.after.append(lambda _: _lines(one, ",", lambda cell: f"'{cell}'"))


@kind
def backslash_escapes(one: Draft) -> None:
    one.escape, one.quoting = "\\", csv.QUOTE_ALL


@kind
def backslash_escapes_without_quotes(one: Draft) -> None:
    one.rows = [[cell.replace("\n", " ") for cell in row] for row in one.rows]
    one.right = [[tuple(may.replace("\n", " ") for may in cell) for cell in row] for row in one.right]
    one.escape, one.quoting = "\\", csv.QUOTE_NONE


@kind
def quotes_not_doubled(one: Draft) -> None:
    at = one.chance.randrange(len(one.rows))
    one.rows[at][0] = one.chance.choice(('table, 48"', 'the "big", one', '"x", "y'))
    one.refused = True
    one.after.append(lambda _: _lines(one, ",", lambda cell: f'"{cell}"'))


@kind
def quote_inside(one: Draft) -> None:
    one.plain()
    one.quoting = csv.QUOTE_MINIMAL
    one.after.append(lambda text: text.replace("@", '"'))
    row, column = one.chance.randrange(len(one.rows)), _texts(one)
    one.rows[row][column], one.right[row][column] = "5@ pipe", ('5" pipe',)


@kind
def quote_too_many(one: Draft) -> None:
    """At the beginning of any cell, whatever the others are."""
    row, column = one.chance.randrange(len(one.rows) + 1), one.chance.randrange(len(one.names))
    (one.rows[row - 1] if row else one.names)[column] += "@"
    one.refused = True
    if one.quoting == csv.QUOTE_ALL:
        cell = (one.rows[row - 1] if row else one.names)[column]
        one.after.append(lambda text: text.replace(f'"{cell}"', f'""{cell[:-1]}"', 1))
    else:
        _by_hand(one, ",", always={column: f'"{(one.rows[row - 1] if row else one.names)[column][:-1]}"x'}, at=row)


@kind
def quote_not_closed(one: Draft) -> None:
    lines = one.plain()
    at = one.chance.randrange(len(lines))
    cells = lines[at].split(",")
    column = one.chance.randrange(len(cells))
    cells[column] = f'"{cells[column].strip(chr(34))}'
    lines[at] = ",".join(cells)
    one.refused = True
    one.lines(lines)


@kind
def typographic_quotes(one: Draft) -> None:
    """Signs that no reader takes for quotes: cells with a delimiter fall apart, others keep them."""
    at, column = one.chance.randrange(len(one.rows)), _texts(one)
    one.plain()
    one.rows[at][column], one.refused = "“this, that”", True
    one.quoting = csv.QUOTE_NONE
    one.after.append(lambda text: text.replace("\\,", ","))
    one.escape = "\\"


@mixable("ends")
def line_ends(one: Draft) -> None:
    one.end = one.chance.choice(("\r\n", "\r"))
    one.quoting = csv.QUOTE_ALL if one.end == "\r" else one.quoting  # or a break within a cell has no quotes


@kind
def mixed_line_ends(one: Draft) -> None:
    lines = one.plain()
    text = "".join(line + one.chance.choice(("\n", "\r\n")) for line in lines)
    one.after.append(lambda _: text)


@kind
def line_ends_of_three_sorts(one: Draft) -> None:
    lines = one.plain()
    ends = ["\r", "\n", *(one.chance.choice(("\r", "\n")) for _ in lines[2:])]
    text = "".join(line + end for line, end in zip(lines, ends, strict=True))
    one.after.append(lambda _: text)


@mixable("last")
def no_line_end_at_the_end(one: Draft) -> None:
    one.after.append(lambda text: text.removesuffix(one.end))


@mixable("last")
def blank_lines_at_the_end(one: Draft) -> None:
    one.below = [""] * one.chance.randrange(1, 4)


@kind
def blank_lines(one: Draft) -> None:
    lines = one.plain()
    for _ in range(one.chance.randrange(1, 4)):
        lines.insert(one.chance.randrange(2, len(lines)), one.chance.choice(("", "", "  ")))
    one.lines(lines)


@mixable("mark")
def byte_order_mark(one: Draft) -> None:
    one.mark = "\ufeff".encode()


@mixable("mark")
def utf_16(one: Draft) -> None:
    one.encoding = one.chance.choice(("utf-16-le", "utf-16-be"))
    one.mark = "\ufeff".encode(one.encoding)


@kind
def utf_16_without_a_mark(one: Draft) -> None:
    one.encoding = one.chance.choice(("utf-16-le", "utf-16-be"))


@kind
def other_encoding(one: Draft) -> None:
    row, column = one.chance.randrange(len(one.rows)), _texts(one)
    one.rows[row][column], one.right[row][column] = "Ünder Öre", ("Ünder Öre",)
    one.encoding = one.chance.choice(("latin-1", "cp1252", "cp850", "mac-roman"))


@kind
def zero_bytes(one: Draft) -> None:
    one.refused = True
    one.rows[one.chance.randrange(len(one.rows))][0] += "\0"


@kind
def nothing_at_all(one: Draft) -> None:
    one.refused = True
    one.after.append(lambda _: one.chance.choice(("", "\n", "\r\n\r\n", " \n")))


def _texts(one: Draft) -> int:
    """A column of texts, if there is one."""
    found = [i for i, cell in enumerate(one.rows[0]) if cell[:1].isalpha()]
    return one.chance.choice(found) if found else 0


def _lines(one: Draft, delimiter: str, write) -> str:  # type: ignore[no-untyped-def]
    return "".join(delimiter.join(map(write, row)) + one.end for row in [one.names, *one.rows])


def _by_hand(one, delimiter, *, quoted=None, always=None, at=-1) -> None:  # type: ignore[no-untyped-def]
    """Write with a delimiter of any length: quotes where they are needed, or where `quoted` says; the cells `always` of
    the row `at` as they are given."""

    def cell(text: str) -> str:
        needs = one.quoting == csv.QUOTE_ALL or set(text) & set(delimiter + '"\n') or (quoted and quoted(text))
        doubled = text.replace('"', '""')
        return f'"{doubled}"' if needs else text

    def change(_: str) -> str:
        rows = [[cell(text) for text in row] for row in [one.names, *one.rows]]
        for column, text in (always or {}).items():
            rows[at][column] = text
        body = "".join(delimiter.join(row) + one.end for row in rows)
        around = ["".join(line + one.end for line in lines) for lines in (one.above, one.below)]
        return body.join(around)

    one.after.append(change)
