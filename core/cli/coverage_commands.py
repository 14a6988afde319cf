"""The commands on what is covered and what is weak, with their options: coverage, gaps, slices and apply."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trimtab.core.cli.options import AcceptSource, AsJson, Data, DesignFile, Factors, ReplaceDesign, with_dialect
from trimtab.core.source.delimited.dialect import Dialect


@with_dialect
def coverage(
    data: Annotated[list[Path], typer.Argument(help="Data sets; the first is what the others are compared with.")],
    design: Annotated[
        Path | None,
        typer.Option(
            help="Take the bins of this design, and tell how far each data set is from what it asks for, too "
            "(to_design in --json); a supplement asks it of the source and the rows together.",
            show_default=False,
        ),
    ] = None,
    factors: Annotated[str | None, typer.Option(help="Factors, with commas between.", show_default=False)] = None,
    strength: Annotated[
        int | None, typer.Option(help="Also the combinations of so many factors: 2, 3 or 4.", show_default=False)
    ] = None,
    accept_source: AcceptSource = False,
    as_json: AsJson = False,
    *,
    dialect: Dialect,
) -> None:
    """Put data sets side by side, factor by factor and combination by combination."""
    from trimtab.core.cli.commands.data import show_coverage

    show_coverage(
        data,
        dialect=dialect,
        design=design,
        factors=factors,
        strength=strength,
        accept_source=accept_source,
        as_json=as_json,
    )


@with_dialect
def gaps(
    data: Data,
    factors: Annotated[str, typer.Option(help="Factors, with commas between.", show_default=False)],
    threshold: Annotated[int, typer.Option(min=1, help="Rows a pattern must have.", show_default=False)],
    max_level: Annotated[
        int | None, typer.Option(min=1, help="Factors a pattern names at most.", show_default=False)
    ] = None,
    design: Annotated[
        Path | None,
        typer.Option(help="Take the bins and levels of this design, with rows or without.", show_default=False),
    ] = None,
    remedy: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Also the fewest combinations to add so that no pattern of so many factors, or fewer, is left.",
            show_default=False,
        ),
    ] = None,
    plausible: Annotated[
        bool,
        typer.Option(
            "--plausible",
            help="Leave out levels that never occur together, though chance would have shown them.",
        ),
    ] = False,
    accept_source: AcceptSource = False,
    as_json: AsJson = False,
    *,
    dialect: Dialect,
) -> None:
    """List what is missing: the most general combinations with fewer rows than the threshold."""
    from trimtab.core.cli.commands.weak import show_gaps

    show_gaps(
        data,
        dialect=dialect,
        factors=factors,
        threshold=threshold,
        max_level=max_level,
        remedy=remedy,
        plausible=plausible,
        design=design,
        accept_source=accept_source,
        as_json=as_json,
    )


@with_dialect
def slices(
    data: Data,
    error: Annotated[
        str | None, typer.Option(help="The column of errors: 0 or more, or true for a wrong row.", show_default=False)
    ] = None,
    predictions: Annotated[
        Path | None,
        typer.Option(help="A file with predictions of the same rows; by default they are in DATA.", show_default=False),
    ] = None,
    label: Annotated[str | None, typer.Option(help="The column of what is true.", show_default=False)] = None,
    prediction: Annotated[str | None, typer.Option(help="The column of predictions.", show_default=False)] = None,
    probability: Annotated[
        str | None, typer.Option(help="The column of probabilities of one level.", show_default=False)
    ] = None,
    positive: Annotated[
        str | None, typer.Option(help="The level a probability is of; true or 1 by default.", show_default=False)
    ] = None,
    loss: Annotated[
        str | None, typer.Option(help="What the error of a row is: wrong, log or absolute.", show_default=False)
    ] = None,
    key: Annotated[
        str | None, typer.Option(help="The column by which predictions find their rows.", show_default=False)
    ] = None,
    factors: Factors = None,
    alpha: Annotated[float, typer.Option(help="Weight of the error against the size, 0 to 1.")] = 0.95,
    min_rows: Annotated[
        int | None, typer.Option(min=2, help="Rows of a slice; 1 % of the rows by default, at least 32.")
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="Slices to show.")] = 10,
    budget: Annotated[
        int | None, typer.Option(min=0, help="Rows to spread over the slices that are shown.", show_default=False)
    ] = None,
    as_json: AsJson = False,
    *,
    dialect: Dialect,
) -> None:
    """Find where a model fails: the slices whose error is furthest above the mean."""
    from trimtab.core.cli.commands.weak import show_slices
    from trimtab.core.weaknesses.predictions import Asked

    asked = Asked(error, label, prediction, probability, loss, positive, key)
    show_slices(
        data,
        dialect=dialect,
        predictions=predictions,
        asked=asked,
        factors=factors,
        alpha=alpha,
        min_rows=min_rows,
        top=top,
        budget=budget,
        as_json=as_json,
    )


@with_dialect
def apply_(
    design: DesignFile,
    output: Annotated[Path, typer.Option("-o", "--output", help="The design file to write.", show_default=False)],
    gap: Annotated[
        str | None,
        typer.Option(help="carrier=HA,origin=EWR, or JSON, or @FILE as gaps --json writes it.", show_default=False),
    ] = None,
    slice_: Annotated[
        str | None,
        typer.Option("--slice", help="The same of a slice, or @FILE as slices --json writes it.", show_default=False),
    ] = None,
    remedy: Annotated[
        str | None, typer.Option(help="@FILE as gaps --remedy --json writes it, or its JSON.", show_default=False)
    ] = None,
    patch: Annotated[Path | None, typer.Option(help="A part of a design to merge in.", show_default=False)] = None,
    match: Annotated[
        Path | None,
        typer.Option(help="A data set, such as production logs, whose shares become targets.", show_default=False),
    ] = None,
    factors: Annotated[
        str | None, typer.Option(help="Of which factors, commas between; all that both have.", show_default=False)
    ] = None,
    rows: Annotated[int | None, typer.Option(help="Rows for each pattern.", show_default=False)] = None,
    rate: Annotated[float | None, typer.Option(help="Share of the rows of a slice.", show_default=False)] = None,
    top: Annotated[int | None, typer.Option(min=1, help="Only the first of a file.", show_default=False)] = None,
    force: ReplaceDesign = False,
    accept_source: AcceptSource = False,
    as_json: AsJson = False,
    *,
    dialect: Dialect,
) -> None:
    """Make a gap, a remedy, a weak slice, a part of a design or the shares of other data a control of the design."""
    from trimtab.core.cli.commands.apply import Given, apply

    given = Given(gap, slice_, remedy, patch, rows, rate, top, match, factors, dialect)
    apply(design, output, given, force=force, accept_source=accept_source, as_json=as_json)
