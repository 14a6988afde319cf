"""The command `export`."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

from trimtab.core.cli.console import note, print_json, progress_bar
from trimtab.core.cli.opening import files_of, study_of
from trimtab.core.design.files import read_text
from trimtab.core.errors import InputError
from trimtab.core.papers.export import Wish, check_form, export
from trimtab.core.papers.said import Said, today


def day_of(text: str | None) -> date:
    """The day that the papers are dated: today unless it is said. Raises InputError for what is no day."""
    try:
        return today() if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"--date: a day such as 2026-05-31, got {text}.") from error


def write_export(
    design: Path,
    output: str,
    form: str,
    *,
    data: Path | None,
    rows: int | None,
    seed: int | None,
    said: Said,
    stochastic: bool,
    force: bool,
    accept_source: bool,
    as_json: bool,
) -> bool:
    """Write a design with its rows as a bundle, or one of its papers; returns whether every promise was kept."""
    files = files_of(design)
    wish = Wish(
        data=data,
        rows=rows,
        seed=seed,
        said=said,
        text=read_text(design),
        source=next(iter(files[1:]), None),
        stochastic=stochastic,
        replace=force,
        kept=files,
        workers=os.cpu_count() or 1,
    )
    check_form(form, wish)  # before any work
    with progress_bar() as progress, study_of(design, accept_source=accept_source, progress=progress) as study:
        found = export(study, output, form, wish.with_progress(progress))
    for one in found.notes:
        note(one)
    if as_json:
        print_json({"path": str(found.path), "files": [str(file) for file in found.files]})
    else:
        for file in found.files:
            print(file)
    if not found.kept:
        note("Not every promise of the design was kept: see the receipt.")
    return found.kept
