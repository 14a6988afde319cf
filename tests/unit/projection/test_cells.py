"""Control cells: which there are, their shares, and the rows of each."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.controls import asking
from trimtab.core.maths.grouping import group_rows
from trimtab.core.projection.pool.cells import Cells, cells_of
from trimtab.core.projection.pool.pool import Pool
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study

Open = Callable[..., Study]


def cells(study: Study) -> Cells:
    return cells_of(Pool.real(study), asking(study))


def rows_of(found: Cells, cell: int) -> list[int]:
    group = found.group[cell]
    return sorted(found.rows[found.start[group] : found.start[group + 1]].tolist())


def test_without_a_control_all_rows_are_one_cell(flights_100: Source, open_: Open) -> None:
    found = cells(open_(flights_100))
    assert (found.count, found.codes.shape, found.mass.tolist()) == (1, (0, 1), [1.0])
    assert rows_of(found, 0) == list(range(100))
    assert not found.ungrounded.any()


def test_cells_are_the_combinations_that_occur(flights_100: Source, open_: Open) -> None:
    text = "factors: {visib: {role: keep}}\nevents: {windy: {when: wind > 10 AND pressure IS NOT NULL, rate: 0.1}}"
    found = cells(open_(flights_100, text))
    # Events first. In fog: rows 2-4 are windy, 0 and 1 lack their pressure, 5-9 are calm; at 10 miles 95-99 are windy.
    assert found.codes.T.tolist() == [[0, 0], [0, 1], [0, 2], [1, 0], [1, 2]]
    assert found.mass == pytest.approx([0.07, 0.3, 0.55, 0.03, 0.05])
    assert rows_of(found, 0) == [0, 1, 5, 6, 7, 8, 9]
    assert rows_of(found, 3) == [2, 3, 4]
    assert rows_of(found, 4) == [95, 96, 97, 98, 99]
    for cell in range(found.count):
        assert (found.cell_of_row[rows_of(found, cell)] == cell).all()


def test_a_null_condition_is_false_even_under_not(flights_100: Source, open_: Open) -> None:
    found = cells(open_(flights_100, "events: {low: {when: NOT (pressure >= 1001), rate: 0.1}}"))
    # 1000 is there 24 times; the five missing ones are not "NOT at least 1001".
    assert found.mass == pytest.approx([0.76, 0.24])


def test_rows_borrowed_by_bins_without_any_keep_their_group(flights_100: Source, open_: Open) -> None:
    found = cells(open_(flights_100, "factors: {wind: {missing: 0.25}}"))
    assert found.codes.tolist() == [[0, 1]]
    assert found.group.tolist() == [0, 0]
    assert found.ungrounded.tolist() == [False, True]
    assert found.mass == pytest.approx([0.75, 0.25])


@pytest.mark.parametrize("sizes", [[3, 4, 2], [2**40, 2**40, 5], [3, 2**61, 7]])
def test_groups_are_numbered_in_order_whatever_the_sizes(sizes: list[int]) -> None:
    rng = np.random.default_rng(1)
    codes = [rng.integers(0, min(size, 4), 200) for size in sizes]
    group, first = group_rows(codes, sizes, 200)
    combinations = sorted(set(zip(*(code.tolist() for code in codes), strict=True)))
    assert [combinations[g] for g in group] == list(zip(*(code.tolist() for code in codes), strict=True))
    assert [group.tolist().index(g) for g in range(len(combinations))] == first.tolist()
    assert group_rows([], [], 5)[0].tolist() == [0] * 5
