"""Places of values: each value once, with the ranks of a normal law or the rows of a table."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from trimtab.core.declared.copula import pearson_of
from trimtab.core.declared.rearranging import normal_places, scattered, table_places, whole_table
from trimtab.core.maths.tables import rake

ROWS = 20_000


def test_scattered_places_hold_every_value_once() -> None:
    places = scattered("x", 900, 100)
    assert np.sort(places).tolist() == [-1] * 100 + list(range(900))
    assert np.array_equal(places, scattered("x", 900, 100))
    assert not np.array_equal(places, scattered("y", 900, 100))


def test_normal_places_have_the_rank_correlations() -> None:
    r = pearson_of(0.6)
    correlation = np.array([[1, r, r**2], [r, 1, r], [r**2, r, 1]])
    first, second, third = normal_places({"a": (ROWS, 0), "b": (ROWS, 0), "c": (ROWS, 0)}, correlation, None)
    for places in (first, second, third):
        assert np.array_equal(np.sort(places), np.arange(ROWS))
    # The scores' own correlation is exact; of the ranks' a small part of the sampling error 1 / sqrt(rows) is left.
    assert spearmanr(first, second).statistic == pytest.approx(0.6, abs=0.3 / np.sqrt(ROWS))
    assert spearmanr(second, third).statistic == pytest.approx(0.6, abs=0.3 / np.sqrt(ROWS))


def test_normal_places_keep_what_is_placed_and_what_is_missing() -> None:
    given = scattered("a", ROWS - 3_000, 3_000)
    r = pearson_of(-0.8)
    members = {"a": (ROWS - 3_000, 3_000), "b": (ROWS - 500, 500)}
    first, second = normal_places(members, np.array([[1, r], [r, 1]]), given)
    assert np.array_equal(first, given)
    assert (second < 0).sum() == 500
    both = (first >= 0) & (second >= 0)
    assert 16_000 < both.sum() < 17_000  # missing in both is left to chance
    assert spearmanr(first[both], second[both]).statistic == pytest.approx(-0.8, abs=1 / np.sqrt(ROWS))


def test_table_places_have_the_rows_of_the_table() -> None:
    parent = np.repeat([0, 1, 2], [40, 50, 10])  # bins 0, 1, and missing
    child = np.repeat([0, 1, 2], [30, 60, 10])
    table = np.array([[25, 10, 5], [2, 48, 0], [3, 2, 5]])
    order = np.random.default_rng(0).permutation(100)
    places = table_places("x", parent[order], child, table)
    found = np.zeros((3, 3), dtype=int)
    np.add.at(found, (parent[order], np.where(places < 0, 2, child[places])), 1)
    assert found.tolist() == table.tolist()
    assert np.sort(places[places >= 0]).tolist() == list(range(90))


def test_values_of_one_bin_are_mixed_over_the_parents() -> None:
    parent = np.repeat([0, 1], ROWS // 2)
    child = np.zeros(ROWS, dtype=int)
    places = table_places("x", parent, child, np.array([[ROWS // 2, 0], [ROWS // 2, 0]]))
    # Means of halves of 0 … n - 1 at random: sd n / sqrt(12) / sqrt(n), times sqrt(2) of two dependent halves at most.
    assert abs(places[parent == 0].mean() - places[parent == 1].mean()) < 4 * np.sqrt(ROWS / 6) * np.sqrt(2)


@st.composite
def tables(draw: st.DrawFn) -> np.ndarray:
    shape = (draw(st.integers(1, 6)), draw(st.integers(1, 6)))
    cells = draw(st.lists(st.floats(0.01, 1), min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]))
    return np.array(cells).reshape(shape)


@given(tables(), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_whole_tables_have_whole_margins_and_are_near(weights: np.ndarray, seed: int) -> None:
    generator = np.random.default_rng(seed)
    rows = generator.multinomial(500, np.full(weights.shape[0], 1 / weights.shape[0]))
    columns = generator.multinomial(500, np.full(weights.shape[1], 1 / weights.shape[1]))
    raked = rake(weights, rows, columns)
    whole = whole_table(raked, rows, columns)
    assert whole is not None
    assert whole.sum(axis=1).tolist() == rows.tolist()
    assert whole.sum(axis=0).tolist() == columns.tolist()
    assert np.abs(whole - raked).max() < 1 + 1e-6


def test_zeros_stay_and_may_leave_no_room() -> None:
    rows, columns = np.array([5, 5]), np.array([5, 5])
    # Raking comes near this table ever more slowly; the whole numbers are right all the same.
    assert whole_table(rake(np.array([[1.0, 1], [0, 1]]), rows, columns), rows, columns).tolist() == [[5, 0], [0, 5]]  # type: ignore[union-attr]
    assert whole_table(rake(np.array([[1.0, 0], [0, 1]]), rows, np.array([4, 6])), rows, np.array([4, 6])) is None
