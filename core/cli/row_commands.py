"""The commands that make, hand on and measure rows, with their options: sample, export, orders and verify."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trimtab.core.cli.options import (
    AcceptSource,
    AsJson,
    DesignFile,
    ReplaceFile,
    ReplaceOthers,
    Rows,
    Seed,
    with_dialect,
)
from trimtab.core.formats import file_formats, listed
from trimtab.core.source.delimited.dialect import Dialect

KEPT, NOT_KEPT = 0, 1
"""Exit codes: every promise was kept, or one was not."""


def sample(
    design: DesignFile,
    output: Annotated[
        str,
        typer.Option("-o", "--output", help=f"The file to write: {listed(file_formats())}.", show_default=False),
    ],
    rows: Rows = None,
    seed: Seed = None,
    engine: Annotated[str, typer.Option(help="Where the rows are made: local, sail or spark.")] = "local",
    connect: Annotated[
        str | None,
        typer.Option(
            help="Of sail or spark: a running Spark Connect server, such as sc://host:15002.", show_default=False
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Blocks made at once; one per processor of this machine by default.")
    ] = None,
    received: Annotated[
        Path | None, typer.Option(help="What came back of the design's orders, to stand in the place of made rows.")
    ] = None,
    partition_by: Annotated[
        str | None, typer.Option(help="Of a folder: a folder below for every value of this factor, as Hive has it.")
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(help="Parts that each meet the design, such as train=0.8,test=0.2: OUT-train and OUT-test."),
    ] = None,
    defuse: Annotated[
        bool,
        typer.Option("--defuse", help="Of a CSV: ' before each text that a spreadsheet takes for a formula."),
    ] = False,
    force: ReplaceOthers = False,
    accept_source: AcceptSource = False,
    as_json: AsJson = False,
) -> None:
    """Make the rows of a design, with the receipt beside them."""
    from trimtab.core.cli.commands.rows import make_rows

    made = make_rows(
        design,
        output,
        rows=rows,
        seed=seed,
        engine=engine,
        connect=connect,
        workers=workers,
        received=received,
        partition_by=partition_by,
        split=split,
        defuse=defuse,
        force=force,
        accept_source=accept_source,
        as_json=as_json,
    )
    raise typer.Exit(KEPT if made else NOT_KEPT)


def export(
    design: DesignFile,
    as_: Annotated[str, typer.Option("--as", help="bundle, croissant, card or openscenario.", show_default=False)],
    output: Annotated[
        str,
        typer.Option(
            "-o",
            "--output",
            help="The folder (bundle) or file to write; a file also into a folder.",
            show_default=False,
        ),
    ],
    data: Annotated[
        Path | None, typer.Option(help="Rows of this design that are there, in Parquet, with their receipt beside.")
    ] = None,
    rows: Rows = None,
    seed: Seed = None,
    license_: Annotated[
        str | None, typer.Option("--license", help="Licence of the rows, such as CC0-1.0; else not known.")
    ] = None,
    creator: Annotated[str | None, typer.Option(help="Who answers for the rows; else not known.")] = None,
    url: Annotated[str | None, typer.Option(help="Address of the data set's page.")] = None,
    day: Annotated[str | None, typer.Option("--date", help="Day of the papers, as 2026-05-31; else today.")] = None,
    scenario: Annotated[
        str, typer.Option(help="openscenario: the scenario file whose parameters the columns are.")
    ] = "scenario.xosc",
    stochastic: Annotated[
        bool, typer.Option("--stochastic", help="openscenario: distributions to draw from, instead of the rows.")
    ] = False,
    force: ReplaceOthers = False,
    accept_source: AcceptSource = False,
    as_json: AsJson = False,
) -> None:
    """Write rows with their papers: a bundle, Croissant, a data card, or parameters for OpenSCENARIO."""
    from trimtab.core.cli.commands.export import day_of, write_export
    from trimtab.core.papers.said import Said

    said = Said(license=license_, creator=creator, url=url, day=day_of(day), scenario=scenario)
    kept = write_export(
        design,
        output,
        as_,
        data=data,
        rows=rows,
        seed=seed,
        said=said,
        stochastic=stochastic,
        force=force,
        accept_source=accept_source,
        as_json=as_json,
    )
    raise typer.Exit(KEPT if kept else NOT_KEPT)


def orders(
    design: DesignFile,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="The orders, a line of JSON each.", show_default=False)
    ],
    received: Annotated[
        Path | None, typer.Option(help="All that came back so far: a table with the ids; writes what is still missing.")
    ] = None,
    force: ReplaceFile = False,
    accept_source: AcceptSource = False,
    as_json: AsJson = False,
) -> None:
    """Write what a blend must make as orders for an outside generator, and look at what comes back."""
    from trimtab.core.cli.commands.orders import write_orders

    write_orders(design, output, received=received, force=force, accept_source=accept_source, as_json=as_json)


@with_dialect
def verify(
    data: Annotated[Path, typer.Argument(help="CSV, TSV, Parquet, a folder of parts, a bundle.", show_default=False)],
    design: Annotated[
        Path | None, typer.Option(help="The design file; a bundle brings its own.", show_default=False)
    ] = None,
    rows: Annotated[
        int | None,
        typer.Option(
            "-n", "--rows", min=0, help="Rows it must have; by default those of its receipt, else any number."
        ),
    ] = None,
    defused: Annotated[
        bool, typer.Option("--defused", help="It was written by sample --defuse; a receipt beside it tells that too.")
    ] = False,
    accept_source: AcceptSource = False,
    as_json: AsJson = False,
    *,
    dialect: Dialect,
) -> None:
    """Measure any data set against a design: the exit code is a gate for CI."""
    from trimtab.core.cli.commands.rows import verify_rows

    kept = verify_rows(
        data,
        design,
        rows=rows,
        dialect=dialect,
        defused=defused,
        accept_source=accept_source,
        as_json=as_json,
    )
    raise typer.Exit(KEPT if kept else NOT_KEPT)
