"""What is seen in rows beside the real ones: how far each factor has moved, which bins and combinations are gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from trimtab.core.counting.codes import BEYOND, count_joint
from trimtab.core.counting.computing import columns_of
from trimtab.core.coverage.compare import FactorComparison, compare
from trimtab.core.delivery.measuring.opening import bin_code, open_rows
from trimtab.core.study.study import Study

MOST_ROWS = 5_000_000
"""In more rows combinations are not counted for a paper: of every pair of factors it would take minutes."""
MOST_CELLS = 2**24
"""Cells of all pairs together that are counted at a time."""
TOLD = 10
"""Combinations that no row has and that are told one by one, the commonest in reality first."""
REAL, MADE = "real", "rows"


@dataclass(frozen=True)
class Spread:
    """A factor in the real rows and in the rows: total variation between both (0 to 1; None without real rows), the
    bins with their shares of either (missing last), and the bins that real rows have and these rows do not."""

    factor: str
    tv: float | None
    bins: tuple[str, ...]
    real: tuple[float, ...] | None
    made: tuple[float, ...]

    @property
    def gone(self) -> tuple[str, ...]:
        """Bins that real rows have and these rows do not."""
        pairs = zip(self.bins, self.real or (), self.made, strict=False)
        return tuple(label for label, real, made in pairs if real > 0 and made == 0)


@dataclass(frozen=True)
class Lost:
    """A combination of bins of two factors that real rows have (`share` of them) and these rows do not."""

    bins: tuple[tuple[str, str], tuple[str, str]]
    share: float


@dataclass(frozen=True)
class Examination:
    """Rows beside the real ones. `cells` are the combinations of bins of two factors that real rows show, `covered` how
    many of them the rows have, both None where they were not counted; `lost` are the commonest of the others."""

    spreads: tuple[Spread, ...]
    cells: int | None = None
    covered: int | None = None
    lost: tuple[Lost, ...] = ()


def examine(study: Study, data: Path, rows: int) -> Examination:
    """Look at a data set of so many rows that was made from a study's design.

    Combinations are those of the display bins of the factors, missing among them. Raises InputError for what can't be
    read.
    """
    axes, columns = columns_of(study, study.shown)
    names = dict(zip(axes, study.shown, strict=True))
    real = {column: study.real_shares(name) for column, name in names.items()}
    found = compare({REAL: real, MADE: data}, axes, columns)
    spreads = tuple(_spread(one, names[one.name], study) for one in found if one.counts[MADE] is not None)
    if study.declared or rows > MOST_ROWS:
        return Examination(spreads)
    return Examination(spreads, *_pairs(study, data))


def _spread(one: FactorComparison, name: str, study: Study) -> Spread:
    real, made = one.counts[REAL], one.counts[MADE]
    assert real is not None  # counts at hand
    assert made is not None  # asked above
    shares = tuple((made / max(1, made.sum())).tolist())
    if study.declared:
        return Spread(name, None, one.labels, None, shares)
    return Spread(name, one.distances[MADE]["tv"], one.labels, tuple(real.tolist()), shares)


def _pairs(study: Study, data: Path) -> tuple[int, int, tuple[Lost, ...]]:
    """Of all pairs of factors: the cells that real rows show, how many of them the data set has, and the commonest of
    the others."""
    names = [name for name in study.delivered if study.axes[name].size]
    sizes = [study.axes[name].size + BEYOND for name in names]
    cells = covered = 0
    lost: list[Lost] = []
    with open_rows(data, study) as opened:
        codes = [bin_code(study, name) for name in names]
        for chunk in _chunks(list(combinations(range(len(names)), 2)), sizes):
            for pair, there in zip(chunk, count_joint(opened, codes, sizes, chunk), strict=True):
                one, other = (names[i] for i in pair)
                real = _real(study, one, other)
                has = there[: real.shape[0], : real.shape[1]] > 0
                cells += int(np.count_nonzero(real))
                covered += int(np.count_nonzero(has & (real > 0)))
                lost += _commonest(study, one, other, np.where(has, 0, real))
    lost.sort(key=lambda found: -found.share)
    return cells, covered, tuple(lost[:TOLD])


def _chunks(pairs: Sequence[tuple[int, int]], sizes: Sequence[int]) -> list[list[tuple[int, int]]]:
    """Pairs in groups that have not too many cells together."""
    groups: list[list[tuple[int, int]]] = []
    held = MOST_CELLS
    for i, j in pairs:
        held += sizes[i] * sizes[j]
        if held > MOST_CELLS:
            groups.append([])
            held = sizes[i] * sizes[j]
        groups[-1].append((i, j))
    return groups


def _real(study: Study, one: str, other: str) -> np.ndarray:
    """(size + 1, size + 1) learning rows of every combination of the bins of two factors, missing last."""
    height, width = study.axes[one].size + 1, study.axes[other].size + 1
    key = study.display_codes(one).astype(np.int64) * width + study.display_codes(other)
    return np.bincount(key, minlength=height * width).reshape(height, width)


def _commonest(study: Study, one: str, other: str, rows: np.ndarray) -> list[Lost]:
    """The combinations with the most of the learning `rows`."""
    first = np.argsort(-rows.ravel(), kind="stable")[:TOLD]
    labels = [(*study.axes[name].labels, study.axes[name].missing_label) for name in (one, other)]
    return [
        Lost(((one, labels[0][at]), (other, labels[1][beside])), float(rows[at, beside]) / study.grounding.rows)
        for at, beside in zip(*np.unravel_index(first, rows.shape), strict=True)
        if rows[at, beside]
    ]
