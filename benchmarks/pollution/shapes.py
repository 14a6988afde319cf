"""Rows that are too long or too short, headers, titles, footers, and several tables in one file."""

from __future__ import annotations

from benchmarks.pollution.draft import Draft, kind, mixable
from benchmarks.pollution.tables import TABLES


@kind
def cell_too_many(one: Draft) -> None:
    """An empty or filled cell more in any row, the header too, anywhere in it."""
    row = one.chance.randrange(len(one.rows) + 1)
    cells = one.rows[row - 1] if row else one.names
    cells.insert(one.chance.randrange(len(cells) + 1), one.chance.choice(("", "", "x", "7")))
    one.refused = True


@kind
def cell_too_few(one: Draft) -> None:
    row = one.chance.randrange(len(one.rows) + 1)
    cells = one.rows[row - 1] if row else one.names
    at = one.chance.randrange(1, len(cells))
    cells[at - 1 : at + 1] = ["".join(cells[at - 1 : at + 1])]
    one.refused = True


@kind
def cells_too_many_in_every_row(one: Draft) -> None:
    one.rows = [[*row, ""] for row in one.rows]
    one.refused = True


@kind
def short_rows_at_the_end(one: Draft) -> None:
    """Empty cells at the end of a row are left away, as some spreadsheets do."""
    at = one.chance.randrange(len(one.rows))
    one.rows[at][-2:] = [""]
    one.refused = True


@kind
def other_delimiter_in_a_row(one: Draft) -> None:
    one.quoting = 0
    lines = one.plain()
    at = one.chance.randrange(len(lines))
    lines[at] = lines[at].replace(",", one.chance.choice(" ;\t|"))
    one.refused = True
    one.lines(lines)


@kind
def other_delimiter_in_a_row_all_quoted(one: Draft) -> None:
    one.quoting = 1
    lines = one.plain()
    at = one.chance.randrange(len(lines))
    lines[at] = lines[at].replace(",", one.chance.choice(" ;\t|"))
    one.refused = True
    one.lines(lines)


@mixable("above")
def title(one: Draft) -> None:
    one.above = one.chance.choice(
        (["Extract of 2025-01-06"], ["Prices", ""], ["Prices of 2025", "by hand", "", ""], ["1"], ["(c) x"])
    )


@mixable("above")
def title_as_a_row(one: Draft) -> None:
    empty = one.delimiter * (len(one.names) - 1)
    one.above = [f"Prices of 2025{empty}", *one.chance.choice(([], [empty], [f"by hand{empty}", empty]))]


@mixable("above")
def comments_above(one: Draft) -> None:
    one.above = one.chance.choice((["# made by hand", "# in May, by x"], ["// x, y; z"], ["% a", "% b"], ["#a;b,c|d"]))


@kind
def title_with_delimiters(one: Draft) -> None:
    one.above = one.chance.choice(
        (
            ["Prices, by town and day"],
            ["Exported,2025-01-06", "By,me", ""],
            ["a,b,c", "d"],
            ["Report: x, y", "Rows: 5", ""],
        )
    )


@kind
def comment_between_rows(one: Draft) -> None:
    at = one.chance.randrange(2, 4)
    one.plain()
    lines = one.text().split(one.end)[:-1]
    lines.insert(at, one.chance.choice(("# not sure of what follows", "# a, b")))
    one.refused = True
    one.lines(lines)


@mixable("heads")
def units(one: Draft) -> None:
    one.heads = [["EUR" if cell[:1].isdigit() else "" for cell in one.rows[0]]]
    if not any(one.heads[0]):
        one.heads = []


@kind
def units_for_all(one: Draft) -> None:
    one.heads = [["number" if cell[:1].isdigit() else "text" for cell in one.rows[0]]]


@kind
def header_twice(one: Draft) -> None:
    one.heads = [list(one.names)] * one.chance.randrange(1, 3)
    one.refused = True


@kind
def header_over_columns(one: Draft) -> None:
    """A line of groups above the names, each over several columns."""
    if len(one.names) < 4:
        return
    half = len(one.names) // 2
    groups = ["first", *[""] * (half - 1), "second", *[""] * (len(one.names) - half - 1)]
    one.heads, one.names = [one.names], groups
    one.read_names = [f"{'first' if i < half else 'second'} {name}" for i, name in enumerate(one.read_names)]


@kind
def header_only(one: Draft) -> None:
    one.rows, one.refused = [], True


@kind
def header_with_another_delimiter(one: Draft) -> None:
    lines = one.plain()
    lines[0] = lines[0].replace(",", one.chance.choice(" ;\t|"))
    one.refused = True
    one.lines(lines)


@kind
def header_behind_a_sign(one: Draft) -> None:
    """Names behind a #, as programs of genomics write them; the sign may stay."""
    one.names[0] = "#" + one.names[0]
    one.read_names = list(one.names)


@kind
def one_row(one: Draft) -> None:
    one.rows, one.right = one.rows[:1], one.right[:1]


@kind
def no_header(one: Draft) -> None:
    one.names, one.rows, one.refused = one.rows[0], one.rows[1:], True


@kind
def blank_line_first(one: Draft) -> None:
    one.above = [""]


@kind
def names_twice(one: Draft) -> None:
    one.names[-1], one.refused = one.names[0], True


@kind
def name_missing(one: Draft) -> None:
    one.names[one.chance.randrange(len(one.names))], one.refused = "", True


@mixable("numbers")
def row_numbers(one: Draft) -> None:
    first = one.chance.choice((0, 1))
    one.names = ["", *one.names]
    one.heads = [["", *line] for line in one.heads]
    one.rows = [[str(i), *row] for i, row in enumerate(one.rows, first)]


@mixable("numbers")
def delimiter_at_the_end(one: Draft) -> None:
    one.names, one.rows = [*one.names, ""], [[*row, ""] for row in one.rows]
    one.heads = [[*line, ""] for line in one.heads]


@kind
def footer(one: Draft) -> None:
    one.below = one.chance.choice(
        (["Total: 12"], ["", "Source: made up"], ["(c) x, y"], ["", "a,b", "c"], ["End of file"])
    )
    one.refused = True


@kind
def total_as_a_row(one: Draft) -> None:
    """A row of sums that is as long as the others."""
    sums = [
        str(sum(map(float, column))) if all(map(_is_number, column)) else "" for column in zip(*one.rows, strict=True)
    ]
    one.rows.append([one.chance.choice(("Total", "Sum", "Average")), *sums[1:]])
    one.refused = True


@kind
def footer_as_a_row(one: Draft) -> None:
    empty = [""] * (len(one.names) - 1)
    one.rows += one.chance.choice(([["Source: made up", *empty]], [["", *empty], ["* estimated", *empty]]))
    one.refused = True


@kind
def rows_of_nothing(one: Draft) -> None:
    """Rows of delimiters alone, as spreadsheets leave them: rows of missing values, or none."""
    empty = [""] * len(one.names)
    for _ in range(one.chance.randrange(1, 4)):
        one.rows.append(empty)
        one.right.append([("",)] * len(one.names))


@kind
def two_tables_of_other_names(one: Draft) -> None:
    _second(one, [f"{name}_b" for name in one.names], one.rows[: len(one.rows) // 2 + 1])


@kind
def two_tables_of_the_same_names(one: Draft) -> None:
    _second(one, one.names, one.rows[: len(one.rows) // 2 + 1])


@kind
def second_table_is_narrower(one: Draft) -> None:
    _second(one, one.names[:-1], [row[:-1] for row in one.rows])


@kind
def second_table_is_wider(one: Draft) -> None:
    _second(one, [*one.names, "more"], [[*row, "7"] for row in one.rows])


@kind
def second_table_is_another(one: Draft) -> None:
    names, rows = one.chance.choice(TABLES)(one.chance)
    width = len(one.names)
    names, rows = [*names, *"abcdefghi"][:width], [[*row, *"123456789"][:width] for row in rows]
    if width > len(names):
        names, rows = (
            [*names, *map(str, range(width - len(names)))],
            [[*row, *["1"] * (width - len(row))] for row in rows],
        )
    _second(one, names, rows)


def _second(one: Draft, names: list[str], rows: list[list[str]]) -> None:
    """Put another table below."""
    one.rows += [*one.chance.choice(([], [[]])), list(names), *rows]
    if one.quoting == 1:  # a line without a cell
        one.after.append(lambda text: text.replace(one.end + '""' + one.end, one.end + one.end))
    one.refused = True


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
