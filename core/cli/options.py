"""Arguments and options that several commands share, and what is typed in them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from trimtab.core.errors import InputError, nearest

Data = Annotated[Path, typer.Argument(help="CSV, TSV (either gzipped or not) or Parquet.", show_default=False)]
DesignFile = Annotated[Path, typer.Argument(help="A design file.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
AcceptSource = Annotated[
    bool, typer.Option("--accept-source", help="Use the source although its content is not what the design names.")
]
Factors = Annotated[
    str | None, typer.Option(help="Factors, with commas between; all other columns by default.", show_default=False)
]


def factors_of(text: str | None, known: Iterable[str]) -> list[str]:
    """The factors named in `text` with commas between, all the `known` ones if it is None."""
    names = list(known)
    if text is None:
        return names
    wanted = [name.strip() for name in text.split(",")]
    for name in wanted:
        if name not in names:
            raise InputError(f"--factors: there is no factor `{name}`.{nearest(name, names)}")
        if wanted.count(name) > 1:
            raise InputError(f"--factors: `{name}` is named {wanted.count(name)} times; once is enough.")
    return wanted
