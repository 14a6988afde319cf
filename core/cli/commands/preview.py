"""Ten rows of a design before and after, and the dictionary of its columns."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from trimtab.core.atomic import write_text
from trimtab.core.cli.console import note, print_json, print_table, progress_bar
from trimtab.core.cli.opening import check_design_place, files_of, study_of
from trimtab.core.delivery.dictionary import dictionary, dictionary_csv
from trimtab.core.sampling.preview import preview
from trimtab.core.shown.rows import MISSING, preview_text

CHANGED = "*"
"""Behind a value that differs from the real one."""


def show_preview(design: Path, output: Path | None, *, force: bool, accept_source: bool, as_json: bool) -> None:
    """Print the rows and the columns; with `output`, the dictionary goes there as CSV."""
    if output is not None:
        check_design_place(output, kept=files_of(design), force=force)
    with progress_bar() as progress, study_of(design, accept_source=accept_source, progress=progress) as study:
        rows, entries = preview(study), dictionary(study)
    if output is not None:
        write_text(output, dictionary_csv(entries))
        note(f"{output}: the dictionary of {len(entries)} columns.")
    if as_json:
        print_json({**rows.as_json(), "dictionary": [asdict(one) for one in entries]})
        return
    print(f"{preview_text(rows)} A {CHANGED} is behind what differs.\n")
    table = []
    for row in rows.rows:
        if row.before and not row.real:
            table.append((f"real row {row.number}", *(text or MISSING for text in row.before)))
        named = f"real row {row.number}, whole" if row.real else "becomes"
        marks = [CHANGED if changed else "" for changed in row.changed]
        table.append((named, *(f"{text or MISSING}{mark}" for text, mark in zip(row.after, marks, strict=True))))
    print_table(("", *rows.columns), table)
    print()
    print_table(
        ("column", "kind", "values", "role", "where it comes from"),
        [(one.name, one.kind, one.values, one.role, one.comes_from) for one in entries],
    )
