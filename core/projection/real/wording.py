"""Where rows must be made, in the words of the design: "all with visib < 2 AND wind_speed > 15"."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trimtab.core.projection.controls.control import Control
from trimtab.core.study.study import Study
from trimtab.core.words.numbers import rounded_percent

ALL = 0.9995
"""From this share on it is all of them."""
MOST = 0.5
"""A condition of fewer of them is not told."""
MOST_TOLD = 4


def where_made(study: Study, controls: Sequence[Control], codes: np.ndarray, of_cell: np.ndarray) -> str:
    """What rows that must be made have in common: `codes` (controls, C) are those of cells with so many of them, of
    `of_cell` (C,). Empty if they have nothing in common, or there are none."""
    of_all, some = [], []
    total = float(of_cell.sum())
    for control, row in zip(controls, codes, strict=True):
        if control.guards or not total:
            continue
        counts = np.bincount(row, weights=of_cell, minlength=control.size)
        code = int(counts.argmax())
        if len(control.requested) == 2 and not control.labels and code != control.asked:
            continue  # that an event is not true says little
        share = counts[code] / total
        if share >= ALL:
            of_all.append(called(study, control, code))
        elif share >= MOST:
            some.append((share, called(study, control, code)))
    if of_all:
        return "all with " + " and ".join(of_all[:MOST_TOLD])
    if some:
        share, said = max(some)
        return f"{rounded_percent(share, 2)} of them with {said}"
    return ""


def called(study: Study, control: Control, code: int) -> str:
    """What rows with a code of a control are, in the words of the design."""
    if control.labels:
        return f"{control.name.of} {control.labels[code]}"
    if control.name.kind == "event":
        return " ".join(study.design.events[control.name.of].when.split())
    return control.name.of
