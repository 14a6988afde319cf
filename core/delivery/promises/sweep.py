"""Promises of sweeps: groups of rows in which one factor takes each value once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from trimtab.core.counting.codes import Code, coded_query, listed_code, register
from trimtab.core.counting.datasets import DataSet
from trimtab.core.database import OWN, quote_name, quote_text
from trimtab.core.delivery.measuring.opening import GROUP, VARIED, lacking
from trimtab.core.delivery.measuring.promise import Found, Measure, Measuring, Promise, promises_at, unmeasured, within
from trimtab.core.design.controls.kind import ControlName
from trimtab.core.design.controls.sweep import Sweep
from trimtab.core.design.fields import number_of
from trimtab.core.design.targets.tables import level_text
from trimtab.core.source.axes import NUMERIC
from trimtab.core.study.study import Study


@promises_at(90)
def sweep_measures(asked: Measuring) -> Iterator[Measure]:
    """*sweep*, see `sweep_promise`: groups are counted by a query of its own."""
    for sweep in asked.study.design.sweeps:
        yield Measure(partial(_judge, asked, sweep))


def _judge(asked: Measuring, sweep: Sweep, found: Found) -> list[Promise]:
    return [sweep_promise(asked.study, sweep, asked.data)]


def sweep_promise(study: Study, sweep: Sweep, data: DataSet) -> Promise:
    """*sweep*: so many groups in which the factor takes each of the values once.

    With *intervene*, no other factor changes in a group; what is computed may. A group that does not do so breaks the
    promise even if enough others do.
    """
    promise = ControlName("sweep", sweep.factor)
    lacks = lacking(data.types, [GROUP, VARIED, sweep.factor])
    if lacks:
        return unmeasured(promise, sweep.groups, lacks, "groups")
    others = [name for name in study.delivered if name in data.types and name != sweep.factor]
    held = others if sweep.others == "intervene" else []
    code = _value_code(study, sweep)
    register(data, [code])
    rows = coded_query([code], data.types, kept=[GROUP, VARIED, *held])
    size = len(sweep.values)
    conditions = [
        f"count(*) = {size}",
        f"min({OWN}c0) = 0",
        f"count(DISTINCT {OWN}c0) = {size}",
        *map(_constant, held),
    ]
    groups = (
        f"SELECT {' AND '.join(conditions)} AS kept FROM ({rows}) "
        f"WHERE {quote_name(VARIED)} = {quote_text(sweep.factor)} GROUP BY {quote_name(GROUP)}"
    )
    kept, total = data.con.execute(f"SELECT count(*) FILTER (kept), count(*) FROM ({groups})").fetchall()[0]
    if kept == sweep.groups and total > kept:
        said = f"{kept:,} groups as they should be, and {total - kept:,} that are not"
        return Promise(promise, sweep.groups, said, 0.0, False, "groups")
    return within(promise, sweep.groups, kept, 0.0, "groups")


def _constant(column: str) -> str:
    """SQL condition: the column has one value in the group, or none in any row."""
    name = quote_name(column)
    return f"(count({name}) = 0 OR (count({name}) = count(*) AND min({name}) = max({name})))"


def _value_code(study: Study, sweep: Sweep) -> Code:
    column = study.columns[sweep.factor]
    if column.kind in NUMERIC:
        return listed_code(column, [float(number_of(value)) for value in sweep.values])
    return listed_code(column, [level_text(value) for value in sweep.values])
