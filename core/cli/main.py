"""The commands with their options, and how errors become exit codes."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from core.errors import TrimtabError

KEPT, NOT_KEPT, UNEXPECTED, INTERRUPTED, TERMINATED = 0, 1, 70, 130, 143
DEBUG_VARIABLE = "TRIMTAB_DEBUG"

Data = Annotated[Path, typer.Argument(help="CSV, TSV (either gzipped or not) or Parquet.", show_default=False)]
DesignFile = Annotated[Path, typer.Argument(help="A design file.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
AcceptSource = Annotated[
    bool, typer.Option("--accept-source", help="Use the source although its content is not what the design names.")
]

app = typer.Typer(
    name="trimtab",
    help="Say what the training set should contain, and get the rows with a receipt.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and end the process.

    The exit code is 0 when done and every promise is kept, 1 for a promise not kept, 2 for wrong input or usage, 3 for
    controls that conflict, 130 after Ctrl+C, and 70 for what should not happen (TRIMTAB_DEBUG=1 shows where it did).
    """
    signal.signal(signal.SIGTERM, _terminated)
    try:
        app(args=arguments, prog_name="trimtab")  # typer ends the process itself, also for wrong usage
    except TrimtabError as error:
        _complain(str(error))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - the last resort: a line instead of a traceback
        if os.environ.get(DEBUG_VARIABLE):
            traceback.print_exc()
        what = " ".join(str(error).split())[:300]
        _complain(f"unexpected {type(error).__name__}: {what} (set {DEBUG_VARIABLE}=1 to see where)")
        sys.exit(UNEXPECTED)
    sys.exit(KEPT)


def _complain(message: str) -> None:
    for line in message.splitlines():
        print(f"error: {line}", file=sys.stderr)


def _terminated(*_: object) -> NoReturn:
    """Leave through the blocks that clean up."""
    sys.exit(TERMINATED)


def _print_version(asked: bool) -> None:
    if asked:
        from core.delivery.version import trimtab_version

        print(f"trimtab {trimtab_version()}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Say what the training set should contain, and get the rows with a receipt."""


@app.command("app")
def app_(
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Port on this machine.")] = 8501,
    browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
    as_json: AsJson = False,
) -> None:
    """Open the app in the browser."""
    from core.cli.serve import serve

    raise typer.Exit(serve(port, browser=browser, as_json=as_json))


@app.command()
def profile(data: Data, as_json: AsJson = False) -> None:
    """Show a data set: rows, columns, kinds, missing values, histograms."""
    from core.cli.data import show_profile

    show_profile(data, as_json=as_json)


@app.command()
def init(
    data: Data,
    output: Annotated[Path, typer.Option("-o", "--output", help="The design file to write.", show_default=False)],
    force: Annotated[bool, typer.Option("--force", help="Replace a design file that is there already.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write a neutral design for a data set: every factor follows."""
    from core.cli.designs import write_neutral

    write_neutral(data, output, force=force, as_json=as_json)


@app.command()
def check(design: DesignFile, accept_source: AcceptSource = False, as_json: AsJson = False) -> None:
    """Tell whether a design can be met, what it costs and what moves, before any row is drawn."""
    from core.cli.designs import show_check

    raise typer.Exit(show_check(design, accept_source=accept_source, as_json=as_json))


@app.command()
def diff(
    before: Annotated[Path, typer.Argument(help="A design file.", show_default=False)],
    after: Annotated[Path, typer.Argument(help="Another design file.", show_default=False)],
    accept_source: AcceptSource = False,
    as_json: AsJson = False,
) -> None:
    """Put two designs side by side: what differs control by control, and the distributions they give."""
    from core.cli.diff import show_diff

    raise typer.Exit(show_diff(before, after, accept_source=accept_source, as_json=as_json))


@app.command()
def sample(
    design: DesignFile,
    output: Annotated[
        str,
        typer.Option("-o", "--output", help="A .parquet, .csv or .csv.gz, or a folder of parts.", show_default=False),
    ],
    rows: Annotated[int | None, typer.Option("-n", "--rows", min=1, help="Rows, instead of the design's.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, max=2**63 - 1, help="Seed, instead of the design's.")] = None,
    engine: Annotated[str, typer.Option(help="What makes the rows: threads (spark is not built yet).")] = "threads",
    workers: Annotated[int | None, typer.Option(min=1, help="Threads; one per processor by default.")] = None,
    accept_source: AcceptSource = False,
    as_json: AsJson = False,
) -> None:
    """Make the rows of a design, with the receipt beside them."""
    from core.cli.rows import make_rows

    made = make_rows(
        design,
        output,
        rows=rows,
        seed=seed,
        engine=engine,
        workers=workers,
        accept_source=accept_source,
        as_json=as_json,
    )
    raise typer.Exit(KEPT if made else NOT_KEPT)


@app.command()
def verify(
    data: Annotated[Path, typer.Argument(help="CSV, TSV, Parquet, or a folder of parts.", show_default=False)],
    design: Annotated[Path, typer.Option(help="The design file.", show_default=False)],
    rows: Annotated[
        int | None, typer.Option("-n", "--rows", min=0, help="Rows the data set must have; any number by default.")
    ] = None,
    accept_source: AcceptSource = False,
    as_json: AsJson = False,
) -> None:
    """Measure any data set against a design: the exit code is a gate for CI."""
    from core.cli.rows import verify_rows

    kept = verify_rows(data, design, rows=rows, accept_source=accept_source, as_json=as_json)
    raise typer.Exit(KEPT if kept else NOT_KEPT)


@app.command()
def coverage(
    data: Annotated[list[Path], typer.Argument(help="Data sets; the first is what the others are compared with.")],
    design: Annotated[Path | None, typer.Option(help="Take the bins of this design.", show_default=False)] = None,
    factors: Annotated[str | None, typer.Option(help="Factors, with commas between.", show_default=False)] = None,
    strength: Annotated[
        int | None, typer.Option(help="Also the combinations of so many factors: 2, 3 or 4.", show_default=False)
    ] = None,
    accept_source: AcceptSource = False,
    as_json: AsJson = False,
) -> None:
    """Put data sets side by side, factor by factor and combination by combination."""
    from core.cli.data import show_coverage

    show_coverage(data, design=design, factors=factors, strength=strength, accept_source=accept_source, as_json=as_json)


@app.command()
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
    accept_source: AcceptSource = False,
    as_json: AsJson = False,
) -> None:
    """List what is missing: the most general combinations with fewer rows than the threshold."""
    from core.cli.weak import show_gaps

    show_gaps(
        data,
        factors=factors,
        threshold=threshold,
        max_level=max_level,
        design=design,
        accept_source=accept_source,
        as_json=as_json,
    )


@app.command()
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
    factors: Annotated[
        str | None, typer.Option(help="Factors, with commas between; all other columns by default.", show_default=False)
    ] = None,
    alpha: Annotated[float, typer.Option(help="Weight of the error against the size, 0 to 1.")] = 0.95,
    min_rows: Annotated[
        int | None, typer.Option(min=2, help="Rows of a slice; 1 % of the rows by default, at least 32.")
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="Slices to show.")] = 10,
    budget: Annotated[
        int | None, typer.Option(min=0, help="Rows to spread over the slices that are shown.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find where a model fails: the slices whose error is furthest above the mean."""
    from core.cli.weak import show_slices
    from core.coverage.predictions import Asked

    asked = Asked(error, label, prediction, probability, loss, positive, key)
    show_slices(
        data,
        predictions=predictions,
        asked=asked,
        factors=factors,
        alpha=alpha,
        min_rows=min_rows,
        top=top,
        budget=budget,
        as_json=as_json,
    )


@app.command("apply")
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
    patch: Annotated[Path | None, typer.Option(help="A part of a design to merge in.", show_default=False)] = None,
    rows: Annotated[int | None, typer.Option(help="Rows for each pattern.", show_default=False)] = None,
    rate: Annotated[float | None, typer.Option(help="Share of the rows of a slice.", show_default=False)] = None,
    top: Annotated[int | None, typer.Option(min=1, help="Only the first of a file.", show_default=False)] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a design file that is there already.")] = False,
    accept_source: AcceptSource = False,
    as_json: AsJson = False,
) -> None:
    """Make a gap, a weak slice or a part of a design a control of the design."""
    from core.cli.apply import Given, apply

    given = Given(gap, slice_, patch, rows, rate, top)
    apply(design, output, given, force=force, accept_source=accept_source, as_json=as_json)


@app.command()
def schema(as_json: AsJson = False) -> None:
    """Print the JSON Schema of the design file."""
    from core.cli.console import print_json
    from core.design.files import json_schema

    print_json(json_schema())
