"""The commands `init`, `check` and `review`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from trimtab.core.cli.console import note, percent, print_json, print_table, progress_bar
from trimtab.core.cli.opening import study_of, workspace
from trimtab.core.design.design import Design, SourceRef
from trimtab.core.design.factors import Factor
from trimtab.core.design.files import save
from trimtab.core.errors import InputError
from trimtab.core.projection.conflict import Conflict, ConflictsError
from trimtab.core.projection.controls.rule import rules_of
from trimtab.core.projection.projection import ControlCost, Projection, control_costs, project
from trimtab.core.projection.rates import real_rows, unknown_rows
from trimtab.core.projection.shifts import Shift
from trimtab.core.review.overview import moved, moved_along, summary
from trimtab.core.review.sentences import Sentence, sentences
from trimtab.core.source.columns import read_columns
from trimtab.core.source.profile import profile
from trimtab.core.study.study import Study


def write_neutral(data: Path, output: Path, *, force: bool, as_json: bool) -> None:
    """Write a design in which every factor of `data` follows; a column that identifies rows is dropped, with a note."""
    if output.exists() and not force:
        raise InputError(f"{output}: it is there already. Name another file, or give --force to replace it.")
    with workspace() as home, progress_bar() as progress:
        source = home.spool(data, progress=progress)
        found = profile(read_columns(source, progress=progress), source.rows)
    identifiers = [factor.name for factor in found.factors if factor.identifier]
    factors = {
        factor.name: Factor(kind=factor.kind, role="drop" if factor.identifier else "follow")
        for factor in found.factors
    }
    place = Path(os.path.relpath(data.resolve(), output.resolve().parent)).as_posix()
    name = data.name.split(".")[0] or data.name
    save(Design(name=name, source=SourceRef(path=place, sha256=source.sha256), factors=factors), output)
    for identifier in identifiers:
        note(f"`{identifier}` has role drop: nearly every row has its own value, so it identifies rows.")
    if as_json:
        print_json({"path": str(output)})
    else:
        print(f"{output}: {len(factors)} factors of {source.rows:,} rows; edit it, then run trimtab check {output}")


def show_check(design: Path, *, accept_source: bool, as_json: bool) -> int:
    """Print what a design costs and moves, or its conflicts; returns the exit code."""
    with progress_bar() as progress, study_of(design, accept_source=accept_source, progress=progress) as study:
        try:
            projection, costs = project(study), control_costs(study)
        except ConflictsError as error:
            if as_json:
                print_json(_infeasible(error))
            else:
                print("Not feasible: these controls conflict.\n")
                for conflict in error.conflicts:
                    print(f"- {conflict.message}")
            return error.exit_code
        if as_json:
            print_json(_feasible(study, projection, costs))
        else:
            _print_check(study, projection, costs)
    return 0


def show_review(design: Path, *, accept_source: bool, as_json: bool) -> int:
    """Print a design in sentences and what moves along, or why it can't be met; returns the exit code."""
    with progress_bar() as progress, study_of(design, accept_source=accept_source, progress=progress) as study:
        said, about = sentences(study), summary(study)
        conflicts: tuple[Conflict, ...] = ()
        shifts: tuple[Shift, ...] = ()
        try:
            shifts = project(study).shifts
        except ConflictsError as error:
            conflicts = error.conflicts
        if as_json:
            print_json(_review_json(study, about, said, shifts, conflicts))
        else:
            _print_review(study, about, said, shifts, conflicts)
    return ConflictsError.exit_code if conflicts else 0


def _review_json(
    study: Study, about: str, said: Sequence[Sentence], shifts: Sequence[Shift], conflicts: Sequence[Conflict]
) -> dict[str, Any]:
    return {
        "name": study.design.name,
        "description": study.design.description,
        "summary": about,
        "fingerprint": study.design.fingerprint(),
        "feasible": not conflicts,
        "sentences": [
            {"control": one.control, "subject": one.subject, "detail": one.detail, "text": one.text} for one in said
        ],
        "shifts": [
            {"factor": one.factor, "tv": one.tv, "asked": one.asked, "text": moved(study, one)} for one in shifts
        ],
        "conflicts": [asdict(one) for one in conflicts],
    }


def _print_review(
    study: Study, about: str, said: Sequence[Sentence], shifts: Sequence[Shift], conflicts: Sequence[Conflict]
) -> None:
    print(f"{study.design.name}\n{about}")
    if said:
        print("\nWhat this design asks for")
    for one in said:
        print(f"- {one.line}.")
    if conflicts:
        print("\nIt can't be met: these controls conflict.")
        for conflict in conflicts:
            print(f"- {conflict.message}")
        return
    told, rest = moved_along(shifts)
    print("\nWhat moves along")
    for shift in told:
        print(f"- {shift.factor}, by {percent(shift.tv)}: {moved(study, shift)}.")
    if rest:
        print(f"- {rest}")


def _feasible(study: Study, projection: Projection, costs: Sequence[ControlCost]) -> dict[str, Any]:
    return {
        "feasible": True,
        "cost_bits": projection.cost_bits,
        "effective_share": projection.effective_share,
        "ungrounded": projection.ungrounded,
        "controls": [{"name": str(one.name), "cost_bits": one.cost_bits} for one in costs],
        "events": [
            {"name": one.name, "real": one.real, "real_rows": one.real_rows, "rate": one.rate, "rows": one.rows}
            for one in projection.events
        ],
        "rules": [
            {"name": one.of, "real_rows": real_rows(study, one), "unknown_rows": unknown_rows(study, one)}
            for one in rules_of(study)
        ],
        "floors": [
            {"name": one.name.of, "rows": one.rows, "constructed": one.constructed, "impossible": len(one.impossible)}
            for one in projection.floors
        ],
        "shifts": [{"factor": one.factor, "tv": one.tv, "asked": one.asked} for one in projection.shifts],
        "conflicts": [],
    }


def _infeasible(error: ConflictsError) -> dict[str, Any]:
    conflicts = [
        {
            "controls": [str(name) for name in one.controls],
            "message": one.message,
            "control": str(one.control),
            "nearest": one.nearest,
        }
        for one in error.conflicts
    ]
    return {"feasible": False, "cost_bits": None, "controls": [], "shifts": [], "conflicts": conflicts}


def _print_check(study: Study, projection: Projection, costs: Sequence[ControlCost]) -> None:
    learned, share = study.grounding.rows, projection.effective_share
    print(f"Feasible: {study.design.rows:,} rows for {projection.cost_bits:.3f} bits.")
    print(f"Effective sample size: {round(share * learned):,} of {learned:,} rows ({percent(share)}).")
    if projection.ungrounded * study.design.rows >= 0.5:  # less than a row is a tail that no row will be drawn from
        print(f"Ungrounded: {percent(projection.ungrounded)} of the rows lie where the source has nothing.")
    if projection.events:
        print("\nEvents")
        rows = [(one.name, percent(one.real), percent(one.rate), f"{one.rows:,}") for one in projection.events]
        print_table(("event", "real", "asked", "rows"), rows)
    rules = rules_of(study)
    if rules:
        print("\nRules")
        found = [(one.of, real_rows(study, one), unknown_rows(study, one)) for one in rules]
        print_table(("rule", "real rows", "unknown"), [(name, f"{met:,}", f"{lost:,}") for name, met, lost in found])
        if any(lost for _, _, lost in found):
            note("A rule that a missing value leaves unknown is not true: `… OR x IS NULL` lets such rows pass.")
    if projection.floors:
        print("\nFloors")
        print_table(
            ("floor", "rows", "constructed", "impossible cells"),
            [
                (one.name.of, f"{one.rows:,}", f"{one.constructed:,}", f"{len(one.impossible):,}")
                for one in projection.floors
            ],
        )
    if costs:
        print("\nWhat each control costs (bits saved without it)")
        dearest = sorted(costs, key=lambda one: -one.cost_bits)
        print_table(("control", "bits"), [(str(one.name), f"{one.cost_bits:.4f}") for one in dearest])
    print("\nWhat changes")
    moved = sorted(projection.shifts, key=lambda one: -one.tv)
    print_table(
        ("factor", "shift (tv)", ""),
        [(one.factor, f"{one.tv:.4f}", "asked for" if one.asked else "carried along") for one in moved],
    )
