"""Cold start: a design without a source gets a table made from what it declares, and that table is its source.

Marginals are met within a row; pairs by rank correlations stand in one Gaussian copula, and pairs by tables of weights
are drawn one factor given the other. Of everything else the table says nothing: it is independent.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from trimtab.core.declared.copula import joint_correlations
from trimtab.core.declared.marginals import Marginal, declared_marginal
from trimtab.core.declared.rearranging import normal_places, scattered, table_places, whole_table
from trimtab.core.design.controls.pair import Pair
from trimtab.core.design.design import Design
from trimtab.core.design.validation import check_against
from trimtab.core.errors import InputError, Progress
from trimtab.core.maths.tables import rake
from trimtab.core.scratch import scratch
from trimtab.core.source.axes import Axis, default_axis
from trimtab.core.source.columns import Column, encode
from trimtab.core.source.spool import Source, open_source, spool

ROWS = 200_000
FILE = "declared.parquet"
DECLARING = ".declared-"
"""How the folders begin in which a table is made, below the workspace."""
FORM = 2
"""Raise it when the same declarations give another table."""

STEPS = 100
"""Values beyond these count as this many steps when a rank correlation is solved for."""


def declared_source(design: Design, home: Path, *, progress: Progress | None = None) -> Source:
    """The table that a design without a source declares, spooled in the workspace `home` like any data file.

    It has ROWS rows and a column for every factor that is a target or held, in the design's order. The same
    declarations give the same bytes, whatever the seed, and are made once. Raises InputError with a line for each
    factor that needs a source or fault of the design (see `check_against`), or for pairs that can't be drawn together.
    """
    memory = home / "declared" / f"{_fingerprint(design)}.txt"
    try:
        return open_source(home, memory.read_text(encoding="utf-8"))
    except (OSError, ValueError, InputError):
        pass  # not made yet, damaged, or its source is gone
    table = _table(design, progress)
    try:
        memory.parent.mkdir(parents=True, exist_ok=True)
        with scratch(home, DECLARING) as folder:
            file = folder / FILE
            pq.write_table(table, file, compression="zstd")
            source = spool(file, home, progress=progress)
            beside = folder / memory.name
            beside.write_text(source.sha256, encoding="utf-8")
            os.replace(beside, memory)
    except OSError as error:
        raise InputError(f"{home}: the workspace can't be written: {error.strerror}.") from error
    return source


def _fingerprint(design: Design) -> str:
    """SHA-256 over what decides the table."""
    factors = {name: one.model_dump(mode="json", exclude={"unit"}) for name, one in design.factors.items()}
    matters = [FORM, ROWS, list(factors.items()), [pair.model_dump(mode="json") for pair in design.pairs]]
    return hashlib.sha256(json.dumps(matters).encode()).hexdigest()


def _table(design: Design, progress: Progress | None) -> pa.Table:
    marginals = _marginals(design, progress)
    columns = {name: encode(name, pa.chunked_array([one.values]), one.kind) for name, one in marginals.items()}
    check_against(design, columns)
    rows = _Rows(design, marginals, columns)
    for done, name in enumerate(marginals):
        if progress:
            progress(done, len(marginals), f"combining {name}")
        rows.settle()
    return pa.table({name: _column(one, rows.places[name]) for name, one in marginals.items()})


def _column(marginal: Marginal, places: np.ndarray) -> pa.Array:
    return marginal.values.take(pa.array(places, mask=places < 0))


def _marginals(design: Design, progress: Progress | None) -> dict[str, Marginal]:
    found, faults = {}, []
    asked = {name: factor for name, factor in design.factors.items() if factor.role != "derive"}
    for done, (name, factor) in enumerate(asked.items()):
        if progress:
            progress(done, len(asked), f"declaring {name}")
        try:
            found[name] = declared_marginal(name, factor, ROWS)
        except InputError as error:
            faults.append(str(error))
    if faults:
        raise InputError("\n".join(faults))
    return found


class _Rows:
    """The rows while they are filled, factor after factor.

    Factors bound by rank correlations form a group, which is placed at once. A table of weights leads from a factor
    that is placed to one that is not.
    """

    def __init__(self, design: Design, marginals: Mapping[str, Marginal], columns: Mapping[str, Column]) -> None:
        self.marginals, self.columns = marginals, columns
        said = {name: design.factor(name) for name in columns}
        self.axes = {
            name: default_axis(one, said[name].edge_numbers, said[name].order) for name, one in columns.items()
        }
        self.places: dict[str, np.ndarray] = {}
        # What is computed from columns depends on them: a pair that names it is met when the rows are designed.
        pairs = [pair for pair in design.pairs if all(name in marginals for name in pair.factors)]
        self.ranks = {
            pair.factors: pair.rank_correlation
            for pair in pairs
            if pair.rank_correlation is not None and all(columns[name].distinct > 1 for name in pair.factors)
        }
        self.tables = [pair for pair in pairs if pair.weights is not None]
        self.groups = _groups(self.ranks, self.tables, marginals)
        apart = [pair.factors for pair in pairs if pair.target == "independent"]
        # Without a word from the design, two factors of a group depend on each other through the others.
        self.ranks |= {pair: 0.0 for pair in apart if self.groups[pair[0]] is self.groups[pair[1]]}

    def settle(self) -> None:
        """Place one more factor, with its group; nothing if all are."""
        for pair in self.tables:
            first, second = pair.factors
            if (first in self.places) != (second in self.places):
                known, new = (first, second) if first in self.places else (second, first)
                self.places[new] = self._by_table(pair, known, new)
                self._place_group(new)
                return
        left = next((name for name in self.marginals if name not in self.places), None)
        if left is not None:
            self._place_group(left)

    def _place_group(self, name: str) -> None:
        """Place all factors that rank correlations bind to this one, which may be placed already."""
        ranks = {pair: rank for pair, rank in self.ranks.items() if self.groups[pair[0]] is self.groups[name]}
        if not ranks:
            if name not in self.places:
                one = self.marginals[name]
                self.places[name] = scattered(name, len(one.values), one.missing)
            return
        shares = {one: _steps(self.columns[one]) for one in self.groups[name]}
        names, correlation = joint_correlations(ranks, shares)
        order = [names.index(name), *(place for place, one in enumerate(names) if one != name)]
        members = {names[place]: self._size(names[place]) for place in order}
        found = normal_places(members, correlation[np.ix_(order, order)], self.places.get(name))
        self.places |= dict(zip(members, found, strict=True))

    def _size(self, name: str) -> tuple[int, int]:
        return len(self.marginals[name].values), self.marginals[name].missing

    def _by_table(self, pair: Pair, known: str, new: str) -> np.ndarray:
        """Places of the factor `new`, given those of `known`, by the weights of a pair."""
        bins = [self._bins(name) for name in pair.factors]
        axes = [self.axes[name] for name in pair.factors]
        margins = [np.bincount(one, minlength=axis.size + 1) for one, axis in zip(bins, axes, strict=True)]
        table = _weighted(pair, axes, margins)
        if known == pair.factors[1]:
            bins, table = bins[::-1], table.T
        parent = bins[0][self.places[known]]  # place -1, no value, is the last one: of the missing
        return table_places(new, parent, bins[1], table)

    def _bins(self, name: str) -> np.ndarray:
        """(ROWS,) the display bin of each value in its place, then those of the missing ones."""
        axis, column = self.axes[name], self.columns[name]
        return np.append(axis.bins_of(column)[column.codes], np.full(self.marginals[name].missing, axis.size))


def _groups(
    ranks: Iterable[tuple[str, str]], tables: Iterable[Pair], marginals: Iterable[str]
) -> dict[str, frozenset[str]]:
    """The group of each factor. Raises InputError if a table binds what is bound already."""
    group = {name: frozenset([name]) for name in marginals}
    for first, second in ranks:
        joined = group[first] | group[second]
        group |= dict.fromkeys(joined, joined)
    bound = dict(group)
    for pair in tables:
        first, second = pair.factors
        if bound[first] is bound[second]:
            raise InputError(
                f"Pair `{pair.name}`: `{first}` and `{second}` depend on each other already, through other pairs. "
                "Without a source, tables of weights must not close a circle; take this or another of its pairs away."
            )
        joined = bound[first] | bound[second]
        bound |= dict.fromkeys(joined, joined)
    return group


def _steps(column: Column) -> np.ndarray:
    """(at most STEPS,) shares of the distinct values in their order, neighbours together if there are more."""
    shares = column.counts[:-1] / column.counts[:-1].sum()
    if len(shares) <= STEPS:
        return np.asarray(shares)
    slots = np.bincount(((np.cumsum(shares) - shares / 2) * STEPS).astype(np.int64), weights=shares)
    return np.asarray(slots[slots > 0])


def _weighted(pair: Pair, axes: Sequence[Axis], margins: Sequence[np.ndarray]) -> np.ndarray:
    """(I, J) whole rows for the bins of both factors, missing last, with these margins: the combinations that the
    weights name in proportion to them, raked; all others as if the factors were independent.

    If its zeros leave no room for the margins, all are: that is told as the conflict it is when the rows are designed.
    """
    weights, named = pair.grid(*((*axis.labels, axis.missing_label) for axis in axes))
    table = whole_table(np.outer(margins[0], margins[1]) / margins[0].sum(), margins[0], margins[1])
    assert table is not None  # what is rounded has the margins
    block = np.ix_(*named)
    rows, columns = table[block].sum(axis=1), table[block].sum(axis=0)
    inside = whole_table(rake(weights, rows, columns), rows, columns)
    if inside is not None:
        table[block] = inside
    return table
