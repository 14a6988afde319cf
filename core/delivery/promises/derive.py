"""Promises of derived factors: what their expression gives."""

from __future__ import annotations

from collections.abc import Iterator

from trimtab.core.delivery.promises.every_row import computed_measure
from trimtab.core.delivery.promises.promise import Measure, Measuring, promises_at
from trimtab.core.design.controls.kind import ControlName


@promises_at(50)
def derived_measures(asked: Measuring) -> Iterator[Measure]:
    """*derive*: in every row the column has what its expression gives."""
    for name, definition in asked.study.definitions.items():
        if definition.role == "derive":
            yield computed_measure(asked, name, ControlName("derive", name))
