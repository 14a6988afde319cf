"""The command `diff`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from trimtab.core.cli.console import note, print_json, print_table, progress_bar
from trimtab.core.cli.opening import workspace
from trimtab.core.design.files import load
from trimtab.core.errors import ConflictError, Progress
from trimtab.core.review.difference import ControlChange, Difference, FactorChange, difference
from trimtab.core.study.study import Study, open_study
from trimtab.core.workspace.opening import source_of
from trimtab.core.workspace.workspace import Workspace

LONGEST = 60
"""Characters of a control's text in a table for people; --json has all of them."""


def show_diff(before: Path, after: Path, *, accept_source: bool, as_json: bool) -> int:
    """Print what differs between two designs; returns the exit code."""
    with progress_bar() as progress, workspace() as home:
        first = _study(before, home, None, accept_source=accept_source, progress=progress)
        second = _study(after, home, first, accept_source=accept_source, progress=progress)
        found = difference(first, second)
    if not found.same_source:
        note(f"The designs stand on two sources: {_source(first)} and {_source(second)}.")
    if as_json:
        print_json(_json(found, str(before), str(after)))
    else:
        _print(found, str(before), str(after))
    return ConflictError.exit_code if found.before_conflicts or found.after_conflicts else 0


def _study(
    path: Path, home: Workspace, previous: Study | None, *, accept_source: bool, progress: Progress | None
) -> Study:
    design = load(path)
    source = source_of(path, design, home, accept_source=accept_source, progress=progress)
    return open_study(design, source, progress=progress, previous=previous)


def _source(study: Study) -> str:
    return study.source.name if study.design.source else f"what `{study.design.name}` declares"


def _json(found: Difference, before: str, after: str) -> dict[str, Any]:
    conflicts = [{"design": before, **one.as_json()} for one in found.before_conflicts]
    conflicts += [{"design": after, **one.as_json()} for one in found.after_conflicts]
    return {
        "same_source": found.same_source,
        "controls": [asdict(one) for one in found.controls],
        "factors": [asdict(one) for one in found.factors],
        "conflicts": conflicts,
    }


def _print(found: Difference, before: str, after: str) -> None:
    if not found.controls:
        print("The controls are the same.")
    print_table(("control", "change", before, after), [control_row(one) for one in found.controls])
    for name, conflicts in ((before, found.before_conflicts), (after, found.after_conflicts)):
        if conflicts:
            print(f"\n{name} is not feasible: these controls conflict.\n")
            for conflict in conflicts:
                print(f"- {conflict.message}")
    if found.before_conflicts and found.after_conflicts:
        return
    print("\nWhat the designs give (tv: between the two, and of each from its source)")
    furthest = sorted(found.factors, key=lambda one: -1.0 if one.tv is None else one.tv, reverse=True)
    print_table(("factor", "tv", before, after), [_factor_row(one) for one in furthest])


def control_row(one: ControlChange) -> tuple[str, ...]:
    """A line of a table for people: the control, what happened to it, its texts before and after."""
    return tuple(map(_short, (one.name, one.change, one.before or "", one.after or "")))


def _factor_row(one: FactorChange) -> tuple[str, ...]:
    return (one.name, *("–" if tv is None else f"{tv:.4f}" for tv in (one.tv, one.before_tv, one.after_tv)))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
