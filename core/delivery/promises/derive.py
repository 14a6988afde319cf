"""Promises of derived factors: what their expression gives."""

from __future__ import annotations

from collections.abc import Iterator

from trimtab.core.delivery.measuring.opening import equal, lacking, lacking_for
from trimtab.core.delivery.measuring.promise import Measure, Measuring, promises_at
from trimtab.core.delivery.promises.rule import every_row
from trimtab.core.design.controls.kind import ControlName


@promises_at(50)
def derived_measures(asked: Measuring) -> Iterator[Measure]:
    """*derive*: in every row the column has what its expression gives."""
    for name, definition in asked.study.definitions.items():
        if definition.role == "derive":
            yield computed_measure(asked, name, ControlName("derive", name))


def computed_measure(asked: Measuring, column: str, control: ControlName, aspect: str = "") -> Measure:
    """A column has in every row what the definition that the control is of gives."""
    study, types = asked.study, asked.data.types
    lacks = lacking(types, [column]) or lacking_for(study, types, control.of)
    return every_row(control, equal(column, study.definitions[control.of]), lacks, aspect)
