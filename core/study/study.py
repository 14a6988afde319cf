"""A design with its source opened: columns, axes, grounding, and what was computed from them so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from trimtab.core.design.definition import Definition
from trimtab.core.design.definitions import definitions_of
from trimtab.core.design.design import Design
from trimtab.core.design.factors import LEFT_OUT, NO_FACTOR
from trimtab.core.design.validation import check_against, check_tables
from trimtab.core.errors import Progress
from trimtab.core.expressions.evaluate import evaluate
from trimtab.core.grounding.grounding import Grounding
from trimtab.core.grounding.ties import ties_of
from trimtab.core.learned.learned import learned_columns, learned_grounding
from trimtab.core.relations.relation import Relation
from trimtab.core.source.axes import Axis, default_axis
from trimtab.core.source.checks import check_provenance
from trimtab.core.source.columns import Column, encode
from trimtab.core.source.kinds import Kind
from trimtab.core.source.spool import Source
from trimtab.core.study.memo import Memo
from trimtab.core.study.texts import as_design_says

_MOST: list[Callable[[Study], int]] = []


def counts_most(count: Callable[[Study], int]) -> Callable[[Study], int]:
    """Register what tells how many rows the most are that can all be real: it needs a fit, which comes later."""
    _MOST[:] = [count]
    return count


@dataclass(frozen=True, eq=False)
class Study:
    """A design and its source, opened by `open_study`.

    `columns` are the source's; `definitions` are computed from them: derived factors, levels, labels. `axes` are the
    display axes of both, by name. `part`: it is one of a split, and has learned from that part of the source alone;
    what is counted is of all of it.
    """

    design: Design
    source: Source
    columns: Mapping[str, Column]
    definitions: Mapping[str, Definition]
    axes: Mapping[str, Axis]
    grounding: Grounding
    memo: Memo
    part: Part | None = None

    @property
    def delivered(self) -> tuple[str, ...]:
        """The factors whose values are taken from real rows, in the source's order: not those that are derived, carried
        or dropped."""
        return tuple(name for name in self.columns if self.role(name) not in NO_FACTOR)

    @property
    def carried(self) -> tuple[str, ...]:
        """The columns that whole real rows bring with them, in the source's order; none where no row is one."""
        able = self.design.takes_real_rows
        return tuple(name for name in self.columns if able and self.role(name) == "carry")

    @property
    def shown(self) -> tuple[str, ...]:
        """All that a row has a value of: the factors in the source's order, derived ones included, then what else is
        computed."""
        real = tuple(name for name in self.columns if self.role(name) not in LEFT_OUT)
        return (*real, *(name for name in self.definitions if name not in self.columns))

    @property
    def relations(self) -> tuple[Relation, ...]:
        """What is to hold in every row: the design's relations but for those of dropped factors, which no row has, and
        of carried ones, which only some have."""
        found = self.design.relations or ()
        return tuple(one for one in found if all(self.role(name) not in LEFT_OUT for name in one.factors))

    @property
    def declared(self) -> bool:
        """Whether there is no real data: the source was made from what the design declares."""
        return self.design.source is None

    @property
    def size(self) -> int:
        """Rows to generate: the number that the design says, or for `rows: most` as many as can all be real."""
        rows = self.design.rows
        return _MOST[0](self) if rows == "most" else rows

    def role(self, factor: str) -> str:
        """The role of a factor; `follow` where the design says nothing."""
        asked = self.design.factors.get(factor)
        return asked.role if asked else "follow"

    def known(self, name: str) -> Column:
        """A column of the source, or the one that a definition gives on the learning rows."""
        return known_column(name, self.columns, self.definitions, self.memo)

    def rows_of(self, names: Sequence[str], codes: Mapping[str, np.ndarray] | None = None) -> pa.Table:
        """Rows of columns of the source as a table: the learning rows, or those with the `codes` (n,) of values."""
        return rows_of(self.columns, names, codes)

    def display_codes(self, factor: str) -> np.ndarray:
        """(n,) the display bin of every learning row."""
        axis, column = self.axes[factor], self.known(factor)

        def make() -> np.ndarray:
            bins = axis.bins_of(column)
            return bins.astype(np.min_scalar_type(axis.size)).take(column.codes)

        return self.memo.of("display bins of rows", (column, axis), make)

    def real_shares(self, factor: str) -> np.ndarray:
        """(size + 1,) shares of the whole source per display bin, the last one missing."""
        axis, column = self.axes[factor], self.known(factor)

        def make() -> np.ndarray:
            counts = axis.histogram(column)
            return np.asarray(counts / counts.sum())

        return self.memo.of("real shares", (column, axis), make)


@dataclass(frozen=True, eq=False)
class Part:
    """The part called `name` of a split into `shares` of the rows (they sum to 1) of the study `whole`.

    `own` (rows of the source,) tells which of them it learns from and takes; of a design without a source it is None:
    there are no real rows to keep apart.
    """

    name: str
    shares: dict[str, float]
    whole: Study
    own: np.ndarray | None

    @property
    def number(self) -> int:
        """Its place among the parts, from 0."""
        return list(self.shares).index(self.name)

    @property
    def numbers(self) -> np.ndarray:
        """The numbers of its rows in the source, ascending."""
        assert self.own is not None, "declared rows have no numbers"
        return np.flatnonzero(self.own)


def open_study(
    design: Design,
    source: Source,
    *,
    progress: Progress | None = None,
    previous: Study | None = None,
    columns: Mapping[str, Column] | None = None,
) -> Study:
    """Open `source` and check `design` against it.

    `columns` are those of the source if they are read already, with the kinds the design asks for. `previous`, an
    earlier study of the same source, lends what is still valid. Raises InputError for all faults at once.
    """
    check_provenance(source.columns, source.name)
    source = as_design_says(design, source)
    if columns is None:
        kinds = asked_kinds(design, source)
        same = previous is not None and previous.source.key == source.key and _same_kinds(previous, kinds)
        columns = previous.columns if previous and same else learned_columns(source, kinds, progress=progress)
    check_against(design, columns)
    ties = ties_of(design.relations, columns)
    if previous and previous.columns is columns and previous.grounding.ties == ties:
        grounding, memo = previous.grounding, previous.memo
    else:
        grounding = learned_grounding(source, columns, ties=ties, progress=progress)
        memo = Memo((columns, grounding))
    definitions = definitions_of(design, columns)
    axes = {name: _axis(design, column, memo) for name, column in columns.items()}
    axes |= {name: _axis(design, known_column(name, columns, definitions, memo), memo) for name in definitions}
    check_tables(design, axes)
    part = previous.part if previous and previous.columns is columns else None
    return Study(design, source, columns, definitions, axes, grounding, memo, part)


def asked_kinds(design: Design, source: Source) -> dict[str, Kind]:
    """The kinds that a design asks for of columns of its source; of what it computes itself it asks for none."""
    return {
        name: one.kind
        for name, one in design.factors.items()
        if one.kind and one.role != "derive" and name in source.columns
    }


def whole_size(study: Study, rows: int) -> int:
    """How many rows the shares of a design are of: `rows`, or in a supplement those of the source too."""
    return rows + (study.source.rows if study.design.mode == "supplement" else 0)


def known_column(name: str, columns: Mapping[str, Column], definitions: Mapping[str, Definition], memo: Memo) -> Column:
    """A column of the source, or the one that a definition gives on the learning rows, of which nothing is left out.

    Numbers that are not finite count as missing. Raises InputError if the definition can't be computed on some row.
    """
    if name not in definitions:
        return columns[name]
    found = definitions[name]
    needed, sql = found.scalar.columns, finite_sql(found)

    def make() -> Column:
        (values,) = evaluate([sql], rows_of(columns, needed), owner=f"`{name}`")
        return encode(name, pa.chunked_array([values]), found.kind)

    return memo.of("computed column", (name, sql, found.kind, tuple(columns[one] for one in needed)), make)


def finite_sql(definition: Definition) -> str:
    """The SQL of a definition in which numbers that are not finite are missing."""
    sql = definition.scalar.sql
    return f"CASE WHEN isfinite(({sql})::DOUBLE) THEN {sql} END" if definition.scalar.type == "number" else sql


def rows_of(
    columns: Mapping[str, Column], names: Sequence[str], codes: Mapping[str, np.ndarray] | None = None
) -> pa.Table:
    """Rows as a table of the named columns: the learning rows, or those with the `codes` (n,) of values.

    There is always a column: a table of none would have no rows either.
    """
    of_rows = {name: column.codes for name, column in columns.items()} if codes is None else codes
    return pa.table({name: values_of(columns[name], of_rows[name]) for name in names or list(of_rows)[:1]})


def values_of(column: Column, codes: np.ndarray) -> pa.Array:
    """(n,) the values at `codes`, of which the number of distinct values stands for missing."""
    missing = codes == column.distinct
    return column.values.take(pa.array(codes, mask=missing) if missing.any() else pa.array(codes))


def _same_kinds(previous: Study, asked: Mapping[str, Kind]) -> bool:
    """True if the columns, as they were read, have the kinds now asked for, and no earlier wish is withdrawn."""
    before = {name for name, one in previous.design.factors.items() if one.kind and one.role != "derive"}
    return all(previous.columns[name].kind == kind for name, kind in asked.items()) and before <= set(asked)


def _axis(design: Design, column: Column, memo: Memo) -> Axis:
    asked = design.factors.get(column.name)
    edges, order = (asked.edge_numbers, asked.order) if asked else (None, None)
    return memo.of("axis", (column, edges, order), lambda: default_axis(column, edges, order))
