"""A data set opened to measure the promises of a design: its columns, and beside them what the design computes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from trimtab.core.counting.codes import Code, axis_code, with_columns
from trimtab.core.counting.datasets import DataSet, Reading, open_data, reading_of
from trimtab.core.database import OWN, quote_name
from trimtab.core.design.definition import Definition
from trimtab.core.design.naming import PROBABILITY, label_columns
from trimtab.core.formats import Stored
from trimtab.core.source.columns import Column
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study

READINGS: dict[str, Reading] = {
    "number": Reading("number", "DOUBLE"),
    "boolean": Reading("truth", "BOOLEAN"),
    "datetime": Reading("moment", "TIMESTAMP"),
    # An expression may give an empty text, which is not missing.
    "text": Reading("text", "VARCHAR", blank=True),
}
"""How a computed column's cells are read, by the type of its expression."""

WEIGHT = "_weight"
"""The column of what each row weighs."""
REAL = {"_origin": Reading("text", "VARCHAR"), "_source_row": Reading("whole", "BIGINT")}
"""The columns that tell which rows are whole real ones, and which these are."""
GROUP, VARIED = "_group", "_varied"
"""Columns that tell the rows of a sweep: the number of their group, and the factor that varies in it."""


def computed_columns(study: Study) -> dict[str, Reading]:
    """The columns that rows have beside those taken from the source: derived factors, levels and labels, and what
    stands beside a label."""
    found: dict[str, Reading] = {}
    for name, definition in study.definitions.items():
        own = READINGS["boolean"] if definition.role == "probability" else _reading(definition)
        columns = label_columns(study.design, name) if name in study.design.labels else (name,)
        found |= {one: READINGS["number"] if one == PROBABILITY.format(name) else own for one in columns}
    return found


def source_readings(study: Study) -> dict[str, Reading]:
    """How the columns of the source are read."""
    return {name: reading_of(one) for name, one in study.columns.items() if name not in study.definitions}


def readings_of(study: Study) -> dict[str, Reading]:
    """How all columns are read that rows can have: those of the source, and the computed ones."""
    return source_readings(study) | computed_columns(study)


@contextmanager
def open_rows(data: Path | Source | Stored, study: Study, *, made: bool = True) -> Iterator[DataSet]:
    """Open `data` with every column of the source and, if the rows were `made`, every computed one.

    Beside them stands what the design computes for each row, as the column `expected(name)`, wherever the columns that
    it takes are there. Raises InputError for a data set that can't be read.
    """
    readings = readings_of(study) if made else source_readings(study)
    if made and study.design.output.provenance:
        readings |= {WEIGHT: READINGS["number"]}
    if made and study.design.takes_real_rows:
        readings |= REAL
    if made and study.design.sweeps:
        readings |= {GROUP: Reading("whole", "BIGINT"), VARIED: Reading("text", "VARCHAR")}
    with open_data(data, readings) as opened:
        there = [one for one in study.definitions.values() if lacking(opened.types, one.scalar.columns) is None]
        given = {_given(one.name): f"CAST(({one.scalar.sql}) AS {_reading(one).type})" for one in there}
        # In a second step: within one, a part that occurs twice is computed outside of the TRY that should guard it.
        yield with_columns(with_columns(opened, given), {expected(one.name): _finite(one) for one in there})


def expected(name: str) -> str:
    """The column in which the rows of `open_rows` have what a definition gives."""
    return f"{OWN}expected {name}"


def measured_column(study: Study, name: str) -> Column:
    """What is known of a factor or a definition, under the name of the column to measure it on."""
    return replace(study.known(name), name=expected(name)) if name in study.definitions else study.columns[name]


def bin_code(study: Study, name: str) -> Code:
    """The bin of every row on the display axis of a factor or a definition; see `axis_code`."""
    column = measured_column(study, name)
    return axis_code(replace(study.axes[name], factor=column.name), column)


def lacking(types: Mapping[str, str], columns: Sequence[str]) -> str | None:
    """The first of `columns` that a data set lacks; None if it has all."""
    return next((name for name in columns if name not in types), None)


def lacking_for(study: Study, types: Mapping[str, str], name: str) -> str | None:
    """The first column that a data set lacks to measure a factor or a definition on; None if it has all."""
    definition = study.definitions.get(name)
    return lacking(types, [name] if definition is None else definition.scalar.columns)


def equal(column: str, definition: Definition) -> str:
    """SQL condition: the column has what the definition gives; numbers within a billionth, missing equals missing."""
    own, wanted = quote_name(column), quote_name(expected(definition.name))
    if definition.scalar.type == "number":
        own = f"(CASE WHEN isfinite({own}::DOUBLE) THEN {own}::DOUBLE END)"
        near = f"abs({own} - {wanted}) <= 1e-9 * greatest(abs({own}), abs({wanted}))"
        return f"({own} IS NULL AND {wanted} IS NULL) OR coalesce({near}, false)"
    if definition.scalar.type == "datetime":
        own = f"CAST({own} AS TIMESTAMP)"
    return f"{own} IS NOT DISTINCT FROM {wanted}"


def _reading(definition: Definition) -> Reading:
    return READINGS.get(definition.scalar.type, READINGS["text"])


def _given(name: str) -> str:
    return f"{OWN}given {name}"


def _finite(definition: Definition) -> str:
    """SQL of what a definition gave; a number that is not finite is missing."""
    given = quote_name(_given(definition.name))
    return f"CASE WHEN isfinite({given}) THEN {given} END" if definition.scalar.type == "number" else given
