"""Rows as codes on the levels of a design, also of what the design computes: derived factors, levels, labels."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from trimtab.core.counting.batches import value_batches
from trimtab.core.counting.datasets import open_data, reading_of
from trimtab.core.counting.levels import Coded, Levels, code_rows, codes_of_rows, joined
from trimtab.core.design.naming import column_of
from trimtab.core.expressions.evaluate import evaluate
from trimtab.core.source.axes import Axis
from trimtab.core.source.columns import Column
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study, finite_sql


def code_in(study: Study, data: Path | Source, levels: Sequence[Levels]) -> Coded:
    """As `code_rows`, where a level may be of something that the study's design computes.

    That is computed for each row of `data` from the columns it needs; only where one of them is lacking, as one that
    was dropped, the column that rows of the design have it in is read. Raises InputError as `code_rows` does, and if
    something can't be computed on some row.
    """
    defined = [one for one in levels if one.factor in study.definitions]
    if not defined:
        return code_rows(data, levels)
    with open_data(data, {}) as opened:
        present = set(opened.columns)
    computed = [one for one in defined if present >= set(study.definitions[one.factor].scalar.columns)]
    names = {one.factor: column_of(study.design, one.factor) for one in defined if one not in computed}
    codes = _computed(study, data, computed)
    plain = [one for one in levels if one not in computed]
    if plain:
        read = code_rows(data, [_called(one, names.get(one.factor, one.factor)) for one in plain])
        codes |= {one.factor: read.codes[names.get(one.factor, one.factor)] for one in plain}
    return Coded(len(next(iter(codes.values()))), {one.factor: codes[one.factor] for one in levels}, {})


def codes_key(study: Study, levels: Sequence[Levels]) -> Hashable:
    """What the codes that `code_in` gives the rows of a data set depend on beside its content."""
    computed = {one.factor: study.definitions[one.factor] for one in levels if one.factor in study.definitions}
    meant = tuple(
        (name, finite_sql(one), one.kind, one.scalar.columns, column_of(study.design, name))
        for name, one in computed.items()
    )
    return study.grounding, tuple(levels), meant


def columns_of(study: Study, names: Sequence[str]) -> tuple[dict[str, Axis], dict[str, Column]]:
    """The display axes and the columns of factors by the column that rows of the design have them in: that of a drawn
    label's probability, of a noisy label's clean one."""
    found = {column_of(study.design, name): name for name in names}
    axes = {column: replace(study.axes[name], factor=column) for column, name in found.items()}
    return axes, {column: replace(study.known(name), name=column) for column, name in found.items()}


def _called(levels: Levels, column: str) -> Levels:
    return replace(levels, axis=replace(levels.axis, factor=column))


def _computed(study: Study, data: Path | Source, levels: Sequence[Levels]) -> dict[str, np.ndarray]:
    """(rows,) the codes of what is computed from a data set's own columns, batch by batch."""
    found: dict[str, list[np.ndarray]] = {one.factor: [] for one in levels}
    needed = dict.fromkeys(name for one in levels for name in study.definitions[one.factor].scalar.columns)
    # An expression that names no column is computed for each row all the same.
    readings = {name: reading_of(study.columns[name]) for name in needed or list(study.columns)[:1]}
    for batch in value_batches(data, readings) if levels else ():
        rows = pa.table({name: _plain(values) for name, values in batch.items()})
        for one in levels:
            definition = study.definitions[one.factor]
            (values,) = evaluate([finite_sql(definition)], rows, owner=f"`{one.factor}`")
            found[one.factor].append(codes_of_rows(values, one))
    return {one.factor: joined(found[one.factor], np.min_scalar_type(one.size)) for one in levels}


def _plain(values: pa.Array) -> pa.Array:
    """Values without a dictionary: DuckDB takes one for an ENUM."""
    return values.dictionary_decode() if pa.types.is_dictionary(values.type) else values
