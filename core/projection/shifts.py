"""How each factor's marginal moves when a design is met."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trimtab.core.projection.controls.control import Control
from trimtab.core.projection.features.side import side_of
from trimtab.core.projection.fitted import Fitted
from trimtab.core.projection.pool.cells import Cells
from trimtab.core.projection.pool.pool import table_at
from trimtab.core.projection.pool.table_rows import TableRows
from trimtab.core.projection.reserved.reserved import with_values
from trimtab.core.study.study import Study

STILL = 0.0005
"""A shift below this is shown as none."""


@dataclass(frozen=True, eq=False)
class Shift:
    """How one factor's marginal moves.

    `tv` is the total variation (0 to 1) between `before` and `after`, the shares (size + 1,) on the factor's display
    axis, the last one missing. `asked` tells whether a control sets this factor. In a supplement `after` is what the
    source and the rows have together.
    """

    factor: str
    tv: float
    asked: bool
    before: np.ndarray
    after: np.ndarray


def shifts_of(study: Study, found: Fitted) -> tuple[Shift, ...]:
    """The shift of everything that a row has a value of."""
    asked = {control.sets for control in found.controls}
    per_group = group_shares(found.cells, found.shares)
    shifts = []
    for name in study.shown:
        before = study.real_shares(name)
        after = display_shares(study, found, name, per_group)
        for row, control in enumerate(found.controls):
            if control.factor == name and found.cells.invented[row].any():
                after = _with_invented(study, found, after, row, control)
        after = _with_reserved(study, found, name, after)
        if study.design.mode == "supplement":
            total = study.source.rows + found.rows
            after = (study.source.rows * before + found.rows * after) / total
        shifts.append(Shift(name, float(0.5 * np.abs(after - before).sum()), name in asked, before, after))
    return tuple(shifts)


def group_shares(cells: Cells, shares: np.ndarray) -> np.ndarray:
    """(G,) the share of the rows that are taken from each group of alike rows of the pool."""
    return np.bincount(cells.group, weights=shares, minlength=len(cells.start) - 1)


def display_shares(study: Study, found: Fitted, name: str, per_group: np.ndarray) -> np.ndarray:
    """(size + 1,) shares per display bin of a factor, if groups of alike rows have the shares `per_group` (G,).

    Kept is how the rows of each group spread over the bins: then a change of the shares costs one small product.
    """
    cells, size, groups = found.cells, study.axes[name].size + 1, len(per_group)

    def codes() -> tuple[np.ndarray, np.ndarray]:
        of_row = study.display_codes(name)
        if found.pool.constructed:
            made = np.asarray(found.pool.side(side_of(study, name, f"`{name}`"))[found.pool.learned :])
            of_row = np.concatenate([of_row, np.where(made < 0, size - 1, made)])
            used = cells.cell_of_row >= 0
            return cells.cell_of_row[used], of_row[used]
        return cells.cell_of_row, of_row

    if groups * size > found.pool.rows:
        group, of_row = codes()
        return np.bincount(of_row, weights=(per_group / np.diff(cells.start))[group], minlength=size)

    def spread() -> np.ndarray:
        group, of_row = codes()
        counts = np.bincount(group.astype(np.int64) * size + of_row, minlength=groups * size)
        return counts.reshape(groups, size) / np.diff(cells.start)[:, None]

    # A label or a derived factor has other values on the same bins once its expression is another.
    key = (cells, found.pool.key, study.known(name), study.axes[name])
    return np.asarray(per_group @ study.memo.of("spread of groups over bins", key, spread))


def _with_reserved(study: Study, found: Fitted, name: str, after: np.ndarray) -> np.ndarray:
    """The shares of all rows, the reserved ones among them."""
    reserved = found.reserved
    if not reserved.rows:
        return after
    table = with_values(table_at(study, list(study.columns), reserved.at), reserved.values)
    codes = TableRows(table).side(side_of(study, name, f"`{name}`"))
    inside = np.where(codes < 0, 0 if len(after) == 1 else np.where(codes < 0, len(after) - 2, codes), codes)
    counts = np.bincount(inside, minlength=len(after))
    return np.asarray((after * found.drawn + counts) / found.rows)


def _with_invented(study: Study, found: Fitted, after: np.ndarray, row: int, control: Control) -> np.ndarray:
    """Move the share of a factor's invented bins from the rows they were borrowed from to where they will be."""
    cells, shares = found.cells, found.shares
    invented = cells.invented[row]
    lent = group_shares(cells, np.where(invented, shares, 0.0))
    after = after - display_shares(study, found, str(control.factor), lent)
    given = np.bincount(cells.codes[row, invented], weights=shares[invented], minlength=len(control.requested))
    for code in np.flatnonzero(given):
        after += given[code] * _display_spread(study, control, int(code))
    return np.asarray(np.maximum(after, 0.0))


def _display_spread(study: Study, control: Control, code: int) -> np.ndarray:
    """(size + 1,) where on the display axis the rows of an ungrounded code will be; sums to 1."""
    name = str(control.factor)
    axis, column = study.axes[name], study.columns[name]
    spread, real = np.zeros(axis.size + 1), control.values_of(code)
    if len(real):
        share = column.counts[real] / column.counts[real].sum()
        spread += np.bincount(axis.bins_of(column)[real], weights=share, minlength=axis.size + 1)
    elif control.axis is None or code == control.missing_code:
        spread[-1] = 1.0
    else:
        # Beyond the display axis its outermost bin stands for it; the receipt states the exact ungrounded share.
        middle = (control.axis.lows[code] + control.axis.highs[code]) / 2
        spread[axis.bin_of_numbers(np.clip([middle], axis.edges[0], axis.edges[-1]))] = 1.0
    return spread


def present(shares: np.ndarray) -> list[float]:
    """(size,) shares among the rows that have a value, from (size + 1,) with missing last; plain numbers."""
    filled = float(shares[:-1].sum())
    return [float(share) for share in (shares[:-1] / filled if filled > 0 else shares[:-1])]
