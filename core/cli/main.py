"""The commands with their options, and how errors become exit codes."""

from __future__ import annotations

import io
import os
import signal
import sys
import traceback
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from trimtab.core.cli import coverage_commands, row_commands
from trimtab.core.cli.options import AcceptSource, AsJson, Data, DesignFile, ReplaceDesign, ReplaceFile, with_dialect
from trimtab.core.cli.row_commands import KEPT
from trimtab.core.errors import TrimtabError
from trimtab.core.source.delimited.dialect import Dialect

UNEXPECTED, INTERRUPTED, READER_GONE = 70, 130, 141
DEBUG_VARIABLE = "TRIMTAB_DEBUG"
PRINTING = ("trimtab.core.cli.", "rich.")
"""Modules that do nothing with files but print."""
_HEARD: list[int] = []
"""Signals that ask the process to end."""

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
    controls that conflict, 130 after Ctrl+C, 143 after SIGTERM, 141 if nobody reads what is printed, and 70 for what
    should not happen (TRIMTAB_DEBUG=1 shows where it did).
    """
    _open_streams()
    if arguments is None and not os.environ.get(DEBUG_VARIABLE):
        warnings.simplefilter("ignore", RuntimeWarning)  # of numpy, say: nothing that a person could do
    _HEARD.clear()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, _stopped)
    try:
        code = _run(arguments)
        for one in (signal.SIGTERM, signal.SIGINT):
            signal.signal(one, signal.SIG_IGN)  # all is done: there is nothing left to stop
    except KeyboardInterrupt:  # heard when the work was over, or a second time
        code = INTERRUPTED
    if _HEARD and code != KEPT:
        code = 128 + _HEARD[0]
    sys.exit(_printed(code))


def _run(arguments: Sequence[str] | None) -> int:
    """Run the command line; returns the exit code."""
    out = sys.stdout
    try:
        app(args=arguments, prog_name="trimtab")  # typer ends the process itself, also for wrong usage
    except SystemExit as ended:
        piped = sys.stdout is not out  # typer puts something else there if nobody reads what is printed
        return READER_GONE if piped else int(ended.code or KEPT)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last resort: a line instead of a traceback
        if not _HEARD:  # else the work was cut off, whatever it says of that
            return _told(error)
    return UNEXPECTED


def _told(error: Exception) -> int:
    """Say what happened; returns the exit code."""
    if isinstance(error, TrimtabError):
        _complain(str(error))
        return error.exit_code
    if isinstance(error, OSError) and error.errno:  # of the machine, not of Trimtab
        where = error.filename if isinstance(error.filename, str) else "The system"
        where = "standard output: it can't be written" if _while_printing(error) else where
        _complain(f"{where}: {os.strerror(error.errno)}.")
        return TrimtabError.exit_code
    if isinstance(error, MemoryError):
        _complain("There is not enough memory for this. Close other programs, or take a part of the data.")
        return TrimtabError.exit_code
    if os.environ.get(DEBUG_VARIABLE):
        traceback.print_exception(error)
    what = " ".join(str(error).split())[:300]
    _complain(f"unexpected {type(error).__name__}: {what} (set {DEBUG_VARIABLE}=1 to see where)")
    return UNEXPECTED


def _while_printing(error: OSError) -> bool:
    """Whether it was a line that was to be printed, and no file, that could not be written."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    return error.filename is None and frames[-1].f_globals.get("__name__", "").startswith(PRINTING)


def _open_streams() -> None:
    """Have somewhere to print to, if a stream was closed by whoever began this; a name that is no text is no reason to
    stop."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - as long as the process
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _printed(code: int) -> int:
    """The exit code once all is printed: another one if that can't be."""
    try:
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python tries again at its end
        if isinstance(error, BrokenPipeError):
            return READER_GONE
        _complain(f"standard output: it can't be written: {error.strerror}.")
        return TrimtabError.exit_code
    return code


def _complain(message: str) -> None:
    for line in message.splitlines():
        print(f"error: {line}", file=sys.stderr)


def _stopped(number: int, _: object) -> NoReturn:
    """Leave through the blocks that clean up."""
    _HEARD.append(number)
    raise KeyboardInterrupt


def _print_version(asked: bool) -> None:
    if asked:
        from trimtab.core.delivery.version import trimtab_version

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
    from trimtab.core.cli.commands.serve import serve

    raise typer.Exit(serve(port, browser=browser, as_json=as_json))


@app.command()
@with_dialect
def profile(data: Data, as_json: AsJson = False, *, dialect: Dialect) -> None:
    """Show a data set: rows, columns, kinds, missing values, histograms."""
    from trimtab.core.cli.commands.data import show_profile

    show_profile(data, dialect=dialect, as_json=as_json)


@app.command()
@with_dialect
def init(
    data: Data,
    output: Annotated[Path, typer.Option("-o", "--output", help="The design file to write.", show_default=False)],
    force: ReplaceDesign = False,
    as_json: AsJson = False,
    *,
    dialect: Dialect,
) -> None:
    """Write a neutral design for a data set: every factor follows."""
    from trimtab.core.cli.commands.designs import write_neutral

    write_neutral(data, output, dialect=dialect, force=force, as_json=as_json)


@app.command()
def check(
    design: DesignFile,
    why: Annotated[
        str | None,
        typer.Option(help="A factor: which controls move it, and what it would cost to freeze it.", show_default=False),
    ] = None,
    accept_source: AcceptSource = False,
    as_json: AsJson = False,
) -> None:
    """Tell whether a design can be met, what it costs and what moves, before any row is drawn."""
    from trimtab.core.cli.commands.designs import show_check

    raise typer.Exit(show_check(design, why=why, accept_source=accept_source, as_json=as_json))


@app.command()
def preview(
    design: DesignFile,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="A CSV file for the dictionary of the columns.", show_default=False),
    ] = None,
    force: ReplaceFile = False,
    accept_source: AcceptSource = False,
    as_json: AsJson = False,
) -> None:
    """Show ten rows that a design gives, each beside the real one that it begins with, and what their columns mean."""
    from trimtab.core.cli.commands.preview import show_preview

    show_preview(design, output, force=force, accept_source=accept_source, as_json=as_json)


@app.command()
def review(design: DesignFile, accept_source: AcceptSource = False, as_json: AsJson = False) -> None:
    """Tell in plain sentences what a design asks for and what moves along, for those who decide."""
    from trimtab.core.cli.commands.designs import show_review

    raise typer.Exit(show_review(design, accept_source=accept_source, as_json=as_json))


@app.command()
def diff(
    before: Annotated[Path, typer.Argument(help="A design file.", show_default=False)],
    after: Annotated[Path, typer.Argument(help="Another design file.", show_default=False)],
    accept_source: AcceptSource = False,
    as_json: AsJson = False,
) -> None:
    """Put two designs side by side: what differs control by control, and the distributions they give."""
    from trimtab.core.cli.commands.diff import show_diff

    raise typer.Exit(show_diff(before, after, accept_source=accept_source, as_json=as_json))


app.command()(row_commands.sample)
app.command()(row_commands.export)
app.command()(row_commands.orders)
app.command()(row_commands.verify)
app.command()(coverage_commands.coverage)
app.command()(coverage_commands.gaps)
app.command()(coverage_commands.slices)
app.command("apply")(coverage_commands.apply_)


@app.command()
def schema(as_json: AsJson = False) -> None:
    """Print the JSON Schema of the design file."""
    from trimtab.core.cli.console import print_json
    from trimtab.core.design.files import json_schema

    print_json(json_schema())
