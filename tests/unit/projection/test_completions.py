"""Combinations made for cells that nobody shows: which are asked about, and which cells have none."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from trimtab.core.maths.covering import CellTable
from trimtab.core.projection.reserved import completions
from trimtab.core.projection.reserved.completions import Maker

SIZES = [10] * 8
"""A hundred million combinations, so they are searched."""


def maker(
    allowed: Callable[[np.ndarray], np.ndarray], observed: np.ndarray | None = None, sizes: list[int] = SIZES
) -> Maker:
    table = CellTable.of(sizes, 2)
    rows = np.empty((0, len(sizes)), dtype=np.int64) if observed is None else observed
    return Maker(table, table.all_levels, rows, np.full(len(rows), 1.0), allowed)


def every_cell(one: Maker) -> np.ndarray:
    return one.table.mark(one.levels)


def test_nothing_is_asked_if_nothing_is_unseen() -> None:
    def never(rows: np.ndarray) -> np.ndarray:
        raise AssertionError(len(rows))

    one = maker(never)
    pool, impossible, proved = one.combinations_for(np.zeros(one.table.cells, dtype=bool))
    assert (pool.shape, len(impossible), len(proved)) == ((0, 8), 0, 0)


def test_few_combinations_are_all_asked_about_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(completions, "BATCH", 10)
    asked: list[np.ndarray] = []

    def allowed(rows: np.ndarray) -> np.ndarray:
        asked.append(rows)
        return np.asarray(rows[:, 0] > 0)

    one = maker(allowed, sizes=[3, 3, 3])
    pool, impossible, proved = one.combinations_for(every_cell(one))
    assert [len(rows) for rows in asked] == [10, 10, 7]
    assert len(np.unique(np.concatenate(asked), axis=0)) == 27
    assert len(pool) == 18
    factors, levels = one.table.parts(impossible)
    assert {(*f, *c) for f, c in zip(factors.tolist(), levels.tolist(), strict=True)} == {
        (0, other, 0, level) for other in (1, 2) for level in range(3)
    }
    assert proved.all()


def test_rules_of_two_factors_are_learned() -> None:
    one = maker(lambda rows: (rows[:, 0] >= rows[:, 1]) & (rows[:, 2] != rows[:, 3]))
    pool, impossible, proved = one.combinations_for(every_cell(one))
    factors, levels = one.table.parts(impossible)
    assert {(*f, *c) for f, c in zip(factors.tolist(), levels.tolist(), strict=True)} == {
        *((0, 1, a, b) for a in range(10) for b in range(a + 1, 10)),
        *((2, 3, a, a) for a in range(10)),
    }
    # A million completions of each are too many to try.
    assert not proved.any()
    assert ((pool[:, 0] >= pool[:, 1]) & (pool[:, 2] != pool[:, 3])).all()
    shown = one.table.shown(pool)
    shown[impossible] = True
    assert np.array_equal(shown, every_cell(one))


def test_few_completions_are_all_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(completions, "EVERY", 0)
    # One of 27 completions is allowed, and of level 0 none.
    one = maker(
        lambda rows: (rows[:, 0] > 0) & (rows.sum(axis=1) == rows[:, :2].sum(axis=1) + 6), sizes=[3, 3, 3, 3, 3]
    )
    pool, impossible, proved = one.combinations_for(every_cell(one))
    assert (pool[:, 2:] == 2).all()
    assert len(np.unique(pool, axis=0)) == 6
    assert len(impossible) == every_cell(one).sum() - one.table.shown(pool).sum()
    assert proved.all()


def test_completions_are_taken_from_observed_combinations() -> None:
    # No random completion is a real one in its last six factors: one in a million.
    last = np.array([3, 1, 4, 1, 5, 9])
    observed = np.array([[10, 10, *last]])
    one = maker(lambda rows: (rows[:, 2:] == last).all(axis=1), observed)
    first_two = np.zeros(one.table.cells, dtype=bool)
    first_two[: one.table.first[1]] = True
    pool, impossible, _ = one.combinations_for(first_two & every_cell(one))
    assert len(impossible) == 0
    assert len(np.unique(pool, axis=0)) == 100


def test_the_number_of_calls_is_bounded() -> None:
    calls: list[int] = []

    def allowed(rows: np.ndarray) -> np.ndarray:
        calls.append(len(rows))
        return np.zeros(len(rows), dtype=bool)

    one = maker(allowed)
    _, impossible, proved = one.combinations_for(every_cell(one))
    assert len(impossible) == 2800
    assert not proved.any()
    assert len(calls) <= 40
    assert max(calls) <= completions.BATCH
