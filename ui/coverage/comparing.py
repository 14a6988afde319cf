"""Coverage of one factor after the other: what is compared, in which order, as cards and as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import htpy as h
import numpy as np

from trimtab.core.counting.computing import columns_of
from trimtab.core.coverage.compare import Counts, FactorComparison, compare
from trimtab.core.coverage.measures import MEASURES, Distances
from trimtab.core.design.naming import column_of
from trimtab.core.projection.projection import Projection
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study
from trimtab.core.words.numbers import percent
from trimtab.ui.parts.charts import Bars
from trimtab.ui.sculptor.shaping import role_of

REAL, DESIGN, GENERATED = "real", "design", "generated"
TOGETHER = "real and generated"
"""In a supplement, what the design speaks of."""


@dataclass(frozen=True, eq=False)
class Covered:
    """One factor in all sets. `shift` is the total variation between real and design, None without a design."""

    name: str
    role: str
    asked: bool
    unit: str
    found: FactorComparison
    shift: float | None

    def shares(self, name: str) -> np.ndarray | None:
        """(L,) the shares of a set's bins, or None if the set lacks the factor."""
        counts = self.found.counts.get(name)
        return None if counts is None or not counts.sum() else counts / counts.sum()

    def outside(self, name: str) -> int:
        """Rows of a set in bins that the source's axis does not have."""
        counts = self.found.counts.get(name)
        return 0 if counts is None else int(counts[self.found.outside].sum())

    def bars(self) -> Bars:
        """What its chart draws."""
        real = self.shares(REAL)
        return Bars(
            labels=self.found.labels,
            real=np.zeros(len(self.found.labels)) if real is None else real,
            design=self.shares(DESIGN),
            others={name: self.shares(name) for name in self.found.counts if name not in (REAL, DESIGN)},
            asked=self.asked,
            ordered=self.found.kind != "categorical",
        )


def covered(study: Study, outcome: Projection | None, data: Mapping[str, Path | Source]) -> tuple[Covered, ...]:
    """All that a row has a value of, in the source, in the design and in `data`, counted on the design's axes.

    In a supplement the generated rows are counted together with the source. Raises InputError for a data set that can't
    be read.
    """
    shown = {column_of(study.design, name): name for name in study.shown}
    axes, columns = columns_of(study, study.shown)
    sets: dict[str, Path | Source | Counts] = {
        REAL: {column: axis.histogram(columns[column]) for column, axis in axes.items()}
    }
    shifts = {shift.factor: shift for shift in outcome.shifts} if outcome else {}
    if outcome:
        sets[DESIGN] = {column: shifts[name].after for column, name in shown.items()}
    return tuple(
        Covered(
            name=one.name,
            role=role_of(study, shown[one.name]),
            asked=shifts[shown[one.name]].asked if outcome else False,
            unit=study.design.factor(one.name).unit or "",
            found=_together(one) if study.design.mode == "supplement" else one,
            shift=shifts[shown[one.name]].tv if outcome else None,
        )
        for one in compare({**sets, **data}, axes, columns)
    )


def _together(one: FactorComparison) -> FactorComparison:
    """The generated rows counted together with the real ones."""
    real, made = one.counts[REAL], one.counts.get(GENERATED)
    counts = {TOGETHER if name == GENERATED else name: found for name, found in one.counts.items()}
    if made is not None and real is not None:
        counts[TOGETHER] = real + made
    return replace(one, counts=counts)


def sort(factors: Sequence[Covered], order: str) -> list[Covered]:
    """By "shift", the largest first, by "name", or by "source": as the columns stand there."""
    if order == "name":
        return sorted(factors, key=lambda one: one.name.casefold())
    if order == "shift":
        return sorted(factors, key=lambda one: -_farthest(one))
    return list(factors)


def _farthest(one: Covered) -> float:
    """The design's shift; without a design how far any set is from the real data."""
    return (
        one.shift
        if one.shift is not None
        else max((far["tv"] or 0.0 for far in one.found.distances.values()), default=0.0)
    )


def pairs_of(factors: Sequence[Covered]) -> list[tuple[str, str]]:
    """The pairs of sets whose distances are told: design from real, then each data set from real and from design."""
    if not factors:
        return []
    sets = list(factors[0].found.counts)
    data = [name for name in sets if name not in (REAL, DESIGN)]
    told = [(DESIGN, REAL)] if DESIGN in sets else []
    for name in data:
        told += [(name, REAL)] + ([(name, DESIGN)] if DESIGN in sets else [])
    return told


def distances_csv(factors: Sequence[Covered]) -> str:
    """The table of distances as CSV with all digits; a measure that does not apply is an empty field."""
    told = pairs_of(factors)
    measured = [f"{name} {one} from {other}" for one, other in told for name in MEASURES]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["factor", "kind", "role", *measured])
    for factor in factors:
        row: list[object] = [factor.name, factor.found.kind, factor.role]
        for one, other in told:
            found = factor.found.between(other, one)
            row += ["" if value is None else repr(value) for value in found.values()]
        writer.writerow(row)
    return text.getvalue()


def distances_table(factors: Sequence[Covered]) -> h.Element:
    """The table of distances."""
    pairs = pairs_of(factors)
    groups = [
        h.th(".td-first", scope="colgroup", colspan=str(len(MEASURES)))[f"{name} from {other}"] for name, other in pairs
    ]
    titles = [one.title for one in MEASURES.values()]
    measures = [h.th(scope="col", class_=_first(i == 0))[title] for _ in pairs for i, title in enumerate(titles)]
    return h.div(".td-scroll", tabindex="0", role="region", aria_label="Distances")[
        h.table(".td-table.td-distances", data_testid="distances")[
            h.thead[
                h.tr[h.td(colspan="2"), groups],
                h.tr[h.th(scope="col")["factor"], h.th(scope="col")["role"], measures],
            ],
            h.tbody[[_row(factor, pairs) for factor in factors]],
        ]
    ]


def _row(factor: Covered, pairs: Sequence[tuple[str, str]]) -> h.Element:
    return h.tr(data_factor=factor.name)[
        h.th(scope="row")[h.b[factor.name]],
        h.td[factor.role],
        [_cells(factor.found.between(other, name), factor) for name, other in pairs],
    ]


def _cells(found: Distances, factor: Covered) -> list[h.Element]:
    unit = {"datetime": "s"}.get(factor.found.kind, factor.unit)
    figures = [_figure(found[one.name], unit if one.in_unit else None) for one in MEASURES.values()]
    return [h.td(class_=_first(place == 0))[text] for place, text in enumerate(figures)]


def _first(first: bool) -> str | None:
    """The class of the first column of a group."""
    return "td-first" if first else None


def _figure(value: float | None, unit: str | None) -> str:
    """A distance in a unit, or without one as a share."""
    if value is None:
        return "–"
    return percent(round(value, 5)) if unit is None else f"{round(value, 9):.3g} {unit}".strip()
