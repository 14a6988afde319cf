"""How a delimited file is written, as far as a person says it; what they leave open is found by `detecting.py`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from trimtab.core.errors import InputError

DELIMITERS = ",\t;|"
"""Delimiters that are looked for; any other must be named."""
QUOTES = "\"'"
NAMED = {"tab": "\t", "space": " ", "comma": ",", "semicolon": ";", "bar": "|"}


@dataclass(frozen=True)
class Dialect:
    """What a person says of a file; None is found in the file.

    `delimiter`, `quote` and `escape` are one character each. `header` is the line of the names, 1 for the first, 0 if
    there are none; what stands above it is left out. `header_rows`: the lines that names take. `missing`: the texts
    that mean missing, in every column, beside a cell with nothing in it. `decimal` is the mark before fractions; the
    other one is for thousands. `numbers: plain` leaves numbers with thousands, currency or per cent signs as text.
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
        for field, least in (("header", 0), ("header_rows", 1)):
            value = getattr(self, field)
            if value is not None and value < least:
                raise InputError(f"{field}: it must be at least {least}, got {value}.")

    @property
    def given(self) -> dict[str, Any]:
        """What is said, by name; empty if all is left to the file."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
            if value is not None
        }


OPEN = Dialect()
"""Nothing is said."""
