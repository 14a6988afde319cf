"""What commands print: JSON or tables on standard output, notes and a progress bar on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import ceil
from typing import Any

from trimtab.core.errors import Progress

BLOCKS = "▁▂▃▄▅▆▇█"


def print_json(document: dict[str, Any]) -> None:
    """The one JSON object of a command."""
    print(json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False))


def note(message: str) -> None:
    """A message that is not the result."""
    print(message, file=sys.stderr)


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table of texts: a column whose cells all begin like a number is set right."""
    if not rows:
        return
    right = [all(row[i].lstrip("-−")[:1].isdigit() or row[i] in ("", "–") for row in rows) for i in range(len(header))]
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]
    for row in (header, *rows):
        cells = [
            cell.rjust(width) if flush else cell.ljust(width)
            for cell, width, flush in zip(row, widths, right, strict=True)
        ]
        print("  ".join(cells).rstrip())


def percent(share: float) -> str:
    """A share for people, with more digits where it is small.

    >>> percent(0.25), percent(0.00031), percent(0)
    ('25.0 %', '0.031 %', '0.0 %')
    """
    return f"{share * 100:.2g} %" if 0 < share < 0.01 else f"{share * 100:.1f} %"


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
