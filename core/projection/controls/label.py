"""Labels: that a probability lies between 0 and 1 must not change while rows are redrawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.errors import InputError
from trimtab.core.projection.controls.control import Control, controls_at
from trimtab.core.projection.features.feature import Feature, truth
from trimtab.core.study.study import Study


@dataclass(frozen=True, eq=False)
class LabelControl(Control):
    """A label: it asks for no shares of rows; what its probability looks at is kept."""

    label: str
    chances: tuple[Feature, ...]

    kind = "label"

    @property
    def name(self) -> ControlName:
        return ControlName("label", self.label)

    @property
    def features(self) -> tuple[Feature, ...]:
        return self.chances


@controls_at(50)
def labels_of(study: Study) -> tuple[LabelControl, ...]:
    """The labels of a study's design.

    Raises InputError for a probability that does not lie between 0 and 1 in some real row, and for a label with noise
    that has no second value.
    """
    found = []
    for name, label in study.design.labels.items():
        definition = study.definitions[name]
        chances: tuple[Feature, ...] = ()
        if definition.role == "probability":
            numbers = study.known(name).numbers
            wrong = numbers[(numbers < 0) | (numbers > 1)]
            if len(wrong):
                raise InputError(
                    f"Label `{name}`: its probability must be between 0 and 1, but is {wrong[0]:g} in some real rows. "
                    f"Cut it: least(1, greatest(0, {definition.scalar.text}))."
                )
            sql = f"CAST(({definition.scalar.sql}) BETWEEN 0 AND 1 AS DOUBLE)"
            chances = (Feature(f"Label `{name}`", sql, definition.scalar.columns, truth, "truth"),)
        elif label.noise and study.known(name).distinct < 2:
            raise InputError(f"Label `{name}`: noise needs a second label, and its rule gives only one.")
        found.append(LabelControl(np.empty(0), (), name, chances))
    return tuple(found)
