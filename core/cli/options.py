"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[Path, typer.Argument(help="CSV, TSV (either gzipped or not) or Parquet.", show_default=False)]
DesignFile = Annotated[Path, typer.Argument(help="A design file.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
AcceptSource = Annotated[
    bool, typer.Option("--accept-source", help="Use the source although its content is not what the design names.")
]
Factors = Annotated[
    str | None, typer.Option(help="Factors, with commas between; all other columns by default.", show_default=False)
]
