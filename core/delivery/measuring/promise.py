"""One promise of a design as it was measured, and what is counted in the rows to measure it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from trimtab.core.counting.codes import Code
from trimtab.core.counting.datasets import DataSet
from trimtab.core.design.controls.kind import ControlName
from trimtab.core.projection.reserved.reserved import FloorPlan
from trimtab.core.projection.weighing import Weighing
from trimtab.core.registering import Places
from trimtab.core.study.study import Study

Unit = Literal["rows", "share", "elsewhere", "correlation", "groups", "cells", "text"]
"""What the two numbers of a promise count: rows, a share of them, the share that lies elsewhere than asked (total
variation), a rank correlation, groups of a sweep, cells with too few rows; or they are texts."""


@dataclass(frozen=True)
class Promise:
    """One promise of a design: what was requested and what a data set holds.

    It is of a `control`, or of an `aspect` of it: its column, its noise. With numbers, `kept` means that `delivered` is
    within `tolerance` of `requested`; with texts, that they are equal. What can't be measured is not kept, and
    `delivered` says why.
    """

    control: ControlName
    requested: float | str
    delivered: float | str
    tolerance: float
    kept: bool
    unit: Unit
    aspect: str = ""

    @property
    def promise(self) -> str:
        """Its name as lists and JSON have it: `label late noise`."""
        return f"{self.control} {self.aspect}".strip()

    def of(self, aspect: str) -> Promise:
        """The same of an aspect of the control."""
        return replace(self, aspect=aspect)

    def as_json(self) -> dict[str, Any]:
        """The promise in the names of the command line's contract."""
        return {name: getattr(self, name) for name in ("promise", "requested", "delivered", "tolerance", "kept")}

    def about_json(self) -> dict[str, str]:
        """What stands beside it in a receipt's file: of which control it is, and what its numbers count."""
        return {"kind": self.control.kind, "of": self.control.of, "aspect": self.aspect, "unit": self.unit}

    @staticmethod
    def from_json(data: Mapping[str, Any], about: Mapping[str, Any]) -> Promise:
        """The promise that a receipt's file holds. Raises KeyError for what is none."""
        numbers = {name: data[name] for name in ("requested", "delivered", "tolerance", "kept")}
        return Promise(ControlName(about["kind"], about["of"]), **numbers, unit=about["unit"], aspect=about["aspect"])


@dataclass(frozen=True)
class Found:
    """What was counted for a measure: all rows, for each of its codes the rows that have it, for each of its groups of
    factors the rows of every combination of their bins, and for each of its columns the rows that have a value."""

    rows: int
    counts: tuple[Mapping[int, int], ...] = ()
    joint: Mapping[tuple[str, ...], np.ndarray] = field(default_factory=dict)
    filled: Mapping[str, int] = field(default_factory=dict)

    def joined(self, other: Found) -> Found:
        """The same of two data sets together."""
        counts = tuple(
            {code: own.get(code, 0) + there.get(code, 0) for code in {**own, **there}}
            for own, there in zip(self.counts, other.counts, strict=True)
        )
        joint = {group: own + other.joint[group] for group, own in self.joint.items()}
        filled = {name: own + other.filled[name] for name, own in self.filled.items()}
        return Found(self.rows + other.rows, counts, joint, filled)

    def true(self, i: int = 0) -> int:
        """Rows in which the i-th code, a truth, is 1."""
        return self.counts[i].get(1, 0)

    def table(self, size: int, i: int = 0) -> np.ndarray:
        """(size or more,) rows of each of the i-th code's values."""
        counts = self.counts[i]
        found = np.zeros(max(size, 1 + max(counts, default=0)), dtype=np.int64)
        found[list(counts)] = list(counts.values())
        return found


@dataclass(frozen=True, eq=False)
class Measure:
    """What to count in every row, and what promises the counts make: `judge` gets what was found.

    `groups` are factors whose combinations of display bins are counted, `filled` columns whose values are.
    `with_source`: in a supplement, the rows of the source count too.
    """

    judge: Callable[[Found], Iterable[Promise]]
    codes: tuple[Code, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()
    filled: tuple[str, ...] = ()
    with_source: bool = False


@dataclass(frozen=True, eq=False)
class Measuring:
    """What measures are made for: a study and the data set; `plans` tells what the projection finds of the floors of
    the design among so many rows, `weighing` what they weigh; `rows` is how many there must be, if that is known."""

    study: Study
    data: DataSet
    plans: Callable[[int], Sequence[FloorPlan]]
    weighing: Callable[[int], Weighing | None]
    rows: int | None


Measures = Callable[[Measuring], Iterator[Measure]]

MEASURES = Places[Measures]()
"""What makes the measures of each kind, in the order of the receipt."""


def promises_at(place: int) -> Callable[[Measures], Measures]:
    """Register a function that makes the measures of a kind; `place` is where they stand in the receipt."""

    def register(measures: Measures) -> Measures:
        MEASURES.put(place, measures)
        return measures

    return register


def exactly(control: ControlName, requested: int, delivered: int, unit: Unit = "rows") -> Promise:
    """Kept if the two numbers are equal."""
    return within(control, requested, delivered, 0.0, unit)


def within(control: ControlName, requested: float, delivered: float, tolerance: float, unit: Unit) -> Promise:
    """Kept if the two numbers are no further apart than `tolerance`."""
    return Promise(control, requested, delivered, tolerance, abs(delivered - requested) <= tolerance, unit)


def unmeasured(control: ControlName, requested: float, column: str, unit: Unit) -> Promise:
    """Not kept, because the data set lacks a column."""
    return Promise(control, requested, f"there is no column `{column}` to measure it on", 0.0, False, unit)
