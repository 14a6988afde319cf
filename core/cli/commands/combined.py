"""What the command `coverage` says on combinations of factors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from trimtab.core.cli.console import note, print_table
from trimtab.core.counting.computing import code_in
from trimtab.core.counting.levels import Levels, declared_levels, own_axis, widened
from trimtab.core.coverage.gaps.possible import design_levels, possible_of
from trimtab.core.coverage.gaps.related import forbidden_by_relations
from trimtab.core.coverage.tway import TWay, check_strength, t_way, t_way_of
from trimtab.core.errors import Progress
from trimtab.core.source.columns import Column
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study
from trimtab.core.words.numbers import percent

SHOWN = 20
"""Combinations in a table for people, the least covered first; --json has all of them."""


def combined(
    sets: Mapping[str, Path | Source],
    columns: Mapping[str, Column],
    names: Sequence[str],
    strength: int,
    *,
    progress: Progress | None,
) -> TWay:
    """t-way coverage of `sets` over the factors `names`, on the bins and levels of the first set.

    Levels that only a later set has are part of the universe. Categories are told apart where there are not too many,
    whatever the axis shows of them.
    """
    check_strength(strength, len(names))
    levels: Sequence[Levels] = [declared_levels(own_axis(columns[name]), columns[name]) for name in names]
    return t_way(sets, widened(levels, list(sets.values())[1:]), strength, progress=progress)


def combined_in(
    study: Study,
    sets: Mapping[str, Path | Source],
    names: Sequence[str],
    strength: int,
    *,
    progress: Progress | None,
) -> TWay:
    """t-way coverage of `sets` over the bins and levels that a design declares, without cells that it forbids."""
    check_strength(strength, len(names))
    levels = design_levels(study, names)
    note_forbidden(study, levels)
    coded = {}
    for done, (label, data) in enumerate(sets.items()):
        if progress:
            progress(done, len(sets), f"coding {label}")
        coded[label] = code_in(study, data, levels)
    return t_way_of(coded, levels, strength, possible=possible_of(study, levels), progress=progress)


def note_forbidden(study: Study, levels: Sequence[Levels]) -> None:
    """Say which relations leave out cells of two of the factors, and how many."""
    for text, _, never in forbidden_by_relations(study, levels):
        note(f"{text}: {np.count_nonzero(never):,} combinations of the two can't be; they count nowhere.")


def note_outside(found: TWay) -> None:
    """Say which sets have rows that lie outside of the universe."""
    for name, rows in zip(found.sets, found.outside, strict=True):
        if rows:
            note(f"{name}: {rows:,} rows have a value that is no level here; they count in no cell of that factor.")


def tway_json(found: TWay) -> dict[str, Any]:
    """`covered`: the share of each set. `set_difference`: [i][j] of the cells of set i the share that set j lacks."""
    return {
        "strength": found.strength,
        "cells": found.cells,
        "covered": [found.coverage(name) for name in found.sets],
        "set_difference": [[found.set_difference(name, other) for other in found.sets] for name in found.sets],
        "outside": list(found.outside),
        "combinations": [
            {
                "factors": list(one.factors),
                "cells": one.cells,
                "covered": (one.covered / one.cells).tolist(),
                "set_difference": [
                    [lacking / own if own else None for lacking in row]
                    for own, row in zip(one.covered.tolist(), one.lacking.tolist(), strict=True)
                ],
            }
            for one in found.combinations
        ],
    }


def print_tway(found: TWay) -> None:
    """The total of every set, and the combinations the last set covers least."""
    print(
        f"\nCombinations of {found.strength} factors: {found.cells:,} cells in {len(found.combinations):,} combinations"
    )
    lacks = [f"has, not in {name}" for name in found.sets] if len(found.sets) > 1 else []
    rows = [
        (
            name,
            percent(found.coverage(name)),
            *([_share(found.set_difference(name, other)) for other in found.sets] if lacks else []),
        )
        for name in found.sets
    ]
    print_table(("data set", "covered", *lacks), rows)
    least = sorted(found.combinations, key=lambda one: float(one.covered[-1] / one.cells))[:SHOWN]
    print(f"\nLeast covered by {found.sets[-1]}")
    print_table(
        ("factors", "cells", *found.sets),
        [(", ".join(one.factors), f"{one.cells:,}", *(percent(x) for x in one.covered / one.cells)) for one in least],
    )
    if len(found.combinations) > SHOWN:
        print(f"… and {len(found.combinations) - SHOWN:,} more; --json has all of them.")


def _share(share: float | None) -> str:
    return "–" if share is None else percent(share)
