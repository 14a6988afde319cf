"""Promises that hold row by row: a condition, or a column that has what the design computes."""

from __future__ import annotations

from collections.abc import Iterable

from trimtab.core.counting.codes import truth_code
from trimtab.core.delivery.promises.opening import equal, lacking, lacking_for
from trimtab.core.delivery.promises.promise import Found, Measure, Measuring, Promise, exactly, unmeasured
from trimtab.core.design.controls.kind import ControlName


def every_row(control: ControlName, condition: str, lacks: str | None, aspect: str = "") -> Measure:
    """A condition is true in every row; unmeasured if a column is lacking."""

    def judge(found: Found) -> Iterable[Promise]:
        if lacks:
            yield unmeasured(control, found.rows, lacks, "rows").of(aspect)
        else:
            yield exactly(control, found.rows, found.true()).of(aspect)

    return Measure(judge, () if lacks else (truth_code(condition),))


def computed_measure(asked: Measuring, column: str, control: ControlName, aspect: str = "") -> Measure:
    """A column has in every row what the definition that the control is of gives."""
    study, types = asked.study, asked.data.types
    lacks = lacking(types, [column]) or lacking_for(study, types, control.of)
    return every_row(control, equal(column, study.definitions[control.of]), lacks, aspect)
