"""What a design says of its real data: where they are, which they are, and how a text file is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from trimtab.core.design.fields import Level, Model, Sha256, Text, broken
from trimtab.core.errors import InputError
from trimtab.core.source.delimited.dialect import Dialect

if TYPE_CHECKING:
    from trimtab.core.source.spool import Source

Line = Annotated[int, Field(strict=True, ge=0)]
Lines = Annotated[int, Field(strict=True, ge=1)]


class SourceRef(Model):
    """The real data a design stands on."""

    path: Text = Field(description="A file, or a folder of parts, relative to the design file.")
    sha256: Sha256 | None = Field(default=None, description="SHA-256 of the file's bytes.")
    delimiter: Text | None = Field(default=None, description="What stands between the cells of a text file.")
    quote: Text | None = Field(default=None, description="What stands around a value that holds a delimiter.")
    escape: Text | None = Field(default=None, description="What stands before a quote that is part of a value.")
    header: Line | None = Field(default=None, description="Line of the names, 1 for the first; 0 if there are none.")
    header_rows: Lines | None = Field(default=None, description="Lines that the names take.")
    missing: tuple[Level, ...] | None = Field(default=None, description="Texts that mean missing, in every column.")
    decimal: Literal[".", ","] | None = Field(default=None, description="Mark before fractions.")
    numbers: Literal["plain", "written"] | None = Field(
        default=None, description="plain: a number with thousands, currency or per cent signs is a text."
    )
    footer: Line | None = Field(default=None, description="Lines at the end that are no rows.")
    dates: Text | None = Field(default=None, description="How dates are written, in strptime's signs, as %d/%m/%Y.")
    encoding: Text | None = Field(default=None, description="Encoding of the text, by its name in Python.")
    parts: tuple[Text, ...] | None = Field(
        default=None,
        min_length=1,
        description="Of a folder: the files, or patterns, that are the table, in this order.",
    )
    sheet: Text | None = Field(default=None, description="Of a workbook: the name of the sheet.")
    range: Text | None = Field(
        default=None, description="Of a sheet: where the table stands with its names, as B3:F200 or A:F."
    )
    labels: Literal["text", "codes"] | None = Field(
        default=None,
        description="Of SPSS, Stata and SAS: whether values are their labels or the codes that are stored.",
    )

    @model_validator(mode="after")
    def _can_be_read(self) -> SourceRef:
        try:
            _ = self.dialect
        except InputError as error:
            broken(f"must be how a file can be written; {error}")
        return self

    @property
    def dialect(self) -> Dialect:
        """What is said of how the file is written."""
        return Dialect(**self.model_dump(exclude={"path", "sha256"}))


def reference(path: str, source: Source) -> SourceRef:
    """The part of a design that names its source and how that is read."""
    return SourceRef(path=path, sha256=source.sha256, **source.dialect.given)
