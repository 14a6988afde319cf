"""How a file is written, as far as a person says it; what they leave open is found in the file."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any, Literal

from trimtab.core.errors import InputError, nearest

DELIMITERS = ",\t;|"
"""Delimiters that are looked for; any other must be named."""
ENCODINGS = ("utf-8", "cp1252", "latin-1", "utf-16", "cp850", "mac-roman", "shift-jis", "gb18030", "cp1251")
"""Encodings that are offered; any that Python knows can be said."""
DATE_SIGNS = "dmbByYHMSfp"
"""What of a moment can be named in `dates`; after H, M, S it is a time."""
QUOTES = "\"'"
TEXT = frozenset(
    (
        *("delimiter", "quote", "escape", "header", "header_rows", "missing"),
        *("decimal", "numbers", "footer", "dates", "encoding"),
    )
)
"""What can be said of a text file."""
RANGE = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})?:\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})?")
"""Cells from one corner to the other; without a row from the first or to the last one."""
NAMED = {"tab": "\t", "space": " ", "comma": ",", "semicolon": ";", "bar": "|"}


@dataclass(frozen=True)
class Dialect:
    """What a person says of a file; None is found in the file.

    `delimiter`, `quote` and `escape` are one character each. `header` is the line of the names, 1 for the first, 0 if
    there are none; what stands above it is left out. `header_rows`: the lines that names take. `missing`: the texts
    that mean missing, in every column, beside a cell with nothing in it. `decimal` is the mark before fractions; the
    other one is for thousands. `numbers: plain` leaves numbers with thousands, currency or per cent signs as text.
    `footer`: so many lines at the end that are not blank are no rows. `dates`: how dates are written, as strptime names
    it (`%d/%m/%Y`); columns in which all values are such become dates. `encoding` of the text, by its name in Python.
    `parts` of a folder: the files, or patterns of such, that are the table, in this order. `sheet` of a workbook: its
    name. `range` of a sheet, as B3:F200 or A:F: where the table stands in it, with the names. `labels` of SPSS, Stata
    and SAS: text, if values are those that their labels say, or codes, if they stay the numbers that are stored.
    Raises InputError for a value that can't be.
    """

    delimiter: str | None = None
    quote: str | None = None
    escape: str | None = None
    header: int | None = None
    header_rows: int | None = None
    missing: tuple[str, ...] | None = None
    decimal: str | None = None
    numbers: Literal["plain", "written"] | None = None
    footer: int | None = None
    dates: str | None = None
    encoding: str | None = None
    parts: tuple[str, ...] | None = None
    sheet: str | None = None
    range: str | None = None
    labels: Literal["text", "codes"] | None = None

    def __post_init__(self) -> None:
        if self.delimiter is not None:
            object.__setattr__(self, "delimiter", NAMED.get(self.delimiter.lower(), self.delimiter))
        for field in ("delimiter", "quote", "escape"):
            value = getattr(self, field)
            if value is not None and (len(value) != 1 or not value.isascii() or value in "\r\n"):
                named = f" or one of {', '.join(NAMED)}" if field == "delimiter" else ""
                raise InputError(f"{field}: it must be one ASCII character{named}, got {value!r}.")
        if self.decimal not in (None, ".", ","):
            raise InputError(f"decimal: it must be `.` or `,`, got {self.decimal!r}.")
        if self.numbers not in (None, "plain", "written"):
            raise InputError(f"numbers: it must be `plain` or `written`, got {self.numbers!r}.")
        if self.labels not in (None, "text", "codes"):
            raise InputError(f"labels: it must be `text` or `codes`, got {self.labels!r}.")
        if self.range is not None and not RANGE.fullmatch(self.range.strip()):
            raise InputError(
                f"range: it must be cells or columns of a sheet, such as B3:F200 or A:F, got {self.range!r}."
            )
        for field, least in (("header", 0), ("header_rows", 1), ("footer", 0)):
            value = getattr(self, field)
            if value is not None and value < least:
                raise InputError(f"{field}: it must be at least {least}, got {value}.")
        if self.dates is not None:
            _check_dates(self.dates)
        if self.encoding is not None and not _is_encoding(self.encoding):
            known = nearest(self.encoding, ENCODINGS) or f" Such as {', '.join(ENCODINGS)}."
            raise InputError(f"encoding: there is no encoding of text called {self.encoding!r}.{known}")

    @property
    def given(self) -> dict[str, Any]:
        """What is said, by name; empty if all is left to the file."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
            if value is not None
        }


def _check_dates(form: str) -> None:
    signs = re.findall("%(.)", form)
    if not (set("dm") <= set(signs) or set("dB") <= set(signs) or set("db") <= set(signs)) or not set("yY") & set(
        signs
    ):
        raise InputError(f"dates: it must name a day, a month and a year, such as %d/%m/%Y or %Y%m%d, got {form!r}.")
    unknown = [sign for sign in signs if sign not in DATE_SIGNS]
    if unknown or len(set(signs)) < len(signs) or form.count("%") != len(signs):
        raise InputError(f"dates: after % stands one of {', '.join(DATE_SIGNS)}, each once, got {form!r}.")


def _is_encoding(name: str) -> bool:
    try:
        "a".encode(name)
    except (LookupError, UnicodeError):
        return False
    return True


OPEN = Dialect()
"""Nothing is said."""
