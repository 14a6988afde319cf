"""The commands `init`, `check` and `review`."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from trimtab.core.cli.console import note, print_json, print_table, progress_bar
from trimtab.core.cli.opening import bring_in, check_design_place, study_of, workspace
from trimtab.core.design.files import save
from trimtab.core.projection.check import Checked, check, check_json
from trimtab.core.projection.conflict import Conflict, ConflictsError
from trimtab.core.projection.projection import Projection, project
from trimtab.core.projection.real.frontier import Frontier
from trimtab.core.projection.shifts import Shift
from trimtab.core.relations.key import Key
from trimtab.core.review.controls.sentence import Sentence
from trimtab.core.review.overview import moved, moved_along, summary
from trimtab.core.review.sentences import sentences
from trimtab.core.shown.causes import Explained, explained, lines_of
from trimtab.core.source.delimited.dialect import Dialect
from trimtab.core.study.neutral import begin_design
from trimtab.core.study.study import Study
from trimtab.core.words.numbers import percent
from trimtab.core.words.plain import capital


def write_neutral(data: Path, output: Path, *, dialect: Dialect, force: bool, as_json: bool) -> None:
    """Write a design in which every factor of `data` follows; a column that identifies rows is carried, with a note."""
    check_design_place(output, kept=[data], force=force)
    with workspace() as home, progress_bar() as progress:
        source = bring_in(home, data, progress=progress, dialect=dialect)
        place = Path(os.path.relpath(data.resolve(), output.resolve().parent)).as_posix()
        design = begin_design(source, name=data.name.split(".")[0] or data.name, path=place, progress=progress).design
    save(design, output)
    for identifier in (name for name, factor in design.factors.items() if factor.role == "carry"):
        note(f"`{identifier}` has role carry: it only tells rows apart, so only whole real rows bring it along.")
    for relation in design.relations or ():
        note(f"In every row: {relation.text}.")
    if as_json:
        print_json({"path": str(output)})
    else:
        print(
            f"{output}: {len(design.factors)} factors of {source.rows:,} rows; edit it, then run trimtab check {output}"
        )


def show_check(design: Path, *, why: str | None = None, accept_source: bool, as_json: bool) -> int:
    """Print what a design costs and moves, and `why` one factor does, or its conflicts; returns the exit code."""
    with progress_bar() as progress, study_of(design, accept_source=accept_source, progress=progress) as study:
        found = check(study)
        told = explained(study, why, found.projection) if why and found.projection else None
        if as_json:
            print_json({**check_json(found), **({"why": told.as_json() if told else None} if why else {})})
        elif found.projection is None:
            print("Not feasible: these controls conflict.\n")
            _print_conflicts(found, design)
        else:
            _print_check(study, found.projection, found)
            if told:
                _print_why(study, told)
    return 0 if found.projection else ConflictsError.exit_code


def _print_conflicts(found: Checked, design: Path) -> None:
    """Each conflict with its ways out, as patches."""
    for conflict, ways in zip(found.conflicts, found.ways, strict=True):
        print(f"- {conflict.message}")
        for way in ways:
            print(f"    {way.title}: {json.dumps(way.patch, ensure_ascii=False)}")
    if any(found.ways):
        print(f"\nTo take one, save what stands in braces as P.yaml: trimtab apply {design} --patch P.yaml -o D2.yaml")


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
        "conflicts": [one.as_json() for one in conflicts],
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


def _print_check(study: Study, projection: Projection, found: Checked) -> None:
    learned, share = study.grounding.rows, projection.effective_share
    source = "declared" if study.declared else "real"
    print(f"Feasible: {study.size:,} rows for {projection.cost_bits:.3f} bits.")
    print(f"Effective sample size: {round(share * learned):,} of {learned:,} rows ({percent(share)}).")
    if projection.ungrounded * study.size >= 0.5:  # less than a row is a tail that no row will be drawn from
        print(f"Ungrounded: {percent(projection.ungrounded)} of the rows lie where the source has nothing.")
    if found.frontier is not None:
        _print_frontier(found.frontier, study.size)
    if projection.events:
        print("\nEvents")
        rows = [(one.name, percent(one.real), percent(one.rate), f"{one.rows:,}") for one in projection.events]
        print_table(("event", source, "asked", "rows"), rows)
    if found.rules:
        print("\nRules")
        rules = [(one.name, f"{one.real_rows:,}", f"{one.unknown_rows:,}") for one in found.rules]
        print_table(("rule", f"{source} rows", "unknown"), rules)
        if any(one.unknown_rows for one in found.rules):
            note("A rule that a missing value leaves unknown is not true: `… OR x IS NULL` lets such rows pass.")
    if found.relations:
        print("\nWhat always holds")
        print_table(
            ("relation", f"{source} rows", "exceptions"),
            [(one.relation.text, f"{one.rows:,}", f"{one.exceptions:,}") for one in found.relations],
        )
        for key in (one.relation for one in found.relations if one.renewed and isinstance(one.relation, Key)):
            note(f"{capital(key.renewal(study.columns))}.")
    for owner in found.owners:
        note(owner.text)
    if projection.floors:
        print("\nFloors")
        print_table(
            ("floor", "rows", "constructed", "impossible cells"),
            [
                (one.name.of, f"{one.rows:,}", f"{one.constructed:,}", f"{len(one.impossible):,}")
                for one in projection.floors
            ],
        )
    if found.costs:
        print("\nWhat each control costs (bits saved without it)")
        dearest = sorted(found.costs, key=lambda one: -one.cost_bits)
        print_table(("control", "bits"), [(str(one.name), f"{one.cost_bits:.4f}") for one in dearest])
    print("\nWhat changes")
    moved = sorted(projection.shifts, key=lambda one: -one.tv)
    anew = {one.renewed for one in found.relations}
    print_table(
        ("factor", "shift (tv)", ""),
        [(one.factor, f"{one.tv:.4f}", _why(one, anew)) for one in moved],
    )


def _print_why(study: Study, found: Explained) -> None:
    """Which controls move a factor, and what it would cost to freeze it."""
    lines, rest = lines_of(study, found.why)
    print(f"\nWhy {found.why.shift.factor} moves by {found.why.shift.tv:.4f}")
    print_table(("control", "moves it by", "how"), [(one.control, f"{one.part:.4f}", one.how) for one in lines])
    for said in filter(None, (rest, found.cost)):
        print(said)


def _print_frontier(found: Frontier, rows: int) -> None:
    """How many rows can all be real, and where more must be made."""
    print(f"Real rows: {found.most_real_rows:,} rows can all be real ones, each another one.")
    if rows > found.most_real_rows:
        beyond = next((one for one in reversed(found.points) if one.rows <= rows and one.binding), None)
        beyond = beyond or next((one for one in found.points if one.binding), None)
        where = f", {beyond.binding}" if beyond else ""
        print(f"Of {rows:,} rows at least {found.made(rows):,} must be made{where}.")


def _why(shift: Shift, renewed: Collection[str | None]) -> str:
    if shift.factor in renewed:
        return "new values"
    return "asked for" if shift.asked else "carried along"
