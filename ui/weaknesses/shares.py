"""How often weak slices come up, really and in the design, counted on the sets that the session has at hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trimtab.core.counting.levels import Levels
from trimtab.core.coverage.gaps.possible import design_levels
from trimtab.core.study.study import whole_size
from trimtab.core.weaknesses.slices import Slice
from trimtab.ui.coverage.comparing import DESIGN, REAL
from trimtab.ui.coverage.sets import sets_of
from trimtab.ui.shell import session


@dataclass(frozen=True)
class Share:
    """How often a slice comes up: `real_rows` of the source, and its share of the design's rows; None while the design
    can't be met."""

    real_rows: int
    real: float
    design: float | None

    @property
    def now(self) -> float:
        """The share it has if nothing is asked."""
        return self.real if self.design is None else self.design


def shares_of(found: session.Document, slices: Sequence[Slice]) -> list[Share]:
    """How often slices come up in the real rows and in the design's. Raises InputError."""
    study = found.study
    sets = sets_of(found, None, {})
    factors = list(dict.fromkeys(factor for one in slices for factor in one.levels))
    levels = {one.factor: one for one in design_levels(study, factors)}
    result = []
    for one in slices:
        real = _count(sets.coded(REAL, [levels[name] for name in one.levels]).codes, one, levels)
        drawn = None
        if DESIGN in sets.others:
            coded = sets.coded(DESIGN, [levels[name] for name in one.levels])
            drawn = _count(coded.codes, one, levels) / max(1, coded.rows)
            if study.design.mode == "supplement":
                drawn = (real + drawn * study.size) / whole_size(study, study.size)
        result.append(Share(real, real / study.source.rows, drawn))
    return result


def _count(codes: Mapping[str, np.ndarray], one: Slice, levels: Mapping[str, Levels]) -> int:
    inside = [codes[name] == levels[name].labels.index(label) for name, label in one.levels.items()]
    return int(np.logical_and.reduce(inside).sum())
