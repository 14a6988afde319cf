"""Arguments and options that several commands share, and what is typed in them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from trimtab.core.errors import InputError, nearest
from trimtab.core.source.delimited.dialect import Dialect
from trimtab.core.source.readers import suffixes

Data = Annotated[
    Path, typer.Argument(help=f"A file of data ({', '.join(suffixes())}), or a folder of parts.", show_default=False)
]
DesignFile = Annotated[Path, typer.Argument(help="A design file.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
AcceptSource = Annotated[
    bool, typer.Option("--accept-source", help="Use the source although its content is not what the design names.")
]
Rows = Annotated[int | None, typer.Option("-n", "--rows", min=1, help="Rows, instead of the design's.")]
Seed = Annotated[int | None, typer.Option(min=0, max=2**63 - 1, help="Seed, instead of the design's.")]
ReplaceDesign = Annotated[bool, typer.Option("--force", help="Replace a design file that is there already.")]
ReplaceFile = Annotated[bool, typer.Option("--force", help="Replace a file that is there already.")]
ReplaceOthers = Annotated[bool, typer.Option("--force", help="Replace what is there though Trimtab did not make it.")]
Factors = Annotated[
    str | None, typer.Option(help="Factors, with commas between; all other columns by default.", show_default=False)
]


DIALECT: dict[str, Any] = {
    "delimiter": Annotated[
        str | None, typer.Option(help="Of a text file: what stands between the cells.", show_default=False)
    ],
    "quote": Annotated[
        str | None, typer.Option(help="What stands around a value that holds a delimiter.", show_default=False)
    ],
    "escape": Annotated[str | None, typer.Option(help="What stands before a quote in a value.", show_default=False)],
    "header": Annotated[
        int | None, typer.Option(help="Line of the names, 1 for the first; 0 if there are none.", show_default=False)
    ],
    "header_rows": Annotated[int | None, typer.Option(help="Lines that the names take.", show_default=False)],
    "missing": Annotated[
        list[str] | None,
        typer.Option(help="A text that means missing; may be given several times.", show_default=False),
    ],
    "decimal": Annotated[str | None, typer.Option(help="Mark before fractions: . or ,", show_default=False)],
    "numbers": Annotated[
        str | None,
        typer.Option(help="plain: numbers with thousands, currency or per cent signs are text.", show_default=False),
    ],
    "footer": Annotated[
        int | None, typer.Option(help="Lines at the end that are no rows, such as a sum.", show_default=False)
    ],
    "dates": Annotated[str | None, typer.Option(help="How dates are written, such as %d/%m/%Y.", show_default=False)],
    "encoding": Annotated[str | None, typer.Option(help="Encoding of the text, such as cp1252.", show_default=False)],
    "parts": Annotated[
        list[str] | None,
        typer.Option(help="Of a folder: a file or pattern to take; may be given several times.", show_default=False),
    ],
    "sheet": Annotated[str | None, typer.Option(help="Of a workbook: the name of the sheet.", show_default=False)],
    "range": Annotated[
        str | None, typer.Option(help="Of a sheet: where the table is, as B3:F200 or A:F.", show_default=False)
    ],
    "labels": Annotated[
        str | None,
        typer.Option(help="Of SPSS, Stata, SAS: text (values are their labels) or codes.", show_default=False),
    ],
}
"""How a file is written, as far as a person says it; the rest is found in the file."""


def with_dialect(command: Callable[..., None]) -> Callable[..., None]:
    """A command whose parameter `dialect` is made of the options of DIALECT."""

    @wraps(command)
    def with_options(**arguments: Any) -> None:
        said = {name: arguments.pop(name) for name in DIALECT}
        for name in ("missing", "parts"):
            said[name] = None if said[name] is None else tuple(said[name])
        try:
            dialect = Dialect(**said)
        except InputError as error:
            raise InputError(f"--{str(error).replace('_', '-', 1)}") from error
        command(**arguments, dialect=dialect)

    own = [one for one in inspect.signature(command, eval_str=True).parameters.values() if one.name != "dialect"]
    keyword = inspect.Parameter.KEYWORD_ONLY
    options = [inspect.Parameter(name, keyword, default=None, annotation=DIALECT[name]) for name in DIALECT]
    with_options.__signature__ = inspect.Signature([*own, *options])  # type: ignore[attr-defined]
    with_options.__annotations__ = {one.name: one.annotation for one in [*own, *options]}
    return with_options


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
