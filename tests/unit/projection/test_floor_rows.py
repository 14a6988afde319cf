"""Rows that keep a floor, on combinations that can be counted by hand."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from trimtab.core.errors import InputError
from trimtab.core.projection.reserved.floor_rows import floor_rows


def anything(rows: np.ndarray) -> np.ndarray:
    return np.ones(len(rows), dtype=bool)


def nothing(rows: np.ndarray) -> np.ndarray:
    return np.zeros(len(rows), dtype=bool)


def test_observed_combinations_are_taken_and_the_rest_made() -> None:
    found = floor_rows(np.array([[0, 0], [0, 1], [1, 0]]), np.array([0.5, 0.3, 0.2]), [2, 2], 2, 3, allowed=anything)
    assert found.taken.tolist() == [3, 3, 3]
    assert found.made.tolist() == [[1, 1]]
    assert found.made_rows.tolist() == [3]
    assert found.rows == 12
    assert found.impossible == ()


def test_nothing_is_made_of_what_is_observed() -> None:
    found = floor_rows(np.array([[0, 0], [1, 1]]), np.array([0.9, 0.1]), [2, 2], 1, 2, allowed=nothing)
    assert found.taken.tolist() == [2, 2]
    assert found.made.shape == (0, 2)


def test_heavy_combinations_come_first() -> None:
    observed = np.array([[0, 1], [0, 0], [1, 1], [1, 0]])
    found = floor_rows(observed, np.array([0.1, 0.4, 0.4, 0.1]), [2, 2], 1, 4, allowed=anything)
    assert found.taken.tolist() == [0, 4, 4, 0]


def test_a_missing_value_is_in_no_cell() -> None:
    observed = np.array([[0, 1, 2], [2, 2, 2], [1, 2, 1]])
    found = floor_rows(observed, np.array([0.2, 0.5, 0.3]), [2, 2, 2], 1, 2, allowed=anything)
    # What shows two cells is taken for them; what is made has the two that nobody shows.
    assert found.taken.tolist() == [2, 0, 2]
    assert {tuple(row) for row in found.made[:, 1:].tolist()} == {(0, 0)}
    assert found.made_rows.sum() == 2


def test_what_is_made_covers_observed_cells_too() -> None:
    # One made row has both (1, 1) of the first two and (1, 1) of the last two, so fewer are taken.
    observed = np.array([[0, 0, 0], [0, 1, 0], [1, 0, 0], [0, 0, 1], [0, 1, 1], [1, 0, 1]])
    found = floor_rows(observed, np.full(6, 1 / 6), [2, 2, 2], 2, 1, allowed=anything)
    assert found.made.tolist() in ([[1, 1, 0]], [[1, 1, 1]])
    assert found.rows == 4


def test_more_rows_are_not_more_copies_of_the_same() -> None:
    # No two Latin squares of order six are orthogonal, so 36 rows can't do once.
    every = np.array(list(product(range(6), repeat=4)))
    once, often = (
        floor_rows(every, np.full(len(every), 1 / len(every)), [6] * 4, 2, at_least, allowed=anything)
        for at_least in (1, 10)
    )
    assert once.rows > 36
    assert 360 <= often.rows < 10 * once.rows
    assert (often.taken > 0).sum() > (once.taken > 0).sum()


def test_cells_that_no_completion_allows_are_named() -> None:
    found = floor_rows(
        np.array([[0, 0, 0]]), np.ones(1), [2, 2, 2], 2, 1, allowed=lambda rows: rows[:, 0] + rows[:, 1] < 2
    )
    assert found.impossible == (((0, 1), (1, 1)),)
    assert found.proved.tolist() == [True]
    assert (found.made[:, 0] + found.made[:, 1] < 2).all()


def test_an_observed_combination_needs_no_permission() -> None:
    found = floor_rows(np.array([[1, 1]]), np.ones(1), [2, 2], 2, 1, allowed=nothing)
    assert found.taken.tolist() == [1]
    assert found.impossible == (((0, 1), (0, 0)), ((0, 1), (0, 1)), ((0, 1), (1, 0)))


def test_levels_that_do_not_count() -> None:
    needed = np.array([[True, False], [True, True]])
    found = floor_rows(np.array([[1, 0], [0, 0]]), np.array([0.9, 0.1]), [2, 2], 2, 1, allowed=anything, needed=needed)
    assert found.taken.tolist() == [0, 1]
    assert found.made.tolist() == [[0, 1]]


def test_nothing_observed_at_all() -> None:
    found = floor_rows(np.empty((0, 3), dtype=int), np.empty(0), [3, 2, 2], 2, 1, allowed=anything)
    assert len(found.taken) == 0
    assert 6 <= found.rows <= 7


def test_the_same_arguments_give_the_same_rows() -> None:
    sizes, shape = [9] * 7, (60, 7)
    observed = np.unique(np.random.Generator(np.random.Philox(1)).integers(0, 9, shape), axis=0)
    weight = np.full(len(observed), 1 / len(observed))
    first, again = (
        floor_rows(observed, weight, sizes, 2, 2, allowed=lambda rows: rows[:, 0] != rows[:, 1]) for _ in range(2)
    )
    assert np.array_equal(first.taken, again.taken)
    assert np.array_equal(first.made, again.made)
    assert np.array_equal(first.made_rows, again.made_rows)
    assert first.impossible == again.impossible


def test_too_many_cells() -> None:
    with pytest.raises(InputError, match=r"3 out of 3 factors have 1,003,003,001 cells, .* lower the strength"):
        floor_rows(np.array([[0, 0, 0]]), np.ones(1), [1000] * 3, 3, 1, allowed=anything)
