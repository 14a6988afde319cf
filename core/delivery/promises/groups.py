"""Promises of combinations and groups: floors over the cells of several factors, and sweeps."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from itertools import combinations

import numpy as np

from trimtab.core.counting.codes import Code, coded_query, listed_code, register
from trimtab.core.counting.datasets import DataSet
from trimtab.core.database import OWN, quote_name, quote_text
from trimtab.core.delivery.promises.opening import GROUP, VARIED, lacking
from trimtab.core.delivery.promises.promise import Promise, unmeasured, within
from trimtab.core.design.controls.floor import Floor
from trimtab.core.design.controls.sweep import Sweep
from trimtab.core.design.fields import number_of
from trimtab.core.design.targets.tables import level_text
from trimtab.core.projection.controls.marginal import controls_of
from trimtab.core.projection.reserved.floors import FloorPlan
from trimtab.core.source.axes import NUMERIC, level_texts
from trimtab.core.study.study import Study


def floor_groups(floor: Floor) -> list[tuple[str, ...]]:
    """The combinations of a floor's factors."""
    return list(combinations(floor.factors, floor.strength))


def floor_promise(
    study: Study, floor: Floor, counts: Mapping[tuple[str, ...], np.ndarray], plan: FloorPlan | None
) -> Promise:
    """*floor*: no cell has fewer rows than asked, of the product of the factors' bins without missing.

    `counts` has the rows of every combination of codes for each of `floor_groups`. Bins in which the source has no
    value that the factor's own control leaves don't count, nor do the cells that `plan` knows to be impossible.
    """
    needed = plan.needed if plan else [_open_bins(study, name) for name in floor.factors]
    bins = dict(zip(floor.factors, needed, strict=True))
    below = 0
    for group in floor_groups(floor):
        inside = tuple(slice(0, len(bins[name])) for name in group)
        lacks = (counts[group][inside] < floor.at_least) & reduce(np.logical_and.outer, [bins[name] for name in group])
        for names, levels in plan.impossible if plan else ():
            if names == group:
                lacks[levels] = False
        below += int(np.count_nonzero(lacks))
    return within(f"floor {floor.name}", 0, below, 0.0)


def sweep_promise(study: Study, sweep: Sweep, data: DataSet) -> Promise:
    """*sweep*: so many groups in which the factor takes each of the values once.

    With *intervene*, no other factor changes in a group; what is computed may. A group that does not do so breaks the
    promise even if enough others do.
    """
    promise = f"sweep {sweep.factor}"
    lacks = lacking(data.types, [GROUP, VARIED, sweep.factor])
    if lacks:
        return unmeasured(promise, sweep.groups, lacks)
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
        return Promise(promise, sweep.groups, said, 0.0, False)
    return within(promise, sweep.groups, kept, 0.0)


def _constant(column: str) -> str:
    """SQL condition: the column has one value in the group, or none in any row."""
    name = quote_name(column)
    return f"(count({name}) = 0 OR (count({name}) = count(*) AND min({name}) = max({name})))"


def _value_code(study: Study, sweep: Sweep) -> Code:
    column = study.columns[sweep.factor]
    if column.kind in NUMERIC:
        return listed_code(column, [float(number_of(value)) for value in sweep.values])
    return listed_code(column, [level_text(value) for value in sweep.values])


def _open_bins(study: Study, name: str) -> np.ndarray:
    """(size,) the display bins with some value of the source that the factor's own control leaves."""
    axis, column = study.axes[name], study.known(name)
    left = np.ones(column.distinct, dtype=bool)
    if name in study.design.levels:
        shares = study.design.levels[name].shares
        left = np.array([shares[level] > 0 for level in level_texts(column.values).to_pylist()], dtype=bool)
    for control in controls_of(study):
        if control.factor == name:
            left &= control.requested[control.code_of_value[:-1]] > 0
    return np.isin(np.arange(axis.size), axis.bins_of(column)[:-1][left])
