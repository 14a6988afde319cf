"""Covering arrays and the numbers of cells."""

from __future__ import annotations

import numpy as np
import pytest

from trimtab.core.errors import InputError
from trimtab.core.maths.covering import CellTable, covering_array, grow


def generator() -> np.random.Generator:
    return np.random.Generator(np.random.Philox(0))


def test_each_cell_has_a_number_of_its_own() -> None:
    table = CellTable.of([2, 3, 1], 2)
    # Each factor has one code more, for open or missing: 3 * 4 + 3 * 2 + 4 * 2.
    assert table.cells == 26
    every = np.array([[a, b, c] for a in range(3) for b in range(4) for c in range(2)])
    assert [len(np.unique(own)) for own in table.of_rows(every).T] == [12, 6, 8]
    factors, levels = table.parts(table.of_rows(np.array([[1, 2, 0]]))[0])
    assert factors.tolist() == [[0, 1], [0, 2], [1, 2]]
    assert levels.tolist() == [[1, 2], [1, 0], [2, 0]]


def test_cells_of_open_factors_are_not_marked() -> None:
    table = CellTable.of([2, 3, 1], 2)
    assert table.mark(table.all_levels).sum() == 2 * 3 + 2 * 1 + 3 * 1
    some = table.all_levels & np.array([[True, False, True]] * 3)
    assert table.mark(some).sum() == 1 * 2 + 1 * 1 + 2 * 1
    assert not table.mark(table.all_levels)[table.of_rows(np.array([[2, 3, 1]]))].any()


def test_a_cell_as_a_row_is_open_elsewhere() -> None:
    table = CellTable.of([2, 3, 1], 2)
    assert table.rows_with(table.of_rows(np.array([[1, 2, 0]]))[0]).tolist() == [[1, 2, 1], [1, 3, 0], [2, 2, 0]]


def test_rows_are_counted_across_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trimtab.core.maths.covering.CHUNK", 4)
    table = CellTable.of([2, 2], 1)
    rows = np.array([[0, 1], [1, 1], [0, 2], [0, 0], [1, 1]])
    assert table.times(rows, np.array([1, 2, 4, 8, 16])).tolist() == [13, 18, 0, 8, 19, 4]
    assert table.shown(rows).tolist() == [True, True, False, True, True, True]
    assert table.sums(rows, np.array([1, 2, 0, 4, 8, 0])).tolist() == [9, 10, 1, 5, 10]


def test_growing_keeps_what_is_given_and_takes_the_worthiest_levels() -> None:
    table = CellTable.of([2, 3, 2], 2)
    worth = np.zeros(table.cells)
    worth[table.of_rows(np.array([[1, 2, 0]]))] = 1.0
    starts = np.array([[1, 3, 2], [0, 1, 2]])
    rows, gains = grow(table, worth, starts, table.all_levels, generator())
    assert rows[0].tolist() == [1, 2, 0]
    assert rows[1, :2].tolist() == [0, 1]
    assert gains.tolist() == [3, 0]


def test_growing_uses_no_other_level() -> None:
    table = CellTable.of([2, 3, 2], 2)
    levels = np.array([[True, False, False], [False, True, False], [True, True, False]])
    starts = np.tile(table.sizes, (50, 1))
    rows, _ = grow(table, np.ones(table.cells), starts, levels, generator())
    assert {tuple(row) for row in rows.tolist()} == {(0, 1, 0), (0, 1, 1)}


def test_one_factor_at_a_time_takes_as_many_rows_as_levels() -> None:
    rows = covering_array([5, 3, 1], 1)
    assert len(rows) == 5
    assert [set(column) for column in rows.T.tolist()] == [set(range(5)), set(range(3)), {0}]


def test_all_factors_at_a_time_are_all_combinations() -> None:
    assert sorted(map(tuple, covering_array([2, 3, 2], 3).tolist())) == [
        (a, b, c) for a in range(2) for b in range(3) for c in range(2)
    ]


def test_the_same_arguments_give_the_same_rows() -> None:
    first, again, other = (covering_array([3] * 6, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    ("sizes", "strength", "said"),
    [
        ([2, 2], 3, "got strength 3 of 2 factors with 2, 2 levels"),
        ([2, 2], 0, "got strength 0 of 2 factors"),
        ([2, 0], 2, "with 2, 0 levels"),
        ([], 1, "got strength 1 of 0 factors"),
        ([400, 400, 400], 3, "have 64,481,201 cells, and 50,000,000 can be searched"),
    ],
)
def test_what_has_no_array(sizes: list[int], strength: int, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trimtab.core.maths.covering.MAX_CELLS", 50_000_000)
    with pytest.raises(InputError, match=said):
        covering_array(sizes, strength)
