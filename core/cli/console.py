"""What commands print: JSON or tables on standard output, notes and a progress bar on standard error."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import ceil
from typing import Any

from trimtab.core.errors import Progress

BLOCKS = "▁▂▃▄▅▆▇█"
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
"""Characters with which a name could steer a terminal."""
WIDEST = 1_000_000
"""Columns that a line may have: what is read by programs must not depend on a window."""


def print_json(document: dict[str, Any]) -> None:
    """The one JSON object of a command."""
    print(json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False))


def note(message: str) -> None:
    """A message that is not the result."""
    print(message, file=sys.stderr)


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table of texts, a line for each row, never cut or wrapped: columns of numbers are set right, and wide letters
    count as what they take up. Piped it is plain. Cells are text: no markup, no control characters."""
    if not rows:
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    def cell(text: str) -> Text:
        return Text(CONTROLS.sub(" ", text))

    right = [all(row[i].lstrip("-−")[:1].isdigit() or row[i] in ("", "–") for row in rows) for i in range(len(header))]
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for name, flush in zip(header, right, strict=True):
        table.add_column(cell(name), justify="right" if flush else "left", no_wrap=True)
    for row in rows:
        table.add_row(*map(cell, row))
    console = Console(file=sys.stdout, width=WIDEST, markup=False, emoji=False, highlight=False)
    with console.capture() as printed:
        console.print(table)
    for line in printed.get().splitlines():
        print(line.rstrip())


def bars(counts: Sequence[float]) -> str:
    """Counts or shares as a line of bars, the empty ones blank.

    >>> bars([0, 1, 4, 8])
    ' ▁▄█'
    """
    highest = max(counts, default=0)
    return "".join(BLOCKS[ceil(count * len(BLOCKS) / highest) - 1] if count else " " for count in counts)


@contextmanager
def progress_bar() -> Iterator[Progress | None]:
    """A callback that draws a bar on standard error; None where that is not a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (BarColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def report(done: int, total: int, message: str) -> None:
            bar.update(task, completed=done, total=total, description=message)

        yield report
