"""Values inside bins that a design asks for and no learning row shows.

They are those of the rest of the source, else of the target's own law inside the bin, else evenly spread.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from trimtab.core.maths.streams import stream
from trimtab.core.projection.controls.control import Control
from trimtab.core.projection.features.target_axis import target_of
from trimtab.core.projection.pool.inside import evenly, values_inside
from trimtab.core.study.study import Study


def invented_values(study: Study, seed: int, control: Control, codes: np.ndarray, block: int) -> pa.Array:
    """(n,) a value of the control's factor for each of the `codes` (n,), in rows of one block."""
    u = stream(seed, f"inside {control.factor}", block).random(len(codes))
    parts, place = [], np.empty(len(codes), dtype=np.int64)
    done = 0
    for one in np.unique(codes):
        here = np.flatnonzero(codes == one)
        place[here] = done + np.arange(len(here))
        parts.append(_inside(study, control, int(one), u[here]))
        done += len(here)
    return pa.concat_arrays(parts).take(pa.array(place))


def _inside(study: Study, control: Control, one: int, u: np.ndarray) -> pa.Array:
    """Values of one such bin at the shares `u`."""
    column, real = study.columns[str(control.factor)], control.values_of(one)
    if len(real):
        ends = np.cumsum(column.counts[real])
        return column.values.take(pa.array(real[np.searchsorted(ends, u * ends[-1], side="right")]))
    axis = control.axis
    if axis is None or one == control.missing_code:
        return pa.nulls(len(u), column.type)
    target = target_of(study, column.name)  # only targets reach where the source has nothing
    whole, last = column.kind == "count", one == axis.size - 1
    numbers = target.quantile_within(float(axis.lows[one]), float(axis.highs[one]), u, whole, closed=last)
    return values_inside(axis, one, column, evenly(axis, one, u, whole=whole) if numbers is None else numbers)
