"""Numbers, dates and words for missing, as people and programs write them."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.pollution.draft import Draft, kind, mixable

Write = Callable[[int], str]


def _column(
    one: Draft, name: str, write: Callable[[str], str], read: Callable[[str], tuple[str, ...]] | None = None
) -> None:
    """A further column of amounts, as `write` writes them. They may be read as they stand there, or as `read` says."""
    values = [f"{one.chance.randrange(-100_000, 99_999_999) / 100:.2f}" for _ in one.rows]
    at = one.chance.randrange(len(one.names) + 1)
    one.names.insert(at, name)
    one.read_names = list(one.names)
    for row, right, value in zip(one.rows, one.right, values, strict=True):
        text = write(value)
        row.insert(at, text)
        right.insert(at, (text, *(read(value) if read else (value,))))


def _grouped(value: str, thousands: str, decimal: str) -> str:
    return f"{float(value):,.2f}".replace(",", "T").replace(".", decimal).replace("T", thousands)


@mixable("values")
def decimal_comma(one: Draft) -> None:
    _column(one, "amount_", lambda value: value.replace(".", ","))


@mixable("values")
def thousands(one: Draft) -> None:
    marks = one.chance.choice(((",", "."), (".", ","), (" ", ","), ("'", "."), ("\u00a0", ","), ("\u202f", ".")))
    _column(one, "amount_", lambda value: _grouped(value, *marks))


@mixable("values")
def signs(one: Draft) -> None:
    sign = one.chance.choice(("${}", "{} €", "£{}", "{} EUR", "{}%", "{} %", "CHF {}", "R$ {}"))
    _column(one, "amount_", lambda value: sign.format(value))


@kind
def thousands_without_fractions(one: Draft) -> None:
    """1.234 or 1,234: one number or another; as text it stays what it is."""
    mark = one.chance.choice(",.")

    def write(value: str) -> str:
        return f"{1000 + abs(int(float(value)))}"[:1] + mark + f"{abs(int(float(value))) % 1000:03}"

    _column(one, "amount_", write, lambda value: (write(value).replace(mark, ""), write(value).replace(",", ".")))


@mixable("values")
def brackets_for_less_than_nothing(one: Draft) -> None:
    _column(one, "amount_", lambda value: f"({value[1:]})" if value[0] == "-" else value)


@kind
def decimals_of_two_sorts(one: Draft) -> None:
    _column(one, "amount_", lambda value: value if one.chance.random() < 0.5 else value.replace(".", ","))


@mixable("values")
def missing_words(one: Draft) -> None:
    word = one.chance.choice(("NA", "-", ".", "null", "N/A", "?", "nan", "#N/A", "--", "NULL", "None", "n.a."))
    at = one.chance.randrange(len(one.names))
    for i in one.chance.sample(range(len(one.rows)), max(1, len(one.rows) // 8)):
        one.rows[i][at], one.right[i][at] = word, ("", word)


@kind
def errors_of_a_spreadsheet(one: Draft) -> None:
    word = one.chance.choice(("#DIV/0!", "#REF!", "#VALUE!", "unknown", "*", "see note"))
    at = one.chance.randrange(len(one.names))
    i = one.chance.randrange(1, len(one.rows) - 1) if len(one.rows) > 2 else 0
    one.rows[i][at], one.right[i][at] = word, (word, "")


@kind
def number_for_missing(one: Draft) -> None:
    at = one.chance.randrange(len(one.names))
    one.rows[-1][at], one.right[-1][at] = "-999", ("-999",)


@mixable("values")
def dates(one: Draft) -> None:
    form = one.chance.choice(
        ("{d}.{m}.{y}", "{m}/{d}/{y}", "{d}/{m}/{y}", "{y}{m}{d}", "{d} Mar {y}", "{y}-{m}-{d} 07:30")
    )
    _column(
        one,
        "when_",
        lambda _: form.format(d=f"{one.chance.randrange(1, 29):02}", m=f"{one.chance.randrange(1, 13):02}", y=2024),
    )


@kind
def dates_of_two_sorts(one: Draft) -> None:
    _column(one, "when_", lambda _: one.chance.choice(("2024-03-04", "04.03.2024", "3/4/24", "")))


@kind
def codes(one: Draft) -> None:
    """What looks like a number and is none."""
    form = one.chance.choice(
        ("00{}", "+49{}", "0x{}", "1e{}", "{}E5", "12_{}", "{}-{}", "1234567890123456789{}", '="0{}"', "{}.")
    )
    _column(
        one, "code_", lambda _: form.format(one.chance.randrange(10, 99), one.chance.randrange(10, 99)), lambda _: ()
    )


@kind
def number_with_a_unit(one: Draft) -> None:
    _column(one, "weight_", lambda value: f"{value} kg")


@kind
def blanks_around(one: Draft) -> None:
    _column(one, "padded_", lambda value: f"  {value} ")


@kind
def yes_and_no(one: Draft) -> None:
    words = one.chance.choice(
        (("yes", "no"), ("Y", "N"), ("true", "false"), ("TRUE", "FALSE"), ("0", "1"), ("ja", "nein"))
    )
    _column(one, "flag_", lambda _: one.chance.choice(words), lambda _: ())


@kind
def breaks_and_quotes_in_cells(one: Draft) -> None:
    cells = ('a "b" c', "x\ny", "x\r\ny", '"', '""', ",", "\n", ' "', "'", "\\", "\\n", "a\tb", ";;", "#", "a,b;c|d\te")
    _column(one, "note_", lambda _: one.chance.choice(cells), lambda _: ())


@kind
def one_column(one: Draft) -> None:
    at = one.chance.randrange(len(one.names))
    one.names = one.read_names = [one.names[at]]
    one.rows = [[row[at]] for row in one.rows]
    one.right = [[row[at]] for row in one.right]
    if not any(cell for (cell,) in one.rows):
        one.refused = True


@kind
def names_that_are_years(one: Draft) -> None:
    for year in range(2019, 2023):
        _column(one, str(year), lambda value: value)
    order = sorted(
        range(len(one.names)), key=lambda i: (one.names[i].isdigit(), one.names[i] if one.names[i].isdigit() else "")
    )
    one.names = one.read_names = [one.names[i] for i in order]
    one.rows = [[row[i] for i in order] for row in one.rows]
    one.right = [[row[i] for i in order] for row in one.right]
